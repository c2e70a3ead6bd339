"""In Python, what the command line shouts is said by warnings: once, at the user's line, with rows, trade and cure."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import fastavs as fa
from fastavs.cli import main
from fastavs.warned import Caution

TRADE: dict[str, list[Any]] = {
    "period": ["2023"] * 4,
    "line": ["22030010", "22030010", "22030010", "2203001O"],
    "partner": ["DEU", "FRA", "FRA", "ITA"],
    "value": [100.0, 50.0, 50.0, 200.0],
    "quantity": [10.0, 5.0, 5.0, 20.0],
    "unit": ["l"] * 4,
}
APPLIED = {"year": [2023], "line": ["22030010"], "duty": ["0.5 USD/l"]}
TWICE = "1 row equals another one in every column, worth 50 (the first: <trade> row 3 and <trade> row 2); all count."


def odd_study(**more: Any) -> fa.Study:
    return fa.Study(TRADE, APPLIED, **more)


def told(caught: list[warnings.WarningMessage]) -> list[str]:
    return [str(one.message) for one in caught if one.category is fa.DataWarning]


def test_each_is_given_once_with_rows_and_cure_at_the_line_of_the_user() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        study = fa.Study(TRADE, APPLIED)
        line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]
        study.rates().summary()
        study.rates()
        fa.sweep(study, fa.Scenario("as it is"))
        study.check()
    found = told(caught)
    assert [one.split(" (the first")[0] for one in found] == [
        "50.00 % of the value and 25.00 % of the rows are set aside: code has other characters than digits",
        "1 row equals another one in every column, worth 50",
    ]
    cure = "To mend it: mend the rows, which study.set_aside.table() names one by one."
    assert found[0].endswith(f"(the first: <trade> row 4 (2203001O)). Rows: 1. {cure}")
    assert found[1] == f'{TWICE} If files overlap, say trade_options={{"duplicates": "drop"}}.'
    assert {(one.filename, one.lineno) for one in caught} == {(__file__, line)}
    assert [str(one) for one in study.warnings] == [found[0].split(" Rows: ")[0], found[1]]


def test_the_usual_filter_turns_them_into_errors() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", fa.DataWarning)
        with pytest.raises(fa.DataWarning, match="code has other characters than digits"):
            odd_study()


def test_a_study_without_fault_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study = fa.Study({name: cells[:2] for name, cells in TRADE.items()}, APPLIED)
        fa.sweep(study, fa.Scenario("half", fa.ScaleDuty(0.5, prefixes="22")))
        study.rates()
    assert study.warnings == []
    assert study.check().num_rows == 0


def test_rates_and_sweeps_warn_of_what_they_find() -> None:
    with pytest.warns(fa.DataWarning, match=r"2 of 2 observations .* see value_factor and unit in trade_options"):
        fa.Study({name: cells[:2] for name, cells in TRADE.items()}, APPLIED | {"duty": ["500 USD/l"]}).rates()
    study = fa.Study({name: cells[:2] for name, cells in TRADE.items()}, APPLIED)
    with pytest.warns(fa.DataWarning, match=r'"half" names prefixes that begin no code: 99\. To mend it: ') as caught:
        fa.sweep(study, fa.Scenario("half", fa.ScaleDuty(0.5, prefixes=("22", "99"))))
    assert caught[0].filename == __file__


def test_check_returns_a_table_of_what_was_found() -> None:
    with pytest.warns(fa.DataWarning):
        study = odd_study(partners={"exclude": ["BLR"]})
    found = study.check().to_pylist()
    assert [(one["rows"], one["value"], one["share"]) for one in found] == [
        (1, 200.0, 0.5), (None, None, None), (1, 50.0, 0.125),
    ]  # fmt: skip
    assert found[0]["what"].startswith(
        "rows set aside: code has other characters than digits (the first: <trade> row 4"
    )
    assert found[1]["what"].startswith('partners["exclude"]: no trade with: BLR.')
    assert found[2]["what"].startswith(TWICE)
    assert found[0]["cure"] == "mend the rows, which study.set_aside.table() names one by one"


def test_check_still_raises_for_an_exchange_rate_that_is_missing() -> None:
    trade = {name: cells[:2] for name, cells in TRADE.items()}
    study = fa.Study(trade, APPLIED | {"duty": ["0.5 EUR/l"]})
    for ask in (study.check, study.rates):
        with pytest.raises(
            fa.InputError, match=r"no exchange rate for EUR .*give a table of exchange rates: fx=\.\.\."
        ):
            ask()


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    rows = zip(*TRADE.values(), strict=True)
    text = "\n".join([",".join(TRADE), *(",".join(map(str, row)) for row in rows)])
    (tmp_path / "trade.csv").write_text(text + "\n", encoding="utf-8")
    (tmp_path / "applied.csv").write_text("year,line,duty\n2023,22030010,0.5 USD/l\n", encoding="utf-8")
    path = tmp_path / "study.toml"
    path.write_text('name = "odd"\n[trade]\nfiles = ["trade.csv"]\n[schedules]\napplied = ["applied.csv"]\n')
    return path


def test_settings_are_named_as_the_study_was_given(study_file: Path) -> None:
    with pytest.warns(fa.DataWarning, match=r'If files overlap, say duplicates = "drop" under \[trade\]'):
        fa.Study.load(study_file)
    with pytest.warns(fa.DataWarning, match=r'If files overlap, say trade_options={"duplicates": "drop"}'):
        odd_study()


def test_the_command_line_says_it_once_on_the_screen(study_file: Path) -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "always", "COLUMNS": "500"}
    command = [sys.executable, "-m", "fastavs", "check", str(study_file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).count("equals another one in every column") == 1
    assert "DataWarning" not in done.stderr
    found = CliRunner().invoke(main, ["check", str(study_file), "--json"])
    assert any("equals another one" in one for one in json.loads(found.stdout)["counts"]["remarks"])
    with pytest.warns(fa.DataWarning):  # once it is done, Python is told again
        odd_study()


def test_a_caution_is_a_text_with_what_it_concerns() -> None:
    caution = Caution("under [trade].", rows=2, value=1.5, cure="mend it")
    said = caution.said(str.upper)
    assert (said, said.rows, said.value, said.cure) == ("UNDER [TRADE].", 2, 1.5, "MEND IT")
    assert json.dumps([caution]) == '["under [trade]."]'
    import pickle

    assert pickle.loads(pickle.dumps(caution)).in_full == "under [trade]. Rows: 2. Trade: 2. To mend it: mend it."
