"""git, run as a program: no shell, no questions, an end to all waiting, and no password in what it says."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import BinaryIO

from finews_spider.exceptions import PublishError
from finews_spider.printable import safe_line

MIN_VERSION = (2, 34)  # the oldest that a supported system has: Ubuntu 22.04's
LOCAL_TIMEOUT = 600.0  # seconds that a command may take; the first commit of a large archive takes minutes
REMOTE_TIMEOUT = 300.0  # seconds that one which asks a remote may take

_CONFIG = (
    "core.quotePath=false",  # Chinese names in messages as they are
    "core.fsync=loose-object",  # a power cut leaves no empty objects behind a branch that was synced
    "core.fsyncMethod=batch",
    "core.fsmonitor=false",  # copies of the index are worked on, which a monitor does not know
    "core.splitIndex=false",
    "maintenance.auto=false",  # when to repack is the owner's choice
)
# What would lead git to another repository: set when finews itself is run by a hook.
_ELSEWHERE = frozenset(
    """
    GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_NAMESPACE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY
    GIT_ALTERNATE_OBJECT_DIRECTORIES
    """.split()
)


_NOISE = re.compile(r"hint:|To \S+$|Done$|error: failed to push some refs")  # lines beside what git has to say


class GitError(Exception):
    """git refused. `said` is all it said; the message is the last of it."""

    def __init__(self, said: str) -> None:
        self.said = re.sub(r"(?<=://)[^/\s]*@", "***@", said)  # user:password in the address of a remote
        lines = [line.strip() for line in self.said.splitlines() if not _NOISE.match(line)]
        last = "; ".join(line.rstrip(".") for line in list(filter(None, lines))[-4:])
        super().__init__(safe_line(last[-500:], limit=500) or "nothing")


class Git:
    """git in one folder. Names of files may hold anything: bytes that are no UTF-8 are kept as surrogates."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path()
        program = shutil.which("git")
        if not program:
            raise PublishError("git is not found on PATH: install it, or set FINEWS_PUBLISH=off")
        self._command = [program, *(word for setting in _CONFIG for word in ("-c", setting))]
        self._environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        self._environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        version = re.search(r"(\d+)\.(\d+)", self("version"))
        if version and tuple(map(int, version.groups())) < MIN_VERSION:
            raise PublishError(f"git {version[0]} is too old: finews needs {'.'.join(map(str, MIN_VERSION))} or newer")
        self.folder = folder

    def __call__(
        self,
        *arguments: str,
        given: str = "",
        index: Path | None = None,
        seconds: float = LOCAL_TIMEOUT,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """What `git …` prints, without the last newline. `given` is its input, `index` stands in for the real index.

        Raises GitError where it fails, or has not ended in time.
        """
        variables = {**self._environment, **environment} | ({"GIT_INDEX_FILE": str(index)} if index else {})
        command = [*self._command, "-C", str(self.folder), *arguments]
        # Files and not pipes: a hook may leave a process behind that holds a pipe open for ever.
        with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin.write(given.encode("utf-8", "surrogateescape"))
            stdin.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 (a list, and no shell)
                    command,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    env=variables,
                    start_new_session=True,  # no terminal to ask on, and hooks can be ended together with git
                )
            except OSError as error:
                raise PublishError(f"git cannot be run: {error}") from error
            code = _wait(process, seconds)
            out = _text(stdout)
            if code != 0:
                late = f"no end after {seconds:.0f} seconds" if code is None else ""
                raise GitError(f"{_text(stderr)}\n{out}\n{late}".strip())
        return out.removesuffix("\n")

    def names(self, *arguments: str, given: str = "", index: Path | None = None) -> list[str]:
        """What a command with -z prints."""
        return self(*arguments, given=given, index=index).split("\0")[:-1]

    def has(self, *arguments: str) -> bool:
        """Whether a command that only answers yes or no says yes."""
        try:
            self(*arguments)
        except GitError:
            return False
        return True


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """The exit code; None when time was up. Leaves nothing running, whatever happens."""
    try:
        return process.wait(seconds)
    except BaseException as error:
        for end in (signal.SIGTERM, signal.SIGKILL):  # git removes its locks when it is asked to end
            try:
                os.killpg(process.pid, end)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        if isinstance(error, subprocess.TimeoutExpired):
            return None
        raise


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape")
