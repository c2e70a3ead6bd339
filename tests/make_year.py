"""One year of made-up trade and tariff, of a real year's shape; synthetic throughout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

LINES = 11_000
PARTNERS = 150
FX = 1.39  # USD for one EUR


@dataclass(frozen=True)
class Year:
    """Native tables.

    Attributes
    ----------
    trade, applied, fx : pyarrow.Table
    """

    trade: pa.Table
    applied: pa.Table
    fx: pa.Table


def one_year(observations: int, seed: int = 1, specific: float = 0.17) -> Year:
    """Make a year with that many observations, each its own (line, partner)."""
    rng = np.random.default_rng(seed)
    codes = np.sort(rng.choice(np.arange(10_000, 980_000), LINES, replace=False)) * 10_000
    texts = np.array([f"{code:010d}" for code in codes])
    pairs = rng.choice(LINES * PARTNERS, observations, replace=False)
    line, partner = np.sort(pairs) // PARTNERS, np.sort(pairs) % PARTNERS
    unit_value = np.exp(rng.normal(1.5, 1.2, LINES)[line] + rng.normal(0.0, 0.8, observations))
    quantity = np.round(np.exp(rng.normal(7.0, 2.0, observations)), 3) + 0.001
    value = np.round(quantity * unit_value, 2) + 0.01
    form = np.where(rng.random(LINES) < specific, rng.choice([1, 1, 1, 1, 2, 3], LINES), 0)
    percent = rng.choice([0, 5, 10, 15, 20], LINES)
    cents = np.round(np.exp(rng.normal(3.0, 1.0, LINES)), 0) + 1.0
    duties = [
        (f"{p}%", f"max({p}%, {c / 100:g} EUR/kg)", f"{p}% + {c / 100:g} EUR/kg", f"{c / 100:g} EUR/kg")[f]
        for p, c, f in zip(percent, cents, form, strict=True)
    ]
    shuffled = rng.permutation(observations)
    partners = np.array([f"P{number:03d}" for number in range(PARTNERS)])
    trade = pa.table(
        {
            "period": pa.array(["2009"] * observations).dictionary_encode(),
            "line": pa.DictionaryArray.from_arrays(pa.array(line[shuffled], pa.int32()), pa.array(texts)),
            "partner": pa.DictionaryArray.from_arrays(pa.array(partner[shuffled], pa.int32()), pa.array(partners)),
            "value": value[shuffled],
            "quantity": quantity[shuffled],
            "unit": pa.array(["kg"] * observations).dictionary_encode(),
        }
    )
    applied = pa.table({"year": np.full(LINES, 2009), "line": texts, "duty": duties})
    fx = pa.table({"period": ["2009"], "currency": ["EUR"], "fx": [FX]})
    return Year(trade, applied, fx)
