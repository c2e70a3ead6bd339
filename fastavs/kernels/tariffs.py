"""Tariff functions evaluated: each cell's tariff and its derivatives, under factors on prices and exchange rates.

`models/native/fastavs_tariff.c` says the same in C, operation by operation: both give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from fastavs.kernels.addresses import chosen, doubles, integers, stack_doubles
from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.names import ADD, CONST, MAX, SUB, TERM
from fastavs.kernels.options import c_function, inner, kernel_with_memory, merged

VERSION = 1
"""Of the table of addresses, and of the file."""

COUNTS = (
    "years", "sectors", "regions", "currencies", "curves", "kinks", "lines", "parts", "observations", "operations",
    "pairs",
)  # fmt: skip
"""What stands in the table of addresses behind the version; the arrays follow, as `evaluate_at` opens them."""

ONES, TABLE = 34, 35
"""Where the table has the address of float64[max(c, 1)] ones, and how many numbers it is."""

PRICE, FX, AD_VALOREM, SPECIFIC = 1, 2, 3, 4
"""The last digit of a status that is not 0: which factor is out of bounds. The digits before it tell its place."""

LEAST, MOST = 1e-100, 1e100
"""Bounds of factors: their products and quotients stay within double."""


class Factors(NamedTuple):
    """What a tariff function is asked for. Each is one number for all, where its step is 0."""

    price: np.ndarray  # float64[q]
    price_step: int
    fx: np.ndarray  # float64[y * c], or [c] where its step is 0
    fx_step: int  # c or 0
    ad_valorem: np.ndarray  # float64[q]
    ad_valorem_step: int
    specific: np.ndarray  # float64[q]
    specific_step: int


class Answer(NamedTuple):
    """Where the answer is put; what is not asked for has no room. q cells, c currencies, b borrowed pairs."""

    tariff: np.ndarray  # float64[q]
    price: np.ndarray  # float64[q]
    fx: np.ndarray  # float64[q * c]
    ad_valorem: np.ndarray  # float64[q]
    specific: np.ndarray  # float64[q]
    borrowed: np.ndarray  # float64[b]


@inner
def first_outside(values: np.ndarray, zero: bool) -> int:
    """The place of the first value that is no factor, -1 if all are."""
    for i in range(values.size):
        x = values[i]
        if not ((LEAST <= x <= MOST) or (zero and x == 0.0)):
            return i
    return -1


@inner
def status_of(given: Factors) -> int:
    """What is wrong with the factors: 0 nothing, otherwise 10 times the place and what it is."""
    at = first_outside(given.price, False)
    if at >= 0:
        return 10 * at + PRICE
    at = first_outside(given.fx, False)
    if at >= 0:
        return 10 * at + FX
    at = first_outside(given.ad_valorem, True)
    if at >= 0:
        return 10 * at + AD_VALOREM
    at = first_outside(given.specific, True)
    return 10 * at + SPECIFIC if at >= 0 else 0


@merged
def piece_at(kink: np.ndarray, first: int, last: int, phi: float) -> Any:
    """How many of a curve's kinks are at phi or below; the search goes the same way whatever it finds."""
    one = np.uint64(1)  # places without a sign are not looked at for being negative
    base = np.uint64(first)
    n = np.uint64(last - first)
    while n > one:
        half = n >> one
        base = chosen(kink[base + half - one] <= phi, base + half, base)
        n = n - half
    return np.int64(base) - first + (1 if n == one and kink[base] <= phi else 0)


@inner
def run_program(
    mixed: MixedLines, one: int, percent: float, amount: float, price: float, given: Factors, fx_first: int,
    flat: np.ndarray, paid: np.ndarray,
) -> Any:  # fmt: skip
    """Evaluate an observation's program: what it adds by percentages and by amounts, each with a scale of 1.

    Both are left in flat[0] and paid[0].

    Returns
    -------
    int64
        A bit for each operation: whether a MAX or MIN took its second side.
    """
    top = 0
    choices = np.int64(0)
    first = mixed.op_start[one]
    for i in range(first, mixed.op_start[one + 1]):
        code = mixed.op[i]
        if code == CONST:
            flat[top] = mixed.number[i]
            paid[top] = 0.0
            top += 1
            continue
        if code == TERM:
            flat[top] = 0.0
            paid[top] = mixed.number[i] * (given.fx[fx_first + mixed.currency[i]] / price)
            top += 1
            continue
        top -= 1
        left = top - 1
        if code == ADD:
            flat[left] += flat[top]
            paid[left] += paid[top]
        elif code == SUB:
            flat[left] -= flat[top]
            paid[left] -= paid[top]
        else:
            x = percent * flat[left] + amount * paid[left]
            y = percent * flat[top] + amount * paid[top]
            # at a tie, what comes when all specific duties rise
            greater = paid[top] > paid[left] if x == y else y > x
            lesser = paid[top] < paid[left] if x == y else y < x
            if greater if code == MAX else lesser:
                flat[left] = flat[top]
                paid[left] = paid[top]
                choices |= np.int64(1) << (i - first)
    return choices


@inner
def side_of(
    curves: Curves, mixed: MixedLines, first: int, last: int, percent: float, amount: float, given: Factors,
    fx_first: int, flat: np.ndarray, paid: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """What the parts of a side add by percentages and by amounts, each with a scale of 1."""
    by_percent = 0.0
    by_amount = 0.0
    for p in range(first, last):
        u = mixed.part[p]
        if u >= 0:
            ratio = given.fx[fx_first + curves.currency[u]] / given.price[curves.price[u] * given.price_step]
            low = curves.start[u]
            at = low + u + piece_at(curves.kink, low, curves.start[u + 1], ratio * amount / percent)
            by_percent += curves.intercept[at]
            by_amount += ratio * curves.slope[at]
        else:
            one = -1 - u
            price = given.price[mixed.price[one] * given.price_step]
            run_program(mixed, one, percent, amount, price, given, fx_first, flat, paid)
            by_percent += mixed.share[one] * flat[0]
            by_amount += mixed.share[one] * paid[0]
    return by_percent, by_amount


@inner
def spread_program(
    mixed: MixedLines, one: int, choices: int, weight: float, price: float, given: Factors, fx_first: int,
    answer: Answer, fx_out: int, left: np.ndarray,
) -> float:  # fmt: skip
    """Hand a weight from a program's last operation back to its terms, on the sides that were taken."""
    own = 0.0
    first = mixed.op_start[one]
    left[0] = weight
    top = 1
    for i in range(mixed.op_start[one + 1] - 1, first - 1, -1):
        code = mixed.op[i]
        top -= 1
        w = left[top]
        if code == CONST:
            continue
        if code == TERM:
            due = w * (mixed.number[i] * (given.fx[fx_first + mixed.currency[i]] / price))
            own += due
            if answer.fx.size > 0:
                answer.fx[fx_out + mixed.currency[i]] += due
            continue
        second = (choices >> (i - first)) & 1
        if code in (ADD, SUB):
            left[top] = w
            left[top + 1] = w if code == ADD else -w
        else:
            left[top] = 0.0 if second == 1 else w
            left[top + 1] = w if second == 1 else 0.0
        top += 2
    return own


@inner
def spread_side(
    curves: Curves, mixed: MixedLines, first: int, last: int, weight: float, percent: float, amount: float,
    given: Factors, fx_first: int, answer: Answer, fx_out: int, flat: np.ndarray, paid: np.ndarray,
) -> float:  # fmt: skip
    """Add what a side pays by amounts to the currencies and to borrowed prices; returns what its own price moves."""
    own = 0.0
    for p in range(first, last):
        u = mixed.part[p]
        if u >= 0:
            ratio = given.fx[fx_first + curves.currency[u]] / given.price[curves.price[u] * given.price_step]
            low = curves.start[u]
            at = low + u + piece_at(curves.kink, low, curves.start[u + 1], ratio * amount / percent)
            due = weight * (ratio * curves.slope[at])
            if answer.fx.size > 0:
                answer.fx[fx_out + curves.currency[u]] += due
            pair = curves.borrowed[u]
        else:
            one = -1 - u
            price = given.price[mixed.price[one] * given.price_step]
            choices = run_program(mixed, one, percent, amount, price, given, fx_first, flat, paid)
            due = spread_program(
                mixed, one, choices, weight * mixed.share[one], price, given, fx_first, answer, fx_out, flat
            )
            pair = mixed.borrowed[one]
        if pair < 0:
            own += due
        elif answer.borrowed.size > 0:
            answer.borrowed[pair] += due
    return own


@merged
def fill_unknown(cell: int, currencies: int, answer: Answer) -> None:
    """Say that nothing is known of a cell."""
    if answer.tariff.size > 0:
        answer.tariff[cell] = math.nan
    if answer.price.size > 0:
        answer.price[cell] = math.nan
    if answer.ad_valorem.size > 0:
        answer.ad_valorem[cell] = math.nan
    if answer.specific.size > 0:
        answer.specific[cell] = math.nan
    if answer.fx.size > 0:
        for j in range(currencies):
            answer.fx[cell * currencies + j] = math.nan


@merged
def fill_cell(
    cell: int, curves: Curves, mixed: MixedLines, currencies: int, fx_first: int, given: Factors, answer: Answer,
    flat: np.ndarray, paid: np.ndarray,
) -> None:  # fmt: skip
    """Evaluate one cell. With both scales 0 the pieces are those of both scales 1."""
    by_percent = given.ad_valorem[cell * given.ad_valorem_step]
    by_amount = given.specific[cell * given.specific_step]
    nothing = by_percent == 0.0 and by_amount == 0.0
    percent = 1.0 if nothing else by_percent
    amount = 1.0 if nothing else by_amount
    fx_out = cell * currencies
    if answer.fx.size > 0:
        for j in range(currencies):
            answer.fx[fx_out + j] = 0.0
    total = curves.constant[cell]
    due_total = 0.0
    own = 0.0
    for u in range(curves.cell_curve[cell], curves.cell_curve[cell + 1]):
        ratio = given.fx[fx_first + curves.currency[u]] / given.price[curves.price[u] * given.price_step]
        low = curves.start[u]
        at = low + u + piece_at(curves.kink, low, curves.start[u + 1], ratio * amount / percent)
        due = ratio * curves.slope[at]
        total += curves.intercept[at]
        due_total += due
        if answer.fx.size > 0:
            answer.fx[fx_out + curves.currency[u]] += due
        pair = curves.borrowed[u]
        if pair < 0:
            own += due
        elif answer.borrowed.size > 0:
            answer.borrowed[pair] += due
    for line in range(mixed.cell_line[cell], mixed.cell_line[cell + 1]):
        first, middle, last = mixed.side[2 * line], mixed.side[2 * line + 1], mixed.side[2 * line + 2]
        x, x_due = side_of(curves, mixed, first, middle, percent, amount, given, fx_first, flat, paid)
        if last > middle:
            y, y_due = side_of(curves, mixed, middle, last, percent, amount, given, fx_first, flat, paid)
            applied, bound = percent * x + amount * x_due, percent * y + amount * y_due
            lesser = y_due < x_due if applied == bound else bound < applied  # at a tie, what comes when duties rise
            if middle == first or lesser:
                x, x_due, first, middle = y, y_due, middle, last
        weight = mixed.weight[line]
        total += weight * x
        due_total += weight * x_due
        if answer.fx.size > 0 or answer.price.size > 0 or answer.borrowed.size > 0:
            own += spread_side(
                curves, mixed, first, middle, weight, percent, amount, given, fx_first, answer, fx_out, flat, paid
            )
    if answer.tariff.size > 0:
        answer.tariff[cell] = by_percent * total + by_amount * due_total
    if answer.price.size > 0:
        answer.price[cell] = 0.0 - by_amount * own / given.price[cell * given.price_step]
    if answer.ad_valorem.size > 0:
        answer.ad_valorem[cell] = total
    if answer.specific.size > 0:
        answer.specific[cell] = due_total
    if answer.fx.size > 0:
        for j in range(currencies):
            answer.fx[fx_out + j] = by_amount * answer.fx[fx_out + j] / given.fx[fx_first + j]


@inner
def fill(
    curves: Curves, mixed: MixedLines, pair_cell: np.ndarray, pair_price: np.ndarray, years: int, currencies: int,
    given: Factors, answer: Answer, flat: np.ndarray, paid: np.ndarray,
) -> None:  # fmt: skip
    """Evaluate all cells, and the derivatives by other cells' prices after them."""
    cells = curves.constant.size
    a_year = cells // years if years > 0 else 0
    for b in range(answer.borrowed.size):
        answer.borrowed[b] = 0.0
    for cell in range(cells):
        if math.isnan(curves.constant[cell]):
            fill_unknown(cell, currencies, answer)
        else:
            fx_first = cell // a_year * given.fx_step
            fill_cell(cell, curves, mixed, currencies, fx_first, given, answer, flat, paid)
    for b in range(answer.borrowed.size):
        cell = pair_cell[b]
        if math.isnan(curves.constant[cell]):
            answer.borrowed[b] = math.nan
        else:
            amount = given.specific[cell * given.specific_step]
            answer.borrowed[b] = 0.0 - amount * answer.borrowed[b] / given.price[pair_price[b] * given.price_step]


@kernel_with_memory
def evaluate_at(table: np.ndarray, given: Factors, answer: Answer) -> int:
    """Evaluate the function behind a table of addresses; nothing is written unless the status is 0."""
    status = status_of(given)
    if status != 0:
        return status
    years, currencies = table[1], table[4]
    cells = years * table[2] * table[3]
    n, kinks, lines, parts, observations, operations, pairs = (
        table[5], table[6], table[7], table[8], table[9], table[10], table[11]
    )  # fmt: skip
    curves = Curves(
        doubles(table[12], cells), integers(table[13], cells + 1), integers(table[14], n), integers(table[15], n),
        integers(table[16], n), integers(table[17], n + 1), doubles(table[18], kinks), doubles(table[19], kinks + n),
        doubles(table[20], kinks + n),
    )  # fmt: skip
    mixed = MixedLines(
        integers(table[21], cells + 1), doubles(table[22], lines), integers(table[23], 2 * lines + 1),
        integers(table[24], parts), integers(table[25], observations + 1), integers(table[26], observations),
        integers(table[27], observations), doubles(table[28], observations), integers(table[29], operations),
        integers(table[30], operations), doubles(table[31], operations),
    )  # fmt: skip
    pair_cell, pair_price = integers(table[32], pairs), integers(table[33], pairs)
    flat, paid = stack_doubles(), stack_doubles()
    fill(curves, mixed, pair_cell, pair_price, years, currencies, given, answer, flat, paid)
    return 0


@kernel_with_memory
def evaluate(
    table: np.ndarray, price: np.ndarray, price_step: int, fx: np.ndarray, fx_step: int, ad_valorem: np.ndarray,
    ad_valorem_step: int, specific: np.ndarray, specific_step: int, out: np.ndarray, derivatives: bool,
) -> int:  # fmt: skip
    """Evaluate a function into one array.

    Parameters
    ----------
    table : int64[34]
        Version, counts and addresses.
    price, fx, ad_valorem, specific : float64[...]
        As `Factors` has them, with their steps.
    out : float64[q], or float64[4 * q + q * c + b] with derivatives
        Tariffs; derivatives by price, by the scale of percentages, by that of amounts, by exchange rates, and by
        borrowed prices.
    derivatives : bool

    Returns
    -------
    int64
        0; or what is out of bounds, and nothing was written.
    """
    cells = table[1] * table[2] * table[3]
    n = cells if derivatives else 0
    rates, pairs = n * table[4], table[11] if derivatives else 0
    answer = Answer(
        out[:cells],
        out[cells : cells + n],
        out[cells + 3 * n : cells + 3 * n + rates],
        out[cells + n : cells + 2 * n],
        out[cells + 2 * n : cells + 3 * n],
        out[cells + 3 * n + rates : cells + 3 * n + rates + pairs],
    )
    given = Factors(price, price_step, fx, fx_step, ad_valorem, ad_valorem_step, specific, specific_step)
    return evaluate_at(table, given, answer)


def _evaluate_in_c(
    handle: int, price: int, fx: int, ad_valorem: int, specific: int, tariff: int, d_price: int, d_fx: int,
    d_ad_valorem: int, d_specific: int, d_borrowed: int,
) -> int:  # fmt: skip
    """Evaluate a function as `fastavs_tariff_evaluate` in C does: all arguments are addresses, 0 stands for NULL."""
    table = integers(handle, TABLE)
    years, currencies = table[1], table[4]
    cells = years * table[2] * table[3]
    given = Factors(
        doubles(price if price != 0 else table[ONES], cells if price != 0 else 1),
        1 if price != 0 else 0,
        doubles(fx if fx != 0 else table[ONES], years * currencies if fx != 0 else currencies),
        currencies if fx != 0 else 0,
        doubles(ad_valorem if ad_valorem != 0 else table[ONES], cells if ad_valorem != 0 else 1),
        1 if ad_valorem != 0 else 0,
        doubles(specific if specific != 0 else table[ONES], cells if specific != 0 else 1),
        1 if specific != 0 else 0,
    )
    answer = Answer(
        doubles(tariff, cells), doubles(d_price, cells), doubles(d_fx, cells * currencies),
        doubles(d_ad_valorem, cells), doubles(d_specific, cells), doubles(d_borrowed, table[11]),
    )  # fmt: skip
    return evaluate_at(table, given, answer)


@cache
def evaluation_in_c() -> Any:
    """Compile what C calls; its ``address`` holds as long as the process lives."""
    return c_function(_evaluate_in_c, f"int64({', '.join(['int64'] * 11)})")


def table_of(counts: Sequence[int], arrays: Sequence[np.ndarray], ones: np.ndarray) -> np.ndarray:
    """Return the table of addresses that kernels and C know a function by; the arrays must outlive it.

    Parameters
    ----------
    counts : sequence of int
        As `COUNTS` names them.
    arrays : sequence of ndarray
        Those of `Curves`, of `MixedLines`, cells and prices of the borrowed pairs: float64 or int64, C-contiguous.
    ones : float64[max(c, 1)]
        Factors of those that are not given.

    Returns
    -------
    int64[TABLE]
    """
    table = np.array([VERSION, *counts, *(one.ctypes.data for one in (*arrays, ones))], dtype=np.int64)
    if table.size != TABLE:
        raise ValueError(f"a table of {table.size} numbers, not {TABLE}")
    return table
