"""Steps that work duties out by a formula: Swiss, tiers, and specific parts dropped or turned."""

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
from fastavs.scenario.written import Amount, Number, an_amount, as_number, as_text, within

_PERCENTAGES = OF[:2]
_TIERS = '[{"above": 0.0, "cut": 0.2}, {"above": 0.15, "cut": 0.5}]'


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
