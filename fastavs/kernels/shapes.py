"""What kernels take: tables of records, and arrays that belong together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

# ---- tables, a record a row: what reads a record is compiled in a fraction of the time that an array a field would
# ---- take, and its fields lie side by side in memory


def records(kind: np.dtype[Any], n: int, /, **columns: Any) -> np.ndarray:
    """Return n records as kernels take them, read-only; columns not given are 0."""
    table = np.zeros(n, dtype=kind)
    for name, column in columns.items():
        table[name] = column
    table.flags.writeable = False
    return table


def changed(table: np.ndarray, /, **columns: Any) -> np.ndarray:
    """Return records with some columns anew."""
    table = table.copy()
    for name, column in columns.items():
        table[name] = column
    table.flags.writeable = False
    return table


SEGMENT = np.dtype(
    [
        ("start", np.int64),  # its first observation
        ("low", np.float64),  # its smallest ratio
        ("high", np.float64),  # its largest
        ("total", np.float64),  # their sum
        ("more", np.int64),  # where its ratios of second and further kinds begin, kind by kind
        ("period", np.int32),
    ],
    align=True,
)
"""Observations of one group and period, ratios ascending. One record more than there are segments ends the last."""

DUTY = np.dtype(
    [
        ("ad_valorem", np.float64),  # its ad valorem part
        ("b", np.float64),  # its first amount, currency units for one base unit
        ("per_unit", np.float64),  # one over the size of the unit that it names there
        ("currency", np.int32),  # of that amount
        ("op", np.int32),  # its first operation, and one past the last
        ("op_stop", np.int32),
        ("term", np.int32),  # its first specific term, a place among the amounts, and one past the last
        ("term_stop", np.int32),
        ("form", np.int8),
    ],
    align=True,
)

AMOUNT = np.dtype(
    [
        ("b", np.float64),  # currency units for one base unit
        ("per_unit", np.float64),  # one over the size of the unit that the duty names
        ("currency", np.int32),
        ("kind", np.int32),  # place among the duty's kinds of quantity
    ],
    align=True,
)

ROW = np.dtype(
    [
        ("duty", np.int32),
        ("group", np.int32),  # -1: no observation
        ("cell", np.int32),  # row of `Factors.scale` and the like
        ("fx_offset", np.int32),  # where its exchange rates begin in `Factors.fx`
        ("specific", np.bool_),  # whether some amount of the duty is not 0
        ("purely_specific", np.bool_),  # ... and there is no percentage in it
        ("nullable", np.bool_),  # whether its classes are prepared for a rate that is null
    ],
    align=True,
)
"""A duty charged on a group of observations."""

YEAR = np.dtype(
    [
        ("all_lines", np.float64),
        ("matched_lines", np.float64),
        ("weight_unit", np.float64),  # what its weights are measured in: a power of two
        ("heading_unit", np.float64),  # and the shares of lines in their HS subheading
        ("has_bound", np.bool_),  # whether the year has a bound schedule
        ("own", np.bool_),  # whether it rests on its own trade
    ],
    align=True,
)

COUNT = np.dtype(
    [
        ("level", np.int32),  # digits at which they were found; 0 = none
        ("kept", np.int32),  # observations used
        ("outliers", np.int32),
        ("no_quantity", np.int32),
        ("binding", np.int32),  # of those used, where the specific part is what binds
    ]
)
"""The observations behind a line."""


# ---- arrays that belong together


class Entries(NamedTuple):
    """The index: n observations in k segments, of g groups."""

    group: np.ndarray  # int64[g + 1] a group's first segment
    segment: np.ndarray  # SEGMENT[k + 1]
    ratio: np.ndarray  # float64[n]
    running: np.ndarray  # float64[n + k] running sums, each segment's from 0 on
    more: np.ndarray  # float64[...] ratios of second and further kinds
    quantity: np.ndarray  # float64[n + size of `more`] by the pooled method: of each ratio, first those of first kinds
    quantity_value: np.ndarray  # float64[...] and the value that carries it; both empty by the other method

    @property
    def start(self) -> np.ndarray:
        """Each segment's first observation, and one past the last of all; int64[k + 1]."""
        return self.segment["start"]

    @property
    def period(self) -> np.ndarray:
        """Each segment's period, int32[k]."""
        return self.segment["period"][:-1]


class DutyTable(NamedTuple):
    """Distinct duties: d of them, operations o, specific terms m."""

    duty: np.ndarray  # DUTY[d]
    amount: np.ndarray  # AMOUNT[m]
    op: np.ndarray  # int8[o]
    arg: np.ndarray  # float64[o] a constant, or the number of a term within its duty


class Factors(NamedTuple):
    """What a block of scenarios does: s of them. A percentage a becomes ``max(a * scale + shift, floor)``; see `steps`.

    Nothing falls below 0 at any step, so a rise after a fall begins from 0: that is what the floor, from 0 on, stands
    for. Of one scenario alone, the arrays have one dimension.
    """

    scale: np.ndarray  # float64[cells, s] of percentages
    shift: np.ndarray  # float64[cells, s]
    floor: np.ndarray  # float64[cells, s]
    scale_b: np.ndarray  # float64[cells * currencies, s] of amounts
    shift_b: np.ndarray  # float64[cells * currencies, s] for one of the duty's units
    floor_b: np.ndarray  # float64[cells * currencies, s] likewise
    fx: np.ndarray  # float64[contexts * currencies * periods, s]
    periods: int
    currencies: int


class Bounds(NamedTuple):
    """Within what the scenarios of a block keep, in each cell and exchange rate."""

    low: np.ndarray  # float64[cells, fx rows] smallest and largest of scale / (scale_b * fx)
    high: np.ndarray  # float64[cells, fx rows]
    largest_amount: np.ndarray  # float64[cells, fx rows] largest scale_b * fx
    largest_percent: np.ndarray  # float64[cells] largest scale
    shifted: bool  # whether anything is shifted, so that all this says nothing


class RowFigures(NamedTuple):
    """What rows come to under one scenario. n rows."""

    rate: np.ndarray  # float64[n] NaN = null
    part: np.ndarray  # float64[n] ad valorem part
    kept: np.ndarray  # int64[n] observations used
    binding: np.ndarray  # int64[n] ... in which the specific part is what binds


class Carried(NamedTuple):
    """Means carried from lines of one schedule to those of another: k of them, e levels."""

    low: np.ndarray  # int64[e, k] lines at each level: the first, and one past the last
    high: np.ndarray  # int64[e, k]


class Layout(NamedTuple):
    """What is added up: chunks of codes c, years y. A chunk's classes rest on its own rows and on shared ones.

    A class is the lines of one year with the same rows behind them; k of them.
    """

    row: np.ndarray  # int64[c + 1] rows of each chunk; those before the first are shared
    mean: np.ndarray  # int64[c + 1] carried means of each chunk
    start: np.ndarray  # int64[c * y + 1] classes of each chunk and year
    uncertain: np.ndarray  # int64[c * y] the first that may have no rate, or rests on a mean that is not sure
    # float64[NUMBERS, k] how many lines each class has, and how many matched ones; the pieces of their imports, and of
    # the sum of 1 / lines in their HS subheading
    number: np.ndarray
    applied: np.ndarray  # int32[k] the row of the applied side; after all rows, a mean carried
    bound: np.ndarray  # int32[k] the row of the bound side; -1: none
    subheading: np.ndarray  # int32[k] of uncertain ones whose subheading is averaged by itself; else -1
    years: np.ndarray  # YEAR[y]
    counts: np.ndarray  # float64[y, COUNTS] of the classes that are not uncertain
    known: np.ndarray  # float64[y, PIECES] and their weights


class Sums(NamedTuple):
    """What the lines of each year add up to under s scenarios."""

    acc: np.ndarray  # float64[y * strips * ACCUMULATORS * STRIP] accumulators, see `pieces.first_accumulator`
    tally: np.ndarray  # float64[y, COUNTS, s] counts
    largest: np.ndarray  # float64[s] the largest rate or ad valorem part: sums are exact up to `pieces.LARGEST`


class Charges(NamedTuple):
    """What p lines are charged, or rows where counts are not asked for; after them stand means carried."""

    rate: np.ndarray  # float64[p] NaN = null
    part: np.ndarray  # float64[p] ad valorem part; NaN = nothing carried
    specific: np.ndarray  # bool[p]


class AloneMemory(NamedTuple):
    """Memory in which a part is worked out under one scenario: for p rows and means at least."""

    rate: np.ndarray  # float64[p, 1]
    part: np.ndarray  # float64[p, 1]
    specific: np.ndarray  # bool[p, 1]
    kept: np.ndarray  # int64[p]
    found: np.ndarray  # float64[2, p] of nested duties
    work: np.ndarray  # float64[WORK, STACK]
    present: np.ndarray  # bool[STACK]
    charged: np.ndarray  # float64[3, STRIP] rates, ad valorem parts and bound rates of classes
    acc: np.ndarray  # float64[ACCUMULATORS * STRIP]
    tally: np.ndarray  # float64[COUNTS, 1]


class Strips(NamedTuple):
    """Sure classes by strips, t of them, each of one year. What one lacks has no lines, and the sides of its last."""

    start: np.ndarray  # int64[y + 1] each year's first
    number: np.ndarray  # float64[t, NUMBERS, STRIP] as in `Layout`
    side: np.ndarray  # uint32[t, 2, STRIP] the applied and the bound side


class Pairs(NamedTuple):
    """Which places of `Charges` are the applied and the bound one of each line of all years, h of them."""

    applied: np.ndarray  # int64[h]
    bound: np.ndarray  # int64[h] -1: none


class Governing(NamedTuple):
    """What governs the lines of all years, h of them."""

    rate: np.ndarray  # float64[h] NaN = null
    specific: np.ndarray  # bool[h]
    water: np.ndarray  # bool[h] bound above applied


class Compared(NamedTuple):
    """What else comparing applied and bound tells of the lines of all years, h of them."""

    applied: np.ndarray  # float64[h] NaN = null
    bound: np.ndarray  # float64[h]
    part: np.ndarray  # float64[h] the lesser of both ad valorem parts
    bound_governs: np.ndarray  # bool[h]
    counts: np.ndarray  # COUNT[h] of the side that governs


class Groups(NamedTuple):
    """Lines of all years by group: h lines, g groups of one year each, year after year."""

    start: np.ndarray  # int64[g + 1] a group's lines in `line`
    line: np.ndarray  # int64[h] lines, group by group, in order
    year: np.ndarray  # int64[g] each group's year, from 0
    weight: np.ndarray  # float64[h] imports of matched lines; 0 for others
    year_start: np.ndarray  # int64[y + 1] each year's first line


# ---- towards the index


class Source(NamedTuple):
    """Observations to index: n of them, code by code, with ratios of the k kinds that must all be present."""

    code_start: np.ndarray  # int64[codes] a code's first observation
    code_stop: np.ndarray  # int64[codes] one past its last
    observation: np.ndarray  # int32[n] or int64[n] its place among all observations
    period: np.ndarray  # int16[...] or int32[...] of all observations
    ratio: np.ndarray  # float64[k, n] quantity for a unit of value; 0 = none


class Runs(NamedTuple):
    """Observations in order, cut into runs of one code and period: r of them, over u codes and n observations."""

    of_code: np.ndarray  # int64[u + 1] a code's first run
    period: np.ndarray  # int32[r]
    start: np.ndarray  # int64[r + 1]
    partner: np.ndarray  # int16[n] or int32[n]
    value: np.ndarray  # float64[n]
    excluded: np.ndarray  # bool[n]


class RowColumns(NamedTuple):
    """Observations, and the trade rows that they are added up from. b bridges."""

    row_start: np.ndarray  # int64[n + 1] where an observation's rows begin; empty where each is of one row
    row_order: np.ndarray  # int32 or int64 [rows]; empty where rows stand observation by observation
    code: np.ndarray  # int32[rows]
    value: np.ndarray  # float64[rows]
    kind_1: np.ndarray  # int8[rows], as all that follow possibly empty
    amount_1: np.ndarray  # float64[rows]
    kind_2: np.ndarray  # int8[rows]
    amount_2: np.ndarray  # float64[rows]
    mass: np.ndarray  # float64[rows]
    mass_kind: int  # the kind that `mass` is of
    bridge: np.ndarray  # int64[b, 3] the kind made, the kind it is made from, and four times the prefix' digits
    factor: np.ndarray  # float64[b]
    fits: np.ndarray  # bool[b, codes] whether a row's code begins with the prefix


# ---- changes of the trade


class Records(NamedTuple):
    """The recorded trade: u codes, z cells of a code and a period, n records, sorted by code, period and partner.

    Codes are cut to the tariff's length. Where schedules have codes of several lengths, the trade stands there once
    for each length, one table after the other.
    """

    code_key: np.ndarray  # int64[u] as 12-digit number
    code_digits: np.ndarray  # int8[u]
    code_cell: np.ndarray  # int64[u + 1] a code's first cell
    period: np.ndarray  # int32[z]
    start: np.ndarray  # int64[z + 1] a cell's first record
    partner: np.ndarray  # int16[n] or int32[n]
    value: np.ndarray  # float64[n] in the study's currency
    own_start: np.ndarray  # int64[sides + 1] into the two below
    own_code: np.ndarray  # int32[...] a code that is a line's own trade
    own_line: np.ndarray  # int32[...] ... and that line
    group_record: np.ndarray  # int64[g] the first record of the table that a group's observations are of
    kinds: np.ndarray  # int32[n] a bit for each of the trade's kinds of quantity that a record has
    present: np.ndarray  # bool[n] whether its partner has imports in every base period; empty where that is not asked


class Further(NamedTuple):
    """What a line borrows where its observations are gone: groups at further levels, nearest first. f of them.

    An owner is a line, or after all lines one of the index' `Alternatives`. o owners.
    """

    start: np.ndarray  # int64[o + 1]
    level: np.ndarray  # int8[f]
    group: np.ndarray  # int32[f]


class PriceCells(NamedTuple):
    """Observations told apart by the changes of prices that touch them. u codes, k kinds of codes, x patterns.

    Codes of one kind are touched by the same changes. A pattern says what tells partners (p) and periods (t) of a kind
    apart. A cell is observations of one kind whose prices change alike; a quote is a period of a cell.
    """

    kind: np.ndarray  # int32[u] of each code of the records
    pattern: np.ndarray  # int32[k]
    first_cell: np.ndarray  # int64[k + 1] of each kind
    first_quote: np.ndarray  # int64[k + 1]
    cell: np.ndarray  # int32[x, t, p] within the kind
    quote: np.ndarray  # int32[x, t, p] within the kind


class Changes(NamedTuple):
    """Changes of the trade as numbers. t periods, p partners."""

    times: np.ndarray  # int32[t, p] as how many partners each counts in observations
    weigh: np.ndarray  # int32[t, p] and in the imports of everyone
    prices: PriceCells
    factor: np.ndarray  # float64[cells] of prices
    priced: bool  # whether any factor is not 1
    min_value: float  # smaller observations take no part in an AVE


class EntryOrigin(NamedTuple):
    """Whose observations the entries of an index are. n of them."""

    partner: np.ndarray  # int16[n] or int32[n]
    code: np.ndarray  # int32[n]; empty where no price goes by code
    value: np.ndarray  # float64[n]; empty where small observations take part


# ---- what a reform touches


class Dependents(NamedTuple):
    """What rests on what: l lines of schedules, h lines of years, year after year, n rows, k means, g subheadings."""

    line_start: np.ndarray  # int64[l + 1] into the next
    of_line: np.ndarray  # int32[...] the lines of years that rest on a line, by either side or a carried mean
    applied: np.ndarray  # int64[h] a line, or after all of them a mean
    bound: np.ndarray  # int64[h] -1: none
    year: np.ndarray  # int32[h] from 0
    year_start: np.ndarray  # int64[y + 1]
    heading: np.ndarray  # int32[h] its HS subheading of that year
    heading_start: np.ndarray  # int64[g + 1] a subheading's lines of a year
    alone: np.ndarray  # bool[g] whether it is averaged by itself
    number: np.ndarray  # float64[NUMBERS, h] numbers of a class of this line alone, averaged with its subheading
    low: np.ndarray  # int64[e, k] lines behind a mean at each level
    high: np.ndarray  # int64[e, k]
    line_row: np.ndarray  # int32[l]
    rows: np.ndarray  # ROW[n]
    nullable: np.ndarray  # bool[n] whether a row may have no rate


class Scratch(NamedTuple):
    """Memory to work in, of the sizes of `Dependents`; as it was made whenever nobody works in it."""

    cell_of: np.ndarray  # int32[l] 0
    row_of: np.ndarray  # int32[l] -1
    row_of_base: np.ndarray  # int32[n] -1
    mean_of: np.ndarray  # int32[k] -1
    marked: np.ndarray  # bool[h] False
    found: np.ndarray  # int32[h] anything


class NewDuties(NamedTuple):
    """Lines that a reform touches, t of them, in c cells."""

    line: np.ndarray  # int64[t]
    group: np.ndarray  # int32[t] the observations for its new duty
    duty: np.ndarray  # int32[c] -1: none new
    specific: np.ndarray  # bool[c] of new duties, as in `ROW`
    purely_specific: np.ndarray  # bool[c]
    nullable: np.ndarray  # bool[c]


class Touched(NamedTuple):
    """Rows, means and classes of m lines of years, in memory that is large enough."""

    rows: np.ndarray  # ROW[...]
    row_key: np.ndarray  # int64[...]
    row_table: np.ndarray  # int32[...] a power of 2; -1
    mean_row: np.ndarray  # int32[...]
    mean_flags: np.ndarray  # int8[means]
    low: np.ndarray  # int64[e, means]
    high: np.ndarray  # int64[e, means]
    applied: np.ndarray  # int32[m]
    bound: np.ndarray  # int32[m]
    flags: np.ndarray  # int8[m]
    number: np.ndarray  # float64[NUMBERS, m], 0, and what follows: of classes, as in `Layout`
    class_applied: np.ndarray  # int32[m]
    class_bound: np.ndarray  # int32[m]
    subheading: np.ndarray  # int32[m]
    class_table: np.ndarray  # int32[...] a power of 2; -1
    touched_row: np.ndarray  # int32[t] the rows of the lines touched
    start: np.ndarray  # int64[y + 1]
    uncertain: np.ndarray  # int64[y]
    counts: np.ndarray  # float64[y, COUNTS], 0
    known: np.ndarray  # float64[y, PIECES], 0
