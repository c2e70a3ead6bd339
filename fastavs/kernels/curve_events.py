"""Observations as functions of the factor that moves them, put side by side as events: where one piece gives way to the
next."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.kernels.changed_trade import price_factor, times_counted
from fastavs.kernels.curve_views import is_seen
from fastavs.kernels.curve_work import (
    AT,
    BASE_FLAT,
    BASE_SLOPE,
    CONSTANT,
    EVENTS,
    FLAT_AFTER,
    FLAT_BEFORE,
    FULL,
    OPENS,
    OPS,
    OVER,
    PROGRAMS,
    SLOPE_AFTER,
    SLOPE_BEFORE,
    Bench,
    ChargedLines,
    Observed,
    Room,
    Wanted,
)
from fastavs.kernels.linear_pieces import FLAT, KNOT, SLOPE, pieces_of_program
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
def keep_by_view(observed: Observed, lines: ChargedLines, bench: Bench) -> None:
    """Find the ad valorem part of lines, and how many observations each view keeps; both are filled in."""
    entries, everybody = observed.entries, lines.kept.shape[1] - 1
    arg, c, term, stack = bench.work[0], bench.work[1], bench.work[2], bench.work[3]
    for h in range(lines.rows.size):
        row = lines.rows[h]
        one = observed.duties.duty[row["duty"]]
        op = observed.duties.op[one["op"] : one["op_stop"]]
        own = observed.duties.amount[one["term"] : one["term_stop"]]
        operands(arg, op, observed.duties.arg[one["op"] : one["op_stop"]], row["cell"], observed.factors)
        lines.part[h] = ad_valorem_part(op, arg, stack, bench.present)
        lines.kept[h] = 0
        for v in range(lines.kept.shape[1] if own.size > 0 else 0):
            which = lines.group[h, v]
            last = entries.group[which + 1] if which >= 0 else -1
            for g in range(entries.group[which] if which >= 0 else 0, last):
                period = entries.segment[g]["period"]
                amounts(c, own, row, period, observed.factors)
                for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
                    if is_seen(observed.view_of, observed.origin.partner[i], lines.whose[h, v], everybody):
                        times = times_counted(observed.changes, observed.origin, period, i)
                        if times > 0:
                            fill_terms(observed, own, c, g, i, term)
                            if value(op, arg, term, stack) <= observed.outlier:  # false for NaN
                                lines.kept[h, v] += times


@inner
def price_of(start: np.ndarray, sectors: np.ndarray, main: np.ndarray, which: int, sector: int) -> int:
    """The sector whose price moves what is charged in a sector: that one, unless its code is in others alone."""
    for k in range(start[which], start[which + 1]):
        if sectors[k] == sector:
            return sector
    return main[which] if main[which] >= 0 else sector


@inner
def add_to(sums: np.ndarray, at: int, weight: float, x: float) -> None:
    """Add a product to a sum and what it lost, which stand side by side."""
    sums[at], sums[at + 1] = add_product(sums[at], sums[at + 1], weight, x)


@inner
def key_place(bench: Bench, side: int, key: int) -> int:
    """The place of a key among those of a side, which it joins if it is new."""
    n = bench.keys[side]
    for k in range(n):
        if bench.key[side, k] == key:
            return k
    bench.key[side, n] = key
    for j in range(4):
        bench.first[side, n, j] = 0.0
    bench.keys[side] = n + 1
    return n


@inner
def note_base(bench: Bench, side: int, share: float, n: int) -> None:
    """Note what the n pieces of ``bench.stack[0]`` come to with every factor 1, and from where on amounts show."""
    made = bench.stack[0]
    base = 0
    while base + 1 < n and made[KNOT, base + 1] <= 1.0:
        base += 1
    add_to(bench.total[side], BASE_FLAT, share, made[FLAT, base])
    add_to(bench.total[side], BASE_SLOPE, share, made[SLOPE, base])
    for i in range(n):
        if made[SLOPE, i] != 0.0:
            bench.critical[side] = min(bench.critical[side], made[KNOT, i])
            break


@inner
def put_pieces(room: Room, bench: Bench, side: int, key: int, share: float, n: int) -> None:
    """Put an observation's function, the n pieces of ``bench.stack[0]``, into a side, with a share of it."""
    made = bench.stack[0]
    if n == 1 and made[SLOPE, 0] == 0.0:
        add_to(bench.total[side], CONSTANT, share, made[FLAT, 0])
        return
    k = key_place(bench, side, key)
    if n == 1:
        add_to(bench.first[side, k], 0, share, made[FLAT, 0])
        add_to(bench.first[side, k], 2, share, made[SLOPE, 0])
    at = room.counts[EVENTS]
    if at + n > room.event_key.size:
        room.counts[FULL] = 1
        return
    for i in range(1, n):
        event = room.event[at]
        event[AT] = made[KNOT, i]
        event[FLAT_BEFORE] = share * made[FLAT, i - 1]
        event[SLOPE_BEFORE] = share * made[SLOPE, i - 1]
        event[FLAT_AFTER] = share * made[FLAT, i]
        event[SLOPE_AFTER] = share * made[SLOPE, i]
        event[OPENS] = i == 1
        room.event_key[at] = key
        at += 1
    room.counts[EVENTS] = at
    note_base(bench, side, share, n)


@inner
def put_program(room: Room, bench: Bench, side: int, key: int, share: float, op: np.ndarray, own: np.ndarray) -> None:
    """Put an observation whose duty has several currencies."""
    o, at = room.counts[PROGRAMS], room.counts[OPS]
    if o == room.program_key.size or at + op.size > room.op.size:
        room.counts[FULL] = 1
        return
    arg, term = bench.work[0], bench.work[2]
    for i in range(op.size):
        room.op[at + i] = op[i]
        room.op_currency[at + i] = own[int(arg[i])]["currency"] if op[i] == TERM else 0
        room.op_number[at + i] = term[int(arg[i])] if op[i] == TERM else arg[i]
    room.program_key[o] = key
    room.program_share[o] = share
    room.program_end[o] = at + op.size
    room.counts[PROGRAMS] = o + 1
    room.counts[OPS] = at + op.size
    n = pieces_of_program(op, arg, term, bench.stack, bench.size)
    if n > bench.stack.shape[2]:
        room.counts[FULL] = OVER
        return
    note_base(bench, side, share, n)


@inner
def put_observation(
    room: Room,
    bench: Bench,
    wanted: Wanted,
    side: int,
    cell: int,
    price: int,
    share: float,
    op: np.ndarray,
    own: np.ndarray,
) -> None:
    """Put an observation, of which operands and terms are filled in, into a side of a line in a cell."""
    term = bench.work[2]
    currency = -1
    several = False
    for j in range(own.size):
        if term[j] != 0.0:
            several |= currency >= 0 and currency != own[j]["currency"]
            currency = own[j]["currency"]
    key = (cell * wanted.sectors + price) * wanted.currencies + max(currency, 0)
    if several:
        put_program(room, bench, side, key, share, op, own)
        return
    n = pieces_of_program(op, bench.work[0], term, bench.stack, bench.size)
    if n > bench.stack.shape[2]:
        room.counts[FULL] = OVER
        return
    put_pieces(room, bench, side, key, share, n)


@inner
def price_of_entry(observed: Observed, lines: ChargedLines, h: int, v: int, i: int, sector: int) -> int:
    """The sector whose price moves an observation that serves a line in a sector: its code's, or the line's if it is
    the line's own trade."""
    if lines.own[h, v]:
        return price_of(lines.start, lines.sector, lines.main, h, sector)
    return price_of(observed.code_start, observed.code_sector, observed.code_main, observed.code[i], sector)


@inner
def put_pooled(
    observed: Observed,
    lines: ChargedLines,
    wanted: Wanted,
    room: Room,
    bench: Bench,
    place: tuple[int, int],
    side: int,
    cell: int,
    share: float,
    op: np.ndarray,
    own: np.ndarray,
) -> None:
    """Put a line by the pooled method: one observation, which moves with the price of most of its value."""
    h, v = place
    entries, everybody, row = observed.entries, lines.kept.shape[1] - 1, lines.rows[h]
    arg, c, term, stack = bench.work[0], bench.work[1], bench.work[2], bench.work[3]
    sums = bench.work[4:8]
    sums[:] = 0.0
    bench.votes[:] = 0.0
    sector = cell // wanted.regions
    which = lines.group[h, v]
    for g in range(entries.group[which], entries.group[which + 1]):
        period = entries.segment[g]["period"]
        amounts(c, own, row, period, observed.factors)
        for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
            times = times_counted(observed.changes, observed.origin, period, i)
            if times == 0 or not is_seen(observed.view_of, observed.origin.partner[i], lines.whose[h, v], everybody):
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
                bench.votes[price_of_entry(observed, lines, h, v, i, sector)] += by
    price = 0
    for s in range(1, bench.votes.size):
        price = s if bench.votes[s] > bench.votes[price] else price
    for j in range(own.size):
        term[j] = (sums[0, j] + sums[1, j]) / (sums[2, j] + sums[3, j])
    put_observation(room, bench, wanted, side, cell, price, share, op, own)


@inner
def has_rate(observed: Observed, lines: ChargedLines, h: int, v: int) -> bool:
    """Whether a line has a rate in a view, be it 0 in place of one that is not known."""
    return observed.zero or lines.kept[h, v] > 0 or not lines.rows[h]["purely_specific"]


@inner
def put_line(
    observed: Observed,
    lines: ChargedLines,
    wanted: Wanted,
    room: Room,
    bench: Bench,
    place: tuple[int, int],
    side: int,
    cell: int,
    share: float,
) -> None:
    """Put the duty of a line of a schedule, as a view sees it, into a side of a line in a cell.

    `place` is the line and the view.
    """
    h, v = place
    row = lines.rows[h]
    if lines.kept[h, v] == 0:
        add_to(bench.total[side], CONSTANT, share, 0.0 if row["purely_specific"] else lines.part[h])
        return
    entries, everybody = observed.entries, lines.kept.shape[1] - 1
    arg, c, term, stack = bench.work[0], bench.work[1], bench.work[2], bench.work[3]
    one = observed.duties.duty[row["duty"]]
    op = observed.duties.op[one["op"] : one["op_stop"]]
    own = observed.duties.amount[one["term"] : one["term_stop"]]
    operands(arg, op, observed.duties.arg[one["op"] : one["op_stop"]], row["cell"], observed.factors)
    if one["form"] == POOLED:
        put_pooled(observed, lines, wanted, room, bench, place, side, cell, share, op, own)
        return
    sector = cell // wanted.regions
    which: Any = lines.group[h, v]
    for g in range(entries.group[which], entries.group[which + 1]):
        period = entries.segment[g]["period"]
        amounts(c, own, row, period, observed.factors)
        for i in range(entries.segment[g]["start"], entries.segment[g + 1]["start"]):
            if not is_seen(observed.view_of, observed.origin.partner[i], lines.whose[h, v], everybody):
                continue
            times = times_counted(observed.changes, observed.origin, period, i)
            if times == 0:
                continue
            fill_terms(observed, own, c, g, i, term)
            if value(op, arg, term, stack) <= observed.outlier:
                price = price_of_entry(observed, lines, h, v, i, sector)
                by = share * (times / lines.kept[h, v])
                put_observation(room, bench, wanted, side, cell, price, by, op, own)
