"""The steps of a scenario with its bases', told apart by what they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastavs.errors import InputError
from fastavs.scenario.chain import Chain, PlacedStep
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.step import DutyStep
from fastavs.scenario.step_study import BasePeriod, Options, Weights
from fastavs.scenario.step_trade import Exclude, Include, Only, Price
from fastavs.scenario.step_years import Put
from fastavs.scenario.trade import Resample

FIXED = "fixed"
OF_TRADE = (Price, Exclude, Only, Include, Resample)
OF_STUDY = (Put, BasePeriod, Options, Include, Weights)


def checked_chain(scenario: Scenario, scenarios: Sequence[Scenario]) -> Chain:
    """Return a scenario's steps with its bases', all of which can be carried out.

    Raises
    ------
    InputError
    """
    chain = scenario.resolved(scenarios)
    if chain.shares:
        raise InputError(
            f'the scenario "{scenario.name}" has shares, which are read and checked but not carried out yet',
            key="shares", cure="leave the shares out",
        )  # fmt: skip
    return chain


def by_itself(scenario: Scenario, scenarios: Sequence[Scenario]) -> Scenario:
    """Return a scenario that holds the steps and lists of its bases, and draws nothing."""
    if not scenario.has_steps:
        return scenario
    chain = checked_chain(scenario, scenarios)
    return Scenario(
        scenario.name, *(placed.step for placed in chain.steps), lists={one.name: one for one in chain.lists} or None
    )


def duty_steps(chain: Chain) -> list[PlacedStep]:
    """Return the steps that change duties."""
    return [placed for placed in chain.steps if isinstance(placed.step, DutyStep)]


def study_steps(chain: Chain) -> list[PlacedStep]:
    """Return the steps for which the study itself is made anew."""
    return [
        placed
        for placed in chain.steps
        if isinstance(placed.step, OF_STUDY) and not (isinstance(placed.step, Weights) and placed.step.value == FIXED)
    ]


def holds_weights(chain: Chain) -> bool:
    """Whether weights are those of the unchanged study: of two steps on weights the later wins."""
    some = [placed.step.value for placed in chain.steps if isinstance(placed.step, Weights)]
    return some[-1:] == [FIXED]


def changes_trade(scenarios: Sequence[Scenario]) -> bool:
    """Whether some scenario has a step that changes the trade."""
    some = any(isinstance(one, OF_TRADE) for scenario in _all_of(scenarios) for one in scenario.steps)
    return some or any(one.draws.of_trade for one in scenarios if one.draws)


def _all_of(scenarios: Sequence[Scenario]) -> Iterator[Scenario]:
    """Give scenarios and those that they have as bases, where these are given themselves."""
    for one in scenarios:
        yield one
        while isinstance(one.base, Scenario):
            one = one.base
            yield one
