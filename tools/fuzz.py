"""Coverage-guided fuzzing of what reads and cleans strangers' bytes, begun with the hostile corpus: `make fuzz`.

An input that raises what it should not ends it, and is left in .hypothesis/.
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
    from pipelines.sanitize import sanitize, settle

from tests.support import hostile

MAX_INPUT = 4_000  # bytes of an input


def judge(data: bytes) -> None:
    """Raises where anything is raised that is not documented, or where twice is not once."""
    with suppress(UnreadableError, IncompleteBodyError):
        text = decode(data)
        for read in (json_object, html_page):
            with suppress(UnreadableError):
                read(text)
        for look in (media_name_in, id_in_url, read_time, fields):
            look(text)
        put_back(text, [{"src": text}], [{"url_w": text, "text": text}])
        line, body = one_line(text), settle(clean(text))
        assert one_line(line) == line
        assert settle(clean(body)) == sanitize(body) == body


def main(seconds: str) -> None:
    Path(".hypothesis").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, body in enumerate(hostile.bodies()):
            if len(body) < MAX_INPUT:
                (Path(corpus) / str(number)).write_text(body, "utf-8", "replace")
        options = {"max_total_time": seconds, "max_len": MAX_INPUT, "artifact_prefix": ".hypothesis/", "verbosity": 0}
        words = [f"-{name}={value}" for name, value in {**options, "print_final_stats": 1}.items()]
        atheris.Setup([sys.argv[0], *words, corpus], judge)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
