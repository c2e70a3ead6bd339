"""Steps on duties carried out, one after the other, on the versions of lines."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from fastavs.duty.expr import Expr, Percent, Specific
from fastavs.errors import DutyError
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform import edits
from fastavs.reform.amounts import equal_amounts, for_base_unit
from fastavs.reform.book import Book
from fastavs.reform.moved import from_other_years, moves
from fastavs.reform.observed import NONE, Observed
from fastavs.reform.rated import scaled_by_rate
from fastavs.reform.selecting import Selecting, Unmatched
from fastavs.reform.sensitive import sensitive_lines
from fastavs.reform.told import unprepared, wrong_step
from fastavs.reform.versions import Mask, Versions
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.selection import Selection
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_duties import Swiss, Tariffication, Tiers
from fastavs.scenario.step_years import Advance, Delay, Freeze
from fastavs.scenario.written import Amount


class Done(NamedTuple):
    """What became of one step.

    Attributes
    ----------
    placed : PlacedStep
    lines : bool[h]
        Lines of years that it selects, duties aside.
    versions : int64[...]
        Versions of lines whose duty it is for.
    before, after : int64[...]
        Their duties, numbers in a book.
    left : int64[...]
        Those of the versions that it had to leave as they were, as they have no rate.
    unmatched : tuple of Unmatched
    """

    placed: PlacedStep
    lines: np.ndarray
    versions: np.ndarray
    before: np.ndarray
    after: np.ndarray
    left: np.ndarray
    unmatched: tuple[Unmatched, ...]


class Lacking(NamedTuple):
    """Observations that an index should hold for a step, and does not."""

    line: np.ndarray  # int64[...]
    kinds: tuple[str, ...]


class Carrier:
    """An index under steps on duties.

    Parameters
    ----------
    index : SortedIndex
    chain : Chain
    selecting : Selecting
    asking : bool
        Whether what the index lacks is noted, in place of an error.
    """

    def __init__(self, index: SortedIndex, chain: Chain, selecting: Selecting, asking: bool = False) -> None:
        self.index, self.chain, self.selecting, self.asking = index, chain, selecting, asking
        self.book = Book(index)
        self.observed = Observed(index, self.book)
        self.versions = Versions(index)
        self.lacking: list[Lacking] = []
        self.put: frozenset[tuple[str, int]] = frozenset()  # schedules that a later step puts in place

    def carry(self, placed: PlacedStep) -> Done:
        """Carry one step out.

        Raises
        ------
        InputError
            A step that does not fit the study, or that the index was not prepared for.
        """
        step = placed.step
        assert isinstance(step, DutyStep)
        lines, unmatched = self.selecting.lines(placed, self.chain)
        lines = self._without_sensitive(placed, lines)
        on_applied, on_bound = self._masks(placed, lines)
        touched = self.versions.touch(on_applied, on_bound)
        if edits.asks_of_duties(step.selection):
            touched = touched[
                self.book.which(self.versions.duty[touched], lambda expr: edits.selects_duty(step.selection, expr))
            ]
        before = self.versions.duty[touched]
        try:
            after, left = self._changed(placed, touched, before)
        except DutyError as error:
            raise wrong_step(placed, f"leaves a duty that cannot be: {error}") from None
        self._check(placed, touched, before, after)
        self.versions.duty[touched] = after
        return Done(placed, lines, touched, before, after, left, unmatched)

    def _without_sensitive(self, placed: PlacedStep, lines: np.ndarray) -> np.ndarray:
        selection = placed.step.selection  # type: ignore[union-attr]
        if selection.except_ is None or selection.except_.sensitive is None:
            return lines
        chosen = lines & self._has_such_duty(selection)
        return lines & ~sensitive_lines(self.index, self.selecting, selection.except_, chosen)

    def _has_such_duty(self, selection: Selection) -> np.ndarray:
        """Return lines of years some of whose duties a selection is for, lines and years aside; bool[h]."""
        versions = self.versions
        passes = np.ones(versions.line.size, dtype=bool)
        if edits.asks_of_duties(selection):
            passes = self.book.which(versions.duty, lambda expr: edits.selects_duty(selection, expr))
        applied, bound = sides_of(selection)
        passes &= np.where(versions.is_bound[versions.line], bound, applied)
        return versions.lines_with(np.flatnonzero(passes))

    def _masks(self, placed: PlacedStep, lines: np.ndarray) -> tuple[Mask, Mask]:
        """Return the lines of years whose applied, and whose bound, duty a step is for."""
        step = placed.step
        selection = step.selection  # type: ignore[union-attr]
        every = bool(lines.all()) and not self.put
        sides: list[Mask] = [(True if every else lines) if some else False for some in sides_of(selection)]
        if isinstance(step, Delay | Advance | Freeze):
            sides = [*moves(self.index, placed, lines, (sides[0] is not False, sides[1] is not False))]
        for place, kind in enumerate(("applied", "bound")):
            if self.put and sides[place] is not False:
                sides[place] = sides[place] & ~self._put_later(kind)
        return sides[0], sides[1]

    def _put_later(self, kind: str) -> np.ndarray:
        """Return lines of years whose duty of a kind a later step puts anew, bool[h]."""
        found = np.zeros(self.selecting.key.size, dtype=bool)
        for span, year in zip(self.selecting.spans, self.index.years, strict=True):
            of = year.applied_year if kind == "applied" else year.year
            found[span.first : span.last] = (kind, of) in self.put
        return found

    def _changed(self, placed: PlacedStep, touched: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the duties that a step leaves, and the versions that it had to leave as they were."""
        step, none = placed.step, np.empty(0, dtype=np.int64)
        assert isinstance(step, DutyStep)
        if isinstance(step, Delay | Advance | Freeze):
            return from_other_years(self.index, self.versions, step, touched), none
        if isinstance(step, Swiss | Tiers) and step.of == "rate":
            return self._scaled_by_rate(placed, step, touched, before)
        if isinstance(step, Tariffication):
            return self._turned(placed, step, touched, before)
        return self.book.after(before, step), none

    def _alike(self, touched: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return one of each few versions that have the same duty on the same observations, and each one's place there.

        Lines of one row of the index are such, as long as their duties go by the quantities that they go by there.
        """
        observed, line = self.observed, self.versions.line[touched]
        if self.versions.split or (self.book.kinds(before) != observed.own_kinds[line]).any():
            return np.arange(touched.size), np.arange(touched.size)
        rows = self.index.ready.rows.size
        row = self.index.ready.line_row[line]
        one = np.full(rows, -1)
        one[row[::-1]] = np.arange(row.size)[::-1]
        if (before[one[row]] != before).any():
            return np.arange(touched.size), np.arange(touched.size)
        some = np.flatnonzero(one >= 0)
        place = np.empty(rows, dtype=np.int64)
        place[some] = np.arange(some.size)
        return one[some], place[row]

    def _scaled_by_rate(
        self, placed: PlacedStep, step: Swiss | Tiers, touched: np.ndarray, before: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Multiply duties by what their own rates say."""
        some, member = self._alike(touched, before)
        rate = self.observed.rates(self.versions.line[touched[some]], before[some])
        after, stays = scaled_by_rate(self.book, step, before[some], rate)
        return after[member], touched[stays[member]]

    def _turned(
        self, placed: PlacedStep, step: Tariffication, touched: np.ndarray, before: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Turn duties into percentages, or into amounts, that come to the same rate."""
        one, member = self._alike(touched, before)
        rate = self.observed.rates(self.versions.line[touched[one]], before[one])[member]
        rate = np.where(np.isfinite(rate) & (rate >= 0.0), rate, np.nan)  # what is below 0 no duty comes to
        after = before.copy()
        if isinstance(step.value, Amount):
            unit = np.full(touched.size, self.book.number(for_base_unit(step.value)), dtype=np.int64)
            self._check(placed, touched, before, unit)
            line, amount = self.versions.line[touched], step.value
            number = equal_amounts(self.observed, line, unit, rate, self.index.facts["outlier"])
            left = np.isnan(number)
            some = np.flatnonzero(~left)
            after[some] = self._each_number(number[some], lambda one: for_base_unit(amount, Fraction(one)))
            return after, touched[left]
        has = self.book.which(before, edits.has_amounts)
        some = np.flatnonzero(has & ~np.isnan(rate))
        after[some] = self._each_number(rate[some], lambda one: Percent(Fraction(str(one)) * 100))
        return after, touched[has & np.isnan(rate)]

    def _each_number(self, numbers: np.ndarray, made: Callable[[float], Expr]) -> np.ndarray:
        """Return the duties that are made of numbers, each once; int64[v]."""
        distinct, place = np.unique(numbers, return_inverse=True)
        found = np.array([self.book.number(made(one)) for one in distinct.tolist()], dtype=np.int64)
        return found[place]

    def _check(self, placed: PlacedStep, touched: np.ndarray, before: np.ndarray, duty: np.ndarray) -> None:
        """Make sure that the index has what lines need for new duties: observations and exchange rates.

        Raises
        ------
        InputError
        """
        line = self.versions.line[touched]
        if isinstance(placed.step, Delay | Advance | Freeze) or _has_currency(placed.step):
            self._check_rates(placed, line, duty)
        other = np.flatnonzero(self.book.kinds(duty) != self.book.kinds(before))
        line, duty = line[other], duty[other]
        owner, kinds = self.observed.owners(line, duty)
        for some in np.unique(kinds[owner == NONE]).tolist():
            named = self.book.known[some]
            for kind in named:
                if kind not in self.index.facts["kinds_of_trade"]:
                    known = ", ".join(self.index.facts["kinds_of_trade"]) or "the value alone"
                    raise wrong_step(
                        placed, f"charges by {kind}, and no schedule of the study does, so no trade was read for it",
                        value=self.book.duty(int(duty[kinds == some][0])).text, expected=f"a duty on {known}",
                    )  # fmt: skip
            if self.asking:
                self.lacking.append(Lacking(np.unique(line[(owner == NONE) & (kinds == some)]), named))
            elif named:
                raise unprepared(placed, f"some of its lines need their quantities by {' and '.join(named)}")

    def _check_rates(self, placed: PlacedStep, line: np.ndarray, duty: np.ndarray) -> None:
        """Make sure that currencies of new duties have rates wherever their lines have trade."""
        facts, index = self.index.facts, self.index
        sides = np.searchsorted([side.first for side in index.sides], line, side="right") - 1
        pairs = np.unique(duty * len(index.sides) + sides)
        asked: set[tuple[str, int]] = set()
        for pair in pairs.tolist():
            number, side = divmod(pair, len(index.sides))
            asked |= {(currency, side) for currency in self._currencies(number)}
        for currency, side in sorted(asked):
            if currency not in facts["currencies"]:
                raise wrong_step(
                    placed, "leaves a duty in a currency that the study does not have", value=currency,
                    expected=f"one of {', '.join(facts['currencies'])}",
                )  # fmt: skip
            _, periods, _ = facts["bases"][facts["basis_of"][side]]
            context = facts["context_of"][side]
            rates = index.fx[context, facts["currencies"].index(currency), periods]
            lacking = [facts["contexts"][context][periods[i]] for i in np.flatnonzero(np.isnan(rates))]
            if lacking:
                raise wrong_step(
                    placed, f"needs an exchange rate for {currency} in {lacking[0]}, and there is none", value=currency,
                    cure="add it to the fx table, or write the duty in another currency",
                )  # fmt: skip

    def _currencies(self, number: int) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(one.currency for one in edits.leaves(self.book.expr(number)) if isinstance(one, Specific))
        )


def sides_of(selection: Selection) -> tuple[bool, bool]:
    """Return whether a selection is for applied, and for bound duties."""
    left = selection.except_.schedule if selection.except_ else "both"
    return selection.schedule != "bound" and left != "applied", selection.schedule != "applied" and left != "bound"


def _has_currency(step: object) -> bool:
    """Whether a step's own value is, or has, an amount."""
    return isinstance(getattr(step, "value", None), Amount | str)
