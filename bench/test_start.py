"""From the start of a process: imports, compiling, the first result. A process each."""

from __future__ import annotations

import tempfile
from typing import Any

import pytest

from bench import studies
from bench.processes import processor_seconds, run

IMPORTS = {
    "nothing": "pass",
    "fastavs": "import fastavs",
    "numba": "import numba",
    "polars": "import polars",
    "pandas": "import pandas",
    "duckdb": "import duckdb",
}
FIRST = """
import fastavs as fa
index = fa.SortedIndex.load({path!r})
fa.sweep(index, [fa.Scenario("weak euro", fa.FxShock("EUR", 0.9))]{more}).summary()
"""
MEANS = ', outputs=["simple_mean", "weighted_mean"], threads=1'


@pytest.mark.full
@pytest.mark.contenders(*IMPORTS)
def test_import(timed: Any, contender: str) -> None:
    timed(lambda: run(IMPORTS[contender]), rounds=2)


@pytest.mark.contenders("fastavs", "fastavs, means alone", "import numba")
def test_first_result(timed: Any, scale: float, contender: str) -> None:
    more = MEANS if contender == "fastavs, means alone" else ""
    code = FIRST.format(path=str(studies.saved_index(scale)), more=more)
    code = contender if contender == "import numba" else code
    timed(lambda: processor_seconds(code), rounds=3, note="processor")


@pytest.mark.full
@pytest.mark.contenders("fastavs: sweep of a saved index", "fastavs: files to summary")
def test_cold(timed: Any, scale: float, contender: str, turn: int) -> None:
    if turn:
        pytest.skip("once is enough for what takes a minute")
    code = FIRST.format(path=str(studies.saved_index(scale)), more="")
    if contender == "fastavs: files to summary":
        code = f"import fastavs as fa\nfa.Study.load({str(studies.replica(scale))!r}).rates().summary()"
    with tempfile.TemporaryDirectory() as folder:
        environment = {"NUMBA_CACHE_DIR": folder}
        timed(lambda: run(code, environment), rounds=1, warmup=0)
