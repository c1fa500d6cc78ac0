"""Since when a source has answered nothing: reports are too few to tell, where runs are many."""

from datetime import datetime

from finews_spider.ledger.database import Ledger
from finews_spider.ledger.facts import Fact, Facts


class Silences:
    """By source. A source that answers costs a look, and no write."""

    def __init__(self, ledger: Ledger) -> None:
        self._facts = Facts(ledger)

    def note(self, source: str, now: datetime, *, is_silent: bool) -> datetime | None:
        """Take note of what a run met, and return since when it has met nothing else; None where the source answers."""
        since = self.since(source)
        if is_silent and not since:
            since = now
            self._facts.keep_time(_name(source), since)
        elif since and not is_silent:
            since = None
            self._facts.forget(_name(source))
        return since

    def since(self, source: str) -> datetime | None:
        """Return since when it has answered nothing, as far as that is known."""
        return self._facts.time(_name(source))


def _name(source: str) -> str:
    return f"{Fact.SILENT} {source}"
