"""Steps that change nothing, duties known to be 0 and duties that can be negative: each worked out by hand."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import fastavs as fa
from fastavs.reform import book

UNKNOWN, NOUGHT, PLAIN, BELOW, OVER, HELD, DEEP, GREATER = (f"010{place}000000" for place in range(8))
DUTIES = {
    UNKNOWN: "0.3 USD/l",  # its trade is in kg
    NOUGHT: "0 USD/l",
    PLAIN: "5%",
    BELOW: "20% - 2 USD/kg",  # 0.3 kg for a dollar: -40 %
    OVER: "20% - 0.5 USD/kg",  # 5 %
    HELD: "max(0%, 20% - 0.5 USD/kg)",  # 5 %
    DEEP: "50% - 5 USD/kg",  # -100 %
    GREATER: "max(10%, 0.5 USD/kg)",  # 15 %
}
AS_IT_IS = dict(zip(DUTIES, (math.nan, 0.0, 0.05, -0.4, 0.05, 0.05, -1.0, 0.15), strict=True))


@pytest.fixture(scope="module")
def study() -> fa.Study:
    n = len(DUTIES)
    trade = {
        "period": ["2011"] * n, "line": list(DUTIES), "partner": ["DEU"] * n, "value": [100.0] * n,
        "quantity": [30.0] * n, "unit": ["kg"] * n,
    }  # fmt: skip
    return fa.Study(trade=trade, applied={"year": [2011] * n, "line": list(DUTIES), "duty": list(DUTIES.values())})


@pytest.fixture(params=[0, 64], ids=["together", "one by one"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "FEW", request.param)


def after(study: Any, *steps: Any) -> tuple[dict[str, str], dict[str, float]]:
    """The duties and rates that steps leave, found in both ways of rating them."""
    scenario = fa.Scenario("x", *steps)
    rows = study.rates(scenario=scenario)[2011].to_pylist()
    swept = fa.sweep(study, scenario, lines=list(DUTIES)).chosen.to_pylist()
    assert {row["line"]: row["rate"] for row in swept} == {row["line"]: row["rate"] for row in rows}
    rates = {row["line"]: math.nan if row["rate"] is None else row["rate"] for row in rows}
    return {row["line"]: row["duty"] for row in rows}, rates


WAYS = pytest.mark.parametrize("where", [{}, {"prefixes": "01"}], ids=["row by row", "line by line"])


@WAYS
@pytest.mark.parametrize(
    "step",
    [(fa.Add, 0), (fa.Add, "0%"), (fa.Add, "-0%"), (fa.Add, "0 USD/kg"), (fa.Add, "max(0%, 0 USD/l)"), (fa.Scale, 1)],
    ids=str,
)
def test_a_step_that_changes_nothing_leaves_all_as_it_is(study: Any, few: Any, where: Any, step: Any) -> None:
    duties, rates = after(study, step[0](step[1], **where))
    assert duties == DUTIES
    assert rates == pytest.approx(AS_IT_IS, rel=1e-14, nan_ok=True)
    (row,) = fa.account(study, fa.Scenario("x", step[0](step[1], **where))).table.to_pylist()
    assert "it changes no duty" in row["notes"]


@WAYS
@pytest.mark.parametrize("level", ["0%", "0 USD/l"])
def test_a_floor_of_nought_lifts_what_can_be_negative_alone(study: Any, few: Any, where: Any, level: str) -> None:
    duties, rates = after(study, fa.Floor(level, prefixes=[one for one in DUTIES if level == "0%" or one == UNKNOWN]))
    if level == "0%":
        duties, rates = after(study, fa.Floor(level, **where))
        assert rates == pytest.approx(AS_IT_IS | {BELOW: 0.0, DEEP: 0.0}, rel=1e-14, nan_ok=True)
        changed = {one: f"max({DUTIES[one]}, 0%)" for one in (BELOW, OVER, DEEP)}
        assert duties == DUTIES | changed
    else:
        assert duties == DUTIES
        assert math.isnan(rates[UNKNOWN])


@WAYS
def test_a_plain_percentage_that_a_step_does_not_meet_stays(study: Any, few: Any, where: Any) -> None:
    for step in (
        fa.Cap("7%", **where), fa.Cap("max(7%, 1 USD/kg)", **where), fa.Floor("3%", **where),
        fa.Floor("min(3%, 1 USD/kg)", **where),
    ):  # fmt: skip
        duties, rates = after(study, step)
        assert (duties[PLAIN], rates[PLAIN]) == ("5%", 0.05)


@WAYS
def test_what_is_known_to_be_nought_stays_so_under_a_cap(study: Any, few: Any, where: Any) -> None:
    duties, rates = after(study, fa.Cap("12%", **where))
    assert (duties[NOUGHT], rates[NOUGHT]) == ("0 USD/l", 0.0)
    assert (duties[UNKNOWN], rates[UNKNOWN]) == ("min(0.3 USD/l, 12%)", 0.12)
    _, rates = after(study, fa.Scale(0, **where), fa.Cap("12%", **where))
    assert set(rates.values()) == {0.0}
    _, rates = after(study, fa.Floor("12%", **where))
    assert rates[NOUGHT] == 0.12
    _, rates = after(study, fa.Floor("0.5 USD/kg", **where))
    assert rates[NOUGHT] == pytest.approx(0.15, rel=1e-14, nan_ok=True)
    _, rates = after(study, fa.Add("0.5 USD/kg", **where))
    assert rates[NOUGHT] == pytest.approx(0.15, rel=1e-14, nan_ok=True)
    duties, rates = after(study, fa.Cap("0 USD/l", prefixes=[UNKNOWN, PLAIN]))
    assert (rates[UNKNOWN], rates[PLAIN]) == (0.0, 0.0)


@WAYS
def test_a_step_that_lowers_leaves_nothing_below_nought(study: Any, few: Any, where: Any) -> None:
    duties, rates = after(study, fa.Cap("10%", **where))
    assert duties[BELOW] == "max(0%, min(20% - 2 USD/kg, 10%))"
    assert duties[HELD] == f"min({DUTIES[HELD]}, 10%)"
    assert duties[GREATER] == "min(max(10%, 0.5 USD/kg), 10%)"
    expected = {UNKNOWN: 0.1, NOUGHT: 0.0, PLAIN: 0.05, BELOW: 0.0, OVER: 0.05, HELD: 0.05, DEEP: 0.0, GREATER: 0.1}
    assert rates == pytest.approx(expected, rel=1e-14, nan_ok=True)
    duties, rates = after(study, fa.Scale(0.5, **where))
    assert duties[BELOW] == "max(0%, 10% - 1 USD/kg)"
    assert duties[HELD] == "max(0%, 10% - 0.25 USD/kg)"
    assert duties[GREATER] == "max(5%, 0.25 USD/kg)"
    halves = {
        UNKNOWN: math.nan,
        NOUGHT: 0.0,
        PLAIN: 0.025,
        BELOW: 0.0,
        OVER: 0.025,
        HELD: 0.025,
        DEEP: 0.0,
        GREATER: 0.075,
    }
    assert rates == pytest.approx(halves, rel=1e-14, nan_ok=True)


@WAYS
@pytest.mark.parametrize("step", [fa.Swiss("100%"), fa.Swiss("15%"), fa.Tiers([fa.Tier(0, 0.2)])], ids=repr)
def test_duties_without_a_rate_above_nought_stay(study: Any, few: Any, where: Any, step: Any) -> None:
    step = type(step)(step.value, **where)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        duties, rates = after(study, step)
        (row,) = fa.account(study, fa.Scenario("x", step)).table.to_pylist()
    assert row["left_as_they_are"] == 4
    for one in (UNKNOWN, NOUGHT, BELOW, DEEP):
        assert duties[one] == DUTIES[one]
        assert rates[one] == pytest.approx(AS_IT_IS[one], rel=1e-14, nan_ok=True)
    assert duties[OVER].startswith("max(0%, ")
    assert duties[HELD].startswith("max(0%, ")
    factor = 0.8 if isinstance(step, fa.Tiers) else float(step.value) / (float(step.value) + 0.05)
    for one in (PLAIN, OVER, HELD):
        assert rates[one] == pytest.approx(0.05 * factor, rel=1e-13)


@pytest.mark.parametrize("value", ["ad_valorem", "1 USD/kg"])
def test_a_rate_below_nought_is_turned_into_nothing(study: Any, value: str) -> None:
    step = fa.Tariffication(value, prefixes=[BELOW, OVER, DEEP])
    duties, rates = after(study, step)
    assert (duties[BELOW], duties[DEEP]) == (DUTIES[BELOW], DUTIES[DEEP])
    assert rates[OVER] == pytest.approx(0.05, rel=1e-14, nan_ok=True)
    (row,) = fa.account(study, fa.Scenario("x", step)).table.to_pylist()
    assert row["left_as_they_are"] == 2


def test_swiss_at_the_pole_has_no_infinite_rate(study: Any) -> None:
    found = fa.sweep(study, fa.Scenario("x", fa.Swiss("100%", prefixes=DEEP)))
    assert not np.isinf(found.figures).any()
