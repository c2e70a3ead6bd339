"""Scenarios by what they touch against the whole index, each alone and in company."""

from __future__ import annotations

from typing import Any

import make_study
import numpy as np
import pytest
from test_sweep import another_quantity
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation.blocks import _work_out
from fastavs.evaluation.lines import Wanted
from fastavs.evaluation.plan import make_plan
from fastavs.evaluation.workplace import Workplace
from fastavs.progress import quiet
from fastavs.results.by_line import report_lines
from fastavs.results.summary import FIGURES

KNOBS: list[dict[str, Any]] = [
    {"method": "partner"}, {"method": "partner", "odd_duties": True}, {"method": "partner", "unresolved": "zero"},
    {"method": "partner", "fx_period": "schedule"}, {"method": "pooled"},
]  # fmt: skip
NEW = ["0%", "7%", "12.5%", "max(9%, 0.1 EUR/kg)", "5% + 0.2 USD/kg", "min(20%, 0.4 EUR/kg)", "0.3 EUR/kg", "9 EUR/kg",
       "min(30%, max(5%, 0.2 EUR/kg))", "0 EUR/kg", "max(3%, 0 USD/kg)", "500 USD/kg"]  # fmt: skip


def reforms(made: dict[str, Any], seed: int, many: int) -> list[fa.Scenario]:
    """Scenarios that change few lines, by every means there is."""
    rng = np.random.default_rng(seed)
    codes = sorted({row["line"] for row in made["applied"]})
    groups = sorted({row["group"] for row in made["groups"]["industry"]})
    years = sorted({row["year"] for row in made["applied"]})
    by_mass = bool(another_quantity(made)) or any("/kg" in row["duty"] for row in made["applied"])
    new = NEW if by_mass else [duty for duty in NEW if "/" not in duty]

    def lines() -> dict[str, Any]:
        some = [str(code)[: rng.choice([2, 4, 4, 6, 10])] for code in rng.choice(codes, rng.integers(1, 4))]
        return {
            "prefixes": tuple(some),
            "schedule": str(rng.choice(["both", "both", "applied", "bound"])),
            "years": (int(rng.choice(years)),) if rng.random() < 0.15 else None,
        }

    def change() -> Any:
        kind = rng.integers(0, 6)
        where = lines()
        if kind < 2 and rng.random() < 0.2:
            where |= {"group": ("industry", str(rng.choice(groups))), "prefixes": ()}
        currency = str(rng.choice(["EUR", "USD"])) if rng.random() < 0.2 else None
        if kind < 2:
            percent = float(rng.choice([0.0, 0.5, 1.3])) if currency is None else 1.0
            amount = float(rng.choice([0.0, 0.7, 1.1, 40.0], p=[0.1, 0.4, 0.4, 0.1]))
            return fa.ScaleDuty(percent, amount, currency=currency, **where)
        if kind == 2:
            percent = float(rng.choice([-0.05, 0.02])) if currency is None else 0.0
            return fa.ShiftDuty(percent, float(rng.choice([0.0, 0.1, -0.2])), currency=currency, **where)
        if kind == 3 and rng.random() < 0.3:
            return fa.FxShock("EUR", float(rng.uniform(0.8, 1.2)))
        return fa.SetDuty(where["prefixes"], str(rng.choice(new)), schedule=where["schedule"])

    found = []
    while len(found) < many:
        scenario = fa.Scenario(f"reform {len(found)}", *(change() for _ in range(rng.integers(1, 4))))
        if all(_touches(codes, made, one) for one in scenario.changes):
            found.append(scenario)
    return found


def _touches(codes: list[str], made: dict[str, Any], change: Any) -> bool:
    """Whether a change of a schedule touches some line there."""
    if isinstance(change, fa.FxShock):
        return True
    rows = [row for kind in ("applied", "bound") if change.schedule in ("both", kind) for row in made[kind] or ()]
    rows = [row for row in rows if not change.years or row["year"] in change.years]
    return any(row["line"].startswith(change.prefixes or ("",)) for row in rows)


def whole_way(index: fa.SortedIndex, scenarios: list[fa.Scenario]) -> np.ndarray:
    """The summary's figures from all lines of all years."""
    figures = np.full((len(scenarios), len(index.years), 17), np.nan)
    plan = make_plan(index, scenarios, careful=True)
    assert _work_out(plan, scenarios, np.arange(len(scenarios)), True, Workplace(None, 1), figures, quiet, 0)
    return figures


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()))
def test_what_is_touched_gives_what_the_whole_index_gives(
    seed: int, knobs: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastavs.evaluation.touched.SHARE", 1.0)
    made = make_study.make(20_000 + seed, **({"min_value": 0.0} | knobs))
    scenarios = reforms(made, seed, 20)
    index = fa.build_index(study_of(made), scenarios)
    together = fa.sweep(index, scenarios).figures
    for place, one in enumerate(scenarios):
        expected = whole_way(index, [one])[0]
        alone = fa.sweep(index, [one], threads=2).figures[0]
        assert np.array_equal(alone, together[place], equal_nan=True), one
        for column, name in enumerate(FIGURES):
            assert alone[:, column].tobytes() == expected[:, column].tobytes(), (one, name)


@pytest.mark.parametrize("outputs", [None, ["simple_mean", "weighted_mean"]], ids=["all", "means"])
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()))
def test_one_scenario_in_one_call_has_the_bits_of_many_calls(
    knobs: dict[str, Any], outputs: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastavs.evaluation.touched.SHARE", 1.0)
    made = make_study.make(22_000, **({"min_value": 0.0} | knobs))
    scenarios = reforms(made, 22, 25)
    names = [name for name in FIGURES if outputs is None or name in outputs]
    columns = [FIGURES.index(name) for name in names]

    def alone() -> np.ndarray:
        index = fa.build_index(study_of(made), scenarios)
        return np.stack([fa.sweep(index, [one], outputs=outputs).figures[0][:, columns] for one in scenarios])

    in_one_call = alone()
    monkeypatch.setattr("fastavs.evaluation.touched.goes_alone", lambda part: False)
    assert np.array_equal(in_one_call, alone(), equal_nan=True)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()))
def test_groups_and_lines_are_those_of_the_whole_index(
    seed: int, knobs: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastavs.evaluation.touched.SHARE", 1.0)
    made = make_study.make(21_000 + seed, **({"min_value": 0.0} | knobs))
    scenarios = [fa.Scenario("as it is"), *reforms(made, seed, 12)]
    index = fa.build_index(study_of(made), scenarios)
    codes = tuple(sorted({row["line"] for row in made["applied"]})[::7])
    for wanted in (Wanted(("chapter", "industry"), (), False), Wanted(("industry",), codes, False)):
        with Workplace(None, 1) as place:
            expected = report_lines(index, make_plan(index, scenarios), scenarios, wanted, None, place, quiet)
        with Workplace(None, 2) as place:
            found = report_lines(index, None, scenarios, wanted, None, place, quiet)
        assert found == expected


@pytest.mark.parametrize("where", ["cells.tell_apart", "touched.dependents_of_lines", "touched.make_part"])
def test_an_interrupt_leaves_no_marks(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastavs.evaluation.touched.SHARE", 1.0)
    made = make_study.make(20_001, method="partner", min_value=0.0)
    first, other = reforms(made, 1, 2)
    index, fresh = (fa.build_index(study_of(made), [first, other]) for _ in range(2))
    module, name = where.split(".")
    whole = f"fastavs.evaluation.{where}"
    own = getattr(__import__(f"fastavs.evaluation.{module}", fromlist=[name]), name)

    def interrupted(*arguments: Any, **more: Any) -> Any:
        own(*arguments, **more)
        raise KeyboardInterrupt

    fa.sweep(index, fa.Scenario("as it is"))
    with monkeypatch.context() as patched:
        patched.setattr(whole, interrupted)
        with pytest.raises(KeyboardInterrupt):
            fa.sweep(index, first)
    for one in (first, other):
        assert fa.sweep(index, one).figures.tobytes() == fa.sweep(fresh, one).figures.tobytes()
