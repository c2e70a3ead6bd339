"""Trade periods: labels such as "2009", "2009H1", "2009Q3", "2009M03" or "2022M01-11"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from itertools import combinations

_PARTS = {"H": 6, "Q": 3, "M": 1}  # months in a half, a quarter, a month
_YEAR, _MONTH, _DAY = "([12][0-9]{3})", "(0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"[T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_MONTHS_WRITTEN = (
    re.compile(f"{_YEAR}{_MONTH}"),  # 202301
    re.compile(f"{_YEAR}[-/]{_MONTH}"),  # 2023-01
    re.compile(f"{_YEAR}(?:([-/.]?)){_MONTH}\\2{_DAY}(?:{_TIME})?"),  # 2023-01-15, 20230115, with a time of day or not
)
_TURNED = re.compile(f"{_MONTH}[-/.]{_YEAR}")  # 01/2023
_PART = re.compile(f"{_YEAR}[- ]?([HSQM])([0-9]{{1,2}})", re.IGNORECASE)  # 2023-Q1; S is a half in Eurostat's tables
_MOST = {"H": 2, "Q": 4, "M": 12}


def natural(label: str) -> tuple[tuple[int, str], ...]:
    """Return a key by which labels order as people read them: digits as numbers.

    Examples
    --------
    >>> natural("2009M9") < natural("2009M10")
    True
    """
    return tuple(
        (int(part), "") if "0" <= part[0] <= "9" else (-1, part) for part in re.findall("[0-9]+|[^0-9]+", label)
    )


def as_label(text: str) -> str:
    """Return a period's label: months, quarters, halves and dates in the forms that people write; the rest stays.

    A date is read as its month. The ``.0`` of a period that was a number once goes. What can be read in two ways stays
    as it is: see `doubt_of`.

    Examples
    --------
    >>> [as_label(text) for text in ("202301", "2023-01", "2023/01", "01/2023", "2023M1", "2023-01-15", "20230115")]
    ['2023M01', '2023M01', '2023M01', '2023M01', '2023M01', '2023M01', '2023M01']
    >>> [as_label(text) for text in (" 2023.0", "2023-Q1", "2023q1", "2023-S2", "2022M01-11", "202313", "2011-12")]
    ['2023', '2023Q1', '2023Q1', '2023H2', '2022M01-11', '202313', '2011-12']
    """
    label = re.sub(r"(?<=^[0-9]{4})\.0$|(?<=^[0-9]{6})\.0$|(?<=^[0-9]{8})\.0$", "", text.strip())
    if re.fullmatch("[0-9]{4}", label) or _is_two_years(label):
        return label
    for form in _MONTHS_WRITTEN:
        found = form.fullmatch(label)
        if found:
            return f"{found[1]}M{found[form.groups]}"
    turned = _TURNED.fullmatch(label)
    if turned:
        return f"{turned[2]}M{turned[1]}"
    part = _PART.fullmatch(label)
    if part:
        letter = part[2].upper().replace("S", "H")
        if 1 <= int(part[3]) <= _MOST[letter]:
            return f"{part[1]}{letter}{int(part[3]):0{2 if letter == 'M' else 1}d}"
    return label


def _is_two_years(label: str) -> bool:
    """Whether a label may mean a year and the next: 2011-12, which may be December as well."""
    found = re.fullmatch("([12][0-9]{3})[-/.]([0-9]{2})", label)
    return found is not None and (int(found[1]) + 1) % 100 == int(found[2])


def is_date(text: str) -> bool:
    """Whether a period is written as a day, which `as_label` reads as its month."""
    return bool(_MONTHS_WRITTEN[-1].fullmatch(text.strip().removesuffix(".0")))


def doubt_of(label: str) -> str | None:
    """Return what may be wrong with the form of a label, None for one that is understood or that names itself.

    Examples
    --------
    >>> doubt_of("2011-12")
    'it may be December 2011 or the years 2011 and 2012; it counts as a part of 2011'
    >>> doubt_of("1999-00"), doubt_of("2010-2011")[:34], doubt_of("20231301")[:36]  # doctest: +NORMALIZE_WHITESPACE
    ('it looks like the years 1999 and 2000; it counts as a part of 1999', 'it looks like the years 2010 and 2',
     'its eight digits are no day that the')
    >>> doubt_of("202352"), doubt_of("2023M01"), doubt_of("base")
    ('its last two digits are no month; weeks are no periods here: add them up to months', None, None)
    """
    if re.fullmatch("[12][0-9]{3}[0-9]{2}", label):
        return "its last two digits are no month; weeks are no periods here: add them up to months"
    year = label[:4]
    years = re.fullmatch("([12][0-9]{3})[-/.]([12][0-9]{3})", label)
    if years:
        word = "and" if int(years[2]) == int(year) + 1 else "to"
        return f"it looks like the years {year} {word} {years[2]}; it counts as a part of {year}"
    if re.fullmatch("[12][0-9]{7}", label):
        return "its eight digits are no day that there is, and it serves no year"
    if _is_two_years(label) and "01" <= label[-2:] <= "12":
        month = calendar.month_name[int(label[-2:])]
        return f"it may be {month} {year} or the years {year} and {int(year) + 1}; it counts as a part of {year}"
    if _is_two_years(label):
        return f"it looks like the years {year} and {int(year) + 1}; it counts as a part of {year}"
    week = re.fullmatch("([12][0-9]{3})-?[Ww][0-9]{1,2}", label)
    if week:
        return f"it is a week, and counts as a part of {week[1]}"
    if re.fullmatch("[12][0-9]{3}[-/.][0-9]{1,2}", label):
        return f"it may be a month, which is written {year}M01; it counts as a part of {year}"
    part = _PART.fullmatch(label)
    if part and not 1 <= int(part[3]) <= _MOST[part[2].upper().replace("S", "H")]:
        return f"there is no such part of a year; it counts as a part of {part[1]}"
    found = re.search("(?<![0-9])(19|20)[0-9]{2}(?![0-9])", label)
    if found and found.start() and not re.match("[0-9]{4}(?![0-9])", label):
        return f"it begins with no year; write {found[0]}M01 for a month of {found[0]}"
    return None


def of_year(year: int, periods: Sequence[str]) -> list[int]:
    """Return the places of a year's periods: the year alone, or with a suffix that does not start with a digit."""
    return [place for place, period in enumerate(periods) if re.fullmatch(rf"{year}([^0-9].*)?", period)]


def overlap(periods: Sequence[str]) -> tuple[str, str] | None:
    """Return two labels of one year that cover a month both, or None.

    A label that is not understood as months overlaps only with its whole year.

    Examples
    --------
    >>> overlap(["2009", "2010", "2011H1"])
    >>> overlap(["2022M01", "2022M01-11"]), overlap(["2009", "2009M03"]), overlap(["2009H2", "2009M03"])
    (('2022M01', '2022M01-11'), ('2009', '2009M03'), None)
    """
    for first, second in combinations(periods, 2):
        if first[:4] == second[:4] and re.fullmatch("[0-9]{4}", first[:4]):
            whole = first == first[:4] or second == second[:4]
            if whole or _months(first) & _months(second):
                return first, second
    return None


def _months(label: str) -> set[int]:
    """Return the months of a label's year that it covers; none where the label is not understood."""
    found = re.fullmatch(r"[0-9]{4}([HQM])([0-9]+(?:-[0-9]+)?(?:\+[0-9]+(?:-[0-9]+)?)*)", label)
    if not found:
        return set()
    size, months = _PARTS[found[1]], set()
    for run in found[2].split("+"):
        first, _, last = run.partition("-")
        months |= set(range(int(first) * size - size + 1, int(last or first) * size + 1))
    return months


def last_month(label: str) -> str | None:
    """Return the last month that a period covers, None where its label begins with no year.

    A label that is not understood as months counts as its whole year.

    Examples
    --------
    >>> last_month("2013"), last_month("2013H1"), last_month("2013M01-09"), last_month("base")
    ('2013-12', '2013-06', '2013-09', None)
    """
    if not re.match("[0-9]{4}(?![0-9])", label):
        return None
    return f"{label[:4]}-{max(_months(label), default=12):02d}"
