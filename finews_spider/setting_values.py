"""Readers of settings: what a value may be, and what a refusal says is accepted."""

import logging
import os
import re
import shlex
import shutil
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import IPv4Network
from pathlib import Path
from typing import Literal, get_args

from finews_spider import dates
from finews_spider import settings as delivered
from finews_spider.archive.lock import is_site
from finews_spider.archive.paths import FOLDERS
from finews_spider.exceptions import ConfigurationError

Mode = Literal["commit", "push"]
Log = Literal["text", "json"]
LOGS: dict[str, Log] = {form: form for form in get_args(Log)}
Evidence = Literal["articles", "all"]
EVIDENCE: dict[str, Evidence | None] = {"off": None, **{kind: kind for kind in get_args(Evidence)}}
Overview = Literal["daily"]
OVERVIEWS: dict[str, Overview | None] = {"off": None, **{turn: turn for turn in get_args(Overview)}}
MODES: dict[str, Mode | None] = {"off": None, **{mode: mode for mode in get_args(Mode)}}

CONTACT = re.compile(r"(https?://|mailto:)\S+")
QUEUE = re.compile(r"postgres(ql)?://((?:[^\s%/@]|%[0-9A-Fa-f]{2})*@)?(?:[^\s%@]|%[0-9A-Fa-f]{2})+")
SITE = re.compile(r"((https?:)?//[\w.:-]+)?(/[\w./-]*)?")


def check_warcio(what: str) -> None:
    """Raise ConfigurationError where the library that evidence needs is not installed."""
    if not find_spec("warcio"):
        raise ConfigurationError(f"{what}: needs warcio, which is not installed: pip install warcio")


def refusal(name: str, value: object, accepted: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: {value!r} is not accepted; use {accepted}")


def expanded(name: str, value: object) -> Path:
    """Return a path whose `~` is the user's folder. Raise ConfigurationError where nobody knows that."""
    try:
        return Path(str(value)).expanduser()
    except RuntimeError as error:
        raise refusal(name, value, "a path without ~: there is no such user, or no folder of that user's") from error


def read_folder(name: str, value: object) -> Path:
    if not str(value).strip():
        raise ConfigurationError(f"{name}: is empty; give the folder of the site")
    folder = expanded(name, value).absolute()
    if value == "." == delivered.FINEWS_OUTPUT and not is_site(folder):
        raise ConfigurationError(
            f"{name}: {folder} is no site; make one with finews init DIR, or name yours with -s {name}=DIR"
        )
    return folder


def read_number(name: str, value: object, minimum: float = 0.0) -> float:
    is_whole = isinstance(minimum, int)
    try:
        number = int(str(value)) if is_whole else float(str(value))
    except ValueError:
        number = minimum - 1
    if not number >= minimum:  # nan is no number either
        kind = "a whole number" if is_whole else "a number"
        raise refusal(name, value, f"{kind}, {'more than 0' if minimum else '0 or more'}")
    return number


def read_days(name: str, value: object) -> timedelta:
    try:
        return timedelta(days=read_number(name, value))
    except OverflowError:
        raise refusal(name, value, "a number that a calendar has") from None


def read_seconds(name: str, value: object) -> timedelta:
    return read_days(name, value) / timedelta(days=1).total_seconds()


def read_site(name: str, value: object) -> str:
    if not SITE.fullmatch(str(value)):
        raise refusal(name, value, "the address of the site, like //example.com")
    return str(value)


def read_contact(name: str, value: object) -> str:
    if not CONTACT.fullmatch(str(value)):
        raise refusal(name, value, "a page, https://…, or mailto: and an address")
    return str(value)


def read_command(name: str, value: object) -> str:
    try:
        words = shlex.split(str(value))
    except ValueError:
        words = []
    if str(value) and not (words and shutil.which(words[0])):
        program = words[0] if words else "…"  # its arguments may be secrets
        raise refusal(name, program, "a program that is installed, and its arguments")
    return str(value)


def read_web_page(name: str, value: object) -> str:
    if value and not re.fullmatch(r"https?://\S+", str(value)):
        raise refusal(name, "…", "the address of a page, https://…")  # it may be a secret
    return str(value)


def read_queue(name: str, value: object) -> str:
    if value and not QUEUE.fullmatch(str(value)):  # the database's client would quote a part of the password
        raise refusal(
            name,
            "…",
            "the address of a PostgreSQL database, postgresql://USER@HOST/NAME, with %, / and @ as %25, %2F, %40",
        )
    return str(value)


def check_log(level: object, file: object) -> None:
    """Raise ConfigurationError for a level or a file of the log at which Scrapy would end in a traceback."""
    if not isinstance(level, int) and str(level) not in logging.getLevelNamesMapping():
        raise refusal("LOG_LEVEL", level, "DEBUG, INFO, WARNING, ERROR or CRITICAL")
    path = Path(str(file))
    if file and (path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK)):
        raise refusal("LOG_FILE", file, "a file that can be written, in a folder that is there")


def read_metrics(name: str, value: object) -> Path | None:
    if not value:
        return None
    file = expanded(name, value).absolute()
    if file.suffix != ".prom" or not file.parent.is_dir():
        raise refusal(name, value, "a file NAME.prom in a folder that is there")
    return file


def read_log(name: str, value: object) -> Log:
    if value not in LOGS:
        raise refusal(name, value, ", ".join(LOGS))
    return LOGS[str(value)]


def read_mode(name: str, value: object) -> Mode | None:
    if value not in MODES:
        raise refusal(name, value, ", ".join(MODES))
    return MODES[str(value)]


def read_pictures(name: str, value: object) -> bool:
    if value not in ("on", "off"):
        raise refusal(name, value, "off, on")
    return value == "on"


def read_evidence(name: str, value: object) -> Evidence | None:
    if value not in EVIDENCE:
        raise refusal(name, value, ", ".join(EVIDENCE))
    if EVIDENCE[str(value)]:
        check_warcio(name)
    return EVIDENCE[str(value)]


def read_overview(name: str, value: object) -> Overview | None:
    if value not in OVERVIEWS:
        raise refusal(name, value, ", ".join(OVERVIEWS))
    return OVERVIEWS[str(value)]


def read_evidence_dir(output: Path, value: str) -> Path:
    """Return the folder, which is relative to the output folder, and passed by there by Jekyll."""
    folder = Path(os.path.normpath(output / expanded("FINEWS_EVIDENCE_DIR", value)))
    top = folder.relative_to(output).parts[:1] if folder.is_relative_to(output) else ("_",)
    if not value.strip() or not top or top[0][0] not in "._" or top[0] in (*FOLDERS, ".finews", ".git"):
        raise refusal("FINEWS_EVIDENCE_DIR", value, "a folder of its own, like read_evidence, or one elsewhere")
    if folder.is_symlink():
        raise ConfigurationError(f"FINEWS_EVIDENCE_DIR: {folder} is a link, which finews does not follow; remove it")
    return folder


def read_branch(name: str, value: object) -> str:
    if not isinstance(value, str) or value != "".join(value.split()) or value.startswith(("-", "refs/")):
        raise refusal(name, value, "the name of a branch, main, or nothing")
    return value


def read_keep_days(name: str, value: object) -> int:
    if not str(value).isdecimal() or int(str(value)) > dates.now().toordinal():
        raise refusal(name, value, "a number of days, 0 to keep all posts")
    return int(str(value))


def read_networks(name: str, value: object) -> tuple[IPv4Network, ...]:
    try:
        return tuple(IPv4Network(text.strip()) for text in str(value).split(",") if text.strip())
    except ValueError as error:
        raise ConfigurationError(
            f"{name}: {error}; what is meant is IPv4 networks, comma-separated, like 127.0.0.0/8"
        ) from None


def read_switch(name: str, value: object) -> bool:
    words = {"1": True, "true": True, "0": False, "false": False}  # as Scrapy reads them
    if str(value).lower() not in words:
        raise refusal(name, value, "1 or 0")
    return words[str(value).lower()]
