"""A weighted mean that rests on few lines: the plain one leads, and the corrected one carries a caution."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import near, row, study

import fastavs as fa
from fastavs.cli.main import main
from fastavs.report.figure_path import _weighted
from fastavs.report.findings import tiles
from fastavs.report.known import KNOWN_AD_VALOREM
from fastavs.report.page_tables import page_table
from fastavs.report.tables import build_tables
from fastavs.results.thin import is_thin, matched_by_scenario, matched_told, thin_by_scenario, thin_caution

LINES = ["2203000100", "2204100000", "2205000000", "2206000000", "2207000000"]


def test_a_correction_to_below_zero_is_no_headline() -> None:
    # two of five lines are matched, at 40 and 2 percent; trade is nearly all in the low one
    duties = dict(zip(LINES, ("40%", "2%", "0%", "0%", "0%"), strict=True))
    one = study(
        [row("2010", LINES[0], "DEU", 1.0), row("2010", LINES[1], "DEU", 99.0)],
        {2012: duties}, base={"periods": ["2010"], "first_year": 2011}, options={"levels": [4]},
    )  # fmt: skip
    rates = one.rates()
    (year,) = summary = rates.summary().to_pylist()
    assert (year["matched_lines"], year["lines"]) == (2, 5)
    assert year["weighted_mean_unadjusted"] == near(0.0238)
    assert year["weighted_mean"] == near(0.0238 + 0.084 - 0.21)
    assert is_thin(year)
    assert thin_caution(summary) == (
        "Take the weighted mean as it is, not the adjusted one, for 2012 (2 of 5 lines matched): less than half of the "
        "lines are matched, or the correction is larger than the mean."
    )
    assert matched_told(summary) == "2012 (2 of 5)"
    tile = next(tile for tile in tiles(rates, summary) if tile.label == "Weighted mean")
    assert tile.number == "2.4\u00a0%"


def test_a_year_with_its_own_trade_is_never_thin() -> None:
    own = study([row("2010", LINES[0], "DEU", 1.0)], {2010: dict.fromkeys(LINES, "5%")})
    assert thin_caution(own.rates().summary().to_pylist()) is None


def write_thin(folder: Path) -> Path:
    """The study of two matched lines of five, in files; gives the path of study.toml."""
    trade = f"period,line,partner,value\n2010,{LINES[0]},DEU,1\n2010,{LINES[1]},DEU,99\n"
    (folder / "trade.csv").write_text(trade)
    rows = "".join(f"2012,{line},{duty}\n" for line, duty in zip(LINES, ("40%", "2%", "0%", "0%", "0%"), strict=True))
    (folder / "applied.csv").write_text("year,line,duty\n" + rows)
    (folder / "study.toml").write_text(
        'name = "thin"\n[trade]\nfiles = ["trade.csv"]\n[schedules]\napplied = ["applied.csv"]\n'
        '[base]\nperiods = ["2010"]\nfirst_year = 2011\n'
    )
    return folder / "study.toml"


def test_the_screen_leads_with_the_plain_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", str(write_thin(tmp_path)), "--out", str(tmp_path / "out"), "--no-report"])
    screen = " ".join(capsys.readouterr().out.split())
    assert "2012 5 0 8.40 17.69 2.38 -10.22" in screen
    assert "Lines matched: 2012 (2 of 5)." in screen
    assert "Take the weighted mean as it is, not the adjusted one, for 2012" in screen


def test_a_sweep_says_so_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scenarios.toml").write_text(
        '[[scenario]]\nname = "as it is"\n[[scenario]]\nname = "half"\nscale = [{ ad_valorem = 0.5 }]\n'
    )
    with pytest.raises(SystemExit):
        main(["sweep", str(write_thin(tmp_path)), str(tmp_path / "scenarios.toml")])
    screen = " ".join(capsys.readouterr().out.split())
    assert "as it is 2012 8.40 17.69 2.38 -10.22" in screen
    assert "half 2012 4.20 8.84 1.19 -5.11" in screen
    assert "Lines matched: 2012 (2 of 5)." in screen
    assert screen.count("Take the weighted mean as it is, not the adjusted one, for 2012 (2 of 5 lines matched)") == 1


def test_a_sweep_says_it_of_each_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_thin(tmp_path)
    trade = f"period,line,partner,value\n2010,{LINES[0]},DEU,1\n2010,{LINES[1]},FRA,99\n2010,{LINES[2]},FRA,5\n"
    (tmp_path / "trade.csv").write_text(trade)
    path.write_text(path.read_text() + '[options]\nmatch_on = "imports"\n')
    (tmp_path / "scenarios.toml").write_text(
        '[[scenario]]\nname = "without France"\nexclude = [{ partners = ["FRA"] }]\n'
        '[[scenario]]\nname = "as it is"\n[[scenario]]\nname = "half"\nscale = [{ ad_valorem = 0.5 }]\n'
    )
    with pytest.raises(SystemExit):
        main(["sweep", str(path), str(tmp_path / "scenarios.toml")])
    screen = " ".join(capsys.readouterr().out.split())
    assert "Lines matched: “without France”: 2012 (1 of 5); “as it is” and “half”: 2012 (3 of 5)." in screen
    assert (
        "Take the weighted mean as it is, not the adjusted one, for “without France” in 2012 (1 of 5 lines matched), "
        "“as it is” and “half” in 2012 (3 of 5 lines matched)"
    ) in screen


def test_of_many_scenarios_the_first_few_are_told() -> None:
    year = {"year": 2012, "lines": 50, "adjust": 0.01, "weighted_mean_unadjusted": 0.1}
    rows = [year | {"scenario": f"draw {n}", "matched_lines": 7 - n // 2} for n in range(12)]
    told = matched_by_scenario(rows)
    assert told.startswith("“draw 0” and “draw 1”: 2012 (7 of 50); “draw 2”")
    assert told.endswith("“draw 6” and “draw 7”: 2012 (4 of 50); and 4 more scenarios")
    assert thin_by_scenario([row | {"matched_lines": 30} for row in rows]) is None


def test_the_first_table_of_the_report_leads_with_the_plain_mean(tmp_path: Path) -> None:
    rates = fa.Study.load(write_thin(tmp_path)).rates()
    one = build_tables(rates)["1"]
    means = ("weighted_mean_unadjusted_pct", "weighted_mean_pct", "matched_lines")
    assert [one.table[name].to_pylist() for name in means] == [[near(2.38)], [near(2.38 + 8.4 - 21.0)], [2]]
    assert "Take the weighted mean as it is" in one.caption
    heads = [cell.text for cell in page_table(one).head]
    assert heads[5:7] == ["Weighted mean, %", "Weighted mean, adjusted, %"]
    assert "Matched lines" in heads


def test_the_path_of_the_means_leads_with_the_plain_mean() -> None:
    row = {
        "year": 2012, "simple_mean": 0.1, KNOWN_AD_VALOREM: 0.1, "bound_mean": None, "weighted_mean": 0.3,
        "weighted_mean_unadjusted": 0.2, "ad_valorem_weighted_mean": 0.2, "adjust": 0.1,
    }  # fmt: skip
    plain, bare, adjusted = _weighted([row], {"weighted_mean": {2012: 0.31}})
    assert (plain.label, plain.rates, plain.published) == ("as charged", {2012: 0.2}, {})
    assert (adjusted.label, adjusted.rates, adjusted.published) == ("adjusted", {2012: 0.3}, {2012: 0.31})
    assert bare.rates == {2012: 0.2}
    plain, _ = _weighted([row | {"adjust": 0.0, "weighted_mean": 0.2}], {"weighted_mean": {2012: 0.31}})
    assert plain.published == {2012: 0.31}
