"""Codes as tariffs and spreadsheets print them, and periods of six digits: read everywhere, or named with a cure."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from small import columns, near, row, study, table_of
from test_bad_input import WITH_BOUND, message, put, says

import fastavs as fa
from fastavs.cli import main
from fastavs.codes import as_digits, trouble
from fastavs.periods import as_label

PRINTED = [
    ("0203", "0203"),
    (" 0203 ", "0203"),
    ("2203.00.10", "22030010"),
    ("22.03.00.10", "22030010"),
    ("2203 00 10", "22030010"),
    ("2203\u00a000\u202f010 0", "2203000100"),
    ("0101.2100", "01012100"),
    ("2203.00-010", "220300010"),
    ("220300.10", "22030010"),
    ("0102.9", "01029"),
    ("0101.0", "01010"),  # a number has no leading zero
    ('="0203"', "0203"),
    ('="2203.00.10"', "22030010"),
    ("'0203", "0203"),
    ("\u20190203", "0203"),
    ('"0203"', "0203"),
    ("22030010.0", "22030010"),
    ("2203.0", "2203"),
    ("22.0", "22"),
]
AS_THEY_ARE = [
    *("", "0203-0206", "2203 2204", "220300.00", "22030010.00", "2.203001E+07", "2203.", "ex 2203", "2203O00100"),
    *("٢٢٠٣.٠٠", "2203,00", "2203..00", "2203;2204", "=2203"),
]


@pytest.mark.parametrize(("text", "digits"), PRINTED)
def test_printed_codes_are_read(text: str, digits: str) -> None:
    assert as_digits(text) == digits
    assert as_digits(digits) == digits


@pytest.mark.parametrize("text", AS_THEY_ARE)
def test_what_is_no_printed_code_stays(text: str) -> None:
    assert as_digits(text) == text
    assert trouble(text) is not None


def test_what_is_wrong_with_a_code_is_said() -> None:
    assert "two" not in str(trouble("0203"))
    assert "decimals" in str(trouble("22030010.00"))
    assert "lost digits" in str(trouble("2.203001E+07"))
    assert "other characters" in str(trouble("0203-0206"))


DUTIES = ["max(10%, 0.5 EUR/l)", "20%", "0.3 EUR/l"]
TRADE = [
    row("2023", "22030010", "DEU", 100.0, 100.0, "l"),
    row("2023", "22030010", "POL", 300.0, 100.0, "l"),
    row("2023", "22030090", "DEU", 50.0, 10.0, "l"),
    row("2023", "22041000", "FRA", 500.0, 100.0, "l"),
]
FX = {"period": ["2023"], "currency": ["EUR"], "fx": [1.08]}
FORMS = [
    ["2203.00.10", "2203.00.90", "2204.10.00"],
    ["2203 00 10", "2203 00 90", "2204 10 00"],
    ["22030010.0", "22030090.0", "22041000.0"],
    ['="22030010"', "'22030090", " 2204.10.00 "],
]


@pytest.mark.parametrize("lines", FORMS)
@pytest.mark.parametrize("table", ["schedule", "trade"])
def test_rates_from_printed_codes(lines: list[str], table: str) -> None:
    plain = ["22030010", "22030090", "22041000"]
    trade = columns(TRADE)
    if table == "trade":
        trade["line"] = [lines[plain.index(line)] for line in trade["line"]]
    applied = {"year": [2023] * 3, "line": lines if table == "schedule" else plain, "duty": DUTIES}
    found = fa.Study(trade, applied, fx=FX)
    assert not found.set_aside.table().num_rows
    rates = table_of(found.rates())
    assert [rates[2023, line]["rate"] for line in plain] == [near(0.36), 0.2, near(0.0648)]
    assert rates[2023, "22030010"]["imports"] == 400.0
    assert found.rates().summary()["weighted_mean"][0].as_py() == near(0.19621052631578948)


def test_two_prints_of_one_code_are_one_line() -> None:
    trade = columns(TRADE[:2]) | {"line": ["2203.00.10", "2203 00 10"]}
    found = fa.Study(trade, {"year": [2023], "line": ["22030010"], "duty": DUTIES[:1]}, fx=FX)
    assert found.checked.trade.codes == ["22030010"]
    text = "<applied>, row 2, column line: the line stands twice in the applied schedule of 2023"
    with pytest.raises(fa.InputError, match=text):
        fa.Study(trade, {"year": [2023] * 2, "line": ["2203.00.10", "22030010"], "duty": ["5%"] * 2})


def test_printed_codes_in_groups_drops_and_published_figures() -> None:
    found = study(
        [row("2009", "2203000100", "DEU", 100.0, 10.0, "l"), row("2009", "2203000100", "FRA", 50.0, 10.0, "l")],
        {2009: {"2203000100": "5%"}},
        drop={"period": ["2009"], "line": ["2203.00.01.00"], "partner": ["FRA"], "reason": ["in jest"]},
        groups={"use": {"prefix": ["22.03", "'22"], "group": ["beer", "drinks"]}},
        published={"table6": {"line": ["2203 00 01 00"], "imports": [1.0]}},
    )
    assert found.set_aside.counts() == {("row", "dropped as the study says"): 1}
    assert [one["group"] for one in found.rates().by("use").to_pylist()] == ["beer"]
    assert found.checked.published["table6"]["line"].to_pylist() == ["2203000100"]


@pytest.mark.parametrize("prefix", ["870321", "8703.21", "8703 21"])
def test_printed_prefixes_of_bridges(prefix: str) -> None:
    bridge = {"prefix": prefix, "from": "piece", "to": "cm3", "factor": 500}
    rows = [row("2009", "8703210000", "JPN", 8000.0, 1.0, "piece")]
    found = study(rows, {2009: {"8703210000": "1 USD/cm3"}}, bridges=[bridge])
    assert table_of(found.rates())[2009, "8703210000"]["rate"] == near(500 / 8000)


@pytest.mark.parametrize("prefix", ["8703-21", "220300.00", "8703.2100.2100.21", "x"])
def test_prefixes_of_bridges_that_are_none(prefix: str) -> None:
    bridge = {"prefix": prefix, "from": "piece", "to": "cm3", "factor": 500}
    with pytest.raises(fa.InputError, match=r'bridges\[0\]\["prefix"\].*1 to 12 digits, as text'):
        study([row("2009", "8703210000", "JPN", 8000.0)], {2009: {"8703210000": "5%"}}, bridges=[bridge])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("2203-2206", ["other characters than digits", "one code a row"]),
        ("22030010.00", ["a number with decimals or have a point"]),
        ("2.203E+07", ["scientific notation", "save the table anew with this column as text"]),
        ("22", ["shorter than 4 digits", "give the whole code"]),
    ],
)
def test_codes_of_a_schedule_that_cannot_be_read_have_a_cure(tmp_path: Path, code: str, words: list[str]) -> None:
    text = message(tmp_path, {"applied.csv": f"year,line,duty\n2009,2203000100,5%\n2009,{code},5%\n"})
    assert text.startswith("applied.csv, row 2, column line")
    says(text, *words, "To mend it")


def test_trade_codes_that_cannot_be_read_are_set_aside() -> None:
    found = study(
        [row("2009", "2203000100", "DEU", 100.0), row("2009", "22030001.00", "DEU", 1.0)],
        {2009: {"2203000100": "5%"}},
    )
    (one,) = found.set_aside.table().to_pylist()
    assert one["reason"].endswith("a point between its digits (22030001.00)")


# ---- codes that are typed: lines asked for, prefixes of scenarios, rows to drop


def beer_and_wine(**more):
    rows = [
        row("2009", "2203000100", "DEU", 100.0, 100.0, "l"), row("2009", "2204000000", "FRA", 500.0, 100.0, "l"),
    ]  # fmt: skip
    return study(rows, {2009: {"2203000100": "0.5 USD/l", "2204000000": "20%"}}, **more)


def test_lines_and_prefixes_of_a_sweep() -> None:
    changes = {
        "scaled": fa.ScaleDuty(0.5, 0.5, prefixes="2203.00"), "shifted": fa.ShiftDuty(0.1, prefixes=["22 04"]),
        "set": fa.SetDuty("2203.00.01.00", "7%"), "dear": fa.PriceShock(2.0, prefixes='="2203"'),
    }  # fmt: skip
    scenarios = [fa.Scenario("as it is"), *(fa.Scenario(name, change) for name, change in changes.items())]
    sweep = fa.sweep(beer_and_wine(), scenarios, lines=["2203.00.0100", "2203000100"])
    rates = {one["scenario"]: one["rate"] for one in sweep.chosen.to_pylist()}
    assert rates == {"as it is": 0.5, "scaled": 0.25, "shifted": 0.5, "set": near(0.07), "dear": 0.25}
    wine = fa.sweep(beer_and_wine(), scenarios, lines="2204.00.0000")
    assert [one["rate"] for one in wine.chosen.to_pylist()] == [0.2, 0.2, near(0.3), 0.2, 0.2]
    with pytest.raises(fa.InputError, match="1 to 12 digits"):
        fa.ScaleDuty(0.5, prefixes=["220300.00"])


def test_a_row_to_drop() -> None:
    drop = {"period": ["2009"], "line": ["2203.00.0100"], "partner": ["DEU"], "reason": ["why"]}
    assert beer_and_wine(drop=drop).set_aside.counts() == {("row", "dropped as the study says"): 1}
    drop["line"] = ["2203.00"]
    cut = beer_and_wine(drop=drop, trade_options={"digits": 6})
    assert cut.set_aside.counts() == {("row", "dropped as the study says"): 1}


def test_the_line_of_a_report(tmp_path: Path) -> None:
    put(tmp_path, {"study.toml": WITH_BOUND, "bound.csv": "year,line,duty\n2009,2203000100,5%\n"})
    words = ["run", str(tmp_path / "study.toml"), "--line", "2203.00.01.00", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "Line 2203000100 in 2009" in (tmp_path / "out" / "report.html").read_text()


# ---- periods of six digits


def test_six_digits_are_year_and_month() -> None:
    assert [as_label(one) for one in ("2023.0", "202301.0", "2023.01")] == ["2023", "2023M01", "2023.01"]
    assert [as_label(one) for one in ("202301", " 202312 ", "202300", "202313", "2023", "202301-03", "002301")] == [
        "2023M01", "2023M12", "202300", "202313", "2023", "202301-03", "002301",
    ]  # fmt: skip


def test_months_of_a_year_are_its_trade() -> None:
    rows = [row("202301", "2203000100", "DEU", 100.0, 100.0, "l"), row("202302", "2203000100", "DEU", 100.0, 50.0, "l")]
    rows = [one | {"period": int(one["period"])} for one in rows]
    fx = {"period": ["202301", "2023M02"], "currency": ["EUR"] * 2, "fx": [1.0, 2.0]}
    found = fa.Study(columns(rows), {"year": [2023], "line": ["2203000100"], "duty": ["0.1 EUR/l"]}, fx=fx)
    assert found.checked.trade.periods == ["2023M01", "2023M02"]
    assert table_of(found.rates())[2023, "2203000100"]["rate"] == near((0.1 + 0.1) / 2)


def test_a_month_beside_its_year_is_an_error() -> None:
    rows = [row("2023", "22030010", "DEU", 100.0, 100.0, "l"), row("202301", "22030010", "POL", 300.0, 100.0, "l")]
    with pytest.raises(fa.InputError, match='the trade of 2023 stands in two periods that overlap "2023, 2023M01"'):
        fa.Study(columns(rows), {"year": [2023], "line": ["22030010"], "duty": ["5%"]})


def test_months_are_one_under_either_label() -> None:
    rows = [row("202301", "2203000100", partner, 100.0, 100.0, "l") for partner in ("DEU", "FRA", "ITA")]
    found = fa.Study(
        columns(rows), {"year": [2024], "line": ["2203000100"], "duty": ["5%"]},
        base={"periods": ["202301"], "first_year": 2024}, partners={"exclude_by_period": {"202301": ["DEU"]}},
        drop={"period": ["2023M01"], "line": ["2203000100"], "partner": ["FRA"], "reason": ["in jest"]},
    )  # fmt: skip
    assert table_of(found.rates())[2024, "2203000100"]["observations"] == 1
    sweep = fa.sweep(found, [fa.Scenario("none", fa.ExcludePartners("ITA", periods="202301"))], lines=["2203000100"])
    assert sweep.chosen["observations"].to_pylist() == [0]


def test_periods_that_serve_no_year_are_listed(tmp_path: Path) -> None:
    trade = (
        "period,line,partner,value\n2009,2203000100,DEU,100\n2009,2203000900,DEU,1\n2009,0203290000,DEU,1\n"
        "201001,2203000100,DEU,70\n201001,2203000100,FRA,50\n2011,2203000100,FRA,5\n"
    )
    path = put(tmp_path, {"trade.csv": trade})
    for words in (["check", str(path)], ["run", str(path), "--out", str(tmp_path / "out"), "--no-report"]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        screen = " ".join(result.output.split())
        assert "No year rests on the trade of 2010M01 (120.00), 2011 (5.00). Rows: 2 of 2010M01, 1 of 2011." in screen


# ---- codes that trade and tariff have in common only in part


def test_codes_of_the_trade_are_cut(tmp_path: Path) -> None:
    trade = (
        "period,line,partner,value,quantity,unit\n2009,2203.00.99,DEU,60,10,l\n2009,22030011,DEU,40,30,l\n"
        "2009,220300,FRA,100,10,l\n2009,22XX,FRA,1,1,l\n"
    )
    applied = "year,line,duty\n2009,22030010,1 USD/l\n"
    text = 'name = "cut"\n[trade]\nfiles = ["trade.csv"]\ndigits = 6\n[schedules]\napplied = ["applied.csv"]\n'
    found = fa.Study.load(put(tmp_path, {"study.toml": text, "trade.csv": trade, "applied.csv": applied}))
    assert found.checked.trade.codes == ["220300"]
    (one,) = found.rates().table.to_pylist()
    assert (one["rate"], one["observations"], one["imports"]) == (near((40 / 100 + 10 / 100) / 2), 2, 200.0)
    assert [row["reason"] for row in found.set_aside.table().to_pylist()] == [
        "code has other characters than digits (22XX)"
    ]
    result = CliRunner().invoke(main, ["check", str(tmp_path / "study.toml")])
    assert "Codes of the trade are cut to 6 digits, as the study says." in result.output
    rows = [row("2009", "22030099", "DEU", 60.0), row("2009", "22030011", "DEU", 60.0)]
    assert study(rows, {2009: {"22030010": "5%"}}, trade_options={"digits": 6}).checked.trade.codes == ["220300"]


@pytest.mark.parametrize("digits", ["3", "13", '"6"'])
def test_digits_that_do_not_fit(tmp_path: Path, digits: str) -> None:
    text = f'name = "cut"\n[trade]\nfiles = ["trade.csv"]\ndigits = {digits}\n[schedules]\napplied = ["applied.csv"]\n'
    says(message(tmp_path, {"study.toml": text}), "study.toml, key trade.digits", "Expected a whole number")
