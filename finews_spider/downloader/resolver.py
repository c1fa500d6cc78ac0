"""Which addresses requests may go to: those of the internet, whatever a name resolves to."""

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

# Local tunnels such as Clash answer every name with a stand-in of this range. No host of a network lives there.
STAND_INS = IPv4Network("198.18.0.0/15")
SPECIAL = IPv4Network("192.0.0.0/24")  # RFC 6890; Python 3.11 knows a part of it

refused: dict[str, str] = {}  # names that the resolver refused, and their addresses: its error goes astray in Twisted


class Resolver(CachingThreadedResolver):
    """Scrapy's, which gives IPv4 only, but for names whose address is not of the internet.

    What it gives is what is connected to, so a name cannot change its address in between. Numbers pass through it too,
    in whatever spelling: 127.1, 2130706433.
    """

    allowed: tuple[IPv4Network, ...]
    proxies: frozenset[str]  # the operator's hosts, which resolve the names in our place

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> Self:
        """Scrapy's constructor; gets the process in place of the crawler."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = read_config(crawler.settings).private_networks
        resolver.proxies = proxies()
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  # Twisted's name
        """The address of the name. Raises DNSLookupError, later, and notes what was refused."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._judge, name)

    def _judge(self, address: str, name: str) -> str:
        if name in self.proxies or is_allowed(address, self.allowed):
            return address
        refused[name] = address
        raise DNSLookupError(f"{name} has the private address {address}")


def is_allowed(address: str, allowed: Sequence[IPv4Network]) -> bool:
    """Whether the address is of the internet, or of one of the allowed networks."""
    ip = IPv4Address(address)
    of_the_internet = ip.is_global and not ip.is_multicast and ip not in SPECIAL
    return of_the_internet or any(ip in network for network in (STAND_INS, *allowed))


def proxies() -> frozenset[str]:
    """The hosts of the proxies that the environment names."""
    urls = [url for scheme, url in getproxies().items() if scheme in ("http", "https")]
    return frozenset(urlsplit(url if "://" in url else f"//{url}").hostname or "" for url in urls)
