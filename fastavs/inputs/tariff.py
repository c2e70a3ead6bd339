"""Schedules as one table: the tariff as it was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fastavs.tables.arrow import labels, line_codes, numbers, texts

if TYPE_CHECKING:
    from fastavs.inputs.schedule import YearSchedule

SCHEMA = pa.schema([("schedule", pa.string()), ("year", pa.int64()), ("line", pa.string()), ("duty", pa.string())])


def tariff_table(schedules: Sequence[YearSchedule]) -> pa.Table:
    """Return a row per schedule, year and line, duties in canonical text."""
    parts = []
    for one in schedules:
        n = one.keys.size
        columns = [
            labels(np.zeros(n, dtype=np.int64), [one.kind]).cast(pa.string()),
            numbers(np.full(n, one.year, dtype=np.int64)),
            line_codes(one.keys, one.digits),
            texts([duty.text for duty in one.duties]).take(numbers(one.duty)),
        ]
        parts.append(pa.table(columns, schema=SCHEMA))
    return pa.concat_tables([SCHEMA.empty_table(), *parts]).combine_chunks()
