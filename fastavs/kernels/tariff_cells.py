"""Tariff functions evaluated cell by cell: tariffs and their derivatives, under factors on prices and exchange rates.

`models/native/fastavs_tariff.c` says the same in C, operation by operation: both give the same bits.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from fastavs.kernels.addresses import chosen
from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.names import ADD, CONST, MAX, SUB, TERM
from fastavs.kernels.options import inner, merged

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
    relative = amount / percent
    by_percent = 0.0
    by_amount = 0.0
    for p in range(first, last):
        u = mixed.part[p]
        if u >= 0:
            ratio = given.fx[fx_first + curves.currency[u]] / given.price[curves.price[u] * given.price_step]
            low = curves.start[u]
            at = low + u + piece_at(curves.kink, low, curves.start[u + 1], ratio * relative)
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
    relative = amount / percent
    own = 0.0
    for p in range(first, last):
        u = mixed.part[p]
        if u >= 0:
            ratio = given.fx[fx_first + curves.currency[u]] / given.price[curves.price[u] * given.price_step]
            low = curves.start[u]
            at = low + u + piece_at(curves.kink, low, curves.start[u + 1], ratio * relative)
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
    relative = amount / percent  # infinite where percentages count nothing
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
        at = low + u + piece_at(curves.kink, low, curves.start[u + 1], ratio * relative)
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
