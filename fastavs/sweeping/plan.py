"""What a sweep works on: an index made ready, duties on groups of observations as rows that years share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from fastavs import codes
from fastavs.errors import InputError
from fastavs.kernels import sorted as kernels
from fastavs.kernels.options import readonly
from fastavs.scenario import EVERYWHERE, FxShock, ScaleDuty, Scenario, SetDuty, ShiftDuty, Where
from fastavs.sorted_index import SortedIndex, duty_table, parsed
from fastavs.sweeping.layout import LayoutBuilder, distinct

CHUNK_DIGITS = 2
USUAL_GROWTH = 4.0  # what every plan is ready for
MARGIN = 1.0 + 1e-9  # far above rounding


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep made ready. n rows, h lines.

    Attributes
    ----------
    index : SortedIndex
    duties : kernels.DutyTable
    rows : kernels.Rows
    layout : kernels.Layout
    line_row : int32[h]
        The row of each line of the index.
    seats : int
        Memory that a run needs, in rates a scenario.
    cells : tuple of tuple of Where
        What the lines of each cell are touched by.
    """

    index: SortedIndex
    duties: kernels.DutyTable
    rows: kernels.Rows
    layout: kernels.Layout
    line_row: np.ndarray
    seats: int
    cells: tuple[frozenset[Where], ...]


def make_plan(index: SortedIndex, scenarios: Sequence[Scenario] = (), careful: bool = False) -> Plan:
    """Make an index ready for scenarios; what tells no lines apart is made ready once and kept with the index.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
    careful : bool
        Be ready for any purely specific duty to lose its last observation as an outlier.
    """
    if careful or chosen_where(scenarios) or any(isinstance(c, SetDuty) for one in scenarios for c in one.changes):
        return _make_plan(index, scenarios, careful)
    if "plan" not in index.kept:
        if "arrays" in index.kept:
            index.kept["plan"] = plan_from(index, index.kept.pop("arrays"), index.facts["plan"])
        else:
            index.kept["plan"] = _make_plan(index, (), False)
    return cast(Plan, index.kept["plan"])


def plan_parts(plan: Plan) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return a plan as arrays and facts to be written."""
    arrays = {"plan.line_row": plan.line_row}
    facts: dict[str, Any] = {"seats": plan.seats}
    for title, part in (("duties", plan.duties), ("rows", plan.rows), ("layout", plan.layout)):
        for name, value in part._asdict().items():
            if isinstance(value, np.ndarray):
                arrays[f"plan.{title}.{name}"] = value
            else:
                facts[f"{title}.{name}"] = value
    return arrays, facts


def plan_from(index: SortedIndex, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> Plan:
    """Put a plan together again; it tells no cells apart by name."""

    def part(kind: Any, title: str) -> Any:
        return kind(**{
            name: arrays[f"plan.{title}.{name}"] if f"plan.{title}.{name}" in arrays else facts[f"{title}.{name}"]
            for name in kind._fields
        })  # fmt: skip

    return Plan(
        index, part(kernels.DutyTable, "duties"), part(kernels.Rows, "rows"), part(kernels.Layout, "layout"),
        arrays["plan.line_row"], facts["seats"], (frozenset(),),
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
    duties = parsed(index)
    table = duty_table(duties, index.facts["currencies"])
    specific = np.array([duty.has_specific for duty in duties])
    bare = specific & np.array([all(op != kernels.CONST for op, _ in duty.program) for duty in duties])
    cells, cell = _cells(index, scenarios)
    volatile = _volatile(index, scenarios)
    context = np.concatenate([
        np.full(side.last - side.first, place)
        for side, place in zip(index.sides, index.facts["context_of"], strict=True)
    ])  # fmt: skip
    chunk = _chunks(index)
    lines = index.lines
    shared = ((table.form[lines.duty] == kernels.PERCENT) | (lines.group < 0)) & ~volatile
    own_place = np.where(volatile, np.arange(lines.key.size) + 1, 0)  # a line that may get a new duty shares no row
    chunk_or_none = np.where(shared, -1, chunk)
    first, line_row = distinct(chunk_or_none, lines.group, lines.duty, cell, context, own_place)
    context_row, cell_row, duty_row, group_row, chunk_row = (
        column[first] for column in (context, cell, lines.duty, lines.group, chunk_or_none)
    )
    width = index.fx.shape[1] * index.fx.shape[2]
    rows = kernels.Rows(
        readonly(duty_row, np.int32), readonly(group_row, np.int32), readonly(cell_row, np.int32),
        readonly(context_row * width, np.int32),
        readonly(specific[duty_row], np.bool_), readonly(bare[duty_row], np.bool_),
        readonly(np.zeros(duty_row.size), np.bool_),
    )  # fmt: skip
    nullable = rows.bare.copy() if careful else _nullable(index, table, rows, _growth(scenarios))
    nullable[line_row[volatile]] = True
    rows = rows._replace(nullable=readonly(nullable, np.bool_))
    n_chunks = int(chunk.max(initial=0)) + 1
    row_start = np.searchsorted(chunk_row, np.arange(n_chunks + 1))
    layout, seats = LayoutBuilder(index, rows, line_row, row_start, chunk).make()
    return Plan(index, table, rows, layout, line_row, seats, cells)


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


def _nullable(index: SortedIndex, table: kernels.DutyTable, rows: kernels.Rows, growth: float) -> np.ndarray:
    """Rows whose rate may be null, bool[n]: purely specific, and without observations or with dear ones alone."""
    entries, bare = index.entries, rows.bare
    if not bare.any():
        return bare.copy()
    lowest = np.full(rows.group.size, np.inf)
    if entries.low.size:
        least = np.minimum.reduceat(entries.low, entries.group[:-1])
        lowest = np.where(rows.group < 0, np.inf, least[np.maximum(rows.group, 0)])
    single = table.form[rows.duty] == kernels.ALONE
    term = np.where(single, table.term_start[rows.duty], 0)
    dearest = np.nanmax(np.where(np.isnan(index.fx), 0.0, index.fx), axis=(0, 2), initial=0.0)
    with np.errstate(invalid="ignore"):  # nothing charged on no observation is no number, and not dear
        dear = table.b[term] * dearest[table.currency[term]] * growth * MARGIN * lowest > index.facts["outlier"]
    return bare & (dear | ~single | (rows.group < 0))
