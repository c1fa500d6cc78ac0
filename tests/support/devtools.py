"""Pages as Chromium opens them, with its own log of requests and of what a policy stopped: the DevTools protocol."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.support.built import FLAGS, NO_NETWORK

# Before anything of a page is read: what its policy stops is an event.
LISTEN = """
self.stopped = [];
document.addEventListener("securitypolicyviolation", (e) => stopped.push(`${e.effectiveDirective} ${e.blockedURI}`));
"""
# When all pictures of a page have come or failed.
LOOK = """(async () => {
  const over = (image) => image.complete || new Promise((done) => { image.onload = image.onerror = done; });
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map(over));
  await new Promise((done) => setTimeout(done, 0));
  const pictures = [...document.images].map((i) => [i.getAttribute("src"), i.naturalWidth > 0, i.width, i.height]);
  return JSON.stringify({ stopped, pictures });
})()"""
SECONDS = 60  # for an answer


class Picture(NamedTuple):
    """A picture of a page: its address as written, whether it is shown, and how large it is there."""

    source: str
    is_shown: bool
    width: int
    height: int


class Visit(NamedTuple):
    """What opening a page led to."""

    page: str
    requested: list[str]  # addresses, the page's among them
    stopped: list[str]  # directives of its policy, and what they stopped
    pictures: list[Picture]


def visited(chromium: str, profile: Path, pages: Sequence[str]) -> list[Visit]:
    """Return what opening pages, by their addresses, leads to."""
    with _browser(chromium, profile) as address:
        return asyncio.run(_visits(address, pages))


@contextmanager
def _browser(chromium: str, profile: Path) -> Iterator[str]:
    flags = [flag for flag in FLAGS if not flag.startswith("--virtual-time")]
    command = [chromium, *flags, NO_NETWORK, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            yield next(line.split()[-1] for line in process.stderr if line.startswith("DevTools listening on "))
        finally:
            process.kill()


class _Tab:
    """A tab, by what it was sent and what it tells."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket, self._numbers, self.session = socket, count(1), ""
        self.events: list[dict[str, Any]] = []  # since they were cleared
        self.requested: list[tuple[str, str]] = []  # page and address, of all

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the answer; events that come before it are kept."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        await self._socket.send_json(message | ({"sessionId": self.session} if self.session else {}))
        while True:
            answer = await self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    async def until(self, method: str) -> None:
        """Return when an event has come."""
        while not any(event["method"] == method for event in self.events):
            await self._next()

    async def _next(self) -> dict[str, Any]:
        message = await self._socket.receive(timeout=SECONDS)
        assert message.type is WSMsgType.TEXT, message
        found = dict(json.loads(message.data))
        if "method" in found:
            self.events.append(found)
        if found.get("method") == "Network.requestWillBeSent":
            of = found["params"]
            self.requested.append((of["documentURL"], of["request"]["url"]))
        return found


@asynccontextmanager
async def _tab(address: str) -> AsyncIterator[_Tab]:
    async with ClientSession() as client, client.ws_connect(address, max_msg_size=0) as socket:
        tab = _Tab(socket)
        target = await tab.send("Target.createTarget", url="about:blank")
        attached = await tab.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab.session = attached["sessionId"]
        for domain in ("Page", "Network"):
            await tab.send(f"{domain}.enable")
        await tab.send("Page.addScriptToEvaluateOnNewDocument", source=LISTEN)
        yield tab


async def _visits(address: str, pages: Sequence[str]) -> list[Visit]:
    async with _tab(address) as tab:
        visits = [await _visit(tab, page) for page in pages]
    assert {of for of, _ in tab.requested} <= {*pages}  # none is left out
    return [visit._replace(requested=[url for of, url in tab.requested if of == visit.page]) for visit in visits]


async def _visit(tab: _Tab, page: str) -> Visit:
    tab.events.clear()
    await tab.send("Page.navigate", url=page)
    await tab.until("Page.loadEventFired")
    answer = await tab.send("Runtime.evaluate", expression=LOOK, awaitPromise=True, returnByValue=True)
    seen = json.loads(answer["result"]["value"])
    return Visit(page, [], seen["stopped"], [Picture(*picture) for picture in seen["pictures"]])
