"""What a printed number means: one rule for duty texts, units and the cells of tables.

A number is written in ASCII digits. A comma or a point may part its decimals; groups of three digits may be parted by
a comma, a point, an apostrophe or a space (plain, no-break or thin), by one and the same mark, which is not the
decimal one. Groups of two before the last three, parted by commas, are lakhs and crores.

- A number that can be read in one way is read so: `1.234,56`, `1 234,56`, `2,445.26`, `1'234.5`, `0,125`, `1234.567`.
- `1.000` and `1,234` can be read in two ways: one comma or point, with up to three digits before it and three behind.
  A mark has one meaning throughout a column or a duty text, so the other numbers there decide, or a setting does.
- Where nothing decides, the number is refused with both readings. It is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from fastavs.errors import InputError

SPACES = " \u00a0\u2009\u202f"
"""Spaces that part groups of digits: plain, no-break, thin, narrow no-break."""

APOSTROPHES = "'\u2019"
"""Apostrophes that part groups of digits: typewritten and printed."""

MARKS = (",", ".", " ", "'")
"""Marks between thousands; a space and an apostrophe stand for all of their kind."""

_ONE_MARK = {",": ",", ".": ".", " ": f"[{SPACES}]", "'": f"[{APOSTROPHES}]"}
_GROUPED = {
    mark: re.compile(
        rf"[1-9][0-9]{{0,2}}(?:{re.escape(one) if mark in ',.' else one}[0-9]{{3}})+"
        rf"(?:(?P<decimal>[{',.'.replace(mark, '')}])[0-9]+)?"
    )
    for mark, one in _ONE_MARK.items()
}
_LAKHS = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:(?P<decimal>\.)[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:(?P<decimal>[.,])[0-9]*)?|(?P<bare>[.,])[0-9]+")
_FRACTION = re.compile(r"[0-9]+/0*[1-9][0-9]*")
_IDLE = re.compile(r"[1-9][0-9]*[.,][0-9]{2,}0")  # decimals that end in zeros look like thousands


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a printed number.

    Attributes
    ----------
    plain : str
        The number in digits with a decimal point at most: what `float` and `Fraction` take.
    decimal : str or None
        The mark before its decimals, "," or "."; None where it has none.
    thousands : str or None
        The mark between its groups, one of `MARKS`; None where it has none.
    """

    plain: str
    decimal: str | None
    thousands: str | None

    @property
    def value(self) -> Fraction:
        return Fraction(self.plain)


def readings(text: str) -> tuple[Reading, ...]:
    """Return every meaning of a printed number, by the rule of this module.

    Parameters
    ----------
    text : str
        Without blanks at its ends; a sign may stand first.

    Returns
    -------
    tuple of Reading
        None for what is no number, two for a number such as "1.000": the one with decimals first.

    Examples
    --------
    >>> [one.plain for one in readings("1.234,56")], [one.plain for one in readings("1,234")], readings("12-5")
    (['1234.56'], ['1.234', '1234'], ())
    """
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    found = []
    plain = _PLAIN.fullmatch(digits)
    if plain:
        decimal = plain["decimal"] or plain["bare"]
        found.append(Reading(f"{sign}{digits.replace(',', '.')}".removesuffix("."), decimal, None))
    for mark, pattern in _GROUPED.items():
        grouped = pattern.fullmatch(digits)
        if grouped:
            found.append(_ungrouped(sign, digits, grouped["decimal"], mark))
    lakhs = _LAKHS.fullmatch(digits)
    if lakhs:
        found.append(_ungrouped(sign, digits, lakhs["decimal"], ","))
    return tuple(found)


def _ungrouped(sign: str, digits: str, decimal: str | None, thousands: str) -> Reading:
    whole, mark, places = digits.rpartition(decimal) if decimal else (digits, "", "")
    point = "." if mark else ""
    return Reading(f"{sign}{re.sub('[^0-9]', '', whole)}{point}{places}", decimal, thousands)


def shown_by(meanings: tuple[Reading, ...]) -> str | None:
    """Return the decimal mark that a number shows, by its meanings; None where it shows none.

    Examples
    --------
    >>> shown_by(readings("12,5")), shown_by(readings("1.234.567")), shown_by(readings("1.000"))
    (',', ',', None)
    """
    if len(meanings) != 1:
        return None
    thousands, decimal = meanings[0].thousands, meanings[0].decimal
    if decimal or thousands not in (",", "."):
        return decimal
    return "," if thousands == "." else "."


def chosen(meanings: tuple[Reading, ...], decimal: str | None) -> Reading | None:
    """Return the meaning of a number where `decimal` is the decimal mark; None where that does not decide."""
    if len(meanings) == 1:
        return meanings[0]
    if len(meanings) == 2 and decimal is not None:
        with_decimals, grouped = meanings
        return with_decimals if with_decimals.decimal == decimal else grouped
    return None


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How the numbers of a table are written.

    Parameters
    ----------
    decimal : {".", ","}
        The mark before decimals.
    thousands : {",", ".", " ", "'"}, optional
        The mark between groups of three digits. A number without groups is read all the same.

    Raises
    ------
    InputError
        If a mark is none of these, or both are the same.

    Examples
    --------
    >>> form = NumberForm(decimal=",", thousands=".")
    >>> form.read("1.234,5"), form.read("90.500"), form.read("90.5")
    ('1234.5', '90500', None)
    """

    decimal: str = "."
    thousands: str | None = None

    def __post_init__(self) -> None:
        if self.decimal not in (".", ","):
            raise InputError("decimal mark of numbers", value=self.decimal, expected='"." or ","')
        if self.thousands is not None and self.thousands not in MARKS:
            raise InputError("mark between thousands", value=self.thousands, expected='",", ".", " " or "\'"')
        if self.decimal == self.thousands:
            raise InputError("one mark both before decimals and between thousands", value=self.decimal)

    @property
    def pattern(self) -> str:
        """The usual number of this form as a regular expression; `read` takes a few more."""
        mark = f"[{''.join(self._groupers)}]"
        grouped = f"|[1-9][0-9]{{0,2}}({mark}[0-9]{{3}})+" if self.thousands else ""
        return f"^-?([0-9]+{grouped})([{self.decimal}][0-9]+)?$"

    @property
    def replaced(self) -> tuple[tuple[str, str], ...]:
        """What is put in place of what, in this order, in a number that matches `pattern`, to make it a plain one."""
        return (*((mark, "") for mark in self._groupers), (self.decimal, "."))

    @property
    def _groupers(self) -> str:
        """The signs that its mark between thousands stands for."""
        return {" ": SPACES, "'": APOSTROPHES}.get(self.thousands or "", self.thousands or "")

    def read(self, text: str) -> str | None:
        """Return a number of this form in digits with a decimal point at most; None for any other text."""
        for one in readings(text):
            if one.decimal in (None, self.decimal) and one.thousands in (None, self.thousands):
                return one.plain
        return None

    def __str__(self) -> str:
        thousands = f', thousands = "{self.thousands}"' if self.thousands else ""
        return f'decimal = "{self.decimal}"{thousands}'


def form_of(numbers: Iterable[str]) -> NumberForm | None:
    """Return the one form that all numbers of a column have.

    Parameters
    ----------
    numbers : iterable of str
        Printed numbers; what is no number counts for nothing.

    Returns
    -------
    NumberForm or None
        None where no form fits all of them, or more than one would give them different values.

    Examples
    --------
    >>> str(form_of(["90,500", "2,445.26"])), form_of(["90,500", "850"]), str(form_of(["1 234", "0,5"]))
    ('decimal = ".", thousands = ","', None, 'decimal = ",", thousands = " "')
    """
    meanings = [found for number in numbers if (found := readings(number))]
    marks = {mark for found in meanings if (mark := shown_by(found))}
    if len(marks) > 1:
        return None
    decimal = marks.pop() if marks else None
    read = [chosen(found, decimal) for found in meanings]
    groups = {one.thousands for one in read if one is not None and one.thousands}
    if len(groups) > 1 or None in read:
        return None
    return NumberForm(decimal or ".", groups.pop() if groups else None)


def read_count(text: str, decimal: str | None = None) -> Fraction | None:
    """Read how many units a quantity unit has before it: "100" of "100 kg".

    No one writes 1,000 or 1.000 for one, so a comma before three digits parts thousands; a point may do either.

    Parameters
    ----------
    text : str
        The number; a fraction such as 9/8 as well.
    decimal : {".", ","}, optional
        The decimal mark of the text that the unit stands in.

    Returns
    -------
    Fraction or None
        None for a number that can be read in two ways, and for what is no number.

    Examples
    --------
    >>> read_count("1,000"), read_count("0.5"), read_count("1.000"), read_count("1.000", decimal=",")
    (Fraction(1000, 1), Fraction(1, 2), None, Fraction(1000, 1))
    """
    if _FRACTION.fullmatch(text):
        return Fraction(text)
    meanings = readings(text)
    if len(meanings) == 2:
        grouped = meanings[1]
        return None if decimal == meanings[0].decimal or (decimal is None and "." in text) else grouped.value
    if not meanings or _IDLE.fullmatch(text):
        return None
    return meanings[0].value
