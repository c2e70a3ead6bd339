"""A scenario with its bases: all steps in the order in which they are taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from fastavs.errors import InputError, did_you_mean
from fastavs.scenario.lists import CodeList
from fastavs.scenario.sampling import Sampling
from fastavs.scenario.steps import AnyStep, verb_of
from fastavs.scenario.trade import Resample

AS_IT_IS = "as it is"
"""The study: what has no base has this one."""


class Reform(Protocol):
    """A scenario as far as its steps and its bases go."""

    @property
    def name(self) -> str: ...
    @property
    def changes(self) -> tuple[Any, ...]: ...
    @property
    def steps(self) -> tuple[AnyStep, ...]: ...
    @property
    def base(self) -> str | Reform | None: ...
    @property
    def lists(self) -> tuple[CodeList, ...]: ...
    @property
    def shares(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def draws(self) -> Sampling | None: ...


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step and where it stands.

    Attributes
    ----------
    step : step
    scenario : str
        The scenario that it was written in.
    number : int
        Its place there, from 1.
    """

    step: AnyStep
    scenario: str
    number: int

    @property
    def told(self) -> str:
        """The step as messages name it."""
        return f'the scenario "{self.scenario}", step {self.number} ({verb_of(self.step)})'


@dataclass(frozen=True, slots=True)
class Chain:
    """A scenario with its bases.

    Attributes
    ----------
    name : str
        The scenario's.
    steps : tuple of PlacedStep
        Those of its bases first.
    lists : tuple of CodeList
        Its own and its bases'.
    shares : tuple of (str, str)
        Names of the study's shares, and whole paths of what is put in their place; a scenario's own before its
        bases'.
    draws : Sampling or None
        The scenario's own.
    """

    name: str
    steps: tuple[PlacedStep, ...]
    lists: tuple[CodeList, ...]
    shares: tuple[tuple[str, str], ...]
    draws: Sampling | None

    def list_named(self, name: str) -> CodeList | None:
        """Return a list by its name; None for one that only the study may have."""
        return next((one for one in self.lists if one.name == name), None)


def chain_of(scenario: Reform, scenarios: Iterable[Reform] = ()) -> Chain:
    """Return a scenario with its bases; see `Scenario.resolved`."""
    lineage = _lineage(scenario, {one.name: one for one in scenarios})
    for one in lineage:
        if one.changes:
            raise InputError(
                f'the scenario "{one.name}" has changes of version 0.1.0, which are no steps',
                key=None if one is scenario else "base",
                cure="write them as steps, such as Scale for ScaleDuty",
            )  # fmt: skip
    steps = tuple(
        PlacedStep(step, one.name, number) for one in lineage for number, step in enumerate(one.steps, start=1)
    )
    if sum(isinstance(one.step, Resample) for one in steps) > 1:
        raise InputError(f'the scenario "{scenario.name}" and its bases draw partners twice', expected="one resample")
    shares = {name: path for one in lineage for name, path in one.shares}
    return Chain(scenario.name, steps, _lists(lineage), tuple(shares.items()), scenario.draws)


def _lineage(scenario: Reform, known: dict[str, Reform]) -> list[Reform]:
    """Return a scenario after its bases, the first of them first."""
    found = [scenario]
    while (base := found[0].base) is not None:
        if isinstance(base, str):
            if base not in known:
                raise _unknown(found[0].name, base, known)
            base = known[base]
        if any(one.name == base.name for one in found):
            way = [one.name for one in reversed(found)]
            names = " -> ".join(f'"{one}"' for one in [*way[way.index(base.name) :], base.name])
            raise InputError(
                f'the scenario "{scenario.name}" has bases in a circle: {names}', key="base",
                cure="leave the base of one of them out",
            )  # fmt: skip
        found.insert(0, base)
    return found


def _unknown(name: str, base: str, known: dict[str, Reform]) -> InputError:
    names = [one for one in known if one != name]
    told = f"one of {', '.join(names)}" if names else "another scenario beside it"
    return InputError(
        f'the scenario "{name}" has a base that is not there', key="base", value=base,
        expected=f"{told}.{did_you_mean(base, names)}",
    )  # fmt: skip


def _lists(lineage: list[Reform]) -> tuple[CodeList, ...]:
    found: dict[str, tuple[CodeList, str]] = {}
    for scenario in lineage:
        for one in scenario.lists:
            before = found.setdefault(one.name, (one, scenario.name))
            if set(before[0].codes) != set(one.codes):
                raise InputError(
                    f'the scenarios "{before[1]}" and "{scenario.name}", its base or of one base, have a list of the '
                    "same name with other codes", key="lists", value=one.name, cure="give one of them another name",
                )  # fmt: skip
    return tuple(one for one, _ in found.values())
