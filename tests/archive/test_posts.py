import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.archive.posts import escape_markdown, in_place_of, parse, render, unescape_markdown
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.newsroom.words import SLUGS
from finews_spider.sources.eastmoney_ids import ARTICLE, FLASH
from pipelines.clean import clean
from pipelines.sanitize import sanitize
from tests.support.paths import FIXTURES
from tests.support.seeds import seeds

SITE = "//finews.withounder.com"
ID = "NW202112302230672549"
SHARE_LINK = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ID}"
FLASH_LINK = "http://finance.eastmoney.com/news/1354,202112302230672549.html"
TIME = datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING)

CHARACTERS = st.characters(exclude_categories=["Cs"])
WITHOUT_BRACES = st.characters(exclude_categories=["Cs"], exclude_characters="{")
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1)


def article(**values: Any) -> Article:
    usual = {"title": "题", "time": TIME, "to_the_second": True, "media_name": "中国证券报", "body": "<p>文</p>"}
    of = {"source": "", "id": ID, "url": "", "family": ARTICLE, "share_link": SHARE_LINK}
    return Article(**{**of, **usual, **values})


def flash(**values: Any) -> Article:
    usual = {"id": "202112302230672549", "family": FLASH, "media_name": "", "digest": "要", "share_link": FLASH_LINK}
    return article(**{**usual, **values})


def read_back(written: Article) -> Article:
    return parse(render(written, SITE), written.id)


def front_matter(post: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(post.split("---\n")[1])
    return loaded


def golden(name: str, text: str) -> str:
    """The reviewed text of that name; a missing one is written, and fails for review."""
    path = FIXTURES / name
    if not path.exists():
        path.write_bytes(text.encode())
        pytest.fail(f"{name} was missing and is written: review it")
    return path.read_bytes().decode()


def test_an_article_has_the_form_of_the_seed() -> None:
    body = sanitize(clean((FIXTURES / "seed_form.html").read_text(encoding="utf-8")))
    post = render(article(title="规划：400亿元规模 50家示范企业！储能产业将在云岭发力", body=body), SITE)
    assert post == golden("seed_form.md", post)


def test_a_flash_has_the_form_of_the_site() -> None:
    post = render(flash(title="北湾重工：配股比例3*4*5", digest="北湾重工<b>公告</b>，配股比例为3*4*5。"), SITE)
    assert post == golden("flash_form.md", post)


each_seed = pytest.mark.parametrize("path", seeds(), ids=lambda path: path.name)


@each_seed
def test_a_seed_post_is_written_again_to_the_byte(path: Path) -> None:
    seed = path.read_bytes()
    read = parse(seed.decode(), path.stem[11:])
    read.body = sanitize(clean(read.body))
    assert render(read, SITE).encode() == seed


# What the seed shows of the format. The project's own post has all of it, so that a clean clone tests no less.
TRAITS = {
    "a quoted title with a space, a full-width colon and an exclamation mark": r'\ntitle: "\S+：\S+ \S+！\S+"\n',
    "a time to the second with its zone": r"\ndate: \d{4}-\d\d-\d\d \d\d:\d\d:\d[1-9] \+0800\n",
    "a category and a tag without quotes": r"\ncategories: [a-z]+\ntags: [^\s\"\[]+新闻\n---\n<p>",
    "paragraphs joined by a newline and a space": r"</p>\n <p>",
    "headings in a paragraph": r"</p>\n <p><strong>[^<]+</strong></p>\n <p>",
    "quotation marks in a heading": r"<strong>[^<]*“[^<]*、[^<]*”[^<]*</strong>",
    "a centred picture, and its caption joined to it": r" <center><img [^<>]+ /></center><p>来源：[^<]+</p>\n <p>",
    "a picture's attributes": r'<img src="https://\S+\.jpg" alt="Image" width="\d+" style="border:[^"]+" />',
    "ASCII letters, digits and signs in the text": r"“\d\+[A-Z]”.*[A-Z]\d|[A-Z]\d.*“\d\+[A-Z]”",
    "a source line joined to the last paragraph": r'[^\n>]</p><p class="em_media">（文章来源：[^<]+）</p>\n\n<http',
    "a share link of its own": r"</p>\n\n<http://\S+/html_News/NewsShare\.html\?infoCode=NW\d{18}>\n\n\[",
    "back-links, and no newline at the end": r"\n\[返回\S+新闻\]\(//\S+/[a-z]+\.html\)｜\[返回首页\]\(//\S+/\)\Z",
}


@each_seed
@pytest.mark.parametrize("trait", TRAITS)
def test_each_seed_has_every_trait(path: Path, trait: str) -> None:
    assert re.search(TRAITS[trait], path.read_text(encoding="utf-8"), re.DOTALL)


def test_a_post_starts_with_its_front_matter() -> None:
    assert render(article(), SITE).startswith("---\nlayout: post\ntitle: ")


def test_a_post_ends_without_a_newline() -> None:
    assert render(article(), SITE).endswith("[返回首页](//finews.withounder.com/)")


def test_the_front_matter_has_the_five_keys_of_the_seed_in_its_order() -> None:
    assert list(front_matter(render(article(), SITE))) == ["layout", "title", "date", "categories", "tags"]


@pytest.mark.parametrize("clock", ["00:00:00", "07:57:23", "23:59:59"])
def test_the_date_names_its_zone(clock: str) -> None:
    time = datetime.strptime(f"2021-12-30 {clock} +0800", "%Y-%m-%d %H:%M:%S %z")
    assert f"\ndate: 2021-12-30 {clock} +0800\n" in render(article(time=time), SITE)


@given(st.text(CHARACTERS))
def test_any_title_is_valid_yaml_on_one_line(title: str) -> None:
    post = render(article(title=title), SITE)
    assert front_matter(post)["title"] == title
    assert post.split("\n")[2].startswith("title: ")
    assert post.split("\n")[3].startswith("date: ")


@pytest.mark.parametrize(
    "title",
    ['"引号"', "'单'", "a: b", "# 井", "\\ 反", "{{ a }}", "- a", "a\u2028b", "\x85", "\ufeff", "\U0001f4c8", "---"],
)
def test_an_odd_title_is_valid_yaml(title: str) -> None:
    assert front_matter(render(article(title=title), SITE))["title"] == title


@given(LINES)
def test_any_media_name_gives_tags_that_are_valid_yaml(name: str) -> None:
    tags = front_matter(render(article(media_name=name), SITE))["tags"]
    assert tags in (f"{name}新闻", [f"{name}新闻"])


@pytest.mark.parametrize("name", ["21世纪经济报道  南财理财通", "Tech Web", "财经\u3000网"])
def test_a_name_with_white_space_becomes_a_list(name: str) -> None:
    assert front_matter(render(article(media_name=name), SITE))["tags"] == [f"{name}新闻"]


@pytest.mark.parametrize("name", ["中国证券报", "21世纪经济报道", "证券时报·e公司", "安信国际证券(香港)", "TechWeb"])
def test_a_plain_name_stands_unquoted(name: str) -> None:
    assert f"\ntags: {name}新闻\n" in render(article(media_name=name), SITE)


@pytest.mark.parametrize("name", ["No", "true", "null", "Y", "12", "007", "1e5", "0x1F", "2021-12-30", "1_000"])
def test_a_category_that_yaml_would_misread_is_quoted(name: str) -> None:
    post = render(article(media_name=name), SITE)
    assert f'\ncategories: "{name}"\n' in post
    assert front_matter(post)["categories"] == name


def test_the_tag_ending_is_added_once() -> None:
    assert front_matter(render(article(media_name="每日经济新闻"), SITE))["tags"] == "每日经济新闻新闻"


def test_the_tag_ending_is_stripped_once() -> None:
    assert read_back(article(media_name="每日经济新闻")).media_name == "每日经济新闻"


def test_the_back_links_lead_to_the_category_and_home() -> None:
    links = "[返回中国证券报新闻](/s/category/zhongguozhengquanbao.html)｜[返回首页](/s/)"
    assert render(article(), "/s").endswith(links)


def test_the_back_links_of_a_flash_lead_to_all_flashes() -> None:
    assert render(flash(), "/s").endswith("[返回东财滚动新闻](/s/emnews/)｜[返回首页](/s/)")


def test_the_name_in_a_back_link_is_no_markup() -> None:
    assert "[返回\\[a\\]\\*新闻](" in render(article(media_name="[a]*"), SITE)


@pytest.mark.parametrize(
    ("opener", "entities"),
    [
        ("{{ site.source }}", "&#123;&#123; site.source }}"),
        ("{% foo %}", "&#123;% foo %}"),
        ("{%- foo -%}", "&#123;%- foo -%}"),
        ("{{ x", "&#123;&#123; x"),
        ("{{{ x", "&#123;&#123;&#123; x"),
        ("{{%", "&#123;&#123;%"),
    ],
)
def test_liquid_openers_in_a_body_become_entities(opener: str, entities: str) -> None:
    assert f"\n<p>{entities}</p>\n" in render(article(body=f"<p>{opener}</p>"), SITE)


@pytest.mark.parametrize("safe_line", ["{ a }", "}}", "%}", "{a{b"])
def test_other_braces_stay(safe_line: str) -> None:
    assert f"<p>{safe_line}</p>" in render(article(body=f"<p>{safe_line}</p>"), SITE)


@given(st.text(CHARACTERS))
def test_liquid_finds_nothing_in_a_post(text: str) -> None:
    post = render(flash(digest=f"{{{{{text}{{%", body=f"<p>{{%{text}{{{{</p>"), SITE)
    assert not re.search(r"\{[{%]", post.split("\n---\n", 1)[1])


@pytest.mark.parametrize("body", ["", "<p>文</p>", "<p>一</p>\n <p>二</p>\n\n<pre>三\n\n四</pre>"])
@pytest.mark.parametrize("kind", [article, flash])
def test_parse_gives_back_what_was_rendered(kind: Any, body: str) -> None:
    rendered = kind(body=body)
    assert read_back(rendered) == rendered


@pytest.mark.parametrize("name", SLUGS)
def test_parse_gives_every_media_name_back(name: str) -> None:
    assert read_back(article(media_name=name)).media_name == name


@given(st.text(CHARACTERS), LINES, st.text(WITHOUT_BRACES))
def test_parse_gives_any_article_back(title: str, media_name: str, body: str) -> None:
    rendered = article(title=title, media_name=f"中{media_name}", body=f"<p>{body}</p>")
    assert read_back(rendered) == rendered


@given(st.text(CHARACTERS), LINES, st.text(WITHOUT_BRACES))
def test_parse_gives_any_flash_back(title: str, digest: str, body: str) -> None:
    rendered = flash(title=title, digest=digest, body=f"<p>{body}</p>")
    assert read_back(rendered) == rendered


@pytest.mark.parametrize(
    "line", ["categories: zhongguozhengquanbao\ntags: 东财滚动新闻", "categories: emnews\ntags: 财经"]
)
def test_a_flash_in_the_category_of_another_is_none_of_finewss(line: str) -> None:
    post = re.sub("(?m)^categories: .*\ntags: .*$", line, render(flash(), SITE))
    with pytest.raises(ValueError, match="not a post of its family"):
        parse(post, flash().id)


def test_an_article_of_a_medium_called_emnews_is_no_flash() -> None:
    rendered = article(media_name="emnews")
    assert read_back(rendered) == rendered


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("---\nlayout: post", "\n---\nlayout: post"),
        ("layout: post", "layout: page"),
        ("2021-12-30 07:57:23 +0800", " +0800"),
        ('"题"', '"题'),
        ("[返回", "返回"),
        ("tags: ", "tag: "),
    ],
)
def test_a_text_of_another_form_is_refused(old: str, new: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(render(article(), SITE).replace(old, new, 1), ID)


def test_a_post_without_tags_is_refused() -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(render(article(), SITE).replace("中国证券报新闻", "[]", 1), ID)


@pytest.mark.parametrize(
    "piece", ["<b>文</b>", "<br />", '<img src="https://a.example/1.jpg" alt="a&gt;b" />', "文 /&gt; "]
)
def test_a_long_line_is_broken_where_nobody_sees_it(piece: str) -> None:
    long = article(body=f"<p>{piece * 2_000}</p>")
    post = render(long, SITE)
    assert parse(post, long.id).body == long.body
    if "<" in piece:
        assert max(map(len, post.splitlines())) < 1_000
        assert post.count("\n") < len(post) / 200


def test_a_long_line_without_tags_takes_no_longer_than_it_is() -> None:
    """With the square of its length it would take hours."""
    long = article(body=f"<pre>\n{'文' * 900_000}\n</pre>")
    assert read_back(long).body == long.body


def test_an_edited_post_stays_in_its_category_with_its_tag_and_links() -> None:
    kept = render(article(), SITE)
    read = render(
        article(title="更正", body="<p>更正</p>", media_name="别家", share_link="http://other.example/"), SITE
    )
    edited = render(article(title="更正", body="<p>更正</p>"), SITE)
    assert in_place_of(kept, read) == edited


def test_what_is_no_post_of_ours_is_replaced_whole() -> None:
    text = render(article(), SITE)
    assert in_place_of("by hand", text) == text


@given(LINES)
def test_unescape_gives_back_what_was_escaped(text: str) -> None:
    assert unescape_markdown(escape_markdown(text)) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("3*4*5", "3\\*4\\*5"),
        ("<b>粗</b>", "&lt;b&gt;粗&lt;/b&gt;"),
        ("R&D", "R&amp;D"),
        ("&lt;", "&amp;lt;"),
        ("_a_", "\\_a\\_"),
        ("`a`", "\\`a\\`"),
        ("[a](b)", "\\[a\\](b)"),
        ("a | b", "a \\| b"),
        ("$$a$$", "\\$\\$a\\$\\$"),
        ("\\", "\\\\"),
        ('"a"', '\\"a\\"'),
        ("# a", "\\# a"),
        ("- a", "\\- a"),
        ("+ a", "\\+ a"),
        ("1. a", "1\\. a"),
        ("2021. a", "2021\\. a"),
        ("a -- b", "a \\-\\- b"),
        ("a...", "a\\.\\.\\."),
        ("{{ a }}", "&#123;&#123; a &#125;&#125;"),
        ("{: .a}", "&#123;: .a&#125;"),
        ("~~a~~", "&#126;&#126;a&#126;&#126;"),
        ("[^1]", "\\[&#94;1\\]"),
        ("[a]: b", "\\[a\\]\\: b"),
        ("> a", "&gt; a"),
    ],
)
def test_markdown_is_escaped(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


@pytest.mark.parametrize(
    "text", ["", "公司（600160）涨3.5%，2021-12-30收盘。", "A+B", "第1名", "a # b", "a. b", "http://a.example/"]
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert escape_markdown(text) == text
