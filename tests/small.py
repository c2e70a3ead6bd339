"""Studies of a few rows, for tests that work their figures out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

import fastavs as fa

Row = dict[str, Any]

EUR = {"2008": 1.0, "2009": 1.2, "2010": 1.5, "2011H1": 1.6, "2011": 2.0, "2012": 3.0}
"""US dollars for a euro in every small study, unless it says otherwise."""

BASE = {"periods": ["2009", "2010"], "first_year": 2011, "applied_year": 2011}


def near(number: float, rel: float = 1e-14) -> Any:
    """The same to a few ulp."""
    return pytest.approx(number, rel=rel, abs=0.0)


def row(
    period: str,
    line: str,
    partner: str,
    value: float | None,
    quantity: float | None = None,
    unit: str | None = "kg",
    **more: Any,
) -> Row:
    """One row of trade; `more` are `quantity_2`, `unit_2` and `net_mass_kg`."""
    return {
        "period": period, "line": line, "partner": partner, "value": value,
        "quantity": quantity, "unit": None if quantity is None else unit,
    } | more  # fmt: skip


def columns(rows: list[Row]) -> dict[str, list[Any]]:
    """Rows as a mapping of columns."""
    names = dict.fromkeys(name for one in rows for name in one)
    return {name: [one.get(name) for one in rows] for name in names}


def schedule(duties: Mapping[int, Mapping[str, str]]) -> Row:
    """A schedule from {year: {line: duty}}."""
    cells = [(year, line, duty) for year, lines in duties.items() for line, duty in lines.items()]
    return dict(zip(("year", "line", "duty"), map(list, zip(*cells, strict=True)), strict=True))


def fx_table(euro: Mapping[str, float] = EUR) -> Row:
    """Exchange rates of the euro by period."""
    return {"period": list(euro), "currency": ["EUR"] * len(euro), "fx": list(euro.values())}


def study(
    rows: list[Row],
    applied: Mapping[int, Mapping[str, str]],
    bound: Mapping[int, Mapping[str, str]] | None = None,
    **more: Any,
) -> fa.Study:
    """A study in memory; `more` as `fa.Study` takes it. BLR is excluded."""
    settings: dict[str, Any] = {"fx": fx_table(), "partners": {"exclude": ["BLR"]}}
    return fa.Study(columns(rows), schedule(applied), bound=schedule(bound) if bound else None, **(settings | more))


def table_of(rates: fa.Rates) -> dict[tuple[int, str], Row]:
    """Rows of the rates by (year, line)."""
    return {(one["year"], one["line"]): one for one in rates.table.to_pylist()}


def rate_of(duty: str, rows: list[Row], **more: Any) -> Row:
    """The row of the one line 2203000100 in its own year 2009."""
    return table_of(study(rows, {2009: {"2203000100": duty}}, **more).rates())[2009, "2203000100"]


def same_bits(left: pa.Table, right: pa.Table) -> bool:
    """Whether two tables hold the same values to the bit."""
    return bool(left.equals(right, check_metadata=False))
