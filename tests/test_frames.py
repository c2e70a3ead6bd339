"""Results as dataframes, arrays and parts of tables, and against a baseline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from small import BASE, near, row, same_bits, study
from study_files import write_study

import fastavs as fa
from fastavs.errors import InputError
from fastavs.tables.frames import package, to_xarray

SCENARIOS = [
    fa.Scenario("dear", fa.FxShock("EUR", 1.5)), fa.Scenario("as it is"), fa.Scenario("free", fa.SetDuty("22", "0%")),
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> fa.Study:
    return fa.Study.load(write_study(tmp_path_factory.mktemp("frames")))


@pytest.fixture(scope="module")
def rates(loaded: fa.Study) -> fa.Rates:
    return loaded.rates()


@pytest.fixture(scope="module")
def swept(loaded: fa.Study) -> fa.Sweep:
    return fa.sweep(loaded, SCENARIOS, by=["chapter", "by/use"], lines=["2203000100"])


def test_whoever_speaks_arrow_takes_them(loaded: fa.Study, rates: fa.Rates, swept: fa.Sweep) -> None:
    for one, table in ((loaded, loaded.duties), (rates, rates.table), (swept, swept.summary())):
        assert pa.table(one).cast(table.schema).equals(table)
        assert len(one) == table.num_rows == len(pl.DataFrame(one))
        assert one
        with pytest.raises(TypeError):
            iter(one)  # type: ignore[call-overload]


def test_dataframes(loaded: fa.Study, rates: fa.Rates, swept: fa.Sweep) -> None:
    for one, columns in ((loaded, ["schedule", "year", "line", "duty"]), (rates, rates.table.column_names)):
        assert list(one.to_pandas().columns) == one.to_polars().columns == columns
    assert isinstance(swept.to_pandas(), pd.DataFrame)
    assert swept.to_polars()["scenario"].to_list()[::4] == ["dear", "as it is", "free"]
    assert rates.to_pandas()["rate"].isna().sum() == rates.table["rate"].null_count


def test_the_tariff_as_read(loaded: fa.Study) -> None:
    found = loaded.duties.to_pylist()
    assert found[0] == {"schedule": "applied", "year": 2019, "line": "0203110000", "duty": "max(15%, 0.5 EUR/kg)"}
    assert found[-1]["schedule"] == "bound"
    again = fa.Study(
        trade={"period": ["2019"], "line": ["2203000100"], "partner": ["DEU"], "value": [9.0]},
        applied=loaded.duties.filter(pc.equal(loaded.duties["schedule"], "applied")),
        fx={"period": ["2019"], "currency": ["EUR"], "fx": [1.1]}, base={"periods": ["2019"], "first_year": 2020},
    )  # fmt: skip
    assert len(again) == 19


def test_a_package_that_is_missing_is_named(rates: fa.Rates, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, call in (("pandas", rates.to_pandas), ("polars", rates.to_polars), ("xarray", rates.to_xarray)):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(InputError, match=f"to_{name} needs {name}, which is not installed"):
            call()


def test_a_package_that_fails_itself_is_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_one.py").write_text("import no_such_module\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        package("broken_one", "to_broken")


def test_arrays_of_rates_by_year_and_line(rates: fa.Rates) -> None:
    pytest.importorskip("xarray")
    found = rates.to_xarray()
    assert dict(found.sizes) == {"year": 4, "line": 7}
    assert found.attrs == {"title": "small [study] (made up [for tests]), FOB, USD", "rates": "fractions"}
    for one in rates.table.to_pylist():
        here = found.sel(year=one["year"], line=one["line"])
        for name in ("rate", "bound", "imports", "observations"):
            value = here[name].item()
            assert value == one[name] or (one[name] is None and np.isnan(value))
        assert here["duty"].item() == one["duty"] or one["duty"] is None
    assert np.isnan(found["rate"].sel(year=2019, line="0203110090"))
    assert pd.isna(found["governs"].sel(year=2019, line="0203110090").item())


def test_arrays_of_a_sweep_keep_the_order_of_scenarios(swept: fa.Sweep) -> None:
    pytest.importorskip("xarray")
    found = swept.to_xarray()
    assert found["scenario"].values.tolist() == ["dear", "as it is", "free"]
    assert found["year"].values.tolist() == [2019, 2020, 2021, 2022]
    assert found["lines"].dtype == np.int64
    expected = swept.summary()["simple_mean"].to_numpy().reshape(3, 4)
    np.testing.assert_array_equal(found["simple_mean"].values, expected)


def test_arrays_of_tables_in_chunks() -> None:
    pytest.importorskip("xarray")
    half = pa.table({"k": ["b", "a"], "n": [1, 2], "t": ["x", None]})
    found = to_xarray(pa.concat_tables([half, pa.table({"k": ["c"], "n": [3], "t": ["z"]})]), ["k"], {})
    assert found["k"].values.tolist() == ["a", "b", "c"]
    assert found["n"].values.tolist() == [2, 1, 3]
    assert found["t"].values.tolist()[1:] == ["x", "z"]
    assert pd.isna(found["t"].values[0])


# ---- parts of the table


def test_lines_under_a_code(rates: fa.Rates) -> None:
    for code in ("2203", "2203.00", "22", "2203 00"):
        assert set(rates.line(code)["line"].to_pylist()) == {"2203000100", "2203000900"}
    assert rates.line("2203.00.010.0")["year"].to_pylist() == [2019, 2020, 2021, 2022]
    assert rates.line("2203").schema == rates.table.schema


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("2204", 'no line of any year begins with this code "2204". Expected a code that lines begin with, as 2203'),
        ("beer", 'no code of a tariff "beer"'),
        ("", "no code of a tariff"),
        ("1" * 13, "no code of a tariff"),
        (2203, "the argument code does not fit"),
    ],
)
def test_codes_of_no_line(rates: fa.Rates, code: Any, told: str) -> None:
    with pytest.raises(InputError) as found:
        rates.line(code)
    assert told in str(found.value)


def test_a_year(rates: fa.Rates) -> None:
    assert set(rates[2021]["year"].to_pylist()) == {2021}
    assert sum(rates[year].num_rows for year in rates.years) == len(rates)
    with pytest.raises(InputError, match="no schedule of that year"):
        rates[2030]
    with pytest.raises(InputError, match="the argument year"):
        rates["2021"]  # type: ignore[index]


def test_the_duty_behind_each_line(rates: fa.Rates) -> None:
    assert rates.table.column_names[:4] == ["year", "line", "duty", "rate"]
    assert same_bits(rates.table.drop_columns("duty"), rates.as_written)
    duties = {(one["year"], one["line"]): one["duty"] for one in rates.table.to_pylist()}
    assert duties[2019, "2203000900"] == "5% + 0.018 EUR/l"
    assert duties[2021, "0203110090"] == "max(15%, 0.2 EUR/kg)"
    assert duties[2022, "0203110000"] == "12%"  # the bound duty is less, and governs


def test_a_duty_carried_over_from_other_lines_is_none_of_the_lines_own() -> None:
    rows = [row("2009", "22030001", "DEU", 900.0, 100.0), row("2010", "22030001", "DEU", 900.0, 100.0)]
    applied = {2011: {"22030001": "5%"}, 2009: {"22030001": "5%"}}
    found = study(rows, applied, {2012: {"22030001": "9%", "22030009": "9%"}}, base=BASE).rates()
    duties = {(one["year"], one["line"]): (one["duty"], one["rate"]) for one in found.table.to_pylist()}
    assert duties[2012, "22030001"] == ("5%", 0.05)
    assert duties[2012, "22030009"] == (None, 0.05)


def test_chapters_have_names_in_results_but_not_in_files(rates: fa.Rates, swept: fa.Sweep) -> None:
    names = {one["group"]: one["name"] for one in rates.by("chapter").to_pylist()}
    assert names["22"] == "Drinks and vinegar"
    assert {one["name"] for one in rates.groups_as_written("chapter").to_pylist()} == {None}
    assert {one["name"] for one in swept.by("chapter").to_pylist()} == set(names.values())
    assert same_bits(rates.by("by/use"), rates.groups_as_written("by/use"))


# ---- against a baseline


def test_every_figure_against_the_scenario_that_changes_nothing(swept: fa.Sweep) -> None:
    summary = {(one["scenario"], one["year"]): one for one in swept.summary().to_pylist()}
    found = swept.difference()
    assert found["scenario"].to_pylist() == ["dear"] * 4 + ["free"] * 4
    assert len(found.column_names) == len(swept.summary().column_names)
    for one in found.to_pylist():
        ours, base = summary[one["scenario"], one["year"]], summary["as it is", one["year"]]
        for name, value in one.items():
            if name.endswith("_points"):
                column = name.removesuffix("_points")
                if ours[column] is None or base[column] is None:
                    assert value is None
                else:
                    assert value == near(100.0 * (ours[column] - base[column]))
            elif name.endswith("_difference"):
                column = name.removesuffix("_difference")
                assert value == ours[column] - base[column]


def test_another_baseline_groups_and_lines(swept: fa.Sweep) -> None:
    assert set(swept.difference("free")["scenario"].to_pylist()) == {"dear", "as it is"}
    by_use = swept.difference("free", by="by/use")
    assert by_use.column_names[:4] == ["scenario", "group", "name", "year"]
    food = [one for one in by_use.to_pylist() if one["group"] == "food" and one["scenario"] == "as it is"]
    assert all(one["simple_mean_points"] > 0.0 for one in food)
    lines = swept.difference(lines=True)
    assert lines["line"].to_pylist() == ["2203000100"] * 8
    assert swept.chosen is not None
    rate = swept.chosen["rate"].to_pylist()  # of "dear", "as it is" and "free", four years each
    known = [place for place in range(4) if rate[4 + place] is not None]
    assert known
    for place in known:
        assert lines["rate_points"][4 + place].as_py() == near(100.0 * (rate[8 + place] - rate[4 + place]))


def test_baselines_that_are_none(loaded: fa.Study, swept: fa.Sweep) -> None:
    with pytest.raises(InputError, match=r'no such scenario "as is".*Did you mean "as it is"'):
        swept.difference("as is")
    with pytest.raises(InputError, match="not asked for that grouping"):
        swept.difference(by="industry")
    without = fa.sweep(loaded, SCENARIOS[0])
    with pytest.raises(InputError, match="no scenario of the sweep leaves the study as it is"):
        without.difference()
    with pytest.raises(InputError, match="not asked for lines"):
        without.difference("dear", lines=True)
    assert without.difference("dear").num_rows == 0
