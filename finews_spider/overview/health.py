"""The page of runs: how many there were, how long they took, what they owed, which hosts failed, how much was read."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import groupby

from finews_spider.ledger.run_days import RunDay
from finews_spider.overview import plots
from finews_spider.overview.days import days_from
from finews_spider.overview.figures import RECENT, Figures
from finews_spider.overview.page import block, folded, number, page, paragraph, section, table, text
from finews_spider.overview.plots import Bar
from finews_spider.reporting.days import DAY

HEADS = ["日期", "运行", "其中失败", "其中中断", "平均秒数", "最长秒数", "新文章", "末次待取", "正文"]
MAX_HOSTS = 60
_KIND = Callable[[RunDay], int]
_PLOTS: tuple[tuple[str, _KIND], ...] = (
    ("每天运行次数", lambda one: one.runs),
    ("每天平均秒数", lambda one: _mean(one)),
    ("每天新文章", lambda one: one.archived),
    ("每天末次待取", lambda one: one.owed),
    ("每天读取的正文（KB）", lambda one: round(one.bytes / 1000)),
)


def health_page(figures: Figures) -> str:
    """Return the page."""
    last = figures.runs[-1].day if figures.runs else None
    owed = "，".join(f"{name} {number(count)}篇" for name, count in sorted(figures.owed.items())) or "无"
    about = f"截至 {last or figures.today}；待取：{owed}"
    body = "\n".join((_recent(figures), _hosts(figures), _by_month(figures.runs)))
    return page("运行状况", about, body, "health.html")


def _recent(figures: Figures) -> str:
    found = {one.day: one for one in figures.runs}
    days = days_from(figures.today - (RECENT - 1) * DAY, figures.today)
    drawn = []
    for title, kind in _PLOTS:
        values = [_bar(found.get(day), kind, day) for day in days]
        drawn.append(f"<div><h3>{title}</h3>{plots.bars(values, f'{title}，最近{RECENT}天；逐日数字见表格')}</div>")
    unknown = ["?"] * (len(HEADS) - 1)
    rows = [_row(f"{day}", [found[day]]) if day in found else [f"{day}", *unknown] for day in reversed(days)]
    note = "斜线：当天的情况已无从得知。叉：当天有运行失败或中断。每张图左上角是最高的一天。"
    caption = f"最近{RECENT}天的运行，? 表示无从得知"
    return section(
        f"最近{RECENT}天", block("pairs", drawn), paragraph(note), folded("逐日的表格", table(caption, HEADS, rows))
    )


def _bar(one: RunDay | None, kind: _KIND, day: date) -> Bar:
    label = f"{day:%m-%d}" if day.day == 1 else ""
    return Bar(kind(one), label, bool(one.failed)) if one else Bar(None, label)


def _mean(one: RunDay) -> int:
    return round(one.seconds / one.runs) if one.runs else 0


def _row(name: str, days: Sequence[RunDay]) -> list[str]:
    runs = sum(one.runs for one in days)
    seconds = sum(one.seconds for one in days)
    values = (
        runs,
        sum(one.failed for one in days),
        sum(one.killed for one in days),
        round(seconds / runs) if runs else 0,
        max(one.longest for one in days),
        sum(one.archived for one in days),
        days[-1].owed,
    )
    return [name, *map(number, values), _size(sum(one.bytes for one in days))]


def _by_month(runs: Sequence[RunDay]) -> str:
    """Return the table of all months that are known."""
    months = [(f"{month}", list(days)) for month, days in groupby(runs, key=lambda one: f"{one.day:%Y-%m}")]
    rows = [_row(month, days) for month, days in reversed(months)]
    since = f"自 {runs[0].day} 起有记录，此前的运行已无从得知。" if runs else "尚无运行的记录。"
    return section("各月的运行", paragraph(since), table("各月的运行", ["月", *HEADS[1:]], rows))


def _hosts(figures: Figures) -> str:
    shown = list(figures.hosts.items())[:MAX_HOSTS]
    most = max((host.failures for _, host in shown), default=0)
    rows = [
        [text(name), number(host.requests), number(host.failures), plots.share(host.failures, most), _size(host.bytes)]
        for name, host in shown
    ]
    rest = figures.hosts.keys() - {name for name, _ in shown}
    title = f"最近{RECENT}天所请求的主机"
    note = [paragraph(f"其余{number(len(rest))}台主机未列出")] if rest else []
    return section(title, table(title, ["主机", "请求", "失败", "图", "正文"], rows), *note)


def _size(size: int) -> str:
    """Return `1.2 MB`."""
    return next(_sizes(size))


def _sizes(size: float) -> Iterator[str]:
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            yield f"{size:.3g} {unit}"
        size /= 1000
    yield f"{size:,.1f} GB"
