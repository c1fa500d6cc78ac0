"""`make pages`: what a Jekyll build of the delivered site costs by the number of posts, and how large its pages are.

The posts are as long as the seed, a third of them flashes, in a thousand categories of very different size. Processor
time is counted, not time: it says the same on a busy machine.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from finews_spider.archive import category_pages, older_pages
from finews_spider.archive.atomic import TEMPORARY
from finews_spider.archive.posts import parse
from finews_spider.commands.skeleton import copy_site
from finews_spider.items import Article
from tests.support import existing
from tests.support.paths import ROOT
from tests.support.posts import write

INTERVAL = timedelta(minutes=4)  # 360 posts a day
RARE = 1_000  # media names that have a part of every other article
MB = 1_000_000


def posts(count: int) -> Iterator[Article]:
    """Yield posts with the seed's body."""
    (seed,) = (ROOT / "tests/fixtures/seed").glob("*.md")
    body = parse(seed.read_text(encoding="utf-8"), seed.stem[11:]).body
    for number, article in enumerate(existing.articles(count, INTERVAL)):
        if not article.is_flash:
            article.body = body
            article.media_name = f"媒体{number % RARE}" if number % 2 else article.media_name
        yield article


def make(site: Path, count: int) -> None:
    """Make the site with its category pages and those of older posts."""
    copy_site(site)
    (site / TEMPORARY).mkdir(parents=True)
    tags = {}
    for article in posts(count):
        write(site, article)
        tags[article.category] = article.tag
    category_pages.ensure(site, tags)
    older_pages.ensure(site, count, lambda _: None)


def build(jekyll: str, site: Path) -> tuple[float, float, Path]:
    """Build it; return processor seconds, the megabytes of memory at most of any build so far, and the folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    built = site.with_name("built")
    shutil.rmtree(built, ignore_errors=True)
    command = [jekyll, "build", "--quiet", "--source", str(site), "--destination", str(built)]
    subprocess.run(command, check=True, cwd=site)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 1000, built


def sizes(built: Path) -> str:
    """Return the size of all files, and of those that a reader loads most, or that are the largest."""
    files = {f"{path.relative_to(built)}": path.stat().st_size for path in built.rglob("*") if path.is_file()}
    lists = {name: size for name, size in files.items() if name.startswith(("category/", "older/", "emnews/index"))}
    named = {name: files[name] for name in ("index.html", "feed.xml", "search.json", "sitemap.xml")}
    texts = [f"{name} {size / 1000:.0f} KB" for name, size in named.items()]
    longest = max(lists.values()) / 1000
    return f"all {sum(files.values()) / MB:.0f} MB; {', '.join(texts)}; longest list {longest:.0f} KB"


def main() -> None:
    """Measure each number of posts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, nargs="+", default=[2_000, 10_000, 50_000], metavar="NUMBER")
    parser.add_argument("--jekyll", default="jekyll", metavar="PROGRAM", help="such as .ci/jekyll3")
    options = parser.parse_args()
    jekyll = shutil.which(options.jekyll)
    if not jekyll:
        sys.exit(f"{options.jekyll} is not installed")
    for count in options.posts:
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder) / "site"
            make(site, count)
            seconds, memory, built = build(str(Path(jekyll).absolute()), site)
            print(f"{count:6} posts: {seconds:.0f} s of processor, {memory:.0f} MB of memory; {sizes(built)}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
