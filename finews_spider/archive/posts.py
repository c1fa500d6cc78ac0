"""An article as the text of a post, and back. The seed post is the form, to the byte."""

import html
import json
import re
from itertools import pairwise

from finews_spider.archive.front_matter import quoted, scalar
from finews_spider.archive.paths import category_link
from finews_spider.dates import read_time
from finews_spider.items import Article
from finews_spider.sources import known

_POST = re.compile(
    r"---\nlayout: post\ntitle: (?P<title>.*)\ndate: (?P<date>.*)\n"
    r"categories: (?P<category>.*)\ntags: (?P<tag>.*)\n---\n"
    r"(?P<content>(?s:.*?))\n\n<(?P<share_link>[^<>\n]*)>\n\n\[返回.*"
)
# What kramdown reads as markup or turns into typographic characters, by itself, doubled, or where a line starts; and
# `]:`, which made a definition of a line of back-links, escaped or not.
_MARKUP = re.compile(r"[\\`*_\[\]|$\"']|^[#+:=-]|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\.|(?<=\]):")
# kramdown looks for the end of the line at each tag: a long line costs it the square of its length. So long lines are
# broken where nobody sees it, before the end of a tag.
_LONG_LINE = 4_000  # characters
_PIECE = 500
_TAG_END = re.compile(" ?/?>")
_BREAK = re.compile(r"\n(?= ?/?>)")

_ENTITIES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "{": "&#123;",
    "}": "&#125;",
    "~": "&#126;",
    "^": "&#94;",
}


def render(article: Article, site: str) -> str:
    """The whole text of the article's post, without a newline at its end.

    `site` is where the back-links lead: `//finews.withounder.com`. The article has to be whole (`validate` saw to it).
    """
    assert article.time is not None
    tag = article.tag
    return (
        "---\n"
        "layout: post\n"
        f"title: {quoted(article.title)}\n"
        f"date: {article.time:%Y-%m-%d %H:%M:%S %z}\n"
        f"categories: {scalar(article.category)}\n"
        f"tags: {f'[{quoted(tag)}]' if any(map(str.isspace, tag)) else scalar(tag)}\n"
        "---\n"
        f"{_content(article)}\n"
        "\n"
        f"<{article.share_link}>\n"
        "\n"
        f"[返回{escape_markdown(tag)}]({site}/{category_link(article.category)})｜[返回首页]({site}/)"
    )


def parse(text: str, id_: str) -> Article:
    """Return the article of a post that `render` made, whose file is named by that id; without `source` and `url`.

    Raises ValueError where `text` has not the seed's form, or not the category and tag of the id's family.
    """
    family = known.family_of(id_)
    found = _POST.fullmatch(text)
    moment = found and read_time(found["date"])
    if not found or not moment:
        raise ValueError("not a post of the seed's form")
    tag = _value(found["tag"])
    if family.category and (_value(found["category"]), tag) != (family.category, family.tag):
        raise ValueError("not a post of its family")
    article = Article(source="", id=id_, url="", family=family, share_link=found["share_link"])
    article.title = _value(found["title"])
    article.time, article.to_the_second = moment
    article.media_name = family.media_name_of(tag)
    article.body = _BREAK.sub("", found["content"])
    if family.is_flash:
        digest, _, article.body = article.body.partition("\n\n")
        article.digest = unescape_markdown(digest.removeprefix("> "))
    return article


def in_place_of(kept: str, text: str) -> str:
    """Return the text of an edited post in place of the one that is kept: its category, tag and links stay as they are.

    They are its address and its folder, also where a name is read in another way today.
    """
    old, new = _POST.fullmatch(kept), _POST.fullmatch(text)
    if not old or not new:
        return text
    head = f"{text[: new.start('category')]}{old['category']}{text[new.end('category') : new.start('tag')]}{old['tag']}"
    return f"{head}{text[new.end('tag') : new.end('content')]}{kept[old.end('content') :]}"


def frame(text: str) -> str:
    """Return a post without what it says, for `in_place_of` and `parse`; the text as it is where it is none."""
    found = _POST.fullmatch(text)
    return text[: found.start("content")] + text[found.end("content") :] if found else text


def escape_markdown(text: str) -> str:
    """One line of plain text so that kramdown shows it as it is; Liquid finds nothing in it either."""
    text = re.sub(r"^([0-9]+)\.", r"\1\\.", _MARKUP.sub(r"\\\g<0>", text))
    return re.sub(r"[&<>{}~^]", lambda char: _ENTITIES[char[0]], text)


def unescape_markdown(text: str) -> str:
    """What `escape_markdown` was given."""
    return re.sub(r"\\(.)", r"\1", html.unescape(text))


def _content(article: Article) -> str:
    # Liquid's openers as entities: one `{% foo %}` in one post would end the whole build.
    body = re.sub(r"\{\{+|\{(?=%)", lambda openers: "&#123;" * len(openers[0]), article.body)
    body = "\n".join(_broken(line) if len(line) > _LONG_LINE else line for line in body.split("\n"))
    if not article.is_flash:
        return body
    digest = f"> {escape_markdown(article.digest)}"
    return f"{digest}\n\n{body}" if body else digest


def _broken(line: str) -> str:
    at = [0]
    for end in _TAG_END.finditer(line):
        if end.start() - at[-1] >= _PIECE:
            at.append(end.start())
    return "\n".join(line[start:stop] for start, stop in pairwise([*at, len(line)]))


def _value(written: str) -> str:
    """The text of what `quoted`, `scalar` or the list form wrote."""
    value = json.loads(written) if written[:1] in ('"', "[") else written
    if value == []:
        raise ValueError("no tag")
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
