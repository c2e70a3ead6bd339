"""What tariff functions are evaluated from: curves, and lines whose sides do not move together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Curves(NamedTuple):
    """Tariffs by year, sector and region as piecewise-linear functions. q cells, u curves, n kinks, c currencies.

    Cell ``(year * sectors + sector) * regions + region``. Curve k is moved by one factor: with the exchange rate of its
    currency, the price of its price cell, and the scales of the cell that it is charged in,

        phi = fx * specific / (price * ad_valorem)

    The number of its kinks at phi or below is the piece that holds. A piece adds ``ad_valorem`` times its intercept and
    ``fx * specific / price`` times its slope to the tariff. Curves from the last of ``cell_curve`` on are parts of
    lines that go line by line (`MixedLines`).
    """

    constant: np.ndarray  # float64[q] what percentages alone add; NaN: no tariff is known
    cell_curve: np.ndarray  # int64[q + 1] a cell's first curve
    price: np.ndarray  # int64[u] the cell whose price moves it: its own, or its donors' of that year and region
    borrowed: np.ndarray  # int64[u] its place among the derivatives by other cells' prices; -1: its own price
    currency: np.ndarray  # int64[u]
    start: np.ndarray  # int64[u + 1] a curve's first kink
    kink: np.ndarray  # float64[n] ascending within a curve
    intercept: np.ndarray  # float64[n + u] pieces; curve k's from start[k] + k on, one more than it has kinks
    slope: np.ndarray  # float64[n + u]


class MixedLines(NamedTuple):
    """Lines whose applied and bound side, or whose duty, rest on several currencies or prices. m lines, p parts.

    A line adds ``weight`` times the lesser of both sides; a side is the sum of its parts. A part is a curve, or from 0
    down an observation with a duty of several currencies: ``-1 - part`` is its place among those, o of them.
    """

    cell_line: np.ndarray  # int64[q + 1] a cell's first line
    weight: np.ndarray  # float64[m]
    side: (
        np.ndarray
    )  # int64[2 * m + 1] the first part of each line's applied side, then of its bound side; no parts: none
    part: np.ndarray  # int64[p]
    op_start: np.ndarray  # int64[o + 1] an observation's operations
    price: np.ndarray  # int64[o] as of a curve
    borrowed: np.ndarray  # int64[o]
    share: np.ndarray  # float64[o] what its rate is multiplied by in the side
    op: np.ndarray  # int64[...] CONST, TERM, ADD, SUB, MAX, MIN
    currency: np.ndarray  # int64[...] of a TERM
    number: np.ndarray  # float64[...] a CONST's fraction; a TERM's rate with every factor 1
