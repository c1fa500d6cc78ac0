from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.commands.owed import lines
from finews_spider.dates import BEIJING
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.owed import Owed, OwedArticle
from finews_spider.ledger.patience import MIN_TRIES
from finews_spider.ledger.posts import Index, Post
from finews_spider.ledger.tries import State
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.newsroom.world import Story, World
from tests.conftest import Ran, Site, run_forked
from tests.support.nonempty import nonempty

NOW = datetime(2021, 12, 30, 12, 0, tzinfo=BEIJING)
PAUSE = timedelta(minutes=10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ref(at: int = 0, source: str = "finews") -> ArticleRef:
    time = NOW + timedelta(seconds=at)
    id_ = f"NW{202112302230000000 + at}"
    return ArticleRef(source=source, id=id_, url=f"https://example.com/{id_}", day=time.date(), title="题", time=time)


class Clock:
    def __init__(self) -> None:
        self.now = NOW


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(dates, "now", lambda: clock.now)
    return clock


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with Ledger(tmp_path) as ledger:
        yield ledger


@pytest.fixture
def owed(ledger: Ledger) -> Owed:
    return Owed(ledger, timedelta(days=14), PAUSE)


def next_run(ledger: Ledger) -> Owed:
    """What is owed, as a run finds it that begins now."""
    ledger.rows("DROP TABLE queue")
    ledger.rows("DROP TABLE listed")
    owed = Owed(ledger, timedelta(days=14), PAUSE)
    owed.enqueue_due(["finews"])
    return owed


def archive(ledger: Ledger, *refs: ArticleRef) -> None:
    posts = [Post(ref.id, "_posts", f"2021-12-30-{ref.id}.md") for ref in refs]
    Index(ledger, FOLDERS, id_in_post_name).add(posts, {})


def test_what_is_named_is_owed_as_it_was_named(owed: Owed) -> None:
    named = replace(ref(), media_name="中国证券报", digest="摘要", category="zhongguozhengquanbao", to_the_second=True)
    assert owed.record_listed([named]) == [True]
    assert [task.ref for task in owed.take(9)] == [named]


def test_a_time_of_another_zone_is_told_in_beijings(owed: Owed) -> None:
    owed.record_listed([replace(ref(), time=NOW.astimezone(UTC))])
    (task,) = owed.take(9)
    assert task.ref
    assert f"{task.ref.time}" == "2021-12-30 12:00:00+08:00"


def test_a_ref_is_fresh_whichever_list_of_a_run_names_it(owed: Owed) -> None:
    assert owed.record_listed([ref(), ref(1)]) == [True, True]
    assert owed.record_listed([ref(1), ref(2)]) == [True, True]


def test_what_an_earlier_run_named_is_not_fresh(owed: Owed, ledger: Ledger) -> None:
    owed.record_listed([ref()])
    assert next_run(ledger).record_listed([ref()]) == [False]


def test_what_is_archived_is_neither_fresh_nor_taken(owed: Owed, ledger: Ledger) -> None:
    archive(ledger, ref())
    assert owed.record_listed([ref()]) == [False]
    assert owed.take(9) == []


def test_articles_are_taken_once_in_the_order_of_the_lists(owed: Owed) -> None:
    owed.record_listed([ref(at) for at in (3, 1, 2)])
    assert [task.ref for task in owed.take(2)] == [ref(3), ref(1)]
    owed.record_listed([ref(1), ref(0)])
    assert [task.ref for task in owed.take(9)] == [ref(2), ref(0)]
    assert owed.take(9) == []


def test_a_post_settles_what_is_owed(owed: Owed, ledger: Ledger) -> None:
    owed.record_listed([ref(), ref(1)])
    archive(ledger, ref())
    assert [owing.ref.id for owing in owed] == [ref(1).id]
    assert owed.count("finews") == owed.count_queued() == 1


def test_each_failure_doubles_the_pause(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    owed.record_listed([ref()])
    for times in range(12):
        owed.tries.fail(ref().id, "HTTP 503")
        (owing,) = owed
        pause = min(PAUSE * 2**times, DAY)
        assert (owing.next_try, owing.tries, owing.reason) == (clock.now + pause, times + 1, "HTTP 503")
        clock.now += pause - timedelta(seconds=1)
        assert next_run(ledger).take(9) == []
        clock.now += timedelta(seconds=1)
        assert len(next_run(ledger).take(9)) == 1


def fail(owed: Owed, times: int = 1) -> list[State]:
    """What becomes of an article that fails so many times more."""
    return [owed.tries.fail(ref().id, "HTTP 503") for _ in range(times)]


def test_after_two_weeks_it_is_given_up(owed: Owed, clock: Clock, ledger: Ledger) -> None:
    owed.record_listed([ref()])
    assert set(fail(owed, 20)) == {State.OWED}
    clock.now += timedelta(days=14) - timedelta(seconds=1)
    assert fail(owed) == [State.OWED]
    clock.now += timedelta(seconds=1)
    assert fail(owed) == [State.GIVEN_UP]
    clock.now += timedelta(days=99)
    assert next_run(ledger).take(9) == []
    assert owed.count("finews") == 0


def test_a_machine_that_was_off_for_two_weeks_has_not_tried_for_two_weeks(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    fail(owed)
    clock.now += timedelta(days=15)
    assert fail(owed, MIN_TRIES - 1) == [State.OWED] * (MIN_TRIES - 2) + [State.GIVEN_UP]


def test_a_run_a_day_gives_up_after_two_weeks(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    owed.record_listed([ref()])
    for _ in range(14):
        assert next_run(ledger).take(9) != []
        assert fail(owed) == [State.OWED]
        clock.now += DAY
    assert fail(owed) == [State.GIVEN_UP]


@pytest.mark.parametrize("first", [datetime(1970, 1, 2, tzinfo=BEIJING), NOW + timedelta(days=3000)])
def test_a_first_try_by_a_clock_that_was_wrong_gives_nothing_up(owed: Owed, clock: Clock, first: datetime) -> None:
    owed.record_listed([ref()])
    clock.now = first
    fail(owed)
    clock.now = NOW
    assert set(fail(owed, MIN_TRIES)) == {State.OWED}
    clock.now += timedelta(days=14)
    assert fail(owed) == [State.GIVEN_UP]


def test_what_is_given_up_is_untold_until_a_report_says_so(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    owed.record_listed([ref(), ref(1, "eastmoney")])
    for at in (0, 1):
        for _ in range(MIN_TRIES):
            owed.tries.fail(ref(at).id, "HTTP 503")
    assert owed.untold(["finews", "eastmoney"]) == 0  # owed still
    clock.now += timedelta(days=14)
    for at in (0, 1):
        owed.tries.fail(ref(at).id, "HTTP 503")
    assert owed.untold(["finews", "eastmoney"]) == 2
    owed.mark_told(["finews"])
    again = next_run(ledger)
    assert [again.untold([name]) for name in ("finews", "eastmoney")] == [0, 1]


def test_what_is_given_up_again_is_told_again(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    for _ in range(2):
        fail(owed, MIN_TRIES)
        clock.now += timedelta(days=14)
        fail(owed)
        assert owed.untold(["finews"]) == 1
        owed.mark_told(["finews"])
        assert owed.untold(["finews"]) == 0
        owed.retry(State.GIVEN_UP)


def test_a_host_that_is_left_alone_is_no_try(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    owed.record_listed([ref()])
    for _ in range(30):
        clock.now += timedelta(days=1)
        assert owed.tries.fail(ref().id, "host left alone", tried=False) is State.OWED
    assert [owing.tries for owing in owed] == [0]
    assert len(next_run(ledger).take(9)) == 1


def test_a_host_that_is_left_alone_at_times_puts_nothing_off(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    fail(owed, MIN_TRIES)
    clock.now += timedelta(days=13)
    assert owed.tries.fail(ref().id, "host left alone", tried=False) is State.OWED
    clock.now += timedelta(days=1)
    assert fail(owed) == [State.GIVEN_UP]


# It is not there.


def absent(owed: Owed, at: int = 0) -> State:
    return owed.tries.record_absence(ref(at).id, "HTTP 404")


def withdraw(owed: Owed, clock: Clock, *ats: int) -> None:
    """Have articles be absent at as many looks as that takes."""
    for pause in (HOUR, 5 * HOUR, timedelta(0)):
        states = {absent(owed, at) for at in ats}
        clock.now += pause
    assert states == {State.WITHDRAWN}


def is_due(ledger: Ledger) -> bool:
    """Return whether a run that begins now would ask for something."""
    return bool(next_run(ledger).take(9))


def test_an_absence_is_believed_at_the_third_look_after_six_hours(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    owed.record_listed([ref()])
    for pause in (HOUR, 5 * HOUR):
        assert absent(owed) is State.OWED
        clock.now += pause - timedelta(seconds=1)
        assert not is_due(ledger)
        clock.now += timedelta(seconds=1)
        assert is_due(ledger)
    assert absent(owed) is State.WITHDRAWN
    assert [(owing.absences, owing.tries, owing.reason) for owing in owed] == [(3, 0, "HTTP 404")]
    clock.now += timedelta(days=30)
    assert not is_due(ledger)


def test_many_looks_in_an_hour_are_no_proof(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    assert {absent(owed) for _ in range(9)} == {State.OWED}
    clock.now += 6 * HOUR
    assert absent(owed) is State.WITHDRAWN


def test_an_error_is_no_absence_and_takes_none_back(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    absent(owed)
    clock.now += 6 * HOUR
    fail(owed, 3)
    assert absent(owed) is State.OWED
    assert absent(owed) is State.WITHDRAWN


def test_a_page_that_was_read_takes_all_absences_back(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    absent(owed)
    clock.now += 6 * HOUR
    absent(owed)
    owed.tries.fail(ref().id, "refused: no title", answered=True)
    assert [owing.absences for owing in owed] == [0]
    clock.now += 6 * HOUR
    assert [absent(owed), absent(owed), absent(owed)] == [State.OWED] * 3


def test_an_absence_of_1970_proves_nothing(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    clock.now = datetime(1970, 1, 2, tzinfo=BEIJING)
    absent(owed)
    clock.now = NOW
    assert [absent(owed), absent(owed)] == [State.OWED] * 2


def test_a_post_that_is_asked_for_again_and_is_absent_stays(owed: Owed) -> None:
    assert absent(owed) is State.WITHDRAWN
    assert list(owed) == []


def named_again(ledger: Ledger) -> tuple[list[bool], list[str]]:
    """What a run that begins now makes of a list that names it: whether it is fresh, and what is asked for."""
    again = next_run(ledger)
    fresh = again.record_listed([replace(ref(), url="https://example.com/moved")])
    return fresh, [task.ref.url for task in again.take(9) if task.ref]


def test_what_a_list_names_again_is_owed_again_after_a_pause_that_doubles(
    owed: Owed, ledger: Ledger, clock: Clock
) -> None:
    owed.record_listed([ref()])
    withdraw(owed, clock, 0)
    for pause in (6 * HOUR, 12 * HOUR, DAY, DAY):
        clock.now += pause - timedelta(seconds=1)
        assert named_again(ledger) == ([False], [])
        clock.now += timedelta(seconds=1)
        assert named_again(ledger) == ([False], ["https://example.com/moved"])
        assert absent(owed) is State.WITHDRAWN


def test_what_is_owed_again_is_not_dropped_by_a_run_that_was_not_for_it(
    owed: Owed, ledger: Ledger, clock: Clock
) -> None:
    owed.record_listed([ref()])
    withdraw(owed, clock, 0)
    clock.now += DAY
    again = next_run(ledger)
    again.record_listed([ref()])
    again.release(ref().id)
    assert [owing.state for owing in again] == [State.OWED]


def test_the_absences_of_a_source_that_is_doubted_are_taken_back(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    refs = [ref(0), ref(1), ref(2, "eastmoney")]
    owed.record_listed(refs)
    for at in range(3):
        absent(owed, at)
    clock.now += 6 * HOUR
    absent(owed, 1)
    again = next_run(ledger)
    again.record_listed(refs)
    for at in (1, 2):
        absent(again, at)
    assert again.tries.restore_withdrawn("finews") == 1  # not the absence of an article that this run did not look at
    assert [(owing.state, owing.absences) for owing in again] == [(State.OWED, 1), (State.OWED, 2), (State.OWED, 2)]
    assert [task.id for task in next_run(ledger).take(9)] == [ref(0).id, ref(1).id]


def test_a_first_absence_that_is_taken_back_is_none(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    absent(owed)
    assert owed.tries.restore_withdrawn("finews") == 1
    assert owed.tries.restore_withdrawn("finews") == 0
    clock.now += 6 * HOUR
    assert [absent(owed) for _ in range(3)] == [State.OWED] * 3


def test_retry_makes_all_due(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    owed.record_listed([ref(at) for at in range(4)])
    withdraw(owed, clock, 1)
    owed.tries.fail(ref(0).id, "HTTP 503")
    owed.forget(ref(2).id)
    assert owed.retry(State.OWED, State.GIVEN_UP, State.WITHDRAWN) == 3
    assert [task.id for task in next_run(ledger).take(9)] == [ref(at).id for at in (0, 1, 3)]


def test_retry_gives_the_whole_patience_again(owed: Owed, clock: Clock) -> None:
    owed.record_listed([ref()])
    withdraw(owed, clock, 0)
    fail(owed, MIN_TRIES)
    owed.retry(State.OWED)
    assert [(owing.tries, owing.absences) for owing in owed] == [(0, 0)]
    clock.now += timedelta(days=14)
    assert set(fail(owed, MIN_TRIES)) == {State.OWED}
    assert [absent(owed) for _ in range(3)] == [State.OWED] * 3


def test_what_is_forgotten_is_never_owed_again(owed: Owed, ledger: Ledger) -> None:
    owed.record_listed([ref()])
    owed.forget(ref().id)
    owed.forget(ref(1).id)  # a person deleted its post
    assert next_run(ledger).record_listed([ref(), ref(1)]) == [False, False]
    assert owed.count("finews") == 0
    assert [owing.state for owing in owed] == [State.FORGOTTEN, State.FORGOTTEN]


def test_a_clock_that_was_wrong_puts_nothing_off_for_years(owed: Owed, ledger: Ledger, clock: Clock) -> None:
    owed.record_listed([ref()])
    clock.now += timedelta(days=3000)
    owed.tries.fail(ref().id, "HTTP 503")
    clock.now = NOW
    assert len(next_run(ledger).take(9)) == 1


def test_what_is_asked_for_by_name_is_due(owed: Owed) -> None:
    owed.record_listed([ref()])
    owed.forget(ref().id)
    owed.enqueue(ref())
    assert [task.id for task in owed.take(9)] == [ref().id]


def test_what_is_asked_for_by_name_may_be_new(owed: Owed) -> None:
    owed.enqueue(ref())
    assert [task.ref for task in owed.take(9)] == [ref()]


def test_a_refresh_asks_for_posts_of_these_days_newest_first_without_a_ref(owed: Owed, ledger: Ledger) -> None:
    days = {"2021-12-28": ref(0), "2021-12-29": ref(1), "2021-12-30": ref(2), "2021-12-31": ref(3)}
    posts = [Post(ref.id, "_posts", f"{day}-{ref.id}.md") for day, ref in days.items()]
    Index(ledger, FOLDERS, id_in_post_name).add(posts, {})
    owed.enqueue_refresh(date(2021, 12, 29), lambda id_: id_ != ref(2).id)
    assert owed.take(9) == [(ref(3).id, None), (ref(1).id, None)]
    assert owed.wanted() == 2


def test_wanted_is_what_has_no_post(owed: Owed, ledger: Ledger) -> None:
    owed.record_listed([ref(9)])
    archive(ledger, ref(0), ref(1))
    again = next_run(ledger)
    again.record_listed([ref(at) for at in range(3)])
    assert again.wanted() == 2


def test_what_a_run_was_not_for_is_released_unless_it_was_owed_before(owed: Owed, ledger: Ledger) -> None:
    owed.record_listed([ref(0)])
    again = next_run(ledger)
    again.record_listed([ref(0), ref(1)])
    again.release(ref(0).id)
    again.release(ref(1).id)
    assert [owing.ref.id for owing in again] == [ref(0).id]


def test_a_source_takes_up_its_own(owed: Owed, ledger: Ledger) -> None:
    owed.record_listed([ref(0), ref(1, "eastmoney")])
    assert [task.id for task in next_run(ledger).take(9)] == [ref(0).id]


def test_figures_tell_of_each_source_and_day_what_became_of_what_it_named(
    owed: Owed, ledger: Ledger, clock: Clock
) -> None:
    archive(ledger, ref(0))
    owed.record_listed([ref(at) for at in range(4)])
    owed.record_listed([ref(1, "eastmoney"), ref(86400, "eastmoney"), replace(ref(9, "eastmoney"), day=None)])
    archive(ledger, ref(1))
    withdraw(owed, clock, 3)
    assert owed.listed.counts("finews") == (4, 3, 1, 1, 1)  # listed, new, known, archived, owed
    assert owed.listed.counts_by_day("eastmoney") == {
        date(2021, 12, 30): (1, 1, 0, 1, 0),
        date(2021, 12, 31): (1, 1, 0, 0, 1),
    }


NORMAL, FULL = 1, 2  # SQLite's synchronous modes: after a power cut the last commits may be gone, or none is
CHANGES: dict[str, tuple[int, Callable[[Ledger, Owed], object]]] = {
    "named": (FULL, lambda _, owed: owed.record_listed([ref(1)])),
    "asked for by name": (FULL, lambda _, owed: owed.enqueue(ref(1))),
    "to be retried": (FULL, lambda _, owed: owed.retry(State.OWED)),
    "forgotten": (FULL, lambda _, owed: owed.forget(ref().id)),
    "about to be written": (FULL, lambda ledger, _: Unpublished(ledger).note(["_posts/a.md"])),
    "failed": (NORMAL, lambda _, owed: owed.tries.fail(ref().id, "HTTP 503")),
    "absent": (NORMAL, lambda _, owed: owed.tries.record_absence(ref().id, "HTTP 404")),
    "archived": (NORMAL, lambda ledger, _: archive(ledger, ref())),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_power_cut_takes_nothing_that_only_the_ledger_knows(owed: Owed, ledger: Ledger, change: str) -> None:
    mode, make = CHANGES[change]
    owed.record_listed([ref()])
    absent(owed)  # so that the mode is not that of what came before
    assert ledger.row("PRAGMA synchronous") == (NORMAL,)
    make(ledger, owed)
    assert ledger.row("PRAGMA synchronous") == (mode,)


# Through the front door.


def scrapy_owed(site: Site, *options: str) -> Ran:
    return run_forked("owed", "-s", f"FINEWS_OUTPUT={site.output}", *options)


def an_article(world: World) -> Story:
    return next(story for story in world if story.in_article and not story.in_flash)


def test_an_article_that_fails_is_owed_listed_and_asked_for_when_its_pause_is_over(site: Site, world: World) -> None:
    story = an_article(world)
    id_ = f"NW{story.number}"
    site.fail(story)
    ran = site.crawl()
    assert ran.code == 3
    assert site.report()["sources"]["finews"]["owed"] == 1
    printed = scrapy_owed(site).out
    assert id_ in printed
    assert "HTTP 503" in printed
    assert "1 try, next after" in printed
    site.room.clear()
    ran = site.crawl()  # within its pause
    assert (ran.code, site.articles_asked()) == (3, [])
    assert scrapy_owed(site, "--retry").out.startswith("1 article")
    ran = site.crawl()
    assert ran.code == 0
    assert id_ in site.names()
    assert "Nothing is owed" in scrapy_owed(site).out


@pytest.mark.slow
def test_forget_and_what_is_no_id(site: Site, world: World) -> None:
    id_ = f"NW{an_article(world).number}"
    link = f"{site.room.urls['share']}/html_News/NewsShare.html?infoCode={id_}"
    for role in ("share", "origin", "newsinfo", "finance"):
        site.room.answer(role, "/", status=503)
    assert site.crawl(f"url={link}").code == 3
    wrong = scrapy_owed(site, "--forget", "NW1")
    assert wrong.code == 2
    assert "'NW1' is no id" in wrong.err
    assert scrapy_owed(site, "--forget", id_).code == 0
    site.room.clear()
    site.crawl(settings={"FINEWS_OWED_PAUSE": "0"})
    assert id_ not in site.names()


def test_nothing_of_a_terminal_is_in_a_title() -> None:
    owing = OwedArticle(
        ref=replace(ref(), title="a\x1b[31mb\u202ec"), state=State.OWED, seen=NOW, tries=1, next_try=NOW, reason="\x07"
    )
    assert not any(char in line for line in nonempty(lines(owing)) for char in "\x1b\u202e\x07")


def test_a_folder_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    ran = run_forked("owed", "-s", f"FINEWS_OUTPUT={tmp_path}/typo")
    assert ran.code == 2
    assert f"{tmp_path}/typo" in ran.err
    assert not (tmp_path / "typo").exists()


# What an archive of the web names.

CAPTURES = "20211231000000 - https://example.com/a"


def moved(owed: Owed) -> tuple[str, str, State]:
    (one,) = owed
    return one.ref.source, one.ref.captures, one.state


def test_what_an_archive_names_is_asked_of_it_and_what_a_site_names_of_that(ledger: Ledger) -> None:
    archived = replace(ref(), source="wayback", captures=CAPTURES)
    for named in (ref(), archived, ref(), archived):
        owed = Owed(ledger, timedelta(days=14), PAUSE)
        owed.record_listed([named])
        assert moved(owed) == (named.source, named.captures, State.OWED)
        assert len(owed.take(9)) == 1
        owed.tries.fail(named.id, "HTTP 503")
        ledger.rows("DROP TABLE temp.queue")
        ledger.rows("DROP TABLE IF EXISTS temp.listed")


@pytest.mark.parametrize("state", [State.GIVEN_UP, State.WITHDRAWN])
def test_an_archive_has_what_was_given_up_and_a_site_has_not(ledger: Ledger, state: State) -> None:
    owed = Owed(ledger, timedelta(days=14), PAUSE)
    owed.record_listed([ref()])
    ledger.rows("UPDATE owed SET state = ?, next_try = ?", (state, int((dates.now() + HOUR).timestamp())))
    ledger.rows("DELETE FROM queue")
    owed.record_listed([replace(ref(), source="eastmoney")])
    assert moved(owed) == ("finews", "", state)
    ledger.rows("DELETE FROM queue")
    owed.record_listed([replace(ref(), source="wayback", captures=CAPTURES)])
    assert moved(owed) == ("wayback", CAPTURES, State.OWED)


def test_what_is_forgotten_is_no_archives_either(ledger: Ledger) -> None:
    owed = Owed(ledger, timedelta(days=14), PAUSE)
    owed.forget(ref().id)
    owed.record_listed([replace(ref(), source="wayback", captures=CAPTURES)])
    assert moved(owed)[2] is State.FORGOTTEN


def test_archives_are_asked_once_for_what_is_withdrawn(ledger: Ledger) -> None:
    owed = Owed(ledger, timedelta(days=14), PAUSE)
    owed.record_listed([ref()])
    assert not owed.tries.take_archive_look(ref().id)
    ledger.rows("UPDATE owed SET state = 'withdrawn'")
    assert owed.tries.take_archive_look(ref().id)
    assert not owed.tries.take_archive_look(ref().id)
    owed.retry(State.WITHDRAWN)
    ledger.rows("UPDATE owed SET state = 'withdrawn'")
    assert owed.tries.take_archive_look(ref().id)
