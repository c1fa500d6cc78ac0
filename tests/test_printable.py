import logging
from io import StringIO

import pytest

from finews_spider.logformatter import PrintableFormatter
from finews_spider.printable import printable, printable_lines, safe_line
from finews_spider.publishing.git import GitError

OBEYED = "\x1b[2J", "\x9b2J", "\r", "\x07", "\u202e", "\u2066", "\u2028", "\udcff", "\x00", "\x7f"


@pytest.mark.parametrize("obeyed", OBEYED)
def test_what_a_terminal_obeys_is_a_space(obeyed: str) -> None:
    assert printable(f"前{obeyed[0]}后") == "前 后"


def test_what_is_seen_stays() -> None:
    assert printable("沪指涨3.2% é 😀 “引号”") == "沪指涨3.2% é 😀 “引号”"


def test_line_ends_stay_where_lines_are_meant() -> None:
    assert printable_lines("a\x1b\nb\r\nc") == "a \nb \nc"
    assert safe_line("a\x1b\nb\t c") == "a b c"


def test_a_long_line_is_cut() -> None:
    assert safe_line("x" * 400) == "x" * 299 + "…"


def test_the_log_is_printable_in_messages_arguments_and_tracebacks() -> None:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PrintableFormatter("%(message)s"))
    record = logging.LogRecord("a", logging.INFO, "", 0, "\x1b[31m%s", ("\u202e题",), None)
    try:
        raise ValueError("\x1b]0;title\x07")
    except ValueError as error:
        record.exc_info = (ValueError, error, None)
    handler.handle(record)
    assert out.getvalue().isprintable() is False  # its line ends
    assert all(map(str.isprintable, out.getvalue().splitlines()))
    assert out.getvalue().count("\n") == 2


def test_what_git_says_of_a_file_is_printable() -> None:
    assert str(GitError("error: '\x1b[2J\x07.md' would be overwritten")) == "error: ' [2J .md' would be overwritten"
