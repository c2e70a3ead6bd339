"""Numbers as people read them."""

from __future__ import annotations

import math

NONE = "–"


def percent(fraction: float | None, digits: int = 1) -> str:
    r"""Return a rate or share in percent.

    Examples
    --------
    >>> percent(0.0794), percent(None), percent(-0.0004), percent(3.0e7)
    ('7.9\xa0%', '–', '0.0\xa0%', '3e+09\xa0%')
    """
    number = points(fraction, digits)
    return number if number == NONE else f"{number}\u00a0%"


def points(fraction: float | None, digits: int = 1) -> str:
    """Return a difference of rates in percentage points, or a rate without its sign.

    Examples
    --------
    >>> points(0.0056), points(-0.0123)
    ('0.6', '−1.2')
    """
    if fraction is None or math.isnan(fraction):
        return NONE
    if abs(fraction) >= 1e5 or math.isinf(fraction):
        return f"{100.0 * fraction:.3g}"
    text = f"{100.0 * fraction:,.{digits}f}"
    return (text.removeprefix("-") if not text.strip("-0.,") else text).replace("-", "−")


def share(part: float, whole: float) -> str:
    r"""Return a part of a whole in percent, small ones as such.

    Examples
    --------
    >>> share(1, 8), share(1, 5000), share(0, 0)
    ('12.5\xa0%', 'under 0.1\xa0%', '–')
    """
    if whole <= 0.0:
        return NONE
    return "under 0.1\u00a0%" if 0.0 < part / whole < 0.0005 else percent(part / whole)


def count(number: int) -> str:
    """Return a count with thousands set apart.

    Examples
    --------
    >>> count(1234567)
    '1,234,567'
    """
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "row"), plural(2500, "row")
    ('1 row', '2,500 rows')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def money(value: float, currency: str = "") -> str:
    """Return an amount in words of its size.

    Examples
    --------
    >>> money(7189961078.0, "USD"), money(743974.7), money(950.0)
    ('7.19 billion USD', '744 thousand', '950')
    """
    for size, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if abs(value) >= size:
            return f"{value / size:.3g}{name} {currency}".strip()
    return f"{value:,.0f} {currency}".strip()


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def figure(value: float, digits: int = 6) -> str:
    """Return a number with so many significant digits, not padded.

    Examples
    --------
    >>> figure(0.16200000000000003), figure(1234567.0), figure(2500.0)
    ('0.162', '1,234,570', '2,500')
    """
    rounded = float(f"{value:.{digits}g}")
    return f"{int(rounded):,}" if rounded.is_integer() and abs(rounded) < 1e15 else f"{rounded:,.{digits}g}"
