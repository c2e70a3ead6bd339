"""Reading duty texts: the canonical grammar, and those of the authorities, with errors that say where and why.

The parsers are built when first needed, and not for duties as fastavs prints them; each text is read once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, cast

from fastavs.duty.duty import Duty
from fastavs.duty.expr import Expr, Max, Min, Percent, children
from fastavs.duty.printed import read_printed
from fastavs.errors import DutyError

if TYPE_CHECKING:
    from lark import Lark
    from lark.exceptions import UnexpectedInput

GRAMMARS = {"canonical": "canonical.lark", "en": "english.lark", "ru": "russian.lark"}
"""Grammar file by language: canonical text, English (EU, UK, US, WTO) and Russian (EAEU)."""

MAX_LENGTH = 2000
"""Longest text worth parsing; a longer one is a legal paragraph, no duty."""

_CYRILLIC = re.compile("[А-Яа-яЁё]")

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
    "_COMMA": '","',
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
        where = f'"{self.part}" (character {self.position + 1})' if self.part else "on where it ends"
        problem = f"cannot read {where}: {self.reason}; in the duty"
        return DutyError(problem, value=text, expected=self.expected, cure=self.cure)


@cache
def _parser(language: str) -> Lark:
    from lark import Lark

    from fastavs.duty.builders import CanonicalBuilder, TextBuilder

    builder = CanonicalBuilder() if language == "canonical" else TextBuilder(comma_groups=language == "en")
    return Lark.open_from_package(
        "fastavs.duty", GRAMMARS[language], parser="lalr", transformer=builder, maybe_placeholders=False
    )


@lru_cache(maxsize=1 << 16)
def parse_duty(text: str) -> Duty:
    """Read a duty from its canonical text, or from an authority's.

    Parameters
    ----------
    text : str
        Canonical ("max(15%, 0.15 EUR/kg)") or as printed by the Eurasian Economic Union, the European Union, the
        United Kingdom, the United States or the WTO. A number alone is a percentage; "$" and cents are US money.

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
    """
    printed = read_printed(text)
    if printed is not None and len(text) <= MAX_LENGTH:
        return Duty(printed, text)
    _check_length(text)
    if _CYRILLIC.search(text):
        return read_duty(text, "ru")
    canonical = _attempt("canonical", text)
    if isinstance(canonical, Duty):
        return canonical
    english = _attempt("en", text)
    if isinstance(english, Duty):
        return english
    nearer = english if english.named or english.position > canonical.position else canonical
    raise nearer.error(text)


@lru_cache(maxsize=1 << 16)
def read_duty(text: str, language: str | None = None) -> Duty:
    """Read a duty as an authority prints it.

    Parameters
    ----------
    text : str
        The duty.
    language : {"canonical", "en", "ru"}, optional
        Left out, a text with Cyrillic letters is Russian and any other English. It matters for numbers: in Russian
        "3,125" is 3.125, in English it is refused, as it may be 3125.

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
    _check_length(text)
    if language not in (None, *GRAMMARS):
        raise DutyError("language of a duty", value=language, expected=", ".join(GRAMMARS))
    found = _attempt(language or ("ru" if _CYRILLIC.search(text) else "en"), text)
    if isinstance(found, Duty):
        return found
    raise found.error(text)


def _check_length(text: str) -> None:
    if not text.strip():
        raise DutyError("empty duty", value=text, cure="write 0% for a good that is free of duty")
    if len(text) > MAX_LENGTH:
        raise DutyError(f"a duty of more than {MAX_LENGTH} characters", value=f"{text[:40]}...")


def _attempt(language: str, text: str) -> Duty | _Failure:
    from lark.exceptions import UnexpectedInput

    from fastavs.duty.builders import NoReading

    try:
        expr = cast(Expr, _parser(language).parse(text))
        if language != "canonical" and _lacks_unit(expr, text):
            return _Failure(0, text, "a limit that is a bare number: per what unit is not said", cure="add its unit")
        return Duty(expr)
    except NoReading as unreadable:
        part = unreadable.part
        return _Failure(part.start_pos or 0, str(part), unreadable.reason, cure=unreadable.cure, named=True)
    except DutyError as unsound:
        return _Failure(0, text, unsound.problem)
    except UnexpectedInput as unexpected:
        return _unexpected(text, unexpected)


def _lacks_unit(expr: Expr, text: str) -> bool:
    """Whether a greatest or least is taken of percentages alone, one of them without a percent sign."""
    if isinstance(expr, Max | Min):
        bare = all(isinstance(part, Percent) for part in expr.parts)
        return bare and text.count("%") + text.count("процент") + text.count("per cent") < len(expr.parts)
    return any(_lacks_unit(part, text) for part in children(expr))


def _unexpected(text: str, unexpected: UnexpectedInput) -> _Failure:
    allowed = set(getattr(unexpected, "expected", None) or getattr(unexpected, "allowed", None) or ())
    ended = getattr(getattr(unexpected, "token", None), "type", "") == "$END"
    position = len(text) if ended else min(unexpected.pos_in_stream or 0, len(text))
    before = text[:position]
    if before.count("(") == before.count(")"):
        # The parser's tables don't tell open parentheses from none.
        allowed -= {"RPAR", "COMMA", "_COMMA"}
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
