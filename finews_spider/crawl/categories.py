"""The categories that a run is narrowed to: whether there are such ones."""

from collections.abc import Iterable
from difflib import get_close_matches

NEAREST = 3  # names that a mistake is answered with


class Categories:
    """What a run is asked for, beside the categories that the archive and the lists have."""

    def __init__(self, asked: Iterable[str], known: Iterable[str]) -> None:
        self._asked = tuple(asked)
        self._known = set(known)
        self.doubted = not self._known.issuperset(self._asked)  # of one, nobody knows whether there is such a one

    def note(self, names: Iterable[str]) -> None:
        """Take note of categories that a list has."""
        self._known.update(names)

    def mistake(self) -> str:
        """Return which ones nobody has named so far, and the names nearest to them; "" where there are none."""
        missing = [name for name in self._asked if name not in self._known]
        if not missing:
            return ""
        by_fold = {name.casefold(): name for name in sorted(self._known)}
        near = [by_fold[fold] for name in missing for fold in get_close_matches(name.casefold(), by_fold, NEAREST)]
        hint = f"; did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
        return f"category: no list has {', '.join(missing)}{hint}"
