"""Columns that the study does not name, but that part rows of one period, code and partner: flow, mode of transport."""

from __future__ import annotations

import numpy as np

from fastavs.tables.sources import Growing, Texts
from fastavs.tables.tables import Piece

MOST_VALUES = 60
"""A column of more distinct values describes rows, and parts nothing."""


class SplitColumn:
    """A column that may part rows: the place of each row's value in a short list, as batches come.

    As long as all rows hold one value it takes no memory, and with too many values it is given up.

    Attributes
    ----------
    texts : Texts
    """

    def __init__(self, name: str, rows: int) -> None:
        self.texts = Texts(name)
        self._rows = rows
        self._first = 0
        self._codes: Growing | None = None
        self._given_up = False

    def places(self, piece: Piece) -> np.ndarray | None:
        """Return 1 + the place of each row's value, 0 = none; None where the column has too many values."""
        if self._given_up or self.texts.column not in piece.table.column_names:
            return None
        places = self.texts.places(piece)
        self._given_up = len(self.texts.names) > MOST_VALUES
        return None if self._given_up else (places + 1).astype(np.int8)

    def add(self, rows: int, codes: np.ndarray | None) -> None:
        """Put a batch behind the others, int8[rows]; None = no row has a value."""
        if codes is None:
            codes = np.zeros(rows, dtype=np.int8)
        if self._codes is None:
            if not self._rows and rows:
                self._first = int(codes[0])
            if not (codes == self._first).all():
                self._codes = Growing(np.int8, default=self._first)
                self._codes.add(self._rows, None)
        if self._codes is not None:
            self._codes.add(rows, codes)
        self._rows += rows

    def whole(self) -> np.ndarray | None:
        """Return what `places` returns of all rows, int8[n]; None where it parts nothing."""
        return None if self._given_up or self._codes is None else self._codes.whole()

    def only(self) -> str | None:
        """Return the one value that all rows hold; None where there are several, or none."""
        if self._given_up or self._codes is not None or not self._first:
            return None
        return self.texts.names[self._first - 1]
