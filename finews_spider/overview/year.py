"""The sections of one year: its calendar, what is to be filled, its months, media and categories."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from finews_spider.overview import plots
from finews_spider.overview.days import LEVELS, Day, Mark, level_of
from finews_spider.overview.figures import Figures
from finews_spider.overview.page import block, folded, number, paragraph, section, table, text
from finews_spider.overview.plots import Bar, Cell
from finews_spider.overview.symbols import CELL
from finews_spider.overview.todo import pictures_section, todo

MAX_PLOTS, MAX_ROWS = 12, 100  # categories that are drawn; rows of media and categories
UNNAMED = "（未注明）"


def year_sections(figures: Figures, year: int) -> str:
    """Return the sections of a year."""
    days = [day for at, day in figures.days.items() if at.year == year]
    last = figures.today.month if year == figures.today.year else 12
    months = [f"{year}-{month:02}" for month in range(1, last + 1)]
    names = [f"{month}月" for month in range(1, last + 1)]
    return "\n".join(
        (
            section(f"{year}年日历", _calendar(days), folded("日历的表格", _day_table(days, year))),
            todo(figures, days),
            *filter(None, (pictures_section(figures, year),)),
            section(f"{year}年各月篇数", month_plot(figures, f"{year}年各月篇数", months, names)),
            section(f"{year}年各媒体篇数", media_table(f"{year}年各媒体篇数", figures.posts.media.get(year, {}))),
            section(f"{year}年各分类篇数", category_plots(figures, f"{year}年各分类每月篇数", months, names)),
        )
    )


def _calendar(days: Sequence[Day]) -> str:
    most = max((day.posts for day in days), default=0)
    parts = []
    for at, group in groupby(days, key=lambda day: day.day.month):
        month = list(group)
        name, posts = f"{month[0].day.year}年{at}月", sum(day.posts for day in month)
        cells = [Cell(day.day, _marks(day, most), _title(day)) for day in month]
        label = f"{name}，{number(posts)}篇；逐日篇数见表格"
        parts.append(f"<div><h3>{at}月 <small>{number(posts)}篇</small></h3>{plots.month(cells, label)}</div>")
    return f"{block('months', parts)}\n{_key(days, most)}"


def _marks(day: Day, most: int) -> tuple[str, ...]:
    if day.mark:
        return (day.mark.symbol,)
    square = f"{'full' if day.is_wholly_read else 'hollow'}{level_of(day.posts, most)}"
    return (square, "alert") if day.has_trouble else (square,)


def _title(day: Day) -> str:
    parts = [day.mark.meaning if day.mark else f"{number(day.posts)}篇"]
    if day.posts and not day.is_wholly_read:
        parts.append("没有完整读过的记录")
    missing = day.missing
    for count, what in ((missing.owed, "待取"), (missing.given_up, "已放弃"), (missing.gone, "曾有而不在")):
        parts += [f"{what}{count}篇"] if count else []
    return f"{day.day}：{'，'.join(parts)}"


def _key(days: Sequence[Day], most: int) -> str:
    """Return what the marks mean, those that are there."""
    shown = {mark for day in days for mark in _marks(day, most)}
    entries = []
    for kind, ending in (("full", "篇"), ("hollow", "篇，没有完整读过的记录")):
        for level in range(1, LEVELS + 1):
            low, high = most * (level - 1) // LEVELS + 1, most * level // LEVELS
            entries += [(f"{kind}{level}", f"{low}–{high}{ending}" if low < high else f"{high}{ending}")]
    entries += [("alert", "角标：另有文章缺失"), *((mark.symbol, mark.meaning) for mark in Mark)]
    lines = (
        f'<li><svg viewBox="0 0 {CELL} {CELL}" aria-hidden="true"><use href="#{mark}"/></svg>{text(meaning)}</li>'
        for mark, meaning in entries
        if mark in shown
    )
    return block("key", lines, "ul")


def _day_table(days: Sequence[Day], year: int) -> str:
    by_month = {month: {day.day.day: day for day in group} for month, group in groupby(days, lambda day: day.day.month)}
    rows = [[f"{month}月", *(_letter(of_month.get(at)) for at in range(1, 32))] for month, of_month in by_month.items()]
    letters = "，".join(f"{mark.letter} {mark.meaning}" for mark in Mark if any(day.mark is mark for day in days))
    note = [paragraph(letters)] if letters else []
    return "\n".join([table(f"{year}年逐日篇数", ["月", *map(str, range(1, 32))], rows), *note])


def _letter(day: Day | None) -> str:
    if day is None:
        return ""
    return day.mark.letter if day.mark else number(day.posts)


def month_plot(figures: Figures, title: str, months: Sequence[str], names: Sequence[str]) -> str:
    """Return bars of months, and their table."""
    counts = [figures.posts.months.get(month, 0) for month in months]
    values = [Bar(count, name) for count, name in zip(counts, names, strict=True)]
    rows = [[month, number(count)] for month, count in zip(months, counts, strict=True)]
    return "\n".join((plots.bars(values, title), folded("各月篇数的表格", table(title, ["月", "篇数"], rows))))


def media_table(title: str, media: dict[str, int]) -> str:
    """Return the media with most posts, each with its bar."""
    ordered = sorted(media.items(), key=lambda pair: (-pair[1], pair[0]))
    most = ordered[0][1] if ordered else 0
    rows = [[text(name or UNNAMED), number(count), plots.share(count, most)] for name, count in ordered[:MAX_ROWS]]
    parts = [table(title, ["媒体", "篇数", "图"], rows)]
    return "\n".join([*parts, *_rest([count for _, count in ordered[MAX_ROWS:]], "个媒体")])


def category_plots(figures: Figures, title: str, months: Sequence[str], names: Sequence[str]) -> str:
    """Return small bars of the largest categories, all of one height, and the table of more of them."""
    by_month: list[dict[str, int]] = [figures.posts.categories.get(month, {}) for month in months]
    totals: dict[str, int] = {}
    for counts in by_month:
        for name, count in counts.items():
            totals[name] = totals.get(name, 0) + count
    ordered = sorted(totals, key=lambda name: (-totals[name], name))
    most = max((counts.get(name, 0) for counts in by_month for name in ordered[:MAX_PLOTS]), default=0)
    drawn = []
    for name in ordered[:MAX_PLOTS]:
        values = [Bar(counts.get(name, 0)) for counts in by_month]
        label = figures.posts.tags.get(name) or name
        heading = f"<h3>{text(label)} <small>{number(totals[name])}篇</small></h3>"
        drawn.append(f"<div>{heading}{plots.bars(values, f'{label}，{title}', most, is_small=True)}</div>")
    rows = list(_category_rows(figures, ordered[:MAX_ROWS], by_month, totals))
    heads = ["分类", *names, "合计"]
    rest = _rest([totals[name] for name in ordered[MAX_ROWS:]], "个分类")
    note = paragraph("各图高度相同，左上角是最高的一格。")
    return "\n".join((block("small", drawn), note, folded("各分类每月篇数的表格", table(title, heads, rows), *rest)))


def _category_rows(
    figures: Figures, names: Iterable[str], by_month: Sequence[dict[str, int]], totals: dict[str, int]
) -> Iterator[list[str]]:
    for name in names:
        counts = [number(counts.get(name, 0)) for counts in by_month]
        yield [text(figures.posts.tags.get(name) or name or UNNAMED), *counts, number(totals[name])]


def _rest(counts: Sequence[int], what: str) -> list[str]:
    return [paragraph(f"其余{number(len(counts))}{what}，{number(sum(counts))}篇")] if counts else []


def month_of(day: date) -> str:
    """Return `2021-12`."""
    return f"{day:%Y-%m}"
