"""What a reader sees of a body."""

import re
from html import unescape


def visible(body: str) -> str:
    """The text of a body as a reader sees it, without white space."""
    return "".join(unescape(re.sub(r"<[^>]*>", "", body)).split())
