"""Sweeps against studies read anew, and against themselves however they are split."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import rewritten
from alike import assert_same_table
from click.testing import CliRunner
from test_twin import study_of

import fastavs as fa
from fastavs.cli.main import main
from fastavs.evaluation.blocks import Block, run_block
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.plan import make_plan
from fastavs.results.summary import FIGURES

KNOBS: list[dict[str, Any]] = [{}, {"odd_duties": True}, {"unresolved": "zero"}, {"fx_period": "schedule"}]


def scenarios_for(made: dict[str, Any], seed: int, many: int = 6) -> list[fa.Scenario]:
    """Scenarios of every sort that fit a made-up study; the first `many` go in one block."""
    rng = np.random.default_rng(seed)
    headings = sorted({row["line"][:4] for row in made["applied"]})
    food = made["groups"]["industry"][0]["group"]
    other = another_quantity(made)
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
        fa.Scenario("points up", fa.ShiftDuty(0.0207, years=2011)),  # type: ignore[arg-type]
        fa.Scenario("points down", fa.ShiftDuty(-0.0613)),
        fa.Scenario("no amounts", fa.ScaleDuty(specific=0.0)),
        fa.Scenario("no percentages", fa.ScaleDuty(0.0, group=("industry", food))),
        fa.Scenario("all down", fa.ShiftDuty(-0.0613, -0.1007)),
        fa.Scenario("new duty", fa.SetDuty(headings[0], "7%")),
        fa.Scenario("new, dearer", fa.ScaleDuty(2.0, 3.0), fa.SetDuty(headings[-1], "12%", schedule="applied")),
        fa.Scenario("down, half, up", fa.ShiftDuty(-0.2, -5.0), fa.ScaleDuty(0.5, 2.0), fa.ShiftDuty(0.0307, 0.0203)),
        fa.Scenario(
            "new among others",
            fa.ShiftDuty(0.0511, 0.3, prefixes=headings[0]),
            fa.SetDuty(headings[0], "max(9%, 0.1 EUR/kg)" if other else "9%"),
            fa.ScaleDuty(1.3, prefixes=headings[0][:2]),
            fa.ShiftDuty(-0.4),
            fa.ShiftDuty(0.0107, prefixes=headings[-1]),
        ),
        fa.Scenario("another quantity", *other),
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
        for theirs in rewritten.rates(study, scenario).summary().to_pylist():
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
        schedules = getattr(study.checked, kind).values()
        changed = [rewritten.changed_schedule(study, scenario, schedule) for schedule in schedules]
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
    found = ScenarioFactors(plan, scenarios)
    alone = np.concatenate(
        [run_block(plan, Block(np.array([s]), *found.of(np.array([s])), None), True) for s in range(len(scenarios))]
    )
    for size in (2, 7, len(scenarios)):
        for first in range(0, len(scenarios), size):
            some = np.arange(first, min(first + size, len(scenarios)))
            block = run_block(plan, Block(some, *found.of(some), None), True)
            assert block is not None
            assert np.array_equal(alone[some], block, equal_nan=True)
        means = run_block(plan, Block(np.arange(size), *found.of(np.arange(size)), None), False)
        assert means is not None
        assert np.array_equal(means[:, :, 1], alone[:size, :, 1], equal_nan=True)
        assert np.array_equal(means[:, :, 3], alone[:size, :, 3], equal_nan=True)


@pytest.mark.parametrize("seed", range(3))
def test_other_scenarios_change_a_scenario_by_the_last_bits_of_weights_at_most(seed: int) -> None:
    made = make_study.make(8150 + seed, method="partner")
    scenarios = scenarios_for(made, seed)
    index = fa.build_index(study_of(made), scenarios)
    together = fa.sweep(index, scenarios).figures
    for place, scenario in enumerate(scenarios):
        alone = fa.sweep(index, [scenario]).figures[0]
        for column, name in enumerate(FIGURES):
            ours, theirs = alone[:, column], together[place, :, column]
            if "weighted" in name or name == "hs6_mean":  # sums of weights are rounded class by class
                slack = 4e-15 if name.endswith("_sd") else 0.0  # what is left of a difference
                assert np.allclose(ours, theirs, rtol=1e-15, atol=slack, equal_nan=True), (scenario, name)
            else:
                assert np.array_equal(ours, theirs, equal_nan=True), (scenario, name)


@pytest.mark.parametrize("seed", range(2))
def test_the_pooled_method_is_swept_as_any_other(seed: int) -> None:
    made = make_study.make(13 + seed, method="pooled")
    study = study_of(made)
    scenarios = [fa.Scenario("dear", fa.FxShock("EUR", 1.3)), *scenarios_for(made, seed)]
    found = fa.sweep(study, scenarios).summary()
    for scenario in scenarios:
        ours = found.filter(pc.equal(found["scenario"].cast(pa.string()), scenario.name)).drop_columns("scenario")
        assert_same_table(ours, rewritten.rates(study, scenario).summary(), rel=2e-15)
    with pytest.raises(fa.InputError, match="a currency that the study does not have"):
        fa.sweep(study, [fa.Scenario("x", fa.FxShock("JPY", 1.3))])


def test_an_index_that_lacks_a_new_duty_says_so() -> None:
    study = study_of(make_study.make(12, method="partner"))
    line = study.checked.applied[2011].lines()[0]
    with pytest.raises(fa.InputError, match="not prepared for the scenario"):
        fa.sweep(fa.build_index(study), [fa.Scenario("x", fa.SetDuty(line, "0.1 EUR/kWh"))])


def test_one_scenario_and_one_output_stand_for_themselves() -> None:
    study = study_of(make_study.make(12, method="partner"))
    one = fa.sweep(study, fa.Scenario("a"), outputs="simple_mean", by="chapter")
    several = fa.sweep(study, [fa.Scenario("a")], outputs=["simple_mean"], by=["chapter"])
    assert one.summary() == several.summary()
    assert one.summary().column_names == ["scenario", "year", "simple_mean"]
    assert repr(one).startswith(f"<fastavs.Sweep: 1 scenario, {one.years[0]} to {one.years[-1]}>")
    assert "\ncolumns: simple_mean\ngroups: chapter\n" in repr(one)


def test_an_index_goes_to_a_folder_that_is_there(tmp_path: Path) -> None:
    index = fa.build_index(study_of(make_study.make(12, method="partner")))
    with pytest.raises(fa.InputError, match=r"x\.avs: the index cannot be written"):
        index.save(tmp_path / "nodir" / "x.avs")
    index.save(tmp_path / "x.avs")
    (tmp_path / "folder").mkdir()
    with pytest.raises(fa.InputError, match="the index cannot be written"):
        index.save(tmp_path / "folder")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder", "x.avs"]


def test_the_command_line_says_what_to_do_about_a_kept_index(tmp_path: Path) -> None:
    made = make_study.make(14, method="partner")
    path = make_study.to_toml(made, tmp_path)
    scenarios, kept = tmp_path / "s.toml", tmp_path / "i.avs"
    scenarios.write_text('[[scenario]]\nname = "as it is"\n')
    order = ["sweep", str(path), str(scenarios), "--index"]
    said = CliRunner().invoke(main, [*order, str(tmp_path / "nodir" / "i.avs")])
    assert (said.exit_code, "option --index: no such folder" in said.output) == (2, True), said.output
    assert CliRunner().invoke(main, [*order, str(kept)]).exit_code == 0
    make_study.to_toml(made | {"options": made["options"] | {"outlier": 3.5}}, tmp_path)
    said = CliRunner().invoke(main, [*order, str(kept)])
    assert (said.exit_code, f"delete {kept} and run again" in said.output) == (2, True), said.output
    kept.unlink()
    assert CliRunner().invoke(main, [*order, str(kept)]).exit_code == 0
    before = kept.read_bytes()
    change = another_quantity(made)[0]
    new = f'set = [{{ prefixes = ["{change.prefixes[0]}"], duty = "{change.duty}" }}]'
    scenarios.write_text(f'[[scenario]]\nname = "by mass"\n{new}\n')
    said = CliRunner().invoke(main, [*order, str(kept)])
    assert "not prepared for the scenario" in said.output
    assert (said.exit_code, f"delete {kept} and run again" in said.output) == (2, True), said.output
    assert kept.read_bytes() == before
    kept.unlink()
    assert CliRunner().invoke(main, [*order, str(kept)]).exit_code == 0


@pytest.mark.parametrize(("unresolved", "said"), [("null", "They are in no mean"), ("zero", "They count as zero")])
def test_the_screen_counts_lines_that_are_not_known(tmp_path: Path, unresolved: str, said: str) -> None:
    made = make_study.make(17, method="partner", unresolved=unresolved)
    path = make_study.to_toml(made, tmp_path)
    (tmp_path / "s.toml").write_text('[[scenario]]\nname = "as it is"\n')
    last = fa.Study.load(path).rates().summary().to_pylist()[-1]
    screen = CliRunner().invoke(main, ["sweep", str(path), str(tmp_path / "s.toml")]).stdout
    row = next(line for line in screen.splitlines() if line.startswith("as it is"))
    assert last["unresolved_lines"] > 0
    assert row.split()[-1] == str(last["unresolved_lines"])
    assert said in screen


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
    code = made["applied"][0]["line"]
    again = CliRunner().invoke(main, [*order, "--json", "--by", "industry", "--line", code, "--threads", "1"])
    assert again.exit_code == 0, again.output
    record = json.loads(again.stdout)
    assert record["summary"][0]["scenario"] == "as it is"
    assert record["groups"]["industry"][0]["scenario"] == "as it is"
    assert {row["line"] for row in record["lines"]} == {code}
    assert (tmp_path / "o.csv").read_text().startswith('"scenario","year","lines"')
    screen = CliRunner().invoke(main, [*order, "--by", "chapter", "--line", code]).stdout
    assert "chapter" in screen
    assert code in screen


def test_the_command_line_leaves_all_files_or_none(tmp_path: Path) -> None:
    path = make_study.to_toml(make_study.make(14, method="partner"), tmp_path)
    (tmp_path / "s.toml").write_text('[[scenario]]\nname = "as it is"\n')
    out = tmp_path / "out"
    out.mkdir()
    order = ["sweep", str(path), str(tmp_path / "s.toml"), "--by", "chapter", "--by", "industry"]
    done = CliRunner().invoke(main, [*order, "--out", str(out / "o.parquet"), "--whole-lines", str(out / "l.parquet")])
    assert done.exit_code == 0, done.output
    assert sorted(file.name for file in out.iterdir()) == [
        "l.parquet", "o.parquet", "o_chapter.parquet", "o_industry.parquet",
    ]  # fmt: skip
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    for wrong, message in (
        (["--out", str(out / "x.xls")], "no such kind of file"),
        (["--whole-lines", str(out / "x.csv")], "no such kind of file"),
        (["--out", str(out / "nowhere" / "x.csv")], "no such folder"),
        (["--out", str(out / "o.parquet"), "--whole-lines", str(out / "o_chapter.parquet")], "written to one file"),
        (["--out", str(out / "o.parquet"), "--line", "22"], "no schedule has that line"),
        (["--out", str(out / "o.parquet"), "--year", "1815"], "no schedule of that year"),
    ):
        said = CliRunner().invoke(main, [*order, *wrong])
        assert said.exit_code == 2
        assert message in said.output
    assert before == {file.name: file.read_bytes() for file in out.iterdir()}
