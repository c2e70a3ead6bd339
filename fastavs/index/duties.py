"""Duties as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fastavs.errors import InputError
from fastavs.kernels.names import (
    ADD,
    ALONE,
    ANY,
    CONST,
    GREATER,
    LESSER,
    MAX,
    MIN,
    NESTED,
    PERCENT,
    POOLED,
    STACK,
    SUB,
    SUM,
    TERM,
)
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import AMOUNT, DUTY, DutyTable

if TYPE_CHECKING:
    from fastavs.duty import Duty

_FORMS = {
    (CONST,): PERCENT,
    (TERM,): ALONE,
    (CONST, TERM, MAX): GREATER,
    (CONST, TERM, ADD): SUM,
    (CONST, TERM, MIN): LESSER,
}


def duty_table(duties: Sequence[Duty], currencies: Sequence[str], pooled: bool = False) -> DutyTable:
    """Compile duties into flat arrays; see `DutyTable`."""
    op: list[int] = []
    arg: list[float] = []
    amounts: list[tuple[float, float, int, int]] = []
    starts = [(0, 0)]
    for duty in duties:
        if len(duty.program) > STACK or len(duty.specifics) > STACK:
            expected = f"at most {STACK} numbers and operations"
            raise InputError("a duty of too many parts", value=duty.text, expected=expected)
        op.extend(code for code, _ in duty.program)
        arg.extend(float(value) for _, value in duty.program)
        kinds = duty.kinds
        for term in duty.specifics:
            per_unit = term.unit.size.denominator / term.unit.size.numerator
            amounts.append((term.b, per_unit, currencies.index(term.currency), kinds.index(term.kind)))
        starts.append((len(op), len(amounts)))
    amount = readonly(np.array(amounts, dtype=AMOUNT), AMOUNT)
    op_start, term_start = np.array(starts, dtype=np.int64).T
    table = np.zeros(len(duties), dtype=DUTY)
    for name, column in (("op", op_start), ("term", term_start)):
        table[name], table[f"{name}_stop"] = column[:-1], column[1:]
    table["ad_valorem"] = [duty.ad_valorem for duty in duties]
    table["form"] = [POOLED if pooled and duty.kinds else _form(duty) for duty in duties]
    some = table["term"] < table["term_stop"]
    for name in ("b", "per_unit", "currency"):
        table[name][some] = amount[name][table["term"][some]]
    return DutyTable(readonly(table, DUTY), amount, readonly(op, np.int8), readonly(arg, np.float64))


def _form(duty: Duty) -> int:
    """Return what a duty's rates are found by, read off its program."""
    codes = tuple(code for code, _ in duty.program)
    nested = len(duty.kinds) == 1 and SUB not in codes
    return _FORMS.get(codes, NESTED if nested else ANY)
