"""Exceptions that end a run or a command, or prevent its start, with their exit codes."""

from pathlib import Path

from scrapy.exceptions import CloseSpider

from finews_spider.exit_codes import ExitCode


class ConfigurationError(ValueError):
    """A wrong argument, setting or sources file; the message names it and what is accepted."""

    exit_code = ExitCode.WRONG


class ArchiveLockedError(Exception):
    """Another run holds the archive's lock; the message says which process."""

    exit_code = ExitCode.HELD


class DiskError(CloseSpider):
    """A file that has to be kept cannot be written. Scrapy ends the run where a callback raises it."""

    exit_code = ExitCode.OWED

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path} cannot be written: {why}; fix that and run again, nothing is lost")

    def __str__(self) -> str:
        return self.reason


class PublishError(Exception):
    """Posts are archived but could not be published; the message says what to do."""

    exit_code = ExitCode.UNPUBLISHED
