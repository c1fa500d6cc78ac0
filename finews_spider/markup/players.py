"""Players and frames: a post has none, but a link to what they played."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from finews_spider.markup.addresses import resolve
from finews_spider.markup.cuts import Attributes
from finews_spider.markup.parsing import text_of

_ADDRESSES = ("src", "data", "data-src", "data-url", "data-video", "movie", "url", "href")
_PARAMS = frozenset({"movie", "src", "url", "filename", "file", "data"})
_VIDEO = re.compile(
    r"video/|.*(?:shockwave|flash)|.*\.(?:mp4|m4v|mov|webm|flv|swf|m3u8|avi|wmv|mpe?g)(?:[?#]|\Z)", re.IGNORECASE
)
_AUDIO = re.compile(r"audio/|.*\.(?:mp3|m4a|aac|wav|ogg|oga|wma|amr)(?:[?#]|\Z)", re.IGNORECASE)
_PICTURE = re.compile(r"image/|.*\.(?:jpe?g|png|gif|webp|bmp|svg)(?:[?#]|\Z)", re.IGNORECASE)
# What a player says where it cannot play.
_BROWSER = "[浏瀏][览覽]器"
_UNSUPPORTED = re.compile(
    rf"{_BROWSER}.{{0,30}}(?:不支[持援]|不能|[无無]法|[过過]低|[过過][旧舊]|升[级級]|更新|打[开開]|[观觀]看|播放)"
    rf"|(?:不支[持援]|升[级級]|更新|更[换換]|支[持援]|使用).{{0,30}}{_BROWSER}|(?:[无無]法|不能)(?:正常)?播放"
    r"|不支[持援].{0,30}(?:播放|[视視][频頻]|音[频頻]|影片|标签|標籤|html5|i?frame|flash)"
    r"|(?:not|n['’]t|un)\s*(?:currently\s*)?(?:support|(?:be\s*)?(?:play|display|show|load))|browser.{0,40}(?:old|outdated)"
    r"|(?:update|upgrade).{0,30}browser|flash\s*player|(?:[开開][启啟]|[启啟]用|安[装裝]|enable|install).{0,20}(?:javascript|flash)",
    re.IGNORECASE | re.DOTALL,
)


def address_of(node: LexborNode, attributes: Attributes, base: str) -> str:
    """The address of what it plays or shows; empty where it has none that can be used."""
    return next(filter(None, (resolve(candidate, base) for candidate in _candidates(node, attributes))), "")


def is_picture(attributes: Attributes, address: str) -> bool:
    """Whether an <object> or <embed> shows a picture."""
    return _matches(_PICTURE, attributes, address)


def words_of(node: LexborNode, attributes: Attributes) -> str:
    """What it says itself, or what it is."""
    words = " ".join(text_of(node).split())
    words = "" if is_unsupported(words) or "<" in words else words
    return words or " ".join((attributes.get("title") or "").split())


def kind_of(tag: str, attributes: Attributes, address: str) -> str:
    """视频, 音频 or 页面."""
    if tag.endswith("audio") or (not tag.endswith("video") and _matches(_AUDIO, attributes, address)):
        return "音频"
    return "视频" if tag.endswith("video") or _matches(_VIDEO, attributes, address) else "页面"


def is_unsupported(text: str) -> bool:
    """Whether a text tells no more than that something cannot be played."""
    return len(text) < 300 and _UNSUPPORTED.search(text) is not None


def _matches(pattern: re.Pattern[str], attributes: Attributes, address: str) -> bool:
    return bool(pattern.match(attributes.get("type") or "") or pattern.match(address))


def _candidates(node: LexborNode, attributes: Attributes) -> Iterator[str | None]:
    yield from (attributes[name] for name in _ADDRESSES if name in attributes)
    for child in node.css("source, embed, param, object"):
        inside = child.attributes
        if child.tag == "param":
            if (inside.get("name") or "").lower() in _PARAMS:
                yield inside.get("value")
        else:
            yield from (inside[name] for name in _ADDRESSES if name in inside)
