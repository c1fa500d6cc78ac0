"""What a terminal, a log or a mail may be shown of a stranger's text: the one defence against what they obey."""


def printable(text: str) -> str:
    """Return the text with a space for all that is not seen but obeyed.

    That is control characters and escapes, line ends, what turns the direction of reading, halves of characters.
    """
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def printable_lines(text: str) -> str:
    """Return the same, line by line: line ends stay."""
    return "\n".join(map(printable, text.split("\n")))


def safe_line(text: object, limit: int = 300) -> str:
    """Return the text on one line, printable, and cut where it has more than `limit` characters."""
    line = " ".join(printable(str(text)).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
