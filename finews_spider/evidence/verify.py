"""Goes through an archive: captures, posts, category pages; names what is not as it should be, and mends it."""

from pathlib import Path

from finews_spider import dates
from finews_spider.archive.archive import Archive
from finews_spider.archive.paths import FOLDERS, id_in_post_name
from finews_spider.config import Config
from finews_spider.evidence.check_captures import Captures
from finews_spider.evidence.check_pages import checked_pages
from finews_spider.evidence.check_posts import NEW, PostFault, Posts
from finews_spider.evidence.checks import Fault, fixed_by
from finews_spider.evidence.library import Stored
from finews_spider.evidence.mend import ASIDE, Mender
from finews_spider.evidence.pictures import bring_back
from finews_spider.evidence.segments import recover, sums, unfinished
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import FILE, Ledger
from finews_spider.ledger.hashes import Hashes
from finews_spider.ledger.posts import Index
from finews_spider.pictures.check import check, lost
from finews_spider.printable import printable
from finews_spider.reporting.terminal import plural
from finews_spider.sources.loader import load


class Verify:
    """One check of an archive, whose lock is held. Raises OSError, DiskError and ConfigurationError."""

    def __init__(self, config: Config, ledger: Ledger, *, fix: bool) -> None:
        self._config, self._ledger, self._fix = config, ledger, fix
        index = Index(ledger, FOLDERS, id_in_post_name)
        self._archive = Archive(config.output, index, config.post_path)
        self._archive.sync()
        self._captures = Captures(config.evidence_dir) if config.evidence_dir.is_dir() else None
        self._posts = Posts(config.output, config.post_path, index, Hashes(ledger), self._captures)
        sources = load(config.sources_file, config.config)
        self._mender = Mender(config, self._archive, ledger, sources, self._posts.history)
        self._faults = self._left = 0

    def do(self) -> ExitCode:
        """Print what is wrong, and how much is right; return OK, or CHECK_FAILED where something is left."""
        if self._ledger.damage:
            self._say(Fault("damaged", FILE.as_posix(), self._ledger.damage), mended=True)
        if self._captures:
            self._check_captures(self._captures)
        for found in list(self._posts.check()):
            self._say(found.fault, *self._mended(found))
        if self._captures:
            self._check_captures_of_posts(self._captures)
        for fault, mended in checked_pages(self._config.output, self._posts.history, fix=self._fix):
            self._say(fault, "it is written" if mended else "", mended)
        pictures = self._check_pictures()
        self._sum_up(pictures)
        return ExitCode.CHECK_FAILED if self._left else ExitCode.OK

    def _mended(self, found: PostFault) -> tuple[str, bool]:
        if not self._fix:
            return "", False
        noted = self._captures.posts.get(found.post.id, []) if self._captures else []
        return self._mender.mend(found, [one.read() for one in noted])

    def _check_captures(self, captures: Captures) -> None:
        left = unfinished(self._config.evidence_dir)
        if self._fix:
            recover(self._config.evidence_dir)
        for path in left:
            fault = Fault("unfinished", path.name, "its run was killed", f"the next run finishes it, or {fixed_by()}")
            self._say(fault, "it is finished" if self._fix else "", self._fix)
        for fault in captures.check():
            mended = self._fix and fault.what == "no hash"
            self._say(fault, "it is written" if mended else "", mended)
        for segment in captures.without_hash if self._fix else ():
            with Stored.of(segment).open() as part:
                sums(segment).write_text(f"{part.sha256()}  {segment.name}\n")

    def _check_captures_of_posts(self, captures: Captures) -> None:
        for id_, (*_, newest) in captures.posts.items():
            if id_ in self._archive and (missing := captures.missing_of(newest.read())):
                why = f"{missing} is not there as it was written"
                self._say(Fault("without captures", newest.path, why, "bring the file back from a copy"))

    def _check_pictures(self) -> int:
        """Check the pictures that are kept, and return how many there are."""
        number = 0
        aside = self._config.output / ASIDE
        if self._fix and self._captures:
            self._bring_back(aside)
        for fault in check(self._config.output, aside, self._archive.unpublished.note, fix=self._fix):
            number += 1
            if fault:
                self._say(Fault(*fault), "the site tells of it no more" if self._fix else "", self._fix)
        return number

    def _bring_back(self, aside: Path) -> None:
        """Bring back what is missing or damaged of pictures, where there are captures of it."""
        faults = lost(self._config.output)
        wanted = {file: sha256 for file, (_, sha256) in faults.items()}
        note = self._archive.unpublished.note
        for file in bring_back(self._config.output, aside, self._config.evidence_dir, wanted, note):
            self._say(Fault(*faults[file][0]), "it is brought back from its capture", mended=True)

    def _say(self, fault: Fault, done: str = "", mended: bool = False) -> None:
        self._faults += 1
        self._left += not mended
        state = f"mended, {fault.what}" if mended else fault.what
        advice = done or ("" if self._fix and "--fix" in fault.remedy else fault.remedy)
        print(printable(f"{state}: {fault.where}: {fault.why}{f'; {advice}' if advice else ''}"))

    def _sum_up(self, pictures: int) -> None:
        counts = self._posts.counts
        figures = ", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "none"
        new = f" ({dates.now():%Y-%m-%d}; from now on they are)" if counts[NEW] else ""
        print(f"{plural(sum(counts.values()), 'post')}: {figures}{new}")
        if self._captures:
            print(f"{plural(self._captures.records, 'record')} of evidence read")
        if pictures:
            print(f"{plural(pictures, 'picture')} read")
        mended = self._faults - self._left
        print(
            f"{plural(self._faults, 'fault')}{f', {mended} mended' if mended else ''}" if self._faults else "no fault"
        )
