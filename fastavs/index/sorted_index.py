"""The sorted index: everything that any scenario of a study needs, in flat arrays.

Built once from a study, it can be saved and mapped back into memory, so that tomorrow's sweep reads no trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastavs.codes import Grouping, cut
from fastavs.duty import ADD, CONST, MAX, MIN, SUB, TERM, Duty, parse_duty
from fastavs.errors import InputError
from fastavs.kernels.names import ALONE, ANY, GREATER, LESSER, NESTED, PERCENT, STACK, SUM
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import AMOUNT, DUTY, DutyTable, Entries, Further, Records

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


NO_RECORDS = Records(*(readonly([], kind) for kind in (
    np.int64, np.int8, np.int64, np.int32, np.int64, np.int16, np.float64, np.int64, np.int32, np.int32, np.int64,
)))  # fmt: skip
"""For whom the trade does not change."""


@dataclass(frozen=True, slots=True)
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
    entries : Entries
        Observations by group of codes and period, sorted by ratio.
    observation : int32[n]
        Of each entry: its place in `Study.recorded`, where partner, value and quantity are found.
    fx : float64[contexts, currencies, periods]
        NaN where the study has no rate.
    further : Further
    records : Records
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
    entries: Entries
    observation: np.ndarray
    fx: np.ndarray
    further: Further
    records: Records
    fingerprint: str
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

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


def duty_table(duties: Sequence[Duty], currencies: Sequence[str]) -> DutyTable:
    """Compile duties into flat arrays; see `DutyTable`."""
    op: list[int] = []
    arg: list[float] = []
    amounts: list[tuple[float, float, int, int]] = []
    starts = [(0, 0)]
    for duty in duties:
        if len(duty.program) > STACK or len(duty.specifics) > STACK:
            expected = f"at most {STACK} numbers and operations"
            raise InputError("a duty of too many parts", value=duty.text, expected=expected)
        op.extend(code for code, _ in duty.program)
        arg.extend(float(value) for _, value in duty.program)
        kinds = duty.kinds
        for term in duty.specifics:
            per_unit = term.unit.size.denominator / term.unit.size.numerator
            amounts.append((term.b, per_unit, currencies.index(term.currency), kinds.index(term.kind)))
        starts.append((len(op), len(amounts)))
    amount = readonly(np.array(amounts, dtype=AMOUNT), AMOUNT)
    op_start, term_start = np.array(starts, dtype=np.int64).T
    table = np.zeros(len(duties), dtype=DUTY)
    for name, column in (("op", op_start), ("term", term_start)):
        table[name], table[f"{name}_stop"] = column[:-1], column[1:]
    table["ad_valorem"] = [duty.ad_valorem for duty in duties]
    table["form"] = [_form(duty) for duty in duties]
    some = table["term"] < table["term_stop"]
    for name in ("b", "per_unit", "currency"):
        table[name][some] = amount[name][table["term"][some]]
    return DutyTable(readonly(table, DUTY), amount, readonly(op, np.int8), readonly(arg, np.float64))


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
