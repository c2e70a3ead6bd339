"""Steps that go by a duty's own rate: what rates are multiplied by, and the duties that this leaves."""

from __future__ import annotations

import numpy as np

from fastavs.reform import edits
from fastavs.reform.book import Book
from fastavs.scenario.step_duties import Swiss, Tiers


def scaled_by_rate(
    book: Book, step: Swiss | Tiers, duty: np.ndarray, rate: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Multiply duties by what their own rates say.

    Parameters
    ----------
    book : Book
    step : Swiss or Tiers
    duty : int64[v]
    rate : float64[v]
        NaN = null.

    Returns
    -------
    after : int64[v]
    stays : bool[v]
        Those whose rate is null, or not above 0, or beyond all bounds, which stay as they are.
    """
    stays = ~(np.isfinite(rate) & (rate > 0.0))
    factor = np.ones(rate.size)
    factor[~stays] = _factors(rate[~stays], step)
    moves = np.flatnonzero(factor != 1.0)
    after = duty.copy()
    pairs, place = _distinct_pairs(duty[moves], factor[moves])
    some, by = duty[moves[pairs]], factor[moves[pairs]]
    if isinstance(step, Swiss):
        new = book.scaled(some, by)
    else:
        cuts = {float(1 - one.cut): 1 - one.cut for one in step.value}
        exprs = (edits.reduced(book.expr(one), cuts[at]) for one, at in zip(some.tolist(), by.tolist(), strict=True))
        new = np.array([book.number(one) for one in exprs], dtype=np.int64)
    after[moves] = new[place]
    return after, stays


def _factors(rate: np.ndarray, step: Swiss | Tiers) -> np.ndarray:
    """Return what rates are multiplied by."""
    if isinstance(step, Swiss):
        coefficient = float(step.value)
        return np.asarray(coefficient / (coefficient + rate))
    factor = np.ones(rate.size)
    for one in step.value:
        factor[rate - float(one.above) > edits.NEAR] = float(1 - one.cut)
    return factor


def _distinct_pairs(number: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a place of each pair of a number and a value that there is, and each one's place among those."""
    order = np.lexsort((value, number))
    new = np.ones(order.size, dtype=bool)
    new[1:] = (number[order[1:]] != number[order[:-1]]) | (value[order[1:]] != value[order[:-1]])
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return order[new], place
