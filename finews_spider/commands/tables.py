"""What commands that use the table of posts have in common."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from finews_spider.exceptions import DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable

if TYPE_CHECKING:
    from finews_spider.tables.index import PostIndex
    from finews_spider.tables.rows import UnreadPost

Result = TypeVar("Result")


def working(output: Path, work: "Callable[[PostIndex], Result]") -> Result:
    """Return what `work` gives, with the table of an archive's posts. Raises DiskError."""
    from finews_spider.tables.index import use  # what is not used is not loaded

    try:
        return use(output, work)
    except OSError as error:
        raise DiskError(Path(error.filename or output), error.strerror or error) from error


def print_unread(unread: "Iterable[UnreadPost]", others: Iterable[str] = ()) -> ExitCode:
    """Name posts that could not be read, and others that are of the same id; return the exit code."""
    code = ExitCode.OK
    for path in others:
        print(printable(f"twice: {path}: another post of the same article is in the table"), file=sys.stderr)
    for path, why in unread:
        print(printable(f"not read: {path}: {why}"), file=sys.stderr)
        code = ExitCode.CHECK_FAILED
    return code
