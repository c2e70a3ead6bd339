"""Readers say how many rows stand twice, before they add rows up and no one can tell any more."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from fastavs.readers import census, comext

HEADER = ["CTY_CODE", "CTY_NAME", "I_COMMODITY", "CON_VAL_MO", "CON_QY1_MO", "UNIT_QY1", "time"]
ROWS = [
    ["5800", "x", "2203000030", "100", "10", "L", "2031-05"],
    ["5700", "x", "2203000030", "100", "10", "L", "2031-05"],
    ["5800", "x", "2203000030", "100", "10", "L", "2031-06"],
]


def answer(folder: Path, name: str, rows: list[list[str]]) -> Path:
    path = folder / name
    path.write_text(json.dumps([HEADER, *rows]))
    return path


def repeated(notes: tuple[str, ...]) -> list[str]:
    return [note for note in notes if "another one in every column" in note]


def test_files_that_overlap(tmp_path: Path) -> None:
    first, second = answer(tmp_path, "first.json", ROWS), answer(tmp_path, "second.json", ROWS[1:])
    (note,) = repeated(census.read([first, second]).notes)
    assert note.startswith("2 rows equal")
    assert not repeated(census.read(first).notes)


def test_rows_that_are_set_aside_do_not_count(tmp_path: Path) -> None:
    bad = ["5800", "x", "2203000030", "0", "0", "L", "2031-05"]
    assert not repeated(census.read(answer(tmp_path, "answer.json", [*ROWS, bad, bad])).notes)


def test_one_row_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "imports.csv"
    line = "2031,M,DE,22030001,100.5,7"
    path.write_text("\n".join(["year,flow,partner,cn8,value_eur,qty_100kg", line, line, line.replace("7", "8"), ""]))
    fx = pa.table({"period": ["2031"], "currency": ["EUR"], "fx": [1.08]})
    (note,) = repeated(comext.read_imports(path, fx=fx).notes)
    assert note.startswith("1 row equals")
