import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.newsroom.words import SLUGS
from finews_spider.slugs import MAX_LENGTH, slug


# Parts of URLs that exist.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("中国证券报", "zhongguozhengquanbao"),
        ("央行网站", "yangxingwangzhan"),
        ("中国人民银行", "zhongguorenminyinxing"),
        ("重庆商报", "zhongqingshangbao"),
        ("西藏日报", "xicangribao"),
        ("厦门日报", "shamenribao"),
        ("中国旅游报", "zhongguolvyoubao"),
        ("广州", "guangzhou"),
        ("21世纪经济报道", "21shijijingjibaodao"),
        ("ETF总舵主", "ETFzongduozhu"),
        ("LME脉搏", "LMEmaibo"),
        ("35氪", "35ke"),
        ("IFR国际金融评论", "IFRguojijinrongpinglun"),
    ],
)
def test_a_slug_is_that_of_the_existing_site(name: str, expected: str) -> None:
    assert slug(name) == expected


# Characters that python-slugify alone reads otherwise.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("广州日报", "guangzhouribao"),
        ("武汉晚报", "wuhanwanbao"),
        ("沈阳日报", "shenyangribao"),
        ("南宁日报", "nanningribao"),
        ("万得资讯", "wandezixun"),
        ("叶县融媒", "yexianrongmei"),
        ("价值线", "jiazhixian"),
    ],
)
def test_the_first_reading_is_taken(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("21世纪经济报道  南财理财通", "21shijijingjibaodaonancailicaitong"),
        ("安信国际证券(香港)", "anxinguojizhengquanxianggang"),
        ("安信国际证券（香港）", "anxinguojizhengquanxianggang"),
        ("证券时报·e公司", "zhengquanshibaoegongsi"),
        ("财经·新媒体", "caijingxinmeiti"),
        ("《证券市场周刊》", "zhengquanshichangzhoukan"),
        ("财经/新媒体", "caijingxinmeiti"),
        ("中国旅游报-资讯", "zhongguolvyoubao-zixun"),
    ],
)
def test_what_breaks_a_path_is_left_out(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_letter_case_stays() -> None:
    assert (slug("TechWeb"), slug("Techweb")) == ("TechWeb", "Techweb")


@pytest.mark.parametrize("name", SLUGS)
def test_the_newsroom_has_the_same_slugs(name: str) -> None:
    assert slug(name) == SLUGS[name]


@pytest.mark.parametrize("name", ["", " ", "··", "《》", "../..", "-", "_"])
def test_a_name_of_signs_has_no_slug(name: str) -> None:
    assert slug(name) == ""


def test_a_long_name_is_cut() -> None:
    assert len(slug("证券" * 1000)) <= MAX_LENGTH


@pytest.mark.parametrize("name", ["CON", "aux", "Nul", "com1", "LPT9"])
def test_a_name_that_windows_keeps_for_a_device_is_changed(name: str) -> None:
    assert slug(name) == f"{name}_"


@given(st.text())
def test_a_slug_stands_in_any_path_and_url(name: str) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9][A-Za-z0-9_-]*)?", slug(name))
