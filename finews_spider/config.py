"""Settings that cannot be meant are refused, by name, before anything is asked for."""

import re
from difflib import get_close_matches
from pathlib import Path

from scrapy.settings import BaseSettings

from finews_spider import settings as own
from finews_spider.exceptions import ConfigurationError

MINIMUMS = {  # of settings that are numbers
    "DOWNLOAD_DELAY": 0.0,
    "DOWNLOAD_TIMEOUT": 0.001,
    "DOWNLOAD_MAXSIZE": 1,
    "FINEWS_OWED_DAYS": 0.0,
    "FINEWS_OWED_PAUSE": 0.0,
}
PATTERNS = {
    "FINEWS_CONTACT": (r"(https?://|mailto:)\S+", "a page, https://…, or mailto: and an address"),
    "FINEWS_SITE": (r"((https?:)?//[\w.:-]+)?(/[\w./-]*)?", "the address of the site, like //example.com"),
}


def check_settings(settings: BaseSettings) -> None:
    """Raises ConfigurationError."""
    known = [name for name in vars(own) if name.startswith("FINEWS_")]
    for name in settings:
        if name.startswith("FINEWS_") and name not in known:
            meant = get_close_matches(name, known, 1)
            raise ConfigurationError(f"{name}: no setting of finews{f'; did you mean {meant[0]}?' if meant else ''}")
    for name, least in MINIMUMS.items():
        _check_number(name, settings[name], least)
    for name, (pattern, meaning) in PATTERNS.items():
        if settings[name] is not None and not re.fullmatch(pattern, str(settings[name])):
            raise ConfigurationError(f"{name}: {settings[name]!r} is not accepted; use {meaning}")


def output_folder(settings: BaseSettings) -> Path:
    """The folder that FINEWS_OUTPUT names, absolute. Raises ConfigurationError where it names none."""
    value = str(settings["FINEWS_OUTPUT"])
    if not value.strip():
        raise ConfigurationError("FINEWS_OUTPUT: is empty; give the folder of the site")
    return Path(value).expanduser().absolute()


def existing_output_folder(settings: BaseSettings) -> Path:
    """The same, for a command that makes none. Raises ConfigurationError where it is not there."""
    output = output_folder(settings)
    if not output.is_dir():
        raise ConfigurationError(f"FINEWS_OUTPUT: there is no {output}")
    return output


def _check_number(name: str, value: object, least: float) -> None:
    try:
        right = float(str(value)) >= least
    except ValueError:
        right = False
    if not right:
        raise ConfigurationError(
            f"{name}: {value!r} is not accepted; use a number, {'more than 0' if least else '0 or more'}"
        )
