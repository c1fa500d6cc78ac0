"""A worker that is killed, one that sleeps and wakes, a database that goes: the posts are those of a run without them.

`make machines` plays it at length.
"""

import signal
from pathlib import Path

import pytest

from tests.support.machines import Asked, Postgres, Stage, hosts, site_of, sources_of, wait_until
from tools.machines import Chaos, Zombie, single, too_soon

pytestmark = pytest.mark.slow


def test_what_is_killed_asleep_or_cut_off_comes_to_the_same_posts(
    tmp_path: Path, queue: str, postgres: Postgres
) -> None:
    sites = [site_of(number, parts=1, each=12) for number in (1, 2)]
    with hosts(sites) as log:
        reference = Stage(tmp_path / "single", queue, sources_of(sites), 0.5)
        expected = single(reference, ())
        log.clear()
        show = Chaos(Stage(tmp_path / "stage", queue, sources_of(sites), 0.5), postgres, log, 1)
        try:
            play(show)
        finally:
            show.stage.close()
        assert show.stage.tree() == expected


def play(show: Chaos) -> None:
    """Restart the database, kill one, put another to sleep, and have two others do their units."""
    show.add()
    for name in ("m1", "m2"):
        show.workers[name] = show.stage.start(name, "worker", "--name", name, impatient=True)
    wait_until(lambda: {asked.by for asked in list(show.log)} == {"m1", "m2"})
    owners = {asked.by: asked.host for asked in list(show.log)}
    dead, asleep = sorted(owners, key=owners.__getitem__)
    show.postgres.restart()
    show.workers[dead].kill()
    show.workers[asleep].send_signal(signal.SIGSTOP)
    for name in ("m3", "m4"):
        show.workers[name] = show.stage.start(name, "worker", "--name", name, impatient=True)
    wait_until(lambda: {asked.by for asked in list(show.log) if asked.host == owners[asleep]} > {asleep}, 120)
    show.workers[asleep].send_signal(signal.SIGCONT)
    show.wait_for_end(120)
    said = show.stage.log(asleep).read_text(encoding="utf-8")
    assert "another worker" in said  # has its unit: what came of it there is what counts


@pytest.mark.parametrize(
    ("log", "found"),
    [
        ("0a 1a 2a 3a", 0),
        ("0a 1a 2.6a 3a 4a", 0),  # one was noted late
        ("0a 1a 2a 2.6a 3.6a", 1),
        ("0a 0.5b 1a 1.5b 2a", 4),
        ("0a 1a 1.4b 2.4b", 1),
        ("0a 9a 9.4b", 1),
    ],
)
def test_requests_that_come_too_soon_are_found(log: str, found: int) -> None:
    asked = [Asked(float(word[:-1]), word[-1], "host", "/") for word in log.split()]
    assert len(too_soon(asked, None, 1.0, 0.3)) == found
    assert too_soon(asked, Zombie("a", "host", -1, 99), 1.0, 0.3) == []
