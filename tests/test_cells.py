"""Texts in CSV files that a spreadsheet would work out are written harmless; numbers stay numbers; names stay short."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from study_files import write_study

from fastavs.cli import main
from fastavs.periods import natural, overlap
from fastavs.tables.write import harmless, safe_name, write_csv

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=", "-", "+1 %-1", "--1"]
PLAIN = ["", "wine", "5", "-5", "+5%", "-0.5", "-0,5 %", "-1e-05", "1=2", "a@b", "10 % less"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_works_out_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stay(text: str) -> None:
    assert harmless(text) == text


def test_cells_of_all_types(tmp_path: Path) -> None:
    table = pa.table({
        "=name": ["=1", None, "wine"], "number": [-1.5, None, -0.0], "count": [-1, 2, None],
        "flag": [True, None, False],
        "coded": pa.array(["@x", None, "y"]).dictionary_encode(),
    })  # fmt: skip
    write_csv(table, tmp_path / "some.csv")
    with (tmp_path / "some.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [
        ["'=name", "number", "count", "flag", "coded"],
        ["'=1", "-1.5", "-1", "True", "'@x"], ["", "", "2", "", ""], ["wine", "-0.0", "", "False", "y"],
    ]  # fmt: skip


def test_names_of_scenarios_and_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study = write_study(tmp_path / "study")
    use = tmp_path / "study" / "use.csv"
    use.write_text(use.read_text().replace("food,", "=food,"))
    Path("some.toml").write_text('[[scenario]]\nname = "=cmd()"\n[[scenario]]\nname = "-10%"\n')
    words = ["sweep", str(study), "some.toml", "--out", "some.csv", "--by", "by/use", "--line", "2203000100"]
    assert CliRunner().invoke(main, words).exit_code == 0
    for name in ("some", "some_by-use", "some_lines"):
        with Path(f"{name}.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert {row["scenario"] for row in rows} == {"'=cmd()", "-10%"}
        assert name != "some_by-use" or {row["group"] for row in rows} >= {"'=food", "cars"}
    result = CliRunner().invoke(main, ["run", str(study), "--out", "out", "--no-report"])
    assert result.exit_code == 0, result.output
    assert "'=food" in Path("out/group_by-use.csv").read_text()


def test_file_names_fit_every_system() -> None:
    for text in ("𠀀" * 300, "я" * 300, "ab" * 300):
        assert len(f"group_{safe_name(text)}.csv".encode()) <= 255
        assert safe_name(text).isprintable()


def test_digits_of_periods_are_ascii() -> None:
    assert natural("2009²") == ((2009, ""), (-1, "²"))
    assert natural("٢٠٠٩") == ((-1, "٢٠٠٩"),)
    assert overlap(["٢٠٠٩", "٢٠٠٩M03"]) is None
    assert overlap(["2009²", "2009M03"]) is None
