"""Rows laid side by side against rows as they stand, and against lanes: the same bits whatever the scenario."""

from __future__ import annotations

import pickle
from typing import Any

import make_study
import numpy as np
import pytest
from numba import njit
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation.blocks import run_block, singles_of
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.one_by_one import charge_one
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.rows import alone, row_figures, row_lanes
from fastavs.index.packed import Packings
from fastavs.kernels.packed_rows import count_from

KNOBS: list[dict[str, Any]] = [{}, {"odd_duties": True}, {"unresolved": "zero"}, {"fx_period": "schedule"}]


def random_scenarios(seed: int) -> list[fa.Scenario]:
    """Scenarios that tell no lines apart: near the study as it is, far from it, and beyond outliers."""
    rng = np.random.default_rng(seed)
    found = [
        fa.Scenario("as it is"),
        fa.Scenario("free", fa.ScaleDuty(0.0, 0.0)),
        fa.Scenario("dear", fa.ScaleDuty(1.0, 1e4)),
    ]
    for number in range(12):
        spread = float(rng.choice([0.02, 0.3, 3.0]))
        fx, percent, amount = np.exp(rng.normal(0.0, spread, 3)).tolist()
        changes = [fa.FxShock("EUR", fx), fa.ScaleDuty(percent, amount)]
        if number % 3 == 0:
            changes.append(fa.ShiftDuty(*rng.normal(0.0, 0.2, 2).tolist()))  # type: ignore[arg-type]
        found.append(fa.Scenario(f"random {number}", *changes))
    return found


def charged(plan: Plan, scenario: fa.Scenario) -> tuple[np.ndarray, np.ndarray]:
    factors = alone(ScenarioFactors(plan, [scenario]).of(np.arange(1))[0], 0)
    rate, part = np.empty(plan.rows.size), np.empty(plan.rows.size)
    charge_one(plan, plan.rows, factors, rate, part)
    return rate, part


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()) or "drawn")
def test_same_bits(seed: int, knobs: dict[str, Any]) -> None:
    index = fa.build_index(study_of(make_study.make(seed, **knobs)))
    plan, scenarios = make_plan(index), random_scenarios(seed)
    charged(plan, scenarios[0])  # from the second scenario on, rows are laid side by side
    together = ScenarioFactors(plan, scenarios).of(np.arange(len(scenarios)))
    lanes = row_lanes(plan.duties, index.entries, plan.rows, *together, index.facts["outlier"])
    for place, scenario in enumerate(scenarios):
        factors, _ = ScenarioFactors(plan, [scenario]).of(np.arange(1))
        expected = row_figures(plan.duties, index.entries, plan.rows, factors, index.facts["outlier"])
        rate, part = charged(plan, scenario)
        np.testing.assert_array_equal(rate, expected.rate)
        np.testing.assert_array_equal(part, expected.part)
        np.testing.assert_array_equal(rate, lanes.rate[:, place])
    laid = index.packings.get(plan.duties, plan.rows, lambda packed: None)
    assert laid is not None
    assert laid.packed.row.size - 1 + sum(one.size for one in laid.rare.values()) == plan.rows.size


def test_a_sweep_is_the_same_the_first_time_and_later() -> None:
    index = fa.build_index(study_of(make_study.make(1)))
    scenario = fa.Scenario("weak euro", fa.FxShock("EUR", 0.8), fa.ScaleDuty(1.1, 0.9))
    first, *later = (fa.sweep(index, scenario, threads=1) for _ in range(3))
    for one in later:
        np.testing.assert_array_equal(one.figures, first.figures)


def test_rows_are_laid_side_by_side_the_second_time_and_for_the_plan_of_all_lines_alone() -> None:
    index = fa.build_index(study_of(make_study.make(2)))
    plan = make_plan(index)
    noted: list[object] = []
    assert index.packings.get(plan.duties, plan.rows, noted.append) is None
    assert not noted
    laid = index.packings.get(plan.duties, plan.rows, noted.append)
    assert laid is not None
    assert index.packings.get(plan.duties, plan.rows, noted.append) is laid
    assert len(noted) == 1
    assert index.packings.get(plan.duties, plan.rows.copy(), noted.append) is None


def test_an_index_goes_through_a_pipe_whatever_was_swept() -> None:
    index = fa.build_index(study_of(make_study.make(2)))
    scenario = fa.Scenario("weak euro", fa.FxShock("EUR", 0.8))
    expected = [fa.sweep(index, scenario, threads=1).figures for _ in range(2)][-1]
    again = pickle.loads(pickle.dumps(index))
    assert isinstance(again.packings, Packings)
    np.testing.assert_array_equal(fa.sweep(again, scenario, threads=1).figures, expected)


def test_places_are_found_from_anywhere() -> None:
    count = njit(lambda pair, at, n, c, limit, place: count_from(pair, at, n, c, limit, place))
    rng = np.random.default_rng(0)
    for _ in range(2000):
        n = int(rng.integers(1, 40))
        ratio = np.sort(rng.integers(0, 30, n)).astype(np.float64)
        pair = np.full((n + 3, 2), np.inf)
        pair[2:-1, 0] = ratio
        limit, c = float(rng.integers(-1, 32)) / 2.0, float(rng.choice([0.0, 0.5, 1.0, 2.0]))
        expected = int((c * ratio <= limit).sum())
        assert count(pair, 2, n, c, limit, int(rng.integers(0, n + 1))) == expected


def test_blocks_of_one_are_worked_out_with_what_is_packed() -> None:
    index = fa.build_index(study_of(make_study.make(0, odd_duties=True)))
    plan, scenarios = make_plan(index), random_scenarios(5)
    found = [run_block(plan, block, True) for block in singles_of(plan, scenarios)]
    again = [run_block(plan, block, True) for block in singles_of(plan, scenarios)]
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one, other)
