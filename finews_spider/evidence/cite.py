"""An article as a reference: in BibTeX, RIS or CSL, with what shows that it was so."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.library import stored
from finews_spider.evidence.review import evidence_in
from finews_spider.items import Article

# What BibTeX and LaTeX take for something else.
_BIBTEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}%&#_$"},
}


class Reference(NamedTuple):
    """What is said of an article. Where nothing was kept of it, it has no address and no time of a capture."""

    id: str
    title: str
    publisher: str
    time: datetime
    link: str
    sha256: str
    fetched: str = ""  # the address that was fetched
    captured: str = ""  # when, as WARC writes it
    record: str = ""  # the id of the capture

    @property
    def note(self) -> str:
        """Return what shows that it was so, in a sentence."""
        capture = f"Fetched from {self.fetched} at {self.captured}, WARC record {self.record}. " if self.fetched else ""
        return f"{capture}SHA-256 of the post: {self.sha256}"


def reference(article: Article, sha256: str, evidence: PostEvidence | None) -> Reference:
    """Return the reference to an article of a post; of one that has a time."""
    assert article.time
    publisher = article.media_name or article.tag
    found = Reference(article.id, article.title, publisher, article.time, article.share_link, sha256)
    if evidence is None or (capture := evidence.capture) is None:
        return found
    return found._replace(fetched=capture.url, captured=capture.date, record=capture.id.strip("<>"))


def evidence_of(folder: Path, id_: str, sha256: str) -> PostEvidence | None:
    """Return what was kept of a post with these bytes. Raises OSError."""
    for segment in reversed(stored(folder)):
        for evidence in evidence_in(segment):
            if (evidence.post, evidence.sha256) == (id_, sha256):
                return evidence
    return None


def bibtex(of: Reference) -> str:
    """Return an entry of BibTeX."""
    fields = {
        "title": f"{{{_escaped(of.title)}}}",
        "publisher": _escaped(of.publisher),
        "year": f"{of.time:%Y}",
        "month": f"{of.time:%m}",
        "day": f"{of.time:%d}",
        "date": f"{of.time:%Y-%m-%d}",
        "url": re.sub(r"[{}\\\s]", lambda found: f"%{ord(found[0]):02X}", of.link),
        **({"urldate": of.captured[:10]} if of.captured else {}),
        "note": _escaped(of.note),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{of.id},\n{lines}\n}}"


def ris(of: Reference) -> str:
    """Return a record of RIS."""
    lines = [
        ("TY", "NEWS"),
        ("ID", of.id),
        ("TI", of.title),
        ("PB", of.publisher),
        ("PY", f"{of.time:%Y}"),
        ("DA", f"{of.time:%Y/%m/%d}"),
        ("UR", of.link),
        *([("L2", of.fetched), ("Y2", of.captured[:10].replace("-", "/"))] if of.fetched else []),
        ("N1", of.note),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {value}" for tag, value in lines)


def csl(of: Reference) -> str:
    """Return an item of CSL, as JSON."""
    item: dict[str, Any] = {
        "id": of.id,
        "type": "article-newspaper",
        "title": of.title,
        "publisher": of.publisher,
        "container-title": of.publisher,
        "issued": {"date-parts": [[of.time.year, of.time.month, of.time.day]]},
        "URL": of.link,
        "note": of.note,
    }
    if of.fetched:
        item |= {
            "accessed": {"date-parts": [[int(part) for part in of.captured[:10].split("-")]]},
            "archive_location": of.fetched,
        }
    return json.dumps([item], ensure_ascii=False, indent=2)


FORMS: Mapping[str, Callable[[Reference], str]] = {"bibtex": bibtex, "ris": ris, "csl": csl}


def _escaped(text: str) -> str:
    return "".join(_BIBTEX.get(char, char) for char in text)
