"""A unit's run as a process of its own: begun, waited for, ended."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from finews_spider import dates
from finews_spider.exit_codes import WORDS, ExitCode
from finews_spider.reporting import store

OWNERSHIP = 5.0  # seconds between two looks whether the unit is still ours
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

    async def run(self, words: Sequence[str], is_ours: Callable[[], Awaitable[bool]]) -> tuple[int, str]:
        """Run `scrapy …`, and return its exit code, and why.

        Raise LostError where the unit is not ours any more; it is killed then. Where this is cancelled, it is ended.
        """
        began = dates.now() - SLACK
        process = await self._start(words)
        ended = asyncio.ensure_future(process.wait())
        try:
            while not ended.done():
                await asyncio.wait([ended], timeout=OWNERSHIP)
                if not ended.done() and not await is_ours():
                    raise LostError
        except asyncio.CancelledError:
            _signal(process, signal.SIGTERM)
            await asyncio.wait([ended], timeout=GRACE)
            raise
        finally:
            if not ended.done():
                _signal_group(process)
                await ended
        code = ended.result()
        return code, self._why(code, began)

    async def is_well(self) -> bool:
        """Return whether a run's settings and sources can be used as they are now."""
        process = await asyncio.create_subprocess_exec(
            *_python("-m", "finews_spider.commands.main", "config", *self.options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )
        return await process.wait() != ExitCode.WRONG

    async def _start(self, words: Sequence[str]) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *_python("-m", "finews_spider.machines.child", str(self.output), self.branch, *words, *self.options),
            stdin=asyncio.subprocess.PIPE,  # nothing is written: it ends with us
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


def _python(*words: str) -> list[str]:
    return [sys.executable, *(word for option in sys.warnoptions for word in ("-W", option)), *words]


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


def _signal_group(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
