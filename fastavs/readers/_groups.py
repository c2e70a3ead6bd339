"""Sums that stand between what they are sums of: groups of countries, headings over their codes, totals over parts.

A sum and its parts are never added up. Where the parts are there, the sum is set aside; where they are not, it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.readers._reading import Sieve

WORLD = "WLD"
"""Partner code of all countries together; it is none of ISO's."""

_WITHIN = 0.01
"""How far, relatively, members may add up beside their group and still be all of it."""

Column: TypeAlias = pa.Array | pa.ChunkedArray


@dataclass(frozen=True, slots=True)
class Group:
    """A group of countries that a file may have as a partner.

    Attributes
    ----------
    code : str
        How the file calls it.
    name : str
        For people.
    partner : str or None
        Partner code where the group stays; None where trade with it belongs to no partner.
    members : frozenset of str
        The file's codes of its members; empty where it is every country, or where members are not told.
    former : frozenset of str
        Countries that were members in part of the years.
    """

    code: str
    name: str
    partner: str | None = None
    members: frozenset[str] = field(default_factory=frozenset)
    former: frozenset[str] = field(default_factory=frozenset)


def whole(column: Column) -> pa.Array:
    """Return a column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def joined(*columns: Column) -> pa.Array:
    """Return one text for each row out of several columns; null counts as empty."""
    return pc.binary_join_element_wise(*(pc.fill_null(whole(column), "") for column in columns), "\x1f")


def part_groups(sieve: Sieve, period: Column, code: Column, value: Column, groups: Sequence[Group]) -> None:
    """Set groups of countries aside where their members stand beside them, and members where the group has more.

    Parameters
    ----------
    sieve : Sieve
        Only rows still kept count: headings above their codes should have gone before.
    period, code : string[n]
        Of each row; the code is the file's own.
    value : double[n]
        What tells whether members are all there.
    groups : sequence of Group
        Groups that have members first.

    Notes
    -----
    A group with known members goes if more than half of them stand beside it or if they add up to it (to 1 %, with or
    without former members); else those that do stand there go. All countries together, and groups whose members are
    not told, go if any country is left.
    """
    kept = sieve.kept
    if not pc.any(pc.and_(pc.is_in(code, pa.array([group.code for group in groups])), pa.array(kept))).as_py():
        return
    rows = pa.table({"period": period, "code": code, "value": value}).filter(pa.array(kept))
    summed = rows.group_by(["period", "code"], use_threads=False).aggregate([("value", "sum")]).to_pylist()
    values: dict[str | None, dict[str, float]] = {}
    for row in summed:
        values.setdefault(row["period"], {})[row["code"]] = row["value_sum"] or 0.0
    lost: dict[str, list[tuple[str | None, str]]] = {}
    for one, by_code in values.items():
        for reason, codes in _judged(by_code, groups).items():
            lost.setdefault(reason, []).extend((one, name) for name in codes)
    key = joined(period, code)
    for reason, pairs in lost.items():
        wanted = pa.array(["\x1f".join((one or "", name)) for one, name in pairs], pa.string())
        sieve.lose(pc.is_in(key, wanted), reason)


def _judged(values: dict[str, float], groups: Sequence[Group]) -> dict[str, list[str]]:
    """Return which codes of one period go, by reason."""
    by_code = {group.code: group for group in groups if group.code in values}
    left = set(values) - set(by_code)
    lost: dict[str, list[str]] = {}
    for group in (one for one in by_code.values() if one.members):
        inside = group.members & left
        if inside and _all_there(values, group, inside, left):
            lost.setdefault(f"group of countries whose members stand beside it ({group.name})", []).append(group.code)
            continue
        lost.setdefault(f"member of the {group.name}, which stands as one partner beside it", []).extend(inside)
        left = (left - inside) | {group.code}
    rest = [group for group in by_code.values() if not group.members]
    worlds = [group.code for group in rest if group.partner == WORLD]
    for group in rest:
        if left or (worlds and group.code != worlds[0]):
            lost.setdefault(f"group of countries whose members stand beside it ({group.name})", []).append(group.code)
    return {reason: codes for reason, codes in lost.items() if codes}


def _all_there(values: dict[str, float], group: Group, inside: Iterable[str], left: set[str]) -> bool:
    """Tell whether members that stand beside a group are all of it."""
    there = list(inside)
    if 2 * len(there) > len(group.members):
        return True
    own = values[group.code]
    sums = [sum(values[code] for code in codes) for codes in (there, [*there, *(group.former & left)])]
    return any(abs(total - own) <= _WITHIN * abs(own) for total in sums)


def part_levels(sieve: Sieve, key: Column, line: Column) -> None:
    """Set rows aside whose code is the beginning of a longer one of the same key (period, partner): they are its sum.

    Parameters
    ----------
    key : string[n]
        What must agree.
    line : string[n]
        Codes; only those of digits alone take part.
    """
    digits = pc.fill_null(pc.match_substring_regex(line, r"^[0-9]+$"), False)
    taking = np.asarray(pc.and_(digits, pa.array(sieve.kept)))
    size = np.asarray(pc.fill_null(pc.utf8_length(line), 0))
    for length in sorted(set(size[taking].tolist()))[:-1]:
        shorter, longer = taking & (size == length), taking & (size > length)
        begun = joined(_taken(key, longer), pc.utf8_slice_codeunits(_taken(line, longer), 0, length))
        own = joined(_taken(key, shorter), _taken(line, shorter))
        hit = np.zeros(size.size, dtype=bool)
        hit[np.flatnonzero(shorter)] = np.asarray(pc.is_in(own, pc.unique(begun)))
        sieve.lose(hit, "sum of longer codes that stand beside it")


def part_breakdown(sieve: Sieve, key: Column, part: Column, name: str, totals: Sequence[str]) -> None:
    """Set rows aside that break a total of the same key down.

    Parameters
    ----------
    key : string[n]
        What must agree.
    part : string[n]
        What breaks the total down, such as a district.
    name : str
        The file's name of it.
    totals : sequence of str
        What stands for the total.
    """
    kept = pa.array(sieve.kept)
    is_total = pc.and_(pc.fill_null(pc.is_in(part, pa.array(totals, pa.string())), False), kept)
    if not pc.any(is_total).as_py():
        return
    with_total = pc.unique(_taken(key, np.asarray(is_total)))
    broken = pc.and_not(pc.is_in(key, with_total), is_total)
    sieve.lose(pc.and_(broken, kept), f"part of a total that stands beside it ({name})")


def _taken(column: Column, rows: np.ndarray) -> pa.Array:
    return whole(column).filter(pa.array(rows))
