"""Scenarios against one of them, figure by figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError, did_you_mean
from fastavs.tables.arrow import labels, numbers

if TYPE_CHECKING:
    from fastavs.scenario.scenario import Scenario

POINTS, DIFFERENCE = "_points", "_difference"
_KEYS = ("scenario", "year", "group", "name", "line")
_MONEY = ("imports",)
_DIGITS = ("match_level",)  # what is no amount of anything


def baseline_place(scenarios: Sequence[Scenario], name: str | None) -> int:
    """Return the place of a scenario that others are held against: the named one, or the first that changes nothing.

    Raises
    ------
    InputError
        No scenario of that name, or none that changes nothing.
    """
    names = [one.name for one in scenarios]
    if name is None:
        found = next((place for place, one in enumerate(scenarios) if one.leaves_all), None)
        if found is None:
            raise InputError(
                "no scenario of the sweep leaves the study as it is", expected=f"a baseline by name: {_some(names)}",
                cure='sweep fa.Scenario("as it is") as well, or name the baseline',
            )  # fmt: skip
        return found
    if name not in names:
        known = f"{_some(names)}.{did_you_mean(name, names)}"
        raise InputError("the sweep has no such scenario", value=name, expected=known)
    return names.index(name)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def difference_table(table: pa.Table, names: Sequence[str], baseline: int) -> pa.Table:
    """Return every figure less the baseline's, a row for every other scenario's.

    Parameters
    ----------
    table : pyarrow.Table
        Scenario after scenario, the same rows for each.
    names : sequence of str
        Of the scenarios, in that order.
    baseline : int
        The place of the baseline among them.

    Returns
    -------
    pyarrow.Table
        The keys; for every rate, mean, deviation and share ``<column>_points``, in percentage points; for every count
        and amount of money ``<column>_difference``. Null where either is null. Texts other than keys, truth values and
        match levels are left out.
    """
    n = len(names)
    rows = table.num_rows // n if n else 0
    others = np.array([place for place in range(n) if place != baseline], dtype=np.int64)
    at = (others[:, None] * rows + np.arange(rows)).reshape(-1)
    taken = table.take(numbers(at))
    columns = {}
    for name in table.column_names:
        kind = table.schema.field(name).type
        if name == "scenario":
            columns[name] = labels(np.repeat(others, rows), names)
        elif name in _KEYS:
            columns[name] = taken[name]
        elif pa.types.is_floating(kind):
            values = table[name].to_numpy().reshape(n, rows)
            less = values[others] - values[baseline]
            is_rate = name not in _MONEY
            columns[name + (POINTS if is_rate else DIFFERENCE)] = numbers(
                (100.0 * less if is_rate else less).reshape(-1)
            )
        elif pa.types.is_integer(kind) and name not in _DIGITS:
            counts = table[name].to_numpy().reshape(n, rows)
            columns[name + DIFFERENCE] = numbers((counts[others] - counts[baseline]).reshape(-1))
    return pa.table(columns)
