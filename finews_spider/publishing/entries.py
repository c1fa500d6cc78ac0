"""Lists that several machines write an entry of: a merge has the entries of both sides, in their order."""

import re

# Of the site's data: which posts were edited, and the pictures of the posts of a day.
LISTS = re.compile(r"_data/(?:edited|pictures/\d{4}-\d\d/\d\d)\.yml")

_ENTRY = re.compile(r'"((?:[^"\\]|\\.)*)": .*')


def merged(base: str, ours: str, theirs: str) -> str:
    """Return what they have pushed, with what we have added, changed and removed since `base`. They are right in doubt.

    Lines that are no entries are theirs.
    """
    others, entries = _read(theirs)
    before, after = _read(base)[1], _read(ours)[1]
    for key, line in after.items():
        if line != before.get(key) and entries.get(key) == before.get(key):
            entries[key] = line
    for key in before.keys() - after.keys():
        if entries.get(key) == before[key]:
            del entries[key]
    return "".join(f"{line}\n" for line in [*others, *(entries[key] for key in sorted(entries))])


def _read(text: str) -> tuple[list[str], dict[str, str]]:
    """Return the lines that are no entries, and the others by their keys."""
    found = {line: _ENTRY.fullmatch(line) for line in text.splitlines()}
    entries = {entry[1]: line for line, entry in found.items() if entry}
    return [line for line, entry in found.items() if not entry], entries
