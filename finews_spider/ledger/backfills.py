"""Backfills under way: one that is cut short and run again is the same, and what its runs archived is summed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from finews_spider.dates import of_seconds, to_seconds
from finews_spider.ledger.database import Ledger


class Backfill(NamedTuple):
    """How many runs it had so far, and what they found: `posts` is how many its days had when the first began."""

    began: datetime
    runs: int
    posts: int


class Backfills:
    """By the arguments of their runs, as they were typed. What writes may raise DiskError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self, arguments: Mapping[str, str], now: datetime, posts: int) -> None:
        """Note that a run of it begins; it is the first if none is under way. `posts` is how many its days have."""
        insert = "INSERT INTO backfills VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET runs = runs + 1"
        with self._ledger.writing():
            self._ledger.rows(insert, (_key(arguments), to_seconds(now), posts))

    def of(self, arguments: Mapping[str, str]) -> Backfill | None:
        """Return the one that is under way; None where its run could not be noted."""
        row = self._ledger.row("SELECT began, runs, posts FROM backfills WHERE arguments = ?", (_key(arguments),))
        return row and Backfill(of_seconds(row[0]), row[1], row[2])

    def end(self, arguments: Mapping[str, str]) -> None:
        """Note that it has come to its end."""
        with self._ledger.writing():
            self._ledger.rows("DELETE FROM backfills WHERE arguments = ?", (_key(arguments),))


def _key(arguments: Mapping[str, str]) -> str:
    return json.dumps(arguments, ensure_ascii=False, sort_keys=True)
