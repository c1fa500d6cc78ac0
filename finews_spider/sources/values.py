"""What values in sources.toml have to look like, and how a message calls that."""

from typing import Annotated

import msgspec

_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"


def form(pattern: str, description: str) -> msgspec.Meta:
    """Return what a text's annotation says of it: that the pattern matches it wholly."""
    return msgspec.Meta(pattern=rf"\A(?:{pattern})\Z", description=description)


Switch = Annotated[bool, msgspec.Meta(description="true or false")]
Text = Annotated[str, msgspec.Meta(description="a text in quotes")]
Origin = Annotated[str, form(rf"https?://[A-Za-z0-9.-]+(:({_PORT}))?", "a scheme and host, like https://example.com")]
IdPath = Annotated[str, form(r"/[^\s{}]*\{id\}[^\s{}]*", "a path with {id} in it, like /page.do?id={id}")]
Slug = Annotated[str, form(r"[\w·-]+", "a slug, like zhongguozhengquanbao")]
Days = Annotated[int, msgspec.Meta(ge=0, le=9999, description="a number of days up to 9999; 0 is no limit")]
Count = Annotated[int, msgspec.Meta(ge=1, description="a whole number, 1 or more")]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=3600, description="a number of seconds up to 3600")]
