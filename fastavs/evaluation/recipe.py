"""How the numbers of scenarios of one outline become factors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.cells import Cells, Choices
from fastavs.evaluation.factors import shifted
from fastavs.evaluation.outlines import FX, SCALE, SET, SHIFT, Outline, Template
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Bounds, Factors


@dataclass(frozen=True, slots=True)
class Doing:
    """A step that changes factors.

    Attributes
    ----------
    step : int
    kind : str
    percent : slice or int64[...]
        The rows of factors of percentages that it changes.
    amount : slice or int64[...]
        Of amounts; of an exchange rate, those of exchange rates.
    """

    step: int
    kind: str
    percent: slice | np.ndarray
    amount: slice | np.ndarray


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the numbers of scenarios of one outline become factors.

    Attributes
    ----------
    cells : int
    fx : float64[f]
        Exchange rates as they are.
    shape : (int, int, int)
        Contexts, currencies, periods.
    set_cells, set_steps : int64[...]
        Cells with a new duty, and the step that sets it.
    set_amounts, amount_steps : int64[...]
        Factors of amounts that take an amount of a new duty, and the steps that set those.
    set_percents, percent_steps : int64[...]
        Likewise of percentages.
    doings : tuple of Doing
    lifted : bool
        Whether anything but factors is used.
    plain : float64[...]
        Factors that change nothing, one after the other.
    ends : tuple of int
        Where each of them ends, but for the last.
    """

    cells: int
    fx: np.ndarray
    shape: tuple[int, int, int]
    set_cells: np.ndarray
    set_steps: np.ndarray
    set_percents: np.ndarray
    percent_steps: np.ndarray
    set_amounts: np.ndarray
    amount_steps: np.ndarray
    doings: tuple[Doing, ...]
    lifted: bool
    plain: np.ndarray
    ends: tuple[int, int, int, int, int, int]

    def factors(self, numbers: np.ndarray) -> Factors:
        """Return the factors of a block of scenarios, or of one alone.

        Parameters
        ----------
        numbers : float64[steps, 2, s] or float64[steps, 2]
        """
        return self.cut(self.in_a_row(numbers))

    def cut(self, row: np.ndarray) -> Factors:
        """Return factors that stand one after the other, each by itself."""
        a, b, c, d, e, f = self.ends
        _, money, periods = self.shape
        return Factors(row[:a], row[a:b], row[b:c], row[c:d], row[d:e], row[e:f], row[f:], periods, money)

    def in_a_row(self, numbers: np.ndarray) -> np.ndarray:
        """Return the factors of a block of scenarios, or of one alone, one after the other; float64[..., s]."""
        some = numbers.shape[2:]
        row = np.repeat(self.plain, some[0]).reshape(-1, *some) if some else self.plain.copy()
        scale, shift, floor, scale_b, shift_b, floor_b, fx, _, _ = self.cut(row)
        if self.set_cells.size:
            shift[self.set_percents] = numbers[self.percent_steps, 0]
            shift_b[self.set_amounts] = numbers[self.amount_steps, 1]
        for one in self.doings:
            percent, amount = numbers[one.step]
            if one.kind == FX:
                fx[one.amount] *= percent
            elif one.kind == SCALE:
                scale[one.percent] *= percent
                scale_b[one.amount] *= amount
                if self.lifted:
                    for of_percentages, of_amounts in ((shift, shift_b), (floor, floor_b)):
                        of_percentages[one.percent] *= percent
                        of_amounts[one.amount] *= amount
            else:
                for into, rows, by in ((shift, one.percent, percent), (shift_b, one.amount, amount)):
                    into[rows] = shifted(into[rows], by)
                for into, rows, by in ((floor, one.percent, percent), (floor_b, one.amount, amount)):
                    into[rows] = np.maximum(shifted(into[rows], by), 0.0)
        row.flags.writeable = False
        return row

    def bounds(self, factors: Factors) -> Bounds:
        """Return within what the scenarios of a block keep."""
        contexts, money, periods = self.shape
        if self.lifted:
            nothing = readonly(np.zeros((self.cells, self.fx.size)), np.float64)
            return Bounds(nothing, nothing, nothing, readonly(np.zeros(self.cells), np.float64), True)
        width = factors.scale.shape[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            price = (
                factors.scale_b.reshape(self.cells, 1, money, 1, width)
                * factors.fx.reshape(1, contexts, money, periods, width)
            ).reshape(self.cells, -1, width)
            turn = factors.scale[:, None] / price
        return Bounds(
            readonly(turn.min(axis=2), np.float64), readonly(turn.max(axis=2), np.float64),
            readonly(price.max(axis=2), np.float64), readonly(factors.scale.max(axis=1), np.float64), False,
        )  # fmt: skip


def recipe_of(index: SortedIndex, outline: Outline, choices: Choices, cells: Cells) -> Recipe:
    """Find how the numbers of scenarios of an outline become factors."""
    facts = index.facts
    currencies: list[str] = facts["currencies"]
    n, money = len(cells.choices), len(currencies)
    of_choice: dict[int, list[int]] = {0: list(range(n))}
    for cell, chosen in enumerate(cells.choices):
        for choice in chosen:
            of_choice.setdefault(choice, []).append(cell)
    last = np.full(n, -1)
    for step, (one, choice) in enumerate(zip(outline, choices.of_step, strict=True)):
        if one.kind == SET:
            last[of_choice.get(choice, [])] = step
    doings = []
    for step, (one, choice) in enumerate(zip(outline, choices.of_step, strict=True)):
        if one.kind == FX:
            doings.append(Doing(step, FX, slice(0, 0), _fx_rows(index, one.currency, one.where[0])))
        elif one.kind != SET:
            touched = np.array(of_choice.get(choice, []), dtype=np.int64)
            some = touched[last[touched] < step]
            first, stop = (0, money) if one.currency is None else _span(currencies.index(one.currency))
            amounts = (some[:, None] * money + np.arange(first, stop)).reshape(-1)
            doings.append(Doing(step, one.kind, _as_slice(some), _as_slice(amounts)))
    set_cells = np.flatnonzero(last >= 0)
    plain = [
        (cell, step, outline[step].new) for cell, step in zip(set_cells.tolist(), last[set_cells].tolist(), strict=True)
    ]
    percents = [(cell, step) for cell, step, new in plain if isinstance(new, Template)]
    amounts_of = [
        (cell * money + currencies.index(new.currency), step)
        for cell, step, new in plain
        if isinstance(new, Template) and new.currency is not None
    ]
    set_percents, percent_steps = np.array(percents, dtype=np.int64).reshape(-1, 2).T
    set_amounts, amount_steps = np.array(amounts_of, dtype=np.int64).reshape(-1, 2).T
    return Recipe(
        n, index.fx.reshape(-1), (index.fx.shape[0], money, index.fx.shape[2]), set_cells, last[set_cells],
        set_percents, percent_steps, set_amounts, amount_steps, tuple(doings),
        any(one.kind in (SHIFT, SET) for one in outline), *_plain(n, money, index.fx.reshape(-1)),
    )  # fmt: skip


def _plain(cells: int, money: int, fx: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int, int, int, int]]:
    """Return the factors that change nothing, one after the other, and where each ends but for the last."""
    ones, none = np.ones(cells * money), np.zeros(cells * money)
    row = np.concatenate([ones[:cells], none[:cells], none[:cells], ones, none, none, fx])
    a, b = cells, cells * money
    return readonly(row, np.float64), (a, 2 * a, 3 * a, 3 * a + b, 3 * a + 2 * b, 3 * a + 3 * b)


def _span(place: int) -> tuple[int, int]:
    return place, place + 1


def _fx_rows(index: SortedIndex, currency: str | None, periods: tuple[str, ...] | None) -> np.ndarray:
    """Return which exchange rates a step changes."""
    labels = np.array(index.facts["contexts"])
    some = np.ones_like(labels, dtype=bool) if periods is None else np.isin(labels, periods)
    numbers = np.arange(index.fx.size).reshape(index.fx.shape)
    return numbers[:, index.facts["currencies"].index(currency)][some]


def _as_slice(rows: np.ndarray) -> slice | np.ndarray:
    """Return rows in order as a slice, which is quicker."""
    if rows.size and rows[-1] - rows[0] + 1 == rows.size and (np.diff(rows) == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows
