"""Says of posts what their captures give today, and writes what is better."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from finews_spider.archive.paths import OLD, OLD_BUILT, POSTS
from finews_spider.config import Config
from finews_spider.evidence.captures import PostEvidence
from finews_spider.evidence.review import Review, Reviewed, State, batches
from finews_spider.evidence.rewrite import BATCH, Rewriter
from finews_spider.exceptions import PublishError
from finews_spider.exit_codes import ExitCode
from finews_spider.ledger.database import Ledger
from finews_spider.ledger.posts import Index
from finews_spider.printable import printable_lines, safe_line
from finews_spider.reporting.terminal import plural

Wanted = Callable[[str, str], bool]  # of a post, its id and its path


class Reparse:
    """One call of the command: what it prints, and what it counts."""

    def __init__(
        self, config: Config, ledger: Ledger, index: Index, review: Review, *, write: bool, force: bool, kept: bool
    ) -> None:
        """`kept`: posts without captures are not its business."""
        self._config, self._ledger, self._index, self._review = config, ledger, index, review
        self._write, self._force, self._kept = write, force, kept
        self._counts: Counter[str] = Counter()
        self._without = 0  # posts of which nothing was kept
        self._unpublished = ""

    def do(self, is_wanted: Wanted) -> ExitCode:
        """Print what each post is, write where that is asked for, and return how it ends."""
        better = self._better(is_wanted)
        if self._write:
            rewriter = Rewriter(self._config, self._ledger)
            for batch in batches(better, BATCH):
                self._rewrite(rewriter, batch)
            rewriter.close()
        else:
            for reviewed in better:
                self._say(reviewed, reviewed.state)
        for post in self._index.all():
            path = f"{post.folder}/{post.name}"
            if not self._kept and post.id not in self._review.seen and is_wanted(post.id, path):
                self._without += 1
                print(printable_lines(f"no captures: {path}"))
        return self._end()

    def _better(self, is_wanted: Wanted) -> Iterator[Reviewed]:
        """Yield those that would be written, and print the others."""
        for reviewed in self._review.posts(lambda evidence: is_wanted(evidence.post, evidence.path)):
            is_left = reviewed.is_foreign and self._write and not self._force
            if reviewed.state is State.DIFFERS and not is_left:
                yield reviewed
            else:
                self._say(reviewed, "left alone" if reviewed.state is State.DIFFERS else reviewed.state)

    def _rewrite(self, rewriter: Rewriter, batch: list[Reviewed]) -> None:
        try:
            for reviewed, error in rewriter.write(batch):
                why = f"{error}\n" if error else ""
                self._say(reviewed._replace(why=why + reviewed.why), "not written" if error else "cleaned again")
        except PublishError as error:
            self._counts["cleaned again"] += len(batch)
            self._unpublished = str(error)

    def _say(self, reviewed: Reviewed, what: str) -> None:
        self._counts[what] += 1
        path = reviewed.path.relative_to(self._config.output)
        mark = ", not as finews wrote it" if reviewed.is_foreign else ""
        print(printable_lines(f"{what}{mark}: {path}"))
        for line in reviewed.why.splitlines():
            print(printable_lines(f"    {line}"))

    def _end(self) -> ExitCode:
        for trouble in self._review.troubles:
            print(safe_line(trouble, limit=1000))
        figures = ", ".join(f"{number} {what}" for what, number in sorted(self._counts.items())) or "none"
        without = f"; {plural(self._without, 'post')} without" if self._without else ""
        print(f"{plural(sum(self._counts.values()), 'post')} with captures: {figures}{without}")
        if self._unpublished:
            print(f"not published: {safe_line(self._unpublished, limit=1000)}")
            return ExitCode.UNPUBLISHED
        is_fine = (
            self._counts.keys() <= {State.SAME, "cleaned again"} and not self._review.troubles and not self._without
        )
        return ExitCode.OK if is_fine else ExitCode.CHECK_FAILED


class Finder:
    """Where posts lie: where they were written, where retention moved them, or where the ledger knows them."""

    def __init__(self, output: Path, index: Index) -> None:
        self._output, self._index = output, index

    def __call__(self, evidence: PostEvidence) -> Path | None:
        rest = evidence.path.removeprefix(f"{POSTS}/")
        for folder in (POSTS, OLD, OLD_BUILT):
            if (path := self._output / folder / rest).is_file():
                return path
        path_known = self._index.path(evidence.post)
        return path_known if path_known and path_known.is_file() else None
