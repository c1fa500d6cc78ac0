"""Why a row is skipped and an article refused: the one list of reasons. The stats' and the report's keys are these."""

from enum import StrEnum

from scrapy.exceptions import DropItem


class Skipped(StrEnum):
    """Of a listing's row: it is no article, or none that the run is for."""

    NO_ID = "no id"
    NO_LINK = "no article link"
    DAMAGED = "damaged"
    BLOG = "blog"
    OTHER_HOST = "another host"
    NO_ARTICLE = "no article"
    OUTSIDE_WINDOW = "outside window"
    OTHER_CATEGORY = "other category"


class Refused(StrEnum):
    """Of an article: it cannot become a post as it is, and stays owed."""

    INCOMPLETE_BODY = "body cannot be read whole"
    STUB = "much shorter than its post"
    FAULT = "fault in finews"
    BROKEN_CHARACTERS = "broken characters"
    NO_TITLE = "no title"
    NO_TIME = "no time"
    NO_MEDIA_NAME = "no media_name"
    NO_BODY = "no body"
    NO_DIGEST = "no digest"
    NO_SLUG = "no media_name (it gives no slug of its own)"
    TAKEN = "its place is taken"
    TIME_AHEAD = "no time (it lies ahead of the clock)"


# Rows that cannot be read; the others are not news, or not what the run was asked for.
UNREAD = frozenset({Skipped.NO_ID, Skipped.NO_LINK, Skipped.DAMAGED})
UNWANTED = frozenset({Skipped.OUTSIDE_WINDOW, Skipped.OTHER_CATEGORY})


class RefusedError(DropItem):
    """A pipeline refuses an article for these reasons; the message names its URL."""

    def __init__(self, url: str, id_: str, *reasons: Refused, detail: str = "", kept: str = "is not written") -> None:
        self.reason = ", ".join(reasons)
        super().__init__(f"{url}: {self.reason}{detail}; {id_} {kept}")
