"""Observations as functions of the factor that moves them, put side by side as events: where one piece gives way to the
next."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.kernels.changed_trade import price_factor, times_counted
from fastavs.kernels.curve_records import (
    EVENTS,
    FULL,
    OPS,
    OVER,
    PROGRAMS,
    CellTables,
    Observed,
    ScheduleLines,
    Scratch,
    Wanted,
)
from fastavs.kernels.curve_suppliers import is_supplied
from fastavs.kernels.linear_pieces import FLAT, KNOT, SLOPE, base_of_pieces, pieces_of_program
from fastavs.kernels.names import POOLED, TERM
from fastavs.kernels.nested import amounts, operands
from fastavs.kernels.options import inner, kernel
from fastavs.kernels.programs import ad_valorem_part, value
from fastavs.kernels.shapes import Entries
from fastavs.kernels.sums import add, add_product


@inner
def ratio_place(entries: Entries, g: int, i: int, kind: int) -> int:
    """Where the ratio of an observation's further kind stands in ``entries.more``."""
    start = entries.segment[g]["start"]
    return entries.segment[g]["more"] + (kind - 1) * (entries.segment[g + 1]["start"] - start) + i - start


@inner
def fill_terms(observed: Observed, own: np.ndarray, c: np.ndarray, g: int, i: int, term: np.ndarray) -> float:
    """Fill in what an observation pays by each specific term; returns what its value is multiplied by."""
    entries, changes = observed.entries, observed.changes
    factor = 1.0
    if changes.priced:
        factor = price_factor(changes, observed.origin, entries.segment[g]["period"], i)
    for j in range(own.size):
        kind = own[j]["kind"]
        ratio = entries.more[ratio_place(entries, g, i, kind)] if kind > 0 else entries.ratio[i]
        term[j] = c[j] * (ratio / factor)
    return factor


@kernel
def keep_by_supplier(observed: Observed, lines: ScheduleLines, scratch: Scratch) -> None:
    """Find the ad valorem part of lines, how many observations of each supplier are kept, and whether there is a rate;
    all are filled in."""
    entries, everybody = observed.entries, lines.supplied.shape[1] - 1
    arg, c, term, stack = scratch.work[0], scratch.work[1], scratch.work[2], scratch.work[3]
    for h in range(lines.rows.size):
        row = lines.rows[h]
        one = observed.duties.duty[row["duty"]]
        op = observed.duties.op[one["op"] : one["op_stop"]]
        own = observed.duties.amount[one["term"] : one["term_stop"]]
        operands(arg, op, observed.duties.arg[one["op"] : one["op_stop"]], row["cell"], observed.factors)
        lines.part[h] = ad_valorem_part(op, arg, stack, scratch.present)
        for v in range(everybody + 1):
            found = lines.supplied[h, v]
            which = found["group"] if own.size > 0 else -1
            kept = 0
            for g in range(entries.group[which] if which >= 0 else 0, entries.group[which + 1] if which >= 0 else 0):
                period = entries.segment[g]["period"]
                amounts(c, own, row, period, observed.factors)
                for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
                    if is_supplied(observed.supplier_of, observed.origin.partner[i], found["whose"], everybody):
                        times = times_counted(observed.changes, observed.origin, period, i)
                        if times > 0:
                            fill_terms(observed, own, c, g, i, term)
                            if value(op, arg, term, stack) <= observed.outlier:  # false for NaN
                                kept += times
            found["kept"] = kept
            found["rated"] = observed.zero or kept > 0 or not row["purely_specific"]


@inner
def price_of(start: np.ndarray, sectors: np.ndarray, main: np.ndarray, which: int, sector: int) -> int:
    """The sector whose price moves what is charged in a sector: that one, unless its code is in others alone."""
    for k in range(start[which], start[which + 1]):
        if sectors[k] == sector:
            return sector
    return main[which] if main[which] >= 0 else sector


@inner
def place_of_key(scratch: Scratch, side: int, key: int) -> int:
    """The place of a key among those of a side, which it joins if it is new."""
    n = scratch.side[side]["keys"]
    for k in range(n):
        if scratch.moved[side, k]["key"] == key:
            return k
    new = scratch.moved[side, n]
    new["key"] = key
    new["flat"] = 0.0
    new["flat_lost"] = 0.0
    new["slope"] = 0.0
    new["slope_lost"] = 0.0
    scratch.side[side]["keys"] = n + 1
    return n


@inner
def put_events(tables: CellTables, first: int, key: int, share: float, made: np.ndarray, n: int) -> None:
    """Put the kinks of a function of n pieces, times a share, as the last events, from `first` on."""
    if first + n > tables.event.size:
        tables.counts[FULL] = 1
        return
    for i in range(1, n):
        event = tables.event[first + i - 1]
        event["key"] = key
        event["at"] = made[KNOT, i]
        event["flat_before"] = share * made[FLAT, i - 1]
        event["slope_before"] = share * made[SLOPE, i - 1]
        event["flat_after"] = share * made[FLAT, i]
        event["slope_after"] = share * made[SLOPE, i]
        event["opens"] = i == 1
    tables.counts[EVENTS] = first + n - 1


@inner
def put_pieces(tables: CellTables, scratch: Scratch, side: int, key: int, share: float, n: int) -> None:
    """Put an observation's function, the n pieces of ``scratch.stack[0]``, into a side, with a share of it."""
    made = scratch.stack[0]
    k = place_of_key(scratch, side, key)
    if n == 1:
        moved = scratch.moved[side, k]
        moved["flat"], moved["flat_lost"] = add_product(moved["flat"], moved["flat_lost"], share, made[FLAT, 0])
        moved["slope"], moved["slope_lost"] = add_product(moved["slope"], moved["slope_lost"], share, made[SLOPE, 0])
    put_events(tables, tables.counts[EVENTS], key, share, made, n)


@inner
def put_program(
    tables: CellTables, key: int, share: float, op: np.ndarray, own: np.ndarray, arg: np.ndarray, term: np.ndarray
) -> None:
    """Put an observation whose duty has several currencies."""
    o, at = tables.counts[PROGRAMS], tables.counts[OPS]
    if o == tables.program.size or at + op.size > tables.op.size:
        tables.counts[FULL] = 1
        return
    for i in range(op.size):
        new = tables.op[at + i]
        new["op"] = op[i]
        new["currency"] = own[int(arg[i])]["currency"] if op[i] == TERM else 0
        new["number"] = term[int(arg[i])] if op[i] == TERM else arg[i]
    program = tables.program[o]
    program["key"] = key
    program["share"] = share
    program["end"] = at + op.size
    tables.counts[PROGRAMS] = o + 1
    tables.counts[OPS] = at + op.size


@inner
def put_observation(
    tables: CellTables,
    scratch: Scratch,
    wanted: Wanted,
    side: int,
    cell: int,
    price: int,
    share: float,
    op: np.ndarray,
    own: np.ndarray,
) -> None:
    """Put an observation, of which operands and terms are filled in, into a side of a line in a cell."""
    arg, term, made, of_side = scratch.work[0], scratch.work[2], scratch.stack[0], scratch.side[side]
    currency = -1
    several = False
    for j in range(own.size):
        if term[j] != 0.0:
            several |= currency >= 0 and currency != own[j]["currency"]
            currency = own[j]["currency"]
    key = (cell * wanted.sectors + price) * wanted.currencies + max(currency, 0)
    n = pieces_of_program(op, arg, term, scratch.stack, scratch.size)
    if n > made.shape[1]:
        tables.counts[FULL] = OVER
        return
    if several:
        put_program(tables, key, share, op, own, arg, term)
    elif n == 1 and made[SLOPE, 0] == 0.0:
        total, lost = add_product(of_side["constant"], of_side["constant_lost"], share, made[FLAT, 0])
        of_side["constant"], of_side["constant_lost"] = total, lost
        return
    else:
        put_pieces(tables, scratch, side, key, share, n)
    flat, slope, critical = base_of_pieces(made, n)
    of_side["flat"], of_side["flat_lost"] = add_product(of_side["flat"], of_side["flat_lost"], share, flat)
    of_side["slope"], of_side["slope_lost"] = add_product(of_side["slope"], of_side["slope_lost"], share, slope)
    of_side["critical"] = min(of_side["critical"], critical)


@inner
def price_of_entry(observed: Observed, lines: ScheduleLines, h: int, v: int, i: int, sector: int) -> int:
    """The sector whose price moves an observation that serves a line in a sector: its code's, or the line's if it is
    the line's own trade."""
    if lines.supplied[h, v]["own"]:
        return price_of(lines.start, lines.sector, lines.main, h, sector)
    return price_of(observed.code_start, observed.code_sector, observed.code_main, int(observed.code[i]), sector)


@inner
def pool_terms(
    observed: Observed,
    lines: ScheduleLines,
    scratch: Scratch,
    votes: np.ndarray,
    place: tuple[int, int],
    sector: int,
    op: np.ndarray,
    own: np.ndarray,
) -> int:
    """Fill in the terms of a line by the pooled method: one observation; returns the sector whose price moves it, that
    of most of its value."""
    h, v = place
    entries, everybody, row, found = observed.entries, lines.supplied.shape[1] - 1, lines.rows[h], lines.supplied[h, v]
    arg, c, term, stack = scratch.work[0], scratch.work[1], scratch.work[2], scratch.work[3]
    sums = scratch.work[4:8]
    sums[:] = 0.0
    votes[:] = 0.0
    for g in range(entries.group[found["group"]], entries.group[found["group"] + 1]):
        period = entries.segment[g]["period"]
        amounts(c, own, row, period, observed.factors)
        for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
            times = times_counted(observed.changes, observed.origin, period, i)
            if times == 0 or not is_supplied(
                observed.supplier_of, observed.origin.partner[i], found["whose"], everybody
            ):
                continue
            factor = fill_terms(observed, own, c, g, i, term)
            if not value(op, arg, term, stack) <= observed.outlier:
                continue
            for j in range(own.size):
                kind = own[j]["kind"]
                at = entries.ratio.size + ratio_place(entries, g, i, kind) if kind > 0 else i
                by = entries.quantity[at] * times
                sums[0, j], sums[1, j] = add_product(sums[0, j], sums[1, j], c[j], by)
                by = entries.quantity_value[at] * factor * times
                sums[2, j], sums[3, j] = add(sums[2, j], sums[3, j], by)
                votes[price_of_entry(observed, lines, h, v, i, sector)] += by
    for j in range(own.size):
        term[j] = (sums[0, j] + sums[1, j]) / (sums[2, j] + sums[3, j])
    most: Any = votes.argmax()
    return most


@inner
def put_line(
    observed: Observed,
    lines: ScheduleLines,
    wanted: Wanted,
    tables: CellTables,
    scratch: Scratch,
    votes: Any,
    place: tuple[int, int],
    side: int,
    cell: int,
    share: float,
) -> None:
    """Put the duty of a line of a schedule, as it is for a supplier, into a side of a line in a cell.

    `place` is the line and the supplier. Without `votes` nothing goes by the pooled method, which is then not compiled.
    """
    h, v = place
    row, found, everybody = lines.rows[h], lines.supplied[h, v], lines.supplied.shape[1] - 1
    if found["kept"] == 0:
        of_side = scratch.side[side]
        number = 0.0 if row["purely_specific"] else lines.part[h]
        total, lost = add_product(of_side["constant"], of_side["constant_lost"], share, number)
        of_side["constant"], of_side["constant_lost"] = total, lost
        return
    entries = observed.entries
    arg, c, term, stack = scratch.work[0], scratch.work[1], scratch.work[2], scratch.work[3]
    one = observed.duties.duty[row["duty"]]
    op = observed.duties.op[one["op"] : one["op_stop"]]
    own = observed.duties.amount[one["term"] : one["term_stop"]]
    operands(arg, op, observed.duties.arg[one["op"] : one["op_stop"]], row["cell"], observed.factors)
    sector = cell // wanted.regions
    if votes is not None and one["form"] == POOLED:
        price = pool_terms(observed, lines, scratch, votes, place, sector, op, own)
        put_observation(tables, scratch, wanted, side, cell, price, share, op, own)
        return
    for g in range(entries.group[found["group"]], entries.group[found["group"] + 1]):
        period = entries.segment[g]["period"]
        amounts(c, own, row, period, observed.factors)
        for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
            if not is_supplied(observed.supplier_of, observed.origin.partner[i], found["whose"], everybody):
                continue
            times = times_counted(observed.changes, observed.origin, period, i)
            if times == 0:
                continue
            fill_terms(observed, own, c, g, i, term)
            if value(op, arg, term, stack) <= observed.outlier:
                price = price_of_entry(observed, lines, h, v, i, sector)
                by = share * (times / found["kept"])
                put_observation(tables, scratch, wanted, side, cell, price, by, op, own)
