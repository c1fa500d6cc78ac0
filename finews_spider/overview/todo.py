"""What is missing of a year's days, and the commands that fill it."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from shlex import join

from finews_spider.overview.days import Day, unread_ranges
from finews_spider.overview.figures import Figures
from finews_spider.overview.page import block, command, number, paragraph, section, table, text
from finews_spider.overview.pictures import PictureCounts
from finews_spider.reporting.days import Known

Row = tuple[date, str, str, str]
MAX_RANGES = 60  # of a year
_IS_CHECKOUT = (Path(__file__).resolve().parents[2] / "scrapy.cfg").is_file()
# Of this installation, however it was called: the same data give the same bytes.
PROGRAM = "scrapy" if _IS_CHECKOUT else "finews"
CRAWL = ("scrapy", "crawl", "finews") if _IS_CHECKOUT else ("finews", "crawl")
# Of what is missing, by its name in `Missing`.
_COMMANDS = {
    "owed": ("待取", CRAWL),
    "given_up": ("已放弃", (PROGRAM, "owed", "--retry")),
    "gone": ("曾有而不在", (PROGRAM, "verify", "--fix")),
}
_NAMES = {Known.NOT_READ: "没有读过的记录", Known.IN_PART: "只读到一部分"}


def todo(figures: Figures, days: Sequence[Day]) -> str:
    """Return the section of what is missing of these days, one after the other; empty where nothing is."""
    rows = sorted([*_unread(figures, days), *_missing(days)])
    if not rows:
        return ""
    shown = [[*row[1:3], row[3]] for row in rows[:MAX_RANGES]]
    rest = [paragraph(f"其余{number(len(rows) - MAX_RANGES)}段，见 {PROGRAM} coverage")] if rows[MAX_RANGES:] else []
    title = "待补的日子"
    body = table("待补的日子和补齐的命令", ["日期", "情况", "命令"], shown)
    return section(title, block("todo", [body]), *rest)


def _unread(figures: Figures, days: Sequence[Day]) -> Iterator[Row]:
    for source, known in figures.known.items():
        over = {day.day: known[day.day] for day in days if day.is_over}
        for first, last, value in unread_ranges(over):
            line = crawl_command(source, first, last)
            yield first, _between(first, last), text(f"{source}：{_NAMES[value]}"), command(line)
    over_all = {day.day: Known.NOT_READ for day in days if day.is_over} if not figures.known else {}
    for first, last, value in unread_ranges(over_all):
        yield first, _between(first, last), text(_NAMES[value]), command(crawl_command("", first, last))


def _missing(days: Sequence[Day]) -> Iterator[Row]:
    for name, (what, words) in _COMMANDS.items():
        for has_some, group in groupby(days, key=lambda day: getattr(day.missing, name) > 0):
            found = list(group)
            if has_some:
                first, last = found[0].day, found[-1].day
                articles = number(sum(getattr(day.missing, name) for day in found))
                yield first, _between(first, last), f"{what}{articles}篇", command(join(words))


def crawl_command(source: str, first: date, last: date) -> str:
    """Return the command that reads these days of a source, of all where none is named. It tells no folder's name."""
    values = [f"source={source}"] if source else []
    words = [word for value in (*values, f"since={first}", f"until={last}") for word in ("-a", value)]
    return join([*CRAWL, *words])


def _between(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} 至 {last}"


def pictures_section(figures: Figures, year: int) -> str:
    """Return the section of the pictures of a year; empty where none is kept, owed or given up."""
    months = {month: counts for month, counts in figures.pictures.items() if month.startswith(f"{year}-")}
    rows = [_pictures_of(month, counts) for month, counts in months.items() if any(counts)]
    if not rows:
        return ""
    title = f"{year}年各月图片"
    return section(title, table(title, ["月", "已存", "待取", "已放弃", "再取的命令"], rows))


def _pictures_of(month: str, counts: PictureCounts) -> list[str]:
    return [month, *map(number, counts), command(_again(month)) if counts.given_up else ""]


def _again(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return join([PROGRAM, "pictures", "-a", f"since={first}", "-a", f"until={last}"])
