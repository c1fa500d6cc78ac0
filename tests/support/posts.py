"""Posts of an output folder, written as finews writes them, without a crawl."""

from datetime import datetime
from pathlib import Path

from finews_spider.archive.paths import BY_DAY
from finews_spider.archive.posts import render
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.sources.eastmoney_ids import ARTICLE, FLASH

SITE = "//finews.withounder.com"
TIME = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)


def article(number: int, body: str = "<p>正文</p>", time: datetime = TIME, **fields: str) -> Article:
    """An article of a medium."""
    made = Article(source="", id=f"NW{time:%Y%m%d}{number:010}", url="", family=ARTICLE, time=time, body=body)
    made.title, made.media_name = f"标题{number}", "中国证券报"
    return _with(made, fields)


def flash(number: int, body: str = "", time: datetime = TIME, **fields: str) -> Article:
    """A flash."""
    made = Article(source="", id=f"{time:%Y%m%d}{number:010}", url="", family=FLASH, time=time, body=body)
    made.title, made.digest = f"快讯{number}", f"要闻{number}。"
    return _with(made, fields)


def write(output: Path, *articles: Article) -> list[Path]:
    """Write posts, and return where they lie."""
    return [_write(output, one) for one in articles]


def _with(made: Article, fields: dict[str, str]) -> Article:
    made.share_link = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={made.id}"
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _write(output: Path, one: Article) -> Path:
    assert one.time
    year, month, day = one.time.date().isoformat().split("-")
    path = output / BY_DAY.format(id=one.id, year=year, month=month, day=day)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(one, SITE), encoding="utf-8")
    return path
