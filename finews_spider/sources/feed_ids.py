"""The addresses of articles of any site, written in one way, and the ids that are made of them. Pure.

An id is the host and a hash, `news-example-cn-3f2a…`: of the address without scheme, `www.`, fragment, trailing slash
and what only tracks who reads it. Any other parameter is part of it.
"""

import re
from collections.abc import Collection
from hashlib import blake2b
from urllib.parse import quote, urlsplit, urlunsplit

from finews_spider.items import Family
from finews_spider.sources.ids import IdScheme
from finews_spider.sources.links import absolute, address

ARTICLE = Family(tag_ending="新闻")  # as the posts of the other sources have it; a table may have another ending
MAX_ADDRESS = 1_000  # characters; it is written under the post, on one line
_HASH = 10  # bytes
_MAX_HOST = 120  # characters of a host in an id

IDS = IdScheme({rf"[a-z0-9][a-z0-9-]*-[0-9a-f]{{{2 * _HASH}}}": ARTICLE}, example=f"example-com-{0:0{2 * _HASH}}")

# Parameters that tell where a reader came from, and nothing of the page: of campaigns, of networks that share links,
# and of what counts readers. `utm_*` stands for all that begin so.
TRACKING = frozenset(
    """
    utm_* mtm_* hsa_* spm_* _hs* spm scm from isappinstalled wxfrom nsukey vd_source tt_from tt_medium tt_source
    share_from share_token share_source share_medium bd_vid qhclickid hmsr hmpl hmcu hmkw hmci hmmd
    pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content at_medium at_campaign
    gclid gclsrc dclid gbraid wbraid fbclid msclkid yclid twclid ttclid igshid igsh li_fat_id mc_cid mc_eid mkt_tok
    _ga _gl _openstat ncid cmpid xtor oly_enc_id oly_anon_id vero_id ref_src ref_url
    """.split()
)
_PREFIXES = tuple(name.removesuffix("*") for name in TRACKING if name.endswith("*"))
_UNSAFE = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")  # in a post's link, in Markdown and in Liquid
_CODE = re.compile("%[0-9a-fA-F]{2}")


def article_address(base: str, href: str, ignored: Collection[str] = ()) -> str:
    """Return the address of an article that a page at `base` links; empty for what leads to none.

    It has no fragment and no parameter that only tracks or is `ignored`, and no character that a post could not hold.
    """
    url = absolute(base, href) if base else address(href)
    if not url:
        return ""
    scheme, netloc, path, query, _ = urlsplit(url)
    kept = "&".join(part for part in query.split("&") if part and not _only_tracks(part, ignored))
    url = urlunsplit((scheme, netloc, path, kept, ""))
    url = _CODE.sub(lambda code: code[0].upper(), _UNSAFE.sub(lambda char: quote(char[0], errors="replace"), url))
    return url if len(url) <= MAX_ADDRESS else ""


def id_of(url: str) -> str:
    """Return the id of an article, given its address as `article_address` writes it."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    name = f"{bare_host(parts.netloc)}{path}?{query}"
    return f"{host_in_id(parts.netloc)}-{blake2b(name.encode(), digest_size=_HASH).hexdigest()}"


def host_in_id(netloc: str) -> str:
    """Return what the ids of a host's articles begin with."""
    return re.sub("[^a-z0-9]+", "-", bare_host(netloc)).strip("-")[:_MAX_HOST].strip("-") or "x"


def bare_host(netloc: str) -> str:
    """Return a host without `www.`, with its port."""
    return netloc.lower().removeprefix("www.")


def _only_tracks(parameter: str, ignored: Collection[str]) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in TRACKING or name.startswith(_PREFIXES) or name in ignored
