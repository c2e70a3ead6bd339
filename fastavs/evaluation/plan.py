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
from fastavs.kernels import shapes
from fastavs.kernels.names import CONST, PERCENT
from fastavs.kernels.options import readonly
from fastavs.scenario.scenario import EVERYWHERE, ScaleDuty, Scenario, SetDuty, ShiftDuty, Where, set_changes

CHUNK_DIGITS = 2
PLANS = ("plan",)  # kept with an index


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep made ready. n rows, h lines.

    Attributes
    ----------
    index : SortedIndex
    duties : shapes.DutyTable
    texts : tuple of str
        The duties: those of the index, then new ones that scenarios set.
    rows : shapes.Rows
    layout : shapes.Layout
    line_row : int32[h]
        The row of each line of the index.
    line_class : int32[...]
        The class of each line of each year, year after year.
    seats : int
        Memory that a run needs, in rates a scenario.
    cells : tuple of tuple of Where
        What the lines of each cell are touched by.
    changes : shapes.Changes or None
        Of the trade, where the index is under some.
    under : Latest
        The same plan under changes of the trade, as last asked for.
    """

    index: SortedIndex
    duties: shapes.DutyTable
    texts: tuple[str, ...]
    rows: shapes.Rows
    layout: shapes.Layout
    line_row: np.ndarray
    line_class: np.ndarray
    seats: int
    cells: tuple[frozenset[Where], ...]
    changes: shapes.Changes | None = None
    under: Latest[Plan] = field(default_factory=lambda: Latest(), repr=False, compare=False)


def make_plan(index: SortedIndex, scenarios: Sequence[Scenario] = ()) -> Plan:
    """Make an index ready for scenarios; what tells no lines apart is made ready once and kept with the index.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
        Only what they choose lines by matters.
    """
    if chosen_where(scenarios) or any(isinstance(c, SetDuty) for one in scenarios for c in one.changes):
        return _make_plan(index, scenarios)
    if "plan" not in index.kept:
        if "arrays" in index.kept:
            index.kept["plan"] = plan_from(index, index.kept["arrays"], index.facts["plan"])
        else:
            index.kept["plan"] = _make_plan(index, ())
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
    arrays = {"plan.line_row": plan.line_row, "plan.line_class": plan.line_class}
    facts: dict[str, Any] = {"seats": plan.seats, "texts": plan.texts}
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
        index, part(shapes.DutyTable, "duties"), tuple(facts["texts"]), part(shapes.Rows, "rows"),
        part(shapes.Layout, "layout"),
        arrays["plan.line_row"], arrays["plan.line_class"], facts["seats"], (frozenset(),),
    )  # fmt: skip


def chosen_where(scenarios: Sequence[Scenario]) -> list[Where]:
    """Return the choices of lines by which factors and shifts tell lines apart."""
    factors = (c for one in scenarios for c in one.changes if isinstance(c, ScaleDuty | ShiftDuty))
    return [where for where in dict.fromkeys(change.where for change in factors) if where != EVERYWHERE]


def _make_plan(index: SortedIndex, scenarios: Sequence[Scenario]) -> Plan:
    """Make an index ready for scenarios.

    Parameters
    ----------
    index : SortedIndex
    scenarios : sequence of Scenario
        Only what they choose lines by matters.
    """
    new = sorted({change.duty for change in set_changes(scenarios)} - set(index.duties))
    _check_new(index, scenarios)
    duties = [*parsed(index), *map(parse_duty, new)]
    table = duty_table(duties, index.facts["currencies"], index.facts["pooled"])
    specific = np.array([duty.has_specific for duty in duties])
    unpercented = np.array([all(op != CONST for op, _ in duty.program) for duty in duties])
    bare = specific & unpercented
    cells, cell = _cells(index, scenarios)
    volatile = _volatile(index, scenarios)
    context = np.concatenate([
        np.full(side.last - side.first, place)
        for side, place in zip(index.sides, index.facts["context_of"], strict=True)
    ])  # fmt: skip
    chunk = _chunks(index)
    lines = index.lines
    shared = ((table.form[lines.duty] == PERCENT) | (lines.group < 0)) & ~volatile
    own_place = np.where(volatile, np.arange(lines.key.size) + 1, 0)  # a line that may get a new duty shares no row
    chunk_or_none = np.where(shared, -1, chunk)
    first, line_row = distinct(chunk_or_none, lines.group, lines.duty, cell, context, own_place, _behind(index))
    context_row, cell_row, duty_row, group_row, chunk_row = (
        column[first] for column in (context, cell, lines.duty, lines.group, chunk_or_none)
    )
    width = index.fx.shape[1] * index.fx.shape[2]
    rows = shapes.Rows(
        readonly(duty_row, np.int32), readonly(group_row, np.int32), readonly(cell_row, np.int32),
        readonly(context_row * width, np.int32),
        readonly(specific[duty_row], np.bool_), readonly(bare[duty_row], np.bool_),
        readonly(np.zeros(duty_row.size), np.bool_),
    )  # fmt: skip
    nullable = unpercented[duty_row]  # any may lose its last observation as an outlier, and an amount of 0 be raised
    nullable[line_row[volatile]] = True
    rows = rows._replace(nullable=readonly(nullable, np.bool_))
    n_chunks = int(chunk.max(initial=0)) + 1
    row_start = np.searchsorted(chunk_row, np.arange(n_chunks + 1))
    layout, seats, line_class = LayoutBuilder(index, rows, line_row, row_start, chunk).make()
    return Plan(index, table, (*index.duties, *new), rows, layout, line_row, line_class, seats, cells)


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
