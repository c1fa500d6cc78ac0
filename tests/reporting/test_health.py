"""What makes a run broken, and what does not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import finews_spider
from finews_spider.dates import BEIJING
from finews_spider.reporting.health import OFFLINE, is_offline, troubles
from finews_spider.reporting.report import HostReport, ListReport, RunReport, SourceReport
from finews_spider.reporting.store import path_of, read_last, to_json
from finews_spider.sources.eastmoney import EastmoneySource
from finews_spider.sources.loader import load
from tests.support.reports import list_report, run_report, source_report

NOW = datetime(2026, 11, 22, 21, 45, tzinfo=BEIJING)
DELIVERED = load(Path(finews_spider.__file__).with_name("sources.toml"))
LIMITS = {"eastmoney": 10, "finews": 0}
SOURCES = {name: replace(DELIVERED[name], max_age_days=days) for name, days in LIMITS.items()}


def listed(rows: int = 20, newest: str | None = None, failed: str = "") -> ListReport:
    """A list of one page, that was read or failed."""
    return list_report(pages=0 if failed else 1, rows=0 if failed else rows, newest=newest, failed=failed)


def source(
    *,
    new: int = 10,
    asked: int | None = None,
    archived: int | None = None,
    bodies: int | None = None,
    length: int = 900,
    lists: Mapping[str, ListReport | int] | None = None,
    **fields: Any,
) -> SourceReport:
    """A source whose new articles are all asked for and archived, each with a body of 900 characters, or what is said.

    Lists may be given by their rows.
    """
    lost = sum([*fields.get("refused", {}).values(), *fields.get("failed", {}).values(), fields.get("withdrawn", 0)])
    asked = new if asked is None else asked
    archived = asked - lost if archived is None else archived
    bodies = archived if bodies is None else bodies
    readings = {name: listed(one) if isinstance(one, int) else one for name, one in (lists or {"home": 20}).items()}
    numbers = {"new": new, "asked": asked, "archived": archived, "bodies": bodies, "chars": bodies * length}
    return source_report(lists=readings, **numbers, **fields)


def report(
    *broken: str,
    arguments: Mapping[str, str] | None = None,
    left: Mapping[str, str] | None = None,
    **sources: SourceReport,
) -> RunReport:
    """A run's report."""
    hosts = {name: HostReport(left_alone=why) for name, why in {"a.example": "", **(left or {})}.items()}
    return run_report(arguments=dict(arguments or {}), hosts=hosts, broken=list(broken), sources=sources)


def judged(now: RunReport, before: Sequence[RunReport] = ()) -> list[str]:
    return troubles(now, before, SOURCES, NOW)


WELL = [report(finews=source(), eastmoney=source(lists={"column cgnjj": 200, "flashes": 200}))] * 12


def before(runs: int = 12, *broken: str, **figures: Any) -> list[RunReport]:
    """Runs of finews, all alike."""
    return [report(*broken, finews=source(**figures))] * runs


def of_finews(before: Sequence[RunReport] = WELL, /, **figures: Any) -> list[str]:
    """What is said of a run of finews."""
    return judged(report(finews=source(**figures)), before)


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


# Nothing is wrong.


def test_a_run_like_those_before_it_is_well() -> None:
    assert judged(WELL[0], WELL) == []


def test_a_first_run_is_well() -> None:
    assert judged(WELL[0]) == []
    assert of_finews([], new=0, lists={"home": 0, "category emnews": 0}) == []


def test_a_run_that_finds_nothing_new_is_well() -> None:
    unchanged = replace(listed(20), unchanged=1)
    assert of_finews(new=0, lists={"home": unchanged}) == []


def test_a_source_that_is_named_for_the_first_time_is_well() -> None:
    assert judged(report(finews=source(lists={"home": 0})), [report(eastmoney=source())] * 12) == []


# Lists that fail.


def test_a_list_that_failed_is_named_at_once() -> None:
    lists = {"home": listed(failed="HTTP 503"), "category emnews": 20}
    printed = ["finews: home could not be read: HTTP 503 (1); see scrapy doctor"]
    assert of_finews([], lists=lists) == printed
    assert of_finews(lists=lists) == printed


def test_a_host_that_is_left_alone_is_one_reason() -> None:
    failed = [listed(failed="HTTP 503")] * 5 + [listed(failed="host left alone: it failed 5 times in a row")] * 31
    lists = {f"column c{at}": entry for at, entry in enumerate(failed)} | {"flashes": listed(200)}
    run = report(eastmoney=source(new=0, lists=lists), left={"np-listapi.eastmoney.com": "failed 5 times in a row"})
    assert judged(run, WELL) == [
        "eastmoney: all 36 column lists could not be read: host left alone: it failed 5 times in a row (31),"
        " HTTP 503 (5), np-listapi.eastmoney.com failed 5 times in a row; see scrapy doctor"
    ]


def test_a_host_that_is_left_alone_is_no_reason_of_lists_that_failed_by_themselves() -> None:
    run = report(
        finews=source(lists={"home": listed(failed="HTTP 503")}), left={"b.example": "failed 5 times in a row"}
    )
    assert judged(run) == ["finews: home could not be read: HTTP 503 (1); see scrapy doctor"]


def test_a_list_that_is_failed_has_not_lost_its_rows_too() -> None:
    assert len(of_finews(lists={"home": listed(failed="HTTP 503")})) == 1


@pytest.mark.parametrize("arguments", [{"since": "2021-12-01"}, {"category": "emnews"}, {"column": "cgnjj"}])
def test_a_list_that_failed_is_named_by_any_run(arguments: dict[str, str]) -> None:
    assert judged(report(finews=source(lists={"home": listed(failed="x")}), arguments=arguments), WELL)


# Lists without rows.


def test_a_list_that_always_had_rows_and_has_none_is_named() -> None:
    assert of_finews(new=0, lists={"home": 0}) == [
        "finews: home has no rows, and had 20 before; see scrapy doctor; where that is meant to be, edit sources.toml"
    ]


@pytest.mark.parametrize(("runs", "printed"), [(0, 0), (2, 0), (3, 1), (12, 1)])
def test_three_runs_with_rows_are_always(runs: int, printed: int) -> None:
    assert len(of_finews(before(runs), new=0, lists={"home": 0})) == printed


def test_a_list_that_never_had_rows_is_well() -> None:
    assert of_finews(before(lists={"home": 0}), lists={"home": 0}) == []


def test_a_list_that_has_none_at_times_is_well() -> None:
    some = [*before(6), *before(1, lists={"home": 0}), *before(6)]
    assert of_finews(some, lists={"home": 0}) == []


def test_a_list_stays_broken_as_long_as_it_has_no_rows() -> None:
    (why,) = of_finews(lists={"home": 0})
    broken = before(100, why, lists={"home": 0})
    assert len(of_finews([*before(), *broken], lists={"home": 0})) == 1
    assert len(of_finews(broken, lists={"home": 0})) == 1
    assert of_finews(broken, lists={"home": 1}) == []


def test_a_list_that_broke_before_is_named_when_it_breaks_again() -> None:
    (why,) = of_finews(lists={"home": 0})
    assert len(of_finews([*before(), *before(5, why, lists={"home": 0}), *before(1)], lists={"home": 0})) == 1


def test_lists_without_rows_are_one_reason_and_stay_it() -> None:
    columns = {f"column c{at}": 0 for at in range(36)}
    had = [report(eastmoney=source(lists={**dict.fromkeys(columns, 200), "flashes": 200, "roll": 0}))] * 3
    run = report(eastmoney=source(new=0, lists={**columns, "flashes": 0, "roll": 0}))
    (why,) = judged(run, had)
    assert why.startswith("eastmoney: all 36 column lists, flashes have no rows, and had 200 before")
    run = replace(run, broken=[why])
    (again,) = judged(run, [run])
    assert again.startswith("eastmoney: all 36 column lists, flashes have no rows, and had some before")


def test_of_two_lists_the_one_without_rows_is_named() -> None:
    lists = {"category ab": 9, "category abc": 9}
    (why,) = of_finews(before(lists=lists), lists={**lists, "category abc": 0})
    assert why.startswith("finews: category abc has no rows")
    after = before(1, why, lists={**lists, "category abc": 0})
    (again,) = of_finews(after, lists=dict.fromkeys(lists, 0))
    assert again.startswith("finews: category abc has no rows")


def test_lists_of_another_source_say_nothing() -> None:
    assert judged(report(eastmoney=source(lists={"home": 0})), WELL) == []


@pytest.mark.parametrize("arguments", [{"category": "x"}, {"column": "x"}, {"source": "finews"}])
def test_lists_of_a_narrow_run_are_like_those_of_other_runs(arguments: dict[str, str]) -> None:
    run = report(finews=source(lists={"home": 0}), arguments=arguments)
    assert len(judged(run, WELL)) == 1
    narrow = [report(finews=source(), arguments=arguments)] * 3
    assert len(judged(run, narrow)) == 1


@pytest.mark.parametrize("argument", ["since", "until", "url", "refresh"])
def test_lists_of_a_window_may_be_empty(argument: str) -> None:
    assert judged(report(finews=source(lists={"home": 0}), arguments={argument: "x"}), WELL) == []


def test_a_run_that_was_cut_short_says_nothing_of_lists_that_it_did_not_read() -> None:
    unread = replace(listed(0), pages=0, ended=None)
    assert of_finews(lists={"home": unread}) == []


# Rows that are skipped.


def skipping(rows: int, **reasons: int) -> ListReport:
    return replace(listed(rows), skipped={name.replace("_", " "): number for name, number in reasons.items()})


def of_column(now: ListReport, *earlier: ListReport, **fields: Any) -> list[str]:
    """What is said of a run of one column, of which runs before it had these readings."""
    reports = [report(eastmoney=source(lists={"column cgnjj": one}, **fields)) for one in earlier]
    return judged(report(eastmoney=source(lists={"column cgnjj": now})), reports)


USUAL = [skipping(18, blog=2)] * 3


@pytest.mark.parametrize("reason", ["no id", "damaged", "another host"])
def test_far_more_rows_that_are_skipped_than_ever_are_named(reason: str) -> None:
    now = replace(listed(12), skipped={"blog": 2, reason: 8})
    assert of_column(now, *USUAL) == [
        f"eastmoney: column cgnjj has more rows skipped than ever: 8 × {reason}; see scrapy doctor"
    ]


def test_two_rows_of_twelve_that_are_not_understood_are_named() -> None:
    assert of_column(skipping(10, no_id=2), *USUAL) == [
        "eastmoney: column cgnjj has more rows skipped than ever: 2 × no id; see scrapy doctor"
    ]


@pytest.mark.parametrize(
    ("now", "earlier"),
    [
        (skipping(18, blog=2), USUAL),
        (skipping(14, blog=6), USUAL),  # three times as many, and less than a third
        (skipping(11, no_id=1), USUAL),  # told in the summary
        (skipping(50, damaged=2), USUAL),  # too few to tell
        (skipping(10, no_id=2), [*USUAL, skipping(10, no_id=1)]),  # not twice as many
        (skipping(10, blog=10), [skipping(14, blog=6)] * 3),  # less than twice as many
        (skipping(10, blog=10), [*USUAL, skipping(10, blog=10)]),  # it was so once
        (skipping(2, no_id=18), USUAL[:2]),  # too few to know
    ],
)
def test_rows_that_are_skipped_as_ever_are_well(now: ListReport, earlier: list[ListReport]) -> None:
    assert of_column(now, *earlier) == []


def test_a_list_stays_broken_as_long_as_its_rows_are_skipped() -> None:
    now = skipping(2, no_id=18)
    (why,) = of_column(now, *USUAL)
    reports = [report(eastmoney=source(lists={"column cgnjj": one})) for one in USUAL]
    reports += [report(why, eastmoney=source(lists={"column cgnjj": now}))] * 9
    assert judged(report(eastmoney=source(lists={"column cgnjj": now})), reports) == [why]
    assert judged(report(eastmoney=source(lists={"column cgnjj": USUAL[0]})), reports) == []


def test_reports_that_do_not_tell_of_which_list_rows_were_skipped_prove_nothing() -> None:
    """Those of 0.2.0 have the numbers by source alone."""
    assert of_column(skipping(10, blog=10), *[listed(20)] * 9, skipped={"blog": 10}) == []
    assert len(of_column(skipping(10, blog=10), *[listed(20)] * 9)) == 1


def test_a_list_that_is_absent_has_no_rows() -> None:
    absent = list_report(pages=0, rows=0, ended="end")
    assert len(of_finews(new=0, lists={"home": absent})) == 1
    assert of_finews(before(lists={"home": absent}), new=0, lists={"home": absent}) == []
    assert of_finews(new=0, lists={"home": list_report(pages=0, rows=0, ended=None)}) == []


# Articles that do not come.


@pytest.mark.parametrize("kind", ["refused", "failed"])
@pytest.mark.parametrize(("lost", "printed"), [(1, 0), (5, 0), (6, 1), (10, 1)])
def test_most_articles_refused_or_failed_are_named(kind: str, lost: int, printed: int) -> None:
    assert len(of_finews(new=10, **{kind: {"HTTP 404": lost}})) == printed
    assert len(of_finews([], new=10, **{kind: {"HTTP 404": lost}})) == printed


def test_what_became_of_lost_articles_is_told() -> None:
    assert of_finews(new=9, refused={"no title, no time": 6}, failed={"HTTP 503": 1}) == [
        "finews: 7 of 9 new articles could not be archived: refused, no title, no time (6), HTTP 503 (1);"
        " see scrapy doctor; when it is fixed, scrapy owed --retry"
    ]


@pytest.mark.parametrize(("withdrawn", "printed"), [(1, 0), (4, 0), (9, 1), (10, 1)])
def test_articles_are_withdrawn_one_by_one_but_not_nearly_all(withdrawn: int, printed: int) -> None:
    assert len(of_finews(new=10, withdrawn=withdrawn)) == printed


@pytest.mark.parametrize(("new", "printed"), [(1, 0), (4, 0), (5, 1)])
def test_a_few_articles_are_too_few_to_judge(new: int, printed: int) -> None:
    assert len(of_finews(before(new=0), new=new, failed={"x": new})) == printed


def test_a_few_articles_are_judged_with_those_of_the_runs_before() -> None:
    a_failure = before(1, new=1, failed={"x": 1})
    quiet = before(9, new=0)
    some = [*WELL, *a_failure, *quiet, *a_failure * 3]
    (why,) = of_finews(some, new=1, failed={"x": 1})
    assert "5 of 5 new articles of the last 14 runs" in why
    assert of_finews([*WELL, *quiet, *a_failure * 3], new=1, failed={"x": 1}) == []


def test_an_article_that_fails_in_every_run_is_one_article() -> None:
    again: dict[str, Any] = {"new": 0, "asked": 6, "failed": {"x": 6}}
    assert of_finews(before(20, **again), **again) == []
    assert of_finews([*WELL, *before(20, **again)], **again) == []


def test_a_new_article_among_those_that_fail_in_every_run_is_judged_by_itself() -> None:
    again = before(20, new=0, asked=6, failed={"x": 6})
    assert of_finews([*WELL, *again], new=1, asked=7, archived=1, failed={"x": 6}) == []


def test_lost_articles_are_told_of_while_they_are_asked_for_again() -> None:
    begun = before(1, new=10, failed={"x": 10})
    assert len(of_finews([*WELL, *begun], new=0, asked=10, failed={"x": 10})) == 1
    assert of_finews([*WELL, *begun], new=0) == []


def test_articles_that_come_again_end_the_trouble() -> None:
    begun = before(1, new=10, failed={"x": 10})
    assert of_finews([*WELL, *begun], new=1, asked=1, archived=1) == []
    assert of_finews([*WELL, *begun], new=0, asked=10, archived=10) == []


def test_articles_of_other_categories_are_not_lost() -> None:
    assert of_finews(new=100, asked=100, archived=10) == []


def test_articles_that_a_stopped_run_did_not_ask_for_are_not_lost() -> None:
    assert of_finews(new=100, asked=20, archived=12, failed={"x": 2}) == []


def test_a_refresh_is_judged_by_what_it_asked_for() -> None:
    refresh = {"refresh": "3"}
    gone = source(new=0, asked=10, withdrawn=10, archived=0)
    assert len(judged(report(finews=gone, arguments=refresh), WELL)) == 1
    well = source(new=0, asked=10, archived=0, edited=1, unchanged=8, failed={"x": 1})
    assert judged(report(finews=well, arguments=refresh), WELL) == []


@pytest.mark.parametrize(("edited", "unchanged"), [(8, 0), (0, 8)])
def test_posts_that_came_again_are_not_lost(edited: int, unchanged: int) -> None:
    failed = {"x": 6}  # an article fails once a family
    came = source(new=0, asked=10, archived=0, failed=failed, edited=edited, unchanged=unchanged)
    assert judged(report(finews=came, arguments={"refresh": "3"}), WELL) == []


@pytest.mark.parametrize("argument", ["since", "category", "column"])
def test_articles_of_a_window_or_a_category_are_judged_by_themselves(argument: str) -> None:
    few = report(finews=source(new=4, failed={"x": 4}), arguments={argument: "x"})
    more = report(finews=source(new=5, failed={"x": 5}), arguments={argument: "x"})
    lost = before(3, new=4, failed={"x": 4})
    assert judged(few, lost) == []
    assert len(judged(more, lost)) == 1
    assert of_finews([*WELL, *[more] * 3], new=1, failed={"x": 1}) == []


# The last route.


@pytest.mark.parametrize(("late", "printed"), [(1, 0), (5, 0), (6, 1), (15, 1)])
def test_articles_that_come_by_the_last_route_only_are_named(late: int, printed: int) -> None:
    assert len(of_finews(new=15, last_route=late)) == printed


@pytest.mark.parametrize(("late", "printed"), [(4, 0), (5, 1)])
def test_a_few_articles_among_ten_may_come_by_the_last_route(late: int, printed: int) -> None:
    assert len(of_finews(new=10, last_route=late)) == printed


@pytest.mark.parametrize(("late", "printed"), [(4, 0), (5, 1)])
def test_some_articles_that_come_by_the_last_route_are_too_few_to_judge(late: int, printed: int) -> None:
    assert len(of_finews(before(new=0), new=late, last_route=late)) == printed


def test_articles_by_the_last_route_are_judged_with_those_of_the_runs_before() -> None:
    (why,) = of_finews(before(3, new=2, last_route=2), new=2, last_route=2)
    assert why == (
        "finews: 6 of 6 articles of the last 3 runs came by the last route only: see scrapy doctor for the routes"
        " before it, and edit their hosts in sources.toml"
    )
    assert of_finews(before(1, new=10, last_route=10), new=2) == []


def test_flashes_without_a_body_may_come_to_the_last_route() -> None:
    assert of_finews(new=20, bodies=8, last_route=12) == []
    assert len(of_finews(new=20, bodies=8, last_route=18)) == 1


def test_articles_that_fail_come_to_the_last_route() -> None:
    assert of_finews(new=10, asked=16, archived=10, failed={"x": 6}, last_route=6) == []


# Bodies.

WORDY = before(6, new=10, length=900)


@pytest.mark.parametrize(("length", "printed"), [(900, 0), (300, 0), (299, 1), (1, 1)])
def test_bodies_of_less_than_a_third_are_named(length: int, printed: int) -> None:
    assert len(of_finews(WORDY, new=10, length=length)) == printed


def test_how_short_bodies_are_is_told() -> None:
    assert of_finews(WORDY, new=10, length=50) == [
        "finews: the bodies of 10 articles are much shorter: 50 characters on average, 900 and more before; look at a"
        " new post and at its page; see scrapy doctor"
    ]


def test_the_shortest_of_the_runs_before_counts() -> None:
    night = before(1, new=10, length=300)
    assert of_finews([*WORDY, *night, *WORDY], new=10, length=120) == []
    assert len(of_finews([*WORDY, *night, *WORDY], new=10, length=99)) == 1


@pytest.mark.parametrize(
    ("runs", "new", "printed"), [(4, 12, 0), (5, 10, 1), (2, 50, 0), (3, 50, 1), (50, 1, 1), (49, 1, 0)]
)
def test_fifty_bodies_in_three_runs_tell_how_long_they_are(runs: int, new: int, printed: int) -> None:
    assert len(of_finews(before(runs, new=new), new=10, length=50)) == printed


@pytest.mark.parametrize(("new", "printed"), [(4, 0), (5, 1)])
def test_a_few_short_bodies_are_too_few_to_judge(new: int, printed: int) -> None:
    assert len(of_finews(WORDY, new=new, length=50)) == printed


def test_a_few_short_bodies_are_judged_with_those_of_the_runs_before() -> None:
    assert len(of_finews([*WORDY, *before(2, new=2, length=50)], new=2, length=50)) == 1
    assert of_finews([*WORDY, *before(1, "finews: much shorter", new=20, length=50)], new=2, length=900) == []


def test_a_run_without_bodies_says_nothing_of_them() -> None:
    assert of_finews(WORDY, new=0) == []
    assert of_finews(WORDY, new=10, bodies=0) == []


def test_bodies_stay_broken_as_long_as_they_are_short() -> None:
    (why,) = of_finews(WORDY, new=10, length=50)
    broken = [*before(50, why, new=10, length=50), *before(1, new=0)]
    assert len(of_finews([*WORDY, *broken], new=10, length=60)) == 1
    (again,) = of_finews(broken, new=10, length=149)
    assert "149 characters on average, as in the runs before" in again
    assert of_finews(broken, new=10, length=150) == []


def test_bodies_that_were_short_once_and_are_long_again_are_usual() -> None:
    """Or a night whose news is short would be told of every time."""
    (why,) = of_finews(WORDY, new=10, length=50)
    assert of_finews([*WORDY, *before(1, why, new=10, length=50), *WORDY], new=10, length=50) == []


@pytest.mark.parametrize("argument", ["since", "url", "refresh", "category", "column"])
def test_bodies_of_a_window_or_a_category_are_not_compared(argument: str) -> None:
    run = report(finews=source(length=50), arguments={argument: "x"})
    assert judged(run, WORDY) == []
    if argument in ("category", "column"):
        long = [report(finews=source(length=9000), arguments={argument: "x"})] * 6
        assert of_finews(long, length=50) == []


# Old news.


def of_eastmoney(
    exit_code: int | None = None, arguments: Mapping[str, str] | None = None, **newest: str | None
) -> list[str]:
    """What is said of a run of eastmoney with lists whose newest item is of that time; `_` is a space."""
    lists = {name.replace("_", " "): listed(newest=time) for name, time in newest.items()}
    run = report(eastmoney=source(new=0, lists=lists), arguments=arguments)
    return judged(replace(run, exit_code=exit_code))


@pytest.mark.parametrize(("days", "printed"), [(0, 0), (9.99, 0), (10.01, 1), (400, 1)])
def test_a_newest_item_older_than_the_limit_is_named(days: float, printed: int) -> None:
    assert len(of_eastmoney(flashes=ago(days))) == printed


def test_how_old_the_newest_item_is_is_told() -> None:
    assert of_eastmoney(column_a=ago(15), column_b=ago(12), flashes=ago(0.1)) == [
        "eastmoney: the newest item of all 2 column lists is of 2026-11-10 21:45, 12 days ago; see scrapy doctor; where"
        " that is meant to be, edit max_age_days in sources.toml, which is 10"
    ]


def test_columns_may_be_old_when_one_of_them_is_new() -> None:
    assert of_eastmoney(column_a=ago(100), column_b=ago(9), flashes=ago(1)) == []


def test_columns_that_are_frozen_are_not_hidden_by_flashes() -> None:
    assert len(of_eastmoney(column_a=ago(11), column_b=ago(12), flashes=ago(0))) == 1


def test_a_day_ends_at_midnight() -> None:
    assert of_eastmoney(flashes="2026-11-12") == []
    assert len(of_eastmoney(flashes="2026-11-11")) == 1


def test_an_item_of_the_future_hides_nothing() -> None:
    assert len(of_eastmoney(column_a=ago(-400), column_b=ago(11))) == 1
    assert of_eastmoney(column_a=ago(-0.5), column_b=ago(11)) == []


def test_lists_that_tell_no_times_are_not_old() -> None:
    assert of_eastmoney(column_a=None, flashes=None) == []


def test_a_source_without_a_limit_may_be_old() -> None:
    assert of_finews([], new=0, lists={"home": listed(newest=ago(1600))}) == []


def test_the_kind_of_a_list_is_what_its_source_makes_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EastmoneySource, "kind_of_list", lambda _, name: name.rpartition(" ")[2])
    failed = {name: listed(failed="HTTP 503") for name in ("gnjj column", "cssgs column")}
    (why,) = judged(report(eastmoney=source(lists=failed)))
    assert why.startswith("eastmoney: all 2 column lists could not be read")


@pytest.mark.parametrize("argument", ["since", "until", "url", "refresh", "category", "column"])
def test_the_lists_of_a_window_or_a_category_may_be_old(argument: str) -> None:
    assert of_eastmoney(flashes=ago(400), arguments={argument: "x"}) == []
    assert of_eastmoney(flashes=ago(400), arguments={"source": "eastmoney"})


def test_an_interrupted_run_may_not_have_read_what_is_new() -> None:
    assert of_eastmoney(exit_code=130, column_a=ago(11)) == []


# Block pages.


@pytest.mark.parametrize(("blocked", "printed"), [(0, 0), (4, 0), (5, 1), (30, 1)])
def test_block_pages_are_named(blocked: int, printed: int) -> None:
    assert len(of_finews(new=9, blocked=blocked)) == printed


def test_a_few_block_pages_among_many_articles_are_not_enough() -> None:
    assert of_finews(new=20, blocked=10) == []
    assert of_finews(new=20, blocked=11) == [
        "finews: 11 answers were captcha, block, login or empty pages: the site keeps this address out; wait a day,"
        " raise DOWNLOAD_DELAY, let FINEWS_CONTACT reach you; see scrapy doctor"
    ]


def test_articles_that_are_behind_a_login_in_every_run_are_not_news() -> None:
    again: dict[str, Any] = {"new": 0, "asked": 4, "failed": {"login page": 4}}
    assert of_finews(**again, blocked=16) == []
    assert len(of_finews(**again, blocked=17)) == 1


# All of it.


def test_each_trouble_of_each_source_is_told() -> None:
    broken: dict[str, Any] = {"lists": {"home": 0, "flashes": listed(failed="x")}, "failed": {"x": 9}, "blocked": 27}
    printed = judged(report(finews=source(**broken), eastmoney=source(**broken)), WELL)
    assert len(printed) == 7  # eastmoney has no list `home` in the runs before
    assert {entry.partition(":")[0] for entry in printed} == {"finews", "eastmoney"}


def test_runs_without_news_push_no_basis_out_of_sight(tmp_path: Path) -> None:
    quiet, refused = report(finews=source(new=0)), report()
    for number, one in enumerate([*before(3, new=20), *[quiet] * 99, *[refused] * 99]):
        path = path_of(tmp_path, f"2026-11-22T00-{number // 60:02}-{number % 60:02}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_json(one), encoding="utf-8")
    reports, warnings = read_last(tmp_path)
    assert (len(reports), warnings) == (201, [])
    assert len(judged(report(finews=source(length=20)), reports)) == 1


@pytest.mark.parametrize(
    ("statuses", "is_so"),
    [
        ([{"CannotResolveHostError": 3}, {"CannotResolveHostError": 1}], True),
        ([{"CannotResolveHostError": 3}, {"200": 1}], False),
        ([{"CannotResolveHostError": 3, "503": 1}], False),
        ([{}], False),
        ([], False),
    ],
)
def test_a_machine_is_offline_where_no_name_is_found(statuses: list[dict[str, int]], is_so: bool) -> None:
    hosts = {f"{at}.example": HostReport(statuses=of_host, left_alone="") for at, of_host in enumerate(statuses)}
    assert is_offline(run_report(hosts=hosts)) == is_so
    found = troubles(run_report(hosts=hosts), [], {}, NOW)
    assert found == ([OFFLINE] if is_so else [])
