"""The lines of a schedule, supplier by supplier: what they are charged on, and what they import."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.cell_weights import periods_within
from fastavs.index.parts import Side
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.curve_events import keep_by_supplier
from fastavs.kernels.curve_records import SUPPLIED, Observed, ScheduleLines, Scratch
from fastavs.kernels.curve_suppliers import imports_by_supplier
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Changes
from fastavs.models.options import Options
from fastavs.models.sectors import Members, Sectors
from fastavs.models.suppliers import Suppliers, observations_of


def observed_by(suppliers: Suppliers, sectors: Sectors) -> Observed:
    """Return the observations of an index under a scenario, and the sectors of their codes."""
    index, facts = suppliers.index, suppliers.index.facts
    found = members_of_codes(index, sectors)
    return Observed(
        suppliers.plan.duties, index.entries, suppliers.origin, suppliers.changes, suppliers.factors,
        suppliers.supplier_of,
        index.entry_code,
        readonly(found.start, np.int64), readonly(found.sector, np.int64), readonly(main_sector(found), np.int64),
        float(facts["outlier"]), bool(facts["zero"]),
    )  # fmt: skip


def members_of_codes(index: SortedIndex, sectors: Sectors) -> Members:
    """Return the sectors of all codes of the records."""
    key, digits = index.records.code_key, index.records.code_digits
    sizes = np.zeros(key.size, dtype=np.int64)
    parts = []
    for length in np.unique(digits).tolist():
        some = np.flatnonzero(digits == length)
        one = sectors.members(key[some], length)
        sizes[some] = np.diff(one.start)
        parts.append((some, one))
    start = np.concatenate(([0], np.cumsum(sizes)))
    sector, share = np.empty(start[-1], dtype=np.int64), np.empty(start[-1])
    for some, one in parts:
        n = np.diff(one.start)
        at = np.repeat(start[some] - one.start[:-1], n) + np.arange(one.sector.size)
        sector[at], share[at] = one.sector, one.share
    return Members(start, sector, share)


def main_sector(members: Members) -> np.ndarray:
    """Return the sector of each code's largest share, the first of equal ones; -1: in none; int64[n]."""
    n = np.diff(members.start)
    code = np.repeat(np.arange(n.size), n)
    order = np.lexsort((members.sector, -members.share, code))
    found = np.full(n.size, -1, dtype=np.int64)
    some = n > 0
    found[some] = members.sector[order][members.start[:-1][some]]
    return found


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule, supplier by supplier. l lines, v suppliers and everybody, r regions.

    Attributes
    ----------
    place : int
        Among the sides of the index.
    side : Side
    lines : ScheduleLines
    members : Members
        The sectors of its lines.
    imports, fixed : float64[l, v + 1]
        Of partners that take part: under the scenario, and those that weigh.
    excluded, fixed_excluded : float64[l, r]
        The same of excluded partners, by region.
    excluded_of : float64[p]
        Imports of excluded partners under the scenario.
    takes_part : bool[v + 1]
        Whether a supplier has a partner that is not excluded in all periods that weigh.
    """

    place: int
    side: Side
    lines: ScheduleLines
    members: Members
    imports: np.ndarray
    fixed: np.ndarray
    excluded: np.ndarray
    fixed_excluded: np.ndarray
    excluded_of: np.ndarray
    takes_part: np.ndarray


def schedule_of(
    suppliers: Suppliers,
    observed: Observed,
    sectors: Sectors,
    regions: int,
    options: Options,
    place: int,
    scratch: Scratch,
) -> Schedule:
    """Prepare a schedule of the index."""
    index, side = suppliers.index, suppliers.index.sides[place]
    here = np.arange(side.first, side.last)
    lines, members = _lines(suppliers, observed, sectors, options, here, side.digits, scratch)
    changes, last = suppliers.changes, suppliers.everybody
    imports = fixed = _imports(index, place, changes, changes.times, suppliers.supplier_of, last)
    excluded, excluded_of = _excluded(suppliers, place, changes, regions)
    fixed_excluded = excluded
    if options.weights == "fixed":
        unchanged = suppliers.unchanged
        fixed = _imports(index, place, unchanged, unchanged.times, suppliers.supplier_of, last)
        fixed_excluded, _ = _excluded(suppliers, place, unchanged, regions)
    within = periods_within(index)[index.facts["basis_of"][place]]
    taking = ~suppliers.excluded[within].all(axis=0)
    takes_part = np.append(np.isin(np.arange(last), suppliers.supplier_of[taking]), taking.any())
    return Schedule(place, side, lines, members, imports, fixed, excluded, fixed_excluded, excluded_of, takes_part)


def _lines(
    suppliers: Suppliers,
    observed: Observed,
    sectors: Sectors,
    options: Options,
    here: np.ndarray,
    digits: int,
    scratch: Scratch,
) -> tuple[ScheduleLines, Members]:
    """Return lines of the index (int64[l]) for each supplier, and their sectors.

    With the fallback "line", everybody's observations stand in where a supplier has none of a line's own trade that
    is kept.
    """
    index, last = suppliers.index, suppliers.everybody
    found = observations_of(suppliers, here, options.aves == "all" or needs_everybody(options))
    rows = found.rows[suppliers.plan.line_row[here]]
    supplied = np.zeros((here.size, last + 1), SUPPLIED)
    supplied["group"], supplied["own"], supplied["whose"] = found.group.T, found.own.T, np.arange(last + 1)
    members = sectors.members(index.lines.key[here], digits)
    lines = ScheduleLines(
        readonly(rows, rows.dtype), supplied, np.empty(here.size),
        readonly(members.start, np.int64), readonly(members.sector, np.int64),
        readonly(main_sector(members), np.int64),
    )  # fmt: skip
    keep_by_supplier(observed, lines, scratch)
    if options.fallback == "line":
        duty = suppliers.plan.duties.duty[rows["duty"]]
        has_amount = (duty["term"] < duty["term_stop"])[:, None]
        own = supplied[:, :last]
        falls_back = has_amount & ~(own["own"] & (own["kept"] > 0))
        supplied[:, :last] = np.where(falls_back, supplied[:, last:], own)
    return lines, members


def needs_everybody(options: Options) -> bool:
    """Whether the rate over all partners stands in for others."""
    return options.fallback == "line" or options.empty == "sector"


def _excluded(suppliers: Suppliers, place: int, changes: Changes, regions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the imports of excluded partners: of a schedule's lines by region, float64[l, r], and by partner,
    float64[p]."""
    index, side = suppliers.index, suppliers.index.sides[place]
    partners = suppliers.region_of.size
    by_region, by_partner = np.zeros((side.last - side.first, regions)), np.zeros(partners)
    some = np.flatnonzero(suppliers.excluded.any(axis=0))
    if not some.size:
        return by_region, by_partner
    place_of = np.full(partners, -1, dtype=np.int64)
    place_of[some] = np.arange(some.size)
    times = readonly(np.where(suppliers.excluded, changes.weigh, 0), np.int32)
    found = _imports(index, place, changes, times, readonly(place_of, np.int64), some.size)[:, :-1]
    for column, partner in enumerate(some.tolist()):
        by_partner[partner] = found[:, column].sum()
        if suppliers.region_of[partner] >= 0:
            by_region[:, suppliers.region_of[partner]] += found[:, column]
    return by_region, by_partner


def _own_codes(index: SortedIndex, place: int) -> tuple[int, int, int]:
    start = index.records.own_start
    return int(start[place]), int(start[place + 1]), index.sides[place].first


def _imports(
    index: SortedIndex, place: int, changes: Changes, times: np.ndarray, supplier_of: np.ndarray, suppliers: int
) -> np.ndarray:
    """Return the imports of a schedule's lines by supplier, and everybody's, where partners count for `times`
    (int32[t, p]); float64[l, suppliers + 1]."""
    side, basis = index.sides[place], index.facts["basis_of"][place]
    out = np.empty((side.last - side.first, suppliers + 1))
    within = readonly(periods_within(index)[basis], np.bool_)
    imports_by_supplier(
        index.records, _own_codes(index, place), changes, times, within, supplier_of, np.empty(out.shape), out
    )  # fmt: skip
    return out


def joined(schedules: list[Schedule]) -> ScheduleLines:
    """Return the lines of schedules one after the other."""
    lines = [one.lines for one in schedules]
    if len(lines) == 1:
        return _frozen(lines[0])
    ends = np.cumsum([0, *(one.sector.size for one in lines)])
    start = np.concatenate([one.start[:-1] + end for one, end in zip(lines, ends, strict=False)] + [ends[-1:]])
    columns = {
        name: np.concatenate([getattr(one, name) for one in lines]) for name in ScheduleLines._fields if name != "start"
    }
    return _frozen(ScheduleLines(**columns, start=start))


def _frozen(lines: ScheduleLines) -> ScheduleLines:
    return ScheduleLines(*(readonly(one, one.dtype) for one in lines))
