"""Workbooks as tables: which sheet, which header, and what cells have lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from small import near
from test_bad_input import put, says
from test_csv_files import APPLIED, FX, STUDY, figures
from workbook import Cell, workbook

import fastavs as fa
from fastavs.cli import main

HEADER: list[Cell] = ["period", "line", "partner", "value", "quantity", "unit"]
TRADE: list[list[Cell]] = [
    HEADER,
    [2023, "2203.00.10", "DEU", 100, 100, "l"],
    [2023.0, "22030010", "POL", 300.0, 100, "l"],
    ["2023", "22030090", "DEU", 50, 10, "l"],
    [2023, "22041000", "FRA", 500, 100, "l"],
]
NOTES: list[list[Cell]] = [["What this is"], ["imports of 2023"]]
DUTIES: list[list[Cell]] = [
    ["year", "line", "duty"],
    [2023, "22030010", "max(10%, 0.5 EUR/l)"],
    [2023, "22030090", "20%"],
    [2023, "22041000", "0.3 EUR/l"],
]


def load(folder: Path, named: str, sheets: dict[str, list[list[Cell]]], **more: str | bytes) -> fa.Study:
    """A study whose trade stands in a workbook."""
    (folder / named.partition("#")[0]).write_bytes(workbook(sheets))
    files: dict[str, str | bytes] = {
        "applied.csv": APPLIED,
        "fx.csv": FX,
        "study.toml": STUDY.replace("trade.csv", named),
    }
    return fa.Study.load(put(folder, files | more))


@pytest.mark.parametrize(
    ("named", "sheets"),
    [
        ("book.xlsx", {"Sheet1": TRADE}),
        ("book.xlsx", {"read me": NOTES, "data": TRADE, "empty": []}),
        ("book.xlsx#data", {"old": TRADE[:2], "data": TRADE}),
        ("book.xlsx", {"data": [["Imports, in US dollars"], [], *TRADE, [None], [None]]}),
        ("b*k.xlsx#data", {"data": TRADE, "old": TRADE[:2]}),
    ],
)
def test_a_sheet_is_a_table(tmp_path: Path, named: str, sheets: dict[str, list[list[Cell]]]) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbook(sheets))
    text = STUDY.replace("trade.csv", named)
    study = fa.Study.load(put(tmp_path, {"applied.csv": APPLIED, "fx.csv": FX, "study.toml": text}))
    assert figures(study) == (near([0.36, 0.2, 0.0648]), near(0.19621052631578948))
    assert not study.checked.inputs.notes()
    label = "book.xlsx#data" if "#" in named else "book.xlsx"
    assert next(iter(study.checked.inputs.digests())) == label


def test_every_table_may_be_a_sheet_of_one_book(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        "trade": TRADE, "duties": DUTIES, "rates": [["period", "currency", "fx"], [2023, "EUR", 1.08]],
        "use": [["prefix", "group"], ["22", "drinks"]], "by others": [["year", "simple_mean"], [2023, 0.2]],
    }  # fmt: skip
    (tmp_path / "book.xlsx").write_bytes(workbook(sheets))
    text = (
        STUDY.replace("trade.csv", "book.xlsx#trade").replace("applied.csv", "book.xlsx").replace("fx.csv", "book.xlsx")
        + '[groups]\nuse = "book.xlsx"\n[published]\nsummary = "book.xlsx#by others"\n'
    )
    study = fa.Study.load(put(tmp_path, {"study.toml": text}))
    assert figures(study)[0] == near([0.36, 0.2, 0.0648])
    assert study.checked.published["summary"].to_pylist() == [{"year": 2023, "simple_mean": 0.2}]
    assert study.rates().by("use")["group"].to_pylist() == ["drinks"]


@pytest.mark.parametrize(
    ("named", "sheets", "words"),
    [
        ("book.xlsx", {"a": TRADE, "b": TRADE}, ["several sheets", '"a, b"', "book.xlsx#a"]),
        ("book.xlsx", {"a": NOTES, "b": NOTES}, ["several sheets", '"a, b"']),
        ("book.xlsx", {"a": []}, ["no sheet with anything in it"]),
        ("book.xlsx#dat", {"data": TRADE}, ["no such sheet", '"dat"', 'Did you mean "data"?']),
        ("book.xlsx#b", {"a": TRADE, "b": []}, ['the sheet "b" is empty', "another sheet"]),
        ("book.xlsx", {"a": [["period", "code"], [2023, "2203"]]}, ["no such column", "it has period, code"]),
    ],
)
def test_a_sheet_that_is_not_to_be_told(
    tmp_path: Path, named: str, sheets: dict[str, list[list[Cell]]], words: list[str]
) -> None:
    with pytest.raises(fa.InputError) as caught:
        load(tmp_path, named, sheets)
    assert str(caught.value).startswith(named)
    says(str(caught.value), *words)


def test_codes_that_are_numbers_are_told(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [*TRADE, [2023, 22041000, "ITA", 700, 100, "l"], [2023, 2032900.0, "ITA", 7, 1, "kg"]]
    study = load(tmp_path, "book.xlsx", {"data": rows}, **{"applied.csv": APPLIED + "2023,02032900,5%\n"})
    (note,) = study.checked.inputs.notes()
    says(note, "book.xlsx, column line: 2 of 6 codes are numbers", "1 of them have an odd number of digits")
    (lost,) = study.set_aside.table().to_pylist()
    assert (lost["row"], lost["reason"]) == (
        6, "code of an odd number of digits (it may have lost a leading zero: 02032900)",
    )  # fmt: skip
    result = CliRunner().invoke(main, ["check", str(tmp_path / "study.toml")])
    assert "2 of 6 codes are numbers" in " ".join(result.output.split())


def test_numbers_as_text_have_their_form(tmp_path: Path) -> None:
    rows = [[*row[:3], "1.234,5" if row[3] == 100 else row[3], *row[4:]] for row in TRADE]
    with pytest.raises(fa.InputError, match=r"row 1, column value .*in another form"):
        load(tmp_path, "book.xlsx", {"data": rows})
    text = STUDY.replace("trade.csv", "book.xlsx").replace("[trade]", '[trade]\ndecimal = ","\nthousands = "."')
    rows[2][3] = 0.125  # a number stays one, whatever text looks like
    study = load(tmp_path, "book.xlsx", {"data": rows}, **{"study.toml": text})
    assert study.checked.trade.rows.value.tolist() == [1234.5, 0.125, 50.0, 500.0]


def test_duties_that_are_numbers_are_refused(tmp_path: Path) -> None:
    rows = [*DUTIES[:2], [2023, "22030090", 0.2], DUTIES[3]]
    (tmp_path / "duties.xlsx").write_bytes(workbook({"a": rows}))
    text = STUDY.replace("applied.csv", "duties.xlsx")
    with pytest.raises(fa.InputError, match=r'duties.xlsx, row 2, column duty: .*keeps 15% as 0.15 "0.2".*one of text'):
        fa.Study.load(put(tmp_path, {"study.toml": text}))


@pytest.mark.parametrize("page", ["<html><table>", "<!DOCTYPE html>", "<table border=1>"])
def test_a_web_page_that_calls_itself_a_workbook(tmp_path: Path, page: str) -> None:
    text = STUDY.replace("trade.csv", "book.xls")
    path = put(tmp_path, {"applied.csv": APPLIED, "fx.csv": FX, "study.toml": text, "book.xls": page})
    with pytest.raises(fa.InputError, match=r"book\.xls: the file cannot be read \(it is a web page.*as CSV"):
        fa.Study.load(path)


def test_a_cell_far_out_ends_in_a_message(tmp_path: Path) -> None:
    book = workbook({"data": TRADE}, far="XFD1048576")
    text = STUDY.replace("trade.csv", "book.xlsx")
    path = put(tmp_path, {"applied.csv": APPLIED, "fx.csv": FX, "study.toml": text, "book.xlsx": book})
    with pytest.raises(fa.InputError, match=r"book\.xlsx: the file cannot be read \(.*a cell so far out"):
        fa.Study.load(path)


def test_damaged_workbooks_end_in_a_message(tmp_path: Path) -> None:
    sound = workbook({"data": TRADE})
    draw = random.Random(1)
    for trial in range(60):
        content = bytearray(sound)
        if trial % 3:
            for _ in range(draw.randint(1, 8)):
                content[draw.randrange(4, len(content))] = draw.randrange(256)
        else:
            del content[draw.randrange(4, len(content)) :]
        (tmp_path / "book.xlsx").write_bytes(bytes(content))
        text = STUDY.replace("trade.csv", "book.xlsx")
        path = put(tmp_path, {"applied.csv": APPLIED, "fx.csv": FX, "study.toml": text})
        try:
            study = fa.Study.load(path)
        except fa.InputError as error:
            told = str(error)
        else:
            told = f"book.xlsx {study.checked.trade.rows.value.sum()}"  # the byte says nothing of the cells
        assert told.startswith("book.xlsx")
        assert not told[10:].startswith(tuple("0123456789")) or told == "book.xlsx 950.0"
