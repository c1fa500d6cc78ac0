"""What becomes of a unit, by the exit code of its run. Pure."""

from dataclasses import dataclass

from finews_spider.exit_codes import ExitCode

# Seconds after which it is tried again: at first, twice as long each time, at most.
PAUSES = {
    ExitCode.OWED: (600, 86_400),  # as an article's
    ExitCode.UNPUBLISHED: (60, 3_600),
    ExitCode.HELD: (30, 600),
    ExitCode.INTERRUPTED: (1, 600),
}
KILLED = (60, 3_600)  # by a signal that nobody explains: want of memory, mostly


@dataclass(frozen=True)
class Done:
    """It is done, for good."""

    is_well = True


@dataclass(frozen=True)
class Again:
    """It comes back after so many seconds. Where it `is_well`, or never is, the next pause is no longer one."""

    seconds: int
    is_well: bool = False


@dataclass(frozen=True)
class Failed:
    """A person has to look at it."""

    is_well = False


def outcome(code: int, times: int, every: int) -> Done | Again | Failed:
    """Return what becomes of a unit whose run ended so, after it ended badly so many `times` in a row.

    `every`: seconds after which it is to be done again, whatever came of it but a wrong argument or setting; or 0.
    """
    if code == ExitCode.WRONG:
        return Failed()
    if code in PAUSES or code < 0:
        first, most = PAUSES[ExitCode(code)] if code in PAUSES else KILLED
        pause = min(first * 2 ** min(times, 20), most)
        return Again(min(pause, every) if every else pause)
    if every:
        return Again(every, is_well=True)
    return Done() if code == ExitCode.OK else Failed()
