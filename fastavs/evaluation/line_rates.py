"""The rate of every line of every year under scenarios, and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fastavs.evaluation.blocks import Block, blocks_of, is_single
from fastavs.evaluation.cell_weights import weights_of
from fastavs.evaluation.changed_trade import cells_of
from fastavs.evaluation.draw_blocks import charges_of_draws
from fastavs.evaluation.lines import governed, governing_of_each
from fastavs.evaluation.partners import selection_of, settle
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.trade_block import TradeBlock
from fastavs.evaluation.trade_families import trade_blocks
from fastavs.evaluation.workplace import Workplace
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import PriceShock, Resample

TOGETHER = 16  # scenarios whose lines are worked out together


def rates_of_lines(
    index: SortedIndex, scenarios: Sequence[Scenario], workplace: Workplace | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """Give the place of each scenario and the governing rates of the lines of all years, float64[h]; NaN = null.

    Parameters
    ----------
    index : SortedIndex
        With the recorded trade, where scenarios change it.
    scenarios : sequence of Scenario
        In changes that evaluation knows.
    workplace : Workplace, optional
        By default this thread.
    """
    if not scenarios:
        return
    plan = make_plan(index, scenarios)
    for block, found in (workplace or Workplace(None, 1)).run(plan, run_rates, blocks_of(plan, scenarios, TOGETHER)):
        yield from zip(block.places.tolist(), found, strict=True)
    plan.under.clear()


def rates_of_draws(
    index: SortedIndex, seeds: Sequence[int], workplace: Workplace | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give places of draws of partners, int64[s], and the rates of the lines of all years in them, float64[s, h].

    Parameters
    ----------
    index : SortedIndex
        With the recorded trade.
    seeds : sequence of int
    workplace : Workplace, optional
        By default this thread.
    """
    plan = make_plan(index, careful=True)
    scenarios = [Scenario(f"draw {seed}", Resample(seed)) for seed in seeds]
    place = workplace or Workplace(None, 1)
    for block, found in place.run(plan, run_rates_of_draws, trade_blocks(plan, scenarios, place.threads, is_single)):
        yield block.places, found
    plan.under.clear()


def run_rates_of_draws(plan: Plan, block: TradeBlock) -> np.ndarray:
    """Work out a block of draws; float64[s, h]."""
    if block.by_itself:
        return run_rates(plan, Block(block.places, block.factors, block.bounds, block.alone, block.trade))
    charges, _, _, _ = charges_of_draws(plan, block)
    n, draws = plan.rows.size, len(block.seeds)
    found = governed(plan, charges.rate[:n, :draws], charges.part[:n, :draws], plan.rows["specific"])
    return np.stack([one.rate.copy() for one in found])


def run_rates(plan: Plan, block: Block) -> np.ndarray:
    """Work out a block of scenarios; float64[s, h]."""
    return np.stack([governing.rate.copy() for _, governing in governing_of_each(plan, block)])


def imports_from(index: SortedIndex, partner: int, changes: Sequence[object] = ()) -> np.ndarray:
    """Return the imports from one partner by line of all years, float64[h], as the weights count them.

    That is the line's own trade of its own year, or of the base periods in which the partner takes part in rates.
    Values are at the prices of `changes`, as in `imports_at`.
    """
    weigh = np.zeros(index.taking_part.shape, dtype=np.int32)
    weigh[:, partner] = 1
    return _valued(index, readonly(weigh * index.taking_part, np.int32), readonly(weigh, np.int32), changes)


def imports_at(index: SortedIndex, changes: Sequence[object]) -> np.ndarray:
    """Return the imports of the lines of all years at changed prices, float64[h]: quantities and partners stay.

    Parameters
    ----------
    index : SortedIndex
        With the recorded trade.
    changes : sequence of changes
        Only changes of prices count.
    """
    terms = settle(index.facts, ())
    return _valued(index, terms.times, terms.weigh, changes)


def _valued(index: SortedIndex, times: np.ndarray, weigh: np.ndarray, changes: Sequence[object]) -> np.ndarray:
    selection, of_prices = selection_of([one for one in changes if isinstance(one, PriceShock)])
    prices = cells_of(index, selection.prices)
    found = weights_of(index, prices, times, weigh, prices.factors(np.array([of_prices]))[0])
    of_line = np.where(found.matched, found.imports, 0.0)
    return np.asarray(of_line[index.lines_of_years.every.named])
