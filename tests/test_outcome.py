"""What comes of a sweep: the tidy table, revenue, what moves most, draws and their bands, sampling errors, the page."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from statistics import NormalDist
from typing import Any

import make_study
import numpy as np
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from small import near, row, study
from study_files import write_study
from test_twin import study_of

import fastavs as fa
from fastavs.cli import main
from fastavs.reform.drawing import normals, seeds_of_partners

BEER, WINE, SUGAR = "2203000100", "2204210600", "1701131001"
AS_IT_IS = fa.Scenario("as it is")


def drinks(**more: Any) -> fa.Study:
    """Own years 2009 and 2010; in 2010 beer at 1.5 USD a kg pays 10 % to DEU and 20 % to FRA, wine 20 %, sugar null."""
    rows = [
        row("2010", BEER, "DEU", 300.0, 100.0), row("2010", BEER, "FRA", 600.0, 400.0), row("2010", WINE, "FRA", 100.0),
        row("2010", SUGAR, "DEU", 50.0), row("2009", BEER, "DEU", 100.0, 100.0),
    ]  # fmt: skip
    duties = {BEER: "0.3 USD/kg", WINE: "20%", SUGAR: "0.1 USD/kg"}
    groups = {"drinks": {"prefix": ["22", "17"], "group": ["a", "b"], "name": ["Drinks", "Sugar"]}}
    return study(rows, {2009: duties, 2010: duties}, groups=groups, options={"outlier": 100.0}, **more)


def figures(sweep: fa.Sweep, scenario: str, year: int, group: str | None = None) -> dict[str, tuple[Any, Any]]:
    """Value and difference by statistic."""
    keys = (scenario, year, group)
    rows = sweep.tidy().to_pylist()
    return {
        one["statistic"]: (one["value"], one["difference"])
        for one in rows
        if (one["scenario"], one["year"], one["group"]) == keys
    }


def test_tidy_by_hand() -> None:
    half = fa.Scenario("half", fa.Scale(0.5))
    sweep = fa.sweep(drinks(), [half, AS_IT_IS], by="drinks")
    rate = (0.3 / 3.0 + 0.3 / 1.5) / 2
    found = figures(sweep, "half", 2010)
    assert found["revenue"] == (near((rate * 900 + 20.0) / 2), near(-(rate * 900 + 20.0) / 2))
    assert found["known_imports"] == (1000.0, 0.0)
    assert found["unknown_imports"] == (50.0, 0.0)
    assert found["lines"] == (3.0, 0.0)
    assert found["simple_mean"] == (near((rate + 0.2) / 4), near(-(rate + 0.2) / 4))
    of_group = figures(sweep, "half", 2010, "drinks a")
    assert of_group["revenue"][0] == near((rate * 900 + 20.0) / 2)
    assert of_group["weighted_mean"][0] == near((rate * 900 + 20.0) / 2000)
    assert figures(sweep, "half", 2010, "drinks b")["unknown_imports"] == (50.0, 0.0)
    assert figures(sweep, "as it is", 2009)["revenue"] == (near(30.0), 0.0)
    assert sweep.tidy().column_names == ["scenario", "year", "group", "statistic", "value", "difference"]


@pytest.mark.parametrize("seed", range(4))
def test_revenue_over_known_imports_is_the_weighted_mean(seed: int) -> None:
    steps = [("capped", fa.Cap("10%")), ("late", fa.Scale(0.5, years=2011)), ("old", fa.ShiftDuty(0.02))]
    sweep = fa.sweep(study_of(make_study.make(seed)), [AS_IT_IS, *(fa.Scenario(*one) for one in steps)], by="chapter")
    rows = sweep.tidy().to_pylist()
    some = {(one["scenario"], one["year"], one["group"], one["statistic"]): one["value"] for one in rows}
    checked = 0
    for (scenario, year, group, statistic), value in some.items():
        mean = some.get((scenario, year, group, "weighted_mean_unadjusted" if group is None else "weighted_mean"))
        if statistic == "revenue" and mean is not None:
            assert value == pytest.approx(mean * some[scenario, year, group, "known_imports"], rel=1e-13)
            checked += 1
    assert checked > 20


def test_revenue_is_at_base_quantities_and_the_scenarios_prices() -> None:
    dear = fa.Scenario("dear", fa.Price(2.0))
    wine = fa.Scenario("dear wine", fa.Price(1.5, prefixes=["2204", "99"], partners="FRA"))
    exclude = fa.Scenario("without DEU", fa.Exclude("DEU"))
    given = [AS_IT_IS, dear, fa.Scenario("shock", fa.PriceShock(2.0)), wine, exclude]
    sweep = fa.sweep(drinks(), given, by="drinks")
    for name in ("dear", "shock"):  # amounts bring in the same, percentages twice as much
        found = figures(sweep, name, 2010)
        assert found["revenue"] == (near(0.15 * 900 + 2 * 20.0), near(20.0))
        assert found["known_imports"] == (near(2000.0), near(1000.0))
        assert found["unknown_imports"][0] == near(100.0)
    found = figures(sweep, "dear wine", 2010)
    assert (found["revenue"], found["known_imports"]) == ((near(165.0), near(10.0)), (near(1050.0), near(50.0)))
    found = figures(sweep, "without DEU", 2010)
    assert (found["revenue"][0], found["known_imports"]) == (near(0.2 * 900 + 20.0), (1000.0, 0.0))


def test_what_moves_under_other_prices_pays_by_these_prices() -> None:
    sweep = fa.sweep(drinks(), [AS_IT_IS, fa.Scenario("dear", fa.Price(2.0))])
    (line,) = sweep.movers("dear", year=2010).to_pylist()
    assert (line["line"], line["before"], line["after"], line["imports"]) == (BEER, near(0.15), near(0.075), 900.0)
    assert line["revenue_difference"] == pytest.approx(0.0, abs=1e-9)
    (group,) = sweep.movers("dear", by="chapter", year=2010).to_pylist()
    assert (group["imports"], group["revenue_difference"]) == (1000.0, near(20.0))
    partners = {one["partner"]: one for one in sweep.movers("dear", by="partner", year=2010).to_pylist()}
    assert partners["FRA"]["revenue_difference"] == near(20.0)
    assert partners["DEU"]["revenue_difference"] == pytest.approx(0.0, abs=1e-9)


def test_lines_that_move_most() -> None:
    sweep = fa.sweep(drinks(), [AS_IT_IS, fa.Scenario("capped", fa.Cap("12%")), fa.Scenario("free", fa.Set("0%"))])
    found = sweep.movers("capped").to_pylist()
    assert [one["line"] for one in found] == [WINE, BEER]
    assert found[0] == {
        "line": WINE, "before": 0.2, "after": 0.12, "difference_points": near(-8.0), "imports": 100.0,
        "revenue_difference": near(-8.0),
    }  # fmt: skip
    assert found[1]["after"] == near(0.11)
    assert sweep.movers("capped", top=1).num_rows == 1
    groups = sweep.movers("free", by="drinks", year=2010).to_pylist()
    assert groups[0]["name"] == "Drinks"
    assert groups[0]["before"] == near((0.15 * 900 + 20.0) / 1000)
    assert groups[0]["revenue_difference"] == near(-155.0)
    assert sweep.movers("as it is", "free", by="chapter")["difference_points"].to_pylist() == [near(15.5)]


def test_partners_that_move_most_face_their_own_rates() -> None:
    sweep = fa.sweep(drinks(), [AS_IT_IS, fa.Scenario("capped", fa.Cap("12%"))])
    found = {one["partner"]: one for one in sweep.movers("capped", by="partner", year=2010).to_pylist()}
    assert set(found) == {"FRA"}  # what DEU pays is 10 %
    france = found["FRA"]
    assert (france["before"], france["after"]) == (near(0.2), near(0.12))
    assert (france["imports"], france["revenue_difference"]) == (700.0, near(-56.0))


def test_movers_of_what_is_not_there() -> None:
    sweep = fa.sweep(drinks(), [AS_IT_IS, fa.Scenario("free", fa.Set("0%"))])
    for arguments, told in (
        ({"scenario": "fre"}, "no such scenario"),
        ({"scenario": "free", "by": "industry"}, "no such grouping"),
        ({"scenario": "free", "year": 2012}, "no schedule of that year"),
    ):
        with pytest.raises(fa.InputError, match=told):
            sweep.movers(**arguments)
    with pytest.raises(fa.InputError, match="no longer has what it was worked out from"):
        pickle.loads(pickle.dumps(sweep)).movers("free")
    index = drinks().index()
    alone = fa.sweep(index, [AS_IT_IS, fa.Scenario("free", fa.Scale(0.5))])
    assert alone.movers("free").num_rows == 2
    with pytest.raises(fa.InputError, match="does not hold the recorded trade"):
        alone.movers("free", by="partner")


# ---- draws


def drawn(name: str = "drawn", *steps: Any, **how: Any) -> fa.Scenario:
    return fa.Scenario(name, *steps, draws={"n": 12, "seed": 3} | how)


def of_draws(sweep: fa.Sweep, name: str = "drawn") -> np.ndarray:
    return sweep.drawn[[one.name for one in sweep.scenarios].index(name)]


def same(left: np.ndarray, right: np.ndarray) -> bool:
    return bool(((left == right) | (np.isnan(left) & np.isnan(right))).all())


def test_normal_numbers_are_those_of_the_seed() -> None:
    many = normals(5, "price", 4000)
    assert (np.mean(many), np.std(many)) == (pytest.approx(0, abs=0.05), pytest.approx(1, abs=0.05))
    assert many[:7] == normals(5, "price", 7)
    assert many[:7] != normals(5, "fx EUR", 7)
    assert normals(1, "price", 1) == [pytest.approx(NormalDist().inv_cdf(NormalDist().cdf(normals(1, "price", 1)[0])))]


def test_draws_are_the_scenarios_that_the_numbers_come_to() -> None:
    made = study_of(make_study.make(3))
    euro, price = normals(3, "fx EUR", 12), normals(3, "price", 12)
    by_hand = [
        fa.Scenario(str(one), fa.Cap("10%"), fa.Fx({"EUR": math.exp(0.1 * z)}), fa.Price(math.exp(0.2 * y)))
        for one, (z, y) in enumerate(zip(euro, price, strict=True))
    ]
    sweep = fa.sweep(made, [drawn("drawn", fa.Cap("10%"), fx={"EUR": 0.1}, price=0.2)])
    expected = fa.sweep(made, by_hand).figures
    np.testing.assert_allclose(of_draws(sweep), expected, rtol=1e-12, atol=1e-14)


def test_draws_of_partners_are_resamples() -> None:
    made = study_of(make_study.make(4))
    by_hand = [fa.Scenario(str(one), fa.Resample(one)) for one in seeds_of_partners(3, 12)]
    assert same(of_draws(fa.sweep(made, drawn(partners=True))), fa.sweep(made, by_hand).figures)


def test_draws_of_cuts_move_every_cut() -> None:
    made = study_of(make_study.make(5))
    steps = (fa.Scale(0.5), fa.Add(0.01), fa.Tiers([fa.Tier(0, 0.1), fa.Tier(0.05, 0.3)]))
    first, last = (normals(3, f"cut {place}", 12) for place in (0, 2))
    by_hand = []
    for one, (z, y) in enumerate(zip(first, last, strict=True)):
        cuts = [min(max(cut + 0.2 * y, 0.0), 1.0) for cut in (0.1, 0.3)]
        scale = 1.0 - min(max(0.5 + 0.2 * z, 0.0), 1.0)
        tiers = fa.Tiers([fa.Tier(0, cuts[0]), fa.Tier(0.05, cuts[1])])
        by_hand.append(fa.Scenario(str(one), fa.Scale(scale), steps[1], tiers))
    found = of_draws(fa.sweep(made, drawn("drawn", *steps, cut=0.2)))
    np.testing.assert_allclose(found, fa.sweep(made, by_hand).figures, rtol=1e-9, atol=1e-12)
    assert np.nanstd(found[:, -1, 1]) > 0


def test_draws_do_not_depend_on_company_threads_or_how_many_there_are() -> None:
    made = study_of(make_study.make(6))
    one = drawn("drawn", fa.Scale(0.9), fx={"EUR": 0.1}, price=0.1, partners=True)
    found = of_draws(fa.sweep(made, one, threads=1))
    others = [AS_IT_IS, drawn("other", price=0.3), fa.Scenario("base", fa.Cap("5%"))]
    assert same(found, of_draws(fa.sweep(made, [*others, one], threads=2)))
    more = one.changed(draws={"n": 15, "seed": 3, "fx": {"EUR": 0.1}, "price": 0.1, "partners": True})
    assert same(found, of_draws(fa.sweep(made, more))[:12])
    assert not same(found, of_draws(fa.sweep(made, one.changed(draws=one.draws.written() | {"seed": 4}))))


def test_bands_are_percentiles_of_the_draws() -> None:
    sweep = fa.sweep(drinks(), [AS_IT_IS, drawn(price=0.2)], outputs=["lines", "simple_mean", "weighted_mean"])
    rows = sweep.bands().filter(pc.field("statistic") == "simple_mean").to_pylist()
    assert [one["year"] for one in rows] == [2009, 2010]
    some = of_draws(sweep)[:, 1, 1]
    assert rows[1]["p25"] == near(float(np.percentile(some, 25)))
    assert rows[1]["sd"] == near(float(np.std(some, ddof=1)), 1e-12)
    assert (rows[1]["draws"], rows[1]["known"], rows[1]["scenario"]) == (12, 12, "drawn")
    tidy = figures(sweep, "drawn", 2010)
    assert tidy["simple_mean_draws_p25"] == (rows[1]["p25"], near(rows[1]["p25"] - tidy["simple_mean"][0], 1e-9))
    assert fa.sweep(drinks(), AS_IT_IS).bands().num_rows == 0


def test_draws_that_do_not_fit() -> None:
    for scenario, told in (
        (drawn("drawn", fa.Cap("10%"), cut=0.1), "no step that cuts by a fraction"),
        (drawn("drawn", fa.Resample(1), partners=True), "resamples its partners and draws them besides"),
        (drawn(fx={"GBP": 0.1}), "GBP"),
    ):
        with pytest.raises(fa.InputError, match=told):
            fa.sweep(drinks(), scenario)


# ---- sampling errors


@pytest.mark.parametrize(("seed", "knobs"), [(3, {}), (4, {"method": "pooled"}), (5, {"unresolved": "zero"})])
def test_sampling_errors_are_those_of_whole_sweeps(seed: int, knobs: dict[str, Any], tmp_path: Path) -> None:
    made = study_of(make_study.make(seed, **knobs))
    found = made.sampling_error(20, 7, threads=1)
    assert found.table.equals(made.sampling_error(20, 7, threads=2).table)
    scenarios = [fa.Scenario(str(one), fa.Resample(one)) for one in seeds_of_partners(7, 20)]
    fa.sweep(made, scenarios, whole_lines=tmp_path / "lines.parquet")
    whole = pq.read_table(tmp_path / "lines.parquet")
    rates = whole["rate"].to_numpy(zero_copy_only=False).reshape(20, -1)
    ours = {name: found.table[name].to_numpy(zero_copy_only=False) for name in found.table.column_names}
    assert ours["line"].tolist() == whole["line"].to_pylist()[: ours["line"].size]
    known = (~np.isnan(rates)).sum(axis=0)
    assert (ours["known"] == known).all()
    some = known > 1
    error = np.nanstd(rates[:, some], axis=0, ddof=1)
    np.testing.assert_allclose(ours["standard_error"][some], error, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(ours["p95"][some], np.nanpercentile(rates[:, some], 95, axis=0), rtol=1e-12)
    assert np.isnan(ours["p5"][~some]).all()
    assert (error > 0).any()


def test_lines_with_the_widest_bands() -> None:
    found = drinks().sampling_error(30)
    wide = found.widest(top=5).to_pylist()
    assert [one["line"] for one in wide] == [BEER]
    assert (wide[0]["p5"], wide[0]["p95"]) == (near(0.1), near(0.2))
    assert "30 draws" in found.plot().get_title(loc="left")
    assert found.widest(year=2009).num_rows == 0
    with pytest.raises(fa.InputError, match="no schedule of that year"):
        drinks().sampling_error(5, years=2012)


# ---- files and pages

FILE = """
[[scenario]]
name = "capped"
title = "A cap of ten percent"
[[scenario.step]]
cap = "10%"

[[scenario]]
name = "with bands"
base = "capped"
draws = { n = 30, fx = { EUR = 0.1 }, price = 0.2 }
"""


def test_sweep_command_writes_the_tidy_table_and_the_page(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    (tmp_path / "s.toml").write_text(FILE)
    for name in ("tidy.csv", "tidy.parquet"):
        more = ["--tidy", str(tmp_path / name), "--report", str(tmp_path / "page.html"), "--by", "chapter"]
        done = CliRunner().invoke(main, ["sweep", str(path), str(tmp_path / "s.toml"), *more])
        assert done.exit_code == 0, done.output
    in_csv, whole = pyarrow.csv.read_csv(tmp_path / "tidy.csv"), pq.read_table(tmp_path / "tidy.parquet")
    assert in_csv["value"].to_pylist() == whole["value"].to_pylist()
    assert set(whole["scenario"].to_pylist()) == {"as it is", "capped", "with bands"}
    assert "weighted_mean_unadjusted_draws_p95" in whole["statistic"].to_pylist()
    page = (tmp_path / "page.html").read_text()
    for told in (
        "A cap of ten percent", "capped at 10 %", "30 draws of exchange rates and prices", "Revenue at base trade",
        "Step by step, and what each touches", "Chapters that move most", "Partners that move most",
    ):  # fmt: skip
        assert told in page, told
    for more in (["--baseline", "nobody", "--tidy", str(tmp_path / "t.csv")], ["--tidy", str(tmp_path / "t.xlsx")]):
        assert CliRunner().invoke(main, ["sweep", str(path), str(tmp_path / "s.toml"), *more]).exit_code == 2


def test_fan_of_a_scenario_with_draws() -> None:
    sweep = fa.sweep(drinks(), [AS_IT_IS, drawn(price=0.2)])
    assert "12 draws of prices" in sweep.plot.fan(column="simple_mean").get_title(loc="left")
    two = fa.sweep(drinks(), [AS_IT_IS, drawn(price=0.2), drawn("more", price=0.3)])
    assert two.plot.fan(of="more")
    with pytest.raises(fa.InputError, match="of several scenarios"):
        two.plot.fan()
