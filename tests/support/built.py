"""A site as Jekyll builds it and a browser shows it, for tests."""

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
const until_stable = (image) => image.complete || new Promise((done) => { image.onload = image.onerror = done; });
async function measure(page, width) {
  frame.style = `width:${width}px;height:800px;border:0`;
  await new Promise((done) => { frame.onload = done; frame.src = page; });
  const there = frame.contentDocument;
  await Promise.all([...there.images].map(until_stable));
  const style = (element, part) => frame.contentWindow.getComputedStyle(element, part);
  return {
    page, width: there.documentElement.clientWidth, needs: there.documentElement.scrollWidth,
    ink: style(there.body).color, paper: style(there.documentElement).backgroundColor,
    pictures: [...there.images].map((image) => ({
      source: image.getAttribute("src"), shown: image.naturalWidth > 0, width: image.offsetWidth,
      height: image.offsetHeight, says: style(image, "::after").content,
    })),
  };
}
(async () => {
  const asked = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  const all = [];
  for (const page of asked.pages) all.push(await measure(page, asked.width));
  seen.textContent = JSON.stringify(all);
})();
</script>"""

# Opens pages in frames, and leaves what a browser has of each: what ran, and what stands around the content.
JUDGE = """<!doctype html><meta charset="utf-8"><pre id="seen"></pre><script>
const KEPT = ["class", "id", "rel", "name", "lang", "charset", "http-equiv"];
function around(there, inside) {  // the page without what the post says
  const copy = there.documentElement.cloneNode(true);
  const parts = [...copy.querySelectorAll("section > *")];
  if (inside) parts.slice(2, -3).forEach((part) => part.remove());
  for (const each of copy.querySelectorAll("*")) {
    for (const name of each.getAttributeNames()) if (!KEPT.includes(name)) each.setAttribute(name, "");
    for (const node of [...each.childNodes]) if (node.nodeType === 3) node.remove();
  }
  return copy.outerHTML;
}
async function judge(page) {
  const frame = document.createElement("iframe");
  await new Promise((done) => { frame.onload = done; frame.src = page; document.body.append(frame); });
  const there = frame.contentDocument;
  const parts = there ? [...there.querySelectorAll("section > *")] : [];
  const inside = parts.length > 4 && parts[1].tagName === "H1";
  const seen = !there ? { page, gone: true } : {
    page, title: there.title, where: frame.contentWindow.location.pathname, around: around(there, inside),
    heading: there.querySelector("h1")?.textContent, last: parts.slice(-3).map((part) => part.textContent),
    text: (inside ? parts.slice(2, -3) : []).map((part) => part.textContent).join(" "),
    links: [...there.links].map((link) => link.protocol),
    pictures: [...there.images].map((image) => image.currentSrc || image.src),
    handlers: [...there.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on")),
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
    """The folder, beside the source, that the site was built into; a warning fails."""
    there = source.with_name(f"{source.name}-built{len(list(source.parent.glob(f'{source.name}-built*')))}")
    command = [jekyll, "build", "--strict_front_matter", "--source", str(source), "--destination", str(there), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=source, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Warning" not in said, said
    assert "Error" not in said, said
    return there


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which the folder is served."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with _running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(server: http.server.ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def listening() -> Iterator[tuple[int, set[str]]]:
    """A proxy that lets nothing through: its port, and the hosts that were asked for."""
    asked: set[str] = set()

    class Refusing(http.server.BaseHTTPRequestHandler):
        def refuse(self) -> None:
            asked.add(urlsplit(f"//{self.path}" if self.command == "CONNECT" else self.path).hostname or self.path)
            self.send_error(502)

        do_GET = do_HEAD = do_POST = do_CONNECT = do_PUT = refuse  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with _running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)) as port:
        yield port, asked


def judged(chromium: str, site: Path, profile: Path, pages: list[str]) -> tuple[Any, set[str]]:
    """What a browser has of these pages of the built site, and the hosts that it asked for other than the site's."""
    (site / "judge.html").write_text(JUDGE, encoding="utf-8")
    (site / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    with served(site) as address, listening() as (port, asked):
        flags = [*FLAGS, f"--proxy-server=127.0.0.1:{port}", f"--user-data-dir={profile}", PATIENT]
        command = [chromium, *flags, "--dump-dom", f"{address}/judge.html"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    seen = Selector(done.stdout).xpath("string(//pre[@id='seen'])").get("")
    return json.loads(unquote(seen)), asked


def dom(chromium: str, url: str, profile: Path, *flags: str) -> Selector:
    """The page as a browser has it."""
    command = [chromium, *FLAGS, NO_NETWORK, *flags, f"--user-data-dir={profile}", "--dump-dom", url]
    return Selector(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


def measured(chromium: str, address: str, profile: Path, pages: list[str], width: int, *flags: str) -> Any:
    """What the browser says of each page, in a window of so many pixels; MEASURE has to stand at /measure.html."""
    asked = quote(json.dumps({"pages": pages, "width": width}))
    page = dom(chromium, f"{address}/measure.html#{asked}", profile, f"--window-size={width + 100},900", *flags)
    return json.loads(page.xpath("string(//pre[@id='seen'])").get("") or "[]")
