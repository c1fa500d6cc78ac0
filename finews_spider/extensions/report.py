"""Leave a report of every run, judge it, and print what a person has to know."""

import logging
import sys
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from finews_spider.crawl.run import Run, RunSpider, run_of
from finews_spider.exceptions import DiskError
from finews_spider.exit_codes import ExitCode, verdict
from finews_spider.extensions.publisher import Publisher
from finews_spider.ledger.facts import Fact
from finews_spider.reporting import builder, health, metrics, store
from finews_spider.reporting.doubts import doubts, lasting_doubts
from finews_spider.reporting.gone import is_silent, way_out
from finews_spider.reporting.missing import count_gaps, missing
from finews_spider.reporting.printing import print_summary
from finews_spider.reporting.report import BackfillReport, RunReport, SourceReport, WindowReport

logger = logging.getLogger(__name__)


class ReportExtension:
    """`<output>/.finews/runs/<start>.json`, and the summary; `report` is whole when the run has ended."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.report: RunReport | None = None

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
        """Keep a report that a run which is killed leaves."""
        output = self._run.archive.output
        report = builder.begin(output, self._run.values)
        self._run.name = report.run
        self._keep(report, output)

    def spider_closed(self, reason: str) -> None:
        """Judge the run, keep and print its report."""
        self._close(reason)

    def exit_code(self) -> ExitCode:
        """Return the run's, when its process is about to end."""
        code = self.report.exit_code if self.report else None
        if code is None:
            if not self._run.stopped:
                return ExitCode.FAULT  # the log has its traceback
            code = self._close("shutdown")  # interrupted twice: Scrapy did not close the spider
        return ExitCode(code)

    def _close(self, reason: str) -> int:
        """Return the exit code of the run, which is over; `reason` is Scrapy's."""
        try:
            return self._judge(reason)
        except DiskError as error:  # the ledger does not say what the run has come to
            return self._end(ExitCode.OWED, self._run.trouble or error.reason)

    def _end(self, code: ExitCode, why: str) -> int:
        assert self.report
        report = builder.end(self.report, code, why)
        self._keep(report, self._run.archive.output)
        self._tell(report)
        return code

    def _judge(self, reason: str) -> int:
        assert self.report
        run, output = self._run, self._run.archive.output
        before, warnings = store.read_last(output)
        self.report = self._filled(self.report, warnings, interrupted=reason == "shutdown")
        report = replace(self.report, broken=self._broken(self.report, before))
        report = replace(report, warnings=[*report.warnings, *self._ways_out(report)])
        for name in report.sources:
            if any(trouble.startswith(f"{name}:") for trouble in report.broken):
                run.owed.tries.restore_withdrawn(name)
        report = self._published(report)
        code, why = verdict(
            run.trouble or reason,
            broken=report.broken,
            unpublished=report.published.trouble if report.published else "",
            missing=missing(report, run.clock.now()),
            owed=run.count_owed(),
            gaps=count_gaps(report),
            is_clock_doubted=run.clock.is_doubted,
        )
        if run.mistake:
            code, why = ExitCode.WRONG, run.mistake
        report = builder.end(report, code, why)
        if self._keep(report, output):
            self._note_told(report, code)
        if run.arguments.query.window and code in (ExitCode.OK, ExitCode.MISSING):
            with suppress(DiskError):  # the next one counts its runs on
                run.backfills.end(run.values)
        self._tell(report)
        return code

    def _tell(self, report: RunReport) -> None:
        """Print the summary, and write the figures where they are asked for."""
        print_summary(report, sys.stdout)
        file = self._run.config.metrics
        if file:
            try:
                metrics.write(report, file)
            except OSError as error:
                logger.error("FINEWS_METRICS: %s cannot be written: %s", file, error.strerror)

    def _note_told(self, report: RunReport, code: ExitCode) -> None:
        """Take note of what a kept report tells, for no later one to tell it again."""
        run = self._run
        with suppress(DiskError):  # the next report says it again
            told = "\n".join(self._doubts)
            if told != run.facts.text(Fact.DOUBTS):
                run.facts.keep_text(Fact.DOUBTS, told)
            if code is ExitCode.MISSING:  # else a later run's code says it
                run.owed.mark_told(report.sources)
                if not run.arguments.is_narrow:
                    run.pagination.gaps.mark_told()

    @cached_property
    def _doubts(self) -> list[str]:
        return doubts(self._run.config)

    def _new_doubts(self) -> list[str]:
        """Return what there is to say of the set-up, and was not told before or is told each time."""
        told = self._run.facts.text(Fact.DOUBTS).split("\n")
        new = [doubt for doubt in self._doubts if doubt not in told]
        return [*new, *lasting_doubts(self._run.config)]

    def _filled(self, report: RunReport, warnings: list[str], *, interrupted: bool) -> RunReport:
        """Return the report with what the run has come to, and with these warnings among its own."""
        run = self._run
        names = [source.name for source in run.arguments.sources]
        window, left_out = self._window(names)
        return replace(
            report,
            posts=len(run.archive),
            hosts=builder.host_reports(self.crawler.stats.get_stats()),
            sources={name: self._source(name) for name in names},
            window=window,
            pictures=builder.pictures_report(self.crawler.stats.get_stats()),
            warnings=[*left_out, *warnings, *run.warnings, *self._new_doubts()],
            exit_code=ExitCode.INTERRUPTED if interrupted else None,
        )

    def _source(self, name: str) -> SourceReport:
        run = self._run
        lists = {title: reading for (source, title), reading in run.pagination.readings.items() if source == name}
        stats = self.crawler.stats.get_stats()
        counts, owed = run.owed.listed.counts(name), run.owed.count(name)
        gaps = [] if run.arguments.is_narrow else list(run.pagination.gaps)  # of which it would close none
        report = builder.source_report(name, stats, lists, counts, owed, gaps)
        return replace(report, given_up=run.owed.untold([name]))  # also those that a run noted that was killed

    def _window(self, names: list[str]) -> tuple[WindowReport | None, list[str]]:
        run, window = self._run, self._run.arguments.query.window
        if not window:
            return None, []
        named = {name: run.owed.listed.counts_by_day(name) for name in names}
        report, warnings = builder.window_report(window, run.pagination.reaches(names), run.clock.now().date(), named)
        lists = {name: run.pagination.coverage.of(name) for name in names}
        report = builder.with_coverage(report, lists, run.clock.now())
        return replace(report, backfill=self._backfill()), warnings

    def _backfill(self) -> BackfillReport | None:
        run = self._run
        known = run.backfills.of(run.values)
        return known and BackfillReport(
            began=known.began, runs=known.runs, archived=max(run.count_in_window() - known.posts, 0)
        )

    def _broken(self, report: RunReport, before: list[RunReport]) -> list[str]:
        sources = {source.name: source for source in self._run.arguments.sources}
        ended = [earlier for earlier in before if earlier.exit_code is not None]
        return health.troubles(report, ended, sources, self._run.clock.now())

    def _ways_out(self, report: RunReport) -> list[str]:
        """Return what to do about sources that may be gone for good."""
        run = self._run
        if run.stopped or run.arguments.is_narrow or health.OFFLINE in report.broken or run.clock.is_doubted:
            return []
        lines = []
        for name, source in report.sources.items():
            since = run.silences.note(name, run.clock.now(), is_silent=is_silent(source))
            if since:
                lines.append(way_out(name, since, run.clock.now(), run.config.config, len(source.lists), source.owed))
        return list(filter(None, lines))

    def _published(self, report: RunReport) -> RunReport:
        """Return the report with what became of the run's files."""
        publisher = self.crawler.get_extension(Publisher)
        if publisher is None:
            return report
        published, warnings, moved = publisher.publish()
        return replace(
            report,
            published=builder.published_report(published) if published else None,
            moved=moved,
            warnings=[*report.warnings, *warnings],
        )

    def _keep(self, report: RunReport, output: Path) -> bool:
        """Write the report; return whether the disk took it."""
        self.report = report
        try:
            store.write(report, output)
            if self._run.clock.is_proven:
                store.forget_old(output, self._run.clock.now())
        except OSError as error:
            logger.error("The run's report cannot be written: %s", error)
            return False
        return True
