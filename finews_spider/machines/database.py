"""The database of the queue, as commands use it: its address, its tables, and what it says in one line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from finews_spider.exceptions import ConfigurationError
from finews_spider.printable import safe_line

if TYPE_CHECKING:
    import psycopg

SETTING = "FINEWS_QUEUE"
HEARTBEAT = 5.0  # seconds between two heartbeats of a worker, and between two looks for units of dead ones
OWNERSHIP = 5.0  # seconds between two looks whether a worker's unit is still its own
SILENCE = 10.0  # seconds without the database, after which a run is held: others may count its worker as dead soon
STALLED = 20.0  # seconds without a heartbeat, after which a worker counts as dead
GRACE = 2 * HEARTBEAT  # seconds after a start of the database, in which nobody counts as dead: all come back first
FORGOTTEN = 86_400.0  # seconds after which a dead worker is listed no more
TIMEOUT = 5  # seconds that a connection may take
LOCK = 0x66696E657773  # of those who make tables, or add units: "finews"
OPTIONS: dict[str, Any] = {  # a database that has gone without a word is noticed in seconds
    "connect_timeout": TIMEOUT,
    "keepalives_idle": TIMEOUT,
    "keepalives_interval": TIMEOUT,
    "keepalives_count": 2,
    "tcp_user_timeout": 1000 * TIMEOUT,
    "application_name": "finews",
}
_LOGIN = re.compile(r"//[^/\s]*@")


def check_installed(what: str) -> None:
    """Raise ConfigurationError where the libraries of the extra are not installed."""
    if missing := [name for name in ("procrastinate", "psycopg") if not find_spec(name)]:
        raise ConfigurationError(
            f"{what}: needs {' and '.join(missing)}: pip install 'procrastinate<4' 'psycopg[binary]',"
            " or the extra machines"
        )


@contextmanager
def connected(url: str, what: str) -> Iterator["psycopg.Connection[dict[str, Any]]"]:
    """Connect, with the queue's tables there. Raise ConfigurationError where that cannot be, or a query fails."""
    check_installed(what)
    if not url:
        raise ConfigurationError(f"{SETTING}: is empty; {what} needs a database, postgresql://USER@HOST/NAME")
    import psycopg
    from psycopg.rows import dict_row

    try:
        with psycopg.connect(url, autocommit=True, row_factory=dict_row, **OPTIONS) as connection:
            _prepare(connection)
            yield connection
    except psycopg.Error as error:
        raise ConfigurationError(database_error(error)) from error


def database_error(error: BaseException) -> str:
    """Return what is wrong with the database, on a line that has no password."""
    text = _LOGIN.sub("//***@", safe_line(str(error) or type(error).__name__, limit=300))
    text = re.sub(r"(?i)(password\s*=\s*)\S+", r"\1***", text)
    return f"{SETTING}: the database says: {text}; see that it runs, and that this user may make tables in it"


def _prepare(connection: "psycopg.Connection[dict[str, Any]]") -> None:
    """Make the tables, unless they are there."""
    from procrastinate.schema import SchemaManager

    if _is_prepared(connection):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        if not _is_prepared(connection):
            connection.execute(SchemaManager.get_schema())


def _is_prepared(connection: "psycopg.Connection[dict[str, Any]]") -> bool:
    row = connection.execute("SELECT to_regclass('procrastinate_jobs') AS there").fetchone()
    return bool(row and row["there"])
