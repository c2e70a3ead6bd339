"""Tariff functions of scenarios in steps: what a sweep of the scenario gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fastavs as fa

TRADE = [
    ("2203000100", "DEU", 900.0, 1000.0, "l"), ("2203000100", "CZE", 600.0, 400.0, "l"),
    ("2204210100", "DEU", 500.0, 90.0, "l"), ("6403510500", "CZE", 700.0, 30.0, "pair"),
]  # fmt: skip
DUTIES = {"2203000100": "0.6 EUR/l", "2204210100": "max(12.5%, 0.3 USD/l)", "6403510500": "15%"}
SCENARIOS = [
    fa.Scenario("capped", fa.Cap("10%")),
    fa.Scenario("Swiss", fa.Swiss(0.15)),
    fa.Scenario("plain", fa.DropSpecific()),
    fa.Scenario("fewer outliers", fa.Options(outlier=0.5)),
    fa.Scenario("one out", fa.Exclude(partners=("CZE",))),
    fa.Scenario("mixed", fa.Add("0.1 EUR/l", prefixes=("22",)), fa.Fx({"EUR": 1.2}), fa.Price(0.8)),
]


def the_study() -> fa.Study:
    columns = zip(*[("2020", *row) for row in TRADE], strict=True)
    names = ("period", "line", "partner", "value", "quantity", "unit")
    return fa.Study(
        trade=dict(zip(names, map(list, columns), strict=True)),
        applied={"year": [2020] * 3, "line": list(DUTIES), "duty": list(DUTIES.values())},
        fx={"period": ["2020"], "currency": ["EUR"], "fx": [1.25]},
        options={"weights": "mfn"},  # as cells weigh, by the imports of those who take part
    )


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_function_of_steps_is_what_a_sweep_gives(scenario: fa.Scenario) -> None:
    study = the_study()
    swept = {
        row["group"]: row["weighted_mean"] for row in fa.sweep(study, scenario, by="chapter").by("chapter").to_pylist()
    }
    f = fa.tariff_function(study, sectors="chapter", regions="all", scenario=scenario)
    as_it_is = fa.tariff_function(study, sectors="chapter", regions="all")
    np.testing.assert_allclose(f()[0, :, 0], np.array([swept[one] for one in f.sectors], dtype=float), rtol=1e-14)
    assert f.facts["scenario"] == scenario.name
    assert not np.array_equal(f(), as_it_is())


def test_a_step_that_makes_the_study_anew_needs_a_study(tmp_path: Path) -> None:
    index = the_study().index(records=True)
    with pytest.raises(fa.InputError, match="fewer outliers"):
        fa.tariff_function(index, sectors="chapter", regions="all", scenario=SCENARIOS[3])
