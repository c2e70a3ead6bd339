"""Tariff codes: digits as text outside, as ordered numbers inside; prefixes, reach, groups.

A code of n digits becomes a 12-digit number by zeros on the right. Lines that begin with a prefix are then the
numbers of one interval, and text order is number order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.errors import InputError

SHORTEST, LONGEST = 4, 12
UNASSIGNED = "unassigned"

_POWER = np.array([10**n for n in range(LONGEST + 1)], dtype=np.int64)


def to_key(code: str) -> int:
    """Return the code as a 12-digit number.

    Examples
    --------
    >>> to_key("0203")
    20300000000
    """
    return int(code) * 10 ** (LONGEST - len(code))


def to_keys(codes: Sequence[str]) -> np.ndarray:
    """Return codes (digits, at most 12) as 12-digit numbers, int64[n]."""
    return np.fromiter((to_key(code) for code in codes), dtype=np.int64, count=len(codes))


def to_code(key: int, digits: int) -> str:
    """Return the first `digits` digits of a key as text.

    Examples
    --------
    >>> to_code(20300000000, 4)
    '0203'
    """
    return f"{key:0{LONGEST}d}"[:digits]


def cut(key: np.ndarray, digits: int | np.ndarray) -> np.ndarray:
    """Return keys with all but their first `digits` digits set to zero."""
    unit = _POWER[LONGEST - np.asarray(digits)]
    return key // unit * unit


def interval(key: np.ndarray | np.int64, digits: int | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the half-open interval of keys that share the first `digits` digits of `key`."""
    unit = _POWER[LONGEST - np.asarray(digits)]
    low = key // unit * unit
    return low, low + unit


def common_digits(first: np.ndarray, last: np.ndarray, most: int) -> np.ndarray:
    """Return how many leading digits each pair of keys shares, at most `most`; int64[n]."""
    shared = np.zeros(first.shape, dtype=np.int64)
    for digits in range(1, most + 1):
        unit = _POWER[LONGEST - digits]
        shared += (first // unit) == (last // unit)
    return shared


_QUOTED = re.compile(r'="(.*)"|"(.*)"|[\'\u2019](.*)')
_DOTTED = re.compile(r"(?:[0-9]{2}){1,4}(?:\.[0-9]{1,4})+(?:-[0-9]{1,4})?")
_SPACED = re.compile(r"(?:[0-9]{2}){1,4}(?:\s[0-9]{1,3})+")
_FLOAT = re.compile(r"([1-9][0-9]*)\.0")
_FLOAT_OR_DOTTED = re.compile(r"[1-9][0-9]{5,}\.00+")
_DESCRIBED = re.compile(r"[0-9][0-9. ]{3,}\s*[-:;,|\u2013\u2014]?\s*[^\W\d_]{2,}.*", re.DOTALL)
_SCIENTIFIC = re.compile(r"[1-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")


def as_digits(text: str) -> str:
    """Return a code as tariffs and spreadsheets print it, in digits alone; any other text without its outer blanks.

    Points and spaces between groups of digits go, and Japan's dash behind points; so do the marks by which a
    spreadsheet keeps a text (``="0203"``, ``'0203``), and the ``.0`` of a code that was a number once. What can be
    read in two ways (``220300.00``) stays as it is, and is no code.

    Examples
    --------
    >>> [as_digits(text) for text in ("2203.00.10", "2203 00 010 0", "=\\"0203\\"", "22030010.0", "0203-0206")]
    ['22030010', '2203000100', '0203', '22030010', '0203-0206']
    """
    code = text.strip()
    if code.isascii() and code.isdigit():
        return code
    quoted = _QUOTED.fullmatch(code)
    if quoted:
        code = next(part for part in quoted.groups() if part is not None).strip()
    number = _FLOAT.fullmatch(code)
    if number:
        return number[1]
    if _FLOAT_OR_DOTTED.fullmatch(code) or not (_DOTTED.fullmatch(code) or _SPACED.fullmatch(code)):
        return code
    return re.sub("[^0-9]", "", code)


def trouble(code: str) -> str | None:
    """Return why a text is no tariff code at all, or None.

    Examples
    --------
    >>> trouble("0203"), trouble("02O3"), trouble("12")
    (None, 'code has other characters than digits', 'code shorter than 4 digits')
    """
    if not code:
        return "no code"
    if not (code.isascii() and code.isdigit()):
        if _SCIENTIFIC.fullmatch(code):
            return "code in scientific notation, which may have lost digits"
        if _FLOAT_OR_DOTTED.fullmatch(code):
            return "code that may be a number with decimals or have a point between its digits"
        if _DESCRIBED.fullmatch(code):
            return "code has other characters than digits: words behind it"
        return "code has other characters than digits"
    if len(code) < SHORTEST:
        return f"code shorter than {SHORTEST} digits"
    if len(code) > LONGEST:
        return f"code longer than {LONGEST} digits"
    return None


def cure_of(code: str) -> str:
    """Return how to mend a code that `trouble` complains of."""
    if _SCIENTIFIC.fullmatch(code):
        return "save the table anew with this column as text"
    if code.isascii() and code.isdigit():
        return "give the whole code, one a row"
    if _DESCRIBED.fullmatch(code):
        return "part the column in two, codes and words"
    return "write one code a row, in digits; points and spaces between its groups may stay"


def reach(
    key: np.ndarray, digits: np.ndarray, line_keys: np.ndarray, line_digits: int, by_prefix: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """How far trade codes reach into a schedule's lines (METHOD.md section 3, "Trade recorded at other lengths").

    Parameters
    ----------
    key, digits : int64[g]
        Trade codes, none longer than the tariff's.
    line_keys : int64[h], ascending
        The lines of the schedule year.
    line_digits : int
        The tariff's code length.
    by_prefix : bool
        False gives a short code up to its own length only (option ``short_codes = "donors"``).

    Returns
    -------
    reach_key : int64[g]
        The longest prefix common to all lines that begin with the code; the code itself where none does.
    reach_digits : int64[g]
        Its digits. A code that reaches the tariff's full length serves that line alone.
    """
    low, high = interval(key, digits)
    first = np.searchsorted(line_keys, low)
    last = np.searchsorted(line_keys, high) - 1
    begins = (last >= first) & by_prefix
    if line_keys.size == 0 or not begins.any():
        return key.copy(), digits.astype(np.int64)
    head = line_keys[np.where(begins, first, 0)]
    tail = line_keys[np.where(begins, last, 0)]
    shared = np.where(begins, common_digits(head, tail, line_digits), digits)
    return np.where(begins, cut(head, shared), key), shared


@dataclass(frozen=True, slots=True)
class Grouping:
    """Prefixes to groups: the longest matching prefix wins.

    Attributes
    ----------
    title : str
        What is grouped by ("chapter", "industry").
    prefixes, members : tuple of str
        A prefix and its group, entry by entry.
    names : dict
        Group to its name, where it has one.
    """

    title: str
    prefixes: tuple[str, ...]
    members: tuple[str, ...]
    names: dict[str, str]

    def assign(self, line_keys: np.ndarray, digits: int) -> tuple[list[str], np.ndarray]:
        """Return the groups (sorted; `unassigned` last if needed) and each line's place among them, int64[h].

        `digits` is the lines' length: no line begins with a longer prefix.
        """
        groups = sorted(set(self.members))
        place = {group: i for i, group in enumerate(groups)}
        member = np.full(line_keys.shape, -1, dtype=np.int64)
        for prefix, group in sorted(zip(self.prefixes, self.members, strict=True), key=lambda pair: len(pair[0])):
            if len(prefix) > digits:
                continue
            low, high = interval(np.int64(to_key(prefix)), len(prefix))
            member[(line_keys >= low) & (line_keys < high)] = place[group]
        if (member < 0).any():
            if UNASSIGNED not in place:
                place[UNASSIGNED] = len(groups)
                groups.append(UNASSIGNED)
            member[member < 0] = place[UNASSIGNED]
        return groups, member


def chapters(line_keys: np.ndarray) -> Grouping:
    """Return the grouping by chapter, the first two digits, of the lines at hand."""
    found = tuple(f"{number:02d}" for number in np.unique(line_keys // _POWER[LONGEST - 2]))
    return Grouping("chapter", found, found, {})


def make_grouping(
    title: str,
    prefixes: Iterable[str | None],
    members: Iterable[str | None],
    names: Iterable[str | None] | None = None,
    file: str | None = None,
) -> Grouping:
    """Check a group table and return it as a `Grouping`.

    Raises
    ------
    InputError
        A prefix that is no run of 1 to 12 digits, or stands twice; a row without a group.
    """
    checked: dict[str, str] = {}
    named: dict[str, str] = {}
    labels = list(names) if names is not None else None
    for i, (prefix, member) in enumerate(zip(prefixes, members, strict=True)):
        if not prefix or not (prefix.isascii() and prefix.isdigit()) or len(prefix) > LONGEST:
            raise InputError(
                "no code prefix",
                file=file,
                row=i + 1,
                column="prefix",
                value=prefix or "",
                expected=f"1 to {LONGEST} digits, as text",
                cure="keep the column as text, with its leading zeros",
            )
        if not member:
            raise InputError("a prefix without a group", file=file, row=i + 1, column="group", value=prefix)
        if checked.get(prefix, member) != member:
            raise InputError(
                "a prefix with two groups",
                file=file,
                row=i + 1,
                column="prefix",
                value=prefix,
                cure="leave one of the two rows out",
            )
        checked[prefix] = member
        label = labels[i] if labels is not None else None
        if label:
            named.setdefault(member, label)
    return Grouping(title, tuple(checked), tuple(checked.values()), named)
