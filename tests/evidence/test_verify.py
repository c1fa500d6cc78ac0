"""What is not as it was written is named, and mended where it can be; what is not known is never called right."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from finews_spider.evidence.check_captures import Captures
from finews_spider.evidence.checks import Fault, checked
from finews_spider.evidence.library import Part
from finews_spider.evidence.reader import records
from finews_spider.evidence.records import FIELDS, JSON, REQUEST, RESPONSE, Writer
from finews_spider.evidence.segments import Segment, segments
from finews_spider.exit_codes import ExitCode
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.conftest import Ran, Site, run_forked
from tests.evidence.conftest import ALL, folder
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

Damage = Callable[[Path], object]


def verify(site: Site, *words: str) -> Ran:
    del site.room.log[:]
    options = [f"FINEWS_OUTPUT={site.output}", f"FINEWS_SOURCES_FILE={site.output.with_suffix('.toml')}"]
    ran = run_forked("verify", *words, *(word for option in options for word in ("-s", option)))
    assert "Traceback" not in ran.err
    assert site.room.log == []
    return ran


@pytest.fixture(scope="module")
def room(world: World) -> Iterator[Newsroom]:
    with Newsroom(world) as room:
        yield room


@pytest.fixture(scope="module")
def kept(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An archive with evidence, and without git."""
    site = Site(tmp_path_factory.mktemp("kept") / "site", room)
    assert site.crawl(settings=ALL).code == 0
    return site


@pytest.fixture(scope="module")
def committed(room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An archive in git, and without evidence."""
    site = Site(tmp_path_factory.mktemp("committed") / "site", room)
    site.output.mkdir()
    git(site, "init", "-q", "-b", "main")
    git(site, "config", "user.name", "Me")
    git(site, "config", "user.email", "me@example.com")
    assert site.crawl(settings={"FINEWS_PUBLISH": "commit"}).code == 0
    return site


def git(site: Site, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=site.output, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def site(kept: Site, tmp_path: Path) -> Site:
    return copied(kept, tmp_path)


@pytest.fixture
def in_git(committed: Site, tmp_path: Path) -> Site:
    return copied(committed, tmp_path)


def copied(site: Site, folder: Path) -> Site:
    shutil.copytree(site.output, folder / "site", symlinks=True)
    shutil.copy(site.output.with_suffix(".toml"), folder / "site.toml")
    return replace(site, output=folder / "site")


def edited(old: bytes, new: bytes) -> Damage:
    def edit(path: Path) -> None:
        text = path.read_bytes()
        assert old in text
        path.write_bytes(text.replace(old, new, 1))

    return edit


def written(change: Callable[[bytes], bytes]) -> Damage:
    return lambda path: path.write_bytes(change(path.read_bytes()))


def flipped(at: int) -> Damage:
    return written(lambda text: text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :])


def linked(path: Path) -> None:
    text = path.with_suffix(".txt")
    text.write_text("---\nlayout: post\n---\nanother\n")
    path.unlink()
    path.symlink_to(text.name)


def linked_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.txt")


# Of posts; what is in their place then is another text, or nothing.
OF_POSTS: dict[str, Damage] = {
    "emptied": written(lambda text: b""),
    "cut to a byte": written(lambda text: text[:1]),
    "cut in the front matter": written(lambda text: text[:60]),
    "cut in half": written(lambda text: text[: len(text) // 2]),
    "cut by a byte": written(lambda text: text[:-1]),
    "a newline more": written(lambda text: text + b"\n"),
    "a bit of the front matter": flipped(20),
    "a bit of the body": flipped(300),
    "another bit of the body": flipped(250),
    "all zeros": written(lambda text: bytes(len(text))),
    "a page of zeros": written(lambda text: text[:100] + bytes(100) + text[200:]),
    "no UTF-8": written(lambda text: text[:200] + b"\xff\xfe" + text[200:]),
    "in GB18030": written(lambda text: text.decode().encode("gb18030")),
    "with CR LF": written(lambda text: text.replace(b"\n", b"\r\n")),
    "with a byte order mark": written(lambda text: b"\xef\xbb\xbf" + text),
    "a newline before": written(lambda text: b"\n" + text),
    "no front matter": written(lambda text: text.split(b"---\n")[2]),
    "another title": edited(b"title: ", b"title: \xe4\xb8\x8d"),
    "another category": edited(b"categories: ", b"categories: x"),
    "another tag": edited(b"tags: ", b"tags: x"),
    "another second": edited(b" +0800", b" +0801"),
    "another layout": edited(b"layout: post", b"layout: page"),
    "a script": edited(b"<p>", b"<script>alert(1)</script><p>"),
    "another link": edited(b"\n<http", b"\n<https"),
    "another back-link": edited(b"(//", b"(//x"),
    "forged": written(lambda text: b"---\nlayout: post\ntitle: x\n---\n<p>not so</p>\n"),
    "deleted": lambda path: path.unlink(),
    "a link": linked,
    "a link to nothing": linked_to_nothing,
    "no end": written(lambda text: text[: text.rindex(b"[")]),
    "twice itself": written(lambda text: text * 2),
    "sorted lines": written(lambda text: b"\n".join(sorted(text.split(b"\n")))),
}


def damage_all(site: Site) -> dict[str, str]:
    """Damage a post in each of the ways; return the way of each path."""
    articles = [path for path in site.posts() if "-NW" in path]
    ways = dict(zip(articles, OF_POSTS, strict=False))
    assert len(ways) == len(OF_POSTS)
    for path, way in ways.items():
        OF_POSTS[way](site.output / path)
    return ways


def named(ran: Ran) -> set[str]:
    return set(re.findall(r"^[^:\n]+: (_posts/\S+\.md): ", ran.out, re.MULTILINE))


def test_an_archive_as_it_was_written_has_no_fault(site: Site) -> None:
    ran = verify(site)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "75 posts: 75 as written"
    assert lines[-1] == "no fault"


def test_every_damage_to_a_post_is_named_and_mended_of_its_captures(site: Site) -> None:
    before = site.posts()
    ways = damage_all(site)
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert {ways[path] for path in ways.keys() - named(ran)} == set()
    assert named(ran) <= ways.keys()
    assert "75 posts" not in ran.out
    ran = verify(site, "--fix")
    assert ran.code == 0, ran.out
    assert site.posts() == before
    assert verify(site).code == 0


def test_and_out_of_git_where_there_is_no_evidence(in_git: Site) -> None:
    before = in_git.posts()
    ways = damage_all(in_git)
    assert named(verify(in_git)) == ways.keys()
    ran = verify(in_git, "--fix")
    assert ran.code == 0, ran.out
    assert in_git.posts() == before


def test_what_nothing_can_give_again_is_asked_for_by_the_next_run(site: Site) -> None:
    before = site.posts()
    shutil.rmtree(folder(site))
    damage_all(site)
    ran = verify(site, "--fix")
    assert ran.code == ExitCode.CHECK_FAILED
    assert ran.out.count("the next run asks for it again") == len(OF_POSTS)
    assert site.crawl().code == 0
    assert site.posts() == before
    assert verify(site).code == 0


def test_what_was_in_a_mended_posts_place_is_kept(site: Site) -> None:
    path = min(site.posts())
    (site.output / path).write_text("mine")
    assert verify(site, "--fix").code == 0
    assert (site.output / ".finews/damaged" / Path(path).name).read_text() == "mine"


def test_a_post_that_is_there_twice_or_elsewhere_is_named_and_put_right(site: Site) -> None:
    before = site.posts()
    first, second, third, *_ = before
    (site.output / "_posts" / Path(first).name).write_bytes(before[first])
    elsewhere = site.output / "_posts/2020/01/01" / Path(second).name
    elsewhere.parent.mkdir(parents=True)
    (site.output / second).rename(elsewhere)
    (site.output / third).rename((site.output / third).with_name("2020-01-01" + Path(third).name[10:]))
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    found = re.findall("^(twice|not in its place): ", ran.out, re.MULTILINE)
    assert sorted(found) == ["not in its place", "not in its place", "twice"]
    assert verify(site, "--fix").code == 0
    assert site.posts() == before


def test_a_folder_in_a_posts_place_is_named(site: Site) -> None:
    path = site.output / min(site.posts())
    path.unlink()
    path.mkdir()
    ran = verify(site, "--fix")
    assert ran.code == ExitCode.CHECK_FAILED
    assert "is in its place: move it away" in ran.out


def test_a_run_that_meets_a_post_that_is_none_says_its_path(site: Site) -> None:
    before = site.posts()
    empty, flash = sorted(path for path in before if "-NW" not in path and article_of(path) in before)[:2]
    (site.output / empty).unlink()
    (site.output / empty).touch()
    (site.output / flash).write_bytes(b"---\nforged\n")
    (site.output / article_of(flash)).unlink()
    ran = site.crawl()
    assert ran.code == 0
    assert f"{empty}: it has the name of a post, and holds none" in ran.err
    assert f"{flash}: it is no post as finews writes them" in ran.err
    assert site.posts() == before | {flash: b"---\nforged\n"}


def article_of(flash: str) -> str:
    """The path of the article that the flash is of."""
    return f"{flash[:-21]}NW{flash[-21:]}"


# What is not known.


def test_a_ledger_that_is_lost_is_learned_again_of_evidence(site: Site) -> None:
    (site.output / ".finews/ledger.sqlite").unlink()
    path = min(site.posts())
    (site.output / path).write_bytes(b"---\nforged\n")
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert named(ran) == {path}
    assert "74 as written" in ran.out


def test_or_of_finewss_own_commits(in_git: Site) -> None:
    (in_git.output / ".finews/ledger.sqlite").unlink()
    path = min(in_git.posts())
    (in_git.output / path).write_bytes(b"---\nforged\n")
    ran = verify(in_git)
    assert (ran.code, named(ran)) == (ExitCode.CHECK_FAILED, {path})
    assert "74 as written" in ran.out


def test_and_else_nothing_is_called_verified(site: Site) -> None:
    (site.output / ".finews/ledger.sqlite").unlink()
    shutil.rmtree(folder(site))
    path = min(site.posts())
    ran = verify(site)
    assert ran.code == 0
    assert re.match(r"75 posts: 75 not known before \(\d{4}-\d\d-\d\d; from now on they are\)\n", ran.out)
    ran = verify(site)
    assert ran.out.startswith("75 posts: 75 unchanged since first seen\n")
    (site.output / path).write_bytes(b"---\nforged\n")
    assert verify(site).code == ExitCode.CHECK_FAILED


def test_what_is_no_post_is_none_though_nothing_is_known_of_it(site: Site) -> None:
    (site.output / ".finews/ledger.sqlite").unlink()
    shutil.rmtree(folder(site))
    path = min(site.posts())
    (site.output / path).write_bytes(b"x")
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert f"no post: {path}" in ran.out


def test_a_ledger_that_is_damaged_is_named(site: Site) -> None:
    (site.output / ".finews/ledger.sqlite").write_bytes(b"no database at all, of any kind" * 99)
    ran = verify(site)
    assert ran.code == 0
    assert "ledger.sqlite is damaged" in ran.out
    assert "75 as written" in ran.out


def test_what_a_person_edited_and_committed_is_told_apart(in_git: Site) -> None:
    path, other, gone, *_ = in_git.posts()
    for name in (path, other):
        (in_git.output / name).write_bytes((in_git.output / name).read_bytes() + b"\n")
    (in_git.output / gone).unlink()
    git(in_git, "commit", "-qm", "A correction", path, gone)
    ran = verify(in_git)
    assert (ran.code, named(ran)) == (ExitCode.CHECK_FAILED, {other})
    assert "74 posts" not in ran.out
    assert f"; scrapy verify --fix -s FINEWS_OUTPUT={in_git.output} " in ran.out  # it can be typed as it stands
    assert "1 edited and committed" in ran.out
    git(in_git, "commit", "-qm", "Another", other)
    ran = verify(in_git)
    assert ran.code == 0
    assert "2 edited and committed" in ran.out


def test_what_only_a_person_has_committed_is_not_known(in_git: Site) -> None:
    shutil.rmtree(in_git.output / ".finews")
    edited, *_ = in_git.posts()
    theirs = "_posts/2021/12/30/2021-12-30-NW202112309999999999.md"
    (in_git.output / edited).write_bytes((in_git.output / edited).read_bytes() + b"\n")
    (in_git.output / theirs).write_bytes((in_git.output / edited).read_bytes())
    git(in_git, "add", theirs)
    git(in_git, "commit", "-qm", "Theirs", theirs, edited)
    ran = verify(in_git)
    assert ran.code == 0
    assert "1 edited and committed, 1 not known before" in ran.out


# Captures.


def faults(folder: Path) -> list[str]:
    return [f"{fault.what}: {fault.where}: {fault.why}" for fault in Captures(folder).check()]


def test_every_cut_of_a_segment_is_found(site: Site) -> None:
    (segment,) = segments(folder(site))
    whole = segment.read_bytes()
    assert faults(folder(site)) == []
    random = Random(1)
    ends = [record.offset for record in records(segment)][1:]
    for cut in [*ends[:3], *(random.randrange(1, len(whole)) for _ in range(97))]:
        segment.write_bytes(whole[:cut])
        assert faults(folder(site)), cut


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A closed segment with a record of each kind."""
    segment = Segment(tmp_path, "finews-2026-11-01-00000.warc.gz")
    writer, head = Writer(segment), b"HTTP/1.1 200 OK\r\n\r\n"
    headers = {"WARC-Target-URI": "http://a/", "WARC-Date": "2026-11-01T00:00:00.000000Z"}
    writer.write("warcinfo", FIELDS, {}, b"software: finews\r\n")
    writer.write("response", RESPONSE, headers, "正文".encode(), head)
    writer.write("request", REQUEST, headers, b"", b"GET / HTTP/1.1\r\n\r\n")
    writer.write("revisit", RESPONSE, headers, b"", head)
    writer.write("metadata", JSON, headers, b"{}")
    segment.close()
    return tmp_path / segment.name


def test_every_bit_that_is_flipped_is_found_and_the_record_named(small: Path) -> None:
    found = list(records(small))
    assert len(found) == 5
    whole, sha256 = small.read_bytes(), hashlib.sha256(small.read_bytes()).hexdigest()
    for record in nonempty(found):
        for bit in range(record.offset * 8, (record.offset + record.length) * 8):
            data = bytearray(whole)
            data[bit // 8] ^= 1 << bit % 8
            part = Part(BytesIO(data), 0, len(data))
            first = next(entry for entry in checked(small.name, part, sha256) if isinstance(entry, Fault))
            assert f"the record at {record.offset}" in first.why, bit


def test_so_it_is_by_the_commands(site: Site) -> None:
    (segment,) = segments(folder(site))
    whole = segment.read_bytes()
    record = [record for record in records(segment) if record.kind == "response"][20]
    end = record.offset + record.length
    for at in (record.offset + 4, record.offset + record.length // 2, end - 2):  # the head, the body, the checksum
        segment.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        ran = verify(site)
        assert ran.code == ExitCode.CHECK_FAILED
        assert f"damaged: {segment.name}: the record at {record.offset}" in ran.out


def test_what_is_wrong_with_the_files_of_evidence_is_named(site: Site) -> None:
    (segment,) = segments(folder(site))
    beside = segment.with_name(segment.name + ".sha256")
    text = beside.read_text()
    for wrong in ("", "no hash\n", text.upper(), text.replace("finews", "other")):
        beside.write_text(wrong)
        ran = verify(site)
        assert ran.code == ExitCode.CHECK_FAILED
        assert beside.name in ran.out or segment.name in ran.out
    beside.unlink()
    assert verify(site, "--fix").code == 0
    assert beside.read_text() == text
    segment.rename(segment.with_suffix(".away"))
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert f"gone: {segment.name}" in ran.out


def test_what_a_killed_run_left_is_named_and_finished(site: Site) -> None:
    (segment,) = segments(folder(site))
    left = segment.with_name(segment.name.replace("-00000", "-00007") + ".open")
    left.write_bytes(segment.read_bytes()[:-7])
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert f"unfinished: {left.name}: its run was killed; the next run finishes it" in ran.out
    ran = verify(site, "--fix")
    assert (ran.code, left.exists()) == (0, False)
    assert f"mended, unfinished: {left.name}" in ran.out
    assert left.with_suffix("").is_file()
    assert verify(site).code == 0


def test_a_post_whose_capture_is_damaged_is_named(site: Site) -> None:
    (segment,) = segments(folder(site))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.write_bytes(data)
    ran = verify(site, "--fix")
    assert ran.code == ExitCode.CHECK_FAILED
    assert f"damaged: {segment.name}: the record at" in ran.out


# Category pages.


def test_category_pages_are_checked_and_mended(site: Site) -> None:
    pages = sorted(site.output.glob("category/*.html"))
    before = [page.read_bytes() for page in pages]
    pages[0].unlink()
    pages[1].write_bytes(b"")
    edited(b'heading: "', b'heading: "x')(pages[2])
    ran = verify(site)
    assert ran.code == ExitCode.CHECK_FAILED
    for page in nonempty(pages[:3]):
        assert f"category page: category/{page.name}: " in ran.out
    assert verify(site, "--fix").code == 0
    assert [page.read_bytes() for page in pages] == before


def test_another_run_is_waited_for(site: Site) -> None:
    from filelock import FileLock

    with FileLock(site.output / ".finews" / "lock"):
        assert verify(site).code == ExitCode.HELD
