"""What is counted of a year for its notes: lines without observations of their own, excluded partners, kinks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.errors import InputError
from fastavs.kernels.curve_records import AD_VALOREM, APPLIED, BOUND, ScheduleLines, YearLines
from fastavs.kernels.names import MAX, MIN, POOLED
from fastavs.kernels.shapes import DutyTable
from fastavs.models.weights import Columns, Weighed

MOST_KINKS = 50_000_000
BYTES_OF_KINK = 24


class LinesOfKind(NamedTuple):
    """Some lines of a year, each counted once, and their imports from the regions where they are of that kind."""

    lines: int
    imports: float


class Counts(NamedTuple):
    """What notes of a year count."""

    year: int
    cells: Weighed
    all_lines: int
    lines: np.ndarray  # SPECIFIC_LINE[n]
    without_line: np.ndarray  # bool[s] sectors without a line
    unknown: LinesOfKind  # without a known rate
    fallbacks: dict[str, LinesOfKind]
    inside: float  # trade of the importing country's own region that is left out
    excluded: dict[str, float]  # trade of excluded partners
    excluded_shares: dict[str, float]  # in all imports of a region


def lines_of_kind(some: np.ndarray, imports: np.ndarray) -> LinesOfKind:
    """Count lines by whether they are of a kind in each column, bool[j, q], and import anything there."""
    some = some & (imports > 0.0)
    return LinesOfKind(int(some.any(axis=1).sum()), float(imports[some].sum()))


def fallbacks_of(
    lines: ScheduleLines, year: YearLines, columns: Columns, known: np.ndarray, rates: int
) -> dict[str, LinesOfKind]:
    """Count the lines of a year that have no observations of their own to rest on, by what they do, carried ones among
    them. Each is counted in a region once, as the first of these."""
    supplied = lines.supplied
    if rates == AD_VALOREM:
        return {}
    amount = lines.rows["specific"][:, None] & supplied["rated"]
    last = supplied.shape[1] - 1
    whole = amount & (supplied["whose"] == last) & (np.arange(last + 1) < last)
    none = amount & ~whole & (supplied["kept"] == 0)
    flags = {
        "all partners": whole,
        "percentage": none & ~lines.rows["purely_specific"][:, None],
        "zero": none & lines.rows["purely_specific"][:, None],
        "relatives": amount & ~whole & ~none & ~supplied["own"],
    }
    left, found = known[:, columns.whose], {}
    for kind, flag in flags.items():
        some = left & (behind(flag, lines, year, rates) > 0)[:, columns.whose]
        left = left & ~some
        found[kind] = lines_of_kind(some, columns.imports)
    return {kind: one for kind, one in found.items() if one.lines}


def behind(value: np.ndarray, lines: ScheduleLines, year: YearLines, rates: int) -> np.ndarray:
    """Add what lines of schedules have for a supplier (number or bool[l, v]) up over those with a rate that each line
    of a year rests on, int64[j, v]."""
    rated = lines.supplied["rated"]
    value = np.where(rated, value, 0).astype(np.int64)
    found = np.zeros((year.applied.size, value.shape[1]), dtype=np.int64)
    if rates != BOUND:
        direct = year.applied >= 0
        found[direct] = value[year.applied[direct]]
        if not direct.all():
            found[~direct] = _carried(value, rated, year, -1 - year.applied[~direct])
    if rates != APPLIED:
        has_bound = year.bound >= 0
        found[has_bound] += value[year.bound[has_bound]]
    return found


def _carried(value: np.ndarray, rated: np.ndarray, year: YearLines, mean: np.ndarray) -> np.ndarray:
    """Return the sums over the lines behind some means carried: those of the first level at which any has a rate."""
    sums, many = (
        np.concatenate([np.zeros((1, value.shape[1]), dtype=np.int64), np.cumsum(one, axis=0, dtype=np.int64)])
        for one in (value, rated)
    )
    found = np.zeros((mean.size, value.shape[1]), dtype=np.int64)
    for level in reversed(range(year.low.shape[0])):
        low, high = year.low[level, mean], year.high[level, mean]
        found = np.where(many[high] > many[low], sums[high] - sums[low], found)
    return found


def kinks_of(
    duties: DutyTable, lines: ScheduleLines, year: YearLines, rates: int, whose: np.ndarray, used: np.ndarray | None
) -> int:
    """Return how many kinks at most the lines of a year come to in the cells.

    Parameters
    ----------
    duties : DutyTable
    lines, year
    rates : int
    whose : int64[q]
        Whose rates are put into cells, column by column.
    used : float64[j, q], optional
        In how many cells each line is put; default: wherever it is in a sector.
    """
    if rates == AD_VALOREM:
        return 0
    bends = np.concatenate(([0], np.cumsum((duties.op == MAX) | (duties.op == MIN))))
    duty = duties.duty[lines.rows["duty"]]
    of_duty = bends[duty["op_stop"]] - bends[duty["op"]]
    kept = lines.supplied["kept"]
    kept = np.where((duty["form"] == POOLED)[:, None], np.minimum(kept, 1), kept)
    kinks = behind(kept * of_duty[:, None], lines, year, rates)
    if used is None:
        return int(np.diff(year.start) @ kinks @ np.bincount(whose, minlength=kinks.shape[1]))
    return int((kinks[:, whose] * used).sum())


def refuse_too_many(kinks: int) -> None:
    """Refuse a function that would not fit into memory.

    Raises
    ------
    InputError
        With its size, and what makes it smaller.
    """
    if kinks > MOST_KINKS:
        raise InputError(
            f"the tariff function would have up to {kinks / 1e6:,.0f} million kinks, which take"
            f" {kinks * BYTES_OF_KINK / 1e9:,.1f} GB, and several times as much while it is built",
            expected=f"{MOST_KINKS // 1_000_000} million at most",
            cure='take fewer regions, aves="region", or fewer years at a time',
        )
