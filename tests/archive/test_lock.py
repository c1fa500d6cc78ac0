"""One run at a time, in a folder that is finews's to write."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from finews_spider.archive.lock import archive_lock, check_output, prepare_output
from finews_spider.exceptions import ArchiveLockedError, ConfigurationError

CHECKS = [prepare_output, check_output]


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o002)
    yield
    os.umask(before)


def umask_now() -> int:
    os.umask(mask := os.umask(0))
    return mask


def test_a_second_run_is_refused_with_who_holds_the_archive(tmp_path: Path) -> None:
    with archive_lock(tmp_path):
        with pytest.raises(ArchiveLockedError, match=f"process {os.getpid()}, since "), archive_lock(tmp_path):
            pass
        (tmp_path / ".finews/holder").unlink()
        with pytest.raises(ArchiveLockedError, match="another process"), archive_lock(tmp_path):
            pass


def test_a_run_that_has_ended_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), archive_lock(tmp_path):
        raise KeyError
    with archive_lock(tmp_path):
        pass


def test_what_a_killed_run_left_half_written_is_deleted(tmp_path: Path) -> None:
    prepare_output(tmp_path)
    (tmp_path / ".finews/tmp/a.md").touch()
    with archive_lock(tmp_path):
        assert list((tmp_path / ".finews/tmp").iterdir()) == []


def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".finews/holder").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"cannot be written: .* and run again"), archive_lock(tmp_path):
        pass


def test_nothing_of_finews_is_for_the_sites_repository(tmp_path: Path) -> None:
    prepare_output(tmp_path)
    ignored = tmp_path / ".finews/.gitignore"
    assert ignored.read_text() == "*\n"
    ignored.write_text("*\n!runs\n")  # a person's
    prepare_output(tmp_path)
    assert ignored.read_text() == "*\n!runs\n"


@pytest.mark.parametrize(("mask", "then"), [(0o000, 0o022), (0o002, 0o022), (0o077, 0o077)])
def test_only_the_user_may_write_what_finews_writes(tmp_path: Path, mask: int, then: int) -> None:
    os.umask(mask)
    prepare_output(tmp_path)
    assert umask_now() == then


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("link", [".finews", ".finews/tmp"])
def test_a_link_in_its_own_folder_is_refused(tmp_path: Path, check: Callable[[Path], None], link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    output = tmp_path / "site"
    (output / link).parent.mkdir(parents=True)
    (output / link).symlink_to(elsewhere)
    with pytest.raises(ConfigurationError, match="is a link, which finews does not follow"):
        check(output)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("check", CHECKS)
def test_a_folder_that_cannot_be_is_refused(tmp_path: Path, check: Callable[[Path], None]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        check(tmp_path / "file/site")


def test_a_look_makes_nothing(tmp_path: Path) -> None:
    check_output(tmp_path / "a/b")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["_posts", "old_post", "_old_post"])
@pytest.mark.parametrize("check", [prepare_output, check_output])
def test_a_link_to_a_disk_that_is_not_there_is_refused(
    tmp_path: Path, folder: str, check: Callable[[Path], None]
) -> None:
    """All posts would be taken for gone."""
    (tmp_path / folder).symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match=f"{folder} is no folder, and leads to none"):
        check(tmp_path)
    (tmp_path / "nowhere").mkdir()
    check(tmp_path)
