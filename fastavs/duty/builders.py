"""From what the parsers recognise to expressions: a builder for canonical text and one for authorities' texts."""

from __future__ import annotations

from fractions import Fraction

from lark import Token, Transformer, v_args

from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub
from fastavs.duty.numerals import read_count, read_numeral
from fastavs.errors import UnitError
from fastavs.units.units import Unit, parse_unit, read_unit

# Units whose canonical text is not the terminal's name in lower case.
_UNITS = {
    "DTN": "100 kg",
    "HPA": "100 lpa",
    "DOZEN": "12 piece",
    "GROSS": "144 piece",
    "HUNDRED": "100 piece",
    "THOUSAND": "1000 piece",
    "DOZEN_PAIR": "12 pair",
    "KWH": "kWh",
    "MWH": "MWh",
}

# A higher number with nothing behind it is a tariff code or a year in the wrong column.
_HIGHEST_BARE = 1000

# Why a duty cannot be read, by the terminal that says so.
_REASONS = {
    "VOL": "strength by volume is no quantity that trade is counted in",
    "ALCOHOL": "the alcohol content is no quantity that trade is counted in",
    "CLEAN": "the clean yield is no net mass",
    "DRAINED": "the drained mass is no net mass",
    "DRY": "the mass of dry matter is no net mass",
    "LACTIC": "the content of lactic matter is no net mass",
    "SACCHAR": "the duty goes by sugar content",
    "STANDARD": "the duty goes by a standard quality",
    "GROSS_MASS": "the gross mass is no net mass",
    "SUBSTANCE": "the content of a substance is no net mass",
    "DEGREE": "the duty goes by degrees of a test",
    "FOR_EACH": "the duty goes by a property of the good",
    "JEWEL": "jewels are no quantity that trade is counted in",
    "LINE": "button lines are no quantity that trade is counted in",
    "PACK": "packs vary in content",
    "TON": "a ton may have 907, 1000 or 1016 kg; metric ones are tonnes",
    "PART": "it is charged on a part of the good or of its value, or on more than the good",
    "SEASON": "the rate depends on the time of year; give each season's duty by itself",
    "MEURSING": "the agricultural component depends on the recipe",
    "ENTRY_PRICE": "the duty depends on the entry price",
    "ELSEWHERE": "the rate stands elsewhere",
    "CONDITION": "it is free on a condition only",
    "LOST_SUPERSCRIPT": "a lost superscript, which may be m2 or m3",
}

_NO_CURE = "give a duty that goes by value or by a quantity of trade, or leave the line out"
_PLAINLY = "write it without grouping and with a decimal point"


class NoReading(Exception):
    """A part of a duty's text has no reading; the reader adds the whole text.

    Parameters
    ----------
    part : Token
        The part, with its position.
    reason : str
        Why it has none.
    cure : str
        How to mend it.
    """

    def __init__(self, part: Token, reason: str, cure: str) -> None:
        super().__init__(reason)
        self.part = part
        self.reason = reason
        self.cure = cure


@v_args(inline=True)
class CanonicalBuilder(Transformer):
    """Builds expressions from the canonical grammar."""

    def start(self, expr: Expr) -> Expr:
        return expr

    def add(self, left: Expr, right: Expr) -> Expr:
        return Add(left, right)

    def sub(self, left: Expr, right: Expr) -> Expr:
        return Sub(left, right)

    def max(self, *parts: Expr) -> Expr:
        return Max(parts)

    def min(self, *parts: Expr) -> Expr:
        return Min(parts)

    def percent(self, number: Token) -> Expr:
        return Percent(Fraction(number))

    def specific(self, number: Token, currency: Token, unit: Unit) -> Expr:
        return Specific(Fraction(number), str(currency), unit)

    def unit(self, *tokens: Token) -> Unit:
        try:
            return parse_unit(" ".join(tokens))
        except UnitError as error:
            raise NoReading(tokens[-1], "unknown unit", f"write {error.expected}") from error


@v_args(inline=True)
class TextBuilder(Transformer):
    """Builds expressions from an authority's grammar.

    Parameters
    ----------
    comma_groups : bool
        Whether the language writes thousands with a comma.
    """

    def __init__(self, *, comma_groups: bool) -> None:
        super().__init__()
        self.comma_groups = comma_groups

    def start(self, expr: Expr) -> Expr:
        return expr

    def add(self, left: Expr, right: Expr) -> Expr:
        return Add(left, right)

    def sub(self, left: Expr, minus: Token, right: Expr) -> Expr:
        between_rates = isinstance(left, Percent) and isinstance(right, Percent)
        if between_rates and minus[-1] in "-−–":
            raise NoReading(minus, "a range of rates", "give the one rate that applies")
        return Sub(left, right)

    def at_least(self, duty: Expr, floor: Expr) -> Expr:
        return Max((duty, floor))

    def at_most(self, duty: Expr, ceiling: Expr) -> Expr:
        return Min((duty, ceiling))

    def alternatives(self, *duties: Expr) -> tuple[Expr, ...]:
        return duties

    def least(self, duties: tuple[Expr, ...]) -> Expr:
        return Min(duties)

    def greatest(self, duties: tuple[Expr, ...]) -> Expr:
        return Max(duties)

    def least_of(self, *duties: Expr) -> Expr:
        return Min(duties)

    def greatest_of(self, *duties: Expr) -> Expr:
        return Max(duties)

    def free(self, *_: Token) -> Expr:
        return Percent(Fraction(0))

    def percent(self, number: Token) -> Expr:
        return Percent(self._number(number))

    def bare_percent(self, number: Token) -> Expr:
        if self._number(number) > _HIGHEST_BARE:
            raise NoReading(number, "no rate is that high", "write a percent sign after it if it is one")
        return self.percent(number)

    def amount(self, *tokens: Token) -> tuple[Fraction, str]:
        number, currency = sorted(tokens, key=lambda token: token.type != "NUMBER")
        return self._number(number), str(currency) if currency.type == "CURRENCY" else currency.type

    def cents(self, number: Token, _: Token) -> tuple[Fraction, str]:
        return self._number(number) / 100, "USD"

    def specific(self, amount: tuple[Fraction, str], unit: Unit) -> Expr:
        return Specific(*amount, unit)

    def each(self, amount: tuple[Fraction, str]) -> Expr:
        return Specific(*amount, parse_unit("piece"))

    def unit(self, token: Token) -> Unit:
        return parse_unit(_UNITS.get(token.type, token.type.lower()))

    def un_unit(self, token: Token) -> Unit:
        return read_unit(token)

    def unit_ref(self, *parts: Token | Unit) -> Unit:
        unit = parts[-1]
        assert isinstance(unit, Unit)
        return unit.times(self._count(parts[0])) if isinstance(parts[0], Token) else unit

    def pieces(self, count: Token) -> Unit:
        return parse_unit("piece").times(self._count(count))

    def refused(self, *parts: object) -> NoReading:
        token = next(part for part in reversed(parts) if isinstance(part, Token))
        raise NoReading(token, _REASONS[token.type], _NO_CURE)

    def _number(self, token: Token) -> Fraction:
        number = read_numeral(token, comma_groups=self.comma_groups)
        if number is None:
            raise NoReading(token, "its comma may be decimal or group thousands", _PLAINLY)
        return number

    def _count(self, token: Token) -> Fraction:
        count = read_count(token, comma_groups=self.comma_groups)
        if count is None:
            raise NoReading(token, "it may be decimal or group thousands", _PLAINLY)
        if count == 0:
            raise NoReading(token, "a duty on no units", "write how many units the amount is for")
        return count
