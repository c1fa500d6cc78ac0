"""A worker: it takes units from the queue, one at a time, and has each done in its own clone of the site."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg_pool
from procrastinate import App, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy
from procrastinate.utils import utcnow
from procrastinate.worker import Worker

from finews_spider import dates
from finews_spider.exit_codes import ExitCode
from finews_spider.machines.adding import TASK
from finews_spider.machines.database import FORGOTTEN, HEARTBEAT, OPTIONS, database_error
from finews_spider.machines.jobs import Jobs
from finews_spider.machines.outcomes import Again, Failed, outcome
from finews_spider.machines.runs import Clone, LostError
from finews_spider.machines.units import ANY, Unit, queue_of
from finews_spider.printable import safe_line

logger = logging.getLogger(__name__)

POLLING = 2.0  # seconds between two looks for something to do
IN_A_ROW = 3  # units that end with a wrong setting or are not published: it is the worker that is wrong
WAITING = "waiting"  # begins the lock of a unit whose pause is not over: it must not keep its group from others


class AgainError(Exception):
    """The unit comes back after so many seconds, under this lock."""

    def __init__(self, seconds: float, lock: str) -> None:
        super().__init__(f"comes back in {seconds:.0f} s")
        self.seconds, self.lock = seconds, lock


class FailedError(Exception):
    """The unit failed; a person has to look at it."""


class ByException(BaseRetryStrategy):
    """What a unit raises says whether and when it comes back."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when it comes back; None: not. One that is cut short in whatever it does comes back at once."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_at=utcnow())
        if not isinstance(exception, AgainError):
            return None
        return RetryDecision(retry_at=utcnow() + timedelta(seconds=exception.seconds), lock=exception.lock)


class NotExpected(logging.Filter):
    """Lets through what procrastinate logs of exceptions that are none of ours; these are how a unit comes back."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether it is logged."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(
            error, AgainError | FailedError | JobAborted | asyncio.CancelledError | ConnectorException
        )


@dataclass
class FinewsWorker:
    """`name` is what others call it; between two units it lets `pace` seconds pass, in which no host is asked."""

    url: str
    name: str
    clone: Clone
    pace: float
    code: ExitCode = ExitCode.OK
    _bad: int = 0  # units in a row
    _jobs: Jobs = field(init=False)
    _worker: Worker | None = None

    async def run(self, *, once: bool) -> ExitCode:
        """Do units until a signal comes; `once`: until none is due. Return the exit code."""
        connector = PsycopgConnector(
            conninfo=self.url, kwargs=OPTIONS, pool_factory=psycopg_pool.AsyncNullConnectionPool, min_size=0, max_size=8
        )
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        logging.getLogger("procrastinate.worker").addFilter(NotExpected())
        app = App(connector=connector)
        app.job_manager = self._jobs = Jobs(connector)
        app.task(name=TASK, pass_context=True, retry=ByException())(self._do)
        async with app.open_async():
            alive = asyncio.create_task(self._stay_alive())
            try:
                await app.run_worker_async(
                    queues=[ANY, queue_of(self.name)],
                    name=self.name,
                    wait=not once,
                    listen_notify=False,  # its connection is lost with the database
                    fetch_job_polling_interval=POLLING,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=FORGOTTEN,
                    shutdown_graceful_timeout=0,  # a run is told to end at once, and given its time
                    worker_middleware=[self._meet],
                )
            except ConnectorException as error:
                logger.error("%s", database_error(error.__cause__ or error))
                return ExitCode.WRONG
            finally:
                alive.cancel()
        return self.code

    async def _stay_alive(self) -> None:
        """Send heartbeats, also while a run is ending after a signal; give back the units of dead workers."""
        while True:
            try:
                for id_ in await self._jobs.look_after():
                    logger.warning("unit %s is given back: its worker is dead", id_)
            except ConnectorException as error:
                logger.error("%s", database_error(error.__cause__ or error))
            await asyncio.sleep(HEARTBEAT)

    async def _meet(self, do: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        self._worker = worker
        return await do()

    async def _do(self, context: JobContext, /, **arguments: Any) -> None:
        """Do a unit. Raise AgainError where it comes back, FailedError where it failed."""
        job = context.job
        try:
            unit = Unit.of(arguments)
        except ValueError as error:
            logger.error("unit %s: %s; is this finews as new as that which added it?", job.id, safe_line(error))
            raise FailedError from error
        if job.lock != unit.lock:  # its pause is over: it takes its turn in its group
            raise AgainError(0, unit.lock)
        logger.info("unit %s begins: %s", job.id, unit.key)
        try:
            await self._jobs.note(job, by=self.name)
            code, why = await self.clone.run(unit.command, lambda: self._jobs.is_ours(job))
        except OSError as error:
            self._stop(ExitCode.FAULT, f"no run can be begun on this machine: {safe_line(error)}")
            raise AgainError(0, unit.lock) from error
        except LostError:
            logger.warning("unit %s: another worker was given it while this one slept; its run is ended", job.id)
            raise FailedError from None
        except asyncio.CancelledError:
            logger.info("unit %s is interrupted", job.id)
            if context.abort_reason() is AbortReason.USER_REQUEST:
                raise JobAborted from None
            raise AgainError(0, unit.lock) from None
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(self.pace)
        await self._settle(job, unit, code, why)

    async def _settle(self, job: Job, unit: Unit, code: int, why: str) -> None:
        times = int(unit.last.get("times", 0))
        found = outcome(code, times, unit.every)
        if code == ExitCode.WRONG and not await self.clone.is_well():
            found = Again(1)
            self._stop(ExitCode.WRONG, "this worker's own settings are wrong, see above; it takes no other unit")
        self._count(code)
        times = 0 if found.is_well else times + 1
        await self._jobs.note(job, last={"code": code, "why": why, "times": times, "at": f"{dates.now():%F %T}"})
        logger.log(_level(found), "unit %s ends with exit code %s: %s%s", job.id, code, why, _what_next(found))
        if isinstance(found, Failed):
            raise FailedError(why)
        if isinstance(found, Again):
            raise AgainError(found.seconds, f"{WAITING} {job.id}" if found.seconds else unit.lock)

    def _count(self, code: int) -> None:
        """Stop where one unit after another ends so that the worker is to blame, not the units."""
        self._bad = self._bad + 1 if code in (ExitCode.WRONG, ExitCode.UNPUBLISHED) else 0
        if self._bad == IN_A_ROW:
            self._stop(ExitCode(code), f"{IN_A_ROW} units in a row ended so; this worker takes no other")

    def _stop(self, code: ExitCode, why: str) -> None:
        logger.error("%s", why)
        self.code = code
        self._jobs.stopping = True
        if self._worker:
            asyncio.get_running_loop().call_later(POLLING, self._worker.stop)


def _level(found: object) -> int:
    return logging.WARNING if isinstance(found, Failed) else logging.INFO


def _what_next(found: object) -> str:
    if isinstance(found, Failed):
        return "; a person has to look at it"
    return f"; again in {math.ceil(found.seconds)} s" if isinstance(found, Again) else ""
