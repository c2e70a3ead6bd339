"""A duty written as a program: its value, its ad valorem part, and the straight lines that it follows."""

from __future__ import annotations

import numpy as np

from fastavs.kernels.names import ADD, CONST, MAX, SUB, TERM
from fastavs.kernels.options import inner

# Of a program, `op` holds the operations, and `arg` a constant as the scenario has it, or the number of a term.


@inner
def combined(code: int, left: float, right: float) -> float:
    """What an operation makes of two values."""
    if code == ADD:
        return left + right
    if code == SUB:
        return left - right
    if code == MAX:
        return left if left > right else right
    return left if left < right else right


@inner
def ad_valorem_part(op: np.ndarray, arg: np.ndarray, stack: np.ndarray, present: np.ndarray) -> float:
    """Evaluate a program with its specific terms taken out (METHOD.md section 2)."""
    top = 0
    for i in range(op.size):
        code = op[i]
        if code <= TERM:  # no operation
            present[top] = code == CONST
            stack[top] = arg[i] if code == CONST else 0.0
            top += 1
            continue
        top -= 1
        if present[top]:
            alone = code != SUB and not present[top - 1]
            stack[top - 1] = stack[top] if alone else combined(code, stack[top - 1], stack[top])
            present[top - 1] = True
    return stack[0] if present[0] else 0.0


@inner
def value(op: np.ndarray, arg: np.ndarray, term: np.ndarray, stack: np.ndarray) -> float:
    """Evaluate a program on the values of its specific terms."""
    top = 0
    for i in range(op.size):
        code = op[i]
        if code == CONST:
            stack[top] = arg[i]
            top += 1
        elif code == TERM:
            stack[top] = term[int(arg[i])]
            top += 1
        else:
            top -= 1
            stack[top - 1] = combined(code, stack[top - 1], stack[top])
    return stack[0]


@inner
def value_at(
    op: np.ndarray, arg: np.ndarray, c: np.ndarray, n_terms: int, r: float, term: np.ndarray, stack: np.ndarray
) -> float:
    """Evaluate a program whose terms all go by one ratio."""
    for j in range(n_terms):
        term[j] = c[j] * r
    return value(op, arg, term, stack)


@inner
def count_values_up_to(
    op: np.ndarray,
    arg: np.ndarray,
    c: np.ndarray,
    n_terms: int,
    ratio: np.ndarray,
    first: int,
    n: int,
    limit: float,
    term: np.ndarray,
    stack: np.ndarray,
) -> int:
    """How many of n ascending ratios have a rate of `limit` at most (METHOD.md section 2, "Exact ties")."""
    low = first
    high = first + n
    probe = high - 1  # mostly all have
    while low < high:
        if value_at(op, arg, c, n_terms, ratio[probe], term, stack) <= limit:
            low = probe + 1
        else:
            high = probe
        probe = (low + high) >> 1
    return low - first


@inner
def line_from(
    op: np.ndarray, arg: np.ndarray, c: np.ndarray, r: float, lines: np.ndarray
) -> tuple[float, float, float]:
    """The straight line that a program's rate follows from ratio `r` on: intercept, slope, and up to which ratio.

    Each operation adds two lines up, or takes one of them: until they cross, if the other one is to overtake it.
    """
    flat, slope, until = lines[0], lines[1], lines[2]
    top = 0
    for i in range(op.size):
        code = op[i]
        if code <= TERM:  # no operation
            flat[top] = arg[i] if code == CONST else 0.0
            slope[top] = c[int(arg[i])] if code == TERM else 0.0
            until[top] = np.inf
            top += 1
            continue
        top -= 1
        left = top - 1
        until[left] = min(until[left], until[top])
        if code == ADD:
            flat[left] += flat[top]
            slope[left] += slope[top]
            continue
        steeper = slope[top] - slope[left]
        above = (flat[top] - flat[left]) + steeper * r
        if (above > 0.0 and steeper < 0.0) or (above < 0.0 and steeper > 0.0):
            until[left] = min(until[left], max((flat[left] - flat[top]) / steeper, r))
        lead = steeper if above == 0.0 else above  # where they meet, what comes after
        if (lead > 0.0) == (code == MAX):
            flat[left] = flat[top]
            slope[left] = slope[top]
    return flat[0], slope[0], until[0]
