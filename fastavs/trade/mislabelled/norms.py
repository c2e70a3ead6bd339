"""What a unit of a good weighs as a rule, which rows are off it, and which of their two numbers is wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fastavs.trade.mislabelled.bounds import NATURAL_SPREAD, POSSIBLE, Entry, Table, longest_prefix
from fastavs.trade.mislabelled.medians import MIN_ROWS, dense, medians, usual
from fastavs.units.units import KINDS

UNCLEAR, QUANTITY, MASS = 0, 1, 2
"""Codes of `find.Mislabelled.culprit`."""
OFF_HS6, OFF_HS4, IMPOSSIBLE, COPY = 1, 2, 4, 8
"""Bits of `find.Mislabelled.reason`; a row can have several."""
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
class Pairs:
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
class Norms:
    """What a unit of each group weighs (log10 kg)."""

    low: Floats
    high: Floats
    median: Floats
    spread: Floats
    source: Codes  # OFF_HS6, OFF_HS4, or 0 where there is no median to believe


def pair_up(codes: Ints, kinds: Ints, amounts: Floats, masses: Floats) -> Pairs:
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
    return Pairs(rows, amount, mass, per_unit, group, group_hs6, group_kind, heading_of, len(headings))


def judge(pairs: Pairs) -> tuple[Norms, Codes]:
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


def _look_up(table: Table[Entry], pairs: Pairs) -> Floats:
    """Return the table's entry for each group."""
    keys = zip(pairs.group_hs6.tolist(), pairs.group_kind.tolist(), strict=True)
    return np.array([longest_prefix(table, KINDS[kind], hs6) for hs6, kind in keys], dtype=np.float64)


def _norms(pairs: Pairs, low: Floats, high: Floats, trusted: Bools) -> Norms:
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
    return Norms(low, high, np.where(source > 0, centre, np.nan), width, source)


def _rounded(pairs: Pairs, rows: Ints) -> tuple[Floats, Floats]:
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


def powers_of_ten(
    per_unit: Floats, distance: Floats, reason: Codes, norms: Norms, group: npt.NDArray[np.int32]
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


def blame(
    pairs: Pairs, found: Ints, distance: Floats, codes: Ints, masses: Floats, values: Floats
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
