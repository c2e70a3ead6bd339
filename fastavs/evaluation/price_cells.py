"""Which observations changes of prices tell apart: codes by prefix and group, partners and periods by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from fastavs.codes import chapters, interval, to_key
from fastavs.evaluation.partners import Priced
from fastavs.index.parts import IndexParts
from fastavs.kernels import shapes
from fastavs.kernels.options import readonly
from fastavs.scenario.where import Where


class PriceCells(NamedTuple):
    """Observations told apart by some changes of prices. c cells, q quotes, n changes."""

    table: shapes.PriceCells
    lead: np.ndarray  # int32[x, t] the quote of most partners, within its kind
    period: np.ndarray  # int64[q] of each quote
    cell: np.ndarray  # int64[q]
    touch_start: np.ndarray  # int64[c + 1] into the next
    touch: np.ndarray  # int64[...] the changes that touch each cell, in their order

    def factors(self, prices: np.ndarray) -> np.ndarray:
        """Return what the values of each cell are multiplied by, float64[s, c], given what each change says, [s, n]."""
        sizes = np.diff(self.touch_start)
        found = np.ones((prices.shape[0], sizes.size))
        for place in range(int(sizes.max(initial=0))):
            some = np.flatnonzero(sizes > place)
            found[:, some] *= prices[:, self.touch[self.touch_start[some] + place]]
        return found

    def quoted(self, fx: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return exchange rates by quote, float64[s, contexts, currencies, q], from those by period and the factors."""
        if self.cell.size == fx.shape[-1] and not self.touch.size:
            return fx
        quoted: np.ndarray = fx[..., self.period] / factor[:, None, None, self.cell]
        return quoted


def price_cells(index: IndexParts, prices: Sequence[Priced], where: Sequence[np.ndarray]) -> PriceCells:
    """Tell observations apart.

    Parameters
    ----------
    index : IndexParts
    prices : sequence of Priced
    where : sequence of bool[t, p]
        Whom each touches in which periods.
    """
    codes = index.records.code_key.size
    kind, touched = _kinds(index, prices)
    masks: dict[bytes, int] = {}
    of_change = [masks.setdefault(one.tobytes(), len(masks)) for one in where]
    shape = len(index.facts["trade_periods"]), len(index.facts["partners"])
    shown = [np.frombuffer(one, dtype=bool).reshape(shape) for one in masks]
    patterns: dict[tuple[int, ...], int] = {}
    made: list[_Pattern] = []
    pattern = np.empty(len(touched), dtype=np.int32)
    for number, some in enumerate(touched):
        key = tuple(of_change[one] for one in some)
        if key not in patterns:
            patterns[key] = len(made)
            made.append(_pattern([shown[one] for one in key], shape))
        pattern[number] = patterns[key]
    first_cell = np.cumsum([0, *(len(made[one].touching) for one in pattern)])
    first_quote = np.cumsum([0, *(made[one].period.size for one in pattern)])
    touch = [
        [some[place] for place in places]
        for some, one in zip(touched, pattern, strict=True)
        for places in made[one].touching
    ]
    table = shapes.PriceCells(
        readonly(kind if codes else np.zeros(0), np.int32), readonly(pattern, np.int32),
        readonly(first_cell, np.int64), readonly(first_quote, np.int64),
        readonly(np.stack([one.cell for one in made]), np.int32),
        readonly(np.stack([one.quote for one in made]), np.int32),
    )  # fmt: skip
    return PriceCells(
        table, readonly(np.stack([one.lead for one in made]), np.int32),
        np.concatenate([made[one].period for one in pattern]),
        np.concatenate([made[one].cell_of + first for one, first in zip(pattern, first_cell, strict=False)]),
        np.cumsum([0, *map(len, touch)]), np.array([one for some in touch for one in some], dtype=np.int64),
    )  # fmt: skip


class _Pattern(NamedTuple):
    """What tells partners and periods of a kind of codes apart."""

    cell: np.ndarray  # int64[t, p]
    quote: np.ndarray  # int64[t, p]
    lead: np.ndarray  # int64[t]
    period: np.ndarray  # int64[quotes]
    cell_of: np.ndarray  # int64[quotes]
    touching: list[list[int]]  # which of the masks touch each cell


def _pattern(masks: Sequence[np.ndarray], shape: tuple[int, int]) -> _Pattern:
    cell = np.zeros(shape[0] * shape[1], dtype=np.int64)
    for mask in {one.tobytes(): one for one in masks}.values():
        _, cell = np.unique(cell * 2 + mask.reshape(-1), return_inverse=True)
    _, first = np.unique(cell, return_index=True)
    touching = [[place for place, mask in enumerate(masks) if mask.flat[one]] for one in first]
    cell = cell.reshape(shape)
    pairs, quote = np.unique(np.arange(shape[0])[:, None] * first.size + cell, return_inverse=True)
    period, cell_of = np.divmod(pairs, first.size)
    quote = quote.reshape(shape)
    partners = np.zeros((shape[0], pairs.size), dtype=np.int64)
    np.add.at(partners, (np.arange(shape[0])[:, None], quote), 1)
    return _Pattern(cell, quote, partners.argmax(axis=1), period, cell_of, touching)


def _kinds(index: IndexParts, prices: Sequence[Priced]) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Tell codes apart by the changes that touch them; returns each one's kind, int64[u], and what touches each."""
    key, digits = index.records.code_key, index.records.code_digits
    everywhere = [place for place, one in enumerate(prices) if not one.prefixes]
    kind = np.zeros(key.size, dtype=np.int64)
    touched: list[tuple[int, ...]] = [()]
    if len(everywhere) < len(prices):
        touched = []
        for length in np.unique(digits).tolist():
            some = np.flatnonzero(digits == length)
            some = some[np.argsort(key[some], kind="stable")]
            start, within = _stretches(key[some], length, prices)
            kind[some] = len(touched) + np.repeat(np.arange(len(within)), np.diff(start))
            touched += within
    titles = dict.fromkeys(one.group[0] for one in prices if one.group)
    names = {title: _members(index, title) for title in titles}
    columns = np.stack([kind, *(member for _, member in names.values())])
    rows, kind = np.unique(columns, axis=1, return_inverse=True) if titles else (np.unique(kind)[None], kind)
    found: dict[tuple[int, ...], int] = {}
    of_row = np.empty(rows.shape[1], dtype=np.int64)
    for place, (before, *members) in enumerate(rows.T.tolist()):
        own = {title: groups[member] for (title, (groups, _)), member in zip(names.items(), members, strict=True)}
        some_of = sorted({*touched[before], *everywhere})
        kept = tuple(one for one in some_of if _in_group(prices[one], own))
        of_row[place] = found.setdefault(kept, len(found))
    if not titles:
        place_of = np.zeros(len(touched), dtype=np.int64)
        place_of[rows[0]] = of_row
        return place_of[kind], list(found)
    return of_row[kind.reshape(-1)], list(found)


def _in_group(price: Priced, groups: dict[str, str]) -> bool:
    return price.group is None or groups[price.group[0]] == price.group[1]


def _stretches(key: np.ndarray, length: int, prices: Sequence[Priced]) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Cut ascending codes of one length where a prefix begins or ends.

    Returns
    -------
    start : int64[stretches + 1]
    within : list of tuple of int
        The changes whose prefixes begin the codes of each stretch.
    """
    known = [(place, one) for place, price in enumerate(prices) for one in price.prefixes if len(one) <= length]
    spans = np.array([interval(np.int64(to_key(one)), len(one)) for _, one in known], dtype=np.int64).reshape(-1, 2)
    low, high = (np.searchsorted(key, spans[:, side]) for side in (0, 1))
    start = np.unique(np.concatenate([[0, key.size], low, high]))
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for (place, _), first, last in zip(known, low.tolist(), high.tolist(), strict=True):
        if first < last:
            begins.setdefault(first, []).append(place)
            ends.setdefault(last, []).append(place)
    active: Counter[int] = Counter()
    within = []
    for one in start[:-1].tolist():
        active.subtract(ends.get(one, ()))
        active.update(begins.get(one, ()))
        active = +active
        within.append(tuple(active))
    return start, within


def _members(index: IndexParts, title: str) -> tuple[list[str], np.ndarray]:
    """Return the groups of a grouping, and the place of each code's among them, int64[u]."""
    key, digits = index.records.code_key, index.records.code_digits
    grouping: Any = index.groups[title] if title in index.groups else chapters(key)
    names: dict[str, int] = {}
    member = np.zeros(key.size, dtype=np.int64)
    for length in np.unique(digits).tolist():
        some = np.flatnonzero(digits == length)
        groups, of = grouping.assign(key[some], length)
        member[some] = np.array([names.setdefault(one, len(names)) for one in groups], dtype=np.int64)[of]
    return list(names), member


def touched_codes(index: IndexParts, where: Where) -> np.ndarray:
    """Return which codes of the records a change of prices touches, bool[u]; a code shorter than a prefix is not.

    Raises
    ------
    InputError
        A grouping, or a group, that the study does not have.
    """
    key, digits = index.records.code_key, index.records.code_digits
    found = np.zeros(key.size, dtype=bool)
    for length in np.unique(digits).tolist():
        some = np.flatnonzero(digits == length)
        prefixes = tuple(one for one in where.prefixes if len(one) <= length)
        if prefixes or not where.prefixes:
            own = replace(where, prefixes=prefixes)
            found[some] = own.lines("applied", 0, key[some], length, index.groups)
    return found


def marked_bits(marked: np.ndarray) -> np.ndarray:
    """Return marks of partners (bool[..., p]) as bits, uint64[..., words]."""
    words = marked.shape[-1] // 64 + 1
    padded = np.zeros((*marked.shape[:-1], words * 64), dtype=bool)
    padded[..., : marked.shape[-1]] = marked
    packed = np.packbits(padded, axis=-1, bitorder="little")
    return readonly(packed.view("<u8"), np.uint64)
