"""The visible text of built posts, in Chromium, against that of their sources: equal but for what named rules drop."""

import json
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from parsel import Selector

from finews_spider.archive.posts import render
from finews_spider.dates import BEIJING
from finews_spider.items import Article
from finews_spider.sources.eastmoney_ids import ARTICLE
from pipelines.clean import clean
from pipelines.sanitize import sanitize
from tests.support import bodies
from tests.support.built import FLAGS, NO_NETWORK, PATIENT, build, served
from tests.support.whole import whole

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser text")]  # one worker builds and opens it for all

BASE = "https://a.example/news/1.html"
FIRST = datetime(2022, 1, 1, tzinfo=BEIJING)
LAYOUT = "<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{{ content }}</body></html>\n"
MARK = "¶"  # between the cases of a post
CASES_OF_A_POST = 150
NESTED = bodies.nested()[:: whole(1, 4)]  # each element is in some of the others, and has some in it

# What a post shows in another way than its source, on purpose, and why: done to the source before its text is read.
ACCEPTED = [
    ("button, select, textarea", "e.remove()", "controls go"),
    ("details", "e.open = true", "a reader opens it"),
    ("rt:not(rp + rt)", "e.prepend('（'); e.append('）')", "how characters are read stands in brackets behind them"),
    ("rp:has(+ rt), rt + rp", "e.replaceWith(e.textContent)", "in those of the source where it has some"),
    ("ruby", "e.replaceWith(...e.childNodes)", "and blocks in such characters are blocks"),
    ("object", "e.replaceWith(...e.childNodes)", "what cannot be shown shows what stands in it"),
    ("embed[src]", "e.replaceWith('视频')", "a player leaves a link"),
    ("math script, math style", "e.remove()", "a formula runs nothing"),
    ("math", "e.replaceWith(e.textContent)", "and stands in its line"),
    ("option", "const div = document.createElement('div'); div.append(...e.childNodes); e.replaceWith(div)",
     "Chromium tells the paragraphs of an option that is in no list as one"),
]  # fmt: skip
# Where two parsers are of two minds: Chromium's takes <search> for no block yet when it closes what is open, Lexbor's
# does not end a drawing at a <sup>.
OTHERWISE = {"<b>前<search>中</b>后</search>末", "前<svg>一<sup>二</sup>三</svg>后"}
READ = """<!doctype html><meta charset="utf-8"><pre id="seen"></pre><section id="stage"></section><script>
const HTML = document.documentElement.namespaceURI;
const visible = (element) => element.innerText.split(/\\s+/).filter(Boolean).join(" ");
function shown(sources, accepted) {  // all are laid out at once
  const parts = sources.map((html) => {
    const part = stage.appendChild(document.createElement("section"));  // no <div>: for these Chromium has a quick way
    part.innerHTML = html;
    for (const [selector, change] of accepted) {
      const isMeant = (e) => e.isConnected && (e.namespaceURI === HTML || selector.startsWith("math"));
      for (const e of [...part.querySelectorAll(selector)].filter(isMeant)) change(e);
    }
    return part;
  });
  const texts = parts.map(visible);
  stage.replaceChildren();
  return texts;
}
async function posted(page) {
  const frame = document.createElement("iframe");
  await new Promise((done) => { frame.onload = done; frame.src = page; document.body.append(frame); });
  const text = visible(frame.contentDocument.body);
  frame.remove();
  return text;
}
(async () => {
  const { sources, pages, accepted } = await (await fetch("/cases.json")).json();
  const rules = accepted.map(([selector, change]) => [selector, new Function("e", change)]);
  const read = [];
  for (let at = 0; at < sources.length; at += 500) read.push(...shown(sources.slice(at, at + 500), rules));
  const built = [];
  for (const page of pages) built.push(await posted(page));
  seen.textContent = encodeURIComponent(JSON.stringify({ read, built }));
})();
</script>"""


def cases() -> list[str]:
    return [*bodies.realistic(), *bodies.elements(), *NESTED]


@pytest.fixture(scope="module")
def texts(tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """What a browser shows of each case: of its source, and of its post."""
    folder = tmp_path_factory.mktemp("browser-text")
    site = folder / "site"
    (site / "_layouts").mkdir(parents=True)
    (site / "_posts").mkdir()
    (site / "_config.yml").write_text("timezone: Asia/Shanghai\nfuture: true\n")
    (site / "_layouts/post.html").write_text(LAYOUT)
    starts = range(0, len(cases()), CASES_OF_A_POST)
    pages = [write(site, start, cases()[start : start + CASES_OF_A_POST]) for start in starts]
    built = build(tool("jekyll"), site)
    seen = read(tool("chromium"), built, folder / "profile", pages)
    posts = [text.strip() for page in seen["built"] for text in page.split(MARK)[:-1]]
    return dict(zip(cases(), zip(seen["read"], posts, strict=True), strict=True))


def write(site: Path, number: int, batch: list[str]) -> str:
    """Write a post of many bodies; returns the address of its page."""
    body = "".join(f"{sanitize(clean(case, BASE))}\n <p>{MARK}</p>\n " for case in batch).strip()
    time = FIRST + timedelta(days=number)
    id_ = f"NW{time:%Y%m%d}2230672549"
    article = Article(source="", id=id_, url=BASE, family=ARTICLE, title="题", media_name="某报", time=time, body=body)
    article.share_link = f"https://a.example/{id_}"
    (site / f"_posts/{time:%Y-%m-%d}-{id_}.md").write_text(render(article, "//a.example"), encoding="utf-8")
    return f"/{article.category}/{time:%Y/%m/%d}/{id_}.html"


def read(chromium: str, site: Path, profile: Path, pages: list[str]) -> Any:
    accepted = [(selector, change) for selector, change, _ in ACCEPTED]
    (site / "cases.json").write_text(json.dumps({"sources": cases(), "pages": pages, "accepted": accepted}))
    (site / "read.html").write_text(READ, encoding="utf-8")
    with served(site) as address:
        flags = [*FLAGS, NO_NETWORK, PATIENT, f"--user-data-dir={profile}", "--dump-dom", f"{address}/read.html"]
        done = subprocess.run([chromium, *flags], capture_output=True, text=True, check=True, timeout=300)
    return json.loads(unquote(Selector(done.stdout).xpath("string(//pre[@id='seen'])").get("")))


def differences(texts: dict[str, tuple[str, str]], of: list[str]) -> dict[str, tuple[str, str]]:
    return {case: texts[case] for case in of if texts[case][0] != texts[case][1] and case not in OTHERWISE}


def test_a_realistic_body_reads_as_its_source(texts: dict[str, tuple[str, str]]) -> None:
    assert len(bodies.realistic()) >= 100
    assert differences(texts, bodies.realistic()) == {}


def test_every_element_in_every_form_reads_as_its_source(texts: dict[str, tuple[str, str]]) -> None:
    assert differences(texts, bodies.elements()) == {}


def test_every_element_in_every_other_reads_as_its_source(texts: dict[str, tuple[str, str]]) -> None:
    assert differences(texts, NESTED) == {}
