"""Steps of a scenario are taken in their order, each cut at 0 (METHOD.md section 7, "Steps")."""

from __future__ import annotations

from typing import Any

import make_study
import numpy as np
import pytest
import rewritten
from test_twin import study_of

import fastavs as fa

DOWN, UP = fa.ShiftDuty(-0.1, -0.5), fa.ShiftDuty(0.03, 0.2)
HALF, NEW = fa.ScaleDuty(0.5, 0.5), fa.SetDuty("2203000100", "max(8%, 0.3 USD/l)")


def rate_of(duty: str, *changes: fa.ScaleDuty | fa.ShiftDuty | fa.SetDuty, line: str = "2203000100") -> float:
    """The rate of a line whose observation is worth 2 USD a litre."""
    study = fa.Study(
        trade={
            "period": ["2020"] * 2, "line": ["2203000100", "2204100000"], "partner": ["DEU"] * 2,
            "value": [200.0, 200.0], "quantity": [100.0, 100.0], "unit": ["l", "l"],
        },
        applied={  # the third line is there so that litres are read
            "year": [2020] * 3, "line": ["2203000100", "2204100000", "2208900000"], "duty": [duty, duty, "1 USD/l"],
        },
    )  # fmt: skip
    found = fa.sweep(study, [fa.Scenario("x", *changes)], lines=[line])
    return float(found.chosen["rate"][0].as_py())


@pytest.mark.parametrize(
    ("duty", "steps", "expected"),
    [
        ("5%", [DOWN, UP], 0.03),  # 5 - 10 is 0, and 3 more
        ("5%", [UP, DOWN], 0.0),
        ("15%", [DOWN, UP], 0.08),
        ("5%", [DOWN, UP, HALF], 0.015),
        ("5%", [HALF, DOWN, UP, UP], 0.06),
        ("0.4 USD/l", [DOWN, UP], 0.1),  # 0.4 - 0.5 is 0, and 0.2 more, on 2 USD
        ("0.4 USD/l", [UP, DOWN], 0.05),
        ("max(5%, 0.4 USD/l)", [DOWN, UP], 0.1),
        ("min(max(5%, 0.4 USD/l), 12%)", [DOWN, UP], 0.05),
        ("5% + 0.4 USD/l", [DOWN, UP, HALF], 0.065),
        ("5%", [NEW, HALF], 0.075),
        ("5%", [HALF, NEW], 0.15),  # a new duty undoes what came before
        ("5%", [DOWN, NEW, UP], 0.25),
        ("5%", [UP, NEW, DOWN, UP], 0.1),
        ("5%", [NEW, fa.SetDuty("22030001", "1%"), UP], 0.04),
    ],
)
def test_steps_are_taken_in_their_order(duty, steps, expected):
    assert rate_of(duty, *steps) == pytest.approx(expected, rel=1e-15)


def test_a_new_duty_undoes_steps_on_its_own_lines_alone():
    assert rate_of("5%", HALF, NEW, line="2204100000") == pytest.approx(0.025, rel=1e-15)
    assert rate_of("5%", HALF, NEW, UP, line="2204100000") == pytest.approx(0.055, rel=1e-15)


def by(specific: float) -> fa.ShiftDuty:
    return fa.ShiftDuty(specific=specific)


@pytest.mark.parametrize(
    "steps",
    [
        [by(0.3), by(-0.3)],
        [by(0.1), by(0.2), by(-0.3)],
        [by(0.1), fa.ScaleDuty(1, 3), by(-0.3)],
        [by(-0.5), by(1.1), by(-1.0), by(-0.1)],
    ],
)
@pytest.mark.parametrize("duty", ["0 USD/l", "0.4 USD/l"])
def test_what_comes_to_nothing_in_decimals_is_known_to_be_nothing(duty, steps):
    """0.1 + 0.2 - 0.3 is not 0 in doubles, and a specific duty without observation has no rate."""
    study = fa.Study(
        trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"], "value": [1.0]},
        applied={"year": [2020] * 2, "line": ["2203000100", "2208900000"], "duty": ["30%", duty]},
    )
    steps = steps if duty == "0 USD/l" else [by(-0.4), *steps]
    (row,) = fa.sweep(study, [fa.Scenario("x", *steps)]).summary().to_pylist()
    assert (row["specific_lines"], row["unresolved_lines"], row["simple_mean"]) == (0, 0, 0.15)


def test_percentages_that_come_to_nothing_tie_with_nothing():
    both = {"year": [2020], "line": ["2203000100"], "duty": ["0%"]}
    study = fa.Study(
        trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"], "value": [1.0]}, applied=both, bound=both
    )
    steps = [fa.ShiftDuty(one, schedule="applied") for one in (0.1, 0.2, -0.3)]
    found = fa.sweep(study, [fa.Scenario("x", *steps)], lines=["2203000100"])
    (row,) = found.chosen.to_pylist()
    assert (row["applied"], row["governs"]) == (0.0, "applied")


@pytest.mark.parametrize("seed", range(3))
def test_any_chain_of_steps_is_that_of_rewritten_duties(seed: int) -> None:
    made = make_study.make(8600 + seed, method="partner")
    study = study_of(made)
    headings = sorted({row["line"][:4] for row in made["applied"]})
    rng = np.random.default_rng(seed)

    def step() -> Any:
        where: dict[str, Any] = {"schedule": str(rng.choice(["both", "applied", "bound"]))}
        if rng.random() < 0.6:  # some headings stand in one of the schedules alone
            where = {}
            where["prefixes"] = str(rng.choice(headings))[: int(rng.choice([2, 4]))]
        kind = rng.integers(3)
        if kind == 0:
            return fa.ScaleDuty(*np.round(rng.uniform(0.3, 1.6, 2), 2), **where)
        if kind == 1:
            return fa.ShiftDuty(*np.round(rng.uniform(-0.3, 0.2, 2), 3), **where)
        return fa.SetDuty(str(rng.choice(headings)), str(rng.choice(["7.5%", "0%", "12.25%"])))

    scenarios = [fa.Scenario(f"chain {i}", *(step() for _ in range(rng.integers(2, 7)))) for i in range(25)]
    found = fa.sweep(study, scenarios).summary().to_pylist()
    expected = [row for one in scenarios for row in rewritten.rates(study, one).summary().to_pylist()]
    for ours, theirs in zip(found, expected, strict=True):
        for column, value in theirs.items():
            same = pytest.approx(value, rel=1e-14, abs=1e-14) if isinstance(value, float) else value
            assert ours[column] == same, (ours["scenario"], theirs["year"], column)
