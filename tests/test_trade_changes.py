"""Changes of the trade: what each means, by studies whose trade tables are rewritten; and both ways of getting there."""

from __future__ import annotations

import math
import random
from typing import Any

import make_study
import pytest
from test_sorted import KNOBS
from test_twin import study_of

import fastavs as fa
from fastavs.sweeping.changed import changed_rates

Made = dict[str, Any]
REGIONS = {"DEU": "Europe", "FRA": "Europe", "TUR": "Asia", "CHN": "Asia", "USA": "America", "GEO": "Asia"}
TINY = 1e-40  # of a value: what has no weight, and whose code still counts


def make(seed: int, **knobs: Any) -> Made:
    """A made-up study whose partners stand in a table with regions; BRA has none."""
    made = make_study.make(seed, partner_table=True, **knobs)
    regions = [{"partner": partner, "treatment": "mfn", "region": region} for partner, region in REGIONS.items()]
    made = made | {"partners": made["partners"] + regions, "digits": knobs.get("digits", 10)}
    return made | {"traders": study_of(made).trade.partners}


def named(made: Made, change: Any) -> set[str]:
    """Partners that a change names."""
    return {*change.partners, *(one for one in made["traders"] if REGIONS.get(one) in change.regions)}


def periods_of(made: Made) -> list[str]:
    return sorted({row["period"] for row in made["trade"]})


def rewritten(made: Made, *changes: Any) -> Made:
    """The study with its trade table and its table of partners written as the changes say."""
    found = made
    for change in sorted(changes, key=lambda one: isinstance(one, fa.Resample)):  # names change in resampling
        if isinstance(change, fa.PriceShock):
            found = with_prices(found, change)
        elif isinstance(change, fa.Resample):
            found = resampled(found, times_drawn(made, change.seed))
        else:
            chosen = named(made, change)
            gone = chosen if isinstance(change, fa.ExcludePartners) else set(made["traders"]) - chosen
            spans = [(None, None)] if change.periods is None else [(period, period) for period in change.periods]
            rows = [
                {"partner": partner, "treatment": "excluded", "first_period": first, "last_period": last}
                for partner in sorted(gone)
                for first, last in spans
            ]
            found = found | {"partners": found["partners"] + rows}
    return found


def with_prices(made: Made, change: fa.PriceShock) -> Made:
    some = named(made, change)

    def touched(row: dict[str, Any]) -> bool:
        whom = row["partner"] in some or not (change.partners or change.regions)
        when = change.periods is None or row["period"] in change.periods
        code = (row["line"] or "")[: made["digits"]]
        return whom and when and (not change.prefixes or code.startswith(change.prefixes))

    trade = [
        row | {"value": row["value"] * change.factor} if row["value"] is not None and touched(row) else row
        for row in made["trade"]
    ]
    return made | {"trade": trade}


def times_drawn(made: Made, seed: int) -> dict[str, int]:
    """How often each partner is drawn; BLR and KAZ are excluded throughout."""
    among = [one for one in made["traders"] if one not in ("BLR", "KAZ")]
    rng = random.Random(seed)
    drawn = [among[int(rng.random() * len(among))] for _ in among]
    return {one: drawn.count(one) for one in among}


def resampled(made: Made, times: dict[str, int]) -> Made:
    """Partners under several names, and those not drawn excluded and of no value."""

    def copies(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            row | {"partner": row["partner"] + (str(copy) if copy else "")}
            for row in rows
            for copy in range(max(times.get(row["partner"], 1), 1))
        ]

    def value(row: dict[str, Any]) -> float | None:
        return row["value"] if times.get(row["partner"], 1) or row["value"] is None else row["value"] * TINY

    gone = [{"partner": one, "treatment": "excluded"} for one, many in times.items() if many == 0]
    valuation = copies([{"partner": one, "factor": factor} for one, factor in made["valuation"].items()])
    return made | {
        "trade": copies([row | {"value": value(row)} for row in made["trade"]]),
        "drop": copies(made["drop"]),
        "partners": copies(made["partners"]) + gone,
        "valuation": {row["partner"]: row["factor"] for row in valuation},
    }


def trade_changes(made: Made) -> dict[str, list[Any]]:
    """Changes of every sort that fit a made-up study."""
    periods = periods_of(made)
    line = max(row["line"] for row in made["applied"] if row["line"][:4] != make_study.TIES)
    return {
        "prices": [fa.PriceShock(1.3)],
        "prices of some": [
            fa.PriceShock(0.7, partners=("DEU", "BRA"), regions="Asia"),  # type: ignore[arg-type]
            fa.PriceShock(1.9, partners="USA", periods=tuple(periods[-2:])),  # type: ignore[arg-type]
        ],
        "prices by code": [
            fa.PriceShock(1.7, prefixes=(line[:4], line), partners=("DEU", "CHN", "USA")),
            fa.PriceShock(0.6, prefixes=(line[:6],)),
            fa.PriceShock(1.2, regions=("Europe",)),
        ],
        "exclusion": [fa.ExcludePartners(regions=("Asia",)), fa.ExcludePartners("usa")],  # type: ignore[arg-type]
        "exclusion in periods": [fa.ExcludePartners(("DEU", "FRA", "CHN"), periods=tuple(periods[1:3]))],
        "nearly all": [fa.ExcludePartners(("DEU", "CHN", "TUR", "FRA", "USA"))],
        "everyone": [fa.ExcludePartners(tuple(made["traders"]))],
        "one region": [fa.OnlyPartners(regions=("Europe",))],
        "one region in periods": [fa.OnlyPartners("BRA", "Asia", tuple(periods[-2:]))],  # type: ignore[arg-type]
        "drawn": [fa.Resample(5)],
        "drawn again": [fa.Resample(8)],
        "all at once": [
            fa.Resample(3), fa.PriceShock(1.3, regions=("Asia",)), fa.ExcludePartners("FRA"),  # type: ignore[arg-type]
            fa.PriceShock(0.8, prefixes=(line[:4],)), fa.OnlyPartners(("USA",), ("Europe", "Asia"), (periods[-1],)),
        ],
    }  # fmt: skip


def assert_same_summary(ours: list[dict[str, Any]], theirs: list[dict[str, Any]], rel: float = 1e-14) -> None:
    for left, right in zip(ours, theirs, strict=True):
        for column, expected in right.items():
            where = (right["year"], column, left[column], expected)
            if isinstance(expected, float) and left[column] is not None:
                cancels = column.endswith("_sd") or column in ("adjust", "weighted_mean")
                assert math.isclose(left[column], expected, rel_tol=rel, abs_tol=rel if cancels else 0.0), where
            else:
                assert left[column] == expected, where


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("knobs", [*KNOBS, {"method": "pooled"}], ids=str)
def test_a_change_of_the_trade_is_the_trade_rewritten(seed: int, knobs: dict[str, Any]) -> None:
    made = make(8300 + seed, **({"method": "partner"} | knobs))
    study = study_of(made)
    for name, changes in trade_changes(made).items():
        again = study_of(rewritten(made, *changes)).rates()
        found = changed_rates(study, fa.Scenario(name, *changes))
        assert_same_summary(found.summary().to_pylist(), again.summary().to_pylist())
        weights = zip(found.table["imports"].to_pylist(), again.table["imports"].to_pylist(), strict=True)
        assert all(math.isclose(*pair, rel_tol=1e-14, abs_tol=1e-20) for pair in weights)
        columns = ["match_level", "observations", "outliers", "matched"]
        assert found.table.select(columns).equals(again.table.select(columns)), name


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_an_index_gives_what_line_by_line_gives(seed: int, knobs: dict[str, Any]) -> None:
    made = make(8400 + seed, **({"method": "partner", "min_value": 0.0} | knobs))
    study = study_of(made)
    scenarios = [fa.Scenario(name, *changes) for name, changes in trade_changes(made).items()]
    found = fa.sweep(fa.build_index(study), scenarios).summary().to_pylist()
    years = len(study.plan.years)
    for place, scenario in enumerate(scenarios):
        ours = found[place * years : place * years + years]
        assert {one.pop("scenario") for one in ours} == {scenario.name}
        assert_same_summary(ours, changed_rates(study, scenario).summary().to_pylist())
