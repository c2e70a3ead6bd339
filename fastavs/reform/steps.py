"""Steps on duties carried out, one after the other, on the versions of lines."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from fastavs.duty.expr import Expr, Percent
from fastavs.errors import DutyError
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform import edits
from fastavs.reform.amounts import equal_amounts, for_base_unit
from fastavs.reform.book import Book
from fastavs.reform.moved import from_other_years, moves
from fastavs.reform.observed import NONE, Observed
from fastavs.reform.selecting import Selecting, Unmatched
from fastavs.reform.sensitive import sensitive_lines
from fastavs.reform.told import unprepared, wrong_step
from fastavs.reform.versions import Mask, Versions
from fastavs.scenario.chain import Chain, PlacedStep
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
        self.book = Book(index.parsed)
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
        self._check(placed, touched, after)
        self.versions.duty[touched] = after
        return Done(placed, lines, touched, before, after, left, unmatched)

    def _without_sensitive(self, placed: PlacedStep, lines: np.ndarray) -> np.ndarray:
        selection = placed.step.selection  # type: ignore[union-attr]
        if selection.except_ is None or selection.except_.sensitive is None:
            return lines
        chosen = lines
        if edits.asks_of_duties(selection):
            chosen = lines & self._has_such_duty(selection)
        return lines & ~sensitive_lines(self.index, self.selecting, selection.except_, chosen)

    def _has_such_duty(self, selection: object) -> np.ndarray:
        """Return lines of years some of whose duties a selection is for, bool[h]."""
        versions = self.versions
        every = np.arange(versions.line.size)
        passes = self.book.which(versions.duty[every], lambda expr: edits.selects_duty(selection, expr))  # type: ignore[arg-type]
        found: np.ndarray = passes[np.maximum(versions.applied, 0)] & (versions.applied >= 0)
        found |= passes[np.maximum(versions.bound, 0)] & (versions.bound >= 0)
        if versions.of_mean.size:
            start, member = versions.members()
            before = np.concatenate(([0], np.cumsum(passes[member])))
            of_mean = before[start[1:]] > before[start[:-1]]
            found |= of_mean[np.maximum(versions.mean, 0)] & (versions.mean >= 0)
        return found

    def _masks(self, placed: PlacedStep, lines: np.ndarray) -> tuple[Mask, Mask]:
        """Return the lines of years whose applied, and whose bound, duty a step is for."""
        step = placed.step
        selection = step.selection  # type: ignore[union-attr]
        left = selection.except_.schedule if selection.except_ else "both"
        sides: list[Mask] = []
        every = bool(lines.all()) and not self.put
        for kind, other in (("applied", "bound"), ("bound", "applied")):
            if selection.schedule == other or left == kind:
                sides.append(False)
                continue
            sides.append(True if every else lines)
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
        return self.book.each(before, lambda expr: edits.edited(expr, step)), none

    def _rates(self, placed: PlacedStep, touched: np.ndarray, duty: np.ndarray) -> np.ndarray:
        line = self.versions.line[touched]
        self._check(placed, touched, duty)
        return self.observed.rates(line, duty)

    def _scaled_by_rate(
        self, placed: PlacedStep, step: Swiss | Tiers, touched: np.ndarray, before: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Multiply duties by what their own rates say."""
        rate = self._rates(placed, touched, before)
        stays = np.isnan(rate) | (rate == 0.0)

        def factor(one: float) -> Fraction:
            if isinstance(step, Tiers):
                return 1 - edits.cut_of(one, step)
            return Fraction(float(step.value) / (float(step.value) + one))

        after = before.copy()
        some = np.flatnonzero(~stays)
        after[some] = self._by_number(
            before[some], rate[some], lambda expr, one: edits.scaled(expr, factor(one)) if factor(one) != 1 else expr
        )
        return after, touched[stays]

    def _by_number(self, duty: np.ndarray, number: np.ndarray, change: Callable[[Expr, float], Expr]) -> np.ndarray:
        """Return what duties become by a number of each line's own, each pair worked out once."""
        numbers, place = np.unique(number, return_inverse=True)
        pairs, member = np.unique(duty * max(numbers.size, 1) + place, return_inverse=True)
        found = np.empty(pairs.size, dtype=np.int64)
        for i, pair in enumerate(pairs.tolist()):
            one, at = divmod(pair, max(numbers.size, 1))
            found[i] = self.book.number(change(self.book.duties[one].expr, float(numbers[at])))
        return found[member]

    def _turned(
        self, placed: PlacedStep, step: Tariffication, touched: np.ndarray, before: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Turn duties into percentages, or into amounts, that come to the same rate."""
        rate = self._rates(placed, touched, before)
        after = before.copy()
        if isinstance(step.value, Amount):
            unit = np.full(touched.size, self.book.number(for_base_unit(step.value)), dtype=np.int64)
            self._check(placed, touched, unit)
            line, amount = self.versions.line[touched], step.value
            number = equal_amounts(self.observed, line, unit, rate, self.index.facts["outlier"])
            left = np.isnan(number)
            some = np.flatnonzero(~left)
            after[some] = self._by_number(
                np.zeros(some.size, dtype=np.int64), number[some],
                lambda _, one: for_base_unit(amount, Fraction(one)),
            )  # fmt: skip
            return after, touched[left]
        has = self.book.which(before, edits.has_amounts)
        some = np.flatnonzero(has & ~np.isnan(rate))
        after[some] = self._by_number(
            np.zeros(some.size, dtype=np.int64), rate[some], lambda _, one: Percent(Fraction(one) * 100)
        )
        return after, touched[has & np.isnan(rate)]

    def _check(self, placed: PlacedStep, touched: np.ndarray, duty: np.ndarray) -> None:
        """Make sure that the index has what lines need for some duties: observations and exchange rates.

        Raises
        ------
        InputError
        """
        line = self.versions.line[touched]
        self._check_rates(placed, line, duty)
        owner, kinds = self.observed.owners(line, duty)
        for some in np.unique(kinds[owner == NONE]).tolist():
            named = self.observed.kinds[some]
            for kind in named:
                if kind not in self.index.facts["kinds_of_trade"]:
                    known = ", ".join(self.index.facts["kinds_of_trade"]) or "the value alone"
                    raise wrong_step(
                        placed, f"charges by {kind}, and no schedule of the study does, so no trade was read for it",
                        value=self.book.duties[int(duty[kinds == some][0])].text, expected=f"a duty on {known}",
                    )  # fmt: skip
            if self.asking:
                self.lacking.append(Lacking(np.unique(line[(owner == NONE) & (kinds == some)]), named))
            elif named:
                raise unprepared(placed, f"some of its lines need their quantities by {' and '.join(named)}")

    def _check_rates(self, placed: PlacedStep, line: np.ndarray, duty: np.ndarray) -> None:
        """Make sure that currencies of new duties have rates wherever their lines have trade."""
        facts, index = self.index.facts, self.index
        fresh = np.flatnonzero(duty >= len(index.duties))
        if not fresh.size:
            return
        sides = np.searchsorted([side.first for side in index.sides], line[fresh], side="right") - 1
        pairs = np.unique(duty[fresh] * len(index.sides) + sides)
        asked: set[tuple[str, int]] = set()
        for pair in pairs.tolist():
            number, side = divmod(pair, len(index.sides))
            asked |= {(currency, side) for currency in self.book.duties[number].currencies}
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
