"""The arrays of the sorted index, as they belong together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastavs.codes import Grouping, cut
from fastavs.kernels import shapes
from fastavs.kernels.options import readonly

if TYPE_CHECKING:
    from fastavs.duty import Duty


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
    unread: tuple[int, ...] = ()  # keys of its other lines, whose duty cannot be read


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


NO_RECORDS = shapes.Records(*(readonly([], kind) for kind in (
    np.int64, np.int8, np.int64, np.int32, np.int64, np.int16, np.float64, np.int64, np.int32, np.int32, np.int64,
    np.int32, np.bool_,
)))  # fmt: skip
NO_REACH = Reach(*(readonly([], kind) for kind in (
    np.int64, np.int64, np.int8, np.int8, np.int32, np.int32, np.bool_,
)))  # fmt: skip
"""For whom the trade does not change."""


@dataclass(frozen=True)
class IndexParts:
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
    entries : kernels.Entries
        Observations by group of codes and period, sorted by ratio.
    observation : int32[n]
        Of each entry: its place in `Matches.recorded`, where partner, value and quantity are found.
    fx : float64[contexts, currencies, periods]
        NaN where the study has no rate.
    further : shapes.Further
    records : shapes.Records
    reach : Reach
    fingerprint : str
        Of the inputs that the index was built from.
    """

    facts: dict[str, Any]
    sides: tuple[Side, ...]
    duties: tuple[str, ...]
    lines: Lines
    others: Alternatives
    entries: shapes.Entries
    observation: np.ndarray
    fx: np.ndarray
    further: shapes.Further
    records: shapes.Records
    reach: Reach
    fingerprint: str

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

    @cached_property
    def group_codes(self) -> tuple[np.ndarray, np.ndarray]:
        """The first and the last code of each group's observations, among those of the records; int32[g] each."""
        starts = self.entries.start[self.entries.group[:-1]]
        return np.minimum.reduceat(self.entry_code, starts), np.maximum.reduceat(self.entry_code, starts)

    @cached_property
    def segment_marks(self) -> np.ndarray:
        """Whose observations each segment of the entries has, as bits; uint64[k, words]."""
        from fastavs.kernels.quotes import mark_segments

        found = np.zeros((self.entries.period.size, len(self.facts["partners"]) // 64 + 1), dtype=np.uint64)
        mark_segments(self.entries, self.entry_partner, found)
        return readonly(found, np.uint64)

    @cached_property
    def taking_part(self) -> np.ndarray:
        """Whether each partner takes part in rates in each period, int32[t, p]; 0: excluded."""
        times = np.ones((len(self.facts["trade_periods"]), len(self.facts["partners"])), dtype=np.int32)
        for place, some in enumerate(self.facts["excluded"]):
            times[some, place] = 0
        return readonly(times, np.int32)

    @property
    def groups(self) -> dict[str, Grouping]:
        return {
            title: Grouping(title, tuple(prefixes), tuple(members), names)
            for title, (prefixes, members, names) in self.facts["groups"].items()
        }

    @cached_property
    def years(self) -> tuple[Year, ...]:
        return tuple(Year(*one) for one in self.facts["years"])

    @cached_property
    def year_numbers(self) -> tuple[int, ...]:
        return tuple(one.year for one in self.years)

    @cached_property
    def line_counts(self) -> np.ndarray:
        """How many lines each year has, int64[years]."""
        sides = (
            self.sides[self.side("bound", year) if has_bound else self.side("applied", applied)]
            for year, applied, has_bound, _ in self.facts["years"]
        )
        return readonly([side.last - side.first for side in sides], np.int64)

    def side(self, kind: str, year: int) -> int:
        """Return a side's place."""
        return next(place for place, side in enumerate(self.sides) if (side.kind, side.year) == (kind, year))

    @cached_property
    def parsed(self) -> list[Duty]:
        """The distinct duties."""
        from fastavs.duty import duty_of  # a saved index is swept without

        return [duty_of(text) for text in self.duties]


def headings_of(keys: np.ndarray, digits: int) -> np.ndarray:
    """Return the place of each line's HS subheading among those of its schedule, int64[h]."""
    return np.unique(cut(keys, min(6, digits)), return_inverse=True)[1]
