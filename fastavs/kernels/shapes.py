"""What kernels take, as arrays that belong together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Entries(NamedTuple):
    """The index: n observations in k segments, one a (group, period), ratios ascending in each."""

    group: np.ndarray  # int64[g + 1] a group's first segment
    period: np.ndarray  # int32[k]
    start: np.ndarray  # int64[k + 1] a segment's first observation
    low: np.ndarray  # float64[k] its smallest ratio
    high: np.ndarray  # float64[k] its largest
    total: np.ndarray  # float64[k] their sum
    ratio: np.ndarray  # float64[n]
    running: np.ndarray  # float64[n + k] running sums, each segment's from 0 on
    more: np.ndarray  # float64[...] ratios of second and further kinds
    more_start: np.ndarray  # int64[k]
    quantity: np.ndarray  # float64[n + size of `more`] by the pooled method: of each ratio, first those of first kinds
    quantity_value: np.ndarray  # float64[...] and the value that carries it; both empty by the other method


class DutyTable(NamedTuple):
    """Distinct duties: d of them, operations o, terms m."""

    op_start: np.ndarray  # int64[d + 1]
    op: np.ndarray  # int8[o]
    arg: np.ndarray  # float64[o] a constant, or the number of a term within its duty
    term_start: np.ndarray  # int64[d + 1]
    place: np.ndarray  # int64[m] of the term's kind among the duty's kinds
    b: np.ndarray  # float64[m] currency units for one base unit
    per_unit: np.ndarray  # float64[m] one over the size of the unit that the duty names
    currency: np.ndarray  # int64[m]
    ad_valorem: np.ndarray  # float64[d]
    form: np.ndarray  # int8[d]


class Rows(NamedTuple):
    """Duties charged on groups of observations, n of them, chunk by chunk."""

    duty: np.ndarray  # int32[n]
    group: np.ndarray  # int32[n] -1: no observation
    cell: np.ndarray  # int32[n] row of `Shocks.scale` and the like
    quote: np.ndarray  # int32[n] where the row's exchange rates begin in `Shocks.fx`
    specific: np.ndarray  # bool[n] whether some amount of the duty is not 0
    bare: np.ndarray  # bool[n] ... and there is no percentage in it
    nullable: np.ndarray  # bool[n] whether its classes are prepared for a rate that is null


class Shocks(NamedTuple):
    """What a block of scenarios does: s of them. An amount b becomes ``max(b * scale + shift, 0)``."""

    scale: np.ndarray  # float64[cells, s] of percentages
    shift: np.ndarray  # float64[cells, s]
    scale_b: np.ndarray  # float64[cells * currencies, s] of amounts
    shift_b: np.ndarray  # float64[cells * currencies, s] for one of the duty's units
    fx: np.ndarray  # float64[contexts * currencies * periods, s]
    low: np.ndarray  # float64[cells, fx rows] smallest and largest of scale / (scale_b * fx)
    high: np.ndarray  # float64[cells, fx rows]
    dear: np.ndarray  # float64[cells, fx rows] largest scale_b * fx
    most: np.ndarray  # float64[cells] largest scale
    shifted: bool  # whether anything is shifted, so that those bounds say nothing
    periods: int
    currencies: int


class Layout(NamedTuple):
    """What is added up: chunks of codes c, years y.

    A run works chunk by chunk in memory that it uses again. A seat is a place there: first the rows that all
    chunks share, then those of the chunk, then, from `slot_seat` on, its carried means.
    """

    row: np.ndarray  # int64[c + 1] rows of each chunk; those before the first are shared
    slot: np.ndarray  # int64[c + 1] carried means of each chunk
    slot_seat: int
    slot_lo: np.ndarray  # int64[e, slots] lines (places in `line_seat`) at each level
    slot_hi: np.ndarray  # int64[e, slots]
    line_seat: np.ndarray  # int32[...] of each line of the schedules that rates are carried from
    start: np.ndarray  # int64[c * y + 1] classes of each chunk and year
    odd: np.ndarray  # int64[c * y] the first of them that may have no rate, or rests on a carried mean
    left: np.ndarray  # int32[classes] seat of the applied side
    right: np.ndarray  # int32[classes] seat of the bound side; -1: none
    lines: np.ndarray  # float64[classes] how many lines
    weight: np.ndarray  # float64[classes] their imports, of matched lines
    matched: np.ndarray  # float64[classes] how many are matched
    heading: np.ndarray  # float64[classes] sum over lines of 1 / lines in their HS subheading
    subheading: np.ndarray  # int32[classes] of odd ones whose subheading is averaged by itself; else -1
    counts: np.ndarray  # float64[y, COUNTS] of the classes that are not odd
    all_lines: np.ndarray  # float64[y]
    matched_lines: np.ndarray  # float64[y]
    bound: np.ndarray  # bool[y] whether the year has a bound schedule
    own: np.ndarray  # bool[y] whether it rests on its own trade


class Scratch(NamedTuple):
    """Memory that a run works in. Seats r, scenarios s."""

    rate: np.ndarray  # float64[r, s]
    part: np.ndarray  # float64[r, s] ad valorem part
    specific: np.ndarray  # bool[r, s] whether some amount is not 0
    lane: np.ndarray  # float64[8, s]
    work: np.ndarray  # float64[3, STACK] straight lines of a program under evaluation
    present: np.ndarray  # bool[STACK]
    total: np.ndarray  # float64[y, SUMS, s]
    lost: np.ndarray  # float64[y, SUMS, s]
    tally: np.ndarray  # float64[y, COUNTS, s]


class RowFigures(NamedTuple):
    """What rows come to under one scenario. n rows."""

    rate: np.ndarray  # float64[n] NaN = null
    part: np.ndarray  # float64[n] ad valorem part
    kept: np.ndarray  # int64[n] observations used
    binding: np.ndarray  # int64[n] ... in which the specific part is what binds
    specific: np.ndarray  # bool[n] whether some amount of the duty is not 0
    plain: np.ndarray  # bool[n] no specific term: observations need no quantity


class Schedule(NamedTuple):
    """The lines of all schedule years, l of them."""

    row: np.ndarray  # int32[l]
    level: np.ndarray  # int8[l] digits at which observations were found; 0 = none
    found: np.ndarray  # int64[l] usable observations
    no_quantity: np.ndarray  # int64[l]


class Years(NamedTuple):
    """The lines of all years, h of them, and means carried from one schedule to another, k of them.

    A place is a line of the schedules, or what else stands for one (rows do where levels and counts are not asked
    for); carried means take the places behind those.
    """

    left: np.ndarray  # int64[h] place of the applied side
    right: np.ndarray  # int64[h] place of the bound side; -1: none
    digits: np.ndarray  # int8[e, k] of each level; 0: no such level
    low: np.ndarray  # int64[e, k] lines that share those digits: the first, and one past the last
    high: np.ndarray  # int64[e, k]


class Sides(NamedTuple):
    """One schedule's answer for each place, p of them; level and counts may be left out (size 0)."""

    rate: np.ndarray  # float64[p] NaN = null
    part: np.ndarray  # float64[p] ad valorem part; NaN = nothing carried
    specific: np.ndarray  # bool[p]
    level: np.ndarray  # int8[p]
    kept: np.ndarray  # int64[p]
    outliers: np.ndarray  # int64[p]
    no_quantity: np.ndarray  # int64[p]
    binding: np.ndarray  # int64[p]


class Governing(NamedTuple):
    """What governs the lines of all years, h of them."""

    rate: np.ndarray  # float64[h] NaN = null
    specific: np.ndarray  # bool[h]
    water: np.ndarray  # bool[h] bound above applied
    applied: np.ndarray  # float64[h]
    bound: np.ndarray  # float64[h]
    part: np.ndarray  # float64[h] the lesser of both ad valorem parts
    bound_governs: np.ndarray  # bool[h]
    level: np.ndarray  # int8[h]
    kept: np.ndarray  # int64[h]
    outliers: np.ndarray  # int64[h]
    no_quantity: np.ndarray  # int64[h]
    binding: np.ndarray  # int64[h]


class Groups(NamedTuple):
    """Lines of all years in groups: h lines, y years, g groups of one year each."""

    member: np.ndarray  # int64[h] each line's group
    year: np.ndarray  # int64[g] each group's year, from 0
    weight: np.ndarray  # float64[h] imports of matched lines; 0 for others


class Source(NamedTuple):
    """Observations to index: n of them, code by code, with ratios of the k kinds that must all be present."""

    code_start: np.ndarray  # int64[codes] a code's first observation
    code_stop: np.ndarray  # int64[codes] one past its last
    observation: np.ndarray  # int32[n] or int64[n] its place among all observations
    period: np.ndarray  # int16[...] or int32[...] of all observations
    ratio: np.ndarray  # float64[k, n] quantity for a unit of value; 0 = none
    quantity: np.ndarray  # float64[k, n]; this and the next are empty but by the pooled method
    quantity_value: np.ndarray  # float64[k, n] value of the rows that carry it


class Runs(NamedTuple):
    """Observations in order, cut into runs of one code and period: r of them, over u codes and n observations."""

    of_code: np.ndarray  # int64[u + 1] a code's first run
    period: np.ndarray  # int32[r]
    start: np.ndarray  # int64[r + 1]
    partner: np.ndarray  # int16[n] or int32[n]
    value: np.ndarray  # float64[n]
    excluded: np.ndarray  # bool[n]


class TradeRows(NamedTuple):
    """Observations, and the trade rows that they are added up from. Bridges b; others as in `quantities.Rows`."""

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


class Changes(NamedTuple):
    """Changes of the trade as numbers. t periods, p partners, c classes of codes."""

    times: np.ndarray  # int32[t, p] as how many partners each counts in observations
    factor: np.ndarray  # float64[c, t, p] of prices
    priced: bool  # whether any factor is not 1
    weigh: np.ndarray  # float64[2, c, t, p] what values weigh times: those of MFN partners, and everyone's
    code_class: np.ndarray  # int32[u] of each code of the records
    min_value: float  # smaller observations take no part in an AVE


class EntryOrigin(NamedTuple):
    """Whose observations the entries of an index are. n of them."""

    partner: np.ndarray  # int16[n] or int32[n]
    code: np.ndarray  # int32[n]; empty where no price goes by code
    value: np.ndarray  # float64[n]; empty where small observations take part


class Further(NamedTuple):
    """What a line borrows where its observations are gone: groups at further levels, nearest first. f of them.

    An owner is a line, or behind all lines one of the index' `Alternatives`. o owners.
    """

    start: np.ndarray  # int64[o + 1]
    level: np.ndarray  # int8[f]
    group: np.ndarray  # int32[f]


class Records(NamedTuple):
    """The recorded trade: u codes, z cells of a code and a period, n records, sorted by code, period and partner.

    Codes are cut to the tariff's length. Where schedules have codes of several lengths, the trade stands there once
    for each length, one table behind the other.
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
