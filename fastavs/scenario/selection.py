"""Which lines a step of a scenario is for: a selection, and what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, TypeAlias, TypedDict

import numpy as np

from fastavs.codes import LONGEST, as_digits
from fastavs.errors import InputError, did_you_mean
from fastavs.scenario.checks import Texts, check_currency, wrong
from fastavs.scenario.where import SCHEDULES
from fastavs.scenario.written import Number, as_text, one_of, unit_named, within

FORMS = ("ad_valorem", "specific", "greater", "lesser", "compound", "other")
"""Forms of a duty: a percentage, an amount, the greater or the lesser of such, their sum, and any other."""
BY = ("imports", "rates")
"""By what lines are sensitive."""
SomeYears: TypeAlias = int | str | Iterable[int | str]
"""Years, or one; a text may be a run of years, "2015-2020"."""


class ExceptKeys(TypedDict, total=False):
    """What may be left out."""

    prefixes: Texts
    lists: Texts
    groups: Mapping[str, Texts]
    years: SomeYears
    schedule: str
    form: Texts
    currency: Texts
    unit: Texts
    sensitive: Number
    by: str


class SelectionKeys(TypedDict, total=False):
    """What a step of duties chooses its lines by."""

    prefixes: Texts
    lists: Texts
    groups: Mapping[str, Texts]
    years: SomeYears
    schedule: str
    form: Texts
    currency: Texts
    unit: Texts
    except_: Except | ExceptKeys


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Except:
    """What a selection leaves out: a line that any of these keys names.

    Parameters
    ----------
    prefixes, lists, groups, years, schedule, form, currency, unit
        As for `Selection`.
    sensitive : number, optional
        A share of the lines otherwise selected, in each year: those with the largest imports or rates of the
        unchanged study.
    by : {"imports", "rates"}, optional
        What they are large by; required with `sensitive`.

    Raises
    ------
    InputError
        A key that is empty or does not fit; none at all.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Except(prefixes="8517", sensitive="5%", by="imports")
    Except(prefixes=['8517'], sensitive='5%', by='imports')
    """

    prefixes: tuple[str, ...]
    lists: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    years: tuple[int, ...] | None
    schedule: str
    form: tuple[str, ...]
    currency: tuple[str, ...]
    unit: tuple[str, ...]
    sensitive: Fraction | None
    by: str | None

    def __init__(
        self,
        *,
        prefixes: Texts | None = None,
        lists: Texts | None = None,
        groups: Mapping[str, Texts] | None = None,
        years: SomeYears | None = None,
        schedule: str | None = None,
        form: Texts | None = None,
        currency: Texts | None = None,
        unit: Texts | None = None,
        sensitive: Number | None = None,
        by: str | None = None,
    ) -> None:
        _settle(self, prefixes, lists, groups, years, schedule, form, currency, unit)
        share = None if sensitive is None else within(self, "sensitive", sensitive, least=0.0)
        if share is not None and not 0 < share <= 1:
            raise wrong(self, "sensitive", sensitive, "a share of the lines, above 0 and at most 1")
        if (share is None) != (by is None):
            lacking, given = ("by", "sensitive") if by is None else ("sensitive", "by")
            raise wrong(self, lacking, None, f'{lacking} beside {given}, such as sensitive="5%", by="imports"')
        object.__setattr__(self, "sensitive", share)
        object.__setattr__(self, "by", None if by is None else one_of(self, "by", by, BY))
        if not self.written():
            raise wrong(self, "except", None, "what to leave out, such as prefixes")

    def written(self) -> dict[str, Any]:
        """Return its keys and values as a file has them."""
        found = _written(self)
        if self.sensitive is not None:
            found |= {"sensitive": as_text(self.sensitive), "by": self.by}
        return found

    def __repr__(self) -> str:
        return f"Except({', '.join(f'{key}={value!r}' for key, value in self.written().items())})"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Selection:
    """Which lines a step is for. Within a key any suffices, between keys all must hold; no key at all: every line.

    Parameters
    ----------
    prefixes : text or texts, optional
        Digits that a line's code begins with, however they are printed.
    lists : text or texts, optional
        Names of lists of the scenario or of the study.
    groups : mapping, optional
        A grouping of the study ("chapter" always is one) to its groups.
    years : years, optional
        Numbers, or runs of them as text: "2015-2020".
    schedule : {"both", "applied", "bound"}, optional
    form : text or texts, optional
        Of the duty as the steps before left it: ad_valorem, specific, greater, lesser, compound, other.
    currency, unit : text or texts, optional
        Duties that have an amount of it; with ``of="specific"`` only these amounts change.
    except_ : Except or mapping, optional
        What is left out.

    Attributes
    ----------
    prefixes, lists, form, currency, unit : tuple of str
        Empty where all will do; units by their canonical names.
    groups : tuple of (str, tuple of str)
        By grouping, in order of their names.
    years : tuple of int or None
        Ascending; None for all.
    schedule : str
    except_ : Except or None

    Raises
    ------
    InputError
        A key that is empty or does not fit.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Selection(groups={"industry": "13"}, years=["2015-2017", 2020], except_={"prefixes": "2204"})
    Selection(groups={'industry': ['13']}, years=['2015-2017', 2020], except_={'prefixes': ['2204']})
    """

    prefixes: tuple[str, ...]
    lists: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    years: tuple[int, ...] | None
    schedule: str
    form: tuple[str, ...]
    currency: tuple[str, ...]
    unit: tuple[str, ...]
    except_: Except | None

    def __init__(
        self,
        *,
        prefixes: Texts | None = None,
        lists: Texts | None = None,
        groups: Mapping[str, Texts] | None = None,
        years: SomeYears | None = None,
        schedule: str | None = None,
        form: Texts | None = None,
        currency: Texts | None = None,
        unit: Texts | None = None,
        except_: Except | ExceptKeys | None = None,
    ) -> None:
        _settle(self, prefixes, lists, groups, years, schedule, form, currency, unit)
        object.__setattr__(self, "except_", _except(self, except_))

    @property
    def is_everything(self) -> bool:
        """Whether every line of every schedule is selected."""
        return not self.written()

    @property
    def named_lists(self) -> tuple[str, ...]:
        """Lists that it names, those of its exceptions as well."""
        return (*self.lists, *(self.except_.lists if self.except_ else ()))

    def written(self) -> dict[str, Any]:
        """Return its keys and values as a file has them; ``except_`` by its name in Python."""
        found = _written(self)
        return found | ({"except_": self.except_.written()} if self.except_ else {})

    def __repr__(self) -> str:
        return f"Selection({', '.join(f'{key}={value!r}' for key, value in self.written().items())})"


KEYS = tuple(one.name for one in fields(Selection))
EXCEPT_KEYS = tuple(one.name for one in fields(Except))


def selection_of(owner: object, keys: Mapping[str, Any], known: tuple[str, ...] = KEYS) -> Selection:
    """Return the selection that a step's keys make; trouble is told as the step's.

    Raises
    ------
    InputError
        A key that the step does not have, with the nearest; one that does not fit.
    """
    for key in keys:
        if key not in known:
            raise unknown_key(owner, key, known)
    try:
        return Selection(**keys)
    except InputError as error:
        raise owned(error, owner, error.key) from None


def unknown_key(owner: object, key: Any, known: Sequence[str], within: str | None = None, hint: str = "") -> InputError:
    """Return what to raise for a key that a step, or a table within it, does not have."""
    near = did_you_mean(key, known) if isinstance(key, str) else ""
    return InputError(
        f"{type(owner).__name__} has no such key", key=within, value=key,
        expected=f"{'one of ' if len(known) > 1 else ''}{', '.join(known) or 'none'}.{near}{hint}",
    )  # fmt: skip


def _except(owner: object, given: Any) -> Except | None:
    if given is None or isinstance(given, Except):
        return given
    if not isinstance(given, Mapping):
        raise wrong(owner, "except_", _shown(given), 'keys and values, such as {"prefixes": ["8517"]}')
    for key in given:
        if key not in EXCEPT_KEYS:
            raise unknown_key(owner, key, EXCEPT_KEYS, "except_")
    try:
        return Except(**given)
    except InputError as error:
        key = "except_" if error.key in ("except", None) else f"except_.{error.key}"
        raise owned(error, owner, key) from None


def owned(error: InputError, owner: object, key: str | None) -> InputError:
    """Return trouble with a part as trouble with the whole."""
    problem = f"{type(owner).__name__} {error.problem.partition(' ')[2]}"
    return InputError(problem, key=key, value=error.value, expected=error.expected, cure=error.cure)


def _settle(
    owner: Selection | Except, prefixes: Any, lists: Any, groups: Any, years: Any, schedule: Any, form: Any,
    currency: Any, unit: Any,
) -> None:  # fmt: skip
    """Give a selection the keys that it shares with exceptions, each checked."""
    put = object.__setattr__
    put(owner, "prefixes", _each_once(_digits(owner, one) for one in some_texts(owner, "prefixes", prefixes)))
    put(owner, "lists", some_texts(owner, "lists", lists))
    put(owner, "groups", _groups(owner, groups))
    put(owner, "years", some_years(owner, "years", years))
    put(owner, "schedule", "both" if schedule is None else one_of(owner, "schedule", schedule, SCHEDULES))
    put(owner, "form", tuple(one_of(owner, "form", one, FORMS) for one in some_texts(owner, "form", form)))
    put(owner, "currency", some_texts(owner, "currency", currency))
    for one in owner.currency:
        check_currency(owner, one)
    put(owner, "unit", _each_once(unit_named(owner, "unit", one) for one in some_texts(owner, "unit", unit)))


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def some_texts(owner: object, key: str, value: Any) -> tuple[str, ...]:
    """Return texts, each once, one text standing for itself; nothing where the key is left out.

    Raises
    ------
    InputError
        What is no text; an empty list, which would select nothing.
    """
    if value is None:
        return ()
    if not isinstance(value, str) and (isinstance(value, Mapping | bytes) or not isinstance(value, Iterable)):
        raise wrong(owner, key, _shown(value), "texts")
    found = (value,) if isinstance(value, str) else tuple(value)
    for one in found:
        if not isinstance(one, str) or not one.strip():
            hint = ", with their leading zeros" if key == "prefixes" else ""
            raise wrong(owner, key, one if isinstance(one, str | int | float) else _shown(one), f"texts{hint}")
    if not found:
        raise wrong(owner, key, "", "at least one; leave the key out where all will do")
    return tuple(dict.fromkeys(found))


def _digits(owner: object, prefix: str) -> str:
    digits = as_digits(prefix)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST):
        raise wrong(owner, "prefixes", prefix, f"1 to {LONGEST} digits, as text")
    return digits


def _groups(owner: object, given: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if given is None:
        return ()
    if not isinstance(given, Mapping) or not given or not all(isinstance(one, str) for one in given):
        shown = "" if isinstance(given, Mapping) else _shown(given)
        raise wrong(owner, "groups", shown, 'groupings and their groups, such as {"industry": ["13"]}')
    return tuple(sorted((name, some_texts(owner, f"groups.{name}", given[name])) for name in given))


_RUN = re.compile(r"([0-9]{4})\s*(?:-|\u2013|\.\.)\s*([0-9]{4})|([0-9]{4})")


def some_years(owner: object, key: str, value: Any) -> tuple[int, ...] | None:
    """Return years, ascending, each once; None where the key is left out.

    Raises
    ------
    InputError
        What is no year, a run that ends before it begins, none at all.
    """
    if value is None:
        return None
    one_alone = isinstance(value, str | int | np.integer) or not isinstance(value, Iterable)
    found: set[int] = set()
    for one in (value,) if one_alone else value:
        run = _RUN.fullmatch(one.strip()) if isinstance(one, str) else None
        if run:
            first, last = (int(run[3]),) * 2 if run[3] else (int(run[1]), int(run[2]))
            if last < first:
                raise wrong(owner, key, one, f'the earlier year first: "{last}-{first}"')
            found |= set(range(first, last + 1))
        elif isinstance(one, bool) or not isinstance(one, int | np.integer) or not 1000 <= one <= 9999:
            shown = one if isinstance(one, str | bool | int | float) else type(one).__name__
            raise wrong(owner, key, shown, 'years, such as 2012, or "2015-2020" for a run of them')
        else:
            found.add(int(one))
    if not found:
        raise wrong(owner, key, "", "at least one year; leave the key out for all")
    return tuple(sorted(found))


def years_written(years: tuple[int, ...]) -> list[int | str]:
    """Return years as they are written, three and more in a row as a run.

    Examples
    --------
    >>> years_written((2011, 2012, 2015, 2016, 2017))
    [2011, 2012, '2015-2017']
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    found: list[int | str] = []
    for run in runs:
        found += [f"{run[0]}-{run[-1]}"] if len(run) > 2 else run
    return found


def _written(one: Selection | Except) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if one.prefixes:
        found["prefixes"] = list(one.prefixes)
    if one.lists:
        found["lists"] = list(one.lists)
    if one.groups:
        found["groups"] = {name: list(members) for name, members in one.groups}
    if one.years is not None:
        found["years"] = years_written(one.years)
    if one.schedule != "both":
        found["schedule"] = one.schedule
    for key in ("form", "currency", "unit"):
        values: tuple[str, ...] = getattr(one, key)
        if values:
            found[key] = list(values)
    return found


def _shown(value: object) -> object:
    return value if isinstance(value, str | bool | int | float) else type(value).__name__
