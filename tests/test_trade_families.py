"""Random changes of trade, duties and exchange rates together: right, and the same alone and in company."""

from __future__ import annotations

import math
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
from small import near, row
from small import study as small_study
from test_trade_changes import REGIONS, Made, figures_agree, make, periods_of
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation.changed_trade import cells_of
from fastavs.evaluation.partners import selection_of, trade_of
from fastavs.scenario.file import read_scenarios


def some_prices(made: Made, rng: random.Random) -> fa.PriceShock:
    """A random change of prices."""
    line = rng.choice(made["trade"])["line"] or made["applied"][0]["line"]
    groups = sorted({one["group"] for one in made["groups"]["industry"]})
    how: dict[str, Any] = {}
    if rng.random() < 0.4:
        how["partners"] = tuple(rng.sample(made["traders"], rng.randint(1, 2)))
    if rng.random() < 0.2:
        how["regions"] = (rng.choice(sorted(set(REGIONS.values()))),)
    if rng.random() < 0.5:
        how["prefixes"] = (line[: rng.choice((2, 4, 6))],)
    elif groups and rng.random() < 0.3:
        how["group"] = ("industry", rng.choice(groups))
    elif rng.random() < 0.2:
        how["group"] = ("chapter", line[:2])
    if rng.random() < 0.3:
        how["periods"] = tuple(rng.sample(periods_of(made), 2))
    return fa.PriceShock(round(rng.uniform(0.4, 2.5), 3), **how)


def some_scenario(made: Made, rng: random.Random, name: str) -> fa.Scenario:
    """Random changes in a random order."""
    changes: list[Any] = [some_prices(made, rng) for _ in range(rng.choice((0, 1, 1, 2, 4)))]
    if rng.random() < 0.4:
        changes.append(fa.ExcludePartners(tuple(rng.sample(made["traders"], rng.randint(1, 3)))))
    if rng.random() < 0.15:
        changes.append(fa.OnlyPartners(regions=("Europe", "Asia"), periods=tuple(periods_of(made)[-2:])))
    if rng.random() < 0.3:
        changes.append(fa.Resample(rng.randrange(4)))
    if rng.random() < 0.5:
        prefixes = (made["applied"][0]["line"][:2],) if rng.random() < 0.5 else ()
        changes.append(fa.ScaleDuty(rng.uniform(0.5, 1.5), rng.uniform(0.5, 1.5), prefixes=prefixes))
    if rng.random() < 0.3:
        changes.append(fa.FxShock("EUR", rng.uniform(0.7, 1.4)))
    if rng.random() < 0.15:
        changes.append(fa.ShiftDuty(0.02, -0.05))
    if rng.random() < 0.15:
        changes.append(fa.SetDuty((made["applied"][0]["line"][:4],), "7%"))
    rng.shuffle(changes)
    return fa.Scenario(name, *(changes or [fa.PriceShock(1.5)]))


def scenarios_of(made: Made, seed: int, n: int) -> list[fa.Scenario]:
    rng = random.Random(seed)
    drawn = [some_scenario(made, rng, f"{seed}, {place}") for place in range(n)]
    again = [  # the same selections with other prices, and other draws
        fa.Scenario(
            f"{one.name} again",
            *(
                fa.PriceShock(1.3, one.partners, one.regions, one.prefixes, one.periods, one.group)
                if isinstance(one, fa.PriceShock)
                else fa.Resample(9)
                if isinstance(one, fa.Resample)
                else one
                for one in one.changes
            ),
        )
        for one in drawn[::3]
    ]
    return drawn + again


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"match_on": "imports"},
        {"odd_duties": True},
        {"method": "pooled"},
        {"base_partners": "all"},
        {"min_value": 40.0},
    ],
    ids=str,
)
def test_random_changes_are_the_trade_rewritten(seed: int, knobs: dict[str, Any]) -> None:
    made = make(9100 + seed, **({"method": "partner", "min_value": 0.0} | knobs))
    study = study_of(made)
    scenarios = scenarios_of(made, seed, 15)
    figures_agree(study, fa.build_index(study, scenarios), scenarios)


@pytest.mark.parametrize("knobs", [{}, {"match_on": "imports", "odd_duties": True}], ids=str)
def test_no_figure_depends_on_company(knobs: dict[str, Any], tmp_path: Path) -> None:
    made = make(9200, **({"method": "partner", "min_value": 0.0} | knobs))
    study = study_of(made)
    scenarios = scenarios_of(made, 3, 40)
    scenarios += [fa.Scenario(f"draw {i}", fa.Resample(i), fa.FxShock("EUR", 1.1)) for i in range(21)]
    index = fa.build_index(study, scenarios)
    together = fa.sweep(index, scenarios, threads=2).figures
    backwards = fa.sweep(index, scenarios[::-1], threads=1).figures[::-1]
    assert together.tobytes() == np.ascontiguousarray(backwards).tobytes()
    for place, scenario in enumerate(scenarios):
        assert fa.sweep(index, scenario).figures.tobytes() == together[place : place + 1].tobytes(), scenario
    whole = tmp_path / "lines.parquet"
    with ThreadPoolExecutor(2) as pool:
        found = fa.sweep(index, scenarios, by=["chapter"], whole_lines=whole, executor=pool)
    assert found.figures.tobytes() == together.tobytes()
    lines = pyarrow.parquet.read_table(whole).to_pylist()
    rates: dict[tuple[str, int], list[float]] = {}
    for one in lines:
        if one["rate"] is not None:
            rates.setdefault((one["scenario"], one["year"]), []).append(one["rate"])
    for one in found.summary().to_pylist():
        own = rates.get((one["scenario"], one["year"]), [])
        assert one["simple_mean"] is None if not own else one["simple_mean"] == near(math.fsum(own) / len(own)), one


def test_many_prices_in_one_scenario_take_little() -> None:
    made = make(9300, method="partner", min_value=0.0)
    study = study_of(made)
    codes = sorted({one["line"] for one in made["applied"]})
    prefixes = sorted({code[:n] for code in codes for n in (2, 4, 6, 8, 10)})
    prices = [fa.PriceShock(1.0 + place / 100, prefixes=(one,)) for place, one in enumerate(prefixes)]
    prices += [fa.PriceShock(1.5 + place, partners=(one,)) for place, one in enumerate(made["traders"][:6])]
    index = fa.build_index(study)
    scenario = fa.Scenario("many", *prices)
    cells = cells_of(index, selection_of(trade_of(scenario))[0].prices)
    assert cells.touch_start.size - 1 <= index.records.code_key.size * 7
    figures_agree(study, index, [scenario, fa.Scenario("fewer", *prices[::3], fa.ExcludePartners("DEU"))])


def test_a_price_by_group_by_hand() -> None:
    wine, cloth = "2204100000", "5208110000"
    trade = [row("2009", wine, "DEU", 100.0, 50.0), row("2009", cloth, "DEU", 100.0, 200.0)]
    study = small_study(
        trade, {2009: {wine: "0.4 USD/kg", cloth: "0.1 USD/kg"}},
        groups={"industry": {"prefix": ["22", "52"], "group": ["drinks", "textiles"]}},
    )  # fmt: skip
    dear = fa.Scenario("dear", fa.PriceShock(2.0, group=("industry", "drinks")))
    (found,) = fa.sweep(study, dear).summary().to_pylist()
    assert found["simple_mean"] == near((0.4 * 50.0 / 200.0 + 0.1 * 200.0 / 100.0) / 2)
    assert found["weighted_mean"] == near((200.0 * 0.1 + 100.0 * 0.2) / 300.0)
    for group, message in (
        (("industri", "drinks"), 'Did you mean "industry"'),
        (("industry", "drink"), 'no such group.*Did you mean "drinks"'),
    ):
        with pytest.raises(fa.InputError, match=message) as caught:
            fa.sweep(study, fa.Scenario("dear", fa.PriceShock(2.0, group=group)))
        assert "dear" in str(caught.value)
    with pytest.raises(fa.InputError, match="a grouping and a group"):
        fa.PriceShock(2.0, group="industry")  # type: ignore[arg-type]


def test_a_price_by_group_is_read_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.toml"
    file.write_text('[[scenario]]\nname = "dear"\nprice = [{ factor = 1.1, group = ["industry", "13"] }]\n')
    (found,) = read_scenarios(file)
    assert found == fa.Scenario("dear", fa.PriceShock(1.1, group=("industry", "13")))
    assert "group=('industry', '13')" in repr(found)
    assert "group of industry 13" in found._repr_html_()
