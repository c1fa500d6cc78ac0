"""SECURITY.md names the tests that show its defences."""

import re

import pytest

from tests.support.paths import ROOT

NAMED = re.findall(r"`(\w+/test_\w+\.py)::(test_\w+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))


def test_every_attack_has_a_test() -> None:
    rows = re.findall(r"^\| (?!attack|what|---).*$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 20
    assert [row for row in rows if not re.search(r"`\w+/test_\w+\.py::", row)] == []


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_a_test_that_it_names_is_there(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE)
