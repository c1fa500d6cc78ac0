"""Posts are found by any part of their texts: all that have it, and no other; and the index follows the posts."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from finews_spider.dates import read_day
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.ledger import stamps
from finews_spider.tables import index as tables_index
from finews_spider.tables.folding import fold, grams, query, snippet
from finews_spider.tables.index import PostIndex, use
from finews_spider.tables.search import Search
from finews_spider.tables.store import FILE, LOCK, SEAL
from tests.support.nonempty import nonempty
from tests.support.paths import ROOT
from tests.support.posts import TIME, article, flash, write
from tests.tables.conftest import rows, run
from tools.texts import substrings, texts

POSTS = 2_000


def ids(output: Path, *words: str, limit: int = 0, **more: Any) -> list[str]:
    """The ids of what is found, when the index has followed the posts."""

    def find(index: PostIndex) -> list[str]:
        assert index.sync() == []
        index.make_searchable()
        return [hit.id for hit in Search(words, **more).hits(index, limit)]

    return use(output, find)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("many") / "site"
    for number, text in enumerate(texts(POSTS, seed=7, length=(60, 300))):
        title, _, body = text.partition("。")
        write(output, article(number, f"<p>{escape(body)}</p>", TIME + timedelta(hours=number), title=title or "题"))
    return output


@pytest.mark.slow
def test_what_is_found_is_what_has_it(many: Path) -> None:
    whole = {id_: fold(f"{row.title}\n{row.digest}\n{row.text}") for id_, row in rows(many).items()}
    parts = substrings([f"{row.title}\n{row.text}" for row in rows(many).values()], 200, seed=5, length=(1, 8))
    parts += ["。", "%", "a股", "Ａ股", "S&P 500", "s&p", "P 5", "500", "0", '"', "'", "*", "AND", "没有这样的话"]
    wrong = []

    def find_all(index: PostIndex) -> None:
        assert index.sync() == []
        index.make_searchable()
        named = dict(index.db.execute("SELECT key, id FROM posts"))
        for part in parts:
            found = {named[key] for key in Search([part]).keys(index)}
            if found != {id_ for id_, text in whole.items() if fold(part) in text}:
                wrong.append(part)

    use(many, find_all)
    assert wrong == []


def test_all_words_have_to_be_there_and_the_newest_stands_first(output: Path) -> None:
    later = TIME + timedelta(days=1)
    write(output, article(1, "<p>光伏产能利用率</p>"), article(2, "<p>光伏</p>", later))
    write(output, flash(3, "<p>光伏</p>", TIME + timedelta(minutes=1), digest="产能。"))
    assert ids(output, "光伏") == [article(2, time=later).id, flash(3).id, article(1).id]
    assert ids(output, "光伏", "产能") == [flash(3).id, article(1).id]
    assert ids(output, "伏产") == [article(1).id]
    assert ids(output, "产能利用率") == [article(1).id]
    assert ids(output, "光伏", limit=1) == [article(2, time=later).id]
    assert ids(output, "标题") == [article(2, time=later).id, article(1).id]


def test_the_best_has_it_in_its_title_or_most_often(output: Path) -> None:
    write(output, article(1, "<p>甲甲</p>"), article(2, title="甲"), article(3, "<p>甲</p>"))
    assert ids(output, "甲", is_best_first=True) == [article(number).id for number in (2, 1, 3)]


def test_a_window_and_categories(output: Path) -> None:
    days = [TIME + timedelta(days=number) for number in range(4)]
    write(output, *(article(number, time=day) for number, day in enumerate(days)), flash(9, "<p>正文</p>", days[1]))
    ran = run(output, "search", "正文", "-a", "since=2021-12-31", "-a", "until=2022-01-01", "--json")
    assert [json.loads(line)["published"][:10] for line in ran.out.splitlines()] == ["2022-01-01", *["2021-12-31"] * 2]
    assert ids(output, "正文", categories=("emnews",)) == [flash(9, time=days[1]).id]


def test_case_and_width_of_latin_letters_make_no_difference() -> None:
    assert fold("ＡbCｄ") == fold("AbCd") == "abcd"
    assert fold("Straße") == "strasse"
    assert fold("１，") == "１，"


def test_a_snippet_shows_what_is_written() -> None:
    text = "前" * 100 + "Ｓ&P 500" + "后" * 100
    assert snippet(text, 0, fold(text).index("s&p"), 3) == "…" + "前" * 24 + "Ｓ&P 500" + "后" * 49 + "…"
    assert snippet("ß" * 60 + "甲乙", 0, 120, 1) == "…" + "ß" * 24 + "甲乙"
    assert snippet("题\n\n甲", 2, 3, 1) == "甲"


def test_grams_are_characters_and_pairs_of_what_stands_together() -> None:
    assert grams("甲乙 丙") == {"甲", "乙", "丙", "甲乙"}
    assert query(["甲乙丙", "丁"]) == '"甲乙" AND "乙丙" AND "丁"'


def test_of_digits_letters_and_signs_three_are_a_gram_too() -> None:
    percent = "\ue025"  # where the index has it
    assert {"12%", "345"} & {gram.replace(percent, "%") for gram in grams("甲12%丙3456")} == {"12%", "345"}
    assert "甲12" not in grams("甲12%丙3456")
    assert query(["345"]) == '"34" AND "45" AND "345"'


# The index follows the posts.


def test_new_edited_moved_and_deleted_posts(output: Path) -> None:
    one, two = write(output, article(1, "<p>甲</p>"), article(2, "<p>甲</p>"))
    assert ids(output, "甲") == [article(2).id, article(1).id]
    write(output, article(3, "<p>甲</p>"))
    assert len(ids(output, "甲")) == 3
    one.write_text(one.read_text(encoding="utf-8").replace("甲", "乙"), encoding="utf-8")
    assert ids(output, "乙") == [article(1).id]
    assert len(ids(output, "甲")) == 2
    (output / "old_post").mkdir()
    two.rename(output / "old_post" / two.name)
    assert ids(output, "甲") == [article(3).id, article(2).id]
    (output / "old_post" / two.name).unlink()
    assert ids(output, "甲") == [article(3).id]


@pytest.mark.parametrize("is_settled", [True, False])
def test_an_edit_of_the_same_size_and_time_is_found(
    output: Path, monkeypatch: pytest.MonkeyPatch, is_settled: bool
) -> None:
    """Where the file was settled, by a time that nobody can set; where it was not, by its bytes."""
    (path,) = write(output, article(1, "<p>甲</p>"))
    before = path.stat()
    monkeypatch.setattr(stamps, "UNSURE", 0 if is_settled else 10**18)
    assert ids(output, "甲") == [article(1).id]
    path.write_text(path.read_text(encoding="utf-8").replace("甲", "乙"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert ids(output, "乙") == [article(1).id]
    assert ids(output, "甲") == []


def test_a_file_that_is_not_settled_is_read_again_whatever_its_stamp(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(output, article(1))
    monkeypatch.setattr(stamps, "UNSURE", 10**18)
    ids(output, "正文")
    (stamp,) = use(output, lambda index: index.db.execute("SELECT stamp FROM files").fetchone())
    assert stamp == stamps.UNKNOWN


def test_a_post_that_is_the_same_is_not_indexed_again(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = write(output, article(1))
    assert ids(output, "正文") == [article(1).id]
    monkeypatch.setattr(PostIndex, "_add", None)
    (output / "old_post").mkdir()
    path.rename(output / "old_post" / path.name)
    assert ids(output, "正文") == [article(1).id]
    os.utime(output / "old_post" / path.name)
    assert ids(output, "正文") == [article(1).id]


def test_the_medium_of_a_flash_follows_its_article(output: Path) -> None:
    write(output, flash(1))

    def medium() -> str:
        ids(output, "要闻")
        return use(output, lambda index: Search(["要闻"]).hits(index, 0)[0].medium)

    assert medium() == ""
    (path,) = write(output, article(1))
    assert medium() == "中国证券报"
    path.unlink()
    assert medium() == ""


@pytest.mark.slow
def test_after_many_changes_it_is_what_a_new_one_is(output: Path) -> None:
    chance = random.Random(3)
    for step in range(30):
        number = chance.randrange(12)
        if step % 5 == 4:
            for path in list(output.glob(f"_posts/**/*{number:010}.md")):
                path.unlink()
        else:
            write(output, article(number, f"<p>{''.join(chance.choices('甲乙丙丁', k=6))}</p>"))
        ids(output, "甲")
    pairs = [one + two for one in "甲乙丙丁" for two in "甲乙丙丁"]
    found = [sorted(ids(output, pair)) for pair in pairs]
    (output / FILE).unlink()
    assert [sorted(ids(output, pair)) for pair in pairs] == found
    assert any(found)


# What is wrong with the file.


def damaged(data: bytes, how: str) -> bytes:
    place = len(data) // 2
    return {
        "garbage": b"garbage" * 999,
        "empty": b"",
        "cut": data[:-4096],
        "bit": data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :],
    }[how]


@pytest.mark.parametrize("how", ["garbage", "empty", "cut", "bit"])
def test_a_damaged_file_is_made_again(output: Path, how: str) -> None:
    write(output, *(article(number, f"<p>甲{number}</p>") for number in range(50)))
    before = ids(output, "甲")
    (output / FILE).write_bytes(damaged((output / FILE).read_bytes(), how))
    assert ids(output, "甲") == before
    (output / FILE).unlink()
    assert ids(output, "甲") == before


def test_damage_that_shows_while_it_is_used_is_mended(output: Path) -> None:
    write(output, article(1))
    ids(output, "正文")
    tries = []

    def work(index: PostIndex) -> int:
        tries.append(index.db.execute("SELECT count(*) FROM posts").fetchone()[0])
        if len(tries) == 1:
            raise sqlite3.DatabaseError("database disk image is malformed")
        return len(index.sync())

    assert use(output, work) == 0
    assert tries == [1, 0]


def test_a_file_of_another_version_is_made_again(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(output, article(1))
    monkeypatch.setattr(tables_index, "VERSION", 99)
    ids(output, "正文")
    monkeypatch.undo()
    assert ids(output, "正文") == [article(1).id]


def test_a_refusal_costs_no_index(output: Path) -> None:
    write(output, article(1))
    ids(output, "正文")
    with pytest.raises(ConfigurationError):
        ids(output, " ")
    assert use(output, lambda index: index.db.execute("SELECT count(*) FROM posts").fetchone()) == (1,)


KILLED = """
import os, sys
from pathlib import Path
from finews_spider.tables.index import PostIndex, use

def work(index):
    index.db.execute("PRAGMA cache_size = 10")
    index.db.execute("BEGIN")
    index.db.execute("DELETE FROM posts")
    index.db.execute("UPDATE files SET stamp = randomblob(5000)")
    os._exit(9)

use(Path(sys.argv[1]), work)
"""


@pytest.mark.slow
def test_a_kill_in_the_middle_of_an_update_changes_nothing(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(output, *(article(number) for number in range(50)))
    monkeypatch.setattr(stamps, "UNSURE", 0)
    before = ids(output, "正文")
    seal = (output / SEAL).read_text()
    done = subprocess.run([sys.executable, "-c", KILLED, str(output)], cwd=ROOT, check=False)
    assert done.returncode == 9
    assert (output / FILE).with_name(f"{FILE.name}-journal").exists()
    monkeypatch.setattr(PostIndex, "_add", None)  # nothing is read again
    assert ids(output, "正文") == before
    assert (output / SEAL).read_text().split("\n")[1] == seal.split("\n")[1]


@pytest.mark.slow
def test_several_at_once_find_the_same(output: Path) -> None:
    write(output, *(article(number) for number in range(100)))
    words = [
        sys.executable,
        "-m",
        "scrapy",
        "search",
        "正文",
        "--limit",
        "0",
        "--json",
        "-s",
        f"FINEWS_OUTPUT={output}",
    ]
    running = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = [one.communicate(timeout=60)[0] for one in running]
    assert [one.returncode for one in running] == [0] * 3
    assert all(text == printed[0] for text in nonempty(printed))
    assert len(printed[0].splitlines()) == 100


# The command.


def test_what_is_printed(output: Path) -> None:
    write(output, article(1, "<p>前文。净利润\x1b[31m增长５%。</p>"))
    write(output, flash(1, time=TIME + timedelta(minutes=1), digest="净利润降"))
    ran = run(output, "search", "净利润")
    assert (ran.code, ran.out) == (
        0,
        f"2021-12-30 07:58:23 中国证券报 快讯1\n    净利润降\n    _posts/2021/12/30/2021-12-30-{flash(1).id}.md\n"
        "2021-12-30 07:57:23 中国证券报 标题1\n    前文。净利润 [31m增长５%。\n"
        f"    _posts/2021/12/30/2021-12-30-{article(1).id}.md\n"
        "2 posts\n",
    )
    assert run(output, "search", "净利润", "--limit", "1").out.endswith("1 post, and there are more: --limit 2\n")
    (line, _) = run(output, "search", "净利润", "--json").out.splitlines()
    assert list(json.loads(line)) == ["id", "published", "medium", "category", "title", "snippet", "url", "path"]
    assert run(output, "search", "无").out == "0 posts\n"


def test_a_post_that_cannot_be_read_is_named(output: Path) -> None:
    one, _ = write(output, article(1), article(2))
    one.write_bytes(b"---\n---\n")
    ran = run(output, "search", "正文")
    assert (ran.code, "1 post\n" in ran.out) == (8, True)
    assert f"not read: {one.relative_to(output)}: its front matter tells no time" in ran.err
    write(output, article(1))
    assert run(output, "search", "正文").code == 0


@pytest.mark.parametrize("words", ["", "　", "a --limit -1", "a -a since=soon", "a -a url=x"])
def test_wrong_arguments_are_refused(output: Path, words: str) -> None:
    assert run(output, "search", *words.split(" ")).code == 2


# Counts.


def stats(output: Path, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(output, "stats", "--json", *words).out.splitlines()]


def test_posts_are_counted(output: Path) -> None:
    day = TIME + timedelta(days=2)
    write(output, article(1), article(2, time=day, media_name="上海证券报"), flash(1), flash(3, time=day))
    assert stats(output) == [
        {"month": "2021-12", "posts": 2, "articles": 1, "flashes": 1},
        {"month": "2022-01", "posts": 2, "articles": 1, "flashes": 1},
    ]
    assert [(row["medium"], row["posts"]) for row in stats(output, "--by", "medium")] == [
        ("中国证券报", 2), ("", 1), ("上海证券报", 1),
    ]  # fmt: skip
    assert [row["day"] for row in stats(output, "--by", "day", "-a", "since=2022-01-01")] == ["2022-01-01"]
    assert stats(output, "--by", "category", "-a", "category=emnews") == [
        {"category": "emnews", "posts": 2, "articles": 0, "flashes": 2}
    ]
    shutil.rmtree(output / "_posts/2022")
    assert run(output, "stats").out == (
        "   posts  articles   flashes  month\n"
        "       2         1         1  2021-12\n"
        "       2         1         1  in all\n"
    )


@pytest.mark.slow
def test_counts_agree_with_the_rows(many: Path) -> None:
    found = {row["day"]: row["posts"] for row in stats(many, "--by", "day")}
    days = [row.published[:10] for row in rows(many).values()]
    assert found == {day: days.count(day) for day in days}
    assert all(read_day(day) for day in nonempty(days))


def test_a_table_that_somebody_holds_for_long_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables_index, "MAX_WAIT", 0.01)
    (tmp_path / LOCK).parent.mkdir()
    with FileLock(tmp_path / LOCK), pytest.raises(DiskError, match=f"another process has held {LOCK.name}"):
        use(tmp_path, lambda _: None)
