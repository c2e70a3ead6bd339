"""Tariff functions evaluated in whole, from Python and from C, by a table of the addresses of their arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from fastavs.kernels.addresses import doubles, integers, stack_doubles
from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.options import c_function, kernel_with_memory
from fastavs.kernels.tariff_cells import Answer, Factors, fill, status_of

VERSION = 1
"""Of the table of addresses, and of the file."""

COUNTS = (
    "years", "sectors", "regions", "currencies", "curves", "kinks", "lines", "parts", "observations", "operations",
    "pairs",
)  # fmt: skip
"""What stands in the table of addresses behind the version; the arrays follow, as `evaluate_at` opens them."""

ONES, TABLE = 34, 35
"""Where the table has the address of float64[max(c, 1)] ones, and how many numbers it is."""


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
