"""Columns that the study does not name, but that part rows of one period, code and partner: flow, mode of transport."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.inputs.trade_columns import is_numeric, plain_name
from fastavs.tables.sources import Growing, Texts
from fastavs.tables.tables import Piece
from fastavs.trade.breakdowns import KNOWN, is_total
from fastavs.trade.flows import NAMES as FLOWS
from fastavs.trade.trade_rows import groups_of

MOST_VALUES = 400
"""A column of more distinct values describes rows, unless it is known to part them or has a total among its texts."""
MOST_CODES = 32_000
"""No column keeps more distinct values."""
_LARGEST_WHOLE = 2.0**53


class BreakdownColumn:
    """A column that may part rows: the place of each row's value in a short list, as batches come.

    As long as all rows hold one value it takes no memory, and with too many values it is given up.

    Attributes
    ----------
    texts : Texts
    overflowed : bool
        Whether it was given up because of too many values or of fractions, although it may part rows.
    """

    def __init__(self, name: str, rows: int) -> None:
        self.texts = Texts(name, clean=_without_point)
        self.overflowed = False
        self._is_known = plain_name(name) in FLOWS | KNOWN
        self._rows = rows
        self._first = 0
        self._codes: Growing | None = None
        self._given_up = False

    def places(self, piece: Piece, keys: Mapping[str, np.ndarray]) -> np.ndarray | None:
        """Return 1 + the place of each row's value, 0 = none; None where the column is given up.

        Parameters
        ----------
        piece : Piece
        keys : mapping of str to int32[n]
            The places of each row's period, code and partner.
        """
        name = self.texts.column
        if self._given_up or name not in piece.table.column_names:
            return None
        column = piece.table.column(name)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_floating(kind):
            whole = _whole(column)
            if whole is None:
                self._given_up = True
                self.overflowed = self._is_known
                return None
            piece = replace(piece, table=pa.table({name: whole}))
        places = self.texts.places(piece)
        if self._is_too_many(is_numeric(kind)):
            self._given_up = True
            self.overflowed = self._is_known or (not is_numeric(kind) and _parts(places, keys))
            return None
        return (places + 1).astype(np.int16)

    def add(self, rows: int, codes: np.ndarray | None) -> None:
        """Put a batch behind the others, int16[rows]; None = no row has a value."""
        if codes is None:
            codes = np.zeros(rows, dtype=np.int8)
        if self._codes is None:
            if not self._rows and rows:
                self._first = int(codes[0])
            if not (codes == self._first).all():
                self._codes = Growing(np.int8, np.int16, default=self._first)
                self._codes.add(self._rows, np.full(self._rows, self._first, dtype=np.int16))
        if self._codes is not None:
            self._codes.add(rows, codes)
        self._rows += rows

    def whole(self) -> np.ndarray | None:
        """Return what `places` returns of all rows, int8[n] or int16[n]; None where it parts nothing."""
        return None if self._given_up or self._codes is None else self._codes.whole()

    def only(self) -> str | None:
        """Return the one value that all rows hold, "" for none; None where there are several."""
        if self._given_up or self._codes is not None:
            return None
        return self.texts.names[self._first - 1] if self._first else ""

    def _is_too_many(self, numeric: bool) -> bool:
        names = self.texts.names
        if len(names) <= MOST_VALUES:
            return False
        kept = self._is_known or (not numeric and any(is_total(self.texts.column, name) for name in names))
        return not kept or len(names) > MOST_CODES


def _without_point(text: str) -> str:
    """Return a whole number without the point and the noughts that a gap in its column has put behind it."""
    return re.sub(r"^(\d+)\.0+$", r"\1", text.strip())


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return floats as whole numbers, with null for NaN; None where some are not whole."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    column = column.cast(pa.float64())
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    fits = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), _LARGEST_WHOLE))
    return None if pc.all(fits).as_py() is False else column.cast(pa.int64())


def _parts(places: np.ndarray, keys: Mapping[str, np.ndarray]) -> bool:
    """Whether rows of one key differ in a column, and rows share its values: else it numbers or describes rows."""
    key, many = groups_of(*(one + 1 for one in keys.values()))
    _, pairs = groups_of(key, places + 1)
    return 2 * np.unique(places).size <= places.size and pairs > many
