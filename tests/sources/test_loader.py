from pathlib import Path
from typing import Any

import pytest

import finews_spider
from finews_spider.exceptions import ConfigurationError
from finews_spider.sources.finews import FinewsSource
from finews_spider.sources.loader import SourcesFileError, load

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
    return "".join(f"{line}\n" if each.startswith(f"{key} =") else each for each in LINES)


def test_the_shipped_file_is_accepted() -> None:
    assert list(load(SHIPPED)) == ["finews", "eastmoney"]


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
    assert refusal(tmp_path, text) == ":15: finnews: unknown source; known are finews, eastmoney"


def test_an_unknown_key_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    message = refusal(tmp_path, with_line("categories", 'categorys = ["TechWeb"]'))
    assert message == (
        ":13: finews.categorys: unknown key; known are"
        " site, share, origin, text_path, share_link, flash_link, categories, enabled, then, max_age_days"
    )


@pytest.mark.parametrize("key", ["site", "share", "text_path", "share_link", "flash_link"])
def test_a_key_that_is_missing_is_named_at_its_table(tmp_path: Path, key: str) -> None:
    assert refusal(tmp_path, with_line(key, "")) == f":3: finews.{key}: is missing"


def test_a_list_over_several_lines_is_named_at_its_key(tmp_path: Path) -> None:
    text = "".join(LINES).replace("http://choice", "choice")
    assert refusal(tmp_path, text).startswith(":7: finews.origin: 'choicewzp1.eastmoney.com' is not a scheme and host")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("enabled = 1", ":4: finews.enabled: must be a bool, not 1"),
        ('enabled = "yes"', ":4: finews.enabled: must be a bool, not 'yes'"),
        ("site = 1", ":5: finews.site: must be a str, not 1"),
        ('site = ["https://a.example"]', ":5: finews.site: must be a str, not ['https://a.example']"),
        ('share = "http://a.example"', ":6: finews.share: must be a list"),
        ("max_age_days = true", ":14: finews.max_age_days: must be a int, not True"),
        ("max_age_days = 1.5", ":14: finews.max_age_days: must be a int, not 1.5"),
        ("share = [1]", ":6: finews.share: must be a str, not 1"),
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
        ('share = ["a"]', ":6: finews.share: 'a' is not a scheme and host, like https://example.com"),
        ('text_path = "/a"', ":10: finews.text_path: '/a' is not a path with {id} in it, like /page.do?id={id}"),
        ('text_path = "/{id}{x}"', ":10: finews.text_path: '/{id}{x}' is not a path with {id} in it"),
        ('share_link = "http://a.example/"', ":11: finews.share_link: 'http://a.example/' is not a URL with {id}"),
        ('flash_link = "/{id}"', ":12: finews.flash_link: '/{id}' is not a URL with {id} (NW and digits) or {number}"),
        ("max_age_days = -1", ":14: finews.max_age_days: -1 is not a number of days up to 9999; 0 is no limit"),
        ("max_age_days = 10000", ":14: finews.max_age_days: 10000 is not a number of days up to 9999; 0 is no limit"),
        ('categories = ["a b"]', ":13: finews.categories: 'a b' is not a slug, like zhongguozhengquanbao"),
    ],
)
def test_a_value_of_another_form_is_refused_with_the_right_one(tmp_path: Path, line: str, message: str) -> None:
    assert refusal(tmp_path, with_line(line.split()[0], line)).startswith(message)


def test_a_list_of_tables_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[[finews]]\n") == ":1: finews: must be a table"


def test_a_source_that_is_no_table_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "\nfinews = 3\n") == ":2: finews: must be a table"


def test_a_key_in_quotes_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, with_line("site", '"site" = 1')).startswith(":5: finews.site: must be")
