"""What stands beside the files of an export: its Data Package, a README and a citation."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from finews_spider.tables.formats import MEDIA_TYPES

FILE, README, CITATION = "datapackage.json", "README.md", "CITATION.cff"
FORM = 1  # of what rows are; where it changes, all is written again
TEXTS = ("digest", "text", "html")  # what --no-text leaves out

DESCRIPTIONS = {
    "id": "The name of the post: NW and the number for an article, the number for a flash",
    "number": "What the article and the flash of one news item share",
    "family": "article or flash",
    "title": "The title",
    "published": "When it was published, ISO 8601, with its zone (+08:00)",
    "medium": "Who published it; of a flash, by its article or its source line, else empty",
    "category": "The slug that the site has the post under",
    "tag": "The tag of the post",
    "digest": "The lead of a flash, plain text",
    "text": "The body as plain text, a line for each block, a tab between cells of a table",
    "html": "The body as the post has it",
    "url": "The public address of the article",
    "path": "Where the post lay in the archive",
    "sha256": "Of the post's bytes, in hexadecimal",
    "captured": "When what the post was made of was fetched, UTC; empty where it was not kept",
    "evidence": "The WARC-Record-ID of that; empty where it was not kept",
}
FAMILIES = ["article", "flash"]
PICTURES, PICTURES_KEY = "pictures", ("post", "place")  # the folder and the table of pictures
OF_PICTURES = {
    "post": "The id of the post",
    "place": "Which picture of the post it is, from 1 on",
    "address": "Where the picture was published",
    "state": "kept; owed, if it is asked for again; given up; not kept, if it is not asked for",
    "path": "Where it lies in the archive",
    "sha256": "Of its bytes, in hexadecimal",
    "bytes": "How many it has",
    "type": "Its media type, by its bytes",
    "width": "In pixels, as it is shown",
    "height": "In pixels, as it is shown",
}
STATES = ["kept", "owed", "given up", "not kept"]


class Resource(msgspec.Struct, frozen=True):
    """A file of an export, as its Data Package lists it."""

    path: str
    format: str
    bytes: int
    hash: str  # of the file
    rows: int
    digest: str  # of the rows


class Package(msgspec.Struct, frozen=True):
    """What is said of an export: what was asked for, by name, and the files, by path."""

    selection: Mapping[str, str]
    resources: Mapping[str, Resource]

    @property
    def columns_left_out(self) -> tuple[str, ...]:
        """Return the columns that were not asked for."""
        return TEXTS if self.selection.get("text") == "no" else ()


def read(data: bytes) -> Package | None:
    """Return what a Data Package says; None for one that is none of finews's."""
    try:
        found = msgspec.json.decode(data)
        own = found["finews"]
        resources = [{**entry, **entry["finews"]} for entry in found["resources"]]
        kept = msgspec.convert(resources, list[Resource])
        return Package(msgspec.convert(own["selection"], dict[str, str]), {entry.path: entry for entry in kept})
    except (ValueError, TypeError, KeyError):
        return None


def datapackage(package: Package, columns: Sequence[str]) -> bytes:
    """Return the package as a Frictionless Data Package, version 1."""
    files = sorted(package.resources.values(), key=lambda entry: entry.path)
    content = {
        "profile": "data-package",
        "name": "finews",
        "title": "Chinese finance news, archived by finews",
        "description": "One row a post. The copyright of the texts is with their media.",
        "finews": {"form": FORM, "selection": dict(sorted(package.selection.items()))},
        "resources": [_resource(entry, columns) for entry in files],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _resource(entry: Resource, columns: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": entry.path.lower().replace("/", "-").replace(".", "-"),
        "path": entry.path,
        "profile": "tabular-data-resource" if entry.format == "csv" else "data-resource",
        "format": entry.format,
        "mediatype": MEDIA_TYPES[entry.format],
        "bytes": entry.bytes,
        "hash": entry.hash,
        "finews": {"rows": entry.rows, "digest": entry.digest},
    }
    if entry.format == "csv":
        is_pictures = entry.path.startswith(f"{PICTURES}/")
        return found | {"encoding": "utf-8", "schema": _schema_of_pictures() if is_pictures else _schema(columns)}
    return found | {"type": "file"}  # without its extras, frictionless could not look into these


def _schema(columns: Sequence[str]) -> dict[str, Any]:
    return {"fields": [_field(name) for name in columns], "primaryKey": "id", "missingValues": []}


def _schema_of_pictures() -> dict[str, Any]:
    fields: list[dict[str, Any]] = [
        {"name": name, "type": "string", "description": description} for name, description in OF_PICTURES.items()
    ]
    next(field for field in fields if field["name"] == "state")["constraints"] = {"enum": STATES}
    return {"fields": fields, "primaryKey": list(PICTURES_KEY), "missingValues": []}


def _field(name: str) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name, "type": "string", "description": DESCRIPTIONS[name]}
    if name == "published":
        field |= {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"}
    if name == "family":
        field |= {"constraints": {"enum": FAMILIES}}
    return field


def readme(columns: Sequence[str]) -> str:
    """Return the README of an export."""
    table = "\n".join(f"| `{name}` | {DESCRIPTIONS[name]} |" for name in columns)
    return _README.replace("COLUMNS", table)


_README = """# Chinese finance news, archived by finews

One row a post, one file a month, in a folder for each format: `parquet/2021-12.parquet`, `csv/2021-12.csv` and so on.
`datapackage.json` lists the files with their SHA-256. The copyright of the texts is with their media.

| column | is |
|---|---|
COLUMNS

All are strings, and empty where nothing is known. In CSV files, a cell that a spreadsheet could take for a formula
begins with `'`, and so does one that begins with `'` itself: take one `'` off a cell that begins with it, and it is as
in the other files.

Days are those of Beijing: `substr(published, 1, 10)`; `published::TIMESTAMPTZ` is the moment.

## Queries

In DuckDB, `posts` is all months:

```sql
CREATE VIEW posts AS SELECT * FROM 'parquet/*.parquet';
```

In SQLite it is the table of a month's file: `sqlite3 sqlite/2021-12.sqlite`. The queries are the same.

How many posts a day has, articles and flashes:

```sql
SELECT substr(published, 1, 10) AS day, family, count(*) AS posts
FROM posts GROUP BY day, family ORDER BY day, family;
```

The media, by how much they published:

```sql
SELECT medium, count(*) AS posts, min(published) AS first, max(published) AS last
FROM posts WHERE medium <> '' GROUP BY medium ORDER BY posts DESC, medium;
```

News items that are there once only, not as article and flash, newest first:

```sql
SELECT number, min(title) AS title, min(url) AS url
FROM posts GROUP BY number HAVING count(*) = 1 ORDER BY max(published) DESC LIMIT 20;
```
"""


CITATION_TEXT = """cff-version: 1.2.0
message: If you use these data, cite them, with the day on which you took them.
type: dataset
title: Chinese finance news, archived by finews
authors:
  - name: the keepers of this archive
keywords:
  - news
  - finance
  - China
"""
