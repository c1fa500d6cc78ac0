from pathlib import Path
from typing import Any

import pytest

import finews_spider
from finews_spider.exceptions import ConfigurationError
from finews_spider.sources.finews import FinewsSource
from finews_spider.sources.loader import SOURCES, SourcesFileError, load
from tests.support.third_site import ThirdSource

SHIPPED = Path(finews_spider.__file__).with_name("sources.toml")
LINES = """\
# a comment

[finews]
enabled = true
site = "https://finews.withounder.com"
share = ["http://finews.zning.xyz"]
origin = [
    "http://choicewzp1.eastmoney.com",
]
text_path = "/NewsData/GetNewsText.do?id={id}"
share_link = "http://finews.zning.xyz/html_News/NewsShare.html?infoCode={id}"
flash_link = "http://finance.eastmoney.com/news/1354,{number}.html"
categories = ["TechWeb"]
max_age_days = 3
""".splitlines(keepends=True)


def refusal(folder: Path, text: str) -> str:
    """Why the file is refused, after its path."""
    file = folder / "sources.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourcesFileError) as caught:
        load(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    return message.removeprefix(str(file))


def with_line(key: str, line: str) -> str:
    """The file with another line for that key."""
    return "".join(f"{line}\n" if entry.startswith(f"{key} =") else entry for entry in LINES)


def test_the_shipped_file_is_accepted() -> None:
    assert list(load(SHIPPED)) == ["finews", "eastmoney", "wayback"]


def test_a_site_that_stopped_has_no_limit_of_age_and_one_that_goes_on_outlasts_holidays() -> None:
    limits = {name: source.max_age_days for name, source in load(SHIPPED).items()}
    assert limits["finews"] == 0
    assert limits["eastmoney"] >= 10  # the Spring Festival of 2026 has nine days


def test_a_file_gives_sources_with_its_values(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text("".join(LINES), encoding="utf-8")
    expected: Any = FinewsSource(
        site="https://finews.withounder.com",
        share=("http://finews.zning.xyz",),
        origin=("http://choicewzp1.eastmoney.com",),
        text_path="/NewsData/GetNewsText.do?id={id}",
        share_link="http://finews.zning.xyz/html_News/NewsShare.html?infoCode={id}",
        flash_link="http://finance.eastmoney.com/news/1354,{number}.html",
        categories=("TechWeb",),
        enabled=True,
        max_age_days=3,
    )
    assert load(file) == {"finews": expected}


def test_keys_with_a_default_may_be_left_out(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(
        with_line("categories", "").replace("enabled = true\n", "").replace("max_age_days = 3\n", ""), encoding="utf-8"
    )
    source = load(file)["finews"]
    assert isinstance(source, FinewsSource)
    assert (source.categories, source.enabled, source.max_age_days) == ((), True, 0)


def test_a_source_that_is_not_enabled_is_there(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(with_line("enabled", "enabled = false"), encoding="utf-8")
    assert not load(file)["finews"].enabled


def test_a_mistake_is_one_of_the_operator() -> None:
    assert issubclass(SourcesFileError, ConfigurationError)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourcesFileError, match=r"sources\.toml: cannot be read: .*No such file"):
        load(tmp_path / "sources.toml")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_bytes("# 中文".encode("gb18030"))
    with pytest.raises(SourcesFileError, match=r"sources\.toml: cannot be read: 'utf-8' codec"):
        load(file)


def test_what_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, with_line("site", "site = https://finews.withounder.com"))
    assert message.startswith(": cannot be read: ")
    assert "at line 5" in message


def test_an_unknown_source_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    text = "".join([*LINES, "[finnews]\n"])
    assert refusal(tmp_path, text) == (
        ":15: finnews: unknown source; known are finews, eastmoney, feed, wayback; did you mean finews?"
    )


def test_an_unknown_key_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    message = refusal(tmp_path, with_line("categories", 'categorys = ["TechWeb"]'))
    assert message == (
        ":13: finews.categorys: unknown key; known are"
        " enabled, fallback_sources, max_age_days, pictures, site, share, origin, text_path, share_link, flash_link,"
        " categories; did you mean categories?"
    )


def test_an_unknown_key_that_is_like_no_other_is_refused_too(tmp_path: Path) -> None:
    assert refusal(tmp_path, with_line("categories", "name = 1")).startswith(
        ":13: finews.name: unknown key; known are "
    )


@pytest.mark.parametrize("key", ["site", "share", "text_path", "share_link", "flash_link"])
def test_a_key_that_is_missing_is_named_at_its_table(tmp_path: Path, key: str) -> None:
    assert refusal(tmp_path, with_line(key, "")) == f":3: finews.{key}: is missing"


def test_an_entry_of_a_list_is_named_with_its_number_and_its_line(tmp_path: Path) -> None:
    text = "".join(LINES).replace("http://choice", "choice")
    assert refusal(tmp_path, text).startswith(
        ":8: finews.origin[0]: 'choicewzp1.eastmoney.com' is not a scheme and host"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("enabled = 1", ":4: finews.enabled: 1 is not true or false"),
        ('enabled = "yes"', ":4: finews.enabled: 'yes' is not true or false"),
        ("site = 1", ":5: finews.site: 1 is not a scheme and host, like https://example.com"),
        (
            'site = ["https://a.example"]',
            ":5: finews.site: ['https://a.example'] is not a scheme and host, like https://example.com",
        ),
        ('share = "http://a.example"', ":6: finews.share: must be a list"),
        ("share = [1]", ":6: finews.share[0]: 1 is not a scheme and host, like https://example.com"),
        ("max_age_days = true", ":14: finews.max_age_days: True is not a number of days up to 9999; 0 is no limit"),
        ("max_age_days = 1.0", ":14: finews.max_age_days: 1.0 is not a number of days up to 9999; 0 is no limit"),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_right_one(tmp_path: Path, line: str, message: str) -> None:
    assert refusal(tmp_path, with_line(line.split()[0], line)) == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('site = "finews.withounder.com"', ":5: finews.site: 'finews.withounder.com' is not a scheme and host"),
        ('site = "https://a.example/"', ":5: finews.site: 'https://a.example/' is not a scheme and host"),
        ('site = "ftp://a.example"', ":5: finews.site: 'ftp://a.example' is not a scheme and host"),
        ('site = "https://a.example\\n"', ":5: finews.site: 'https://a.example\\n' is not a scheme and host"),
        ('site = "see https://a.example"', ":5: finews.site: 'see https://a.example' is not a scheme and host"),
        ('share = ["a"]', ":6: finews.share[0]: 'a' is not a scheme and host, like https://example.com"),
        ('text_path = "/a"', ":10: finews.text_path: '/a' is not a path with {id} in it, like /page.do?id={id}"),
        ('text_path = "/{id}{x}"', ":10: finews.text_path: '/{id}{x}' is not a path with {id} in it"),
        ('share_link = "http://a.example/"', ":11: finews.share_link: 'http://a.example/' is not a URL with {id}"),
        ('flash_link = "/{id}"', ":12: finews.flash_link: '/{id}' is not a URL with {id} (NW and digits) or {number}"),
        ("max_age_days = -1", ":14: finews.max_age_days: -1 is not a number of days up to 9999; 0 is no limit"),
        ("max_age_days = 10000", ":14: finews.max_age_days: 10000 is not a number of days up to 9999; 0 is no limit"),
        ('categories = ["a b"]', ":13: finews.categories[0]: 'a b' is not a slug, like zhongguozhengquanbao"),
    ],
)
def test_a_value_of_another_form_is_refused_with_the_right_one(tmp_path: Path, line: str, message: str) -> None:
    assert refusal(tmp_path, with_line(line.split()[0], line)).startswith(message)


def test_a_list_of_tables_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[[finews]]\n") == ":1: finews: must be a table"


def test_a_source_that_is_no_table_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "\nfinews = 3\n") == ":2: finews: must be a table"


def test_a_key_in_quotes_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, with_line("site", '"site" = 1')).startswith(":5: finews.site: 1 is not")


def with_columns(*lines: str) -> str:
    """The shipped file with these lines in place of those of the columns."""
    head, _, _ = SHIPPED.read_text(encoding="utf-8").partition("columns = [\n")
    return "\n".join([f"{head}columns = [", *lines, "]\n"])


def line_of_columns(number: int) -> int:
    """The line of the shipped file on which that entry stands."""
    return SHIPPED.read_text(encoding="utf-8").partition("columns = [\n")[0].count("\n") + 2 + number


COLUMN = '{ id = 344, slug = "ccjdd", name = "财经导读" },'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{ id = 0, slug = "cgnjj", name = "国内经济" },', ".id: 0 is not a whole number, 1 or more"),
        ('{ id = 350, slug = "cgnjj", name = 3 },', ".name: 3 is not a text in quotes"),
        ('{ slug = "cgnjj", name = "国内经济" },', ".id: is missing"),
        ('{ id = 350, slag = "cgnjj" },', ".slag: unknown key; known are id, slug, name, enabled; did you mean slug?"),
        ("350,", ": must be a table"),
    ],
)
def test_an_entry_that_is_a_table_is_named_with_its_number_and_its_line(
    tmp_path: Path, line: str, message: str
) -> None:
    text = with_columns(COLUMN, "# a comment with ] in it", COLUMN, f"{line}  # new", COLUMN)
    assert refusal(tmp_path, text) == f":{line_of_columns(3)}: eastmoney.columns[2]{message}"


def test_two_columns_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    text = with_columns(COLUMN, "{ id = 344 },")
    assert "eastmoney: two columns are called 344: 344 and 344" in refusal(tmp_path, text)


def test_an_entry_with_a_header_of_its_own_is_named_with_its_line(tmp_path: Path) -> None:
    head, _, _ = SHIPPED.read_text(encoding="utf-8").partition("columns = [\n")
    text = (
        head + '[[eastmoney.columns]]\nid = 344\nslug = "ccjdd"\nname = "财经导读"\n[[eastmoney.columns]]\nid = "3"\n'
    )
    assert refusal(tmp_path, text).startswith(
        f":{line_of_columns(4)}: eastmoney.columns[1].id: '3' is not a whole number"
    )


def test_the_old_name_of_a_key_is_read(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    file = tmp_path / "sources.toml"
    file.write_text(text.replace("fallback_sources =", "then ="), encoding="utf-8")
    assert "then =" in file.read_text(encoding="utf-8")
    assert load(file) == load(SHIPPED)
    assert load(file)["finews"].fallback_sources == ("eastmoney",)


@pytest.mark.parametrize("lines", ["then = []\nfallback_sources = []", "fallback_sources = []\n\nthen = []"])
def test_a_key_under_its_old_and_its_new_name_is_a_mistake(tmp_path: Path, lines: str) -> None:
    line = 13 + lines[: lines.index("then")].count("\n")
    assert refusal(tmp_path, with_line("categories", lines)) == (
        f":{line}: finews.then: is the old name of fallback_sources, which is there too; keep fallback_sources"
    )


@pytest.mark.parametrize("key", ["then", "fallback_sources"])
@pytest.mark.parametrize("name", ["finews", "eastmoney", "another"])
def test_another_source_has_to_be_one_of_the_file(tmp_path: Path, key: str, name: str) -> None:
    assert refusal(tmp_path, with_line("categories", f'{key} = [\n    "{name}",\n]')) == (
        f":14: finews.{key}[0]: '{name}' is not the name of another source of this file"
    )


def test_a_long_file_is_refused_soon(tmp_path: Path) -> None:
    lines = "\n".join(f'    "c{number}",' for number in range(4_000))
    message = refusal(tmp_path, with_line("categories", f'categories = [\n{lines}\n"a b",\n]'))
    assert message.startswith(":4014: finews.categories[4000]: 'a b' is not a slug")


def test_a_source_that_has_other_ids_cannot_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SOURCES, "third", ThirdSource)
    text = "".join([*LINES, 'fallback_sources = ["third"]\n[third]\nsite = "https://third.example"\n'])
    assert refusal(tmp_path, text) == (
        ":15: finews.fallback_sources[0]: third has other ids: it does not know these articles"
    )
