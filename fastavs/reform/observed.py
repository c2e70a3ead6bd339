"""What observations versions of lines have for their duties, and what rates those come to under the study's trade."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from fastavs.evaluation.changed_trade import changed_plan
from fastavs.evaluation.plan import make_plan
from fastavs.evaluation.rows import figures_alone
from fastavs.evaluation.standing import unchanged
from fastavs.index.classes import distinct
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import AMOUNT, DUTY, ROW, DutyTable, Entries, RowFigures, records
from fastavs.reform.book import Book

NONE = -1
"""Instead of an owner: nothing is indexed."""


class Observed:
    """The observations of an index, by those who own them: its lines, then its alternatives.

    Parameters
    ----------
    index : SortedIndex
    book : Book
    """

    def __init__(self, index: SortedIndex, book: Book) -> None:
        self.index, self.book = index, book
        self._indexed = len(index.facts["kinds"])

    @cached_property
    def context(self) -> np.ndarray:
        """Which exchange rates each line goes by, int64[h]."""
        known: np.ndarray | None = self.index.kept.get("context")
        if known is None:
            sizes = [side.last - side.first for side in self.index.sides]
            known = self.index.kept["context"] = np.repeat(np.array(self.index.facts["context_of"], np.int64), sizes)
        return known

    @cached_property
    def own_kinds(self) -> np.ndarray:
        """Kinds of quantity of each line's duty in the index, a place among the book's; int64[h]."""
        known: np.ndarray | None = self.index.kept.get("own kinds")
        if known is None:
            known = self.index.kept["own kinds"] = self.book.kinds(self.index.lines.duty)
        return known

    def owners(self, line: np.ndarray, duty: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return who owns the observations that lines have for some duties, and where none is indexed.

        Returns
        -------
        owner : int64[v]
            A line, or after all lines an alternative; NONE for nothing.
        kinds : int64[v]
            Of quantity that each duty goes by, a place among the book's.
        """
        own, kinds = self.own_kinds, self.book.kinds(duty)
        owner = np.where(own[line] == kinds, line, NONE)
        other = np.flatnonzero(owner == NONE)
        others = self.index.others
        if other.size and others.line.size:
            n = self._indexed
            known = others.line * n + others.kinds
            wanted = line[other] * n + kinds[other]
            at = np.minimum(np.searchsorted(known, wanted), known.size - 1)
            there = (known[at] == wanted) & (kinds[other] < n)
            owner[other[there]] = own.size + at[there]
        return owner, kinds

    @cached_property
    def _as_it_is(self) -> tuple[np.ndarray, Entries]:
        """Return the group of each owner and the entries, without observations that are too small to count."""
        index = self.index
        if index.facts["min_value"] > 0.0:
            index = changed_plan(make_plan(index), ()).index
        return np.concatenate((index.lines.group, index.others.group)), index.entries

    def figures(
        self,
        line: np.ndarray,
        duty: np.ndarray,
        owner: np.ndarray,
        outlier: float,
        amount: np.ndarray | None = None,
        apart: bool = False,
    ) -> RowFigures:
        """Return what lines come to under some duties with the study's own trade; of each.

        `amount` (float64[v]) is charged in place of that of duties that are an amount alone; `apart`: no two are alike.
        """
        group_of, entries = self._as_it_is
        group = np.where(owner == NONE, -1, group_of[np.maximum(owner, 0)]) if group_of.size else owner
        context = self.context[line]
        if amount is None and not apart:
            first, member = distinct(duty, group, context)
        else:
            first = member = np.arange(line.size)
        table, specific, unpercented = self.book.programs
        place = duty[first]
        pure = (specific & unpercented)[place]
        specific = specific[place]
        if amount is not None:
            table, place = with_amounts(table, place, amount), np.arange(line.size)
        fx = self.index.fx
        rows = records(
            ROW, first.size, duty=place, group=group[first], specific=specific, purely_specific=pure,
            fx_offset=context[first] * fx.shape[1] * fx.shape[2],
        )  # fmt: skip
        found = figures_alone(table, entries, rows, unchanged(self.index, 1), outlier)
        duties = table.duty[rows["duty"]]
        decided = rows["specific"] & (duties["term"] == duties["term_stop"])  # whatever its amount: all are kept
        if decided.any():
            some = rows["group"][decided & (rows["group"] >= 0)]
            sizes = entries.start[entries.group[some + 1]] - entries.start[entries.group[some]]
            found.kept[decided & (rows["group"] >= 0)] = sizes
        return RowFigures(*(one[member] for one in found))

    def rates(self, line: np.ndarray, duty: np.ndarray, *, apart: bool = False) -> np.ndarray:
        """Return each line's own rate under a duty (METHOD.md section 3), float64[v]; NaN = null, or not indexed.

        `apart`: no two are alike.
        """
        owner, kinds = self.owners(line, duty)
        rate = self.figures(line, duty, owner, self.index.facts["outlier"], apart=apart).rate
        lacking = (owner == NONE) & np.array([bool(some) for some in self.book.known], dtype=bool)[kinds]
        return np.where(lacking, np.nan, rate)


def with_amounts(table: DutyTable, place: np.ndarray, amount: np.ndarray) -> DutyTable:
    """Return duties that are an amount alone with amounts of their own: one for each place."""
    duty, terms = table.duty[place].copy(), table.amount[table.duty["term"][place]].copy()
    duty["b"] = terms["b"] = amount
    duty["term"], duty["term_stop"] = np.arange(place.size), np.arange(place.size) + 1
    return table._replace(duty=readonly(duty, DUTY), amount=readonly(terms, AMOUNT))
