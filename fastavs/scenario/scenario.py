"""Scenarios: reforms of duties, shocks to exchange rates and changes of the trade, as frozen data.

A change says what it does and which lines it touches. The trade changes first; then new duties are set, and factors
and shifts go through all duties in their order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from fastavs.codes import Grouping, chapters, interval, to_key
from fastavs.duty import Duty, parse_duty
from fastavs.errors import InputError, did_you_mean
from fastavs.scenario.checks import check_currency, check_factor, check_number, check_prefixes, texts, wrong
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample, TradeChange

SCHEDULES = ("both", "applied", "bound")


@dataclass(frozen=True, slots=True)
class Where:
    """Which lines of which schedules a change touches.

    Parameters
    ----------
    prefixes : tuple of str
        Digits that a line's code begins with, any of them; none: all lines.
    group : (str, str), optional
        A grouping of the study ("chapter" always is one) and one of its groups.
    schedule : {"both", "applied", "bound"}
    years : tuple of int, optional
        Schedule years; all by default. A bound year without an applied schedule of its own is compared with the
        applied schedule of another year, which changes if that other year is named.
    """

    prefixes: tuple[str, ...]
    group: tuple[str, str] | None
    schedule: str
    years: tuple[int, ...] | None

    def lines(self, kind: str, year: int, keys: np.ndarray, digits: int, groups: dict[str, Grouping]) -> np.ndarray:
        """Return which lines of one schedule year are touched, bool[h].

        Raises
        ------
        InputError
            A grouping, or a group, that the study does not have.
        """
        chosen = np.zeros(keys.size, dtype=bool)
        grouping = self._grouping(keys, groups)
        if self.schedule not in ("both", kind) or (self.years is not None and year not in self.years):
            return chosen
        if not self.prefixes:
            chosen[:] = True
        for prefix in self.prefixes:
            low, high = interval(np.int64(to_key(prefix)), len(prefix))
            chosen |= (keys >= low) & (keys < high)
        if grouping is not None and self.group is not None:
            names, member = grouping.assign(keys, digits)
            chosen &= member == (names.index(self.group[1]) if self.group[1] in names else -1)
        return chosen

    def _grouping(self, keys: np.ndarray, groups: dict[str, Grouping]) -> Grouping | None:
        if self.group is None:
            return None
        title, name = self.group
        if title in groups:
            known = sorted(set(groups[title].members))
            if name not in known and name != "unassigned":
                raise InputError(
                    f'the grouping "{title}" has no such group', key="group", value=name,
                    expected=f"one of {', '.join(known)}.{did_you_mean(name, known)}",
                )  # fmt: skip
            return groups[title]
        if title == "chapter":
            return chapters(keys)
        names = ["chapter", *groups]
        raise InputError(
            "the study has no such grouping", key="group", value=title,
            expected=f"{', '.join(names)}.{did_you_mean(title, names)}",
        )  # fmt: skip


EVERYWHERE = Where((), None, "both", None)


def _check_where(change: Any) -> None:
    """Check the fields by which a change chooses lines."""
    check_prefixes(change)
    if change.schedule not in SCHEDULES:
        expected = " or ".join(f'"{one}"' for one in SCHEDULES)
        raise wrong(change, "schedule", change.schedule, f"{expected}.{did_you_mean(str(change.schedule), SCHEDULES)}")
    if change.years is not None:
        years = change.years if isinstance(change.years, list | tuple | set | range | np.ndarray) else (change.years,)
        for year in years:
            if isinstance(year, bool) or not isinstance(year, int | np.integer):
                raise wrong(change, "years", year, "whole numbers, such as 2012")
        object.__setattr__(change, "years", tuple(int(year) for year in years))
    group = getattr(change, "group", None)
    if group is not None:
        listed = isinstance(group, list | tuple) and len(group) == 2
        if not listed or not all(isinstance(one, str) for one in group):
            raise wrong(change, "group", group, 'a grouping and a group, such as ("industry", "13")')
        object.__setattr__(change, "group", tuple(group))


def _check_parts(change: Any, least: float, neutral: float) -> None:
    """Check what a change does to percentages and amounts, and where."""
    check_number(change, "ad_valorem", least)
    check_number(change, "specific", least)
    _check_where(change)
    if change.currency is not None:
        check_currency(change, change.currency)
        if change.ad_valorem != neutral:
            expected = f"{neutral:g} where a currency is named: percentages have none"
            raise wrong(change, "ad_valorem", change.ad_valorem, expected)


def _where(change: Any) -> Where:
    return Where(change.prefixes, getattr(change, "group", None), change.schedule, change.years)


@dataclass(frozen=True, slots=True)
class FxShock:
    """A currency dearer or cheaper.

    Parameters
    ----------
    currency : str
    factor : float
        The study's currency for one unit of it becomes so many times as much: 0.9 is a currency 10 % weaker.
    periods : tuple of str, optional
        Periods of the fx table; all by default.
    """

    currency: str
    factor: float
    periods: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        check_currency(self, self.currency)
        check_factor(self)
        if self.periods is not None:
            texts(self, "periods")


@dataclass(frozen=True, slots=True)
class ScaleDuty:
    """Duties multiplied.

    Parameters
    ----------
    ad_valorem : float
        Every percentage within a duty is multiplied by it.
    specific : float
        Every amount within a duty is multiplied by it. One of the two must not be 1.
    prefixes, group, schedule, years
        Which lines, see `Where`; all by default.
    currency : str, optional
        Only amounts in this currency.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Scenario("a tenth off industry 13", fa.ScaleDuty(0.9, 0.9, group=("industry", "13"))).changes[0].specific
    0.9
    """

    ad_valorem: float = 1.0
    specific: float = 1.0
    prefixes: tuple[str, ...] = ()
    group: tuple[str, str] | None = None
    currency: str | None = None
    schedule: str = "both"
    years: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _check_parts(self, least=0.0, neutral=1.0)

    @property
    def where(self) -> Where:
        return _where(self)


@dataclass(frozen=True, slots=True)
class ShiftDuty:
    """Duties raised or lowered by a fixed amount; nothing falls below 0.

    Parameters
    ----------
    ad_valorem : float
        Added to every percentage within a duty, as a fraction: 0.02 is two percentage points.
    specific : float
        Added to every amount within a duty, in the duty's own currency for its own unit.
    prefixes, group, currency, schedule, years
        As for `ScaleDuty`.
    """

    ad_valorem: float = 0.0
    specific: float = 0.0
    prefixes: tuple[str, ...] = ()
    group: tuple[str, str] | None = None
    currency: str | None = None
    schedule: str = "both"
    years: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _check_parts(self, least=-math.inf, neutral=0.0)

    @property
    def where(self) -> Where:
        return _where(self)


@dataclass(frozen=True, slots=True)
class SetDuty:
    """A new duty for some lines.

    Parameters
    ----------
    prefixes : tuple of str
        Digits that the lines begin with; whole codes for single lines.
    duty : str
        Any duty that a schedule may have.
    schedule, years
        As for `ScaleDuty`.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.SetDuty("2204", "12.5%", schedule="applied").prefixes
    ('2204',)
    """

    prefixes: tuple[str, ...]
    duty: str
    schedule: str = "both"
    years: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _check_where(self)
        if not self.prefixes:
            raise wrong(self, "prefixes", "", "at least one code or prefix")
        if not isinstance(self.duty, str):
            raise wrong(self, "duty", self.duty, 'a duty as text, such as "12.5%" or "max(15%, 0.15 EUR/kg)"')
        object.__setattr__(self, "duty", parse_duty(self.duty).text)

    @property
    def where(self) -> Where:
        return _where(self)

    @property
    def new(self) -> Duty:
        return parse_duty(self.duty)


Change: TypeAlias = FxShock | ScaleDuty | ShiftDuty | SetDuty | TradeChange
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
        if not isinstance(name, str) or not name:
            raise InputError("a scenario without a name", value=name, expected="a text")
        for change in changes:
            if not isinstance(change, KINDS):
                raise InputError(
                    f'the scenario "{name}" has something that is no change',
                    value=type(change).__name__,
                    expected=", ".join(kind.__name__ for kind in KINDS),
                )
        if sum(isinstance(change, Resample) for change in changes) > 1:
            raise InputError(f'the scenario "{name}" draws its partners twice', expected="one Resample at most")
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
        return f"Scenario({', '.join(map(repr, (self.name, *self.changes)))})"


def set_changes(scenarios: Sequence[Scenario]) -> list[SetDuty]:
    """Return the distinct changes that set duties."""
    return list(dict.fromkeys(c for one in scenarios for c in one.changes if isinstance(c, SetDuty)))
