"""What check, run and the report say first of the trade: what takes much of it, and what looks wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from small import study as small_study
from test_trade_flows import FLOWS, TWICE
from test_trade_quantities import COLUMNS, WITS
from test_trade_totals import WORLD
from trade_cases import load_case, write_case

import fastavs as fa
from fastavs.cli import main
from fastavs.inputs.set_aside import SetAside

HEADER = "period,line,partner,value,quantity,unit\n"


def screen(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words], prog_name="fastavs")
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def commands(path: Path) -> list[tuple[object, ...]]:
    return [("check", path), ("run", path, "--no-report", "--out", path.parent / "out")]


def test_what_takes_much_of_the_trade_leads(tmp_path: Path) -> None:
    path = write_case(tmp_path, WORLD)
    for words in commands(path):
        found = screen(*words)
        lead = "50.00 % of the value and 42.86 % of the rows are set aside: group of countries"
        assert 0 < found.index(lead) < min(found.find("Rates, in percent") % 10**6, found.index("Set aside, of"))
        assert "group of countries whose members stand beside it 3 42.86 50.00" in found
    (reason,) = json.loads((tmp_path / "out" / "run.json").read_text())["counts"]["set_aside"]
    assert (reason["share_of_rows"], reason["share_of_value"]) == (round(3 / 7, 9), 0.5)


def test_what_takes_little_does_not_lead(tmp_path: Path) -> None:
    rows = [f"2023,22041000,FRA,{1000 + number},10,l" for number in range(200)]
    path = write_case(tmp_path, HEADER + "\n".join([*rows, "2023,22041000,FRA,-5,1,l", ""]))
    found = screen("check", path)
    assert "% of the value" not in found
    assert "negative value 1 0.50 0.00" in found


def test_one_row_of_much_value_leads(tmp_path: Path) -> None:
    rows = [f"2023,22041000,FRA,{1000 + number},10,l" for number in range(200)]
    path = write_case(tmp_path, HEADER + "\n".join([*rows, "2023,22041000,FRA,90000,:,l", ""]))
    assert "% of the rows are without its quantity: quantity is suppressed" in screen("check", path)


def test_shares_of_the_value_know_the_factor(tmp_path: Path) -> None:
    path = write_case(tmp_path, WORLD, "value_factor = 1000")
    found = screen("check", path)
    assert "50.00 % of the value" in found
    assert "Values are CIF, in USD, 1,000 times those of the files." in found


def test_rows_that_stand_twice_are_said_first(tmp_path: Path) -> None:
    path = write_case(tmp_path, TWICE)
    for words in commands(path):
        found = screen(*words)
        assert 0 < found.index("3 rows equal another one in every column") < found.index("Set aside, of")


def test_the_report_says_it_as_well(tmp_path: Path) -> None:
    path = write_case(tmp_path, TWICE)
    screen("run", path, "--out", tmp_path / "out")
    assert "3 rows equal another one in every column" in (tmp_path / "out" / "report.html").read_text()


def test_values_in_thousands_without_a_factor_are_warned_of(tmp_path: Path) -> None:
    path = write_case(tmp_path, WITS, COLUMNS)
    for words in commands(path):
        found = screen(*words)
        assert "3 of 3 observations of lines with a specific part are outliers" in found
        assert "value_factor and unit" in found
    write_case(tmp_path, WITS, "value_factor = 1000" + COLUMNS)
    for words in commands(path):
        assert "value_factor" not in screen(*words)


def test_single_outliers_are_no_reason_to_warn(tmp_path: Path) -> None:
    rows = [f"2023,22041000,P{number:02d},100,{100 if number else 10**6},l" for number in range(20)]
    path = write_case(tmp_path, HEADER + "\n".join([*rows, ""]))
    for words in commands(path):
        assert "observations of lines with a specific part are outliers" not in screen(*words)


def test_frames_have_the_same_remarks() -> None:
    rows = [{"period": "2009", "line": "2203000100", "partner": "DEU", "value": 5.0, "quantity": 1.0, "unit": "kg"}] * 2
    found = small_study(rows, {2009: {"2203000100": "5%"}})
    assert any("1 row equals another one in every column" in one for one in found.warnings)


@pytest.mark.parametrize("cells", [["5", "7", None], ["x", "5", "7"], ["inf", "-3", "12"], [None, None, "12"]])
def test_values_of_rows_set_aside_are_read_as_far_as_they_can_be(tmp_path: Path, cells: list[str | None]) -> None:
    rows = [f"2023,220,DEU,{cell or ''},1,l" for cell in cells]
    study = load_case(tmp_path, HEADER + "\n".join([*rows, "2023,22041000,FRA,1000,1,l", ""]))
    assert sum(one.value for one in study.set_aside.accounts()) == 12.0


def test_reasons_are_counted_with_the_first_of_each(tmp_path: Path) -> None:
    trade = (
        HEADER + "2023,220,DEU,5,1,furlong\n2023,22041000,DEU,5,1,furlong\n2023,221,DEU,5,1,l\n2023,22041000,A,1,1,l\n"
    )
    accounts = load_case(tmp_path, trade).set_aside.accounts()
    assert [(one.lost, one.reason, one.count, one.first) for one in accounts] == [
        ("row", "code shorter than 4 digits", 2, "trade.csv row 1 (220)"),
        ("quantity", "unknown unit", 1, "trade.csv row 2 (furlong)"),
    ]
    assert SetAside().accounts() == []


def test_the_record_says_how_the_trade_was_read(tmp_path: Path) -> None:
    said = 'flow = "exports"\ntotals = "keep"\nduplicates = "drop"\nunit = "l"\nthousands = ","\n'
    said += "digits = 6\nvalue_factor = 1000"
    path = write_case(tmp_path, FLOWS, said + '\n[trade.columns]\nquantity = "quantity"')
    found = screen("run", path, "--no-report", "--out", tmp_path / "out")
    assert "The trade is exports, as the study says" in found
    trade = json.loads((tmp_path / "out" / "run.json").read_text())["study"]["trade"]
    assert trade == {
        "columns": {"quantity": "quantity"}, "decimal": None, "thousands": ",", "digits": 6, "value_factor": 1000.0,
        "unit": "l", "totals": "keep", "duplicates": "drop", "flow": "exports", "read": [],
    }  # fmt: skip


def test_a_strict_study_tells_what_it_set_aside_without_an_error(tmp_path: Path) -> None:
    trade = FLOWS + "2023,M,22041000,FRA,-5,1,l\n"
    with pytest.raises(
        fa.InputError, match=r"negative value, and the study is strict \(set aside.*: flow is exports \(1\)"
    ):
        load_case(tmp_path, trade, more="[options]\nstrict = true")
    assert load_case(tmp_path, FLOWS, more="[options]\nstrict = true").set_aside.counts()


def test_the_report_leads_with_what_takes_much_of_the_trade(tmp_path: Path) -> None:
    screen("run", write_case(tmp_path, WORLD + WORLD.splitlines()[1] + "\n"), "--out", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    lead = page.index("are set aside: group of countries whose members stand beside it (the first:")
    assert page.index("<h1>") < lead < page.index('<dl class="tiles">')
    remark = page.index("1 row equals another one in every column")
    assert lead < remark < page.index('<dl class="tiles">')
    assert page.count("1 row equals another one in every column") == 1
