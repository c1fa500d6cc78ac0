"""A newcomer's hour with the installed program: what is typed in it stands in the docs."""

import io
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.ledger.database import FILE
from finews_spider.newsroom.plays import play
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import Story, World
from finews_spider.reporting.store import FOLDER
from tests.conftest import Site
from tests.support.pages import blocks
from tests.support.paths import FIXTURES, ROOT
from tests.support.trees import Tree

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installed")]

HELD_BACK = 4  # stories that are news when the hour has begun
SETTINGS = """
contact = "mailto:me@example.com"
evidence = "articles"
sources_file = "{sources}"
private_networks = "127.0.0.0/8"
[scrapy]
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 16
"""
GIT = "[user]\nname = Me\nemail = me@example.com\nuseConfigOnly = true\n[init]\ndefaultBranch = main\n"
MAIL = '#!/bin/sh\nprintf "%s\\n" "$*" >> "$HOME/subjects"\ncat >> "$HOME/mails"\n'
NOT_TYPED = ("pipx install ",)  # the program is there: tests/acceptance/conftest.py installs it


def section(page: str, heading: str) -> list[str]:
    """The lines of the shell under a heading, up to the next."""
    text = (ROOT / page).read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [
        line for block in blocks(ROOT / page) if block.language == "sh" and block.text in text for line in block.lines
    ]


@dataclass
class Machine:
    """Where somebody has installed finews: a home, and all that is typed in it."""

    home: Path
    program: Path
    address: Path  # of the site's repository
    typed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in ("bin", ".local/bin"):
            (self.home / name).mkdir(parents=True)
        (self.home / ".local/bin/finews").symlink_to(self.program)
        (self.home / "bin/mail").write_text(MAIL)
        (self.home / "bin/mail").chmod(0o755)
        (self.home / ".gitconfig").write_text(GIT)

    @property
    def site(self) -> Path:
        return self.home / "my-site"

    def type(self, *lines: str, folder: Path | None = None) -> str:
        """What lines of the docs print, one after the other, in the home or another folder; each has to end well."""
        self.typed.update(lines)
        script = "\n".join(line for line in lines if not line.startswith(NOT_TYPED))
        done = self._run(["bash", "-e", "-c", script.replace("ADDRESS", str(self.address))], folder, f"{os.defpath}")
        assert done.returncode == 0, f"{script}\nends with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def cron(self, line: str) -> str:
        """What cron would mail: all that its line prints."""
        _, command = re.split(r"(?<=^\*/15 \* \* \* \*) ", line)
        return self._run(["sh", "-c", command.replace("/home/me", str(self.home))], self.home, "/usr/bin:/bin").stdout

    def _run(self, command: list[str], folder: Path | None, path: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.home / 'bin'}:{self.home / '.local/bin'}:{path}"
        return subprocess.run(
            command,
            cwd=folder or self.home,
            env={"HOME": str(self.home), "PATH": path, "GIT_CONFIG_NOSYSTEM": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )

    def subjects(self) -> list[str]:
        """The first lines of the mails that finews has sent."""
        file = self.home / "mails"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return re.findall("^finews: .*", text, re.MULTILINE)


@dataclass
class Hour:
    """The newsroom, one machine after the other, and what happens."""

    folder: Path
    program: Path
    room: Newsroom
    world: World
    typed: set[str] = field(default_factory=set)
    by_hand: set[tuple[str, bytes]] = field(default_factory=set)  # posts that a person has committed

    def __post_init__(self) -> None:
        self.address = self.folder / "site.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.address)], check=True)
        (self.folder / "newsroom.toml").write_text(self.room.sources_toml(), encoding="utf-8")
        self.room.now = self.world.time(len(self.world) - HELD_BACK - 1)
        self.machine = self.arrive("first")

    def arrive(self, name: str) -> Machine:
        """Sit down at a machine of that name, that has finews and no site."""
        self.machine = Machine(self.folder / name, self.program, self.address, self.typed)
        return self.machine

    def play(self, word: str) -> None:
        """As if it were typed into the newsroom."""
        out = io.StringIO()
        play([word], self.room, self.world, out)
        assert out.getvalue().startswith(f"{word}: ")
        del self.room.log[:]

    def asked(self) -> list[str]:
        """The articles that were requested since it was last looked."""
        asked = Site(self.machine.site, self.room).articles_asked()
        assert self.room.log
        del self.room.log[:]
        return asked

    def posts(self) -> dict[str, bytes]:
        return Site(self.machine.site, self.room).posts()


@pytest.fixture
def hour(tmp_path: Path, installed: Path) -> Iterator[Hour]:
    world = World(80, 3)
    with Newsroom(world) as room:
        yield Hour(tmp_path, installed, room, world)


def test_an_hour(hour: Hour) -> None:
    begin(hour)
    follow_a_schedule(hour)
    see_an_edit(hour)
    sit_out_an_outage(hour)
    upgrade(hour)
    move(hour)
    restore(hour)
    lines = [line for block in blocks(ROOT / "docs/operating.md") for line in block.lines]
    assert [line for line in lines if line not in hour.typed] == []


def begin(hour: Hour) -> None:
    """Make a site, read the news, and give the site a place to be pushed to."""
    init, *lines = section("docs/installing.md", "A new site")
    hour.machine.type(init)
    settings = hour.machine.site / "finews.toml"
    settings.write_text(SETTINGS.format(sources=hour.folder / "newsroom.toml"), encoding="utf-8")
    publish = lines.index(next(line for line in lines if line.startswith("git ")))
    printed = hour.machine.type(*lines[:publish])
    assert "exit code 0: all well" in printed
    settings.write_text(f'publish = "push"\n{settings.read_text("utf-8")}', encoding="utf-8")
    hour.machine.type(*lines[publish:], folder=hour.machine.site)
    hour.by_hand = set(hour.posts().items())
    assert len(hour.by_hand) > 20


def schedule() -> str:
    (line,) = [block.text.strip() for block in blocks(ROOT / "docs/scheduling.md") if "bin/finews crawl" in block.text]
    return line


def follow_a_schedule(hour: Hour) -> None:
    """Nothing new, and then news: cron mails neither, and the news is pushed."""
    machine, before = hour.machine, hour.posts()
    assert machine.cron(schedule()) == ""
    hour.asked()
    assert hour.posts() == before
    hour.play("news")
    assert machine.cron(schedule()) == ""
    new = hour.posts().keys() - before.keys()
    assert len(new) >= HELD_BACK
    assert new <= Tree(hour.address).files("main")
    assert machine.subjects() == []


def see_an_edit(hour: Hour) -> None:
    """A run with refresh= sees what a source has corrected; the newsroom's stories are of some years ago."""
    hour.play("edit")
    before = hour.posts()
    (line,) = section("docs/usage.md", "Edited articles")
    days = (dates.now().date() - hour.world.time(len(hour.world) - 1).date()).days + 1
    typed = line.replace(".venv/bin/scrapy crawl finews", "finews crawl").replace("refresh=7", f"refresh={days}")
    assert typed != line
    hour.machine.type(typed, folder=hour.machine.site)
    after = hour.posts()
    (edited,) = [path for path in before if before[path] != after[path]]
    assert "更正" in after[edited].decode()
    remote = Tree(hour.address)
    assert remote.log("main")[0] == "1 edited"
    assert edited in remote.changed("main")


def sit_out_an_outage(hour: Hour) -> None:
    """Four runs stand for the 96 of a day: two mails in all, and not a word by cron."""
    hour.play("outage")
    assert [hour.machine.cron(schedule()) for _ in range(4)] == [""] * 4
    assert hour.machine.subjects() == ["finews: a source looks broken"]
    hour.play("well")
    assert [hour.machine.cron(schedule()) for _ in range(2)] == [""] * 2
    assert hour.machine.subjects() == ["finews: a source looks broken", "finews: all well again"]
    assert (hour.machine.home / "subjects").read_text() == "-s finews me@example.com\n" * 2


def install_0_2_0(hour: Hour, *missing: Story) -> str:
    """Leave the site as 0.2.0 did: its ledger and a report, no posts of some articles; return the run's name.

    tests/fixtures/ledger/0.2.0.sql is what 0.2.0 had of this newsroom when one article could not be had and another was
    forgotten, without the copies of lists that it had kept.
    """
    site = Tree(hour.machine.site)
    posts = [path for path in hour.posts() if any(f"-NW{story.number}.md" in path for story in missing)]
    assert len(posts) == len(missing)
    site.git("rm", "-q", *posts)
    site.git("commit", "-qm", "As it was")
    shutil.rmtree(site.folder / ".finews")
    (site.folder / FOLDER).mkdir(parents=True)
    with sqlite3.connect(site.folder / FILE) as db:
        db.executescript((FIXTURES / "ledger/0.2.0.sql").read_text("utf-8").replace("{site}", hour.room.urls["site"]))
    db.close()
    report, day = (FIXTURES / "reports/0.2.0.json").read_text("utf-8"), f"{dates.now().date() - timedelta(days=1)}"
    (site.folder / FOLDER / f"{day}T16-40-35.json").write_text(report.replace("2026-10-27", day), encoding="utf-8")
    return day


def owed_by_0_2_0(hour: Hour) -> Story:
    return [story for story in hour.world if story.in_article and not story.in_flash][3]


def forgotten(hour: Hour) -> Story:
    return [story for story in hour.world if story.in_article and not story.in_flash][5]


def upgrade(hour: Hour) -> None:
    """What 0.2.0 owed is fetched, what was forgotten stays so, and nothing else is asked for."""
    owed, lost = owed_by_0_2_0(hour), forgotten(hour)
    whole = hour.posts()
    day = install_0_2_0(hour, owed, lost)
    printed = hour.machine.type(*section("docs/operating.md", "Upgrading"), folder=hour.machine.site)
    assert {number(path) for path in hour.asked()} == {owed.number}
    assert hour.posts().items() <= whole.items()
    assert [path for path in whole if path not in hour.posts()] == [path for path in whole if lost.number in path]
    assert f"{day} 16:40" in printed
    assert re.search(rf"^NW{lost.number}  forgotten", printed, re.MULTILINE)
    assert hour.posts().keys() <= Tree(hour.address).files("main")


def number(path: str) -> str:
    """The number of the article that a request was for."""
    (found,) = re.findall(r"\d{18}", path)
    return str(found)


def move(hour: Hour) -> None:
    """All that the old machine had comes along: nothing is fetched, no post is another, all is as written."""
    old, before = hour.machine, hour.posts()
    old.type(*section("docs/operating.md", "Backup"), folder=old.site)
    new = hour.arrive("second")
    shutil.copy(old.home / "my-site-state.tar.gz", new.home)
    printed = new.type(*section("docs/operating.md", "Another machine"))
    assert hour.asked() == []
    assert hour.posts() == before
    assert "; nothing new, " in printed or "all well; " in printed
    assert "no fault\n" in printed


def restore(hour: Hour) -> None:
    """Without .finews and captures the index is made again; what posts do not tell is gone, and verify says so."""
    before = hour.posts()
    new = hour.arrive("third")
    printed = new.type(*section("docs/operating.md", "From git alone"))
    asked = {number(path) for path in hour.asked()}
    assert asked == {forgotten(hour).number}  # which was never fetched
    after = hour.posts()
    assert before.items() <= after.items()
    (by_run,) = re.findall(r"; (\d+) new posts?, ", printed)
    assert len(after) == len(before) + int(by_run)
    again = owed_by_0_2_0(hour).number  # its post is one of a run's since the upgrade
    by_hand = len({path for path, _ in hour.by_hand & before.items() if again not in path})
    assert f"{len(after)} posts: {len(after) - by_hand} as written, {by_hand} not known before (" in printed
