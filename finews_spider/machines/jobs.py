"""procrastinate's jobs, for workers that outlive their database and may be declared dead while they live.

Its own manager ends a job whoever has it by now, and takes the loss of a connection for the end.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import psycopg
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.utils import utcnow

from finews_spider.machines.adding import TASK
from finews_spider.machines.database import GRACE, STALLED

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two tries while the database is away

_OURS = """
WITH ours AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs WHERE id = %(job)s AND worker_id = %(worker)s AND status = 'doing' FOR UPDATE
) """
_FINISH = _OURS + "SELECT procrastinate_finish_job_v1(id, %(status)s::procrastinate_job_status, false) FROM ours"
_RETRY = f"""{_OURS}
SELECT procrastinate_retry_job_v2(id, now() + make_interval(secs => %(seconds)s), NULL, NULL, %(lock)s) FROM ours"""
_NOTE = f"""{_OURS}
UPDATE procrastinate_jobs AS job SET args = args || %(note)s FROM ours WHERE job.id = ours.id RETURNING job.id"""
_IS_OURS = f"{_OURS} SELECT id FROM ours"
# Also one that was declared dead registers again so.
_BEAT = """
INSERT INTO procrastinate_workers (id, last_heartbeat) OVERRIDING SYSTEM VALUE VALUES (%(worker)s, now())
ON CONFLICT (id) DO UPDATE SET last_heartbeat = now()"""
# Whose worker is dead; and what was handed to us when the connection broke, so that we do not know of it. While the
# database was away, nobody's heart could be heard.
_GIVE_BACK = """
WITH stalled AS MATERIALIZED (
    SELECT job.id FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.task_name = %(task)s AND job.status = 'doing' AND (
        worker.id IS NULL
        OR worker.id = %(worker)s AND job.id IS DISTINCT FROM %(held)s
        OR worker.last_heartbeat < now() - make_interval(secs => %(stalled)s)
            AND pg_postmaster_start_time() < now() - make_interval(secs => %(grace)s))
    FOR UPDATE OF job SKIP LOCKED
)
SELECT id, procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM stalled"""


class Jobs(JobManager):
    """The jobs of one worker, which has one at a time."""

    worker_id: int | None = None
    held: int | None = None  # the job that it has
    stopping = False  # it takes no other
    _fetching: asyncio.Lock

    def __init__(self, connector: Any) -> None:
        super().__init__(connector)
        self._fetching = asyncio.Lock()

    async def register_worker(self) -> int:
        """Register the worker."""
        self.worker_id = await super().register_worker()
        return self.worker_id

    async def unregister_worker(self, worker_id: int) -> None:
        """Leave; where the database is away, others will see that."""
        try:
            await super().unregister_worker(worker_id)
        except ConnectorException as error:
            _raise_unless_away(error)
        self.worker_id = None

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Return the next job; None where there is none, and while the database is away."""
        if self.stopping:
            return None
        async with self._fetching:
            try:
                job = await super().fetch_job(queues, worker_id)
            except UniqueViolation:  # another worker was quicker
                return None
            except ConnectorException as error:
                _raise_unless_away(error)
                return None
            self.held = job.id if job else None
            return job

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Note how a job ended, if it is still ours; wait for a database that is away."""
        await self._settle(_FINISH, job, status=status.value)

    async def retry_job(
        self,
        job: Job,
        retry_at: Any = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Have a job come back, if it is still ours; wait for a database that is away."""
        seconds = max((retry_at - utcnow()).total_seconds(), 0.0) if retry_at else 0.0
        await self._settle(_RETRY, job, seconds=seconds, lock=lock)

    async def note(self, job: Job, **note: Any) -> None:
        """Note something of a job that is ours."""
        await self._patiently(_NOTE, job, note=note)

    async def is_ours(self, job: Job) -> bool | None:
        """Return whether nobody else was given the job; None while the database is away, and nobody knows."""
        try:
            return bool(await self._rows(_IS_OURS, job=job.id))
        except ConnectorException as error:
            _raise_unless_away(error)
            return None

    async def update_heartbeat(self, worker_id: int) -> None:
        """Tell that the worker lives."""
        await self.look_after()

    async def look_after(self) -> list[int]:
        """Tell that the worker lives, and return the jobs of dead ones, which are given back."""
        if self.worker_id is None:
            return []
        async with self._fetching:
            try:
                await self.connector.execute_query_async(_BEAT, worker=self.worker_id)
                rows = await self._rows(_GIVE_BACK, task=TASK, held=self.held, stalled=STALLED, grace=GRACE)
            except ConnectorException as error:
                _raise_unless_away(error)
                return []
        return [row["id"] for row in rows]

    async def _settle(self, query: str, job: Job, **values: Any) -> None:
        if not await self._patiently(query, job, **values):
            logger.warning("unit %s: another worker has it by now; what came of it here is not noted", job.id)
        self.held = None

    async def _patiently(self, query: str, job: Job, **values: Any) -> list[dict[str, Any]]:
        while True:
            try:
                return await self._rows(query, job=job.id, **values)
            except ConnectorException as error:
                _raise_unless_away(error)
                await asyncio.sleep(PAUSE)

    async def _rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        return await self.connector.execute_query_all_async(query, worker=self.worker_id, **values)


def _raise_unless_away(error: ConnectorException) -> None:
    """Raise the error again where it is not that the database is away."""
    if not isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
        raise error
