"""What a study says of its schedules: which dollar, which decimal mark, and duties that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.csv
import pytest
from small import near

import fastavs as fa
from fastavs.cli.main import main
from fastavs.errors import DutyError, InputError

CANADA = {"04069012": "245.5% but not less than $3.58/kg", "07020021": "4.68¢/kg but not less than 12.5%",
          "17019930": "$30.86/t"}  # fmt: skip
ROWS = [("04069012", "NZL", 1000.0, 400.0, "kg"), ("07020021", "MEX", 1000.0, 3000.0, "kg"),
        ("17019930", "BRA", 1000.0, 1.0, "t")]  # fmt: skip


def study(
    duties: dict[str, str], rows: list[Any], currency: str = "CAD", fx: dict[str, float] | None = None, **more: Any
) -> fa.Study:
    """A study of 2023 in memory."""
    names = ("line", "partner", "value", "quantity", "unit")
    trade = {"period": ["2023"] * len(rows)} | {name: [one[i] for one in rows] for i, name in enumerate(names)}
    applied = {"year": [2023] * len(duties), "line": list(duties), "duty": list(duties.values())}
    quotes = fx or {}
    table = {"period": ["2023"] * len(quotes), "currency": list(quotes), "fx": list(quotes.values())}
    return fa.Study(trade, applied, fx=table if quotes else None, currency=currency, **more)


def rates(one: fa.Study) -> dict[str, float]:
    found = one.rates().table.to_pylist()
    return {row["line"]: row["rate"] for row in found}


@pytest.mark.parametrize(
    ("currency", "fx", "stated", "code", "reason"),
    [
        ("CAD", {"USD": 1.35}, None, "CAD", "the study's currency"),
        ("CAD", {"USD": 1.35}, "USD", "USD", "as the study says"),
        ("USD", {"EUR": 1.08}, None, "USD", "the study's currency"),
        ("USD", {"CAD": 0.74}, "CAD", "CAD", "as the study says"),
        ("EUR", {"CAD": 0.68}, None, "CAD", "the one dollar of the fx table"),
        ("EUR", {"USD": 0.92}, None, "USD", "the one dollar of the fx table"),
        ("CAD", {"USD": 1.35, "AUD": 0.9}, "CAD", "CAD", "as the study says"),
        ("ZAR", {"USD": 18.0}, "ZAR", "ZAR", "as the study says"),
    ],
)
def test_which_dollar(currency: str, fx: dict[str, float], stated: str | None, code: str, reason: str) -> None:
    one = study(CANADA, ROWS, currency, fx, schedules={"dollar": stated} if stated else None)
    factor = {currency: 1.0, **fx}[code]
    assert (one.checked.dollar.code, one.checked.dollar.reason) == (code, reason)
    found = rates(one)
    assert found["07020021"] == near(max(0.125, 0.0468 * factor * 3))
    assert found["17019930"] == near(30.86 * factor / 1000)


def test_canadian_dollars_are_canadian_in_a_study_in_canadian_dollars() -> None:
    found = rates(study(CANADA, ROWS, "CAD", {"USD": 1.35}))
    assert (found["07020021"], found["17019930"]) == (near(0.1404), near(0.03086))


@pytest.mark.parametrize(
    ("currency", "fx", "both"),
    [
        ("CAD", {"USD": 1.35, "AUD": 0.9}, "CAD or AUD or USD"),
        ("EUR", {"USD": 0.92, "AUD": 0.6}, "AUD or USD"),
        ("USD", {"CAD": 0.74, "HKD": 0.13}, "USD or CAD or HKD"),
    ],
)
def test_two_other_dollars_want_it_stated(currency: str, fx: dict[str, float], both: str) -> None:
    with pytest.raises(
        DutyError, match=rf"line 04069012 is in dollars or cents, and those may be {both}.*schedules=..dollar.: "
    ):
        study(CANADA, ROWS, currency, fx)
    named = {line: duty.replace("$", "US$").replace("¢", " US cents") for line, duty in CANADA.items()}
    assert study(named, ROWS, currency, fx).checked.dollar is None  # nothing to be in doubt about


def test_a_decimal_mark_can_be_stated() -> None:
    duties = {"22030010": "1.050 EUR/t", "22030090": "10%"}
    rows = [("22030010", "NZL", 1000.0, 1.0, "t")]
    with pytest.raises(DutyError, match=r'cannot read "1\.050"'):
        study(duties, rows, "EUR")
    assert rates(study(duties, rows, "EUR", schedules={"decimal": "."}))["22030010"] == near(0.00105)
    assert rates(study(duties, rows, "EUR", schedules={"decimal": ","}))["22030010"] == near(1.05)


def test_settings_of_schedules_are_checked() -> None:
    for settings, words in (
        ({"dollar": "dollar"}, "three capital letters"), ({"decimal": ";"}, "decimal"),
        ({"unreadable": "drop"}, "set_aside"), ({"applied": ["a.csv"]}, "in memory"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            study(CANADA, ROWS, schedules=settings)


def test_a_scenario_wants_the_currency_of_a_new_duty_by_its_code() -> None:
    for duty in ("$0.5/kg", "10% + 4 cents/kg"):
        with pytest.raises(InputError, match="the code of the currency in place of"):
            fa.SetDuty("22", duty)
    assert fa.SetDuty("22", "US$ 0.5/kg").duty == "0.5 USD/kg"


DRINKS = {
    "22030010": "10%", "22030090": "5% on the retail value", "22041000": "oops", "22042000": "5% on the retail value",
    "22043000": "30%",
}  # fmt: skip
TRADE = [
    ("22030010", "DEU", 100.0, 1.0, "kg"), ("22030090", "DEU", 300.0, 1.0, "kg"), ("220300", "FRA", 500.0, 1.0, "kg"),
    ("22043000", "DEU", 100.0, 1.0, "kg"), ("2204100099", "DEU", 50.0, 1.0, "kg"),
]  # fmt: skip


def test_all_duties_that_cannot_be_read_are_named_at_once() -> None:
    with pytest.raises(DutyError) as error:
        study(DRINKS, TRADE)
    text = str(error.value)
    assert text.startswith("<applied>, row 2, column duty: the duty of line 22030090 cannot be read: ")
    assert '"5% on the retail value" (2 rows, first <applied> row 2, line 22030090): cannot read' in text
    assert '"oops" (<applied> row 3, line 22041000): cannot read "oops"' in text
    assert text.endswith('To go on without their lines: schedules={"unreadable": "set_aside"}.')


def test_the_message_of_a_duty_that_cannot_be_read_is_plain() -> None:
    with pytest.raises(DutyError) as error:
        study({"22030010": "10%", "22041000": "see note 3"}, TRADE)
    assert str(error.value).startswith(
        "<applied>, row 2, column duty: the duty of line 22041000 cannot be read: "
        'cannot read "see note 3" (character 1): the rate stands elsewhere; its text is "see note 3". To mend it: '
    )


def test_a_line_whose_duty_could_not_be_read_is_explained_by_its_text() -> None:
    one = study(DRINKS, TRADE, schedules={"unreadable": "set_aside"})
    with pytest.raises(fa.InputError) as error:
        one.explain("2204.10.00")
    assert str(error.value).startswith(
        "<applied>, row 3, column duty (line 22041000, 2023): the line is set aside and has no rate, for its duty "
        'cannot be read: cannot read "oops"'
    )
    assert 'its text is "oops"' in str(error.value)


def test_applied_and_bound_duties_that_cannot_be_read_are_named_together() -> None:
    bound = {"year": [2024], "line": ["22030010"], "duty": ["bind"]}
    with pytest.raises(DutyError, match=r'"oops" .* line 22041000.*"bind" \(<bound> row 1, line 22030010\)'):
        study(DRINKS, TRADE, bound=bound, base={"periods": ["2023"], "first_year": 2024})


def test_lines_whose_duty_cannot_be_read_are_set_aside_with_their_trade() -> None:
    one = study(DRINKS, TRADE, schedules={"unreadable": "set_aside"})
    found = {row["line"]: row for row in one.rates().table.to_pylist()}
    assert {line: row["rate"] for line, row in found.items()} == {"22030010": near(0.1), "22043000": near(0.3)}
    # 220300 still covers two lines of the tariff: it is no observation of the one that is left
    assert found["22030010"]["imports"] == 100.0
    assert one.rates().summary()["weighted_mean"][0].as_py() == near(0.2)
    assert one.set_aside.table().num_rows == 0  # a longer code that begins with an unread line is a code of the tariff
    assert one.warnings == [
        '3 lines are set aside, as 2 duty texts cannot be read. The first: "5% on the retail value", <applied> row 2, '
        "line 22030090."
    ]


@pytest.mark.parametrize("saved", [False, True])
def test_a_bound_line_whose_applied_duty_cannot_be_read_borrows_none(tmp_path: Path, saved: bool) -> None:
    bound = {"year": [2024] * 3, "line": ["22030010", "22030090", "22041000"], "duty": ["50%"] * 3}
    duties = {"22030010": "see note 4", "22030090": "10%", "22041000": "5%"}
    one = study(duties, TRADE, bound=bound, schedules={"unreadable": "set_aside"},
                base={"periods": ["2023"], "first_year": 2024})  # fmt: skip
    rows = {row["line"]: row for row in one.rates().table.to_pylist() if row["year"] == 2024}
    assert (rows["22030010"]["applied"], rows["22030010"]["rate"]) == (None, 0.5)  # not the 10 % of its neighbour
    assert rows["22030090"]["rate"] == near(0.1)
    index = fa.build_index(one)
    if saved:
        index.save(tmp_path / "index.avs")
        index = fa.SortedIndex.load(tmp_path / "index.avs")
    swept = fa.sweep(index, [fa.Scenario("as it is")]).summary().to_pylist()[-1]
    assert swept["simple_mean"] == near((0.5 + 0.1 + 0.05) / 3)


def test_a_schedule_of_which_nothing_can_be_read_is_an_error() -> None:
    with pytest.raises(InputError, match="no duty of the applied schedule of 2023 can be read"):
        study({"22030010": "oops"}, TRADE, schedules={"unreadable": "set_aside"})


def test_screens_and_files_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    duties = DRINKS | {"22044000": "$2/kg"}
    cells = "".join(f'2023,{line},"{duty}"\n' for line, duty in duties.items())
    (tmp_path / "applied.csv").write_text("year,line,duty\n" + cells)
    rows = "".join(f"2023,{','.join(map(str, one))}\n" for one in TRADE)
    (tmp_path / "trade.csv").write_text("period,line,partner,value,quantity,unit\n" + rows)
    path = tmp_path / "study.toml"
    text = 'name = "x"\n[trade]\nfiles = ["trade.csv"]\n[schedules]\napplied = ["applied.csv"]\n'
    path.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["check", str(path)])
    assert ended.value.code == 2
    shown = capsys.readouterr().err.splitlines()
    beginnings = [
        "All of them:",
        '  "5% on the retail value" (2 rows',
        '  "oops" (applied.csv row 3',
        "To go on without",
    ]
    assert [line[: len(one)] for line, one in zip(shown[1:], beginnings, strict=True)] == beginnings
    path.write_text(text + 'unreadable = "set_aside"\n')
    out = tmp_path / "out"
    for arguments in (["check", str(path)], ["run", str(path), "--out", str(out)]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        screen = capsys.readouterr().out
        assert "Dollars and cents of duties are USD, the study's currency." in screen
        assert "Duties that cannot be read: 3 lines set aside (trade in USD)" in screen
        assert "Their trade: 350." in screen
    table = pyarrow.csv.read_csv(out / "unread_duties.csv").to_pylist()
    assert [(one["year"], one["line"], one["row"], one["imports"]) for one in table] == [
        (2023, 22030090, 2, 300.0), (2023, 22042000, 4, 0.0), (2023, 22041000, 3, 50.0),
    ]  # fmt: skip
    record = json.loads((out / "run.json").read_text())
    assert record["study"]["dollar"] == "USD"
    assert [(one["duty"], one["lines"], one["imports"]) for one in record["counts"]["unread_duties"]] == [
        ("5% on the retail value", 2, 300.0), ("oops", 1, 50.0),
    ]  # fmt: skip
    page = (out / "report.html").read_text()
    assert "3 lines set aside, as the duty cannot be read (unread_duties.csv)" in page
    assert "Dollars and cents of duties are USD." in page
