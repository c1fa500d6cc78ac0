"""By what a folder is known to be as it was, so that its names need not be read again."""

import os
import stat
import time
from pathlib import Path
from typing import NamedTuple

UNSURE = 2_000_000_000  # ns; a folder that changed so shortly ago may change again at the same time of its clock
# In the place of a folder's stamp. `UNKNOWN`: it is listed at the next look.
UNKNOWN, NO_FOLDER = "?", ""


class Stamp(NamedTuple):
    """What a file system says of a folder. Any person may set the first; one of the others changes with the names.

    All of them are compared: clocks of file systems are coarse, one of these times is another's copy on some, and a
    folder may take the place of one that had the same times.
    """

    modified: int  # ns
    changed: int  # ns
    number: int
    size: int

    def __str__(self) -> str:
        return f"{self.modified} {self.changed} {self.number} {self.size}"

    @property
    def is_settled(self) -> bool:
        """Whether a change from now on would give another stamp. A time ahead of the clock is another machine's."""
        now = time.time_ns()
        return now - self.changed >= UNSURE and abs(now - self.modified) >= UNSURE


def stamp_of(folder: str | Path) -> Stamp | None:
    """Return the folder's stamp; None where there is no folder. Raises OSError where that cannot be told."""
    try:
        found = os.stat(folder)  # noqa: PTH116  # of thousands of folders
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISDIR(found.st_mode):
        return None
    return Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)
