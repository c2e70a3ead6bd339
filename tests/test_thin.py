"""A weighted mean that rests on few lines: the plain one leads, and the corrected one carries a caution."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import near, row, study

from fastavs.cli.main import main
from fastavs.report.findings import tiles
from fastavs.results.thin import is_thin, matched_told, thin_caution

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


def test_the_screen_leads_with_the_plain_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trade = f"period,line,partner,value\n2010,{LINES[0]},DEU,1\n2010,{LINES[1]},DEU,99\n"
    (tmp_path / "trade.csv").write_text(trade)
    rows = "".join(f"2012,{line},{duty}\n" for line, duty in zip(LINES, ("40%", "2%", "0%", "0%", "0%"), strict=True))
    (tmp_path / "applied.csv").write_text("year,line,duty\n" + rows)
    (tmp_path / "study.toml").write_text(
        'name = "thin"\n[trade]\nfiles = ["trade.csv"]\n[schedules]\napplied = ["applied.csv"]\n'
        '[base]\nperiods = ["2010"]\nfirst_year = 2011\n'
    )
    with pytest.raises(SystemExit):
        main(["run", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out"), "--no-report"])
    screen = " ".join(capsys.readouterr().out.split())
    assert "2012 5 0 8.40 17.69 2.38 -10.22" in screen
    assert "Lines matched: 2012 (2 of 5)." in screen
    assert "Take the weighted mean as it is, not the adjusted one, for 2012" in screen
