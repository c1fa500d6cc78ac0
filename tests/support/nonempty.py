"""What a test loops over to assert: of nothing it would assert nothing, and pass."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def nonempty(found: Iterable[T]) -> list[T]:
    """Return them as a list; fail where there are none."""
    listed = list(found)
    assert listed, "there is nothing to look at"
    return listed
