"""Reforms, in passes over the observations: what numpy takes to multiply, cut and add up as many doubles once.

A reform that touches few lines costs by those, and a whole sweep of its own not much more than reading them all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import fastavs as fa
from bench import studies
from bench.measures import FEW, MANY, PASS
from bench.processes import run
from bench.reforms import MEANS, REFORMS, Reform
from fastavs.results.summary import FIGURES

QUICK = [name for name, one in REFORMS.items() if one.quick]
OTHERS = [name for name, one in REFORMS.items() if not one.quick]
MEMORY = """
import fastavs as fa

def peak():
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))

index = fa.SortedIndex.load({path!r})
scenarios = [fa.Scenario(f"s{{i}}", fa.ScaleDuty(1 + 1e-6 * i, 0.5, "2204")) for i in range({count})]
fa.sweep(index, scenarios[:1000], outputs={means!r}, threads=1)
before = peak()
figures = fa.sweep(index, scenarios, outputs={means!r}, threads=1).figures
print(peak() - before - figures.nbytes / 2**20)
"""


@cache
def _doubles(scale: float) -> tuple[np.ndarray, np.ndarray]:
    """As many doubles as the index has entries, and room for what they become."""
    found = np.random.default_rng(0).random(studies.index(scale).entries.ratio.size)
    return found, np.empty_like(found)


def _one_pass(scale: float) -> Any:
    doubles, room = _doubles(scale)
    np.multiply(doubles, 1.1, out=room)
    np.maximum(room, 0.5, out=room)
    return room.sum()


@cache
def _scenarios(scale: float, name: str) -> list[fa.Scenario]:
    return REFORMS[name].scenarios(studies.index(scale))


def _sweeps(index: fa.SortedIndex, one: Reform, scenarios: list[fa.Scenario]) -> list[fa.Sweep]:
    outputs = list(MEANS) if one.means else None
    parts = [[scenario] for scenario in scenarios] if one.apart else [scenarios]
    return [fa.sweep(index, part, outputs=outputs, threads=1) for part in parts]


@cache
def _check(scale: float, name: str) -> None:
    """Make sure that scenarios come to the same in company as alone."""
    index, some = studies.index(scale), _scenarios(scale, name)[-2:]
    together = fa.sweep(index, some, outputs=list(MEANS), threads=1).figures
    alone = [fa.sweep(index, [scenario], outputs=list(MEANS), threads=1).figures[0] for scenario in some]
    columns = [FIGURES.index(name) for name in MEANS]
    np.testing.assert_array_equal(together[:, :, columns], np.stack(alone)[:, :, columns])


def _call(scale: float, contender: str) -> Callable[[], Any]:
    if contender == PASS:
        return lambda: _one_pass(scale)
    _check(scale, contender)
    index, one, scenarios = studies.index(scale), REFORMS[contender], _scenarios(scale, contender)
    return lambda: _sweeps(index, one, scenarios)


@pytest.mark.contenders(PASS, *QUICK)
def test_reforms(timed: Any, scale: float, contender: str) -> None:
    timed(_call(scale, contender), rounds=30 if contender == PASS else 3)


@pytest.mark.full
@pytest.mark.contenders(PASS, *OTHERS)
def test_more_reforms(timed: Any, scale: float, contender: str) -> None:
    rounds, warmup = (30, 1) if contender == PASS else (1, 0)
    timed(_call(scale, contender), rounds=rounds, warmup=warmup)


@pytest.mark.full
@pytest.mark.contenders(FEW, MANY)
def test_reforms_memory(timed: Any, scale: float, contender: str, turn: int) -> None:
    if turn:
        pytest.skip("once is enough for what hardly varies")
    count = int(contender.replace(",", ""))
    code = MEMORY.format(path=str(studies.saved_index(scale)), count=count, means=list(MEANS))
    timed(lambda: {"beyond": float(run(code))}, rounds=1, warmup=0, note="beyond")
