"""What a source's ids look like, and what they tell of an article without asking anybody. Pure."""

import re
from collections.abc import Mapping

from finews_spider.items import Family

SAFE_ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,199}"  # whatever else a source takes for an id: it names files and pages


class IdScheme:
    """The ids of one source, or of several that name the same articles alike.

    `families` has the patterns that ids match wholly, each with its family. Ids of two schemes are never alike, nor is
    one like the name that a person would give a post: `2026-11-a-title` may be an id, `a-title` may not. `example` is
    an id of no article.
    """

    def __init__(self, families: Mapping[str, Family], example: str) -> None:
        self.patterns = tuple(families)
        self.families = tuple(families.values())
        self.example = example
        self._compiled = [re.compile(rf"(?={SAFE_ID}\Z)(?:{pattern})") for pattern in families]

    def __contains__(self, text: str) -> bool:
        """Whether `text` is an id and nothing else."""
        return any(pattern.fullmatch(text) for pattern in self._compiled)

    def family(self, id_: str) -> Family:
        """Return the family of the article. Raises ValueError for what is no id."""
        for pattern, family in zip(self._compiled, self.families, strict=True):
            if pattern.fullmatch(id_):
                return family
        raise ValueError(f"not an id: {id_[:60]!r}")

    def number(self, id_: str) -> str:
        """Return what the ids of one article share, whatever their family: it is fetched once."""
        return id_

    def siblings(self, id_: str) -> tuple[str, ...]:
        """Return the ids that the same article has in other families."""
        return ()
