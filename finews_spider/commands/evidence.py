"""`scrapy evidence`: `check` files of captures, anywhere; `pack` those of a month into one that other tools open."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from scrapy.commands import ScrapyCommand

from finews_spider.archive.lock import archive_lock
from finews_spider.commands.base import OfflineCommand
from finews_spider.exceptions import ConfigurationError, DiskError
from finews_spider.exit_codes import ExitCode
from finews_spider.printable import printable
from finews_spider.reporting.terminal import plural


class Command(OfflineCommand, ScrapyCommand):
    """Reads files of captures, and writes packs."""

    takes_arguments = True

    def syntax(self) -> str:
        """Return the arguments, as the usage shows them."""
        return "check [FILE ...] | pack MONTH"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Check files of captures, or pack those of a month for other tools"

    def execute(self, args: list[str], opts: argparse.Namespace) -> ExitCode:
        """Return OK, or CHECK_FAILED for a file that is not as it should be.

        Raise ConfigurationError for wrong arguments, ArchiveLockedError during a run, DiskError.
        """
        self.config()
        try:
            match args:
                case ["check", *names]:
                    return self._check([Path(name) for name in names])
                case ["pack", month]:
                    return self._pack(month)
        except OSError as error:
            raise DiskError(Path(error.filename or "."), error.strerror or error) from error
        raise ConfigurationError(f"{' '.join(args) or 'nothing'}: use check, check FILE, or pack 2026-11")

    def _check(self, paths: list[Path]) -> ExitCode:
        from finews_spider.evidence.segments import segments  # what is off is not loaded

        folder = self.config().evidence_dir
        paths = paths or [*segments(folder), *sorted(folder.glob("*.wacz"))]
        if missing := [path for path in paths if not path.is_file()]:
            raise ConfigurationError(f"{missing[0]}: is no file")
        return ExitCode.CHECK_FAILED if sum(map(_faults, paths)) else ExitCode.OK

    def _pack(self, month: str) -> ExitCode:
        from finews_spider.evidence.pack import PackError, pack  # what is off is not loaded
        from finews_spider.evidence.reader import DamagedError

        config = self.config_of_archive()
        with archive_lock(config.output):
            try:
                path = pack(config.evidence_dir, month)
            except PackError as error:
                raise ConfigurationError(str(error)) from error
            except DamagedError as error:
                print(printable(f"{error}; nothing is packed"))
                return ExitCode.CHECK_FAILED
        print(
            printable(
                f"{path}: {path.stat().st_size:,} bytes, read back; it is in the place of the files that it holds"
            )
        )
        return ExitCode.OK


def _faults(path: Path) -> int:
    """Print what is wrong with a file, or how much is right; return how many faults it has."""
    from finews_spider.evidence.checks import Fault, checked_file, checked_pack

    found: Iterable[object] = checked_pack(path) if path.suffix == ".wacz" else checked_file(path)
    records = faults = 0
    for entry in found:
        if isinstance(entry, Fault):
            faults += 1
            print(printable(f"{entry.what}: {path}: {entry.where}: {entry.why}"))
        else:
            records += 1
    print(printable(f"{path}: {plural(records, 'record')} as written, {plural(faults, 'fault')}"))
    return faults
