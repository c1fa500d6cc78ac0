"""What a command's exit code tells a schedule, and which one a run ends with."""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. docs/reports.md has the table."""

    OK = 0  # all well: nothing that a list named is missing
    FAULT = 1  # in finews itself; the log has the traceback
    WRONG = 2  # an argument, setting or file; nothing was asked for
    OWED = 3  # articles that later runs ask for again; or the disk refused
    BROKEN = 4  # a source looks broken
    UNPUBLISHED = 5  # archived, but not published; the next run publishes both
    HELD = 6  # another run holds the archive
    MISSING = 7  # something may be missing that no later run mends by itself
    CHECK_FAILED = 8  # what a command that checks has found, and not fixed
    INTERRUPTED = 130


def verdict(reason: str, *, broken: Sequence[str], unpublished: str, owed: int) -> tuple[ExitCode, str]:
    """Return a run's exit code and why.

    `reason` is Scrapy's for the spider's end, `broken` what looks broken, `unpublished` why commits are not pushed that
    should be, `owed` how many articles are owed of what the run was for.
    """
    if reason == "shutdown":
        return ExitCode.INTERRUPTED, "interrupted; the next run goes on where this one was"
    if reason == "start_error":
        return ExitCode.FAULT, "a fault in finews; the log has its traceback"
    if reason != "finished" and not (unpublished and reason.startswith("closespider_")):
        return ExitCode.OWED, reason
    if broken:
        return ExitCode.BROKEN, broken[0]
    if unpublished:
        return ExitCode.UNPUBLISHED, unpublished
    if owed:
        return ExitCode.OWED, f"{owed} articles are owed"
    return ExitCode.OK, "all well"
