"""How much of a long test is run: `make test` runs a part of some, `make whole` all of it."""

import os

IS_WHOLE = os.environ.get("WHOLE") == "1"


def whole(number: int, part: int) -> int:
    """Return the number, or the part of it that `make test` is content with."""
    return number if IS_WHOLE else part
