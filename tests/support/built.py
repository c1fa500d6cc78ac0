"""Sites as Jekyll builds them and Chromium shows them."""

import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from parsel import Selector

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --virtual-time-budget=5000"
).split()
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
PATIENT = "--virtual-time-budget=600000"  # of two, the last counts
DARK = "--blink-settings=preferredColorScheme=0"

# Opens pages in a frame as wide as a phone, and leaves in its own element what it saw there.
MEASURE = """<!doctype html><meta charset="utf-8"><iframe id="frame"></iframe><pre id="seen"></pre><script>
const loaded = (image) => image.complete || new Promise((done) => { image.onload = image.onerror = done; });
async function measure(page, width) {
  frame.style = `width:${width}px;height:800px;border:0`;
  await new Promise((done) => { frame.onload = done; frame.src = page; });
  const doc = frame.contentDocument;
  await Promise.all([...doc.images].map(loaded));
  const style = (element, part) => frame.contentWindow.getComputedStyle(element, part);
  return {
    page, width: doc.documentElement.clientWidth, needs: doc.documentElement.scrollWidth,
    ink: style(doc.body).color, paper: style(doc.documentElement).backgroundColor,
    pictures: [...doc.images].map((image) => ({
      source: image.getAttribute("src"), shown: image.naturalWidth > 0, width: image.offsetWidth,
      height: image.offsetHeight, says: style(image, "::after").content,
    })),
  };
}
(async () => {
  const query = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  const all = [];
  for (const page of query.pages) all.push(await measure(page, query.width));
  seen.textContent = JSON.stringify(all);
})();
</script>"""

# Opens pages in frames, and leaves what the browser made of each: what ran, and what is around the post's content.
JUDGE = """<!doctype html><meta charset="utf-8"><pre id="seen"></pre><script>
const KEPT = ["class", "id", "rel", "name", "lang", "charset", "http-equiv"];
function around(doc, inside) {  // the page without what the post says
  const copy = doc.documentElement.cloneNode(true);
  const parts = [...copy.querySelectorAll("section > *")];
  if (inside) parts.slice(2, -3).forEach((part) => part.remove());
  for (const element of copy.querySelectorAll("*")) {
    for (const name of element.getAttributeNames()) if (!KEPT.includes(name)) element.setAttribute(name, "");
    for (const node of [...element.childNodes]) if (node.nodeType === 3) node.remove();
  }
  return copy.outerHTML;
}
async function judge(page) {
  const frame = document.createElement("iframe");
  await new Promise((done) => { frame.onload = done; frame.src = page; document.body.append(frame); });
  const doc = frame.contentDocument;
  const parts = doc ? [...doc.querySelectorAll("section > *")] : [];
  const inside = parts.length > 4 && parts[1].tagName === "H1";
  const seen = !doc ? { page, gone: true } : {
    page, title: doc.title, where: frame.contentWindow.location.pathname, around: around(doc, inside),
    heading: doc.querySelector("h1")?.textContent, last: parts.slice(-3).map((part) => part.textContent),
    text: (inside ? parts.slice(2, -3) : []).map((part) => part.textContent).join(" "),
    links: [...doc.links].map((link) => link.protocol),
    pictures: [...doc.images].map((image) => image.currentSrc || image.src),
    handlers: [...doc.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on")),
  };
  frame.remove();
  return seen;
}
(async () => {
  const pages = await (await fetch("/pages.json")).json();
  const all = [], turn = pages.entries();
  const work = async () => { for (const [at, page] of turn) all[at] = await judge(page); };
  await Promise.all(Array.from({ length: 2 }, work));
  seen.textContent = encodeURIComponent(JSON.stringify({ ran: top.ran ?? 0, title: document.title, all }));
})();
</script>"""


def build(jekyll: str, source: Path, *words: str) -> Path:
    """Build the site into a new folder beside its source, and return that; a warning fails the test."""
    destination = source.with_name(f"{source.name}-built{len(list(source.parent.glob(f'{source.name}-built*')))}")
    command = [
        jekyll,
        "build",
        "--strict_front_matter",
        "--source",
        str(source),
        "--destination",
        str(destination),
        *words,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=source, timeout=300)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert "Warning" not in output, output
    assert "Error" not in output, output
    return destination


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the folder, and yield its URL."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with _running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(server: http.server.ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def listening() -> Iterator[tuple[int, set[str]]]:
    """Run a proxy that refuses everything; yield its port, and the hosts that were requested."""
    requested: set[str] = set()

    class Refusing(http.server.BaseHTTPRequestHandler):
        def refuse(self) -> None:
            requested.add(urlsplit(f"//{self.path}" if self.command == "CONNECT" else self.path).hostname or self.path)
            self.send_error(502)

        do_GET = do_HEAD = do_POST = do_CONNECT = do_PUT = refuse  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with _running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)) as port:
        yield port, requested


def judged(chromium: str, site: Path, profile: Path, pages: list[str]) -> tuple[Any, set[str]]:
    """Return what a browser makes of these pages of the built site, and the other hosts that it requested."""
    (site / "judge.html").write_text(JUDGE, encoding="utf-8")
    (site / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    with served(site) as address, listening() as (port, requested):
        flags = [*FLAGS, f"--proxy-server=127.0.0.1:{port}", f"--user-data-dir={profile}", PATIENT]
        command = [chromium, *flags, "--dump-dom", f"{address}/judge.html"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    seen = Selector(done.stdout).xpath("string(//pre[@id='seen'])").get("")
    return json.loads(unquote(seen)), requested


def dom(chromium: str, url: str, profile: Path, *flags: str) -> Selector:
    """Return the page's DOM, after its scripts have run."""
    command = [chromium, *FLAGS, NO_NETWORK, *flags, f"--user-data-dir={profile}", "--dump-dom", url]
    return Selector(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


def measured(chromium: str, address: str, profile: Path, pages: list[str], width: int, *flags: str) -> Any:
    """Return the browser's measures of each page in a frame of this width; MEASURE has to be at /measure.html."""
    query = quote(json.dumps({"pages": pages, "width": width}))
    page = dom(chromium, f"{address}/measure.html#{query}", profile, f"--window-size={width + 100},900", *flags)
    return json.loads(page.xpath("string(//pre[@id='seen'])").get("") or "[]")
