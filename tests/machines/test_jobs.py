"""Whose a job is: of workers that are dead, asleep, awake again, or were handed one without knowing it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import psycopg_pool
import pytest
from procrastinate import PsycopgConnector
from procrastinate.jobs import Job, Status

from finews_spider.machines.adding import add
from finews_spider.machines.database import GRACE, HEARTBEAT, STALLED, connected
from finews_spider.machines.jobs import Jobs
from finews_spider.machines.units import Kind, Unit
from tests.support.machines import Postgres

pytestmark = pytest.mark.slow

Play = Callable[[Jobs, Jobs], Awaitable[None]]


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' database has just started."""
    monkeypatch.setattr("finews_spider.machines.jobs.GRACE", 0.0)


@asynccontextmanager
async def worker(url: str) -> AsyncIterator[Jobs]:
    connector = PsycopgConnector(
        conninfo=url, pool_factory=psycopg_pool.AsyncNullConnectionPool, min_size=0, max_size=4
    )
    await connector.open_async()
    jobs = Jobs(connector)
    await jobs.register_worker()
    yield jobs
    await connector.close_async()


def play(url: str, scene: Play, *names: str) -> None:
    """Play a scene of two workers, with a unit of each of these sources, all of one group."""
    with connected(url, "a test") as connection:
        add(connection, [Unit(kind=Kind.CRAWL, words={"source": name}, group="g") for name in names or ("a",)])

    async def run() -> None:
        async with worker(url) as one, worker(url) as other:
            await scene(one, other)

    asyncio.run(run())


def rows(url: str) -> list[tuple[str, int | None]]:
    """The status of each job, and its worker."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT status::text, worker_id FROM procrastinate_jobs ORDER BY id").fetchall()


def silence(url: str, jobs: Jobs, seconds: float = STALLED + 1) -> None:
    """Have a worker's last heartbeat be so long ago."""
    query = "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s) WHERE id = %s"
    with psycopg.connect(url) as connection:
        connection.execute(query, (seconds, jobs.worker_id))


async def fetched(jobs: Jobs) -> Job:
    assert jobs.worker_id
    job = await jobs.fetch_job(None, jobs.worker_id)
    assert job
    return job


def test_a_silent_workers_job_is_given_back_and_the_silent_one_can_end_it_no_more(queue: str) -> None:
    async def scene(one: Jobs, other: Jobs) -> None:
        job = await fetched(one)
        assert await one.is_ours(job)
        assert await other.look_after() == []
        silence(queue, one)
        await one.look_after()
        assert await other.look_after() == []
        silence(queue, one)
        assert await other.look_after() == [job.id]
        assert not await one.is_ours(job)
        again = await fetched(other)
        assert again.id == job.id
        await one.finish_job(job, Status.SUCCEEDED, delete_job=False)
        await one.retry_job(job)
        await one.note(job, by="one")
        assert rows(queue) == [("doing", other.worker_id)]
        await other.finish_job(again, Status.SUCCEEDED, delete_job=False)
        assert rows(queue) == [("succeeded", other.worker_id)]

    play(queue, scene)


def test_of_a_group_one_job_is_done_at_a_time_also_while_its_worker_is_silent(queue: str) -> None:
    async def scene(one: Jobs, other: Jobs) -> None:
        await fetched(one)
        assert other.worker_id
        assert await other.fetch_job(None, other.worker_id) is None
        silence(queue, one)
        assert await other.fetch_job(None, other.worker_id) is None

    play(queue, scene, "a", "b")


def test_a_worker_that_is_forgotten_and_wakes_is_one_again(queue: str) -> None:
    async def scene(one: Jobs, other: Jobs) -> None:
        job = await fetched(one)
        with psycopg.connect(queue) as connection:
            connection.execute("DELETE FROM procrastinate_workers WHERE id = %s", (one.worker_id,))
        assert not await one.is_ours(job)
        await one.finish_job(job, Status.SUCCEEDED, delete_job=False)
        assert await one.look_after() == [job.id]
        assert (await fetched(one)).id == job.id
        assert await other.look_after() == []

    play(queue, scene)


def test_a_job_that_was_handed_over_as_the_connection_broke_is_given_back(queue: str) -> None:
    async def scene(one: Jobs, other: Jobs) -> None:
        job = await fetched(one)
        assert await one.look_after() == []
        one.held = None  # it never heard of it
        assert await one.look_after() == [job.id]
        assert rows(queue)[0][0] == "todo"

    play(queue, scene)


def test_two_that_look_at_once_give_a_job_back_once(queue: str) -> None:
    async def scene(one: Jobs, other: Jobs) -> None:
        job = await fetched(one)
        silence(queue, one)
        async with worker(queue) as third:
            found = await asyncio.gather(*(jobs.look_after() for jobs in (other, third, other, third)))
        assert sorted(id_ for ids in found for id_ in ids) == [job.id]

    play(queue, scene)


def test_after_a_start_of_the_database_nobody_counts_as_dead_for_a_while(
    queue: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finews_spider.machines.jobs.GRACE", 3600.0)

    async def scene(one: Jobs, other: Jobs) -> None:
        job = await fetched(one)
        silence(queue, one)
        postgres.restart()
        assert await other.look_after() == []
        assert await one.is_ours(job)

    play(queue, scene)
    assert HEARTBEAT < GRACE < STALLED


def test_while_the_database_is_away_a_job_stays_ours_and_its_end_waits(queue: str, postgres: Postgres) -> None:
    async def scene(one: Jobs, other: Jobs) -> None:
        job = await fetched(one)
        postgres.stop()
        assert await one.is_ours(job) is None
        assert await one.look_after() == []
        assert other.worker_id
        assert await other.fetch_job(None, other.worker_id) is None
        ending = asyncio.create_task(one.finish_job(job, Status.SUCCEEDED, delete_job=False))
        await asyncio.sleep(0.1)
        assert not ending.done()
        await asyncio.to_thread(postgres.start)
        await asyncio.wait_for(ending, 30)
        assert rows(queue) == [("succeeded", one.worker_id)]

    play(queue, scene)
