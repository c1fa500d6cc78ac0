import pytest

from finews_spider.markup.parsing import MAX_BODY, MAX_DEPTH, IncompleteBodyError, parse, parse_page
from pipelines.clean import clean


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "文",
        "<p>文",
        "</body><body>文",
        "<html><style>",
        "<frameset>",
        "<!doctype html>",
        "<body/><body/>",
        "\ud800",
    ],
)
def test_any_body_has_a_tree(body: str) -> None:
    parse(body)
    parse_page(body)


@pytest.mark.parametrize("end", ["</body>", "</BODY>", "</html>", "</body></html>", "</body >", "</html/>"])
def test_what_follows_the_end_of_a_page_is_read(end: str) -> None:
    assert clean(f"一{end}<p>二</p>") == "<p>一</p>\n <p>二</p>"


def test_a_body_that_nests_too_deep_is_not_whole() -> None:
    assert clean("<div>" * MAX_DEPTH + "文") == "<p>文</p>"
    with pytest.raises(IncompleteBodyError, match="nested too deep"):
        clean("<div>" * (MAX_DEPTH + 1) + "文")
    assert clean("<b>文</b>" * 1_000) == f"<p>{'<b>文</b>' * 1_000}</p>"


def test_a_picture_that_stands_in_the_body_as_text_does_not_make_it_long() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * MAX_BODY}=">'
    assert clean(f"<p>一</p>{picture}<p>二</p>") == "<p>一</p>\n <p>二</p>"


@pytest.mark.parametrize("tag", ["b", "FONT", "i/"])
def test_what_is_opened_again_in_each_paragraph_does_not_grow_without_bound(tag: str) -> None:
    opened = "".join(f"<{tag} a{number}=1>" for number in range(7_000))
    nodes = parse(f"<p>{opened}{'<p>文' * 7_000}")
    assert nodes.root is not None
    assert sum(1 for _ in nodes.root.traverse()) < 1_000_000


def test_what_few_open_keeps_its_attributes() -> None:
    body = '<p><b style="display:none">藏</b>见</p>' * 1_000
    assert clean(body) == "\n ".join(["<p>见</p>"] * 1_000)
