"""Scenarios: all percentages, all amounts and the euro times some factor; for fastavs, and as numbers for rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import fastavs as fa

CURRENCY = "EUR"  # that all amounts of the replica are in


@dataclass(frozen=True, slots=True)
class Shock:
    """Factors of one scenario."""

    name: str
    ad_valorem: float
    specific: float
    euro: float

    def scenario(self) -> fa.Scenario:
        """Return it as fastavs takes it."""
        changes = (fa.ScaleDuty(self.ad_valorem, self.specific), fa.FxShock(CURRENCY, self.euro))
        return fa.Scenario(self.name, *changes)


ONE = Shock("one", 1.1, 0.9, 1.05)  # factors that are no powers of two, so that nobody is spared an operation


def draw(count: int, seed: int = 7) -> list[Shock]:
    """Draw scenarios: percentages and amounts times U(0.5, 1.5), the euro with a standard deviation of 10 %."""
    rng = np.random.default_rng(seed)
    factors = rng.uniform(0.5, 1.5, (count, 2)).tolist()
    euro = np.exp(rng.normal(0.0, 0.1, count)).tolist()
    return [Shock(f"s{i}", a, b, fx) for i, ((a, b), fx) in enumerate(zip(factors, euro, strict=True))]
