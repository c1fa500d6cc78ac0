"""Links in whatever way they are written, as a browser opens them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.sources import links
from finews_spider.sources.links import absolute, without_surplus

BASE = "https://finance.eastmoney.com/list/default_1.html"
PAGE = "https://finance.eastmoney.com/a/202112302230672549.html"
PATH = "/a/202112302230672549.html"


@pytest.mark.parametrize(
    "href",
    [
        PAGE,
        PATH,
        f"//finance.eastmoney.com{PATH}",
        f"///finance.eastmoney.com{PATH}",
        f"..{PATH}",
        f"./..{PATH}",
        f"/./x/..{PATH}",
        f"HTTPS://Finance.EastMoney.COM{PATH}",
        f"https://finance.eastmoney.com:443{PATH}",
        f"https://finance.eastmoney.com.{PATH}",
        f"https://reader:word@finance.eastmoney.com{PATH}",
        f"https:\\\\finance.eastmoney.com{PATH}".replace("/", "\\"),
        f" \n\t{PAGE}\x00 ",
        PAGE.replace("/a/2021", "/a/20\n\t21"),
        f"{PAGE}#comment?a=1",
        PAGE.replace("/a/2021", "/%61/%32021"),
        PAGE.replace("/a/2021", "/b/%2e/%2E./a/2021"),
        f"\\\\reader@finance.eastmoney.com{PATH}",
        f"https://reader@home@finance.eastmoney.com{PATH}",
        f"https://finance.eastmoney.com/x\\..{PATH}",
    ],
)
def test_all_ways_to_write_an_address_give_it(href: str) -> None:
    assert absolute(BASE, href) == PAGE


@pytest.mark.parametrize(
    ("href", "address"),
    [
        (f"{PAGE}?from=a/../b&x=//y#z", f"{PAGE}?from=a/../b&x=//y"),
        ("http://a.example:8080/x", "http://a.example:8080/x"),
        ("http://a.example", "http://a.example/"),
        ("http://finance.eastmoney.com@a.example/x", "http://a.example/x"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("/a//b/", "https://finance.eastmoney.com/a//b/"),
        ("a//b", "https://finance.eastmoney.com/list/a//b"),
        ("/a/b/..", "https://finance.eastmoney.com/a/"),
        ("/a/b/%2e", "https://finance.eastmoney.com/a/b/"),
        ("https://a.example/b/../", "https://a.example/"),
        ("..", "https://finance.eastmoney.com/"),
        (".", "https://finance.eastmoney.com/list/"),
        ("/%6%62%62/%%36b", "https://finance.eastmoney.com/%6%62b/%%36b"),
        ("/a\u3000#b", "https://finance.eastmoney.com/a"),
        ("/a\u3000?", "https://finance.eastmoney.com/a%E3%80%80"),
    ],
)
def test_what_tells_two_pages_apart_stays(href: str, address: str) -> None:
    assert absolute(BASE, href) == address


@pytest.mark.parametrize(
    "href",
    [
        *("javascript:a()", "mailto:a@a.example", "ftp://a.example/x", "http://[", "http://a.example:x/", "data:,x"),
        *("", "#", "#top", "http://a.example@/x"),
    ],
)
def test_what_is_not_of_the_web_has_no_address(href: str) -> None:
    assert absolute(BASE, href) == ""


PIECES = "http: HTTPS: ftp: / // /// \\ . .. ... %2e %2E%2e %61 %2f %zz %6 %% a B.Example. u@ :443 : [::1] 新 ? # & ="
HREFS = st.lists(st.sampled_from([*PIECES.split(), *" \t\n\x00\x7f\xa0\u3000\ud800"]), max_size=12).map("".join)


@given(HREFS | st.text())
def test_an_address_is_written_in_one_way(href: str) -> None:
    address = absolute(BASE, href)
    assert absolute(BASE, address) == address
    assert address.isprintable()


USUAL = st.lists(st.sampled_from([*"ab0/.,-_?=&%:~#@", "..", "/a/", ":443/", ":80/"]), max_size=9).map("".join)
ORIGINS = ["", "/", "//", "http://a.example", "https://a.example:", "http://127.0.0.1", "https://A.example/"]


@given(st.sampled_from(ORIGINS), USUAL, st.sampled_from([BASE, "https://a.example:443/x", "http://a.example:80", ""]))
def test_the_short_way_gives_what_the_long_one_does(origin: str, rest: str, base: str) -> None:
    assert absolute(base, origin + rest) == links._absolute(base, origin + rest)


@pytest.mark.parametrize(
    "href", [PAGE, PATH, "http://127.0.0.1:34947/news/1345,202201112230070513.html", "/x/?a=1&b=2"]
)
def test_usual_addresses_go_the_short_way(href: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = links._absolute(BASE, href)
    monkeypatch.setattr(links, "_absolute", lambda *_: "the long way")
    assert absolute(BASE, href) == address


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (PAGE, PAGE),
        (f"{PAGE}?", PAGE),
        (f"{PAGE}#?id=1", PAGE),
        (f"{PAGE}?from=app&id=1&x#id=2", f"{PAGE}?id=1"),
        (f"{PAGE}?id=1&id=2&ID=3&id", f"{PAGE}?id=1&id=2&id"),
        (f"{PAGE}?x=?id=1", PAGE),
        ("http://a.example/新闻?id=新", "http://a.example/新闻?id=新"),
        ("http://a.example/\x9b2J?id=\u202e\u2028", "http://a.example/%C2%9B2J?id=%E2%80%AE%E2%80%A8"),
        ("http://a.example/\ud800", "http://a.example/%3F"),
        ("", ""),
    ],
)
def test_of_a_query_stays_what_tells_the_article_and_all_is_printable(url: str, kept: str) -> None:
    assert without_surplus(url, {"id"}) == kept


@given(st.text(), st.text())
def test_what_is_shown_of_an_address_steers_nothing(path: str, query: str) -> None:
    assert without_surplus(f"http://a.example/{path}?id={query}", {"id"}).isprintable()
