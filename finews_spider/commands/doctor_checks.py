"""The results of `scrapy doctor`: a check of each endpoint, advice, and the table that is printed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from finews_spider.dates import BEIJING

# By how the trouble starts; the first match counts.
ADVICE = {
    "Forbidden by robots.txt": "ask the site, or leave the endpoint out: enabled = false in the sources file; for an"
    " interface that its operator documents for programs: documented_interface = true",
    "HTTP 403": "it refuses this address: wait a day, raise DOWNLOAD_DELAY, set FINEWS_CONTACT to a page of yours",
    "HTTP 429": "the site asks for fewer requests: wait a day, raise DOWNLOAD_DELAY",
    "HTTP 404": "the page is gone: find out where the site has moved, and edit its host in the sources file",
    "HTTP": "the site has an error: try again later; if it persists, find out whether the site has moved",
    "host left alone: it has the private": "if that is intended, name its network in FINEWS_PRIVATE_NETWORKS;"
    " otherwise check your DNS: it resolves to another host",
    "host left alone: it has a robots.txt": "one that cannot be read is no permission: try again later; if other hosts"
    " answer, this one is down, or has moved: edit its host in the sources file",
    "host left alone: it asks for a Crawl-delay": "it is longer than a run can keep: ask the site, or leave the"
    " endpoint out: enabled = false in the sources file",
    "kept out": "it blocks this address: wait a day, raise DOWNLOAD_DELAY, set FINEWS_CONTACT to a page of yours",
    "unreadable": "its format has changed: save the response (curl -o FILE URL), fix its parser in sources/",
    "lacks": "rows without these fields are read as far as possible: compare with the parser in sources/",
    "not asked": "its listings have to answer first: they name an article to request",
    "empty": "its response holds nothing: open the URL in a browser; the column or category may have been discontinued",
    "": "it cannot be reached: check network and proxy; if other hosts answer, this one has moved or is gone: edit its"
    " host in the sources file, or set enabled = false",
}


@dataclass(slots=True)
class Check:
    """An endpoint, and the result of the request to it."""

    source: str
    name: str
    url: str
    trouble: str = "not answered"
    note: str = ""  # in place of "ok"
    rows: int | None = None
    newest: datetime | None = None
    missing_fields: list[str] = field(default_factory=list)

    @property
    def advice(self) -> str:
        """Return what to do about the trouble."""
        return next(text for start, text in ADVICE.items() if self.trouble.startswith(start))


def table(checks: list[Check], now: datetime) -> str:
    """Return the checks as a table, and what to do about those that failed."""
    checks = sorted(checks, key=lambda check: check.source, reverse=True)  # keeps the order within a source
    lines = [f"{'source':10} {'endpoint':28} {'answer':24} {'rows':>5} {'newest':>10}  fields missing"]
    for check in checks:
        age = _age(now - check.newest.astimezone(BEIJING)) if check.newest else "-"
        rows = "-" if check.rows is None else str(check.rows)
        answer = (check.trouble or check.note or "ok")[:24]
        missing = ", ".join(check.missing_fields)
        lines.append(f"{check.source:10} {check.name:28} {answer:24} {rows:>5} {age:>10}  {missing}".rstrip())
    troubled = [check for check in checks if check.trouble]
    lines.append("")
    lines += (f"{check.source}, {check.name}: {check.trouble}\n  {check.url}\n  {check.advice}" for check in troubled)
    lines.append(f"{len(troubled)} of {len(checks)} endpoints are in trouble." if troubled else "All endpoints answer.")
    return "\n".join(lines)


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} days"
