"""Groups of hosts, units of windows, and what becomes of a unit."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar, cast

import pytest

from finews_spider.exit_codes import ExitCode
from finews_spider.machines.groups import group_of_pictures, groups
from finews_spider.machines.outcomes import Again, Done, Failed, outcome
from finews_spider.machines.pace import pace_of
from finews_spider.machines.units import ANY, Kind, Unit, queue_of, windows
from finews_spider.settings import FINEWS_SOURCES_FILE
from finews_spider.sources.base import Source
from finews_spider.sources.loader import load

FEED = 'kind = "feed"\n'


@dataclass(frozen=True)
class Reading:
    """Of a source: what tells its group."""

    names: frozenset[str]
    fallback_sources: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    name: ClassVar = ""

    def hosts(self) -> set[str]:
        return set(self.names)


def reading(*hosts: str, fallback: tuple[str, ...] = (), pictures: tuple[str, ...] = ()) -> Source:
    return cast(Source, Reading(frozenset(hosts), fallback, pictures))


def test_sources_of_other_hosts_are_groups_of_their_own() -> None:
    assert groups({"a": reading("a.example"), "b": reading("b.example")}) == {"a": "a", "b": "b"}


@pytest.mark.parametrize(
    "other",
    [
        reading("b.example", "a.example"),
        reading("A.example:8080"),
        reading("b.example", pictures=("https://a.example",)),
        reading("b.example", fallback=("a",)),
    ],
    ids=["a host", "another port", "pictures", "a fallback"],
)
def test_what_may_ask_one_host_is_one_group(other: Source) -> None:
    assert groups({"a": reading("a.example"), "b": other, "c": reading("c.example")}) == {
        "a": "a+b",
        "b": "a+b",
        "c": "c",
    }


def test_pictures_at_one_host_make_one_group() -> None:
    origin = ("https://pictures.example",)
    found = groups({"a": reading("a.example", pictures=origin), "b": reading("b.example", pictures=origin)})
    assert set(found.values()) == {"a+b"}


@pytest.mark.parametrize("names", ["abcd", "dcba", "cadb"])
def test_a_chain_is_one_group_in_whatever_order(names: str) -> None:
    chain = {
        "a": reading("1.example"),
        "b": reading("1.example", "2.example"),
        "c": reading("2.example", "3.example"),
        "d": reading("3.example"),
    }
    assert set(groups({name: chain[name] for name in names}).values()) == {"a+b+c+d"}


def test_an_archive_is_of_the_group_of_the_sources_whose_pages_it_has() -> None:
    sources = load(Path(FINEWS_SOURCES_FILE))
    assert groups(sources) == dict.fromkeys(sources, "eastmoney+finews+wayback")


def test_the_group_of_pictures_is_that_of_whose_articles_have_them() -> None:
    sources = {"a": reading("a.example", pictures=("https://p.example:81",)), "b": reading("b.example")}
    assert [group_of_pictures(host, sources) for host in ("P.example:81", "b.example", "c.example")] == ["a", "", ""]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("month", ["2021-12-30 2021-12-31", "2022-01-01 2022-01-31", "2022-02-01 2022-02-05"]),
        ("week", ["2021-12-30 2022-01-02", "2022-01-03 2022-01-09"]),
        ("day", ["2021-12-30 2021-12-30", "2021-12-31 2021-12-31"]),
    ],
)
def test_a_window_is_cut_by_the_calendar(by: str, expected: list[str]) -> None:
    found = [f"{since} {until}" for since, until in windows(date(2021, 12, 30), date(2022, 2, 5), by)]
    assert found[: len(expected)] == expected
    assert found[-1].endswith("2022-02-05")


def test_ten_years_are_a_hundred_and_twenty_months() -> None:
    assert len(list(windows(date(2015, 1, 1), date(2024, 12, 31), "month"))) == 120


@pytest.mark.parametrize(
    ("kind", "words", "command"),
    [
        (
            Kind.CRAWL,
            {"since": "2021-12-01", "source": "wayback"},
            "crawl finews -a source=wayback -a since=2021-12-01 -s FINEWS_PICTURES=off",
        ),
        (Kind.REPARSE, {"since": "2021-12-01"}, "reparse --write --kept -a since=2021-12-01"),
        (
            Kind.PICTURES,
            {"since": "2021-12-01", "host": "p.example"},
            "pictures -a host=p.example -a since=2021-12-01 -s FINEWS_PICTURES=on",
        ),
    ],
)
def test_a_unit_is_what_one_would_type(kind: Kind, words: dict[str, str], command: str) -> None:
    unit = Unit(kind=kind, words=words, group="a")
    assert " ".join(unit.command) == command
    assert Unit.of({**unit.arguments, "words": dict(sorted(words.items(), reverse=True))}).key == unit.key


def test_what_is_new_comes_before_windows_and_captures_are_for_those_that_have_them() -> None:
    news = Unit(kind=Kind.CRAWL, words={"source": "a"}, group="a", every=600)
    window = Unit(kind=Kind.CRAWL, words={"source": "a", "since": "2021-12-01"}, group="a")
    captures = Unit(kind=Kind.REPARSE, words={"since": "2021-12-01"}, on="m1")
    assert news.priority > window.priority
    assert (news.queue, window.queue, captures.queue) == (ANY, ANY, queue_of("m1"))
    assert (news.lock, captures.lock) == ("a", "reparse since=2021-12-01 on m1")


@pytest.mark.parametrize("wrong", [{}, {"kind": "rm"}, {"words": {"-s": "x"}}, {"words": None}, {"new": 1}])
def test_what_is_no_unit_is_refused(wrong: dict[str, object]) -> None:
    unit = Unit(kind=Kind.CRAWL, words={"source": "a"}, group="a")
    with pytest.raises(ValueError, match=r"no unit|not in tuple|not a valid Kind"):
        Unit.of({**unit.arguments, **wrong} if wrong else {})


@pytest.mark.parametrize(
    ("code", "times", "every", "expected"),
    [
        (ExitCode.OK, 0, 0, Done()),
        (ExitCode.OK, 3, 600, Again(600, is_well=True)),
        (ExitCode.FAULT, 0, 0, Failed()),
        (ExitCode.BROKEN, 0, 0, Failed()),
        (ExitCode.BROKEN, 0, 600, Again(600, is_well=True)),
        (ExitCode.WRONG, 0, 0, Failed()),
        (ExitCode.WRONG, 0, 600, Failed()),
        (ExitCode.OWED, 0, 0, Again(600)),
        (ExitCode.OWED, 2, 0, Again(2400)),
        (ExitCode.OWED, 99, 0, Again(86_400)),
        (ExitCode.OWED, 5, 3600, Again(3600)),
        (ExitCode.UNPUBLISHED, 0, 0, Again(60)),
        (ExitCode.HELD, 1, 0, Again(60)),
        (ExitCode.MISSING, 0, 0, Failed()),
        (ExitCode.CHECK_FAILED, 0, 0, Failed()),
        (ExitCode.INTERRUPTED, 0, 0, Again(1)),
        (-9, 1, 0, Again(120)),
    ],
)
def test_what_becomes_of_a_unit(code: int, times: int, every: int, expected: Done | Again | Failed) -> None:
    assert outcome(code, times, every) == expected


def test_between_two_units_a_host_is_left_alone_as_within_one() -> None:
    sources = load(Path(FINEWS_SOURCES_FILE))
    assert tomllib.loads(Path(FINEWS_SOURCES_FILE).read_text(encoding="utf-8"))["wayback"]["cdx_delay"] == 2.5
    assert (pace_of(sources, 1.0), pace_of(sources, 4.0), pace_of({"a": reading("a.example")}, 1.0)) == (2.5, 4.0, 1.0)


def test_ten_thousand_sources_are_grouped_in_a_moment() -> None:
    many = {f"s{number}": reading(f"{number // 2}.example", f"x{number}.example") for number in range(10_000)}
    found = groups(many)
    assert len(set(found.values())) == 5_000
    assert found["s7"] == "s6+s7"
