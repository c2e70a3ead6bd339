"""`fastavs run`, whole processes from files to files, against DuckDB's from the same files to the summary alone."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.csv as pc
import pytest

from bench import studies
from bench.agreement import insist_on
from bench.from_files import duckdb
from bench.from_files.given import parsed_schedules
from bench.measures import FOURFOLD, ONCE
from bench.processes import TWO_PROCESSORS, processor_seconds, spent
from bench.test_files import checked_files, process_of

RUN = """
from fastavs.cli import program
program(["run", {study!r}, "--out", {out!r}{more}])
"""
TABLES_ALONE = ', "--no-report"'
MORE = {"run --no-report": TABLES_ALONE, "run": ""}
SHIPPED = studies.ROOT / "data" / "eaeu" / "study.toml"


def _run(study_file: Path, more: str) -> str:
    """Return what a process runs that does all that the command does, into a folder that is kept for the next."""
    out = studies.CACHE / f"out-{study_file.parent.name}"
    return TWO_PROCESSORS + RUN.format(study=str(study_file), out=str(out), more=more)


@cache
def _warm(scale: float) -> None:
    """Compile what `run` needs, and make sure that its summary is DuckDB's."""
    study_file, schedules = studies.replica(scale), parsed_schedules(scale)
    for more in MORE.values():
        processor_seconds(_run(study_file, more))
    written = pc.read_csv(studies.CACHE / f"out-{study_file.parent.name}" / "summary.csv")
    insist_on(written, duckdb.summary(study_file, schedules), "duckdb")


@pytest.mark.contenders(*MORE, "duckdb")
def test_run(timed: Any, scale: float, contender: str) -> None:
    _warm(scale)
    if contender == "duckdb":
        code = TWO_PROCESSORS + process_of("duckdb", *checked_files(scale))
    else:
        code = _run(studies.replica(scale), MORE[contender])
    timed(lambda: spent(code), rounds=1, warmup=0, note="spent")


@pytest.mark.full
@pytest.mark.contenders(ONCE, FOURFOLD)
def test_run_growth(timed: Any, scale: float, contender: str) -> None:
    if scale != 4.0:
        pytest.skip("four times the trade is measured where it is asked for")
    _warm(1.0)
    code = _run(studies.replica(1.0 if contender == ONCE else scale), TABLES_ALONE)
    timed(lambda: spent(code), rounds=1, warmup=0, note="spent")


@pytest.mark.full
@pytest.mark.contenders("fastavs")
def test_run_compiling(timed: Any, contender: str, turn: int) -> None:
    if turn:
        pytest.skip("once is enough for what takes a minute")

    def first_and_second() -> dict[str, float]:
        with tempfile.TemporaryDirectory() as folder:
            environment = {"NUMBA_CACHE_DIR": folder}
            first, second = (processor_seconds(_run(SHIPPED, ""), environment) for _ in range(2))
        return {"first": first, "second": second, "compiling": first - second}

    timed(first_and_second, rounds=1, warmup=0, note="compiling")
