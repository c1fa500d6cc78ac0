"""Posts are made again from their captures alone, to the byte; and better ones take their place, if that is wanted."""

import re
import subprocess
from pathlib import Path

import pytest

from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.review import Reviewed, State, batches
from finews_spider.evidence.rewrite import BATCH
from finews_spider.evidence.segments import segments
from finews_spider.exit_codes import ExitCode
from finews_spider.newsroom.world import World
from tests.acceptance.test_feed_sites import Sites
from tests.conftest import Ran, Site, run_forked
from tests.evidence.conftest import ALL, ARTICLES, folder, origins
from tests.support.feed_sites import hugo, newspaper, served, wordpress
from tests.support.nonempty import nonempty

pytestmark = pytest.mark.slow

OTHER = ("-s", "FINEWS_SITE=//other.example")  # a rule that is another one today


def reparse(site: Site, *words: str, **environment: str) -> Ran:
    """`scrapy reparse`; it sends no request."""
    del site.room.log[:]
    options = [f"FINEWS_OUTPUT={site.output}", f"FINEWS_SOURCES_FILE={site.output.with_suffix('.toml')}"]
    line = ["reparse", *words, *(word for option in options for word in ("-s", option))]
    ran = run_forked(*line, environment=environment)
    assert site.room.log == []
    assert "Traceback" not in ran.err
    return ran


def last(ran: Ran) -> str:
    return ran.out.splitlines()[-1]


@pytest.mark.parametrize("settings", [ALL, ARTICLES], ids=["all", "articles"])
def test_every_post_is_made_again_to_the_byte(site: Site, settings: dict[str, str]) -> None:
    assert site.crawl("source=finews,eastmoney", settings=settings).code == 0
    ran = reparse(site)
    number = len(site.posts())
    assert (ran.code, last(ran)) == (0, f"{number} posts with captures: {number} same")


def test_it_is_made_so_in_any_time_zone_and_locale(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    ran = reparse(site, TZ="America/New_York", LC_ALL="C", PYTHONHASHSEED="7")
    assert (ran.code, last(ran)) == (0, "75 posts with captures: 75 same")


def test_posts_of_both_families_that_come_in_other_runs_are_made_again(site: Site, world: World) -> None:
    """The second is made with what the first one's post tells."""
    assert site.crawl("category=emnews", settings=ALL).code == 0
    flashes = len(site.posts())
    assert site.crawl(settings=ALL).code == 0
    assert len(site.posts()) > flashes > 0
    assert [origin for origin in origins(site) for ref in origin["refs"] if ref.get("kept")]
    ran = reparse(site)
    assert (ran.code, last(ran)) == (0, "75 posts with captures: 75 same")


def test_a_post_that_its_source_edited_is_made_again_as_it_is_now(site: Site, world: World) -> None:
    assert site.crawl(settings=ALL).code == 0
    before = site.posts()
    for role in ("share", "origin"):
        site.room.answer(role, "/NewsData/", edit=lambda text: text.replace("截至目前", "截至今日"))
    assert site.crawl("refresh=36500", settings=ALL).code == 0
    edited = [path for path, post in site.posts().items() if post != before[path]]
    assert edited
    assert len([origin for origin in origins(site) if origin.get("replaced")]) == len(edited)
    ran = reparse(site)
    assert (ran.code, last(ran)) == (0, "75 posts with captures: 75 same")


def test_a_route_that_failed_is_not_read_again(site: Site, world: World) -> None:
    story = next(story for story in world if story.in_article and not story.in_flash)
    site.room.answer("share", f"/NewsData/GetNewsText.do?id=NW{story.number}", body="no JSON")
    site.room.answer("origin", f"/NewsData/GetNewsText.do?id=NW{story.number}", status=503)
    assert site.crawl(settings=ALL).code == 0
    assert reparse(site, "-a", f"id=NW{story.number}").code == 0


def test_posts_from_an_archive_of_the_web_are_made_again(site: Site, world: World) -> None:
    window = (f"since={world.time(0):%Y-%m-%d}", f"until={world.time(len(world) - 1):%Y-%m-%d}")
    assert site.crawl("source=wayback", *window, settings=ALL).code in (0, 7)
    ran = reparse(site)
    number = len(site.posts())
    assert number > 50
    assert (ran.code, last(ran)) == (0, f"{number} posts with captures: {number} same")


def test_posts_of_sites_that_are_known_by_their_tables_are_made_again(tmp_path: Path) -> None:
    with served(wordpress()) as blog, served(newspaper()) as paper, served(hugo()) as notes:
        sites = Sites(tmp_path / "site", {"wordpress": blog, "newspaper": paper, "hugo": notes})
        assert sites.scrapy("crawl", "finews", "-s", "FINEWS_EVIDENCE=articles").code == 3  # see there
        ran = sites.scrapy("reparse")
    file = tmp_path / "finews.toml"  # where they may stand, too
    tables = re.sub(r"^\[", "[sources.", sites.output.with_suffix(".toml").read_text("utf-8"), flags=re.MULTILINE)
    file.write_text('output = "site"\n' + tables, encoding="utf-8")
    by_file = run_forked("reparse", "--config", str(file))
    assert (by_file.code, by_file.out) == (ran.code, ran.out)
    number = len(list(sites.output.glob("_posts/**/*.md")))
    assert number > 5
    assert (ran.code, last(ran)) == (0, f"{number} posts with captures: {number} same")


# What differs.


def test_a_post_that_comes_out_otherwise_is_named_with_a_short_diff(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    before = site.posts()
    ran = reparse(site, *OTHER)
    assert ran.code == ExitCode.CHECK_FAILED
    assert last(ran) == "75 posts with captures: 75 differs"
    assert ran.out.count("\n    +[返回") == 75
    assert len(ran.out.splitlines()) == 75 * 3 + 1
    assert site.posts() == before


def test_better_posts_take_their_place_and_are_finewss_own_then(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    before = site.posts()
    ran = reparse(site, "--write", *OTHER)
    assert (ran.code, last(ran)) == (0, "75 posts with captures: 75 cleaned again")
    for path, post in nonempty(list(site.posts().items())):
        assert post == before[path].replace(b"//finews.withounder.com", b"//other.example")
    ran = reparse(site, *OTHER)
    assert (ran.code, last(ran)) == (0, "75 posts with captures: 75 same")
    assert site.crawl(settings=ALL).code == 0
    assert "0 new" not in ran.out


def test_what_is_cleaned_again_has_a_commit_of_its_own(site: Site) -> None:
    site.output.mkdir()
    git(site, "init", "-q", "-b", "main")
    git(site, "config", "user.name", "Me")
    git(site, "config", "user.email", "me@example.com")
    assert site.crawl(settings=ALL | {"FINEWS_PUBLISH": "commit"}).code == 0
    assert reparse(site, "--write", "-s", "FINEWS_PUBLISH=commit", *OTHER).code == 0
    message = git(site, "log", "-1", "--format=%B")
    assert message.startswith("75 cleaned again\n")
    assert "\nFinews-Edited: 0\n" in message
    assert "\nFinews-Cleaned-Again: 75\n" in message
    assert git(site, "status", "--porcelain") == ""


def test_a_commit_has_a_thousand_posts_and_no_more() -> None:
    evidence = PostEvidence("NW1", "", "", "", "", ())
    reviewed = [Reviewed(Path(str(number)), evidence, State.DIFFERS) for number in range(2_500)]
    found = list(batches(reviewed, BATCH))
    assert [len(batch) for batch in found] == [1_000, 1_000, 500]
    assert [one for batch in found for one in batch] == reviewed


def test_what_is_cleaned_again_keeps_its_place_and_its_date(site: Site) -> None:
    """By these, feeds know what is new."""
    assert site.crawl(settings=ALL).code == 0
    before = site.posts()
    assert reparse(site, "--write", *OTHER).code == 0
    after = site.posts()
    assert after.keys() == before.keys()
    assert [date_of(after[path]) for path in nonempty(list(before))] == [date_of(post) for post in before.values()]


def date_of(post: bytes) -> bytes:
    (line,) = re.findall(rb"^date: .*$", post, re.MULTILINE)
    return bytes(line)


def git(site: Site, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=site.output, check=True, capture_output=True, text=True).stdout


def test_a_post_that_somebody_else_changed_is_left_alone_and_named(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    path, post = min(site.posts().items())
    (site.output / path).write_bytes(post + b"\n<!-- mine -->\n")
    ran = reparse(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert f"differs, not as finews wrote it: {path}" in ran.out
    ran = reparse(site, "--write")
    assert ran.code == ExitCode.CHECK_FAILED
    assert f"left alone, not as finews wrote it: {path}" in ran.out
    assert (site.output / path).read_bytes() == post + b"\n<!-- mine -->\n"
    assert reparse(site, "--write", "--force").code == 0
    assert (site.output / path).read_bytes() == post


def test_evidence_of_a_text_that_was_never_written_is_passed_over(site: Site) -> None:
    """A run was killed between the evidence of an edit and its post: the post is as the evidence before says."""
    assert site.crawl(settings=ALL).code == 0
    before = site.posts()
    assert reparse(site, "--write", *OTHER).code == 0
    for path, post in before.items():
        (site.output / path).write_bytes(post)
    ran = reparse(site)
    assert (ran.code, last(ran)) == (0, "75 posts with captures: 75 same")


# What cannot be read.


def test_a_segment_that_is_damaged_is_named_and_costs_no_more_than_what_it_holds(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    (segment,) = segments(folder(site))
    origin = origins(site)[-1]
    at = origin["steps"][-1]["captures"][-1]["offset"] + 40
    data = bytearray(segment.read_bytes())
    data[at] ^= 0xFF
    segment.write_bytes(data)
    ran = reparse(site)
    assert ran.code == ExitCode.CHECK_FAILED
    assert segment.name in ran.out


def test_a_post_whose_captures_are_gone_is_unreadable(site: Site, world: World) -> None:
    assert site.crawl("category=emnews", settings=ALL).code == 0
    (first,) = segments(folder(site))
    number = len(site.posts())
    assert reparse(site, "--write", *OTHER).code == 0
    first.unlink()
    ran = reparse(site, *OTHER)
    assert (ran.code, last(ran)) == (ExitCode.CHECK_FAILED, f"{number} posts with captures: {number} unreadable")
    assert f"{first.name} is not there" in ran.out


def test_posts_of_which_nothing_was_kept_are_named(site: Site) -> None:
    assert site.crawl("category=emnews").code == 0
    before = len(site.posts())
    assert site.crawl(settings=ALL).code == 0
    kept_of = len({origin["post"] for origin in origins(site)})
    ran = reparse(site)
    assert (ran.code, last(ran)) == (
        ExitCode.CHECK_FAILED,
        f"{kept_of} posts with captures: {kept_of} same; {before} posts without",
    )
    kept = reparse(site, "--kept")
    assert kept.code == ExitCode.OK
    assert "no captures" not in kept.out
    named = [line.removeprefix("no captures: ") for line in ran.out.splitlines() if line.startswith("no captures: ")]
    assert len(nonempty(named)) == before
    ran = reparse(site, "-a", f"id={Path(named[0]).stem[11:]}")
    assert ran.code == ExitCode.CHECK_FAILED
    assert ran.out.splitlines() == [f"no captures: {named[0]}", "0 posts with captures: none; 1 post without"]


def test_a_ledger_that_is_lost_hides_none_of_them(site: Site) -> None:
    assert site.crawl().code == 0
    folder(site).mkdir()
    (site.output / ".finews/ledger.sqlite").unlink()
    ran = reparse(site)
    assert (ran.code, last(ran)) == (ExitCode.CHECK_FAILED, "0 posts with captures: none; 75 posts without")


# What is asked for.


def test_a_window_and_an_id_narrow_it(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    of_a_day = [path for path in site.posts() if path.startswith("_posts/2021/12/30/")]
    ran = reparse(site, "-a", "since=2021-12-30", "-a", "until=2021-12-30")
    assert last(ran) == f"{len(of_a_day)} posts with captures: {len(of_a_day)} same"
    ran = reparse(site, "-a", f"id={Path(of_a_day[0]).stem[11:]}")
    assert ran.out.splitlines() == [f"same: {of_a_day[0]}", "1 post with captures: 1 same"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-a", "id=NW202112302230672549"), "id=NW202112302230672549: there is no post of it"),
        (("-a", "day=1"), "day=: is no argument"),
        (("-a", "since=yesterday"), "since"),
        (("--force",), "--force: is for --write"),
    ],
)
def test_what_cannot_be_meant_is_refused(site: Site, words: tuple[str, ...], message: str) -> None:
    folder(site).mkdir(parents=True)
    (site.output / "_posts").mkdir()
    site.words((), {})
    ran = reparse(site, *words)
    assert ran.code == ExitCode.WRONG
    assert message in ran.err


def test_without_evidence_there_is_nothing_to_make_posts_from(site: Site) -> None:
    site.output.mkdir()
    site.words((), {})
    ran = reparse(site)
    assert ran.code == ExitCode.WRONG
    assert "nothing was kept" in ran.err


def test_pictures_that_a_better_post_names_are_owed_and_come_with_the_next_run(site: Site) -> None:
    site.room.pictures_here = True
    assert site.crawl(settings=ALL).code == 0
    plain = {path: re.sub(rb"<img [^>]*>", b"", post) for path, post in site.posts().items()}
    changed, others = sorted(path for path, post in site.posts().items() if plain[path] != post)[:2]
    (site.output / changed).write_bytes(plain[changed])
    pictures = ("-s", "FINEWS_PICTURES=on")
    assert f"cleaned again, not as finews wrote it: {changed}" in reparse(site, "--write", "--force", *pictures).out
    assert site.crawl(settings=ALL | {"FINEWS_PICTURES": "on"}).code == 0
    asked = [logged.path for logged in site.room.requests("pictures", "/download")]
    (post,) = (post for path, post in site.posts().items() if path == changed)
    assert set(asked) == set(re.findall(r"/download/[^\"]+", post.decode()))
    assert asked
    assert others
    assert reparse(site, "--write", *OTHER, *pictures).code == 0  # posts name no other pictures than before
    assert site.crawl(settings=ALL | {"FINEWS_PICTURES": "on"}).code == 0
    assert not [logged for logged in site.room.requests("pictures", "/download") if logged.path not in asked]
