"""A post as a row."""

import hashlib
from pathlib import Path

import pytest

from finews_spider.tables.files import post_files
from finews_spider.tables.rows import Row, Rows, UnreadPost
from finews_spider.tables.text import text_of
from tests.support.posts import article, flash, write
from tests.tables.conftest import rows

SOURCE_LINE = '<p class="em_media">（文章来源：证券时报）</p>'


def test_a_row_is_what_its_post_tells(output: Path) -> None:
    body = "<p>增长 <b>5%</b> &amp; 更多</p><table><tr><td>甲</td><td>乙</td></tr></table>"
    one = article(1, body, title='说"稳": 5*6')
    (path,) = write(output, one)
    (row,) = rows(output).values()
    assert row == Row(
        id=one.id,
        number=one.id[2:],
        family="article",
        title='说"稳": 5*6',
        published="2021-12-30T07:57:23+08:00",
        medium="中国证券报",
        category="zhongguozhengquanbao",
        tag="中国证券报新闻",
        digest="",
        text="增长 5% & 更多\n甲\t乙",
        html=body,
        url=one.share_link,
        path=path.relative_to(output).as_posix(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        captured="",
        evidence="",
    )


def test_a_flash_has_its_digest_and_the_medium_of_its_article(output: Path) -> None:
    write(output, flash(1, digest="配股3*4*5 <b>"), article(1, media_name="上海证券报"))
    row = rows(output)["202112300000000001"]
    assert (row.family, row.digest, row.medium) == ("flash", "配股3*4*5 <b>", "上海证券报")
    assert row.number == rows(output)["NW202112300000000001"].number


def test_a_flash_without_an_article_has_the_medium_of_its_source_line_or_none(output: Path) -> None:
    write(output, flash(1, f"<p>文</p>{SOURCE_LINE}"), flash(2, "<p>文</p>"), flash(3))
    assert [row.medium for row in rows(output).values()] == ["证券时报", "", ""]


def test_posts_of_all_folders_have_rows_and_an_id_has_one(output: Path) -> None:
    (first, second) = write(output, article(1), article(2))
    old = output / "old_post" / first.name
    old.parent.mkdir()
    old.write_bytes(first.read_bytes())
    second.rename(output / "old_post" / second.name)
    files, others = post_files(output)
    assert [file.path for file in files] == [str(first.relative_to(output)), f"old_post/{second.name}"]
    assert others == [f"old_post/{first.name}"]


def test_a_post_of_another_form_is_read_too(output: Path) -> None:
    path = output / "_posts/2021-12-30-NW202112300000000001.md"
    path.write_bytes(
        "---\r\ndate: 2021-12-30 07:57\r\ntitle: 'it''s'\r\nlayout: post\r\ncategories: abc\r\ntags: [甲, 乙]\r\n"
        "---\r\n"
        "<p>文</p>\r\n\r\n<http://a.example/1>\r\n".encode()
    )
    (row,) = rows(output).values()
    assert (row.title, row.published) == ("it's", "2021-12-30T07:57:00+08:00")
    assert (row.category, row.tag, row.text, row.url) == ("abc", "甲 乙", "文", "http://a.example/1")


def test_category_and_tag_are_as_they_are_written(output: Path) -> None:
    (path,) = write(output, article(1))
    path.write_text(path.read_text(encoding="utf-8").replace("categories: zhong", "categories: chong"), "utf-8")
    (row,) = rows(output).values()
    assert row.category == "chongguozhengquanbao"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe", "codec can't decode"),
        (b"no front matter", "tells no time"),
        (b'---\ntitle: "\\ud800"\ndate: 2021-12-30 07:57:23 +0800\n---\na', ""),
        (b"---\ntitle: a\n---\na", "tells no time"),
    ],
)
def test_what_is_no_post_is_named(output: Path, data: bytes, why: str) -> None:
    path = output / "_posts/2021-12-30-NW202112300000000001.md"
    path.write_bytes(data)
    (found,) = Rows(output, post_files(output)[0])
    assert isinstance(found, UnreadPost)
    assert found.path == "_posts/2021-12-30-NW202112300000000001.md"
    assert why in found.why


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>a</p>b<p>c</p>", "a\nb\nc"),
        ("a<br />b", "a\nb"),
        ("<ul><li>a</li><li>b <em>c</em></li></ul>", "a\nb c"),
        ("<p> a \n b </p>\n <p></p>", "a b"),
        ("<script>x</script><p>&lt;b&gt; &#123;&#123;</p><!-- no -->", "<b> {{"),
        ("<table><tr><th>a</th><th></th><th>c</th></tr><tr><td>1</td></tr></table>", "a\t\tc\n1"),
        ("<div>" * 300 + "a" + "</div>" * 300, "a"),
        ("", ""),
    ],
)
def test_text_has_a_line_for_each_block(body: str, text: str) -> None:
    assert text_of(body) == text
