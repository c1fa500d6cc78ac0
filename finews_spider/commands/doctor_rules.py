"""What the robots.txt of an archive says of its own interfaces, which is not known before somebody looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser

from finews_spider.commands.doctor_checks import Check
from finews_spider.sources.base import Source

FORBIDDEN = "Forbidden by robots.txt"


@dataclass(frozen=True, slots=True)
class RulesCheck:
    """A robots.txt, and the interfaces of its host: their addresses by name."""

    check: Check
    interfaces: dict[str, str]
    documented: bool

    def note(self, crawler: Crawler, response: Response) -> None:
        """Note which interfaces the response forbids: a trouble, unless they are said to be documented."""
        body = response.body if response.status < 400 else b""
        agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        rules = ProtegoRobotParser.from_crawler(crawler, body)
        forbidden = ", ".join(name for name, url in self.interfaces.items() if not rules.allowed(url, agent))
        self.check.trouble = f"{FORBIDDEN}: {forbidden}" if forbidden and not self.documented else ""
        self.check.note = f"forbids {forbidden}" if forbidden else "allows all"


def rules_of(source: Source) -> Iterator[RulesCheck]:
    """Yield a check for each host of a source's documented interfaces."""
    hosts: dict[str, dict[str, str]] = {}
    for name, url in source.interfaces().items():
        parts = urlsplit(url)
        hosts.setdefault(f"{parts.scheme}://{parts.netloc}", {})[name] = url
    for host, interfaces in hosts.items():
        yield RulesCheck(Check(source.name, "robots.txt", f"{host}/robots.txt"), interfaces, source.is_documented)
