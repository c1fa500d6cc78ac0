"""An archive's manners, by a fake clock: a pace for each of its interfaces, one pause for both, and then no more."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import ClassVar

import pytest
from scrapy import Request, Spider
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.test import get_crawler

from finews_spider.downloader.handlers import DownloadHandler
from finews_spider.downloader.paces import paced, queue_of
from finews_spider.downloader.throttle import HostSuspendedError, slow_down
from finews_spider.sources.pace import Pace

HOST = "https://archive.example"
CDX, PLAY = (Pace(interface=name, delays=(("cdx", 2.5), ("playback", 1.0))) for name in ("cdx", "playback"))

Answer = Callable[[Request], Response]


class FakeTime(asyncio.SelectorEventLoop):
    """A loop that does not wait: its clock is set forward to whatever is due next."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self._poll = self._selector.select  # type: ignore[attr-defined]
        self._selector.select = self._select  # type: ignore[attr-defined]

    def time(self) -> float:
        return self.now

    def _select(self, timeout: float | None) -> list[object]:
        events: list[object] = self._poll(0)
        if not events and timeout:
            self.now += timeout
        return events


class Handler:
    """Answers each request as the test has it, and notes when it was sent."""

    sent: list[tuple[str, float]]
    answer: Answer
    loop: FakeTime
    lazy = False

    @classmethod
    def from_crawler(cls, _: Crawler) -> "Handler":
        return cls()

    async def download_request(self, request: Request) -> Response:
        self.sent.append((request.url.removeprefix(HOST).split("/")[1], self.loop.now))
        return type(self).answer(request)

    async def close(self) -> None:
        pass


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTime]:
    loop = FakeTime()
    monkeypatch.setattr(time, "monotonic", loop.time)
    monkeypatch.setattr("scrapy.core.downloader.monotonic", loop.time)
    monkeypatch.setattr(Handler, "loop", loop, raising=False)
    monkeypatch.setattr(Handler, "sent", [], raising=False)
    monkeypatch.setattr(Handler, "answer", lambda request: Response(request.url), raising=False)
    yield loop
    loop.close()


def sent(loop: FakeTime, *paces: Pace, settings: Mapping[str, object] | None = None) -> dict[str, list[float]]:
    """Return when requests of each interface were sent, all handed over at once, and how many got an answer."""
    results = run(
        loop, [Request(f"{HOST}/{one.interface}/{at}", meta=paced(one)) for at, one in enumerate(paces)], settings
    )
    times: dict[str, list[float]] = {"cdx": [], "playback": []}
    for interface, at in Handler.sent:
        times[interface].append(at - 1000.0)
    times["answered"] = [1.0 for result in results if isinstance(result, Response)]
    return times


def run(loop: FakeTime, requests: list[Request], settings: Mapping[str, object] | None) -> list[object]:
    async def fetch_all() -> list[object]:
        crawler = made(settings or {})
        downloader = crawler.engine.downloader
        fetches = [maybe_deferred_to_future(downloader.fetch(request)) for request in requests]
        results = await asyncio.gather(*fetches, return_exceptions=True)
        downloader.close()
        return list(results)

    return loop.run_until_complete(fetch_all())


def made(settings: Mapping[str, object]) -> Crawler:
    crawler = get_crawler(
        settings_dict={
            "DOWNLOAD_HANDLERS": {"https": Handler, **dict.fromkeys(("http", "data", "file", "ftp", "s3"))},
            "DOWNLOADER_MIDDLEWARES_BASE": {},
            "DOWNLOADER_MIDDLEWARES": {"finews_spider.downloader.throttle.ThrottleMiddleware": 840},
            "DOWNLOAD_DELAY_JITTER": 0,
            "DOWNLOAD_DELAY": 0,
            **settings,
        }
    )
    crawler.spider = Spider(name="any")
    crawler.engine = SimpleNamespace()  # type: ignore[assignment]
    crawler.engine.downloader = Downloader(crawler)
    return crawler


def refusing(*numbers: int, **headers: str) -> Answer:
    """Answer 429 to the requests of these numbers, in the order in which they come."""

    def answer(request: Request) -> Response:
        refused = len(Handler.sent) in numbers
        return Response(request.url, status=429 if refused else 200, headers=headers if refused else {})

    return answer


def test_each_interface_keeps_its_pace_beside_the_other(loop: FakeTime) -> None:
    times = sent(loop, *[CDX] * 25, *[PLAY] * 10)
    assert times["cdx"] == pytest.approx([2.5 * at for at in range(25)])
    assert times["playback"] == pytest.approx([1.0 * at for at in range(10)])
    minute = [sum(start <= at < start + 60 for at in times["cdx"]) for start in times["cdx"]]
    assert max(minute) <= 24


def test_a_longer_delay_of_the_settings_is_kept_by_both(loop: FakeTime) -> None:
    times = sent(loop, CDX, CDX, PLAY, PLAY, settings={"DOWNLOAD_DELAY": 5})
    assert times["cdx"] == pytest.approx([0, 5])
    assert times["playback"] == pytest.approx([0, 5])


def test_after_a_refusal_neither_is_asked_for_a_minute(loop: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "answer", refusing(1))
    times = sent(loop, *[CDX] * 3, *[PLAY] * 3)
    assert times["cdx"] == pytest.approx([0, 60, 62.5])
    assert times["playback"] == pytest.approx([0, 60, 61])  # the first was under way with the refused one


def test_one_that_was_not_asked_yet_is_held_too(loop: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "answer", refusing(1))

    async def one_after_the_other() -> None:
        downloader = made({}).engine.downloader
        await maybe_deferred_to_future(downloader.fetch(Request(f"{HOST}/cdx/1", meta=paced(CDX))))
        await maybe_deferred_to_future(downloader.fetch(Request(f"{HOST}/playback/1", meta=paced(PLAY))))
        downloader.close()

    loop.run_until_complete(one_after_the_other())
    assert [at - 1000 for _, at in Handler.sent] == pytest.approx([0, 60])


@pytest.mark.parametrize(("seconds", "pause"), [("10", 60), ("120", 120)])
def test_retry_after_makes_it_longer(
    loop: FakeTime, monkeypatch: pytest.MonkeyPatch, seconds: str, pause: float
) -> None:
    monkeypatch.setattr(Handler, "answer", refusing(1, **{"Retry-After": seconds}))
    assert sent(loop, CDX, CDX)["cdx"] == pytest.approx([0, pause])


def test_after_the_second_refusal_the_host_is_left_alone(loop: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "answer", refusing(1, 3))
    requests = [Request(f"{HOST}/cdx/{at}", meta=paced(CDX)) for at in range(9)]
    results = run(loop, requests, None)
    assert len(Handler.sent) == 3
    left = [result for result in results if isinstance(result, HostSuspendedError)]
    assert len(left) == 6
    assert str(left[0]) == "host left alone: it refused 2 requests (HTTP 429)"


def test_a_long_retry_after_is_left_to_a_later_run(loop: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "answer", refusing(1, **{"Retry-After": "301"}))
    results = run(loop, [Request(f"{HOST}/cdx/{at}", meta=paced(CDX)) for at in range(3)], None)
    assert len(Handler.sent) == 1
    assert sum(isinstance(result, HostSuspendedError) for result in results) == 2


def test_a_crawl_delay_slows_each_interface_that_obeys_it(loop: FakeTime) -> None:
    async def delays() -> list[float]:
        crawler = made({})
        downloader = crawler.engine.downloader
        slow_down(crawler, Request(f"{HOST}/cdx/1", meta=paced(CDX)), 2.0)
        for at, pace in enumerate((CDX, PLAY)):
            await maybe_deferred_to_future(downloader.fetch(Request(f"{HOST}/cdx/{at}", meta=paced(pace))))
        downloader.close()
        return [slot.delay for slot in downloader.slots.values()]

    assert loop.run_until_complete(delays()) == [2.5, 2.0]


def test_a_documented_interface_is_asked_whatever_robots_txt_says() -> None:
    documented = Pace(interface="cdx", delays=(), documented=True)
    assert paced(documented)["dont_obey_robotstxt"] is True
    assert "dont_obey_robotstxt" not in paced(CDX)
    assert paced(None) == {}


def test_an_interface_is_a_queue_of_its_own_for_all_commands_too() -> None:
    assert queue_of(Request(f"{HOST}:8080/a", meta=paced(CDX))) == "archive.example:8080 cdx"
    assert queue_of(Request(f"{HOST}/a")) == "archive.example"


@pytest.mark.parametrize(("pace", "status", "held"), [(CDX, 429, 2), (CDX, 503, 0), (None, 429, 0)])
def test_a_refusal_holds_the_other_commands_too(
    loop: FakeTime, monkeypatch: pytest.MonkeyPatch, pace: Pace | None, status: int, held: int
) -> None:
    class Held:
        queues: ClassVar[dict[str, float]] = {}

        async def wait(self, netloc: str, delay: float) -> None:
            pass

        def hold(self, netloc: str, seconds: float) -> None:
            self.queues[netloc] = seconds

    async def refuse(_: object, request: Request) -> Response:
        return Response(request.url, status=status)

    monkeypatch.setattr("scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler.download_request", refuse)
    handler = DownloadHandler.__new__(DownloadHandler)
    handler._pace = Held()  # type: ignore[assignment]
    monkeypatch.setattr(handler, "_delay", lambda _: 2.5)
    loop.run_until_complete(handler.download_request(Request(f"{HOST}/cdx/1", meta=paced(pace))))
    assert Held.queues == dict.fromkeys(["archive.example cdx", "archive.example playback"][:held], 60.0)
