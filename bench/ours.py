"""fastavs on the same data as its rivals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import fastavs as fa
from bench.made import Year
from fastavs.evaluate import run_kernel
from fastavs.kernels.rates import LineRates


def bind(year: Year) -> fa.Study:
    """Bind a made-up year as a study."""
    return fa.Study(year.trade, year.applied, fx=year.fx, name="bench", note="synthetic")


def rates_in_memory(year: Year) -> Callable[[], LineRates]:
    """The kernel alone, on observations in order: what charging a tariff costs."""
    study = bind(year)
    evaluated = study.rates().years[2009].sides["applied"]
    return lambda: run_kernel(evaluated.prepared, evaluated.duties, study.options)


def as_rivals_do(year: Year, rates: LineRates) -> dict[str, np.ndarray]:
    """Return what rivals return: lines with a specific part and trade."""
    line = np.intersect1d(np.flatnonzero(year.form > 0), year.line)
    rate = np.where(rates.kept[line] > 0, rates.rate[line], np.nan)
    counts = {"kept": rates.kept[line], "outliers": rates.outliers[line], "binding": rates.binding[line]}
    return {"line": line, "rate": rate, **counts}


def tables_to_summary(year: Year) -> Callable[[], object]:
    """Everything from Arrow tables to the summary: checks, adding up, matching, rates, means."""
    return lambda: bind(year).rates().summary()
