"""What the tests of evidence read back."""

import gzip
import json
from pathlib import Path
from typing import Any

from finews_spider.evidence.reader import Record, records
from finews_spider.evidence.segments import segments
from tests.conftest import Site

ALL = {"FINEWS_EVIDENCE": "all"}
ARTICLES = {"FINEWS_EVIDENCE": "articles"}


def folder(site: Site) -> Path:
    return site.output / "_evidence"


def kept(site: Site, *kinds: str) -> list[Record]:
    """The records of the archive's segments, of these kinds."""
    return [record for path in segments(folder(site)) for record in records(path) if record.kind in kinds]


def urls(records: list[Record]) -> list[str]:
    return [record.fields["WARC-Target-URI"] for record in records]


def origins(site: Site) -> list[dict[str, Any]]:
    """What is said of posts."""
    return [json.loads(record.block) for record in kept(site, "metadata")]


def raw(site: Site) -> bytes:
    return b"".join(gzip.decompress(path.read_bytes()) for path in segments(folder(site)))
