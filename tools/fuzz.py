"""`make fuzz`: coverage-guided fuzzing of what reads and cleans responses, started with the hostile corpus.

It ends at the first input that fails, and leaves that in .hypothesis/.
"""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["finews_spider", "pipelines"]):
    from finews_spider.archive.front_matter import fields
    from finews_spider.dates import read_time
    from finews_spider.markup.characters import one_line
    from finews_spider.markup.parsing import IncompleteBodyError
    from finews_spider.sources.base import UnreadableError
    from finews_spider.sources.eastmoney_ids import id_in_url
    from finews_spider.sources.eastmoney_placeholders import put_back
    from finews_spider.sources.encodings import decode
    from finews_spider.sources.links import absolute, without_surplus
    from finews_spider.sources.parsing import html_list, html_page, json_object, media_name_in
    from pipelines.clean import clean
    from pipelines.sanitize import sanitize

from tests.support import hostile

MAX_INPUT = 4_000  # bytes of an input
PAGE = "https://a.example/b/c.html"
ROWS = '{"data": {"list": [{"code": "1"}, {"code": "5", "title": "@}, {"code": "2"}, {"code": "3"}]}}'
LINKS = ("//a.example/%2e%2e/b//c?d#e", "HTTP:\\\\u@a.example:80/../新/", "../x/./y", "?a=1&b", "http://[::1]:8080/")


def check_input(data: bytes) -> None:
    """Raise where an undocumented exception is raised, or where cleaning twice differs from cleaning once."""
    with suppress(UnreadableError, IncompleteBodyError):
        text = decode(data)
        for read in (json_object, read_rows, html_page, html_list):
            with suppress(UnreadableError):
                read(text)
        check_damage(text)
        check_link(text)
        for search in (media_name_in, id_in_url, read_time, fields):
            search(text)
        put_back(text, [{"src": text}], [{"url_w": text, "text": text}])
        line, body = one_line(text), sanitize(clean(text))
        assert one_line(line) == line
        assert clean(body) == sanitize(body) == body


def read_rows(text: str) -> object:
    """The object that a text is, of whose rows some may be damaged. Raises UnreadableError."""
    return json_object(text, "list")


def check_damage(text: str) -> None:
    """Raise where a row that holds a text costs another; one that begins a row or ends the list may."""
    rows = json_object(ROWS.replace("@", text.translate({ord("{"): "", ord("]"): ""})), "list")["data"]["list"]
    assert [row["code"] for row in rows if row and row["code"] != "5"] == ["1", "2", "3"], rows


def check_link(text: str) -> None:
    """Raise where an address is written in two ways, or steers a terminal."""
    address = absolute(PAGE, text)
    assert absolute(PAGE, address) == absolute("", address) == address, address
    assert address.isprintable()
    assert without_surplus(text, {"id"}).isprintable()


def main(seconds: str) -> None:
    Path(".hypothesis").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, text in enumerate([*hostile.bodies(), *hostile.links(), *LINKS, ROWS]):
            if len(text) < MAX_INPUT:
                (Path(corpus) / str(number)).write_text(text, "utf-8", "replace")
        options = {"max_total_time": seconds, "max_len": MAX_INPUT, "artifact_prefix": ".hypothesis/", "verbosity": 0}
        words = [f"-{name}={value}" for name, value in {**options, "print_final_stats": 1}.items()]
        atheris.Setup([sys.argv[0], *words, corpus], check_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
