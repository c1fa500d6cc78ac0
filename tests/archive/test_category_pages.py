"""Category pages, and `scrapy categories` through the front door."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from parsel import Selector

from finews_spider.archive import category_pages
from finews_spider.archive.category_pages import Category, State
from finews_spider.archive.lock import archive_lock
from tests.conftest import run_forked
from tests.support import existing
from tests.support.built import build
from tests.support.existing import RIGHT, UNTITLED, WRONG, fingerprints
from tests.support.nonempty import nonempty

TAG = "中国证券报新闻"


def post(
    output: Path,
    number: int,
    category: str,
    tag: str,
    day: str = "2021-12-30",
    folder: str = "_posts",
    time: str = "07:57:23",
) -> Path:
    there = output / folder / f"{day}-NW{day.replace('-', '')}{number:010}.md"
    there.parent.mkdir(parents=True, exist_ok=True)
    head = f"layout: post\ntitle: 题\ndate: {day} {time} +0800\ncategories: {category}\ntags: {tag}\n"
    there.write_text(f"---\n{head}---\n<p>文</p>", encoding="utf-8")
    return there


def put(output: Path, path: str, text: str) -> Path:
    there = output / path
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_bytes(text.encode())
    return there


def state(output: Path, slug: str) -> State:
    return category_pages.page(output, category_pages.scan(output)[slug]).state


def fix(output: Path, slug: str) -> bool:
    category = category_pages.scan(output)[slug]
    return category_pages.fix(output, category, category_pages.page(output, category))


def test_a_page_is_written_with_the_title_that_the_posts_have(tmp_path: Path) -> None:
    put(tmp_path, category_pages.LAYOUT, "")
    assert category_pages.ensure(tmp_path, {"zhongguozhengquanbao": TAG}) == [
        tmp_path / "category/zhongguozhengquanbao.html"
    ]
    page = (tmp_path / "category/zhongguozhengquanbao.html").read_text(encoding="utf-8")
    assert page == f'---\nlayout: category\ntitle: "{TAG}"\ncategory: zhongguozhengquanbao\n---\n'


def test_the_flashes_have_their_page_in_their_folder(tmp_path: Path) -> None:
    assert category_pages.ensure(tmp_path, {"emnews": "东财滚动新闻"}) == [tmp_path / "emnews/index.html"]


def test_a_page_that_is_there_is_kept_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, "category/a.html", "手写的")
    put(tmp_path, "category/b.md", "手写的")
    (tmp_path / "category/c.html").symlink_to("nowhere")
    before = fingerprints(tmp_path)
    assert category_pages.ensure(tmp_path, {"a": TAG, "b": TAG, "c": TAG}) == []
    assert fingerprints(tmp_path) == before


@pytest.mark.parametrize("slug", ["2021", "true", "1e5", "0x1F", "emnewsx", "TechWeb"])
def test_a_slug_is_a_string_for_yaml(tmp_path: Path, slug: str) -> None:
    (page,) = category_pages.ensure(tmp_path, {slug: 'A: "引"\u2028'})
    head = yaml.safe_load(page.read_text(encoding="utf-8").split("---\n")[1])
    assert head == {"layout": "default", "heading": 'A: "引"\u2028', "category": slug}


@pytest.mark.parametrize("slug", ["", "..", "../a", "a/b", "a.html", "a b", "中", "a\n", "a" * 201])
def test_what_is_no_slug_is_refused(tmp_path: Path, slug: str) -> None:
    with pytest.raises(ValueError, match="not a slug"):
        category_pages.ensure(tmp_path, {slug: TAG})
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_left(tmp_path: Path) -> None:
    category_pages.ensure(tmp_path, {"a": TAG})
    assert list(fingerprints(tmp_path)) == ["category/a.html"]
    assert list((tmp_path / ".finews/tmp").iterdir()) == []


def test_a_page_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        category_pages.ensure(tmp_path, {"a": TAG})
    assert not (tmp_path / "category/a.html").exists()


def test_categories_are_those_of_the_posts_in_every_folder(tmp_path: Path) -> None:
    for number, folder in enumerate(["_posts", "_posts/2021/12/30", "old_post", "_old_post/2021"]):
        post(tmp_path, number, "a", "一新闻", folder=folder)
    post(tmp_path, 9, "b", "二新闻")
    found = category_pages.scan(tmp_path)
    assert {slug: (entry.posts, entry.tag) for slug, entry in found.items()} == {"a": (4, "一新闻"), "b": (1, "二新闻")}


@pytest.mark.parametrize(
    ("head", "slug"),
    [("categories: a", "a"), ("category: a", "a"), ("categories: [a]\ncategory: b", "a"), ("title: a", "")],
)
def test_a_post_tells_its_category(tmp_path: Path, head: str, slug: str) -> None:
    assert category_pages.of(put(tmp_path, "post.md", f"---\n{head}\n---\n")) == slug


def test_the_newest_posts_tag_is_the_title(tmp_path: Path) -> None:
    post(tmp_path, 3, "a", "旧新闻", "2021-12-29", time="23:00:00")
    post(tmp_path, 2, "a", "早新闻", time="06:00:00")
    post(tmp_path, 1, "a", "新新闻", time="08:00:00")
    post(tmp_path, 4, "a", "旧新闻", "2021-12-28")
    found = category_pages.scan(tmp_path)["a"]
    assert found.tag == "新新闻"
    assert found.tags == {"旧新闻": 2, "早新闻": 1, "新新闻": 1}


def test_a_tag_with_white_space_is_one_name_in_either_form(tmp_path: Path) -> None:
    post(tmp_path, 1, "a", '["一  二新闻"]')
    post(tmp_path, 2, "a", "一  二新闻")
    assert category_pages.scan(tmp_path)["a"].tags == {"一  二新闻": 2}


def test_files_that_are_no_posts_tell_nothing(tmp_path: Path) -> None:
    post(tmp_path, 1, "a", TAG).rename(tmp_path / "_posts/2021-12-01-init.md")
    for number, text in enumerate(["", "文", "---\ncategories: ../x\ntags: 一\n---\n", "---\ncategories: a b\n---\n"]):
        put(tmp_path, f"_posts/2021-12-30-NW20211230{number:010}.md", text)
    (tmp_path / "_posts/2021-12-30-NW202112300000000009.md").write_bytes("---\ncategories: 中\n---\n".encode("gbk"))
    (tmp_path / "_posts/2021-12-30-NW202112300000000010.md").symlink_to("nowhere")
    assert category_pages.scan(tmp_path) == {}


def test_a_long_front_matter_is_read_to_its_end(tmp_path: Path) -> None:
    there = post(tmp_path, 1, "a", TAG)
    there.write_text(there.read_text("utf-8").replace("题", "题" * 5000), encoding="utf-8")
    assert category_pages.scan(tmp_path)["a"].tag == TAG


def test_a_post_without_a_tag_gives_no_title(tmp_path: Path) -> None:
    post(tmp_path, 1, "a", "")
    assert state(tmp_path, "a") is State.NAMELESS
    assert not fix(tmp_path, "a")
    post(tmp_path, 2, "a", TAG, "2020-01-01")
    assert state(tmp_path, "a") is State.MISSING


@pytest.mark.parametrize("key", ["title", "heading"])
@pytest.mark.parametrize("title", [TAG, f'"{TAG}"', f"'{TAG}'", "中国证券报"])
def test_a_title_that_the_posts_say_is_right(tmp_path: Path, title: str, key: str) -> None:
    post(tmp_path, 1, "a", TAG)
    put(tmp_path, "category/a.html", f"---\n{key}: {title}\n---\n")
    assert state(tmp_path, "a") is State.RIGHT


@pytest.mark.parametrize("key", ["title", "heading"])
def test_only_the_line_of_a_wrong_title_is_changed(tmp_path: Path, key: str) -> None:
    post(tmp_path, 1, "a", TAG)
    text = f"---\r\nlayout: mine\r\n{key}: 别家新闻\r\n---\r\n手写的\r\ntitle: 文\r\n"
    page = put(tmp_path, "category/a.html", text)
    assert state(tmp_path, "a") is State.WRONG
    assert fix(tmp_path, "a")
    assert page.read_bytes().decode() == text.replace("别家新闻", f'"{TAG}"')
    assert state(tmp_path, "a") is State.RIGHT


@pytest.mark.parametrize(
    "text", ["手写的", "---\nlayout: mine\n---\n<h2>别家新闻</h2>", "---\ntitle: >-\n  别家\n---\n"]
)
def test_a_page_without_a_title_to_read_is_left_alone(tmp_path: Path, text: str) -> None:
    post(tmp_path, 1, "a", TAG)
    page = put(tmp_path, "category/a.html", text)
    assert state(tmp_path, "a") is State.UNTITLED
    assert not fix(tmp_path, "a")
    assert page.read_bytes().decode() == text


def test_a_page_in_another_encoding_is_left_alone(tmp_path: Path) -> None:
    post(tmp_path, 1, "a", TAG)
    put(tmp_path, "category/a.html", "").write_bytes("---\ntitle: 别家\n---\n".encode("gbk"))
    assert state(tmp_path, "a") is State.UNTITLED


def test_a_link_in_the_place_of_a_page_is_not_written_through(tmp_path: Path) -> None:
    post(tmp_path, 1, "a", TAG)
    other = put(tmp_path, "elsewhere", "---\ntitle: 别家新闻\n---\n")
    put(tmp_path, "category/b.html", "")
    (tmp_path / "category/a.html").symlink_to(other)
    assert state(tmp_path, "a") is State.UNTITLED
    assert not fix(tmp_path, "a")
    assert "别家" in other.read_text(encoding="utf-8")


def test_a_page_of_another_category_is_left_to_it(tmp_path: Path) -> None:
    # As on a disk that does not tell Techweb.html from TechWeb.html.
    post(tmp_path, 1, "Techweb", "Techweb新闻")
    put(tmp_path, "category/Techweb.html", category_pages.text("TechWeb", "TechWeb新闻"))
    assert state(tmp_path, "Techweb") is State.SHARED
    assert not fix(tmp_path, "Techweb")


def test_slugs_that_are_one_file_on_some_disks_are_named() -> None:
    assert category_pages.same_but_for_case(["b", "Techweb", "TechWeb", "a"]) == [["TechWeb", "Techweb"]]


def test_what_is_right_is_not_mended(tmp_path: Path) -> None:
    post(tmp_path, 1, "a", TAG)
    assert fix(tmp_path, "a")
    before = fingerprints(tmp_path)
    assert not fix(tmp_path, "a")
    assert fingerprints(tmp_path) == before


def test_a_category_counts_posts_without_a_tag() -> None:
    category = Category("a")
    category.count("2021", "")
    assert (category.posts, category.tag) == (1, "")


@pytest.mark.slow
def test_a_site_without_our_layout_has_pages_that_list_their_posts(tmp_path: Path, tool: Callable[[str], str]) -> None:
    site = existing.make(tmp_path / "site", 200)
    assert run_forked("categories", "--fix", "-s", f"FINEWS_OUTPUT={site}").code == 0
    built = build(tool("jekyll"), site)
    page = Selector((built / "category/TechWeb.html").read_text(encoding="utf-8"))
    assert page.xpath("//h2/text()").getall() == ["TechWeb新闻"]
    posts = [path for path in site.glob("_posts/*.md") if "tags: TechWeb" in path.read_text(encoding="utf-8")]
    links = page.xpath("//li/a/@href").getall()
    assert {Path(link).stem for link in links} == {post.stem[11:] for post in posts}
    assert all((built / link[1:]).exists() for link in nonempty(links))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return existing.make(tmp_path_factory.mktemp("existing") / "site", 2000)


@pytest.mark.slow
def test_an_existing_site_is_listed_and_not_touched(there: Path) -> None:
    before = fingerprints(there)
    ran = run_forked("categories", "-s", f"FINEWS_OUTPUT={there}")
    assert ran.code == 8
    assert fingerprints(there) == before
    assert "2000 posts in 14 categories" in ran.out
    assert f"wrong title: category/{WRONG}.html: 重庆商报新闻 -> 广州日报新闻" in ran.out
    assert "missing: category/TechWeb.html: TechWeb新闻" in ran.out
    assert "TechWeb, Techweb: differ in case only" in ran.out
    assert ran.err == ""


@pytest.mark.slow
def test_fixing_an_existing_site_adds_pages_and_changes_lines_of_titles_only(there: Path, tmp_path: Path) -> None:
    site = existing.make(tmp_path / "site", 200)
    before = fingerprints(site)
    ran = run_forked("categories", "--fix", "-s", f"FINEWS_OUTPUT={site}")
    assert ran.code == 0
    after = fingerprints(site)
    changed = {path for path in before if after[path] != before[path]}
    assert changed == {f"category/{WRONG}.html", "category/meirijingjixinwen.md"}
    assert {path.split("/")[0] for path in after.keys() - before.keys()} == {"category"}
    assert f"category/{RIGHT}.html" not in ran.out
    assert f"left alone, no title to read: category/{UNTITLED}.html" in ran.out
    page = (site / f"category/{WRONG}.html").read_bytes().decode()
    assert page == existing.PAGES[f"category/{WRONG}.html"].replace("重庆商报新闻  ", '"广州日报新闻"')
    again = run_forked("categories", "--fix", "-s", f"FINEWS_OUTPUT={site}")
    assert (again.code, fingerprints(site)) == (0, after)


def test_fixing_waits_for_no_run(tmp_path: Path) -> None:
    with archive_lock(tmp_path):
        ran = run_forked("categories", "--fix", "-s", f"FINEWS_OUTPUT={tmp_path}")
    assert ran.code == 6
    assert "held by another run" in ran.err


def test_an_output_that_cannot_be_written_is_a_mistake(tmp_path: Path) -> None:
    put(tmp_path, ".finews", "a file")
    ran = run_forked("categories", "--fix", "-s", f"FINEWS_OUTPUT={tmp_path}")
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_an_output_that_is_not_there_is_a_mistake_and_not_made(tmp_path: Path) -> None:
    for words in ([], ["--fix"]):
        ran = run_forked("categories", *words, "-s", f"FINEWS_OUTPUT={tmp_path}/typo")
        assert (ran.code, ran.err) == (2, f"scrapy categories: FINEWS_OUTPUT: there is no {tmp_path}/typo\n")
    assert list(tmp_path.iterdir()) == []


def test_an_argument_is_refused() -> None:
    assert run_forked("categories", "--fxi").code == 2
