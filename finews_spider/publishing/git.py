"""git, run as a subprocess: no shell, no prompts, a timeout for all commands, and no passwords in error messages."""

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
from finews_spider.publishing.secrets import masked, secrets_of

MIN_VERSION = (2, 34)  # the oldest that a supported system has: Ubuntu 22.04's
LOCAL_TIMEOUT = 600.0  # seconds that a command may take; the first commit of a large archive takes minutes
REMOTE_TIMEOUT = 300.0  # seconds that a fetch or a push may take

_CONFIG = (
    "core.quotePath=false",  # Chinese names in messages as they are
    "core.fsync=loose-object",  # after a power cut, no branch refers to an empty object
    "core.fsyncMethod=batch",
    "core.fsmonitor=false",  # copies of the index are worked on, which a monitor does not know
    "core.splitIndex=false",
    "maintenance.auto=false",  # when to repack is the owner's choice
)
# They point git to another repository; git sets them for its hooks, and a hook may run finews.
_REPOSITORY_VARIABLES = frozenset(
    """
    GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_NAMESPACE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY
    GIT_ALTERNATE_OBJECT_DIRECTORIES
    """.split()
)


_NOISE = re.compile(r"hint:|To \S+$|Done$|error: failed to push some refs")  # lines that do not tell the cause


class GitError(Exception):
    """A git command failed. `output` is all that it printed, masked; the message is the last lines of that."""

    def __init__(self, output: str) -> None:
        self.output = output
        lines = [line.strip() for line in self.output.splitlines() if not _NOISE.match(line)]
        last = "; ".join(line.rstrip(".") for line in list(filter(None, lines))[-4:])
        super().__init__(safe_line(last[-500:], limit=500) or "nothing")


class Git:
    """git in one folder. File names may be any bytes: those that are not UTF-8 become surrogates."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path()
        program = shutil.which("git")
        if not program:
            raise PublishError("git is not found on PATH: install it, or set FINEWS_PUBLISH=off")
        self._command = [program, *(word for setting in _CONFIG for word in ("-c", setting))]
        self._environment = {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES}
        self._environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        version = re.search(r"(\d+)\.(\d+)", self("version"))
        if version and tuple(map(int, version.groups())) < MIN_VERSION:
            raise PublishError(f"git {version[0]} is too old: finews needs {'.'.join(map(str, MIN_VERSION))} or newer")
        self.folder = folder

    def __call__(
        self,
        *arguments: str,
        stdin: str = "",
        index: Path | None = None,
        timeout: float = LOCAL_TIMEOUT,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Run `git …` and return what it prints, without the last newline. `index` is used in place of the real index.

        Raise GitError where it fails or takes longer than `timeout` seconds, PublishError where it cannot be started.
        """
        code, out, errors = self._run(arguments, stdin, index, timeout, environment)
        if code != 0:
            timed_out = f"no end after {timeout:.0f} seconds" if code is None else ""
            text = f"{errors}\n{out}\n{timed_out}".strip()
            raise GitError(masked(text, self.secrets()) if text else "")
        return out.removesuffix("\n")

    def secrets(self) -> list[str]:
        """Return what nobody is shown of the settings of git here, as far as git can read them."""
        _, out, _ = self._run(("config", "--list", "-z"))
        settings = (line.partition("\n") for line in out.split("\0"))
        return secrets_of(((key, value) for key, _, value in settings), self._environment)

    def _run(
        self,
        arguments: tuple[str, ...],
        stdin: str = "",
        index: Path | None = None,
        timeout: float = LOCAL_TIMEOUT,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[int | None, str, str]:
        """Run `git …`, and return its exit code, None after a timeout, and what it printed: output and errors."""
        variables = {**self._environment, **environment} | ({"GIT_INDEX_FILE": str(index)} if index else {})
        command = [*self._command, "-C", str(self.folder), *arguments]
        # Files and not pipes: a hook may leave a process behind that holds a pipe open for ever.
        with TemporaryFile() as stdin_file, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin_file.write(stdin.encode("utf-8", "surrogateescape"))
            stdin_file.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 (a list, and no shell)
                    command,
                    stdin=stdin_file,
                    stdout=stdout,
                    stderr=stderr,
                    env=variables,
                    start_new_session=True,  # no terminal for prompts, and hooks can be killed together with git
                )
            except OSError as error:
                raise PublishError(f"git cannot be run: {error}") from error
            return _wait(process, timeout), _read(stdout), _read(stderr)

    def data(self, *arguments: str) -> bytes | None:
        """Run `git …` and return the bytes that it prints; None where it fails."""
        code, out, _ = self._run(arguments)
        return out.encode("utf-8", "surrogateescape") if code == 0 else None

    def split(self, *arguments: str, stdin: str = "", index: Path | None = None) -> list[str]:
        """Run a command with -z, and return the strings that it prints, which end with NUL. Raise as a call does."""
        return self(*arguments, stdin=stdin, index=index).split("\0")[:-1]

    def succeeds(self, *arguments: str) -> bool:
        """Return whether a command succeeds."""
        try:
            self(*arguments)
        except GitError:
            return False
        return True


def _wait(process: subprocess.Popen[bytes], timeout: float) -> int | None:
    """Return the exit code, or None after a timeout. Leave no process running, whatever is raised."""
    try:
        return process.wait(timeout)
    except BaseException as error:
        for number in (signal.SIGTERM, signal.SIGKILL):  # git removes its locks on SIGTERM
            try:
                os.killpg(process.pid, number)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        if isinstance(error, subprocess.TimeoutExpired):
            return None
        raise


def _read(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape")
