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
from bench.processes import peak_mebibytes


@cache
def _expected(scale: float) -> pa.Table:
    return ours.summary(studies.replica(scale))


@cache
def _checked(scale: float) -> tuple[Path, Path]:
    """Return the files to read, once it is clear that all come to the same figures."""
    files = studies.replica(scale), parsed_schedules(scale)
    insist_on(_expected(scale), duckdb.summary(*files), "duckdb")
    return files


@pytest.mark.contenders("fastavs", "duckdb")
def test_files(timed: Any, scale: float, contender: str) -> None:
    study_file, schedules = _checked(scale)
    if contender == "fastavs":
        timed(lambda: ours.summary(study_file), rounds=1, warmup=0)
    else:
        timed(lambda: duckdb.summary(study_file, schedules), rounds=1, warmup=0)


@pytest.mark.full
@pytest.mark.contenders("fastavs", "duckdb")
def test_memory(timed: Any, scale: float, contender: str) -> None:
    study_file, schedules = _checked(scale)
    files = f"Path({str(study_file)!r})" + ("" if contender == "fastavs" else f", Path({str(schedules)!r})")
    code = f"from pathlib import Path\nfrom bench.from_files.{contender} import summary\nsummary({files})"
    timed(lambda: peak_mebibytes(code), rounds=1, warmup=0, note="peak")


@pytest.mark.full
@pytest.mark.contenders("fastavs")
def test_load(timed: Any, scale: float) -> None:
    study_file, _ = _checked(scale)
    timed(lambda: fa.Study.load(study_file), rounds=1, warmup=0)


@pytest.mark.full
@pytest.mark.contenders("fastavs")
def test_build(timed: Any, scale: float) -> None:
    study = fa.Study.load(_checked(scale)[0])  # a fresh one: what it has sorted it keeps
    timed(lambda: fa.build_index(study), rounds=1, warmup=0)
