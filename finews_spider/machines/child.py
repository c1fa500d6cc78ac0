"""`python -m finews_spider.machines.child PROGRAM OUTPUT BRANCH …`: a unit's run; the process dies with its worker.

The clone is brought up to what other machines have pushed, then the words are executed as `scrapy …`.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path
from threading import Thread

from finews_spider import dates
from finews_spider.archive.lock import archive_lock
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError, DiskError, PublishError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.printable import safe_line
from finews_spider.publishing.finish import catch_up
from finews_spider.reporting.program import FINEWS

PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>


def main() -> None:
    """Run the unit, and exit with its code."""
    program, output, branch, *words = sys.argv[1:]
    sys.argv = [program, *words]  # what the run has a person type is of the program that is typed here
    _die_with_worker()
    try:
        with archive_lock(Path(output)), Ledger(Path(output)) as ledger:
            notes = catch_up(Path(output), Unpublished(ledger), branch, f"{dates.now():%Y-%m-%dT%H-%M-%S}")
    except (PublishError, ConfigurationError, ArchiveLockedError, DiskError) as error:
        print(f"{FINEWS} worker: {safe_line(error, limit=2000)}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    for note in notes:
        print(f"{FINEWS} worker: {safe_line(note)}", file=sys.stderr)
    os.environ["SCRAPY_SETTINGS_MODULE"] = "finews_spider.settings"
    from scrapy.cmdline import execute

    execute([FINEWS, *words])


def _die_with_worker() -> None:
    """Have all processes of the group killed when standard input ends: the worker holds its other end, and is dead."""
    end = os.dup(0)
    os.set_inheritable(end, False)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if sys.platform == "linux":  # also while it is held, when no thread of its own runs
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    Thread(target=_wait_for_end, args=(end,), daemon=True).start()


def _wait_for_end(end: int) -> None:
    while os.read(end, 1):
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
