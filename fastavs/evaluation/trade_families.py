"""Scenarios with changed trade: those that tell the same observations apart are worked out together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fastavs.evaluation.blocks import BATCH, BLOCK, LEAST, Block, is_single, run_block
from fastavs.evaluation.cell_weights import kept_apart
from fastavs.evaluation.changed_trade import cells_of, goes_slowly
from fastavs.evaluation.draws import DRAWS
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.partners import Selection, selection_of, trade_of
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.traded import run_chosen, run_drawn
from fastavs.evaluation.workplace import Workplace, frozen
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.shapes import Bounds, Factors
from fastavs.progress import Progress
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import TradeChange

NUMBERS = 4_000_000  # exchange rates that a block holds at most


@dataclass(frozen=True, slots=True)
class TradeBlock:
    """Scenarios with changed trade worked out together. s scenarios, n changes of prices.

    Attributes
    ----------
    places : int64[s]
        Where they stand among those with changed trade.
    factors : Factors
        Exchange rates by period; of draws, of the one scenario that they are draws of.
    bounds : Bounds
    selection : Selection
        What all of them tell apart; of draws, without a draw.
    prices : float64[s, n]
        What each multiplies the selection's prices by.
    seeds : tuple of int
        Of draws.
    by_itself : Block or None
        A block that goes through the whole index under its changes.
    """

    places: np.ndarray
    factors: Factors
    bounds: Bounds
    selection: Selection
    prices: np.ndarray
    seeds: tuple[int, ...] = ()
    by_itself: Block | None = None

    def settled(self) -> TradeBlock:
        """Return a block that came through a pipe as the kernels take it."""
        return replace(
            self, factors=frozen(self.factors), bounds=frozen(self.bounds),
            by_itself=self.by_itself and self.by_itself.settled(),
        )  # fmt: skip


def work_out(
    index: SortedIndex,
    scenarios: Sequence[Scenario],
    places: np.ndarray,
    full: bool,
    place: Workplace,
    figures: np.ndarray,
    progress: Progress,
) -> Plan | None:
    """Work out the scenarios at some places, and fill in their figures; returns the plan if those are all."""
    some = [scenarios[int(one)] for one in places]
    plan = make_plan(index, some, careful=True)
    done = len(figures) - places.size
    for block, result in place.run(plan, run_traded, blocks_of(plan, some, place.threads), full):
        figures[places[block.places]] = result
        done += block.places.size
        progress("scenarios", done, len(figures))
    plan.under.clear()
    return plan if len(some) == len(scenarios) else None


def run_traded(plan: Plan, block: TradeBlock, full: bool) -> np.ndarray:
    """Work out a block of scenarios; float64[s, y, 17]. Unless `full`, only means of rates alone are to be used."""
    if block.by_itself is not None:
        found = run_block(plan, block.by_itself, full)
        assert found is not None, "the plan is not careful"
        return found
    return (run_drawn if block.seeds else run_chosen)(plan, block, full)


def blocks_of(plan: Plan, scenarios: Sequence[Scenario], threads: int = 1) -> Iterator[TradeBlock]:
    """Split scenarios into blocks of those that tell the same observations apart."""
    families: dict[Selection, list[int]] = {}
    trades = [trade_of(one) for one in scenarios]
    prices: list[tuple[float, ...]] = []
    for place, trade in enumerate(trades):
        selection, of_prices = selection_of(trade)
        prices.append(of_prices)
        families.setdefault(selection, []).append(place)
    family = _Families(plan, scenarios, trades, prices, threads)
    draws: dict[tuple[object, ...], list[int]] = {}
    for selection, places in families.items():
        apart = [place for place in places if is_single(scenarios[place])]
        together = [place for place in places if not is_single(scenarios[place])]
        if goes_slowly(plan.index.facts, selection):
            yield from family.by_themselves(selection, together, apart)
            continue
        yield from family.by_themselves(selection, [], apart)
        if selection.draw is None:
            yield from family.chosen(selection, together)
        for place in together if selection.draw is not None else ():
            others = tuple(
                one for one in scenarios[place].changes if one != selection.draw and one not in trades[place]
            )
            draws.setdefault((selection._replace(draw=None), prices[place], others), []).append(place)
    for places in draws.values():
        yield from family.drawn(places)


@dataclass(frozen=True, slots=True)
class _Families:
    """Scenarios, and what they change of the trade, to be put into blocks."""

    plan: Plan
    scenarios: Sequence[Scenario]
    trades: Sequence[tuple[TradeChange, ...]]
    prices: Sequence[tuple[float, ...]]
    threads: int

    def _numbers(self, places: Sequence[int]) -> ScenarioFactors:
        return ScenarioFactors(self.plan, [self.scenarios[one] for one in places])

    def _of_prices(self, places: Sequence[int]) -> np.ndarray:
        return np.array([self.prices[one] for one in places], dtype=np.float64).reshape(len(places), -1)

    def by_themselves(self, selection: Selection, together: list[int], apart: list[int]) -> Iterator[TradeBlock]:
        """Give blocks that go through the whole index: neighbours on the same trade, then single ones."""
        alike: dict[tuple[TradeChange, ...], list[int]] = {}
        for place in together:
            alike.setdefault(self.trades[place], []).append(place)
        for some, single in (*((one, False) for one in alike.values()), *(([one], True) for one in apart)):
            for first in range(0, len(some), BLOCK):
                here = some[first : first + BLOCK]
                found = self._numbers(here).of(np.arange(len(here)))
                only = self.scenarios[here[0]] if single else None
                block = Block(np.array(here), *found, only, self.trades[here[0]])
                yield TradeBlock(np.array(here), *found, selection, np.empty((0, 0)), (), block)

    def chosen(self, selection: Selection, places: list[int]) -> Iterator[TradeBlock]:
        """Give blocks of scenarios on one selection."""
        size = self._size(selection, len(places))
        for first in range(0, len(places), BATCH):
            batch = places[first : first + BATCH]
            found, prices = self._numbers(batch), self._of_prices(batch)
            order = found.order()
            order = order[np.argsort(prices.mean(axis=1)[order] if prices.size else order, kind="stable")]
            for start in range(0, order.size, size):
                some = order[start : start + size]
                yield TradeBlock(np.array(batch)[some], *found.of(some), selection, prices[some])

    def _size(self, selection: Selection, scenarios: int) -> int:
        """Return how many scenarios on a selection go together."""
        index = self.plan.index
        prices = cells_of(index, selection.prices)
        if not kept_apart(prices):
            return 1
        contexts, money, _ = index.fx.shape
        each = contexts * money * prices.period.size * (2 + len(self.plan.cells))
        most = max(min(BLOCK, NUMBERS // each), 1)
        return min(max(min(BLOCK, -(-scenarios // self.threads)), LEAST), most)

    def drawn(self, places: list[int]) -> Iterator[TradeBlock]:
        """Give blocks of draws of one scenario."""
        factors, bounds = self._numbers(places[:1]).of(np.array([0]))
        selection, _ = selection_of(self.trades[places[0]])
        for first in range(0, len(places), DRAWS):
            some = places[first : first + DRAWS]
            seeds = tuple(one.seed for place in some if (one := selection_of(self.trades[place])[0].draw) is not None)
            yield TradeBlock(
                np.array(some), factors, bounds, selection._replace(draw=None), self._of_prices(some[:1]), seeds
            )
