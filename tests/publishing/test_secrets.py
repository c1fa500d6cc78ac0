"""No login, token or header that git knows is in a message of finews's, in whatever form git is told of it."""

import os
from pathlib import Path

import pytest

from finews_spider.publishing.commit import Published
from finews_spider.publishing.secrets import masked, secrets_of
from tests.support.trees import POST, Tree, set_identity

HOST = "127.0.0.1:9"  # nobody listens there
SECRET = "hunter2/abcd"
PIECES = ("hunter2", "abcd", "t0ken")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Return a repository with an upstream, of which a post is to be published."""
    set_identity(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("GIT_SSH_COMMAND", "sh -c 'echo cannot reach \"$@\" >&2; exit 255' ssh")
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    remote, site = Tree(tmp_path / "remote.git"), Tree(tmp_path / "site")
    remote.folder.mkdir()
    remote.git("init", "-q", "--bare")
    remote.git("clone", "-q", ".", str(site.folder))
    site.save("_config.yml")
    site.git("push", "-q", "--set-upstream", "origin", "main")
    return site


def trouble(site: Tree) -> str:
    """Return what finews says of a push that fails."""
    published = site.push(site.write(POST), tries=1)
    assert isinstance(published, Published)
    assert not published.pushed
    assert published.trouble
    return published.trouble + "".join(published.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "url",
    [
        f"http://me:hunter2@{HOST}/x",
        f"http://me:{SECRET}@{HOST}/x",
        f"http://me:hunter2@abcd@{HOST}/x",
        f"http://me:hunter2%2Fabcd@{HOST}/x",
        f"http://me:hunter2?abcd@{HOST}/x",
        f"http://me:hunter2#abcd@{HOST}/x",
        f"http://me:hunter2 abcd@{HOST}/x",
        f"http://me:hunter2\nabcd@{HOST}/x",
        f"http://me:hunter2'abcd@{HOST}/x",
        f"http://hunter2hunter2@{HOST}/x",
        f"http://{HOST}/x?token=t0ken",
        f"http://{HOST}/x?a=b&t0ken",
        f"http://{HOST}/x?mail=a@b&token=t0ken",
        f"http://{HOST}/x#t0ken",
        f"ssh://me:hunter2@{HOST}/x?next=http://b@other.example/&token=t0ken",
        f"http://me:{SECRET}@{HOST}/x?token=t0ken",
        "http://me:hunter2@127.0.0.1:99999/x",
        "http://me:hunter2@[::1]:9/x",
        f"ssh://me:hunter2@{HOST}/x",
        f"ssh://me:{SECRET}@{HOST}/x",
        "me:hunter2@127.0.0.1:x",
        "me@127.0.0.1:x?token=t0ken",
        f"git://me:hunter2@{HOST}/x",
        f"ftp://me:hunter2@{HOST}/x",
        f"FOO://me:hunter2@{HOST}/x",
        f"foo::http://me:hunter2@{HOST}/x",
        "file:///nowhere?token=t0ken",
    ],
)
def test_the_login_of_a_remote_is_not_shown(site: Tree, url: str) -> None:
    site.git("remote", "set-url", "origin", url)
    printed = trouble(site)
    assert [piece for piece in PIECES if piece in printed] == []


@pytest.mark.parametrize("key", ["insteadOf", "pushInsteadOf"])
def test_neither_is_the_one_that_an_address_is_rewritten_to(site: Tree, key: str) -> None:
    site.git("remote", "set-url", "origin", "https://news.example/x")
    site.git("config", f"url.http://me:{SECRET}@{HOST}/?token=t0ken&to=.{key}", "https://news.example/")
    printed = trouble(site)
    assert "127.0.0.1" in printed
    assert [piece for piece in PIECES if piece in printed] == []


def test_neither_is_that_of_an_address_to_push_to(site: Tree) -> None:
    site.git("remote", "set-url", "--push", "origin", f"http://me:{SECRET}@{HOST}/x")
    printed = trouble(site)
    assert [piece for piece in PIECES if piece in printed] == []


@pytest.mark.parametrize("setting", ["http.proxy", "remote.origin.proxy", "http_proxy"])
@pytest.mark.parametrize("password", ["hunter2", SECRET])
def test_neither_is_that_of_a_proxy(site: Tree, setting: str, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site.git("remote", "set-url", "origin", "http://news.invalid/x")
    proxy = f"http://me:{password}@{HOST}"
    if "." in setting:
        site.git("config", setting, proxy)
    else:
        monkeypatch.setenv(setting, proxy)
    printed = trouble(site)
    assert [piece for piece in PIECES if piece in printed] == []


def test_neither_is_a_header_or_anything_that_a_hook_repeats(site: Tree) -> None:
    site.git("config", f"http.http://{HOST}/.extraHeader", "Authorization: Basic t0ken+t0ken==")
    site.git("config", "remote.other.url", f"https://me:{SECRET}@news.example/x")
    noted = ["t0ken+t0ken==", SECRET, "hunter2", "Cookie: a=t0ken", "https://me:hunter2@other.example/?t0ken"]
    site.hook("pre-push", f"echo 'no, {', '.join(noted)}, no' >&2; exit 1")
    printed = trouble(site)
    assert "no, ***" in printed
    assert [piece for piece in PIECES if piece in printed] == []


def test_a_hook_of_a_commit_repeats_nothing_either(site: Tree) -> None:
    site.git("config", "remote.origin.url", f"https://me:{SECRET}@news.example/x")
    site.hook("pre-commit", f"git remote -v >&2; echo {SECRET} >&2; exit 1")
    printed = site.refuses(site.write(POST))
    assert "***" in printed
    assert [piece for piece in PIECES if piece in printed] == []


def test_what_is_no_secret_is_shown() -> None:
    settings = [("remote.origin.url", "git@news.example:site.git"), ("user.email", "person@news.example"), ("a.b", "")]
    assert secrets_of(settings, {"PATH": "/usr/bin"}) == []
    printed = (
        "fatal: '/srv/site.git' does not appear to be a git repository; git@news.example: a@b denied, see https://a/b"
    )
    assert masked(printed, secrets_of(settings, {})) == printed


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("at 'https://me:p@ss@host/x': no ssh://you@host/y a@b", "at 'https://***@host/x': no ssh://***@host/y a@b"),
        ("https://host/x?token=1 and http://host/y#2.", "https://host/x?*** and http://host/y#***"),
        ("https://me:a?b@host/x", "https://***"),
        ("https://host/x?mail=a@b&token=1", "https://***"),
        ("https://me:a/b@host/x", "https://***@host/x"),
        ("> AUTHORIZATION: basic eDp5", "> AUTHORIZATION: ***"),
        ("https://host/x", "https://host/x"),
    ],
)
def test_urls_are_shown_without_login_and_query(printed: str, shown: str) -> None:
    assert masked(printed) == shown
