"""A scenario: a name and what changes, as frozen data.

It has steps, taken in their order, or the changes of version 0.1.0: of those the trade changes first, and all else is
taken in its order (METHOD.md section 7, "Steps").
"""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from fastavs.arguments import LARGEST, a_kind, a_text, some
from fastavs.errors import InputError
from fastavs.scenario.about import base_given, draws_given, shares_given, text_about
from fastavs.scenario.chain import AS_IT_IS, Chain, chain_of
from fastavs.scenario.duties import DutyChange, FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.lists import CodeList, lists_given
from fastavs.scenario.sampling import Sampling
from fastavs.scenario.steps import KINDS as STEP_KINDS
from fastavs.scenario.steps import AnyStep
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample, TradeChange

Change: TypeAlias = DutyChange | TradeChange
KINDS = (FxShock, ScaleDuty, ShiftDuty, SetDuty, PriceShock, ExcludePartners, OnlyPartners, Resample)


class Scenario:
    """A named set of changes to a study, or a reform in steps.

    Parameters
    ----------
    name : str
    *changes : steps, or changes of version 0.1.0
        Steps (Set, Scale, Add, Cap, Floor, Swiss, Tiers, DropSpecific, Tariffication, Delay, Advance, Freeze, Put, Fx,
        Price, Exclude, Only, Include, Resample, BasePeriod, Options, Weights) are taken in their order. Of FxShock,
        ScaleDuty, ShiftDuty, SetDuty, PriceShock, ExcludePartners, OnlyPartners and Resample, those that change the
        trade come before all others, whatever their order. A scenario has the ones or the others; at most one
        `Resample`; nothing, for the study as it is.
    title, author, reference, date : str, optional
        What a reader should know of it; a date may be a `datetime.date`.
    base : str or Scenario, optional
        Another scenario, or its name, whose steps and lists come first; "as it is" is the study.
    lists : mapping, optional
        Names that steps use, to codes or to the path of a file.
    shares : mapping, optional
        Names of the study's shares, to the path of what is put in their place.
    draws : Sampling or mapping, optional
        What is drawn at random.

    Attributes
    ----------
    name : str
    changes : tuple
        Those of version 0.1.0.
    steps : tuple
    title, author, reference, date : str or None
    base : str, Scenario or None
    lists : tuple of CodeList
    shares : tuple of (str, str)
        With whole paths.
    draws : Sampling or None

    Raises
    ------
    InputError
        No name; something that is no change; steps and changes of version 0.1.0 together; a base that is itself.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Scenario("weak euro", fa.FxShock("EUR", 0.9))
    Scenario('weak euro', FxShock(currency='EUR', factor=0.9, periods=None))
    >>> reform = fa.Scenario("capped", fa.Cap("10%", lists="spared"), lists={"spared": ["8542"]})
    >>> print(reform.to_toml())
    [[scenario]]
    name = "capped"
    lists = { spared = ["8542"] }
    <BLANKLINE>
    [[scenario.step]]
    cap = "10%"
    lists = ["spared"]
    <BLANKLINE>
    """

    __slots__ = (
        "author", "base", "changes", "date", "draws", "lists", "name", "reference", "shares", "steps", "title",
    )  # fmt: skip

    name: str
    changes: tuple[Change, ...]
    steps: tuple[AnyStep, ...]
    title: str | None
    author: str | None
    reference: str | None
    date: str | None
    base: str | Scenario | None
    lists: tuple[CodeList, ...]
    shares: tuple[tuple[str, str], ...]
    draws: Sampling | None

    def __init__(
        self,
        name: str,
        *changes: Change | AnyStep,
        title: str | None = None,
        author: str | None = None,
        reference: str | None = None,
        date: str | datetime.date | None = None,
        base: str | Scenario | None = None,
        lists: Mapping[str, Any] | None = None,
        shares: Mapping[str, str | os.PathLike[str]] | None = None,
        draws: Sampling | Mapping[str, Any] | None = None,
    ) -> None:
        if a_text("name", name) == "":
            raise InputError("a scenario without a name", key="name", expected="a text")
        put = object.__setattr__
        put(self, "name", name)
        for key, value in (("title", title), ("author", author), ("reference", reference), ("date", date)):
            put(self, key, text_about(key, value))
        put(self, "base", base_given(name, base))
        put(self, "lists", () if lists is None else lists_given(lists))
        put(self, "shares", () if shares is None else shares_given(shares))
        put(self, "draws", None if draws is None else draws_given(draws))
        _check_kinds(name, changes)
        _check_one_language(self, changes)
        old = not self._is_in_steps and all(isinstance(one, KINDS) for one in changes)
        put(self, "changes", changes if old else ())
        put(self, "steps", () if old else changes)
        if name == AS_IT_IS and self.has_steps:
            raise InputError(
                f'the scenario "{name}" is the study and has no steps', key="name", cure="name it otherwise"
            )
        _check_together(name, self.changes)

    @property
    def _is_in_steps(self) -> bool:
        """Whether it has something besides its changes that only scenarios in steps have."""
        return bool(self.base or self.lists or self.shares or self.draws)

    @property
    def has_steps(self) -> bool:
        """Whether it changes something by steps: its own, a base's, or what is drawn or put in place beside them."""
        return bool(self.steps or self.base or self.shares or self.draws)

    @property
    def leaves_all(self) -> bool:
        """Whether it is the study as it is."""
        return not self.changes and not self.has_steps

    def resolved(self, scenarios: Iterable[Scenario] = ()) -> Chain:
        """Return the scenario with its bases: all steps in the order in which they are taken.

        Parameters
        ----------
        scenarios : iterable of Scenario
            Among which a base is that is known by name.

        Returns
        -------
        Chain

        Raises
        ------
        InputError
            A base that is not there, with the nearest; bases in a circle; two lists of one name with other codes;
            changes of version 0.1.0.

        Examples
        --------
        >>> import fastavs as fa
        >>> first = fa.Scenario("capped", fa.Cap("10%"))
        >>> [one.told for one in fa.Scenario("late", fa.Delay(2), base="capped").resolved([first]).steps]
        ['the scenario "capped", step 1 (cap)', 'the scenario "late", step 1 (delay)']
        """
        return chain_of(self, scenarios)

    def to_toml(self) -> str:
        """Return the text of the file that would make it, its base before it.

        Raises
        ------
        InputError
            Changes of version 0.1.0 in an order that their file cannot say.
        """
        from fastavs.scenario.printing import toml_of

        return toml_of((self,))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a scenario is frozen")

    def about(self) -> dict[str, Any]:
        """Return what it has besides its name and its changes, as arguments."""
        found = {key: getattr(self, key) for key in ("title", "author", "reference", "date", "base", "draws")}
        found |= {"lists": {one.name: one for one in self.lists} or None, "shares": dict(self.shares) or None}
        return {key: value for key, value in found.items() if value is not None}

    def changed(self, **about: Any) -> Scenario:
        """Return the scenario with other arguments besides its changes."""
        return Scenario(self.name, *self.changes, *self.steps, **(self.about() | about))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_remade, (self.name, (*self.changes, *self.steps), self.about()))

    def _fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, one) for one in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        from fastavs.scenario.shown import scenario_line

        return scenario_line(self)

    def _repr_html_(self) -> str:
        from fastavs.scenario.shown import scenario_card
        from fastavs.shown.html import as_html

        return as_html(scenario_card(self))


def _remade(name: str, changes: tuple[Any, ...], about: dict[str, Any]) -> Scenario:
    return Scenario(name, *changes, **about)


def _check_kinds(name: str, changes: Sequence[Any]) -> None:
    """Make sure that all changes are changes or steps, and that partners are drawn once."""
    for change in changes:
        if not isinstance(change, (*KINDS, *STEP_KINDS)):
            kinds = dict.fromkeys(kind.__name__ for kind in (*STEP_KINDS, *KINDS))
            raise InputError(
                f'the scenario "{name}" has something that is no change', key="changes",
                value=type(change).__name__, expected=", ".join(kinds),
            )  # fmt: skip
    if sum(isinstance(change, Resample) for change in changes) > 1:
        raise InputError(f'the scenario "{name}" draws its partners twice', expected="one Resample at most")


def _check_one_language(scenario: Scenario, changes: Sequence[Any]) -> None:
    """Make sure that steps and changes of version 0.1.0 do not stand together."""
    steps = [type(one).__name__ for one in changes if not isinstance(one, KINDS)]
    steps += [key for key in ("base", "lists", "shares", "draws") if getattr(scenario, key)]
    for change in changes:
        if steps and isinstance(change, KINDS) and not isinstance(change, Resample):
            raise InputError(
                f'the scenario "{scenario.name}" has steps and changes of version 0.1.0', key="changes",
                value=f"{steps[0]}, {type(change).__name__}", expected="the ones or the others",
                cure=f"write {_STEP_FOR[type(change)]} for {type(change).__name__}",
            )  # fmt: skip


_STEP_FOR: dict[type, str] = {
    FxShock: "Fx", ScaleDuty: "Scale", ShiftDuty: "Add", SetDuty: "Set", PriceShock: "Price",
    ExcludePartners: "Exclude", OnlyPartners: "Only",
}  # fmt: skip


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


a_scenario = a_kind(lambda: Scenario, 'a scenario, such as fa.Scenario("as it is")')
_all_scenarios = some(a_scenario, "a scenario, or scenarios")


def scenarios_given(name: str, value: Any) -> tuple[Scenario, ...]:
    """Take scenarios, or one, as an argument."""
    return tuple(_all_scenarios(name, value))


def set_changes(scenarios: Sequence[Scenario]) -> list[SetDuty]:
    """Return the distinct changes that set duties."""
    return list(dict.fromkeys(c for one in scenarios for c in one.changes if isinstance(c, SetDuty)))
