"""What a command's exit code tells a schedule, and which one a run ends with."""

from collections.abc import Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. docs/reports.md has the table."""

    OK = 0  # all well: nothing that a list named is missing
    FAULT = 1  # in finews itself; the log has the traceback
    WRONG = 2  # an argument, setting or file; no article was asked for
    OWED = 3  # articles that later runs ask for again; or the disk refused
    BROKEN = 4  # a source looks broken
    UNPUBLISHED = 5  # archived, but not published; the next run publishes both
    HELD = 6  # another run holds the archive
    MISSING = 7  # something may be missing that no later run mends by itself
    CHECK_FAILED = 8  # what a command that checks has found, and not fixed
    INTERRUPTED = 130


# The first words of a run's summary.
WORDS = {
    ExitCode.OK: "all well",
    ExitCode.FAULT: "a fault in finews",
    ExitCode.WRONG: "a wrong argument or setting",
    ExitCode.OWED: "not all is here yet",
    ExitCode.BROKEN: "a source looks broken",
    ExitCode.UNPUBLISHED: "not published",
    ExitCode.HELD: "another run holds the archive",
    ExitCode.MISSING: "something may be missing",
    ExitCode.INTERRUPTED: "interrupted",
}


def verdict(
    reason: str,
    *,
    broken: Sequence[str],
    unpublished: str,
    owed: int,
    missing: Sequence[str] = (),
    gaps: int = 0,
    is_clock_doubted: bool = False,
) -> tuple[ExitCode, str]:
    """Return a run's exit code and why.

    `reason` is Scrapy's for the spider's end, `broken` what looks broken, `unpublished` why commits are not pushed that
    should be, `missing` what no later run repairs by itself, `owed` how many articles are owed of what the run was for,
    `gaps` how many stretches of lists are to be read again.
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
    if missing:
        return ExitCode.MISSING, missing[0]
    if owed or gaps or is_clock_doubted:
        whys = [f"{owed:,} {'article is' if owed == 1 else 'articles are'} owed"] if owed else []
        whys += (
            [f"{gaps:,} {'stretch of a list is' if gaps == 1 else 'stretches of lists are'} to be read again"]
            if gaps
            else []
        )
        whys += ["the machine's clock is doubted"] if is_clock_doubted else []
        return ExitCode.OWED, ", ".join(whys)
    return ExitCode.OK, "all well"
