"""Rows of trade beside each other: what can be told of a row only by the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fastavs.countries.partner import one_spelling
from fastavs.errors import place_of
from fastavs.trade.rows import Origin
from fastavs.warned import Caution


@dataclass(frozen=True, slots=True)
class Cells:
    """Code, period, partner and value of some rows, as those of `TradeRows`. m rows."""

    code: np.ndarray
    period: np.ndarray
    partner: np.ndarray
    value: np.ndarray


@dataclass(slots=True)
class TradeRows:
    """All rows that are fit by themselves, and which of them go because of others. n rows.

    Attributes
    ----------
    code, period, partner : integers, [n]
        Places into the lists below.
    value : float64[n]
        Study's currency, not lifted by valuation factors.
    codes, periods, partners : sequence of str
        As they came; some may be held by no row.
    breakdowns : dict of str to (int8[n] or int16[n], list of str)
        Columns that the study does not name: each row's place in the list, whose first entry stands for none.
    constants : dict of str to str
        Such columns in which all rows hold one value, and the value; "" for none.
    origin : Origin
    labels : sequence of str
        The files.
    files_with : mapping of str to collection of str
        The files that have each column of `breakdowns`.
    lost : list of (int64[m], list of str)
        Rows that go, and why.
    remarks : list of str
        What people should know of the rows.
    """

    code: np.ndarray
    period: np.ndarray
    partner: np.ndarray
    value: np.ndarray
    codes: Sequence[str]
    periods: Sequence[str]
    partners: Sequence[str]
    breakdowns: dict[str, tuple[np.ndarray, list[str]]]
    constants: dict[str, str]
    origin: Origin
    labels: Sequence[str]
    negative: Cells
    files_with: Mapping[str, Collection[str]]
    overflowed: Sequence[str] = ()
    lost: list[tuple[np.ndarray, list[str]]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    _gone: np.ndarray | None = None
    _spelled_as: np.ndarray | None = None

    def lose(self, rows: np.ndarray, reason: str) -> None:
        """Set rows aside for one reason; those that have gone already stay gone for their first."""
        self.lose_each(rows, [reason] * rows.size)

    def lose_each(self, rows: np.ndarray, reasons: Sequence[str]) -> None:
        """Set rows aside, each for its reason."""
        if not rows.size:
            return
        if self._gone is None:
            self._gone = np.zeros(self.value.size, dtype=bool)
        new = ~self._gone[rows]
        self._gone[rows] = True
        self.lost.append(
            (rows[new].astype(np.int64), [one for one, is_new in zip(reasons, new, strict=True) if is_new])
        )

    def left(self) -> np.ndarray | None:
        """Return which rows are left, bool[n]; None for all."""
        return None if self._gone is None else ~self._gone

    def rows_left(self) -> np.ndarray:
        """Return the rows that are left, int64[m]."""
        return np.arange(self.value.size) if self._gone is None else np.flatnonzero(~self._gone)

    def held(self, column: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Return which entries of a list some row that is left holds, bool[names]."""
        left = self.left()
        return np.bincount(column if left is None else column[left], minlength=len(names)).astype(bool)

    def files_of(self, rows: np.ndarray) -> np.ndarray:
        """Return the file of some rows."""
        return self.origin.find(rows)[0]

    def remark(self, told: str, some: np.ndarray, cure: str = "") -> None:
        """Tell people of some rows; `cure` is what to do about them where the text does not say so."""
        self.remarks.append(Caution(told, rows=some.size, value=float(np.sort(self.value[some]).sum()), cure=cure))

    def where(self, row: int) -> str:
        """Say where a row stands, for people."""
        file, number = self.origin.find(np.array([row]))
        return place_of(self.labels[int(file[0])], int(number[0]) + 1)

    def key(self, rows: np.ndarray) -> np.ndarray:
        """Return a number for the period, code and partner of some rows, int64[m]."""
        key = self.code[rows].astype(np.int64) * len(self.periods) + self.period[rows]
        return key * len(self.partners) + self.partners_of(rows)

    def partners_of(self, rows: np.ndarray | slice) -> np.ndarray:
        """Return the partner of some rows, in one spelling; see `in_one_spelling`."""
        return self.in_one_spelling(self.partner[rows])

    def in_one_spelling(self, partner: np.ndarray) -> np.ndarray:
        """Return partners with all spellings of one as the first of them; places into `partners`."""
        if self._spelled_as is None:
            names, several = one_spelling(self.partners)
            first = {name: place for place, name in reversed(list(enumerate(names)))}
            new = [first[name] for name in names] if several else []
            self._spelled_as = np.array(new, dtype=self.partner.dtype)
        return self._spelled_as[partner] if self._spelled_as.size else partner


def groups_of(*columns: np.ndarray) -> tuple[np.ndarray, int]:
    """Number the distinct tuples of some columns of whole numbers, from 0; int64[n], and how many there are."""
    place, many = np.zeros(columns[0].size, dtype=np.int64), 1
    for column in columns:
        found, place = np.unique(place * (int(column.max(initial=0)) + 1) + column, return_inverse=True)
        many = found.size
    return place, many
