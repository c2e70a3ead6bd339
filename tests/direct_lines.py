"""One schedule of one year, each duty charged on each observation, in plain numpy; see `direct`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from exact import sums, sums_of_products

from fastavs.duty import ADD, CONST, MAX, SUB, TERM, Duty
from fastavs.inputs.fx import Fx

MOST = 2_000_000  # observations charged at a time

Program = Sequence[tuple[int, Any]]


# ---- one duty on many observations


def charge(program: Program, terms: Sequence[np.ndarray]) -> np.ndarray:
    """Run a program on many observations at a time (METHOD.md section 2); float64[n].

    Parameters
    ----------
    program : sequence of (opcode, operand)
        A constant's operand may be one number or float64[n].
    terms : sequence of float64[n]
        What each specific term comes to, c times r.
    """
    stack: list[np.ndarray] = []
    for op, arg in program:
        if op in (CONST, TERM):
            stack.append(np.broadcast_to(arg, terms[0].shape) if op == CONST else terms[int(arg)])
            continue
        right, left = stack.pop(), stack.pop()
        with np.errstate(invalid="ignore", over="ignore"):
            if op in (ADD, SUB):
                stack.append(left + right if op == ADD else left - right)
            else:  # of something and no number, the right one
                stack.append(np.where(left > right if op == MAX else left < right, left, right))
    return stack[0]


def mean_rate(duty: Duty, terms: Sequence[np.ndarray], outlier: float) -> tuple[float, int, int]:
    """Return a duty's mean over observations, how many are kept, and in how many of these the specific part binds.

    Without any observation kept, the mean is the ad valorem part.
    """
    rate = charge(duty.program, terms)
    kept = rate[rate <= outlier]
    binding = int((kept != duty.ad_valorem).sum())
    if not kept.size:
        return duty.ad_valorem, 0, 0
    return float(sums(kept, np.zeros(kept.size, dtype=np.int64), 1)[0]) / kept.size, kept.size, binding


# ---- one schedule of one year


@dataclass(frozen=True, slots=True)
class Side:
    """One schedule of one year, charged. h lines.

    Attributes
    ----------
    match : object
        What `Study.prepared` gives: the schedule held against its trade.
    rate, ad_valorem : float64[h]
        Fractions; NaN = null.
    specific, unresolved : bool[h]
    level : int64[h]
        Digits; 0 = none.
    kept, outliers, no_quantity, binding : int64[h]
    """

    match: Any
    rate: np.ndarray
    ad_valorem: np.ndarray
    specific: np.ndarray
    level: np.ndarray
    kept: np.ndarray
    outliers: np.ndarray
    no_quantity: np.ndarray
    binding: np.ndarray
    unresolved: np.ndarray

    @property
    def schedule(self) -> Any:
        return self.match.schedule


def charged(match: Any, fx: Fx, labels: Sequence[str], options: Any) -> Side:
    """Charge a schedule's duties on what serves its lines (METHOD.md section 3).

    Parameters
    ----------
    match : object
        What `Study.prepared` gives.
    fx : Fx
    labels : sequence of str
        The period whose exchange rate serves each period of the trade.
    options : fastavs.inputs.options.Options
    """
    schedule = match.schedule
    part = schedule.per_duty([duty.ad_valorem for duty in schedule.duties]).astype(np.float64)
    work = _Work(match, part, part.copy(), *(np.zeros(part.size, dtype=np.int64) for _ in range(4)))
    percent = schedule.per_duty([not duty.specifics for duty in schedule.duties])
    work.count_all(np.flatnonzero(percent), options.outlier)
    for duties in _alike(schedule.duties):
        money = _Money(duties, schedule.duties, fx, labels, match.basis.periods, f"{schedule.kind} {schedule.year}")
        work.charge(money, np.flatnonzero(np.isin(schedule.duty, duties)), options)
    purely_specific = schedule.per_duty(
        [duty.has_specific and all(op != CONST for op, _ in duty.program) for duty in schedule.duties]
    )
    unresolved = purely_specific & (work.kept == 0)
    return Side(
        match, np.where(unresolved, 0.0 if options.unresolved == "zero" else np.nan, work.rate), part,
        schedule.per_duty([duty.has_specific for duty in schedule.duties]), work.level, work.kept,
        work.found - work.kept, _no_quantity(match), work.binding, unresolved,
    )  # fmt: skip


def _alike(duties: Sequence[Duty]) -> list[list[int]]:
    """Put duties with specific terms together whose programs differ in numbers alone; places of each lot."""
    found: dict[Any, list[int]] = {}
    for place, duty in enumerate(duties):
        if duty.specifics:
            program = tuple((op, arg if op == TERM else 0) for op, arg in duty.program)
            found.setdefault((program, tuple(term.kind for term in duty.specifics)), []).append(place)
    return list(found.values())


class _Money:
    """Duties of one program: what their terms cost and what their constants are."""

    def __init__(
        self,
        places: Sequence[int],
        duties: Sequence[Duty],
        fx: Fx,
        labels: Sequence[str],
        periods: Sequence[int],
        needed_by: str,
    ) -> None:
        some = [duties[place] for place in places]
        self.row = np.full(len(duties), -1, dtype=np.int64)
        self.row[list(places)] = np.arange(len(some))
        self.kinds = [term.kind for term in some[0].specifics]
        self.program = some[0].program
        self.constants = np.array([[float(arg) for _, arg in duty.program] for duty in some])
        self.c = np.full((len(some), len(self.kinds), len(labels)), np.nan)  # c = b fx, by duty, term and period
        used = list(periods)
        for row, duty in enumerate(some):
            for j, term in enumerate(duty.specifics):
                rate = fx.vector([labels[period] for period in used], term.currency, needed_by)
                self.c[row, j, used] = term.b * rate

    def program_of(self, row: np.ndarray) -> Program:
        """Return the program with the constants of some duties, a number each."""
        return [
            (op, self.constants[row, place] if op == CONST else arg) for place, (op, arg) in enumerate(self.program)
        ]


@dataclass(slots=True)
class _Work:
    """The lines of one schedule while they are worked out."""

    match: Any
    part: np.ndarray
    rate: np.ndarray
    level: np.ndarray
    found: np.ndarray
    kept: np.ndarray
    binding: np.ndarray

    def _levels(self, lines: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """Give level after level of the lines that still have found nothing, the codes' sizes there, and who reaches.

        A line's own level comes first; only lines that borrow look further.
        """
        served, basis = self.match.served, self.match.basis
        reach = served.reach_digits[served.order]
        size = (basis.code_stop - basis.code_start)[served.order]
        for place, digits in enumerate(served.level_digits.tolist()):
            if place:
                lines = lines[self.match.borrows[lines] & (self.found[lines] == 0)]
            if not lines.size:
                return
            reaches = reach >= digits
            yield place, lines, np.where(reaches, size, 0), reaches

    def _count(self, place: int, lines: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Count the observations of each line at a level, int64[lines]."""
        served = self.match.served
        so_far = np.concatenate(([0], np.cumsum(size)))
        return so_far[served.code_hi[place, lines]] - so_far[served.code_lo[place, lines]]

    def count_all(self, lines: np.ndarray, outlier: float) -> None:
        """Settle lines that are charged on the value alone: any observation will do, all have the same rate."""
        for place, some, size, _ in self._levels(lines):
            self._note(place, some, self._count(place, some, size))
        self.kept[lines] = np.where(self.part[lines] > outlier, 0, self.found[lines])

    def _note(self, place: int, lines: np.ndarray, found: np.ndarray) -> None:
        self.found[lines] = found
        self.level[lines[found > 0]] = self.match.served.level_digits[place]

    def charge(self, money: _Money, lines: np.ndarray, options: Any) -> None:
        """Settle lines whose duties have one program."""
        for place, some, size, reaches in self._levels(lines):
            stop = np.cumsum(self._count(place, some, size))
            for here in np.split(some, np.searchsorted(stop, np.arange(MOST, stop[-1], MOST))):
                self._charge(money, here, place, reaches, options)

    def _charge(self, money: _Money, lines: np.ndarray, place: int, reaches: np.ndarray, options: Any) -> None:
        """Charge lines on what they find at one level."""
        served, basis, n = self.match.served, self.match.basis, lines.size
        of, code = _stretches(served.code_lo[place, lines], served.code_hi[place, lines])
        of, code = of[reaches[code]], served.order[code[reaches[code]]]
        again, at = _stretches(basis.code_start[code], basis.code_stop[code])
        of = of[again]
        ratios = []
        usable = np.ones(at.size, dtype=bool)
        for kind in money.kinds:
            quantity, value = self._quantities(at, kind)
            with np.errstate(over="ignore"):
                ratios.append(np.divide(quantity, value, out=np.zeros(at.size), where=value > 0.0))
            usable &= ratios[-1] > 0.0
        of, at, ratios = of[usable], at[usable], [ratio[usable] for ratio in ratios]
        self._note(place, lines, np.bincount(of, minlength=n))
        row = money.row[self.match.schedule.duty[lines]]
        c = money.c[row[of], :, basis.recorded.period[basis.chosen[at]]].T
        with np.errstate(invalid="ignore", over="ignore"):
            rate = charge(money.program_of(row[of]), [c[j] * ratio for j, ratio in enumerate(ratios)])
        kept = rate <= options.outlier
        of, at, rate, c = of[kept], at[kept], rate[kept], c[:, kept]
        count = np.bincount(of, minlength=n)
        self.kept[lines] = count
        self.binding[lines] = np.bincount(of[rate != self.part[lines[of]]], minlength=n)
        some = np.flatnonzero(count)
        if options.method == "pooled":
            mean = self._pooled(money, row, of, at, c)
        else:
            mean = sums(rate, of, n) / np.maximum(count, 1)
        self.rate[lines[some]] = mean[some]

    def _quantities(self, at: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a quantity of some of the basis' observations, and the value of the rows that carry it; 0 = none."""
        basis = self.match.basis
        quantity, value = basis.recorded.quantities(basis.chosen[at], [kind])
        return quantity[0], value[0]

    def _pooled(self, money: _Money, row: np.ndarray, of: np.ndarray, at: np.ndarray, c: np.ndarray) -> np.ndarray:
        """Charge each line once, on all that its kept observations would pay by each term over all their value."""
        terms = []
        for j, kind in enumerate(money.kinds):
            quantity, value = self._quantities(at, kind)
            with np.errstate(invalid="ignore"):
                terms.append(sums_of_products(c[j], quantity, of, row.size) / sums(value, of, row.size))
        return charge(money.program_of(row), terms)


def _stretches(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all places of half-open stretches, one after the other, and whose each is; int64[...] both."""
    n = last - first
    of = np.repeat(np.arange(n.size), n)
    return of, np.arange(of.size) + np.repeat(first - (np.cumsum(n) - n), n)


def _no_quantity(match: Any) -> np.ndarray:
    """Count each line's own observations that lack a quantity which its duty needs, small ones too; int64[h]."""
    schedule, recorded, within = match.schedule, match.basis.recorded, match.basis.within
    line = match.served.own_line[recorded.code[within]]
    found = np.zeros(schedule.keys.size, dtype=np.int64)
    for kinds in dict.fromkeys(duty.kinds for duty in schedule.duties if duty.kinds):
        needed = np.append(schedule.per_duty([duty.kinds == kinds for duty in schedule.duties]), False)
        some = np.flatnonzero(needed[line] & ~recorded.excluded[within])
        lacks = (recorded.quantities(within[some], list(kinds))[0] <= 0.0).any(axis=0)
        found += np.bincount(line[some[lacks]], minlength=found.size)
    return found
