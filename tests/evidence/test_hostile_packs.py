"""Packs of anybody's, which `evidence --check` reads: what is none is said to be none."""

import zipfile
from pathlib import Path

import pytest

from finews_spider.evidence.checks import Fault, checked_pack

NAMES = ("datapackage.json", "datapackage-digest.json")


def pack(path: Path, text: str = '{"hash": ""}', packing: int = zipfile.ZIP_STORED) -> bytes:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name in NAMES:
            archive.writestr(name, text)
    return path.read_bytes()


def nested(path: Path) -> None:
    pack(path, "[" * 200_000)


def encrypted(path: Path) -> None:
    data = bytearray(pack(path))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)


def of_an_unknown_packing(path: Path) -> None:
    data = bytearray(pack(path))
    data[8] = data[data.index(b"PK\1\2") + 10] = 97
    path.write_bytes(data)


def of_damaged_lzma(path: Path) -> None:
    data = bytearray(pack(path, packing=zipfile.ZIP_LZMA))
    data[30 + len(NAMES[0]) + 4] = 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("make", [nested, encrypted, of_an_unknown_packing, of_damaged_lzma])
def test_what_is_no_pack_is_a_fault(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "a.wacz")
    (fault,) = checked_pack(tmp_path / "a.wacz")
    assert isinstance(fault, Fault)
    assert fault.why.startswith("it is no whole WACZ: ")
