"""An article is cited with what shows that it was so."""

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from finews_spider.dates import BEIJING
from finews_spider.evidence.cite import Reference, bibtex, csl, ris
from finews_spider.exit_codes import ExitCode
from tests.conftest import Ran, Site, run_forked
from tests.evidence.conftest import ALL

TITLE = r"5%的{增长} & \emph_1 #2 $3 ~^"
OF = Reference(
    "NW1", TITLE, "中国证券报", datetime(2021, 12, 30, 7, 57, tzinfo=BEIJING), "http://a/?b={c}&d", "ab" * 32
)
KEPT = OF._replace(fetched="http://a/x_y", captured="2022-01-02T03:04:05.000000Z", record="urn:uuid:1")


def cite(site: Site, *words: str) -> Ran:
    options = [f"FINEWS_OUTPUT={site.output}", f"FINEWS_SOURCES_FILE={site.output.with_suffix('.toml')}"]
    ran = run_forked("cite", *words, *(word for option in options for word in ("-s", option)))
    assert "Traceback" not in ran.err
    return ran


def test_a_post_is_cited_with_its_capture(site: Site) -> None:
    assert site.crawl(settings=ALL).code == 0
    path, text = next((path, text) for path, text in site.posts().items() if "-NW" in path)
    id_ = Path(path).stem[11:]
    (item,) = json.loads(cite(site, id_, "--format", "csl").out)
    assert item["issued"]["date-parts"] == [[int(part) for part in Path(path).name[:10].split("-")]]
    assert item["URL"] == re.findall("^<(http.*)>$", text.decode(), re.MULTILINE)[0]
    assert id_ in item["archive_location"]
    assert f"SHA-256 of the post: {hashlib.sha256(text).hexdigest()}" in item["note"]
    assert re.search(r"Fetched from http\S+ at \d{4}-\d\d-\d\dT\S+Z, WARC record urn:uuid:", item["note"])
    assert cite(site, id_).out.startswith(f"@misc{{{id_},\n")
    assert cite(site, id_, "--format", "ris").out.startswith("TY  - NEWS\n")


def test_without_evidence_it_is_cited_without_a_capture(site: Site) -> None:
    assert site.crawl().code == 0
    (item,) = json.loads(cite(site, Path(min(site.posts())).stem[11:], "--format", "csl").out)
    assert "accessed" not in item
    assert item["note"].startswith("SHA-256 of the post: ")


def test_bibtex_is_shown_the_text_and_no_commands() -> None:
    entry = bibtex(KEPT)
    assert r"title = {{5\%的\{增长\} \& \textbackslash{}emph\_1 \#2 \$3 \textasciitilde{}\textasciicircum{}}}" in entry
    assert "url = {http://a/?b=%7Bc%7D&d}" in entry
    assert "urldate = {2022-01-02}" in entry
    assert r"Fetched from http://a/x\_y at 2022-01-02T03:04:05.000000Z" in entry
    assert "urldate" not in bibtex(OF)


def test_ris_and_csl_have_the_same() -> None:
    lines = dict(line.split("  - ", 1) for line in ris(KEPT).splitlines())
    assert lines["TI"] == TITLE
    assert (lines["DA"], lines["UR"], lines["L2"], lines["Y2"]) == ("2021/12/30", OF.link, KEPT.fetched, "2022/01/02")
    (item,) = json.loads(csl(KEPT))
    assert item["title"] == TITLE
    assert item["accessed"] == {"date-parts": [[2022, 1, 2]]}


@pytest.mark.parametrize("words", [(), ("NW1", "NW2"), ("NW202112302230672549",), ("../../etc/passwd",)])
def test_what_is_no_article_is_refused(site: Site, words: tuple[str, ...]) -> None:
    site.output.mkdir()
    site.words((), {})
    assert cite(site, *words).code == ExitCode.WRONG
