"""The pages in Chromium: light and dark, at two widths, all that can be opened open; axe-core looks at each."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from parsel import Selector

from tests.overview.conftest import Seen
from tests.support.built import DARK, FLAGS, PATIENT, listening, served
from tests.support.nonempty import nonempty

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("overview")]

OF_THE_BROWSER = (".google.com", ".googleapis.com", ".gvt1.com")  # what Chromium asks for by itself
WIDTHS = (390, 1280)
NAMES = ("index.html", "health.html")
# Opens copies of the pages that may run axe-core.
LOOK = """<!doctype html><meta charset="utf-8"><pre id="seen"></pre><script>
async function look(page, width) {
  const frame = document.createElement("iframe");
  frame.style = `width:${width}px;height:800px;border:0`;
  await new Promise((done) => { frame.onload = done; frame.src = page; document.body.append(frame); });
  const doc = frame.contentDocument;
  const needs = doc.documentElement.scrollWidth;
  for (const part of doc.querySelectorAll("details")) part.open = true;
  const result = await frame.contentWindow.axe.run(doc);
  const seen = {
    page, width, needs, paper: frame.contentWindow.getComputedStyle(doc.documentElement).backgroundColor,
    checked: result.passes.map((rule) => rule.id),
    found: result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`)),
  };
  frame.remove();
  return seen;
}
(async () => {
  const all = [];
  for (const [page, width] of QUERY) all.push(await look(page, width));
  seen.textContent = encodeURIComponent(JSON.stringify(all));
})();
</script>"""


def look(chromium: str, axe: Path, pages: dict[str, str], folder: Path, *flags: str) -> Any:
    folder.mkdir()
    shutil.copyfile(axe, folder / "axe.js")
    for name, page in pages.items():
        copy = re.sub("<meta http-equiv=[^>]*>", '<script src="axe.js"></script>', page, count=1)
        (folder / name).write_text(copy, encoding="utf-8")
    query = json.dumps([[name, width] for name in pages for width in WIDTHS])
    (folder / "look.html").write_text(LOOK.replace("QUERY", query), encoding="utf-8")
    with served(folder) as address:
        words = [chromium, *FLAGS, PATIENT, *flags, f"--user-data-dir={folder / 'profile'}"]
        command = [*words, "--window-size=1400,900", "--dump-dom", f"{address}/look.html"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(unquote(Selector(done.stdout).xpath("string(//pre[@id='seen'])").get("")))


@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
def test_a_reader_of_any_kind_can_read_them(
    seen: Seen, flags: tuple[str, ...], tool: Callable[[str], str], tmp_path: Path
) -> None:
    axe = Path(subprocess.run([tool("axe")], capture_output=True, text=True, check=True).stdout.strip())
    views = look(tool("chromium"), axe, {name: seen.page(name) for name in NAMES}, tmp_path / "site", *flags)
    assert len(views) == len(NAMES) * len(WIDTHS)
    for view in nonempty(views):
        assert view["found"] == []
        assert {"color-contrast", "svg-img-alt", "document-title", "html-has-lang"} <= {*view["checked"]}
        assert view["needs"] <= view["width"]
        assert (view["paper"] == "rgb(252, 251, 248)") == (not flags)


def test_a_page_runs_nothing_and_requests_nothing(seen: Seen, tool: Callable[[str], str], tmp_path: Path) -> None:
    """As it is, with a script in it that somebody smuggled in: its policy stops that."""
    page = seen.page("index.html")
    site = tmp_path / "site"
    site.mkdir()
    smuggled = '<script>document.title = "ran"</script><img src="http://elsewhere.example/a.png" alt="">'
    (site / "index.html").write_text(page.replace("<main>", f"<main>{smuggled}"), encoding="utf-8")
    with served(site) as address, listening() as (port, requested):
        flags = [*FLAGS, f"--proxy-server=127.0.0.1:{port}", f"--user-data-dir={tmp_path / 'profile'}"]
        command = [tool("chromium"), *flags, "--dump-dom", f"{address}/index.html"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "<title>总览</title>" in done.stdout
    assert {host for host in requested if not host.endswith(OF_THE_BROWSER)} == set()
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//|url\((?!#)|@import", page)
