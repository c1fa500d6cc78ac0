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
from urllib.parse import quote

from parsel import Selector

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --virtual-time-budget=5000"
).split()
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
DARK = "--blink-settings=preferredColorScheme=0"

# Opens pages in a frame as wide as a phone, and leaves in its own element what it saw there.
MEASURE = """<!doctype html><meta charset="utf-8"><iframe id="frame"></iframe><pre id="seen"></pre><script>
const settled = (image) => image.complete || new Promise((done) => { image.onload = image.onerror = done; });
async function measure(page, width) {
  frame.style = `width:${width}px;height:800px;border:0`;
  await new Promise((done) => { frame.onload = done; frame.src = page; });
  const there = frame.contentDocument;
  await Promise.all([...there.images].map(settled));
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

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def dom(chromium: str, url: str, profile: Path, *flags: str) -> Selector:
    """The page as a browser has it."""
    command = [chromium, *FLAGS, NO_NETWORK, *flags, f"--user-data-dir={profile}", "--dump-dom", url]
    return Selector(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


def measured(chromium: str, address: str, profile: Path, pages: list[str], width: int, *flags: str) -> Any:
    """What the browser says of each page, in a window of so many pixels; MEASURE has to stand at /measure.html."""
    asked = quote(json.dumps({"pages": pages, "width": width}))
    page = dom(chromium, f"{address}/measure.html#{asked}", profile, f"--window-size={width + 100},900", *flags)
    return json.loads(page.xpath("string(//pre[@id='seen'])").get("") or "[]")
