"""Which lines the steps of an outline touch, and in which cells those stand that the same steps touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.codes import LONGEST
from fastavs.errors import InputError
from fastavs.evaluation.outlines import FX, SET, Outline
from fastavs.evaluation.plan import touched_lines
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.choices import find_spans, tell_apart
from fastavs.kernels.options import readonly
from fastavs.scenario.duties import SetDuty
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.where import EVERYWHERE, Where


@dataclass(frozen=True, slots=True)
class Choices:
    """The lines that the steps of an outline choose, choice by choice.

    Attributes
    ----------
    of_step : tuple of int
        Each step's choice, from 1 on; 0: all lines; -1: it chooses no lines.
    ranges : int64[r, 2]
        Lines chosen: the first, and one past the last.
    choice : int64[r]
        Ascending.
    """

    of_step: tuple[int, ...]
    ranges: np.ndarray
    choice: np.ndarray

    @property
    def everything(self) -> bool:
        """Whether some step changes all lines, or an exchange rate."""
        return any(one <= 0 for one in self.of_step)


def choices_of(index: SortedIndex, outline: Outline, scenario: Scenario) -> Choices:
    """Find the lines that the steps of an outline choose.

    Raises
    ------
    InputError
        A step of `scenario`, which has that outline, sets the duty of lines that no schedule has.
    """
    numbers: dict[Where, int] = {EVERYWHERE: 0}
    of_step = []
    for step in outline:
        if step.kind == FX:
            of_step.append(-1)
            continue
        where = Where(*step.where)
        of_step.append(numbers.setdefault(where, len(numbers)))
    chosen = list(numbers)[1:]
    by_prefix = [one for one in chosen if one.group is None]
    spans = _spans(index, by_prefix, [numbers[one] for one in by_prefix])
    by_group = [_runs(touched_lines(index, one), numbers[one]) for one in chosen if one.group is not None]
    ranges, choice = (np.concatenate(parts) for parts in zip(spans, *by_group, strict=True))
    if by_group:
        order = np.argsort(choice, kind="stable")
        ranges, choice = ranges[order], choice[order]
    reached = np.zeros(len(numbers), dtype=bool)
    reached[choice] = True
    for step, number, change in zip(outline, of_step, scenario.changes, strict=True):
        if step.kind == SET and not reached[number]:
            assert isinstance(change, SetDuty)
            raise InputError(
                f'the scenario "{scenario.name}" sets the duty of lines that no schedule has', key="prefixes",
                value=", ".join(change.prefixes), expected="the beginning of some line's code",
            )  # fmt: skip
    return Choices(tuple(of_step), readonly(ranges, np.int64), readonly(choice, np.int64))


def _spans(index: SortedIndex, chosen: Sequence[Where], numbers: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines that begin with prefixes, int64[r, 2], and the number of the choice of each, int64[r]."""
    sides = index.sides
    keys, of = [], []
    for number, one in enumerate(chosen):
        for prefix in one.prefixes:
            unit = 10 ** (LONGEST - len(prefix))
            low = int(prefix) * unit
            keys.append((low, low + unit))
            of.append(number)
        if not one.prefixes:
            keys.append((0, 10**LONGEST))
            of.append(number)
    alike: dict[tuple[str, tuple[int, ...] | None], int] = {}
    kinds = [alike.setdefault((one.schedule, one.years), len(alike)) for one in chosen]
    allowed = np.array(
        [
            [schedule in ("both", side.kind) and (years is None or side.year in years) for side in sides]
            for schedule, years in alike
        ],
        dtype=np.bool_,
    ).reshape(len(alike), len(sides))
    place = np.array(of, dtype=np.int64)
    found = np.empty((place.size, len(sides), 2), dtype=np.int64)
    find_spans(
        index.lines.key, readonly([(side.first, side.last) for side in sides], np.int64),
        readonly(allowed[np.array(kinds, dtype=np.int64)[place]], np.bool_),
        readonly(np.array(keys, dtype=np.int64).reshape(-1, 2), np.int64), found,
    )  # fmt: skip
    some = found[:, :, 1] > found[:, :, 0]
    which = np.array(numbers, dtype=np.int64)[place]
    return found[some], np.repeat(which, some.sum(axis=1))


def _runs(touched: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return lines touched as ranges, int64[r, 2], all of one choice, int64[r]."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], touched.view(np.int8), [0]))))
    return edges.reshape(-1, 2), np.full(edges.size // 2, number)


@dataclass(frozen=True, slots=True)
class Cells:
    """Lines touched, t of them, told apart by the choices that touch them: c cells, the first of lines untouched.

    Attributes
    ----------
    line : int64[t]
    cell : int32[t]
    choices : tuple of tuple of int
        Of each cell.
    """

    line: np.ndarray
    cell: np.ndarray
    choices: tuple[tuple[int, ...], ...]


def cells_of(choices: Choices, cell_of: np.ndarray) -> Cells:
    """Tell lines apart by the choices that touch them.

    Parameters
    ----------
    choices : Choices
    cell_of : int32[l]
        Memory to work in, all 0; 0 again afterwards.
    """
    total = int((choices.ranges[:, 1] - choices.ranges[:, 0]).sum())
    line, cells = np.empty(total, dtype=np.int64), np.zeros((4, total + 1), dtype=np.int64)
    n, made = tell_apart(choices.ranges, choices.choice, cell_of, line, cells)
    line = line[:n].copy()
    cell = cell_of[line]
    cell_of[line] = 0
    some = np.bincount(cell, minlength=made) > 0
    some[0] = True
    told: list[tuple[int, ...]] = [()]
    for before, choice in zip(cells[0, 1:made].tolist(), cells[1, 1:made].tolist(), strict=True):
        told.append((*told[before], choice))
    if not some.all():
        cell = (np.cumsum(some) - 1)[cell]
        told = [one for one, used in zip(told, some.tolist(), strict=True) if used]
    return Cells(readonly(line, np.int64), cell.astype(np.int32), tuple(told))
