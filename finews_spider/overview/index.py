"""All pages of the overview, by their names."""

from collections import Counter

from finews_spider.overview.figures import Figures
from finews_spider.overview.health import health_page
from finews_spider.overview.page import number, page, paragraph, section, table
from finews_spider.overview.year import category_plots, media_table, month_of, month_plot, year_sections

CATEGORY_MONTHS = 24


def pages(figures: Figures) -> dict[str, str]:
    """Return the pages: a year that is past has its own, which changes only when its days do."""
    past = [year for year in figures.years if year < figures.today.year]
    made = {f"{year}.html": page(f"{year}年", _about(figures, year), year_sections(figures, year)) for year in past}
    return {"index.html": _index(figures), "health.html": health_page(figures), **made}


def _about(figures: Figures, year: int) -> str:
    return f"{number(_posts_of(figures, year))}篇文章"


def _posts_of(figures: Figures, year: int) -> int:
    return sum(count for day, count in figures.posts.days.items() if day.year == year)


def _index(figures: Figures) -> str:
    posts, today = figures.posts, figures.today
    about = f"{number(posts.days.total())}篇文章，截至 {today}"
    if posts.unread:
        about += f"；其中{number(len(posts.unread))}篇无法读取"
    body = "\n".join((year_sections(figures, today.year), _years(figures), _all(figures)))
    return page("总览", about, body, "./")


def _years(figures: Figures) -> str:
    rows = []
    for year in figures.years:
        posts = _posts_of(figures, year)
        days = [day for day in figures.days.values() if day.day.year == year]
        with_posts = sum(bool(day.posts) for day in days)
        trouble = sum(day.has_trouble or not day.is_wholly_read for day in days)
        name = f'<a href="{year}.html">{year}</a>' if year < figures.today.year else f"{year}"
        rows.append([name, *map(number, (posts, with_posts, trouble))])
    return section("各年", table("各年篇数", ["年", "篇数", "有文章的天数", "待补的天数"], rows))


def _all(figures: Figures) -> str:
    months = sorted({month_of(day) for day in figures.days})
    names = [month[:4] if month.endswith("-01") else "" for month in months]
    recent = months[-CATEGORY_MONTHS:]
    media: Counter[str] = Counter()
    for counts in figures.posts.media.values():
        media.update(counts)
    parts = [
        section("历年各月篇数", month_plot(figures, "历年各月篇数", months, names)),
        section("历年各媒体篇数", media_table("历年各媒体篇数", media)),
    ]
    if len(figures.years) > 1:
        title = f"最近{len(recent)}个月各分类每月篇数"
        parts.append(section(f"最近{len(recent)}个月各分类", category_plots(figures, title, recent, recent)))
    return "\n".join(parts) if figures.posts.days else paragraph("尚无文章。")
