"""Quantity units: canonical names, what customs offices call them, and bridges between kinds.

Every unit belongs to one kind and is so many base units of it. Inside a kind quantities convert, between kinds
nothing does but a bridge that a study names (METHOD.md sections 2 and 7).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from fastavs.errors import UnitError, did_you_mean
from fastavs.numbers import APOSTROPHES, SPACES, read_count, readings
from fastavs.units.names import COMTRADE, NAMES, OKEI, OKEI_OTHER, OTHER

BASE_UNITS: dict[str, str] = {
    "mass": "kg",
    "carat": "carat",
    "volume": "l",
    "m3": "m3",
    "alcohol": "lpa",
    "piece": "piece",
    "pair": "pair",
    "area": "m2",
    "length": "m",
    "cm3": "cm3",
    "energy": "kWh",
    "head": "head",
    "bbl": "bbl",
    "pfl": "pfl",
    "pfgal": "pfgal",
}
"""The base unit of each kind; ``lpa`` is a litre of pure alcohol, ``pfl`` a proof litre, ``pfgal`` a proof gallon."""

KINDS: tuple[str, ...] = tuple(BASE_UNITS)
"""Kinds of quantity, in their standing order."""

_NONE = (
    "?|-|–|—|X|x|XX|ZZ|ZZZ|NA|N/A|n/a|NULL|None|none|no unit|No Quantity|No quantity|нет|НЕТ"
    "|Not available or not specified or no quantity."
)

NO_UNIT: frozenset[str] = frozenset({"", *_NONE.split("|")})
"""Texts in a unit column that say "no unit" (compare after stripping)."""

_NAMED: dict[str, tuple[str, int | Fraction]] = {
    **{name: (kind, 1) for kind, name in BASE_UNITS.items()},
    "g": ("mass", Fraction(1, 1000)),
    "t": ("mass", 1000),
    "hl": ("volume", 100),
    "MWh": ("energy", 1000),
}

_NUMBER_WORDS = {
    "тыс": 1000,
    "тысяча": 1000,
    "тысяч": 1000,
    "thousand": 1000,
    "млн": 1_000_000,
    "миллион": 1_000_000,
    "million": 1_000_000,
}

_CANONICAL_NAMES = f"one of {', '.join(_NAMED)}, with or without a number before it"
_CANONICAL = re.compile(r"(?:([0-9]+(?:\.[0-9]+)?|[0-9]+/0*[1-9][0-9]*) ?)?([A-Za-z][A-Za-z0-9]*)")
_COUNTED = re.compile(rf"([0-9][0-9.,/{SPACES}{APOSTROPHES}]*?)[{SPACES}]*([^0-9.,/{SPACES}{APOSTROPHES}].*)")


def plain_number(value: Fraction) -> str:
    """Write an exact number without exponent or trailing zeros.

    Parameters
    ----------
    value : Fraction
        Any rational number.

    Returns
    -------
    str
        A plain decimal where one exists, else a fraction in lowest terms ("100/3").

    Examples
    --------
    >>> plain_number(Fraction(617, 1000)), plain_number(Fraction(100, 3))
    ('0.617', '100/3')
    """
    rest, places = value.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value.numerator < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A quantity unit.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    size : Fraction
        Base units of the kind in one such unit: 100 for "100 kg".
    text : str
        Canonical text, which `parse_unit` reads back to the same unit.

    Raises
    ------
    UnitError
        If kind and size are not what the text says.
    """

    kind: str
    size: Fraction
    text: str

    def __post_init__(self) -> None:
        if _measure(self.text) != (self.kind, self.size):
            raise UnitError(f"no unit of kind {self.kind} and size {self.size}", value=self.text)

    def times(self, count: Fraction | int) -> Unit:
        """So many of this unit, as a unit of its own.

        Raises
        ------
        UnitError
            If the count is not positive.

        Examples
        --------
        >>> parse_unit("12 piece").times(100).text
        '1200 piece'
        """
        found = _CANONICAL.fullmatch(self.text)
        assert found is not None
        total = count * (Fraction(found[1]) if found[1] else 1)
        return parse_unit(f"{_printed_count(Fraction(total))} {found[2]}")


@dataclass(frozen=True, slots=True)
class Bridge:
    """A conversion between kinds for the trade rows whose code begins with a prefix.

    Parameters
    ----------
    prefix : str
        Digits that a trade row's code begins with; the longest matching prefix wins.
    from_kind, to_kind : str
        Kinds of quantity, unlike one another.
    factor : float
        Base units of `to_kind` in one base unit of `from_kind`.

    Raises
    ------
    UnitError
        If the prefix is not digits, a kind is unknown, both are the same, or the factor is not a positive number.

    Examples
    --------
    >>> Bridge.make("870322", "piece", "cm3", 1250.0)
    Bridge(prefix='870322', from_kind='piece', to_kind='cm3', factor=1250.0)
    """

    prefix: str
    from_kind: str
    to_kind: str
    factor: float

    def __post_init__(self) -> None:
        if not (self.prefix.isascii() and self.prefix.isdigit()):
            raise UnitError("bridge prefix", value=self.prefix, expected="digits")
        for kind in (self.from_kind, self.to_kind):
            if kind not in BASE_UNITS:
                raise UnitError(
                    "unknown kind of quantity", value=kind, expected=f"one of {', '.join(KINDS)}{_hint(kind, KINDS)}"
                )
        if self.from_kind == self.to_kind:
            raise UnitError(
                "bridge from a kind to itself",
                value=self.prefix,
                cure="leave it out: inside a kind units convert anyway",
            )
        if not (math.isfinite(self.factor) and self.factor > 0):
            raise UnitError("bridge factor", value=self.factor, expected="a positive number")

    @classmethod
    def make(cls, prefix: str, from_unit: str, to_unit: str, factor: float) -> Bridge:
        """Make a bridge from canonical unit texts and the `to_unit` in one `from_unit`.

        Raises
        ------
        UnitError
            If a unit is unknown or the bridge is not sound.

        Examples
        --------
        >>> Bridge.make("2203", "hl", "t", 0.1).factor
        1.0
        """
        source, target = parse_unit(from_unit), parse_unit(to_unit)
        if not math.isfinite(factor):
            raise UnitError("bridge factor", value=factor, expected="a positive number")
        exact = Fraction(str(factor)) * target.size / source.size
        return cls(prefix, source.kind, target.kind, float(exact))


def _hint(name: str, known: Iterable[str]) -> str:
    """Name the nearest known word in parentheses; words of one or two letters are near to anything."""
    near = did_you_mean(name, known).strip() if len(name) > 2 else ""
    return f" (d{near[1:]})" if near else ""


def _measure(text: str) -> tuple[str, Fraction]:
    """Kind and size of a canonical text."""
    found = _CANONICAL.fullmatch(text)
    if found is None or found[2] not in _NAMED:
        raise UnitError(
            "unknown unit", value=text, expected=f"{_CANONICAL_NAMES}{_hint(found[2] if found else text, _NAMED)}"
        )
    count = _count(found[1], text) if found[1] else Fraction(1)
    if count == 0:
        raise UnitError("unknown unit", value=text, expected=_CANONICAL_NAMES)
    kind, size = _NAMED[found[2]]
    return kind, count * size


def _count(number: str, text: str) -> Fraction:
    """How many units a text speaks of, by the number before the unit."""
    count = read_count(number)
    if count is not None:
        return count
    meanings = [plain_number(one.value) for one in readings(number)]
    if not meanings:
        raise UnitError("unknown unit", value=text, expected=_CANONICAL_NAMES)
    raise UnitError(
        f"a number of units that may be decimal or group thousands ({' or '.join(meanings)})",
        value=text,
        cure="write it without grouping and with a decimal point",
    )


def _printed_count(count: Fraction) -> str:
    """Write how many units, so that it reads back: 9/8, for 1.125 could be taken for thousands."""
    printed = plain_number(count)
    return printed if read_count(printed) == count else f"{count.numerator}/{count.denominator}"


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """Read a unit by its canonical name, with an optional number before it.

    Parameters
    ----------
    text : str
        For example "kg", "100 kg", "1000 piece", "MWh".

    Returns
    -------
    Unit

    Raises
    ------
    UnitError
        If the text is no canonical unit.

    Examples
    --------
    >>> parse_unit("100 kg")
    Unit(kind='mass', size=Fraction(100, 1), text='100 kg')
    """
    text = text.strip()
    kind, size = _measure(text)
    found = _CANONICAL.fullmatch(text)
    assert found is not None
    count = Fraction(found[1]) if found[1] else Fraction(1)
    return Unit(kind, size, found[2] if count == 1 else f"{_printed_count(count)} {found[2]}")


# Letters of the one alphabet that are typed for their twins of the other ("М2" and "M2").
_TWINS = str.maketrans("авекмнорстху", "abekmhopctxy")


def _key(text: str) -> str:
    """Bring a customs name into the one form in which names are compared."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("ё", "е").translate(_TWINS)
    return " ".join(re.sub(r"[.·⋅∙*×\"]", " ", plain).split())


_BY_NAME = {_key(name): unit for unit, names in NAMES.items() for name in names.split("|")}
_BY_NAME.update({_key(name): name for name in _NAMED})
_OTHER_BY_NAME = {_key(name): what for what, names in OTHER.items() for name in names.split("|")}
_NUMBER_WORD_KEYS = {_key(word): number for word, number in _NUMBER_WORDS.items()}


def _known_not_measured(text: str, what: str) -> UnitError:
    error = UnitError(f"a unit that no duty is charged on ({what})", value=text)
    error.known = True
    return error


@lru_cache(maxsize=4096)
def read_unit(text: str) -> Unit:
    """Read a unit by its canonical name or as customs offices write it.

    Understands OKEI codes (leading zeros lost or not) and Russian short names, letter codes of UN/ECE
    Recommendation 20, the names of UN Comtrade, Eurostat's supplementary units and the codes of the US tariff.
    Numbers alone are OKEI; those that Comtrade's list has for another unit must have OKEI's three digits. Comtrade's
    own columns of unit numbers are for `read_comtrade_unit`.

    Parameters
    ----------
    text : str
        Text of a unit column.

    Returns
    -------
    Unit

    Raises
    ------
    UnitError
        With ``known`` True for a unit that is understood but measures nothing that duties are charged on
        (kilograms of nitrogen, kilowatts, tonnes of capacity), and False for a text never heard of and for a number
        of units that can be read in two ways ("1.000 kg").

    Examples
    --------
    >>> read_unit("1000 ШТ").text, read_unit("55").text, read_unit("l alc. 100 %").text, read_unit("DPR").text
    ('1000 piece', 'm2', 'lpa', '12 pair')
    """
    text = text.strip()
    if any(sign.isdecimal() and not sign.isascii() for sign in text):
        raise UnitError("unknown unit", value=text, expected="a number in ASCII digits")
    canonical = _CANONICAL.fullmatch(text)
    if canonical and canonical[2] in _NAMED:
        return parse_unit(text)
    key = _key(text)
    if text in NO_UNIT:
        raise _known_not_measured(text, "it says that there is no unit")
    if key.isascii() and key.isdigit():
        return _read_okei(text, int(key))
    if key in _OTHER_BY_NAME:
        raise _known_not_measured(text, _OTHER_BY_NAME[key])
    if key in _BY_NAME:
        return parse_unit(_BY_NAME[key])
    counted = _COUNTED.fullmatch(text)
    if counted:
        return read_unit(counted[2]).times(_count(counted[1], text))
    word, _, name = key.partition(" ")
    if word in _NUMBER_WORD_KEYS and name:
        return read_unit(name).times(_NUMBER_WORD_KEYS[word])
    raise UnitError("unknown unit", value=text, expected=f"{_CANONICAL_NAMES}{_hint(key, _BY_NAME)}")


def read_comtrade_unit(text: str) -> Unit:
    """Read a unit of a column of UN Comtrade's unit numbers; what is no number there, as `read_unit` does.

    Raises
    ------
    UnitError
        As `read_unit`; a number that Comtrade's list lacks.

    Examples
    --------
    >>> read_comtrade_unit("8").text, read_comtrade_unit("5.0").text, read_comtrade_unit("kg").text
    ('kg', 'piece', 'kg')
    """
    number = text.strip().removesuffix(".0")
    if number in ("-1", "1"):
        raise _known_not_measured(text, "it says that there is no unit")
    if not (number.isascii() and number.isdigit()):
        return read_unit(text)
    if int(number) not in COMTRADE:
        raise UnitError("unknown unit number of Comtrade", value=text, expected=f"1 to {max(COMTRADE)}")
    return read_unit(COMTRADE[int(number)])


def _read_okei(text: str, code: int) -> Unit:
    if code in OKEI and code in COMTRADE and len(text) < 3:
        raise UnitError(
            f"a unit that may be {OKEI[code]} (OKEI) or {COMTRADE[code]} (Comtrade)", value=text,
            expected=f'the unit\'s name, or OKEI\'s code of three digits, "{code:03d}"',
        )  # fmt: skip
    if code in OKEI_OTHER:
        raise _known_not_measured(text, _OTHER_BY_NAME[_key(OKEI_OTHER[code])])
    if code not in OKEI:
        theirs = (
            f"; {COMTRADE[code]} in a column that is called qtyUnitCode, as Comtrade's is" if code in COMTRADE else ""
        )
        raise UnitError("unknown unit", value=text, expected=f"a code of OKEI, where the unit is a number{theirs}")
    return parse_unit(OKEI[code])
