"""What every change of a scenario checks of itself when made."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from fastavs.arguments import LARGEST
from fastavs.codes import LONGEST, as_digits
from fastavs.errors import InputError
from fastavs.periods import as_label

Texts: TypeAlias = str | Iterable[str]
"""Texts, or one that stands for itself."""
Years: TypeAlias = int | list[int] | tuple[int, ...] | set[int] | range
"""Years, or one."""


def wrong(change: object, key: str, value: object, expected: str) -> InputError:
    """Return what to raise for a field that does not fit."""
    return InputError(f"{type(change).__name__} cannot be made", key=key, value=value, expected=expected)


def texts(change: object, key: str) -> tuple[str, ...]:
    """Make a field a tuple of texts, one text standing for itself, and return it."""
    value = getattr(change, key)
    try:
        found = (value,) if isinstance(value, str) else tuple(value)
    except TypeError:
        raise wrong(change, key, value, "texts") from None
    object.__setattr__(change, key, found)
    for one in found:
        if not isinstance(one, str):
            raise wrong(change, key, one, "texts")
    return found


def period_labels(change: object, key: str) -> None:
    """Make a field a tuple of periods' labels."""
    object.__setattr__(change, key, tuple(map(as_label, texts(change, key))))


def check_number(change: object, key: str, least: float = -math.inf) -> None:
    """Make sure that a field is a finite number, not under `least`."""
    value = getattr(change, key)
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise wrong(change, key, value, "a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if abs(number) > LARGEST:
        raise wrong(change, key, value, f"a finite number, at most {LARGEST:g}")
    if not number >= least:
        raise wrong(change, key, value, "a finite number" + (" of 0 or more" if least == 0.0 else ""))
    object.__setattr__(change, key, number)


def check_factor(change: object) -> None:
    """Make sure that a field ``factor`` is a finite number above 0."""
    check_number(change, "factor")
    factor: float = getattr(change, "factor")  # noqa: B009 (an object has no such field as far as types go)
    if not factor >= 1.0 / LARGEST:
        raise wrong(change, "factor", factor, "a number above 0" if factor <= 0.0 else f"at least {1.0 / LARGEST:g}")


def check_prefixes(change: object) -> None:
    """Make a field ``prefixes`` digits, however codes are printed there ("2203.00")."""
    prefixes = tuple(map(as_digits, texts(change, "prefixes")))
    object.__setattr__(change, "prefixes", prefixes)
    for prefix in prefixes:
        if not (prefix.isascii() and prefix.isdigit() and len(prefix) <= LONGEST):
            raise wrong(change, "prefixes", prefix, f"1 to {LONGEST} digits, as text")


def check_currency(change: object, value: object) -> None:
    """Make sure that a currency is named as ISO names it."""
    if not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()):
        raise wrong(change, "currency", value, 'three capital letters, such as "EUR"')
