"""Lines with amounts in the cells of years: what they weigh and pay there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fastavs.codes import to_code
from fastavs.kernels.curve_records import CellTables
from fastavs.models.curve_table import HasCurves, critical_factor


def with_critical(tables: Sequence[CellTables], parts: HasCurves) -> list[np.ndarray]:
    """Return the lines with amounts of years, SPECIFIC_LINE[n] each, with the critical factors of mixed lines.

    Parameters
    ----------
    tables : sequence of CellTables
        A year each.
    parts : JoinedYears
        The curves and the mixed lines of all years.
    """
    found, first = [], 0
    for one in tables:
        lines, order = one.specific.copy(), np.argsort(one.mixed["cell"], kind="stable")
        critical = np.empty(order.size)
        critical[order] = [critical_factor(parts, first + place) for place in range(order.size)]
        lines["critical"][lines["by_line"]] = critical
        first += order.size
        found.append(lines)
    return found


def by_line_and_cell(listed: np.ndarray) -> np.ndarray:
    """Put lines of a year in order, SPECIFIC_LINE[n]: one row a line and cell, the mean where several partners have
    one."""
    keys = np.stack([listed["line"], listed["sector"], listed["region"]], axis=1)
    if not listed.size:
        return listed
    order = np.lexsort(keys.T[::-1])
    keys, listed = keys[order], listed[order]
    first = np.flatnonzero(np.concatenate(([True], (keys[1:] != keys[:-1]).any(axis=1))))
    found = listed[first]
    found["weight"] = np.add.reduceat(listed["weight"], first)
    several = np.diff(np.append(first, keys.shape[0])) > 1
    for name in ("rate", "specific"):
        mean = np.add.reduceat(listed["weight"] * listed[name], first) / found["weight"]
        found[name][several] = mean[several]
    found["critical"] = np.minimum.reduceat(listed["critical"], first)
    for name in ("by_line", "others", "currencies"):
        found[name] = np.logical_or.reduceat(listed[name], first)
    return found


def lines_table(
    years: Sequence[int],
    lines_of_years: Sequence[np.ndarray],
    keys: Sequence[np.ndarray],
    digits: Sequence[int],
    sectors: Sequence[str],
    regions: Sequence[str],
) -> pa.Table:
    """Return the table of lines of years, SPECIFIC_LINE[n] each; `keys` are the codes of a year's lines, `digits` their
    length."""
    tables = []
    for year, lines, key, length in zip(years, lines_of_years, keys, digits, strict=True):
        some, place = np.unique(lines["line"], return_inverse=True)
        names = pa.array([to_code(int(key[line]), length) for line in some], pa.string())
        critical = np.where(np.isinf(lines["critical"]), 0.0, lines["critical"])
        tables.append(pa.table({
            "year": pa.array(np.full(lines.size, year), pa.int64()),
            "line": names.take(pa.array(place.reshape(-1))),
            "sector": pa.array(sectors, pa.string()).take(pa.array(lines["sector"])),
            "region": pa.array(regions, pa.string()).take(pa.array(lines["region"])),
            "weight": pa.array(lines["weight"], pa.float64()),
            "rate": pa.array(lines["rate"], pa.float64()),
            "specific": pa.array(lines["specific"], pa.float64()),
            "critical_factor": pa.array(critical, pa.float64(), mask=np.isinf(lines["critical"])),
            "by_line": pa.array(lines["by_line"], pa.bool_()),
        }))  # fmt: skip
    return pa.concat_tables(tables)
