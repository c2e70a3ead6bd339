"""What an index holds so that its trade can change: the levels beyond each line's, and the recorded trade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fastavs.index.parts import Alternatives, Reach
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.levels import next_levels
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Further, Records

if TYPE_CHECKING:
    from fastavs.matching.match import Match
    from fastavs.matching.matches import Matches
    from fastavs.matching.recorded import Recorded


def levels_of(
    match: Match, lines: np.ndarray, before: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Find at which level lines find observations, and then what borrowing lines have beyond it, level after level.

    Parameters
    ----------
    match : Match
    lines : int64[l]
    before : int64[codes + 1]
        Usable observations of all codes before each one, codes in the order of what they reach.

    Yields
    ------
    some : int64[m]
        Which of the lines have a first level, or one more.
    level : int8[m]
        Its digits.
    found, first, last : int64[m]
        Usable observations there; its first code, and one past the last.
    """
    served, some = match.served, np.arange(lines.size)
    borrows, digits = readonly(match.borrows, np.bool_), readonly(served.level_digits, np.int8)
    low, high = readonly(served.code_lo, np.int64), readonly(served.code_hi, np.int64)
    level, found = np.full(lines.size, -1), np.zeros(lines.size, dtype=np.int64)
    while some.size:
        first, last = np.empty(some.size, dtype=np.int64), np.empty(some.size, dtype=np.int64)
        next_levels(
            readonly(lines[some], np.int64), borrows, digits, served.code_reach, low, high,
            readonly(before, np.int64), level, found, first, last,
        )  # fmt: skip
        more = level >= 0
        some, level, found, first, last = (one[more] for one in (some, level, found, first, last))
        if some.size:
            yield some, digits[level], found.copy(), first, last


def further_of(
    asked: Sequence[tuple[np.ndarray, int, np.ndarray, np.ndarray]],
    lines: int,
    others: Alternatives,
    kinds_of: np.ndarray,
    n_kinds: int,
) -> Further:
    """Put further levels in the order of those that they come after.

    Parameters
    ----------
    asked : sequence of (int64[l], int, int8[l], int32[l])
        Lines, kinds of quantity, level and group; further levels stand after nearer ones.
    lines : int
        Lines in all.
    others : Alternatives
    kinds_of : int64[h]
        Kinds that each line's own duty goes by.
    n_kinds : int
    """
    owners = [
        np.where(
            kinds_of[line] == kinds,
            line,
            lines + np.searchsorted(others.line * n_kinds + others.kinds, line * n_kinds + kinds),
        )
        for line, kinds, _, _ in asked
    ]
    owner = np.concatenate(owners) if owners else np.empty(0, dtype=np.int64)
    level = np.concatenate([one[2] for one in asked]) if asked else np.empty(0, dtype=np.int8)
    group = np.concatenate([one[3] for one in asked]) if asked else np.empty(0, dtype=np.int32)
    order = np.lexsort((-level.astype(np.int64), owner))
    start = np.searchsorted(owner[order], np.arange(lines + others.line.size + 1))
    return Further(readonly(start, np.int64), readonly(level[order], np.int8), readonly(group[order], np.int32))


def with_records(matches: Matches, index: SortedIndex) -> SortedIndex:
    """Return a study's index with the recorded trade, which only changes of the trade have need of.

    It is laid out by code and period; partners and values are the trade's own arrays where they can be.
    """
    if index.records.group_record.size == index.entries.group.size - 1 and index.records.code_key.size:
        return index
    prepared = [matches.match(side.kind, side.year) for side in index.sides]
    tables: list[Recorded] = []
    for one in prepared:
        if not any(one.basis.recorded is known for known in tables):
            tables.append(one.basis.recorded)
    first_code = np.cumsum([0, *(table.code_key.size for table in tables)])
    first_record = np.cumsum([0, *(table.code.size for table in tables)])
    place = {id(table): number for number, table in enumerate(tables)}
    runs = [table.runs for table in tables]
    first_cell = np.cumsum([0, *(one.period.size for one in runs)])
    code_cell = [one.of_code[:-1] + first for one, first in zip(runs, first_cell, strict=False)]
    start = [one.start[:-1] + first for one, first in zip(runs, first_record, strict=False)]
    of_side = [int(first_record[place[id(one.basis.recorded)]]) for one in prepared]
    own_code, own_line = [], []
    for one, side in zip(prepared, index.sides, strict=True):
        codes = np.flatnonzero(one.served.own_line >= 0)
        own_code.append(codes + first_code[place[id(one.basis.recorded)]])
        own_line.append(one.served.own_line[codes] + side.first)
    own_start = np.cumsum([0, *(codes.size for codes in own_code)])
    partner, value = _joined([table.partner for table in tables]), _joined([table.value for table in tables])
    records = Records(
        readonly(_joined([table.code_key for table in tables]), np.int64),
        readonly(_joined([table.code_digits for table in tables]), np.int8),
        readonly(np.append(_joined(code_cell), first_cell[-1]), np.int64),
        readonly(_joined([one.period for one in runs]), np.int32),
        readonly(np.append(_joined(start), first_record[-1]), np.int64),
        readonly(partner, partner.dtype), readonly(value, np.float64),
        readonly(own_start, np.int64), readonly(_joined(own_code), np.int32), readonly(_joined(own_line), np.int32),
        readonly(_first_of_groups(index, of_side), np.int64),
        readonly(_joined([table.kinds for table in tables]), np.int32), _present(matches, prepared, tables),
    )  # fmt: skip
    first = [int(first_code[place[id(one.basis.recorded)]]) for one in prepared]
    return index.with_parts(records=records, reach=_reach(prepared, first))


def _present(matches: Matches, prepared: Sequence[Match], tables: Sequence[Recorded]) -> np.ndarray:
    """Return which observations are of partners with imports in every base period, where the study asks for that."""
    if matches.checked.options.base_partners != "all":
        return readonly([], np.bool_)
    parts = []
    for table in tables:
        present = np.zeros(table.code.size, dtype=bool)
        for one in prepared:
            if one.basis.recorded is table and one.basis.in_every_period:
                present[one.basis.of_any_value.chosen] = True
        parts.append(present)
    return readonly(_joined(parts), np.bool_)


def _reach(prepared: Sequence[Match], first_code: Sequence[int]) -> Reach:
    """Return which codes serve which lines; `first_code` is where each schedule's codes begin among the records'."""
    levels = max(one.served.level_digits.size for one in prepared)

    def padded(part: np.ndarray) -> np.ndarray:
        return np.pad(part, ((0, levels - part.shape[0]), (0, 0)))

    served = [one.served for one in prepared]
    return Reach(
        readonly(np.cumsum([0, *(one.order.size for one in served)]), np.int64),
        readonly(np.concatenate([one.order + first for one, first in zip(served, first_code, strict=True)]), np.int64),
        readonly(np.concatenate([one.code_reach for one in served]), np.int8),
        readonly(np.concatenate([padded(one.level_digits[:, None]) for one in served], axis=1).T, np.int8),
        readonly(np.concatenate([padded(one.code_lo) for one in served], axis=1), np.int32),
        readonly(np.concatenate([padded(one.code_hi) for one in served], axis=1), np.int32),
        readonly(np.concatenate([one.borrows for one in prepared]), np.bool_),
    )


def _first_of_groups(index: SortedIndex, first_record: Sequence[int]) -> np.ndarray:
    """Return the first record of the table that each group's observations are of, int64[g]."""
    found = np.zeros(index.entries.group.size - 1, dtype=np.int64)
    further = np.repeat(np.arange(index.further.start.size - 1), np.diff(index.further.start))
    of_line = np.where(further < index.lines.key.size, further, 0)
    if index.others.line.size:
        behind = np.maximum(further - index.lines.key.size, 0)
        of_line = np.where(further < index.lines.key.size, further, index.others.line[behind])
    line = np.concatenate([np.arange(index.lines.key.size), index.others.line, of_line])
    group = np.concatenate([index.lines.group, index.others.group, index.further.group])
    for side, first in zip(index.sides, first_record, strict=True):
        some = group[(line >= side.first) & (line < side.last)]
        found[some[some >= 0]] = first
    return found


def _joined(parts: Sequence[np.ndarray]) -> Any:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def basis_facts(matches: Matches, prepared: Sequence[Match]) -> dict[str, Any]:
    """Return whose imports of which periods weigh each side's lines."""
    bases: list[list[Any]] = []  # whether everybody weighs, periods, whether partners need imports in each
    basis_of = []
    for one in prepared:
        everyone = one.own_trade and matches.checked.options.weights == "all"
        basis = [everyone, list(one.basis.periods), one.basis.in_every_period]
        if basis not in bases:
            bases.append(basis)
        basis_of.append(bases.index(basis))
    return {"bases": bases, "basis_of": basis_of, "match_on_imports": matches.checked.options.match_on == "imports"}
