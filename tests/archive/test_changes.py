import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from finews_spider.archive.changes import is_edited, is_stub, with_permalink_of
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.markup.text import visible
from finews_spider.newsroom.world import Story, World
from finews_spider.sources.eastmoney_ids import ARTICLE, FLASH
from tests.conftest import Site

TEXT_API = "/NewsData/GetNewsText.do"
REFRESH = "refresh=99999"
CATEGORY = "category=meirijingjixinwen"  # of the one article


def article(body: str = "<p>文</p>", **fields: object) -> Article:
    usual = {"source": "finews", "url": "", "id": "NW202112302230672549", "title": "题", "media_name": "中国证券报"}
    fields = {"family": ARTICLE, **fields}
    time = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)
    return Article(**{**usual, "time": time, "to_the_second": True, "body": body, **fields})  # type: ignore[arg-type]


def edited(kept: Article, read: Article) -> bool:
    return is_edited(kept, kept, read)


@pytest.mark.parametrize(
    "body",
    [
        "<p>文</p>\n <p>字</p>",
        "<p>文 </p><p>字</p>",
        "<p><strong>文</strong></p><p>字</p>",
        '<p>文</p><p><a href="https://example.com/">字</a></p>',
    ],
)
def test_what_a_reader_does_not_see_is_no_edit(body: str) -> None:
    assert not edited(article("<p>文</p><p>字</p>"), article(body))


@pytest.mark.parametrize(
    "other",
    [
        article("<p>文字</p>"),
        article(title="题目"),
        article(media_name="证券时报"),
        article(time=datetime(2021, 12, 30, 7, 57, 24, tzinfo=BEIJING)),
        article('<p>文</p><center><img src="https://example.com/1.png" /></center>'),
    ],
)
def test_what_a_reader_sees_is_an_edit(other: Article) -> None:
    assert edited(article(), other)


def test_a_pictures_scheme_and_query_are_no_edit() -> None:
    one, other = ('<img src="http://example.com/1.png" />', '<img alt="" src="https://example.com/1.png?w=5" />')
    assert not edited(article(one), article(other))
    assert edited(article(one), article(one.replace("1.png", "2.png")))


def test_the_digest_is_seen_in_a_flash_only() -> None:
    number = "202112302230672549"
    assert not edited(article(), article(digest="摘要"))
    assert edited(article(id=number, family=FLASH, digest="摘"), article(id=number, family=FLASH, digest="摘要"))


def test_visible_text_has_no_tags_entities_or_white_space() -> None:
    assert visible("<p>a&lt;b</p>\n <p>　c&nbsp;d</p>") == "a<bcd"


@pytest.mark.parametrize(
    "raw",
    [
        '<p>文</p><embed src="x.swf"><p>字</p>',
        "<p>文</p><form><p>字</p></form>",
        "<p>文</p><math><mn>12.5</mn></math>",
        '<p>文</p><div class="ad_hoc">字</div>',
        "<p>文</p><p>郑重声明：本公司不对字负责。</p>",
        '<p>文</p><p style="--x-display:none">字</p>',
    ],
)
def test_what_older_rules_lost_is_no_edit(raw: str) -> None:
    kept, read = article(), article("<p>文</p><p>字</p>")
    assert not edited(kept, replace(read, raw_body=raw))
    assert edited(kept, replace(read, raw_body=raw.replace("文", "文章")))
    assert edited(kept, read)


@pytest.mark.parametrize(
    ("raw", "is_edit"),
    [
        ("<p>摘 要</p>", False),
        ("<p>摘要，还有</p>", True),
        ('<p>摘要<img src="https://example.com/1.png"></p>', True),
    ],
)
def test_a_flash_whose_body_is_its_digest_had_none_in_0_1_0(raw: str, is_edit: bool) -> None:
    flash = article("", id="202112302230672549", family=FLASH, digest="摘要。")
    assert edited(flash, replace(flash, body=raw, raw_body=raw)) is is_edit


@pytest.mark.parametrize("hours", [8, -12, 5.5])
def test_a_zone_that_was_read_otherwise_is_no_edit(hours: float) -> None:
    kept = article()
    assert kept.time
    assert not edited(kept, replace(kept, time=kept.time + timedelta(hours=hours)))
    assert edited(kept, replace(kept, time=kept.time + timedelta(hours=hours, minutes=1)))


def test_a_time_that_a_page_tells_to_the_minute_is_no_edit() -> None:
    exact = article(body="<p>文字</p>")
    assert exact.time
    rough = replace(exact, time=exact.time.replace(second=0), to_the_second=False)
    assert not edited(exact, rough)
    assert not edited(replace(rough, to_the_second=True), exact)  # a post does not tell which it was
    assert edited(exact, replace(rough, time=exact.time.replace(minute=58, second=0)))
    assert edited(exact, replace(rough, to_the_second=True))
    assert with_permalink_of(exact, rough).time == exact.time
    assert with_permalink_of(rough, exact).time == exact.time


@pytest.mark.parametrize(
    "title",
    [
        *("S&amp;P上调题", "S&P上调<em>题</em>", "S&P上调＜b>题＜/b>", "S&amp;amp;P上调题", "S&P上调<br/>题"),
        *("S&P上调＜nobr>题＜/nobr>", "S&P\u200b上调题", "S&P上调题\u3000", "＜p>S&P上调题＜/p>", "S&#38;P上调题"),
    ],
)
def test_entities_and_marks_that_older_rules_left_in_a_title_are_no_edit(title: str) -> None:
    assert not edited(article(title=title), article(title="S&P上调题"))
    assert edited(article(title=title), article(title="S&P下调题"))


@pytest.mark.parametrize("digest", ["【题】要 点", "要&nbsp;点", "要<br>点", "＜em>要＜/em>点"])
def test_what_older_rules_left_in_a_digest_is_no_edit(digest: str) -> None:
    kept = article("", id="202112302230672549", family=FLASH, digest=digest)
    assert not edited(kept, replace(kept, digest="要点"))
    assert edited(kept, replace(kept, digest="要点二"))


def an_article(world: World) -> Story:
    return next(story for story in world if story.in_article and not story.in_flash)


def serve(site: Site, story: Story, edit: Callable[[dict[str, str]], None]) -> None:
    """The share hosts tell the story otherwise."""
    answer = {"Title": story.title, "Date": f"{story.time:%F %T}", "medianame": story.media_name}
    answer["text"] = World(60).plain_body(story)
    edit(answer)
    for role in ("share", "origin"):
        site.room.answer(role, f"{TEXT_API}?id=NW{story.number}", body=json.dumps(answer))


@pytest.fixture
def kept(site: Site, world: World) -> tuple[str, bytes]:
    """The path of the one post there is, and what it says."""
    site.crawl(f"url={site.room.urls['share']}/html_News/NewsShare.html?infoCode=NW{an_article(world).number}")
    ((path, text),) = site.posts().items()
    site.room.answer("site", "/", body="<section><h2>中国证券报新闻</h2><ul></ul></section></html>")
    return path, text


def refreshed(site: Site) -> tuple[int, int]:
    """How many posts a refresh wrote again, and how many it left."""
    site.crawl(REFRESH, CATEGORY)
    report = site.report()
    return report["sources"]["finews"]["edited"], report["sources"]["finews"]["unchanged"]


def test_an_edited_article_is_written_again_at_its_path(site: Site, world: World, kept: tuple[str, bytes]) -> None:
    def edit(answer: dict[str, str]) -> None:
        answer.update(Title="更正后的题", Date="2021-12-30 23:00:00", text="<p>更正</p>" + answer["text"])

    serve(site, an_article(world), edit)
    assert refreshed(site) == (1, 0)
    ((path, text),) = site.posts().items()
    assert path == kept[0]
    assert 'title: "更正后的题"\ndate: 2021-12-30 23:00:00 +0800' in text.decode()
    assert "<p>更正</p>" in text.decode()
    assert text.splitlines()[-3:] == kept[1].splitlines()[-3:]  # its link and its back-links


@pytest.mark.parametrize(("characters", "stub"), [(33, False), (32, True)])
def test_less_than_a_third_of_a_body_is_a_stub(characters: int, stub: bool) -> None:
    assert is_stub(article("文" * 99), article("文" * characters)) is stub


def test_another_day_or_medium_would_move_a_page() -> None:
    kept = article()
    later = article(title="更正", time=datetime(2021, 12, 31, tzinfo=BEIJING), media_name="别家")
    assert with_permalink_of(kept, later) == article(title="更正")
    same_day = article(time=datetime(2021, 12, 30, 23, tzinfo=BEIJING))
    assert with_permalink_of(kept, same_day) == same_day


def test_a_page_stays_at_its_link(site: Site, world: World, kept: tuple[str, bytes]) -> None:
    def edit(answer: dict[str, str]) -> None:
        answer.update(Date="2022-01-01 00:00:00", text="<p>更正</p>" + answer["text"])

    serve(site, an_article(world), edit)
    assert refreshed(site) == (1, 0)
    ((path, text),) = site.posts().items()
    assert path == kept[0]
    assert text.splitlines()[1:6] == kept[1].splitlines()[1:6]  # title, date, category, tag
    assert refreshed(site) == (0, 1)


def test_an_article_that_looks_the_same_is_not_touched(site: Site, world: World, kept: tuple[str, bytes]) -> None:
    def edit(answer: dict[str, str]) -> None:
        hidden = '<p style="display:none">x</p><span id="stock_1.600160"></span>'
        answer["text"] = re.sub(r"</p>\s*<p>", "</p>\n\n<p>", answer["text"]) + hidden

    serve(site, an_article(world), edit)
    before = (site.output / kept[0]).stat().st_mtime_ns
    assert refreshed(site) == (0, 1)
    assert (site.output / kept[0]).stat().st_mtime_ns == before
    assert site.posts() == dict([kept])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tags: 每日经济新闻新闻", 'tags: "每日经济新闻新闻"'),
        ("</p>\n <p>", "</p><p>"),
        ("<p>", '<p><span id="stock_1.600160"></span>　　'),
        ("<p>", '<p style="display:none">看不见</p><p>'),
        ("</p>", "&nbsp;</p>"),
    ],
)
def test_a_post_that_another_program_wrote_is_not_edited(
    site: Site, kept: tuple[str, bytes], old: str, new: str
) -> None:
    text = kept[1].decode()
    assert old in text
    (site.output / kept[0]).write_text(text.replace(old, new), encoding="utf-8")
    assert refreshed(site) == (0, 1)
    assert site.posts()[kept[0]].decode() == text.replace(old, new)


def test_a_picture_whose_address_another_program_left_relative_is_no_edit(
    site: Site, world: World, kept: tuple[str, bytes]
) -> None:
    body = '<p>文</p><p><img src="/1.jpg" /></p>'
    serve(site, an_article(world), lambda answer: answer.update(text=body))
    post = re.sub(r"(?s)(\n---\n).*(\n\n<http)", rf"\1{body}\2", kept[1].decode())
    assert body in post
    (site.output / kept[0]).write_text(post, encoding="utf-8")
    assert refreshed(site) == (0, 1)


def test_a_post_that_0_1_0_wrote_is_written_again_only_when_its_source_edits_it(
    site: Site, world: World, kept: tuple[str, bytes]
) -> None:
    """Its rules lost what follows an open <embed>."""

    def embed(answer: dict[str, str]) -> None:
        answer["text"] = answer["text"] + '<embed src="x.swf"><p>其后</p>'

    serve(site, an_article(world), embed)
    assert refreshed(site) == (0, 1)
    assert site.posts() == dict([kept])

    def edit(answer: dict[str, str]) -> None:
        answer["text"] = "<p>更正</p>" + answer["text"] + '<embed src="x.swf"><p>其后</p>'

    serve(site, an_article(world), edit)
    assert refreshed(site) == (1, 0)
    assert "其后" in site.posts()[kept[0]].decode()


def test_an_edited_post_keeps_its_category_and_tag_as_they_stand(
    site: Site, world: World, kept: tuple[str, bytes]
) -> None:
    """The folder of its page, also where a name would give another one today."""
    text = kept[1].decode().replace("categories: meirijingjixinwen", "categories: meiri jingji")
    (site.output / kept[0]).write_text(text, encoding="utf-8")
    serve(site, an_article(world), lambda answer: answer.update(text="<p>更正</p>" + answer["text"]))
    assert refreshed(site) == (1, 0)
    assert "\ncategories: meiri jingji\n" in site.posts()[kept[0]].decode()
    assert site.posts()[kept[0]].splitlines()[-3:] == kept[1].splitlines()[-3:]


def test_the_post_of_a_withdrawn_article_stays(site: Site, kept: tuple[str, bytes]) -> None:
    for role in ("share", "origin", "newsinfo", "finance"):
        site.room.answer(role, "/", status=404)
    site.crawl(REFRESH, CATEGORY)
    report = site.report()
    assert report["sources"]["finews"]["withdrawn"] == 1
    assert site.posts() == dict([kept])


def test_a_post_of_another_form_is_left_alone(site: Site, kept: tuple[str, bytes]) -> None:
    (site.output / kept[0]).write_text("---\ntitle: by hand\n---\n", encoding="utf-8")
    ran = site.crawl(REFRESH, CATEGORY)
    assert "has not the form of finews's posts" in ran.err
    assert site.posts() == {kept[0]: b"---\ntitle: by hand\n---\n"}
