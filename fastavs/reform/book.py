"""The duties of a study and those that steps make of them, by number: as flat arrays, and as expressions when asked."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from fastavs.duty import Duty
from fastavs.duty.expr import Expr, Percent
from fastavs.index.duties import duty_table
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import ADD, CONST, MAX, MIN, PERCENT, SUB
from fastavs.reform import edits, programs
from fastavs.reform.programs import Programs
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_duties import Add, Cap, Floor

OPERATIONS: dict[type, int] = {Cap: MIN, Floor: MAX, Add: ADD}
FEW = 64  # duties that are quicker changed one by one


class _Base(NamedTuple):
    """What books of one index begin with."""

    programs: Programs
    kinds: tuple[tuple[str, ...], ...]
    kind: np.ndarray  # int64[d] place among the kinds
    place: dict[str, int]


class _Block(NamedTuple):
    """Duties that were made together: of what, and how each."""

    first: int
    parent: np.ndarray
    change: Callable[[Expr, int], Expr]


class Book:
    """Duties by number, those of the index first.

    Parameters
    ----------
    index : SortedIndex

    Attributes
    ----------
    known : list of tuple of str
        Kinds of quantity that duties go by, those of the index first.
    """

    def __init__(self, index: SortedIndex) -> None:
        base = index.kept.get("book")
        if base is None:
            base = index.kept["book"] = _base_of(index)
        self._index = index
        self._programs: Programs = base.programs
        self.known: list[tuple[str, ...]] = list(base.kinds)
        self._kind: np.ndarray = base.kind
        self._own = base.programs.size
        self._place: ChainMap[str, int] = ChainMap({}, base.place)
        self._made: dict[int, Duty] = {}
        self._exprs: dict[int, Expr] = {}
        self._blocks: list[_Block] = []
        self._waiting: list[Duty] = []

    def __len__(self) -> int:
        return self._programs.size + len(self._waiting)

    # ---- one by one

    def expr(self, number: int) -> Expr:
        """Return a duty as an expression."""
        if number < self._own:
            return self._index.parsed[number].expr
        made = self._made.get(number)
        if made is not None:
            return made.expr
        if number not in self._exprs:
            block = next(one for one in reversed(self._blocks) if one.first <= number)
            place = number - block.first
            self._exprs[number] = block.change(self.expr(int(block.parent[place])), place)
        return self._exprs[number]

    def duty(self, number: int) -> Duty:
        if number < self._own:
            return self._index.parsed[number]
        if number not in self._made:
            self._made[number] = Duty(self.expr(number))
        return self._made[number]

    def number(self, expr: Expr) -> int:
        """Return a duty's number, which it gets if it is new."""
        duty = Duty(expr)
        place = self._place.setdefault(duty.text, len(self))
        if place == len(self):
            self._waiting.append(duty)
            self._made[place] = duty
        return place

    def each(self, numbers: np.ndarray, change: Callable[[Expr], Expr]) -> np.ndarray:
        """Return what some duties become, each changed once; int64[v]."""
        some, place = self.distinct(numbers)
        found = np.array([self._changed(one, change) for one in some.tolist()], dtype=np.int64)
        return found[place]

    def _changed(self, number: int, change: Callable[[Expr], Expr]) -> int:
        """Return the number of what a duty becomes, its own where it stays as it is."""
        expr = self.expr(number)
        new = change(expr)
        return number if new == expr else self.number(new)

    def which(self, numbers: np.ndarray, test: Callable[[Expr], bool]) -> np.ndarray:
        """Return which of some duties pass a test, bool[v]."""
        some, place = self.distinct(numbers)
        found = np.array([test(self.expr(one)) for one in some.tolist()], dtype=bool)
        return found[place]

    # ---- as arrays

    def distinct(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers that there are, ascending, and each one's place among them."""
        there = np.zeros(len(self), dtype=bool)
        there[numbers] = True
        place = np.cumsum(there) - 1
        return np.flatnonzero(there), place[numbers]

    @property
    def programs(self) -> Programs:
        """All duties as flat arrays."""
        if self._waiting:
            facts, waiting = self._index.facts, self._waiting
            self._take(programs_of(waiting, facts["currencies"], facts["pooled"]), self._kinds_of(waiting))
            self._waiting = []
        return self._programs

    def kinds(self, numbers: np.ndarray) -> np.ndarray:
        """Return each duty's kinds of quantity, a place among those known; int64[v]."""
        assert self.programs is not None
        found: np.ndarray = self._kind[numbers]
        return found

    def _kinds_of(self, duties: Sequence[Duty]) -> np.ndarray:
        found = []
        for one in duties:
            if one.kinds not in self.known:
                self.known.append(one.kinds)
            found.append(self.known.index(one.kinds))
        return np.array(found, dtype=np.int64)

    def _take(self, new: Programs, kind: np.ndarray) -> None:
        self._programs = programs.joined(self._programs, new)
        self._kind = np.concatenate((self._kind, kind))

    def _made_together(self, parent: np.ndarray, new: Programs, change: Callable[[Expr, int], Expr]) -> np.ndarray:
        """Take duties that were made of others; returns their numbers."""
        first = len(self)
        self._take(new, self._kind[parent])
        self._blocks.append(_Block(first, parent, change))
        return first + np.arange(parent.size)

    def after(self, numbers: np.ndarray, step: DutyStep) -> np.ndarray:
        """Return what duties become under a step that goes by them alone, int64[v]."""
        some, place = self.distinct(numbers)
        return self._after(some, step)[place]

    def _after(self, some: np.ndarray, step: DutyStep) -> np.ndarray:
        value = getattr(step, "value", None)
        by_number = isinstance(value, Fraction) and value >= 0 and type(step) in OPERATIONS
        if (
            some.size <= FEW
            or not by_number
            or getattr(step, "of", "rate") != "rate"
            or not programs.fits(self.programs)
        ):
            return self.each(some, lambda expr: edits.edited(expr, step))
        assert isinstance(value, Fraction)
        if value == 0 and isinstance(step, Add):
            return some
        if value == 0 and isinstance(step, Floor):
            return self._by_one(some, self.has_minus(some), lambda expr: edits.edited(expr, step))
        odd = self.has_minus(some) | self._is_nought(some)
        if odd.any():
            found = self._by_one(some, odd, lambda expr: edits.edited(expr, step))
            found[~odd] = self._after_together(some[~odd], step, value)
            return found
        return self._after_together(some, step, value)

    def _by_one(self, some: np.ndarray, which: np.ndarray, change: Callable[[Expr], Expr]) -> np.ndarray:
        """Change those of some duties that are told (bool[d]), one by one; int64[d]."""
        found = some.copy()
        found[which] = self.each(some[which], change)
        return found

    def has_minus(self, some: np.ndarray) -> np.ndarray:
        """Whether duties take something off, bool[d]; others cannot be negative."""
        table = self.programs.table
        before = np.concatenate(([0], np.cumsum(table.op == SUB)))
        found: np.ndarray = before[table.duty["op_stop"][some]] > before[table.duty["op"][some]]
        return found

    def _is_nought(self, some: np.ndarray) -> np.ndarray:
        """Whether duties have amounts alone, each of them 0; bool[d]."""
        programs = self.programs
        found: np.ndarray = programs.unpercented[some] & ~programs.specific[some]
        return found

    def _after_together(self, some: np.ndarray, step: DutyStep, value: Fraction) -> np.ndarray:
        """Change duties that are neither negative nor known to be 0, by a percentage that is not 0 but for a cap."""
        duty = self.programs.table.duty
        plain = (duty["form"][some] == PERCENT) & self._by_value_alone(some)
        found = np.empty(some.size, dtype=np.int64)
        level = Percent(value * 100)
        if isinstance(step, Add):
            found[plain] = self.each(some[plain], lambda expr: edits.raised(expr, level))
        else:
            found[plain] = self._held(some[plain], step, level)
        rest = some[~plain]
        new = programs.against(programs.taken(self.programs, rest), OPERATIONS[type(step)], float(value))
        found[~plain] = self._made_together(rest, new, lambda expr, _: edits.edited(expr, step))
        return found

    def _by_value_alone(self, some: np.ndarray) -> np.ndarray:
        """Whether duties go by no quantity, bool[d]."""
        place = self.known.index(()) if () in self.known else -1
        found: np.ndarray = self._kind[some] == place
        return found

    def _held(self, some: np.ndarray, step: DutyStep, level: Percent) -> np.ndarray:
        """Hold percentages against another: they stay, or become that one."""
        number, a = self.number(level), self._programs.table.duty["ad_valorem"][some]
        limit = float(level.value / 100)
        return np.where(a > limit if isinstance(step, Cap) else a < limit, number, some)

    def scaled(self, some: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return duties lowered, each by a factor of its own below 1 and not below 0; int64[v]."""
        odd = self.has_minus(some)
        found = np.empty(some.size, dtype=np.int64)
        found[odd] = [
            self.number(edits.reduced(self.expr(one), Fraction(by)))
            for one, by in zip(some[odd].tolist(), factor[odd].tolist(), strict=True)
        ]
        found[~odd] = self._scaled_together(some[~odd], factor[~odd])
        return found

    def _scaled_together(self, some: np.ndarray, factor: np.ndarray) -> np.ndarray:
        new = programs.scaled(programs.taken(self.programs, some), factor)
        return self._made_together(some, new, lambda expr, at: edits.scaled(expr, Fraction(float(factor[at]))))


def _base_of(index: SortedIndex) -> _Base:
    table = index.ready.duties
    duties = index.parsed
    kinds = [tuple(some) for some in index.facts["kinds"]]
    place = {one: number for number, one in enumerate(kinds)}
    if table.duty.size != len(duties):
        table = duty_table(duties, index.facts["currencies"], index.facts["pooled"])
    return _Base(
        Programs(table, *_flags(duties)), tuple(kinds), np.array([place[one.kinds] for one in duties], dtype=np.int64),
        {text: number for number, text in enumerate(index.duties)},
    )  # fmt: skip


def programs_of(duties: Sequence[Duty], currencies: Sequence[str], pooled: bool) -> Programs:
    """Return duties as flat arrays."""
    return Programs(duty_table(duties, currencies, pooled), *_flags(duties))


def _flags(duties: Sequence[Duty]) -> tuple[np.ndarray, np.ndarray]:
    """Return which duties have an amount other than 0, and which no percentage."""
    specific = np.array([one.has_specific for one in duties], dtype=bool)
    return specific, np.array([all(op != CONST for op, _ in one.program) for one in duties], dtype=bool)


class Texts(Sequence[str]):
    """The texts of duties of a book, printed when asked for."""

    def __init__(self, book: Book, numbers: np.ndarray) -> None:
        self._book, self._numbers = book, numbers

    def __len__(self) -> int:
        return int(self._numbers.size)

    def __getitem__(self, place: int) -> str:  # type: ignore[override]
        return self._book.duty(int(self._numbers[place])).text

    def __iter__(self) -> Iterator[str]:
        return (self._book.duty(number).text for number in self._numbers.tolist())


class Duties(Sequence[Duty]):
    """The duties of a book, made when asked for."""

    def __init__(self, book: Book, numbers: np.ndarray) -> None:
        self._book, self._numbers = book, numbers

    def __len__(self) -> int:
        return int(self._numbers.size)

    def __getitem__(self, place: int) -> Duty:  # type: ignore[override]
        return self._book.duty(int(self._numbers[place]))

    def __iter__(self) -> Iterator[Duty]:
        return (self._book.duty(number) for number in self._numbers.tolist())
