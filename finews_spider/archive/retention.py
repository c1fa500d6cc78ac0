"""Retention: posts that are older than some days go where Jekyll does not build them, and stay known.

They keep their path below the folder: `_posts/2021/12/30/x.md` becomes `old_post/2021/12/30/x.md`, and a flat one stays
flat. Git sees a rename, since not a byte changes. Where the folder is called `_old_post/`, Jekyll can build them too,
under the same links (see output/_config.yml).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from finews_spider.archive.atomic import check_inside
from finews_spider.archive.paths import OLD, OLD_BUILT, POSTS, id_in_post_name
from finews_spider.dates import read_day

Moves = list[tuple[Path, Path]]  # from where, to where


def move_old(output: Path, keep_days: int, today: date, note: Callable[[Moves], None] = lambda _: None) -> Moves:
    """Move posts dated more than `keep_days` days before `today`, none for 0; the (old, new) paths, oldest first.

    Each is renamed, so it is in one place or the other when this is killed, and the next call goes on. What stands at
    the new path already is not overwritten: such a post stays. `note` hears of all before the first is moved. Raises
    OSError where the disk refuses.
    """
    if keep_days < 1:
        return []
    old = output / (OLD_BUILT if (output / OLD_BUILT).is_dir() else OLD)
    before = today - timedelta(days=keep_days)
    moved = [(post, old / post.relative_to(output / POSTS)) for post in _posts_before(output / POSTS, before)]
    moved = [(post, there) for post, there in sorted(moved) if not os.path.lexists(there)]
    for folder in {path.parent for pair in moved for path in pair}:
        check_inside(output, folder)
    if moved:
        note(moved)
    for post, there in moved:
        there.parent.mkdir(parents=True, exist_ok=True)
        post.rename(there)
    _remove_empty({post.parent for post, _ in moved}, output / POSTS)
    return moved


def _posts_before(folder: Path, before: date) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            day = read_day(name[:10]) if id_in_post_name(name) else None
            if day and day < before and not (post := Path(parent, name)).is_symlink():
                yield post


def _remove_empty(folders: set[Path], top: Path) -> None:
    """These folders and those above them, as far as they are empty and below `top`."""
    for folder in sorted(folders, reverse=True):
        for parent in (folder, *folder.parents):
            if parent == top:
                break
            with suppress(OSError):  # it is not empty
                parent.rmdir()
