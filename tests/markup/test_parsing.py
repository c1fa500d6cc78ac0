import pytest

from finews_spider.markup.parsing import MAX_BODY, IncompleteBodyError, tree, until_stable


@pytest.mark.parametrize(
    "body",
    ["", " ", "文", "<p>文", "</body><body>文", "<html><style>", "<frameset>", "<!doctype html>", "<body/><body/>"],
)
def test_any_body_has_a_tree(body: str) -> None:
    assert tree(body).tag == "body"


@pytest.mark.parametrize("end", ["</body>", "</BODY>", "</html>", "</body></html>", "</body >", "</html/>"])
def test_what_follows_the_end_of_a_page_is_read(end: str) -> None:
    assert tree(f"一{end}<p>二</p>").text_content() == "一二"


def test_a_body_that_nests_too_deep_is_not_whole() -> None:
    with pytest.raises(IncompleteBodyError, match="nested too deep"):
        tree("<b>" * 1_000)
    assert tree("<b>文</b>" * 1_000).text_content() == "文" * 1_000


def test_a_picture_that_stands_in_the_body_as_text_does_not_make_it_long() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * MAX_BODY}=">'
    assert tree(f"<p>一</p>{picture}<p>二</p>").text_content() == "一二"


def test_what_never_comes_to_rest_is_not_whole() -> None:
    with pytest.raises(IncompleteBodyError, match="another way"):
        until_stable(lambda text: f"{text}文", "")
