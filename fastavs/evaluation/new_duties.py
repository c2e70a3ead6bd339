"""Duties that scenarios set, as rows of a plan of all lines."""

from __future__ import annotations

import numpy as np

from fastavs.errors import InputError
from fastavs.evaluation.plan import Plan, touched_lines
from fastavs.evaluation.rows import alone
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import CONST, TIE
from fastavs.kernels.shapes import DutyTable, Factors, changed
from fastavs.scenario.duties import SetDuty
from fastavs.scenario.scenario import Scenario


def with_new_duties(plan: Plan, scenario: Scenario, factors: Factors) -> np.ndarray:
    """Return the rows with the duties that one scenario sets, and with what its other changes make nought of.

    Raises
    ------
    InputError
        A line's new duty goes by quantities that were not indexed.
    """
    index, rows = plan.index, plan.rows
    duty, group = rows["duty"].copy(), rows["group"].copy()
    for change in scenario.changes:
        if isinstance(change, SetDuty):
            touched = np.flatnonzero(touched_lines(index, change.where))
            duty[plan.line_row[touched]], group[plan.line_row[touched]] = _new_duty(plan, scenario, change, touched)
    specific, purely_specific = alive(plan.duties, duty, rows["cell"], alone(factors, 0))
    return changed(rows, duty=duty, group=group, specific=specific, purely_specific=purely_specific)


def _new_duty(plan: Plan, scenario: Scenario, change: SetDuty, touched: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the place of a new duty, and the group of observations that each touched line has for it."""
    index = plan.index
    _check_rates(index, scenario, change, touched)
    group = index.lines.group[touched].copy()
    if not change.new.kinds:  # what is charged on the value alone needs no observation
        return plan.ready.texts.index(change.duty), group
    kinds = [tuple(some) for some in index.facts["kinds"]]
    if change.new.kinds not in kinds:
        raise unprepared(scenario, change)
    some = kinds.index(change.new.kinds)
    kinds_of = np.array([kinds.index(duty.kinds) for duty in index.parsed], dtype=np.int64)
    other = np.flatnonzero(kinds_of[index.lines.duty[touched]] != some)
    if other.size:
        known = index.others.line * len(kinds) + index.others.kinds
        wanted = touched[other] * len(kinds) + some
        at = np.searchsorted(known, wanted)
        if known.size == 0 or (known[np.minimum(at, known.size - 1)] != wanted).any():
            raise unprepared(scenario, change)
        group[other] = index.others.group[at]
    return plan.ready.texts.index(change.duty), group


def _check_rates(index: SortedIndex, scenario: Scenario, change: SetDuty, touched: np.ndarray) -> None:
    """Make sure that a new duty's currencies have rates wherever the touched lines have trade."""
    for place, side in enumerate(index.sides):
        if not ((touched >= side.first) & (touched < side.last)).any():
            continue
        for currency in change.new.currencies:
            check_rate(index, scenario, change, place, currency)


def check_rate(index: SortedIndex, scenario: Scenario, change: SetDuty, side: int, currency: str) -> None:
    """Make sure that a currency of a new duty has rates wherever a schedule has trade."""
    facts = index.facts
    _, periods, _ = facts["bases"][facts["basis_of"][side]]
    context = facts["context_of"][side]
    rates = index.fx[context, facts["currencies"].index(currency), periods]
    lacking = [facts["contexts"][context][periods[i]] for i in np.flatnonzero(np.isnan(rates))]
    if lacking:
        raise InputError(
            f'no exchange rate for {currency} in {lacking[0]}, which the scenario "{scenario.name}" needs',
            value=change.duty, cure="add it to the fx table, or set the duty in another currency",
        )  # fmt: skip


def unprepared(scenario: Scenario, change: SetDuty) -> InputError:
    return InputError(
        f'the index was not prepared for the scenario "{scenario.name}"', value=change.duty,
        cure="build it with the scenarios that set duties: fastavs.build_index(study, scenarios)",
    )  # fmt: skip


def alive(table: DutyTable, duty: np.ndarray, cell: np.ndarray, factors: Factors) -> tuple[np.ndarray, np.ndarray]:
    """Whether some amount of each row's duty is not 0 under a scenario, and no percentage is in it; bool[n].

    `factors` are of one dimension.
    """
    has_percent = np.zeros(table.duty.size, dtype=bool)
    owner = np.repeat(np.arange(table.duty.size), table.duty["op_stop"] - table.duty["op"])
    has_percent[owner[table.op == CONST]] = True
    cells = factors.scale.shape[0]
    pairs, place = np.unique(duty.astype(np.int64) * cells + cell, return_inverse=True)
    alive = np.zeros(pairs.size, dtype=bool)
    for i, pair in enumerate(pairs):
        one, where = divmod(int(pair), cells)
        terms = table.amount[table.duty[one]["term"] : table.duty[one]["term_stop"]]
        of = where * factors.currencies + terms["currency"]
        shift, floor = factors.shift_b[of] * terms["per_unit"], factors.floor_b[of]
        amounts = terms["b"] * factors.scale_b[of] + shift
        alive[i] = ((amounts > TIE * np.abs(shift)) | (floor > 0.0)).any()
    specific = alive[place]
    return specific, specific & ~has_percent[duty]
