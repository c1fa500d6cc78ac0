"""A DNS resolver that refuses private addresses, whatever name resolves to them."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from finews_spider.config import read_config

# Local proxies such as Clash resolve every name to a fake address of this range (RFC 2544), where no real host is.
FAKE_IPS = IPv4Network("198.18.0.0/15")
SPECIAL = IPv4Network("192.0.0.0/24")  # RFC 6890; Python 3.11's `is_global` knows only a part of it

# The names that the resolver refused, with their addresses: Twisted does not hand the resolver's error on.
refused_names: dict[str, str] = {}


class Resolver(CachingThreadedResolver):
    """Scrapy's resolver, IPv4 only, which refuses names whose address is private.

    The address that it returns is the one connected to, so a name cannot change its address in between (DNS
    rebinding). Addresses as hosts pass through it too, however they are written: 127.1, 2130706433.
    """

    allowed_networks: tuple[IPv4Network, ...]
    proxies: frozenset[str]  # the operator's own hosts, which may be private; names behind them are not resolved here

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> Self:
        """Make the resolver, as Scrapy asks for it; `crawler` is the CrawlerProcess."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed_networks = read_config(crawler.settings).private_networks
        resolver.proxies = proxies()
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  # Twisted's name
        """Return the name's address, or fail with DNSLookupError; a refused name is added to `refused_names`."""
        address: Deferred[str] = super().getHostByName(name, timeout)
        return address.addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        """Return the address; raise DNSLookupError where it is not allowed."""
        if name in self.proxies or is_allowed(address, self.allowed_networks):
            return address
        refused_names[name] = address
        raise DNSLookupError(f"{name} has the private address {address}")


def is_allowed(address: str, allowed_networks: Sequence[IPv4Network]) -> bool:
    """Return whether the address is public, or lies in one of the allowed networks."""
    ip = IPv4Address(address)
    is_public = ip.is_global and not ip.is_multicast and ip not in SPECIAL
    return is_public or any(ip in network for network in (FAKE_IPS, *allowed_networks))


def proxies() -> frozenset[str]:
    """Return the hosts of the proxies that the environment variables name."""
    urls = [url for scheme, url in getproxies().items() if scheme in ("http", "https")]
    return frozenset(urlsplit(url if "://" in url else f"//{url}").hostname or "" for url in urls)
