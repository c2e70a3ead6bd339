"""Steps that say what duties become: set, scale, add, cap, floor, Swiss formula, tiers, and specific parts turned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

from fastavs.errors import InputError
from fastavs.scenario.checks import wrong
from fastavs.scenario.selection import Selection, SelectionKeys, owned
from fastavs.scenario.step import OF, WITH_OF, DutyStep, part_of_duty
from fastavs.scenario.written import (
    Amount,
    Level,
    Number,
    an_amount,
    as_number,
    as_text,
    duty_of,
    level,
    within,
)

if TYPE_CHECKING:
    from fastavs.duty import Duty

Of = Literal["rate", "ad_valorem", "specific"]
_PERCENTAGES = OF[:2]
_TIERS = '[{"above": 0.0, "cut": 0.2}, {"above": 0.15, "cut": 0.5}]'


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

    def __init__(self, value: Number | Amount, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
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

    def __init__(self, value: Number | Amount, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
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

    def __init__(self, value: Number | Amount, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
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

    def __init__(self, value: Number | Amount, *, of: Of = "rate", **where: Unpack[SelectionKeys]) -> None:
        self._settle(level(self, "value", value, part_of_duty(self, of)), where)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Swiss(DutyStep):
    """The Swiss formula: a rate a becomes A a / (A + a), which is below A.

    Parameters
    ----------
    value : number
        The coefficient A, a fraction above 0.
    of : {"rate", "ad_valorem"}
        The whole duty, by its own rate under the study's trade; or every percentage.
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : Fraction
    of : str
    selection : Selection

    Raises
    ------
    InputError
        What does not fit; a number that may be a percentage without its sign.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Swiss("15%").value, fa.Swiss(0.15, of="ad_valorem")
    (Fraction(3, 20), Swiss('15%', of='ad_valorem'))
    """

    verb: ClassVar[str] = "swiss"
    keys: ClassVar[tuple[str, ...]] = WITH_OF
    value: Fraction
    of: str
    selection: Selection

    def __init__(
        self, value: Number, *, of: Literal["rate", "ad_valorem"] = "rate", **where: Unpack[SelectionKeys]
    ) -> None:
        part_of_duty(self, of, _PERCENTAGES)
        found = within(self, "value", value, least=0.0)
        if not found:
            raise wrong(self, "value", value, "a number above 0")
        self._settle(found, where)

    def value_written(self) -> str:
        return as_text(self.value)


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a cut by tiers.

    Parameters
    ----------
    above : Fraction
        Rates above it are cut.
    cut : Fraction
        The share that comes off, at most 1.

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Tier(0.15, "50%").cut
    Fraction(1, 2)
    """

    above: Fraction
    cut: Fraction

    if TYPE_CHECKING:

        def __init__(self, above: Number, cut: Number) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "above", within(self, "above", self.above, least=0.0))
        cut = within(self, "cut", self.cut, least=0.0)
        if cut > 1:
            raise wrong(self, "cut", self.cut, "a share of the rate, at most 1")
        object.__setattr__(self, "cut", cut)

    def written(self) -> dict[str, float | str]:
        """Return its keys and values as a file has them."""
        return {"above": as_number(self.above, most=1), "cut": as_number(self.cut)}


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Tiers(DutyStep):
    """Cuts by tiers: the cut of the highest tier that a rate is above comes off the whole rate.

    Parameters
    ----------
    value : Tier or mapping, or several
        In the order of what rates are above.
    of : {"rate", "ad_valorem"}
        The whole duty, by its own rate under the study's trade; or every percentage.
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : tuple of Tier
    of : str
    selection : Selection

    Raises
    ------
    InputError
        What does not fit; tiers that do not rise.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Tiers([fa.Tier(0, 0.2), {"above": 0.15, "cut": 0.5}]).value[1].above
    Fraction(3, 20)
    """

    verb: ClassVar[str] = "tiers"
    keys: ClassVar[tuple[str, ...]] = WITH_OF
    value: tuple[Tier, ...]
    of: str
    selection: Selection

    def __init__(
        self,
        value: Tier | Mapping[str, Any] | Iterable[Tier | Mapping[str, Any]],
        *,
        of: Literal["rate", "ad_valorem"] = "rate",
        **where: Unpack[SelectionKeys],
    ) -> None:
        part_of_duty(self, of, _PERCENTAGES)
        alone = isinstance(value, Tier | Mapping | str) or not isinstance(value, Iterable)
        given: Iterable[Any] = (value,) if alone else value  # type: ignore[assignment]
        tiers = tuple(self._tier(one, place) for place, one in enumerate(given))
        if not tiers:
            raise wrong(self, "value", "", f"at least one tier, such as {_TIERS}")
        for lower, higher in pairwise(tiers):
            if higher.above <= lower.above:
                shown = as_number(higher.above)
                raise wrong(self, "value", shown, "each tier above the one before it")
        self._settle(tiers, where)

    def _tier(self, given: Any, place: int) -> Tier:
        if isinstance(given, Tier):
            return given
        if not isinstance(given, Mapping) or given.keys() != {"above", "cut"}:
            shown = ", ".join(map(str, given)) if isinstance(given, Mapping) else given
            raise wrong(self, "value", shown, f"tiers with above and cut, such as {_TIERS}")
        try:
            return Tier(given["above"], given["cut"])
        except InputError as error:
            raise owned(error, self, f"value[{place}].{error.key}") from None

    def value_written(self) -> list[dict[str, float | str]]:
        return [one.written() for one in self.value]


@dataclass(frozen=True, slots=True, init=False, repr=False)
class DropSpecific(DutyStep):
    """Specific parts dropped: the ad valorem part is left, of a purely specific duty 0 %.

    Parameters
    ----------
    value : True
        May be left out.
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : True
    selection : Selection

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.DropSpecific(form=["greater", "compound"])
    DropSpecific(form=['greater', 'compound'])
    """

    verb: ClassVar[str] = "drop_specific"
    value: Literal[True]
    selection: Selection

    def __init__(self, value: Literal[True] = True, **where: Unpack[SelectionKeys]) -> None:
        if value is not True:
            raise wrong(self, "value", value, "True alone; leave the step out where nothing is dropped")
        self._settle(True, where)

    def value_written(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"DropSpecific({', '.join(f'{key}={one!r}' for key, one in self.keys_written().items())})"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Tariffication(DutyStep):
    """Duties turned into their equivalents, one way or the other.

    Parameters
    ----------
    value : "ad_valorem", or an amount
        Every duty with an amount becomes the percentage that is its rate under the study's trade; or every duty
        becomes an amount of that currency and unit with the same rate. Of the amount, "0.01 EUR/kg", only currency
        and unit count here.
    **where
        Which lines, see `Selection`.

    Attributes
    ----------
    value : "ad_valorem" or Amount
    selection : Selection

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Tariffication("ad_valorem", groups={"chapter": "24"}), fa.Tariffication("0.01 EUR/kg").value.unit
    (Tariffication('ad_valorem', groups={'chapter': ['24']}), 'kg')
    """

    verb: ClassVar[str] = "tariffication"
    value: Literal["ad_valorem"] | Amount
    selection: Selection

    def __init__(self, value: str | Amount, **where: Unpack[SelectionKeys]) -> None:
        if value != "ad_valorem" and not isinstance(value, Amount) and not (isinstance(value, str) and "/" in value):
            raise wrong(self, "value", value, '"ad_valorem", or an amount, such as "0.01 EUR/kg"')
        self._settle(value if value == "ad_valorem" else an_amount(self, "value", value), where)

    def value_written(self) -> str:
        return str(self.value)
