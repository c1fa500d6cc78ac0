"""Several machines on one: PostgreSQL, a bare remote, clones, workers, and hosts that note who asks when."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import psycopg

from finews_spider.dates import BEIJING
from tests.support import forks
from tests.support.feed_sites import FeedSite, Story, hugo, story, urlset
from tests.support.paths import ROOT

PROGRAMS = "usr/lib/postgresql/*/bin"  # Debian's, which are not on PATH
TITLES = "云岭储能 远山粮价 云岭债市 远山秋收 云岭港口 远山转债 云岭电池 远山棉花 云岭水泥".split()
IMPATIENT = (
    "from finews_spider.machines import database; database.HEARTBEAT, database.STALLED = 1.0, 6.0;"
    " database.OWNERSHIP, database.SILENCE = 1.0, 3.0;"
    " from finews_spider.commands.main import main; main()"
)
FIRST = datetime(2021, 12, 1, 9, tzinfo=BEIJING)


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where there is none."""
    found = shutil.which("initdb")
    folders = [str(Path(found).parent)] if found else sorted(map(str, Path("/").glob(PROGRAMS)))
    return Path(folders[-1]) if folders else None


class Postgres:
    """A server of its own, in a folder of its own, on a socket there."""

    def __init__(self, bin_: Path) -> None:
        self._bin = bin_
        self.folder = Path(tempfile.mkdtemp(prefix="finews-pg-"))
        self._user = "nobody" if os.getuid() == 0 else None  # initdb refuses root
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-U", "finews", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )
        self._end = self._die_with_us()
        self.start()
        self.make("finews")

    def _die_with_us(self) -> subprocess.Popen[bytes]:
        """Start what stops the server, and removes its folder, when this process has ended, however that was."""
        stop = f"cat >/dev/null; {self._bin}/pg_ctl stop -m immediate -D {self.folder}/data; rm -rf {self.folder}"
        return subprocess.Popen(
            ["sh", "-c", stop],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            user=self._user,
            start_new_session=True,
        )

    def url(self, name: str = "finews") -> str:
        return f"postgresql://finews:s3cret@/{name}?host={self.folder}"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=60"
        self._run(
            "pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log")
        )

    def make(self, name: str) -> str:
        """Make a database, and return its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def restart(self) -> None:
        """Stop it as a power cut does, and start it again."""
        self._run("pg_ctl", "restart", "-w", "-m", "immediate", "-D", str(self.folder / "data"))

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self.folder / "data"))

    def close(self) -> None:
        self._end.communicate()

    def _run(self, *words: str) -> None:
        with tempfile.TemporaryFile("w+") as out:  # no pipe: the server would hold it open
            done = subprocess.run(
                [str(self._bin / words[0]), *words[1:]],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                user=self._user,
                start_new_session=True,
                check=False,
            )
            out.seek(0)
            assert done.returncode == 0, out.read()


class Ran(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Asked(NamedTuple):
    """A request: when, by whose worker, which host, which path."""

    at: float  # as time.monotonic() has it
    by: str
    host: str
    path: str


def site_of(host: int, parts: int, each: int, first: int = 0) -> FeedSite:
    """Return a site with so many sitemaps of so many stories each, one a day; no two sites have the same.

    `first`: how many stories the first sitemap has, if not as many as the others.
    """
    site = hugo()
    counts = [first or each, *(each for _ in range(parts - 1))]
    days = iter(range(sum(counts)))
    for part, count in enumerate(counts, 1):
        its = [_story(host, day) for day in islice(days, count)]
        rows = "".join(f"<url><loc>{{site}}{one.path}</loc></url>" for one in its)
        site.extra[f"/sitemap-{part}.xml"] = urlset(rows)
        site.stories[:] = [*reversed(its), *(site.stories if part > 1 else ())]
    return site


def _story(host: int, day: int) -> Story:
    title = f"{TITLES[(host + day) % len(TITLES)]}第{host}卷第{day}篇"
    return story(f"/posts/{host}-{day}/", title, f"{FIRST + timedelta(days=day):%Y-%m-%d %H:%M:%S}")


@contextmanager
def hosts(sites: Sequence[FeedSite]) -> Iterator[list[Asked]]:
    """Serve each site on an address of its own, and yield the log of all."""
    log: list[Asked] = []
    servers = [_server(site, f"127.0.1.{number}", log) for number, site in enumerate(sites, 1)]
    try:
        yield log
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def asker(agent: str) -> str:
    """Return the machine that a User-Agent tells, by FINEWS_CONTACT."""
    return agent.partition("//")[2].partition(".")[0]


def _server(site: FeedSite, address: str, log: list[Asked]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            log.append(Asked(time.monotonic(), asker(self.headers.get("User-Agent", "")), address, self.path))
            page = site.answer(self.path)
            self.send_response(site.failing.get(self.path, 200 if page is not None else 404))
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    site.url = f"http://{address}:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def sources_of(sites: Sequence[FeedSite]) -> str:
    """Return a sources file with a table for each sitemap: h1a, h1b, h2a, …"""
    return "".join(
        f'[h{number}{chr(96 + part)}]\nkind = "feed"\nsitemaps = ["{site.url}/sitemap-{part}.xml"]\n'
        f'media_name = "小站{number}"\ncategory = "xiaozhan{number}"\n\n'
        for number, site in enumerate(sites, 1)
        for part in range(1, sum(path.startswith("/sitemap-") for path in site.extra) + 1)
    )


@dataclass
class Stage:
    """A folder with a bare remote of a site, and the clones of it that machines have."""

    folder: Path
    queue: str
    sources: str
    delay: float
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "home").mkdir()
        (self.folder / "home" / ".gitconfig").write_text(
            "[user]\nname = Me\nemail = me@example.com\n[init]\ndefaultBranch = main\n[core]\nfsync = none\n"
        )
        seed = self.folder / "seed"
        shutil.copytree(
            ROOT / "output", seed, ignore=shutil.ignore_patterns(".finews", "_posts", "category", "_site", "_evidence")
        )
        (seed / "sources.toml").write_text(self.sources, encoding="utf-8")
        (seed / "finews.toml").write_text(
            'sources_file = "sources.toml"\npublish = "push"\nprivate_networks = "127.0.0.0/8"\nprogress = false\n'
            f"[scrapy]\nDOWNLOAD_DELAY = {self.delay}\nRETRY_TIMES = 0\n"
        )
        self.git("init", "-q", "--bare", str(self.remote))
        self.git("init", "-q", str(seed))
        self.git("-C", str(seed), "add", "-A")
        self.git("-C", str(seed), "commit", "-qm", "The site")
        self.git("-C", str(seed), "push", "-q", str(self.remote), "HEAD:main")

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    def environment(self, name: str) -> dict[str, str]:
        """Of a machine: nothing is shared but the remote and the database."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "FINEWS_", "PYTEST_"))}
        runtime = self.folder / f"run-{name}"
        runtime.mkdir(mode=0o700, exist_ok=True)
        return own | {
            "HOME": str(self.folder / "home"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONPATH": str(ROOT),
            "FINEWS_QUEUE": self.queue,
            "FINEWS_CONTACT": f"http://{name}.example/",
        }

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], env=self.environment("git"), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def clone(self, name: str) -> Path:
        folder = self.folder / name
        if not folder.exists():
            self.git("clone", "-q", str(self.remote), str(folder))
        return folder

    def finews(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """`finews …` on a machine, to its end."""
        return subprocess.run(
            command(*words),
            cwd=self.clone(name),
            env=self.environment(name),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def quick(self, name: str, *words: str) -> Ran:
        """The same, sooner, of a command that starts no other."""
        config = self.clone(name) / "finews.toml"
        return Ran(*forks.run([*words, "--config", str(config)], self.environment(name)))

    def start(self, name: str, *words: str, impatient: bool = False) -> subprocess.Popen[bytes]:
        """Start `finews …` on a machine; what it says goes on in its log. `impatient`: others are dead soon."""
        folder = self.clone(name)
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", IMPATIENT, *words] if impatient else command(*words),
                cwd=folder,
                env=self.environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def tree(self) -> dict[str, str]:
        """Return what the remote has: the ids of blobs by their paths."""
        lines = self.git("-C", str(self.remote), "ls-tree", "-r", "main").splitlines()
        return {path: entry.split()[2] for entry, _, path in (line.partition("\t") for line in lines)}

    def close(self) -> None:
        """End all that was started, the worst way."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "finews_spider.commands.main", *words]


def wait_until(happens: Callable[[], object], seconds: float = 60) -> float:
    """Wait, and return how long that took."""
    began = time.monotonic()
    while not happens():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began
