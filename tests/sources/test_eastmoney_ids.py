import pytest

from finews_spider.sources.eastmoney_ids import IDS, id_in_url

ARTICLE = "NW202112302230672549"
FLASH = "202112302230672549"


@pytest.mark.parametrize("text", [ARTICLE, FLASH, "NW20161230223067254", "20161230223067254", FLASH + "0"])
def test_an_id_is_a_day_and_nine_digits_or_more(text: str) -> None:
    assert text in IDS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NW",
        FLASH[:16],
        FLASH + "0000000",
        "nw" + FLASH,
        "NWNW" + FLASH,
        FLASH + "\n",
        " " + FLASH,
        "２" * 18,
        "../" + FLASH,
    ],
)
def test_nothing_else_is_an_id(text: str) -> None:
    assert text not in IDS


def test_an_id_with_nw_is_an_article() -> None:
    assert not IDS.family(ARTICLE).is_flash


def test_a_bare_id_is_a_flash() -> None:
    assert IDS.family(FLASH).is_flash


@pytest.mark.parametrize("id_", [ARTICLE, FLASH])
def test_both_families_share_the_number(id_: str) -> None:
    assert IDS.number(id_) == FLASH


@pytest.mark.parametrize(("id_", "other"), [(ARTICLE, FLASH), (FLASH, ARTICLE)])
def test_the_sibling_is_in_the_other_family(id_: str, other: str) -> None:
    assert IDS.siblings(id_) == (other,)


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        (f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ARTICLE}", ARTICLE),
        (f"http://finews.zning.xyz/html_News/NewsShare.html?from=a&infoCode={FLASH}&to=b", FLASH),
        (f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ARTICLE}#top", ARTICLE),
        (f"http://finews.zning.xyz/NewsData/GetNewsText.do?id={ARTICLE}", ARTICLE),
        (f"https://finews.withounder.com/zhongguozhengquanbao/2021/12/30/{ARTICLE}.html", ARTICLE),
        (f"//finews.withounder.com/emnews/2021/12/30/{FLASH}.html", FLASH),
        (f"/emnews/2021/12/30/{FLASH}.html", FLASH),
        (f"https://finance.eastmoney.com/a/{FLASH}.html", ARTICLE),
        (f"http://finance.eastmoney.com/news/1354,{FLASH}.html", ARTICLE),
    ],
)
def test_a_link_names_an_id(url: str, id_: str) -> None:
    assert id_in_url(url) == id_


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://finews.withounder.com/",
        "https://finews.withounder.com/category/zhongguozhengquanbao.html",
        f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={ARTICLE}0000000",
        f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=x{ARTICLE}",
        f"http://finews.zning.xyz/html_News/NewsShare.html#infoCode={ARTICLE}",
        f"https://finance.eastmoney.com/b/{FLASH}.html",
    ],
)
def test_other_links_name_none(url: str) -> None:
    assert id_in_url(url) is None


def test_a_broken_link_names_none() -> None:
    assert id_in_url(f"http://[/a/{FLASH}.html") is None
