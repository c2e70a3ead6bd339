"""The quick form: a tenth of the paper's scale, a few rounds, every rival checked before it is timed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench import ours
from bench.made import Year, one_year
from bench.rivals import RIVALS


@pytest.fixture(scope="session")
def year() -> Year:
    return one_year(130_000)


@pytest.fixture(scope="session")
def expected(year: Year) -> dict[str, np.ndarray]:
    return ours.as_rivals_do(year, ours.rates_in_memory(year)())


@pytest.mark.benchmark(group="rates of one year, in memory", min_rounds=7, warmup=True, warmup_iterations=1)
def test_fastavs(benchmark: Any, year: Year) -> None:
    benchmark(ours.rates_in_memory(year))


@pytest.mark.benchmark(group="rates of one year, in memory", min_rounds=7, warmup=True, warmup_iterations=1)
@pytest.mark.parametrize("rival", RIVALS)
def test_rival(benchmark: Any, year: Year, expected: dict[str, np.ndarray], rival: str) -> None:
    run = RIVALS[rival](year)
    found = run()
    for name, figures in expected.items():
        np.testing.assert_allclose(found[name], figures, rtol=1e-12, err_msg=f"{rival}: {name}")
    benchmark(run)


@pytest.mark.benchmark(group="tables to summary", min_rounds=3, warmup=True, warmup_iterations=1)
def test_tables_to_summary(benchmark: Any, year: Year) -> None:
    benchmark(ours.tables_to_summary(year))
