"""Partners that are the sum of other partners: the world, the European Union, beside their members."""

from __future__ import annotations

import numpy as np

from fastavs.inputs.set_aside import GROUP_OF_COUNTRIES, MEMBER_OF_GROUP
from fastavs.trade.aggregates import AGGREGATES, Aggregate, aggregate_of, are_among
from fastavs.trade.together import Together

MOSTLY = 0.5
WHOLE = 0.99
"""Members of a group are all there if they add up to so much of it."""


def sift_partner_totals(rows: Together) -> None:
    """Set aside groups of countries where members stand beside them, and lone members where the group stands.

    Whether members are there is settled by period: more than half of them are, or they add up to the group. A single
    code of which members have less than half is theirs no more: there the group stays, and they go.
    """
    found = [aggregate_of(partner) for partner in rows.partners]
    if not any(found):
        return
    held = rows.held(rows.partner, rows.partners)
    present = {place: one for place, one in enumerate(found) if one is not None and held[place]}
    single = np.array([held[place] and one is None for place, one in enumerate(found)])
    order = sorted(present, key=lambda place: (-len(present[place].members), AGGREGATES.index(present[place]), place))
    worlds = [place for place in order if present[place].is_world]
    standing: list[Aggregate] = []
    for place in order:
        one = present[place]
        if (one.is_world and place != worlds[0]) or any(one.members & other.members for other in standing):
            rows.lose(_rows_of(rows, place), _beside(one, rows.partners[place]))
            continue
        members = single.copy()
        if one.members:
            members &= np.array(are_among(one.members, rows.partners))
        _sift(rows, place, one, members)
        single[place] = bool(one.members)  # where it stands it is a partner like any other
        if one.members and _rows_of(rows, place).size:
            standing.append(one)
    _tell_of_standing(rows, present)


def _beside(one: Aggregate, partner: str) -> str:
    return f"{GROUP_OF_COUNTRIES} ({partner}, {one.name})"


def _cells(rows: Together, some: np.ndarray) -> np.ndarray:
    """Return a number for the code and period of some rows, int64[m]."""
    return rows.code[some].astype(np.int64) * len(rows.periods) + rows.period[some]


def _rows_of(rows: Together, place: int) -> np.ndarray:
    left, mask = rows.left(), rows.partner == place
    return np.flatnonzero(mask if left is None else mask & left)


def _sift(rows: Together, place: int, one: Aggregate, members: np.ndarray) -> None:
    """Set aside the rows of one group, or of its members, code by code and period by period."""
    own = _rows_of(rows, place)
    left, mask = rows.left(), members[rows.partner]
    beside = np.flatnonzero(mask if left is None else mask & left)
    if not own.size or not beside.size:
        return
    if not one.members and not one.is_world:  # who belongs to it is not told: it goes where any country is
        rows.lose(own[np.isin(rows.period[own], rows.period[beside])], _beside(one, rows.partners[place]))
        return
    periods = len(rows.periods)
    cells, own_cell = np.unique(_cells(rows, own), return_inverse=True)
    cell = _cells(rows, beside)
    at = np.minimum(np.searchsorted(cells, cell), cells.size - 1)
    inside = cells[at] == cell
    listed = _listed(rows, one, own, beside, beside[inside])
    whole = np.bincount(own_cell, rows.value[own], cells.size)
    parts = np.bincount(at[inside], rows.value[beside[inside]], cells.size)
    covered = listed[cells % periods] & (parts >= MOSTLY * whole)
    goes = covered & (parts > 0.0)
    rows.lose(own[goes[own_cell]], _beside(one, rows.partners[place]))
    former = np.flatnonzero(np.array(are_among(one.former, rows.partners))[rows.partner])
    former = former[np.isin(_cells(rows, former), cells[goes])]
    _tell_of_rest(
        rows, f"{rows.partners[place]} ({one.name})", whole[goes].sum(), parts[goes].sum(), rows.value[former].sum()
    )
    lone = inside & ~covered[at]
    rows.lose(beside[lone], f"{MEMBER_OF_GROUP} ({rows.partners[place]}, {one.name})")


def _tell_of_rest(rows: Together, name: str, whole: float, parts: float, former: float) -> None:
    """Remark on what a group that goes has more, or less, than its members, with former members or without."""
    apart = min(parts - whole, parts + former - whole, key=abs)
    if abs(apart) > (1.0 - WHOLE) * whole:
        what = "more than" if apart < 0.0 else "less than"
        rows.remarks.append(
            f"{name} is worth {abs(apart):,.0f} {what} the members beside it, for which it is set aside "
            f"({100.0 * abs(apart) / whole:,.1f} %); the members' own figures count."
        )


def _listed(rows: Together, one: Aggregate, own: np.ndarray, beside: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return of each period whether the members of a group are listed beside it, bool[periods]."""
    periods = len(rows.periods)
    if one.is_world:  # where it stands alone, it says nothing of the rest
        own = own[np.isin(_cells(rows, own), _cells(rows, inside))]
    whole = np.bincount(rows.period[own], rows.value[own], periods)
    parts = np.bincount(rows.period[inside], rows.value[inside], periods)
    if one.is_world:
        return parts >= MOSTLY * whole
    pairs = np.unique(rows.period[beside].astype(np.int64) * len(rows.partners) + rows.partner[beside])
    count = np.bincount(pairs // len(rows.partners), minlength=periods)
    return (2 * count > len(one.members)) | (parts >= WHOLE * whole)


def _tell_of_standing(rows: Together, present: dict[int, Aggregate]) -> None:
    standing = []
    for place, one in present.items():
        own = _rows_of(rows, place)
        if own.size:
            standing.append(f"{rows.partners[place]} ({one.name}, {rows.value[own].sum():,.0f} in {own.size:,} rows)")
    if standing:
        rows.remarks.append(
            f"Groups of countries stand as one partner each, where their members do not: {'; '.join(standing)}."
        )
