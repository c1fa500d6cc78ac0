"""A machine that is not the only one: its clone is brought up to what others have pushed; lists have all entries."""

from pathlib import Path

import pytest

from finews_spider.exceptions import PublishError
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.unpublished import Unpublished
from finews_spider.publishing.entries import merged
from finews_spider.publishing.finish import catch_up
from tests.support.trees import POST, Tree, clone, set_identity

OTHER = "_posts/2026/11/22/2026-11-22-NW202611220000000002.md"
EDITED = "_data/edited.yml"
PICTURES = "_data/pictures/2026-11/22.yml"


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_identity(tmp_path / "home", monkeypatch)


@pytest.fixture
def remote(tmp_path: Path) -> Tree:
    remote, seed = Tree(tmp_path / "remote.git"), Tree(tmp_path / "seed")
    for tree, *words in ((remote, "init", "-q", "--bare"), (seed, "init", "-q")):
        tree.folder.mkdir()
        tree.git(*words)
    seed.save(EDITED, "# made by finews\n")
    seed.git("push", "-q", str(remote.folder), "HEAD:main")
    return remote


@pytest.fixture
def site(tmp_path: Path, remote: Tree) -> Tree:
    return clone(remote, tmp_path / "site")


@pytest.fixture
def elsewhere(tmp_path: Path, remote: Tree) -> Tree:
    return clone(remote, tmp_path / "elsewhere")


def bring_up(site: Tree, *left: str) -> tuple[str, ...]:
    """`catch_up`, after a run that noted these files and was killed; return its warnings."""
    with Ledger(site.folder) as ledger:
        unpublished = Unpublished(ledger)
        unpublished.note(left)
        notes = catch_up(site.folder, unpublished, "", "2026-11-22T21-45-12")
        assert list(unpublished) == []
    return notes


def heads(*trees: Tree) -> set[str]:
    return {tree.git("rev-parse", "main") for tree in trees}


def test_what_others_pushed_is_there_before_a_run(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    elsewhere.push(elsewhere.write(POST))
    assert bring_up(site) == ()
    assert (site.folder / POST).is_file()
    assert len(heads(site, elsewhere, remote)) == 1
    before = site.state()
    bring_up(site)
    assert site.state()[:2] == before[:2]


def test_what_a_killed_run_left_is_published_with_what_others_pushed(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    elsewhere.push(elsewhere.write(POST), elsewhere.write("category/a.html", "theirs"))
    notes = bring_up(site, site.write(POST), site.write(OTHER), site.write("category/a.html", "ours"))
    assert notes == ("category/a.html: the remote has another version, which stays",)
    assert {POST, OTHER} <= remote.files("main")
    assert remote.git("show", "main:category/a.html") == site.read("category/a.html") == "theirs"
    assert len(heads(site, remote)) == 1
    assert site.is_sound()


def test_a_persons_commit_stays_here_and_goes_on_top(site: Tree, elsewhere: Tree, remote: Tree) -> None:
    site.save("about.md")
    elsewhere.push(elsewhere.write(POST))
    bring_up(site)
    assert "about.md" not in remote.files("main")
    assert site.log() == ["By hand: about.md", elsewhere.log()[0], "By hand: _data/edited.yml"]


def test_a_clone_that_cannot_follow_is_told(site: Tree, elsewhere: Tree) -> None:
    elsewhere.save("about.md", "theirs")
    elsewhere.git("push", "-q")
    site.write("about.md", "not committed")
    with pytest.raises(PublishError, match="commit or stash your own changes"):
        bring_up(site)
    assert site.read("about.md") == "not committed"


def test_a_remote_that_cannot_be_reached_is_told(site: Tree, remote: Tree) -> None:
    remote.folder.rename(remote.folder.with_name("gone.git"))
    with pytest.raises(PublishError, match="the remote is not at its URL"):
        bring_up(site)


@pytest.mark.parametrize("name", [EDITED, PICTURES])
def test_a_list_that_two_machines_wrote_has_the_entries_of_both(
    site: Tree, elsewhere: Tree, remote: Tree, name: str
) -> None:
    elsewhere.push(elsewhere.write(name, '# made by finews\n"b": "1"\n"d": "1"\n'))
    published = site.push(site.write(name, '# made by finews\n"a": "1"\n"c": "1"\n'))
    assert published.pushed
    assert published.notes == ()
    assert remote.git("show", f"main:{name}") == '# made by finews\n"a": "1"\n"b": "1"\n"c": "1"\n"d": "1"'
    assert site.read(name) == remote.git("show", f"main:{name}") + "\n"
    assert site.status() == set()


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("a1 b1", "a1 b1", "a1 b1"),
        ("a1 b1 c1", "a1 b1", "a1 b1 c1"),
        ("b1", "a1 b1 c1", "b1 c1"),
        ("a2 b1", "a1", "a2"),
        ("a2 b1", "a3 b1", "a3 b1"),
        ("b1", "a2 b1", "a2 b1"),
        ("a1 b1 c1", "a1 b1 c2", "a1 b1 c2"),
        ("", "a1 b1 c1", "c1"),
    ],
)
def test_a_merge_has_what_both_have_done_and_theirs_in_doubt(ours: str, theirs: str, expected: str) -> None:
    def text(words: str) -> str:
        return "# a line\n" + "".join(f'"{word[0]}\\"": "{word[1]}"\n' for word in words.split())

    assert merged(text("a1 b1"), text(ours), text(theirs)) == text(expected)
