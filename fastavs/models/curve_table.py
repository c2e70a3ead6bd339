"""A cell's tariff as one piecewise-linear function of a common factor on its specific duties."""

from __future__ import annotations

from typing import NamedTuple, Protocol, Self

import numpy as np
import pyarrow as pa

from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.names import ADD, CONST, MAX, MIN, SUB, TERM
from fastavs.models.parts import FunctionParts


class HasCurves(Protocol):
    """What has curves and mixed lines."""

    @property
    def curves(self) -> Curves: ...
    @property
    def mixed(self) -> MixedLines: ...


class Bent(NamedTuple):
    """A piecewise-linear function from 0 on. From at[i] to the next, and after the last, flat[i] + slope[i] * t holds.

    The first place is 0. All three are float64[n].
    """

    at: np.ndarray
    flat: np.ndarray
    slope: np.ndarray

    def on(self, places: np.ndarray) -> Self:
        """Return the same function with a piece for each of some places, its own among them."""
        piece = np.searchsorted(self.at, places, side="right") - 1
        return self._replace(at=places, flat=self.flat[piece], slope=self.slope[piece])

    def times(self, factor: float) -> Self:
        return self._replace(flat=factor * self.flat, slope=factor * self.slope)

    def bends(self) -> Self:
        """Return it without places at which nothing changes."""
        keep = np.ones(self.at.size, dtype=bool)
        keep[1:] = (np.diff(self.flat) != 0.0) | (np.diff(self.slope) != 0.0)
        return self._replace(at=self.at[keep], flat=self.flat[keep], slope=self.slope[keep])


ZERO = Bent(np.zeros(1), np.zeros(1), np.zeros(1))


def combined(code: int, left: Bent, right: Bent) -> Bent:
    """Return what an operation makes of two functions: ADD, SUB, MAX, MIN."""
    places = np.union1d(left.at, right.at)
    if code in (ADD, SUB):
        sign = 1.0 if code == ADD else -1.0
        left, right = left.on(places), right.on(places)
        return Bent(places, left.flat + sign * right.flat, left.slope + sign * right.slope)
    places = np.union1d(places, _crossings(left.on(places), right.on(places)))
    left, right = left.on(places), right.on(places)
    flat, steeper = right.flat - left.flat, right.slope - left.slope
    middle = np.append((places[:-1] + places[1:]) / 2, places[-1] * 2 + 1)  # between two places neither crosses
    above = flat + steeper * middle
    second = above > 0.0 if code == MAX else above < 0.0
    return Bent(places, np.where(second, right.flat, left.flat), np.where(second, right.slope, left.slope))


def _crossings(left: Bent, right: Bent) -> np.ndarray:
    """Return where two functions with the same places cross between those."""
    flat, steeper = right.flat - left.flat, right.slope - left.slope
    begins = flat + steeper * left.at
    ends = np.append(flat[:-1] + steeper[:-1] * left.at[1:], steeper[-1])  # after the last, the slope tells
    cross = begins * ends < 0.0
    where = np.clip(-flat[cross] / steeper[cross], left.at[cross], np.append(left.at[1:], np.inf)[cross])
    return np.asarray(where, dtype=np.float64)


def curve_table(parts: FunctionParts, cell: int, currency: int | None) -> pa.Table:
    """Return a cell's tariff by the factor on its amounts, of one currency or of all.

    Columns and meaning are those of `TariffFunction.curve`.
    """
    curves, mixed = parts.curves, parts.mixed
    flat, bends = curves.constant[cell], []
    if np.isnan(flat):
        return pa.table(
            {"factor": [0.0], "rate": pa.nulls(1, pa.float64()), "slope": pa.nulls(1, pa.float64()), "kinks": [0]}
        )
    for u in range(int(curves.cell_curve[cell]), int(curves.cell_curve[cell + 1])):
        bends.append(_of_curve(parts, u, currency))
    for line in range(int(mixed.cell_line[cell]), int(mixed.cell_line[cell + 1])):
        bends.append(_of_line(parts, line, currency).bends())
    at = np.concatenate([ZERO.at, *(one.at for one in bends)])
    places, kinks = np.unique(at, return_counts=True)
    kinks[0] -= 1 + len(bends)  # where each begins is no kink
    slope = np.zeros(places.size)
    flats = np.full(places.size, flat)
    for one in bends:
        own = one.on(places)
        flats += own.flat
        slope += own.slope
    return pa.table({"factor": places, "rate": flats + slope * places, "slope": slope, "kinks": kinks})


def _of_curve(parts: HasCurves, u: int, currency: int | None) -> Bent:
    """Return a curve by the factor; one of another currency stands where the factor 1 is."""
    curves = parts.curves
    low, high = int(curves.start[u]), int(curves.start[u + 1])
    kink = curves.kink[low:high]
    intercept, slope = curves.intercept[low + u : high + u + 1], curves.slope[low + u : high + u + 1]
    if currency is not None and curves.currency[u] != currency:
        piece = int(np.searchsorted(kink, 1.0, side="right"))
        return Bent(np.zeros(1), np.array([intercept[piece] + slope[piece]]), np.zeros(1))
    passed = int(np.searchsorted(kink, 0.0, side="right"))
    return Bent(np.append(0.0, kink[passed:]), intercept[passed:], slope[passed:])


def _of_line(parts: HasCurves, line: int, currency: int | None) -> Bent:
    """Return a line that goes line by line: the lesser of its sides, times its weight."""
    first, middle, last = (int(one) for one in parts.mixed.side[2 * line : 2 * line + 3])
    sides = [_of_side(parts, begin, end, currency) for begin, end in ((first, middle), (middle, last)) if end > begin]
    if not sides:
        return ZERO
    lesser = sides[0] if len(sides) == 1 else combined(MIN, *sides)
    return lesser.times(float(parts.mixed.weight[line]))


def critical_factor(parts: HasCurves, line: int) -> float:
    """Return the least factor on all amounts at which a line that goes line by line pays one; inf: it never does."""
    bent = _of_line(parts, line, None)
    paid = np.flatnonzero(bent.slope != 0.0)
    return float(bent.at[paid[0]]) if paid.size else np.inf


def _of_side(parts: HasCurves, first: int, last: int, currency: int | None) -> Bent:
    total = ZERO
    for part in parts.mixed.part[first:last].tolist():
        one = _of_curve(parts, part, currency) if part >= 0 else _of_program(parts, -1 - part, currency)
        total = combined(ADD, total, one)
    return total


def _of_program(parts: HasCurves, one: int, currency: int | None) -> Bent:
    """Return an observation with a duty of several currencies: its program, on functions instead of numbers."""
    mixed = parts.mixed
    stack: list[Bent] = []
    for i in range(int(mixed.op_start[one]), int(mixed.op_start[one + 1])):
        code, number = int(mixed.op[i]), mixed.number[i : i + 1]
        if code == CONST or (code == TERM and currency is not None and mixed.currency[i] != currency):
            stack.append(Bent(np.zeros(1), number, np.zeros(1)))
        elif code == TERM:
            stack.append(Bent(np.zeros(1), np.zeros(1), number))
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(combined(code, left, right))
    return stack[0].times(float(mixed.share[one]))
