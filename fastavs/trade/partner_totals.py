"""Partners that are the sum of other partners: the world, the European Union, beside their members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.inputs.partners import Partners
from fastavs.inputs.set_aside import GROUP_OF_COUNTRIES, MEMBER_OF_GROUP, OVERLAPPING_GROUP
from fastavs.trade.aggregates import AGGREGATES, Aggregate, aggregate_of, are_among
from fastavs.trade.trade_rows import TradeRows

MOSTLY = 0.5
WHOLE = 0.99
"""Members of a group are all there if they add up to so much of it; a group worth less of its members is none."""
SLACK = 1e-9
"""Sums closer than this, relatively, are equal: the order of rows has no say."""


@dataclass(frozen=True, slots=True)
class _Present:
    """Groups that the rows have.

    Attributes
    ----------
    places : dict of Aggregate to list of int
        The places of a group's spellings in the list of partners, in order of their texts.
    countries : bool[partners]
        Partners that are no group.
    """

    places: dict[Aggregate, list[int]]
    countries: np.ndarray


def sift_partner_totals(rows: TradeRows, partners: Partners) -> None:
    """Set aside groups of countries where members stand beside them, and lone members where the group stands.

    `partners` tells who is excluded: a group that stays holds them all the same, and that is told.

    Whether members are there is settled by period: more than half of them are, or they add up to the group. A single
    code of which members have less than half is theirs no more: there the group stays, and they go. What is worth
    less than its members is no such group, and stays as a partner beside them. Of groups that overlap, one stays in
    each code and period.
    """
    present = _present(rows)
    if present is None:
        return
    for one, places in present.places.items():
        _keep_one_spelling(rows, one, places)
    told = [one for one in present.places if one.members]
    told.sort(key=lambda one: (-len(one.members), AGGREGATES.index(one)))
    worlds = [one for one in present.places if one.is_world]
    single = present.countries.copy()
    single[[place for one in told for place in present.places[one]]] = True
    beside = single.copy()
    beside[[place for one in worlds for place in present.places[one]]] = True
    for one in present.places:
        if not one.members and not one.is_world:
            _sift_untold(rows, one, present.places[one], beside)
    no_groups = np.empty(0, dtype=np.int64)
    for rank, one in enumerate(told):
        for other in told[:rank]:
            _keep_apart(rows, one, present.places[one], other, present.places[other])
        found = _sift(rows, one, present.places[one], _members(rows, one, present.countries), no_groups)
        no_groups = np.concatenate([no_groups, found])
    for one in worlds:
        everywhere = np.repeat(single[:, np.newaxis], len(rows.periods), axis=1)
        found = _sift(rows, one, present.places[one], (everywhere, np.zeros(len(rows.periods))), no_groups)
        no_groups = np.concatenate([no_groups, found])
    _tell_of_standing(rows, present, no_groups, partners)


def _present(rows: TradeRows) -> _Present | None:
    """Return the groups that rows have, None without any."""
    found = [aggregate_of(partner) for partner in rows.partners]
    if not any(found):
        return None
    held = rows.held(rows.partner, rows.partners)
    places: dict[Aggregate, list[int]] = {}
    for place in sorted(np.flatnonzero(held).tolist(), key=rows.partners.__getitem__):
        one = found[place]
        if one is not None:
            places.setdefault(one, []).append(place)
    countries = held & np.array([one is None for one in found])
    return _Present(places, countries) if places else None


def _members(rows: TradeRows, one: Aggregate, countries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which partners are members of a group in each period, bool[partners, periods], and how many it has."""
    by_period = [one.members_in(period) for period in rows.periods]
    among = {members: np.array(are_among(members, rows.partners)) & countries for members in set(by_period)}
    return np.stack([among[members] for members in by_period], axis=1), np.array([len(some) for some in by_period])


def _cells(rows: TradeRows, some: np.ndarray) -> np.ndarray:
    """Return a number for the code and period of some rows, int64[m]."""
    return rows.code[some].astype(np.int64) * len(rows.periods) + rows.period[some]


def _rows_of(rows: TradeRows, places: list[int]) -> np.ndarray:
    """Return the rows left of some partners, int64[m]."""
    wanted = np.zeros(len(rows.partners), dtype=bool)
    wanted[places] = True
    left, mask = rows.left(), wanted[rows.partner]
    return np.flatnonzero(mask if left is None else mask & left)


def _sums(value: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Add values up by group, compensated; float64[groups]."""
    from fastavs.kernels.sums import add_by  # compiled code loads slowly, and few files have groups of countries

    return add_by(value, group, groups)


def _name(rows: TradeRows, one: Aggregate, places: list[int]) -> str:
    return f"{', '.join(rows.partners[place] for place in places)} ({one.name})"


def _lose(rows: TradeRows, some: np.ndarray, one: Aggregate, reason: str) -> None:
    """Set rows of a group aside, each under the group's spelling in it."""
    for place in np.unique(rows.partner[some]).tolist():
        rows.lose(some[rows.partner[some] == place], f"{reason} ({rows.partners[place]}, {one.name})")


def _worth(rows: TradeRows, some: np.ndarray) -> str:
    return f"{np.sort(rows.value[some]).sum():,.0f} in {some.size:,} {'row' if some.size == 1 else 'rows'}"


def _keep_one_spelling(rows: TradeRows, one: Aggregate, places: list[int]) -> None:
    """Where a group stands twice in a code and period, in two spellings, keep the one of the larger value."""
    own = _rows_of(rows, places) if len(places) > 1 else np.empty(0, dtype=np.int64)
    if not own.size:
        return
    rank = np.zeros(len(rows.partners), dtype=np.int64)
    rank[places] = np.arange(len(places))
    _, cell = np.unique(_cells(rows, own), return_inverse=True)
    pairs, pair = np.unique(cell * len(places) + rank[rows.partner[own]], return_inverse=True)
    value = _sums(rows.value[own], pair, pairs.size)
    order = np.lexsort((pairs, -value, pairs // len(places)))
    first = np.diff(pairs[order] // len(places), prepend=-1) > 0
    stays = np.zeros(pairs.size, dtype=bool)
    stays[order[first]] = True
    goes = own[~stays[pair]]
    _lose(rows, goes, one, OVERLAPPING_GROUP)
    if goes.size:
        rows.remark(
            f"{_name(rows, one, places)} stands in several spellings in one code and period; "
            f"the one of the larger value counts, the rest is set aside: {_worth(rows, goes)}.",
            goes,
        )


def _sift_untold(rows: TradeRows, one: Aggregate, places: list[int], beside: np.ndarray) -> None:
    """Set a group aside whose members are not known, in each code and period where others than such groups stand."""
    own, others = _rows_of(rows, places), _rows_of(rows, np.flatnonzero(beside).tolist())
    goes = own[np.isin(_cells(rows, own), _cells(rows, others))]
    _lose(rows, goes, one, OVERLAPPING_GROUP)
    if goes.size:
        rows.remark(
            f"{_name(rows, one, places)} is set aside where other partners stand beside it, for it may hold them: "
            f"{_worth(rows, goes)}.",
            goes,
        )


def _keep_apart(rows: TradeRows, one: Aggregate, places: list[int], other: Aggregate, others: list[int]) -> None:
    """Set one group aside in each code and period where another stands that has members of it."""
    shared = np.array([bool(one.members_in(period) & other.members_in(period)) for period in rows.periods])
    if not shared.any():
        return
    own, standing = _rows_of(rows, places), _rows_of(rows, others)
    goes = own[shared[rows.period[own]] & np.isin(_cells(rows, own), _cells(rows, standing))]
    _lose(rows, goes, one, OVERLAPPING_GROUP)
    if goes.size:
        rows.remark(
            f"{_name(rows, one, places)} is set aside where {_name(rows, other, others)} stands, "
            f"which has members of it: {_worth(rows, goes)}.",
            goes,
        )


def _sift(
    rows: TradeRows, one: Aggregate, places: list[int], members: tuple[np.ndarray, np.ndarray], no_groups: np.ndarray
) -> np.ndarray:
    """Set aside the rows of one group, or of its members, code by code and period by period.

    Parameters
    ----------
    rows : TradeRows
    one : Aggregate
    places : list of int
        Its spellings among the partners.
    members : (bool[partners, periods], float64[periods])
        Which partners are members, and how many it has.
    no_groups : int64[k]
        Rows of other groups that are none; they are not held against this one.

    Returns
    -------
    int64[m]
        Rows that stay because they are worth less than the members.
    """
    is_member, many = members
    own = _rows_of(rows, places)
    left, mask = rows.left(), is_member[rows.partner, rows.period]
    mask[no_groups] = False
    beside = np.flatnonzero(mask if left is None else mask & left)
    if not own.size or not beside.size:
        return np.empty(0, dtype=np.int64)
    cells, own_cell = np.unique(_cells(rows, own), return_inverse=True)
    cell = _cells(rows, beside)
    at = np.minimum(np.searchsorted(cells, cell), cells.size - 1)
    inside = cells[at] == cell
    whole = _sums(rows.value[own], own_cell, cells.size)
    parts = _sums(rows.value[beside[inside]], at[inside], cells.size)
    period = cells % len(rows.periods)
    less = _worth_less(whole, parts, period, len(rows.periods))
    listed = _listed(rows, one, beside, (whole, parts, period, less), many)
    covered = listed[period] & (parts >= MOSTLY * whole * (1.0 - SLACK))
    goes = covered & (parts > 0.0) & ~less
    _lose(rows, own[goes[own_cell]], one, GROUP_OF_COUNTRIES)
    _tell_of_rest(rows, _name(rows, one, places), float(whole[goes].sum()), float(parts[goes].sum()))
    lone = inside & ~covered[at] & ~less[at]
    rows.lose(beside[lone], f"{MEMBER_OF_GROUP} ({', '.join(rows.partners[place] for place in places)}, {one.name})")
    odd = own[less[own_cell]]
    if odd.size:
        rows.remark(
            f"{_name(rows, one, places)} is worth less than the partners beside it, of which it would be the sum, in "
            f"{np.count_nonzero(less):,} codes and periods. There it is taken for a partner of its own, and all count "
            f"({_worth(rows, odd)}).",
            odd,
        )
    return odd


def _worth_less(whole: np.ndarray, parts: np.ndarray, period: np.ndarray, periods: int) -> np.ndarray:
    """Return in which cells a group is none, bool[cells]: it is worth less than its members, there or mostly so.

    A spelling that is below its members in most codes of a period is no group in any of them.
    """
    less = whole < WHOLE * parts * (1.0 - SLACK)
    compared = np.bincount(period[parts > 0.0], minlength=periods)
    mostly = 2 * np.bincount(period[less], minlength=periods) > compared
    return less | (mostly[period] & (parts > 0.0))


def _tell_of_rest(rows: TradeRows, name: str, whole: float, parts: float) -> None:
    """Remark on what a group that goes has more, or less, than its members."""
    apart = parts - whole
    if abs(apart) > (1.0 - WHOLE + SLACK) * whole:
        what = "more than" if apart < 0.0 else "less than"
        rows.remarks.append(
            f"{name} is worth {abs(apart):,.0f} {what} the members beside it, for which it is set aside "
            f"({100.0 * abs(apart) / whole:,.1f} %); the members' own figures count."
        )


def _listed(
    rows: TradeRows,
    one: Aggregate,
    beside: np.ndarray,
    cells: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    many: np.ndarray,
) -> np.ndarray:
    """Return of each period whether the members of a group are listed beside it, bool[periods]."""
    whole, parts, period, less = cells
    periods = len(rows.periods)
    compared = ~less & (parts > 0.0) if one.is_world else ~less  # where the world stands alone, it says nothing
    total = _sums(whole[compared], period[compared], periods)
    members = _sums(parts[compared], period[compared], periods)
    if one.is_world:
        return members >= MOSTLY * total * (1.0 - SLACK)
    pairs = np.unique(rows.period[beside].astype(np.int64) * len(rows.partners) + rows.partner[beside])
    count = np.bincount(pairs // len(rows.partners), minlength=periods)
    return (2 * count > many) | (members >= WHOLE * total * (1.0 - SLACK))


def _tell_of_standing(rows: TradeRows, present: _Present, no_groups: np.ndarray, partners: Partners) -> None:
    """Remark on groups that stay, but for rows that are taken for partners of their own."""
    standing, holding = [], []
    for one, places in present.places.items():
        for place in places:
            own = np.setdiff1d(_rows_of(rows, [place]), no_groups)
            if own.size:
                name = rows.partners[place]
                standing.append(f"{name} ({one.name}, {_worth(rows, own)})")
                periods = [rows.periods[period] for period in np.unique(rows.period[own]).tolist()]
                excluded = _excluded_members(one, name, periods, partners)
                if excluded:
                    holding.append(f"{name} holds {', '.join(excluded)}")
    if standing:
        rows.remarks.append(
            f"Groups of countries stand as one partner each, where their members do not: {'; '.join(standing)}."
        )
    if holding:
        rows.remarks.append(
            f"Groups that stand as one partner have members that are excluded partners, and the trade of these counts "
            f"in the group: {'; '.join(holding)}."
        )


def _excluded_members(one: Aggregate, name: str, periods: list[str], partners: Partners) -> list[str]:
    """Return the members of a group that are excluded partners in a period in which the group is none."""
    found = set()
    for period in periods:
        if partners.is_excluded(name, period):
            continue
        members = partners.excluded if one.is_world else one.members_in(period)
        found |= {member for member in members if partners.is_excluded(member, period) and not aggregate_of(member)}
    return sorted(found)
