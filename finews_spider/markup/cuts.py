"""What an editor cuts: what the sites put into bodies and around them. Whole classes, whole sentences, never a prefix.

Each rule has a name, by which it is counted; a sentence is a line of a text, wherever it stands.
"""

import re
from collections.abc import Mapping

Attributes = Mapping[str, str | None]

# What these hosts draw is today's price, whatever the article's day: pictures, and pages in frames.
_CHART_HOSTS = {"img": "webquoteklinepic.eastmoney.com", "iframe": "//quote.eastmoney.com/"}
CHART_START, CHART_END = "EM_StockImg_Start", "EM_StockImg_End"  # comments of the site around it

_CLASSES = {
    "toplink": "advertising",
    "em_handle_adv_close": "advertising",
    "em_xuangu": "advertising",
    "res-edit": "editor",
    "zwothers": "related",
    "abstract": "abstract",  # the article's lead in a box, which its page has above the body
}
_AD_CLASS = re.compile(
    r"ad_(?:[0-9]+(?:x[0-9]+)?|box|banner|bar|slot|unit|area|frame|wrap(?:per)?|content|container|body|img|pic|text|link|list"
    r"|top|bottom|left|right|middle|side|float|pc|mobile)(?:_?[0-9]+)?"
)
_AD_HOST = "acttg.eastmoney.com"

_QUOTES = "“”\"'‘’「」"
_LINES = {
    "advertising": (
        r"在东方财富看资讯行情(?:[，,]?选东方财富证券一站式开户交易[!！。>＞》→]*|[，,]?[^。！？]{0,60}[>＞]+)?",
        r"主力资金加仓名单实时更新(?:[，,]?APP内免费看[!！。>＞》→]*|[，,]?[^。！？]{0,60}[>＞]+)?",
        r"(?:[【（(\[]?(?:炒股第一步[，,]先开个股票账户|四大权益礼包[，,]开户即送)[】）)\]]?[!！。，,；;>＞》→]*)+",
    ),
    "disclaimer": (
        r"(?:[【（(]?郑重声明[】）)]?[：:]?)?东方财富网?发布此(?:信息|内容)(?:的?目的在于|旨在)传播更多(?:的)?信息"
        r"(?:[，,。；;].{0,300}(?:风险自担|立场无关|建议|证实|负责))?[。.！!]?",
    ),
    "editor": (r"[（(【\[]?(?:责任编辑|责编)[：:](?:[^，。；！？]{0,30}|\w{2,4}(?:[，,]\w{2,4}){1,4}[）)】\]]?)",),
    "share": (
        rf"(?:打开微信[，,]?|点击底部的[{_QUOTES}]*发现[{_QUOTES}]*[，,。]?|使用[{_QUOTES}]*扫一扫[{_QUOTES}]*[，,。]?"
        r"|即可将网页分享至朋友圈[。]?)+",
    ),
}
_LINE = re.compile("|".join(f"(?P<{rule}>{'|'.join(lines)})" for rule, lines in _LINES.items()), re.DOTALL)
_STARTS = frozenset("在主【（([炒四郑东责打点使即")  # what such a line begins with; most others do not
_MAX_LINE = 500  # characters of such a line


def class_rule(names: str) -> str:
    """The rule that cuts an element of these classes; whole words count, `ad` is in `lazyload`."""
    for name in names.split():
        if rule := _CLASSES.get(name):
            return rule
        if _AD_CLASS.fullmatch(name):
            return "advertising"
    return ""


def element_rule(tag: str, attributes: Attributes) -> str:
    """The rule that cuts an element and what is in it; empty where none does."""
    if rule := class_rule(attributes.get("class") or ""):
        return rule
    if tag == "a" and _AD_HOST in (attributes.get("href") or ""):
        return "advertising"
    chart = _CHART_HOSTS.get(tag)
    if chart and any(value and chart in value for value in attributes.values()):
        return "chart"
    return ""


def line_rule(text: str) -> str:
    """The rule that cuts a line of text; empty where none does."""
    if text.lstrip()[:1] not in _STARTS or len(text) > _MAX_LINE:
        return ""
    line = _LINE.fullmatch("".join(text.split()))
    return (line.lastgroup or "") if line else ""
