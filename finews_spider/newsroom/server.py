"""The newsroom's server on loopback: a port for each site, in a thread of its own."""

import asyncio
import re
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from finews_spider.newsroom import eastmoney, pages
from finews_spider.newsroom.finews import Blog, ShareHost
from finews_spider.newsroom.pages import NOT_FOUND, Page, Site, View
from finews_spider.newsroom.picture_files import PictureHost
from finews_spider.newsroom.rules import Edit, Handler, LoggedRequest, Rule, Rules
from finews_spider.newsroom.web_archive import WebArchive
from finews_spider.newsroom.world import World

SOURCES = Path(__file__).parent.parent / "sources.toml"
ROBOTS = "User-agent: *\nDisallow: /private/\n"
ARCHIVE_KEYS = ("cdx", "play")
UNHURRIED = ("max_age_days", "cdx_delay", "playback_delay", "pause")  # keys; the newsroom has no need of it
PICTURES = re.compile(rb"(?:https:)?//dfscdn\.dfcfw\.com(?=/)")  # where bodies have theirs
PAGES_KEPT = 4096  # in a site's cache; an article's page has a few KB


def sites(world: World) -> dict[str, Site]:
    """Return the site for each role. Roles are keys of sources.toml, but for the archive's, which has two there."""
    share = ShareHost(world)
    return {
        "site": Blog(world),
        "share": share,
        "origin": share,
        **eastmoney.sites(world),
        "archive": WebArchive(world),
        "pictures": PictureHost(),
    }


class Newsroom:
    """`with Newsroom(World()) as room:` serves the world.

    `now`: stories after it are not published; None: all are. `clock`: the time that its Date headers say; None: the
    machine's. The other attributes are View's.
    """

    def __init__(self, world: World, addresses: Mapping[str, str] | None = None) -> None:
        self._world = world
        self._sites = sites(world)
        self._pages = {role: lru_cache(PAGES_KEPT)(site.page) for role, site in self._sites.items()}
        self._addresses = addresses or {}
        self._rules = Rules()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="newsroom", daemon=True)
        self._runners: list[web.ServerRunner] = []
        self.urls: dict[str, str] = {}
        self.log: list[LoggedRequest] = []
        self.now = None
        self.clock: datetime | None = None
        self._behave()

    def _behave(self) -> None:
        """As usual."""
        self.robots = dict.fromkeys(self._sites, ROBOTS)
        self.moving, self.cursors = False, True
        self.pictures_here = False  # bodies name the pictures of the newsroom, and not those of the real host
        self.by_cursor: int | None = None
        self.by_page: int | None = None

    @property
    def now(self) -> datetime | None:
        """The time until which stories are published; None: all are."""
        return self._now

    @now.setter
    def now(self, now: datetime | None) -> None:
        self._now = now
        self._published = self._world.published(now)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def answer(
        self,
        role: str,
        path_prefix: str,
        *,
        status: int | None = None,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
        delay: float = 0.0,
        handler: Handler | None = None,
        edit: Edit | None = None,
    ) -> None:
        """Answer requests for these paths with another response, from now on or `times` times.

        With `headers`, `delay` or `edit` alone it is the usual page, changed so. Raise ValueError for an unknown role.
        """
        if role not in self._sites:
            raise ValueError(f"no such role: {role}")
        content = body.encode() if isinstance(body, str) else body
        self._rules.add(Rule(role, path_prefix, status, content, headers or {}, times, delay, handler, edit))

    def clear(self) -> None:
        """Forget all other responses, robots.txt too, and behave as usual. The times, `now` and `clock`, stay."""
        self._rules.clear()
        self._behave()

    def requests(self, role: str | None = None, prefix: str = "") -> list[LoggedRequest]:
        """Return the logged requests to a role (None: any) whose path starts with `prefix`."""
        return [logged for logged in self.log if role in (None, logged.role) and logged.path.startswith(prefix)]

    def sources_toml(self) -> str:
        """Return finews_spider/sources.toml with the newsroom's URLs for the sites', no age limit and no pauses."""
        lines = SOURCES.read_text(encoding="utf-8").splitlines(keepends=True)
        return "".join(self._relocate(line) for line in lines)

    def _relocate(self, line: str) -> str:
        key = line.partition("=")[0].strip()
        if key in UNHURRIED:
            return f"{key} = 0\n"
        url = self.urls.get("archive" if key in ARCHIVE_KEYS else key)
        return re.sub(r'https?://[^/"]+', url, line) if url else line

    async def _open(self) -> None:
        for role in self._sites:
            address = self._addresses.get(role, "127.0.0.1")
            # No waiting for open requests at the end: nobody misses a test's delayed responses.
            server = web.Server(partial(self._handle, role), access_log=None)
            runner = web.ServerRunner(server, shutdown_timeout=0)
            await runner.setup()
            self._runners.append(runner)
            await web.TCPSite(runner, address, 0).start()
            self.urls[role] = f"http://{address}:{runner.addresses[0][1]}"

    async def _close(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    async def _handle(self, role: str, request: web.BaseRequest) -> web.StreamResponse:
        path, status = request.path_qs, 0
        try:
            rule = self._rules.take(role, path)
            response = await self._respond(rule, role, request) if rule else self._usual_response(role, request)
            status = response.status
            if self.clock:
                response.headers.setdefault("Date", format_datetime(self.clock.astimezone(UTC), usegmt=True))
            return response
        finally:
            self.log.append(LoggedRequest(role, request.method, path, dict(request.headers), status))

    async def _respond(self, rule: Rule, role: str, request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(rule.delay)
        if rule.handler:
            return await rule.handler(request)
        if rule.status is None and rule.body is None:
            response = (
                self._edited_response(role, request, rule.edit) if rule.edit else self._usual_response(role, request)
            )
            response.headers.update(rule.headers)
            return response
        headers = {"Content-Type": pages.HTML, **rule.headers}
        return web.Response(body=rule.body or b"", status=rule.status or 200, headers=headers)

    def _usual_response(self, role: str, request: web.BaseRequest) -> web.Response:
        page = self._page(role, request.path_qs)
        if page.is_not_modified(request.headers):
            return web.Response(status=304, headers=page.validators)
        return web.Response(body=page.body, status=page.status, headers=page.headers)

    def _edited_response(self, role: str, request: web.BaseRequest, edit: Edit) -> web.Response:
        """Return the usual page, edited, and without validators: it must not be revalidated as the usual one."""
        page = self._page(role, request.path_qs)
        charset = page.content_type.partition("charset=")[2]
        body = edit(page.body.decode(charset)).encode(charset)
        return web.Response(body=body, status=page.status, headers={"Content-Type": page.content_type})

    def _page(self, role: str, path: str) -> Page:
        if path == "/robots.txt":
            return pages.robots(self.robots[role])
        view = View(self._published, self.moving, self.cursors, self.by_cursor, self.by_page)
        page = self._pages[role](path, view) or NOT_FOUND
        if self.pictures_here:
            page = replace(page, body=PICTURES.sub(self.urls["pictures"].encode(), page.body))
        return page
