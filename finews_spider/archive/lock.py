"""The lock that lets one run at a time use an archive, and checks of the output folder that come before it."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from finews_spider import dates
from finews_spider.archive.atomic import TEMPORARY
from finews_spider.archive.paths import FOLDERS, POSTS
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError, DiskError

PARTS_OF_A_SITE = ("_config.yml", "_drafts", "_includes", "_layouts", "category", "emnews", ".finews", *FOLDERS)
PARTS_OF_FINEWS = ("scrapy.cfg", "finews_spider", "pipelines")
NO_CONTENT = ("finews.toml", "lost+found")  # beside what is hidden
ROOM = 1 << 20  # bytes, without which no run begins: a small one's ledger and posts


def prepare_output(output: Path) -> None:
    """Make finews's own folder in the output folder, and set the umask: only the user may write what finews writes.

    Raise ConfigurationError where nothing can be written, and where a symbolic link would lead elsewhere; DiskError for
    a disk that is full.
    """
    own = output / ".finews"
    os.umask(os.umask(0o022) | 0o022)
    check_output(output)
    try:
        (output / TEMPORARY).mkdir(parents=True, exist_ok=True)
        if not (own / ".gitignore").exists():
            (own / ".gitignore").write_text("*\n")  # nothing in it belongs in the site's repository
    except OSError as error:
        raise _cannot_write(output, error) from error


def check_output(output: Path) -> None:
    """Raise ConfigurationError for an output folder that `prepare_output` would refuse, without making anything."""
    _check_kind(output)
    _check_links(output)
    _check_folders(output)
    temporary = output / TEMPORARY
    existing = next(path for path in (temporary, *temporary.parents) if path.exists())
    if not existing.is_dir():
        raise ConfigurationError(f"FINEWS_OUTPUT: {output} cannot be written: {existing} is not a folder")


def check_room(output: Path) -> None:
    """Check, before anything is asked for, that posts can be written to a folder that `prepare_output` has prepared.

    Raise ConfigurationError for a folder that is read-only, DiskError for a disk that is full.
    """
    for folder in (output / name for name in ("category", *FOLDERS)):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise ConfigurationError(f"FINEWS_OUTPUT: {folder} is read-only; let this user write there")
    probe = output / TEMPORARY / "room"
    try:
        probe.write_bytes(bytes(ROOM))
    except OSError as error:
        raise DiskError(output, error.strerror) from error
    finally:
        probe.unlink(missing_ok=True)


def is_site(output: Path) -> bool:
    """Return whether a folder is a site or an archive: it has one of their parts."""
    return any(os.path.lexists(output / part) for part in PARTS_OF_A_SITE)


def _check_kind(output: Path) -> None:
    """Refuse a folder that was named by mistake: finews's own, and any other that is neither a site nor empty."""
    if all((output / part).exists() for part in PARTS_OF_FINEWS):
        raise ConfigurationError(f"FINEWS_OUTPUT: {output} is finews's own folder; name the folder of a site")
    try:
        names = [path.name for path in output.iterdir()]
    except OSError:
        return  # it is not there yet, or what comes next says what it is
    others = [name for name in names if not name.startswith(".") and name not in NO_CONTENT]
    if others and not is_site(output):
        raise ConfigurationError(
            f"FINEWS_OUTPUT: {output} is not empty, and no site: {min(others)} is in it; name another folder, or have"
            f" posts there by making a folder {POSTS} in it"
        )


def _check_links(output: Path) -> None:
    own = output / ".finews"
    if links := [path for path in (own, *own.glob("*")) if path.is_symlink()]:
        raise ConfigurationError(f"FINEWS_OUTPUT: {links[0]} is a link, which finews does not follow; remove it")


def _check_folders(output: Path) -> None:
    """Refuse what is no folder in place of one, such as a link to a disk that is not there: all posts would be gone."""
    for folder in (output / name for name in FOLDERS):
        if os.path.lexists(folder) and not folder.is_dir():
            raise ConfigurationError(
                f"FINEWS_OUTPUT: {folder} is no folder, and leads to none; mount what it leads to, or remove it"
            )


def _cannot_write(output: Path, error: OSError) -> ConfigurationError | DiskError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskError(output, error.strerror)
    return ConfigurationError(f"FINEWS_OUTPUT: {output} cannot be written: {error.strerror}; fix that and run again")


@contextmanager
def archive_lock(output: Path) -> Iterator[None]:
    """Hold the archive's lock. One that a killed run left does not block; its temporary files are deleted.

    Raise ArchiveLockedError where another run holds the lock, and what `prepare_output` raises.
    """
    prepare_output(output)
    holder_file = output / ".finews" / "holder"
    lock = FileLock(output / ".finews" / "lock", timeout=0)
    try:
        lock.acquire()
        holder_file.write_text(f"process {os.getpid()}, since {dates.now():%Y-%m-%d %H:%M:%S} Beijing time")
        for leftover in (output / TEMPORARY).iterdir():
            leftover.unlink()
    except Timeout:
        holder = holder_file.read_text() if holder_file.exists() else "another process"
        raise ArchiveLockedError(f"{output} is held by another run ({holder}); wait for its end, or stop it") from None
    except OSError as error:
        lock.release()
        raise _cannot_write(output, error) from error
    try:
        yield
    finally:
        lock.release()
