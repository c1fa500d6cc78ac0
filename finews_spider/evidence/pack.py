"""A WACZ of a month: its segments as they are, an index, its pages, digests; the same bytes each time."""

import hashlib
import json
import posixpath
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from finews_spider import __version__
from finews_spider.archive.atomic import sync, sync_folder
from finews_spider.evidence.checks import Fault, checked_pack
from finews_spider.evidence.library import Part, Stored, stored
from finews_spider.evidence.reader import Damage, DamagedError, Record, message, salvaged
from finews_spider.evidence.review import read_evidence
from finews_spider.evidence.segments import sums

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r"(jsessionid|phpsessid|sid)=[0-9a-z]{32}")
_UNESCAPED = "".join(sign for sign in map(chr, range(0x21, 0x7F)) if sign not in "#%")
_ANSWERS = ("response", "revisit")
_PAGES = {"format": "json-pages-1.0", "id": "pages", "title": "Posts"}


class PackError(ValueError):
    """There is nothing to pack, or it cannot be packed whole; the message says why."""


class Resource(NamedTuple):
    """A file of the pack: its path, its size, and its bytes, some at a time."""

    path: str
    size: int
    chunks: Iterable[bytes]


def pack(folder: Path, month: str) -> Path:
    """Write the pack of a month, read it back, put it in the place of its files, and return its path.

    Raises PackError, DamagedError and OSError; the files are as before then.
    """
    if not _MONTH.fullmatch(month):
        raise PackError(f"{month}: is no month; give one like 2026-11")
    chosen = [segment for segment in stored(folder) if segment.name.startswith(f"finews-{month}-")]
    if not chosen:
        raise PackError(f"{month}: nothing was kept of it")
    there = folder / f"finews-{month}.wacz"
    unfinished = there.with_suffix(".wacz.open")
    _write(unfinished, _Contents(folder, month, chosen), f"finews {month}")
    if fault := next((found for found in checked_pack(unfinished) if isinstance(found, Fault)), None):
        raise PackError(f"{unfinished}: {fault.where}: {fault.why}: it is not what was packed")
    unfinished.replace(there)
    if error := sync_folder(str(folder)):
        raise error
    _remove(chosen)
    return there


def _write(path: Path, contents: "_Contents", title: str) -> None:
    """Write the pack, and sync it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        entries = [_add(archive, resource) for resource in contents]
        package = _json(
            {
                "profile": "data-package",
                "wacz_version": "1.1.1",
                "software": f"finews/{__version__}",
                "title": title,
                "created": contents.last,
                "resources": entries,
            }
        )
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        archive.writestr(zipfile.ZipInfo("datapackage.json"), package)
        archive.writestr(zipfile.ZipInfo("datapackage-digest.json"), _json(digest))
    if error := sync(str(path)):
        raise error


def _add(archive: zipfile.ZipFile, resource: Resource) -> dict[str, Any]:
    """Add a file to the pack, and return what datapackage.json says of it."""
    digest = hashlib.sha256()
    info = zipfile.ZipInfo(resource.path)
    info.file_size = resource.size
    with archive.open(info, "w") as file:
        for data in resource.chunks:
            digest.update(data)
            file.write(data)
    name = resource.path.rpartition("/")[2].lower()
    return {"name": name, "path": resource.path, "hash": f"sha256:{digest.hexdigest()}", "bytes": resource.size}


def _remove(packed: list[Stored]) -> None:
    """Remove the files that a pack has taken the place of."""
    for segment in packed:
        if segment.path.name == segment.name:  # and not in a pack already
            segment.path.unlink()
            sums(segment.path).unlink(missing_ok=True)


class _Contents:
    """The files of a pack, one by one. `last` is the time of the last record, when all were taken."""

    def __init__(self, folder: Path, month: str, chosen: list[Stored]) -> None:
        self._folder, self._month, self._chosen = folder, month, chosen
        self.last = ""
        self._index: list[str] = []
        self._pages: list[dict[str, str]] = []
        self._ids: set[str] = set()
        self._referred: set[str] = set()

    def __iter__(self) -> Iterator[Resource]:
        for segment in self._chosen:
            with segment.open() as part:
                self._take(segment.name, part)
                yield Resource(f"archive/{segment.name}", part.size, part.chunks())
        if missing := self._referred - self._ids:
            name = f"finews-{self._month}-referred.warc.gz"
            with tempfile.TemporaryFile() as file:
                part = Part(file, 0, self._copy(missing, file))
                self._take(name, part)
                yield Resource(f"archive/{name}", part.size, part.chunks())
        yield _resource("indexes/index.cdx", "".join(sorted(self._index)).encode())
        lines = [_PAGES, *sorted(self._pages, key=lambda page: (page["ts"], page["id"]))]
        yield _resource("pages/pages.jsonl", b"".join(_json(line) + b"\n" for line in lines))

    def _take(self, name: str, part: Part) -> None:
        for record in salvaged(part):
            if isinstance(record, Damage):
                raise DamagedError(f"{name}: {record.why}")
            self.last = max(self.last, record.fields.get("WARC-Date", ""))
            self._ids.add(record.id)
            if record.kind in _ANSWERS:
                self._index.append(cdx_line(record, name))
                self._referred |= {record.fields["WARC-Refers-To"]} if record.kind == "revisit" else set()
            elif (evidence := read_evidence(record)) and (one := evidence.capture):
                self._pages.append({"id": evidence.post, "title": evidence.path, "url": one.url, "ts": one.date})

    def _copy(self, ids: set[str], file: BinaryIO) -> int:
        """Copy the records that others refer to, of other months, as they are; return how many bytes they have."""
        found: dict[str, tuple[Stored, int, int]] = {}
        for segment in stored(self._folder):
            with segment.open() as part:
                sound = (record for record in salvaged(part) if isinstance(record, Record))
                found |= {one.id: (segment, one.offset, one.length) for one in sound if one.id in ids}
        if missing := ids - found.keys():
            raise PackError(f"{len(missing)} records that others refer to are not there, such as {min(missing)}")
        for _, (segment, offset, length) in sorted(found.items()):
            with segment.open() as part:
                file.write(part.read(offset, length))
        return file.tell()


def _resource(path: str, data: bytes) -> Resource:
    return Resource(path, len(data), [data])


def cdx_line(record: Record, name: str) -> str:
    """Return the line of an index (CDXJ) for an answer."""
    answer, url = message(record), record.fields["WARC-Target-URI"]
    mime = (answer.values(b"content-type") or [b""])[0].partition(b";")[0].decode("latin-1").strip()
    fields: Mapping[str, str] = {
        "url": url,
        "mime": "warc/revisit" if record.kind == "revisit" else mime,
        "status": answer.head.split(b" ")[1][:3].decode("latin-1"),
        "digest": record.fields.get("WARC-Payload-Digest", ""),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": name,
    }
    moment = re.sub(r"\D", "", record.fields["WARC-Date"])[:14]
    return f"{sort_key(url)} {moment} {json.dumps(fields, ensure_ascii=False)}\n"


def sort_key(url: str) -> str:
    """Return an address as indexes sort it, and replay tools look for it: `com,example)/path?query`."""
    parts = urlsplit(url.lower())
    host = re.sub(r"^www\d*\.", "", (parts.hostname or "").strip("."))
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    path = posixpath.normpath(f"/{_escaped(parts.path).lstrip('/')}")
    query = "&".join(sorted(part for part in _escaped(parts.query).split("&") if not _SESSION.fullmatch(part)))
    return f"{','.join(reversed(host.split('.')))}{port}){path}{'?' if query else ''}{query}"


def _escaped(text: str) -> str:
    """Return a part of an address with no other escapes than it needs."""
    return quote(unquote_to_bytes(text), safe=_UNESCAPED).lower()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
