"""What git knows and nobody is shown: logins and queries of addresses, and headers that log in.

Git hides some of it in its own messages, and not the rest: a query stays, and so does a password that has a slash in
it, within which the host ends as git reads the address.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

MASK = "***"
MIN_LENGTH = 4  # characters of what is masked wherever it stands; what is shorter, within its address only
MIN_TOKEN = 12  # of a user's name without a password; git@ is no secret

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^\s'\"<>]+)")
_HEADER = re.compile(r"(?i)((?:proxy-)?authorization|cookie):[^\r\n]+")
_HEADER_KEY = re.compile(r"http\.(?:.*\.)?extraheader", re.DOTALL)
_REMOTE_KEY = re.compile(r"remote\..*url|branch\..*remote", re.DOTALL)  # their values may be `user@host:path`
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def secrets_of(settings: Iterable[tuple[str, str]], environment: Mapping[str, str]) -> list[str]:
    """Return what nobody is shown of git's settings, keys and values, and of the proxies; the longest first."""
    found = {part for name, url in environment.items() if name.lower() in _PROXIES for part in _of_address(url)}
    for key, value in settings:
        if _HEADER_KEY.fullmatch(key):
            found.update(value.partition(":")[2].split())
        if "://" in value or _REMOTE_KEY.fullmatch(key):
            found.update(_of_address(value))
        if "://" in key:  # url.<base>.insteadOf
            found.update(_of_address(key))
    found |= {other for part in found for other in (unquote(part), quote(part, safe=""))}
    return sorted((part for part in found if len(part) >= MIN_LENGTH), key=len, reverse=True)


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without the secrets, and without the logins and queries of all URLs in it."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return _HEADER.sub(rf"\1: {MASK}", _URL.sub(_masked_url, text))


def _masked_url(url: re.Match[str]) -> str:
    """Return the URL; its login is what stands before the last @, whatever that has in it."""
    page, mark, query = re.split(r"([?#]|\Z)", url[2], maxsplit=1)
    if "@" in query:  # of a login or of a query, nobody can say
        return url[1] + MASK
    _, at, place = page.rpartition("@")
    return url[1] + (MASK + at if at else "") + place + (mark + MASK if mark else "")


def _of_address(address: str) -> Iterator[str]:
    """Yield the parts of a remote's or a proxy's address, of any form, that nobody is shown."""
    before, mark, after = address.partition("://")
    rest = after if mark else before
    login, _, _ = rest.rpartition("@")
    user, colon, password = login.partition(":")
    if colon:
        yield login
        yield password
        # The host ends at these, as git reads it: what stands before them is called a host and a port.
        pieces = re.split("[/?#@]", password)
        yield f"{user}:{pieces[0]}"
        yield from pieces
    elif mark and len(login) >= MIN_TOKEN:
        yield login
    query = re.split("[?#]", rest, maxsplit=1)[1:]
    yield from query
    yield from (part.partition("=")[2] for text in query for part in re.split("[&;#]", text))
