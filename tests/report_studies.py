"""Made-up studies for the report: twenty years with bound rates and published figures, and ever smaller ones."""

from __future__ import annotations

import math
import random
from typing import Any

import fastavs as fa

PARTNERS = {
    "DEU": 1.5, "FRA": 1.8, "ITA": 1.4, "ESP": 1.0, "USA": 1.6, "JPN": 1.7, "POL": 0.9, "TUR": 0.7, "CHN": 0.5,
    "IND": 0.45, "VNM": 0.4, "BRA": 0.6, "GEO": 0.8, "CHL": 0.75, "ARG": 0.7, "BLR": 0.6,
}  # fmt: skip
"""Partner to the unit value of its goods, relative to others'."""
CHAPTERS = [f"{n:02d}" for n in range(1, 98) if n != 77]
SPECIFIC = {
    "02": 3.0,
    "04": 2.5,
    "08": 0.9,
    "16": 4.0,
    "17": 0.6,
    "22": 2.8,
    "24": 9.0,
    "57": 6.0,
    "61": 18.0,
    "62": 22.0,
    "64": 20.0,
}
"""Chapter to the usual unit value of its goods, USD a unit."""
INDUSTRIES = {
    "Agriculture and food": range(1, 25), "Fuels, ores and chemicals": range(25, 41), "Light industry": range(41, 68),
    "Timber, pulp and paper": range(44, 50), "Metals": range(72, 84), "Machinery": range(84, 90),
}  # fmt: skip


def lines_of(chapter: str) -> list[str]:
    return [f"{chapter}0{heading}{tail}" for heading in (1, 4) for tail in ("100000", "210000", "219700")]


def duty_of(line: str, year: int, unit_value: float | None) -> str:
    base = 5.0 * (1 + int(line[2:4]) % 4) if line[4] == "1" else 5.0 + int(line[:2]) % 15
    rate = base + 1.5 * math.sin((year - 2001) / 3.0 + int(line[:2]))
    rate = max(rate - max(0, min(year, 2018) - 2011) * 0.08 * base, 0.0)
    text = f"{rate:.1f}%"
    if unit_value is None or line[4:6] == "10":
        return text
    amount = rate / 100.0 * unit_value * (0.7 if year > 2011 else 0.9)
    unit = "l" if line[:2] == "22" else "pair" if line[:2] == "64" else "kg"
    return f"{text} + {amount:.3f} EUR/{unit}" if line[:2] == "64" else f"max({text}, {amount:.3f} EUR/{unit})"


def long_study(name: str = "Long <study> & Co") -> fa.Study:
    """Applied 2001 to 2011, bound 2012 to 2020, base of three periods, published figures, half of them calibrated."""
    rng = random.Random(7)
    lines = [line for chapter in CHAPTERS for line in lines_of(chapter)]

    def schedule(years: range, above: float) -> dict[str, list[Any]]:
        rows = [(year, line) for year in years for line in lines]
        duties = [duty_of(line, year, SPECIFIC.get(line[:2])) for year, line in rows]
        if above:
            duties = [
                f"min({9 + above}%, {duty})" if line[4:6] == "21" and line[:2] == "22" else duty
                for duty, (_, line) in zip(duties, rows, strict=True)
            ]
            duties = [
                "22%" if line[5] == "1" and line[:2] in ("84", "90", "48") else duty
                for duty, (_, line) in zip(duties, rows, strict=True)
            ]
        return {"year": [year for year, _ in rows], "line": [line for _, line in rows], "duty": duties}

    published = [round(8.0 + 4.0 * math.exp(-((year - 2003) ** 2) / 40), 1) for year in range(2001, 2021)]
    return fa.Study(
        value_basis="CIF",
        trade=trade_of(rng, lines, [*map(str, range(2001, 2011)), "2011H1"]),
        applied=schedule(range(2001, 2012), 0.0),
        bound=schedule(range(2012, 2021), 1.0),
        fx={"period": [*map(str, range(2001, 2011)), "2011H1"], "currency": ["EUR"] * 11,
            "fx": [0.9, 0.95, 1.13, 1.24, 1.24, 1.26, 1.37, 1.47, 1.39, 1.33, 1.4]},
        partners={"exclude": ["BLR"]},
        groups={"industry": industries()},
        published={
            "summary": {"year": list(range(2001, 2021)), "simple_mean_pct": published,
                        "weighted_mean_pct": [one + 1 for one in published]},
            "table2": {"industry": ["1"] * 20, "year": list(range(2001, 2021)), "simple_mean_pct": published},
            "calibrated": {"table": ["summary", "summary"], "column": ["simple_mean_pct", "weighted_mean_pct"],
                           "calibrated": ["true", "false"]},
        },
        name=name,
        note="synthetic replica",
        base={"periods": ["2009", "2010", "2011H1"], "first_year": 2011, "applied_year": 2011},
    )  # fmt: skip


def industries() -> dict[str, list[str]]:
    rows = {f"{n:02d}": (str(place), name) for place, (name, some) in enumerate(INDUSTRIES.items(), 1) for n in some}
    return {
        "prefix": list(rows),
        "group": [group for group, _ in rows.values()],
        "name": [name for _, name in rows.values()],
    }


def trade_of(rng: random.Random, lines: list[str], periods: list[str]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in ("period", "line", "partner", "value", "quantity", "unit")}
    for period in periods:
        for line in lines:
            unit = "l" if line[:2] == "22" else "pair" if line[:2] == "64" else "kg"
            for partner, level in PARTNERS.items():
                if rng.random() < (0.8 if line[:2] == "22" else 0.25):
                    value = rng.lognormvariate(10, 1.4) * (6 if line[:2] > "83" else 1)
                    unit_value = SPECIFIC.get(line[:2], 5.0) * level * rng.lognormvariate(0, 0.25)
                    row = (period, line, partner, value, value / unit_value, unit)
                    for name, one in zip(columns, row, strict=True):
                        columns[name].append(one)
    return columns


def one_year(**more: Any) -> fa.Study:
    """One year, two lines, one observation each."""
    return fa.Study(
        trade={"period": ["2020"] * 2, "line": ["2203000100", "8501100000"], "partner": ["DEU"] * 2,
               "value": [900.0, 500.0], "quantity": [1000.0, 1.0], "unit": ["l", "kg"]},
        applied={"year": [2020] * 2, "line": ["2203000100", "8501100000"], "duty": ["0.018 USD/l", "5%"]},
        **({"value_basis": "CIF"} | more),
    )  # fmt: skip
