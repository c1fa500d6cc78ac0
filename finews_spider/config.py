"""finews's settings, checked by name before anything is asked for and read once into one frozen object."""

import os
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import IPv4Network
from pathlib import Path
from typing import Literal, TypeVar, get_args

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from finews_spider import __version__, dates
from finews_spider import settings as delivered
from finews_spider.archive.lock import is_site
from finews_spider.archive.paths import FOLDERS, post_pattern
from finews_spider.exceptions import ConfigurationError

Value = TypeVar("Value")
Mode = Literal["commit", "push"]
Evidence = Literal["articles", "all"]
EVIDENCE: dict[str, Evidence | None] = {"off": None, **{kind: kind for kind in get_args(Evidence)}}
MODES: dict[str, Mode | None] = {"off": None, **{mode: mode for mode in get_args(Mode)}}

MINIMUMS: dict[str, float] = {  # of Scrapy's settings that are numbers; where it is whole, they are
    "DOWNLOAD_DELAY": 0.0,
    "DOWNLOAD_TIMEOUT": 0.001,
    "DOWNLOAD_MAXSIZE": 1,
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "RETRY_TIMES": 0,
}
CONTACT = re.compile(r"(https?://|mailto:)\S+")
SITE = re.compile(r"((https?:)?//[\w.:-]+)?(/[\w./-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the settings ask for; each field is the setting FINEWS_<FIELD>. docs/configuration.md explains them."""

    output: Path  # absolute
    sources_file: Path
    config: Path | None  # finews.toml
    site: str
    post_path: str  # a pattern with {year}, {month}, {day}, {id}
    contact: str
    notify: str  # a command line
    ping: str  # an address
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


def read_config(settings: BaseSettings) -> Config:
    """Return the settings, checked. Raises ConfigurationError for the first that cannot be meant."""
    _check_names(settings)
    for name, minimum in MINIMUMS.items():
        _number(name, settings[name], minimum)

    def read(name: str, reader: Callable[[str, object], Value]) -> Value:
        return reader(name, settings[name])

    return Config(
        output=read("FINEWS_OUTPUT", _folder),
        sources_file=Path(settings["FINEWS_SOURCES_FILE"]),
        config=Path(settings["FINEWS_CONFIG"]) if settings["FINEWS_CONFIG"] else None,
        site=read("FINEWS_SITE", _site),
        post_path=post_pattern(str(settings["FINEWS_POST_PATH"])),
        contact=read("FINEWS_CONTACT", _contact),
        notify=read("FINEWS_NOTIFY", _command),
        ping=read("FINEWS_PING", _page),
        owed_days=read("FINEWS_OWED_DAYS", _days),
        owed_pause=read("FINEWS_OWED_PAUSE", _seconds),
        publish=read("FINEWS_PUBLISH", _mode),
        branch=read("FINEWS_BRANCH", _branch),
        keep_days=read("FINEWS_KEEP_DAYS", _keep_days),
        private_networks=read("FINEWS_PRIVATE_NETWORKS", _networks),
        progress=read("FINEWS_PROGRESS", _switch),
        evidence=read("FINEWS_EVIDENCE", _evidence),
        evidence_dir=_evidence_dir(read("FINEWS_OUTPUT", _folder), str(settings["FINEWS_EVIDENCE_DIR"])),
        evidence_mb=int(_number("FINEWS_EVIDENCE_MB", settings["FINEWS_EVIDENCE_MB"], 1)),
    )


def check_warcio(what: str) -> None:
    """Raise ConfigurationError where the library that evidence needs is not installed."""
    if not find_spec("warcio"):
        raise ConfigurationError(f"{what}: needs warcio, which is not installed: pip install warcio")


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


def _refusal(name: str, value: object, accepted: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: {value!r} is not accepted; use {accepted}")


def _folder(name: str, value: object) -> Path:
    if not str(value).strip():
        raise ConfigurationError(f"{name}: is empty; give the folder of the site")
    folder = Path(str(value)).expanduser().absolute()
    if value == "." == delivered.FINEWS_OUTPUT and not is_site(folder):
        raise ConfigurationError(
            f"{name}: {folder} is no site; make one with finews init DIR, or name yours with -s {name}=DIR"
        )
    return folder


def _number(name: str, value: object, minimum: float = 0.0) -> float:
    is_whole = isinstance(minimum, int)
    try:
        number = int(str(value)) if is_whole else float(str(value))
    except ValueError:
        number = minimum - 1
    if not number >= minimum:  # nan is no number either
        kind = "a whole number" if is_whole else "a number"
        raise _refusal(name, value, f"{kind}, {'more than 0' if minimum else '0 or more'}")
    return number


def _days(name: str, value: object) -> timedelta:
    try:
        return timedelta(days=_number(name, value))
    except OverflowError:
        raise _refusal(name, value, "a number that a calendar has") from None


def _seconds(name: str, value: object) -> timedelta:
    return _days(name, value) / timedelta(days=1).total_seconds()


def _site(name: str, value: object) -> str:
    if not SITE.fullmatch(str(value)):
        raise _refusal(name, value, "the address of the site, like //example.com")
    return str(value)


def _contact(name: str, value: object) -> str:
    if not CONTACT.fullmatch(str(value)):
        raise _refusal(name, value, "a page, https://…, or mailto: and an address")
    return str(value)


def _command(name: str, value: object) -> str:
    try:
        words = shlex.split(str(value))
    except ValueError:
        words = []
    if str(value) and not (words and shutil.which(words[0])):
        raise _refusal(name, value, "a program that is installed, and its arguments")
    return str(value)


def _page(name: str, value: object) -> str:
    if value and not re.fullmatch(r"https?://\S+", str(value)):
        raise _refusal(name, "…", "the address of a page, https://…")  # it may be a secret
    return str(value)


def _mode(name: str, value: object) -> Mode | None:
    if value not in MODES:
        raise _refusal(name, value, ", ".join(MODES))
    return MODES[str(value)]


def _evidence(name: str, value: object) -> Evidence | None:
    if value not in EVIDENCE:
        raise _refusal(name, value, ", ".join(EVIDENCE))
    if EVIDENCE[str(value)]:
        check_warcio(name)
    return EVIDENCE[str(value)]


def _evidence_dir(output: Path, value: str) -> Path:
    """Return the folder, which is relative to the output folder, and passed by there by Jekyll."""
    folder = Path(os.path.normpath(output / Path(value).expanduser()))
    top = folder.relative_to(output).parts[:1] if folder.is_relative_to(output) else ("_",)
    if not value.strip() or not top or top[0][0] not in "._" or top[0] in (*FOLDERS, ".finews", ".git"):
        raise _refusal("FINEWS_EVIDENCE_DIR", value, "a folder of its own, like _evidence, or one elsewhere")
    if folder.is_symlink():
        raise ConfigurationError(f"FINEWS_EVIDENCE_DIR: {folder} is a link, which finews does not follow; remove it")
    return folder


def _branch(name: str, value: object) -> str:
    if not isinstance(value, str) or value != "".join(value.split()) or value.startswith(("-", "refs/")):
        raise _refusal(name, value, "the name of a branch, main, or nothing")
    return value


def _keep_days(name: str, value: object) -> int:
    if not str(value).isdecimal() or int(str(value)) > dates.now().toordinal():
        raise _refusal(name, value, "a number of days, 0 to keep all posts")
    return int(str(value))


def _networks(name: str, value: object) -> tuple[IPv4Network, ...]:
    try:
        return tuple(IPv4Network(text.strip()) for text in str(value).split(",") if text.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"{name}: {error}; what is meant is IPv4 networks, comma-separated, like 127.0.0.0/8"
        ) from None


def _switch(name: str, value: object) -> bool:
    words = {"1": True, "true": True, "0": False, "false": False}  # as Scrapy reads them
    if str(value).lower() not in words:
        raise _refusal(name, value, "1 or 0")
    return words[str(value).lower()]
