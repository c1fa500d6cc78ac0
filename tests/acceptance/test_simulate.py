"""A month against sources that misbehave, in short: `make simulate` plays it whole."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tools.simulate import DAY, MAX_COST, SCENARIOS, Faults, Figures, Month, cost

DAYS = 6  # the last four are not counted: rows may come three days late


@pytest.fixture(autouse=True)
def fewer_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.simulate.EVERY", timedelta(minutes=45))


def play(faults: Faults, folder: Path) -> Figures:
    return Month(faults, DAYS, 1, folder).play()


@pytest.mark.slow
def test_nothing_is_lost_nor_called_well_while_it_is_missing(tmp_path: Path) -> None:
    figures = play(replace(SCENARIOS["all"], outages=(24,)), tmp_path)
    assert figures.published > 1000
    assert (figures.lost, figures.twice, figures.false_wells) == ([], 0, [])
    assert figures.codes.keys() >= {0, 3, 4}
    assert figures.late > 0
    assert 1 < cost(figures) <= MAX_COST


@pytest.mark.slow
def test_a_simulation_sees_what_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finews_spider.crawl.pagination.DEEP_EVERY", 99 * DAY)
    monkeypatch.setattr("tools.simulate.EVERY", timedelta(hours=2))
    figures = play(Faults(late=0.05), tmp_path)
    assert figures.lost
    assert figures.false_wells
