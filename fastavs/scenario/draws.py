"""Scenarios that differ in their draw of partners alone: draws of one scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastavs.scenario.shown import changes_told
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample

if TYPE_CHECKING:
    from fastavs.scenario.scenario import Change, Scenario

_TRADE = (PriceShock, ExcludePartners, OnlyPartners)
Others = tuple[tuple["Change", ...], tuple["Change", ...]]


@dataclass(frozen=True, slots=True)
class Draws:
    """Two or more draws of one scenario.

    Attributes
    ----------
    of : str
        The scenario that is drawn: its name where it was swept without a draw, else what it changes.
    places : tuple of int
        The draws' places among the scenarios.
    plain : int or None
        The place of the scenario with the same changes and no draw, if it was swept.
    others : tuple
        What they change besides their draw, see `other_changes`.
    """

    of: str
    places: tuple[int, ...]
    plain: int | None
    others: Others

    @property
    def changes_nothing(self) -> bool:
        """Whether the study as it is was drawn."""
        return self.others == ((), ())


def other_changes(scenario: Scenario) -> Others:
    """Return what a scenario changes besides its draw: the same for two that differ in nothing else.

    Changes of the trade apply together, so their order is no difference; the order of steps is.

    Examples
    --------
    >>> import fastavs as fa
    >>> other_changes(fa.Scenario("draw 1", fa.Resample(1))) == other_changes(fa.Scenario("as it is"))
    True
    """
    trade = sorted((one for one in scenario.changes if isinstance(one, _TRADE)), key=repr)
    return tuple(trade), tuple(one for one in scenario.changes if not isinstance(one, (*_TRADE, Resample)))


def draws_of(scenarios: Sequence[Scenario]) -> list[Draws]:
    """Return the draws among scenarios, those of one scenario together; those of the study as it is come first."""
    drawn: dict[Others, list[int]] = {}
    plain: dict[Others, int] = {}
    for place, one in enumerate(scenarios):
        if any(isinstance(change, Resample) for change in one.changes):
            drawn.setdefault(other_changes(one), []).append(place)
        else:
            plain.setdefault(other_changes(one), place)
    found = [
        Draws(_name(scenarios, places[0], plain.get(others)), tuple(places), plain.get(others), others)
        for others, places in drawn.items()
        if len(places) > 1
    ]
    return sorted(found, key=lambda one: not one.changes_nothing)


def _name(scenarios: Sequence[Scenario], draw: int, plain: int | None) -> str:
    if plain is not None:
        return scenarios[plain].name
    trade, steps = other_changes(scenarios[draw])
    if not trade and not steps:
        return "the study as it is"
    return changes_told(type(scenarios[draw])("without its draw", *trade, *steps))
