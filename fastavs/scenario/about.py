"""What a scenario has besides its changes: what a reader should know of it, its base, shares and draws."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from fastavs.errors import InputError
from fastavs.scenario.chain import AS_IT_IS
from fastavs.scenario.paths import whole_path
from fastavs.scenario.sampling import KEYS, Sampling
from fastavs.scenario.selection import owned, unknown_key

ABOUT = ("title", "author", "reference", "date")
"""What a reader should know of a scenario."""


def text_about(key: str, value: Any) -> str | None:
    """Take a text about a scenario; a date as well where it is its date.

    Raises
    ------
    InputError
    """
    if value is None:
        return None
    if key == "date" and isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if not isinstance(value, str) or not value.strip() or not _is_whole(value):
        shown = value if isinstance(value, str | bool | int | float) else type(value).__name__
        expected = "a text, or a date such as 2012-08-22" if key == "date" else "a text"
        raise InputError("not what a scenario has there", key=key, value=shown, expected=expected)
    return value


def base_given(name: str, base: Any) -> Any:
    """Take a base: another scenario, or its name; None for the study as it is.

    Raises
    ------
    InputError
        The scenario itself; no scenario at all.
    """
    if base is None or base == AS_IT_IS:
        return None
    called = base if isinstance(base, str) else getattr(base, "name", None)
    if not isinstance(base, str) and not (called and hasattr(base, "steps")):
        shown = base if isinstance(base, bool | int | float) else type(base).__name__
        raise InputError("no base", key="base", value=shown, expected="a scenario, or the name of one")
    if called == name:
        raise InputError(f'the scenario "{name}" has itself as its base', key="base", value=name, cure="leave it out")
    if not called or (not isinstance(base, str) and called == AS_IT_IS):
        return None if called else _no_name()
    return base


def _no_name() -> None:
    raise InputError("a base without a name", key="base", expected="the name of another scenario")


def shares_given(given: Any) -> tuple[tuple[str, str], ...]:
    """Take shares by name, each with the path of its file.

    Raises
    ------
    InputError
    """
    if not isinstance(given, Mapping) or not all(isinstance(one, str) and one for one in given):
        shown = given if isinstance(given, str | bool | int | float) else type(given).__name__
        expected = 'names and files, such as {"steel": "steel.csv"}'
        raise InputError("not shares by name", key="shares", value=shown, expected=expected)
    return tuple((name, whole_path("shares", f"shares.{name}", path)) for name, path in given.items())


def draws_given(given: Any) -> Sampling:
    """Take what is drawn.

    Raises
    ------
    InputError
    """
    if isinstance(given, Sampling):
        return given
    if not isinstance(given, Mapping):
        shown = given if isinstance(given, str | bool | int | float) else type(given).__name__
        expected = 'a table, such as {"n": 1000, "seed": 1, "fx": {"EUR": 0.1}}'
        raise InputError("no draws", key="draws", value=shown, expected=expected)
    owner = object.__new__(Sampling)
    for key in given:
        if key not in KEYS:
            raise unknown_key(owner, key, KEYS, "draws")
    if "n" not in given:
        raise InputError("draws without their number", key="draws.n", expected="a whole number, such as 1000")
    try:
        return Sampling(**given)
    except InputError as error:
        raise owned(error, owner, f"draws.{error.key}") from None


def _is_whole(text: str) -> bool:
    """Whether a text can be written: halves of letters cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
