"""Duties as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastavs.duty import ADD, CONST, MAX, MIN, SUB, TERM, Duty
from fastavs.errors import InputError
from fastavs.kernels import shapes
from fastavs.kernels.names import ALONE, ANY, GREATER, LESSER, NESTED, PERCENT, POOLED, STACK, SUM
from fastavs.kernels.options import readonly

_FORMS = {
    (CONST,): PERCENT,
    (TERM,): ALONE,
    (CONST, TERM, MAX): GREATER,
    (CONST, TERM, ADD): SUM,
    (CONST, TERM, MIN): LESSER,
}


def duty_table(duties: Sequence[Duty], currencies: Sequence[str], pooled: bool = False) -> shapes.DutyTable:
    """Compile duties into flat arrays; see `shapes.DutyTable`."""
    op_start, term_start = [0], [0]
    op: list[int] = []
    arg: list[float] = []
    place: list[int] = []
    b: list[float] = []
    per_unit: list[float] = []
    currency: list[int] = []
    for duty in duties:
        if len(duty.program) > STACK or len(duty.specifics) > STACK:
            expected = f"at most {STACK} numbers and operations"
            raise InputError("a duty of too many parts", value=duty.text, expected=expected)
        op.extend(code for code, _ in duty.program)
        arg.extend(float(value) for _, value in duty.program)
        kinds = duty.kinds
        for term in duty.specifics:
            place.append(kinds.index(term.kind))
            b.append(term.b)
            per_unit.append(term.unit.size.denominator / term.unit.size.numerator)
            currency.append(currencies.index(term.currency))
        op_start.append(len(op))
        term_start.append(len(b))
    return shapes.DutyTable(
        readonly(op_start, np.int64),
        readonly(op, np.int8),
        readonly(arg, np.float64),
        readonly(term_start, np.int64),
        readonly(place, np.int64),
        readonly(b, np.float64),
        readonly(per_unit, np.float64),
        readonly(currency, np.int64),
        readonly([duty.ad_valorem for duty in duties], np.float64),
        readonly([POOLED if pooled and duty.kinds else _form(duty) for duty in duties], np.int8),
    )


def _form(duty: Duty) -> int:
    """Return what a duty's rates are found by, read off its program."""
    codes = tuple(code for code, _ in duty.program)
    nested = len(duty.kinds) == 1 and SUB not in codes
    return _FORMS.get(codes, NESTED if nested else ANY)
