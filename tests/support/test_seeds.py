"""A seed post that is there is used: none is passed over in silence."""

from pathlib import Path

import pytest

from tests.support import seeds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder beside the checkout, where nothing is; nor is one named."""
    monkeypatch.delenv("FINEWS_SEED", raising=False)
    monkeypatch.setattr(seeds, "BESIDE", tmp_path / "shared" / "seed")
    return tmp_path / "shared" / "seed"


def test_a_clean_clone_has_a_seed_of_its_own(folder: Path) -> None:
    assert [path.parent for path in seeds.seeds()] == [seeds.OWN]


def test_the_seed_beside_the_checkout_is_used(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "a.md").touch()
    assert folder / "a.md" in seeds.seeds()


def test_the_seed_that_is_named_is_used(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINEWS_SEED", str(tmp_path))
    (tmp_path / "a.md").touch()
    assert tmp_path / "a.md" in seeds.seeds()


def test_a_folder_without_one_fails_and_skips_nothing(folder: Path) -> None:
    folder.mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="no seed post"):
        seeds.seeds()
