"""What a person reads of a run, from its report."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from rich.console import Console

from finews_spider.printable import safe_line
from finews_spider.reporting import markdown, plain_text, rich_tables
from finews_spider.reporting.printing import print_summary
from finews_spider.reporting.report import DayReport, HostReport, ListReport, RunReport, SourceReport, WindowReport
from finews_spider.reporting.summary import summary_of
from finews_spider.reporting.summary_window import MAX_RANGES
from finews_spider.reporting.terminal import duration
from tests.support.nonempty import nonempty
from tests.support.reports import REPORTS, STARTED, list_report, run_report, source_report

HOSTILE = "a\x1b[31m\r\n\x07\u202e<script>`|`[bold]x[/bold] ![i](//e) **b** 中"


def plain(made: RunReport) -> list[str]:
    return plain_text.render(summary_of(made))


def of_source(**fields: Any) -> SourceReport:
    lists = {"home": of_list("known", "2026-11-20")}
    return source_report(**{"lists": lists, "rows": 250, "known": 250, **fields})


def of_list(ended: str | None, oldest: str | None, failed: str = "") -> ListReport:
    return list_report(rows=65, newest="2026-11-22", oldest=oldest, ended=ended, failed=failed)


def report(**fields: Any) -> RunReport:
    made: dict[str, Any] = {
        "ended": STARTED + timedelta(seconds=48),
        "seconds": 48.1,
        "arguments": {"source": "finews"},
        "output": "/srv/my site",
        "posts": 12345,
        "sources": {"finews": of_source(), "eastmoney": of_source(known=1200)},
        "hosts": {"a.example": HostReport(requests=12, left_alone="")},
        "exit_code": 0,
        "why": "nothing new",
    }
    return run_report(**made | fields)


def day(number: int) -> date:
    return date(2021, 11, 30) + timedelta(days=number)


def backfill(
    covered: Mapping[int, int],
    owed: tuple[int, ...] = (),
    lists: Mapping[str, ListReport] | None = None,
    not_covered: tuple[int, ...] = (),
) -> RunReport:
    """Of finews, which has 14 lists: by how many of them each day was covered; -1 for one that was read in part."""
    days = {
        day(number): DayReport(
            listed=3, archived=2, known=1, owed=int(number in owed), covered=max(by, 0), in_part=int(by < 0)
        )
        for number, by in covered.items()
    }
    since, until = day(1), day(31)
    lists = lists or {"home": of_list("window", f"{day(-1)}")}
    return report(
        sources={"finews": of_source(lists=lists, archived=2 * len(days))},
        window=WindowReport(
            since=since,
            until=until,
            days={"finews": days},
            lists={"finews": 14},
            not_covered={"finews": [day(number) for number in not_covered]},
        ),
        arguments={"since": f"{since}", "until": f"{until}"},
    )


def shown(made: RunReport, width: int = 120) -> str:
    """On a terminal, without colours."""
    screen = StringIO()
    console = Console(file=screen, width=width, force_terminal=True, color_system=None)
    console.print(rich_tables.render(summary_of(made)), crop=False)
    return screen.getvalue()


def test_a_run_with_nothing_new_is_two_lines() -> None:
    sources = {"finews": of_source(), "eastmoney": of_source(known=1200), "other": of_source(known=0)}
    assert plain(report(sources=sources)) == [
        "finews 2026-11-22 21:45: all well; nothing new, 12,345 in the archive;"
        " finews 250 known, eastmoney 1,200 known",
        "12 requests, 48 s; exit code 0: nothing new",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"exit_code": 3},
        {"warnings": ["slow"]},
        {"sources": {"finews": of_source(archived=1)}},
        {"window": WindowReport(since=day(1), until=day(1))},
    ],
)
def test_a_run_with_something_to_say_is_no_two_lines(fields: dict[str, Any]) -> None:
    assert any(line.startswith("  finews: 1 list, 250 rows") for line in plain(report(**fields)))


def test_new_posts_are_told_source_by_source() -> None:
    new = of_source(new=10, archived=10, known=240, newest="2026-11-22T21:40:00+08:00")
    lines = plain(report(sources={"finews": new}, why="10 new posts"))
    assert lines == [
        "finews 2026-11-22 21:45: all well; 10 new posts, 12,345 in the archive",
        "  finews: 1 list, 250 rows, 240 known, 10 new, 10 archived; newest 2026-11-22 21:40",
        "12 requests, 48 s; exit code 0: 10 new posts",
    ]


def test_what_is_owed_stands_with_what_to_type() -> None:
    owing = of_source(owed=2, failed={"HTTP 503": 1, "host left alone": 4}, refused={"no title, no time": 2})
    lines = plain(report(sources={"finews": owing}, exit_code=3, why="2 articles are owed"))
    assert "failed: finews: 4 × host left alone, 1 × HTTP 503" in lines
    assert "refused: finews: 2 × no title, no time" in lines
    assert "owed: 2 articles of finews; a later run asks again" in lines
    crawl = "scrapy crawl finews -a source=finews -s 'FINEWS_OUTPUT=/srv/my site'"
    assert f"type: {crawl}  # asks again for what is owed".replace("  #", " #") in lines
    assert lines[-1] == "12 requests, 48 s; exit code 3: 2 articles are owed"


def test_what_is_broken_stands_with_what_to_type() -> None:
    broken = "finews: home has no rows; it had 65 in each of the last 12 runs"
    hosts = {"a.example": HostReport(requests=5, retries=2, left_alone="failed 5 times in a row")}
    lines = plain(report(broken=[broken], exit_code=5, why=broken, hosts=hosts, warnings=["slow"]))
    assert f"broken: {broken}" in lines
    assert "left alone: a.example: it failed 5 times in a row" in lines
    assert "warning: slow" in lines
    assert "type: scrapy doctor # says what answers, and what to do" in lines
    assert lines[-1] == "5 requests, 2 of them again, 48 s; exit code 5"  # and not why once more


def test_many_warnings_are_cut_and_that_is_said() -> None:
    lines = plain(report(warnings=[f"number {number}" for number in range(25)]))
    assert "warning: number 9" in lines
    assert "warning: number 10" not in lines
    assert "warning: and 15 more; the run's report has all" in lines


def test_without_a_window_only_lists_that_fell_short_are_named() -> None:
    lists = {"home": of_list("known", "2026-11-20"), "roll": of_list("end", "2026-11-20")}
    lists |= {"flashes": of_list("limit", "2026-11-19T08:00:00+08:00"), "column a": of_list("failed", None, "HTTP 503")}
    printed = [
        line for line in plain(report(sources={"eastmoney": of_source(lists=lists)})) if line.startswith("lists")
    ]
    assert printed == [
        "lists: eastmoney: 1 list stopped at the limit of pages: back to 2026-11-19 (flashes)",
        "lists: eastmoney: 1 list failed (HTTP 503): nothing read of column a",
    ]


def test_a_covered_window_is_one_line() -> None:
    lines = plain(backfill(dict.fromkeys(range(1, 32), 14)))
    assert lines[2:4] == [
        "  finews, 2021-12-01 to 2021-12-31:"
        " 31 days, 93 listed, 62 archived, 31 known, 0 owed; covered by all 14 lists",
        "lists: finews: 1 list read past the window: back to 2021-11-29",
    ]


def test_days_that_need_saying_are_named() -> None:
    covered = {1: 0, 2: 0, 3: -1, 4: 12, 5: 13} | dict.fromkeys(range(6, 32), 14)
    lines = [line.split("; ") for line in plain(backfill(covered, owed=(9,))) if line.startswith("  finews, ")]
    assert [(days.split(":")[0][10:], by) for days, by in lines] == [
        ("2021-12-01 to 2021-12-02", "not covered"),
        ("2021-12-03", "in part only"),
        ("2021-12-04 to 2021-12-05", "covered by 12 to 13 of 14 lists"),
        ("2021-12-06 to 2021-12-08", "covered by all 14 lists"),
        ("2021-12-09", "covered by all 14 lists"),
        ("2021-12-10 to 2021-12-31", "covered by all 14 lists"),
    ]
    assert lines[4][0] == "  finews, 2021-12-09: 1 day, 3 listed, 2 archived, 1 known, 1 owed"


def test_a_day_that_only_not_covered_names_is_not_covered() -> None:
    made = backfill({2: 14}, not_covered=(1,))
    assert "  finews, 2021-12-01: 1 day, 0 listed, 0 archived, 0 known, 0 owed; not covered" in plain(made)


def test_days_with_a_gap_between_are_two_ranges() -> None:
    lines = plain(backfill({1: 14, 2: 14, 5: 14}))
    assert [line.split(":")[0] for line in lines[2:4]] == ["  finews, 2021-12-01 to 2021-12-02", "  finews, 2021-12-05"]


def test_very_many_ranges_are_cut_and_what_is_left_out_is_summed() -> None:
    covered = {number: 14 * (number % 2) for number in range(1, 101)}
    lines = [line for line in plain(backfill(covered)) if line.startswith("  finews, ")]
    assert len(lines) == MAX_RANGES + 1
    assert lines[-1] == (
        "  finews, and more, to 2022-03-10: 70 days, 210 listed, 140 archived, 70 known, 0 owed;"
        " covered by all lists: 35 days, not covered: 35 days"
    )


def test_lists_that_are_alike_are_one_line() -> None:
    lists = {f"column c{number}": of_list("window", f"{day(-number % 3)}") for number in range(30)}
    lists |= {"old": of_list("end", "2021-01-01"), "cut": of_list(None, None)}
    lists |= {f"column e{number}": of_list("end", f"{day(number)}") for number in range(1, 7)}
    lists |= {f"column f{number}": of_list("failed", f"{day(9)}", "HTTP 503") for number in range(5)}
    printed = [line for line in plain(backfill({1: 3}, lists=lists)) if line.startswith("lists")]
    assert printed == [
        "lists: finews: 31 lists read past the window: back to 2021-01-01 to 2021-12-02",
        "lists: finews: 6 lists came to their end:"
        " back to 2021-12-06 (column e6), 2021-12-05 (column e5), 2021-12-04 (column e4),"
        " 2021-12-01 to 2021-12-03 (3 others)",
        "lists: finews: 5 lists failed (HTTP 503): back to 2021-12-09 (column f0, column f1, column f2 and 2 more)",
        "lists: finews: 1 list cut short: nothing read of cut",
    ]


def test_only_a_list_that_came_to_its_end_was_read_past_a_window_that_is_newer() -> None:
    lists = {"home": of_list("limit", "2021-11-01"), "roll": of_list("end", "2021-11-01")}
    assert [line for line in plain(backfill({1: 3}, lists=lists)) if line.startswith("lists")] == [
        "lists: finews: 1 list read past the window: back to 2021-11-01",
        "lists: finews: 1 list stopped at the limit of pages: back to 2021-11-01 (home)",
    ]


def test_a_window_whose_lists_failed_is_to_be_read_again() -> None:
    failed = {"home": of_list("failed", None, "HTTP 500")}
    made = backfill({1: 3}, lists=failed)
    made = replace(made, sources={"finews": of_source(lists=failed, owed=2)})
    again = "scrapy crawl finews -a since=2021-12-01 -a until=2021-12-31 -s 'FINEWS_OUTPUT=/srv/my site'"
    assert f"type: {again} # reads the days again; what is archived costs nothing" in plain(made)
    assert sum(line.startswith("type: scrapy crawl") for line in plain(made)) == 1  # it asks for what is owed, too


def test_a_refused_run_is_two_lines() -> None:
    assert plain(run_report(ended=STARTED, exit_code=2, why="since: '2021-13-01' is not a day")) == [
        "finews 2026-11-22 21:45: nothing was asked for",
        "exit code 2: since: '2021-13-01' is not a day",
    ]


def test_a_killed_run_says_so() -> None:
    lines = plain(replace(backfill({}), ended=None, exit_code=None, why="", seconds=None))
    assert lines[0] == "finews 2026-11-22 21:45: the run has not ended: it is still going, or was killed"
    assert "not covered: the run ended before it could tell what its lists cover" in lines
    assert lines[-1] == "12 requests; no exit code"


def test_a_window_that_has_not_come_is_not_cut_short() -> None:
    made = backfill({})
    assert made.window
    lines = plain(replace(made, window=replace(made.window, until=None)))
    assert [line for line in lines if line.startswith("not covered")] == []


def test_a_terminal_gets_tables() -> None:
    text = shown(backfill({1: 0, 2: 14}, owed=(2,)))
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "source lists rows known new archived owed newest" in rows
    assert "finews 1 250 250 0 4 0" in rows
    assert "finews 2021-12-01 1 3 2 1 0 not covered" in rows
    assert "finews 2021-12-02 1 3 2 1 1 all 14 lists" in rows


def test_what_is_to_be_typed_is_not_broken_into_lines() -> None:
    owing = report(sources={"finews": of_source(owed=1)}, output="/srv/" + "a" * 200)
    assert f"FINEWS_OUTPUT=/srv/{'a' * 200} # asks" in shown(owing, width=60)


# What comes from outside.


def hostile() -> RunReport:
    lists = {HOSTILE: of_list("failed", None, HOSTILE), "b": of_list(HOSTILE, HOSTILE)}
    source = of_source(lists=lists, failed={HOSTILE: 1}, refused={HOSTILE: 2}, owed=1, newest=HOSTILE)
    return report(
        sources={HOSTILE: source},
        hosts={HOSTILE: HostReport(requests=1, left_alone=HOSTILE)},
        warnings=[HOSTILE],
        broken=[HOSTILE],
        why=HOSTILE,
        window=WindowReport(since=day(1), days={HOSTILE: {day(1): DayReport(covered=1)}}, lists={HOSTILE: 1}),
        output=HOSTILE,
        exit_code=4,
    )


def is_harmless(text: str) -> bool:
    return not any(unicodedata.category(entry) in ("Cc", "Cf", "Cs", "Zl", "Zp") for entry in text.replace("\n", ""))


def test_nothing_from_outside_can_steer_a_terminal() -> None:
    assert all(is_harmless(line) and "\n" not in line for line in nonempty(plain(hostile())))
    assert is_harmless(shown(hostile()))
    assert is_harmless(markdown.render(summary_of(hostile())))


def test_markup_from_outside_is_shown_as_it_is() -> None:
    assert "[bold]x[/bold]" in shown(hostile(), width=400)


def test_markup_from_outside_means_nothing_in_markdown() -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown.render(summary_of(hostile())))
    outside = html
    while "<code>" in outside:
        before, _, rest = outside.partition("<code>")
        code, _, after = rest.partition("</code>")
        assert "<" not in code
        outside = before + after
    for word in ("script", "bold", "img", "中"):
        assert word not in outside
    assert html.count("<table>") == html.count("</table>") == 2
    assert html.count("</tr>") == 4
    assert html.count("<td") == len("source lists rows known new archived owed refused failed newest".split()) + 8


def test_texts_that_end_in_backticks_stay_in_their_code_spans() -> None:
    html = MarkdownIt().render(
        markdown.render(summary_of(report(sources={}, warnings=["`", "a``", "``` <b>", "\\", " x "])))
    )
    assert html.count("<li>") == html.count("<code>") - 1 == 5
    assert "&lt;b&gt;" in html


@pytest.mark.slow
@given(REPORTS)
def test_every_report_can_be_shown(made: RunReport) -> None:
    assert all(is_harmless(line) and "\n" not in line for line in nonempty(plain(made)))
    assert is_harmless(shown(made))
    assert is_harmless(markdown.render(summary_of(made)))


# Where it goes.


class Stream(StringIO):
    """A stream of some encoding, a terminal or not."""

    def __init__(self, encoding: str = "utf-8", terminal: bool = False) -> None:
        super().__init__()
        self.name_of_encoding, self.terminal = encoding, terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.name_of_encoding

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "TERM", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_no_environment")
@pytest.mark.parametrize(
    ("terminal", "term", "encoding", "tables"),
    [
        (True, "xterm", "utf-8", True),
        (True, "dumb", "utf-8", False),
        (True, "xterm", "latin-1", False),
        (False, "xterm", "utf-8", False),
    ],
)
def test_tables_are_for_terminals(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, term: str, encoding: str, tables: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    stream = Stream(encoding, terminal)
    print_summary(report(), stream)
    assert ("───" in stream.getvalue()) is tables
    assert "nothing new" in stream.getvalue()


@pytest.mark.usefixtures("_no_environment")
def test_a_stream_without_chinese_gets_what_it_can_show() -> None:
    stream = Stream("ascii")
    print_summary(report(warnings=["中"]), stream)
    assert "warning: \\u4e2d\n" in stream.getvalue()


@pytest.mark.usefixtures("_no_environment")
def test_github_gets_it_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    step = tmp_path / "step"
    step.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    stream = Stream()
    print_summary(report(), stream)
    assert step.read_text(encoding="utf-8").startswith("before\n### finews 2026-11-22 21:45: all well; nothing new")
    assert stream.getvalue().startswith("finews 2026-11-22 21:45")


@pytest.mark.usefixtures("_no_environment")
def test_a_summary_that_cannot_be_written_is_no_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "gone" / "step"))
    stream = Stream()
    print_summary(report(), stream)
    assert "warning: no summary of the step" in stream.getvalue()


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (119.4, "119 s"),
        (119.6, "2 min"),
        (3569, "59 min"),
        (3571, "1 h 00 min"),
        (7500, "2 h 05 min"),
        (86400 * 3 + 4 * 3600, "3 days 4 h"),
    ],
)
def test_spans_of_time_are_said_as_people_do(seconds: float, printed: str) -> None:
    assert duration(seconds) == printed


def test_what_is_long_is_cut() -> None:
    assert safe_line("a" * 400) == "a" * 299 + "…"


def test_rows_that_were_skipped_are_told_by_reason() -> None:
    reasons = {"no id": 2, "blog": 25, "outside window": 1000, "other category": 3}
    lines = plain(report(sources={"eastmoney": of_source(skipped=reasons)}))
    assert "skipped: eastmoney: rows of its lists: 25 × blog, 2 × no id" in lines


@pytest.mark.parametrize("reason", ["blog", "another host", "no id", "no article link", "damaged"])
def test_rows_that_cannot_be_read_need_attention_and_what_is_no_news_does_not(reason: str) -> None:
    summary = summary_of(report(sources={"eastmoney": of_source(skipped={reason: 2})}))
    assert summary.quiet == (reason in ("blog", "another host"))
