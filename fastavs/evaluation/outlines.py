"""Scenarios told apart into their outline, which lines they change and how, and their numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from fastavs.index.duties import form_of
from fastavs.kernels.names import ALONE, PERCENT
from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.where import EVERYWHERE

FX, SCALE, SHIFT, SET = "fx", "scale", "shift", "set"


class Template(NamedTuple):
    """A new duty but for its numbers: of a plain form."""

    form: int
    currency: str | None  # of its amount; None: a percentage alone
    kinds: tuple[str, ...]  # of quantity


class Step(NamedTuple):
    """A step of a scenario but for its numbers."""

    kind: str
    where: tuple[Any, ...]  # fields of `Where`; of an exchange rate its periods
    currency: str | None
    new: Template | str | None  # the duty that it sets; a text if it is of no plain form
    to_nought: bool  # whether it may make an amount nought, or more of nought


Outline: TypeAlias = tuple[Step, ...]
"""What a scenario says but for its numbers."""
Numbers: TypeAlias = list[tuple[float, float]]
"""A percentage and an amount for each step, or factors of them; of an exchange rate its factor."""

_ALL = (EVERYWHERE.prefixes, EVERYWHERE.group, EVERYWHERE.schedule, EVERYWHERE.years)


def outline_of(scenario: Scenario, pooled: bool) -> tuple[Outline, Numbers] | None:
    """Tell a scenario apart into its outline and its numbers.

    None for one that changes nothing or the trade, and for one that sets no duty and changes something everywhere.
    """
    steps: list[Step] = []
    numbers: Numbers = []
    plain = not any(type(one) is ShiftDuty and one.specific != 0.0 for one in scenario.changes)
    sets, everywhere = False, False
    where: tuple[Any, ...]
    for one in scenario.changes:
        if isinstance(one, SetDuty):
            sets = True
            new, percent, amount, nought = _told(one.duty, pooled)
            numbers.append((percent, amount))
            where = (one.prefixes, None, one.schedule, one.years)
            steps.append(Step(SET, where, None, new if plain else one.duty, nought))
        elif isinstance(one, ScaleDuty | ShiftDuty):
            where = (one.prefixes, one.group, one.schedule, one.years)
            everywhere = everywhere or where == _ALL
            scaled = isinstance(one, ScaleDuty)
            numbers.append((one.ad_valorem, one.specific))
            to_nought = one.specific == 0.0 if scaled else one.specific != 0.0
            steps.append(Step(SCALE if scaled else SHIFT, where, one.currency, None, to_nought))
        elif isinstance(one, FxShock):
            everywhere = True
            numbers.append((one.factor, 1.0))
            steps.append(Step(FX, (one.periods,), one.currency, None, False))
        else:
            return None
    return (tuple(steps), numbers) if steps and (sets or not everywhere) else None


@lru_cache(maxsize=1 << 15)
def _told(text: str, pooled: bool) -> tuple[Template | str, float, float, bool]:
    """Tell a new duty apart: what it is but for its numbers, its percentage, its amount, and whether one is nought."""
    from fastavs.duty import parse_duty

    duty = parse_duty(text)
    nought = any(not term.b > 0.0 for term in duty.specifics)
    form = form_of(duty, pooled)
    if not ALONE <= form <= PERCENT or nought:
        return text, 0.0, 0.0, nought
    if form == PERCENT:
        return Template(form, None, ()), duty.ad_valorem, 0.0, False
    term = duty.specifics[0]
    return Template(form, term.currency, duty.kinds), 0.0 if form == ALONE else duty.ad_valorem, term.b, False
