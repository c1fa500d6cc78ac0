import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from finews_spider.dates import BEIJING
from finews_spider.items import Article, ArticleRef
from finews_spider.newsroom.finews import Blog, ShareHost, post_folder
from finews_spider.newsroom.pages import View
from finews_spider.newsroom.words import SLUGS
from finews_spider.newsroom.world import Story, World
from finews_spider.sources.base import ListingPage, Query, UnreadableError
from finews_spider.sources.eastmoney_ids import ARTICLE
from finews_spider.sources.finews import FinewsSource
from pipelines.clean import clean
from pipelines.sanitize import sanitize
from tests.support.nonempty import nonempty

SITE = "https://finews.withounder.com"
FINEWS = FinewsSource(
    site=SITE,
    share=("http://finews.zning.xyz",),
    origin=("http://choicewzp1.eastmoney.com:8080",),
    text_path="/NewsData/GetNewsText.do?id={id}",
    share_link="http://finews.zning.xyz/html_News/NewsShare.html?infoCode={id}",
    flash_link="http://finance.eastmoney.com/news/1354,{number}.html",
    categories=("zhongguozhengquanbao", "emnews"),
)
WORLD = World(120)
BLOG, SHARE = Blog(WORLD), ShareHost(WORLD)
ARTICLES = [story for story in WORLD if story.in_article]
FLASHES = [story for story in WORLD if story.in_flash]

ID = "NW202112302230672549"
NUMBER = ID.removeprefix("NW")
POST_PATH = f"/zhongguozhengquanbao/2021/12/30/{ID}.html"
POST = f"{SITE}{POST_PATH}"
SHARE_LINK = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ID}"
REF = ArticleRef(source="finews", id=ID, url=POST)


def newsroom(target: str) -> str:
    """What the site of the newsroom answers."""
    page = BLOG.page(target, View(len(WORLD)))
    assert page is not None
    return page.body.decode()


def text_of(id_: str) -> str:
    """What the text API of the newsroom answers."""
    page = SHARE.page(f"/NewsData/GetNewsText.do?id={id_}", View(len(WORLD)))
    assert page is not None
    return page.body.decode()


def article_ref(story: Story) -> ArticleRef:
    path = f"/{post_folder(SLUGS[story.media_name])}/{story.time:%Y/%m/%d}/NW{story.number}.html"
    return ArticleRef(source="finews", id=f"NW{story.number}", url=SITE + path)


def flash_ref(story: Story) -> ArticleRef:
    return ArticleRef(source="finews", id=story.number, url=f"{SITE}/emnews/{story.time:%Y/%m/%d}/{story.number}.html")


def home(text: str) -> ListingPage:
    return FINEWS.listings(Query())[0].read(text)


def category(text: str) -> ListingPage:
    return FINEWS.listings(Query(categories=("TechWeb",)))[0].read(text)


def routes(ref: ArticleRef) -> dict[str, Callable[[str], Article]]:
    return {route.name: route.read for route in FINEWS.routes(ref)}


def read_post(text: str, ref: ArticleRef = REF) -> Article:
    return routes(ref)["post page"](text)


def read_text(answer: Any, ref: ArticleRef = REF) -> Article:
    return routes(ref)["finews.zning.xyz text"](json.dumps(answer))


def rows(*hrefs: str, heading: str = "中国证券报新闻") -> str:
    items = "".join(f'<li><a href="{href}">题</a></li>' for href in hrefs)
    return f'<body><section><h2 id="{heading}">{heading}</h2><ul>{items}</ul></section></body>'


def post_page(body: str = "<p>文</p>", tags: str = "<em>中国证券报新闻</em>", time: str = "2021-12-30 07:57:23") -> str:
    return (
        f"<body><p>头</p><section><small>(GMT+8, Asia/Shanghai, CST) {time}</small>\n<h1>题</h1>\n{body}\n"
        f'<p><a href="{SHARE_LINK}">{SHARE_LINK}</a></p>\n<p><a href="/">返回首页</a></p>\n<small>tags: {tags}</small>'
        "</section></body>"
    )


def test_it_may_be_asked_for_its_hosts_only() -> None:
    assert FINEWS.hosts() == {"finews.withounder.com", "finews.zning.xyz", "choicewzp1.eastmoney.com:8080"}


def test_the_listings_are_the_home_page_and_the_known_categories() -> None:
    assert [listing.url for listing in FINEWS.listings(Query())] == [
        f"{SITE}/",
        f"{SITE}/category/zhongguozhengquanbao.html",
        f"{SITE}/emnews/",
    ]


def test_the_listings_of_asked_categories_are_their_pages() -> None:
    listings = FINEWS.listings(Query(categories=("TechWeb", "emnews")))
    assert [(entry.name, entry.url) for entry in listings] == [
        ("category TechWeb", f"{SITE}/category/TechWeb.html"),
        ("category emnews", f"{SITE}/emnews/"),
    ]


def test_the_home_page_names_up_to_five_articles_a_tag() -> None:
    found = {ref.url.removeprefix(SITE) for ref in home(newsroom("/")).refs}
    expected: set[str] = set()
    for slug in SLUGS.values():
        stories = [story for story in ARTICLES if SLUGS[story.media_name] == slug]
        expected |= {article_ref(story).url.removeprefix(SITE) for story in stories[-5:]}
    assert {path for path in found if not path.startswith("/emnews/")} == expected
    assert len(found) == len(expected) + 5


def test_the_home_page_leads_to_the_categories_that_are_not_known() -> None:
    names = [listing.name.removeprefix("category ") for listing in home(newsroom("/")).linked]
    assert sorted(names) == sorted({*map(post_folder, SLUGS.values())} - {"zhongguozhengquanbao"})


def test_a_ref_of_the_home_page_says_what_stands_there() -> None:
    story = [story for story in ARTICLES if story.media_name == "中国证券报"][-1]
    ref = next(ref for ref in home(newsroom("/")).refs if ref.id == f"NW{story.number}")
    assert ref == ArticleRef(
        source="finews",
        id=f"NW{story.number}",
        url=article_ref(story).url,
        day=story.time.date(),
        title=" ".join(story.title.split()),
        media_name="中国证券报",
    )


def test_the_tag_ending_is_stripped_once() -> None:
    assert home(rows(f"/meirijingjixinwen/2021/12/30/{ID}.html", heading="每日经济新闻新闻")).refs[0].media_name == (
        "每日经济新闻"
    )


@pytest.mark.parametrize("heading", ["21世纪经济报道", "南财理财通新闻", "东财滚动新闻", ""])
def test_a_heading_that_does_not_give_the_folder_is_no_name(heading: str) -> None:
    path = f"/21shijijingjibaodaonancailicaitong/2021/12/30/{ID}.html"
    assert home(rows(path, heading=heading)).refs[0].media_name == ""


@pytest.mark.parametrize("folder", ["TechWeb", "techweb"])
def test_a_folder_may_have_lost_its_capitals(folder: str) -> None:
    page = home(rows(f"/{folder}/2021/12/30/{ID}.html", heading="TechWeb新闻"))
    assert page.refs[0].media_name == "TechWeb"
    assert [listing.url for listing in page.linked] == [f"{SITE}/category/TechWeb.html"]


def test_a_category_page_names_all_its_articles_newest_first() -> None:
    stories = [story for story in ARTICLES if story.media_name == "广州日报"]
    refs = category(newsroom("/category/guangzhouribao.html")).refs
    assert [ref.id for ref in refs] == [f"NW{story.number}" for story in reversed(stories)]


def test_the_page_of_flashes_names_flashes() -> None:
    refs = category(newsroom("/emnews/")).refs
    assert [ref.id for ref in refs] == [story.number for story in reversed(FLASHES)]


def test_a_category_page_with_the_name_of_another_source_names_nobody() -> None:
    refs = category(newsroom("/category/meirijingjixinwen.html")).refs
    assert {ref.media_name for ref in refs} == {""}


def test_a_category_page_leads_nowhere() -> None:
    assert category(newsroom("/category/TechWeb.html")).linked == []


def test_a_category_may_be_empty() -> None:
    assert category(rows()) == ListingPage()


@pytest.mark.parametrize("text", ["", "<html><body>验证码</body></html>", rows()])
def test_a_home_page_without_articles_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"home page names no article|^(empty|captcha|login) page$"):
        home(text)


@pytest.mark.parametrize("text", ["", "<html><body>验证码</body></html>", "<section><p>请登录</p></section></body>"])
def test_a_category_page_without_a_list_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"category page has no list|^(empty|captcha|login) page$"):
        category(text)


@pytest.mark.parametrize(
    "href",
    [
        "",
        "/",
        "/category/TechWeb.html",
        f"/a/2021/13/30/{ID}.html",
        "/a/2021/12/30/NW1.html",
        f"https://other.example{POST_PATH}",
        f"//other.example{POST_PATH}",
        "javascript:a()",
    ],
)
def test_a_row_without_an_article_of_the_site_is_skipped_and_counted(href: str) -> None:
    page = category(rows(href, POST_PATH))
    assert [ref.id for ref in page.refs] == [ID]
    assert page.skipped == {"no article link": 1}


def test_a_row_with_a_broken_link_is_skipped_and_counted() -> None:
    page = category(rows("http://[", POST_PATH))
    assert (len(page.refs), page.skipped) == (1, {"no article link": 1})


@pytest.mark.parametrize("scheme", ["ftp", "javascript"])
def test_a_row_of_another_scheme_is_skipped(scheme: str) -> None:
    page = category(rows(f"{scheme}://finews.withounder.com{POST_PATH}", POST))
    assert (len(page.refs), page.skipped) == (1, {"no article link": 1})


@pytest.mark.parametrize("href", [POST, POST_PATH, POST.removeprefix("https:"), POST.replace("https:", "http:")])
def test_a_row_may_give_its_link_in_full_or_not(href: str) -> None:
    (ref,) = category(rows(href)).refs
    assert (ref.id, ref.day) == (ID, date(2021, 12, 30))


SPACED = f"/jiabao/yibao/2022/05/30/{ID}.html"


def test_a_category_with_white_space_has_several_folders() -> None:
    page = home(rows(SPACED, heading="译报新闻"))
    assert [(ref.id, ref.day, ref.media_name) for ref in page.refs] == [(ID, date(2022, 5, 30), "")]
    (listing,) = page.linked
    assert listing.fallback
    assert [(entry.name, entry.url, entry.may_be_absent) for entry in (listing, listing.fallback)] == [
        ("category jiabao/yibao", f"{SITE}/category/jiabao%20%20yibao.html", True),
        ("category jiabao/yibao", f"{SITE}/category/jiabao%20yibao.html", True),
    ]
    (ref,) = listing.read(rows(SPACED)).refs
    assert ref.category == "jiabaoyibao"
    assert FINEWS.routes(ref)[-1].url == f"{SITE}{SPACED}"
    given = FINEWS.ref(f"{SITE}{SPACED}")
    assert given == replace(ref, category="", title="")


def test_a_heading_with_white_space_is_believed_too() -> None:
    page = home(rows(f"/jiabao/yibao/2021/12/30/{ID}.html", heading="家报  译报新闻"))
    assert page.refs[0].media_name == "家报  译报"


@pytest.mark.parametrize("folders", ["", "/", "/a" * 11])
def test_without_a_folder_or_with_too_many_there_is_no_article(folders: str) -> None:
    assert category(rows(f"{SITE}{folders}/2022/05/30/{ID}.html", POST_PATH)).skipped == {"no article link": 1}


@pytest.mark.parametrize(
    "href",
    [
        POST.upper().replace(POST_PATH.upper(), POST_PATH),
        f" {POST}\n",
        f"{POST}?from=home#top",
        POST.replace(".com/", ".com:443/"),
        f"..{POST_PATH}",
        f"../x/..{POST_PATH}",
        POST_PATH.replace("/", "\\"),
        f"/{POST_PATH[1:9]}\n{POST_PATH[9:]}",
    ],
)
def test_a_row_may_write_its_link_in_any_way(href: str) -> None:
    assert [ref.id for ref in category(rows(href)).refs] == [ID]


def test_a_row_may_have_other_links_before_that_of_its_article() -> None:
    row = f'<li><a href="/category/TechWeb.html">TechWeb</a> <a href="{POST_PATH}">题</a></li>'
    assert [(ref.id, ref.title) for ref in category(rows().replace("</ul>", f"{row}</ul>")).refs] == [(ID, "题")]


def test_a_damaged_row_costs_that_row() -> None:
    others = [POST_PATH.replace("549.html", f"55{number}.html") for number in range(3)]
    text = rows(*others)
    for damage in (f'<li><a href="/\ufffd{POST_PATH}">题</a></li>', "<li><a href>题</a></li>", "<li>"):
        page = category(text.replace("<li>", f"{damage}<li>", 1))
        assert [ref.id[-3:] for ref in page.refs] == ["550", "551", "552"]
        assert page.skipped == {"damaged" if "\ufffd" in damage else "no article link": 1}


@pytest.mark.parametrize("mark", ['"', "'"])
def test_a_link_that_is_not_closed_costs_no_row(mark: str) -> None:
    others = [POST_PATH.replace("549.html", f"55{number}.html") for number in range(3)]
    text = rows(*others).replace('"', mark)
    assert [ref.id[-3:] for ref in category(text.replace(f"550.html{mark}", "550.html")).refs] == ["550", "551", "552"]


@pytest.mark.parametrize(
    "mark",
    [
        "<!--",
        "<!-- 注",
        "<script>",
        "<STYLE>",
        "<textarea>",
        "<svg><title>",
        "<plaintext>",
        "<b><xmp>",
        "</section>",
        "<?",
    ],
)
def test_a_title_that_opens_what_it_does_not_close_costs_no_row(mark: str) -> None:
    others = [POST_PATH.replace("549.html", f"55{number}.html") for number in range(3)]
    refs = category(rows(*others).replace("题", f"题{mark}甲", 1)).refs
    assert [ref.id[-3:] for ref in refs] == ["550", "551", "552"]
    assert refs[0].title in (f"题{mark}甲", f"题{mark.removeprefix('<b>')}甲")


def test_a_broken_character_costs_a_title_its_row_but_not_the_article() -> None:
    (ref,) = category(rows(POST_PATH).replace("题", "\ufffd题")).refs
    assert (ref.id, ref.title) == (ID, "")


def test_the_texts_of_the_api_are_plain_and_those_of_pages_are_read_once() -> None:
    article = read_text({"Title": "S&amp;P <em>500</em>", "medianame": "S&amp;P Global\u3000", "text": "<p>文</p>"})
    assert (article.title, article.media_name) == ("S&P 500", "S&P Global")
    assert read_post(post_page().replace("<h1>题</h1>", "<h1>S&amp;P <em>500</em></h1>")).title == "S&P 500"
    assert read_post(post_page().replace("<h1>题</h1>", "<h1>&amp;amp;</h1>")).title == "&amp;"


def test_rows_outside_the_section_are_no_articles() -> None:
    assert category(f'<ul><li><a href="{POST_PATH}">题</a></li></ul>{rows()}') == ListingPage()


def test_an_article_is_asked_of_the_text_api_then_of_its_post_page() -> None:
    assert [(route.name, route.url) for route in FINEWS.routes(REF)] == [
        ("finews.zning.xyz text", f"http://finews.zning.xyz/NewsData/GetNewsText.do?id={ID}"),
        ("choicewzp1.eastmoney.com text", f"http://choicewzp1.eastmoney.com:8080/NewsData/GetNewsText.do?id={ID}"),
        ("post page", POST),
    ]


def test_a_flash_is_asked_of_its_post_page_first() -> None:
    ref = ArticleRef(source="finews", id=NUMBER, url=f"http://finews.zning.xyz/?infoCode={NUMBER}")
    assert [route.url for route in FINEWS.routes(ref)] == [
        f"{SITE}/emnews/2021/12/30/{NUMBER}.html",
        f"http://finews.zning.xyz/NewsData/GetNewsText.do?id={NUMBER}",
        f"http://choicewzp1.eastmoney.com:8080/NewsData/GetNewsText.do?id={NUMBER}",
    ]


def test_the_post_page_of_a_share_link_is_not_known() -> None:
    ref = ArticleRef(source="finews", id=ID, url=SHARE_LINK)
    assert "post page" not in routes(ref)


def test_the_share_link_of_an_article_has_its_id() -> None:
    assert FINEWS.share_link_of(ID) == SHARE_LINK


def test_the_share_link_of_a_flash_has_its_number() -> None:
    assert FINEWS.share_link_of(NUMBER) == f"http://finance.eastmoney.com/news/1354,{NUMBER}.html"


def test_a_post_page_names_an_article_and_its_day() -> None:
    assert FINEWS.ref(POST) == ArticleRef(source="finews", id=ID, url=POST, day=date(2021, 12, 30))


@pytest.mark.parametrize("id_", [ID, NUMBER])
def test_a_share_link_names_an_article(id_: str) -> None:
    url = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={id_}"
    assert FINEWS.ref(url) == ArticleRef(source="finews", id=id_, url=url)


@pytest.mark.parametrize(
    "url", ["", ID, f"{SITE}/", f"https://other.example{POST_PATH}", f"https://other.example/?infoCode={ID}"]
)
def test_other_links_name_no_article(url: str) -> None:
    assert FINEWS.ref(url) is None


@pytest.mark.parametrize("scheme", ["ftp", "file", "javascript"])
def test_a_link_of_another_scheme_names_no_article(scheme: str) -> None:
    assert FINEWS.ref(f"{scheme}://finews.withounder.com{POST_PATH}") is None


def test_the_text_api_tells_an_article() -> None:
    article = read_text(
        {"text": "<p>文</p>", "Title": " 题\n一 ", "medianame": "中国证券报", "Date": "2021-12-30 07:57:23"}
    )
    assert article == Article(
        source="finews",
        id=ID,
        url=POST,
        family=ARTICLE,
        title="题 一",
        time=datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING),
        to_the_second=True,
        media_name="中国证券报",
        body="<p>文</p>",
    )


def test_the_text_api_tells_the_content_of_a_flash() -> None:
    assert read_text({"content": "<p>文</p>"}).body == "<p>文</p>"


def test_the_text_api_may_tell_the_text_only() -> None:
    article = read_text({"text": "<p>文</p>"})
    assert article.missing() == ["title", "time", "media_name"]


def test_the_source_line_names_who_published_it_where_the_text_api_does_not() -> None:
    assert read_text({"text": "<p>（文章来源：泉州晚报）</p>", "medianame": ""}).media_name == "泉州晚报"


@pytest.mark.parametrize("value", [None, 1, [], {}, ""])
def test_fields_of_the_text_api_may_be_anything(value: object) -> None:
    article = read_text({"text": "<p>文</p>", "Title": value, "medianame": value, "Date": value})
    assert (article.title, article.media_name, article.time) == ("", "", None)


@pytest.mark.parametrize(
    "answer", [{}, {"text": ""}, {"text": " \n"}, {"text": None, "content": ""}, {"text": ["<p>文</p>"]}, {"text": 1}]
)
def test_an_answer_without_a_text_is_unreadable(answer: object) -> None:
    with pytest.raises(UnreadableError, match="text API gives no text"):
        read_text(answer)


@pytest.mark.parametrize("answer", [[], "文", None])
def test_an_answer_that_is_no_object_is_unreadable(answer: object) -> None:
    with pytest.raises(UnreadableError, match="not a JSON object"):
        read_text(answer)


def test_a_share_page_is_unreadable_as_a_text() -> None:
    page = SHARE.page(f"/html_News/NewsShare.html?infoCode={ID}", View(len(WORLD)))
    assert page is not None
    with pytest.raises(UnreadableError, match=r"^empty page$"):
        routes(REF)["finews.zning.xyz text"](page.body.decode())


def test_every_article_of_the_text_api_is_whole() -> None:
    for story in nonempty(ARTICLES):
        ref = article_ref(story)
        article = routes(ref)["finews.zning.xyz text"](text_of(ref.id))
        assert article.is_whole()
        assert article.time == story.time
        assert article.body == WORLD.plain_body(story)


def test_a_post_page_tells_an_article() -> None:
    article = read_post(post_page())
    assert (article.id, article.url, article.title, article.digest) == (ID, POST, "题", "")
    assert (article.time, article.to_the_second) == (datetime(2021, 12, 30, 7, 57, 23, tzinfo=BEIJING), True)
    assert article.media_name == "中国证券报"


def test_the_body_of_a_post_page_ends_before_the_share_link() -> None:
    assert read_post(post_page("<p>一</p>\n <p>二</p>")).body.split() == ["<p>一</p>", "<p>二</p>"]


def test_the_source_line_is_believed_before_the_tags() -> None:
    body = '<p>文</p><p class="em_media">（文章来源：21世纪经济报道  南财理财通）</p>'
    article = read_post(post_page(body, tags="<em>21世纪经济报道</em> <em>南财理财通新闻</em>"))
    assert article.media_name == "21世纪经济报道  南财理财通"


def test_the_tag_ending_of_a_post_page_is_stripped_once() -> None:
    assert read_post(post_page(tags="<em>每日经济新闻新闻</em>")).media_name == "每日经济新闻"


def test_the_tag_of_all_flashes_is_no_media_name() -> None:
    ref = ArticleRef(source="finews", id=NUMBER, url=f"{SITE}/emnews/2021/12/30/{NUMBER}.html")
    assert read_post(post_page(tags="<em>东财滚动新闻</em>"), ref).media_name == ""


@pytest.mark.parametrize("time", ["", "2021-13-30 07:57:23"])
def test_a_post_page_may_tell_no_time(time: str) -> None:
    assert read_post(post_page(time=time)).time is None


def test_what_stands_before_the_section_is_not_read() -> None:
    page = post_page().replace("<section>", "<h1>别题</h1><p>别文</p><section>")
    article = read_post(page)
    assert article.title == "题"
    assert clean(article.body) == "<p>文</p>"


@pytest.mark.parametrize("text", ["", "<h1>验证码</h1>", "<section><p>请登录</p></section></body>"])
def test_a_page_without_a_post_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"post page has no <section> with a title|^(empty|captcha|login) page$"):
        read_post(text)


@pytest.mark.parametrize("read", [home, category, read_post])
def test_json_in_place_of_a_page_is_unreadable(read: Callable[[str], object]) -> None:
    with pytest.raises(UnreadableError):
        read('{"code": 403}')


def test_a_link_in_a_body_that_shows_its_address_does_not_end_it() -> None:
    body = '<p>一</p>\n <p>见<a href="https://a.example/">https://a.example/</a></p>\n <p>二</p>'
    assert clean(read_post(post_page(body)).body) == body


def test_a_quotation_in_the_body_of_an_article_stays() -> None:
    article = read_post(post_page("<p>一</p><blockquote>引</blockquote>"))
    assert (article.digest, clean(article.body)) == ("", "<p>一</p>\n <blockquote>引</blockquote>")


def test_text_that_follows_the_title_stays_text() -> None:
    assert clean(read_post(post_page("1 &lt;b&gt; 2")).body) == "<p>1 &lt;b&gt; 2</p>"


def test_every_post_page_of_an_article_is_whole_and_cleans_to_the_byte() -> None:
    for story in nonempty(ARTICLES):
        ref = article_ref(story)
        article = read_post(newsroom(ref.url.removeprefix(SITE)), ref)
        assert article.is_whole()
        assert (article.title, article.time) == (" ".join(story.title.split()), story.time)
        assert article.media_name == story.media_name
        assert sanitize(clean(article.body)) == WORLD.clean_body(story)


def test_every_post_page_of_a_flash_is_whole_and_cleans_to_the_byte() -> None:
    for story in nonempty(FLASHES):
        ref = flash_ref(story)
        article = read_post(newsroom(ref.url.removeprefix(SITE)), ref)
        assert article.is_whole()
        assert (article.title, article.time, article.digest) == (
            " ".join(story.title.split()),
            story.time,
            story.digest,
        )
        assert sanitize(clean(article.body)) == WORLD.clean_body(story)
