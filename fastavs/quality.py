"""Trade rows whose quantities are mislabelled: wrong by a power of ten, impossible, or a copy of the mass.

A row with a mass and another quantity has a mass per unit. It is held against what a unit can weigh at all
(`POSSIBLE`) and against the median of its HS6 and kind (METHOD.md section 2). Unit values then tell which of
the two numbers is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fastavs.errors import InputError
from fastavs.medians import MIN_ROWS, dense, medians, usual
from fastavs.quality_bounds import NATURAL_SPREAD, POSSIBLE, Entry, Table, longest_prefix
from fastavs.units import BASE_UNITS, KINDS

UNCLEAR, QUANTITY, MASS = 0, 1, 2
"""Codes of `Mislabelled.culprit`."""
CULPRITS: tuple[str, ...] = ("unclear", "quantity", "mass")
"""Names of the culprit codes, by code."""

OFF_HS6, OFF_HS4, IMPOSSIBLE, COPY, MARKED = 1, 2, 4, 8, 16
"""Bits of `Mislabelled.reason`; a row can have several."""
REASONS: dict[int, str] = {
    OFF_HS6: "off the median of its HS6 by a power of ten",
    OFF_HS4: "off the median of its heading by a power of ten",
    IMPOSSIBLE: "no such unit can weigh that",
    COPY: "the quantity repeats the mass",
    MARKED: "marked in the trade table",
}
"""What the bits of `Mislabelled.reason` mean."""

SPREADS = 5.0
"""A row is off when it is this many robust standard deviations (of log10) from the median."""
NEAR = 0.3
"""... and when its distance is this near to a whole power of ten (log10; a factor of two)."""
HEADING_POWER = 2
"""Against a heading's median only factors from 100 count: goods of different HS6 may well differ by ten."""
COPY_KG = 30.0
"""From this mass on, a quantity equal to it to the last digit is no chance. Turkish statistics fill the quantity
of small consignments so; of 6,000 Russian rows above 30 kg not one has equal numbers."""
COPY_MARGIN = 0.3
"""Goods that weigh about a kilogram a unit (within this, log10) may well have equal numbers."""

# Sets of the kinds that need care, indexed by kind.
_LIKE_MASS = np.array([kind in ("mass", "volume") for kind in KINDS])  # equal numbers are normal: 1 kg, 1 l
_COUNTED = np.array([kind in ("piece", "pair", "head") for kind in KINDS])  # whole, not rounded

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Mislabelled:
    """Rows found by `find_mislabelled`; arrays of one length, ascending by row.

    Attributes
    ----------
    rows : int64
        Position in the arrays that were searched.
    kind : int8
        Kind of the quantity, an index into `fastavs.units.KINDS`.
    mass_per_unit : float64
        Kilograms in one base unit of the kind.
    median : float64
        Median of the same in the row's HS6 (or heading, or NaN where neither has enough rows).
    factor : float64
        How many times too large the culprit is, a power of ten: 1000.0 where pieces were taken for thousands,
        0.001 the other way. Where the culprit is unclear, as if it were the quantity. NaN where no power of ten
        explains the row.
    culprit : int8
        `QUANTITY`, `MASS` or `UNCLEAR`.
    reason : int8
        Sum of `OFF_HS6`, `OFF_HS4`, `IMPOSSIBLE` and `COPY`.
    """

    rows: Ints
    kind: Codes
    mass_per_unit: Floats
    median: Floats
    factor: Floats
    culprit: Codes
    reason: Codes

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def quantity_rows(self) -> Ints:
        """Rows whose quantity is to be set aside: those where the mass is not shown to be the culprit.

        Masses are always in kilograms, quantities come in many units, so doubt falls on the quantity.
        """
        return self.rows[self.culprit != MASS]

    @property
    def mass_rows(self) -> Ints:
        """Rows whose mass is to be set aside."""
        return self.rows[self.culprit == MASS]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The rows that have both numbers, by group (an HS6 and a kind) and by heading (an HS4 and a kind)."""

    rows: Ints
    amount: Floats
    mass: Floats
    per_unit: Floats  # log10 of kg per base unit
    group: npt.NDArray[np.int32]
    group_hs6: Ints
    group_kind: Ints
    heading_of: npt.NDArray[np.int32]  # by group
    headings: int


@dataclass(frozen=True, slots=True)
class _Norms:
    """What a unit of each group weighs (log10 kg)."""

    low: Floats
    high: Floats
    median: Floats
    spread: Floats
    source: Codes  # OFF_HS6, OFF_HS4, or 0 where there is no median to believe


def find_mislabelled(
    hs6: npt.ArrayLike,
    kind: npt.ArrayLike,
    amount: npt.ArrayLike,
    mass_kg: npt.ArrayLike,
    value: npt.ArrayLike,
) -> Mislabelled:
    """Find the rows whose mass and quantity do not fit each other.

    A row is flagged where its mass per unit is impossible for such goods; or where it is off the median of its
    HS6 and kind near a power of ten, beyond the natural spread, and the unit values agree that one number is
    wrong; or where the quantity is the mass written twice. Whole numbers count as rounded. The order of rows
    does not matter. Months and annual sums of (period, code, partner) serve alike.

    Parameters
    ----------
    hs6 : int64, shape (n,)
        First six digits of the code; a shorter code is filled up with zeros on the right ("2402" is 240200).
    kind : int8, shape (n,)
        Kind of the quantity, an index into `fastavs.units.KINDS`; negative for none.
    amount : float64, shape (n,)
        Quantity in base units of its kind; NaN, zero or less for none.
    mass_kg : float64, shape (n,)
        Net mass in kg; NaN, zero or less for none.
    value : float64, shape (n,)
        Value in any one currency; NaN, zero or less for none.

    Returns
    -------
    Mislabelled
        The rows found, with what is wrong about them.

    Raises
    ------
    InputError
        Where lengths differ, or a code or kind is out of range.

    Examples
    --------
    28,200 cigars of 337 kg, taken for 28,200 thousand:

    >>> found = find_mislabelled([240210], [KINDS.index("piece")], [28_200_000.0], [337.0], [36_545.0])
    >>> found.rows.tolist(), found.factor.tolist(), found.quantity_rows.tolist()
    ([0], [1000.0], [0])
    """
    codes, kinds = np.asarray(hs6, dtype=np.int64), np.asarray(kind, dtype=np.int64)
    amounts, masses, values = (np.asarray(column, dtype=np.float64) for column in (amount, mass_kg, value))
    _check(codes, kinds, amounts, masses, values)
    pairs = _pair_up(codes, kinds, amounts, masses)
    norms, reason = _judge(pairs)
    found = np.flatnonzero(reason)
    group = pairs.group[found]
    distance = pairs.per_unit[found] - norms.median[group]
    power = _powers_of_ten(pairs.per_unit[found], distance, reason[found], norms, group)
    distance = np.where(np.isnan(distance), power, distance)
    culprit, evidence = _blame(pairs, found, distance, codes, masses, values)
    by_median_alone = (reason[found] & (IMPOSSIBLE | COPY)) == 0
    kept = ~(by_median_alone & evidence & (culprit == UNCLEAR))
    sign = np.where(culprit == MASS, 1.0, -1.0)
    return Mislabelled(
        rows=pairs.rows[found][kept],
        kind=pairs.group_kind[group][kept].astype(np.int8),
        mass_per_unit=(pairs.mass[found] / pairs.amount[found])[kept],
        median=10.0 ** norms.median[group][kept],
        factor=np.power(10.0, sign * power)[kept],
        culprit=culprit[kept],
        reason=reason[found][kept],
    )


def with_marked(
    found: Mislabelled, marked: npt.ArrayLike, kind: npt.ArrayLike, amount: npt.ArrayLike, mass_kg: npt.ArrayLike
) -> Mislabelled:
    """Return `found` with the rows that their table marks as mislabelled; a mark overrules the verdict here.

    Parameters
    ----------
    found : Mislabelled
        What `find_mislabelled` returned.
    marked : int8, shape (n,)
        1 + the culprit code that the table names, 0 for none.
    kind, amount, mass_kg : shape (n,)
        As in `find_mislabelled`.
    """
    marks = np.asarray(marked, dtype=np.int8)
    rows = np.flatnonzero(marks)
    if not rows.size:
        return found
    with np.errstate(divide="ignore", invalid="ignore"):
        per_unit = np.asarray(mass_kg, dtype=np.float64)[rows] / np.asarray(amount, dtype=np.float64)[rows]
    unknown = np.full(rows.size, np.nan)
    known = np.isin(rows, found.rows)
    place = np.searchsorted(found.rows, rows[known])
    median, factor, reason = unknown.copy(), unknown.copy(), np.full(rows.size, MARKED, dtype=np.int8)
    median[known], factor[known] = found.median[place], found.factor[place]
    reason[known] |= found.reason[place]
    own = ~np.isin(found.rows, rows)
    order = np.argsort(np.concatenate((found.rows[own], rows)), kind="stable")
    kinds = np.asarray(kind, dtype=np.int8)[rows]

    def merged(theirs: npt.NDArray[Any], ours: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate((theirs[own], ours))[order]

    return Mislabelled(
        rows=merged(found.rows, rows),
        kind=merged(found.kind, kinds),
        mass_per_unit=merged(found.mass_per_unit, per_unit),
        median=merged(found.median, median),
        factor=merged(found.factor, factor),
        culprit=merged(found.culprit, (marks[rows] - 1).astype(np.int8)),
        reason=merged(found.reason, reason),
    )


def describe(found: Mislabelled, **columns: Sequence[object]) -> pa.Table:
    """Return the rows found as a table for the report.

    Parameters
    ----------
    found : Mislabelled
        What `find_mislabelled` returned.
    **columns : sequence
        Columns to put in front, such as ``file`` and ``row``, with an entry for each row found.

    Returns
    -------
    pyarrow.Table
        The given columns, then ``unit``, ``kg_per_unit``, ``median_kg_per_unit`` and ``factor`` (null where
        unknown), ``culprit`` and ``reason`` in words.

    Examples
    --------
    >>> found = find_mislabelled([240210], [KINDS.index("piece")], [28_200_000.0], [337.0], [36_545.0])
    >>> describe(found, file=["tr.csv"], row=[37931]).select(["file", "row", "factor", "reason"]).to_pylist()
    [{'file': 'tr.csv', 'row': 37931, 'factor': 1000.0, 'reason': 'no such unit can weigh that'}]
    """
    reasons = ["; ".join(REASONS[bit] for bit in REASONS if code & bit) for code in found.reason.tolist()]
    return pa.table(
        {
            **{name: pa.array(column) for name, column in columns.items()},
            "unit": pa.array(
                [BASE_UNITS[KINDS[kind]] if kind >= 0 else None for kind in found.kind.tolist()], pa.string()
            ),
            "kg_per_unit": pa.array(
                np.where(np.isfinite(found.mass_per_unit), found.mass_per_unit, np.nan), from_pandas=True
            ),
            "median_kg_per_unit": pa.array(found.median, from_pandas=True),
            "factor": pa.array(found.factor, from_pandas=True),
            "culprit": pa.array([CULPRITS[code] for code in found.culprit.tolist()], pa.string()),
            "reason": pa.array(reasons, pa.string()),
        }
    )


def _check(codes: Ints, kinds: Ints, *numbers: Floats) -> None:
    if codes.ndim != 1 or any(column.shape != codes.shape for column in (kinds, *numbers)):
        raise InputError("columns differ in length", expected="one entry a row in each of them")
    if codes.size and not 0 <= codes.min() <= codes.max() <= 999_999:
        raise InputError("code out of range", column="hs6", expected="six digits, 0 to 999999")
    if kinds.size and kinds.max() >= len(KINDS):
        raise InputError("unknown kind", column="kind", value=kinds.max(), expected=f"below {len(KINDS)}")


def _pair_up(codes: Ints, kinds: Ints, amounts: Floats, masses: Floats) -> _Pairs:
    with np.errstate(invalid="ignore"):
        both = (kinds >= 0) & (amounts > 0) & (masses > 0) & np.isfinite(amounts) & np.isfinite(masses)
    rows = np.flatnonzero(both)
    amount, mass = amounts[rows], masses[rows]
    code_ix, distinct = dense(codes[rows], 1_000_000)
    group, keys = dense(code_ix * np.int64(len(KINDS)) + kinds[rows], max(1, len(distinct)) * len(KINDS))
    group_hs6, group_kind = distinct[keys // len(KINDS)], keys % len(KINDS)
    heading_of, headings = dense(group_hs6 // 100 * len(KINDS) + group_kind, 10_000 * len(KINDS))
    # Logarithms apart, so that no quotient of extreme numbers overflows.
    per_unit = np.log10(mass) - np.log10(amount)
    return _Pairs(rows, amount, mass, per_unit, group, group_hs6, group_kind, heading_of, len(headings))


def _judge(pairs: _Pairs) -> tuple[_Norms, Codes]:
    """Return the norms of each group, and for each pair the sum of reasons to doubt it."""
    group, per_unit, kind = pairs.group, pairs.per_unit, pairs.group_kind
    with np.errstate(divide="ignore"):
        low, high = np.log10(_look_up(POSSIBLE, pairs).reshape(-1, 2)).T
    impossible = (per_unit < low[group]) | (per_unit > high[group])
    suspects = np.flatnonzero(impossible)
    least, most = _rounded(pairs, suspects)
    impossible[suspects] = (most < low[group[suspects]]) | (least > high[group[suspects]])
    copied = (pairs.amount == pairs.mass) & ~_LIKE_MASS[kind][group]
    norms = _norms(pairs, low, high, ~(impossible | copied))

    reason = np.where(impossible, np.int8(IMPOSSIBLE), np.int8(0))
    centre, limit = norms.median[group], (SPREADS * norms.spread)[group]
    distance = per_unit - centre
    with np.errstate(invalid="ignore"):
        off = np.flatnonzero(np.abs(distance) > limit)
    least, most = _rounded(pairs, off)
    off = off[np.maximum(least - centre[off], centre[off] - most) > limit[off]]
    copied_off = off[copied[off] & (np.abs(distance[off]) > COPY_MARGIN)]
    power = np.rint(distance[off])
    least_power = np.where(norms.source[group[off]] == OFF_HS4, HEADING_POWER, 1)
    off = off[~copied[off] & (np.abs(power) >= least_power) & (np.abs(distance[off] - power) <= NEAR)]
    reason[off] |= norms.source[group[off]]
    heavy = np.flatnonzero(copied & (pairs.mass >= COPY_KG) & ~(np.abs(distance) <= COPY_MARGIN))
    for rows in (copied_off, heavy, np.flatnonzero(copied & impossible)):
        reason[rows] |= COPY
    return norms, reason


def _look_up(table: Table[Entry], pairs: _Pairs) -> Floats:
    """Return the table's entry for each group."""
    keys = zip(pairs.group_hs6.tolist(), pairs.group_kind.tolist(), strict=True)
    return np.array([longest_prefix(table, KINDS[kind], hs6) for hs6, kind in keys], dtype=np.float64)


def _norms(pairs: _Pairs, low: Floats, high: Floats, trusted: Bools) -> _Norms:
    """Take medians and robust spreads over trusted rows, by HS6 where they are enough, else by heading."""
    group, numbers = pairs.group[trusted], pairs.per_unit[trusted]
    heading, groups = pairs.heading_of[group], len(pairs.group_hs6)
    median, count = medians(group, numbers, groups)
    spread, _ = medians(group, np.abs(numbers - median[group]), groups)
    wide_median, wide_count = medians(heading, numbers, pairs.headings)
    wide_spread, _ = medians(heading, np.abs(numbers - wide_median[heading]), pairs.headings)

    by_hs6 = count >= MIN_ROWS
    by_heading = ~by_hs6 & (wide_count >= MIN_ROWS)[pairs.heading_of]
    source = np.where(by_hs6, OFF_HS6, np.where(by_heading, OFF_HS4, 0)).astype(np.int8)
    centre = np.where(by_hs6, median, wide_median[pairs.heading_of])
    # A heading of very different goods makes different goods likely within its HS6 as well, so the wider spread
    # counts. The floor is there because few rows can agree by chance.
    floor = _look_up(NATURAL_SPREAD, pairs)
    own = 1.4826 * np.where(by_hs6, spread, 0.0)  # 1.4826 MAD is the standard deviation of a normal sample
    width = np.fmax(np.fmax(own, 1.4826 * wide_spread[pairs.heading_of]), floor)
    # Many rows at one kilogram a unit, near alike: copies of the mass that rounding or adding up has blurred.
    with np.errstate(invalid="ignore"):
        blurred = (np.abs(centre) < 0.05) & (own < 0.1) & ~_LIKE_MASS[pairs.group_kind]
    source[blurred] = 0
    return _Norms(low, high, np.where(source > 0, centre, np.nan), width, source)


def _rounded(pairs: _Pairs, rows: Ints) -> tuple[Floats, Floats]:
    """Return the least and most (log10) that mass per unit can have been before rounding to whole numbers.

    A recorded 1 may have been anything up to 1.5: offices write 1 for less than a half.
    """

    def ends(numbers: Floats, may_be_rounded: Bools) -> tuple[Floats, Floats]:
        slack = np.where(may_be_rounded & (numbers % 1.0 == 0.0), 0.5, 0.0)
        return np.where((slack > 0) & (numbers == 1.0), 0.0, numbers - slack), numbers + slack

    least_mass, most_mass = ends(pairs.mass[rows], np.ones(len(rows), dtype=np.bool_))
    least, most = ends(pairs.amount[rows], ~_COUNTED[pairs.group_kind[pairs.group[rows]]])
    with np.errstate(divide="ignore"):
        return np.log10(least_mass) - np.log10(most), np.log10(most_mass) - np.log10(least)


def _powers_of_ten(
    per_unit: Floats, distance: Floats, reason: Codes, norms: _Norms, group: npt.NDArray[np.int32]
) -> Floats:
    """Return the power of ten (its exponent) that each row is too heavy by, or NaN if none explains it."""
    low, high = norms.low[group], norms.high[group]
    unknown = np.isnan(distance)
    with np.errstate(invalid="ignore"):
        power = np.rint(np.where(unknown, per_unit - (low + high) / 2.0, distance))
        mended = per_unit - power
        explained = (power != 0) & (mended >= low) & (mended <= high) & (reason & COPY == 0)
        explained &= unknown | (np.abs(distance - power) <= NEAR)
    return np.where(explained, power, np.nan)


def _blame(
    pairs: _Pairs, found: Ints, distance: Floats, codes: Ints, masses: Floats, values: Floats
) -> tuple[Codes, Bools]:
    """Tell which number is wrong: the one whose unit value is off by the same factor, while the other's is not.

    A quantity too large by f makes mass per unit and value per unit too small by f and leaves value per kg alone;
    a mass too large by f makes mass per unit too large and value per kg too small by f and leaves value per unit
    alone.

    Returns
    -------
    culprit : int8, shape (len(found),)
    evidence : bool, shape (len(found),)
        Whether there was any unit value to judge by.
    """
    heading = pairs.heading_of[pairs.group[found]]
    concerned = np.zeros(pairs.headings, dtype=np.bool_)
    concerned[heading] = True
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.log10(values)  # NaN or infinite where there is no value

        in_question = concerned[pairs.heading_of][pairs.group] & np.isfinite(worth[pairs.rows])
        in_question[found] = False
        peers = np.flatnonzero(in_question)
        worth_per_unit = worth[pairs.rows[peers]] - np.log10(pairs.amount[peers])
        usual_per_unit = usual(pairs.group[peers], pairs.heading_of, worth_per_unit)

        headings = np.zeros(10_000, dtype=np.bool_)
        headings[pairs.group_hs6[pairs.group[found]] // 100] = True
        peers = np.flatnonzero(headings[codes // 100])
        peers = peers[np.isfinite(worth[peers]) & (masses[peers] > 0) & np.isfinite(masses[peers])]
        code_ix, distinct = dense(codes[peers], 1_000_000)
        worth_per_kg = worth[peers] - np.log10(masses[peers])
        usual_per_kg = np.full(1_000_000, np.nan)
        usual_per_kg[distinct] = usual(code_ix, dense(distinct // 100, 10_000)[0], worth_per_kg)

        rows = pairs.rows[found]
        per_kg = worth[rows] - np.log10(masses[rows]) - usual_per_kg[codes[rows]]
        per_unit = worth[rows] - np.log10(pairs.amount[found]) - usual_per_unit[pairs.group[found]]
        if_quantity = np.fmax(np.abs(per_kg), np.abs(per_unit - distance))
        if_mass = np.fmax(np.abs(per_kg + distance), np.abs(per_unit))
        enough = np.abs(distance) / 2.0
        quantity = (if_quantity < if_mass) & (if_quantity < enough)
        mass = (if_mass < if_quantity) & (if_mass < enough)
    culprit = np.where(quantity, QUANTITY, np.where(mass, MASS, UNCLEAR)).astype(np.int8)
    return culprit, np.isfinite(if_quantity)
