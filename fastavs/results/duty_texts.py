"""The duty that each line of each year is charged, as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fastavs.tables.arrow import numbers, texts

if TYPE_CHECKING:
    from fastavs.results.year_rates import YearRates


def duty_texts(years: Iterable[YearRates]) -> pa.Array:
    """Return the canonical text of each line's governing duty, year after year.

    Null where the applied rate governs and is carried over from other lines, so that no one duty stands behind it.
    """
    place_of: dict[str, int] = {}
    found = []
    for year in years:
        duty = np.full(year.keys.size, -1, dtype=np.int64)
        for kind, side in year.sides.items():
            schedule = side.schedule
            if schedule.digits != year.digits or not schedule.keys.size:
                continue
            names = np.array([place_of.setdefault(one.text, len(place_of)) for one in schedule.duties], dtype=np.int64)
            line = np.minimum(np.searchsorted(schedule.keys, year.keys), schedule.keys.size - 1)
            here = (schedule.keys[line] == year.keys) & (year.bound_governs == (kind == "bound"))
            duty[here] = names[schedule.duty[line[here]]]
        found.append(duty)
    places = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    return texts(list(place_of)).take(numbers(np.maximum(places, 0), places >= 0))
