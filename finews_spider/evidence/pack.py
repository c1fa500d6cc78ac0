"""A WACZ of a month: its segments as they are, an index, its pages, digests; the same bytes each time."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from finews_spider import __version__
from finews_spider.archive.atomic import sync
from finews_spider.evidence.check_captures import Fault, checked
from finews_spider.evidence.reader import Damage, DamagedError, Record, message, records, salvaged
from finews_spider.evidence.review import read_evidence
from finews_spider.evidence.segments import segments

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_ANSWERS = ("response", "revisit")
_PAGES = {"format": "json-pages-1.0", "id": "pages", "title": "Posts"}


class PackError(ValueError):
    """There is nothing to pack, or it cannot be packed whole; the message says why."""


class Resource(NamedTuple):
    """A file of the pack."""

    path: str
    data: bytes

    @property
    def entry(self) -> dict[str, Any]:
        """Return what datapackage.json says of it."""
        name = self.path.rpartition("/")[2]
        digest = f"sha256:{hashlib.sha256(self.data).hexdigest()}"
        return {"name": name.lower(), "path": self.path, "hash": digest, "bytes": len(self.data)}


def pack(folder: Path, month: str) -> Path:
    """Write the pack of a month, read it back, and return its path. Raises PackError, DamagedError and OSError."""
    if not _MONTH.fullmatch(month):
        raise PackError(f"{month}: is no month; give one like 2026-11")
    chosen = [path for path in segments(folder) if path.name.startswith(f"finews-{month}-")]
    if not chosen:
        raise PackError(f"{month}: nothing was kept of it")
    there = folder / f"finews-{month}.wacz"
    unfinished = there.with_suffix(".wacz.open")
    resources = _Contents(folder, month, chosen)
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
        entries = []
        for resource in resources:
            archive.writestr(zipfile.ZipInfo(resource.path), resource.data)
            entries.append(resource.entry)
        package = _json(
            {
                "profile": "data-package",
                "wacz_version": "1.1.1",
                "software": f"finews/{__version__}",
                "title": f"finews {month}",
                "created": resources.last,
                "resources": entries,
            }
        )
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        archive.writestr(zipfile.ZipInfo("datapackage.json"), package)
        archive.writestr(zipfile.ZipInfo("datapackage-digest.json"), _json(digest))
    if error := sync(str(unfinished)):
        raise error
    if fault := next((found for found in checked_pack(unfinished) if isinstance(found, Fault)), None):
        raise PackError(f"{unfinished}: {fault.where}: {fault.why}: it is not what was packed")
    unfinished.replace(there)
    return there


def checked_pack(path: Path) -> Iterator[Record | Fault]:
    """Yield the records of a pack anywhere, and what is wrong with it. Raises OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _checked(archive)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        yield Fault("damaged", path.name, f"it is no whole WACZ: {error}", "bring it back from a copy")


def _checked(archive: zipfile.ZipFile) -> Iterator[Record | Fault]:
    package = archive.read("datapackage.json")
    digest = json.loads(archive.read("datapackage-digest.json"))["hash"]
    if digest != f"sha256:{hashlib.sha256(package).hexdigest()}":
        yield Fault("damaged", "datapackage.json", "it has another digest")
    listed = {entry["path"]: entry for entry in json.loads(package)["resources"]}
    names = set(archive.namelist()) - {"datapackage.json", "datapackage-digest.json"}
    for path in sorted(names ^ listed.keys()):
        yield Fault("damaged", path, "it is in the list of files, or in the pack, and not in both")
    for path in sorted(names & listed.keys()):
        try:
            data = archive.read(path)
        except zipfile.BadZipFile as error:
            yield Fault("damaged", path, str(error))
            continue
        is_whole = Resource(path, data).entry["hash"] == listed[path]["hash"]
        if not is_whole:
            yield Fault("damaged", path, "it has another digest")
        if path.endswith(".warc.gz"):
            yield from checked(path, data, is_whole=is_whole)


class _Contents:
    """The files of a pack, one by one. `last` is the time of the last record, when all were taken."""

    def __init__(self, folder: Path, month: str, chosen: list[Path]) -> None:
        self._folder, self._month, self._chosen = folder, month, chosen
        self.last = ""
        self._index: list[str] = []
        self._pages: list[dict[str, str]] = []
        self._ids: set[str] = set()
        self._referred: set[str] = set()

    def __iter__(self) -> Iterator[Resource]:
        for segment in self._chosen:
            data = segment.read_bytes()
            self._take(segment.name, data)
            yield Resource(f"archive/{segment.name}", data)
        if missing := self._referred - self._ids:
            name = f"finews-{self._month}-referred.warc.gz"
            data = self._members(missing)
            self._take(name, data)
            yield Resource(f"archive/{name}", data)
        yield Resource("indexes/index.cdx", "".join(sorted(self._index)).encode())
        lines = [_PAGES, *sorted(self._pages, key=lambda page: (page["ts"], page["id"]))]
        yield Resource("pages/pages.jsonl", b"".join(_json(line) + b"\n" for line in lines))

    def _take(self, name: str, data: bytes) -> None:
        for record in salvaged(data):
            if isinstance(record, Damage):
                raise DamagedError(f"{name}: {record.why}")
            self.last = max(self.last, record.fields.get("WARC-Date", ""))
            self._ids.add(record.id)
            if record.kind in _ANSWERS:
                self._index.append(cdx_line(record, name))
                self._referred |= {record.fields["WARC-Refers-To"]} if record.kind == "revisit" else set()
            elif record.kind == "metadata" and (evidence := read_evidence(record)) and (one := evidence.capture):
                self._pages.append({"id": evidence.post, "title": evidence.path, "url": one.url, "ts": one.date})

    def _members(self, ids: set[str]) -> bytes:
        """Return the records that others refer to, of other months, as they are."""
        found: dict[str, bytes] = {}
        for segment in segments(self._folder):
            wanted = [record for record in records(segment) if record.id in ids - found.keys()]
            if wanted:
                data = segment.read_bytes()
                found |= {one.id: data[one.offset : one.offset + one.length] for one in wanted}
        if missing := ids - found.keys():
            raise PackError(f"{len(missing)} records that others refer to are not there, such as {min(missing)}")
        return b"".join(found[id_] for id_ in sorted(found))


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
    """Return an address as indexes sort it: `com,example)/path?query`."""
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").removeprefix("www.").split(".")))
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}){parts.path or '/'}{'?' if query else ''}{query}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
