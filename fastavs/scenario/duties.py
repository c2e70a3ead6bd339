"""Changes of duties and of the exchange rates that they are charged at.

They are steps, taken in their order: a new duty undoes the steps before it on its lines, and those after it change it
as they change any other. After each step, no percentage and no amount is below 0 (METHOD.md section 7, "Steps").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from fastavs.scenario.checks import Texts, Years, check_currency, check_factor, check_number, period_labels, wrong
from fastavs.scenario.where import Where, check_where, where_of

if TYPE_CHECKING:
    from fastavs.duty import Duty


def _check_parts(change: Any, least: float, neutral: float) -> None:
    """Check what a change does to percentages and amounts, and where."""
    check_number(change, "ad_valorem", least)
    check_number(change, "specific", least)
    check_where(change)
    if change.currency is not None:
        check_currency(change, change.currency)
        if change.ad_valorem != neutral:
            expected = f"{neutral:g} where a currency is named: percentages have none"
            raise wrong(change, "ad_valorem", change.ad_valorem, expected)


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

    if TYPE_CHECKING:  # what may be given, and is made tuples

        def __init__(self, currency: str, factor: float, periods: Texts | None = None) -> None: ...

    def __post_init__(self) -> None:
        check_currency(self, self.currency)
        check_factor(self)
        if self.periods is not None:
            period_labels(self, "periods")


@dataclass(frozen=True, slots=True)
class ScaleDuty:
    """Duties multiplied.

    Parameters
    ----------
    ad_valorem : float
        Every percentage within a duty is multiplied by it.
    specific : float
        Every amount within a duty is multiplied by it.
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

    if TYPE_CHECKING:  # what may be given, and is made tuples

        def __init__(
            self,
            ad_valorem: float = 1.0,
            specific: float = 1.0,
            prefixes: Texts = (),
            group: tuple[str, str] | None = None,
            currency: str | None = None,
            schedule: str = "both",
            years: Years | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        _check_parts(self, least=0.0, neutral=1.0)

    @property
    def where(self) -> Where:
        return where_of(self)


@dataclass(frozen=True, slots=True)
class ShiftDuty:
    """Duties raised or lowered by a fixed amount; nothing falls below 0, and a later rise begins from there.

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

    if TYPE_CHECKING:  # what may be given, and is made tuples

        def __init__(
            self,
            ad_valorem: float = 0.0,
            specific: float = 0.0,
            prefixes: Texts = (),
            group: tuple[str, str] | None = None,
            currency: str | None = None,
            schedule: str = "both",
            years: Years | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        _check_parts(self, least=-math.inf, neutral=0.0)

    @property
    def where(self) -> Where:
        return where_of(self)


@dataclass(frozen=True, slots=True)
class SetDuty:
    """A new duty for some lines, whatever earlier steps of the scenario did to them; of two, the later wins.

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

    if TYPE_CHECKING:  # what may be given, and is made tuples

        def __init__(self, prefixes: Texts, duty: str, schedule: str = "both", years: Years | None = None) -> None: ...

    def __post_init__(self) -> None:
        check_where(self)
        if not self.prefixes:
            raise wrong(self, "prefixes", "", "at least one code or prefix")
        if not isinstance(self.duty, str):
            raise wrong(self, "duty", self.duty, 'a duty as text, such as "12.5%" or "max(15%, 0.15 EUR/kg)"')
        from fastavs.duty.reading import names_no_country, parse_duty  # only who sets duties reads any

        if names_no_country(self.duty):
            expected = 'the code of the currency in place of "$", dollars or cents, such as "0.5 USD/kg"'
            raise wrong(self, "duty", self.duty, expected)
        object.__setattr__(self, "duty", parse_duty(self.duty).text)

    @property
    def where(self) -> Where:
        return where_of(self)

    @property
    def new(self) -> Duty:
        from fastavs.duty import parse_duty

        return parse_duty(self.duty)


DutyChange: TypeAlias = FxShock | ScaleDuty | ShiftDuty | SetDuty
