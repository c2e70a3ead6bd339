"""The sorted index: everything that any scenario of a study needs, in flat arrays.

Built once from a study, it can be saved and mapped back into memory, so that tomorrow's sweep reads no trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastavs.codes import Grouping, cut
from fastavs.duty import ADD, CONST, MAX, MIN, SUB, TERM, Duty, parse_duty
from fastavs.errors import InputError
from fastavs.kernels import shapes
from fastavs.kernels.names import ALONE, ANY, GREATER, LESSER, NESTED, PERCENT, POOLED, STACK, SUM
from fastavs.kernels.options import readonly

if TYPE_CHECKING:
    from fastavs.matching.matches import HasMatches

_FORMS = {
    (CONST,): PERCENT,
    (TERM,): ALONE,
    (CONST, TERM, MAX): GREATER,
    (CONST, TERM, ADD): SUM,
    (CONST, TERM, MIN): LESSER,
}


class Year(NamedTuple):
    """What the rates of a year rest on."""

    year: int
    applied_year: int  # of the applied schedule behind it
    has_bound: bool
    own_trade: bool


class Side(NamedTuple):
    """One schedule of one year, and its lines' place among all lines of the index."""

    kind: str
    year: int
    digits: int
    first: int
    last: int  # one past the last line
    own_trade: bool


class Lines(NamedTuple):
    """Lines of all schedule years, side after side. h lines in all."""

    key: np.ndarray  # int64[h]
    duty: np.ndarray  # int32[h] place among the duties
    level: np.ndarray  # int8[h] digits at which observations were found; 0 = none
    found: np.ndarray  # int64[h] usable observations
    group: np.ndarray  # int32[h] observations to charge; -1: none, or none needed
    imports: np.ndarray  # float64[h]
    matched: np.ndarray  # bool[h]
    no_quantity: np.ndarray  # int64[h] own observations that lack a quantity which the duty needs; empty: not counted


class Alternatives(NamedTuple):
    """Observations that a line would need for a duty on other quantities. Sorted by line, then kinds."""

    line: np.ndarray  # int64[x]
    kinds: np.ndarray  # int64[x] place among `SortedIndex.kinds`
    level: np.ndarray  # int8[x]
    found: np.ndarray  # int64[x]
    group: np.ndarray  # int32[x]
    no_quantity: np.ndarray  # int64[x] as above


class Further(NamedTuple):
    """What a line borrows where its observations are gone: groups at further levels, nearest first. f of them.

    An owner is a line, or behind all lines one of `Alternatives`. o owners.
    """

    start: np.ndarray  # int64[o + 1]
    level: np.ndarray  # int8[f]
    group: np.ndarray  # int32[f]


class Records(NamedTuple):
    """The recorded trade: u codes, z cells of a code and a period, n records, sorted by code, period and partner.

    Codes are cut to the tariff's length. Where schedules have codes of several lengths, the trade stands there once
    for each length, one table behind the other.
    """

    code_key: np.ndarray  # int64[u] as 12-digit number
    code_digits: np.ndarray  # int8[u]
    code_cell: np.ndarray  # int64[u + 1] a code's first cell
    period: np.ndarray  # int32[z]
    start: np.ndarray  # int64[z + 1] a cell's first record
    partner: np.ndarray  # int16[n] or int32[n]
    value: np.ndarray  # float64[n] in the study's currency
    own_start: np.ndarray  # int64[sides + 1] into the two below
    own_code: np.ndarray  # int32[...] a code that is a line's own trade
    own_line: np.ndarray  # int32[...] ... and that line
    group_record: np.ndarray  # int64[g] the first record of the table that a group's observations are of
    kinds: np.ndarray  # int32[n] a bit for each of the trade's kinds of quantity that a record has
    present: np.ndarray  # bool[n] whether its partner has imports in every base period; empty where that is not asked


class Reach(NamedTuple):
    """Which codes serve which lines, schedule after schedule: for lines whose observations need no quantity.

    e levels, the codes' own length first; v codes of all schedules, each schedule's in the order of what they reach.
    """

    first: np.ndarray  # int64[sides + 1] a schedule's first code
    order: np.ndarray  # int64[v] the code, among those of the records
    digits: np.ndarray  # int8[v] up to which it serves lines
    levels: np.ndarray  # int8[sides, e] digits of each level; 0: no such level
    code_lo: np.ndarray  # int32[e, h] the first code that shares a line's digits, from the schedule's first on
    code_hi: np.ndarray  # int32[e, h] one past the last
    borrows: np.ndarray  # bool[h]


NO_RECORDS = Records(*(readonly([], kind) for kind in (
    np.int64, np.int8, np.int64, np.int32, np.int64, np.int16, np.float64, np.int64, np.int32, np.int32, np.int64,
    np.int32, np.bool_,
)))  # fmt: skip
NO_REACH = Reach(*(readonly([], kind) for kind in (
    np.int64, np.int64, np.int8, np.int8, np.int32, np.int32, np.bool_,
)))  # fmt: skip
"""For whom the trade does not change."""


@dataclass(frozen=True)
class SortedIndex:
    """What a study's scenarios are worked out from.

    Attributes
    ----------
    facts : dict
        Years, options, names: what is no array.
    sides : tuple of Side
    duties : tuple of str
        Distinct duties, canonical.
    lines : Lines
    others : Alternatives
    entries : shapes.Entries
        Observations by group of codes and period, sorted by ratio.
    observation : int32[n]
        Of each entry: its place in `Study.recorded`, where partner, value and quantity are found.
    fx : float64[contexts, currencies, periods]
        NaN where the study has no rate.
    further : Further
    records : Records
    reach : Reach
    fingerprint : str
        Of the inputs that the index was built from.
    kept : dict
        What was made ready for a sweep and serves the next one.
    """

    facts: dict[str, Any]
    sides: tuple[Side, ...]
    duties: tuple[str, ...]
    lines: Lines
    others: Alternatives
    entries: shapes.Entries
    observation: np.ndarray
    fx: np.ndarray
    further: Further
    records: Records
    reach: Reach
    fingerprint: str
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def entry_record(self) -> np.ndarray:
        """The record of each entry, int32[n] or int64[n]."""
        first = self.records.group_record
        if not first.any():
            return self.observation
        start = self.entries.start[self.entries.group]
        return self.observation + np.repeat(first, np.diff(start))

    @cached_property
    def entry_partner(self) -> np.ndarray:
        """The partner of each entry, int16[n] or int32[n]."""
        return readonly(self.records.partner[self.entry_record], self.records.partner.dtype)

    @cached_property
    def entry_code(self) -> np.ndarray:
        """The code of each entry, among those of the records, int32[n]."""
        records = self.records
        code = np.repeat(np.arange(records.code_key.size, dtype=np.int32), np.diff(records.start[records.code_cell]))
        return readonly(code[self.entry_record], np.int32)

    @cached_property
    def entry_value(self) -> np.ndarray:
        """The value of each entry's observation, float64[n]."""
        return readonly(self.records.value[self.entry_record], np.float64)

    @property
    def groups(self) -> dict[str, Grouping]:
        return {
            title: Grouping(title, tuple(prefixes), tuple(members), names)
            for title, (prefixes, members, names) in self.facts["groups"].items()
        }

    @property
    def years(self) -> tuple[Year, ...]:
        return tuple(Year(*one) for one in self.facts["years"])

    @property
    def line_counts(self) -> np.ndarray:
        """How many lines each year has, int64[years]."""
        sides = (
            self.sides[self.side("bound", year) if has_bound else self.side("applied", applied)]
            for year, applied, has_bound, _ in self.facts["years"]
        )
        return np.array([side.last - side.first for side in sides], dtype=np.int64)

    def side(self, kind: str, year: int) -> int:
        """Return a side's place."""
        return next(place for place, side in enumerate(self.sides) if (side.kind, side.year) == (kind, year))

    def save(self, path: str | Path) -> None:
        """Write the index, made ready for sweeps, to a file that `load` maps into memory."""
        from fastavs.index.file import save_index  # stands above the index, as the plan does that it writes

        save_index(self, Path(path))

    @classmethod
    def load(cls, path: str | Path, study: HasMatches | None = None, *, mapped: bool = True) -> SortedIndex:
        """Map a saved index into memory.

        Parameters
        ----------
        path : path-like
        study : Study, optional
            What the index must have been built from.
        mapped : bool
            False reads it instead, so that the file is free to be deleted on Windows.

        Raises
        ------
        InputError
            No index, one of another version, or one built from other inputs than the study's.
        """
        from fastavs.index.file import load_index

        index = load_index(Path(path), mapped)
        if study is not None:
            index.insist_on(study, str(path))
        return index

    def insist_on(self, study: HasMatches, file: str | None = None) -> None:
        """Raise an InputError if the index was built from other inputs than the study's."""
        if study.matches.fingerprint != self.fingerprint:
            raise InputError(
                "the index was built from other data, duties, exchange rates or options than the study's",
                file=file,
                cure="build it anew: fastavs.build_index(study), and save it",
            )


def duty_table(duties: Sequence[Duty], currencies: Sequence[str], pooled: bool = False) -> shapes.DutyTable:
    """Compile duties into flat arrays; see `shapes.DutyTable`."""
    op_start, term_start = [0], [0]
    op: list[int] = []
    arg: list[float] = []
    place: list[int] = []
    b: list[float] = []
    per_unit: list[float] = []
    currency: list[int] = []
    for duty in duties:
        if len(duty.program) > STACK or len(duty.specifics) > STACK:
            expected = f"at most {STACK} numbers and operations"
            raise InputError("a duty of too many parts", value=duty.text, expected=expected)
        op.extend(code for code, _ in duty.program)
        arg.extend(float(value) for _, value in duty.program)
        kinds = duty.kinds
        for term in duty.specifics:
            place.append(kinds.index(term.kind))
            b.append(term.b)
            per_unit.append(term.unit.size.denominator / term.unit.size.numerator)
            currency.append(currencies.index(term.currency))
        op_start.append(len(op))
        term_start.append(len(b))
    return shapes.DutyTable(
        readonly(op_start, np.int64),
        readonly(op, np.int8),
        readonly(arg, np.float64),
        readonly(term_start, np.int64),
        readonly(place, np.int64),
        readonly(b, np.float64),
        readonly(per_unit, np.float64),
        readonly(currency, np.int64),
        readonly([duty.ad_valorem for duty in duties], np.float64),
        readonly([POOLED if pooled and duty.kinds else _form(duty) for duty in duties], np.int8),
    )


def _form(duty: Duty) -> int:
    """Return what a duty's rates are found by, read off its program."""
    codes = tuple(code for code, _ in duty.program)
    nested = len(duty.kinds) == 1 and SUB not in codes
    return _FORMS.get(codes, NESTED if nested else ANY)


def headings_of(keys: np.ndarray, digits: int) -> np.ndarray:
    """Return the place of each line's HS subheading among those of its schedule, int64[h]."""
    return np.unique(cut(keys, min(6, digits)), return_inverse=True)[1]


def parsed(index: SortedIndex) -> list[Duty]:
    """Return the distinct duties of an index."""
    return [parse_duty(text) for text in index.duties]
