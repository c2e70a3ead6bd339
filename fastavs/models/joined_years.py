"""Years of curves and mixed lines put together into what a tariff function is evaluated from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.names import TERM
from fastavs.kernels.options import readonly
from fastavs.models.year_curves import CurvesOfYear, MixedOfYear


class JoinedYears(NamedTuple):
    """Parts of a tariff function. b pairs of cells."""

    currencies: tuple[str, ...]
    curves: Curves
    mixed: MixedLines
    borrowed_cell: np.ndarray  # int64[b]
    borrowed_price: np.ndarray  # int64[b]


def join_years(
    constants: Sequence[np.ndarray], curves: Sequence[CurvesOfYear], mixed: Sequence[MixedOfYear],
    currencies: Sequence[str], own: str, cells: int,
) -> JoinedYears:  # fmt: skip
    """Put years together.

    Parameters
    ----------
    constants : sequence of float64[cells]
    curves : sequence of CurvesOfYear
    mixed : sequence of MixedOfYear
    currencies : sequence of str
        Of the study, sorted.
    own : str
        The study's own, which a function has whether an amount is in it or not.
    cells : int
        Of a year.
    """
    years = len(curves)
    of_curve = [np.full(one.cell.size, year * cells) for year, one in enumerate(curves)]
    of_program = [np.full(one.price.size, year * cells) for year, one in enumerate(mixed)]
    inside = [np.arange(one.cell.size) < one.in_cells for one in curves]
    order = np.argsort(~joined(inside, bool), kind="stable")  # all curves of cells before those of mixed lines
    cell, price = (
        joined([getattr(one, name) + first for one, first in zip(curves, of_curve, strict=True)])[order]
        for name in ("cell", "price")
    )
    program_cell, program_price = (
        joined([getattr(one, name) + first for one, first in zip(mixed, of_program, strict=True)])
        for name in ("program_cell", "price")
    )
    pairs, place = _pairs(np.concatenate([cell, program_cell]), np.concatenate([price, program_price]), years * cells)
    used, of_currency = _currencies(curves, mixed, currencies.index(own))
    in_cells = int(sum(one.in_cells for one in curves))
    start, kink, intercept, slope = _pieces(curves, order)
    found = Curves(
        readonly(joined(list(constants), float), np.float64),
        readonly(np.searchsorted(cell[:in_cells], np.arange(years * cells + 1)), np.int64),
        readonly(price, np.int64), readonly(place[: cell.size], np.int64),
        readonly(of_currency[joined([one.currency for one in curves])[order]], np.int64),
        readonly(start, np.int64), readonly(kink, np.float64), readonly(intercept, np.float64),
        readonly(slope, np.float64),
    )  # fmt: skip
    lines = _mixed(curves, mixed, in_cells, cells, program_price, place[cell.size :], of_currency)
    borrowed_cell, borrowed_price = np.divmod(pairs, years * cells)
    return JoinedYears(
        tuple(currencies[one] for one in used), found, lines,
        readonly(borrowed_cell, np.int64), readonly(borrowed_price, np.int64),
    )  # fmt: skip


def _pairs(cell: np.ndarray, price: np.ndarray, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of a cell and another one whose price moves it, and each one's place among them; -1: its own."""
    place = np.full(cell.size, -1, dtype=np.int64)
    others = np.flatnonzero(cell != price)
    pairs, place[others] = np.unique(cell[others] * cells + price[others], return_inverse=True)
    return pairs, place


def _currencies(curves: Sequence[CurvesOfYear], mixed: Sequence[MixedOfYear], own: int) -> tuple[list[int], np.ndarray]:
    """Return the currencies of amounts and the study's own, and the place of each of the study's among them; what has
    none is given the first."""
    some = [one.currency[one.currency >= 0] for one in curves] + [one.currency[one.op == TERM] for one in mixed]
    used = np.unique(joined([*some, np.array([own])])).tolist()
    place = np.zeros(used[-1] + 2, dtype=np.int64)
    place[used] = np.arange(len(used))
    return used, place


def _pieces(curves: Sequence[CurvesOfYear], order: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return where each curve's kinks start, the kinks, intercepts and slopes, curves in a new order."""
    sizes = joined([np.diff(one.start) for one in curves])
    kinks = _stretches(sizes, order)
    pieces = _stretches(sizes + 1, order)
    return (
        np.concatenate(([0], np.cumsum(sizes[order]))), joined([one.kink for one in curves], float)[kinks],
        joined([one.intercept for one in curves], float)[pieces], joined([one.slope for one in curves], float)[pieces],
    )  # fmt: skip


def _stretches(sizes: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the places of what stands in stretches of some sizes, stretches in a new order."""
    begins, some = np.cumsum(sizes) - sizes, sizes[order]
    return np.repeat(begins[order] - (np.cumsum(some) - some), some) + np.arange(some.sum())


def _mixed(
    curves: Sequence[CurvesOfYear],
    mixed: Sequence[MixedOfYear],
    in_cells: int,
    cells: int,
    price: np.ndarray,
    borrowed: np.ndarray,
    of_currency: np.ndarray,
) -> MixedLines:
    parts: list[np.ndarray] = []
    first_curve, first_program = in_cells, 0
    for one, lines in zip(curves, mixed, strict=True):
        parts.append(np.where(lines.part >= 0, lines.part + first_curve, lines.part - first_program))
        first_curve += one.cell.size - one.in_cells
        first_program += lines.price.size
    cell = joined([one.cell + year * cells for year, one in enumerate(mixed)])
    op = joined([one.op for one in mixed])
    currency = joined([one.currency for one in mixed])
    return MixedLines(
        readonly(np.searchsorted(cell, np.arange(len(mixed) * cells + 1)), np.int64),
        readonly(joined([one.weight for one in mixed], float), np.float64),
        readonly(np.cumsum(np.concatenate(([0], joined([one.sizes for one in mixed])))), np.int64),
        readonly(joined(parts), np.int64),
        readonly(np.cumsum(np.concatenate(([0], joined([one.op_size for one in mixed])))), np.int64),
        readonly(price, np.int64), readonly(borrowed, np.int64),
        readonly(joined([one.share for one in mixed], float), np.float64), readonly(op, np.int64),
        readonly(np.where(op == TERM, of_currency[np.where(op == TERM, currency, 0)], 0), np.int64),
        readonly(joined([one.number for one in mixed], float), np.float64),
    )  # fmt: skip


def joined(parts: Sequence[np.ndarray], kind: Any = np.int64) -> np.ndarray:
    """Return arrays one after the other."""
    return np.concatenate([np.asarray(one, dtype=kind) for one in parts]) if parts else np.empty(0, dtype=kind)
