"""Groups and lines of a sweep, against studies whose duties are rewritten."""

from __future__ import annotations

import math
import tracemalloc
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import rewritten
from alike import assert_same_table
from test_sweep import KNOBS, scenarios_for
from test_twin import study_of

import fastavs as fa
from fastavs.results.groups import GROUP, SCENARIO
from fastavs.results.lines import SCHEMA

GROUPINGS = ["chapter", "industry"]
DEAR = fa.Scenario("dear", fa.FxShock("EUR", 1.3))
AS_IT_IS = fa.Scenario("as it is")


def assert_same(ours: list[dict[str, Any]], theirs: list[dict[str, Any]], below_nought: bool = False) -> None:
    """Rates to 1e-14, all else equal. Duties below 0 let means cancel, and deviations are differences."""
    assert len(ours) == len(theirs)
    for found, row in zip(ours, theirs, strict=True):
        assert list(found) == list(row)
        for column, expected in row.items():
            where = f"{column}: {found}, expected {row}"
            if isinstance(expected, float) and found[column] is not None:
                slack = 4e-15 if column == "simple_sd" or below_nought else 0.0
                assert math.isclose(found[column], expected, rel_tol=1e-14, abs_tol=slack), where
            else:
                assert found[column] == expected, where


def some_codes(made: dict[str, Any]) -> list[str]:
    """Lines of several schedules, some of them in few years."""
    return sorted({row["line"] for rows in (made["applied"], made["bound"]) for row in rows})[::7]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()) or "drawn")
def test_groups_and_lines_are_those_of_changed_schedules(seed: int, knobs: dict[str, Any], tmp_path: Path) -> None:
    made = make_study.make(8300 + seed, **({"method": "partner"} | knobs))
    study = study_of(made)
    scenarios, codes = scenarios_for(made, seed, many=3), some_codes(made)
    fa.build_index(study, scenarios).save(tmp_path / "i.avs")
    index = fa.SortedIndex.load(tmp_path / "i.avs")
    found = fa.sweep(index, scenarios, by=GROUPINGS, lines=codes, whole_lines=tmp_path / "lines.parquet")
    few = fa.sweep(index, scenarios, lines=[*codes, codes[0]], threads=1)
    every, groups = [], {title: [] for title in GROUPINGS}
    for scenario in scenarios:
        rates = rewritten.rates(study, scenario)
        every += [{"scenario": scenario.name} | row for row in rates.table.to_pylist()]
        for title in GROUPINGS:
            groups[title] += [{"scenario": scenario.name} | row for row in rates.by(title).to_pylist()]
    whole = pq.read_table(tmp_path / "lines.parquet")
    assert_same(whole.to_pylist(), every, "odd_duties" in knobs)
    for title in GROUPINGS:
        assert_same(found.groups[title].to_pylist(), groups[title], "odd_duties" in knobs)
        assert found.groups[title].schema == GROUP.insert(0, SCENARIO)
    assert found.chosen is not None
    assert found.chosen.to_pylist() == [row for row in whole.to_pylist() if row["line"] in codes]
    assert few.chosen == found.chosen
    assert whole.schema.remove_metadata() == SCHEMA.insert(0, SCENARIO)


def test_a_scenario_of_its_own_reports_the_same_bits() -> None:
    made = make_study.make(8400, method="partner")
    study = study_of(made)
    scenarios, codes = scenarios_for(made, 2, many=5), some_codes(made)
    index = fa.build_index(study, scenarios)
    plain = fa.sweep(index, scenarios)
    together = fa.sweep(index, scenarios, by=GROUPINGS, lines=codes)
    assert np.array_equal(plain.figures, together.figures, equal_nan=True)
    assert together.chosen is not None
    for place, scenario in enumerate(scenarios):
        alone = fa.sweep(index, [scenario], by=GROUPINGS, lines=codes)
        assert alone.chosen is not None
        for ours, theirs in (
            (alone.chosen, together.chosen),
            *((alone.by(title), together.by(title)) for title in GROUPINGS),
        ):
            n = ours.num_rows
            assert ours.drop_columns("scenario").equals(theirs.slice(place * n, n).drop_columns("scenario"))


def test_whole_lines_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    study = study_of(make_study.make(12, method="partner"))
    path = tmp_path / "lines.parquet"
    fa.sweep(study, [AS_IT_IS, DEAR], whole_lines=path)
    file = pq.ParquetFile(path)
    rows = study.rates().table.num_rows
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [rows, rows]
    before = path.read_bytes()

    def stop(step: str, done: int, of: int) -> None:
        if step == "lines" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fa.sweep(study, [AS_IT_IS, DEAR, fa.Scenario("third")], whole_lines=path, progress=stop)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["lines.parquet"]
    with pytest.raises(fa.InputError, match="the lines cannot be written"):
        fa.sweep(study, [DEAR], whole_lines=tmp_path / "nowhere" / "lines.parquet")


def test_memory_does_not_grow_with_scenarios_times_lines() -> None:
    lines = [f"{chapter}{i:08d}" for chapter in ("17", "22") for i in range(2500)]
    n = len(lines)
    trade = {
        "period": ["2020"] * n, "line": lines, "partner": ["DEU"] * n,
        "value": np.linspace(1.0, 9.0, n), "quantity": np.linspace(5.0, 2.0, n), "unit": ["kg"] * n,
    }  # fmt: skip
    applied = {"year": [2020] * n, "line": lines, "duty": [f"max({i % 20}%, 0.1 EUR/kg)" for i in range(n)]}
    fx = {"period": ["2020"], "currency": ["EUR"], "fx": [1.1]}
    index = fa.build_index(fa.Study(trade, applied, fx=fx))

    def peak(many: int) -> int:
        scenarios = [fa.Scenario(f"s{i}", fa.FxShock("EUR", 1.0 + i / 1000)) for i in range(many)]
        fa.sweep(index, scenarios[:2], by=["chapter"], threads=1)
        tracemalloc.start()
        found = fa.sweep(index, scenarios, by=["chapter"], threads=1)
        held, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert found.by("chapter").num_rows
        return most - held

    few, many = peak(150), peak(600)  # both fill blocks
    one_column = n * 8
    assert many - few < 450 * one_column / 4, (few, many)


def test_what_does_not_exist_is_said_at_once() -> None:
    study = study_of(make_study.make(12, method="partner"))
    with pytest.raises(fa.InputError, match="was not asked for"):
        fa.sweep(study, [DEAR], by=["chapter"]).by("industry")
    with pytest.raises(fa.InputError, match=r"no such grouping.*chapter"):
        fa.sweep(study, [DEAR], by="chapters")
    for code in ("9999999999", "22", "no code"):
        with pytest.raises(fa.InputError, match="no schedule has that line"):
            fa.sweep(study, [DEAR], lines=[code])


def test_the_pooled_method_reports_groups_and_lines_too(tmp_path: Path) -> None:
    made = make_study.make(13, method="pooled")
    study = study_of(made)
    code = made["applied"][0]["line"]
    found = fa.sweep(study, [DEAR], by=GROUPINGS, lines=[code], whole_lines=tmp_path / "lines.parquet")
    rates = rewritten.rates(study, DEAR)
    assert_same_table(found.by("industry").drop_columns("scenario"), rates.by("industry"), rel=2e-15)
    whole = pq.read_table(tmp_path / "lines.parquet").drop_columns("scenario")
    assert_same_table(whole, rates.table, rel=2e-15)
    assert found.chosen is not None
    some = whole.filter(pc.equal(whole["line"], code)).to_pylist()
    assert found.chosen.drop_columns("scenario").to_pylist() == some
