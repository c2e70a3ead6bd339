"""Duties on groups of observations as rows that years share, and the classes of lines that rest on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastavs import codes
from fastavs.index.classes import ClassBuilder, distinct
from fastavs.index.duties import duty_table
from fastavs.index.lines_of_years import LineLayout
from fastavs.index.parts import IndexParts
from fastavs.kernels.names import ALONE, CONST, PERCENT
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import ROW, Carried, DutyTable, Layout, records

if TYPE_CHECKING:
    from fastavs.duty import Duty

CHUNK_DIGITS = 2
USUAL_GROWTH = 4.0  # what rows are ready for unless scenarios ask for more
MARGIN = 1.0 + 1e-9  # far above rounding
READY_PARTS: dict[str, Any] = {"duties": DutyTable, "layout": Layout, "carried": Carried}


class Ready(NamedTuple):
    """An index made ready for scenarios that tell its lines apart in some way. n rows, h lines."""

    duties: DutyTable
    rows: np.ndarray  # ROW[n]
    layout: Layout
    carried: Carried  # the means that its classes rest on
    line_row: np.ndarray  # int32[h] the row of each line of the index
    line_class: np.ndarray  # int32[...] the class of each line of each year, year after year
    slots: int  # memory that a run needs, in rates a scenario
    texts: tuple[str, ...]  # the duties: those of the index, then new ones that scenarios set
    cells: int  # how many ways there are in which lines are told apart


def make_ready(
    parts: IndexParts,
    every: LineLayout,
    duties: Sequence[Duty],
    cell: np.ndarray,
    volatile: np.ndarray,
    growth: float | None,
) -> Ready:
    """Make an index ready.

    Parameters
    ----------
    parts : IndexParts
    every : LineLayout
        Of all lines of all years.
    duties : sequence of Duty
        Those of the index, then new ones.
    cell : int64[h]
        Lines of different cells share no row.
    volatile : bool[h]
        Lines that may get a new duty share a row with no other.
    growth : float or None
        How many times as much any amount may come to in the study's currency: a purely specific duty that then keeps
        an observation below the outlier threshold is taken to have a rate. None: any may lose its last observation.
    """
    lines = parts.lines
    table = duty_table(duties, parts.facts["currencies"], parts.facts["pooled"])
    specific = np.array([duty.has_specific for duty in duties])
    unpercented = np.array([all(op != CONST for op, _ in duty.program) for duty in duties])
    context = np.concatenate([
        np.full(side.last - side.first, place)
        for side, place in zip(parts.sides, parts.facts["context_of"], strict=True)
    ])  # fmt: skip
    chunk = _chunks(parts)
    shared = ((table.duty["form"][lines.duty] == PERCENT) | (lines.group < 0)) & ~volatile
    own_place = np.where(volatile, np.arange(lines.key.size) + 1, 0)
    chunk_or_none = np.where(shared, -1, chunk)
    first, line_row = distinct(chunk_or_none, lines.group, lines.duty, cell, context, own_place, _behind(parts))
    context_row, cell_row, duty_row, group_row, chunk_row = (
        column[first] for column in (context, cell, lines.duty, lines.group, chunk_or_none)
    )
    nullable = unpercented[duty_row]  # an amount of 0 may be raised
    if growth is not None:
        nullable = nullable & may_be_null(parts, table, duty_row, group_row, growth)
    nullable[line_row[volatile]] = True
    rows = records(
        ROW, duty_row.size, duty=duty_row, group=group_row, cell=cell_row,
        fx_offset=context_row * parts.fx.shape[1] * parts.fx.shape[2],
        specific=specific[duty_row], purely_specific=(specific & unpercented)[duty_row], nullable=nullable,
    )  # fmt: skip
    row_start = np.searchsorted(chunk_row, np.arange(int(chunk.max(initial=0)) + 2))
    layout, carried, slots, line_class = ClassBuilder(parts, every, rows, line_row, row_start, chunk).make()
    texts, cells = tuple(duty.text for duty in duties), int(cell.max(initial=0)) + 1
    line_row = readonly(line_row, np.int32)
    return Ready(table, rows, layout, carried, line_row, line_class, slots, texts, cells)


def may_be_null(parts: IndexParts, table: DutyTable, duty: np.ndarray, group: np.ndarray, growth: float) -> np.ndarray:
    """Rows that may have no rate, bool[n]: without observations, or with such alone as may become outliers."""
    entries, one = parts.entries, table.duty[duty]
    smallest = np.full(group.size, np.inf)
    if entries.segment.size > 1:
        least = np.minimum.reduceat(entries.segment["low"][:-1], entries.group[:-1])
        smallest = np.where(group < 0, np.inf, least[np.maximum(group, 0)])
    largest_fx = np.nanmax(np.where(np.isnan(parts.fx), 0.0, parts.fx), axis=(0, 2), initial=0.0)
    with np.errstate(invalid="ignore", over="ignore"):  # 0 * inf is NaN, and NaN is above nothing
        largest = one["b"] * largest_fx[one["currency"]] * growth * MARGIN * smallest
    return (largest > parts.facts["outlier"]) | (one["form"] != ALONE) | (group < 0)


def _behind(parts: IndexParts) -> np.ndarray:
    """Tell lines apart by what they would borrow where their observations are gone, int64[h]; 0: nothing."""
    start, group = parts.further.start, parts.further.group
    levels = np.diff(start)[: parts.lines.key.size]
    found = np.zeros(parts.lines.key.size, dtype=np.int64)
    for level in range(int(levels.max(initial=0))):
        some = np.flatnonzero(levels > level)
        _, kind = distinct(found[some], group[start[some] + level])
        found[some] = kind + 1 + found.max()  # apart from those whose chains end before
    return np.unique(found, return_inverse=True)[1] if found.any() else found


def _chunks(parts: IndexParts) -> np.ndarray:
    """Number the parts that lines are worked on in: chapters, or one for all where lines borrow across chapters."""
    if min(parts.facts["levels"], default=CHUNK_DIGITS) < CHUNK_DIGITS:
        return np.zeros(parts.lines.key.size, dtype=np.int64)
    return np.unique(codes.cut(parts.lines.key, CHUNK_DIGITS), return_inverse=True)[1]


def ready_arrays(ready: Ready) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return what is ready as arrays and facts to be written."""
    arrays = {"ready.rows": ready.rows, "ready.line_row": ready.line_row, "ready.line_class": ready.line_class}
    for title, kind in READY_PARTS.items():
        arrays |= {f"ready.{title}.{name}": getattr(getattr(ready, title), name) for name in kind._fields}
    return arrays, {"slots": ready.slots, "texts": tuple(ready.texts), "cells": ready.cells}


def ready_from(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> Ready:
    """Put together again what `ready_arrays` took apart."""
    parts: dict[str, Any] = {
        title: kind(**{name: arrays[f"ready.{title}.{name}"] for name in kind._fields})
        for title, kind in READY_PARTS.items()
    }
    return Ready(
        rows=arrays["ready.rows"], line_row=arrays["ready.line_row"], line_class=arrays["ready.line_class"],
        slots=facts["slots"], texts=tuple(facts["texts"]), cells=facts["cells"], **parts,
    )  # fmt: skip
