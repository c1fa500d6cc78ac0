"""Tell the operator what runs come to: a command when that has changed, a page that is pinged by each run."""

import logging
import os
import shlex
import subprocess
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from scrapy.settings import BaseSettings

from finews_spider.downloader.shared_pace import runtime_folder
from finews_spider.exceptions import PublishError
from finews_spider.exit_codes import WORDS, ExitCode
from finews_spider.printable import safe_line
from finews_spider.publishing.git import Git
from finews_spider.publishing.secrets import masked, secrets_of

logger = logging.getLogger(__name__)

FILE = Path(".finews") / "notified"  # the state that the operator knows
WELL = "well"
NO_STATE = (ExitCode.HELD, ExitCode.INTERRUPTED)  # another run's, or no one's
TIMEOUT = 30.0  # seconds, of the command; of a ping a third
MAX_TEXT = 10_000  # characters of a summary, to a page


class Notifier:
    """For one run. What goes wrong here is logged, and changes nothing of the run.

    It takes the settings as they are: that others of them are wrong is what the operator may have to be told.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self._command = str(settings["FINEWS_NOTIFY"] or "")
        self._page = str(settings["FINEWS_PING"] or "")
        self._output = Path(os.path.expanduser(str(settings["FINEWS_OUTPUT"]))).absolute()  # noqa: PTH111  # raises nothing

    def begin(self) -> None:
        """Tell that a run begins."""
        self._ping("/start", "")

    def end(self, code: ExitCode, text: str) -> None:
        """Tell how it ended; `text` is what the run has to say, which is told without secrets."""
        is_well = code in (ExitCode.OK, ExitCode.OWED)
        if code not in NO_STATE:
            self._ping("" if is_well else "/fail", text)
            self._tell(WELL if is_well else f"{int(code)}", code, text)

    def _tell(self, state: str, code: ExitCode, text: str) -> None:
        """Run the command where the operator knows another state; note it when the command ended well."""
        if not self._command or state == self._known():
            return
        words = WORDS[code] if state != WELL else "all well again"
        try:
            subprocess.run(  # noqa: S603  # the owner's, without a shell
                shlex.split(self._command),
                input=f"finews: {words}\n{self._without_secrets(text)}\n",
                text=True,
                encoding="utf-8",
                errors="backslashreplace",
                timeout=TIMEOUT,
                check=True,
                cwd=self._output if self._output.is_dir() else None,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            why = error.strerror if isinstance(error, OSError) else type(error).__name__
            logger.error("FINEWS_NOTIFY: the command failed (%s); the next run tries again", safe_line(f"{why}"))
        else:
            self._note(state)

    @cached_property
    def _files(self) -> list[Path]:
        """Where the state may stand: in the archive, or where that cannot be written, in a folder of the user's."""
        own = runtime_folder()
        elsewhere = [own / f"notified-{sha256(os.fsencode(self._output)).hexdigest()[:32]}"] if own else []
        return [self._output / FILE, *elsewhere]

    def _known(self) -> str:
        for file in reversed(self._files):  # one that stands elsewhere is newer
            with suppress(OSError, UnicodeDecodeError):
                return file.read_text(encoding="ascii").strip()
        return WELL

    def _note(self, state: str) -> None:
        for file in self._files:
            try:
                file.write_text(state, encoding="ascii")
            except OSError:
                continue
            for other in self._files[self._files.index(file) + 1 :]:
                with suppress(OSError):
                    other.unlink(missing_ok=True)
            return
        logger.error("FINEWS_NOTIFY: what was told cannot be noted; the next run tells it again")

    def _without_secrets(self, text: str) -> str:
        """Return the text without what git, proxies and the page know, and without logins and queries of addresses."""
        secrets = [self._page, urlsplit(self._page).path.strip("/")] if self._page else []
        try:
            secrets += Git(self._output).secrets()
        except PublishError:  # there is no git
            secrets += secrets_of((), os.environ)
        return masked(text, filter(None, secrets))

    def _ping(self, path: str, text: str) -> None:
        if not self._page:
            return
        data = self._without_secrets(text)[:MAX_TEXT].encode("utf-8", "replace")
        try:
            request = Request(self._page.rstrip("/") + path, data=data)  # noqa: S310  # of http, or nothing
            with urlopen(request, timeout=TIMEOUT / 3):  # noqa: S310
                pass
        except (URLError, OSError, ValueError, HTTPException) as error:  # its address may be a secret
            logger.error("FINEWS_PING: no answer (%s)", type(error).__name__)
