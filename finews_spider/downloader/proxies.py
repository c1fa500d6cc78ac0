"""The proxies that the environment names, looked at before anything is asked for."""

import os
import re
from collections.abc import MutableMapping
from urllib.parse import urlsplit
from urllib.request import getproxies

from finews_spider.exceptions import ConfigurationError

SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*")  # what stands before :// else may be a part of a password


def prepare_proxies(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let `all_proxy` stand for those that are not named, which Scrapy passes by.

    Raise ConfigurationError for a proxy that cannot be used; its address may hold a password, and is not told.
    """
    named = getproxies()
    for scheme in ("http", "https"):
        name = f"{scheme}_proxy" if scheme in named else "all_proxy"
        if address := named.get(scheme) or named.get("all"):
            _check(name, address)
            environment[f"{scheme}_proxy"] = address


def _check(name: str, address: str) -> None:
    scheme, mark, _ = address.partition("://")
    if mark and scheme.lower() != "http" and SCHEME.fullmatch(scheme):
        raise ConfigurationError(
            f"{name}: a proxy of the scheme {scheme} cannot be used; name one like http://HOST:PORT"
        )
    place = address.rpartition("://")[2].rpartition("@")[2]  # a password may have a slash in it
    try:
        parts = urlsplit(f"//{place}")
        if parts.hostname and parts.port != 0:
            return
    except ValueError:
        pass
    raise ConfigurationError(f"{name}: is no address of a proxy; name one like http://HOST:PORT")
