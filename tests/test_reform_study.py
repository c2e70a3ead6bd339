"""Steps that make the study anew, against studies that were made so; weights that are held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import make_study
import pyarrow.csv
import pytest
from test_twin import study_of

import fastavs as fa


def columns(study: fa.Study, *steps: Any, lines: list[str] | None = None) -> tuple[list[Any], list[Any]]:
    found = fa.sweep(study, [fa.Scenario("x", *steps)], by=["chapter"], lines=lines or [])
    chosen = found.chosen.drop(["scenario"]).to_pylist() if lines else []
    return [found.summary().to_pylist(), found.by("chapter").to_pylist()], chosen


CHANGED: list[tuple[Any, dict[str, Any]]] = [
    (fa.Options(outlier=1.5), {"options": {"outlier": 1.5}}),
    (fa.Options(unresolved="zero", match_on="imports"), {"options": {"unresolved": "zero", "match_on": "imports"}}),
    (fa.Options(levels=[6], min_value=60.0), {"options": {"levels": [6], "min_value": 60.0}}),
    (fa.Options(method="pooled"), {"options": {"method": "pooled"}}),
    (fa.Options(mislabelled="drop"), {"options": {"mislabelled": "drop"}}),
    (fa.Weights("mfn"), {"options": {"weights": "mfn"}}),
    (fa.BasePeriod(["2009", "2010"]), {"base": {"periods": ["2009", "2010"]}}),
    (fa.Include(["BLR", "GEO"]), {"exclude": ["KAZ"], "exclude_by_period": {}}),
    (fa.Include("BLR", periods="2009"), {"exclude": ["KAZ"], "exclude_by_period": {
        "2008": ["GEO", "BLR"], "2009": ["GEO"], "2010": ["BLR"], "2011H1": ["BLR"]}}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "change"), CHANGED, ids=[repr(step) for step, _ in CHANGED])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_study_made_anew_is_the_study_made_so(step: Any, change: dict[str, Any], seed: int) -> None:
    made = make_study.make(seed, partner_table=False, monthly=False, method="partner", min_value=0.0)
    other = {key: {**made[key], **value} if key in ("options", "base") else value for key, value in change.items()}
    lines = sorted({row["line"] for row in made["applied"]})
    cap = fa.Cap("10%", prefixes=lines[0][:4])
    for steps in ((step,), (cap, step), (step, cap)):
        ours = columns(study_of(made), *steps, lines=lines)
        expected = columns(study_of({**made, **other}), *(one for one in steps if one is cap), lines=lines)
        assert ours == expected


def test_of_two_steps_on_partners_the_later_wins() -> None:
    made = make_study.make(3, partner_table=False)
    study = study_of(made)
    out = columns(study, fa.Exclude(["DEU", "CHN"]))
    assert columns(study, fa.Only(["TUR", "DEU"]), fa.Include("CHN"), fa.Exclude("DEU")) == columns(
        study, fa.Only(["TUR", "CHN"])
    )
    assert columns(study, fa.Exclude(["DEU", "CHN", "BLR"])) == out
    assert columns(study, fa.Exclude("DEU"), fa.Only(["DEU", "TUR"])) == columns(study, fa.Only(["DEU", "TUR"]))


def test_schedules_are_put_in_place(tmp_path: Path) -> None:
    made = make_study.make(4, partner_table=False, bound_years=[2012, 2013])
    rows = [row for row in made["applied"] if row["year"] == 2011]
    new = [{**row, "duty": "7%"} for row in rows[: len(rows) // 2]]
    pyarrow.csv.write_csv(make_study.table_of(new, "applied"), tmp_path / "new.csv")
    put = fa.Put(tmp_path / "new.csv", schedule="applied")
    other = {**made, "applied": [row for row in made["applied"] if row["year"] != 2011] + new}
    lines = sorted({row["line"] for row in new})
    found, expected = columns(study_of(made), put, lines=lines), columns(study_of(other), lines=lines)
    assert found == expected
    undone = columns(study_of(made), fa.Set("50%", schedule="applied", years=[2011, 2012]), put, lines=lines)
    assert undone == expected
    kept = columns(study_of(made), put, fa.Set("50%", schedule="applied", years=[2011]), lines=lines)
    assert kept != expected


def test_years_that_the_study_lacks_are_not_put_in_place(tmp_path: Path) -> None:
    made = make_study.make(4)
    pyarrow.csv.write_csv(
        make_study.table_of([{"year": 1999, "line": "2203000100", "duty": "7%"}], "applied"), tmp_path / "new.csv"
    )
    with pytest.raises(fa.InputError, match=r"step 1 \(put\), puts a year in place that the study has no applied"):
        columns(study_of(made), fa.Put(tmp_path / "new.csv", schedule="applied"))


def test_an_index_alone_makes_no_study_anew() -> None:
    index = fa.build_index(study_of(make_study.make(5)))
    with pytest.raises(fa.InputError, match=r"step 1 \(options\) makes the study anew"):
        fa.sweep(index, fa.Scenario("x", fa.Options(outlier=2.0)))


def test_weights_are_held() -> None:
    made = make_study.make(6, partner_table=False)
    study = study_of(made)
    lines = sorted({row["line"] for row in [*made["applied"], *(made["bound"] or [])]})
    plain = fa.sweep(study, [fa.Scenario("x")], lines=lines).chosen.to_pylist()
    for step in (fa.Price(0.5, prefixes="22"), fa.Exclude(["DEU", "CHN"]), fa.Resample(3), fa.Include("BLR")):
        held, moved = (
            fa.sweep(study, [fa.Scenario("x", step, *more)], lines=lines).chosen.to_pylist()
            for more in ((fa.Weights("fixed"),), ())
        )
        for key in ("imports", "matched"):
            assert [row[key] for row in held] == [row[key] for row in plain]
        assert [row["rate"] for row in held] == [row["rate"] for row in moved]
        averages = fa.sweep(study, [fa.Scenario("x", step, fa.Weights("fixed"))]).summary().to_pylist()
        for row in averages:
            here = [one for one in held if one["year"] == row["year"] and one["matched"] and one["rate"] is not None]
            total = sum(one["imports"] for one in here)
            mean = sum(one["imports"] * one["rate"] for one in here) / total
            assert row["weighted_mean_unadjusted"] == pytest.approx(mean, rel=1e-12)
