"""Trade in the order of code, period and partner."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from fastavs.kernels import ordering
from fastavs.kernels.options import readonly
from fastavs.kernels.sorting import longest
from fastavs.tables.sources import stretches
from fastavs.threads import side_by_side, usable_processors
from fastavs.trade.rows import Details, Quantities, Recalled, Repeated, Rows
from fastavs.trade.trade import Trade

MOST_BUCKETS = 1 << 16


def in_order(trade: Trade) -> Trade:
    """Return the trade with its rows by code, period and partner.

    Columns are rearranged one after the other, each into the memory of the one before, for want of room for two of
    each: what was given is of no more use.
    """
    if trade.in_order:
        return trade
    rows, again = trade.rows, trade.again
    with trade.suspicion.lock:
        trade.suspicion.move()
        order = sort(np.asarray(rows.code), rows.period, rows.partner, len(trade.periods), len(trade.partners))
        spare: dict[np.dtype, np.ndarray] = {}
        value = _rearranged(rows.value, order, spare)
        first, second, mass = (_moved(one, order, spare) for one in (rows.first, rows.second, rows.mass))
        marked, origin = _rearranged(rows.marked, order, spare), replace(rows.origin, order=order)
        rows = Rows(
            Repeated.of(np.asarray(rows.code), len(trade.codes)),
            rows.period,
            rows.partner,
            value,
            Recalled(
                Details(first, second, mass, marked, origin),
                again and (lambda: in_order(again()).rows.details.get()),
            ),
        )
        trade.suspicion.moved(rows)
    return replace(trade, rows=rows, in_order=True)


def _moved(quantity: Quantities, order: np.ndarray, spare: dict[np.dtype, np.ndarray]) -> Quantities:
    """Return a quantity of rows in another order."""
    if not quantity.at.size:
        return Quantities(quantity.at, *(_rearranged(one, order, spare) for one in (quantity.kind, quantity.amount)))
    has = np.zeros(order.size, dtype=bool)
    has[quantity.at] = True
    at = np.concatenate([one.start + np.flatnonzero(has[order[one]]) for one in stretches(order.size)])
    entries = np.searchsorted(quantity.at, order[at])
    kind = quantity.kind[entries] if quantity.kind.size else quantity.kind
    return Quantities(at.astype(order.dtype), kind, quantity.amount[entries])


def _rearranged(column: np.ndarray, order: np.ndarray, spare: dict[np.dtype, np.ndarray]) -> np.ndarray:
    """Return a column in another order, in the memory of the last one of its type, to which its own is added."""
    if not column.size or column.min() == column.max():
        return column
    room = spare.get(column.dtype)
    moved = np.empty_like(column) if room is None else room
    if column.dtype == np.float64:
        given, places = readonly(column, np.float64), readonly(order, order.dtype)
        side_by_side(lambda some: ordering.rearrange(given, places[some], moved[some]), stretches(column.size))
    else:  # kinds and marks, of a byte each
        side_by_side(lambda some: np.take(column, order[some], out=moved[some], mode="clip"), stretches(column.size))
    spare[column.dtype] = column
    return moved


def sort(code: np.ndarray, period: np.ndarray, partner: np.ndarray, n_periods: int, n_partners: int) -> np.ndarray:
    """Sort rows by code, period and partner where they stand, rows of one key as they came; return the old places."""
    order = np.empty(code.size, dtype=np.int32 if code.size < 2**31 else np.int64)
    bits = [(n - 1).bit_length() for n in (n_periods, n_partners)]
    if sum(bits) <= 31 and code.size < 2**32:
        by_period = (int(code.max()) + 1) * n_periods <= 2 * code.size + MOST_BUCKETS
        sort_packed(code, period, partner, n_periods, bits[1], by_period, order)
    else:  # beyond what one integer can pack
        order[:] = np.lexsort((partner, period, code))
        for column in (code, period, partner):
            column[:] = column[order]
    return order


def sort_packed(
    code: np.ndarray,
    period: np.ndarray,
    partner: np.ndarray,
    n_periods: int,
    partner_bits: int,
    by_period: bool,
    order: np.ndarray,
) -> None:
    """Sort rows whose period and partner fit one integer, share by share of their buckets; see `kernels.ordering`.

    Parameters
    ----------
    code, period, partner : integers, [n]
        The key, each from 0; brought into order where they stand. n below 2**32.
    n_periods, partner_bits : int
    by_period : bool
        Whether to have a bucket for each code and period, not for each code alone.
    order : int32[n] or int64[n]
        Filled with the numbers that rows had before.
    """
    keys, how = (code, period, partner), (n_periods, partner_bits, by_period)
    start = np.zeros((int(code.max()) + 1) * (n_periods if by_period else 1) + 1, dtype=np.int64)
    ordering.count_buckets(code, period, n_periods, by_period, start)
    edges = np.searchsorted(start, np.linspace(0, code.size, usable_processors() + 1)).tolist()
    shares = list(pairwise([0, *edges[1:-1], start.size - 1]))
    packed: np.ndarray = np.empty(code.size, dtype=np.int64)

    def put_together(some: tuple[int, int]) -> None:
        ordering.pack_rows(*keys, *how, start, *some, start[slice(*some)].copy(), packed)

    def sort_some(some: tuple[int, int]) -> None:
        spare = np.empty(longest(start, *some), dtype=np.int64)
        count = np.zeros((1 << partner_bits) + 1, dtype=np.int64)
        ordering.sort_buckets(start, packed, *some, *how, *keys, order, count, spare)

    side_by_side(put_together, shares)
    side_by_side(sort_some, shares)
