"""How much .git grows with each commit of new posts, in one folder and by day, before and after `git gc`."""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from finews_spider.archive.paths import POST_PATHS
from finews_spider.archive.posts import render
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.newsroom.words import MEDIA
from finews_spider.publishing.commit import CommitMessage, publish
from finews_spider.sources.eastmoney_ids import ARTICLE

POSTS_A_DAY = 190  # the existing site had 37,000 in its seven months
START = datetime(2021, 12, 1, tzinfo=BEIJING)
PHRASES, PHRASE_LENGTH = 20_000, 12  # characters; so many phrases that posts hardly share one, as in the real world
CHARACTERS = [chr(0x4E00 + 5 * rank) for rank in range(4000)]
WEIGHTS = [1 / (rank + 5) for rank in range(len(CHARACTERS))]  # few characters make most of a text


class Cost(NamedTuple):
    """What was measured of one layout; sizes in bytes on disk."""

    before: int  # .git before the first commit
    grown: int  # by the commits
    packed: int  # what `git gc` leaves of that
    seconds: float  # of a commit, the median


def posts(count: int, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Yield paths and texts of posts. The median has 5 KB, of which zlib leaves 41 %; the seed post leaves 45 %."""
    rng = Random(1)
    letters = rng.choices(CHARACTERS, WEIGHTS, k=PHRASES * PHRASE_LENGTH)
    phrases = ["".join(letters[start : start + PHRASE_LENGTH]) for start in range(0, len(letters), PHRASE_LENGTH)]
    for index in range(count):
        moment = START + timedelta(days=index / POSTS_A_DAY)
        id_ = f"NW{moment:%Y%m%d}{2_230_000_000 + index}"
        own = rng.choices(phrases, k=85)  # an article repeats its words
        paragraphs = ["，".join(rng.choices(own, k=rng.randint(5, 14))) for _ in range(rng.randint(5, 20))]
        article = Article(
            source="",
            id=id_,
            url="",
            family=ARTICLE,
            title="：".join(rng.choices(phrases, k=2)),
            time=moment,
            media_name=rng.choice(MEDIA),
            body="".join(f"<p>{paragraph}。</p>" for paragraph in paragraphs),
            share_link=f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={id_}",
        )
        day = {"year": f"{moment:%Y}", "month": f"{moment:%m}", "day": f"{moment:%d}"}
        yield pattern.format(id=id_, **day), render(article, "//finews.withounder.com").encode()


def git(site: Path, *arguments: str, stdin: bytes = b"") -> None:
    subprocess.run(["git", "-C", str(site), *arguments], input=stdin, check=True, stdout=subprocess.DEVNULL)


def init(site: Path, archived: list[tuple[str, bytes]]) -> None:
    """Make a repository with these posts in one commit, packed."""
    git(site, "init", "--quiet", "--initial-branch=main")
    person = b"committer finews <finews@example.com> 0 +0000\n"
    stream = [b"commit refs/heads/main\n", person, b"data 0\n"]
    for path, text in archived:
        stream.append(b"M 644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text))
    git(site, "fast-import", "--quiet", stdin=b"".join(stream))
    git(site, "reset", "--quiet", "--hard")
    git(site, "gc", "--quiet", "--prune=now")


def measure(site: Path, pattern: str, archived: int, commits: int, per_commit: int) -> Cost:
    """Make the archive, commit new posts as runs do, and return what that costs."""
    made = list(posts(archived + commits * per_commit, pattern))
    init(site, made[:archived])
    before = size(site)
    seconds = []
    for turn in range(commits):
        new = made[archived + turn * per_commit :][:per_commit]
        for path, text in new:
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes(text)
        start = time.perf_counter()
        published = publish(site, [path for path, _ in new], commit_message, "commit")
        seconds.append(time.perf_counter() - start)
        assert published.files == per_commit
    grown = size(site)
    git(site, "gc", "--quiet", "--prune=now")
    return Cost(before, grown - before, size(site) - before, statistics.median(seconds))


def commit_message(changes: Mapping[str, str]) -> CommitMessage:
    return CommitMessage(run="bench", new=len(changes), categories=len(changes))


def size(site: Path) -> int:
    """Return the bytes that .git takes on disk, as `du` counts them."""
    return sum(path.stat().st_blocks * 512 for path in (site / ".git").rglob("*") if not path.is_symlink())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=50_000, help="in the archive before the first commit")
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--each", type=int, default=3, help="new posts a commit")
    options = parser.parse_args()
    os.environ |= {f"GIT_{who}_{what}": "finews" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    print(f"{options.posts} posts, then {options.commits} commits of {options.each} new ones:\n")
    print("| layout | .git before, MB | a commit, KB | a commit after git gc, KB | seconds a commit |")
    print("|---|---|---|---|---|")
    for name in ("flat", "by-day"):
        site = Path(tempfile.mkdtemp(prefix="finews-bench-"))
        try:
            cost = measure(site, POST_PATHS[name], options.posts, options.commits, options.each)
        finally:
            shutil.rmtree(site)
        grown, packed = (size / options.commits / 1024 for size in (cost.grown, cost.packed))
        print(f"| {name} | {cost.before / 1024**2:.0f} | {grown:.0f} | {packed:.1f} | {cost.seconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
