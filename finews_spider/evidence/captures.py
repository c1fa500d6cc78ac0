"""What a capture is: an answer that is kept, and where; and what is said of a post's."""

from dataclasses import fields
from datetime import UTC, datetime

import msgspec

from finews_spider.items import ArticleRef


class Capture(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record of an answer. `origin` is the record that has its payload, where it has none of its own."""

    id: str  # the WARC-Record-ID
    url: str
    date: str  # the WARC-Date
    segment: str  # the file's name
    offset: int
    length: int  # both in bytes of the file
    origin: "Capture | None" = None

    @property
    def payload(self) -> "Capture":
        """Return the record that has the payload."""
        return self.origin or self


class KeptEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was known of an article by a post of it; see Article."""

    id: str
    title: str = ""
    time: datetime | None = None
    to_the_second: bool = False
    media_name: str = ""
    digest: str = ""
    body: str = ""
    share_link: str = ""


class RefEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """That an article was wanted by this ref, when so many steps had been taken.

    `kept` is the post that helped: of the article's other family, or its own, asked for again.
    """

    ref: ArticleRef
    share_link: str
    after: int = 0
    kept: KeptEvidence | None = None


class StepEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A route that was tried, and the answers that came, the last one last; or why there was none to be read.

    `url` is the route's, where that is not the first answer's.
    """

    route: str
    url: str = ""
    captures: tuple[Capture, ...] = ()
    failure: str = ""

    @property
    def route_url(self) -> str:
        """Return the address that was asked for at first."""
        return self.url or next((capture.url for capture in self.captures), "")


class PostEvidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a post was made of: the JSON of its `metadata` record."""

    post: str  # its id
    path: str  # below the output folder, when it was written
    sha256: str
    run: str
    finews: str  # the version
    refs: tuple[RefEvidence, ...]
    steps: tuple[StepEvidence, ...] = ()
    replaced: str = ""  # the post that it took the place of, without what that said

    @property
    def capture(self) -> Capture | None:
        """Return the capture to name for it: of an address that has its id, else the last that could be read."""
        captures = [step.captures[-1] for step in self.steps if step.captures and not step.failure]
        return next((one for one in captures if self.post in one.url), captures[-1] if captures else None)


_DEFAULTS = {field.name: field.default for field in fields(ArticleRef)}


def encoded(evidence: PostEvidence) -> bytes:
    """Return it as JSON; of a ref, without what its listing does not say."""
    told = msgspec.to_builtins(evidence)
    for wanted in told["refs"]:
        wanted["ref"] = {name: value for name, value in wanted["ref"].items() if value != _DEFAULTS[name]}
    return msgspec.json.encode(told)


def warc_date(time: datetime) -> str:
    """Return the time as WARC 1.1 writes it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
