"""fastavs on the same data as its rivals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import fastavs as fa
from bench.made import Year


def bind(year: Year) -> fa.Study:
    """Bind a made-up year as a study."""
    return fa.Study(year.trade, year.applied, fx=year.fx, name="bench", note="synthetic")


def rates_in_memory(year: Year) -> Callable[[], np.ndarray]:
    """The kernel alone, on observations in order: what a scenario costs."""
    study = bind(year)
    evaluated = study.rates().years[2009].sides["applied"]
    from fastavs.evaluate import run_kernel

    def run() -> np.ndarray:
        return run_kernel(evaluated.prepared, evaluated.duties, study.options).rate

    return run


def tables_to_summary(year: Year) -> Callable[[], object]:
    """Everything from Arrow tables to the summary: checks, adding up, matching, rates, means."""
    return lambda: bind(year).rates().summary()
