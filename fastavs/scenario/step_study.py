"""Steps that change what a study lets its user choose: its base period, its options, its weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

import numpy as np

from fastavs.periods import as_label
from fastavs.scenario.checks import Texts, wrong
from fastavs.scenario.selection import some_texts
from fastavs.scenario.step import Step
from fastavs.scenario.written import exact, one_of

WEIGHTS = ("all", "mfn", "fixed")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class BasePeriod(Step):
    """Another base period; what is left out stays as it was.

    Parameters
    ----------
    periods : text or texts, optional
        Trade periods pooled.
    first_year : int, optional
        Years before it use their own trade.
    applied_year : int, optional
        The applied schedule that bound years are compared with.

    Attributes
    ----------
    periods : tuple of str or None
    first_year, applied_year : int or None

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.BasePeriod(["2009", "2010"], applied_year=2010)
    BasePeriod(periods=['2009', '2010'], applied_year=2010)
    """

    verb: ClassVar[str] = "base_period"
    keys: ClassVar[tuple[str, ...]] = ()
    is_table: ClassVar[bool] = True
    periods: tuple[str, ...] | None
    first_year: int | None
    applied_year: int | None

    def __init__(
        self, periods: Texts | None = None, *, first_year: int | None = None, applied_year: int | None = None
    ) -> None:
        labels = tuple(dict.fromkeys(map(as_label, some_texts(self, "periods", periods))))
        object.__setattr__(self, "periods", labels or None)
        object.__setattr__(self, "first_year", self._year("first_year", first_year))
        object.__setattr__(self, "applied_year", self._year("applied_year", applied_year))
        if not self.value_written():
            raise wrong(self, "periods", None, "periods, first_year or applied_year")

    def _year(self, key: str, value: Any) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1000 <= value <= 9999:
            raise wrong(self, key, value, "a year, such as 2012")
        return int(value)

    def value_written(self) -> dict[str, Any]:
        return _given(self)


def _number(step: Step, key: str, value: Any, *, above: float | None = None) -> float:
    return float(exact(step, key, value, least=0.0, above=above))


def _money(step: Step, key: str, value: Any) -> float:
    if isinstance(value, str):
        raise wrong(step, key, value, "a number, in the study's currency")
    return _number(step, key, value)


def _levels(step: Step, key: str, value: Any) -> tuple[int, ...]:
    found = tuple(value) if isinstance(value, list | tuple | range) else ()
    whole = all(isinstance(one, int) and not isinstance(one, bool) and 1 <= one <= 12 for one in found)
    if not found or not whole or list(found) != sorted(set(found), reverse=True):
        raise wrong(step, key, value, "digits from the longest to the shortest, such as [8, 6, 4]")
    return found


def _flag(step: Step, key: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise wrong(step, key, value, "True or False")
    return bool(value)


def _choice(*known: str) -> Callable[[Step, str, Any], str]:
    return lambda step, key, value: one_of(step, key, value, known)


_CHECKS: dict[str, Callable[[Step, str, Any], Any]] = {
    "outlier": lambda step, key, value: _number(step, key, value, above=0.0),
    "match_on": _choice("classification", "imports"),
    "levels": _levels,
    "method": _choice("partner", "pooled"),
    "unresolved": _choice("null", "zero"),
    "short_codes": _choice("reach", "donors"),
    "base_partners": _choice("any", "all"),
    "mislabelled": _choice("report", "drop"),
    "min_value": _money,
    "weights": _choice("all", "mfn"),
    "fx_period": _choice("trade", "schedule"),
    "strict": _flag,
}


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Options(Step):
    """Other options of the study; what is left out stays as it was.

    Parameters
    ----------
    outlier, match_on, levels, method, unresolved, short_codes, base_partners, mislabelled, min_value, weights,
    fx_period, strict : optional
        As under ``[options]`` of a study.

    Attributes
    ----------
    outlier, match_on, levels, method, unresolved, short_codes, base_partners, mislabelled, min_value, weights,
    fx_period, strict
        None where the step does not speak of it.

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Options(outlier=5.0, unresolved="zero")
    Options(outlier=5.0, unresolved='zero')
    """

    verb: ClassVar[str] = "options"
    keys: ClassVar[tuple[str, ...]] = ()
    is_table: ClassVar[bool] = True
    outlier: float | None
    match_on: str | None
    levels: tuple[int, ...] | None
    method: str | None
    unresolved: str | None
    short_codes: str | None
    base_partners: str | None
    mislabelled: str | None
    min_value: float | None
    weights: str | None
    fx_period: str | None
    strict: bool | None

    def __init__(
        self,
        *,
        outlier: float | None = None,
        match_on: Literal["classification", "imports"] | None = None,
        levels: list[int] | tuple[int, ...] | None = None,
        method: Literal["partner", "pooled"] | None = None,
        unresolved: Literal["null", "zero"] | None = None,
        short_codes: Literal["reach", "donors"] | None = None,
        base_partners: Literal["any", "all"] | None = None,
        mislabelled: Literal["report", "drop"] | None = None,
        min_value: float | None = None,
        weights: Literal["all", "mfn"] | None = None,
        fx_period: Literal["trade", "schedule"] | None = None,
        strict: bool | None = None,
    ) -> None:
        given = {
            "outlier": outlier, "match_on": match_on, "levels": levels, "method": method, "unresolved": unresolved,
            "short_codes": short_codes, "base_partners": base_partners, "mislabelled": mislabelled,
            "min_value": min_value, "weights": weights, "fx_period": fx_period, "strict": strict,
        }  # fmt: skip
        for key, value in given.items():
            object.__setattr__(self, key, None if value is None else _CHECKS[key](self, key, value))
        if not self.value_written():
            raise wrong(self, "outlier", None, f"at least one of {', '.join(_CHECKS)}")

    @property
    def given(self) -> dict[str, Any]:
        """What the step speaks of."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None}

    def value_written(self) -> dict[str, Any]:
        return _given(self)


def _given(step: BasePeriod | Options) -> dict[str, Any]:
    """Return what a step speaks of, as a file has it."""
    found = {one.name: value for one in fields(step) if (value := getattr(step, one.name)) is not None}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Weights(Step):
    """Other weights of means.

    Parameters
    ----------
    value : {"all", "mfn", "fixed"}
        Whose imports weigh in years with their own trade, as the study's option; or the weights of the unchanged
        study, whatever the scenario changes.

    Attributes
    ----------
    value : str

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Weights("fixed")
    Weights('fixed')
    """

    verb: ClassVar[str] = "weights"
    keys: ClassVar[tuple[str, ...]] = ()
    value: str

    def __init__(self, value: Literal["all", "mfn", "fixed"]) -> None:
        object.__setattr__(self, "value", one_of(self, "value", value, WEIGHTS))

    def value_written(self) -> str:
        return self.value
