"""The table of pictures: which picture of which post, whether it is kept, and as what."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.pictures import states_of
from finews_spider.pictures import kept
from finews_spider.pictures.addresses import MEDIA, pictures_of
from finews_spider.tables.rows import Row

NOT_KEPT = "not kept"
TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif"}


class PictureRow(NamedTuple):
    """A picture of a post. All are texts; what is not known is empty. The docs say what each column is."""

    post: str
    place: str
    address: str
    state: str
    path: str = ""
    sha256: str = ""
    bytes: str = ""
    type: str = ""
    width: str = ""
    height: str = ""


class PictureRows:
    """Reads the pictures of posts; `states` are those of pictures that did not come, by day and key."""

    def __init__(self, output: Path, states: Mapping[tuple[str, str], str]) -> None:
        self._output, self._states = output, states
        self._days = kept.Days(output)

    def of(self, row: Row) -> Iterator[PictureRow]:
        """Yield a row for each picture of a post, in their order. Raises OSError."""
        day = Path(row.path).name[:10]
        for place, (key, address) in enumerate(pictures_of(self._text(row.path)), 1):
            if entry := self._days.entries(day).get(key):
                yield self._kept(PictureRow(row.id, str(place), address, "kept"), entry)
            else:
                yield PictureRow(row.id, str(place), address, self._states.get((day, key), NOT_KEPT))

    def _text(self, path: str) -> str:
        try:
            return (self._output / path).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:  # it was moved since it became a row
            return ""

    def _kept(self, row: PictureRow, entry: kept.Kept) -> PictureRow:
        path = f"{MEDIA}/{entry.file}"
        return row._replace(
            path=path,
            sha256=entry.sha256,
            bytes=self._size(path),
            type=TYPES[entry.file.rpartition(".")[2]],
            width=str(entry.width),
            height=str(entry.height),
        )

    def _size(self, path: str) -> str:
        try:
            return str((self._output / path).stat().st_size)
        except FileNotFoundError:  # for `scrapy verify` to say
            return ""


def picture_rows(output: Path) -> PictureRows | None:
    """Return what reads the pictures of an archive; None where none is kept, and none is owed or was given up."""
    states: Mapping[tuple[str, str], str] = {}
    if (output / FILE).is_file():
        with Ledger(output) as ledger:
            states = states_of(ledger)
    return PictureRows(output, states) if states or any(True for _ in kept.days(output)) else None
