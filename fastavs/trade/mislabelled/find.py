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
from fastavs.tables.arrow import numbers, texts
from fastavs.trade.mislabelled.norms import (
    COPY,
    IMPOSSIBLE,
    MASS,
    OFF_HS4,
    OFF_HS6,
    UNCLEAR,
    Codes,
    Floats,
    Ints,
    blame,
    judge,
    pair_up,
    powers_of_ten,
)
from fastavs.units.units import BASE_UNITS, KINDS

MARKED = 16
"""A further bit of `Mislabelled.reason`: the table itself says so."""
CULPRITS: tuple[str, ...] = ("unclear", "quantity", "mass")
"""Names of the culprit codes, by code."""

REASONS: dict[int, str] = {
    OFF_HS6: "off the median of its HS6 by a power of ten",
    OFF_HS4: "off the median of its heading by a power of ten",
    IMPOSSIBLE: "no such unit can weigh that",
    COPY: "the quantity repeats the mass",
    MARKED: "marked in the trade table",
}
"""What the bits of `Mislabelled.reason` mean."""


@dataclass(frozen=True, slots=True)
class Mislabelled:
    """Rows found by `find_mislabelled`; arrays of one length, ascending by row.

    Attributes
    ----------
    rows : int64
        Position in the arrays that were searched.
    kind : int8
        Kind of the quantity, an index into `fastavs.units.units.KINDS`.
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
        Kind of the quantity, an index into `fastavs.units.units.KINDS`; negative for none.
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
    pairs = pair_up(codes, kinds, amounts, masses)
    norms, reason = judge(pairs)
    found = np.flatnonzero(reason)
    group = pairs.group[found]
    distance = pairs.per_unit[found] - norms.median[group]
    power = powers_of_ten(pairs.per_unit[found], distance, reason[found], norms, group)
    distance = np.where(np.isnan(distance), power, distance)
    culprit, evidence = blame(pairs, found, distance, codes, masses, values)
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
            **{name: _column(column) for name, column in columns.items()},
            "unit": texts([BASE_UNITS[KINDS[kind]] if kind >= 0 else None for kind in found.kind.tolist()]),
            "kg_per_unit": numbers(np.where(np.isfinite(found.mass_per_unit), found.mass_per_unit, np.nan)),
            "median_kg_per_unit": numbers(found.median),
            "factor": numbers(found.factor),
            "culprit": texts([CULPRITS[code] for code in found.culprit.tolist()]),
            "reason": texts(reasons),
        }
    )


def _column(values: Sequence[Any]) -> pa.Array:
    if any(isinstance(one, str) for one in values):
        return texts(values)
    return pa.array(values, pa.int64()) if None in values else numbers(np.asarray(values))


def _check(codes: Ints, kinds: Ints, *numbers: Floats) -> None:
    if codes.ndim != 1 or any(column.shape != codes.shape for column in (kinds, *numbers)):
        raise InputError("columns differ in length", expected="one entry a row in each of them")
    if codes.size and not 0 <= codes.min() <= codes.max() <= 999_999:
        raise InputError("code out of range", column="hs6", expected="six digits, 0 to 999999")
    if kinds.size and kinds.max() >= len(KINDS):
        raise InputError("unknown kind", column="kind", value=kinds.max(), expected=f"below {len(KINDS)}")
