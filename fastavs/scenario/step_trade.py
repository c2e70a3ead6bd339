"""Steps that change exchange rates, prices, and which partners count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias, Unpack

from fastavs.arguments import LARGEST
from fastavs.countries.partner import written
from fastavs.periods import as_label
from fastavs.scenario.checks import Texts, wrong
from fastavs.scenario.selection import Except, Selection, SelectionKeys, selection_of, some_texts, unknown_key
from fastavs.scenario.step import Step
from fastavs.scenario.written import Number, as_number, currency_named, exact, refuse_change

_CODES = ("prefixes", "lists", "groups", "except_")
_WHO = ("partners", "regions", "periods")
ByPeriod: TypeAlias = Number | Mapping[str, Number]
_FX = '{"EUR": 1.2}, or {"EUR": {"2009": 1.1}}'


def _factor(owner: object, key: str, value: Any) -> Fraction:
    found = exact(owner, key, value, above=0.0)
    if found < 1 / Fraction(LARGEST):
        raise wrong(owner, key, value, f"at least {1.0 / LARGEST:g}")
    return found


class FxFactor(NamedTuple):
    """What the rate of a currency is multiplied by; `period` None: in every period."""

    currency: str
    period: str | None
    factor: Fraction


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Fx(Step):
    """Exchange rates multiplied.

    Parameters
    ----------
    value : mapping
        A currency to its factor, or to factors by period: 1.2 is a currency that is worth a fifth more of the
        study's currency.

    Attributes
    ----------
    value : tuple of FxFactor
        By currency, then period.

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Fx({"EUR": 1.2}).value[0].factor, fa.Fx({"EUR": {"2009": 1.1}})
    (Fraction(6, 5), Fx({'EUR': {'2009': 1.1}}))
    """

    verb: ClassVar[str] = "fx"
    keys: ClassVar[tuple[str, ...]] = ()
    value: tuple[FxFactor, ...]

    def __init__(self, value: Mapping[str, ByPeriod]) -> None:
        if not isinstance(value, Mapping) or not value:
            shown = "" if isinstance(value, Mapping) else value
            raise wrong(self, "value", shown, f"currencies and factors, such as {_FX}")
        found: list[FxFactor] = []
        for currency, given in value.items():
            currency_named(self, "value", currency)
            if not isinstance(given, Mapping):
                found.append(FxFactor(currency, None, _factor(self, f"value.{currency}", given)))
                continue
            by_period: dict[str, Fraction] = {}
            for period, one in given.items():
                label = as_label(period) if isinstance(period, str) else ""
                if not label or label in by_period:
                    raise wrong(self, f"value.{currency}", period, "periods as text, each once")
                by_period[label] = _factor(self, f"value.{currency}.{period}", one)
            if not by_period:
                raise wrong(self, f"value.{currency}", "", f"at least one period, such as {_FX}")
            found += [FxFactor(currency, label, by_period[label]) for label in sorted(by_period)]
        object.__setattr__(self, "value", tuple(sorted(found, key=lambda one: (one.currency, one.period or ""))))

    def value_written(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for currency, period, factor in self.value:
            if period is None:
                found[currency] = as_number(factor)
            else:
                found.setdefault(currency, {})[period] = as_number(factor)
        return found


def _settle_who(step: Any, partners: Texts | None, regions: Texts | None, periods: Texts | None) -> None:
    """Give a step its partners, regions and periods, each checked."""
    put = object.__setattr__
    put(step, "partners", tuple(dict.fromkeys(map(written, some_texts(step, "partners", partners)))))
    put(step, "regions", some_texts(step, "regions", regions))
    labels = tuple(dict.fromkeys(map(as_label, some_texts(step, "periods", periods))))
    put(step, "periods", labels or None)


def _who_written(step: Any) -> dict[str, Any]:
    return {key: list(getattr(step, key)) for key in _WHO if getattr(step, key)}


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Price(Step):
    """Import prices multiplied, at unchanged quantities.

    Parameters
    ----------
    value : number
        A factor above 0: 0.8 is a fifth cheaper.
    prefixes, lists, groups, except_ : optional
        Trade rows by their recorded codes, see `Selection`.
    partners, regions, periods : text or texts, optional
        Whose trade, and when; all by default.

    Attributes
    ----------
    value : Fraction
    selection : Selection
        Of recorded codes.
    partners, regions : tuple of str
    periods : tuple of str or None

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Price(0.8, groups={"chapter": "87"}, partners="chn")
    Price(0.8, groups={'chapter': ['87']}, partners=['CHN'])
    """

    verb: ClassVar[str] = "price"
    keys: ClassVar[tuple[str, ...]] = (*_CODES, *_WHO)
    value: Fraction
    selection: Selection
    partners: tuple[str, ...]
    regions: tuple[str, ...]
    periods: tuple[str, ...] | None

    def __init__(
        self,
        value: Number,
        *,
        partners: Texts | None = None,
        regions: Texts | None = None,
        periods: Texts | None = None,
        **where: Unpack[SelectionKeys],
    ) -> None:
        refuse_change(self, "value", value, "a fall")
        object.__setattr__(self, "value", _factor(self, "value", value))
        self._check_codes(where)
        object.__setattr__(self, "selection", selection_of(self, where, _CODES))
        _settle_who(self, partners, regions, periods)

    def _check_codes(self, where: Mapping[str, Any]) -> None:
        """Make sure that trade is chosen by what trade has: years and forms are those of duties."""
        for key in where:
            if key not in self.keys:
                hint = " Trade has periods in place of years." if key == "years" else ""
                raise unknown_key(self, key, self.keys, hint=hint)
        given = where.get("except_")
        left = given.written() if isinstance(given, Except) else given if isinstance(given, Mapping) else {}
        for key in left:
            if key not in _CODES:
                raise unknown_key(self, key, _CODES[:3], "except_")

    def value_written(self) -> float | str:
        return as_number(self.value)

    def keys_written(self) -> dict[str, Any]:
        return self.selection.written() | _who_written(self)


class _OfPartners(Step):
    """A step that says which partners count."""

    __slots__ = ()
    is_table: ClassVar[bool] = True
    keys: ClassVar[tuple[str, ...]] = ()
    partners: tuple[str, ...]
    regions: tuple[str, ...]
    periods: tuple[str, ...] | None

    def _settle(self, partners: Texts | None, regions: Texts | None, periods: Texts | None) -> None:
        _settle_who(self, partners, regions, periods)
        if not self.partners and not self.regions:
            raise wrong(self, "partners", None, "at least one partner or region")

    @classmethod
    def from_file(cls, value: Any, keys: Mapping[str, Any]) -> Self:
        given = value if isinstance(value, Mapping) else {"partners": value}
        for key in given:
            if key not in _WHO:
                raise unknown_key(object.__new__(cls), key, _WHO)
        return cls(**given)

    def value_written(self) -> dict[str, Any]:
        return _who_written(self)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Exclude(_OfPartners):
    """Partners whose trade takes no part in rates.

    Parameters
    ----------
    partners, regions : text or texts, optional
        At least one partner, or one region of the partners table.
    periods : text or texts, optional
        Periods of the trade; all by default.

    Attributes
    ----------
    partners, regions : tuple of str
    periods : tuple of str or None

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Exclude("chn", periods="2009")
    Exclude(partners=['CHN'], periods=['2009'])
    """

    verb: ClassVar[str] = "exclude"
    partners: tuple[str, ...]
    regions: tuple[str, ...]
    periods: tuple[str, ...] | None

    def __init__(
        self, partners: Texts | None = None, *, regions: Texts | None = None, periods: Texts | None = None
    ) -> None:
        self._settle(partners, regions, periods)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Only(_OfPartners):
    """All others excluded: the rates of some partners.

    Parameters
    ----------
    partners, regions : text or texts, optional
        At least one partner, or one region of the partners table.
    periods : text or texts, optional
        Periods of the trade; all by default.

    Attributes
    ----------
    partners, regions : tuple of str
    periods : tuple of str or None

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Only(regions="EU")
    Only(regions=['EU'])
    """

    verb: ClassVar[str] = "only"
    partners: tuple[str, ...]
    regions: tuple[str, ...]
    periods: tuple[str, ...] | None

    def __init__(
        self, partners: Texts | None = None, *, regions: Texts | None = None, periods: Texts | None = None
    ) -> None:
        self._settle(partners, regions, periods)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Include(_OfPartners):
    """Partners whom the study, or a step before, excludes, taken back in.

    Parameters
    ----------
    partners, regions : text or texts, optional
        At least one partner, or one region of the partners table.
    periods : text or texts, optional
        Periods of the trade; all by default.

    Attributes
    ----------
    partners, regions : tuple of str
    periods : tuple of str or None

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Include(["BLR", "KAZ"])
    Include(partners=['BLR', 'KAZ'])
    """

    verb: ClassVar[str] = "include"
    partners: tuple[str, ...]
    regions: tuple[str, ...]
    periods: tuple[str, ...] | None

    def __init__(
        self, partners: Texts | None = None, *, regions: Texts | None = None, periods: Texts | None = None
    ) -> None:
        self._settle(partners, regions, periods)
