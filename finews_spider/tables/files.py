"""The files of posts, as they lie in the output folder: what is read here is never written."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.exceptions import DiskError
from finews_spider.ledger.posts import is_post
from finews_spider.ledger.stamps import Stamp


class PostFile(NamedTuple):
    """A post's id, its path below the output folder, and what the file system says of it."""

    id: str
    path: str
    stamp: Stamp

    @property
    def day(self) -> str:
        """Return `2021-12-30`, by its name: so days are counted everywhere."""
        return self.path.rpartition("/")[2][:10]


def post_files(output: Path) -> tuple[list[PostFile], list[str]]:
    """Return one file for each id, those in `_posts/` first, and the paths of others that have the same id.

    Raises DiskError for a folder that cannot be read: its posts would be missing.
    """
    found: dict[str, PostFile] = {}
    others: list[str] = []
    for folder in FOLDERS:
        files = sorted(_below(output, folder), key=lambda file: file.path)
        others += [file.path for file in files if found.setdefault(file.id, file) is not file]
    return list(found.values()), others


def _below(output: Path, folder: str) -> Iterator[PostFile]:
    waiting = [folder]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(output / folder) as entries:
                for entry in entries:
                    id_ = id_in_post_name(entry.name)
                    if id_ and is_post(entry):
                        yield PostFile(id_, f"{folder}/{entry.name}", _stamp(entry.stat()))
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{folder}/{entry.name}")
        except FileNotFoundError:  # it was moved meanwhile, or is none of this archive's
            continue
        except OSError as error:
            raise DiskError(output / folder, error.strerror) from error


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)
