"""What curves are built from and in: arrays that belong together, and where counters stand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.shapes import Changes, DutyTable, Entries, EntryOrigin, Factors

# counters of what a room holds
EVENTS, STARTS, MIXED, PARTS, MIXED_CURVES, PROGRAMS, OPS, TOLD, FULL = range(9)
COUNTERS = 9
"""`FULL` is not 0 once something did not fit; `OVER` then says that a duty has too many kinks."""
OVER = 2

GOVERNING, APPLIED, BOUND, AD_VALOREM = 0, 1, 2, 3
"""Which rate of a line is wanted."""

# columns of an event: the factor, the pieces before and after it, and 1 where what is before begins at 0
AT, FLAT_BEFORE, SLOPE_BEFORE, FLAT_AFTER, SLOPE_AFTER, OPENS = range(6)

# sums of a side, each followed by what it lost
CONSTANT, BASE_FLAT, BASE_SLOPE = 0, 2, 4

# columns of what is told of a line in a cell
LINE_OF, SECTOR_OF, REGION_OF, BY_LINE, OTHERS_PRICE, SEVERAL_CURRENCIES = range(6)
WEIGHT, RATE, SPECIFIC, CRITICAL = range(4)


class Observed(NamedTuple):
    """Observations, and what a scenario makes of them. u codes of the records, p partners."""

    duties: DutyTable
    entries: Entries
    origin: EntryOrigin
    changes: Changes
    factors: Factors  # of the scenario alone
    view_of: np.ndarray  # int64[p] -1: none but everybody
    code: np.ndarray  # int32[n] of each entry
    code_start: np.ndarray  # int64[u + 1] the sectors of codes
    code_sector: np.ndarray  # int64[...]
    code_main: np.ndarray  # int64[u] the sector of a code's largest share; -1: in none
    outlier: float
    zero: bool  # whether an unknown rate counts as 0


class ChargedLines(NamedTuple):
    """Lines of schedules as each view sees them: l lines, v views and then everybody."""

    rows: np.ndarray  # ROW[l]
    group: np.ndarray  # int32[l, v + 1] -1: no observation
    whose: np.ndarray  # int32[l, v + 1] whose observations serve: the view's own, or everybody's
    own: np.ndarray  # bool[l, v + 1] whether they are the line's own trade
    kept: np.ndarray  # int64[l, v + 1] how many are kept
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


class Room(NamedTuple):
    """Where what is found is put.

    A key is ``((sector * regions + region) * sectors + price's sector) * currencies + currency``; of constants it is
    ``-1 - cell``, and curves of mixed lines have keys of their own beyond all others.
    """

    counts: np.ndarray  # int64[COUNTERS]
    event: np.ndarray  # float64[..., 6]
    event_key: np.ndarray  # int64[...]
    start: np.ndarray  # float64[..., 2] pieces that no event ends
    start_key: np.ndarray  # int64[...]
    mixed_cell: np.ndarray  # int64[...]
    mixed_weight: np.ndarray  # float64[...]
    mixed_side: np.ndarray  # int64[..., 2] one past the last part of either side
    part: np.ndarray  # int64[...]
    mixed_key: np.ndarray  # int64[...] of each curve of a mixed line: the key that it would have in a cell
    program_key: np.ndarray  # int64[...] of each observation with several currencies
    program_share: np.ndarray  # float64[...]
    program_end: np.ndarray  # int64[...] one past its last operation
    op: np.ndarray  # int64[...]
    op_currency: np.ndarray  # int64[...]
    op_number: np.ndarray  # float64[...]
    told_of: np.ndarray  # int64[..., 6]
    told: np.ndarray  # float64[..., 4]


class Bench(NamedTuple):
    """Memory in which a line is put together; a side is the applied or the bound one."""

    work: np.ndarray  # float64[WORK, STACK]
    present: np.ndarray  # bool[STACK]
    stack: np.ndarray  # float64[STACK + 1, 3, room] functions of an observation
    size: np.ndarray  # int64[STACK + 1]
    keys: np.ndarray  # int64[2] how many keys a side has
    key: np.ndarray  # int64[2, most]
    curve: np.ndarray  # int64[most] of a mixed side's keys
    first: np.ndarray  # float64[2, most, 4] pieces without end by key: intercept and slope, each with what it lost
    total: np.ndarray  # float64[2, 6] constants, and what the rest comes to with every factor 1
    critical: np.ndarray  # float64[2] the least factor from which on the specific part shows
    votes: np.ndarray  # float64[sectors] value by price's sector, by the pooled method
    sides: np.ndarray  # float64[3, 3, long] a side each as one function, and the lesser of both
    order: np.ndarray  # int64[long]
    spare_order: np.ndarray  # int64[long]
    knot: np.ndarray  # float64[long]
    spare: np.ndarray  # float64[long]
