"""Blocks of scenarios: how scenarios are put together, and what one block comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fastavs.evaluation.adding import add_charges, as_lane, figures_of_large, memory
from fastavs.evaluation.averages import empty_sums, exact_up_to, summary_of
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.new_duties import with_new_duties
from fastavs.evaluation.one_by_one import charge_one
from fastavs.evaluation.partners import trade_of
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.reforms import Families, run_reforms
from fastavs.evaluation.rows import alone, rare_lanes
from fastavs.evaluation.trade_block import TradeBlock
from fastavs.evaluation.workplace import Workplace, frozen
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.carry import carry
from fastavs.kernels.names import FIGURES, STRIP
from fastavs.kernels.row_lanes import LANES
from fastavs.kernels.shapes import Bounds, Charges, Factors, Sums
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
    index: SortedIndex,
    scenarios: Sequence[Scenario],
    full: bool,
    place: Workplace,
    progress: Progress,
    *,
    once: bool = False,
) -> tuple[np.ndarray, Plan | None]:
    """Work out the summary of every scenario.

    Nothing is made ready for later calls where the index is asked `once`.

    Returns
    -------
    figures : float64[scenarios, years, 17]
        Columns of the summary from `specific_lines` on; NaN = null, or not asked for.
    plan : Plan or None
        What they were all worked out from, if that was one.
    """
    found = None
    figures = np.full((len(scenarios), len(index.facts["years"]), FIGURES), np.nan)
    small, done = index.facts["min_value"] > 0.0, 0
    families = Families(index, [] if small or once else scenarios, BLOCK, LEAST, place.threads)
    if families:
        plan = index.as_it_stands.get("plan", lambda: make_plan(index))
        for task, result in place.run(plan, run_reforms, families, full):
            figures[task.places] = result
            done += task.places.size
            progress("scenarios", done, len(figures))
        if done == len(scenarios):
            return figures, None
    left = np.arange(len(scenarios)) if small or once else families.left()
    changed = np.array([small or bool(trade_of(scenarios[one])) for one in left.tolist()], dtype=bool)
    places = left[~changed]
    some = [scenarios[int(one)] for one in places]
    for careful in (False, True) if some else ():
        plan = make_plan(index, some, careful)
        if _work_out(plan, some, places, full, place, figures, progress, done):
            found = plan if len(some) == len(scenarios) else None
            break
    done += len(some)
    if changed.any():
        from fastavs.evaluation.trade_families import trade_blocks  # most sweeps change no trade

        places = left[changed]
        some = [scenarios[int(one)] for one in places]
        plan = make_plan(index, some, careful=True)
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
    done: int,
) -> bool:
    """Work out scenarios that belong at some places, when some are done; whether the plan was careful enough."""
    size = max(min(BLOCK, -(-len(scenarios) // place.threads)), LEAST)  # few scenarios keep all threads busy
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
    zero, layout = plan.index.facts["zero"], plan.layout
    if block.factors.scale.shape[1] == 1:
        charges = _charge_one(plan, rows, block, 0)
        sums = None if charges is None else add_charges(layout, charges, zero, full)
    else:
        sums = _add_block(plan, rows, block, full)
    if sums is None:
        return None
    figures = summary_of(layout, sums, full)
    for s in np.flatnonzero(sums.largest > exact_up_to(layout)).tolist():
        charges = _charge_one(plan, rows, block, s)
        assert charges is not None
        figures[s] = figures_of_large(layout, charges, zero, full)
    return figures


def run_traded(plan: Plan, block: TradeBlock, full: bool) -> np.ndarray | None:
    """Work out a block of scenarios with changed trade, as `run_block` does."""
    from fastavs.evaluation.draw_blocks import run_drawn  # most sweeps change no trade
    from fastavs.evaluation.traded import run_chosen

    if block.by_itself:
        return run_block(plan, Block(block.places, block.factors, block.bounds, block.alone, block.trade), full)
    return (run_drawn if block.seeds else run_chosen)(plan, block, full)


def _charge_one(plan: Plan, rows: np.ndarray, block: Block, s: int) -> Charges | None:
    """Charge rows under a scenario of a block; None if a row that was not prepared for it has no rate."""
    n, means = rows.size, plan.ready.carried.low.shape[1]
    charges = Charges(np.empty(n + means), np.empty(n + means), np.empty(n + means, dtype=np.bool_))
    charges.specific[:n] = rows["specific"]
    charge_one(plan, rows, alone(block.factors, s), charges.rate[:n], charges.part[:n])
    unknown = np.flatnonzero(np.isnan(charges.rate[:n]))
    if unknown.size and (rows["purely_specific"][unknown] & ~rows["nullable"][unknown]).any():
        return None
    level_of = np.empty(means, dtype=np.int64)
    carry(plan.ready.carried, plan.line_row, plan.index.facts["zero"], as_lane(charges), level_of)
    return charges


def _add_block(plan: Plan, rows: np.ndarray, block: Block, full: bool) -> Sums | None:
    """Add up scenarios that go together; None if a row that was not prepared for it has no rate."""
    facts, entries, factors = plan.index.facts, plan.index.entries, block.factors
    shape = (plan.ready.slots, factors.scale.shape[1])
    which, rare = rare_lanes(plan.duties, entries, rows, factors, facts["outlier"])
    sums = empty_sums(plan.layout, shape[1])
    fits = sweep_block(
        plan.duties, entries, rows, plan.line_row, which, rare, factors, block.bounds, plan.layout, plan.ready.carried,
        (facts["outlier"], facts["zero"], full),
        memory(shape), np.zeros((LANES, -(-shape[1] // STRIP) * STRIP)), sums,
    )  # fmt: skip
    return sums if fits else None


def under(plan: Plan, block: Block) -> tuple[Plan, np.ndarray, Block]:
    """Return the plan and the rows that a block of scenarios makes of a plan, and the block at that plan's quotes."""
    if block.trade or plan.index.facts["min_value"] > 0.0:
        from fastavs.evaluation.changed_trade import changed_plan, quoted_factors  # most sweeps change no trade

        plan = changed_plan(plan, block.trade)
        if plan.quoted is not None:
            factors, bounds = quoted_factors(block.factors, block.bounds, *plan.quoted)
            block = replace(block, factors=factors, bounds=bounds)
    return plan, plan.rows if block.alone is None else with_new_duties(plan, block.alone, block.factors), block


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
