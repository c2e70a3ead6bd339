"""What the replica's lines are like: their units, masses, typical unit values, and how many partners sell them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.replica.facts import table
from fastavs.replica.nomenclature import Lines

ENGINES = {"870321": 500.0, "870322": 1250.0, "870323": 2250.0, "870324": 3000.0}  # cm3, the paper's footnote 10


@dataclass(frozen=True, slots=True)
class Goods:
    """What lines are like. n lines.

    Attributes
    ----------
    unit : tuple of str
        The unit that a line's specific duty is charged on.
    trade_unit : tuple of str
        The unit that its trade is recorded in: pieces where the duty goes by engine volume.
    kg_per_unit : float64[n]
        Mass of one `trade_unit`.
    engine : float64[n]
        Duty units in one trade unit: cm3 for cars, else 1.
    log_unit_value : float64[n]
        Natural logarithm of the typical price in dollars of one `trade_unit`.
    spread, income_slope : float64[n]
    popularity : float64[n]
        Relative number of partners.
    """

    unit: tuple[str, ...]
    trade_unit: tuple[str, ...]
    kg_per_unit: np.ndarray
    engine: np.ndarray
    log_unit_value: np.ndarray
    spread: np.ndarray
    income_slope: np.ndarray
    popularity: np.ndarray

    @property
    def usual_price(self) -> np.ndarray:
        """Dollars for one unit that a specific duty is charged on, float64[n]."""
        return np.exp(self.log_unit_value) / self.engine


def make_goods(lines: Lines, seed: int) -> Goods:
    """Give every line its unit, unit value and popularity."""
    rng = np.random.default_rng([seed, 2])
    by_six = {row["hs6"]: row["unit"] for row in table("subheadings")}
    by_four = {six[:4]: unit for six, unit in by_six.items()}
    codes = lines.texts()
    unit = [by_six.get(code[:6], by_four.get(code[:4], "kg")) for code in codes]
    unit = ["piece" if one == "cm3" and code[:6] not in ENGINES else one for one, code in zip(unit, codes, strict=True)]
    masses = {(row["prefix"], row["unit"]): float(row["kg"]) for row in table("unit_masses")}
    recorded, mass = [], np.ones(lines.size)
    for i, (code, one) in enumerate(zip(codes, unit, strict=True)):
        wanted = "piece" if one == "cm3" else one
        found = [key for key in ((code[:6], wanted), (code[:4], wanted), (code[:2], wanted)) if key in masses]
        if not found and one == "kg":  # goods that are counted, whatever today's duty is charged on
            found = [key for key in masses if key[0] in (code[:4], code[:6])][::-1]
            unit[i] = found[0][1] if found else one
        recorded.append(found[0][1] if found else wanted)
        mass[i] = masses[found[0]] if found else 1.0
    price = np.array([float(row["usd_per_kg"]) for row in table("unit_values")])[lines.chapter]
    level = np.log(price) + sum(
        _effect(lines.code // 10**power, spread, rng) for power, spread in ((6, 0.45), (4, 0.22), (0, 0.18))
    )
    mass *= np.exp(_effect(lines.code // 10**4, 0.05, rng))
    mass[np.array(recorded) == "kg"] = 1.0
    return Goods(
        tuple(unit),
        tuple(recorded),
        mass,
        np.array([ENGINES[code[:6]] if one == "cm3" else 1.0 for code, one in zip(codes, unit, strict=True)]),
        level + np.log(mass),
        rng.uniform(0.4, 0.75, lines.size),
        rng.uniform(0.15, 0.5, lines.size),
        np.exp(rng.normal(0.0, 0.9, lines.size) + _effect(lines.chapter, 0.25, rng)),
    )


def _effect(group: np.ndarray, spread: float, rng: np.random.Generator) -> np.ndarray:
    """Return one normal draw per group, spread over its members, float64[n]."""
    known, place = np.unique(group, return_inverse=True)
    return rng.normal(0.0, spread, known.size)[place]
