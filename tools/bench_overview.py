"""`make tables`, second part: what the overview of 50,000 posts of ten years takes, and how large its pages are."""

import argparse
import gzip
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from finews_spider.archive.lock import prepare_output
from finews_spider.dates import BEIJING
from finews_spider.ledger.coverage import CoverageTable, Stretch
from finews_spider.ledger.database import Ledger
from finews_spider.newsroom.words import MEDIA
from finews_spider.overview.update import FOLDER, Overview
from tests.support.posts import article, flash, write

BEGINS = datetime(2016, 1, 4, tzinfo=BEIJING)
YEARS = 10
SOURCES = ("finews", "eastmoney")
LISTS = 70  # of each source


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long it took the CPU: others may use the machine."""
    began = time.process_time()
    yield
    print(f"{what}: {time.process_time() - began:.2f} s of CPU", flush=True)


def make(output: Path, posts: int) -> datetime:
    """Write posts, spread over the years, every third a flash, and return the time of the last."""
    step = timedelta(days=365.2 * YEARS) / posts
    for number in range(posts):
        moment = BEGINS + number * step
        if number % 3:
            write(output, article(number, time=moment, media_name=MEDIA[number * number % len(MEDIA)]))
        else:
            write(output, flash(number, time=moment))
    return BEGINS + posts * step


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("posts", nargs="?", type=int, default=50_000)
    posts = parser.parse_args().posts
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "site"
        output.mkdir()
        prepare_output(output)
        now = make(output, posts)
        time.sleep(3)  # what changed a moment ago is read once more
        with Ledger(output) as ledger:
            for source in SOURCES:
                for number in range(LISTS):
                    stretch = Stretch(BEGINS + timedelta(days=number), now)
                    CoverageTable(ledger).add(source, f"list {number}", stretch)
            overview = Overview(ledger, [], SOURCES)
            with timed(f"{posts} posts, which are read for the first time"):
                overview.update(now)
            with timed("the next day, without news"):
                files = overview.update(now + timedelta(days=1)).files
        pages = {path.name: len(gzip.compress(path.read_bytes())) for path in output.glob(f"{FOLDER}/*")}
    print(f"files that changed: {', '.join(files)}")
    print(f"bytes of pages, packed: {max(pages.values()):,} at most, {sum(pages.values()):,} of all {len(pages)}")


if __name__ == "__main__":
    main()
