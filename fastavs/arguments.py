"""Arguments of public functions: what each must be, so that an odd one is told by its name where it comes in."""

from __future__ import annotations

import datetime
import functools
import inspect
import math
import os
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from fastavs.errors import InputError

LARGEST = 1e50
"""Largest number that is reckoned with: what sums and squares of products of a few such come to stays within double."""

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[str, Any], Any]
"""Takes an argument's name and value; returns the value as it is used, or raises an InputError."""


def takes(**checks: Check) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check the named arguments of a function before it is called; those left out keep their defaults."""

    def checked(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters.values()
        names = [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]

        @functools.wraps(function)
        def call(*given: P.args, **named: P.kwargs) -> R:
            placed = [
                checks[name](name, value) if name in checks else value
                for name, value in zip(names, given, strict=False)
            ]
            rest = {name: checks[name](name, value) if name in checks else value for name, value in named.items()}
            return function(*placed, *given[len(placed) :], **rest)  # type: ignore[arg-type]

        return call

    return checked


def misfit(name: str, value: object, expected: str) -> InputError:
    """Return what to raise for an argument that does not fit."""
    shown = value if isinstance(value, str | bool | int | float | os.PathLike) else type(value).__name__
    return InputError(f"the argument {name} does not fit", value=shown, expected=expected)


def a_text(name: str, value: Any) -> str:
    """Take a text."""
    if not isinstance(value, str) or not _is_whole(value):
        raise misfit(name, value, "a text")
    return value


def a_path(name: str, value: Any) -> Path:
    """Take a path that a file system takes."""
    if isinstance(value, str | os.PathLike):
        path = os.fspath(value)
        if isinstance(path, str) and path and "\0" not in path:
            try:
                os.fsencode(path)
            except UnicodeEncodeError:
                pass
            else:
                return Path(path)
    raise misfit(name, value, "a path, as a text or a pathlib.Path")


def a_flag(name: str, value: Any) -> bool:
    """Take True or False."""
    if not isinstance(value, bool) and type(value).__name__ not in ("bool", "bool_"):
        raise misfit(name, value, "True or False")
    return bool(value)


def whole(least: int = -(2**63), most: int = 2**63 - 1, expected: str = "a whole number") -> Check:
    """Take a whole number, from `least` to `most`."""

    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, Integral) or not least <= int(value) <= most:
            raise misfit(name, value, expected)
        return int(value)

    return check


a_year = whole(1, 9999, "a year, such as 2012")
"""Take a year."""


def a_number(name: str, value: Any) -> float:
    """Take a finite number that double holds."""
    try:
        found = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise misfit(name, value, "a finite number")
    return found


def any_number(name: str, value: Any) -> float:
    """Take a number, of which others say whether it is too large or none at all."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise misfit(name, value, "a number")
    try:
        return float(value)
    except OverflowError:
        raise misfit(name, value, "a number that double holds") from None


def a_progress(name: str, value: Any) -> Any:
    """Take a function of a step's name, how much is done, and of how much."""
    if not callable(value):
        raise misfit(name, value, "a function")
    try:
        inspect.signature(value).bind("step", 0, 1)
    except TypeError:
        raise misfit(name, value, "a function that takes a step's name, how much is done, and of how much") from None
    except ValueError:  # it does not say what it takes
        pass
    return value


def a_date(name: str, value: Any) -> datetime.date:
    """Take a date."""
    if not isinstance(value, datetime.date):
        raise misfit(name, value, "a datetime.date")
    return value


def a_mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Take a mapping by texts."""
    if not isinstance(value, Mapping):
        raise misfit(name, value, "a mapping, such as a dict")
    for key in value:
        if not isinstance(key, str) or not _is_whole(key):
            raise misfit(f"{name}: a key", key, "a text")
    return value


def mapping_of(check: Check) -> Check:
    """Take a mapping by texts, each value of which passes a check."""

    def check_values(name: str, value: Any) -> dict[str, Any]:
        return {key: check(f'{name}["{key}"]', one) for key, one in a_mapping(name, value).items()}

    return check_values


def parts_of_years(name: str, value: Any) -> dict[int, str]:
    """Take a mapping of years to texts."""
    if not isinstance(value, Mapping):
        raise misfit(name, value, "a mapping of years to texts")
    return {a_year(f"{name}: a key", key): a_text(f"{name}[{key}]", one) for key, one in value.items()}


def a_kind(kind: Callable[[], type], expected: str) -> Check:
    """Take what is of a class; the class is asked for when an argument is, so that it loads no sooner."""

    def check(name: str, value: Any) -> Any:
        if not isinstance(value, kind()):
            raise misfit(name, value, expected)
        return value

    return check


def a_table(name: str, value: Any) -> Any:
    """Take an Arrow table, which loads when one is asked for."""
    import pyarrow as pa

    if not isinstance(value, pa.Table):
        raise misfit(name, value, "a pyarrow.Table")
    return value


def or_none(check: Check) -> Check:
    """Take None as well."""
    return lambda name, value: None if value is None else check(name, value)


def some(check: Check, expected: str) -> Check:
    """Take a sequence, each part of which passes a check; one that does by itself stands for a sequence of one."""

    def check_all(name: str, value: Any) -> Any:
        if isinstance(value, str | bytes | os.PathLike) or not isinstance(value, Iterable):
            try:
                return (check(name, value),)
            except InputError:
                raise misfit(name, value, expected) from None
        return tuple(check(name, one) for one in value)

    return check_all


texts = some(a_text, "a text, or texts")
"""Take texts, or one."""


def paths(name: str, value: Any) -> tuple[Path, ...]:
    """Take paths, or one; at least one."""
    found: tuple[Path, ...] = some(a_path, "a path, or paths")(name, value)
    if not found:
        raise misfit(name, value, "at least one path")
    return found


mappings = some(a_mapping, "a list of mappings")
"""Take mappings, or one."""


def _is_whole(text: str) -> bool:
    """Whether a text can be written: halves of letters cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
