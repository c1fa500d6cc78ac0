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
    from finews_spider.sources.parsing import html_page, json_object, media_name_in
    from pipelines.clean import clean
    from pipelines.sanitize import sanitize

from tests.support import hostile

MAX_INPUT = 4_000  # bytes of an input


def check_input(data: bytes) -> None:
    """Raise where an undocumented exception is raised, or where cleaning twice differs from cleaning once."""
    with suppress(UnreadableError, IncompleteBodyError):
        text = decode(data)
        for read in (json_object, html_page):
            with suppress(UnreadableError):
                read(text)
        for search in (media_name_in, id_in_url, read_time, fields):
            search(text)
        put_back(text, [{"src": text}], [{"url_w": text, "text": text}])
        line, body = one_line(text), sanitize(clean(text))
        assert one_line(line) == line
        assert clean(body) == sanitize(body) == body


def main(seconds: str) -> None:
    Path(".hypothesis").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, body in enumerate(hostile.bodies()):
            if len(body) < MAX_INPUT:
                (Path(corpus) / str(number)).write_text(body, "utf-8", "replace")
        options = {"max_total_time": seconds, "max_len": MAX_INPUT, "artifact_prefix": ".hypothesis/", "verbosity": 0}
        words = [f"-{name}={value}" for name, value in {**options, "print_final_stats": 1}.items()]
        atheris.Setup([sys.argv[0], *words, corpus], check_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
