"""Sweeps against studies read anew, and against themselves however they are split."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from test_twin import study_of

import fastavs as fa
from fastavs.cli.main import main
from fastavs.sweeping.blocks import BLOCK, Block, run_block
from fastavs.sweeping.changed import changed_rates, changed_schedule
from fastavs.sweeping.effects import Effects
from fastavs.sweeping.plan import make_plan

KNOBS: list[dict[str, Any]] = [{}, {"odd_duties": True}, {"unresolved": "zero"}, {"fx_period": "schedule"}]


def scenarios_for(made: dict[str, Any], seed: int, many: int = 6) -> list[fa.Scenario]:
    """Scenarios of every sort that fit a made-up study; the first `many` go in one block."""
    rng = np.random.default_rng(seed)
    headings = sorted({row["line"][:4] for row in made["applied"]})
    food = made["groups"]["industry"][0]["group"]
    found = [fa.Scenario("as it is")]
    for i in range(many - 1):
        found.append(
            fa.Scenario(
                f"random {i}",
                fa.FxShock("EUR", rng.uniform(0.7, 1.4)),
                fa.ScaleDuty(*rng.uniform(0.5, 1.5, 2), schedule=str(rng.choice(["both", "applied", "bound"]))),
                fa.ScaleDuty(specific=rng.uniform(0.5, 2.0), prefixes=headings[i % len(headings)], currency="EUR"),
            )
        )
    return [
        *found,
        fa.Scenario("dear beyond all bounds", fa.ScaleDuty(specific=300.0)),
        fa.Scenario("points up", fa.ShiftDuty(0.02, years=2011)),  # type: ignore[arg-type]
        fa.Scenario("points down", fa.ShiftDuty(-0.06)),
        fa.Scenario("no amounts", fa.ScaleDuty(specific=0.0)),
        fa.Scenario("no percentages", fa.ScaleDuty(0.0, group=("industry", food))),
        fa.Scenario("all down", fa.ShiftDuty(-0.06, -0.1)),
        fa.Scenario("new duty", fa.SetDuty(headings[0], "7%")),
        fa.Scenario("new, dearer", fa.ScaleDuty(2.0, 3.0), fa.SetDuty(headings[-1], "12%", schedule="applied")),
        fa.Scenario("another quantity", *another_quantity(made)),
    ]


def another_quantity(made: dict[str, Any]) -> list[fa.SetDuty]:
    """A duty by mass for a heading that is charged by something else, where any duty goes by mass."""
    duties = [row["duty"] for row in made["applied"]]
    if not any("/kg" in duty for duty in duties):
        return []
    others = sorted(row["line"][:4] for row in made["applied"] if "/" in row["duty"] and "/kg" not in row["duty"])
    return [fa.SetDuty(others[0], "max(7%, 0.3 EUR/kg)")] if others else []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()) or "drawn")
def test_a_sweep_gives_what_changed_schedules_give(seed: int, knobs: dict[str, Any]) -> None:
    made = make_study.make(8000 + seed, **({"method": "partner"} | knobs))
    study = study_of(made)
    scenarios = scenarios_for(made, seed)
    found = iter(fa.sweep(study, scenarios).summary().to_pylist())
    for scenario in scenarios:
        for theirs in changed_rates(study, scenario).summary().to_pylist():
            ours = next(found)
            assert ours.pop("scenario") == scenario.name
            for column, expected in theirs.items():
                where = (scenario.name, theirs["year"], column, ours[column], expected)
                if isinstance(expected, float) and ours[column] is not None:
                    cancels = column.endswith("_sd") or column in ("adjust", "weighted_mean") or "odd_duties" in knobs
                    slack = 4e-15 if cancels else 0.0
                    assert math.isclose(ours[column], expected, rel_tol=2e-15, abs_tol=slack), where
                else:
                    assert ours[column] == expected, where
    assert next(found, None) is None


def test_changed_schedules_are_those_of_a_study_read_anew() -> None:
    made = make_study.make(11, method="partner", fx_period="trade")
    study = study_of(made)
    scenario = fa.Scenario("cut", fa.ScaleDuty(0.9, 1.1), fa.FxShock("EUR", 0.8))
    again = dict(made)
    for kind in ("applied", "bound"):
        schedules = getattr(study, kind).values()
        changed = [changed_schedule(study, scenario, schedule) for schedule in schedules]
        again[kind] = [
            {"year": one.year, "line": line, "duty": one.duties[duty].text}
            for one in changed
            for line, duty in zip(one.lines(), one.duty, strict=True)
        ]
    again["fx"] = [row | {"fx": row["fx"] * (0.8 if row["currency"] == "EUR" else 1.0)} for row in made["fx"]]
    again["bound"] = again["bound"] or None
    expected = study_of(again).rates().summary().to_pylist()
    for ours, theirs in zip(fa.sweep(study, [scenario]).summary().to_pylist(), expected, strict=True):
        for column, value in theirs.items():
            if isinstance(value, float):
                assert math.isclose(ours[column], value, rel_tol=2e-15, abs_tol=4e-15), column
            else:
                assert ours[column] == value, column


@pytest.mark.parametrize("seed", range(3))
def test_a_scenario_has_the_same_bits_alone_and_in_a_block(seed: int) -> None:
    made = make_study.make(8100 + seed, method="partner")
    study = study_of(made)
    scenarios = scenarios_for(made, seed, many=40)[:43]
    plan = make_plan(fa.build_index(study), scenarios, careful=True)
    effects = Effects(plan, scenarios)
    alone = np.concatenate(
        [
            run_block(plan, Block(np.array([s]), effects.shocks(np.array([s])), None), True)
            for s in range(len(scenarios))
        ]
    )
    for size in (2, 7, len(scenarios)):
        for first in range(0, len(scenarios), size):
            some = np.arange(first, min(first + size, len(scenarios)))
            block = run_block(plan, Block(some, effects.shocks(some), None), True)
            assert block is not None
            assert np.array_equal(alone[some], block, equal_nan=True)
        means = run_block(plan, Block(np.arange(size), effects.shocks(np.arange(size)), None), False)
        assert means is not None
        assert np.array_equal(means[:, :, 1], alone[:size, :, 1], equal_nan=True)
        assert np.array_equal(means[:, :, 3], alone[:size, :, 3], equal_nan=True)


def test_threads_and_executors_change_no_bit() -> None:
    made = make_study.make(8200, method="partner")
    study = study_of(made)
    scenarios = scenarios_for(made, 1, many=2 * BLOCK + 5)
    index = fa.build_index(study, scenarios)
    expected = fa.sweep(study, scenarios, index=index, threads=1).figures
    assert np.array_equal(expected, fa.sweep(study, scenarios, index=index, threads=2).figures, equal_nan=True)
    with ThreadPoolExecutor(2) as pool:
        assert np.array_equal(expected, fa.sweep(study, scenarios, index=index, executor=pool).figures, equal_nan=True)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert np.array_equal(expected, fa.sweep(index, scenarios, executor=pool).figures, equal_nan=True)


def test_a_dead_worker_costs_a_retry() -> None:
    made = make_study.make(8201, method="partner")
    scenarios = scenarios_for(made, 1, many=BLOCK + 5)
    index = fa.build_index(study_of(made), scenarios)
    expected = fa.sweep(index, scenarios, threads=1).figures
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(os._exit, 1)
        assert np.array_equal(expected, fa.sweep(index, scenarios, executor=pool).figures, equal_nan=True)


def test_groups_lines_and_whole_lines(tmp_path: Path) -> None:
    made = make_study.make(12, method="partner")
    study = study_of(made)
    scenario = fa.Scenario("dear", fa.FxShock("EUR", 1.3))
    line = next(row["line"] for row in made["applied"] if row["year"] == 2011)
    found = fa.sweep(
        study, [fa.Scenario("as it is"), scenario], by=["chapter"], lines=[line], whole_lines=tmp_path / "lines.parquet"
    )
    rates = [study.rates(), changed_rates(study, scenario)]
    assert found.by("chapter").drop_columns("scenario").to_pylist() == [
        row for one in rates for row in one.by("chapter").to_pylist()
    ]
    whole = pq.read_table(tmp_path / "lines.parquet")
    assert whole.drop_columns("scenario").to_pylist() == [row for one in rates for row in one.table.to_pylist()]
    assert found.chosen is not None
    assert set(found.chosen["line"].to_pylist()) == {line}
    with pytest.raises(fa.InputError, match="was not asked for"):
        found.by("industry")
    with pytest.raises(fa.InputError, match="no schedule has that line"):
        fa.sweep(study, [scenario], lines=["9999999999"])
    with pytest.raises(fa.InputError, match="an index alone has no lines"):
        fa.sweep(fa.build_index(study), [scenario], by=["chapter"])


def test_the_pooled_method_goes_line_by_line() -> None:
    study = study_of(make_study.make(13, method="pooled"))
    scenario = fa.Scenario("dear", fa.FxShock("EUR", 1.3))
    ours = fa.sweep(study, [scenario]).summary().drop_columns("scenario").to_pylist()
    assert ours == changed_rates(study, scenario).summary().to_pylist()
    with pytest.raises(fa.InputError, match="a currency that the study does not have"):
        fa.sweep(study, [fa.Scenario("x", fa.FxShock("JPY", 1.3))])
    with pytest.raises(fa.InputError, match="pooled method has no index"):
        fa.build_index(study)


def test_an_index_that_lacks_a_new_duty_says_so() -> None:
    study = study_of(make_study.make(12, method="partner"))
    line = study.applied[2011].lines()[0]
    with pytest.raises(fa.InputError, match="not prepared for the scenario"):
        fa.sweep(fa.build_index(study), [fa.Scenario("x", fa.SetDuty(line, "7.77%"))])


def test_the_command_line(tmp_path: Path) -> None:
    made = make_study.make(14, method="partner")
    path = make_study.to_toml(made, tmp_path)
    (tmp_path / "s.toml").write_text(
        '[[scenario]]\nname = "as it is"\n[[scenario]]\nname = "dear"\nfx = [{ currency = "EUR", factor = 1.3 }]\n'
    )
    order = ["sweep", str(path), str(tmp_path / "s.toml"), "--index", str(tmp_path / "i.avs")]
    first = CliRunner().invoke(main, [*order, "--out", str(tmp_path / "o.csv")])
    assert first.exit_code == 0, first.output
    assert "2 scenarios" in first.output
    again = CliRunner().invoke(main, [*order, "--json"])
    assert again.exit_code == 0, again.output
    rows = json.loads(again.stdout[again.stdout.index("[") :])
    assert rows[0]["scenario"] == "as it is"
    assert (tmp_path / "o.csv").read_text().startswith('"scenario","year","lines"')
    wrong = CliRunner().invoke(main, [*order, "--out", "x.xls"])
    assert wrong.exit_code == 2
