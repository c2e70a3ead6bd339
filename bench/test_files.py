"""From Parquet files to the summary of all years: in a warm process, and the memory of a whole one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import fastavs as fa
from bench import studies
from bench.agreement import insist_on
from bench.from_files import duckdb
from bench.from_files import fastavs as ours
from bench.from_files.given import parsed_schedules
from bench.processes import spent


@cache
def _expected(scale: float) -> pa.Table:
    return ours.summary(studies.replica(scale))


@cache
def checked_files(scale: float) -> tuple[Path, Path]:
    """Return the files to read, once it is clear that all come to the same figures."""
    files = studies.replica(scale), parsed_schedules(scale)
    insist_on(_expected(scale), duckdb.summary(*files), "duckdb")
    return files


def process_of(tool: str, study_file: Path, schedules: Path) -> str:
    """Return what a process of a tool's own runs to come to the summary."""
    files = f"Path({str(study_file)!r})" + ("" if tool == "fastavs" else f", Path({str(schedules)!r})")
    return f"from pathlib import Path\nfrom bench.from_files.{tool} import summary\nsummary({files})"


@pytest.mark.contenders("fastavs", "duckdb")
def test_files(timed: Any, scale: float, contender: str) -> None:
    study_file, schedules = checked_files(scale)
    if contender == "fastavs":
        timed(lambda: ours.summary(study_file), rounds=1, warmup=0)
    else:
        timed(lambda: duckdb.summary(study_file, schedules), rounds=1, warmup=0)


@pytest.mark.full
@pytest.mark.contenders("fastavs", "duckdb")
def test_memory(timed: Any, scale: float, contender: str) -> None:
    code = process_of(contender, *checked_files(scale))
    timed(lambda: spent(code), rounds=1, warmup=0, note="spent")


@pytest.mark.full
@pytest.mark.contenders("fastavs")
def test_load(timed: Any, scale: float) -> None:
    study_file, _ = checked_files(scale)
    timed(lambda: fa.Study.load(study_file), rounds=1, warmup=0)


@pytest.mark.contenders("fastavs", "duckdb")
def test_build(timed: Any, scale: float, contender: str) -> None:
    study_file, schedules = checked_files(scale)
    if contender == "fastavs":
        study = fa.Study.load(study_file)  # a fresh one: what it has sorted it keeps
        timed(lambda: fa.build_index(study), rounds=1, warmup=0)
    else:  # for scale: the whole of its way to the summary
        timed(lambda: duckdb.summary(study_file, schedules), rounds=1, warmup=0)
