"""Leaves a report of every run, judges it, and prints what a person has to know."""

import logging
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from finews_spider import dates
from finews_spider.crawl.run import Run, RunSpider, run_of
from finews_spider.exit_codes import ExitCode, verdict
from finews_spider.publishing import finish
from finews_spider.reporting import health, plain_text, report, store
from finews_spider.reporting.store import Report

logger = logging.getLogger(__name__)


class RunReport:
    """`<output>/.finews/runs/<start>.json`, and the summary; `report` holds it when the run has ended."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.report: Report = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        if not issubclass(crawler.spidercls, RunSpider):
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    @property
    def _run(self) -> Run:
        return run_of(self.crawler)

    def spider_opened(self) -> None:
        """A run that is killed leaves this."""
        output = self._run.archive.output
        self.report = report.begin(output, self._run.values)
        self._write(output)

    def spider_closed(self, reason: str) -> None:
        """The run is over; what it was is judged by those before it."""
        run, output = self._run, self._run.archive.output
        report.fill(self.report, run)
        before, wrong = store.last(output)
        self.report["warnings"] += [*wrong, *run.warnings]
        limits = {source.name: source.max_age_days for source in run.arguments.sources}
        self.report["exit_code"] = ExitCode.INTERRUPTED if reason == "shutdown" else None
        before = [each for each in before if each["exit_code"] is not None]
        self.report["broken"] = health.troubles(self.report, before, limits, dates.now())
        for name in self.report["sources"]:
            if any(trouble.startswith(f"{name}:") for trouble in self.report["broken"]):
                run.owed.restore_withdrawn(name)
        self._finish()
        code, why = verdict(
            run.trouble or reason,
            broken=self.report["broken"],
            unpublished=(self.report["published"] or {}).get("trouble", ""),
            owed=run.count_owed(),
        )
        report.end(self.report, code, why)
        self._write(output)
        plain_text.say(self.report, sys.stdout)

    def _finish(self) -> None:
        archive = self._run.archive
        published, warnings = finish.finish(archive, archive.unpublished, self._run.config, self.report["run"])
        self.report["published"] = published and asdict(published)
        self.report["warnings"] += warnings

    def exit_code(self) -> ExitCode:
        """The run's, when its process is about to end."""
        if not self.report or self.report["exit_code"] is None:
            if not self._run.stopped:
                return ExitCode.FAULT  # the log has its traceback
            self.spider_closed("shutdown")  # interrupted twice: Scrapy did not close the spider
        return ExitCode(self.report["exit_code"])

    def _write(self, output: Path) -> None:
        try:
            store.write(self.report, output)
            store.forget_old(output)
        except OSError as error:
            logger.error("The run's report cannot be written: %s", error)
