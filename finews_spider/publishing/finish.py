"""The end of a run, when its articles have come: old posts move, and what finews wrote is published."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from finews_spider import dates, ids
from finews_spider.archive import category_pages
from finews_spider.archive.archive import Archive
from finews_spider.archive.retention import Moves, move_old
from finews_spider.config import Config, Mode
from finews_spider.exceptions import DiskError, PublishError
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.publishing.commit import Message, Published, publish


def finish(archive: Archive, unpublished: Unpublished, config: Config, run: str) -> tuple[Published | None, list[str]]:
    """What became of the run's files, None where nothing is to be published; and what went wrong with old posts.

    Raises nothing for what the disk or git refuse: the posts are there, and the next run does the rest.
    """
    warnings = _move_old(archive, unpublished, config.keep_days)
    return (
        _publish(archive.output, unpublished, config.publish, config.branch, run) if config.publish else None
    ), warnings


def message(output: Path, run: str, changes: Mapping[str, str]) -> Message:
    """What is to be said of a commit, given as {path: git's letter}."""
    posts = {name: letter for name, letter in changes.items() if ids.id_in_post_name(PurePosixPath(name).name)}
    gone = {PurePosixPath(name).name for name, letter in posts.items() if letter == "D"}
    added = [name for name, letter in posts.items() if letter == "A"]
    new = [name for name in added if PurePosixPath(name).name not in gone]
    return Message(
        run=run,
        new=len(new),
        categories=len({category_pages.of(output / name) for name in new}),
        edited=list(posts.values()).count("M"),
        moved=len(added) - len(new),
    )


def _move_old(archive: Archive, unpublished: Unpublished, keep_days: int) -> list[str]:
    def note(pairs: Moves) -> None:
        unpublished.note(path.relative_to(archive.output).as_posix() for pair in pairs for path in pair)

    try:
        if move_old(archive.output, keep_days, dates.now().date(), note):
            archive.sync()  # or the next run would take them for another's doing
    except (OSError, DiskError) as error:
        return [f"old posts could not be moved, the next run tries again: {error}"]
    return []


def _publish(output: Path, unpublished: Unpublished, mode: Mode, branch: str, run: str) -> Published:
    names = list(unpublished)
    try:
        with _stoppable():
            done = publish(output, names, lambda changes: message(output, run, changes), mode, branch=branch)
        unpublished.clear(names)
    except KeyboardInterrupt:
        return Published(trouble="interrupted while it was published; the next run goes on")
    except (PublishError, OSError, DiskError) as error:
        return Published(trouble=str(error))
    return done


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C and the like end what waits for git; Scrapy's handlers, which are there now, would only note them."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
