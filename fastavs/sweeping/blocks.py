"""Blocks of scenarios: how scenarios are put together, and what one block comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from fastavs.errors import InputError
from fastavs.kernels import sorted as kernels
from fastavs.kernels.options import readonly
from fastavs.scenario import ScaleDuty, Scenario, SetDuty, ShiftDuty
from fastavs.sorted_index import SortedIndex, parsed
from fastavs.sweeping.effects import Effects
from fastavs.sweeping.executing import frozen, runner
from fastavs.sweeping.plan import Plan, make_plan, touched_lines

BLOCK = 128  # scenarios worked out together
BATCH = 1024  # scenarios turned into numbers at a time
FIGURES = 17  # columns that `kernels.sweep_block` fills


@dataclass(frozen=True, slots=True)
class Block:
    """Scenarios worked out together.

    Attributes
    ----------
    places : int64[s]
        Where they stand in the sweep.
    shocks : kernels.Shocks
    rows : kernels.Rows or None
        The rows, if the only scenario sets duties.
    """

    places: np.ndarray
    shocks: kernels.Shocks
    rows: kernels.Rows | None

    def settled(self) -> Block:
        """Return a block that came through a pipe as the kernels take it."""
        return replace(self, shocks=frozen(self.shocks), rows=None if self.rows is None else frozen(self.rows))


def all_figures(
    index: SortedIndex, scenarios: Sequence[Scenario], full: bool, executor: Executor | None, threads: int | None
) -> tuple[np.ndarray, tuple[int, ...], np.ndarray]:
    """Work out the summary of every scenario.

    Returns
    -------
    figures : float64[scenarios, years, 17]
        Columns of the summary from `specific_lines` on; NaN = null, or not asked for.
    years : tuple of int
    lines : int64[years]
    """
    figures = np.full((len(scenarios), len(index.facts["years"]), FIGURES), np.nan)
    for careful in (False, True):
        plan = make_plan(index, scenarios, careful)
        done = True
        with runner(plan, executor, threads) as run:
            for block, result in run(run_block, blocks_of(plan, scenarios), full):
                done &= result is not None
                if not done:
                    break
                figures[block.places] = result
        if done:
            break
    return figures, tuple(one[0] for one in index.facts["years"]), plan.layout.all_lines.astype(np.int64)


def blocks_of(plan: Plan, scenarios: Sequence[Scenario]) -> Iterator[Block]:
    """Split scenarios into blocks of neighbours, and into single ones, a batch at a time."""
    for first in range(0, len(scenarios), BATCH):
        batch = scenarios[first : first + BATCH]
        effects = Effects(plan, batch)
        alone = np.array([is_single(one) for one in batch], dtype=bool)
        order = effects.order()
        together = order[~alone[order]]
        for start in range(0, together.size, BLOCK):
            some = together[start : start + BLOCK]
            yield Block(some + first, effects.shocks(some), None)
        for place in np.flatnonzero(alone):
            shocks = effects.shocks(np.array([place]))
            yield Block(np.array([place + first]), shocks, with_new_duties(plan, batch[int(place)], shocks))


def _scratch(plan: Plan, width: int) -> kernels.Scratch:
    seats, years = plan.seats, len(plan.index.facts["years"])
    return kernels.Scratch(
        np.empty((seats, width)), np.empty((seats, width)), np.empty((seats, width), dtype=np.bool_),
        np.empty((8, width)), np.empty((3, kernels.STACK)), np.empty(kernels.STACK, dtype=np.bool_),
        np.empty((years, kernels.SUMS, width)), np.empty((years, kernels.SUMS, width)),
        np.empty((years, kernels.COUNTS, width)),
    )  # fmt: skip


def run_block(plan: Plan, block: Block, full: bool) -> np.ndarray | None:
    """Work out a block of scenarios; float64[s, y, 17], or None if the plan is not careful enough for it."""
    facts, width = plan.index.facts, block.shocks.scale.shape[1]
    figures = np.empty((width, len(facts["years"]), FIGURES))
    fits = kernels.sweep_block(
        plan.duties, plan.index.entries, plan.rows if block.rows is None else block.rows, block.shocks, plan.layout,
        (facts["outlier"], facts["zero"], full), _scratch(plan, width), figures,
    )  # fmt: skip
    return figures if fits else None


def with_new_duties(plan: Plan, scenario: Scenario, shocks: kernels.Shocks) -> kernels.Rows:
    """Return the rows with the duties that one scenario sets, and with what its other changes make nought of.

    Raises
    ------
    InputError
        A line's new duty goes by quantities that were not indexed.
    """
    index, rows = plan.index, plan.rows
    duty, group = rows.duty.copy(), rows.group.copy()
    for change in scenario.changes:
        if isinstance(change, SetDuty):
            touched = np.flatnonzero(touched_lines(index, change.where))
            duty[plan.line_row[touched]], group[plan.line_row[touched]] = _new_duty(plan, scenario, change, touched)
    specific, bare = _alive(plan, duty, rows.cell, shocks)
    return rows._replace(
        duty=readonly(duty, np.int32), group=readonly(group, np.int32),
        specific=readonly(specific, np.bool_), bare=readonly(bare, np.bool_),
    )  # fmt: skip


def _new_duty(plan: Plan, scenario: Scenario, change: SetDuty, touched: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the place of a new duty, and the group of observations that each touched line has for it."""
    index = plan.index
    kinds = [tuple(some) for some in index.facts["kinds"]]
    if change.duty not in index.duties or change.new.kinds not in kinds:
        raise _unprepared(scenario, change)
    some = kinds.index(change.new.kinds)
    kinds_of = np.array([kinds.index(duty.kinds) for duty in parsed(index)], dtype=np.int64)
    group = index.lines.group[touched].copy()
    other = np.flatnonzero(kinds_of[index.lines.duty[touched]] != some)
    if other.size:
        known = index.others.line * len(kinds) + index.others.kinds
        wanted = touched[other] * len(kinds) + some
        at = np.searchsorted(known, wanted)
        if known.size == 0 or (known[np.minimum(at, known.size - 1)] != wanted).any():
            raise _unprepared(scenario, change)
        group[other] = index.others.group[at]
    return index.duties.index(change.duty), group


def _unprepared(scenario: Scenario, change: SetDuty) -> InputError:
    return InputError(
        f'the index was not prepared for the scenario "{scenario.name}"', value=change.duty,
        cure="build it with the scenarios that set duties: fastavs.build_index(study, scenarios)",
    )  # fmt: skip


def _alive(plan: Plan, duty: np.ndarray, cell: np.ndarray, shocks: kernels.Shocks) -> tuple[np.ndarray, np.ndarray]:
    """Whether some amount of each row's duty is not 0 under a scenario, and no percentage is in it; bool[n]."""
    table = plan.duties
    n_terms = np.diff(table.term_start)
    has_percent = np.zeros(n_terms.size, dtype=bool)
    owner = np.repeat(np.arange(n_terms.size), np.diff(table.op_start))
    has_percent[owner[table.op == kernels.CONST]] = True
    pairs, place = np.unique(duty.astype(np.int64) * len(plan.cells) + cell, return_inverse=True)
    alive = np.zeros(pairs.size, dtype=bool)
    for i, pair in enumerate(pairs):
        one, where = divmod(int(pair), len(plan.cells))
        for term in range(table.term_start[one], table.term_start[one + 1]):
            of = where * shocks.currencies + table.currency[term]
            amount = table.b[term] * shocks.scale_b[of, 0] + shocks.shift_b[of, 0] * table.per_unit[term]
            alive[i] |= amount > 0.0
    specific = alive[place]
    return specific, specific & ~has_percent[duty]


def is_single(scenario: Scenario) -> bool:
    """Whether a scenario runs by itself: it sets duties, or may make an amount nought or more of nought."""
    for change in scenario.changes:
        if isinstance(change, SetDuty):
            return True
        if isinstance(change, ScaleDuty) and change.specific == 0.0:
            return True
        if isinstance(change, ShiftDuty) and change.specific != 0.0:
            return True
    return False
