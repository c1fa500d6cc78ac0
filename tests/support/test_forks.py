"""Most tests crawl in forks of one process, which is sound only if a fork does what a fresh process does."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from finews_spider.newsroom.server import Newsroom
from tests.conftest import Site, run_forked

pytestmark = pytest.mark.slow

CUT = "finews/cleaned/"


def test_a_crawl_in_a_fork_does_what_a_fresh_process_does(site: Site, tmp_path: Path, room: Newsroom) -> None:
    fresh = Site(tmp_path / "fresh", room)
    expected, forked = fresh.crawl(PYTHONHASHSEED="random"), site.crawl()
    assert (forked.code, kinds(forked.stats)) == (expected.code, kinds(expected.stats))
    assert len(forked.out.splitlines()) == len(expected.out.splitlines())
    assert len(lines(forked.err)) == len(lines(expected.err))
    assert site.posts() == fresh.posts()


def kinds(stats: Mapping[str, object]) -> set[str]:
    """Return what was counted, but for what was cut of bodies: of two families the quicker one gives the body."""
    return {name for name in stats if not name.startswith(CUT)}


def lines(log: str) -> list[str]:
    """Return the lines of a log, without those stats."""
    return [line for line in log.splitlines() if CUT not in line]


def test_a_warning_is_an_error_in_a_fork_too(tmp_path: Path) -> None:
    spider = tmp_path / "warns.py"
    spider.write_text("import warnings\n\nwarnings.warn('old', stacklevel=1)\n", encoding="utf-8")
    ran = run_forked("runspider", spider)
    assert ran.code != 0
    assert "UserWarning: old" in ran.err


def test_a_fork_ends_as_a_process_does(tmp_path: Path) -> None:
    """What was left for the end is done, and what nobody closed is told of."""
    spider = tmp_path / "ends.py"
    lines = (
        "import atexit",
        "atexit.register(print, 'the end')",
        "ring = [open(__file__)]",
        "ring.append(ring)",
        "del ring",
    )
    spider.write_text("\n".join(lines), encoding="utf-8")
    ran = run_forked("runspider", spider)
    assert ran.out == "the end\n"
    assert "ResourceWarning: unclosed file" in ran.err
