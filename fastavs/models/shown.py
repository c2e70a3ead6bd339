"""A tariff function as it shows itself."""

from __future__ import annotations

import numpy as np

from fastavs.models.function_tables import weights_note
from fastavs.models.parts import FunctionParts
from fastavs.shown.card import Card, Grid, span, spread_over
from fastavs.shown.words import count, listed, percent, plural, points

MOST_YEARS = 6  # named one by one
CALLS = (
    "Next: f(price, fx), .value_and_jacobian(), .curve(sector, region, year), .plot.curve(), .table(), .lines, "
    ".save(path)"
)


def function_card(parts: FunctionParts, rate: np.ndarray, ad_valorem: np.ndarray, specific: np.ndarray) -> Card:
    """Return what a function shows of itself: its cells, what moves them, means by year at the base."""
    facts, (_, sectors, regions) = parts.facts, rate.shape
    known = int((~np.isnan(rate)).sum())
    told = [
        ("cells", f"{plural(sectors, 'sector')} x {plural(regions, 'region')}, {_years(parts)}"),
        ("known", f"the tariff of {count(known)} of {count(rate.size)} cells"),
        ("rates", f"{facts.get('rates', 'governing')}, of each {facts.get('aves', 'region')}"),
        ("weights", str(facts.get("weights", "imports"))),
        ("moves with", f"prices; {', '.join(parts.currencies)}" if parts.lines.num_rows else "nothing: no amounts"),
        (
            "made of",
            f"{plural(parts.curves.price.size, 'curve')} with {plural(parts.curves.kink.size, 'kink')}, "
            f"{plural(parts.mixed.weight.size, 'line')} that go line by line",
        ),
    ]
    if facts.get("scenario"):
        told.append(("scenario", str(facts["scenario"])))
    note = weights_note(parts)
    return Card(
        "TariffFunction", str(facts.get("title") or ""), str(facts.get("note") or ""), tuple(told),
        _grid(parts, rate, specific), (*([note] if note else []), *parts.notes), CALLS,
    )  # fmt: skip


def _years(parts: FunctionParts) -> str:
    years = list(parts.years)
    whole = years == list(range(years[0], years[0] + len(years)))
    return span(years) if whole or len(years) > MOST_YEARS else listed([str(year) for year in years])


def _grid(parts: FunctionParts, rate: np.ndarray, specific: np.ndarray) -> Grid | None:
    rows = []
    for place in spread_over(len(parts.years)):
        known = ~np.isnan(rate[place])
        weight = np.asarray(parts.weights)[place][known]
        total = weight.sum()
        means = [float((weight * one[place][known]).sum() / total) if total > 0.0 else None for one in (rate, specific)]
        spread = (
            [percent(float(one), 2) for one in (rate[place][known].min(), rate[place][known].max())]
            if (known.any())
            else ["", ""]
        )
        rows.append((str(parts.years[place]), points(means[0], 2), points(means[1], 2), *spread))
    if not rows:
        return None
    head = ("year", "weighted mean", "of it specific", "lowest cell", "highest cell")
    return Grid(head, tuple(rows), 1, "Percent of the value at base prices and rates; cells in .table()")
