"""`make tables`: an archive of 50,000 posts of invented words, exported, read by four readers, searched and counted.

It ends with exit code 1 where readers differ from the posts, or where a search finds anything else than `in` does.
"""

import argparse
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from hashlib import sha256
from html import escape
from pathlib import Path

from finews_spider.dates import Window
from finews_spider.tables.export import Export
from finews_spider.tables.files import post_files
from finews_spider.tables.folding import fold
from finews_spider.tables.formats import FORMATS
from finews_spider.tables.index import PostIndex, unpacked, use
from finews_spider.tables.rows import COLUMNS, Row, Rows
from finews_spider.tables.search import Search
from finews_spider.tables.stats import counts
from finews_spider.tables.store import FILE
from tests.support.posts import TIME, article, flash, write
from tools.texts import substrings, texts

YEAR = timedelta(days=365)
QUERIES, SHOWN = 200, 20


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long it took."""
    began = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - began:.1f} s", flush=True)


def make(output: Path, posts: int) -> None:
    """Write an archive of a year; every third post is a flash."""
    for number, text in enumerate(texts(posts, seed=1)):
        moment = TIME + YEAR / posts * number
        body = "".join(f"<p>{escape(line)}</p>" for line in text[30:].split("\n") if line.strip())
        title = " ".join(text[:25].split()) or "题"
        make_one = article if number % 3 else flash
        write(output, make_one(number, body, moment, title=title, **({} if number % 3 else {"digest": title})))


def digests(rows: Iterator[tuple[str, ...]]) -> list[str]:
    """Return what tells rows apart, in order."""
    return sorted(sha256("\0".join(row).encode()).hexdigest() for row in rows)


def readers(folder: Path) -> dict[str, Callable[[], Iterator[tuple[str, ...]]]]:
    """Return the rows of an export as four readers have them."""
    import duckdb
    import polars
    import pyarrow.parquet

    files = str(folder / "parquet/*.parquet")

    def of_sqlite() -> Iterator[tuple[str, ...]]:
        for path in folder.glob("sqlite/*"):
            with closing(sqlite3.connect(path)) as db:
                yield from db.execute(f"SELECT {', '.join(COLUMNS)} FROM posts")

    def of_pyarrow() -> Iterator[tuple[str, ...]]:
        table = pyarrow.parquet.read_table(folder / "parquet")
        return (tuple(row[name] for name in COLUMNS) for row in table.to_pylist())

    return {
        "duckdb": lambda: iter(duckdb.execute(f"SELECT * FROM '{files}'").fetchall()),
        "pyarrow": of_pyarrow,
        "polars": lambda: iter(polars.read_parquet(files).rows()),
        "sqlite3": of_sqlite,
    }


def export(output: Path, folder: Path) -> bool:
    """Return whether all readers have the rows of the posts."""
    for again in ("export, all four formats", "export again, nothing changed"):
        with timed(again):
            files, _ = post_files(output)
            Export(folder, list(FORMATS), {}).write(files, Rows(output, files))
    for name in FORMATS:
        size = sum(path.stat().st_size for path in (folder / name).iterdir())
        print(f"  {name}: {size / 1e6:.1f} MB")
    want = digests(row for row in Rows(output, files) if isinstance(row, Row))
    found = {name: digests(read()) == want for name, read in readers(folder).items()}
    print(f"{len(want):,} rows; the same by {', '.join(name for name, is_same in found.items() if is_same)}")
    return all(found.values())


def search(index: PostIndex) -> bool:
    """Return whether searches find what `in` finds, and nothing else."""
    with timed("table of posts, new"):
        index.sync()
    with timed("index of texts, new"):
        index.make_searchable()
    with timed("table of posts, nothing changed"):
        index.sync()
    whole = {key: unpacked(text) for key, text in index.db.execute("SELECT key, text FROM posts")}
    parts = substrings(list(whole.values()), QUERIES, seed=2)
    taken = []
    for part in parts:
        began, busy = time.perf_counter(), time.process_time()
        Search([part]).hits(index, SHOWN)
        taken.append((time.perf_counter() - began, time.process_time() - busy))
    wall, cpu = (
        statistics.quantiles((seconds * 1000 for seconds in column), n=100) for column in zip(*taken, strict=True)
    )
    print(f"{QUERIES} searches of 2 to 8 characters, {SHOWN} shown: median {wall[49]:.1f} ms, p95 {wall[94]:.1f} ms")
    print(f"  of CPU: median {cpu[49]:.1f} ms, p95 {cpu[94]:.1f} ms")
    folded = {key: fold(text) for key, text in whole.items()}
    found = [set(Search([part]).keys(index)) for part in parts]
    want = [{key for key, text in folded.items() if fold(part) in text} for part in parts]
    hits = sum(len(a & b) for a, b in zip(found, want, strict=True))
    precision, recall = hits / sum(map(len, found)), hits / sum(map(len, want))
    print(f"precision {precision:.3f}, recall {recall:.3f}, of {hits:,} hits")
    with timed("counts by medium"):
        counts(index, "medium", Window())
    return found == want


def main() -> None:
    """Make the archive, measure, and exit with 1 where something differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=int, default=50_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="finews-tables-"))
    try:
        (folder / "site/.finews").mkdir(parents=True)
        with timed(f"{options.posts:,} posts written"):
            make(folder / "site", options.posts)
        is_right = export(folder / "site", folder / "data")
        is_right &= use(folder / "site", search)
        posts = sum(file.stamp.size for file in post_files(folder / "site")[0])
        table = (folder / "site" / FILE).stat().st_size
        print(f"the table, with its index: {table / 1e6:.0f} MB, for posts of {posts / 1e6:.0f} MB")
    finally:
        shutil.rmtree(folder)
    sys.exit(not is_right)


if __name__ == "__main__":
    main()
