"""Labels of periods and the months they cover.

A whole year is labelled by itself ("2021"). A part of one never bears the year's label: it is the year and the
months, "2022M01" for one, "2022M01-10" for a run, "2022M01-03+07" with gaps. "2011H1" and "2011Q3" are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fastavs.errors import InputError

BUCKETS: Mapping[str, int] = {"year": 12, "half": 6, "quarter": 3, "month": 1}

_YEAR = tuple(range(1, 13))
_LABEL = re.compile(r"([0-9]{4})(?:H([12])|Q([1-4])|M([0-9+-]+))?")
_MONTHLY = re.compile(r"([0-9]{4})-?([0-9]{2})|([0-9]{2})/([0-9]{4})")


def read_period(text: str) -> tuple[int, int | None] | None:
    """Return year and month (None for a whole year) of what a file calls a period, or None.

    Examples
    --------
    >>> read_period("2021-03"), read_period("03/2021"), read_period("2013"), read_period("March")
    ((2021, 3), (2021, 3), (2013, None), None)
    """
    text = text.strip()
    if re.fullmatch(r"[0-9]{4}", text):
        return int(text), None
    found = _MONTHLY.fullmatch(text)
    if not found:
        return None
    year, month = int(found[1] or found[4]), int(found[2] or found[3])
    return (year, month) if month in _YEAR else None


def label(year: int, months: Iterable[int]) -> str:
    """Return the label of some months of a year.

    Examples
    --------
    >>> label(2021, range(1, 13)), label(2022, [1]), label(2022, range(1, 11)), label(2022, [1, 2, 3, 7])
    ('2021', '2022M01', '2022M01-10', '2022M01-03+07')
    """
    covered = sorted(set(months))
    if tuple(covered) == _YEAR:
        return str(year)
    runs: list[list[int]] = []
    for month in covered:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    parts = (f"{run[0]:02d}-{run[-1]:02d}" if len(run) > 1 else f"{run[0]:02d}" for run in runs)
    return f"{year}M{'+'.join(parts)}"


def months_of(period: str) -> tuple[int, tuple[int, ...]]:
    """Return year and months of a label.

    Raises
    ------
    InputError
        The label says no months.

    Examples
    --------
    >>> months_of("2011H1")
    (2011, (1, 2, 3, 4, 5, 6))
    >>> months_of("2022M01-03+07")
    (2022, (1, 2, 3, 7))
    """
    found = _LABEL.fullmatch(period)
    months = _months(found) if found else ()
    if found is None or not months or not set(months) <= set(_YEAR):
        raise InputError(
            "no months can be told for the period",
            value=period,
            expected='a label such as "2021", "2011H1", "2011Q3", "2022M01" or "2022M01-10"',
        )
    return int(found[1]), months


def _months(found: re.Match[str]) -> tuple[int, ...]:
    _, half, quarter, listed = found.groups()
    if half:
        return _YEAR[6 * int(half) - 6 : 6 * int(half)]
    if quarter:
        return _YEAR[3 * int(quarter) - 3 : 3 * int(quarter)]
    if listed is None:
        return _YEAR
    months: list[int] = []
    for run in listed.split("+"):
        ends = run.split("-")
        if len(ends) > 2 or not all(re.fullmatch(r"[0-9]{2}", end) for end in ends):
            return ()
        months += range(int(ends[0]), int(ends[-1]) + 1)
    return tuple(months)


def labels(
    found: Iterable[tuple[int, int | None]], by: str, part_years: Mapping[int, str], file: str
) -> dict[tuple[int, int | None], str]:
    """Return the label that each month (or whole year) of a file is added up to.

    Parameters
    ----------
    found : iterable of (year, month or None)
        All that the file has.
    by : str
        "year", "half", "quarter" or "month".
    part_years : mapping of int to str
        Years that the file gives as a whole but that are known to be a part: their labels.

    Raises
    ------
    InputError
        A year both as a whole and by month; months wanted of a file by year; an unknown `by`.
    """
    if by not in BUCKETS:
        raise InputError("periods cannot be added up by", value=by, expected=", ".join(BUCKETS))
    size = BUCKETS[by]
    months: dict[tuple[int, int], set[int]] = {}
    named: dict[tuple[int, int | None], str] = {}
    for year, month in set(found):
        if month is None:
            named[year, None] = part_years.get(year, str(year))
        else:
            months.setdefault((year, (month - 1) // size), set()).add(month)
    by_month = {year for year, _ in months}
    for year, _ in named:
        if year in by_month or size < 12:
            raise InputError(
                "a year is given as a whole where months are needed"
                if size < 12
                else "a year both as a whole and by month",
                file=file,
                column="PERIOD",
                value=year,
                cure="read such rows apart",
            )
    for (year, _), covered in months.items():
        named |= {(year, month): label(year, covered) for month in covered}
    return named
