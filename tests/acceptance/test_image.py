"""The Dockerfile: its steps, in a fresh Debian, and its program, as its user in a system that is read-only."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.support.dockerfile import READ_ONLY, Image, Stage, instructions, left_out, sent
from tests.support.installed import build
from tests.support.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("image")]
IMAGE = ROOT / ".ci" / "image"
NOT_SENT = (".env", ".git/config", "output/_posts/2021/12/30/2021-12-30-NW1.md", "finews_spider/__pycache__/config.pyc")


def helper(word: str) -> Path:
    return Path(subprocess.check_output([IMAGE, word], text=True).strip())


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git has of the checkout, and what a person's may have besides."""
    folder = tmp_path_factory.mktemp("context")
    names = subprocess.check_output(["git", "-C", str(ROOT), "ls-files"], text=True).splitlines()
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    for name in NOT_SENT:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.fixture(scope="module")
def stage(context: Path) -> Iterator[Stage]:
    """The image. It is made beside its base: its files are links to those."""
    base, wheels = helper("system"), helper("wheels")
    if os.geteuid() != 0 or not (base.is_dir() and wheels.is_dir()):
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("the image's base is not there: .ci/image install, as root")
    place = Path(tempfile.mkdtemp(prefix="built-", dir=base.parent))
    place.chmod(0o755)
    try:
        yield Image(place, base, wheels, context).build()
    finally:
        shutil.rmtree(place)


@dataclass
class Container:
    """The image's program, with a folder of its user's as its volume."""

    stage: Stage
    site: Path

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = self.stage.command(READ_ONLY, [*self.stage.entrypoint, *words], site=self.site)
        environment = self.stage.environment
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def type(self, *words: str) -> tuple[int, str, str]:
        """How a command ended, and what it printed on both streams."""
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


@pytest.fixture
def container(stage: Stage, tmp_path: Path) -> Container:
    """With the image's own user."""
    return make(stage, tmp_path / "site")


def make(stage: Stage, site: Path) -> Container:
    site.mkdir()
    uid, gid = map(int, stage.user.split(":"))
    os.chown(site, uid, gid)
    return Container(stage, site)


def test_the_base_is_pinned_by_its_digest() -> None:
    bases = {value.partition(" AS ")[0] for word, value in instructions(ROOT / "Dockerfile") if word == "FROM"}
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d\d-slim-\w+@sha256:[0-9a-f]{64}", base)


def test_its_user_is_a_number_and_not_root() -> None:
    (user,) = [value for word, value in instructions(ROOT / "Dockerfile") if word == "USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)


def test_nothing_of_a_checkout_is_sent_but_what_the_wheel_is_made_of(context: Path) -> None:
    names = {str(path) for path in sent(context)}
    assert names.isdisjoint(NOT_SENT)
    assert {name.split("/")[0] for name in names} == {
        *("LICENSE", "README.md", "pyproject.toml", "requirements.txt", "requirements-build.txt"),
        *("finews_spider", "pipelines", "output"),
    }


def test_what_debian_is_asked_for_is_what_the_base_has_here(stage: Stage) -> None:
    assert stage.packages == ["git", "openssh-client"]
    asked = [
        "dpkg-query",
        f"--admindir={stage.root}/var/lib/dpkg",
        "--show",
        "--showformat=${Status}\n",
        *stage.packages,
    ]
    assert set(subprocess.check_output(asked, text=True).splitlines()) == {"install ok installed"}


def test_the_image_holds_what_the_wheel_does(stage: Stage, tmp_path: Path) -> None:
    (packages,) = stage.root.glob("opt/finews/lib/python*/site-packages")
    ours = [path for folder in ("finews_spider", "pipelines") for path in (packages / folder).rglob("*")]
    held = {str(path.relative_to(packages)) for path in ours if path.is_file() and path.suffix != ".pyc"}
    assert held == {name for name in ZipFile(build(tmp_path)).namelist() if ".dist-info/" not in name}


def test_the_demo_runs_as_any_user_in_a_read_only_system(stage: Stage, tmp_path: Path) -> None:
    container = make(replace(stage, user="1234:1234"), tmp_path / "site")
    code, out, err = container.type("demo")
    assert (code, err) == (0, "")
    assert "300 new posts" in out
    assert [path.name for path in container.site.iterdir()] == ["demo"]
    assert {path.stat().st_uid for path in container.site.rglob("*")} == {1234}


def test_a_schedule_runs_it_as_it_is_tried_here() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["finews"]
    (user,) = [value for word, value in instructions(ROOT / "Dockerfile") if word == "USER"]
    assert service["user"] == f"${{SITE_USER:-{user}}}"
    assert service["volumes"] == ["${SITE:-site}:/site"]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def process_one(container: subprocess.Popen[str]) -> int:
    """Its id out here."""
    children = Path(f"/proc/{container.pid}/task/{container.pid}/children").read_text()
    return int(children)


def wait(container: subprocess.Popen[str], until: Callable[[], object]) -> None:
    while container.poll() is None and not until():
        time.sleep(0.02)


def test_a_crawl_stops_cleanly_when_the_container_is_stopped(container: Container) -> None:
    assert container.type("init", ".")[0] == 0
    site = container.site
    with Newsroom(World()) as room:
        (site / "newsroom.toml").write_text(room.sources_toml(), encoding="utf-8")
        lines = [
            'sources_file = "newsroom.toml"',
            'private_networks = "127.0.0.0/8"',
            "[scrapy]",
            "DOWNLOAD_DELAY = 0.1",
        ]
        (site / "finews.toml").write_text("\n".join(lines), encoding="utf-8")
        crawl = container.start("crawl", "-a", "source=finews")
        wait(crawl, lambda: list(site.glob("_posts/**/*.md")))
        os.kill(process_one(crawl), signal.SIGTERM)
        began = time.monotonic()
        out, err = crawl.communicate(timeout=60)
    assert (crawl.returncode, time.monotonic() - began < 10) == (130, True), err
    assert "interrupted; the next run goes on where this one was" in out
    assert container.type("owed")[0] == 0  # the archive is let go


@pytest.mark.parametrize(
    ("path", "patterns", "expected"),
    [
        ("a/b.py", ["*"], True),
        ("a/b.py", ["*", "!a"], False),
        ("a/c/b.pyc", ["*", "!a", "**/c"], True),
        ("a/b", ["a/b", "!a"], False),
        ("c/a", ["a"], False),
    ],
)
def test_the_last_pattern_counts(path: str, patterns: list[str], expected: bool) -> None:
    assert left_out(Path(path), patterns) is expected  # type: ignore[arg-type]
