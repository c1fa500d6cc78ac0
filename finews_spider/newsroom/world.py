"""The stories of the newsroom's sites, each made from its index when it is needed."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from random import Random

from finews_spider.newsroom.constructs import AFTER, FILLING, MIDDLE, Block, source_line
from finews_spider.newsroom.placeholders import PlaceholderBody, with_placeholders, without_sizes
from finews_spider.newsroom.words import (
    COLUMNS,
    DIGEST,
    MEDIA,
    ODD_DIGESTS,
    ODD_TITLES,
    OVERLAPPING,
    TITLES,
    text,
    words,
)

BEIJING = timezone(timedelta(hours=8))
FIRST_NUMBER = 2_230_000_000
UNTIL = date(2022, 1, 12)  # the last day
STEP = 37  # about, between the numbers of consecutive stories
_SLUGS = tuple(slug for slug in COLUMNS if slug not in OVERLAPPING)
VARIANTS = 12  # of each construct: enough to tell bodies apart, few enough to make at once


@dataclass(frozen=True, slots=True)
class Story:
    """A story, whichever site it is on. `blocks` is empty for a flash that is only a digest."""

    number: str
    title: str
    time: datetime
    media_name: str
    digest: str
    blocks: tuple[Block, ...]
    in_article: bool
    in_flash: bool
    columns: tuple[str, ...]


class World:
    """Stories in order of time, spread over whole Beijing days. The same arguments give the same stories."""

    def __init__(self, articles: int = 240, days: int = 14, seed: int = 1, until: date = UNTIL) -> None:
        self._articles, self._days, self._seed = articles, days, seed
        self._start = datetime(until.year, until.month, until.day, tzinfo=BEIJING) - timedelta(days=days - 1)
        self._story = lru_cache(maxsize=4096)(self._make)

    def __len__(self) -> int:
        return self._articles

    def __getitem__(self, index: int) -> Story:
        if not 0 <= index < self._articles:
            raise IndexError(index)
        return self._story(index)

    def __iter__(self) -> Iterator[Story]:
        return map(self._story, range(self._articles))

    def time(self, index: int) -> datetime:
        """Return a story's time; a day's first story is of 00:00:00, its last of 23:59:59."""
        day = index * self._days // self._articles
        first, after = (-(-number * self._articles // self._days) for number in (day, day + 1))
        place, stories = index - first, after - first
        second = place * 86400 // stories + index * 7919 % max(86400 // stories, 1)
        if place == 0:
            second = 0
        elif place == stories - 1:
            second = 86399
        return self._start + timedelta(days=day, seconds=second)

    def number(self, index: int) -> str:
        """Return a story's number, 18 digits: the day, and ten that grow."""
        return f"{self.time(index):%Y%m%d}{FIRST_NUMBER + index * STEP + index * index % STEP}"

    def title(self, index: int) -> str:
        """Return a story's title without making the whole story: listings have thousands."""
        return self._start_of(index)[2]

    def sort_key(self, index: int) -> str:
        """Return the key that Eastmoney's lists are sorted by: Unix seconds, and six digits."""
        return f"{self.time(index).timestamp():.0f}{index:06}"

    def index(self, number: str) -> int | None:
        """Return the index of the story with this number; None if there is none."""
        if len(number) != 18 or not number.isdecimal():
            return None
        index = (int(number[8:]) - FIRST_NUMBER) // STEP
        return index if 0 <= index < self._articles and self.number(index) == number else None

    def published(self, now: datetime | None) -> int:
        """Return how many stories are published by `now`; all if that is None."""
        return self._articles if now is None else bisect_right(range(self._articles), now, key=self.time)

    def plain_body(self, story: Story) -> str:
        """Return the body as the text API serves the article, with or without white space between paragraphs."""
        separator = "" if int(story.number) % 3 == 0 else "\n "
        return separator.join(block.plain for block in story.blocks if block.plain)

    def wrapped_body(self, story: Story) -> str:
        """Return the body as the flash has it."""
        return "\n ".join(block.wrapped for block in story.blocks if block.wrapped)

    def placeholder_body(self, story: Story) -> PlaceholderBody:
        """Return the body as `getnews` has it; for half of the stories without the sizes of pictures."""
        spaced = int(story.number) % 3 == 1
        return with_placeholders(self.wrapped_body(story), sizes=has_sizes(story), spaced=spaced)

    def clean_body(self, story: Story, sizes: bool = True) -> str:
        """Return what cleaning must leave of any of these bodies, to the byte. `sizes`: those of pictures are known."""
        body = ""
        for block in story.blocks:
            joined = not body or body.endswith("</center>") or block.clean.startswith('<p class="em_media">')
            body += block.clean if joined or not block.clean else "\n " + block.clean
        return body if sizes else without_sizes(body)

    def _start_of(self, index: int) -> tuple[Random, dict[str, object], str]:
        """Return the random generator and the words that a story is made with, and its title."""
        rng = Random(self._seed * 1_000_003 + index)
        subjects = words(rng)
        return rng, subjects, (_odd(index, 6, ODD_TITLES) or rng.choice(TITLES)).format(**subjects)

    def _make(self, index: int) -> Story:
        rng, subjects, title = self._start_of(index)
        name = media_name(index)
        digest_only = index % 24 == 23
        return Story(
            number=self.number(index),
            title=title,
            time=self.time(index),
            media_name=name,
            digest=(_odd(index, 4, ODD_DIGESTS) or DIGEST).format(**subjects),
            blocks=() if digest_only else self._blocks(index, name, rng),
            in_article=in_article(index),
            in_flash=in_flash(index),
            columns=columns(index),
        )

    def _blocks(self, index: int, name: str, rng: Random) -> tuple[Block, ...]:
        """Return a lead, three constructs in turn among paragraphs, the source line, and what follows it."""
        lead = text(rng, 3)
        # Every fourth story is a flash too: these are counted separately, so that flashes soon have every construct.
        first = (index // 4 if index % 4 == 0 else index) * 3
        turn = [MIDDLE[place % len(MIDDLE)] for place in range(first, first + 3)]
        body = [*turn, *rng.choices(FILLING, k=rng.randint(6, 11))]
        rng.shuffle(body)
        after = [AFTER[index // 3 % len(AFTER)]] if index % 3 == 0 else []
        return (
            Block("lead", f"<p>{lead}</p>", f"<p>{lead}</p>", f"<p>{lead}</p>"),
            *(self._pool[construct.name][int(rng.random() * VARIANTS)] for construct in body),
            source_line(name, cut=index % 8 == 0),
            *(self._pool[construct.name][0] for construct in after),
        )

    @cached_property
    def _pool(self) -> dict[str, tuple[Block, ...]]:
        rng = Random(self._seed)
        return {construct.name: tuple(construct.block(rng) for _ in range(VARIANTS)) for construct in (*MIDDLE, *AFTER)}


# By what listings select stories. It is computed from the index alone: a listing needs it of every story.


def media_name(index: int) -> str:
    return MEDIA[index % len(MEDIA)]


def in_article(index: int) -> bool:
    return index % 12 != 11


def in_flash(index: int) -> bool:
    return index % 4 == 0 or index % 12 == 11


def columns(index: int) -> tuple[str, ...]:
    """Return the slugs of a story's columns, of which one is its own; every third story is in the busiest one too."""
    slugs = [_SLUGS[(index * 25 + index // len(_SLUGS)) % len(_SLUGS)]]
    slugs += ["cgnjj"] if index % 3 == 0 else []
    slugs += [_SLUGS[index // 5 % len(_SLUGS)]] if index % 5 == 0 else []
    slugs += [slug for slug, stories in OVERLAPPING.items() if index % stories == 1]
    return tuple(dict.fromkeys(slugs))


def has_sizes(story: Story) -> bool:
    """Return whether `getnews` gives the sizes of the story's pictures."""
    return int(story.number) % 2 == 0


def _odd(index: int, interval: int, templates: tuple[str, ...]) -> str | None:
    return templates[index // interval % len(templates)] if index % interval == 0 else None
