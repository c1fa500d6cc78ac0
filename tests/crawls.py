"""`scrapy …` many times, each by a clock of its own: forks of one process that has imported what a run needs.

`python -m tests.crawls` reads a command a line from stdin, as JSON, and writes its exit code to stdout. A run costs a
fifth of what it costs in a process of its own.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Most of what a run imports; none of it installs a reactor, which a fork must not share.
BEFOREHAND = """
    scrapy.cmdline scrapy.core.downloader.handlers.http11 scrapy.downloadermiddlewares.cookies
    scrapy.downloadermiddlewares.httpcompression scrapy.squeues scrapy.shell scrapy.commands.check twisted.web.client
    finews_spider.settings finews_spider.commands.crawl finews_spider.commands.demo finews_spider.commands.doctor
    finews_spider.extensions.report finews_spider.log finews_spider.manners finews_spider.revalidation
    pipelines.clean pipelines.sanitize pipelines.validate pipelines.post
""".split()


class Crawls:
    """The process that forks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, words: Sequence[str], now: datetime, log: Path) -> int:
        """The exit code of `scrapy …` at that time; what it says goes to the log."""
        assert self._process.stdin
        assert self._process.stdout
        command = {"words": list(words), "now": now.isoformat(), "log": str(log)}
        self._process.stdin.write(f"{json.dumps(command)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def crawls() -> Iterator[Crawls]:
    """A process that forks, until the end of the block."""
    command = [sys.executable, "-W", "error", "-m", "tests.crawls"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Crawls(process)


def main() -> None:
    """Run each command in a fork, one after the other."""
    for name in BEFOREHAND:
        import_module(name)
    assert "twisted.internet.reactor" not in sys.modules
    gc.freeze()  # or each fork would copy all of it, to look whether it is garbage
    for line in sys.stdin:
        command = json.loads(line)
        child = os.fork()
        if child == 0:
            run(command["words"], datetime.fromisoformat(command["now"]), Path(command["log"]))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(words: Sequence[str], now: datetime, log: Path) -> None:
    """`scrapy …` at that time; ends the process."""
    from scrapy.cmdline import execute

    from finews_spider import dates

    dates.now = lambda: now
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(handle, stream)
    execute(["scrapy", *words])


if __name__ == "__main__":
    main()
