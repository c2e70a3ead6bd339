"""A scenario: a name and what changes, as frozen data.

The trade changes first. All else are steps, taken in their order (METHOD.md section 7, "Steps").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

from fastavs.arguments import LARGEST, a_kind, a_text, some
from fastavs.errors import InputError
from fastavs.scenario.duties import DutyChange, FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample, TradeChange

Change: TypeAlias = DutyChange | TradeChange
KINDS = (FxShock, ScaleDuty, ShiftDuty, SetDuty, PriceShock, ExcludePartners, OnlyPartners, Resample)


class Scenario:
    """A named set of changes to a study.

    Parameters
    ----------
    name : str
    *changes : FxShock, ScaleDuty, ShiftDuty, SetDuty, PriceShock, ExcludePartners, OnlyPartners or Resample
        What changes, in order; nothing, for the study as it is. Changes of the trade come before all others,
        whatever their order; at most one `Resample`.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Scenario("weak euro", fa.FxShock("EUR", 0.9))
    Scenario('weak euro', FxShock(currency='EUR', factor=0.9, periods=None))
    """

    __slots__ = ("changes", "name")

    name: str
    changes: tuple[Change, ...]

    def __init__(self, name: str, *changes: Change) -> None:
        if a_text("name", name) == "":
            raise InputError("a scenario without a name", key="name", expected="a text")
        for change in changes:
            if not isinstance(change, KINDS):
                raise InputError(
                    f'the scenario "{name}" has something that is no change',
                    key="changes",
                    value=type(change).__name__,
                    expected=", ".join(kind.__name__ for kind in KINDS),
                )
        if sum(isinstance(change, Resample) for change in changes) > 1:
            raise InputError(f'the scenario "{name}" draws its partners twice', expected="one Resample at most")
        _check_together(name, changes)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "changes", changes)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a scenario is frozen")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Scenario, (self.name, *self.changes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and (self.name, self.changes) == (other.name, other.changes)

    def __hash__(self) -> int:
        return hash((self.name, self.changes))

    def __repr__(self) -> str:
        from fastavs.scenario.shown import scenario_line

        return scenario_line(self)

    def _repr_html_(self) -> str:
        from fastavs.scenario.shown import scenario_card
        from fastavs.shown.html import as_html

        return as_html(scenario_card(self))


def _check_together(name: str, changes: Sequence[Change]) -> None:
    """Make sure that factors and shifts do not take numbers beyond what double holds."""
    factors = [c.factor for c in changes if isinstance(c, FxShock | PriceShock)]
    factors += [max(c.ad_valorem, c.specific) for c in changes if isinstance(c, ScaleDuty)]
    shifts = sum(max(abs(c.ad_valorem), abs(c.specific)) for c in changes if isinstance(c, ShiftDuty))
    growth = math.prod(max(factor, 1.0) for factor in factors)
    shrinking = math.prod(c.factor for c in changes if isinstance(c, FxShock | PriceShock) and c.factor < 1.0)
    if max(growth, shifts) > LARGEST or shrinking < 1.0 / LARGEST:
        raise InputError(
            f'the changes of the scenario "{name}" come to more than can be reckoned with', key="changes",
            expected=f"factors that multiply to {LARGEST:g} at most, and to {1.0 / LARGEST:g} at least",
        )  # fmt: skip


_a_scenario = a_kind(lambda: Scenario, 'a scenario, such as fa.Scenario("as it is")')
_all_scenarios = some(_a_scenario, "a scenario, or scenarios")


def scenarios_given(name: str, value: Any) -> tuple[Scenario, ...]:
    """Take scenarios, or one, as an argument."""
    return tuple(_all_scenarios(name, value))


def set_changes(scenarios: Sequence[Scenario]) -> list[SetDuty]:
    """Return the distinct changes that set duties."""
    return list(dict.fromkeys(c for one in scenarios for c in one.changes if isinstance(c, SetDuty)))
