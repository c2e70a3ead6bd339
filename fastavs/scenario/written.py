"""Numbers, amounts and duties as a step of a scenario has them: exact, as they were written.

A number is a fraction, taken by its decimals: 0.1 is one tenth. A text needs a percent sign. What may be a percentage
that lost its sign is refused with both readings. What reads duties and units loads when there is one to read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from fastavs.arguments import LARGEST
from fastavs.errors import FastavsError, InputError, did_you_mean
from fastavs.numbers import readings
from fastavs.scenario.checks import check_currency, wrong

if TYPE_CHECKING:
    from fastavs.duty import Duty
    from fastavs.duty.expr import Specific
    from fastavs.units.units import Unit

Number: TypeAlias = int | float | str | Fraction | Decimal
"""A number as it may be given: 0.1, "10%"."""
DUTY = '"10%", 0.1, "0.5 EUR/kg", or another duty as text'
_SIGNED = "-0.05 EUR/kg"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money for a unit of quantity, as a step has it.

    Parameters
    ----------
    value : Fraction
        Currency units for one `unit`; negative where a step takes off.
    currency : str
        Three capital letters.
    unit : str
        Canonical name, with a number before it or not: "kg", "100 kg".

    Raises
    ------
    InputError
        What is no number, currency or unit.

    Examples
    --------
    >>> import fastavs as fa
    >>> str(fa.Amount(-0.05, "EUR", "100 kg")), fa.Amount(1, "USD", "l").kind
    ('-0.05 EUR/100 kg', 'volume')
    """

    value: Fraction
    currency: str
    unit: str

    if TYPE_CHECKING:

        def __init__(self, value: int | float | Fraction | Decimal, currency: str, unit: str) -> None: ...

    def __post_init__(self) -> None:
        if isinstance(self.value, str):
            raise wrong(self, "value", self.value, "a number")
        object.__setattr__(self, "value", exact(self, "value", self.value))
        check_currency(self, self.currency)
        object.__setattr__(self, "unit", unit_named(self, "unit", self.unit))

    def __str__(self) -> str:
        from fastavs.duty.numerals import printed_number

        sign = "-" if self.value < 0 else ""
        return f"{sign}{printed_number(abs(self.value))} {self.currency}/{self.unit}"

    @property
    def kind(self) -> str:
        """Kind of quantity."""
        from fastavs.units.units import parse_unit

        return parse_unit(self.unit).kind

    @property
    def term(self) -> Specific:
        """The amount without its sign, as the term of a duty."""
        from fastavs.duty.expr import Specific
        from fastavs.units.units import parse_unit

        return Specific(abs(self.value), self.currency, parse_unit(self.unit))


Level: TypeAlias = Fraction | Amount | str
"""What a duty becomes or is held against: a percentage as a fraction, an amount, or the canonical text of any other."""


def exact(owner: object, key: str, value: Any, least: float = -math.inf, above: float | None = None) -> Fraction:
    """Return a number as it was written.

    Parameters
    ----------
    owner : object
        Whose it is.
    key : str
        Its name there.
    value : int, float, Decimal, Fraction or str
        A text has a percent sign.
    least : float
        The least that it may be.
    above : float, optional
        What it must be above.

    Raises
    ------
    InputError
        No number; a text without a percent sign; one that is not finite, or out of range.
    """
    number = _percentage(owner, key, value) if isinstance(value, str) else _decimal(owner, key, value)
    if abs(number) > LARGEST:
        raise wrong(owner, key, value, f"a finite number, at most {LARGEST:g}")
    if above is not None and number <= Fraction(above):
        raise wrong(owner, key, value, f"a number above {above:g}")
    if number < least:
        raise wrong(owner, key, value, f"a number of {least:g} or more")
    return number


def within(owner: object, key: str, value: Any, most: int = 1, least: float = -math.inf) -> Fraction:
    """Return a number as it was written; one that is larger than most reforms have must be a text.

    Raises
    ------
    InputError
        As for `exact`; a number above `most`, which may be a percentage without its sign: both readings are told.
    """
    number = exact(owner, key, value, least)
    if abs(number) > most and not isinstance(value, str):
        raise doubted(owner, key, value, number, most)
    return number


def refuse_change(owner: object, key: str, value: Any, what: str) -> None:
    """Make sure that what multiplies is no change with its sign; `what` a change downwards is, as "a cut".

    Raises
    ------
    InputError
        A number below 0; the factor that it may stand for is told.
    """
    number = exact(owner, key, value)
    if number >= 0:
        return
    cure = None
    if number > -1:
        factor = as_number(1 + number)
        shown = f'"{factor}"' if isinstance(factor, str) else f"{factor}"
        cure = f"write {shown} for {what} of {as_text(-number).replace('%', ' %')}"
    raise InputError(
        f"{type(owner).__name__} cannot be made", key=key, value=value, expected="a factor of 0 or more",
        cure=cure,
    )  # fmt: skip


def doubted(owner: object, key: str, value: object, number: Fraction, most: int) -> InputError:
    """Return what to raise for a number that may be a percentage without its sign."""
    from fastavs.units.units import plain_number

    plain, hundredfold = plain_number(number), plain_number(100 * number)
    what = "a factor" if most > 1 else "a fraction"
    return InputError(
        f"{type(owner).__name__} cannot be made", key=key, value=value,
        expected=f"{what} of at most {most}: {plain} is {hundredfold} %",
        cure=f'write "{plain}%" for {plain} percent, or "{hundredfold}%" if that is meant',
    )  # fmt: skip


def _decimal(owner: object, key: str, value: Any) -> Fraction:
    """Return a number by the decimals that it is written with."""
    if isinstance(value, bool | np.bool_):
        raise wrong(owner, key, value, 'a number, such as 0.1, or a text, such as "10%"')
    if isinstance(value, Rational | np.integer):
        return Fraction(int(value)) if isinstance(value, np.integer) else Fraction(value)
    if isinstance(value, float | Decimal | np.floating):
        if not math.isfinite(value):
            raise wrong(owner, key, value, "a finite number")
        return Fraction(str(value))
    shown = value if isinstance(value, str) else type(value).__name__
    raise wrong(owner, key, shown, 'a number, such as 0.1, or a text, such as "10%"')


def _percentage(owner: object, key: str, text: str) -> Fraction:
    """Return what a percentage in words comes to: "12.5%", "33 1/3 %"; 0 needs no sign."""
    from fastavs.duty.numerals import read_fraction
    from fastavs.units.units import plain_number

    sign, number, is_percentage = _parted(text)
    meanings = readings(number)
    found = read_fraction(number, may_be_rates=False)
    if len(meanings) == 2 and "," in number:
        both = " or ".join(f'"{one.plain}%"' for one in meanings)
        raise wrong(owner, key, text, f"a number that can be read in one way: {both}")
    if found is None and meanings:
        found = meanings[0].value  # of two meanings the first has decimals
    if found is None:
        raise wrong(owner, key, text, 'a number, such as 0.1, or a text, such as "10%"')
    if found and not is_percentage:
        plain, hundredfold = plain_number(sign * found), plain_number(100 * sign * found)
        raise InputError(
            f"{type(owner).__name__} cannot be made", key=key, value=text,
            expected="a percent sign in a text: a bare number may be a fraction or a percentage",
            cure=f'write "{plain}%" for {plain} percent, or "{hundredfold}%" for {plain} as a number',
        )  # fmt: skip
    return sign * found / 100


def _parted(text: str) -> tuple[int, str, bool]:
    """Return a text's sign, what stands behind it, and whether a percent sign ends it, which is left out."""
    bare = text.strip()
    number = bare.removesuffix("%").rstrip(" \u00a0")
    if number[:1] in ("-", "\u2212", "+"):
        return -1 if number[0] != "+" else 1, number[1:].lstrip(), bare.endswith("%")
    return 1, number, bare.endswith("%")


def level(owner: object, key: str, value: Any, of: str, *, signed: bool = False) -> Level:
    """Return what a duty, or a part of it, becomes or is held against.

    Parameters
    ----------
    of : {"rate", "ad_valorem", "specific"}
        Percentages take a percentage, amounts an amount, the duty as a whole any duty.
    signed : bool
        Whether it may be below 0.

    Raises
    ------
    InputError
    """
    found: Level
    if isinstance(value, Amount):
        found = value
    elif isinstance(value, str):
        found = _percentage(owner, key, value) if _is_number(value) else _read(owner, key, value, signed)
    elif type(value).__name__ == "Duty":
        found = _read(owner, key, str(value), signed)
    else:
        found = within(owner, key, value)
    if isinstance(found, Fraction) and abs(found) > LARGEST:
        raise wrong(owner, key, value, f"at most {LARGEST:g}")
    if not signed and (found.value if isinstance(found, Amount) else found if isinstance(found, Fraction) else 0) < 0:
        raise wrong(owner, key, value, "0 or more")
    if of == "ad_valorem" and not isinstance(found, Fraction):
        raise wrong(owner, key, value, 'a percentage where of="ad_valorem", such as "10%"')
    if of == "specific" and not isinstance(found, Amount):
        raise wrong(owner, key, value, 'an amount where of="specific", such as "0.5 EUR/kg"')
    return found


def _is_number(text: str) -> bool:
    """Whether a text is one number, with or without a percent sign."""
    from fastavs.duty.numerals import is_fraction

    _, number, _ = _parted(text)
    return number[:1].isdigit() and (bool(readings(number)) or is_fraction(number))


def _read(owner: object, key: str, text: str, signed: bool) -> Level:
    """Read a duty, with a sign before an amount where one may stand."""
    from fastavs.duty.expr import Percent, Specific
    from fastavs.duty.reading import names_no_country, parse_duty

    bare = text.strip()
    sign = -1 if signed and bare[:1] in ("-", "\u2212") else 1
    bare = bare[1:].lstrip() if signed and bare[:1] in ("-", "+", "\u2212") else bare
    if names_no_country(bare):
        expected = 'the code of the currency in place of "$", dollars or cents, such as "0.5 USD/kg"'
        raise wrong(owner, key, text, expected)
    try:
        expr = parse_duty(bare).expr
    except FastavsError as error:
        told = f"{DUTY}; {error.problem.removesuffix('; in the duty')}" if isinstance(error, InputError) else DUTY
        raise wrong(owner, key, text, told) from None
    if isinstance(expr, Specific):
        return Amount(sign * expr.amount, expr.currency, expr.unit.text)
    if isinstance(expr, Percent):
        return sign * expr.value / 100
    if sign < 0:
        raise wrong(owner, key, text, f'one percentage or amount behind a minus sign, such as "-5%" or "{_SIGNED}"')
    return str(expr)


def an_amount(owner: object, key: str, value: Any) -> Amount:
    """Return one amount, not below 0.

    Raises
    ------
    InputError
    """
    found = level(owner, key, value, "specific")
    assert isinstance(found, Amount)
    return found


def duty_of(found: Level) -> Duty:
    """Return the duty that a level is; an amount or a percentage below 0 without its sign.

    Examples
    --------
    >>> duty_of(Fraction(1, 8)).text, duty_of("max(10%, 0.5 EUR/kg)").kinds
    ('12.5%', ('mass',))
    """
    from fastavs.duty import Duty, Percent, parse_duty

    if isinstance(found, str):
        return parse_duty(found)
    return Duty(found.term if isinstance(found, Amount) else Percent(abs(found) * 100))


def as_text(found: Level) -> str:
    """Return a level as it is written, a percentage with its sign.

    Examples
    --------
    >>> as_text(Fraction(-1, 20)), as_text(Fraction(1, 3)), as_text(Amount(0.5, "EUR", "kg"))
    ('-5%', '100/3%', '0.5 EUR/kg')
    """
    from fastavs.duty.numerals import printed_number

    if isinstance(found, Fraction):
        return f"{'-' if found < 0 else ''}{printed_number(abs(found) * 100)}%"
    return str(found)


def as_number(found: Fraction, most: int | None = None) -> float | str:
    """Return a number as it is written: a decimal where that reads back to it, else a percentage.

    Examples
    --------
    >>> as_number(Fraction(9, 10)), as_number(Fraction(2, 3)), as_number(Fraction(90), most=10)
    (0.9, '200/3%', '9000%')
    """
    plain = float(found)
    may = most is None or abs(found) <= most
    return plain if may and Fraction(str(plain)) == found else as_text(found)


def unit_named(owner: object, key: str, value: Any) -> str:
    """Return a unit by its canonical name.

    Raises
    ------
    InputError
    """
    if not isinstance(value, str):
        raise wrong(owner, key, value, 'a unit, such as "kg" or "100 kg"')
    from fastavs.units.units import parse_unit

    try:
        unit: Unit = parse_unit(value)
    except FastavsError as error:
        hint = getattr(error, "expected", None) or 'a unit, such as "kg" or "100 kg"'
        raise wrong(owner, key, value, hint) from None
    return unit.text


def currency_named(owner: object, key: str, value: Any) -> str:
    """Return a currency, if it is named as ISO names it.

    Raises
    ------
    InputError
    """
    try:
        check_currency(owner, value)
    except InputError as error:
        raise wrong(owner, key, value, error.expected or "") from None
    found: str = value
    return found


def one_of(owner: object, key: str, value: Any, known: tuple[str, ...]) -> str:
    """Return one of some words.

    Raises
    ------
    InputError
        With the nearest.
    """
    if not isinstance(value, str) or value not in known:
        near = did_you_mean(value, known) if isinstance(value, str) else ""
        raise wrong(owner, key, value, " or ".join(f'"{one}"' for one in known) + f".{near}")
    return value
