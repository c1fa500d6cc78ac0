"""An archive of the web as the last route: one look for what its sites have no more, where it is named."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from finews_spider.newsroom.web_archive_captures import CAPTCHA, KINDS
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import Story, World
from tests.conftest import TimedSite

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
PAUSES = (timedelta(0), HOUR, 5 * HOUR)  # after the last of these it is withdrawn


@dataclass
class LookingSite(TimedSite):
    """A site of which the sources file names the archive, or not."""

    fallback: str = '["eastmoney", "wayback"]'

    def words(self, arguments: tuple[str, ...], settings: dict[str, str]) -> list[str]:
        words = super().words(arguments, settings)
        file = self.output.with_suffix(".toml")
        text = file.read_text(encoding="utf-8")
        file.write_text(
            text.replace('fallback_sources = ["eastmoney"]', f"fallback_sources = {self.fallback}"), "utf-8"
        )
        return words

    def post(self, story: Story) -> Path:
        (path,) = self.output.glob(f"_posts/**/*NW{story.number}.md")
        return path

    def lose(self, story: Story) -> None:
        self.post(story).unlink()
        self.fail(story, 404)

    def run_after(self, pause: timedelta) -> tuple[int, list[str]]:
        """The exit code of a run after a pause, and what it asked of the archive."""
        self.now += pause
        code = self.crawl().code
        return code, [re.sub(r"\d{14}id_/", "", logged.path) for logged in self.room.requests("archive", "/web/")]

    def withdrawn(self) -> int:
        found: int = self.report()["sources"]["finews"]["withdrawn"]
        return found


@pytest.fixture
def looking(archived: TimedSite) -> LookingSite:
    return LookingSite(archived.output, archived.room, archived.now)


def story_of_kind(world: World, kind: int) -> Story:
    """A story that is in no other family, and was captured in that way."""
    return next(
        world[index]
        for index in range(len(world))
        if index % KINDS == kind
        and world[index].in_article
        and not world[index].in_flash
        and SLUGS[world[index].media_name].islower()
    )


def played(story: Story) -> str:
    return f"/web/http://finance.eastmoney.com/a/{story.number}.html"


def test_what_has_become_withdrawn_is_looked_for_once_and_archived(looking: LookingSite, world: World) -> None:
    story = story_of_kind(world, 1)
    before = looking.post(story).read_text(encoding="utf-8")
    looking.lose(story)
    asked = [looking.run_after(pause) for pause in PAUSES]
    assert asked[:2] == [(3, []), (3, [])]
    code, of_archive = asked[2]
    assert code == 0
    assert of_archive[0].endswith(f"NW{story.number}.html")  # the post page, which was not captured
    assert played(story) in of_archive
    assert looking.withdrawn() == 0
    minute = re.sub(r"(?m)^(date: .*):\d\d ", r"\1:00 ", before)  # the page tells no seconds
    assert looking.post(story).read_text(encoding="utf-8") == minute


@pytest.mark.parametrize("kind", [1, 7])  # a block page was captured, or nothing
def test_what_it_has_not_is_withdrawn_and_not_looked_for_again(looking: LookingSite, world: World, kind: int) -> None:
    story = story_of_kind(world, kind)
    looking.lose(story)
    if kind == 1:
        looking.room.answer("archive", "/web/", body=CAPTCHA)
    asked = [looking.run_after(pause) for pause in PAUSES]
    assert asked[2][0] == 0
    assert asked[2][1] != []
    assert looking.withdrawn() == 1
    assert f"NW{story.number}  withdrawn" in looking.owed().out
    assert [looking.run_after(6 * HOUR)[1] for _ in range(3)] == [[]] * 3


def test_where_nobody_names_it_nothing_is_asked_of_it(looking: LookingSite, world: World) -> None:
    looking.fallback = '["eastmoney"]'
    story = story_of_kind(world, 1)
    looking.lose(story)
    assert [looking.run_after(pause)[1] for pause in PAUSES] == [[], [], []]
    assert looking.withdrawn() == 1
