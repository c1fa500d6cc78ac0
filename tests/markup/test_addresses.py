import pytest

from finews_spider.markup.addresses import MAX_ADDRESS, resolve, resolve_link

BASE = "http://finance.eastmoney.com/a/1.html"


@pytest.mark.parametrize(
    ("address", "resolved"),
    [
        ("https://a.example/1.jpg?a=1&b#c", "https://a.example/1.jpg?a=1&b#c"),
        ("HTTP://a.example", "HTTP://a.example"),
        (" https://a.example/\n1.j\tpg\r\n", "https://a.example/1.jpg"),
        ("\u3000https://a.example/\u00a0", "https://a.example/"),
        ("//a.example/1.jpg", "https://a.example/1.jpg"),
        ("\\\\a.example\\1.jpg?a\\b", "https://a.example/1.jpg?a\\b"),
        ("https:\\\\a.example\\1.jpg", "https://a.example/1.jpg"),
        ("https:/a.example/1.jpg", "https://a.example/1.jpg"),
        ("https://a.example/a b.jpg", "https://a.example/a%20b.jpg"),
        ("/images/1.jpg", "http://finance.eastmoney.com/images/1.jpg"),
        ("2.html", "http://finance.eastmoney.com/a/2.html"),
        ("../2.html", "http://finance.eastmoney.com/2.html"),
        (".", "http://finance.eastmoney.com/a/"),
        ("../b//./2.html", "http://finance.eastmoney.com/b//2.html"),
        ("/b/%2E%2e/../2.html", "http://finance.eastmoney.com/2.html"),
        ("?", "http://finance.eastmoney.com/a/1.html?"),
        ("?page=2", "http://finance.eastmoney.com/a/1.html?page=2"),
        ("https://云岭.example/图.jpg", "https://云岭.example/图.jpg"),
        ("https://127.0.0.1:8000/1.jpg", "https://127.0.0.1:8000/1.jpg"),
        ("https://[::1]:80/1.jpg", "https://[::1]:80/1.jpg"),
    ],
)
def test_an_address_is_resolved_as_a_browser_does(address: str, resolved: str) -> None:
    assert resolve(address, BASE) == resolved


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            None,
            " ",
            "#",
            "#top",
            "javascript:a()",
            "java\nscript:a()",
            "\x01javascript:a()",
            "data:image/png;base64,A",
        ),
        *("mailto:a@a.example", "file:///a", "ftp://a.example/", "about:blank", "blob:https://a.example/1"),
        *("https://", "https:///", "//", "http://a b/", "https://a.example:99999/", "https://a.example:x/", "//["),
        *("https://<b>/", "https://a.example%00/", f"https://a.example/{'a' * MAX_ADDRESS}"),
    ],
)
def test_what_leads_nowhere_is_no_address(address: str | None) -> None:
    assert resolve(address, BASE) == ""


@pytest.mark.parametrize("address", ["https://", "https:///", "https:", "//"])
def test_an_address_without_a_host_is_none_whatever_the_page_is(address: str) -> None:
    assert resolve(address, "https://a.example/1.html") == ""


@pytest.mark.parametrize("address", ["/1.jpg", "1.jpg", "../1.jpg", "?a"])
def test_without_a_base_there_is_nothing_to_resolve_against(address: str) -> None:
    assert resolve(address) == ""


@pytest.mark.parametrize("address", ["mailto:a@a.example", "MAILTO:a@a.example?subject=a"])
def test_a_link_may_write_a_letter(address: str) -> None:
    assert resolve_link(f" {address} ") == address


@pytest.mark.parametrize("address", ["mailto:", "mailto:a", "mailto:<a@a.example>"])
def test_a_letter_to_nobody_is_none(address: str) -> None:
    assert resolve_link(address) == ""


@pytest.mark.parametrize("piece", ["a", "a.", "/", "\\", ":", "//a", "@", "?"])
def test_a_long_address_takes_no_longer_than_it_is(piece: str) -> None:
    assert resolve(f"https://{piece * 500_000}") == ""
