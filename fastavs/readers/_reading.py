"""What a reader hands back: a native table, and all that did not go into it, row by row and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of a reader.

    Attributes
    ----------
    table : pyarrow.Table
        The native table.
    set_aside : pyarrow.Table
        Rows, or quantities, that could not be used: ``file, row, reason, lost`` ("row" or "quantity"), and the
        row's own values as text.
    outside : pyarrow.Table or None
        Trade under codes or partners that no tariff line can be told for (classified, ships' supplies, ...): the
        columns of `table` and ``reason``. None for formats that hold no trade.
    counts : mapping of str to number
        What the file held, and what became of it.
    notes : tuple of str
        What looked odd, for people.
    """

    table: pa.Table
    set_aside: pa.Table
    outside: pa.Table | None = None
    counts: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def report(self) -> str:
        """Return counts, reasons and notes as lines of text."""
        lines = [f"{name}: {_show(number)}" for name, number in self.counts.items()]
        for lost, reason, rows in _tally(self.set_aside):
            lines.append(f"set aside ({lost}), {reason}: {rows}")
        if self.outside is not None and self.outside.num_rows:
            for reason, line, value in _totals(self.outside):
                lines.append(f"outside the tariff, {reason}, {line}: value {_show(value)}")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


class Sieve:
    """Collects why rows of a file are set aside; the first reason of a row stays.

    Parameters
    ----------
    file : pyarrow string[n]
        The file of each row.
    row : int64[n]
        The row's number in its file, from 1.
    rows : pyarrow.Table
        The rows as text.
    """

    def __init__(self, file: pa.ChunkedArray, row: np.ndarray, rows: pa.Table) -> None:
        self._file, self._row, self._rows = file, row, rows
        self._reasons: list[tuple[str, str]] = []
        self._why = {lost: np.full(rows.num_rows, -1, dtype=np.int32) for lost in ("row", "quantity")}

    def lose(self, mask: pa.ChunkedArray | np.ndarray, reason: str, lost: str = "row") -> None:
        """Set the masked rows (or their quantities) aside."""
        hit = np.asarray(mask) & (self._why[lost] < 0)
        if lost == "quantity":
            hit &= self._why["row"] < 0
        if hit.any():
            self._why[lost][hit] = len(self._reasons)
            self._reasons.append((reason, lost))

    @property
    def kept(self) -> np.ndarray:
        """Rows that no reason took, bool[n]."""
        return self._why["row"] < 0

    def repeated(self, value: pa.ChunkedArray) -> int:
        """Return how many rows kept equal another one that is kept, in every column that was read.

        `value` is that of each row, double[n]: few rows share it, and only those are held against each other.
        """
        at = np.flatnonzero(self.kept)
        group = np.unique(np.asarray(value)[at], return_inverse=True)[1]
        for name in ("", *self._rows.column_names):
            if name:
                column = pc.fill_null(self._rows.column(name).take(pa.array(at)).cast(pa.string()), "")
                codes = np.asarray(pa.chunked_array(column).combine_chunks().dictionary_encode().indices)
                group = np.unique(group * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1]
            several = np.bincount(group)[group] > 1
            at, group = at[several], group[several]
        return int(at.size - np.unique(group).size)

    def without_quantity(self) -> np.ndarray:
        """Rows whose quantity was set aside, bool[n]."""
        return self._why["quantity"] >= 0

    def table(
        self, strict: bool = False, native: pa.Table | None = None, own: Mapping[str, str] | None = None
    ) -> pa.Table:
        """Return what was set aside, in the order of the file.

        Parameters
        ----------
        strict : bool
        native : pyarrow.Table, optional
            The rows as a native table has them. Its columns are given as text, unless the file has such columns itself.
        own : mapping of str to str, optional
            Native columns to those of the file, whose text stands where there is nothing native.

        Raises
        ------
        InputError
            `strict` is set and a row was set aside.
        """
        parts = []
        for why in self._why.values():
            at = np.flatnonzero(why >= 0)
            picked = [self._reasons[code] for code in why[at]]
            head = {
                "file": self._file.take(pa.array(at)).combine_chunks(),
                "row": pa.array(self._row[at], pa.int64()),
                "reason": pa.array([reason for reason, _ in picked], pa.string()),
                "lost": pa.array([lost for _, lost in picked], pa.string()),
            }
            rows = self._rows.take(pa.array(at))
            columns = {name: rows.column(name).combine_chunks() for name in rows.column_names if name not in head}
            for name, column in () if native is None else zip(native.column_names, native.columns, strict=True):
                text = column.take(pa.array(at)).cast(pa.string()).combine_chunks()
                said = columns.get((own or {}).get(name, ""))
                columns.setdefault(name, text if said is None else pc.coalesce(text, said))
            parts.append(pa.table(head | columns))
        found = pa.concat_tables(parts).sort_by([("file", "ascending"), ("row", "ascending")])
        if strict and found.num_rows:
            first = found.slice(0, 1).to_pylist()[0]
            raise InputError(
                first["reason"],
                file=first["file"],
                row=first["row"],
                expected="no row to set aside, as strict reading was asked for",
                cure="mend the row or read without strict",
            )
        return found


def _tally(set_aside: pa.Table) -> list[tuple[str, str, int]]:
    """Count by what was lost and why; the particular of a row, in parentheses behind the reason, is left out."""
    pairs = zip(set_aside.column("lost").to_pylist(), set_aside.column("reason").to_pylist(), strict=True)
    tally = Counter((lost, reason.split(" (")[0]) for lost, reason in pairs)
    return [(lost, reason, rows) for (lost, reason), rows in sorted(tally.items(), key=lambda one: (-one[1], one[0]))]


def _totals(outside: pa.Table) -> list[tuple[str, str, float]]:
    by = ["reason", "line"]
    summed = outside.group_by(by, use_threads=False).aggregate([("value", "sum")])
    summed = summed.sort_by([(name, "ascending") for name in by])
    return [tuple(row.values()) for row in summed.select([*by, "value_sum"]).to_pylist()]


def _show(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,.2f}"


def total(values: pa.ChunkedArray) -> float:
    """Return a sum for a report (0 for no rows)."""
    return float(pc.sum(values).as_py() or 0.0)
