"""`scrapy …` without the second that its imports take: each command runs in a fork of a server that has done them.

This file, run with the number of a socket, is the fork server. It ends when the other end of the socket is closed.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from scrapy import cmdline
from scrapy.utils.misc import walk_modules_iter
from scrapy.utils.project import get_project_settings

from finews_spider import dates
from tests.support.paths import ROOT

# Most of what a run imports. None of it may install a reactor: each fork does that for itself.
PACKAGES = """
    scrapy.commands scrapy.downloadermiddlewares scrapy.spidermiddlewares scrapy.core.downloader.handlers.http11
    scrapy.extensions.telnet scrapy.extensions.remote_control scrapy.squeues scrapy.shell finews_spider pipelines
""".split()
PREPARE = "FINEWS_TESTS_PREPARE"  # of the environment: a module whose `prepare()` is called before the command
MAX_SECONDS = 120  # of a command
MAX_REQUEST = 1 << 17  # bytes of a request: the words and the environment


class Process(Protocol):
    """The methods of `subprocess.Popen` that Fork has too."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


def run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Run `scrapy …`, and return its exit code and what it wrote to standard output and error.

    `environment` is added to this process's, or stands in its place by name.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        code = start(words, out, err, environment=environment).wait()
        out.seek(0)
        err.seek(0)
        return code, out.read().decode(), err.read().decode()


def start(
    words: Sequence[str],
    out: IO[bytes],
    err: IO[bytes],
    now: datetime | None = None,
    environment: Mapping[str, str] | None = None,
) -> Process:
    """Start `scrapy …`, with `now` as its time if given, and return the process.

    On systems other than Linux it is no fork unless `now` is given.
    """
    variables = {**os.environ, **(environment or {})}
    if sys.platform == "linux" or now:
        return Fork({"words": list(words), "now": now and now.isoformat(), "environment": variables}, out, err)
    command = [sys.executable, "-W", "error", "-m", "scrapy", *words]
    return subprocess.Popen(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=out, stderr=err)


class Fork:
    """A command that runs in a fork; `peak`, once it has ended, is its peak memory in MB."""

    def __init__(self, request: dict[str, Any], out: IO[bytes], err: IO[bytes]) -> None:
        self._replies, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._code: int | None = None
        self.peak = 0.0
        with theirs:
            descriptors = [out.fileno(), err.fileno(), theirs.fileno()]
            socket.send_fds(server(), [json.dumps(request).encode()], descriptors)
        (self.pid,) = self._reply()
        # Of a test that failed before it waited: nothing of it goes on, and no open socket fails another test.
        self._abandoned = weakref.finalize(self, _end, self.pid, self._replies)

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        if self._code is None:
            self._replies.settimeout(timeout)
            try:
                self._code, peak = self._reply()
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("scrapy", timeout or 0) from None
            self._abandoned.detach()
            self._replies.close()
            self.peak = peak / 1024
        return self._code

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _reply(self) -> list[int]:
        reply = self._replies.recv(64)
        assert reply, "the fork server has ended; see its output above"
        return [int(number) for number in reply.split()]


def _end(pid: int, replies: socket.socket) -> None:
    """Kill the command, unless it has ended: its number may be another process's by then."""
    with replies, suppress(ProcessLookupError):
        replies.setblocking(False)
        try:
            replies.recv(64)  # its exit code, or nothing where whoever waited for it has gone
        except BlockingIOError:
            os.kill(pid, signal.SIGKILL)


@cache
def server(checkout: Path = ROOT) -> socket.socket:
    """Return the socket of the checkout's fork server, which is started once and lives as long as this process.

    It is ready: before, it looks at the checkout, which may be another one soon.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    number = theirs.fileno()
    with theirs:
        words = [sys.executable, "-W", "error", "-m", "tests.support.forks", str(number)]
        process = subprocess.Popen(words, cwd=checkout, stdin=subprocess.DEVNULL, pass_fds=[number])
    atexit.register(process.wait)
    atexit.register(ours.close)
    assert ours.recv(1), "the fork server did not start; see its output above"
    return ours


def serve(control: socket.socket) -> None:
    """Fork for each request; commands may run side by side."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the children that supervise are not waited for
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, 3)
        if not request:
            return
        if not os.fork():
            supervise(request, *descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def supervise(request: bytes, out: int, err: int, replies: int) -> None:
    """Run the command in a child; reply with its process id, then with its exit code and its peak memory in KB."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    command = os.fork()
    if not command:
        os.close(replies)
        for descriptor, standard in ((out, 1), (err, 2)):
            os.dup2(descriptor, standard)
            os.close(descriptor)
        execute(**json.loads(request))
    os.write(replies, str(command).encode())
    _, status, usage = os.wait4(command, 0)
    os.write(replies, f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}".encode())


def execute(words: list[str], now: str | None, environment: dict[str, str], folder: str = "") -> None:
    """Become `scrapy …`, in this process; does not return."""
    signal.alarm(MAX_SECONDS)
    os.chdir(folder or os.curdir)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if now:
        at = datetime.fromisoformat(now)
        dates.now = lambda: at
    sys.argv = ["scrapy", *words]
    if name := environment.get(PREPARE):
        import_module(name).prepare()
    try:
        cmdline.execute()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            leave(ended.code or 0)
        raise


def leave(code: int) -> None:
    """End this process as an interpreter does, but do not free what the fork server imported: that copies all of it."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()  # what was not closed is told of
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def find_commands() -> None:
    """Have the forks know Scrapy's commands, and the project's: to look for them is a third of what a command takes."""
    commands = cmdline._get_commands_dict(get_project_settings(), inproject=True)
    find = cmdline._get_commands_dict
    cmdline._get_commands_dict = lambda settings, inproject: commands if inproject else find(settings, inproject)


if __name__ == "__main__":
    for package in PACKAGES:
        list(walk_modules_iter(package))
    find_commands()
    assert "twisted.internet.reactor" not in sys.modules
    gc.freeze()  # otherwise each fork's garbage collector would copy all of it
    with socket.socket(fileno=int(sys.argv[1])) as control:
        control.send(b"1")
        serve(control)
