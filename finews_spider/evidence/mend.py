"""Mends posts: of their captures, else out of git, else by having the next run ask for them."""

import hashlib
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from finews_spider.archive.archive import Archive
from finews_spider.archive.atomic import PathTakenError, write_all
from finews_spider.archive.posts import parse
from finews_spider.config import Config
from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.check_posts import PostFault
from finews_spider.evidence.git_history import GitHistory
from finews_spider.evidence.reader import DamagedError
from finews_spider.evidence.remake import Maker, UnmadeError
from finews_spider.items import ArticleRef
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.owed import Owed
from finews_spider.sources.base import Source

ASIDE = Path(".finews/damaged")  # where what was in a mended post's place is kept


class Mender:
    """Mends what the check of posts has found. Its methods raise OSError and DiskError."""

    def __init__(
        self,
        config: Config,
        archive: Archive,
        ledger: Ledger,
        sources: Mapping[str, Source],
        history: GitHistory | None,
    ) -> None:
        self._output, self._archive, self._history = config.output, archive, history
        self._sources = sources
        self._owed = Owed(ledger, config.owed_days)
        self._maker = Maker(config.evidence_dir, sources, config.site)

    def mend(self, found: PostFault, evidence: list[PostEvidence]) -> tuple[str, bool]:
        """Mend it; return what was done, and whether all is well then."""
        match found.fault.what:
            case "twice":
                return self._remove(found)
            case "not in its place":
                return self._move(found)
            case "unreadable":
                return "", False
        path = self._output / found.fault.where
        if found.expected and (data := self._data(found, evidence)) is not None:
            self._set_aside(path)
            return self._write(path, data)
        ref = self._ref(found.post.id, evidence)
        if ref is None:
            return "", False
        self._set_aside(path)
        self._archive.sync()
        self._owed.record_listed([ref])
        return "the next run asks for it again", False

    def _data(self, found: PostFault, evidence: list[PostEvidence]) -> bytes | None:
        """Return the bytes that were written, of its captures or out of git."""
        for origin in reversed(evidence):
            try:
                data = self._maker.text(origin).encode()
            except (UnmadeError, DamagedError, OSError):
                continue
            if hashlib.sha256(data).digest() == found.expected:
                return data
        committed = self._history.data(found.fault.where) if self._history else None
        return committed if committed and hashlib.sha256(committed).digest() == found.expected else None

    def _write(self, path: Path, data: bytes) -> tuple[str, bool]:
        (error,), _ = write_all(self._output, [(path, data.decode())])
        if isinstance(error, PathTakenError):
            return f"{error.filename} is in its place: move it away", False
        if error:
            raise error
        self._archive.unpublished.note([path.relative_to(self._output).as_posix()])
        self._archive.sync()
        return "it is as written again", True

    def _set_aside(self, path: Path) -> None:
        """Keep what is in the post's place: somebody may have meant it."""
        if path.is_file() and path.stat().st_size:
            (self._output / ASIDE).mkdir(exist_ok=True)
            shutil.move(path, self._output / ASIDE / path.name)
        elif path.is_symlink() or path.is_file():
            path.unlink()

    def _remove(self, found: PostFault) -> tuple[str, bool]:
        path = self._output / found.fault.where
        other = self._archive.path(found.post.id, _midnight(found.post.name))
        if not other.is_file() or other == path or other.read_bytes() != path.read_bytes():
            return "", False
        path.unlink()
        self._archive.unpublished.note([found.fault.where])
        self._archive.sync()
        return "it is removed", True

    def _move(self, found: PostFault) -> tuple[str, bool]:
        path = self._output / found.fault.where
        try:
            time = parse(path.read_text(encoding="utf-8"), found.post.id).time
        except ValueError:
            return "", False
        assert time
        there = self._archive.path(found.post.id, time)
        if there.exists():
            return "", False
        there.parent.mkdir(parents=True, exist_ok=True)
        path.rename(there)
        self._archive.unpublished.note([found.fault.where, there.relative_to(self._output).as_posix()])
        self._archive.sync()
        return f"it is at {there.relative_to(self._output)}", True

    def _ref(self, id_: str, evidence: list[PostEvidence]) -> ArticleRef | None:
        """Return the ref by which the article can be asked for again."""
        known = (one.ref for origin in reversed(evidence) for one in origin.refs if one.ref.id == id_)
        if ref := next((ref for ref in known if ref.source in self._sources), None):
            return ref
        able = [source for source in self._sources.values() if source.has(id_) and not source.is_archive]
        links = ((source, source.share_link_of(id_)) for source in able)
        return next((ArticleRef(source=source.name, id=id_, url=link) for source, link in links if link), None)


def _midnight(name: str) -> datetime:
    """Return a time of the day in a post's name."""
    return datetime.fromisoformat(name[:10])
