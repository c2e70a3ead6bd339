"""Scenarios with changed trade that are worked out together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fastavs.evaluation.partners import Selection
from fastavs.evaluation.workplace import frozen
from fastavs.kernels.shapes import Bounds, Factors
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import TradeChange


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
    by_itself : bool
        Whether it goes through the whole index under its changes.
    alone : Scenario or None
        The only scenario, if it sets duties or makes amounts nought.
    trade : tuple of TradeChange
        What all of them change of the trade, if it goes by itself.
    """

    places: np.ndarray
    factors: Factors
    bounds: Bounds
    selection: Selection
    prices: np.ndarray
    seeds: tuple[int, ...] = ()
    by_itself: bool = False
    alone: Scenario | None = None
    trade: tuple[TradeChange, ...] = ()

    def settled(self) -> TradeBlock:
        """Return a block that came through a pipe as the kernels take it."""
        return replace(self, factors=frozen(self.factors), bounds=frozen(self.bounds))
