"""Rows, or quantities of rows, that take no part: which, and why. Nothing is dropped unseen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import READ_BY, InputError, place_of
from fastavs.inputs.money import parted
from fastavs.numbers import NumberForm
from fastavs.tables.arrow import numbers, texts
from fastavs.tables.columns import plain
from fastavs.tables.tables import Piece

ROW, QUANTITY = "row", "quantity"
DROPPED = "dropped as the study says"
LOOKS_MISLABELLED = "quantity looks mislabelled"
OTHER_FLOW = "flow is "
REPEATED = "equal to another row"
SUM_OF_CODES = "sum of longer codes that stand beside it"
PART_OF_TOTAL = "part of a total that stands beside it"
GROUP_OF_COUNTRIES = "group of countries whose members stand beside it"
OVERLAPPING_GROUP = "group of countries that may overlap what stands beside it"
MEMBER_OF_GROUP = "member of a group that stands as one partner beside it"
OF_READERS = (
    "sum of all products", "the United Kingdom as a whole", "part of the United Kingdom", "member of the ",
    "year up to an earlier month", "part of a year that stands as a whole",
)  # fmt: skip
ON_PURPOSE = (  # no fault of the row: the study's own choice, or what it says stands in other rows as well
    DROPPED, LOOKS_MISLABELLED, OTHER_FLOW, REPEATED, SUM_OF_CODES, PART_OF_TOTAL, GROUP_OF_COUNTRIES,
    OVERLAPPING_GROUP, MEMBER_OF_GROUP, *OF_READERS,
)  # fmt: skip
VALUES = ("period", "line", "partner", "value", "quantity", "unit", "quantity_2", "unit_2", "net_mass_kg")
SCHEMA = pa.schema(
    [("file", pa.string()), ("row", pa.int64()), ("reason", pa.string()), ("lost", pa.string())]
    + [(column, pa.string()) for column in VALUES]
)


@dataclass(slots=True)
class Account:
    """What was set aside for one reason.

    Attributes
    ----------
    lost, reason : str
    count : int
        Rows, or quantities.
    value : float
        What is recorded for them, as far as it can be read and is above zero.
    first : str
        Where the first of them stands, and its particular.
    """

    lost: str
    reason: str
    count: int = 0
    value: float = 0.0
    first: str = ""
    _place: tuple[str, int, str] | None = None

    def see(self, batch: pa.Table, rows: np.ndarray) -> None:
        """Take note of some rows of a batch, for the first of all."""
        number = plain(batch.column("row").combine_chunks(), 0, np.int64)
        at = int(rows[np.argmin(number[rows])])
        file, reason = batch.column("file")[at].as_py(), batch.column("reason")[at].as_py()
        place = (file, int(number[at]), reason)
        if self._place is None or place < self._place:
            self._place = place
            self.first = f"{place_of(file, number[at])} {reason[len(self.reason) :].strip()}".strip()


def _by_reason(batch: pa.Table) -> dict[tuple[str, str], np.ndarray]:
    """Return the rows of a batch, int64[m], by (lost, reason without its particular)."""
    lost, reason = (batch.column(name).combine_chunks().dictionary_encode() for name in ("lost", "reason"))
    texts = reason.dictionary.to_pylist()
    pairs: dict[tuple[str, str], list[int]] = {}
    for place, text in enumerate(texts):
        for which, what in enumerate(lost.dictionary.to_pylist()):
            pairs.setdefault((what, text.split(" (")[0]), []).append(which * len(texts) + place)
    code = plain(lost.indices, 0, np.int32).astype(np.int64) * len(texts) + plain(reason.indices, 0, np.int32)
    group = np.empty(len(texts) * len(lost.dictionary), dtype=np.int64)
    for number, places in enumerate(pairs.values()):
        group[places] = number
    order = np.argsort(group[code], kind="stable")
    bounds = np.searchsorted(group[code][order], np.arange(len(pairs) + 1))
    found = {key: order[bounds[place] : bounds[place + 1]] for place, key in enumerate(pairs)}
    return {key: rows for key, rows in found.items() if rows.size}


def readable_values(batch: pa.Table, form: NumberForm | None) -> np.ndarray:
    """Return what is recorded as the value of rows set aside, float64[n]; 0 where it is none or not above zero.

    `form` is how the table prints numbers.
    """
    column = batch.column("value").combine_chunks()
    try:
        if form is not None and (form.thousands or form.decimal != "."):  # to Arrow, "315.100" is another number
            raise pa.ArrowInvalid
        value = plain(pc.cast(column, pa.float64()), np.nan, np.float64)
    except pa.ArrowException:
        value = np.array([_read(text, form) for text in column.to_pylist()], dtype=np.float64)
    return np.where((value > 0.0) & (value < np.inf), value, 0.0)


def _read(text: str | None, form: NumberForm | None) -> float:
    money = parted(text or "")
    text = money[0] if money else text
    try:
        return float((form and form.read(text or "")) or text or "nan")
    except ValueError:
        return np.nan


@dataclass(slots=True, repr=False)
class SetAside:
    """Collects what was set aside while tables are read."""

    batches: list[pa.Table] = field(default_factory=list)
    form: NumberForm | None = None  # of the table's numbers

    def add(self, piece: Piece, rows: np.ndarray, reasons: list[str], lost: str) -> None:
        """Note rows (int64, from 0) of a piece with a reason each; `lost` is "row" or "quantity"."""
        if not rows.size:
            return
        self.form = piece.form or self.form
        chosen = piece.table.take(numbers(rows))
        empty = pa.nulls(rows.size, pa.string())
        values = [
            chosen.column(column).cast(pa.string()).combine_chunks() if column in chosen.column_names else empty
            for column in VALUES
        ]
        labels = texts([piece.label] * rows.size)
        places = rows + (piece.first + 1)
        row = pa.nulls(rows.size, pa.int64()) if READ_BY in piece.label else numbers(places)
        columns = [labels, row, texts(reasons), texts([lost] * rows.size)]
        self.batches.append(pa.table(columns + values, schema=SCHEMA))

    def table(self) -> pa.Table:
        """Return all of it, in order of file, row and reason."""
        if not self.batches:
            return SCHEMA.empty_table()
        return pa.concat_tables(self.batches).sort_by(
            [("file", "ascending"), ("row", "ascending"), ("reason", "ascending")]
        )

    def accounts(self) -> list[Account]:
        """Return what was set aside by reason, the most frequent first.

        Reasons are counted without the particular of a row, which stands in parentheses behind.
        """
        found: dict[tuple[str, str], Account] = {}
        for batch in self.batches:
            value = readable_values(batch, self.form)
            for (lost, reason), rows in _by_reason(batch).items():
                some = found.setdefault((lost, reason), Account(lost, reason))
                some.count += rows.size
                some.value += float(value[rows].sum())
                some.see(batch, rows)
        return sorted(found.values(), key=lambda one: (-one.count, one.lost, one.reason))

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many were set aside by (lost, reason), most first; quicker than `accounts`."""
        found: dict[tuple[str, str], int] = {}
        for batch in self.batches:
            for key, rows in _by_reason(batch).items():
                found[key] = found.get(key, 0) + rows.size
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    def __len__(self) -> int:
        return sum(batch.num_rows for batch in self.batches)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        from fastavs.inputs.shown import set_aside_card
        from fastavs.shown.text import as_text

        return as_text(set_aside_card(self.counts(), ROW))

    def _repr_html_(self) -> str:
        from fastavs.inputs.shown import set_aside_card
        from fastavs.shown.html import as_html

        return as_html(set_aside_card(self.counts(), ROW))

    def insist_on_none(self) -> None:
        """Raise for the first row or quantity set aside (option ``strict``), but for those left out on purpose.

        Raises
        ------
        InputError
        """
        rows = [row for row in self.table().to_pylist() if not row["reason"].startswith(ON_PURPOSE)]
        if not rows:
            return
        more = [f"{len(rows) - 1:,} more like it"] if len(rows) > 1 else []
        others = [f"{one.reason} ({one.count:,})" for one in self.accounts() if one.reason.startswith(ON_PURPOSE)]
        more += [f"set aside without being an error: {', '.join(others)}"] if others else []
        row, more_told = rows[0], f" ({'; '.join(more)})" if more else ""
        raise InputError(
            f"{row['reason']}, and the study is strict{more_told}",
            file=row["file"],
            row=row["row"],
            value=", ".join(str(row[column]) for column in VALUES if row[column] is not None),
            cure="mend it, or set strict = false to have such rows set aside",
        )
