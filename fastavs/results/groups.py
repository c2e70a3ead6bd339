"""Averages by group as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fastavs.index.lines_of_years import Members
from fastavs.kernels.names import GROUP_DEVIATION, GROUP_MEAN, GROUP_SHARE, GROUP_SPECIFIC, GROUP_WATER, GROUP_WEIGHTED
from fastavs.tables.arrow import labels, numbers, texts

SCENARIO = pa.field("scenario", pa.dictionary(pa.int32(), pa.string()))
GROUP = pa.schema(
    [
        ("group", pa.string()),
        ("name", pa.string()),
        ("year", pa.int64()),
        ("lines", pa.int64()),
        ("specific_lines", pa.int64()),
        ("simple_mean", pa.float64()),
        ("simple_sd", pa.float64()),
        ("weighted_mean", pa.float64()),
        ("import_share", pa.float64()),
        ("water_lines", pa.int64()),
    ]
)


def group_table(names: Sequence[str], groups: Members, figures: np.ndarray) -> pa.Table:
    """Return a row per scenario, group and year; weighted means are plain, without Adjust.

    Parameters
    ----------
    names : sequence of str
        Of the scenarios.
    groups : Members
    figures : float64[scenarios, 6, g]
        See `fastavs.kernels.groups.group`.
    """
    order = [g for g in range(len(groups.labels)) if groups.lines[g]]
    order.sort(key=lambda g: (groups.labels[g][0], groups.labels[g][2]))
    n = len(names)
    place = np.tile(np.array(order, dtype=np.int64), n)
    title, name, year = zip(*groups.labels, strict=True)

    def column(which: int) -> np.ndarray:
        return figures[:, which, order].reshape(-1)

    every = numbers(place)
    columns = [
        labels(np.repeat(np.arange(n), len(order)), names),
        texts(title).take(every),
        texts(name).take(every),
        numbers(np.array(year, dtype=np.int64)[place]),
        numbers(groups.lines.astype(np.int64)[place]),
        numbers(column(GROUP_SPECIFIC).astype(np.int64)),
        *(numbers(column(one)) for one in (GROUP_MEAN, GROUP_DEVIATION, GROUP_WEIGHTED, GROUP_SHARE)),
        numbers(column(GROUP_WATER).astype(np.int64)),
    ]
    return pa.Table.from_arrays(columns, schema=GROUP.insert(0, SCENARIO))
