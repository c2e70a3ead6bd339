"""What does not depend on the scenario, given to every rival ready-made: who is charged on what, and all weights.

A rival gets the fruit of all matching and reading, also that lines and years often share both duty and observations,
so that each such row is charged once. The arithmetic from there on is its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import fastavs as fa
from bench import studies
from bench.shocks import CURRENCY, Shock
from fastavs import codes
from fastavs.duty import ADD as PLUS
from fastavs.duty import CONST, MAX, MIN, TERM
from fastavs.index.parts import headings_of
from fastavs.index.sorted_index import SortedIndex

PERCENT, GREATER, SUM, ALONE, LESSER, NESTED = range(6)
PROGRAMS = {
    (CONST,): PERCENT,
    (CONST, TERM, MAX): GREATER,
    (CONST, TERM, PLUS): SUM,
    (TERM,): ALONE,
    (CONST, TERM, MIN): LESSER,
    (CONST, CONST, TERM, MAX, MIN): NESTED,
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """Rows n (a duty charged on a group of observations), observations m, lines h of all years, bound lines l.

    A row's rate on an observation is ``min(high, max(low, plus + b * fx * ratio))``, whatever its form.

    Attributes
    ----------
    form : int8[n]
    low, plus, high : float64[n]
        Percentages as fractions; `low` 0 and `high` infinite where the duty has none.
    part : float64[n]
        Ad valorem part.
    b : float64[n]
        EUR for one base unit; 0 = purely ad valorem.
    specific : bool[n]
    group : int32[n]
        Of observations; -1 where none are charged. No row is without a rate (checked).
    start : int64[groups + 1]
        A group's first observation; within a group they come period by period.
    period : int8[m]
    ratio : float64[m]
        Quantity over value.
    fx : float64[periods]
        USD for one EUR.
    years : int64[y]
    own : bool[y]
        Whether the year rests on its own trade.
    bound : bool[y]
        Whether it has a bound schedule; those years come last and share their lines.
    year_start : int64[y + 1]
        A year's first line.
    row : int32[h]
        A line's row under the year's own schedule.
    weight, share : float64[h]
        Weight in weighted means; 1 / (lines in its HS subheading x subheadings), its weight in the mean by HS6.
    matched : bool[h]
    carried_start : int64[l + 1]
        Each bound line's entries in `carried`.
    carried : int32[...]
        Rows whose mean is the applied rate of a bound line; where there are none, the bound rate governs.
    outlier : float
    """

    form: np.ndarray
    low: np.ndarray
    plus: np.ndarray
    high: np.ndarray
    part: np.ndarray
    b: np.ndarray
    specific: np.ndarray
    group: np.ndarray
    start: np.ndarray
    period: np.ndarray
    ratio: np.ndarray
    fx: np.ndarray
    years: np.ndarray
    own: np.ndarray
    bound: np.ndarray
    year_start: np.ndarray
    row: np.ndarray
    weight: np.ndarray
    share: np.ndarray
    matched: np.ndarray
    carried_start: np.ndarray
    carried: np.ndarray
    outlier: float

    def rates_of_exchange(self, shock: Shock) -> np.ndarray:
        """Return USD for one EUR under a scenario, float64[periods]."""
        return self.fx * shock.euro

    def charged(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return row, period and ratio of every observation that some row is charged on, row by row."""
        rows = np.flatnonzero(self.group >= 0)
        lo, hi = self.start[self.group[rows]], self.start[self.group[rows] + 1]
        n = hi - lo
        at = np.arange(n.sum()) + np.repeat(lo - np.concatenate(([0], np.cumsum(n)[:-1])), n)
        return np.repeat(rows, n).astype(np.int32), self.period[at], self.ratio[at]

    def year_of(self) -> np.ndarray:
        """Return the year of each line, int16[h]."""
        return np.repeat(self.years, np.diff(self.year_start)).astype(np.int16)

    def place_of(self) -> np.ndarray:
        """Return the place of each line of a bound year among its year's, -1 in other years; int32[h]."""
        sizes = np.diff(self.year_start)
        places = [np.arange(n) if bound else np.full(n, -1) for n, bound in zip(sizes, self.bound, strict=True)]
        return np.concatenate(places).astype(np.int32)


def duty_columns(text: str) -> tuple[int, float, float, float, float, float]:
    """Return a duty as form, low, plus, high, ad valorem part and amount.

    Raises
    ------
    ValueError
        A duty of a form that rivals were not taught, or an amount in another currency.
    """
    duty = fa.parse_duty(text)
    form = PROGRAMS.get(tuple(op for op, _ in duty.program))
    if form is None or any(term.currency != CURRENCY for term in duty.specifics):
        raise ValueError(f"rivals do not know the duty {text}")
    numbers = [float(value) for op, value in duty.program if op == CONST]
    low = numbers[-1] if form in (GREATER, NESTED) else 0.0
    plus = numbers[0] if form == SUM else 0.0
    high = numbers[0] if form in (LESSER, NESTED) else np.inf
    return form, low, plus, high, duty.ad_valorem, duty.specifics[0].b if duty.specifics else 0.0


def resolve(index: SortedIndex) -> Resolved:
    """Take out of an index what rivals are given.

    Raises
    ------
    ValueError
        An index of another shape than the replica's: lines without a rate, bound schedules of
        differing lines, duties on several quantities.
    """
    lines, entries = index.lines, index.entries
    charged = index.ready.rows
    if (charged["purely_specific"] & (charged["group"] < 0)).any() or entries.more.size:
        raise ValueError("lines without a rate, or duties on several quantities")
    pairs, row = np.unique(lines.duty.astype(np.int64) << 32 | (lines.group.astype(np.int64) + 1), return_inverse=True)
    duties = np.array([duty_columns(text) for text in index.duties])[pairs >> 32]
    group = ((pairs & 0xFFFFFFFF) - 1).astype(np.int32)
    first = entries.start[entries.group]
    period = np.repeat(entries.period, np.diff(entries.start)).astype(np.int8)
    fx = index.fx[0, index.facts["currencies"].index(CURRENCY)]
    years = np.array(index.facts["years"])
    sides = index.sides
    bound = [side for side in sides if side.kind == "bound"]
    codes_of = [lines.key[side.first : side.last] for side in bound]
    if any((one != codes_of[0]).any() for one in codes_of) or [side.year for side in sides] != years[:, 0].tolist():
        raise ValueError("bound schedules of differing lines, or a year with two schedules of its own")
    share = np.empty(lines.key.size)
    for side in sides:
        heading = headings_of(lines.key[side.first : side.last], side.digits)
        sizes = np.bincount(heading)
        share[side.first : side.last] = 1.0 / (sizes[heading] * sizes.size)
    source = sides[index.side("applied", int(years[-1, 1]))]
    start, carried = _carried(lines.key[source.first : source.last], codes_of[0], source.digits, index.facts["levels"])
    return Resolved(
        duties[:, 0].astype(np.int8), *(np.ascontiguousarray(duties[:, k]) for k in range(1, 6)),
        duties[:, 5] > 0.0, group, first, period, entries.ratio, fx,
        years[:, 0], years[:, 3].astype(bool), years[:, 2].astype(bool),
        np.array([side.first for side in sides] + [sides[-1].last]),
        row.astype(np.int32), np.where(lines.matched, lines.imports, 0.0), share, lines.matched,
        start, row[source.first + carried].astype(np.int32), index.facts["outlier"],
    )  # fmt: skip


def _carried(known: np.ndarray, wanted: np.ndarray, digits: int, levels: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of one schedule whose mean each line of another takes: its own, or those of a shared prefix."""
    found = np.zeros((2, wanted.size), dtype=np.int64)
    for length in (digits, *levels):
        low, high = codes.interval(wanted, np.full(wanted.size, length))
        without = found[0] == found[1]
        found[0, without] = np.searchsorted(known, low[without])
        found[1, without] = np.searchsorted(known, high[without])
    n = found[1] - found[0]
    start = np.concatenate(([0], np.cumsum(n)))
    return start, np.arange(start[-1]) + np.repeat(found[0] - start[:-1], n)


@lru_cache(maxsize=2)
def resolved(scale: float) -> Resolved:
    """Return what rivals are given of the replica of a scale."""
    return resolve(studies.index(scale))
