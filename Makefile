# `make demo` and `make test` are all that a newcomer needs; both make .venv when it is missing or out of date.

PYTHON ?= python3
EXAMPLES ?= 3000
FUZZ_SECONDS ?= 600
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: help install demo check test whole lint format bench tables pages pictures machines torture simulate fuzz audit lock dist clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

install: .venv/installed ## what a run needs, in .venv

demo: .venv/installed ## the main job on the embedded newsroom
	$(BIN)/scrapy demo

check: lint ## lint, and the tests that are not marked slow: an answer in a minute and a half
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow"

test: .venv/installed-dev ## the tests; says what it skipped, and why
	$(BIN)/python -m pytest -n auto --dist loadgroup

whole: .venv/installed-dev ## the tests, and all of those of which make test runs a part: twice as long
	WHOLE=1 $(BIN)/python -m pytest -n auto --dist loadgroup

lint: .venv/installed-dev ## ruff and mypy; actionlint, zizmor and hadolint on workflows and Dockerfile
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/actionlint .github/workflows/*.yml output/.github/workflows/*.yml
	$(BIN)/zizmor --quiet --offline --no-progress action.yml .github output/.github
	$(BIN)/hadolint Dockerfile

format: .venv/installed-dev ## fixes and format, as ruff has them
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/installed ## ratios against a bare spider, in turn; then what an archive costs in git
	PYTHONPATH=. $(BIN)/python tools/bench.py
	PYTHONPATH=. $(BIN)/python tools/bench_git.py

tables: .venv/installed-dev ## 50,000 posts exported, read by four readers, searched and counted: all right, and how fast
	PYTHONPATH=. $(BIN)/python tools/bench_tables.py
	PYTHONPATH=. $(BIN)/python tools/bench_overview.py

pages: .venv/installed-dev ## Jekyll builds the site with 2,000, 10,000 and 50,000 posts: how long, and how large its pages are
	PYTHONPATH=. $(BIN)/python tools/bench_site.py

pictures: .venv/installed-dev ## 20,000 pictures: what they cost to keep, in git and in a build
	PYTHONPATH=. $(BIN)/python tools/bench_pictures.py

machines: .venv/installed-dev ## workers on one queue, killed, stopped and cut off from their database: the same posts? eight minutes
	PYTHONPATH=. $(BIN)/python tools/machines.py

torture: .venv/installed ## three hundred crawls killed at random moments, each run again, also with evidence, and with pictures; about half an hour
	PYTHONPATH=. $(BIN)/python tools/torture.py
	PYTHONPATH=. $(BIN)/python tools/torture.py --evidence all --seed 2
	PYTHONPATH=. $(BIN)/python tools/torture.py --pictures on --kills 60 --seed 3

simulate: .venv/installed ## months of runs against lists that misbehave, in less than an hour: is anything lost?
	PYTHONPATH=. $(BIN)/python tools/simulate.py

fuzz: .venv/installed-dev ## the property tests, EXAMPLES each, then a coverage-guided fuzzer for FUZZ_SECONDS
	EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile=fuzz
	PYTHONPATH=. $(BIN)/python tools/fuzz.py $(FUZZ_SECONDS)

audit: .venv/installed-dev ## known weaknesses of the locked versions, as the package index tells them
	$(BIN)/pip-audit --require-hashes --disable-pip --strict --progress-spinner off -r requirements-dev.txt

lock: .venv/installed-dev ## take the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 \
		pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--group build --constraint requirements-dev.txt --output-file requirements-build.txt

dist: .venv/installed-dev ## a wheel, the same bytes whenever it is built
	SOURCE_DATE_EPOCH=1577836800 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --wheel-dir dist .

clean: ## the environment, the demo and the caches go
	rm -rf .venv demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "finews needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt | .venv/bin/python
	$(INSTALL) -r requirements-dev.txt
	@touch $@ .venv/installed
