"""Duties as flat arrays, changed as a whole: many at a time, a percentage against each, or multiplied.

What a rate comes to stays the same to the bit or to an ulp; a program may be a shorter one than that of the text.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.index.duties import joined as joined_tables
from fastavs.kernels.names import ADD, ALONE, CONST, GREATER, LESSER, MAX, MIN, NESTED, PERCENT, STACK, SUM, TERM
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import AMOUNT, DUTY, DutyTable

PLAIN = {MIN: LESSER, MAX: GREATER, ADD: SUM}
"""The form of an amount alone under an operation with a percentage."""


class Programs(NamedTuple):
    """Duties as flat arrays: d of them."""

    table: DutyTable
    specific: np.ndarray  # bool[d] whether some amount is not 0
    unpercented: np.ndarray  # bool[d] whether there is no percentage

    @property
    def size(self) -> int:
        return int(self.table.duty.size)


def joined(first: Programs, second: Programs) -> Programs:
    """Return the duties of both, those of the second last."""
    return Programs(
        joined_tables(first.table, second.table), np.concatenate((first.specific, second.specific)),
        np.concatenate((first.unpercented, second.unpercented)),
    )  # fmt: skip


def scaled(some: Programs, factor: np.ndarray) -> Programs:
    """Return duties with every number multiplied by a factor of each one's own, float64[d]."""
    duty, amount, op, arg = some.table
    new, terms = duty.copy(), amount.copy()
    new["ad_valorem"] *= factor
    new["b"] *= factor
    terms["b"] *= np.repeat(factor, duty["term_stop"] - duty["term"])
    numbers = arg * np.where(op == CONST, np.repeat(factor, duty["op_stop"] - duty["op"]), 1.0)
    table = DutyTable(readonly(new, DUTY), readonly(terms, AMOUNT), op, readonly(numbers, np.float64))
    return Programs(table, some.specific & (factor > 0.0), some.unpercented)


def taken(some: Programs, numbers: np.ndarray) -> Programs:
    """Return some of the duties, in the order asked for, their parts side by side."""
    duty, amount, op, arg = some.table
    new = duty[numbers].copy()
    op_at, op_ends = _ranges(new["op"], new["op_stop"])
    term_at, term_ends = _ranges(new["term"], new["term_stop"])
    new["op"], new["op_stop"] = op_ends[:-1], op_ends[1:]
    new["term"], new["term_stop"] = term_ends[:-1], term_ends[1:]
    table = DutyTable(
        readonly(new, DUTY), readonly(amount[term_at], AMOUNT), readonly(op[op_at], np.int8),
        readonly(arg[op_at], np.float64),
    )  # fmt: skip
    return Programs(table, some.specific[numbers], some.unpercented[numbers])


def _ranges(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of some ranges, one after the other, and where each range ends among them."""
    sizes = last.astype(np.int64) - first
    ends = np.concatenate(([0], np.cumsum(sizes)))
    return np.repeat(first - ends[:-1], sizes) + np.arange(ends[-1]), ends


def against(some: Programs, operation: int, level: float) -> Programs:
    """Return duties with the lesser or the greater of each and a percentage, or their sum.

    Parameters
    ----------
    some : Programs
    operation : int
        MIN, MAX or ADD.
    level : float
        A fraction.
    """
    duty = some.table.duty
    form, a = duty["form"], duty["ad_valorem"]
    fold = {MIN: np.minimum, MAX: np.maximum, ADD: np.add}[operation]
    alone = form == ALONE
    folded = form == (PLAIN[operation] if operation != ADD else PERCENT)  # its percentage takes the level in
    if operation == MIN:
        decided = ((form == GREATER) | (form == SUM)) & (a >= level)
    elif operation == MAX:
        decided = (form == LESSER) & (a <= level)
    else:
        decided = np.zeros(form.size, dtype=bool)
    percent = (form == PERCENT) | decided
    longer = ~(alone | folded | percent)
    new = duty.copy()
    new["ad_valorem"] = fold(np.where(some.unpercented, level if operation != ADD else 0.0, a), level)
    new["form"] = np.where(
        decided, PERCENT,
        np.where(alone, PLAIN[operation], np.where(longer & np.isin(form, (GREATER, SUM, LESSER)), NESTED, form)),
    )  # fmt: skip
    table = _rebuilt(some.table, new, percent, alone, folded, longer, operation, level)
    return Programs(table, some.specific, np.zeros(form.size, dtype=bool))


def _rebuilt(
    table: DutyTable,
    new: np.ndarray,
    percent: np.ndarray,
    alone: np.ndarray,
    folded: np.ndarray,
    longer: np.ndarray,
    operation: int,
    level: float,
) -> DutyTable:
    """Return the programs of duties whose other fields are settled."""
    duty, amount, op, arg = table
    lengths = (duty["op_stop"] - duty["op"]).astype(np.int64)
    sizes = np.where(percent, 1, np.where(alone, 3, lengths + 2 * longer))
    ends = np.concatenate(([0], np.cumsum(sizes)))
    ops, args = np.zeros(ends[-1], dtype=np.int8), np.zeros(ends[-1])
    kept = np.flatnonzero(longer | folded & ~percent)
    from_, to_ends = _ranges(duty["op"][kept], duty["op_stop"][kept])
    to = np.repeat(ends[kept] - to_ends[:-1], lengths[kept]) + np.arange(to_ends[-1])
    ops[to], args[to] = op[from_], arg[from_]
    first = ends[:-1]
    ops[first[percent]], args[first[percent]] = CONST, new["ad_valorem"][percent]
    some = folded & ~percent
    args[first[some]] = new["ad_valorem"][some]  # the percentage comes first in plain forms
    ops[first[alone]], args[first[alone]] = CONST, level
    ops[first[alone] + 1], args[first[alone] + 1] = TERM, 0.0
    ops[first[alone] + 2] = operation
    last = ends[1:]
    ops[last[longer] - 2], args[last[longer] - 2] = CONST, level
    ops[last[longer] - 1] = operation
    new["op"], new["op_stop"] = first, last
    terms = np.where(percent, 0, duty["term_stop"] - duty["term"]).astype(np.int64)
    term_ends = np.concatenate(([0], np.cumsum(terms)))
    at, _ = _ranges(duty["term"], duty["term"] + terms)
    new["term"], new["term_stop"] = term_ends[:-1], term_ends[1:]
    return DutyTable(
        readonly(new, DUTY), readonly(amount[at], AMOUNT), readonly(ops, np.int8), readonly(args, np.float64)
    )


def fits(some: Programs, more: int = 2) -> bool:
    """Whether programs stay short enough with some operations more."""
    duty = some.table.duty
    return bool((duty["op_stop"] - duty["op"]).max(initial=0) + more <= STACK)
