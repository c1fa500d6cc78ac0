"""A unit's run as a process of its own: begun, waited for, ended."""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from finews_spider import dates
from finews_spider.exit_codes import WORDS, ExitCode
from finews_spider.machines.database import OWNERSHIP, SILENCE
from finews_spider.reporting import store

logger = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parents[2]
HELD = "the run is held: the database does not answer, and others may be given its unit"
LET_GO = "the run goes on: the unit is still its own"
GRACE = 60.0  # seconds for a run to end by itself: it archives what has come, and publishes
SLACK = timedelta(seconds=2)  # a report tells when its run began to the second


class LostError(Exception):
    """Another worker was given the unit meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Clone:
    """The clone of the site's repository that a worker has, and the options its runs are called with."""

    output: Path
    branch: str
    options: Sequence[str]

    async def run(self, words: Sequence[str], is_ours: Callable[[], Awaitable[bool | None]]) -> tuple[int, str]:
        """Run `scrapy …`, and return its exit code, and why.

        Raise LostError where the unit is not ours any more; it is killed then. Where nobody has known that for a while,
        it is held until somebody does. Where this is cancelled, it is ended.
        """
        began = dates.now() - SLACK
        process = await self._start(words)
        ended = asyncio.ensure_future(process.wait())
        try:
            await _watch(process, ended, is_ours)
        except asyncio.CancelledError:
            _signal(process, signal.SIGTERM)
            _signal_group(process, signal.SIGCONT)
            await asyncio.wait([ended], timeout=GRACE)
            raise
        finally:
            if not ended.done():
                _signal_group(process, signal.SIGKILL)
                await ended
        code = ended.result()
        return code, self._why(code, began)

    async def is_well(self) -> bool:
        """Return whether a run's settings and sources can be used as they are now."""
        process = await asyncio.create_subprocess_exec(
            *_python("-m", "finews_spider.commands.main", "config", *self.options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            env=_environment(),
        )
        return await process.wait() != ExitCode.WRONG

    async def _start(self, words: Sequence[str]) -> asyncio.subprocess.Process:
        place = (sys.argv[0], str(self.output), self.branch)
        return await asyncio.create_subprocess_exec(
            *_python("-m", "finews_spider.machines.child", *place, *words, *self.options),
            stdin=asyncio.subprocess.PIPE,  # nothing is written: it ends with us
            env=_environment(),
            start_new_session=True,
        )

    def _why(self, code: int, began: datetime) -> str:
        """Return what the run's report says of its end, or else what the exit code means."""
        if code < 0:
            return f"ended by {signal.Signals(-code).name}"
        with suppress(OSError):
            for report in store.read_newest(self.output, 1):
                if report.started >= began and report.exit_code == code and report.why:
                    return report.why
        return WORDS[ExitCode(code)] if code in WORDS else f"exit code {code}; the log has more"


async def _watch(
    process: asyncio.subprocess.Process,
    ended: asyncio.Future[int],
    is_ours: Callable[[], Awaitable[bool | None]],
) -> None:
    """Wait for the end of a process. Raise LostError where the unit is not ours any more."""
    known, is_held = time.monotonic(), False
    while not ended.done():
        await asyncio.wait([ended], timeout=OWNERSHIP)
        if ended.done():
            break
        answer = None
        with suppress(
            TimeoutError
        ):  # a name is looked up, and its addresses are tried, for longer than a run may go on
            async with asyncio.timeout(OWNERSHIP):
                answer = await is_ours()
        if answer is False:
            raise LostError
        if answer:
            known = time.monotonic()
        is_silent = time.monotonic() - known > SILENCE
        if is_silent is not is_held:
            is_held = is_silent
            logger.warning("%s", HELD if is_held else LET_GO)
            _signal_group(process, signal.SIGSTOP if is_held else signal.SIGCONT)


def _python(*words: str) -> list[str]:
    return [sys.executable, *(word for option in sys.warnoptions for word in ("-W", option)), *words]


def _environment() -> dict[str, str]:
    """Return this process's, in which finews is found from any folder: of a checkout, it is not installed."""
    path = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), path)))}


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
