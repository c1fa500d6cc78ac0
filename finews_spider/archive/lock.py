"""One run at a time holds an archive, in an output folder that it can write to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from finews_spider import dates
from finews_spider.archive.atomic import ASIDE
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError


def check_output(output: Path) -> None:
    """Make finews's own folder in the output folder, and what this process writes writable for its user alone.

    Raises ConfigurationError where nothing can be written, and where a link would have it written elsewhere.
    """
    own = output / ".finews"
    os.umask(os.umask(0o022) | 0o022)
    _check_links(output)
    try:
        (output / ASIDE).mkdir(parents=True, exist_ok=True)
        if not (own / ".gitignore").exists():
            (own / ".gitignore").write_text("*\n")  # nothing in it belongs in the site's repository
    except OSError as error:
        raise _cannot_write(output, error) from error


def check_place(output: Path) -> None:
    """Refuse, for a command that writes nothing, a folder that a run would refuse. Raises ConfigurationError."""
    _check_links(output)
    there = next(path for path in (output, *output.parents) if path.exists())
    if not there.is_dir():
        raise ConfigurationError(f"FINEWS_OUTPUT: {output} cannot be written: {there} is no folder")


def _check_links(output: Path) -> None:
    own = output / ".finews"
    if links := [path for path in (own, *own.glob("*")) if path.is_symlink()]:
        raise ConfigurationError(f"FINEWS_OUTPUT: {links[0]} is a link, which finews does not follow; take it away")


def _cannot_write(output: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"FINEWS_OUTPUT: {output} cannot be written: {error.strerror}; mend that and run again")


@contextmanager
def only_run(output: Path) -> Iterator[None]:
    """Hold the archive for one run; a lock that a killed run left does not block, and what else it left goes.

    Raises ArchiveLockedError where another run holds it, ConfigurationError where nothing can be written.
    """
    check_output(output)
    note = output / ".finews" / "holder"
    lock = FileLock(output / ".finews" / "lock", timeout=0)
    try:
        lock.acquire()
        note.write_text(f"process {os.getpid()}, since {dates.now():%Y-%m-%d %H:%M:%S} Beijing time")
        for left in (output / ASIDE).iterdir():
            left.unlink()
    except Timeout:
        holder = note.read_text() if note.exists() else "another process"
        raise ArchiveLockedError(f"{output} is held by another run ({holder}); wait for its end, or stop it") from None
    except OSError as error:
        lock.release()
        raise _cannot_write(output, error) from error
    try:
        yield
    finally:
        lock.release()
