"""Steps that say what duties become: set, scale, add, cap, floor; with those by formula, all of them from one place."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Literal, Unpack

from fastavs.scenario.selection import Selection, SelectionKeys
from fastavs.scenario.step import WITH_OF, DutyStep, part_of_duty
from fastavs.scenario.step_formulas import DropSpecific, Swiss, Tariffication, Tier, Tiers
from fastavs.scenario.written import (
    Amount,
    Level,
    Number,
    as_number,
    as_text,
    duty_of,
    level,
    refuse_change,
    within,
)

if TYPE_CHECKING:
    from fastavs.duty import Duty

__all__ = ["Add", "Cap", "DropSpecific", "Floor", "Scale", "Set", "Swiss", "Tariffication", "Tier", "Tiers"]

Of = Literal["rate", "ad_valorem", "specific"]


class _Leveled(DutyStep):
    """A step whose value is a level of duty."""

    __slots__ = ()
    keys: ClassVar[tuple[str, ...]] = WITH_OF
    value: Level
    of: str

    def value_written(self) -> str:
        return as_text(self.value)

    @property
    def duty(self) -> Duty:
        """The value as a duty; of an addition below 0 without its sign."""
        return duty_of(self.value)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Set(_Leveled):
    """The duty becomes another.

    Parameters
    ----------
    value : text or number
        A duty as text, or a fraction. Of the ad valorem part, every percentage becomes it; of the specific part,
        amounts of its currency and kind of unit.
    of : {"rate", "ad_valorem", "specific"}
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : Fraction, Amount or str
        A percentage as a fraction, an amount, or another duty's canonical text.
    of : str
    selection : Selection

    Raises
    ------
    InputError
        What does not fit; a number that may be a percentage without its sign.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Set("12.5%", prefixes="2204"), fa.Set(0.125).value, fa.Set("15, но не менее 0,15 евро за 1 кг").value
    (Set('12.5%', prefixes=['2204']), Fraction(1, 8), 'max(15%, 0.15 EUR/kg)')
    """

    verb: ClassVar[str] = "set"
    value: Level
    of: str
    selection: Selection

    def __init__(self, value: Number | Amount | Duty, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
        self._settle(level(self, "value", value, part_of_duty(self, of)), where)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Scale(DutyStep):
    """Duties multiplied.

    Parameters
    ----------
    value : number
        Of the whole duty; or of every percentage; or of every amount (those of `currency` and `unit`, where named).
    of : {"rate", "ad_valorem", "specific"}
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : Fraction
        0 or more.
    of : str
    selection : Selection

    Raises
    ------
    InputError
        What does not fit; a number above 10, which may be a percentage without its sign.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Scale(0.9, of="specific", currency="EUR"), fa.Scale("90%").value
    (Scale(0.9, of='specific', currency=['EUR']), Fraction(9, 10))
    """

    verb: ClassVar[str] = "scale"
    keys: ClassVar[tuple[str, ...]] = WITH_OF
    value: Fraction
    of: str
    selection: Selection

    def __init__(self, value: Number, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
        part_of_duty(self, of)
        refuse_change(self, "value", value, "a cut")
        self._settle(within(self, "value", value, most=10, least=0.0), where)

    def value_written(self) -> float | str:
        return as_number(self.value, most=10)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Add(_Leveled):
    """Duties raised or lowered by as much; none falls below 0.

    Parameters
    ----------
    value : number or text
        A fraction, an amount (``"-0.05 EUR/kg"``) or, of the rate, any duty as text. Of the ad valorem part it is
        added to every percentage, of the specific part to amounts of its currency and kind of unit.
    of : {"rate", "ad_valorem", "specific"}
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : Fraction, Amount or str
        A percentage as a fraction, an amount, or another duty's canonical text; the first two may be below 0.
    of : str
    selection : Selection

    Raises
    ------
    InputError
        What does not fit; a number that may be a percentage without its sign.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Add(0.1, years=range(2015, 2021)), fa.Add("-0.05 EUR/kg").value
    (Add('10%', years=['2015-2020']), Amount(value=Fraction(-1, 20), currency='EUR', unit='kg'))
    """

    verb: ClassVar[str] = "add"
    value: Level
    of: str
    selection: Selection

    def __init__(self, value: Number | Amount | Duty, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
        self._settle(level(self, "value", value, part_of_duty(self, of), signed=True), where)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Cap(_Leveled):
    """Duties held at so much at most.

    Parameters
    ----------
    value : number or text
        A fraction, an amount or, of the rate, any duty as text.
    of : {"rate", "ad_valorem", "specific"}
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : Fraction, Amount or str
        A percentage as a fraction, an amount, or another duty's canonical text.
    of : str
    selection : Selection

    Raises
    ------
    InputError
        What does not fit; a number that may be a percentage without its sign.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Cap("10%", lists="ita", except_={"prefixes": ["8517"]})
    Cap('10%', lists=['ita'], except_={'prefixes': ['8517']})
    """

    verb: ClassVar[str] = "cap"
    value: Level
    of: str
    selection: Selection

    def __init__(self, value: Number | Amount | Duty, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
        self._settle(level(self, "value", value, part_of_duty(self, of)), where)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Floor(_Leveled):
    """Duties held at so much at least.

    Parameters
    ----------
    value : number or text
        A fraction, an amount or, of the rate, any duty as text.
    of : {"rate", "ad_valorem", "specific"}
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : Fraction, Amount or str
        A percentage as a fraction, an amount, or another duty's canonical text.
    of : str
    selection : Selection

    Raises
    ------
    InputError
        What does not fit; a number that may be a percentage without its sign.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Floor("0.5 EUR/kg", of="specific", schedule="applied")
    Floor('0.5 EUR/kg', of='specific', schedule='applied')
    """

    verb: ClassVar[str] = "floor"
    value: Level
    of: str
    selection: Selection

    def __init__(self, value: Number | Amount | Duty, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
        self._settle(level(self, "value", value, part_of_duty(self, of)), where)
