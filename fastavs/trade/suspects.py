"""Rows of trade whose quantities look mislabelled."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from fastavs import codes
from fastavs.errors import InputError, own_row
from fastavs.inputs.set_aside import LOOKS_MISLABELLED, QUANTITY, SetAside
from fastavs.tables.sources import Source
from fastavs.threads import side_by_side
from fastavs.trade.mislabelled import find, norms
from fastavs.trade.rows import MASS, NO_KIND, Rows

HEADINGS = 10_000
BLOCK_ROWS = 1 << 16
"""Rows with a mass that are judged at a time: some 12 MB of work space."""


class Suspects:
    """Rows whose mass and other quantity do not fit each other, looked for when they are first asked for.

    Parameters
    ----------
    rows : Rows
    code_texts : sequence of str
    names : (sequence of str, sequence of str)
        Periods and partners.
    labels : sequence of str
        The files.

    Attributes
    ----------
    lock : threading.Lock
        Held by whoever looks at the rows or moves them.
    """

    def __init__(
        self, rows: Rows, code_texts: Sequence[str], names: tuple[Sequence[str], Sequence[str]], labels: Sequence[str]
    ) -> None:
        self.lock = threading.Lock()
        self._rows = rows
        self._codes = code_texts
        self._names = names
        self._labels = labels
        self._table: pa.Table | None = None
        self._moving = False

    def move(self) -> None:
        """Take note that the rows are about to be put in order where they stand; the lock is held.

        Raises
        ------
        InputError
            An earlier attempt was interrupted, and the rows are in no order at all.
        """
        if self._moving:
            raise InputError(
                "the study's trade is of no more use: it was interrupted while its rows were put in order",
                cure="make the study anew",
            )
        self._moving = True

    def moved(self, rows: Rows) -> None:
        """Take note of the rows in another order; the lock is held."""
        self._rows = rows

    def settled(self) -> None:
        """Take note that the trade in order stands where the other stood, so that an interrupt can lose it no more."""
        self._moving = False

    def table(self) -> pa.Table:
        """Describe the rows for the report, in the order in which they were read."""
        with self.lock:
            if self._table is None:
                self._table = self._described(self._found())
            return self._table

    def void(self, sources: Sequence[Source], aside: SetAside) -> None:
        """Take the wrong number of each of the rows away and note it (option ``mislabelled = "drop"``)."""
        with self.lock:
            found = self._found()
            self._table = self._described(found)
            void_suspects(self._rows, found, sources, aside)

    def _found(self) -> find.Mislabelled:
        rows = self._rows
        found = _mislabelled(rows, codes.cut(codes.to_keys(self._codes), 6) // 10 ** (codes.LONGEST - 6))
        if rows.marked.size:
            either = np.union1d(found.rows, np.flatnonzero(rows.marked))
            mass, kind, amount = _pairs(rows, either)
            local = replace(found, rows=np.searchsorted(either, found.rows))
            local = find.with_marked(local, rows.marked[either], kind, amount, mass)
            found = replace(local, rows=either[local.rows])
        if not rows.origin.order.size:
            return found
        as_read = np.argsort(rows.origin.order[found.rows], kind="stable")
        return find.Mislabelled(*(getattr(found, name)[as_read] for name in find.Mislabelled.__slots__))

    def _described(self, found: find.Mislabelled) -> pa.Table:
        rows, at = self._rows, found.rows
        file, row = rows.origin.find(at)
        return find.describe(
            found,
            file=[self._labels[place] for place in file],
            row=[own_row(self._labels[place], one + 1) for place, one in zip(file, row.tolist(), strict=True)],
            period=[self._names[0][place] for place in rows.period[at]],
            line=[self._codes[place] for place in rows.code[at]],
            partner=[self._names[1][place] for place in rows.partner[at]],
            value=rows.value[at].tolist(),
        )


def _mislabelled(rows: Rows, hs6: np.ndarray) -> find.Mislabelled:
    """Look for suspects heading by heading, some headings at a time: rows of other headings have no say in a verdict.

    Only rows with a mass can be held against anything, in headings where any row has another quantity as well.
    """
    none = np.empty(0, dtype=np.int64)
    found = [find.find_mislabelled(none, none, none, none, none)]
    if rows.mass.amount.size or rows.second.amount.size:  # else no row has two numbers
        heading = (hs6 // 100).astype(np.int16)
        has_mass = np.zeros(rows.value.size, dtype=bool)
        has_pair = np.zeros(HEADINGS, dtype=bool)
        for stretch in rows.stretches():
            mass, kind, amount = _pairs(rows, stretch)
            has_mass[stretch] = mass > 0.0
            has_pair[heading[rows.code[stretch][(mass > 0.0) & (amount > 0.0) & (kind != NO_KIND)]]] = True
        block = _blocks(rows, heading, has_mass, has_pair)

        def judge(one: int) -> find.Mislabelled:
            at = _rows_of(rows, (block == one)[heading], has_mass)
            mass, kind, amount = _pairs(rows, at)
            part = find.find_mislabelled(hs6[rows.code[at]], kind, amount, mass, rows.value[at])
            return replace(part, rows=at[part.rows])

        found += side_by_side(judge, np.unique(block[has_pair]).tolist())
    order = np.argsort(np.concatenate([part.rows for part in found]), kind="stable")
    return find.Mislabelled(
        *(np.concatenate([getattr(part, name) for part in found])[order] for name in find.Mislabelled.__slots__)
    )


def _blocks(rows: Rows, heading: np.ndarray, has_mass: np.ndarray, has_pair: np.ndarray) -> np.ndarray:
    """Return the block of each heading, -1 for those without pairs; whole headings make some `BLOCK_ROWS` rows."""
    counts = np.zeros(HEADINGS, dtype=np.int64)
    for stretch in rows.stretches():
        counts += np.bincount(heading[rows.code[stretch][has_mass[stretch]]], minlength=HEADINGS)
    return np.where(has_pair, np.cumsum(np.where(has_pair, counts, 0)) // BLOCK_ROWS, -1)


def _rows_of(rows: Rows, chosen: np.ndarray, has_mass: np.ndarray) -> np.ndarray:
    """Return the rows, ascending, that have a mass and one of the codes chosen; bool[codes], bool[n]."""
    parts = [s.start + np.flatnonzero(chosen[rows.code[s]] & has_mass[s]) for s in rows.stretches()]
    return np.concatenate(parts)


def _pairs(rows: Rows, at: np.ndarray | slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mass in kg of some rows, and kind and amount of the quantity that can be held against it.

    Mass is the net mass where there is one, else a quantity that is a mass; the other number is the first quantity
    left, grams beside a net mass among them.
    """
    n = rows.value[at].size
    (_, net), (kind_1, first), (kind_2, second) = (one.of(at) for one in (rows.mass, rows.first, rows.second))
    net, first, second = (one if one.size else np.zeros(n) for one in (net, first, second))
    kind_1, kind_2 = (one if one.size else np.full(n, NO_KIND, dtype=np.int8) for one in (kind_1, kind_2))
    in_first = (net <= 0.0) & (kind_1 == MASS)
    in_second = (net <= 0.0) & ~in_first & (kind_2 == MASS)
    mass = np.where(in_first, first, np.where(in_second, second, net))
    use_second = in_first | (kind_1 == NO_KIND)
    kind = np.where(use_second, np.where(in_second, NO_KIND, kind_2), kind_1)
    amount = np.where(use_second, second, first)
    kind = np.where(in_first & (kind == MASS), NO_KIND, kind)
    return mass, kind, np.where(kind == NO_KIND, 0.0, amount)


def void_suspects(rows: Rows, found: find.Mislabelled, sources: Sequence[Source], aside: SetAside) -> None:
    """Take the wrong number of each suspect row away and note it (option ``mislabelled = "drop"``)."""
    wrong_mass = found.culprit == norms.MASS
    (_, net), *others = (one.of(found.rows) for one in (rows.mass, rows.first, rows.second))
    of_net = wrong_mass & (net > 0.0) if net.size else np.zeros(wrong_mass.size, dtype=bool)
    rows.mass.void(found.rows[of_net])
    wrong_kind = np.where(wrong_mass, MASS, found.kind)
    for quantity, (kind, _) in zip((rows.first, rows.second), others, strict=True):
        if kind.size:
            quantity.void(found.rows[~of_net & (kind == wrong_kind)])
    file, row = rows.origin.find(found.rows)
    for number in np.unique(file):
        _note(sources[number], row[file == number], wrong_mass[file == number], aside)


def _note(source: Source, rows: np.ndarray, wrong_mass: np.ndarray, aside: SetAside) -> None:
    """Set quantities of some rows of a source aside; it is read again, for what they say is not kept."""
    for batch in source.batches():
        here = (rows >= batch.first) & (rows < batch.first + batch.table.num_rows)
        for which, what in ((here & wrong_mass, "its mass"), (here & ~wrong_mass, "not its mass")):
            chosen = rows[which] - batch.first
            aside.add(batch, chosen, [f"{LOOKS_MISLABELLED} ({what})"] * chosen.size, QUANTITY)
