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
    everyone : bool
        Whether imports of excluded partners weigh as well.
    imports, fixed : float64[l, v + 1]
        Under the scenario, and of the unchanged study.
    regional : float64[l, r + 1]
        Imports of regions under the scenario, and everybody's.
    falls_back : bool[l, v]
        Where the rate over all partners stands in for one of the supplier's own.
    """

    place: int
    side: Side
    lines: ScheduleLines
    members: Members
    everyone: bool
    imports: np.ndarray
    fixed: np.ndarray
    regional: np.ndarray
    falls_back: np.ndarray


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
    all_wanted = options.aves == "all" or "line" in (options.fallback, options.empty)
    found = observations_of(suppliers, here, all_wanted)
    duty = suppliers.plan.duties.duty[found.rows["duty"][suppliers.plan.line_row[here]]]
    has_terms = duty["term"] < duty["term_stop"]
    last = suppliers.everybody
    supplied = np.zeros((here.size, last + 1), SUPPLIED)
    supplied["group"], supplied["own"], supplied["whose"] = found.group.T, found.own.T, np.arange(last + 1)
    falls_back = np.zeros((here.size, last), dtype=bool)
    if options.fallback == "line":
        falls_back = ~supplied["own"][:, :last] & has_terms[:, None]
        supplied[:, :last] = np.where(falls_back, supplied[:, last:], supplied[:, :last])
    members = sectors.members(index.lines.key[here], side.digits)
    lines = ScheduleLines(
        readonly(found.rows[suppliers.plan.line_row[here]], found.rows.dtype), supplied, np.empty(here.size),
        readonly(members.start, np.int64), readonly(members.sector, np.int64),
        readonly(main_sector(members), np.int64),
    )  # fmt: skip
    keep_by_supplier(observed, lines, scratch)
    imports = fixed = regional = _imports(index, place, suppliers.changes, suppliers.supplier_of, last)
    if options.weights == "fixed":
        fixed = _imports(index, place, suppliers.unchanged, suppliers.supplier_of, last)
    if options.aves == "partner":
        regional = _imports(index, place, suppliers.changes, suppliers.region_of, regions)
    everyone = bool(index.facts["bases"][index.facts["basis_of"][place]][0])
    return Schedule(place, side, lines, members, everyone, imports, fixed, regional, falls_back)


def _own_codes(index: SortedIndex, place: int) -> tuple[int, int, int]:
    start = index.records.own_start
    return int(start[place]), int(start[place + 1]), index.sides[place].first


def _imports(index: SortedIndex, place: int, changes: Changes, supplier_of: np.ndarray, suppliers: int) -> np.ndarray:
    """Return the imports of a schedule's lines by supplier, and everybody's; float64[l, suppliers + 1]."""
    side, basis = index.sides[place], index.facts["basis_of"][place]
    out = np.empty((side.last - side.first, suppliers + 1))
    times = changes.weigh if index.facts["bases"][basis][0] else changes.times
    within = readonly(periods_within(index)[basis], np.bool_)
    imports_by_supplier(
        index.records, _own_codes(index, place), changes, times, within, supplier_of, np.empty(out.shape), out
    )  # fmt: skip
    return out


def trade_by_period(index: SortedIndex, place: int) -> np.ndarray:
    """Return the recorded imports of a schedule's lines by period and partner, in periods that weigh, float64[t, p]."""
    records, partners = index.records, len(index.facts["partners"])
    first, last, _ = _own_codes(index, place)
    own = np.zeros(records.code_key.size, dtype=bool)
    own[records.own_code[first:last]] = True
    within = periods_within(index)[index.facts["basis_of"][place]]
    some = np.repeat(own, np.diff(records.code_cell)) & within[records.period]
    sizes = np.diff(records.start)
    rows = np.repeat(some, sizes)
    bins = np.repeat(records.period[some].astype(np.int64) * partners, sizes[some]) + records.partner[rows]
    return np.bincount(bins, records.value[rows], minlength=within.size * partners).reshape(-1, partners)


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
