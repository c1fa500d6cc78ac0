"""The Jekyll site that a new archive begins with: `output/` of a checkout, and a part of what is installed."""

import os
import shutil
from pathlib import Path

from finews_spider.archive.paths import FOLDERS

_PACKAGE = Path(__file__).resolve().parents[1]
SITE = next(path for path in (_PACKAGE.parent / "output", _PACKAGE / "site") if (path / "_config.yml").is_file())
# What a run or a build makes in a site; the rest is the site's skeleton.
_NOT_SKELETON = ("category", "_site", ".finews", ".git", ".jekyll-cache", *FOLDERS)


def copy_site(folder: Path, *, hidden: bool = False) -> None:
    """Copy the site into a folder; no file that is there. `hidden`: also its workflow, for a repository of its own.

    Raises OSError.
    """
    ignored = _NOT_SKELETON if hidden else (*_NOT_SKELETON, ".*")
    shutil.copytree(SITE, folder, ignore=shutil.ignore_patterns(*ignored), copy_function=_copy_new, dirs_exist_ok=True)


def _copy_new(source: str, target: str) -> None:
    """Copy a file where there is none; one that is there may be a person's own."""
    if not os.path.lexists(target):
        shutil.copy2(source, target)
