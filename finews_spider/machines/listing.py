"""What the queue holds: for people, as lines, and for programs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finews_spider.machines.adding import TASK
from finews_spider.machines.database import STALLED
from finews_spider.machines.units import Unit
from finews_spider.printable import safe_line
from finews_spider.reporting.terminal import duration, plural

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[dict[str, Any]]

STATES = ("to do", "doing", "owed", "failed", "done")
SHOWN = 20  # units of a state, but for those that failed
_BY_STATUS = {"doing": "doing", "failed": "failed", "succeeded": "done"}
_UNITS = """
SELECT * FROM (
    SELECT DISTINCT ON (queueing_lock) id, status::text AS status, args, worker_id AS worker,
        extract(epoch FROM scheduled_at - now())::float AS due,
        extract(epoch FROM now() - (SELECT min(at) FROM procrastinate_events AS event
            WHERE event.job_id = job.id AND type = 'deferred'))::float AS age,
        extract(epoch FROM now() - (SELECT max(at) FROM procrastinate_events AS event
            WHERE event.job_id = job.id AND type = 'started'))::float AS begun
    FROM procrastinate_jobs AS job WHERE task_name = %s ORDER BY queueing_lock, id DESC
) AS units WHERE status IN ('todo', 'doing', 'failed', 'succeeded') ORDER BY id"""
_WORKERS = """
SELECT id, extract(epoch FROM now() - last_heartbeat)::float AS heartbeat FROM procrastinate_workers ORDER BY id"""


@dataclass(frozen=True, slots=True)
class Row:
    """A unit in the queue. Its times are seconds: until it is due, since it was added, since it was begun last."""

    id: int
    state: str
    unit: Unit
    worker: int | None
    due: float
    age: float
    begun: float


@dataclass(frozen=True, slots=True)
class Listing:
    """The units and the workers, by their ids with the seconds since their last heartbeats."""

    units: Sequence[Row]
    strange: int  # units that another version of finews may have added
    workers: Mapping[int, float]

    def to_json(self) -> dict[str, Any]:
        """Return what a program reads."""
        units = [
            {
                **row.unit.arguments,
                "id": row.id,
                "state": row.state,
                "key": row.unit.key,
                "age": round(row.age, 1),
                "due": round(row.due, 1),
                "worker": row.worker if row.state == "doing" else None,
                "by": row.unit.by,
                "last": dict(row.unit.last),
            }
            for row in self.units
        ]
        workers = [{"id": id_, "heartbeat": round(heartbeat, 1)} for id_, heartbeat in self.workers.items()]
        return {"units": units, "workers": workers}

    def lines(self) -> Iterator[str]:
        """Yield what a person reads."""
        if not self.units:
            yield "The queue is empty."
        else:
            yield from _groups(self.units)
        if self.strange:
            yield f"{plural(self.strange, 'unit')} that this finews cannot read: is it as new as that which added them?"
        for state in ("doing", "owed", "failed"):
            rows = [row for row in self.units if row.state == state]
            if rows:
                yield from ("", state)
            yield from map(_line, rows if state == "failed" else rows[:SHOWN])
            if state != "failed" and len(rows) > SHOWN:
                yield f"  … and {len(rows) - SHOWN:,} more"
        if ailing := [row for row in self.units if row.state == "to do" and row.unit.last.get("code")]:
            yield from ("", "to do again, and not well", *map(_line, ailing))
        yield ""
        yield from self._workers()

    def _workers(self) -> Iterator[str]:
        alive = {id_: heartbeat for id_, heartbeat in self.workers.items() if heartbeat < STALLED}
        dead = len(self.workers) - len(alive)
        yield f"{plural(len(alive), 'worker')}" + (f", and {dead} dead or asleep" if dead else "")
        busy = {row.worker: row for row in self.units if row.state == "doing"}
        for id_, heartbeat in self.workers.items():
            row = busy.get(id_)
            does = f"unit {row.id}, on {safe_line(row.unit.by)}" if row else "idle"
            if id_ in alive or row:
                yield f"  {id_:>6}  heartbeat {duration(heartbeat)} ago  {does}"


def read(connection: "Connection") -> Listing:
    """Return what the queue holds."""
    rows, strange = [], 0
    for values in connection.execute(_UNITS, (TASK,)):
        try:
            rows.append(_row(values))
        except ValueError:
            strange += 1
    return Listing(rows, strange, {row["id"]: row["heartbeat"] for row in connection.execute(_WORKERS)})


def _row(values: Mapping[str, Any]) -> Row:
    unit, due = Unit.of(values["args"]), values["due"] or 0.0
    state = _BY_STATUS.get(values["status"]) or ("owed" if unit.last.get("times") and due > 0 else "to do")
    age, begun = values["age"] or 0.0, values["begun"] or 0.0
    return Row(values["id"], state, unit, values["worker"], max(due, 0.0), age, begun)


def _groups(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table: how many units of each group of hosts are in which state, and how old the oldest is."""
    found = defaultdict[str, list[Row]](list)
    for row in rows:
        found[row.unit.group or "no host"].append(row)
    width = max(len(group) for group in ("group", *found))
    yield f"{'group':{width}}" + "".join(f"  {state:>6}" for state in STATES) + "  oldest to do"
    for group, its in sorted(found.items()):
        counts = (sum(row.state == state for row in its) for state in STATES)
        oldest = max((row.age for row in its if row.state in ("to do", "owed")), default=None)
        yield (
            f"{safe_line(group):{width}}"
            + "".join(f"  {count:>6,}" for count in counts)
            + (f"  {duration(oldest)}" if oldest is not None else "")
        )


def _line(row: Row) -> str:
    last = row.unit.last
    ending = f"exit code {last.get('code')}: {safe_line(last.get('why', ''))}" if last else ""
    about = {
        "doing": f"on {safe_line(row.unit.by)} for {duration(row.begun)}",
        "owed": f"again in {duration(row.due)}; {ending}",
        "failed": ending,
        "to do": ending,
    }
    return f"  {row.id:>6}  {safe_line(row.unit.key)}  {about[row.state]}".rstrip()
