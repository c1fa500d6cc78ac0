"""`make pictures`: what 20,000 pictures cost: to keep, in git, a run's commit beside them, and a build of the site."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from finews_spider.archive.atomic import TEMPORARY
from finews_spider.archive.posts import render
from finews_spider.commands.skeleton import copy_site
from finews_spider.newsroom.picture_files import jpg
from finews_spider.pictures.heads import read_head
from finews_spider.pictures.store import Fetched, expire, keep
from tests.support import existing

POSTS, EACH = 2_000, 10  # pictures of a post
SIZE = 10_000  # bytes of one, which git cannot pack
BATCH = 20  # as the extension has it


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long it took."""
    began = time.monotonic()
    yield
    print(f"{what:52} {time.monotonic() - began:8.2f} s", flush=True)


def write(site: Path) -> list[Fetched]:
    """Write the delivered site with posts; return their pictures, the newest first, as a backfill has them."""
    copy_site(site)
    (site / TEMPORARY).mkdir(parents=True, exist_ok=True)
    pictures = []
    for number, article in enumerate(existing.articles(POSTS, timedelta(minutes=90))):
        assert article.time
        keys = [f"pictures.example/{number}/{place}.jpg" for place in range(EACH)]
        article.body = "<p>文</p>" + "".join(f'<p><img src="https://{key}" alt="图" /></p>' for key in keys)
        day = f"{article.time:%Y-%m-%d}"
        post = site / f"_posts/{day.replace('-', '/')}/{day}-{article.id}.md"
        post.parent.mkdir(parents=True, exist_ok=True)
        post.write_text(render(article, existing.SITE), encoding="utf-8")
        for key in keys:
            data = jpg(number) + os.urandom(SIZE)
            pictures.append(Fetched(key, data, read_head(data), [day]))
    return pictures


def kept(site: Path, pictures: list[Fetched]) -> list[str]:
    """Keep them as a run does; return the files that changed."""
    noted: set[str] = set()
    for at in range(0, len(pictures), BATCH):
        keep(site, pictures[at : at + BATCH], noted.update)
    return sorted(noted)


def git(site: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(site), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def build(site: Path) -> None:
    words = ["jekyll", "build", "--source", str(site), "--destination", str(site.with_name("built"))]
    subprocess.run(words, capture_output=True, check=True)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="finews-pictures-") as folder:
        site = Path(folder) / "site"
        pictures = write(site)
        git(site, "init", "-q")
        git(site, "add", "-A")
        git(site, "commit", "-qm", "posts")
        with timed(f"a build of {POSTS:,} posts without pictures"):
            build(site)
        *most, last = (pictures[at : at + BATCH] for at in range(0, len(pictures), BATCH))
        with timed(f"{len(pictures) - BATCH:,} pictures kept, in batches of {BATCH}"):
            kept(site, [picture for batch in most for picture in batch])
        with timed("their commit"):
            git(site, "add", "-A")
            git(site, "commit", "-qm", "pictures")
        before = size(site)
        print(f"{'the folder .git, of pictures of 10 KB each':52} {before / 1e6:8.1f} MB")
        with timed(f"a run's {BATCH} pictures kept beside them"):
            changed = kept(site, last)
        with timed("their commit"):
            git(site, "add", "--", *changed)
            git(site, "commit", "-qm", "a run's pictures")
        beside = size(site) - before - BATCH * SIZE
        print(f"{'.git grew by, beside the pictures themselves':52} {beside / 1e3:8.1f} KB")
        with timed("a build with all of them"):
            build(site)
        with timed("the limits looked at, and half of the pictures removed"):
            expire(site, 0, len(pictures) * SIZE // 2_000_000, existing.LAST.date(), lambda _: None)


def size(site: Path) -> int:
    """Return the bytes of the folder .git."""
    return sum(path.stat().st_size for path in (site / ".git").rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
