"""What tariffs consist of at the base: with every factor 1."""

from __future__ import annotations

import math

import numpy as np

from fastavs.kernels.curve_pieces import add_products_by, at_base
from fastavs.kernels.curve_shapes import MixedLines
from fastavs.kernels.linear_pieces import NEAR
from fastavs.kernels.names import ADD, CONST, MAX, SUB, TERM
from fastavs.kernels.options import readonly
from fastavs.models.parts import FunctionParts


def base_rates(parts: FunctionParts) -> tuple[np.ndarray, np.ndarray]:
    """Return the ad valorem and the specific part of every cell at the base.

    Aggregates over cells weigh both parts alike, by ``parts.weights``.

    Parameters
    ----------
    parts : FunctionParts

    Returns
    -------
    ad_valorem, specific : float64[y, s, r]
        Fractions that add up to the tariff; both NaN where none is known.
    """
    curves = parts.curves
    flat, slope = np.empty(curves.price.size), np.empty(curves.price.size)
    at_base(curves.start, curves.kink, curves.intercept, curves.slope, flat, slope)
    cells = curves.constant.size
    cell = np.repeat(np.arange(cells), np.diff(curves.cell_curve))
    found = []
    mixed = _mixed_at_base(parts.mixed, flat, slope)
    line_cell = np.repeat(np.arange(cells), np.diff(parts.mixed.cell_line))
    for place, (first, of_curves) in enumerate(((curves.constant, flat), (np.zeros(cells), slope))):
        total, lost = first.copy(), np.zeros(cells)
        for group, weight, value in (
            (cell, np.ones(cell.size), of_curves[: cell.size]), (line_cell, parts.mixed.weight, mixed[place]),
        ):  # fmt: skip
            add_products_by(
                readonly(group, np.int64), readonly(weight, np.float64), readonly(value, np.float64), total, lost
            )
        found.append(np.where(np.isnan(curves.constant), np.nan, total + lost).reshape(parts.weights.shape))
    return found[0], found[1]


def _mixed_at_base(mixed: MixedLines, flat: np.ndarray, slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what each mixed line pays by percentages and by amounts, float64[m] each; the applied side in a tie."""
    found = np.zeros((2, mixed.weight.size))
    for line in range(mixed.weight.size):
        sides = []
        for side in (2 * line, 2 * line + 1):
            some = mixed.part[mixed.side[side] : mixed.side[side + 1]].tolist()
            if some:
                of_parts = [(flat[one], slope[one]) if one >= 0 else _program_at_base(mixed, -1 - one) for one in some]
                sides.append(tuple(math.fsum(column) for column in zip(*of_parts, strict=True)))
        chosen = sides[0]
        if len(sides) > 1:
            left, right = sum(sides[0]), sum(sides[1])
            chosen = sides[1] if left - right > NEAR * max(abs(left), abs(right)) else sides[0]
        found[:, line] = chosen
    return found[0], found[1]


def _program_at_base(mixed: MixedLines, place: int) -> tuple[float, float]:
    """Return what an observation with several currencies pays by percentages and by amounts."""
    stack: list[tuple[float, float]] = []
    for one in range(int(mixed.op_start[place]), int(mixed.op_start[place + 1])):
        op, number = int(mixed.op[one]), float(mixed.number[one])
        if op in (CONST, TERM):
            stack.append((number, 0.0) if op == CONST else (0.0, number))
            continue
        right, left = stack.pop(), stack.pop()
        if op in (ADD, SUB):
            sign = 1.0 if op == ADD else -1.0
            stack.append((left[0] + sign * right[0], left[1] + sign * right[1]))
        else:
            above = sum(left) > sum(right)
            stack.append(left if above == (op == MAX) else right)
    share = float(mixed.share[place])
    return share * stack[0][0], share * stack[0][1]
