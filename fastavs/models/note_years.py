"""The years that a note is of, which it begins with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_YEARS = re.compile(r"(\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*): ")


def years_shown(years: Iterable[int]) -> str:
    """Return years for people, those that follow one another as a range.

    Examples
    --------
    >>> years_shown([2011, 2012, 2013, 2020])
    '2011-2013, 2020'
    """
    ranges: list[list[int]] = []
    for year in sorted(years):
        if ranges and year == ranges[-1][1] + 1:
            ranges[-1][1] = year
        else:
            ranges.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def notes_of_years(notes: Iterable[str], years: Sequence[int]) -> tuple[str, ...]:
    """Return the notes that are of some years, and those of no year.

    Examples
    --------
    >>> notes_of_years(["2011-2013: a", "2020: b", "c"], [2012])
    ('2011-2013: a', 'c')
    """
    return tuple(one for one in notes if _is_of(one, years))


def _is_of(note: str, years: Sequence[int]) -> bool:
    found = _YEARS.match(note)
    if not found:
        return True
    ends = [part.split("-") for part in found[1].split(", ")]
    return any(int(some[0]) <= year <= int(some[-1]) for some in ends for year in years)
