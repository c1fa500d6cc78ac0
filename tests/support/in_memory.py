"""Where tests put their files: in memory, where there is room.

Runs sync each file that they write: the tests would wait for a disk a third of their time.
"""

import os
import re
from pathlib import Path

FOLDER = Path("/dev/shm")
ROOM = 2 << 30  # bytes: all the files at one time take some hundred MB
MEMORY = 6 << 30


def use() -> None:
    """Have pytest make its temporary folders there, unless somebody has said where."""
    if is_fit():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(FOLDER))


def is_fit() -> bool:
    """Return whether there is much memory, and programs can be run from a file in it."""
    try:
        system = os.statvfs(FOLDER)
        (available,) = re.findall(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    except (OSError, ValueError):
        return False
    is_closed = bool(system.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)) or not os.access(FOLDER, os.W_OK)
    return not is_closed and system.f_bavail * system.f_frsize >= ROOM and int(available) * 1024 >= MEMORY
