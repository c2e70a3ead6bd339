"""One scenario through all years with every column of the summary, everything in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

import fastavs as fa
from bench import studies
from bench.agreement import insist_on
from bench.resolved import resolved
from bench.rivals import TOOLS, ways
from bench.shocks import ONE

RIVALS = [f"{tool}: {way}" for tool in TOOLS for way in ways(tool)]


@cache
def _ready(contender: str, scale: float) -> Callable[[], Any]:
    """Return the call to time; a rival's is checked against ours, column by column."""
    index, scenario = studies.index(scale), ONE.scenario()
    if contender == "fastavs":
        return lambda: fa.sweep(index, [scenario]).summary()
    if contender == "fastavs, one thread":
        return lambda: fa.sweep(index, [scenario], threads=1).summary()
    tool, way = contender.split(": ")
    run = ways(tool)[way](resolved(scale))
    insist_on(fa.sweep(index, [scenario]).summary(), run(ONE), contender)
    return lambda: run(ONE)


@pytest.mark.contenders("fastavs", "fastavs, one thread", *RIVALS)
def test_sweep(timed: Any, scale: float, contender: str) -> None:
    timed(_ready(contender, scale), rounds=7)
