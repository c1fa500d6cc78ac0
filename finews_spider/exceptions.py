"""What ends a run or a command, or keeps it from beginning; each knows its exit code."""

from pathlib import Path

from scrapy.exceptions import CloseSpider

from finews_spider.exit_codes import ExitCode


class ConfigurationError(ValueError):
    """A wrong argument, setting or sources file; the message names it and says what is accepted."""

    exit_code = ExitCode.WRONG


class ArchiveLockedError(Exception):
    """Another run holds the archive; the message says who."""

    exit_code = ExitCode.HELD


class DiskError(CloseSpider):
    """The disk refuses what has to be kept. Scrapy ends the run where a callback raises it."""

    exit_code = ExitCode.OWED

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path} cannot be written: {why}; mend that and run again, nothing is lost")

    def __str__(self) -> str:
        return self.reason


class PublishError(Exception):
    """Archived, but not published; the message says what to do. The posts are safe."""

    exit_code = ExitCode.UNPUBLISHED
