"""Tariff functions made at random, and their evaluation in plain Python: the twin of the kernels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.names import ADD, CONST, MAX, MIN, SUB, TERM
from fastavs.models.parts import FunctionParts

CURRENCIES = ("EUR", "JPY", "USD")


class Maker:
    """Makes the parts of a function cell by cell."""

    def __init__(self, seed: int, years: int = 2, sectors: int = 3, regions: int = 4, currencies: int = 3) -> None:
        self.rng = np.random.default_rng(seed)
        self.years, self.sectors, self.regions, self.currencies = years, sectors, regions, currencies
        self.cells = years * sectors * regions
        self.curves: list[tuple[int, int, int, np.ndarray, np.ndarray, np.ndarray]] = []
        self.pairs: dict[tuple[int, int], int] = {}

    def driver(self, cell: int) -> tuple[int, int]:
        """The cell whose price moves something in a cell, and its place among the borrowed derivatives."""
        if self.sectors == 1 or self.rng.random() < 0.75:
            return cell, -1
        year, rest = divmod(cell, self.sectors * self.regions)
        sector, region = divmod(rest, self.regions)
        other = int((sector + self.rng.integers(1, self.sectors)) % self.sectors)
        price = (year * self.sectors + other) * self.regions + region
        return price, self.pairs.setdefault((cell, price), len(self.pairs))

    def curve(self, cell: int, most: int) -> tuple[Any, ...]:
        """A sum of observations that pay the greater of a percentage and an amount, or the lesser."""
        n = int(self.rng.integers(0, most + 1))
        kink = np.sort(np.exp(self.rng.normal(0.0, 0.7, n)))
        if n > 3:
            kink[1] = kink[2]
        kink[self.rng.random(n) < 0.1] = 1.0
        kink.sort()
        percent = self.rng.random(n) * 0.2 / max(n, 1)
        lesser = self.rng.random(n) < 0.2
        per_phi = percent / np.maximum(kink, 1e-9)
        intercept, slope = np.zeros(n + 1), np.zeros(n + 1)
        intercept[0], slope[0] = percent[~lesser].sum(), per_phi[lesser].sum() + 0.01
        intercept[1:] = intercept[0] + np.cumsum(np.where(lesser, percent, -percent))
        slope[1:] = slope[0] + np.cumsum(np.where(lesser, -per_phi, per_phi))
        price, pair = self.driver(cell)
        return price, pair, int(self.rng.integers(self.currencies)), kink, intercept, slope

    def program(self) -> list[tuple[int, int, float]]:
        """A duty of several currencies: a tree of operations, in the order of its evaluation."""

        def tree(depth: int) -> Iterator[tuple[int, int, float]]:
            if depth == 0 or self.rng.random() < 0.3:
                if self.rng.random() < 0.4:
                    yield CONST, 0, float(self.rng.choice([0.05, 0.1, 0.2]))
                else:
                    yield (
                        TERM,
                        int(self.rng.integers(self.currencies)),
                        float(self.rng.choice([0.1, self.rng.random()])),
                    )
                return
            yield from tree(depth - 1)
            yield from tree(depth - 1)
            yield int(self.rng.choice([ADD, SUB, MAX, MIN])), 0, 0.0

        return list(tree(3))

    def parts(self, most: int = 12, curves: int = 3, lines: int = 2, unknown: float = 0.1) -> FunctionParts:
        """All of it."""
        rng = self.rng
        constant = np.where(rng.random(self.cells) < unknown, np.nan, rng.random(self.cells) * 0.1)
        cell_curve, made = [0], []
        for cell in range(self.cells):
            count = 0 if math.isnan(constant[cell]) or not self.currencies else int(rng.integers(0, curves + 1))
            made += [self.curve(cell, most) for _ in range(count)]
            cell_curve.append(len(made))
        mixed = self.mixed(constant, made, most, lines)
        start = np.cumsum([0, *(one[3].size for one in made)])
        shape = (self.years, self.sectors, self.regions)
        weights = np.where(np.isnan(constant), 0.0, rng.random(self.cells) * 1e6)
        return FunctionParts(
            tuple(range(2011, 2011 + self.years)), tuple(f"s{n}" for n in range(self.sectors)),
            tuple(f"r{n}" for n in range(self.regions)), CURRENCIES[: self.currencies], {"s0": "First things"},
            Curves(
                constant, np.array(cell_curve), ints([one[0] for one in made]), ints([one[1] for one in made]),
                ints([one[2] for one in made]), start, joined([one[3] for one in made]),
                joined([one[4] for one in made]), joined([one[5] for one in made]),
            ),
            mixed, ints([cell for cell, _ in self.pairs]), ints([price for _, price in self.pairs]),
            weights.reshape(shape), weights.reshape(shape), (weights * 0.25).reshape(shape), lines_table(),
            ("made at random",),
            {"title": "made up", "note": "random figures", "currency": "USD", "value_basis": "CIF", "scenario": None,
             "rates": "governing", "aves": "region", "weights": "imports", "home": "RUS"},
        )  # fmt: skip

    def mixed(self, constant: np.ndarray, made: list[Any], most: int, lines: int) -> MixedLines:
        rng = self.rng
        cell_line, weight, side, part = [0], [], [0], []
        op_start, price, borrowed, share, ops = [0], [], [], [], []
        for cell in range(self.cells):
            count = 0 if math.isnan(constant[cell]) or not self.currencies else int(rng.integers(0, lines + 1))
            for _ in range(count):
                weight.append(float(rng.random()))
                kinds = rng.integers(0, 3, 2)
                for size in kinds if kinds.any() else [1, 0]:
                    for _ in range(size):
                        if rng.random() < 0.5:
                            part.append(len(made))
                            made.append(self.curve(cell, most))
                        else:
                            part.append(-1 - len(share))
                            one_price, pair = self.driver(cell)
                            price.append(one_price)
                            borrowed.append(pair)
                            share.append(float(rng.random()))
                            ops += self.program()
                            op_start.append(len(ops))
                    side.append(len(part))
            cell_line.append(len(weight))
        return MixedLines(
            ints(cell_line), np.array(weight, dtype=float), ints(side), ints(part), ints(op_start), ints(price),
            ints(borrowed), np.array(share, dtype=float), ints([one[0] for one in ops]), ints([one[1] for one in ops]),
            np.array([one[2] for one in ops], dtype=float),
        )  # fmt: skip


def make(seed: int, **named: Any) -> FunctionParts:
    """The parts of a small function with everything in it."""
    return Maker(seed, **named).parts()


def ints(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def joined(values: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(0), *values])


def lines_table() -> pa.Table:
    return pa.table(
        {"year": pa.array([2011, 2011], pa.int32()), "line": ["2203000100", "8703211000"], "sector": ["s0", "s0"],
         "region": ["r0", "r0"], "weight": [0.25, 0.5], "rate": [0.2, 0.1], "specific": [0.2, 0.0],
         "critical_factor": [None, 1.25], "by_line": [False, True]}
    )  # fmt: skip


def twin(
    parts: FunctionParts, price: np.ndarray, fx: np.ndarray, ad_valorem: np.ndarray, specific: np.ndarray
) -> np.ndarray:
    """Tariffs in plain Python, as the comments of the arrays say: arrays of [y, s, r], fx of [y, c]."""
    curves, mixed = parts.curves, parts.mixed
    p, a, b = price.ravel(), ad_valorem.ravel(), specific.ravel()
    cells = p.size
    of_year = cells // len(parts.years)

    def curve(u: int, cell: int) -> float:
        amount = fx[cell // of_year, curves.currency[u]] * b[cell] / p[curves.price[u]]
        phi = amount / a[cell]
        own = curves.kink[curves.start[u] : curves.start[u + 1]]
        at = curves.start[u] + u + sum(1 for one in own if one <= phi)
        return float(a[cell] * curves.intercept[at] + amount * curves.slope[at])

    def observation(o: int, cell: int) -> float:
        stack: list[float] = []
        for i in range(mixed.op_start[o], mixed.op_start[o + 1]):
            code, number = mixed.op[i], mixed.number[i]
            if code == CONST:
                stack.append(number * a[cell])
            elif code == TERM:
                stack.append(number * fx[cell // of_year, mixed.currency[i]] * b[cell] / p[mixed.price[o]])
            else:
                right, left = stack.pop(), stack.pop()
                stack.append({ADD: left + right, SUB: left - right, MAX: max(left, right), MIN: min(left, right)}[code])
        return float(mixed.share[o] * stack[0])

    def side(first: int, last: int, cell: int) -> float:
        return math.fsum(
            curve(one, cell) if one >= 0 else observation(-1 - one, cell) for one in mixed.part[first:last]
        )

    found = np.full(cells, np.nan)
    for cell in range(cells):
        if math.isnan(curves.constant[cell]):
            continue
        terms = [float(curves.constant[cell] * a[cell])]
        terms += [curve(u, cell) for u in range(curves.cell_curve[cell], curves.cell_curve[cell + 1])]
        for line in range(mixed.cell_line[cell], mixed.cell_line[cell + 1]):
            first, middle, last = mixed.side[2 * line : 2 * line + 3]
            sides = [side(*ends, cell) for ends in ((first, middle), (middle, last)) if ends[1] > ends[0]]
            terms.append(float(mixed.weight[line] * min(sides)))
        found[cell] = math.fsum(terms)
    return found.reshape(price.shape)
