"""finews.toml and the environment: which goes before which, where the file is found, and its mistakes."""

import json
from pathlib import Path

import pytest
from scrapy.settings import Settings

from finews_spider.commands import site_file
from finews_spider.commands.site_file import IN_ENVIRONMENT, IN_FILE, apply, find, read
from finews_spider.exceptions import ConfigurationError
from finews_spider.settings import FINEWS_SOURCES_FILE
from finews_spider.sources.eastmoney import EastmoneySource
from finews_spider.sources.loader import SourcesFileError, load
from tests.conftest import run_forked, run_scrapy
from tests.support.settings import delivered


@pytest.fixture
def settings() -> Settings:
    settings = Settings()
    settings.setdict(delivered(), priority="project")
    return settings


def write(folder: Path, text: str) -> Path:
    file = folder / site_file.NAME
    file.write_text(text, encoding="utf-8")
    return file


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(
    settings: Settings, tmp_path: Path
) -> None:
    file = write(tmp_path, 'keep_days = 1\nowed_days = 1\nbranch = "one"\n[scrapy]\nDOWNLOAD_DELAY = 9\n')
    settings.set("FINEWS_KEEP_DAYS", "3", priority="cmdline")
    apply(settings, str(file), {"FINEWS_KEEP_DAYS": "2", "FINEWS_OWED_DAYS": "2", "DOWNLOAD_DELAY": "7"})
    assert [settings[f"FINEWS_{name}"] for name in ("KEEP_DAYS", "OWED_DAYS", "BRANCH")] == ["3", "2", "one"]
    assert settings["DOWNLOAD_DELAY"] == 9
    assert settings["FINEWS_OUTPUT"] == str(tmp_path)
    assert settings.getpriority("FINEWS_OWED_DAYS") == IN_ENVIRONMENT
    assert settings.getpriority("FINEWS_BRANCH") == IN_FILE


def test_the_nearest_file_is_found_upward(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    outer = write(tmp_path, "")
    assert find(deep) == outer
    inner = write(tmp_path / "a", "")
    assert find(deep) == inner


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    file = write(tmp_path / "conf", 'output = "../site"\nsources_file = "/etc/sources.toml"')
    assert Path(read(file)["FINEWS_OUTPUT"]).resolve() == tmp_path / "site"
    assert read(file)["FINEWS_SOURCES_FILE"] == "/etc/sources.toml"


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("\ncontcat = 1", ":2: contcat: no setting; did you mean contact?"),
        ("FINEWS_CONTACT = 1", ":1: FINEWS_CONTACT: no setting"),
        ("[scrapy]\n\nDOWNLOAD_TIMOUT = 1", ":3: scrapy.DOWNLOAD_TIMOUT: no setting; did you mean DOWNLOAD_TIMEOUT?"),
        ("[scrapy]\nFINEWS_CONTACT = 1", ":2: scrapy.FINEWS_CONTACT: no setting"),
        ("scrapy = 1", ":1: scrapy: must be a table"),
        ("sources = 1", ":1: sources: must be a table"),
        ("[source.finews]", ":1: source: no setting; did you mean sources?"),
        ("contact = []", ":1: contact: must be a single value"),
        ("contact =", ": cannot be read: "),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, trouble: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigurationError) as raised:
        read(file)
    assert str(raised.value).startswith(f"{file}{trouble}")


def test_a_file_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read"):
        apply(settings, str(tmp_path / "nowhere.toml"), {})


# Sources.


def test_the_keys_of_a_table_go_before_those_of_the_sources_file(tmp_path: Path) -> None:
    sources = load(Path(FINEWS_SOURCES_FILE), write(tmp_path, "[sources.eastmoney]\nrecent_pages = 7\n"))
    before, eastmoney = load(Path(FINEWS_SOURCES_FILE))["eastmoney"], sources["eastmoney"]
    assert isinstance(before, EastmoneySource)
    assert isinstance(eastmoney, EastmoneySource)
    assert (eastmoney.recent_pages, eastmoney.columns) == (7, before.columns)
    assert before.recent_pages != 7


def test_a_mistake_in_a_source_is_named_in_the_file_that_has_it(tmp_path: Path) -> None:
    file = write(tmp_path, 'contact = "x"\n[sources.eastmoney]\nrecent_pges = 7\n')
    with pytest.raises(SourcesFileError) as raised:
        load(Path(FINEWS_SOURCES_FILE), file)
    assert str(raised.value).startswith(f"{file}:3: eastmoney.recent_pges: unknown key")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[finews]\nsiet = 1\n", encoding="utf-8")
    with pytest.raises(SourcesFileError) as raised:
        load(wrong, write(tmp_path, "[sources.finews]\nenabled = false\n"))
    assert str(raised.value).startswith(f"{wrong}:2: finews.siet: unknown key")


# Through the front door.


def test_config_tells_where_each_value_comes_from(tmp_path: Path) -> None:
    file = write(tmp_path, "keep_days = 400\n")
    words = ("config", "--json", "--config", file, "-s", "FINEWS_PUBLISH=commit")
    ran = run_scrapy(*words, environment={"FINEWS_BRANCH": "main"})
    assert (ran.code, ran.err) == (0, "")
    rows = json.loads(ran.out)
    assert rows["FINEWS_KEEP_DAYS"] == {"value": 400, "from": "finews.toml"}
    assert rows["FINEWS_BRANCH"] == {"value": "main", "from": "environment"}
    assert rows["FINEWS_PUBLISH"] == {"value": "commit", "from": "command line"}
    assert rows["FINEWS_OWED_DAYS"] == {"value": 14, "from": "default"}


def test_config_shows_no_secret(tmp_path: Path) -> None:
    environment = {"FINEWS_PING": "https://ping.example/s3cret", "FINEWS_NOTIFY": "cat https://hook.example/s3cret"}
    ran = run_scrapy("config", "-s", f"FINEWS_OUTPUT={tmp_path}", environment=environment)
    assert (ran.code, ran.out.count("(set, not shown)")) == (0, 2)
    assert "s3cret" not in ran.out + ran.err


@pytest.mark.parametrize("command", [("crawl", "finews"), ("owed",), ("doctor",)])
def test_a_wrong_file_is_refused_by_every_command(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = write(tmp_path, "contcat = 1\n")
    ran = run_forked(*command, "--config", file)
    assert (ran.code, ran.err) == (2, f"scrapy {command[0]}: {file}:1: contcat: no setting; did you mean contact?\n")
