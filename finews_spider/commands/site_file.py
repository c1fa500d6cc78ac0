"""`finews.toml`, what is set for one site, and the environment: both above the defaults, below the command line."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings, default_settings

from finews_spider import settings as delivered
from finews_spider.exceptions import ConfigurationError
from finews_spider.setting_values import expanded
from finews_spider.sources.toml_lines import Place, line_of

NAME = "finews.toml"
PREFIX = "FINEWS_"
IN_FILE, IN_ENVIRONMENT = 21, 22  # priorities of Scrapy's: above those of a project, below the command line's
ORIGINS = {0: "default", 10: "default", 20: "default", IN_FILE: NAME, IN_ENVIRONMENT: "environment"}
TABLES = ("scrapy", "sources")  # beside them stand finews's own settings, FINEWS_KEEP_DAYS as keep_days
OWN = {name.removeprefix(PREFIX).lower(): name for name in vars(delivered) if name.startswith(PREFIX)}
PATHS = ("FINEWS_OUTPUT", "FINEWS_SOURCES_FILE")


def find(start: Path) -> Path | None:
    """Return the file of the folder, or of the nearest above it."""
    return next((folder / NAME for folder in (start, *start.parents) if (folder / NAME).is_file()), None)


def apply(settings: BaseSettings, named: str = "", environment: Mapping[str, str] = os.environ) -> None:
    """Set what the file and the environment set. `named` is the file; empty: the one that is found.

    Raise ConfigurationError for a file that cannot be used as it stands.
    """
    for name in set(OWN.values()) & environment.keys():
        settings.set(name, environment[name], IN_ENVIRONMENT)
    given = named or settings["FINEWS_CONFIG"]
    file = expanded("FINEWS_CONFIG", given).absolute() if given else find(Path.cwd())
    if file:
        settings.set("FINEWS_CONFIG", str(file), IN_FILE)
        for name, value in read(file).items():
            settings.set(name, value, IN_FILE)


def read(file: Path) -> dict[str, Any]:
    """Return the settings of the file; the output folder is the file's own where it names none.

    Raise ConfigurationError, with the line.
    """
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error
    for place, trouble in _mistakes(tables):
        raise ConfigurationError(f"{file}:{line_of(place, text)}: {'.'.join(map(str, place))}: {trouble}")
    own = {OWN[key]: value for key, value in tables.items() if key not in TABLES}
    paths = {name: str(file.parent / expanded(name, own[name])) for name in PATHS if name in own}
    return {"FINEWS_OUTPUT": str(file.parent), **tables.get("scrapy", {}), **own, **paths}


def _mistakes(tables: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for key, value in tables.items():
        if key in TABLES:
            if not isinstance(value, dict):
                yield (key,), "must be a table"
        elif key not in OWN:
            yield (key,), _unknown(key, [*OWN, *TABLES])
        elif isinstance(value, dict | list):
            yield (key,), "must be a single value"
    known = [
        name for name in {**vars(default_settings), **vars(delivered)} if name.isupper() and name not in OWN.values()
    ]
    scrapy = tables.get("scrapy")
    for key in scrapy if isinstance(scrapy, dict) else ():
        if key not in known:
            yield ("scrapy", key), _unknown(key, known)


def _unknown(key: str, known: list[str]) -> str:
    nearest = get_close_matches(key, known, 1, 0.5)
    return "no setting" + "".join(f"; did you mean {name}?" for name in nearest)
