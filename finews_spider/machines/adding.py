"""Units are added, tried again and cancelled. Added twice is once: by their keys, over all machines."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from finews_spider.machines.database import LOCK
from finews_spider.machines.units import Unit

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

TASK = "finews.unit"


class Added(StrEnum):
    """What became of a unit that was to be added."""

    NEW = "added"
    TO_DO = "there already"
    CHANGED = "changed"
    DOING = "being done"
    DONE = "done already"
    FAILED = "failed before"


_STATES = {"todo": Added.TO_DO, "doing": Added.DOING, "succeeded": Added.DONE, "failed": Added.FAILED}
_LAST = """
SELECT DISTINCT ON (queueing_lock) queueing_lock AS key, status::text, args->>'every' AS every FROM procrastinate_jobs
WHERE queueing_lock = ANY(%s) ORDER BY queueing_lock, id DESC"""
_INSERT = """
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(%s, %s, %s, %s, %s, %s, NULL)::procrastinate_job_to_defer_v1])"""
_REPEAT = """
UPDATE procrastinate_jobs SET args = args || %s WHERE queueing_lock = %s AND status = 'todo'"""
_RETRY = """
WITH failed AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs AS job WHERE status = 'failed' AND (%(id)s::bigint IS NULL OR id = %(id)s)
    AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS newer WHERE newer.queueing_lock = job.queueing_lock AND newer.id > job.id)
    FOR UPDATE
)
SELECT id, procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM failed"""


def add(connection: "Connection", units: Iterable[Unit], *, again: bool = False) -> Counter[Added]:
    """Add those units that are not there; `again`: also those that are done or failed. Return how many of each.

    One that is to do is repeated from now on as often as the one that would be added.
    """
    from psycopg.types.json import Jsonb

    by_key = {unit.key: unit for unit in units}
    counts = Counter[Added]()
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))  # one adds at a time
        rows = connection.execute(_LAST, (list(by_key),)).fetchall()
        there = {row["key"]: _STATES[row["status"]] for row in rows if row["status"] in _STATES}
        repeated = {row["key"]: row["every"] for row in rows}
        for unit in by_key.values():
            state = there.get(unit.key, Added.NEW)
            if (state is Added.DONE and (again or unit.is_live)) or (state is Added.FAILED and again):
                state = Added.NEW
            if state is Added.TO_DO and unit.every and repeated[unit.key] != str(unit.every):
                state = Added.CHANGED
                connection.execute(_REPEAT, (Jsonb({"every": unit.every}), unit.key))
            counts[state] += 1
            if state is Added.NEW:
                values = (unit.queue, TASK, unit.priority, unit.lock, unit.key, Jsonb(unit.arguments))
                connection.execute(_INSERT, values)
    return counts


def retry(connection: "Connection", id_: int | None = None) -> int:
    """Have a unit that failed done again, or all; return how many."""
    return len(connection.execute(_RETRY, {"id": id_}).fetchall())


def cancel(connection: "Connection", id_: int) -> bool:
    """Cancel a unit that is to be done, or have the worker that does it stop; return whether there is such a one."""
    row = connection.execute("SELECT procrastinate_cancel_job_v1(%s, true, false) AS id", (id_,)).fetchone()
    return bool(row and row["id"])
