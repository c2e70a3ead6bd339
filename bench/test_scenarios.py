"""Many scenarios, one mean and one weighted mean a year each, together and one by one."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import fastavs as fa
from bench import studies
from bench.shocks import draw
from fastavs.results.summary import FIGURES

OUTPUTS = ["simple_mean", "weighted_mean"]
ONE_BY_ONE = "one by one, 1 thread"


@cache
def _scenarios(count: int) -> list[fa.Scenario]:
    return [shock.scenario() for shock in draw(count)]


def _together(scale: float, count: int, threads: int) -> fa.Sweep:
    return fa.sweep(studies.index(scale), _scenarios(count), outputs=OUTPUTS, threads=threads)


def _one_by_one(scale: float, count: int) -> list[fa.Sweep]:
    index = studies.index(scale)
    return [fa.sweep(index, [one], outputs=OUTPUTS, threads=1) for one in _scenarios(count)]


@cache
def _check(scale: float) -> None:
    """Make sure that scenarios come to the same together and one by one, on any number of threads."""
    together = [_together(scale, 200, threads) for threads in (1, 2)]
    alone = _one_by_one(scale, 200)
    for name in OUTPUTS:
        place = FIGURES.index(name)
        figures = np.stack([one.figures[0, :, place] for one in alone])
        for one in together:
            np.testing.assert_array_equal(one.figures[:, :, place], figures)


@pytest.mark.contenders(
    "10, 1 thread", "10, 2 threads", "100, 1 thread", "100, 2 threads", "1000, 1 thread", "1000, 2 threads", ONE_BY_ONE
)
def test_scenarios(timed: Any, scale: float, contender: str) -> None:
    _check(scale)
    if contender == ONE_BY_ONE:
        timed(lambda: _one_by_one(scale, 1000), rounds=1, warmup=0)
        return
    count, threads = (int(word.split()[0]) for word in contender.split(", "))
    timed(lambda: _together(scale, count, threads), rounds=3 if count < 1000 else 1, warmup=1 if count < 1000 else 0)


@pytest.mark.full
@pytest.mark.contenders("1000, 1 thread", "1000, 2 threads", "10000, 1 thread", "10000, 2 threads")
def test_thousands(timed: Any, scale: float, contender: str) -> None:
    count, threads = (int(word.split()[0]) for word in contender.split(", "))
    _scenarios(count)
    timed(lambda: _together(scale, count, threads), rounds=1, warmup=0)
