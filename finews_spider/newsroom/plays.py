"""What can be played on the newsroom while it is open: news, an edit, an outage, another template."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TextIO

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import Story, World

BODIES = re.compile(r'("(?:text|content|body|Art_Content)": ?"[^"]*?)。')  # in JSON, up to the end of a first sentence
ROWS = re.compile(r'(</?)li>|"(?:list|LivesList)":')


class Play(NamedTuple):
    """What is typed for it does, and how that is done."""

    about: str
    begin: Callable[[Newsroom, World], object]


def begin_news(room: Newsroom, _: World) -> None:
    """Publish the stories that were held back."""
    room.now = None


def begin_edit(room: Newsroom, world: World) -> None:
    """Edit the newest article that is out, on all hosts that have its text."""
    story = max((story for story in world if _is_out(story, room)), key=lambda story: story.time)
    for role in room.urls:
        room.answer(role, "/", edit=lambda text: _corrected(text) if story.number in text else text)


def begin_outage(room: Newsroom, _: World) -> None:
    """Let no host answer but with HTTP 503, robots.txt too."""
    for role in room.urls:
        room.answer(role, "/", status=503)


def begin_template(room: Newsroom, _: World) -> None:
    """Give lists in a template that nobody has seen."""
    for role in room.urls:
        room.answer(role, "/", edit=lambda text: ROWS.sub(_renamed, text))


def end_all(room: Newsroom, _: World) -> None:
    """Let all be as ever; what was published stays."""
    room.clear()


PLAYS = {
    "news": Play("the stories that --hold kept back are published", begin_news),
    "edit": Play("the newest article is corrected by its source", begin_edit),
    "outage": Play("no host answers", begin_outage),
    "template": Play("lists come in another template", begin_template),
    "well": Play("all is as ever", end_all),
}


def play(lines: Iterable[str], room: Newsroom, world: World, out: TextIO) -> None:
    """Begin what each line names, and say so."""
    for line in lines:
        name = line.strip()
        if name in PLAYS:
            PLAYS[name].begin(room, world)
            print(f"{name}: {PLAYS[name].about}", file=out, flush=True)
        elif name:
            print(
                "type one of:",
                *(f"{other}: {some.about}" for other, some in PLAYS.items()),
                sep="\n  ",
                file=out,
                flush=True,
            )


def _is_out(story: Story, room: Newsroom) -> bool:
    return story.in_article and not story.in_flash and (room.now is None or story.time <= room.now)


def _corrected(text: str) -> str:
    return BODIES.sub(r"\1（更正：以此为准）。", text, count=1)


def _renamed(found: re.Match[str]) -> str:
    return f"{found[1]}div>" if found[1] else '"entries":'
