"""Runs of a spider by a command: told before the first request what cannot be published, and judged at the end."""

import asyncio
import importlib
import sys

from scrapy.crawler import Crawler, CrawlerProcessBase

from finews_spider.config import Config
from finews_spider.extensions.report import ReportExtension
from finews_spider.printable import safe_line
from finews_spider.publishing.preflight import publishing_trouble
from finews_spider.reporting.program import program


def tell_publishing_trouble(config: Config, title: str) -> None:
    """Print why publishing cannot work; the news is archived all the same, lists forget it."""
    if not config.publish:
        return
    if trouble := publishing_trouble(config.output, config.publish, config.branch):
        said = f"{program()} {title}: FINEWS_PUBLISH: {safe_line(trouble, limit=2000)}"
        print(f"{said} (the news is archived meanwhile)", file=sys.stderr, flush=True)


def run_to_end(process: CrawlerProcessBase, crawler: Crawler, arguments: dict[str, str]) -> ReportExtension | None:
    """Run a spider to its end; return what judges the run, None where a fault in finews kept it from its start.

    Raise what else kept it from that: ConfigurationError, where the ledger cannot be used, or a fault.
    """
    # Scrapy's looks at the whole stack as it is imported: here that is half as high as where the engine would do it.
    importlib.import_module("scrapy.core.downloader.contextfactory")
    crawling = process.crawl(crawler, **arguments)
    process.start()
    if not process.bootstrap_failed:
        return crawler.get_extension(ReportExtension)
    if isinstance(crawling, asyncio.Task):
        crawling.result()
    return None
