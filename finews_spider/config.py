"""finews's settings, checked by name before anything is asked for and read once into one frozen object."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import IPv4Network
from pathlib import Path
from typing import TypeVar

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from finews_spider import __version__
from finews_spider import settings as delivered
from finews_spider.archive.paths import post_pattern
from finews_spider.exceptions import ConfigurationError
from finews_spider.setting_values import (
    Evidence,
    Log,
    Mode,
    Overview,
    read_branch,
    read_command,
    read_contact,
    read_days,
    read_evidence,
    read_evidence_dir,
    read_folder,
    read_keep_days,
    read_log,
    read_metrics,
    read_mode,
    read_networks,
    read_number,
    read_overview,
    read_pictures,
    read_queue,
    read_seconds,
    read_site,
    read_switch,
    read_web_page,
)

Value = TypeVar("Value")
MINIMUMS: dict[str, float] = {  # of Scrapy's settings that are numbers; where it is whole, they are
    "DOWNLOAD_DELAY": 0.0,
    "DOWNLOAD_TIMEOUT": 0.001,
    "DOWNLOAD_MAXSIZE": 1,
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "RETRY_TIMES": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the settings ask for; each field is the setting FINEWS_<FIELD>. docs/configuration.md explains them."""

    output: Path  # absolute
    sources_file: Path
    config: Path | None  # finews.toml
    site: str
    post_path: str  # a pattern with {year}, {month}, {day}, {id}
    contact: str
    queue: str  # an address, with a password perhaps
    notify: str  # a command line
    ping: str  # an address
    metrics: Path | None  # absolute; None: none
    log: Log
    owed_days: timedelta
    owed_pause: timedelta
    publish: Mode | None  # None: off
    branch: str
    keep_days: int
    private_networks: tuple[IPv4Network, ...]
    progress: bool
    evidence: Evidence | None  # None: off
    evidence_dir: Path  # absolute
    evidence_mb: int
    overview: Overview | None  # None: off
    pictures: bool
    pictures_days: int  # 0: no limit
    pictures_mb: int  # 0: no limit


def read_config(settings: BaseSettings) -> Config:
    """Return the settings, checked. Raises ConfigurationError for the first that cannot be meant."""
    _check_names(settings)
    for name, minimum in MINIMUMS.items():
        read_number(name, settings[name], minimum)

    def read(name: str, reader: Callable[[str, object], Value]) -> Value:
        return reader(name, settings[name])

    return Config(
        output=read("FINEWS_OUTPUT", read_folder),
        sources_file=Path(settings["FINEWS_SOURCES_FILE"]),
        config=Path(settings["FINEWS_CONFIG"]) if settings["FINEWS_CONFIG"] else None,
        site=read("FINEWS_SITE", read_site),
        post_path=post_pattern(str(settings["FINEWS_POST_PATH"])),
        contact=read("FINEWS_CONTACT", read_contact),
        queue=read("FINEWS_QUEUE", read_queue),
        notify=read("FINEWS_NOTIFY", read_command),
        ping=read("FINEWS_PING", read_web_page),
        metrics=read("FINEWS_METRICS", read_metrics),
        log=read("FINEWS_LOG", read_log),
        owed_days=read("FINEWS_OWED_DAYS", read_days),
        owed_pause=read("FINEWS_OWED_PAUSE", read_seconds),
        publish=read("FINEWS_PUBLISH", read_mode),
        branch=read("FINEWS_BRANCH", read_branch),
        keep_days=read("FINEWS_KEEP_DAYS", read_keep_days),
        private_networks=read("FINEWS_PRIVATE_NETWORKS", read_networks),
        progress=read("FINEWS_PROGRESS", read_switch),
        evidence=read("FINEWS_EVIDENCE", read_evidence),
        evidence_dir=read_evidence_dir(read("FINEWS_OUTPUT", read_folder), str(settings["FINEWS_EVIDENCE_DIR"])),
        evidence_mb=int(read_number("FINEWS_EVIDENCE_MB", settings["FINEWS_EVIDENCE_MB"], 1)),
        overview=read("FINEWS_OVERVIEW", read_overview),
        pictures=read("FINEWS_PICTURES", read_pictures),
        pictures_days=read("FINEWS_PICTURES_DAYS", read_keep_days),
        pictures_mb=int(read_number("FINEWS_PICTURES_MB", settings["FINEWS_PICTURES_MB"], 0)),
    )


def user_agent(settings: BaseSettings) -> str:
    """Return the User-Agent: who reads, and how to reach them."""
    return f"finews/{__version__} (+{settings['FINEWS_CONTACT']})"


def _check_names(settings: BaseSettings) -> None:
    own = [name for name in vars(delivered) if name.startswith("FINEWS_")]
    known = [name for name in {**vars(default_settings), **vars(delivered)} if name.isupper()]
    for name in settings:
        if name.startswith("FINEWS_") and name not in own:
            nearest = get_close_matches(name, own, 1)
            hint = f"; did you mean {nearest[0]}?" if nearest else ""
            raise ConfigurationError(f"{name}: no setting of finews{hint}")
        if settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"] and name not in known:
            for nearest_one in get_close_matches(name, known, 1, 0.85):
                raise ConfigurationError(f"{name}: no setting; did you mean {nearest_one}?")
