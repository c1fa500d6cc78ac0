"""The parameters of a request's query."""

from urllib.parse import parse_qsl

MAX_ROWS = 200  # of a page


def parse_query(query: str) -> dict[str, str]:
    """Return the parameters, empty ones too."""
    return dict(parse_qsl(query, keep_blank_values=True))


def number_in(query: dict[str, str], name: str, default: int, maximum: int = MAX_ROWS) -> int:
    """Return a parameter as a number from 1 to `maximum`; `default` where it is missing or no number."""
    value = query.get(name, "")
    is_number = value.isascii() and value.isdecimal() and len(value) < 10
    return min(max(int(value), 1), maximum) if is_number else default
