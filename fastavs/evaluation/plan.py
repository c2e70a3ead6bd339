"""What a sweep works on: an index made ready, duties on groups of observations as rows that years share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np

from fastavs import codes
from fastavs.duty import parse_duty
from fastavs.errors import InputError, did_you_mean
from fastavs.evaluation.latest import Latest
from fastavs.index.classes import LayoutBuilder, distinct
from fastavs.index.sorted_index import SortedIndex, duty_table, parsed
from fastavs.kernels.names import ALONE, CONST, PERCENT
from fastavs.kernels.shapes import ROW, Carried, DutyTable, Layout, changed, records
from fastavs.scenario.scenario import EVERYWHERE, FxShock, ScaleDuty, Scenario, SetDuty, ShiftDuty, Where, set_changes

CHUNK_DIGITS = 2
USUAL_GROWTH = 4.0  # what every plan is ready for
MARGIN = 1.0 + 1e-9  # far above rounding
PLANS = ("plan", "careful plan")  # kept with an index
PLAN_PARTS: dict[str, Any] = {"duties": DutyTable, "layout": Layout, "carried": Carried}


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep made ready. n rows, h lines.

    Attributes
    ----------
    index : SortedIndex
    duties : DutyTable
    texts : tuple of str
        The duties: those of the index, then new ones that scenarios set.
    rows : ROW[n]
    layout : Layout
    carried : Carried
        The means that the layout's classes rest on.
    line_row : int32[h]
        The row of each line of the index.
    line_class : int32[...]
        The class of each line of each year, year after year.
    seats : int
        Memory that a run needs, in rates a scenario.
    cells : tuple of tuple of Where
        What the lines of each cell are touched by.
    under : Latest
        The same plan under changes of the trade, as last asked for.
    """

    index: SortedIndex
    duties: DutyTable
    texts: tuple[str, ...]
    rows: np.ndarray
    layout: Layout
    carried: Carried
    line_row: np.ndarray
    line_class: np.ndarray
    seats: int
    cells: tuple[frozenset[Where], ...]
    under: Latest[Plan] = field(default_factory=lambda: Latest(), repr=False, compare=False)


def make_plan(index: SortedIndex, scenarios: Sequence[Scenario] = (), careful: bool = False) -> Plan:
    """Make an index ready for scenarios; what tells no lines apart is made ready once and kept with the index.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
    careful : bool
        Be ready for any purely specific duty to lose its last observation as an outlier.
    """
    if chosen_where(scenarios) or any(isinstance(c, SetDuty) for one in scenarios for c in one.changes):
        return _make_plan(index, scenarios, careful)
    if careful:
        if "careful plan" not in index.kept:
            index.kept["careful plan"] = _make_plan(index, (), True)
        return cast(Plan, index.kept["careful plan"])
    if "plan" not in index.kept:
        if "arrays" in index.kept:
            index.kept["plan"] = plan_from(index, index.kept["arrays"], index.facts["plan"])
        else:
            index.kept["plan"] = _make_plan(index, (), False)
    return cast(Plan, index.kept["plan"])


def with_parts(index: SortedIndex, **parts: Any) -> SortedIndex:
    """Return an index with some parts anew; what was made ready goes along, and rests on the new one."""
    kept = {name: one for name, one in index.kept.items() if name not in (*PLANS, "saved")}
    new = replace(index, **parts, kept=kept)
    for name in PLANS:
        if name in index.kept:
            kept[name] = replace(index.kept[name], index=new, under=Latest())
    return new


def plan_parts(plan: Plan) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return a plan as arrays and facts to be written."""
    arrays = {"plan.rows": plan.rows, "plan.line_row": plan.line_row, "plan.line_class": plan.line_class}
    facts: dict[str, Any] = {"seats": plan.seats, "texts": plan.texts}
    for title, kind in PLAN_PARTS.items():
        for name in kind._fields:
            arrays[f"plan.{title}.{name}"] = getattr(getattr(plan, title), name)
    return arrays, facts


def plan_from(index: SortedIndex, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> Plan:
    """Put a plan together again; it tells no cells apart by name."""
    parts: dict[str, Any] = {
        title: kind(**{name: arrays[f"plan.{title}.{name}"] for name in kind._fields})
        for title, kind in PLAN_PARTS.items()
    }
    return Plan(
        index, rows=arrays["plan.rows"], line_row=arrays["plan.line_row"], line_class=arrays["plan.line_class"],
        texts=tuple(facts["texts"]), seats=facts["seats"], cells=(frozenset(),), **parts,
    )  # fmt: skip


def chosen_where(scenarios: Sequence[Scenario]) -> list[Where]:
    """Return the choices of lines by which factors and shifts tell lines apart."""
    factors = (c for one in scenarios for c in one.changes if isinstance(c, ScaleDuty | ShiftDuty))
    return [where for where in dict.fromkeys(change.where for change in factors) if where != EVERYWHERE]


def _make_plan(index: SortedIndex, scenarios: Sequence[Scenario], careful: bool) -> Plan:
    """Make an index ready for scenarios.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
        Only what they choose lines by matters.
    careful : bool
        Be ready for any purely specific duty to lose its last observation as an outlier.
    """
    new = sorted({change.duty for change in set_changes(scenarios)} - set(index.duties))
    _check_new(index, scenarios)
    duties = [*parsed(index), *map(parse_duty, new)]
    table = duty_table(duties, index.facts["currencies"])
    specific = np.array([duty.has_specific for duty in duties])
    unpercented = np.array([all(op != CONST for op, _ in duty.program) for duty in duties])
    purely_specific = specific & unpercented
    cells, cell = _cells(index, scenarios)
    volatile = _volatile(index, scenarios)
    context = np.concatenate([
        np.full(side.last - side.first, place)
        for side, place in zip(index.sides, index.facts["context_of"], strict=True)
    ])  # fmt: skip
    chunk = _chunks(index)
    lines = index.lines
    shared = ((table.duty["form"][lines.duty] == PERCENT) | (lines.group < 0)) & ~volatile
    own_place = np.where(volatile, np.arange(lines.key.size) + 1, 0)  # a line that may get a new duty shares no row
    chunk_or_none = np.where(shared, -1, chunk)
    first, line_row = distinct(chunk_or_none, lines.group, lines.duty, cell, context, own_place, _behind(index))
    context_row, cell_row, duty_row, group_row, chunk_row = (
        column[first] for column in (context, cell, lines.duty, lines.group, chunk_or_none)
    )
    width = index.fx.shape[1] * index.fx.shape[2]
    rows = records(
        ROW, duty_row.size, duty=duty_row, group=group_row, cell=cell_row, fx_offset=context_row * width,
        specific=specific[duty_row], purely_specific=purely_specific[duty_row],
    )  # fmt: skip
    may_be_null = unpercented[duty_row]  # an amount of 0 may be raised
    nullable = may_be_null if careful else _nullable(index, table, rows, may_be_null, _growth(scenarios))
    nullable[line_row[volatile]] = True
    rows = changed(rows, nullable=nullable)
    n_chunks = int(chunk.max(initial=0)) + 1
    row_start = np.searchsorted(chunk_row, np.arange(n_chunks + 1))
    layout, carried, seats, line_class = LayoutBuilder(index, rows, line_row, row_start, chunk).make()
    return Plan(index, table, (*index.duties, *new), rows, layout, carried, line_row, line_class, seats, cells)


def _check_new(index: SortedIndex, scenarios: Sequence[Scenario]) -> None:
    """Make sure that new duties are in currencies that the study has."""
    known = index.facts["currencies"]
    for scenario in scenarios:
        for change in set_changes([scenario]):
            for currency in change.new.currencies:
                if currency not in known:
                    raise InputError(
                        f'the scenario "{scenario.name}" sets a duty in a currency that the study does not have',
                        value=change.duty, expected=f"one of {', '.join(known)}.{did_you_mean(currency, known)}",
                    )  # fmt: skip


def _behind(index: SortedIndex) -> np.ndarray:
    """Tell lines apart by what they would borrow where their observations are gone, int64[h]; 0: nothing."""
    start, group = index.further.start, index.further.group
    levels = np.diff(start)[: index.lines.key.size]
    found = np.zeros(index.lines.key.size, dtype=np.int64)
    for level in range(int(levels.max(initial=0))):
        some = np.flatnonzero(levels > level)
        _, kind = distinct(found[some], group[start[some] + level])
        found[some] = kind + 1 + found.max()  # apart from those whose chains end before
    return np.unique(found, return_inverse=True)[1] if found.any() else found


def _cells(index: SortedIndex, scenarios: Sequence[Scenario]) -> tuple[tuple[frozenset[Where], ...], np.ndarray]:
    """Tell lines apart by the changes that touch them; returns the cells and each line's, int64[h]."""
    chosen = chosen_where(scenarios)
    cell = np.zeros(index.lines.key.size, dtype=np.int64)
    cells: list[frozenset[Where]] = [frozenset()]
    for where in chosen:
        touched = touched_lines(index, where)
        pairs, cell = np.unique(cell * 2 + touched, return_inverse=True)
        cells = [cells[pair // 2] | ({where} if pair % 2 else frozenset()) for pair in pairs]
    return tuple(cells), cell


def touched_lines(index: SortedIndex, where: Where) -> np.ndarray:
    """Return which lines of the index are touched, bool[h]."""
    groups = index.groups
    return np.concatenate([
        where.lines(side.kind, side.year, index.lines.key[side.first : side.last], side.digits, groups)
        for side in index.sides
    ])  # fmt: skip


def _volatile(index: SortedIndex, scenarios: Sequence[Scenario]) -> np.ndarray:
    """Lines that some scenario gives a new duty, bool[h]."""
    found = np.zeros(index.lines.key.size, dtype=bool)
    for change in dict.fromkeys(c for one in scenarios for c in one.changes if isinstance(c, SetDuty)):
        touched = touched_lines(index, change.where)
        if not touched.any():
            raise InputError(
                "a scenario sets the duty of lines that no schedule has", key="prefixes",
                value=", ".join(change.prefixes), expected="the beginning of some line's code",
            )  # fmt: skip
        found |= touched
    return found


def _chunks(index: SortedIndex) -> np.ndarray:
    """Number the parts that lines are worked on in: chapters, or one for all where lines borrow across chapters."""
    if min(index.facts["levels"], default=CHUNK_DIGITS) < CHUNK_DIGITS:
        return np.zeros(index.lines.key.size, dtype=np.int64)
    return np.unique(codes.cut(index.lines.key, CHUNK_DIGITS), return_inverse=True)[1]


def _growth(scenarios: Sequence[Scenario]) -> float:
    """How many times as much any amount may come to in the study's currency, at least the usual; shifts aside."""
    most = USUAL_GROWTH
    for scenario in scenarios:
        growth = 1.0
        for change in scenario.changes:
            if isinstance(change, FxShock):
                growth *= max(change.factor, 1.0)
            elif isinstance(change, ScaleDuty):
                growth *= max(change.specific, 1.0)
        most = max(most, growth)
    return most


def _nullable(
    index: SortedIndex, table: DutyTable, rows: np.ndarray, purely_specific: np.ndarray, growth: float
) -> np.ndarray:
    """Rows whose rate may be null, bool[n]: purely specific, and without observations or with dear ones alone."""
    entries, duty = index.entries, table.duty[rows["duty"]]
    if not purely_specific.any():
        return purely_specific.copy()
    lowest = np.full(rows.size, np.inf)
    if entries.period.size:
        least = np.minimum.reduceat(entries.segment["low"][:-1], entries.group[:-1])
        lowest = np.where(rows["group"] < 0, np.inf, least[np.maximum(rows["group"], 0)])
    single = duty["form"] == ALONE
    dearest = np.nanmax(np.where(np.isnan(index.fx), 0.0, index.fx), axis=(0, 2), initial=0.0)
    with np.errstate(invalid="ignore", over="ignore"):  # nothing on no observation is no number, and not dear
        dear = duty["b"] * dearest[duty["currency"]] * growth * MARGIN * lowest > index.facts["outlier"]
    return purely_specific & (dear | ~single | (rows["group"] < 0))
