"""What rests on each line of an index: the lines of years, their subheadings and their numbers."""

from __future__ import annotations

import numpy as np

from fastavs import codes
from fastavs.index.lines_of_years import LineLayout
from fastavs.index.parts import IndexParts
from fastavs.index.rows import Ready
from fastavs.kernels.dependents import count_dependents, list_dependents
from fastavs.kernels.names import CONST, HEADING_OF, LINES_OF, MATCHED_OF, NUMBERS, PIECES, WEIGHT_OF
from fastavs.kernels.options import readonly
from fastavs.kernels.pieces import weight_pieces
from fastavs.kernels.shapes import Dependents, DutyTable


def dependents_of(parts: IndexParts, every: LineLayout, ready: Ready, weight: np.ndarray) -> Dependents:
    """Find what rests on what.

    Parameters
    ----------
    parts : IndexParts
    every : LineLayout
        Of all lines of all years.
    ready : Ready
        For scenarios that tell no lines apart.
    weight : float64[h]
        Of the lines of all years.

    Returns
    -------
    Dependents
        No subheading is known to be averaged by itself.
    """
    named = every.named
    year_start = np.concatenate(([0], np.cumsum(parts.line_counts)))
    year = np.repeat(np.arange(len(parts.years)), parts.line_counts)
    subheading = codes.cut(parts.lines.key[named], np.minimum(6, every.digits))
    new = np.ones(named.size, dtype=bool)
    new[1:] = (subheading[1:] != subheading[:-1]) | (year[1:] != year[:-1])
    heading = np.cumsum(new) - 1
    heading_start = np.append(np.flatnonzero(new), named.size)
    nullable = without_percent(ready.duties)[ready.rows["duty"]]
    low, high = every.carried
    number = np.empty((NUMBERS, named.size))
    number[LINES_OF], number[MATCHED_OF] = 1.0, parts.lines.matched[named]
    units = ready.layout.years[["weight_unit", "heading_unit"]][year]
    number[WEIGHT_OF : WEIGHT_OF + PIECES] = weight_pieces(weight, units["weight_unit"])
    share = 1.0 / np.diff(heading_start)[heading]
    number[HEADING_OF : HEADING_OF + PIECES] = weight_pieces(share, units["heading_unit"])
    line_row = readonly(ready.line_row, np.int32)
    null = readonly(nullable[line_row], np.bool_)
    line_start = np.zeros(line_row.size + 1, dtype=np.int64)
    count_dependents(every.pairs, every.carried, null, line_start)
    of_line = np.empty(int(line_start[-1]), dtype=np.int32)
    list_dependents(every.pairs, every.carried, null, line_start, of_line)
    return Dependents(
        readonly(line_start, np.int64), readonly(of_line, np.int32), every.pairs.applied, every.pairs.bound,
        readonly(year, np.int32), readonly(year_start, np.int64), readonly(heading, np.int32),
        readonly(heading_start, np.int64), readonly(np.zeros(heading_start.size - 1), np.bool_),
        readonly(number, np.float64), low, high, line_row, ready.rows, readonly(nullable, np.bool_),
    )  # fmt: skip


def without_percent(table: DutyTable) -> np.ndarray:
    """Whether no percentage is in a duty, so that it may have no rate; bool[d]."""
    before = np.concatenate(([0], np.cumsum(table.op == CONST)))
    return before[table.duty["op"]] == before[table.duty["op_stop"]]
