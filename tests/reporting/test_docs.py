"""docs/reports.md has every key of a report, and no other."""

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from finews_spider.reporting.report import RunReport
from tests.support.paths import ROOT


def keys(type_: typing.Any, path: str = "") -> Iterator[str]:
    """The paths of what a type's JSON holds; * is any key."""
    if isinstance(type_, types.UnionType):
        for one in typing.get_args(type_):
            if one is not types.NoneType:
                yield from keys(one, path)
    elif typing.get_origin(type_) is dict:
        _, value = typing.get_args(type_)
        yield from keys(value, f"{path}.*")
    elif typing.get_origin(type_) is list and is_dataclass(typing.get_args(type_)[0]):
        yield from keys(typing.get_args(type_)[0], path)
    elif is_dataclass(type_):
        hints = typing.get_type_hints(type_)
        for field in fields(type_):
            yield from keys(hints[field.name], f"{path}.{field.name}")
    else:
        yield path.removeprefix(".")


def test_the_docs_have_every_key_of_a_report_and_no_other() -> None:
    text = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| \S", text, re.MULTILINE)
    documented = [re.sub(r"<\w+>", "*", row) for row in rows]
    assert len(documented) == len(set(documented))
    assert sorted(documented) == sorted(keys(RunReport))
