"""Tell the operator what runs come to: a command when that has changed, a page that is pinged by each run."""

import logging
import shlex
import subprocess
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from finews_spider.config import Config
from finews_spider.exit_codes import WORDS, ExitCode
from finews_spider.printable import safe_line

logger = logging.getLogger(__name__)

FILE = Path(".finews") / "notified"  # the state that the operator knows
WELL = "well"
NO_STATE = (ExitCode.HELD, ExitCode.INTERRUPTED)  # another run's, or no one's
TIMEOUT = 30.0  # seconds, of the command; of a ping a third
MAX_TEXT = 10_000  # characters of a summary, to a page


class Notifier:
    """For one run. What goes wrong here is logged, and changes nothing of the run."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def begin(self) -> None:
        """Tell that a run begins."""
        self._ping("/start", "")

    def end(self, code: ExitCode, text: str) -> None:
        """Tell how it ended; `text` is what the run has to say."""
        is_well = code in (ExitCode.OK, ExitCode.OWED)
        if code not in NO_STATE:
            self._ping("" if is_well else "/fail", text)
            self._tell(WELL if is_well else f"{int(code)}", code, text)

    def _tell(self, state: str, code: ExitCode, text: str) -> None:
        """Run the command where the operator knows another state; note it when the command ended well."""
        if not self._config.notify or state == self._known():
            return
        output = self._config.output if self._config.output.is_dir() else None
        words = WORDS[code] if state != WELL else "all well again"
        try:
            subprocess.run(  # noqa: S603  # the owner's, without a shell
                shlex.split(self._config.notify),
                input=f"finews: {words}\n{text}\n",
                text=True,
                encoding="utf-8",
                errors="backslashreplace",
                timeout=TIMEOUT,
                check=True,
                cwd=output,
            )
            if output:
                (output / FILE).write_text(state, encoding="ascii")
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            why = error.strerror if isinstance(error, OSError) else type(error).__name__
            logger.error("FINEWS_NOTIFY: the command failed (%s); the next run tries again", safe_line(f"{why}"))

    def _known(self) -> str:
        try:
            return (self._config.output / FILE).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return WELL

    def _ping(self, path: str, text: str) -> None:
        if not self._config.ping:
            return
        request = Request(self._config.ping.rstrip("/") + path, data=text[:MAX_TEXT].encode("utf-8", "replace"))  # noqa: S310  # config checks it
        try:
            with urlopen(request, timeout=TIMEOUT / 3):  # noqa: S310
                pass
        except (URLError, OSError, ValueError) as error:  # its address may be a secret
            logger.error("FINEWS_PING: no answer (%s)", type(error).__name__)
