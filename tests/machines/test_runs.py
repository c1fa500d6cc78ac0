"""A run is watched: it is held where nobody can say whose its unit is."""

import asyncio
import signal
from typing import cast

import pytest

from finews_spider.machines import runs


def test_a_database_that_never_answers_holds_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "OWNERSHIP", 0.01)
    monkeypatch.setattr(runs, "SILENCE", 0.02)

    async def never() -> bool:
        await asyncio.sleep(3600)
        return True

    async def play() -> signal.Signals:
        ended = asyncio.get_running_loop().create_future()
        monkeypatch.setattr(runs, "_signal_group", lambda _, number: ended.set_result(number))
        async with asyncio.timeout(10):
            await runs._watch(cast(asyncio.subprocess.Process, None), ended, never)
        return cast(signal.Signals, ended.result())

    assert asyncio.run(play()) is signal.SIGSTOP
