"""Building the sorted index on one thread: from columns in memory, and from Parquet."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from bench import studies
from bench.index_columns import WHICH, Columns, Index, by_kernels, by_lexsort, insist_on_same, read_columns

BUILDERS: dict[str, Callable[[Columns], Index]] = {"fastavs": by_kernels, "numpy: lexsort": by_lexsort}


@cache
def _columns(scale: float, which: str) -> Columns:
    """Return the columns to index, once it is clear that both ways come to the same."""
    columns = read_columns(studies.replica(scale).parent / "trade", WHICH[which])
    insist_on_same(by_kernels(columns), by_lexsort(columns))
    return columns


def _from_memory(timed: Any, scale: float, contender: str, which: str) -> None:
    columns = _columns(scale, which)
    timed(lambda: BUILDERS[contender](columns), rounds=3)


def _from_parquet(timed: Any, scale: float, contender: str, which: str) -> None:
    _columns(scale, which)
    folder = studies.replica(scale).parent / "trade"
    timed(lambda: BUILDERS[contender](read_columns(folder, WHICH[which])), rounds=3)


@pytest.mark.contenders(*BUILDERS)
def test_index_base(timed: Any, scale: float, contender: str) -> None:
    _from_memory(timed, scale, contender, "base")


@pytest.mark.contenders(*BUILDERS)
def test_index_historic(timed: Any, scale: float, contender: str) -> None:
    _from_memory(timed, scale, contender, "historic")


@pytest.mark.full
@pytest.mark.contenders(*BUILDERS)
def test_parquet_base(timed: Any, scale: float, contender: str) -> None:
    _from_parquet(timed, scale, contender, "base")


@pytest.mark.full
@pytest.mark.contenders(*BUILDERS)
def test_parquet_historic(timed: Any, scale: float, contender: str) -> None:
    _from_parquet(timed, scale, contender, "historic")
