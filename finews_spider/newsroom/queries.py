"""What a request's query asks for."""

from urllib.parse import parse_qsl

MOST_ROWS = 200  # a page


def asked_for(query: str) -> dict[str, str]:
    """Its parameters, empty ones too."""
    return dict(parse_qsl(query, keep_blank_values=True))


def count(asked: dict[str, str], name: str, usual: int, most: int = MOST_ROWS) -> int:
    """A number from 1 to `most`; what is no number is as if it was not given."""
    value = asked.get(name, "")
    good = value.isascii() and value.isdecimal() and len(value) < 10
    return min(max(int(value), 1), most) if good else usual
