"""Rows, or quantities of rows, that take no part: which, and why. Nothing is dropped unseen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError
from fastavs.tables.arrow import numbers, texts
from fastavs.tables.tables import Piece

ROW, QUANTITY = "row", "quantity"
DROPPED = "dropped as the study says"
LOOKS_MISLABELLED = "quantity looks mislabelled"
OTHER_FLOW = "flow is "
REPEATED = "equal to another row"
SUM_OF_CODES = "sum of longer codes that stand beside it"
PART_OF_TOTAL = "part of a total that stands beside it"
GROUP_OF_COUNTRIES = "group of countries whose members stand beside it"
MEMBER_OF_GROUP = "member of a group that stands as one partner beside it"
ON_PURPOSE = (  # no fault of the row: the study's own choice, or what it says stands in other rows as well
    DROPPED, LOOKS_MISLABELLED, OTHER_FLOW, REPEATED, SUM_OF_CODES, PART_OF_TOTAL, GROUP_OF_COUNTRIES, MEMBER_OF_GROUP,
)  # fmt: skip
VALUES = ("period", "line", "partner", "value", "quantity", "unit", "quantity_2", "unit_2", "net_mass_kg")
SCHEMA = pa.schema(
    [("file", pa.string()), ("row", pa.int64()), ("reason", pa.string()), ("lost", pa.string())]
    + [(column, pa.string()) for column in VALUES]
)


@dataclass(slots=True)
class SetAside:
    """Collects what was set aside while tables are read."""

    batches: list[pa.Table] = field(default_factory=list)

    def add(self, piece: Piece, rows: np.ndarray, reasons: list[str], lost: str) -> None:
        """Note rows (int64, from 0) of a piece with a reason each; `lost` is "row" or "quantity"."""
        if not rows.size:
            return
        chosen = piece.table.take(numbers(rows))
        empty = pa.nulls(rows.size, pa.string())
        values = [
            chosen.column(column).cast(pa.string()).combine_chunks() if column in chosen.column_names else empty
            for column in VALUES
        ]
        labels = texts([piece.label] * rows.size)
        columns = [labels, numbers(rows + (piece.first + 1)), texts(reasons), texts([lost] * rows.size)]
        self.batches.append(pa.table(columns + values, schema=SCHEMA))

    def table(self) -> pa.Table:
        """Return all of it, in order of file, row and reason."""
        if not self.batches:
            return SCHEMA.empty_table()
        return pa.concat_tables(self.batches).sort_by(
            [("file", "ascending"), ("row", "ascending"), ("reason", "ascending")]
        )

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many were set aside by (lost, reason), most first.

        Reasons are counted without the particular of a row, which stands in parentheses behind.
        """
        tally: Counter[tuple[str, str]] = Counter()
        for batch in self.batches:
            reasons = batch.column("reason").to_pylist()
            tally.update(
                (lost, reason.split(" (")[0])
                for reason, lost in zip(reasons, batch.column("lost").to_pylist(), strict=True)
            )
        return dict(sorted(tally.items(), key=lambda item: (-item[1], item[0])))

    def examples(self) -> dict[tuple[str, str], str]:
        """Return the first of each (lost, reason): where it stands and what it is."""
        found: dict[tuple[str, str], str] = {}
        for row in self.table().to_pylist():
            key = (row["lost"], row["reason"].split(" (")[0])
            particular = row["reason"][len(key[1]) :].strip()
            found.setdefault(key, f"{row['file']} row {row['row']} {particular}".strip())
        return found

    def insist_on_none(self) -> None:
        """Raise for the first row or quantity set aside (option ``strict``), but for those left out on purpose.

        Raises
        ------
        InputError
        """
        rows = [row for row in self.table().to_pylist() if not row["reason"].startswith(ON_PURPOSE)]
        if not rows:
            return
        row, more = rows[0], f" ({len(rows) - 1} more like it)" if len(rows) > 1 else ""
        raise InputError(
            f"{row['reason']}, and the study is strict{more}",
            file=row["file"],
            row=row["row"],
            value=", ".join(str(row[column]) for column in VALUES if row[column] is not None),
            cure="mend it, or set strict = false to have such rows set aside",
        )
