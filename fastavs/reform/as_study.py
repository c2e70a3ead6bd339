"""A scenario as the study: its rates have all that a study's have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from fastavs.errors import InputError
from fastavs.evaluation.as_it_is import NOTHING, AsItIs
from fastavs.evaluation.factors import check_scenarios
from fastavs.evaluation.named_lines import check_named, unmet_prefixes
from fastavs.inputs.fx import Fx
from fastavs.matching.matches import Matches
from fastavs.reform.carrying import carried_out, remade_for
from fastavs.reform.chains import checked_chain
from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.scenario import Scenario

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.index.sorted_index import SortedIndex
    from fastavs.inputs.config import StudyConfig
    from fastavs.matching.given import HasMatches

IN_STEPS = {ScaleDuty: "scale", ShiftDuty: "add", SetDuty: "set"}


class AsStudy(NamedTuple):
    """A scenario carried out on a study.

    Attributes
    ----------
    checked : Checked
        The study's inputs with the scenario's name and exchange rates; without published figures, which are of the
        study as it is.
    matches : Matches
        The same held against each other.
    found : AsItIs
    cautions : tuple of str
    """

    checked: Checked
    matches: Matches
    found: AsItIs
    cautions: tuple[str, ...]


def as_study(study: HasMatches, index: SortedIndex, scenario: Scenario) -> AsStudy:
    """Carry a scenario out on a study.

    Parameters
    ----------
    study : Study
    index : SortedIndex
        The study's, with what the scenario needs.
    scenario : Scenario

    Raises
    ------
    InputError
        A scenario that does not fit the study; or one that changes duties in the words of version 0.1.0, of which no
        duty is left that could be shown.
    """
    check_scenarios(index.facts, (scenario,))
    _check_words(scenario)
    (work,), cautions = carried_out(index, (scenario,), study, line_by_line=True)
    check_named(work.index, work.scenarios)
    told = (*cautions, *unmet_prefixes(work.index, work.scenarios))
    left = work.scenarios[0]
    matches = study.matches
    if scenario.has_steps:
        matches = remade_for(index, checked_chain(scenario, (scenario,)), study, True).matches or matches
    shocks = [change for change in left.changes if isinstance(change, FxShock)]
    checked = replace(
        matches.checked,
        config=_named(matches.checked, scenario),
        fx=_shocked(matches.checked.fx, shocks),
        published=matches.checked.published if scenario.leaves_all else {},
    )
    return AsStudy(checked, matches.with_checked(checked), AsItIs(work.index, left if left.changes else NOTHING), told)


def _check_words(scenario: Scenario) -> None:
    for change in scenario.changes:
        if type(change) in IN_STEPS:
            raise InputError(
                f'the scenario "{scenario.name}" changes duties in words of version 0.1.0, which leave no duty to show',
                key="scenario", value=type(change).__name__,
                cure=f"write it as a step, {IN_STEPS[type(change)]}; or work it out in a sweep",
            )  # fmt: skip


def _named(checked: Checked, scenario: Scenario) -> StudyConfig:
    name = f'{checked.config.name}, scenario "{scenario.name}"'
    return msgspec.structs.replace(checked.config, name=name)


def _shocked(fx: Fx, shocks: Sequence[FxShock]) -> Fx:
    """Return exchange rates under a scenario."""
    if not shocks:
        return fx
    rates = {
        (period, currency): rate * math.prod(
            one.factor for one in shocks
            if one.currency == currency and (one.periods is None or period in one.periods)
        )
        for (period, currency), rate in fx.rates.items()
    }  # fmt: skip
    return replace(fx, rates=rates)
