"""What the arrays of a tariff function must be: kernels look at none of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fastavs.kernels.names import CONST, STACK, TERM
from fastavs.tables.forms import Form, check_forms, check_values, form, starts

FORMS: Mapping[str, Form] = {
    "curves.constant": form("float64", "cells"),
    "curves.cell_curve": Form("int64", ("cells+1",), rises=True, below="curves+1"),
    "curves.price": form("int64", "curves", below="cells"),
    "curves.borrowed": form("int64", "curves", low=-1, below="pairs"),
    "curves.currency": form("int64", "curves", below="currencies"),
    "curves.start": starts("curves", "kinks"),
    "curves.kink": form("float64", "kinks"),
    "curves.intercept": form("float64", "kinks+curves"),
    "curves.slope": form("float64", "kinks+curves"),
    "mixed.cell_line": starts("cells", "lines"),
    "mixed.weight": form("float64", "lines"),
    "mixed.side": starts("2*lines", "parts"),
    "mixed.part": form("int64", "parts", below="curves", low=-(2**62)),
    "mixed.op_start": starts("observations", "operations"),
    "mixed.price": form("int64", "observations", below="cells"),
    "mixed.borrowed": form("int64", "observations", low=-1, below="pairs"),
    "mixed.share": form("float64", "observations"),
    "mixed.op": Form("int64", ("operations",), low=CONST, below="6"),
    "mixed.currency": form("int64", "operations"),
    "mixed.number": form("float64", "operations"),
    "borrowed_cell": form("int64", "pairs", below="cells"),
    "borrowed_price": form("int64", "pairs", below="cells"),
    "weights": form("float64", "cells"),
    "imports": form("float64", "cells"),
    "unknown_imports": form("float64", "cells"),
    "years": form("int64", "years", low=1, below="10000"),
}
"""All arrays of numbers in the order of the file; the first 22 are those that the table of addresses knows."""


def wrong_values(arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> str | None:
    """Return what is wrong with a function's arrays, or None.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Those of `FORMS`.
    sizes : mapping of str to int
        The counts, and ``cells``.
    """
    heads = {name: (one.dtype.newbyteorder("="), one.shape) for name, one in arrays.items()}
    wrong, known = check_forms(heads, FORMS, sizes)
    if wrong:
        return wrong
    for name, one in arrays.items():
        wrong = check_values(name, one, FORMS[name], known)
        if wrong:
            return wrong
    part = arrays["mixed.part"]
    if part.size and part.min() < -sizes["observations"]:
        return f"mixed.part holds {part.min()}"
    return _wrong_programs(arrays["mixed.op_start"], arrays["mixed.op"], arrays["mixed.currency"], sizes["currencies"])


def _wrong_programs(start: np.ndarray, op: np.ndarray, currency: np.ndarray, currencies: int) -> str | None:
    """Return what is wrong with programs: each must leave one number, and never take what is not there."""
    lengths = np.diff(start)
    if lengths.size and (lengths.min() < 1 or lengths.max() > STACK):
        return "a program is empty or too long"
    of_terms = currency[op == TERM]
    if of_terms.size and (of_terms.min() < 0 or of_terms.max() >= currencies):
        return "mixed.currency holds what is no currency"
    height = np.cumsum(np.where(op <= TERM, 1, -1))
    before = np.append(0, height)[start[:-1]]
    own = height - np.repeat(before, lengths)
    if own.size and (own.min() < 1 or (own[start[1:] - 1] != 1).any()):
        return "a program cannot be worked out"
    return None
