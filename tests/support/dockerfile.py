"""A Dockerfile where no engine is: its instructions are carried out in folders, and its program is run in the last one.

What it does not do as an engine does: its base is a folder that is given, of which nobody may change /usr, and what
`apt-get` would install is there.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

SYSTEM = (
    "mount --bind {base}/usr {root}/usr && mount -o remount,bind,ro {root}/usr && mount -t proc proc {root}/proc"
    " && mount --bind /dev {root}/dev"
)
WORKSHOP = SYSTEM + " && mount --bind {wheels} {root}/mnt"
# As `docker run --read-only --tmpfs /tmp --volume SITE:/site` does.
READ_ONLY = (
    "mount --bind {root} {root} && mount -o remount,bind,ro {root} && "
    + SYSTEM
    + " && mount -t tmpfs tmpfs {root}/tmp && mount --bind {site} {root}{volume}"
)
DROPPED = "--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all"
WITHOUT_INDEX = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/mnt"}


@dataclass
class Stage:
    """A root, and what was set in it."""

    base: Path
    root: Path
    environment: dict[str, str] = field(
        default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    )
    user: str = "0:0"
    folder: str = "/"
    volume: str = ""
    entrypoint: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)  # of Debian's, that it installs

    def at(self, path: str) -> Path:
        """Where a path of the image's lies."""
        return self.root / str(PurePosixPath(self.folder, path)).lstrip("/")

    def command(self, mounts: str, words: list[str], **places: Path) -> list[str]:
        """The command line that runs these words as process 1 in it, with its user's rights."""
        uid, gid = self.user.split(":")
        mounts = mounts.format(base=self.base, root=self.root, volume=self.volume, **places)
        inside = ["setpriv", f"--reuid={uid}", f"--regid={gid}", *(DROPPED if uid != "0" else "--clear-groups").split()]
        script = f'{mounts} && exec chroot {self.root} "$@"'
        here = ["sh", "-c", script, "sh", *inside, "env", f"--chdir={self.folder}", *words]
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", *here]


@dataclass
class Image:
    """What a Dockerfile makes, in a folder; `base` and `wheels` stand for what comes over the network."""

    place: Path
    base: Path
    wheels: Path
    context: Path
    stages: dict[str, Stage] = field(default_factory=dict)

    def build(self) -> Stage:
        """Carry out the instructions, and return the last stage."""
        for word, value in instructions(self.context / "Dockerfile"):
            getattr(self, f"_{word.lower()}")(value)
        return self._stage

    @property
    def _stage(self) -> Stage:
        return list(self.stages.values())[-1]

    def _from(self, value: str) -> None:
        name = value.partition(" AS ")[2] or str(len(self.stages))
        root = self.place / name
        root.mkdir()
        own = [path for path in self.base.iterdir() if path.name != "usr"]
        subprocess.run(["cp", "-ax", "--target-directory", root, *own], check=True)
        (root / "usr").mkdir()
        self.stages[name] = Stage(self.base, root)

    def _env(self, value: str) -> None:
        self._stage.environment.update(re.findall(r"(\w+)=(\S+)", value))

    def _workdir(self, value: str) -> None:
        self._stage.folder = value
        self._stage.at(".").mkdir(parents=True, exist_ok=True)

    def _user(self, value: str) -> None:
        self._stage.user = value

    def _volume(self, value: str) -> None:
        self._stage.volume = value

    def _entrypoint(self, value: str) -> None:
        self._stage.entrypoint = json.loads(value)  # the form that starts no shell

    def _cmd(self, value: str) -> None:
        json.loads(value)

    def _copy(self, value: str) -> None:
        *sources, target = value.split()
        place = self._stage.at(target)
        if sources[0].startswith("--from="):
            copy(self.stages[sources[0].removeprefix("--from=")].at(sources[1]), place, "--link")
            return
        for path in sent(self.context):
            for source in sources:
                if path.is_relative_to(source):
                    there = place / path if source == "." else place / path.name
                    copy(self.context / path, there)

    def _run(self, value: str) -> None:
        if value.startswith("apt-get "):
            words = re.split(r" && |\s+", value.partition("apt-get install ")[2].partition(" && ")[0])
            self._stage.packages += [word for word in words if not word.startswith("-")]
            return
        command = self._stage.command(WORKSHOP, ["sh", "-c", value], wheels=self.wheels)
        subprocess.run(command, env={**self._stage.environment, **WITHOUT_INDEX}, check=True)


def copy(source: Path, target: Path, *options: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--no-preserve=ownership", *options, source, target], check=True)


def instructions(file: Path) -> list[tuple[str, str]]:
    """The words of a Dockerfile's instructions, and what stands after them on one line."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    pairs = [line.split(maxsplit=1) for line in joined.splitlines()]
    return [(word, value) for word, value in pairs]


def sent(context: Path) -> Iterator[PurePosixPath]:
    """The files of a folder that its .dockerignore lets through."""
    patterns = [line for line in (context / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    for folder, _, names in os.walk(context):
        for name in names:
            path = PurePosixPath(folder, name).relative_to(context)
            if not left_out(path, patterns):
                yield path


def left_out(path: PurePosixPath, patterns: list[str]) -> bool:
    """Whether the last pattern that names a file, or a folder above it, leaves it out."""
    out = False
    for pattern in patterns:
        expression = re.escape(pattern.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(expression, str(part)) for part in (path, *path.parents[:-1])):
            out = not pattern.startswith("!")
    return out
