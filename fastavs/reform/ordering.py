"""Steps whose order matters: which step undoes or changes what an earlier one did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fastavs.duty import Duty
from fastavs.duty.expr import Expr
from fastavs.reform import edits
from fastavs.reform.steps import Carrier, Done
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_duties import Set, Swiss, Tariffication, Tiers
from fastavs.scenario.step_years import Advance, Delay, Freeze
from fastavs.scenario.steps import verb_of
from fastavs.shown.words import plural

TRIED = 64  # duties on which two steps are tried in both orders


def order_notes(carrier: Carrier, before: Sequence[Done], done: Done) -> Iterator[str]:
    """Tell of earlier steps that come out otherwise if this one were taken before them."""
    line = carrier.versions.line
    for earlier in before:
        changed = earlier.versions[earlier.before != earlier.after]
        shared = np.isin(line[done.versions], line[changed])
        if not shared.any():
            continue
        what = f"step {earlier.placed.number} ({verb_of(earlier.placed.step)})"
        if earlier.placed.scenario != done.placed.scenario:
            what += f' of "{earlier.placed.scenario}"'
        many = plural(int(np.unique(line[done.versions[shared]]).size), "line")
        step = done.placed.step
        if isinstance(step, Set) and step.of == "rate":
            yield f"it undoes {what} on {many}"
        elif isinstance(step, Delay | Advance | Freeze):
            yield f"it undoes or moves what {what} did on {many}"
        elif _goes_by_rates(step) or _goes_by_rates(earlier.placed.step) or not _commute(carrier, earlier, done):
            yield f"order matters: {what} comes before it on {many}"


def _goes_by_rates(step: object) -> bool:
    by_rate = isinstance(step, Swiss | Tiers) and step.of == "rate"
    return by_rate or isinstance(step, Tariffication | Delay | Advance | Freeze)


def _commute(carrier: Carrier, earlier: Done, done: Done) -> bool:
    """Whether two steps give the same duties in either order, on those that the earlier one met."""
    first, second = earlier.placed.step, done.placed.step
    assert isinstance(first, DutyStep)
    assert isinstance(second, DutyStep)
    for number in np.unique(earlier.before)[:TRIED].tolist():
        expr = carrier.book.expr(number)
        if not _alike(_after(_after(expr, first), second), _after(_after(expr, second), first)):
            return False
    return True


def _after(expr: Expr, step: DutyStep) -> Expr:
    return edits.edited(expr, step) if edits.selects_duty(step.selection, expr) else expr


def _alike(one: Expr, other: Expr) -> bool:
    """Whether two duties come to the same at any unit value that is tried."""
    if one == other:
        return True
    first, second = Duty(one), Duty(other)
    if set(first.kinds) != set(second.kinds):
        return False
    currencies = {currency: 1.0 for duty in (first, second) for currency in duty.currencies}
    for value in (0.01, 0.3, 1.0, 7.0, 50.0, 3000.0):
        values = dict.fromkeys(first.kinds, value)
        if abs(first.rate(values or None, currencies) - second.rate(values or None, currencies)) > 1e-12:
            return False
    return True
