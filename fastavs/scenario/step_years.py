"""Steps that move duties in time: delay, advance, freeze, and years put in their place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Unpack

import numpy as np

from fastavs.scenario.checks import wrong
from fastavs.scenario.paths import whole_path
from fastavs.scenario.selection import Selection, SelectionKeys
from fastavs.scenario.step import DutyStep, Step
from fastavs.scenario.written import one_of

ALL = "all"
_SIDES = ("applied", "bound")


def _whole(value: Any, least: int, most: int) -> int | None:
    """Return a whole number within limits, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        return None
    return int(value)


class _Moved(DutyStep):
    """A step that takes duties from other years."""

    __slots__ = ()
    value: int | Literal["all"]

    def _years(self, value: Any) -> int | str:
        found = ALL if value == ALL else _whole(value, 1, 200)
        if found is None:
            raise wrong(self, "value", value, 'a number of years of 1 or more, or "all"')
        return found

    def value_written(self) -> int | str:
        return self.value


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Delay(_Moved):
    """Duties come later: that of year y becomes that of so many years before, of the same schedule.

    Parameters
    ----------
    value : int or "all"
        Years; "all" keeps the first year's duties.
    **where
        Which lines, see `Selection`. `years` are the years written; any may be read. `schedule` is required where
        the study has both.

    Attributes
    ----------
    value : int or "all"
    selection : Selection

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Delay(2, schedule="bound")
    Delay(2, schedule='bound')
    """

    verb: ClassVar[str] = "delay"
    value: int | Literal["all"]
    selection: Selection

    def __init__(self, value: int | Literal["all"], **where: Unpack[SelectionKeys]) -> None:
        self._settle(self._years(value), where)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Advance(_Moved):
    """Duties come sooner: that of year y becomes that of so many years after, of the same schedule.

    Parameters
    ----------
    value : int or "all"
        Years; "all" takes the last year's duties at once.
    **where
        Which lines, see `Selection`. `years` are the years written; any may be read. `schedule` is required where
        the study has both.

    Attributes
    ----------
    value : int or "all"
    selection : Selection

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Advance("all", lists="ita", schedule="bound")
    Advance('all', lists=['ita'], schedule='bound')
    """

    verb: ClassVar[str] = "advance"
    value: int | Literal["all"]
    selection: Selection

    def __init__(self, value: int | Literal["all"], **where: Unpack[SelectionKeys]) -> None:
        self._settle(self._years(value), where)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Freeze(DutyStep):
    """Later years of a schedule take the duties of one year.

    Parameters
    ----------
    value : int
        The year.
    **where
        Which lines, see `Selection`; `years` are the years written.

    Attributes
    ----------
    value : int
    selection : Selection

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Freeze(2013, schedule="applied").value
    2013
    """

    verb: ClassVar[str] = "freeze"
    value: int
    selection: Selection

    def __init__(self, value: int, **where: Unpack[SelectionKeys]) -> None:
        found = _whole(value, 1000, 9999)
        if found is None:
            raise wrong(self, "value", value, "a year, such as 2012")
        self._settle(found, where)

    def value_written(self) -> int:
        return self.value


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Put(Step):
    """Years of a schedule replaced by those of a file.

    Parameters
    ----------
    value : path-like
        A table of year, line and duty; the years that it has are replaced.
    schedule : {"applied", "bound"}

    Attributes
    ----------
    value : str
        The whole path.
    schedule : str

    Raises
    ------
    InputError

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Put("new.csv", schedule="applied").schedule
    'applied'
    """

    verb: ClassVar[str] = "put"
    keys: ClassVar[tuple[str, ...]] = ("schedule",)
    value: str
    schedule: str

    def __init__(self, value: str | os.PathLike[str], schedule: str | None = None) -> None:
        object.__setattr__(self, "value", whole_path(self, "value", value))
        object.__setattr__(self, "schedule", one_of(self, "schedule", schedule, _SIDES))

    def value_written(self) -> str:
        return self.value

    def keys_written(self) -> dict[str, Any]:
        return {"schedule": self.schedule}
