"""Scenarios with changed trade: those that tell the same observations apart are worked out together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.cell_weights import kept_apart
from fastavs.evaluation.changed_trade import FIXED_WEIGHTS, cells_of, goes_slowly
from fastavs.evaluation.draws import DRAWS
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.partners import Selection, selection_of, trade_of
from fastavs.evaluation.plan import Plan
from fastavs.evaluation.trade_block import TradeBlock
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import TradeChange

BATCH = 1024  # scenarios turned into numbers at a time
BLOCK = 128  # ... and worked out together
LEAST = 16  # ... unless fewer are left
NUMBERS = 4_000_000  # exchange rates that a block holds at most


def trade_blocks(
    plan: Plan, scenarios: Sequence[Scenario], threads: int, is_single: Callable[[Scenario], bool]
) -> Iterator[TradeBlock]:
    """Split scenarios into blocks of those that tell the same observations apart.

    Parameters
    ----------
    plan : Plan
    scenarios : sequence of Scenario
    threads : int
        How many blocks are worked out at a time.
    is_single : callable
        Whether a scenario runs by itself.
    """
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
        if goes_slowly(plan.index.facts, selection) or plan.index.facts.get(FIXED_WEIGHTS, False):
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
                yield TradeBlock(
                    np.array(here), *found, selection, np.empty((0, 0)), (), True, only, self.trades[here[0]]
                )

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
