"""Adding trade rows up to native rows, so that nothing is lost when a study adds them up again.

METHOD.md section 2: q is the sum of a quantity, and v the sum of value over the rows that carry that quantity. So rows
with and without a quantity (and with and without net mass) of one (period, line, partner) stay apart.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

KEYS = ("period", "line", "partner", "unit")
MEASURES = ("value", "quantity", "net_mass_kg")
FLAG = "mislabelled"


def add_up(rows: pa.Table) -> pa.Table:
    """Add up rows of the same period, line, partner, unit and set of quantities.

    Parameters
    ----------
    rows : pyarrow.Table
        `KEYS` (string), `MEASURES` (double; a quantity or mass that is absent is null), and optionally `FLAG` (string).
        A flagged row is added to no other.

    Returns
    -------
    pyarrow.Table
        The same columns, sorted. Sums take their terms in ascending order, so the order of the rows changes no bit.
    """
    flagged = None
    if FLAG in rows.column_names:
        flagged = np.asarray(rows.column(FLAG).is_valid())
    measures = {name: np.asarray(rows.column(name).fill_null(np.nan), dtype=np.float64) for name in MEASURES}
    keys = [_ranks(rows.column(name)) for name in KEYS]
    keys += [~np.isnan(measures["quantity"]), ~np.isnan(measures["net_mass_kg"])]
    if flagged is not None:
        # Flagged rows differ from each other by everything they hold; equal ones are told apart by their place.
        keys += [flagged, *(np.where(flagged, np.nan_to_num(measures[name]), 0.0) for name in MEASURES)]
        keys.append(np.where(flagged, np.arange(rows.num_rows), 0))
    order = np.lexsort(keys[::-1])
    changes = np.zeros(rows.num_rows, dtype=bool)
    for key in keys:
        ordered = key[order]
        changes[1:] |= ordered[1:] != ordered[:-1]
    changes[:1] = True
    group = np.empty(rows.num_rows, dtype=np.int64)
    group[order] = np.cumsum(changes) - 1
    first = order[changes]
    columns = {name: rows.column(name).take(pa.array(first)).combine_chunks() for name in KEYS}
    columns |= {name: _sums(measures[name], group, np.flatnonzero(changes)) for name in MEASURES}
    if flagged is not None:
        columns[FLAG] = rows.column(FLAG).take(pa.array(first)).combine_chunks()
    return pa.table({name: columns[name] for name in rows.column_names if name in columns})


def _ranks(column: pa.ChunkedArray) -> np.ndarray:
    """Return each text's place among the distinct ones in ascending order, -1 for null; int64[n]."""
    encoded = column.combine_chunks().dictionary_encode()
    order = np.argsort(np.asarray(encoded.dictionary, dtype=object), kind="stable")
    rank = np.empty(order.size + 1, dtype=np.int64)
    rank[order] = np.arange(order.size)
    rank[-1] = -1
    return rank[np.asarray(encoded.indices.fill_null(order.size))]


def _sums(measure: np.ndarray, group: np.ndarray, starts: np.ndarray) -> pa.Array:
    """Sum each group in ascending order of its terms; a group of absent quantities (NaN) stays absent."""
    if not measure.size:
        return pa.array(measure, pa.float64())
    by_size = np.lexsort((measure, group))
    return pa.array(np.add.reduceat(measure[by_size], starts), from_pandas=True)
