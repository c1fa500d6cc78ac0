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

from finews_spider.printable import printable_lines
from finews_spider.reporting.terminal import is_terminal

BAR = 40  # columns


class Display:
    """Redrawn when it is told to; what is logged and printed stands above it.

    It has no thread, and leaves the cursor to be seen, so that a run that is killed leaves the terminal as it was.
    """

    def __init__(self, stream: TextIO) -> None:
        console = Console(file=stream, force_terminal=True, force_interactive=True)
        # What is printed to a file or a pipe goes there.
        self.live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=is_terminal(sys.stdout))
        self.live.start()
        console.show_cursor(True)
        self.handler = get_scrapy_root_handler()
        self.logged_to: TextIO | None = None
        if isinstance(self.handler, logging.StreamHandler) and self.handler.stream is stream:
            self.logged_to = self.handler.setStream(Above(console))
        atexit.register(self.stop)

    def show(self, lines: list[str], done: int, total: int) -> None:
        """These lines, and a bar of so much done."""
        bar = ProgressBar(total=max(total, 1), completed=done, width=BAR)
        self.live.update(Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in lines), bar), refresh=True)

    def stop(self) -> None:
        """Wipe it off the screen, which is the log's again."""
        atexit.unregister(self.stop)
        if self.logged_to and isinstance(self.handler, logging.StreamHandler):
            self.handler.setStream(self.logged_to)
        self.live.stop()


class Above:
    """The stream of the log while there is a display: each record stands above it, whole."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def write(self, text: str) -> None:
        """One record, and the end of its line."""
        self.console.print(Text(printable_lines(text.removesuffix("\n"))), soft_wrap=True)

    def flush(self) -> None:
        """Nothing is held back."""
