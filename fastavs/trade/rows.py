"""Rows of trade that take part, as columns of numbers, each as small as it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from fastavs.tables.sources import stretches
from fastavs.units.units import KINDS, Bridge

MASS = KINDS.index("mass")
NO_KIND = -1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: files one after the other, without the rows that were set aside.

    Attributes
    ----------
    start : int64[files + 1]
        The number of each file's first row, counted over all files.
    removed : int64[m]
        Rows set aside, in that numbering, ascending.
    order : int32[n] or int64[n]
        Which of the rows kept, as they were read, each row is; empty while they stand as they were read.
    """

    start: np.ndarray
    removed: np.ndarray
    order: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int32))

    def find(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the file and the row there, from 0, of some rows; int64 each."""
        kept = (self.order[at] if self.order.size else at).astype(np.int64)
        number = kept + np.searchsorted(self.removed - np.arange(self.removed.size), kept, side="right")
        file = np.searchsorted(self.start, number, side="right") - 1
        return file, number - self.start[file]


@dataclass(frozen=True, slots=True)
class Repeated:
    """An ascending column of n rows, kept as its distinct numbers; it is indexed, and turns into an array, like one.

    Attributes
    ----------
    start : int64[u + 1]
        Where the rows begin that hold each of the numbers 0, 1, 2, ...
    """

    start: np.ndarray

    @classmethod
    def of(cls, column: np.ndarray, numbers: int) -> Repeated:
        """Keep an ascending column, int32[n], of so many numbers."""
        return cls(np.searchsorted(column, np.arange(numbers + 1, dtype=column.dtype)))

    @property
    def size(self) -> int:
        return int(self.start[-1])

    def begins(self) -> np.ndarray:
        """Return which rows are the first of their number, bool[n]."""
        first = np.zeros(self.size, dtype=bool)
        first[self.start[:-1][self.start[1:] > self.start[:-1]]] = True
        return first

    def __getitem__(self, at: Any) -> Any:
        """Return the numbers of a slice without step or of any rows, int32."""
        if not isinstance(at, slice):
            return (np.searchsorted(self.start, at, side="right") - 1).astype(np.int32)
        first, last, _ = at.indices(self.size)
        inside = np.clip(self.start, first, max(first, last))
        return np.repeat(np.arange(self.start.size - 1, dtype=np.int32), np.diff(inside))

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)


@dataclass(frozen=True, slots=True)
class Quantities:
    """A quantity of n rows, kept for those alone that have it where they are few. m entries, none where no row has it.

    Attributes
    ----------
    at : int32[m] or int64[m]
        Rows that have it, ascending; empty where there is an entry for every row.
    kind : int8[m]
        Place in `units.KINDS`, -1 = none; empty for a quantity that is always of one kind.
    amount : float64[m]
        Base units of the kind, 0 = none.
    """

    at: np.ndarray
    kind: np.ndarray
    amount: np.ndarray

    def of(self, rows: np.ndarray | slice) -> tuple[np.ndarray, np.ndarray]:
        """Return kind and amount of some rows, int8[k] and float64[k]; empty where `kind` and `amount` are."""
        if not self.at.size:
            return tuple(one[rows] if one.size else one for one in (self.kind, self.amount))  # type: ignore[return-value]
        entries, here = self._find(rows)
        kind, amount = np.full(here.size if self.kind.size else 0, NO_KIND, dtype=np.int8), np.zeros(here.size)
        amount[here] = self.amount[entries]
        if kind.size:
            kind[here] = self.kind[entries]
        return kind, amount

    def without(self, gone: np.ndarray) -> Quantities:
        """Return the quantity of the rows that are left when some are taken out; ascending, int64[m]."""
        if not self.at.size:
            return Quantities(self.at, *(np.delete(one, gone) if one.size else one for one in (self.kind, self.amount)))
        stays = np.isin(self.at, gone, invert=True)
        at = self.at[stays]
        at = (at - np.searchsorted(gone, at)).astype(self.at.dtype)
        return Quantities(at, self.kind[stays] if self.kind.size else self.kind, self.amount[stays])

    def void(self, rows: np.ndarray) -> None:
        """Take the quantity of some rows away."""
        entries = self._find(rows)[0] if self.at.size else rows
        if self.amount.size:
            self.amount[entries] = 0.0
        if self.kind.size:
            self.kind[entries] = NO_KIND

    def _find(self, rows: np.ndarray | slice) -> tuple[np.ndarray | slice, np.ndarray]:
        """Return the entries of some rows, and which of the rows have one, bool[k]."""
        if isinstance(rows, slice):
            first, last = np.searchsorted(self.at, (rows.start, rows.stop))
            here = np.zeros(rows.stop - rows.start, dtype=bool)
            here[self.at[first:last] - rows.start] = True
            return slice(first, last), here
        entries = np.minimum(np.searchsorted(self.at, rows), self.at.size - 1)
        here = self.at[entries] == rows
        return entries[here], here


@dataclass(frozen=True, slots=True)
class Details:
    """What n rows say besides their keys and values.

    Attributes
    ----------
    first, second, mass : Quantities
        The quantities of a row, and net kilograms.
    marked : int8[n]
        What the table itself calls mislabelled: 1 + place in `mislabelled.find.CULPRITS`, 0 = nothing. Empty where
        nothing is.
    origin : Origin
    """

    first: Quantities
    second: Quantities
    mass: Quantities
    marked: np.ndarray
    origin: Origin


class Recalled:
    """Details of rows that can be let go of, and are found again when someone asks for them.

    Parameters
    ----------
    details : Details
    again : callable, optional
        Finds the same again; details that nothing finds again stay.
    """

    def __init__(self, details: Details, again: Callable[[], Details] | None) -> None:
        self._details: Details | None = details
        self._again = again
        self._lock = Lock()

    def get(self) -> Details:
        """Return the details, found again if need be."""
        with self._lock:
            if self._details is None and self._again is not None:
                self._details = self._again()
            return cast(Details, self._details)

    def let_go(self) -> None:
        """Free their memory."""
        with self._lock:
            if self._again is not None:
                self._details = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that take part, as columns. n rows.

    Attributes
    ----------
    code : int32[n] or Repeated
        Places into the list of `Trade`.
    period : int8[n], or int16[n] or int32[n] where the list is long
        Place into the list of `Trade`.
    partner : int16[n] or int32[n]
        Likewise.
    value : float64[n]
        Customs value in the study's currency, lifted by the partner's valuation factor.
    details : Recalled
    """

    code: np.ndarray | Repeated
    period: np.ndarray
    partner: np.ndarray
    value: np.ndarray
    details: Recalled

    @property
    def first(self) -> Quantities:
        return self.details.get().first

    @property
    def second(self) -> Quantities:
        return self.details.get().second

    @property
    def mass(self) -> Quantities:
        return self.details.get().mass

    @property
    def marked(self) -> np.ndarray:
        return self.details.get().marked

    @property
    def origin(self) -> Origin:
        return self.details.get().origin

    def stretches(self) -> Iterator[slice]:
        """Cut the rows into stretches, so that what is computed of them takes little memory at a time."""
        return stretches(self.value.size)

    def of_kind(self, kind: int, at: np.ndarray | slice) -> np.ndarray:
        """Return the quantity of a kind of some rows, float64: the first that a row has, net mass last; 0 = none."""
        found = np.zeros(self.value[at].size)
        if kind == MASS and self.mass.amount.size:
            found = self.mass.of(at)[1]
        for one in (self.second, self.first):
            kinds, amount = one.of(at)
            if kinds.size:
                mine = (kinds == kind) & (amount > 0.0)
                found[mine] = amount[mine]
        return found


def amounts_by_kind(
    rows: Rows, at: np.ndarray, code_texts: Sequence[str], kinds: Sequence[str], bridges: Sequence[Bridge]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the quantity of each wanted kind of some rows (METHOD.md sections 2 and 7).

    Returns
    -------
    amount : float64[kinds, m]
        Base units, bridges applied; 0 = none.
    bridged : int16[kinds, m]
        1 + the place of the bridge that made the amount, 0 = none.
    """
    code = rows.code[at]
    if at.size < len(code_texts):  # a few rows: only their own codes need be held against the prefixes
        used, code = np.unique(code, return_inverse=True)
        code_texts = [code_texts[place] for place in used]
    amount = np.zeros((len(kinds), at.size))
    bridged = np.zeros((len(kinds) if bridges else 0, at.size), dtype=np.int16)
    for k, kind in enumerate(kinds):
        amount[k] = rows.of_kind(KINDS.index(kind), at)
        wants = amount[k] == 0.0
        best = np.full(at.size, -1, dtype=np.int16)
        for place, bridge in enumerate(bridges):
            if bridge.to_kind != kind:
                continue
            fits = np.array([code.startswith(bridge.prefix) for code in code_texts], dtype=bool)
            if not fits.any():
                continue
            from_kind = KINDS.index(bridge.from_kind)
            source = rows.of_kind(from_kind, at)
            # the longest prefix that finds a quantity wins; of equal ones, that of the row's first quantity
            score = np.full(at.size, 4 * len(bridge.prefix), dtype=np.int16)
            for held, rank in ((rows.second, 1), (rows.first, 2)):
                kinds_held, _ = held.of(at)
                if kinds_held.size:
                    is_it = kinds_held == from_kind
                    score[is_it] = 4 * len(bridge.prefix) + rank
            use = fits[code] & (source > 0.0) & wants & (score > best)
            amount[k, use] = source[use] * bridge.factor
            bridged[k, use] = place + 1
            best[use] = score[use]
    return amount, bridged
