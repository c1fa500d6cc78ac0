"""Checks posts: whether each is what was written, in its place, and there once."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from finews_spider import dates
from finews_spider.archive import front_matter
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.dates import read_day
from finews_spider.evidence.check_captures import Captures, Noted
from finews_spider.evidence.checks import Fault, fixed_by
from finews_spider.evidence.git_history import GitHistory
from finews_spider.ledger.hashes import Hash, Hashes, Origin
from finews_spider.ledger.posts import Index, Post, is_post

VERIFIED, EDITED, FOUND, NEW = "as written", "edited and committed", "unchanged since first seen", "not known before"
_AGAIN = "makes it again of its captures, or takes it from git, or has the next run ask for it"


class PostFault(NamedTuple):
    """A fault, the post that it is of, and the hash that its bytes should have, where that is known."""

    fault: Fault
    post: Post
    expected: bytes = b""


class Posts:
    """Compares posts with what is known of them; what is not known yet is learned."""

    def __init__(self, output: Path, pattern: str, index: Index, hashes: Hashes, captures: Captures | None) -> None:
        self._output, self._pattern, self._index, self._hashes = output, pattern, index, hashes
        self._evidence = captures.posts if captures else {}
        self.history = GitHistory.of(output)
        self.counts: Counter[str] = Counter()

    def check(self) -> Iterator[PostFault]:
        """Yield what is wrong with posts, and count the others."""
        first: dict[str, Post] = {}
        for post in sorted(self._index.all(), key=lambda post: not self._is_home(post)):
            path = f"{post.folder}/{post.name}"
            if post.id in first:
                other = f"{first[post.id].folder}/{first[post.id].name}"
                yield PostFault(Fault("twice", path, f"{other} is of the same article", fixed_by(_REMOVE)), post)
                continue
            first[post.id] = post
            if found := self._check(post, path):
                yield found
        yield from self._empty(first)
        yield from self._gone()

    def _is_home(self, post: Post) -> bool:
        """Return whether it is where a new post of its name would be written."""
        year, month, day = post.name[:10].split("-")
        return f"{post.folder}/{post.name}" == self._pattern.format(id=post.id, year=year, month=month, day=day)

    def _check(self, post: Post, path: str) -> PostFault | None:
        try:
            data = (self._output / path).read_bytes()
        except OSError as error:
            return PostFault(Fault("unreadable", path, error.strerror or str(error), "let this user read it"), post)
        known, sha256 = self._known(post, path, data), hashlib.sha256(data).digest()
        if isinstance(known, PostFault):
            return known
        if known.sha256 != sha256:
            return PostFault(Fault("changed", path, _difference(data), fixed_by(_AGAIN)), post, known.sha256)
        if why := _misplaced(path, data):
            return PostFault(Fault("not in its place", path, why, fixed_by("moves it there")), post, sha256)
        return None

    def _known(self, post: Post, path: str, data: bytes) -> Hash | PostFault:
        """Return the hash that the post should have; of one of which nothing is known, learn it."""
        sha256, known = hashlib.sha256(data).digest(), self._hashes.of(post.id)
        if known and known.sha256 == sha256:
            day = dates.now().toordinal()
            self.counts[{Origin.WRITTEN: VERIFIED, Origin.EDITED: EDITED, Origin.FOUND: FOUND}[known.origin]] += 1
            return known._replace(day=day)
        origin = self._told(post, path, data, known=known is not None)
        if known and not origin:
            return known
        if not origin and (fault := self._unknown(post, path, data)):
            return fault
        self.counts[{Origin.WRITTEN: VERIFIED, Origin.EDITED: EDITED, None: NEW}[origin]] += 1
        self._hashes.keep(post.id, sha256, origin or Origin.FOUND)
        return Hash(sha256, origin or Origin.FOUND, 0)

    def _told(self, post: Post, path: str, data: bytes, *, known: bool) -> Origin | None:
        """Return from where bytes are known that the ledger does not know; of one that it knows, the last evidence."""
        evidence = self._evidence.get(post.id, [])
        sha256 = hashlib.sha256(data).hexdigest()
        if any(sha256 == one.sha256 for one in (evidence[-1:] if known else evidence)):
            return Origin.WRITTEN
        if self.history and self.history.is_equal(path, data) and (commit := self.history.last(path)):
            if commit.is_ours:
                return Origin.WRITTEN
            if known or self.history.has_ours(path):  # else nobody can say what was written
                return Origin.EDITED
        return None

    def _unknown(self, post: Post, path: str, data: bytes) -> PostFault | None:
        """Return what is wrong with a post that the ledger does not know, by its evidence, by git, by its form."""
        evidence: list[Noted] = self._evidence.get(post.id, [])
        expected = bytes.fromhex(evidence[-1].sha256) if evidence else b""
        if not expected and self.history and (committed := self.history.data(path)) is not None:
            expected = hashlib.sha256(committed).digest()
        if expected and expected != hashlib.sha256(data).digest():
            return PostFault(Fault("changed", path, _difference(data), fixed_by(_AGAIN)), post, expected)
        if not data.startswith(b"---"):
            return PostFault(Fault("no post", path, "it has no front matter", fixed_by(_AGAIN)), post)
        return None

    def _empty(self, known: dict[str, Post]) -> Iterator[PostFault]:
        """Yield the files that are named like posts and hold nothing: the index passes them by."""
        for path in _named_like_posts(self._output):
            folder, _, name = path.rpartition("/")
            post = Post(id_in_post_name(name) or "", folder, name)
            if post.id not in known:
                expected = self._hashes.of(post.id)
                known[post.id] = post
                yield PostFault(
                    Fault("empty", path, "it holds nothing", fixed_by(_AGAIN)),
                    post,
                    expected.sha256 if expected else b"",
                )
        self._seen = known.keys()

    def _gone(self) -> Iterator[PostFault]:
        for id_, _ in self._hashes.gone():
            if id_ in self._seen:
                continue
            evidence = self._evidence.get(id_, [])
            path = evidence[-1].path if evidence else self._committed(id_)
            commit = self.history.last(path) if self.history and path else None
            if commit and self.history and not commit.is_ours and not self.history.has(path):
                self._hashes.forget(id_)
                continue
            known = self._hashes.of(id_)
            assert known
            folder, _, name = path.rpartition("/")
            where = path or id_
            yield PostFault(
                Fault("gone", where, "its file is not there", fixed_by(_AGAIN)), Post(id_, folder, name), known.sha256
            )

    def _expected(self, id_: str) -> bytes:
        known, evidence = self._hashes.of(id_), self._evidence.get(id_)
        return known.sha256 if known else bytes.fromhex(evidence[-1].sha256) if evidence else b""

    def _committed(self, id_: str) -> str:
        return self.history.path_of(id_) if self.history else ""


_REMOVE = "removes it where it has the same bytes; else decide which is right, and remove the other"


def _named_like_posts(output: Path) -> Iterator[str]:
    """Yield the paths of what has a post's name, and is none: it holds nothing, or is a link to nothing."""
    for top in FOLDERS:
        for folder, _, names in os.walk(output / top):
            paths = (Path(folder, name) for name in sorted(names) if id_in_post_name(name))
            yield from (path.relative_to(output).as_posix() for path in paths if not is_post(path))


def _difference(data: bytes) -> str:
    try:
        data.decode()
    except UnicodeDecodeError:
        return "it is no text in UTF-8"
    if not data.startswith(b"---\n"):
        return "it has no front matter, and other bytes than were written"
    return "it has other bytes than were written, and no commit has these"


def _misplaced(path: str, data: bytes) -> str:
    """Return why the post is not where its date says; empty where it is."""
    folder, _, name = path.rpartition("/")
    day = read_day(front_matter.fields(data.decode("utf-8", "ignore")).get("date", "")[:10])
    if day and name[:10] != day.isoformat():
        return f"its date is {day}"
    in_folder = folder[-10:]
    if read_day(in_folder.replace("/", "-")) and in_folder.replace("/", "-") != name[:10]:
        return f"its folder is of {in_folder}"
    return ""
