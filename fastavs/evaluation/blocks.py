"""Blocks of scenarios: how scenarios are put together, and what one block comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fastavs.errors import InputError
from fastavs.evaluation.averages import empty_sums, memory, summary_of
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.one_by_one import charge_one
from fastavs.evaluation.partners import trade_of
from fastavs.evaluation.plan import Plan, make_plan, touched_lines
from fastavs.evaluation.rows import alone, rare_lanes
from fastavs.evaluation.trade_block import TradeBlock
from fastavs.evaluation.workplace import Workplace, frozen
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.carry import carry
from fastavs.kernels.classes import add_classes
from fastavs.kernels.names import CONST, FIGURES, STRIP, TIE
from fastavs.kernels.row_lanes import LANES
from fastavs.kernels.shapes import Bounds, Charges, Factors, Sums, changed
from fastavs.kernels.sweep import sweep_block
from fastavs.progress import Progress
from fastavs.scenario.duties import ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import TradeChange

BLOCK = 128  # scenarios worked out together
LEAST = 16  # ... unless fewer are left
BATCH = 1024  # scenarios turned into numbers at a time


@dataclass(frozen=True, slots=True)
class Block:
    """Scenarios worked out together.

    Attributes
    ----------
    places : int64[s]
        Where they stand in the sweep.
    factors : Factors
    bounds : Bounds
    alone : Scenario or None
        The only scenario, if it sets duties or makes amounts nought.
    trade : tuple of TradeChange
        What all of them change of the trade.
    """

    places: np.ndarray
    factors: Factors
    bounds: Bounds
    alone: Scenario | None
    trade: tuple[TradeChange, ...] = ()

    def settled(self) -> Block:
        """Return a block that came through a pipe as the kernels take it."""
        return replace(self, factors=frozen(self.factors), bounds=frozen(self.bounds))


def all_figures(
    index: SortedIndex, scenarios: Sequence[Scenario], full: bool, place: Workplace, progress: Progress
) -> tuple[np.ndarray, Plan | None]:
    """Work out the summary of every scenario.

    Returns
    -------
    figures : float64[scenarios, years, 17]
        Columns of the summary from `specific_lines` on; NaN = null, or not asked for.
    plan : Plan or None
        What they were all worked out from, if that was one.
    """
    found = None
    figures = np.full((len(scenarios), len(index.facts["years"]), FIGURES), np.nan)
    changed = np.array([bool(trade_of(one)) or index.facts["min_value"] > 0.0 for one in scenarios], dtype=bool)
    places = np.flatnonzero(~changed)
    some = [scenarios[int(one)] for one in places]
    for careful in (False, True) if some else ():
        plan = make_plan(index, some, careful)
        if _work_out(plan, some, places, full, place, figures, progress):
            found = plan if len(some) == len(scenarios) else None
            break
    if changed.any():
        from fastavs.evaluation.trade_families import trade_blocks  # most sweeps change no trade

        places = np.flatnonzero(changed)
        some = [scenarios[int(one)] for one in places]
        plan, done = make_plan(index, some, careful=True), len(scenarios) - places.size
        for block, result in place.run(plan, run_traded, trade_blocks(plan, some, place.threads, is_single), full):
            figures[places[block.places]] = result
            done += block.places.size
            progress("scenarios", done, len(figures))
        plan.under.clear()
        found = plan if len(some) == len(scenarios) else None
    return figures, found


def _work_out(
    plan: Plan,
    scenarios: Sequence[Scenario],
    places: np.ndarray,
    full: bool,
    place: Workplace,
    figures: np.ndarray,
    progress: Progress,
) -> bool:
    """Work out scenarios that belong at some places; whether the plan was careful enough for them."""
    size = max(min(BLOCK, -(-len(scenarios) // place.threads)), LEAST)  # few scenarios keep all threads busy
    done = 0
    for block, result in place.run(plan, run_block, blocks_of(plan, scenarios, size), full):
        if result is None:
            return False
        figures[places[block.places]] = result
        done += block.places.size
        progress("scenarios", done, len(figures))
    plan.under.clear()
    return True


def singles_of(plan: Plan, scenarios: Sequence[Scenario]) -> Iterator[Block]:
    """Give the scenarios one by one, in their order."""
    for first in range(0, len(scenarios), BATCH):
        batch = scenarios[first : first + BATCH]
        found = ScenarioFactors(plan, batch)
        for place, one in enumerate(batch):
            here = np.array([place])
            yield Block(here + first, *found.of(here), one if is_single(one) else None, trade_of(one))


def blocks_of(plan: Plan, scenarios: Sequence[Scenario], size: int = BLOCK) -> Iterator[Block]:
    """Split scenarios into blocks of neighbours on the same trade, and into single ones, a batch at a time."""
    for first in range(0, len(scenarios), BATCH):
        batch = scenarios[first : first + BATCH]
        found = ScenarioFactors(plan, batch)
        alone = np.array([is_single(one) for one in batch], dtype=bool)
        trades = [trade_of(one) for one in batch]
        number = {trade: place for place, trade in enumerate(dict.fromkeys(trades))}
        of_trade = np.array([number[trade] for trade in trades])
        order = found.order()
        for trade, here in number.items():
            mine = order[of_trade[order] == here]
            together = mine[~alone[mine]]
            for start in range(0, together.size, size):
                some = together[start : start + size]
                yield Block(some + first, *found.of(some), None, trade)
            for place in np.sort(mine[alone[mine]]):
                one = np.array([place])
                yield Block(one + first, *found.of(one), batch[int(place)], trade)


def run_block(plan: Plan, block: Block, full: bool) -> np.ndarray | None:
    """Work out a block of scenarios; float64[s, y, 17], or None if the plan is not careful enough for it.

    Unless `full`, only means of rates alone are to be used.
    """
    plan, rows, block = under(plan, block)
    width = block.factors.scale.shape[1]
    sums = empty_sums(plan.layout, width)
    fits = _add_one(plan, rows, block, sums) if width == 1 else _add_block(plan, rows, block, full, sums)
    return summary_of(plan.layout, sums, full) if fits else None


def run_traded(plan: Plan, block: TradeBlock, full: bool) -> np.ndarray | None:
    """Work out a block of scenarios with changed trade, as `run_block` does."""
    from fastavs.evaluation.traded import run_chosen, run_drawn  # most sweeps change no trade

    if block.by_itself:
        return run_block(plan, Block(block.places, block.factors, block.bounds, block.alone, block.trade), full)
    return (run_drawn if block.seeds else run_chosen)(plan, block, full)


def _add_one(plan: Plan, rows: np.ndarray, block: Block, sums: Sums) -> bool:
    """Add up a scenario; False if a row that was not prepared for it has no rate."""
    facts, n = plan.index.facts, rows.size
    means = plan.ready.carried.low.shape[1]
    rate, part, specific = np.empty((n + means, 1)), np.empty((n + means, 1)), np.empty((n + means, 1), dtype=np.bool_)
    specific[:n, 0] = rows["specific"]
    charge_one(plan, rows, alone(block.factors, 0), rate[:n, 0], part[:n, 0])
    unknown = np.flatnonzero(np.isnan(rate[:n, 0]))
    if unknown.size and (rows["purely_specific"][unknown] & ~rows["nullable"][unknown]).any():
        return False
    lanes = Charges(rate, part, specific)
    carry(plan.ready.carried, plan.line_row, facts["zero"], lanes, np.empty(means, dtype=np.int64))
    sums.largest[0] = np.fmax.reduce(np.abs(np.concatenate((rate[:n, 0], part[:n, 0]))), initial=0.0)
    add_classes(plan.layout, Charges(rate[:, 0], part[:, 0], specific[:, 0]), lanes, facts["zero"], sums)
    return True


def _add_block(plan: Plan, rows: np.ndarray, block: Block, full: bool, sums: Sums) -> bool:
    """Add up scenarios that go together; False if a row that was not prepared for it has no rate."""
    facts, entries, factors = plan.index.facts, plan.index.entries, block.factors
    shape = (plan.ready.slots, factors.scale.shape[1])
    which, rare = rare_lanes(plan.duties, entries, rows, factors, facts["outlier"])
    fits: bool = sweep_block(
        plan.duties, entries, rows, plan.line_row, which, rare, factors, block.bounds, plan.layout, plan.ready.carried,
        (facts["outlier"], facts["zero"], full),
        memory(shape), np.zeros((LANES, -(-shape[1] // STRIP) * STRIP)), sums,
    )  # fmt: skip
    return fits


def under(plan: Plan, block: Block) -> tuple[Plan, np.ndarray, Block]:
    """Return the plan and the rows that a block of scenarios makes of a plan, and the block at that plan's quotes."""
    if block.trade or plan.index.facts["min_value"] > 0.0:
        from fastavs.evaluation.changed_trade import changed_plan, quoted_factors  # most sweeps change no trade

        plan = changed_plan(plan, block.trade)
        if plan.quoted is not None:
            factors, bounds = quoted_factors(block.factors, block.bounds, *plan.quoted)
            block = replace(block, factors=factors, bounds=bounds)
    return plan, plan.rows if block.alone is None else with_new_duties(plan, block.alone, block.factors), block


def with_new_duties(plan: Plan, scenario: Scenario, factors: Factors) -> np.ndarray:
    """Return the rows with the duties that one scenario sets, and with what its other changes make nought of.

    Raises
    ------
    InputError
        A line's new duty goes by quantities that were not indexed.
    """
    index, rows = plan.index, plan.rows
    duty, group = rows["duty"].copy(), rows["group"].copy()
    for change in scenario.changes:
        if isinstance(change, SetDuty):
            touched = np.flatnonzero(touched_lines(index, change.where))
            duty[plan.line_row[touched]], group[plan.line_row[touched]] = _new_duty(plan, scenario, change, touched)
    specific, purely_specific = _alive(plan, duty, rows["cell"], factors)
    return changed(rows, duty=duty, group=group, specific=specific, purely_specific=purely_specific)


def _new_duty(plan: Plan, scenario: Scenario, change: SetDuty, touched: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the place of a new duty, and the group of observations that each touched line has for it."""
    index = plan.index
    _check_rates(index, scenario, change, touched)
    group = index.lines.group[touched].copy()
    if not change.new.kinds:  # what is charged on the value alone needs no observation
        return plan.ready.texts.index(change.duty), group
    kinds = [tuple(some) for some in index.facts["kinds"]]
    if change.new.kinds not in kinds:
        raise unprepared(scenario, change)
    some = kinds.index(change.new.kinds)
    kinds_of = np.array([kinds.index(duty.kinds) for duty in index.parsed], dtype=np.int64)
    other = np.flatnonzero(kinds_of[index.lines.duty[touched]] != some)
    if other.size:
        known = index.others.line * len(kinds) + index.others.kinds
        wanted = touched[other] * len(kinds) + some
        at = np.searchsorted(known, wanted)
        if known.size == 0 or (known[np.minimum(at, known.size - 1)] != wanted).any():
            raise unprepared(scenario, change)
        group[other] = index.others.group[at]
    return plan.ready.texts.index(change.duty), group


def _check_rates(index: SortedIndex, scenario: Scenario, change: SetDuty, touched: np.ndarray) -> None:
    """Make sure that a new duty's currencies have rates wherever the touched lines have trade."""
    for place, side in enumerate(index.sides):
        if not ((touched >= side.first) & (touched < side.last)).any():
            continue
        _, periods, _ = index.facts["bases"][index.facts["basis_of"][place]]
        context = index.facts["context_of"][place]
        for currency in change.new.currencies:
            rates = index.fx[context, index.facts["currencies"].index(currency), periods]
            lacking = [index.facts["contexts"][context][periods[i]] for i in np.flatnonzero(np.isnan(rates))]
            if lacking:
                raise InputError(
                    f'no exchange rate for {currency} in {lacking[0]}, which the scenario "{scenario.name}" needs',
                    value=change.duty, cure="add it to the fx table, or set the duty in another currency",
                )  # fmt: skip


def unprepared(scenario: Scenario, change: SetDuty) -> InputError:
    return InputError(
        f'the index was not prepared for the scenario "{scenario.name}"', value=change.duty,
        cure="build it with the scenarios that set duties: fastavs.build_index(study, scenarios)",
    )  # fmt: skip


def _alive(plan: Plan, duty: np.ndarray, cell: np.ndarray, factors: Factors) -> tuple[np.ndarray, np.ndarray]:
    """Whether some amount of each row's duty is not 0 under a scenario, and no percentage is in it; bool[n]."""
    table = plan.duties
    has_percent = np.zeros(table.duty.size, dtype=bool)
    owner = np.repeat(np.arange(table.duty.size), table.duty["op_stop"] - table.duty["op"])
    has_percent[owner[table.op == CONST]] = True
    cells = factors.scale.shape[0]
    pairs, place = np.unique(duty.astype(np.int64) * cells + cell, return_inverse=True)
    alive = np.zeros(pairs.size, dtype=bool)
    for i, pair in enumerate(pairs):
        one, where = divmod(int(pair), cells)
        terms = table.amount[table.duty[one]["term"] : table.duty[one]["term_stop"]]
        of = where * factors.currencies + terms["currency"]
        shift, floor = factors.shift_b[of, 0] * terms["per_unit"], factors.floor_b[of, 0]
        amounts = terms["b"] * factors.scale_b[of, 0] + shift
        alive[i] = ((amounts > TIE * np.abs(shift)) | (floor > 0.0)).any()
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
