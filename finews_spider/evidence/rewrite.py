"""Puts better posts in the place of others: of what is already archived, by the rules of today."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from finews_spider import __version__, dates
from finews_spider.archive.atomic import write_all
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.config import Config
from finews_spider.evidence.captures import encoded
from finews_spider.evidence.known import KnownCaptures
from finews_spider.evidence.recorder import Recorder
from finews_spider.evidence.review import Reviewed
from finews_spider.evidence.segments import prepare
from finews_spider.exceptions import DiskError
from finews_spider.ledger.captures import Captures
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index, Post
from finews_spider.publishing.commit import CommitMessage, publish

BATCH = 1_000  # posts of a commit


class Rewritten(NamedTuple):
    """A post that is in its place now, or why it is not."""

    reviewed: Reviewed
    error: Exception | None


class Rewriter:
    """Writes posts with their evidence, and commits them where that is switched on. Raises OSError and DiskError."""

    def __init__(self, config: Config, ledger: Ledger) -> None:
        self._config, self._ledger = config, ledger
        self._index = Index(ledger, FOLDERS, id_in_post_name)
        self._run = f"{dates.now():%Y-%m-%dT%H-%M-%S}-reparse"
        prepare(config.evidence_dir)
        known = KnownCaptures(Captures(ledger), config.evidence_dir)
        self._recorder = Recorder(config.evidence_dir, self._run, config.evidence_mb, known, {})

    def write(self, batch: Sequence[Reviewed]) -> list[Rewritten]:
        """Write the posts, and what they were made of before them. Raises PublishError where they are not committed."""
        output = self._config.output
        for reviewed in batch:
            evidence = msgspec.structs.replace(
                reviewed.evidence,
                path=self._name(reviewed.path),
                sha256=hashlib.sha256(reviewed.text.encode()).hexdigest(),
                run=self._run,
                finews=__version__,
            )
            self._recorder.note_post(evidence.post, encoded(evidence))
        self._recorder.sync()
        self._owe_pictures(batch)
        names = [self._name(reviewed.path) for reviewed in batch]
        self._index.unpublished.note(names)
        errors, folders = write_all(output, [(reviewed.path, reviewed.text) for reviewed in batch])
        written = [reviewed for reviewed, error in zip(batch, errors, strict=True) if not error]
        posts = [self._post(reviewed) for reviewed in written]
        self._index.add(posts, {self._name(Path(folder)): stamps for folder, stamps in folders.items()})
        self._publish(names, len(written))
        return [Rewritten(reviewed, error) for reviewed, error in zip(batch, errors, strict=True)]

    def _owe_pictures(self, batch: Sequence[Reviewed]) -> None:
        if self._config.pictures:
            from finews_spider.pictures.owing import Changed, owe_new  # what is off is not loaded

            texts = ((one.path, one.path.read_text(encoding="utf-8", errors="replace"), one.text) for one in batch)
            owe_new(self._config, self._ledger, (Changed(path.name[:10], *both) for path, *both in texts))

    def close(self) -> None:
        """Close the segment."""
        self._recorder.close()

    def _publish(self, names: list[str], number: int) -> None:
        if mode := self._config.publish:
            message = CommitMessage(run=self._run, cleaned_again=number)
            publish(self._config.output, names, lambda _: message, mode, branch=self._config.branch)
            self._index.unpublished.clear(names)

    def _post(self, reviewed: Reviewed) -> Post:
        sha256 = hashlib.sha256(reviewed.text.encode()).digest()
        return Post(reviewed.evidence.post, self._name(reviewed.path.parent), reviewed.path.name, sha256)

    def _name(self, path: Path) -> str:
        try:
            return path.relative_to(self._config.output).as_posix()
        except ValueError as error:
            raise DiskError(path, "it is outside the output folder") from error
