"""The Jekyll site that a new archive begins with: `output/` of a checkout, and a part of what is installed."""

import os
import shutil
from pathlib import Path

from finews_spider.archive.paths import FOLDERS, OLDER

_PACKAGE = Path(__file__).resolve().parents[1]
SITE = next(path for path in (_PACKAGE.parent / "output", _PACKAGE / "site") if (path / "_config.yml").is_file())
# What a run or a build makes in a site; the rest is the site's skeleton.
_NOT_SKELETON = ("category", OLDER, "titles", "titles.json", "_site", ".finews", ".git", ".jekyll-cache", *FOLDERS)


def copy_site(folder: Path, *, hidden: bool = False) -> None:
    """Copy the site into a folder; no file that is there. `hidden`: also its workflow, for a repository of its own.

    The copies are new files, of the user's own rights: an installation may be read-only. Raises OSError.
    """
    ignored = shutil.ignore_patterns(*_NOT_SKELETON, *([] if hidden else [".*"]))
    for place, folders, files in os.walk(SITE, onerror=_raise):
        left_out = ignored(place, [*folders, *files])
        folders[:] = (name for name in folders if name not in left_out)
        target = folder / Path(place).relative_to(SITE)
        target.mkdir(parents=True, exist_ok=True)
        for name in files:
            if name not in left_out and not os.path.lexists(target / name):  # what is there may be a person's own
                shutil.copyfile(Path(place, name), target / name)


def _raise(error: OSError) -> None:
    raise error
