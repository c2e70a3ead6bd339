"""Rows of shorter codes that are the sum of rows of longer ones: HS4 beside its HS6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.inputs.set_aside import SUM_OF_CODES
from fastavs.trade.trade_rows import Cells, TradeRows, groups_of

EXACT, ROUNDED = 1e-9, 1e-3
"""How far, relatively, parts may add up beside their total: as doubles, and where values are rounded."""
NEAR = 0.05
"""How far, relatively, parts may add up beside a row for it to be told of."""
MOST_TOLD = 3
"""How many codes remarks name."""


@dataclass(frozen=True, slots=True)
class _Family:
    """Rows whose codes begin one another. m rows.

    Attributes
    ----------
    rows : int64[m]
    code : int64[m]
        Places into the list of codes.
    digits : int64[m]
    key : int64[m]
        Period and partner, numbered.
    value : float64[m]
    above : dict of int to int64[codes]
        By number of digits, the code of so many digits that rows have and that each code begins with; -1 = none.
    negative : Cells
        Rows of negative values, which were set aside; `period` is the key here.
    """

    rows: np.ndarray
    code: np.ndarray
    digits: np.ndarray
    key: np.ndarray
    value: np.ndarray
    above: dict[int, np.ndarray]
    negative: Cells


def sift_code_totals(rows: TradeRows, value_factor: float) -> None:
    """Set aside rows whose value is the sum of two or more rows of longer codes of the same period and partner.

    A row that has the value of one such row may be its total, or not. It goes where others of as many digits are such
    sums and most of those that can be compared agree; elsewhere it stays, and is told of.
    """
    family = _family(rows)
    if family is None:
        return
    rounding = _rounding(family.value / value_factor) * value_factor
    is_leaf = np.ones(family.rows.size, dtype=bool)
    for digits in sorted(family.above, reverse=True):
        _sift_digits(rows, family, digits, is_leaf, rounding)


def _family(rows: TradeRows) -> _Family | None:
    """Return the rows whose codes begin one another, None where there are none."""
    if len({len(code) for code in rows.codes}) < 2:
        return None
    held, minus = rows.held(rows.code, rows.codes), rows.negative
    held[minus.code] = True
    above = _above(rows.codes, np.flatnonzero(held))
    if not above:
        return None
    concerned = np.zeros(len(rows.codes), dtype=bool)
    for one in above.values():
        below = np.flatnonzero(one >= 0)
        concerned[below] = concerned[one[below]] = True
    left = rows.left()
    mask = concerned[rows.code]
    at = np.flatnonzero(mask if left is None else mask & left)
    digits = np.array([len(code) for code in rows.codes])
    partner = np.concatenate((rows.partners_of(at), rows.in_one_spelling(minus.partner)))
    key, _ = groups_of(np.concatenate((rows.period[at], minus.period)), partner)
    code = rows.code[at].astype(np.int64)
    negative = Cells(minus.code.astype(np.int64), key[at.size :], minus.partner, minus.value)
    return _Family(at, code, digits[code], key[: at.size], rows.value[at], above, negative)


def _above(codes: Sequence[str], held: np.ndarray) -> dict[int, np.ndarray]:
    """Return, by number of digits, the shorter code that is held and that each held code begins with; -1 = none."""
    above: dict[int, np.ndarray] = {}
    open_codes: list[int] = []
    for place in sorted(held.tolist(), key=codes.__getitem__):
        while open_codes and not codes[place].startswith(codes[open_codes[-1]]):
            open_codes.pop()
        for one in open_codes:
            above.setdefault(len(codes[one]), np.full(len(codes), -1, dtype=np.int64))[place] = one
        open_codes.append(place)
    return above


def _rounding(value: np.ndarray) -> float:
    """Return the unit that all values are whole numbers of: 1, or a decimal fraction of it; 0 where there is none."""
    for unit in (1.0, 0.1, 0.01, 0.001):
        scaled = value / unit
        if (np.abs(scaled - np.rint(scaled)) <= EXACT * np.maximum(scaled, 1.0)).all():
            return unit
    return 0.0


def _sift_digits(rows: TradeRows, family: _Family, digits: int, is_leaf: np.ndarray, rounding: float) -> None:
    """Set aside the totals among codes of so many digits."""
    total = np.flatnonzero(family.digits == digits)
    keys, group = np.unique(family.key[total] * len(rows.codes) + family.code[total], return_inverse=True)
    part, place = _beside(family, digits, family.code, family.key, keys)
    if not part.size:
        return
    whole = np.bincount(group, family.value[total], keys.size)
    minus, minus_place = _beside(family, digits, family.negative.code, family.negative.period, keys)
    negative = np.bincount(minus_place, family.negative.value[minus], keys.size)
    agrees, several = np.zeros(keys.size, dtype=bool), np.zeros(keys.size, dtype=bool)
    nearest = np.full(keys.size, np.inf)
    ways = [is_leaf[part], *(family.digits[part] == longer for longer in np.unique(family.digits[part]))]
    for chosen in ways:
        count = np.bincount(place[chosen], minlength=keys.size)
        parts = np.bincount(place[chosen], family.value[part[chosen]], keys.size)
        apart = np.abs(parts - whole)
        near = apart <= np.minimum(0.5 * rounding * (count + 1), ROUNDED * whole)
        fits = (count > 0) & (near | (apart <= EXACT * whole))
        agrees |= fits
        several |= fits & (count > 1)
        for sum_of_parts in (parts, parts + negative, parts - negative):
            nearer = (count > 0) & (np.abs(sum_of_parts - whole) < np.abs(nearest - whole))
            nearest = np.where(nearer, sum_of_parts, nearest)
    compared = np.zeros(keys.size, dtype=bool)
    compared[place] = True
    is_leaf[total[compared[group]]] = False
    if several.any() and 2 * agrees.sum() > compared.sum():
        rows.lose(family.rows[total[agrees[group]]], SUM_OF_CODES)
        differ = family.rows[total[(compared & ~agrees)[group]]]
        _tell(rows, differ, digits, "rows of longer codes beside them that do not add up to them, though others do")
        return
    rows.lose(family.rows[total[several[group]]], SUM_OF_CODES)
    single = family.rows[total[(agrees & ~several)[group]]]
    _tell(rows, single, digits, "one row of a longer code with the same value beside them, and may be its total")
    near = _nearly(whole, nearest, compared & ~agrees)
    _tell(rows, family.rows[total[near[group]]], digits, _of_near(rows, keys[near], whole[near], nearest[near]))


def _nearly(whole: np.ndarray, parts: np.ndarray, differ: np.ndarray) -> np.ndarray:
    """Return which of the totals that differ from their parts hardly do, by themselves or all together; bool[k]."""
    apart = np.abs(parts - whole)
    if abs(parts[differ].sum() - whole[differ].sum()) <= NEAR * whole[differ].sum():
        return differ
    return differ & (apart <= NEAR * whole)


def _of_near(rows: TradeRows, keys: np.ndarray, whole: np.ndarray, parts: np.ndarray) -> str:
    """Say of totals what nearly adds up to them; `keys` as in `_beside`."""
    codes = [rows.codes[key % len(rows.codes)] for key in keys[:MOST_TOLD]]
    pairs = [f"{code}: {one:,.6g} beside {other:,.6g}" for code, one, other in zip(codes, whole, parts, strict=False)]
    return (
        f"rows of longer codes beside them that add up to nearly the same, negative ones included ({'; '.join(pairs)}),"
        ' and may be their totals, which totals = "set_aside" takes out only where they are exact'
    )


def _beside(
    family: _Family, digits: int, code: np.ndarray, key: np.ndarray, keys: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which of some rows, int64[p], have their total among `keys`, and its place there, int64[p].

    Parameters
    ----------
    family : _Family
    digits : int
        Those of the totals.
    code, key : int64[q]
        Codes of the rows, and their periods and partners as `_Family.key`.
    keys : int64[k]
        Key and code of each total as one number, sorted.
    """
    above = family.above[digits]
    part = np.flatnonzero(above[code] >= 0)
    if not keys.size or not part.size:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    key_of_part = key[part] * above.size + above[code[part]]
    place = np.minimum(np.searchsorted(keys, key_of_part), keys.size - 1)
    beside = keys[place] == key_of_part
    return part[beside], place[beside]


def _tell(rows: TradeRows, these: np.ndarray, digits: int, what: str) -> None:
    """Remark on rows of so many digits that count although they may be sums."""
    if these.size:
        many = "1 row" if these.size == 1 else f"{these.size:,} rows"
        worth, first = f"{rows.value[these].sum():,.0f}", rows.where(int(these.min()))
        told = f"Codes of {digits} digits: {many} (worth {worth}; the first: {first}) with {what}. All count."
        rows.remark(told, these, cure="leave out those that are sums")
