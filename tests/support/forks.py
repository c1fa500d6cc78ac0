"""`scrapy …` without the second that its imports take: each command runs in a fork of a process that has done them.

This file, run with the number of a socket, is that process. It ends when the other end is closed.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from scrapy import cmdline
from scrapy.utils.misc import walk_modules_iter

from finews_spider import dates
from tests.support.paths import ROOT

# Most of what a run imports. None of it may install a reactor: each fork does that for itself.
PACKAGES = """
    scrapy.commands scrapy.downloadermiddlewares scrapy.spidermiddlewares scrapy.core.downloader.handlers.http11
    scrapy.extensions.telnet scrapy.extensions.remote_control scrapy.squeues scrapy.shell finews_spider pipelines
""".split()
LIMIT = 120  # seconds for a command
MAX_REQUEST = 1 << 17  # bytes of a request: the words and the environment


class Process(Protocol):
    """What a fork has of `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


def run(words: Sequence[str]) -> tuple[int, str, str]:
    """The exit code of `scrapy …`, and what it wrote to its standard output and error."""
    with TemporaryFile() as out, TemporaryFile() as err:
        code = start(words, out, err).wait()
        out.seek(0)
        err.seek(0)
        return code, out.read().decode(), err.read().decode()


def start(words: Sequence[str], out: IO[bytes], err: IO[bytes], now: datetime | None = None) -> Process:
    """`scrapy …` in the background, and what it takes for the time.

    Where forks are not to be trusted, it starts as any process does, if it is content with the time that it is.
    """
    if sys.platform == "linux" or now:
        return Fork({"words": list(words), "now": now and now.isoformat(), "environment": dict(os.environ)}, out, err)
    command = [sys.executable, "-W", "error", "-m", "scrapy", *words]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=err)


class Fork:
    """A command that runs in a fork; `peak` is the memory in MB that it had at the most, when it has ended."""

    def __init__(self, request: dict[str, Any], out: IO[bytes], err: IO[bytes]) -> None:
        self._answers, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._code: int | None = None
        self.peak = 0.0
        with there:
            handles = [out.fileno(), err.fileno(), there.fileno()]
            socket.send_fds(server(), [json.dumps(request).encode()], handles)
        (self.pid,) = self._answer()

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        if self._code is None:
            self._answers.settimeout(timeout)
            try:
                self._code, peak = self._answer()
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("scrapy", timeout or 0) from None
            self._answers.close()
            self.peak = peak / 1024
        return self._code

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _answer(self) -> list[int]:
        answer = self._answers.recv(64)
        assert answer, "the process to fork is gone; what it said stands above"
        return [int(number) for number in answer.split()]


@cache
def server() -> socket.socket:
    """The process to fork, started when it is first asked for; it lives as long as this one."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    number = there.fileno()
    with there:
        words = [sys.executable, "-W", "error", "-m", "tests.support.forks", str(number)]
        process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[number])
    atexit.register(process.wait)
    atexit.register(here.close)
    return here


def serve(control: socket.socket) -> None:
    """Fork for each request; commands may run side by side."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who attend
    while True:
        request, handles, _, _ = socket.recv_fds(control, MAX_REQUEST, 3)
        if not request:
            return
        if not os.fork():
            attend(request, *handles)
            return
        for handle in handles:
            os.close(handle)


def attend(request: bytes, out: int, err: int, answers: int) -> None:
    """Run the command in a process of its own; answer with its number, then with its exit code and its peak in KB."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    command = os.fork()
    if not command:
        os.close(answers)
        for handle, standard in ((out, 1), (err, 2)):
            os.dup2(handle, standard)
            os.close(handle)
        become(**json.loads(request))
    os.write(answers, str(command).encode())
    _, status, usage = os.wait4(command, 0)
    os.write(answers, f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}".encode())


def become(words: list[str], now: str | None, environment: dict[str, str]) -> None:
    """Be `scrapy …`; does not return."""
    signal.alarm(LIMIT)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if now:
        at = datetime.fromisoformat(now)
        dates.now = lambda: at
    sys.argv = ["scrapy", *words]
    cmdline.execute()


if __name__ == "__main__":
    for package in PACKAGES:
        list(walk_modules_iter(package))
    assert "twisted.internet.reactor" not in sys.modules
    gc.freeze()  # or each fork would copy all of it, to look whether it is garbage
    with socket.socket(fileno=int(sys.argv[1])) as control:
        serve(control)
