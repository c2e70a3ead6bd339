"""Trade periods: labels such as "2009", "2009H1", "2009Q3", "2009M03" or "2022M01-11"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

_PARTS = {"H": 6, "Q": 3, "M": 1}  # months in a half, a quarter, a month


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
    """Return a period's label: six digits that are a year and a month are read as such, the rest stays.

    The ``.0`` of a period that was a number once goes.

    Examples
    --------
    >>> as_label(" 202301 "), as_label("2023.0"), as_label("2023M01"), as_label("202313")
    ('2023M01', '2023', '2023M01', '202313')
    """
    label = re.sub(r"(?<=^[0-9]{4})\.0$|(?<=^[0-9]{6})\.0$", "", text.strip())
    found = re.fullmatch("([12][0-9]{3})(0[1-9]|1[0-2])", label)
    return f"{found[1]}M{found[2]}" if found else label


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
