from tests.conftest import run_forked


def test_no_spider_but_finews_can_be_crawled() -> None:
    """The doctor's spider lies with its command."""
    ran = run_forked("list")
    assert (ran.code, ran.out.split()) == (0, ["finews"])
