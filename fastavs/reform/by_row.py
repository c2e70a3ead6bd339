"""Steps that are for whole rows of an index, whatever lines they stand for: only the rows' duties are new.

Such a step asks for no lines, years or schedules, and leaves duties on the quantities that they go by.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from fastavs.errors import DutyError
from fastavs.index.rows import Ready
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform import edits
from fastavs.reform.book import Book
from fastavs.reform.observed import Observed
from fastavs.reform.rated import scaled_by_rate
from fastavs.reform.ready import ready_with
from fastavs.scenario.chain import PlacedStep
from fastavs.scenario.selection import Except, Selection
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_duties import Add, Cap, DropSpecific, Floor, Scale, Set, Swiss, Tiers

OF_ROWS = (Set, Scale, Add, Cap, Floor, Swiss, Tiers, DropSpecific)


def is_of_rows(placed: PlacedStep) -> bool:
    """Whether a step tells duties apart by themselves alone, and has no amount, which would need exchange rates."""
    step = placed.step
    if not isinstance(step, OF_ROWS) or (isinstance(step, DutyStep) and _names_lines(step)):
        return False
    value = getattr(step, "value", None)
    return isinstance(value, Fraction | bool) or isinstance(step, Tiers)


def _names_lines(step: DutyStep) -> bool:
    left = step.selection.except_
    some: list[Selection | Except] = [step.selection, *([left] if left is not None else [])]
    named = any(one.prefixes or one.lists or one.groups or one.years is not None for one in some)
    return named or any(one.schedule != "both" for one in some) or (left is not None and left.sensitive is not None)


def carried_by_row(index: SortedIndex, steps: Sequence[PlacedStep]) -> tuple[Book, Ready, list[bool]] | None:
    """Carry steps out row by row.

    Returns
    -------
    book : Book
    ready : Ready
        The index' own with the duties that the steps leave.
    touched : list of bool
        Whether each is for any duty.

    None where it takes more.
    """
    if not all(map(is_of_rows, steps)):
        return None
    book = Book(index)
    rows = index.ready.rows
    duty = rows["duty"].astype(np.int64)
    own, found = book.kinds(duty), []
    for placed in steps:
        step = placed.step
        assert isinstance(step, DutyStep)
        some = np.arange(duty.size)
        if edits.asks_of_duties(step.selection):
            some = some[book.which(duty, lambda expr, step=step: edits.selects_duty(step.selection, expr))]  # type: ignore[misc]
        found.append(bool(some.size))
        try:
            new = _after(index, book, step, some, duty[some])
        except DutyError:  # told with its step where lines are gone through
            return None
        if (book.kinds(new) != own[some]).any():
            return None
        duty[some] = new
    ready = ready_with(index, book, duty)
    return None if ready is None else (book, ready, found)


def _after(index: SortedIndex, book: Book, step: DutyStep, some: np.ndarray, duty: np.ndarray) -> np.ndarray:
    if isinstance(step, Swiss | Tiers) and step.of == "rate":
        rate = Observed(index, book).rates(line_of_rows(index)[some], duty, apart=True)
        return scaled_by_rate(book, step, duty, rate)[0]
    return book.after(duty, step)


def line_of_rows(index: SortedIndex) -> np.ndarray:
    """Return a line of each row, int64[n]."""
    found: np.ndarray | None = index.kept.get("line of rows")
    if found is None:
        line_row = index.ready.line_row
        found = np.empty(index.ready.rows.size, dtype=np.int64)
        found[line_row[::-1]] = np.arange(line_row.size)[::-1]
        index.kept["line of rows"] = found
    return found
