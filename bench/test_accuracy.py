"""The largest relative error against exact sums, with outliers of 1e12 among the observations."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from bench.accuracy import errors
from bench.measures import TWIN
from bench.rivals import TOOLS

errors_of = cache(errors)  # they are the same in every turn


@pytest.mark.contenders("fastavs", TWIN, *TOOLS)
def test_accuracy(timed: Any, scale: float, contender: str) -> None:
    timed(lambda: errors_of(scale, contender), rounds=1, warmup=0, note="errors")
