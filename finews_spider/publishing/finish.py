"""What happens after a run's last article: old posts are moved, and the files that finews wrote are published."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from finews_spider.archive import category_pages, edited, older_pages
from finews_spider.archive.archive import Archive
from finews_spider.archive.paths import OLD_BUILT, POSTS, id_in_post_name
from finews_spider.archive.retention import Moves, move_old
from finews_spider.config import Config
from finews_spider.exceptions import DiskError, PublishError
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.publishing import push
from finews_spider.publishing.commit import TRIES, CommitMessage, Published, publish
from finews_spider.publishing.repository import Repository
from finews_spider.setting_values import Mode


class Outcome(NamedTuple):
    """What became of a run's files, None where publishing is off; what went wrong with old posts, how many moved."""

    published: Published | None
    warnings: list[str]
    moved: int


def finish(archive: Archive, unpublished: Unpublished, config: Config, run: str, today: date | None) -> Outcome:
    """Move old posts, and publish if that is switched on; return what came of it.

    `today` is None where no host confirms the machine's clock: no post moves then, for that is undone by hand only.
    What the disk or git refuse is not raised but returned: the posts are safe, and the next run does the rest.
    """
    moved, warnings = _move_old(archive, unpublished, config.keep_days, today)
    warnings += _write_older(archive, unpublished, recount=bool(moved))
    published = _publish(archive.output, unpublished, config.publish, config.branch, run) if config.publish else None
    return Outcome(published, warnings, moved)


def catch_up(output: Path, unpublished: Unpublished, branch: str, run: str) -> tuple[str, ...]:
    """Publish what earlier runs left, and bring the work tree up to what others have pushed; return warnings.

    For a machine that is not the only one: what others have archived is not asked for again. Raise PublishError.
    """
    left = _publish(output, unpublished, "commit", branch, run)
    if left.trouble:
        raise PublishError(left.trouble)
    return push.catch_up(Repository(output, branch), TRIES)


def commit_message(output: Path, run: str, changes: Mapping[str, str]) -> CommitMessage:
    """Return the message for a commit of these changes, {path: git's status letter}."""
    posts = {name: letter for name, letter in changes.items() if id_in_post_name(PurePosixPath(name).name)}
    deleted = {PurePosixPath(name).name for name, letter in posts.items() if letter == "D"}
    added = [name for name, letter in posts.items() if letter == "A"]
    new = [name for name in added if PurePosixPath(name).name not in deleted]  # the others have moved
    return CommitMessage(
        run=run,
        new=len(new),
        categories=len({category_pages.of(output / name) for name in new}),
        edited=list(posts.values()).count("M"),
        moved=len(added) - len(new),
    )


def _move_old(archive: Archive, unpublished: Unpublished, keep_days: int, today: date | None) -> tuple[int, list[str]]:
    """Move posts older than `keep_days`, and return how many, and warnings."""
    if not keep_days:
        return 0, []
    if today is None:
        return 0, ["old posts were not moved: no host confirmed the machine's clock; the next run tries again"]

    def note(pairs: Moves) -> None:
        unpublished.note(path.relative_to(archive.output).as_posix() for pair in pairs for path in pair)

    try:
        if moved := move_old(archive.output, keep_days, today, note):
            archive.sync()  # otherwise the next run would report the moved posts as gone and come
    except (OSError, DiskError) as error:
        return 0, [f"old posts could not be moved, the next run tries again: {error}"]
    return len(moved), _forget_edited(archive, unpublished) if moved else []


def _forget_edited(archive: Archive, unpublished: Unpublished) -> list[str]:
    """Have the site's list of edited posts without those that it does not build any more; return warnings."""
    if not edited.is_kept(archive.output):
        return []
    try:
        unpublished.note([edited.FILE])
        edited.forget(archive.output, lambda id_: archive.where(id_).startswith((f"{POSTS}/", f"{OLD_BUILT}/")))
    except (OSError, DiskError) as error:
        return [f"{edited.FILE} has posts still that have moved, until others do: {error}"]
    return []


def _write_older(archive: Archive, unpublished: Unpublished, *, recount: bool) -> list[str]:
    """Write pages for what the site's lists do not have on their first; return warnings."""
    if not older_pages.are_kept(archive.output):
        return []  # and posts need not be counted
    try:
        older_pages.ensure(archive.output, archive.count_to_build(), unpublished.note, recount=recount)
    except (OSError, DiskError) as error:
        return [f"pages of older posts could not be written, the next run tries again: {error}"]
    return []


def _publish(output: Path, unpublished: Unpublished, mode: Mode, branch: str, run: str) -> Published:
    try:
        names = list(unpublished)
        with _interruptible():
            done = publish(output, names, lambda changes: commit_message(output, run, changes), mode, branch=branch)
        unpublished.clear(names)
    except KeyboardInterrupt:
        return Published(trouble="interrupted while publishing; the next run publishes the rest")
    except (PublishError, OSError, DiskError) as error:
        return Published(trouble=str(error))
    return done


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt; Scrapy's handlers would let a wait for git go on."""
    signals = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.signal(number, signal.default_int_handler) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, handlers, strict=True):
            signal.signal(number, handler)
