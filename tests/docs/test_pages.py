"""What the docs say, beside what the code has: names, defaults, paths, links."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import pytest

from finews_spider import __version__, settings
from finews_spider.commands.doctor_checks import ADVICE
from finews_spider.crawl.arguments import ACCEPTED
from finews_spider.exit_codes import ExitCode
from finews_spider.sources.eastmoney_columns import Column
from finews_spider.sources.loader import SOURCES, source_class
from tests.support.nonempty import nonempty
from tests.support.pages import PAGES, blocks, inline, keys, name, rows, text
from tests.support.paths import ROOT

ALL = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"]
COMMANDS = ROOT / "finews_spider/commands"
TARGET = re.compile(r"^([a-z][a-z-]*):([^#\n]*)(## .+)?$", re.MULTILINE)
PATHS = ("finews_spider/", "pipelines/", "tests/", "tools/", "docs/", "output/", ".ci/", ".github/")
OURS = {name: value for name, value in vars(settings).items() if name.startswith("FINEWS_")}


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_bytes()) < 7 * 1024


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """The page's links to files of the checkout, and to places in them."""
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^()\s]+)\)", prose) if "//" not in link]


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.is_file() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", ALL, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not leads_somewhere(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_paths_are_there(page: Path) -> None:
    paths = {
        code.partition("::")[0] for code in inline(page) if code.startswith(PATHS) and not re.search("[<*… ]", code)
    }
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_paths_and_links_are_found_at_all() -> None:
    assert sum(code.startswith("finews_spider/") for page in PAGES for code in inline(page)) > 50
    assert sum(len(links(page)) for page in ALL) > 30


def test_the_readme_in_chinese_has_the_same_commands_and_links() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    assert [block.text for block in blocks(chinese)] == [block.text for block in nonempty(blocks(english))]
    assert {*links(chinese)} - {"README.md"} == {*links(english)} - {"README.zh-CN.md"}
    assert [link for link in links(chinese) if not leads_somewhere(chinese, link)] == []


def test_every_page_is_linked_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(([^()#]+)\)", text("README.md")))
    assert {name(page) for page in ALL} - {"README.md"} <= linked


# Settings and the sources file.


def test_every_setting_has_a_row() -> None:
    named = [key for key in keys("docs/configuration.md", "setting") if key.startswith("FINEWS_")]
    assert sorted(named) == sorted(OURS)


@pytest.mark.parametrize("page", ALL, ids=name)
def test_a_setting_that_is_named_is_one(page: Path) -> None:
    of_actions = {"FINEWS_REPOSITORY", "FINEWS_REF"}
    found = set(re.findall(r"FINEWS_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
    assert found <= OURS.keys() | of_actions


@pytest.mark.parametrize("row", rows("docs/configuration.md", "setting"), ids=lambda row: str(row[0]).strip("`"))
def test_a_default_is_that_of_the_settings(row: list[str]) -> None:
    setting, _, default = row
    value = str(getattr(settings, setting.strip("`"))).removeprefix(f"{ROOT}/")
    assert re.findall("`(.+)`", default) == ([value] if value else [])
    assert value or default.startswith("empty")


def test_every_key_of_the_sources_file_has_a_row() -> None:
    named = keys("docs/configuration.md", "key")
    known = {field.name for name in SOURCES for field in fields(cast(Any, source_class(name))) if field.init}
    assert set(named) - {"id", "slug", "name", "then"} == known
    assert len(named) == len(set(named))


def test_the_keys_of_a_column_are_named() -> None:
    (cells,) = [cells for cells in rows("docs/configuration.md", "key") if cells[0] == "`columns`"]
    assert {field.name for field in fields(Column)} == set(re.findall("`(.+?)`", cells[1]))


# Commands, arguments, exit codes, make.


def test_every_command_has_a_row() -> None:
    modules = {path.stem for path in COMMANDS.glob("*.py") if "class Command(" in path.read_text(encoding="utf-8")}
    assert {key.split()[1] for key in keys("docs/usage.md", "command")} == modules


def test_every_trouble_that_has_advice_has_a_row() -> None:
    assert set(keys("docs/troubleshooting.md", "trouble that `scrapy doctor` names")) == ADVICE.keys() - {""}


def test_every_argument_has_a_row() -> None:
    assert [key.rstrip("=") for key in keys("docs/usage.md", "argument")] == list(ACCEPTED)


def test_every_exit_code_has_a_row() -> None:
    assert [int(cells[0]) for cells in rows("docs/reports.md", "exit code")] == sorted(ExitCode)


def test_every_target_of_make_says_what_it_does_and_has_a_row() -> None:
    targets = {target: purpose for target, _, purpose in TARGET.findall(text("Makefile"))}
    assert len(targets) > 8
    assert [target for target, purpose in targets.items() if not purpose] == []
    assert {key.removeprefix("make ") for key in keys("CONTRIBUTING.md", "target")} == set(targets)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_target_of_make_that_is_named_is_one(page: Path) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= {target for target, _, _ in TARGET.findall(text("Makefile"))}


# The house.


def test_every_package_is_in_the_table_of_parts() -> None:
    packages = {f"finews_spider/{path.parent.name}/" for path in (ROOT / "finews_spider").glob("*/__init__.py")}
    assert set(keys("CONTRIBUTING.md", "part")) == {*packages, "pipelines/"}


def test_the_version_is_that_of_the_changelog_or_the_next() -> None:
    """What is not released yet is on the way to a version that comes after the last."""
    released = re.findall(r"^## \[(\d.*)\]", text("CHANGELOG.md"), re.MULTILINE)[0]
    number, _, is_on_the_way = __version__.partition(".dev")
    assert number > released if is_on_the_way else number == released
    assert f'\nversion = "{__version__}"\n' in text("pyproject.toml")
