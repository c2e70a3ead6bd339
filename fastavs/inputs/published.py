"""Figures by others, to stand beside a study's own: read and checked, never computed with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError, did_you_mean
from fastavs.numbers import NumberForm
from fastavs.tables import arrow
from fastavs.tables.columns import number_column, text_column
from fastavs.tables.csv_files import read_csv
from fastavs.tables.kinds import WORKBOOK_ENDINGS, check_kind
from fastavs.tables.tables import Columns, Piece, collected, file_digest, find_files, from_memory, unreadable
from fastavs.tables.workbooks import read_workbook, sheet_of

CALIBRATED = "calibrated"
KEYS = {
    "summary": ("year",),
    "table2": ("industry", "year"),
    "table3": ("industry", "year"),
    "table4": ("chapter",),
    "table5": ("chapter",),
    "table6": ("line",),
    "tableA1": ("year",),
    "tableA2": ("year",),
    CALIBRATED: ("table", "column"),
}
"""What a study can name under ``[published]``, and the columns that tell rows apart (years numbers, the rest text)."""
SETTINGS = ("decimal", "thousands")
"""What ``[published]`` says besides: the marks of the numbers of all its tables."""
_TEXT = ("industry", "chapter", "line", "name", "industry_name", "description", "table", "column", CALIBRATED)
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def files_of(section: Mapping[str, str]) -> dict[str, str]:
    """Return the tables that ``[published]`` names, without the settings of how they print numbers."""
    return {key: file for key, file in section.items() if key not in SETTINGS}


def check_keys(named: Mapping[str, Any], label: str) -> None:
    """Make sure that only known tables are named; `label` is what messages call the study.

    Raises
    ------
    InputError
        An unknown one.
    """
    for key in named:
        if key not in KEYS:
            raise InputError(
                "unknown key in [published]",
                file=label,
                value=key,
                expected=f"one of {', '.join((*KEYS, *SETTINGS))}{did_you_mean(key, (*KEYS, *SETTINGS))}",
            )


def read_file(key: str, name: str, folder: Path, label: str, form: NumberForm | None = None) -> Piece:
    """Read one published table, CSV or a sheet of a workbook, whose numbers are of a form.

    Raises
    ------
    InputError
        No such file, or none that can be read as CSV.
    """
    try:
        path = find_files([name], folder, f"published.{key}")[0]
    except InputError as error:
        raise error.placed(label) from None
    with unreadable(name, path, "CSV with a header"):
        digest = file_digest(path)
        check_kind(sheet_of(path)[0], name)
        if sheet_of(path)[0].name.lower().endswith(WORKBOOK_ENDINGS):
            table, notes = read_workbook(path, name, {one: one for one in _TEXT}, KEYS[key], form)
        else:
            table, notes = read_csv(path, name, _TEXT, None, form)
        table.validate(full=True)
        table.column_names  # noqa: B018 - they may be no UTF-8
    return Piece(name, table, digest, form=form, notes=notes)


def from_dataframe(key: str, source: Any, form: NumberForm | None = None) -> Piece:
    """Take one published table: a dataframe, a mapping of columns, or a path; text in it prints numbers so."""
    if isinstance(source, str | os.PathLike):
        return read_file(key, os.fspath(source), Path(), "the study", form)
    source = collected(source, f"<published {key}>")
    names = list(source) if isinstance(source, Mapping) else _names(source)
    text = tuple(name for name in names if name in _TEXT)
    numbers = tuple(name for name in names if name not in _TEXT)
    return from_memory(source, Columns(f"published {key}", text, numbers, (), form=form), {})[0]


def _names(source: Any) -> list[str]:
    return list(pa.table(source).column_names) if hasattr(source, "__arrow_c_stream__") else []


def check_published(pieces: Mapping[str, Piece]) -> dict[str, pa.Table]:
    """Return every published table with its keys as text (years as int64) and its figures as float64.

    In the table "calibrated", `table` is a key of ``[published]`` and `calibrated` is bool.

    Raises
    ------
    InputError
        A key column that is missing, a row without its key or with that of another; a figure that is no number.
    """
    tables = {key: _check(key, piece) for key, piece in pieces.items()}
    if CALIBRATED in tables:
        tables[CALIBRATED] = _check_calibrated(tables, pieces[CALIBRATED].label)
    return tables


def _check(key: str, piece: Piece) -> pa.Table:
    names = piece.table.column_names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError("two columns of one name", file=piece.label, column=twice, cure="rename one of them")
    needed = (*KEYS[key], CALIBRATED) if key == CALIBRATED else KEYS[key]
    for column in needed:
        if column not in names:
            raise InputError(
                f"the published table {key} has no such column",
                file=piece.label,
                value=column,
                expected=", ".join(needed) + " and figures",
                cure=f"add it.{did_you_mean(column, names)}",
            )
    columns = {column: _texts(piece, column) if column in _TEXT else _numbers(piece, column) for column in names}
    if "year" in KEYS[key]:
        columns["year"] = _years(piece, columns["year"])
    seen: dict[tuple[Any, ...], int] = {}
    for row, found in enumerate(zip(*(columns[column].to_pylist() for column in KEYS[key]), strict=True), start=1):
        if None in found:
            column = KEYS[key][found.index(None)]
            raise InputError("a published row without its key", file=piece.label, row=row, column=column)
        if found in seen:
            raise InputError(
                f"the same key stands in row {seen[found]} as well",
                file=piece.label,
                row=row,
                column=", ".join(KEYS[key]),
                value=", ".join(str(part) for part in found),
                cure="leave one of the two rows out",
            )
        seen[found] = row
    return pa.table(columns)


def _texts(piece: Piece, column: str) -> pa.Array:
    if column == "chapter" and not _is_text(piece.table.column(column).type):
        raise InputError(
            "chapters are text, and this column holds numbers",
            file=piece.label,
            column=column,
            expected='text such as "02"',
        )
    places, texts = text_column(piece, column)
    return arrow.texts([(*texts, None)[place] for place in places.tolist()])


def _is_text(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner)


def _numbers(piece: Piece, column: str) -> pa.Array:
    values, bad = number_column(piece, column)
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(
            "not a number",
            file=piece.label,
            row=row + 1,
            column=column,
            value=piece.table.column(column)[row].as_py(),
            expected="a number, or nothing where none was published",
        )
    return arrow.numbers(values)


def _years(piece: Piece, years: pa.Array) -> pa.Array:
    for row, year in enumerate(years.to_pylist(), start=1):
        if year is not None and not float(year).is_integer():
            raise InputError("not a year", file=piece.label, row=row, column="year", value=year)
    return years.cast(pa.int64())


def _check_calibrated(tables: Mapping[str, pa.Table], label: str) -> pa.Table:
    rows = tables[CALIBRATED].to_pylist()
    for place, row in enumerate(rows, start=1):
        table, column = row["table"], row["column"]
        others = [key for key in tables if key != CALIBRATED]
        known = others if table not in others else tables[table].column_names
        wrong = ("table", table) if table not in others else ("column", column)
        if wrong[1] not in known:
            raise InputError(
                f"the study has no such published {wrong[0]}",
                file=label,
                row=place,
                column=wrong[0],
                value=wrong[1],
                expected=f"one of {', '.join(known)}{did_you_mean(wrong[1], known)}",
            )
        answer = (row[CALIBRATED] or "").lower()
        if answer not in _YES_NO:
            raise InputError(
                "neither yes nor no", file=label, row=place, column=CALIBRATED, value=answer, expected="true or false"
            )
        row[CALIBRATED] = _YES_NO[answer]
    found = {name: arrow.texts([row[name] for row in rows]) for name in ("table", "column")}
    return pa.table(found | {CALIBRATED: arrow.flags(np.array([row[CALIBRATED] for row in rows], dtype=bool))})
