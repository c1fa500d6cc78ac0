"""ReplayWeb.page plays what a run has kept, in a browser and out of a WACZ: every answer, byte for byte."""

import hashlib
import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from finews_spider import dates
from finews_spider.evidence.pack import pack
from finews_spider.evidence.segments import segments
from tests.conftest import Site
from tests.evidence.conftest import ALL, folder
from tests.evidence.test_replay import expected, wait_for_another_second
from tests.support.built import FLAGS, NO_NETWORK

pytestmark = pytest.mark.slow

PAGE = """<!DOCTYPE html><script>
async function played([moment, url]) {
  const response = await fetch(`/w/finews/${moment}id_/${url}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()));
  return [response.status, [...digest].map(byte => byte.toString(16).padStart(2, "0")).join("")];
}
async function answers() {
  const workers = navigator.serviceWorker;
  await workers.register("/sw.js", {scope: "/"});
  await workers.ready;
  if (!workers.controller) return location.reload();
  const added = new Promise(resolve => workers.addEventListener("message", ({data}) => {
    if (data.msg_type === "collAdded") resolve();
  }));
  const file = {sourceUrl: `${location.origin}/pack.wacz`};
  workers.controller.postMessage({msg_type: "addColl", name: "finews", file});
  await added;
  const seen = [];
  for (const key of await (await fetch("/keys.json")).json()) seen.push(await played(key));
  await fetch("/seen", {method: "POST", body: JSON.stringify(seen)});
}
answers().catch(error => fetch("/seen", {method: "POST", body: JSON.stringify(String(error))}));
</script>"""


class Server(ThreadingHTTPServer):
    """Serves these files on loopback, and takes what the page has seen."""

    def __init__(self, files: Mapping[str, tuple[str, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.seen, self.is_done = files, "", threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        kind, data = self.server.files.get(self.path, ("text/plain", b""))
        self.send_response(200 if data else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        self.server.seen = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(204)
        self.end_headers()
        self.server.is_done.set()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def browser(chromium: str, profile: Path, url: str) -> Iterator[None]:
    clocked = [flag for flag in FLAGS if "virtual-time" not in flag]
    flags = [*clocked, NO_NETWORK, f"--user-data-dir={profile}", "--remote-debugging-port=0"]
    with subprocess.Popen([chromium, *flags, url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def test_every_answer_of_a_pack_is_played_in_a_browser(site: Site, tmp_path: Path, tool: Callable[[str], str]) -> None:
    worker = subprocess.run([tool("replayweb")], capture_output=True, text=True, check=True).stdout.strip()
    chromium = tool("chromium")
    for _ in range(2):
        assert site.crawl(settings=ALL).code == 0
        wait_for_another_second()
    answers = {key: answer for key, answer in expected(segments(folder(site))).items() if answer[0] == 200}
    assert len(answers) > 80
    packed = pack(folder(site), f"{dates.now():%Y-%m}")
    files = {
        "/": ("text/html", PAGE.encode()),
        "/sw.js": ("text/javascript", Path(worker).read_bytes()),
        "/keys.json": ("application/json", json.dumps(list(answers)).encode()),
        "/pack.wacz": ("application/wacz", packed.read_bytes()),
    }
    with Server(files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        with browser(chromium, tmp_path / "profile", f"http://127.0.0.1:{server.server_port}/"):
            done = server.is_done.wait(60)
        server.shutdown()
        thread.join()
    assert done
    assert json.loads(server.seen) == [[status, hashlib.sha256(body).hexdigest()] for status, body in answers.values()]
