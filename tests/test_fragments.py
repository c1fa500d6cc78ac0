import pytest

from finews_spider.fragments import is_cut_off, tree


@pytest.mark.parametrize(
    "body",
    ["", " ", "文", "<p>文", "</body><body>文", "<html><style>", "<frameset>", "<!doctype html>", "<body/><body/>"],
)
def test_any_body_has_a_tree(body: str) -> None:
    assert tree(body).tag == "body"


@pytest.mark.parametrize("end", ["</body>", "</BODY>", "</html>", "</body></html>", "</body >", "</html/>"])
def test_what_follows_the_end_of_a_page_is_read(end: str) -> None:
    assert tree(f"一{end}<p>二</p>").text_content() == "一二"


def test_a_body_that_nests_too_deep_is_cut_off() -> None:
    tree("<b>" * 1_000)
    assert is_cut_off()
    tree("<b>文</b>" * 1_000)
    assert not is_cut_off()
