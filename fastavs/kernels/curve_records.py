"""What curves are built from and in: records, and arrays that belong together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.shapes import Changes, DutyTable, Entries, EntryOrigin, Factors

# counters of the rows in `CellTables`
EVENTS, STARTS, MIXED, PARTS, MIXED_CURVES, PROGRAMS, OPS, SPECIFIC_LINES, FULL = range(9)
COUNTERS = 9
"""`FULL` is not 0 once something did not fit; `OVER` then says that a duty has too many kinks."""
OVER = 2

GOVERNING, APPLIED, BOUND, AD_VALOREM = 0, 1, 2, 3
"""Which rate of a line is wanted."""

SUPPLIED = np.dtype(
    [
        ("kept", np.int64),  # how many observations are kept
        ("group", np.int32),  # -1: no observation
        ("whose", np.int32),  # whose observations serve: the supplier's own, or everybody's
        ("own", np.bool_),  # whether they are the line's own trade
        ("rated", np.bool_),  # whether it has a rate, be it 0 in place of one that is not known
    ],
    align=True,
)
"""A line of a schedule for one supplier."""

EVENT = np.dtype(
    [
        ("key", np.int64),
        ("at", np.float64),  # the factor
        ("flat_before", np.float64),  # intercept and slope of the pieces before and after
        ("slope_before", np.float64),
        ("flat_after", np.float64),
        ("slope_after", np.float64),
        ("opens", np.bool_),  # whether the piece before begins at 0
    ],
    align=True,
)
"""Where one piece of an observation, or of a line, gives way to the next."""

START = np.dtype([("key", np.int64), ("flat", np.float64), ("slope", np.float64)])
"""A piece that no event ends."""

MIXED_LINE = np.dtype(
    [
        ("cell", np.int64),
        ("weight", np.float64),
        ("applied_end", np.int64),  # one past the last part of either side
        ("bound_end", np.int64),
    ]
)

PROGRAM = np.dtype([("key", np.int64), ("share", np.float64), ("end", np.int64)])
"""An observation with several currencies; `end` is one past its last operation."""

OPERATION = np.dtype([("op", np.int64), ("currency", np.int64), ("number", np.float64)])

SPECIFIC_LINE = np.dtype(
    [
        ("line", np.int64),  # of the year
        ("sector", np.int64),
        ("region", np.int64),
        ("weight", np.float64),  # in the cell
        ("rate", np.float64),  # with every factor 1
        ("specific", np.float64),  # what of it is specific duty
        ("critical", np.float64),  # the least factor from which on amounts show; inf: none
        ("by_line", np.bool_),  # whether it is a mixed line
        ("others", np.bool_),  # whether another sector's price moves part of it
        ("currencies", np.bool_),  # whether a duty has several currencies
    ],
    align=True,
)
"""A line with an amount in a cell."""

SIDE = np.dtype(
    [
        ("keys", np.int64),  # how many keys it has
        ("pieces", np.int64),  # how many pieces it has as one function
        ("critical", np.float64),  # the least factor from which on its specific part shows
        ("constant", np.float64),  # sums, each with what it lost: percentages that stand alone,
        ("constant_lost", np.float64),
        ("flat", np.float64),  # and what the rest comes to with every factor 1
        ("flat_lost", np.float64),
        ("slope", np.float64),
        ("slope_lost", np.float64),
    ]
)
"""The applied or the bound side of a line."""

MOVED = np.dtype(
    [
        ("key", np.int64),
        ("curve", np.int64),  # among those of mixed lines
        ("flat", np.float64),  # pieces without end, each sum with what it lost
        ("flat_lost", np.float64),
        ("slope", np.float64),
        ("slope_lost", np.float64),
    ]
)
"""What moves by one key in a side."""


class Observed(NamedTuple):
    """Observations, and what a scenario makes of them. u codes of the records, p partners."""

    duties: DutyTable
    entries: Entries
    origin: EntryOrigin
    changes: Changes
    factors: Factors  # of the scenario alone
    supplier_of: np.ndarray  # int64[p] -1: none but everybody
    code: np.ndarray  # int32[n] of each entry
    code_start: np.ndarray  # int64[u + 1] the sectors of codes
    code_sector: np.ndarray  # int64[...]
    code_main: np.ndarray  # int64[u] the sector of a code's largest share; -1: in none
    outlier: float
    zero: bool  # whether an unknown rate counts as 0


class ScheduleLines(NamedTuple):
    """Lines of schedules for each supplier: l lines, v suppliers and then everybody."""

    rows: np.ndarray  # ROW[l]
    supplied: np.ndarray  # SUPPLIED[l, v + 1]
    part: np.ndarray  # float64[l] ad valorem part
    start: np.ndarray  # int64[l + 1] the sectors of the lines
    sector: np.ndarray  # int64[...]
    main: np.ndarray  # int64[l]


class YearLines(NamedTuple):
    """The lines of a year: j of them, in k pairs with sectors."""

    applied: np.ndarray  # int64[j] a line; -1 and below: the mean carried whose place is -1 - applied
    bound: np.ndarray  # int64[j] -1: none
    low: np.ndarray  # int64[e, means] lines behind a mean at each level
    high: np.ndarray  # int64[e, means]
    start: np.ndarray  # int64[j + 1]
    sector: np.ndarray  # int64[k]
    share: np.ndarray  # float64[k]


class Wanted(NamedTuple):
    """What is added up into which regions: q times all lines of a year. s sectors, r regions."""

    whose: np.ndarray  # int64[q] whose rates
    region: np.ndarray  # int64[q] into which cells
    stands_in: np.ndarray  # bool[q] whether it stands in for cells that are empty
    weight: np.ndarray  # float64[j, q]
    empty: np.ndarray  # bool[s * r] cells that others stand in for
    unit: np.ndarray  # float64[s * r] what weights are divided by
    regions: int
    sectors: int
    currencies: int
    rates: int  # `GOVERNING` and so on


class CellTables(NamedTuple):
    """What lines are put into cells as.

    A key is ``((sector * regions + region) * sectors + price's sector) * currencies + currency``; of constants it is
    ``-1 - cell``, and curves of mixed lines have keys of their own beyond all others.
    """

    counts: np.ndarray  # int64[COUNTERS]
    event: np.ndarray  # EVENT[...]
    start: np.ndarray  # START[...]
    mixed: np.ndarray  # MIXED_LINE[...]
    part: np.ndarray  # int64[...] of mixed lines: a curve among theirs, or -1 - program
    mixed_key: np.ndarray  # int64[...] of each curve of a mixed line: the key that it would have in a cell
    program: np.ndarray  # PROGRAM[...]
    op: np.ndarray  # OPERATION[...]
    specific: np.ndarray  # SPECIFIC_LINE[...]


class Scratch(NamedTuple):
    """Memory in which a line is put together."""

    work: np.ndarray  # float64[WORK, STACK]
    present: np.ndarray  # bool[STACK]
    stack: np.ndarray  # float64[STACK + 1, 3, pieces] functions of an observation
    size: np.ndarray  # int64[STACK + 1]
    side: np.ndarray  # SIDE[2] the applied and the bound one
    moved: np.ndarray  # MOVED[2, most]
    sides: np.ndarray  # float64[3, 3, long] a side each as one function, and the lesser of both
    order: np.ndarray  # int64[2, long] events of a side, and memory for sorting
    knot: np.ndarray  # float64[2, long]
