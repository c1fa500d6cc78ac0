"""What a run fetches is kept as it came, before a post is made of it; and nothing of that costs a run without."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from itertools import compress
from pathlib import Path
from statistics import mean
from uuid import UUID

import pytest
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request as TwistedRequest
from twisted.web.http_headers import Headers

from finews_spider.evidence import handler
from finews_spider.evidence.digests import agrees
from finews_spider.evidence.known import KnownCaptures
from finews_spider.evidence.reader import message, records, unpacked
from finews_spider.evidence.recorder import Recorder
from finews_spider.evidence.segments import segments
from finews_spider.ledger.captures import Captures
from finews_spider.ledger.database import Ledger
from finews_spider.newsroom.world import Story, World
from tests.conftest import Site
from tests.evidence.conftest import ALL, ARTICLES, folder, kept, origins, raw, urls
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

WARCIO = Path(sys.executable).with_name("warcio")


@pytest.fixture
def story(world: World) -> Story:
    return next(story for story in world if story.in_article and not story.in_flash)


def text_url(story: Story) -> str:
    return f"/NewsData/GetNewsText.do?id=NW{story.number}"


# The same run.


def test_a_run_that_keeps_evidence_requests_and_writes_the_same(site: Site) -> None:
    plain = Site(site.output.with_name("plain"), site.room)
    assert plain.crawl().code == 0
    requested = sorted(logged.path for logged in site.room.log)
    assert site.crawl(settings=ALL).code == 0
    assert sorted(logged.path for logged in site.room.log) == requested
    assert site.posts() == plain.posts()
    assert not folder(plain).exists()


def test_a_run_without_loads_nothing_of_it(site: Site) -> None:
    ran = site.crawl(PYTHONPROFILEIMPORTTIME="1")
    assert ran.code == 0
    assert "finews_spider.archive.archive\n" in ran.err
    assert not re.search(r"\| +(warcio|finews_spider\.evidence)", ran.err)
    assert {logged.headers["Accept-Encoding"] for logged in site.room.log} != {"gzip, deflate"}


# What is kept.


def test_every_answer_is_kept_with_what_was_asked(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    answers = kept(site, "response", "revisit")
    paths = sorted(re.sub(r"^http://[^/]+", "", url) for url in urls(answers))
    assert paths == sorted(logged.path for logged in site.room.log)
    assert "/robots.txt" in paths
    asked = kept(site, "request")
    assert [record.fields["WARC-Concurrent-To"] for record in asked] == [record.id for record in answers]
    sent = {(logged.headers["Host"], logged.path): logged.headers for logged in site.room.log}
    for record in nonempty(asked):
        line, *lines = record.block.decode().removesuffix("\r\n\r\n").split("\r\n")
        headers = dict(entry.split(": ", 1) for entry in lines)
        assert headers == sent[headers["Host"], line.split(" ")[1]]


def test_bodies_are_kept_as_they_came_still_packed(site: Site, story: Story) -> None:
    body = gzip.compress(json.dumps({"Title": story.title, "text": "<p>正文在此，一字不少。</p>"}).encode(), mtime=0)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "X-Odd": "a  b"}
    site.room.answer("share", text_url(story), body=body, headers=headers)
    assert site.crawl(settings=ALL).code == 0
    record, *_ = [
        record for record in kept(site, "response") if record.fields["WARC-Target-URI"].endswith(text_url(story))
    ]
    answer = message(record)
    assert answer.body == body
    assert b"\r\nX-Odd: a  b\r\n" in answer.head
    assert "一字不少" in json.loads(unpacked(answer.body, answer.values(b"content-encoding"), 0))["text"]
    assert {logged.headers["Accept-Encoding"] for logged in site.room.log} == {"gzip, deflate"}


def head_of(*pieces: bytes) -> bytes:
    """What the parser says of a response that comes in these pieces."""
    request = TwistedRequest(b"GET", b"/", Headers({b"Host": [b"example"]}), None)  # type: ignore[no-untyped-call]
    parser = handler._Parser(request, lambda _: None)  # type: ignore[no-untyped-call]
    parser.makeConnection(StringTransport())  # type: ignore[no-untyped-call]
    for piece in pieces:
        parser.dataReceived(piece)  # type: ignore[no-untyped-call]
    return handler.head_of(parser.response.headers)


HEAD = (
    b"HTTP/1.1 200 All  right\r\nx-ODD:  two\tspaces \r\nFolded: a\r\n b\r\n"
    b"no colon\r\nX: 1\nSame: a\r\nSame: b\r\n\r\n"
)


def test_a_head_is_kept_to_the_byte() -> None:
    assert head_of(HEAD) == HEAD
    assert head_of(*(HEAD[at : at + 1] for at in range(len(HEAD))), b"body") == HEAD


def test_the_heads_before_the_answer_are_none_of_it() -> None:
    assert head_of(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HEAD + b"body") == HEAD


def test_a_field_that_a_server_names_as_ours_is_none() -> None:
    forged = HEAD.replace(b"X: 1", b"X-Finews-Head: Zm9yZ2Vk")
    assert head_of(forged) == forged


def test_warcio_finds_every_digest_right(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    for segment in nonempty(segments(folder(site))):
        checked = subprocess.run([WARCIO, "check", segment], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stdout) == (0, "")


def test_equal_payloads_are_kept_once_and_304s_refer_to_what_is_kept(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    before = {(record.fields["WARC-Target-URI"], record.fields["WARC-Date"]) for record in kept(site, "response")}
    first = len(kept(site, "revisit"))
    assert site.crawl(settings=ALL).code == 0
    revisits = kept(site, "revisit")[first:]
    assert len(revisits) == len(site.room.log)  # robots.txt too
    profiles = {record.fields["WARC-Profile"].rpartition("/")[2] for record in revisits}
    assert profiles == {"server-not-modified", "identical-payload-digest"}
    for record in nonempty(revisits):
        fields = record.fields
        assert (fields["WARC-Refers-To-Target-URI"], fields["WARC-Refers-To-Date"]) in before


def test_a_list_is_asked_for_in_full_where_its_capture_is_gone(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    for path in folder(site).iterdir():
        path.unlink()
    assert site.crawl(settings=ALL).code == 0
    assert [logged.path for logged in site.room.log if "If-None-Match" in logged.headers] == []
    assert kept(site, "revisit") == []
    assert len(kept(site, "response")) == len(site.room.log)


def test_articles_alone_are_kept_with_the_lists_that_named_something_new(site: Site, story: Story) -> None:
    site.room.answer("share", text_url(story), status=503)
    site.room.answer("site", "/category/xinhuashe.html", status=500)
    site.crawl(settings=ARTICLES)
    assert not [url for url in urls(kept(site, "response")) if url.endswith("/robots.txt")]
    assert len(kept(site, "response")) == len(site.room.log) - len(site.room.requests(prefix="/robots.txt"))
    files = segments(folder(site))
    site.room.clear()
    site.crawl(settings=ARTICLES)
    assert site.crawl(settings=ARTICLES).code == 0
    assert len(segments(folder(site))) <= len(files) + 1  # of what was owed; nothing new, no file


def test_nothing_that_lets_somebody_in_is_kept(site: Site, story: Story) -> None:
    for role in ("site", "share"):
        site.room.answer(role, "/", headers={"Set-Cookie": "session=sesame-in; Path=/"})
    settings = {"DEFAULT_REQUEST_HEADERS": json.dumps({"Authorization": "Basic sesame-out", "Cookie": "a=sesame-out"})}
    assert site.crawl(settings=ALL | settings).code == 0
    assert {logged.headers["Authorization"] for logged in site.room.log} == {"Basic sesame-out"}
    text = raw(site)
    assert b"sesame" not in text
    assert b"Set-Cookie: xxxx" in text


# Of posts.


def test_every_post_has_a_record_of_what_it_was_made_of(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    answers = {record.id: record for record in kept(site, "response", "revisit")}
    found = {origin["path"]: origin for origin in origins(site)}
    assert found.keys() == site.posts().keys()
    for path, post in nonempty(list(site.posts().items())):
        assert found[path]["sha256"] == hashlib.sha256(post).hexdigest()
        assert found[path]["refs"]
        for step in nonempty(found[path]["steps"]):
            assert step["captures"][-1]["id"] in answers


def test_a_route_that_failed_is_a_step(site: Site, story: Story) -> None:
    site.room.answer("share", text_url(story), status=503)
    assert site.crawl(settings=ALL).code == 0
    (origin,) = [origin for origin in origins(site) if origin["post"] == f"NW{story.number}"]
    assert [step.get("failure", "") for step in origin["steps"]] == ["HTTP 503", ""]


def test_an_article_takes_little_beyond_its_body(site: Site) -> None:
    """As sites pack bodies, which the newsroom does not; of one answer.

    What was made with the post of its twin has that one's body in its record, too: which ones, the order of arrival
    decides.
    """
    assert site.crawl(settings=ARTICLES).code == 0
    answers = {record.id: record for record in kept(site, "response")}
    asked = {record.fields["WARC-Concurrent-To"]: record for record in kept(site, "request")}
    steps = [step for origin in origins(site) for step in origin["steps"]]
    ids = {capture["id"] for step in steps for capture in step["captures"]}
    bodies = [zlib.compress(message(answers[id_]).body) for id_ in ids]
    beyond = [answers[id_].length + asked[id_].length - len(body) for id_, body in zip(ids, bodies, strict=True)]
    made_alone = [not any("kept" in ref for ref in origin["refs"]) for origin in origins(site)]
    of_posts = [record.length for record in compress(kept(site, "metadata"), made_alone)]
    assert len(of_posts) > len(made_alone) / 2
    assert mean(beyond) + mean(of_posts) < 1_600


# Files.


def test_records_have_ids_of_their_own(site: Site) -> None:
    for _ in range(2):
        assert site.crawl(settings=ALL).code == 0
    ids = [record.id for record in kept(site, "response", "request", "revisit", "metadata", "warcinfo")]
    assert len(ids) == len(set(ids))
    assert all(UUID(id_.removeprefix("<urn:uuid:").removesuffix(">")).version == 4 for id_ in nonempty(ids))


@pytest.mark.parametrize(
    ("digest", "is_right"),
    [
        ("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N", True),
        ("sha1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", True),
        ("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", True),
        ("sha-256:FTZE3OS7WCRQ4JXIHMVMLOPCTYNRMHS4D6TUEXTTAQZWFE4LTASA====", True),
        ("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2M", False),
        ("sha1:", False),
        ("crc32:3610a686", False),
    ],
)
def test_digests_of_other_writers_are_understood(digest: str, is_right: bool) -> None:
    assert agrees(digest, b"hello") is is_right


def test_a_segment_that_is_large_enough_is_closed_and_the_next_one_begun(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        recorder = Recorder(tmp_path, "run", 0, KnownCaptures(Captures(ledger), tmp_path), {})
        for text in (b"{}", b"[]"):
            recorder.note_post("NW1", text)
        recorder.close()
    names = [f"finews-run-0000{number}.warc.gz" for number in (0, 1)]
    assert [path.name for path in segments(tmp_path)] == names
    assert [[record.block for record in records(tmp_path / name)][1] for name in names] == [b"{}", b"[]"]


def test_closed_segments_have_their_hash_beside_them(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    for segment in nonempty(segments(folder(site))):
        digest = hashlib.sha256(segment.read_bytes()).hexdigest()
        assert segment.with_name(segment.name + ".sha256").read_text() == f"{digest}  {segment.name}\n"


@pytest.mark.parametrize("cut", [1, 100, 5_000])
def test_what_a_killed_run_left_is_cut_after_its_last_whole_record(site: Site, cut: int) -> None:
    assert site.crawl(settings=ALL).code == 0
    (segment,) = segments(folder(site))
    whole = segment.read_bytes()
    number = len(kept(site, "response", "request", "revisit", "metadata", "warcinfo"))
    left = segment.with_name(segment.name.replace("-00000", "-00007") + ".open")
    segment.rename(left)
    left.write_bytes(whole[:-cut])
    assert site.crawl(settings=ALL).code == 0
    mended = left.with_name(left.name.removesuffix(".open"))
    assert whole.startswith(mended.read_bytes())
    assert not left.exists()
    digest = hashlib.sha256(mended.read_bytes()).hexdigest()
    assert mended.with_name(mended.name + ".sha256").read_text().startswith(digest)
    assert 0 < number - len(list(records(mended))) <= cut


def test_a_folder_that_cannot_be_written_ends_the_run_without_a_post(site: Site) -> None:
    (site.output / "_posts").mkdir(parents=True)
    folder(site).write_text("no folder")
    ran = site.crawl(settings=ALL)
    assert ran.code == 3
    assert "_evidence cannot be written" in ran.out
    assert site.posts() == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for a part of a run's evidence."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_disk_that_fills_ends_the_run_and_no_post_is_without_its_captures(site: Site, small_disk: Path) -> None:
    elsewhere = ALL | {"FINEWS_EVIDENCE_DIR": str(small_disk)}
    ran = site.crawl(settings=elsewhere)
    assert ran.code == 3
    assert "No space left on device" in ran.out
    assert len(site.posts()) < 75
    assert "Traceback" not in ran.err
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    assert site.crawl(settings=elsewhere).code == 0
    found = {
        json.loads(record.block)["path"]
        for path in segments(small_disk)
        for record in records(path)
        if record.kind == "metadata"
    }
    assert found >= site.posts().keys()
    assert len(site.posts()) == 75


# Settings.


@pytest.mark.parametrize("value", ["_posts", ".finews/evidence", "evidence", ".", " ", "_site/../_posts/x"])
def test_a_folder_that_is_not_its_own_is_refused(site: Site, value: str) -> None:
    ran = site.crawl(settings=ALL | {"FINEWS_EVIDENCE_DIR": value})
    assert ran.code == 2
    assert "FINEWS_EVIDENCE_DIR" in ran.err
    assert site.room.log == []


def test_without_warcio_a_run_is_refused(site: Site, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    hide = "import sys\nfrom importlib.machinery import PathFinder\nfind = PathFinder.find_spec\n"
    hide += "PathFinder.find_spec = lambda name, *rest: None if name == 'warcio' else find(name, *rest)\n"
    (blocked / "sitecustomize.py").write_text(hide)
    ran = site.crawl(settings=ALL, PYTHONPATH=str(blocked))
    assert ran.code == 2
    assert "pip install warcio" in ran.err
    assert site.room.log == []
