"""The last lines of a screen, for the progress of a run."""

import atexit
import logging
import sys
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text
from scrapy.utils.log import get_scrapy_root_handler

from finews_spider.reporting.terminal import is_terminal


class Display:
    """Redrawn when it is told to; what is logged and printed stands above it.

    It has no thread, and leaves the cursor to be seen, so that a run that is killed leaves the terminal as it was.
    """

    def __init__(self, stream: TextIO) -> None:
        console = Console(file=stream, force_terminal=True, force_interactive=True, soft_wrap=True)
        # What is printed to a file or a pipe goes there.
        self.live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=is_terminal(sys.stdout))
        self.live.start()
        console.show_cursor(True)
        handler = get_scrapy_root_handler()
        if isinstance(handler, logging.StreamHandler) and handler.stream is stream:
            handler.setStream(sys.stderr)  # as it is now: rich puts above itself what is written there
        atexit.register(self.stop)  # a run that is interrupted twice is not closed

    def show(self, lines: list[str], done: int, total: int) -> None:
        """Show these lines, and a bar of so much done."""
        bar = ProgressBar(total=max(total, 1), completed=done, width=40)
        self.live.update(Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in lines), bar), refresh=True)

    def stop(self) -> None:
        """Wipe it off the screen, which is the log's again."""
        self.live.stop()
