"""Scenarios that most likely are a slip are told of, and comparisons of the report are over the same lines."""

from __future__ import annotations

import pytest

import fastavs as fa
from fastavs.report.findings import findings, tiles
from fastavs.report.tables import build_tables

BEER, MEAT = "22030010", "02071410"


def study_of(**duties: str) -> fa.Study:
    lines = {"beer": BEER, "meat": MEAT}
    return fa.Study(
        trade={
            "period": ["2023"] * 3, "line": [BEER, BEER, MEAT], "partner": ["DEU", "CZE", "BRA"],
            "value": [1000.0, 2000.0, 5e3], "quantity": [500.0, 700.0, 100.0], "unit": ["l", "l", "kg"],
        },
        applied={"year": [2023] * 2, "line": [lines[one] for one in duties], "duty": list(duties.values())},
    )  # fmt: skip


def warnings_of(*changes: object) -> tuple[str, ...]:
    study = study_of(beer="0.2 USD/l", meat="0.1 USD/kg")
    return fa.sweep(study, [fa.Scenario("as it is"), fa.Scenario("x", *changes)]).warnings  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (fa.ShiftDuty(5, prefixes=("22",)), ["shifts percentages by +500 percentage points", "has the figures of"]),
        (fa.ScaleDuty(0.5, prefixes=("2203",)), ["has the figures of the scenario that changes nothing"]),
        (fa.PriceShock(1.1, partners=("BRA",), prefixes=("22",)), ["has the figures of"]),
        (fa.SetDuty(("2203",), "5 USD/kg"), ['1 line more without one in 2023 under "x"']),
        (fa.ScaleDuty(specific=0.5, prefixes=("2203",)), []),
        (fa.ShiftDuty(0.5, specific=0.1), []),
    ],
)
def test_a_scenario_that_is_most_likely_a_slip_is_told(change: object, told: list[str]) -> None:
    found = warnings_of(change)
    assert len(found) == len(told)
    for one, part in zip(found, told, strict=True):
        assert part in one


def test_without_the_study_as_it_is_nothing_is_compared() -> None:
    study = study_of(beer="0.2 USD/l", meat="0.1 USD/kg")
    assert fa.sweep(study, [fa.Scenario("x", fa.ScaleDuty(0.5, prefixes=("2203",)))]).warnings == ()


def test_what_specific_parts_add_is_told_over_lines_whose_rate_is_known() -> None:
    """A line without a rate counts as 0 in the mean of ad valorem parts, and in no other mean."""
    rates = study_of(meat="10%", beer="0.2 USD/piece").rates()
    (row,) = rates.summary().to_pylist()
    assert (row["unresolved_lines"], row["simple_mean"], row["ad_valorem_simple_mean"]) == (1, 0.1, 0.05)
    tile = next(one for one in tiles(rates, [row]) if one.label == "Points that specific parts add")
    assert tile.number == "0.0"
    text = " ".join(findings(rates, [row], build_tables(rates), {}))
    assert "the mean of 2023 is 10.0\u00a0% instead of 10.0\u00a0%" in text
