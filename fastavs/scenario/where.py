"""Which lines of which schedules a change of duties touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastavs.codes import Grouping, chapters, interval, to_key
from fastavs.errors import InputError, did_you_mean
from fastavs.scenario.checks import check_prefixes, wrong

SCHEDULES = ("both", "applied", "bound")


@dataclass(frozen=True, slots=True)
class Where:
    """Which lines of which schedules a change touches.

    Parameters
    ----------
    prefixes : tuple of str
        Digits that a line's code begins with, any of them; none: all lines.
    group : (str, str), optional
        A grouping of the study ("chapter" always is one) and one of its groups.
    schedule : {"both", "applied", "bound"}
    years : tuple of int, optional
        Schedule years; all by default. A bound year without an applied schedule of its own is compared with the
        applied schedule of another year, which changes if that other year is named.
    """

    prefixes: tuple[str, ...]
    group: tuple[str, str] | None
    schedule: str
    years: tuple[int, ...] | None

    def lines(self, kind: str, year: int, keys: np.ndarray, digits: int, groups: dict[str, Grouping]) -> np.ndarray:
        """Return which lines of one schedule year are touched, bool[h].

        Raises
        ------
        InputError
            A grouping, or a group, that the study does not have.
        """
        chosen = np.zeros(keys.size, dtype=bool)
        grouping = self._grouping(keys, groups)
        if self.schedule not in ("both", kind) or (self.years is not None and year not in self.years):
            return chosen
        if not self.prefixes:
            chosen[:] = True
        for prefix in self.prefixes:
            low, high = interval(np.int64(to_key(prefix)), len(prefix))
            chosen |= (keys >= low) & (keys < high)
        if grouping is not None and self.group is not None:
            names, member = grouping.assign(keys, digits)
            chosen &= member == (names.index(self.group[1]) if self.group[1] in names else -1)
        return chosen

    def _grouping(self, keys: np.ndarray, groups: dict[str, Grouping]) -> Grouping | None:
        if self.group is None:
            return None
        title, name = self.group
        if title in groups:
            known = sorted(set(groups[title].members))
            if name not in known and name != "unassigned":
                raise InputError(
                    f'the grouping "{title}" has no such group', key="group", value=name,
                    expected=f"one of {', '.join(known)}.{did_you_mean(name, known)}",
                )  # fmt: skip
            return groups[title]
        if title == "chapter":
            return chapters(keys)
        names = ["chapter", *groups]
        raise InputError(
            "the study has no such grouping", key="group", value=title,
            expected=f"{', '.join(names)}.{did_you_mean(title, names)}",
        )  # fmt: skip


EVERYWHERE = Where((), None, "both", None)


def check_where(change: Any) -> None:
    """Check the fields by which a change chooses lines."""
    check_prefixes(change)
    if not isinstance(change.schedule, str) or change.schedule not in SCHEDULES:
        near = did_you_mean(change.schedule, SCHEDULES) if isinstance(change.schedule, str) else ""
        expected = " or ".join(f'"{one}"' for one in SCHEDULES)
        raise wrong(change, "schedule", change.schedule, f"{expected}.{near}")
    if change.years is not None:
        years = change.years if isinstance(change.years, list | tuple | set | range | np.ndarray) else (change.years,)
        for year in years:
            if isinstance(year, bool) or not isinstance(year, int | np.integer):
                raise wrong(change, "years", year, "whole numbers, such as 2012")
        object.__setattr__(change, "years", tuple(int(year) for year in years))
    check_group(change)


def check_group(change: Any) -> None:
    """Check the grouping and the group by which a change chooses codes, if it does."""
    group = getattr(change, "group", None)
    if group is not None:
        listed = isinstance(group, list | tuple) and len(group) == 2
        if not listed or not all(isinstance(one, str) for one in group):
            raise wrong(change, "group", group, 'a grouping and a group, such as ("industry", "13")')
        object.__setattr__(change, "group", tuple(group))


def where_of(change: Any) -> Where:
    """Return which lines a change chooses; a change without a grouping chooses lines of any group."""
    return Where(change.prefixes, getattr(change, "group", None), change.schedule, change.years)
