"""Pages that stand where an answer was due, with status 200: captchas, block pages, login pages, empty shells.

Asked only of answers that could not be read: a good answer costs nothing, and no article is taken for such a page
because it tells of one.
"""

import json
import re

from parsel import Selector

MAX_LENGTH = 100_000  # characters; such pages are short, but for the scripts in them
MAX_VISIBLE = 300  # characters that a reader sees of one; articles with what stands around them have more
MAX_BARE_LOGIN = 30  # characters of a page that says hardly more than 登录

# In this order: a captcha page says why it came, and a block page how to log in.
KINDS = {
    "captcha page": (
        r"验证码|(?:安全|人机|身份|访问|滑[块动])验证|完成.{0,8}验证|拖动.{0,8}滑块|captcha"
        r"|you are (?:a )?human|(?:not|are you) a robot|checking your browser|just a moment|enable javascript"
    ),
    "block page": (
        r"(?:访问|请求|操作|刷新)(?:过于|太过?|过)?(?:频繁|快)|(?:访问|请求|操作|IP).{0,12}(?:异常|受限|被?(?:拒绝|阻断|拦截|封禁|限制))"
        r"|异常(?:流量|访问|请求)|防火墙|\bWAF\b|access denied|forbidden|request (?:was )?(?:blocked|rejected|denied)"
        r"|too many requests|unusual traffic|rate limit"
    ),
    "login page": (
        r"(?:请|请先|需要?|尚?未|用户|会员|[账帐]号|密码)登[录陆]|登[录陆]后|(?:please|must|need to) (?:log|sign) ?in"
    ),
}
_KINDS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in KINDS.items()}
_LOGIN = re.compile(r"登[录陆]|\b(?:log|sign) ?in\b", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:[\w$.]+\s*\(\s*)?[{\[]")  # or handed to a JSONP callback
_TITLE_ENDS = re.compile(r" ?[-_|–—] ?")  # the site's name follows
_MAX_TITLE = 12  # 滑动验证页面; a headline has more
_MESSAGES = ("message", "msg", "me", "error", "errmsg", "reason", "info")  # what a JSON answer says of itself


def block_page(text: str) -> str:
    """Which of these pages an answer is that could not be read; empty where it is none."""
    if len(text) > MAX_LENGTH:
        return ""
    if not text.strip():
        return "empty page"
    if _JSON.match(text):
        return _kind(_message(text[text.find("{") : text.rfind("}") + 1]))
    page = Selector(text, type="html")
    title = _TITLE_ENDS.split(_seen(page, "//title//text()"))[0]
    seen = _seen(page, "//body//text()[not(parent::script or parent::style)]")
    return _kind_of_page(title, seen, asks_for_password=bool(page.css("input[type=password]")))


def _seen(page: Selector, path: str) -> str:
    return " ".join(" ".join(page.xpath(path).getall()).split())


def _kind_of_page(title: str, seen: str, *, asks_for_password: bool) -> str:
    if len(seen) > MAX_VISIBLE:
        return ""
    short_title = title if len(title) <= _MAX_TITLE or title.isascii() else ""
    kind = _kind(f"{short_title}\n{seen}")
    says_login = (
        asks_for_password or _LOGIN.search(short_title) or (len(seen) <= MAX_BARE_LOGIN and _LOGIN.search(seen))
    )
    return kind or ("login page" if says_login else "" if seen else "empty page")


def _kind(text: str) -> str:
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(text)), "")


def _message(text: str) -> str:
    """What a JSON object says of itself; its articles and rows are not looked at."""
    try:
        answer: dict[str, object] = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return "\n".join(str(answer.get(name, ""))[:MAX_VISIBLE] for name in _MESSAGES)
