"""Which address a picture has: of all that an <img> and what is around it may name, the first that can be used."""

import re
from collections.abc import Iterable, Iterator

from finews_spider.markup.addresses import resolve
from finews_spider.markup.allowlist import allowed_style
from finews_spider.markup.cuts import Attributes
from finews_spider.markup.escaping import attribute

_FIRST = ("data-src", "data-original")  # what lazy loading is told by most often
_NAME = re.compile(r"src|origin|lazy|echo|real|url|im(?:g|age)|file|pic", re.IGNORECASE)
# Copies of another size (`orginial_src`, sic, seen 2022, and what else `original` is misspelt as); what is shown while
# a picture is not there; and what tells something of it: `data-filename` is none of its addresses.
_COPY = re.compile(
    r"(?!original)or[gin]{2,6}al|orig[_-]?file|large|big|full|zoom|hd|hi-?res|retina|raw|crop|max|medium|small|thumb",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"on|src\Z|srcset\Z|alt|title|class|id\Z|style|href|usemap|longdesc"
    r"|.*(?:holder|loading|error|fail|default|link|page|share|icon|logo|avatar|author|qr|back|bg|type|set\Z"
    r"|sizes\Z|name|title|caption|desc|alt\Z|meta|credit|copyright)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\s*(?:(?:https?:)?[/\\]{2}|\.{0,2}/|[^\s:;,]+/[^\s:;,]+|[^\s:;,]+\.(?:jpe?g|png|gif|webp|bmp|avif|svg)\b)",
    re.IGNORECASE,
)
_PATH = re.compile(r"//[^/?#]+(?:/[^?#]|/?\?.)")  # a host alone shows no picture
_SRCSET = re.compile(r"[\s,]*+(?P<address>\S+)(?:(?<!,)[^,]*+)?")
_PLACEHOLDER = re.compile(
    r"[^?#]*[/_.-](?:blank|loading|lazy(?:load(?:ing)?)?|place_?holder|spacer|transparent|gr[ae]y|pixel|1x1)[^/?#]*"
    r"\.(?:gif|png|svg)(?:[?#].*)?",
    re.IGNORECASE,
)
_KEPT = ("alt", "width", "height")  # in the seed's order


def address_of(attributes: Attributes, base: str, sources: Iterable[Attributes] = (), *, only: bool = True) -> str:
    """The address of a picture; empty where it has none.

    What stands for a picture that is not there yet is taken where nothing else is; not even then if it is not the
    `only` one, because a <noscript> beside it has another.
    """
    placeholder = ""
    for candidate in _candidates(attributes, sources):
        address = resolve(candidate, base)
        if not _PATH.search(address):
            continue
        if not _PLACEHOLDER.fullmatch(address):
            return address
        placeholder = placeholder or address
    return placeholder if only else ""


def picture(attributes: Attributes, address: str) -> str:
    """The element, with what those of the seed have, in its order."""
    kept = "".join(attribute(name, " ".join((attributes[name] or "").split())) for name in _KEPT if name in attributes)
    style = allowed_style("img", attributes.get("style") or "")
    return f"<img{attribute('src', address)}{kept}{attribute('style', style) if style else ''} />"


def is_lazy(attributes: Attributes) -> bool:
    """Whether a script will show it: until then it may well be hidden."""
    return next(_lazy(attributes), None) is not None


def _candidates(attributes: Attributes, sources: Iterable[Attributes]) -> Iterator[str]:
    """What may be the address, best first."""
    yield from _lazy(attributes)
    yield attributes.get("src") or ""
    yield from _of_set(attributes.get("srcset"))
    for source in sources:
        yield from _lazy(source)
        yield from _of_set(source.get("srcset"))
        yield source.get("src") or ""
    yield from (value for name, value in attributes.items() if value and _COPY.search(name) and _holds_address(value))


def _lazy(attributes: Attributes) -> Iterator[str]:
    """The addresses that a script puts into `src` when the picture comes into view."""
    names = [name for name in _FIRST if name in attributes]
    names += [name for name in attributes if name not in _FIRST and _is_lazy_name(name)]
    for name in names:
        value = attributes[name] or ""
        if name.endswith("srcset"):
            yield from _of_set(value)
        elif _holds_address(value):
            yield value


def _is_lazy_name(name: str) -> bool:
    if name.endswith("srcset"):
        return name != "srcset"
    return bool(_NAME.search(name)) and not _OTHER.match(name) and not _COPY.search(name)


def _holds_address(value: str) -> bool:
    return _ADDRESS.match(value) is not None


def _of_set(srcset: str | None) -> Iterator[str]:
    """The addresses of a `srcset`; a comma ends one that says no size."""
    at = 0
    while match := _SRCSET.match(srcset or "", at):
        yield match["address"].rstrip(",")
        at = match.end()
