"""Rows of shorter codes that are the sum of rows of longer ones: HS4 beside its HS6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.inputs.set_aside import SUM_OF_CODES
from fastavs.trade.together import Together, groups_of

EXACT, ROUNDED = 1e-9, 1e-3
"""How far, relatively, parts may add up beside their total: as doubles, and where values are rounded."""


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
    """

    rows: np.ndarray
    code: np.ndarray
    digits: np.ndarray
    key: np.ndarray
    value: np.ndarray
    above: dict[int, np.ndarray]


def sift_code_totals(rows: Together, value_factor: float) -> None:
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


def _family(rows: Together) -> _Family | None:
    """Return the rows whose codes begin one another, None where there are none."""
    if len({len(code) for code in rows.codes}) < 2:
        return None
    above = _above(rows.codes, np.flatnonzero(rows.held(rows.code, rows.codes)))
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
    key, _ = groups_of(rows.period[at], rows.partners_of(at))
    code = rows.code[at].astype(np.int64)
    return _Family(at, code, digits[code], key, rows.value[at], above)


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


def _sift_digits(rows: Together, family: _Family, digits: int, is_leaf: np.ndarray, rounding: float) -> None:
    """Set aside the totals among codes of so many digits."""
    total = np.flatnonzero(family.digits == digits)
    part = np.flatnonzero(family.above[digits][family.code] >= 0)
    codes = len(rows.codes)
    key_of_total = family.key[total] * codes + family.code[total]
    keys, group = np.unique(key_of_total, return_inverse=True)
    key_of_part = family.key[part] * codes + family.above[digits][family.code[part]]
    place = np.minimum(np.searchsorted(keys, key_of_part), keys.size - 1)
    beside = keys[place] == key_of_part
    part, place = part[beside], place[beside]
    if not part.size:
        return
    whole = np.bincount(group, family.value[total], keys.size)
    agrees, several = np.zeros(keys.size, dtype=bool), np.zeros(keys.size, dtype=bool)
    ways = [is_leaf[part], *(family.digits[part] == longer for longer in np.unique(family.digits[part]))]
    for chosen in ways:
        count = np.bincount(place[chosen], minlength=keys.size)
        parts = np.bincount(place[chosen], family.value[part[chosen]], keys.size)
        apart = np.abs(parts - whole)
        near = apart <= np.minimum(0.5 * rounding * (count + 1), ROUNDED * whole)
        fits = (count > 0) & (near | (apart <= EXACT * whole))
        agrees |= fits
        several |= fits & (count > 1)
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


def _tell(rows: Together, these: np.ndarray, digits: int, what: str) -> None:
    """Remark on rows of so many digits that count although they may be sums."""
    if these.size:
        many = "1 row" if these.size == 1 else f"{these.size:,} rows"
        worth, first = f"{rows.value[these].sum():,.0f}", rows.where(int(these.min()))
        rows.remarks.append(
            f"Codes of {digits} digits: {many} (worth {worth}; the first: {first}) with {what}. All count."
        )
