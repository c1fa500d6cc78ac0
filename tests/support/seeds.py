"""Posts that show the format to the byte: one of the project's own, and those of folders beside it.

Posts of the existing site belong to their publishers, and are no part of the project. Who has some names their folder
in FINEWS_SEED, or lays it beside the checkout.
"""

import os
from pathlib import Path

from tests.support.paths import FIXTURES, ROOT

OWN = FIXTURES / "seed"
BESIDE = ROOT.parent / "shared" / "seed"


def _folders() -> list[Path]:
    named = os.environ.get("FINEWS_SEED")
    return [OWN, *([BESIDE] if BESIDE.exists() else []), *([Path(named)] if named else [])]


def seeds() -> list[Path]:
    """Return the posts, the project's own first. Raises FileNotFoundError for a folder without any: none is skipped."""
    found: dict[str, Path] = {}
    for folder in _folders():
        posts = sorted(folder.glob("*.md"))
        if not posts:
            raise FileNotFoundError(f"{folder} has no seed post")
        found |= {post.name: post for post in posts}
    return list(found.values())
