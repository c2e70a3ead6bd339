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
    table["form"] = [form_of(duty, pooled) for duty in duties]
    some = table["term"] < table["term_stop"]
    for name in ("b", "per_unit", "currency"):
        table[name][some] = amount[name][table["term"][some]]
    return DutyTable(readonly(table, DUTY), amount, readonly(op, np.int8), readonly(arg, np.float64))


def form_of(duty: Duty, pooled: bool) -> int:
    """Return what a duty's rates are found by, read off its program."""
    if pooled and duty.kinds:
        return POOLED
    codes = tuple(code for code, _ in duty.program)
    nested = len(duty.kinds) == 1 and SUB not in codes
    return _FORMS.get(codes, NESTED if nested else ANY)


TEMPLATES = {GREATER: "max(1%, 1 {}/kg)", SUM: "1% + 1 {}/kg", LESSER: "min(1%, 1 {}/kg)", ALONE: "1 {}/kg"}


def templates(currencies: Sequence[str]) -> tuple[DutyTable, dict[tuple[int, str | None], int]]:
    """Return duties of every plain form and currency, their numbers 0, and the place of each form and currency."""
    from fastavs.duty import parse_duty

    pairs = [(form, currency) for currency in currencies for form in TEMPLATES]
    table = duty_table(
        [parse_duty("1%"), *(parse_duty(TEMPLATES[form].format(one)) for form, one in pairs)], currencies
    )
    duty, amount = table.duty.copy(), table.amount.copy()
    duty["ad_valorem"] = duty["b"] = amount["b"] = 0.0
    duty["per_unit"] = amount["per_unit"] = 1.0
    places: list[tuple[int, str | None]] = [(PERCENT, None), *pairs]
    return (
        DutyTable(
            readonly(duty, DUTY), readonly(amount, AMOUNT), table.op, readonly(np.zeros(table.arg.size), np.float64)
        ),
        {one: place for place, one in enumerate(places)},
    )


def joined(first: DutyTable, second: DutyTable) -> DutyTable:
    """Return the duties of two tables, those of the second one last."""
    duty = second.duty.copy()
    for name, by in (("op", first.op.size), ("term", first.amount.size)):
        duty[name] += by
        duty[f"{name}_stop"] += by
    parts = ((first.duty, duty), (first.amount, second.amount), (first.op, second.op), (first.arg, second.arg))
    return DutyTable(*(readonly(np.concatenate(pair), pair[0].dtype) for pair in parts))
