"""A table of the report, and figures by others set beside its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from fastavs.report.headings import DIFFERENCE, PUBLISHED, heading
from fastavs.report.words import plural
from fastavs.tables.arrow import from_list


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of the report.

    Attributes
    ----------
    id : str
        "1" to "6", "A1", "A2", "figure1", "water", ...; those of further groupings have the grouping's name behind a
        hyphen ("2-region").
    title, caption : str
        Plain English.
    table : pyarrow.Table
        Columns that end in ``_pct`` are in percent (or percentage points), all others are counts, texts, years and
        money. Null is what is not defined.
    keys : tuple of str
        The columns that tell rows apart.
    published, differences : tuple of str
        Columns with the figures of others (``<column>_published``) and our figures less theirs
        (``<column>_difference``; percentage points where the column is in percent). Both stand right behind `<column>`.
    calibrated : dict of str to bool or None
        Columns that have a published one: whether the study was made so as to come near it; None is not said.
    note : str
        What a reader should know besides: what was left out, and why.
    """

    id: str
    title: str
    caption: str
    table: pa.Table
    keys: tuple[str, ...]
    published: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    calibrated: dict[str, bool | None] = field(default_factory=dict)
    note: str = ""

    @property
    def headings(self) -> dict[str, str]:
        """What a person reads above each column."""
        return {column: heading(column) for column in self.table.column_names}

    def noted(self, note: str) -> ReportTable:
        """Return the table with one more sentence in its note."""
        return replace(self, note=f"{self.note} {note}".strip()) if note else self


@dataclass(frozen=True, slots=True)
class Skipped:
    """A table that cannot be made, and why."""

    id: str
    reason: str


class Tables(dict[str, ReportTable]):
    """Tables by id, in the order of the report.

    Attributes
    ----------
    skipped : dict of str to str
        Tables that cannot be made of this study, and why.
    """

    def __init__(self) -> None:
        super().__init__()
        self.skipped: dict[str, str] = {}


def beside(
    made: ReportTable, printed: pa.Table, printed_keys: Sequence[str], calibrated: Mapping[str, bool]
) -> ReportTable:
    """Set published figures beside our own, row by row; rows that they lack are null.

    Parameters
    ----------
    made : ReportTable
    printed : pyarrow.Table
        The published figures: numbers under the names of our columns.
    printed_keys : sequence of str
        Their key columns, in the order of `made.keys`.
    calibrated : mapping of str to bool
        By column, where the study says it.
    """
    row_of = {key: row for row, key in enumerate(_rows(printed, printed_keys))}
    ours = list(_rows(made.table, made.keys))
    places = from_list([row_of.get(key) for key in ours], pa.int64())
    columns: dict[str, Any] = {}
    shared = []
    for column in made.table.column_names:
        columns[column] = made.table.column(column)
        if column in made.keys or column not in printed.column_names or not _is_number(columns[column].type):
            continue
        theirs = _like(printed.column(column).take(places), columns[column].type)
        columns[column + PUBLISHED] = theirs
        columns[column + DIFFERENCE] = _less(columns[column], theirs)
        shared.append(column)
    alone = len(row_of.keys() - set(ours))
    note = f"Published, without a counterpart here, and not shown: {plural(alone, 'row')}." if alone and shared else ""
    if not shared:
        note = "The published figures are for other years or columns than these and are not shown."
    return replace(
        made,
        table=pa.table(columns),
        published=tuple(column + PUBLISHED for column in shared),
        differences=tuple(column + DIFFERENCE for column in shared),
        calibrated={column: calibrated.get(column) for column in shared},
    ).noted(note)


def _rows(table: pa.Table, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(table.column(column).to_pylist() for column in columns), strict=True))


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _like(theirs: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return their counts as whole numbers, if that is what they are."""
    whole = all(value is None or float(value).is_integer() for value in theirs.to_pylist())
    return theirs.cast(kind) if pa.types.is_integer(kind) and whole else theirs


def _less(ours: pa.ChunkedArray, theirs: pa.ChunkedArray) -> pa.Array:
    pairs = zip(ours.to_pylist(), theirs.to_pylist(), strict=True)
    kind = ours.type if ours.type == theirs.type else pa.float64()
    return from_list([None if a is None or b is None else a - b for a, b in pairs], kind)
