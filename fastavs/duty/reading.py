"""Reading duty texts: the canonical grammar, and those of the authorities, with errors that say where and why.

The parsers are built when first needed, and not for duties as fastavs prints them; each text is read once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from fastavs.arguments import a_text, or_none, takes
from fastavs.duty.duty import Duty
from fastavs.duty.expr import Expr, Max, Min, Percent, children
from fastavs.duty.markup import without_markup
from fastavs.duty.numerals import CYRILLIC
from fastavs.duty.printed import read_printed
from fastavs.errors import DutyError

if TYPE_CHECKING:
    from lark import Lark
    from lark.exceptions import UnexpectedInput

    from fastavs.duty.reasons import NoReading

GRAMMARS = {"canonical": "canonical.lark", "en": "english.lark", "ru": "russian.lark"}
"""Grammar file by language: canonical text, English (EU, UK, US, WTO) and Russian (EAEU)."""

MAX_LENGTH = 2000
"""Longest text worth parsing; a longer one is a legal paragraph, no duty."""

NO_CURRENCY = "XXX"
"""ISO's code for no currency."""

_MAY_BE_DOLLARS = re.compile(
    r"[$\u00a2]|doll|(?<!per)(?<!per )cent|cts?\b|c\s*/|\u0434\u043e\u043b\u043b", re.IGNORECASE
)

# What a parser expected, in the reader's words, by terminal. Terminals of units and currencies stand in the sets below.
_WORDS = {
    "NUMBER": "a number",
    "PERCENT": '"%"',
    "_PERCENT": '"%"',
    "PLUS": '"+"',
    "_PLUS": '"+"',
    "MINUS": '"-"',
    "_MINUS": '"-"',
    "SLASH": '"/"',
    "_PER": '"/"',
    "COMMA": '","',
    "LPAR": '"("',
    "RPAR": '")"',
    "MAX": '"max("',
    "MIN": '"min("',
    "_NOT_LESS": "a minimum",
    "_NOT_MORE": "a maximum",
    "_WHICH_LESS": "which of the alternatives applies",
}
_CURRENCIES = frozenset({"CURRENCY", "EUR", "USD", "GBP", "CHF", "RUB", "KZT", "BYN"})
_UNITS = frozenset({"UNIT_NAME", "KG", "PIECE"})


class Notation(NamedTuple):
    """What a schedule says of its texts."""

    dollar: str
    """Code of the currency of "$", dollars and cents."""
    decimal: str | None
    """The decimal mark, where a number can be read in two ways."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where and why a text could not be read; `named` if the part is understood, but has no reading."""

    position: int
    part: str
    reason: str
    expected: str | None = None
    cure: str = "give the duty in canonical text, such as max(15%, 0.15 EUR/kg)"
    named: bool = False

    def error(self, text: str) -> DutyError:
        where = f'"{self.part.strip()}" (character {self.position + 1})' if self.part else "on where it ends"
        problem = f"cannot read {where}: {self.reason}; in the duty"
        return DutyError(problem, value=text, expected=self.expected, cure=self.cure)


@cache
def _parser(language: str) -> Lark:
    from lark import Lark

    return Lark.open_from_package("fastavs.duty", GRAMMARS[language], parser="lalr", maybe_placeholders=False)


@takes(text=a_text, dollar=a_text, decimal=or_none(a_text))
def parse_duty(text: str, *, dollar: str = "USD", decimal: str | None = None) -> Duty:
    """Read a duty from its canonical text, or from an authority's.

    Parameters
    ----------
    text : str
        Canonical ("max(15%, 0.15 EUR/kg)") or as printed by the Eurasian Economic Union, the European Union, the
        United Kingdom, the United States, Canada, Australia, Japan or the WTO; marks of HTML are left out. A number
        alone is a percentage.
    dollar : str, optional
        Code of the currency that "$", dollars and cents are in: that of the tariff's country.
    decimal : {".", ","}, optional
        The decimal mark, where a number of the text can be read in two ways ("1.050 EUR/t"); see `fastavs.numbers`.

    Returns
    -------
    Duty

    Raises
    ------
    DutyError
        If any part of the text has no reading: it names the part, its position and what was expected.

    Examples
    --------
    >>> parse_duty("12.8% + 303.4 EUR/100 kg").text
    '12.8% + 303.4 EUR/100 kg'
    >>> parse_duty("18.4% MIN 22 EUR/100 kg MAX 24 EUR/100 kg").text
    'min(max(18.4%, 22 EUR/100 kg), 24 EUR/100 kg)'
    >>> parse_duty("61.7 cents/kg + 16%").text
    '0.617 USD/kg + 16%'
    >>> parse_duty("5% but not less than 4.74¢/kg or more than 9.48¢/kg", dollar="CAD").text
    'min(max(5%, 0.0474 CAD/kg), 0.0948 CAD/kg)'
    """
    return duty_of(text, dollar, decimal)


def duty_of(text: str, dollar: str = "USD", decimal: str | None = None) -> Duty:
    """Read a duty as `parse_duty`, from what is known to be text."""
    if decimal != "," or "." not in text:
        printed = _as_printed(text)
        if printed is not None:
            return printed
    return _parsed(text, None, Notation(dollar, decimal))


@takes(text=a_text, language=or_none(a_text), dollar=a_text, decimal=or_none(a_text))
def read_duty(text: str, language: str | None = None, *, dollar: str = "USD", decimal: str | None = None) -> Duty:
    """Read a duty as an authority prints it.

    Parameters
    ----------
    text : str
        The duty.
    language : {"canonical", "en", "ru"}, optional
        Left out, a text with Cyrillic letters is Russian and any other English. It matters for numbers: in Russian
        "3,125" is 3.125, in English it is refused, as it may be 3125.
    dollar, decimal : str, optional
        As `parse_duty` has them.

    Returns
    -------
    Duty

    Raises
    ------
    DutyError
        If any part of the text has no reading, or the language is none of these.

    Examples
    --------
    >>> read_duty("3,125", "ru").text
    '3.125%'
    """
    if language not in (None, *GRAMMARS):
        raise DutyError("language of a duty", value=language, expected=", ".join(GRAMMARS))
    return _parsed(text, language or ("ru" if CYRILLIC.search(text) else "en"), Notation(dollar, decimal))


def names_no_country(text: str, *, decimal: str | None = None) -> bool:
    """Whether a duty has an amount in "$", dollars or cents that no country is named with.

    Examples
    --------
    >>> [names_no_country(one) for one in ("$1.20/kg", "4 c/kg + 5%", "US$ 1.20/kg", "0.2 CAD/kg")]
    [True, True, False, False]
    """
    if not _MAY_BE_DOLLARS.search(text):
        return False
    try:
        return NO_CURRENCY in parse_duty(text, dollar=NO_CURRENCY, decimal=decimal).currencies
    except DutyError:
        return False


@lru_cache(maxsize=1 << 16)
def _as_printed(text: str) -> Duty | None:
    """Read canonical text as it is printed; None for any other."""
    printed = read_printed(text) if len(text) <= MAX_LENGTH else None
    return None if printed is None else Duty(printed, text)


@lru_cache(maxsize=1 << 16)
def _parsed(text: str, language: str | None, notation: Notation) -> Duty:
    """Read a text by one grammar, or by the canonical and then by its language's."""
    if not text.strip():
        raise DutyError("empty duty", value=text, cure="write 0% for a good that is free of duty")
    if not (len(notation.dollar) == 3 and notation.dollar.isascii() and notation.dollar.isupper()):
        raise DutyError("currency of the dollar", value=notation.dollar, expected="a code of three capital letters")
    if notation.decimal not in (None, ".", ","):
        raise DutyError("decimal mark", value=notation.decimal, expected='"." or ","')
    if len(text) > MAX_LENGTH:
        raise DutyError(f"a duty of more than {MAX_LENGTH} characters", value=f"{text[:40]}...")
    plain = without_markup(text)
    languages = [language] if language else ["ru"] if CYRILLIC.search(plain) else ["canonical", "en"]
    if notation.decimal == "," and "." in plain and len(languages) > 1:
        languages = ["en"]  # canonical text has a decimal point
    failures: list[_Failure] = []
    for one in languages:
        found = _attempt(one, plain, notation)
        if isinstance(found, Duty):
            return found
        failures.append(found)
    raise _nearest(failures).error(plain.replace("\t", " "))


def _nearest(failures: Sequence[_Failure]) -> _Failure:
    """The failure that says most: the last whose part is understood, else the one that came farthest."""
    named = [failure for failure in failures if failure.named]
    return named[-1] if named else max(failures, key=lambda failure: failure.position)


def _attempt(language: str, text: str, notation: Notation) -> Duty | _Failure:
    from lark.exceptions import UnexpectedInput, VisitError

    from fastavs.duty.reasons import NoReading

    trouble: Exception | None
    try:
        expr = _expression(language, text, notation)
        if language != "canonical" and _lacks_unit(expr, text):
            return _Failure(0, text, "a limit that is a bare number: per what unit is not said", cure="add its unit")
        return Duty(expr)
    except UnexpectedInput as unexpected:
        trouble = _refused_before(unexpected)
        if trouble is None:
            return _unexpected(text, unexpected)
    except VisitError as inside:
        trouble = inside.orig_exc
    except (NoReading, DutyError) as plainly:
        trouble = plainly
    if isinstance(trouble, NoReading):
        part = trouble.part
        return _Failure(part.start_pos or 0, str(part), trouble.reason, cure=trouble.cure, named=True)
    if isinstance(trouble, DutyError):
        return _Failure(0, text, trouble.problem)
    raise trouble


def _expression(language: str, text: str, notation: Notation) -> Expr:
    from fastavs.duty.builders import CanonicalBuilder, TextBuilder

    tree = _parser(language).parse(text)
    if language == "canonical":
        return cast(Expr, CanonicalBuilder(tree, notation.decimal).transform(tree))
    if language == "ru":  # decimals have a comma there, whatever the other duties of a schedule show
        return cast(Expr, TextBuilder(tree, dollar=notation.dollar, decimal_comma=True).transform(tree))
    builder = TextBuilder(tree, notation.decimal, dollar=notation.dollar)
    return cast(Expr, builder.transform(tree))


def _lacks_unit(expr: Expr, text: str) -> bool:
    """Whether a greatest or least is taken of percentages alone, one of them without a percent sign."""
    if isinstance(expr, Max | Min):
        bare = all(isinstance(part, Percent) for part in expr.parts)
        return bare and text.count("%") + text.count("процент") + text.count("per cent") < len(expr.parts)
    return any(_lacks_unit(part, text) for part in children(expr))


def _refused_before(unexpected: UnexpectedInput) -> NoReading | None:
    """What the parser had taken in for a reason to refuse the text, before it met something that does not fit."""
    from lark import Token, Tree

    from fastavs.duty.reasons import REASONS, NoReading

    parser = getattr(unexpected, "interactive_parser", None)
    for part in parser.parser_state.value_stack if parser else ():
        for token in part.scan_values(lambda one: isinstance(one, Token)) if isinstance(part, Tree) else [part]:
            if isinstance(token, Token) and token.type in REASONS:
                return NoReading(token, REASONS[token.type])
    return None


def _unexpected(text: str, unexpected: UnexpectedInput) -> _Failure:
    allowed = set(getattr(unexpected, "expected", None) or getattr(unexpected, "allowed", None) or ())
    ended = getattr(getattr(unexpected, "token", None), "type", "") == "$END"
    position = len(text) if ended else min(unexpected.pos_in_stream or 0, len(text))
    before = text[:position]
    if before.count("(") == before.count(")"):
        # The parser's tables don't tell open parentheses from none.
        allowed -= {"RPAR", "COMMA"}
    if ended:
        return _Failure(position, "", "the duty is not complete", _in_words(allowed))
    return _Failure(position, text[position : position + 24].strip(), "it does not fit there", _in_words(allowed))


def _in_words(terminals: set[str]) -> str | None:
    words = [word for terminal, word in _WORDS.items() if terminal in terminals]
    if terminals & _CURRENCIES:
        words.append("a currency")
    if terminals & _UNITS:
        words.append("a unit")
    return " or ".join(dict.fromkeys(words)) or None
