"""What `scrapy doctor` found of each endpoint, what to do about it, and the table of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from finews_spider.dates import BEIJING

# By what the trouble starts with; the first that fits.
ADVICE = {
    "Forbidden by robots.txt": "ask the site, or leave the endpoint out: enabled = false in the sources file",
    "HTTP 403": "the site refuses this address: wait a day, raise DOWNLOAD_DELAY, let FINEWS_CONTACT reach you",
    "HTTP 429": "the site asks for fewer requests: wait a day, raise DOWNLOAD_DELAY",
    "HTTP 404": "the page is gone: look where the site has moved, and edit its host in the sources file",
    "HTTP": "the site has trouble: try again later; if it stays so, look whether it has moved",
    "host left alone: it has the private": "if that is meant, name its network in FINEWS_PRIVATE_NETWORKS; else look at"
    " your DNS: somebody answers in its place",
    "kept out": "it keeps this address out: wait a day, raise DOWNLOAD_DELAY, let FINEWS_CONTACT reach you",
    "unreadable": "its shape has changed: keep the answer (scrapy fetch URL > answer), mend its reader in sources/",
    "lacks": "rows without these fields are read as far as they go: compare with the reader in sources/",
    "not asked": "its listings have to answer first: they name the article to ask it for",
    "empty": "it answers, but with nothing: look at the URL in a browser; the column or category may have ended",
    "": "it cannot be reached: check network and proxy; if other hosts answer, this one has moved or is gone: edit its"
    " host in the sources file, or set enabled = false",
}


@dataclass(slots=True)
class Check:
    """One endpoint, and what became of the one request to it."""

    source: str
    name: str
    url: str
    trouble: str = "not answered"
    rows: int | None = None
    newest: datetime | None = None
    missing_fields: list[str] = field(default_factory=list)

    @property
    def advice(self) -> str:
        """What to do about the trouble."""
        return next(text for start, text in ADVICE.items() if self.trouble.startswith(start))


def table(checks: list[Check], now: datetime) -> str:
    """The checks, one a line, and what to do about those with trouble."""
    checks = sorted(checks, key=lambda check: check.source, reverse=True)  # keeps the order within a source
    lines = [f"{'source':10} {'endpoint':28} {'answer':24} {'rows':>5} {'newest':>10}  fields missing"]
    for check in checks:
        age = _age(now - check.newest.astimezone(BEIJING)) if check.newest else "-"
        rows = "-" if check.rows is None else str(check.rows)
        answer = (check.trouble or "ok")[:24]
        missing = ", ".join(check.missing_fields)
        lines.append(f"{check.source:10} {check.name:28} {answer:24} {rows:>5} {age:>10}  {missing}".rstrip())
    troubled = [check for check in checks if check.trouble]
    lines += ["", *(f"{each.source}, {each.name}: {each.trouble}\n  {each.url}\n  {each.advice}" for each in troubled)]
    lines.append(f"{len(troubled)} of {len(checks)} endpoints are in trouble." if troubled else "All endpoints answer.")
    return "\n".join(lines)


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} days"
