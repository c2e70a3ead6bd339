"""Shocks: statements of GEMPACK, and the HAR file that they read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from model_tables import made, with_nulls
from test_export_har import COMM, REG, read, single

import fastavs as fa
from fastavs.errors import InputError


def power(year: int = 0) -> np.ndarray:
    after, before = made((2020,)).rate[year], made((2020,), seed=2).rate[year]
    return 100.0 * ((1.0 + after) / (1.0 + before) - 1.0)


def statements(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="ascii").splitlines() if not line.startswith("!")]


def test_one_statement_reads_a_har_file(tmp_path: Path) -> None:
    written = fa.export(made((2020,)), tmp_path / "cut.cmf", against=made((2020,), seed=2))
    assert [path.name for path in written.files] == ["cut.cmf", "cut_shocks.har", "cut_shocks.csv"]
    assert statements(tmp_path / "cut.cmf") == ['Shock tms(COMM,REG,"RUS") = file cut_shocks.har header "TMS";']
    found = read(tmp_path / "cut_shocks.har")["TMS"]
    assert (found.sets, found.labels) == (["COMM", "REG"], [COMM, REG])
    np.testing.assert_allclose(found.array, power(), rtol=1e-6, atol=1e-6)
    frame = pd.read_csv(tmp_path / "cut_shocks.csv")
    np.testing.assert_allclose(frame["change_in_power_pct"].to_numpy(), power().ravel(), rtol=1e-12, atol=1e-12)
    assert "synthetic" in (tmp_path / "cut.cmf").read_text()
    assert max(map(len, (tmp_path / "cut.cmf").read_text().splitlines())) <= 80


def test_all_destinations_are_the_whole_variable(tmp_path: Path) -> None:
    after, before = (replace(made((2020,), seed=seed), home="CHN") for seed in (1, 2))
    fa.export(after, tmp_path / "cut.cmf", against=before, destinations="regions")
    assert statements(tmp_path / "cut.cmf") == ['Shock tms = file cut_shocks.har header "TMS";']
    found = read(tmp_path / "cut_shocks.har")["TMS"]
    assert found.sets == ["COMM", "REG", "REG"]
    np.testing.assert_allclose(found.array[:, :, 1], power(), rtol=1e-6, atol=1e-6)
    assert not found.array[:, :, [0, 2]].any()


def test_plain_statements_hold_every_bit(tmp_path: Path) -> None:
    after, before = made((2020,)), made((2020,), seed=2)
    written = fa.export(after, tmp_path / "cut.cmf", against=before, plain=True)
    assert [path.name for path in written.files] == ["cut.cmf", "cut_shocks.csv"]
    found = {}
    for line in statements(tmp_path / "cut.cmf"):
        at = re.fullmatch(r'Shock tms\("(\w+)","(\w+)","RUS"\) = (-?[0-9.]+);', line)
        assert at, line
        found[at[1], at[2]] = float(at[3])
    change = replace(after, against=before).change_in_power
    assert change is not None
    expected = {(COMM[s], REG[r]): change[0, s, r] for s, r in np.ndindex(5, 3) if change[0, s, r]}
    assert found == expected
    assert len(found) == 14  # one cell is free before and after


def test_several_years_are_files_each(tmp_path: Path) -> None:
    written = fa.export(made(), tmp_path / "cut.cmf", against=made(seed=2))
    assert [path.name for path in written.files] == [
        f"cut_{year}{ending}" for year in (2011, 2020) for ending in (".cmf", "_shocks.har", "_shocks.csv")
    ]
    assert "file cut_2011_shocks.har" in (tmp_path / "cut_2011.cmf").read_text()
    assert set(pd.read_csv(tmp_path / "cut_2020_shocks.csv")["year"]) == {2020}


def test_unknown_tariffs_are_refused_or_left_and_named(tmp_path: Path) -> None:
    after, before = with_nulls(made((2020,))), made((2020,), seed=2)
    with pytest.raises(InputError) as error:
        fa.export(after, tmp_path / "cut.cmf", against=before)
    said = '2 of 15 cells have no tariff (0 before, 2 after, 0 both times): 2020, sector "food", region "EU27";'
    assert said in str(error.value)
    assert "--nulls leave" in str(error.value)
    assert not list(tmp_path.iterdir())
    written = fa.export(after, tmp_path / "cut.cmf", against=before, nulls="leave")
    assert any(line.startswith(f"Without a shock: {said}") for line in written.log)
    found = read(tmp_path / "cut_shocks.har")["TMS"].array
    assert found[0, 0] == found[2, 1] == 0.0
    np.testing.assert_array_equal(found[1], single(found[1]))
    assert pd.read_csv(tmp_path / "cut_shocks.csv")["change_in_power_pct"].isna().sum() == 2
    rate = after.rate.copy()
    rate[0, 0, 0], rate[0, 3, 0] = 0.1, np.nan
    with pytest.raises(InputError, match=r"\(1 before, 1 after, 1 both times\)"):
        fa.export(replace(after, rate=rate), tmp_path / "cut.cmf", against=with_nulls(before))


def test_unknown_tariffs_are_zero_before_and_after_where_asked(tmp_path: Path) -> None:
    after, before = with_nulls(made((2020,))), made((2020,), seed=2)
    rate = before.rate.copy()
    rate[0, 0, 0] = np.nan
    before = replace(before, rate=rate)
    with pytest.raises(InputError, match="--nulls zero"):
        fa.export(after, tmp_path / "cut.cmf", against=before)
    written = fa.export(after, tmp_path / "cut.cmf", against=before, nulls="zero")
    told = [line for line in written.log if line.startswith("Written as 0, as asked: ")]
    assert "2 of 15 cells have no tariff: 1 without trade and 1 with trade but no known rate" in told[0]
    assert "baseline: 1 of 15 cells have no tariff" in told[1]
    assert any(line.startswith("1 of these cells has a tariff in the scenario or the base") for line in written.log)
    found = read(tmp_path / "cut_shocks.har")["TMS"].array
    assert found[0, 0] == found[2, 1] == 0.0
    assert np.count_nonzero(found) == 12
    frame = pd.read_csv(tmp_path / "cut_shocks.csv")
    assert not frame[["rate", "baseline_rate", "change_in_power_pct"]].isna().any(axis=None)
    rate[0, 3, 0] = -1.5
    with pytest.raises(InputError, match="a shock needs a finite change"):
        fa.export(after, tmp_path / "cut.cmf", against=replace(before, rate=rate), nulls="zero")


def test_files_of_an_earlier_export_stay_and_its_log_goes_with_its_file(tmp_path: Path) -> None:
    table = made((2020,))
    fa.export(table, tmp_path / "cut.har")
    fa.export(table, tmp_path / "cut.csv")
    fa.export(table, tmp_path / "cut_shocks.csv")
    kept = {name: (tmp_path / name).read_bytes() for name in ("cut.har", "cut.csv", "cut.csv.log")}
    (tmp_path / "cut.cmf.log").write_text("of somebody else")
    fa.export(table, tmp_path / "cut.cmf", against=made((2020,), seed=2))
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept
    assert not (tmp_path / "cut_shocks.csv.log").exists()
    assert (tmp_path / "cut.cmf.log").read_text() == "of somebody else"


def test_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shocks are changes from a baseline, and there is none"):
        fa.export(made((2020,)), tmp_path / "cut.cmf")


def test_names_of_files_that_gempack_does_not_take(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'ASCII alone "my cut_shocks\.har"'):
        fa.export(made((2020,)), tmp_path / "my cut.cmf", against=made((2020,), seed=2))


@pytest.mark.parametrize("plain", [False, True])
def test_tariffs_without_a_power_are_refused_or_left_and_named(plain: bool, tmp_path: Path) -> None:
    """A change of 1 + t from or to 0 or less means nothing, and neither does one that is too large."""
    after, before = made((2020,)), made((2020,), seed=2)
    rate, base = after.rate.copy(), before.rate.copy()
    rate[0, 0, 0], base[0, 2, 1], rate[0, 3, 2] = -1.5, -1.0, 1e307
    imports = np.ones(after.shape)
    after, before = replace(after, rate=rate, imports=imports), replace(before, rate=base)
    with pytest.raises(InputError) as error:
        fa.export(after, tmp_path / "cut.cmf", against=before, plain=plain)
    said = '3 of 15 cells have none, for a tariff is -100 % or less, or too large: 2020, sector "food", region "EU27";'
    assert said in str(error.value)
    assert not list(tmp_path.iterdir())
    written = fa.export(after, tmp_path / "cut.cmf", against=before, plain=plain, nulls="leave")
    assert any(line.startswith(f"Without a shock: {said}") for line in written.log)
    lines = (tmp_path / "cut.cmf").read_text()
    assert "inf" not in lines
    assert "nan" not in lines
    if not plain:
        found = read(tmp_path / "cut_shocks.har")["TMS"].array
        assert found[0, 0] == found[2, 1] == found[3, 2] == 0.0
        assert np.isfinite(found).all()
    frame = pd.read_csv(tmp_path / "cut_shocks.csv")
    assert frame["change_in_power_pct"].isna().sum() == 3
    assert frame["log_power"].isna().sum() == 1


def test_every_format_tells_of_tariffs_without_a_power(tmp_path: Path) -> None:
    rate = made((2020,)).rate.copy()
    rate[0, 0, 0] = -1.0
    after = replace(made((2020,)), rate=rate)
    for name in ("t.csv", "t.dta", "t.nc"):
        written = fa.export(after, tmp_path / name, against=made((2020,), seed=2))
        assert (
            '1 of 15 cells have a tariff of -100 % or less, and 1 + t has no logarithm: 2020, sector "food"'
            in "".join(written.log)
        )
    assert np.isnan(pd.read_stata(tmp_path / "t.dta")["log_power"]).sum() == 1
    assert "no logarithm" in (tmp_path / "t.csv.log").read_text()
    with pytest.raises(InputError, match="HAR has no null, and 1 of 15 cells have no finite change"):
        fa.export(after, tmp_path / "t.har", against=made((2020,), seed=2))


@pytest.mark.parametrize("large", [1e300, 2e300, 5e300, -4e300])
def test_numbers_that_mean_something_else_in_gams(large: float, tmp_path: Path) -> None:
    pytest.importorskip("gams.core.gdx", reason="gamsapi is not installed")
    rate = made((2020,)).rate.copy()
    rate[0, 0, 0] = large
    with pytest.raises(InputError, match=r"GDX has no numbers of 1e\+300 and above, and rtms has 1: 2020"):
        fa.export(replace(made((2020,)), rate=rate, imports=np.ones(rate.shape)), tmp_path / "t.gdx")
    with pytest.raises(InputError, match="larger than any number"):
        fa.export(replace(made((2020,)), rate=rate, imports=np.full(rate.shape, 1e9)), tmp_path / "t.csv")
    assert not list(tmp_path.iterdir())
