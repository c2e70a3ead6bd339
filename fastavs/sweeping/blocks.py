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
from fastavs.sorted_index import NO_RECORDS, SortedIndex, parsed
from fastavs.sweeping.effects import Effects
from fastavs.sweeping.executing import frozen, runner
from fastavs.sweeping.latest import Latest
from fastavs.sweeping.plan import Plan, make_plan, touched_lines
from fastavs.sweeping.reindexing import changed_plan, check_prices
from fastavs.sweeping.trading import trade_of
from fastavs.trade_changes import TradeChange

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
    alone : Scenario or None
        The only scenario, if it sets duties or makes amounts nought.
    trade : tuple of TradeChange
        What all of them change of the trade.
    """

    places: np.ndarray
    shocks: kernels.Shocks
    alone: Scenario | None
    trade: tuple[TradeChange, ...] = ()

    def settled(self) -> Block:
        """Return a block that came through a pipe as the kernels take it."""
        return replace(self, shocks=frozen(self.shocks))


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

    Raises
    ------
    InputError
        Prices that change, in an index that leaves small observations out.
    """
    check_prices(index.facts, scenarios)
    figures = np.full((len(scenarios), len(index.facts["years"]), FIGURES), np.nan)
    trades = [trade_of(one) for one in scenarios]
    usual = np.array([not trade for trade in trades], dtype=bool)
    if usual.any():
        done = _work_out(index, scenarios, np.flatnonzero(usual), trades, False, (full, executor, threads), figures)
        if not done:
            _work_out(index, scenarios, np.flatnonzero(usual), trades, True, (full, executor, threads), figures)
    if not usual.all():
        _work_out(index, scenarios, np.flatnonzero(~usual), trades, True, (full, executor, threads), figures)
    years = index.facts["years"]
    sides = [index.sides[index.side("bound", one[0]) if one[2] else index.side("applied", one[1])] for one in years]
    return figures, tuple(one[0] for one in years), np.array([side.last - side.first for side in sides])


def _work_out(
    index: SortedIndex,
    scenarios: Sequence[Scenario],
    places: np.ndarray,
    trades: Sequence[tuple[TradeChange, ...]],
    careful: bool,
    how: tuple[bool, Executor | None, int | None],
    figures: np.ndarray,
) -> bool:
    """Work out the scenarios at some places; whether the plan was careful enough for them."""
    full, executor, threads = how
    some = [scenarios[place] for place in places]
    plan = replace(make_plan(index, some, careful), under=Latest())
    if executor is not None and not any(trades[place] for place in places):
        plan = replace(plan, index=replace(index, records=NO_RECORDS))  # workers have no need of them
    together: dict[tuple[TradeChange, ...], list[int]] = {}
    for number, place in enumerate(places):
        together.setdefault(trades[place], []).append(number)
    blocks = (
        replace(block, places=places[np.array(numbers)[block.places]], trade=trade)
        for trade, numbers in together.items()
        for block in blocks_of(plan, [some[number] for number in numbers])
    )
    with runner(plan, executor, threads) as run:
        for block, result in run(run_block, blocks, full):
            if result is None:
                return False
            figures[block.places] = result
    return True


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
            yield Block(np.array([place + first]), effects.shocks(np.array([place])), batch[int(place)])


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
    if block.trade:
        plan = changed_plan(plan, block.trade)
    rows = plan.rows if block.alone is None else with_new_duties(plan, block.alone, block.shocks)
    facts, width = plan.index.facts, block.shocks.scale.shape[1]
    figures = np.empty((width, len(facts["years"]), FIGURES))
    fits = kernels.sweep_block(
        plan.duties, plan.index.entries, rows, block.shocks, plan.layout,
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
    cells = shocks.scale.shape[0]
    pairs, place = np.unique(duty.astype(np.int64) * cells + cell, return_inverse=True)
    alive = np.zeros(pairs.size, dtype=bool)
    for i, pair in enumerate(pairs):
        one, where = divmod(int(pair), cells)
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
