"""What ends a run, or keeps it from beginning."""

from pathlib import Path

from scrapy.exceptions import CloseSpider


class ConfigurationError(ValueError):
    """A wrong argument, setting or sources file; the message names it and says what is accepted. Exit code 2."""


class ArchiveLockedError(Exception):
    """Another run holds the archive; the message says who. Exit code 6."""


class DiskError(CloseSpider):
    """The disk refuses what has to be kept. Scrapy ends the run where a callback raises it."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path} cannot be written: {why}; mend that and run again, nothing is lost")

    def __str__(self) -> str:
        return self.reason


class PublishError(Exception):
    """Archived, but not published; the message says what to do. The posts are safe. Exit code 5."""
