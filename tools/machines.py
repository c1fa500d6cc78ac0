"""`make machines`: workers on one queue, killed, stopped and cut off from their database, archive what one run does.

All is real: PostgreSQL, a bare remote, a clone and a worker for each machine, hosts that note who asks them when.
A machine shares nothing with the others but the remote and the database, not even the pace of a host.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import psycopg

from finews_spider.newsroom.rules import LoggedRequest
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World
from tests.support.feed_sites import FeedSite
from tests.support.machines import Asked, Postgres, Stage, asker, hosts, programs, site_of, sources_of, wait_until

MACHINES = ("m1", "m2", "m3")
DELAY = 1.0  # seconds between two requests to a host
JITTER = 0.3  # seconds by which a busy machine notes one request later than another
KILL_EVERY = 5.0  # seconds
KILLING = 120.0
RESTARTS = (40.0, 80.0)  # seconds into the killing
BACK = 45.0  # seconds within which a dead worker's unit has to be back
RATIO = 1.8
PATIENCE = 420.0  # seconds for the units that are left
LONG, EACH = 48, 6  # stories of the first list, which outlasts a worker's silence, and of others

Verdicts = Iterator[tuple[str, bool, str]]


class TimedLog(list[LoggedRequest]):
    """The newsroom's log, which notes when and for whom beside it."""

    def __init__(self, asked: list[Asked]) -> None:
        super().__init__()
        self._asked = asked

    def append(self, logged: LoggedRequest) -> None:
        """Note a request."""
        super().append(logged)
        agent = logged.headers.get("User-Agent", "")
        interface = logged.path.split("/")[1]  # of an archive; each has a pace of its own
        self._asked.append(Asked(time.monotonic(), asker(agent), f"{logged.role} {interface}", logged.path))


class Kill(NamedTuple):
    """A worker that was killed: when, as the database says it, and the unit that it had."""

    at: Any
    unit: int


class Zombie(NamedTuple):
    """A worker that was stopped and woken: its name and host, when another had its unit, and when its run ended."""

    name: str
    host: str
    taken: float
    ended: float


class Chaos:
    """Workers on a stage, and what is done to them."""

    def __init__(self, stage: Stage, postgres: Postgres, log: list[Asked], seed: int) -> None:
        self.stage, self.postgres, self.log, self.random = stage, postgres, log, Random(seed)
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.kills: list[Kill] = []
        self.started: dict[str, Any] = {}  # by name, as the database says it

    def query(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query, once the database answers."""
        while True:
            with suppress(psycopg.OperationalError), psycopg.connect(self.stage.queue, autocommit=True) as connection:
                return connection.execute(query.encode(), values or None).fetchall()
            time.sleep(0.1)

    def add(self, *words: str) -> None:
        """Add units, twice."""
        for _ in range(2):
            done = self.stage.quick("m1", "units", "add", *words)
            if done.code:
                sys.exit(done.err)

    def start(self, name: str) -> None:
        """Start a machine's worker."""
        ((self.started[name],),) = self.query("SELECT now()")
        self.workers[name] = self.stage.start(name, "worker", "--name", name)

    def units_of(self, name: str) -> list[int]:
        """Return the units that a worker has: one, or none; not what one had that was killed before."""
        mine = """
            SELECT job.id FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON job.id = job_id
            WHERE status = 'doing' AND args->>'by' = %s AND event.type = 'started'
            GROUP BY job.id HAVING max(at) > %s"""
        return [id_ for (id_,) in self.query(mine, name, self.started[name])]

    def left(self) -> int:
        """Return how many units are not done."""
        return int(self.query("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'succeeded'")[0][0])

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many have come to the queue."""
        wait_until(lambda: self.query("SELECT count(*) FROM procrastinate_workers") == [(count,)])

    def wait_for_end(self, seconds: float) -> float:
        """Wait until all units are done; return how long that took."""
        return wait_until(lambda: self.left() == 0, seconds)

    def make_due(self, after: str) -> None:
        """Have all units due after that time."""
        self.query("UPDATE procrastinate_jobs SET scheduled_at = now() + %s::interval RETURNING id", after)

    def kill(self) -> None:
        """Kill a worker, and start it again, as systemd does."""
        name = self.random.choice(list(self.workers))
        units = self.units_of(name)
        ((at,),) = self.query("SELECT now()")
        self.workers[name].kill()
        self.workers[name].wait()
        self.kills += [Kill(at, unit) for unit in units]
        self.start(name)

    def wake_late(self, unit: int, host: str) -> Zombie:
        """Stop the worker that has a unit until another has it and is at work; wake it, and wait until its run ends."""
        wait_until(lambda: self._owner(unit))
        name = self._owner(unit)
        wait_until(lambda: self._asked(host, name, 0) > 2)
        self.workers[name].send_signal(signal.SIGSTOP)
        say(f"{name} is stopped, with unit {unit}")
        wait_until(lambda: self._owner(unit) not in ("", name), 240)
        taken, other = time.monotonic(), self._owner(unit)
        wait_until(lambda: self._asked(host, other, taken) > 1 and self._asked(host, name, taken) > 1)
        self.workers[name].send_signal(signal.SIGCONT)
        say(f"{name} is woken; {other} has the unit")
        wait_until(lambda: "was given it while this one slept" in self.stage.log(name).read_text(encoding="utf-8"))
        return Zombie(name, host, taken, time.monotonic())

    def _owner(self, unit: int) -> str:
        """Return the worker that a unit is being done by; empty for none."""
        owner = "SELECT args->>'by' FROM procrastinate_jobs WHERE id = %s AND status = 'doing' AND args ? 'by'"
        return next((by for (by,) in self.query(owner, unit)), "")

    def _asked(self, host: str, by: str, since: float) -> int:
        return sum(asked.at > since and (asked.host, asked.by) == (host, by) for asked in list(self.log))

    def kill_on(self, seconds: float, restarts: Sequence[float]) -> None:
        """Kill a worker every few seconds for so long, and restart the database at these."""
        began, waiting = time.monotonic(), list(restarts)
        while (now := time.monotonic() - began) < seconds:
            if waiting and now > waiting[0]:
                waiting.pop(0)
                self.postgres.restart()
                say("the database was restarted, without a word")
            self.kill()
            say(f"{len(self.kills)} killed at work, {self.left()} units left")
            time.sleep(max(0.0, began + now + KILL_EVERY - time.monotonic()))

    def came_back(self) -> list[float]:
        """Return after how many seconds each unit was back whose worker was killed."""
        back = """
            SELECT type::text, extract(epoch FROM at - %s)::float FROM procrastinate_events
            WHERE job_id = %s AND at > %s AND type <> 'scheduled' ORDER BY id LIMIT 1"""
        found = [self.query(back, kill.at, kill.unit, kill.at) for kill in self.kills]
        return [
            rows[0][1] if rows else float("inf") for rows in found if not rows or rows[0][0] == "deferred_for_retry"
        ]

    def seconds(self) -> float:
        """Return the seconds from the first begin of a unit to the last end."""
        span = """
            SELECT extract(epoch FROM max(at) - min(at))::float FROM procrastinate_events
            WHERE type IN ('started', 'succeeded')"""
        return float(self.query(span)[0][0])


def too_soon(log: Sequence[Asked], zombie: Zombie | None, delay: float, jitter: float) -> list[str]:
    """Return the requests that a host got sooner after another than it should, but for those of a zombie's overlap.

    One that was noted late is near the next of its own run, and as much farther from the one before.
    """
    by_host = defaultdict[str, list[Asked]](list)
    for asked in sorted(log):
        by_host[asked.host].append(asked)
    found = []
    for host, its in by_host.items():
        for before, first, second in zip([None, *its], its, its[1:], strict=False):
            is_late = before and before.by == first.by == second.by and second.at - before.at >= 2 * delay - jitter
            is_known = zombie and host == zombie.host and zombie.taken - 1 <= second.at <= zombie.ended + 1
            if second.at - first.at < delay - jitter and not is_late and not is_known:
                found.append(f"{host}: {second.path} of {second.by} {second.at - first.at:.2f} s after {first}")
    return found


def single(stage: Stage, *runs: Sequence[str]) -> dict[str, str]:
    """Return the tree that runs give which nobody disturbs, on one machine without a queue."""
    for words in runs:
        done = stage.finews("single", "crawl", *words, "-s", "DOWNLOAD_DELAY=0")
        if done.returncode:
            sys.exit(f"a run without a queue ends with {done.returncode}: {done.stderr[-3000:]}")
    return stage.tree()


def say(text: str) -> None:
    """Print a line of what goes on."""
    print(f"  {time.strftime('%H:%M:%S')} {text}", flush=True)


@contextmanager
def played(postgres: Postgres, folder: Path, sites: list[FeedSite], room: Newsroom | None = None) -> Iterator[Any]:
    """Yield a stage maker, and the log of all hosts."""
    with hosts(sites) as log:
        stages: list[Stage] = []
        if room:
            room.log = TimedLog(log)
        sources = sources_of(sites) + (room.sources_toml() if room else "")

        def stage(name: str) -> Stage:
            stages.append(Stage(folder / name, postgres.make(f"{folder.name}-{name}"), sources, DELAY))
            return stages[-1]

        try:
            yield stage, log
        finally:
            for one in stages:
                one.close()


def chaos(postgres: Postgres, folder: Path, seed: int) -> Verdicts:
    """Play it, and yield what it has to show, whether it did, and how."""
    world = World(articles=40, days=5)
    days = ("--since", f"{world.time(0):%F}", "--until", f"{world.time(len(world) - 1):%F}")
    sites = [site_of(number, parts=3, each=EACH, first=LONG if number == 1 else EACH) for number in range(1, 6)]
    lists = ",".join(f"h{number}{part}" for number in range(1, 6) for part in "abc")
    addresses = dict.fromkeys(("archive",), "127.0.2.1")
    with Newsroom(world, addresses) as room, played(postgres, folder, sites, room) as (stage, log):
        window = [f"-a{word}" for word in ("source=wayback", f"since={days[1]}", f"until={days[3]}")]
        expected = single(stage("single"), [f"-asource={lists}"], window)
        log.clear()
        show = Chaos(stage("chaos"), postgres, log, seed)
        show.add("--source", lists)
        show.add("--source", "wayback", *days, "--by", "day")
        units = show.left()
        for name in MACHINES:
            show.start(name)
        zombie = show.wake_late(1, "127.0.1.1")
        show.kill_on(KILLING, RESTARTS)
        took = show.wait_for_end(PATIENCE)
        say(f"all is done, {took:.0f} s after the last kill")
        yield from judge(show, zombie, units, expected)


def judge(show: Chaos, zombie: Zombie, units: int, expected: dict[str, str]) -> Verdicts:
    """Yield what a play has to show, whether it did, and how."""
    tree = show.stage.tree()
    differing = sorted(path for path in tree.keys() | expected.keys() if tree.get(path) != expected.get(path))
    yield "20 units, added twice, are 20 units, and all are done", units == 20 and show.left() == 0, f"{units} units"
    yield "the tree is that of a run without a queue", not differing, f"{len(tree)} files, differing: {differing[:3]}"
    soon = too_soon(show.log, zombie, DELAY, JITTER)
    hosts_asked = len({asked.host.split()[0] for asked in show.log})
    about = f"{len(show.log)} requests to {hosts_asked} hosts, too soon: {soon[:3]}"
    yield "no host under its pace outside the zombie's overlap", not soon and hosts_asked == 6, about
    back = show.came_back()
    yield (
        f"every unit of a killed worker back in {BACK:.0f} s",
        bool(back) and max(back) <= BACK,
        (f"{len(show.kills)} were at work, the last was back after {max(back, default=0):.0f} s"),
    )
    both = {asked.by for asked in show.log if asked.host == zombie.host and zombie.taken < asked.at < zombie.ended}
    yield "the zombie and who has its unit were at work together", len(both) > 1, f"{zombie.name} among {sorted(both)}"


def ratio(postgres: Postgres, folder: Path) -> Verdicts:
    """Yield whether two workers on two hosts are nearly twice as fast as one."""
    sites = [site_of(number, parts=1, each=36) for number in (1, 2)]
    seconds = []
    with played(postgres, folder, sites) as (stage, log):
        for names in (MACHINES[:1], MACHINES[:2]):
            show = Chaos(stage(f"ratio{len(names)}"), postgres, log, 0)
            show.add()
            show.make_due("1 day")
            for name in names:
                show.start(name)
            show.wait_for_workers(len(names))
            show.make_due("0")
            show.wait_for_end(200)
            seconds.append(show.seconds())
            show.stage.close()
    found = seconds[0] / seconds[1]
    about = f"{seconds[0]:.1f} s and {seconds[1]:.1f} s: {found:.2f} times"
    yield f"two workers on two hosts at least {RATIO} times one", found >= RATIO, about


def main() -> None:
    """Play, print a line for each demand, and exit with 1 where one is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = programs()
    if not found:
        sys.exit("PostgreSQL is not installed: apt-get install postgresql")
    parts: list[Callable[[Postgres, Path], Verdicts]] = [ratio, lambda server, at: chaos(server, at, options.seed)]
    failed = 0
    postgres = Postgres(found)
    try:
        for number, part in enumerate(parts):
            with tempfile.TemporaryDirectory(prefix=f"finews-machines-{number}-") as folder:
                for demand, is_met, how in part(postgres, Path(folder)):
                    print(f"{'met' if is_met else 'NOT MET'}: {demand}: {how}", flush=True)
                    failed += not is_met
    finally:
        postgres.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
