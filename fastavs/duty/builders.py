"""From what the parsers recognise to expressions: a builder for canonical text and one for authorities' texts."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lark import Token, Tree, v_args
from lark.visitors import Transformer_NonRecursive

from fastavs.duty.currencies import CODES, SHARED
from fastavs.duty.expr import Add, Expr, Max, Min, Percent, Specific, Sub
from fastavs.duty.numerals import decimal_marks, is_fraction, read_decimal, read_fraction
from fastavs.duty.reasons import QUALIFIERS, REASONS, NoReading
from fastavs.errors import UnitError
from fastavs.numbers import read_count, readings
from fastavs.units.units import Unit, parse_unit, plain_number, read_unit

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

# Names of unit columns that mean something else in a duty: a motor car is no carat.
_NO_UNITS = frozenset({"car", "cars"})

# A higher number with nothing behind it is a tariff code or a year in the wrong column.
_HIGHEST_BARE = 1000

_RATES = ("percent", "bare_percent")
_AMOUNTS = ("amount", "cents", "specific")

Limits = tuple[tuple[type[Max] | type[Min], Expr], ...]
"""What bounds a duty, in order: the greatest or least is taken of it and an expression."""

_PLAINLY = "write it without grouping and with a decimal point"


@v_args(inline=True)
class _Builder(Transformer_NonRecursive):
    """What both builders share: the numbers of one text.

    Parameters
    ----------
    tree : Tree
        What the parser recognised.
    decimal : {".", ","} or None
        The mark that the schedule's other texts, or its settings, say is decimal.
    decimal_comma : bool
        Whether the language writes decimals with a comma and never groups by one.

    Raises
    ------
    NoReading
        If both a comma and a point are decimal marks in the text.
    """

    def __init__(self, tree: Tree[Token], decimal: str | None = None, *, decimal_comma: bool = False) -> None:
        super().__init__()
        self.decimal_comma = decimal_comma
        shown = decimal_marks(_numbers(tree, _RATES), _numbers(tree, _AMOUNTS))
        if len({mark for _, mark in shown}) > 1:
            last = next(number for number, mark in reversed(shown) if mark != shown[0][1])
            raise NoReading(last, "both a comma and a point are decimal marks in this text", _PLAINLY)
        self.shown = shown[0][1] if shown else None
        self.decimal = self.shown or decimal

    def start(self, expr: Expr) -> Expr:
        return expr

    def add(self, left: Expr, right: Expr) -> Expr:
        return Add(left, right)

    def _number(self, token: Token, *, may_be_rates: bool = True) -> Fraction:
        """Read a percentage or an amount."""
        if is_fraction(token):
            number = read_fraction(token, may_be_rates=may_be_rates)
            if number is None:
                raise NoReading(token, "two rates, or a fraction", "give the one rate that applies, as a decimal")
            return number
        number = read_decimal(token, self.decimal, decimal_comma=self.decimal_comma)
        if number is None:
            raise _doubtful(token)
        return number

    def _count(self, token: Token) -> Fraction:
        """Read how many units an amount is for."""
        count = read_count(token, self.decimal)
        if count is None:
            raise _doubtful(token)
        if count == 0:
            raise NoReading(token, "a duty on no units", "write how many units the amount is for")
        return count


def _numbers(tree: Tree[Token], rules: Sequence[str]) -> list[Token]:
    """The numbers that stand directly in nodes of some rules."""
    return [
        child
        for node in tree.iter_subtrees()
        if node.data in rules
        for child in node.children
        if isinstance(child, Token) and child.type == "NUMBER"
    ]


def _doubtful(token: Token) -> NoReading:
    meanings = [plain_number(one.value) for one in readings(token)]
    both = f" ({' or '.join(meanings)})" if len(meanings) > 1 else ""
    cure = f"write {' or '.join(meanings)}" if len(meanings) > 1 else _PLAINLY
    return NoReading(token, f"it may be decimal or group thousands{both}", cure)


@v_args(inline=True)
class CanonicalBuilder(_Builder):
    """Builds an expression from what the canonical grammar recognised in a text."""

    def sub(self, left: Expr, right: Expr) -> Expr:
        return Sub(left, right)

    def max(self, *parts: Expr) -> Expr:
        return Max(parts)

    def min(self, *parts: Expr) -> Expr:
        return Min(parts)

    def percent(self, number: Token) -> Expr:
        return Percent(self._number(number))

    def specific(self, number: Token, currency: Token, unit: Unit) -> Expr:
        return Specific(self._number(number), str(currency), unit)

    def unit(self, *tokens: Token) -> Unit:
        name = tokens[-1]
        try:
            unit = parse_unit(name)
        except UnitError as error:
            raise NoReading(name, "unknown unit", f"write {error.expected}") from error
        return unit.times(self._count(tokens[0])) if len(tokens) > 1 else unit


@v_args(inline=True)
class TextBuilder(_Builder):
    """Builds an expression from what an authority's grammar recognised in a text.

    Parameters
    ----------
    tree, decimal, decimal_comma
        As both builders have them.
    dollar : str
        The currency of "$", of dollars and of cents.
    """

    def __init__(
        self, tree: Tree[Token], decimal: str | None = None, *, dollar: str = "USD", decimal_comma: bool = False
    ) -> None:
        super().__init__(tree, decimal, decimal_comma=decimal_comma)
        self.dollar = dollar
        self._joined: list[tuple[Expr, Token]] = []

    def sub(self, left: Expr, minus: Token, right: Expr) -> Expr:
        between_rates = isinstance(left, Percent) and isinstance(right, Percent)
        if between_rates and minus[-1] in "-−–":
            raise NoReading(minus, "a range of rates", "give the one rate that applies")
        return Sub(left, right)

    def both(self, left: Expr, and_: Token, right: Expr) -> Expr:
        if isinstance(left, Percent) and isinstance(right, Percent):
            raise NoReading(and_, "two rates", "give the one rate that applies, or write plus between them")
        joined = Add(left, right)
        self._joined.append((joined, and_))
        return joined

    def floor(self, floor: Expr) -> Limits:
        return ((Max, floor),)

    def ceiling(self, ceiling: Expr) -> Limits:
        return ((Min, ceiling),)

    def corridor(self, floor: Expr, ceiling: Expr) -> Limits:
        return ((Max, floor), (Min, ceiling))

    def corridor_from_above(self, ceiling: Expr, floor: Expr) -> Limits:
        return ((Min, ceiling), (Max, floor))

    def limits(self, *limits: Limits) -> Limits:
        return tuple(one for limit in limits for one in limit)

    def limited(self, duty: Expr, limits: Limits) -> Expr:
        for choice, limit in limits:
            duty = choice((duty, limit))
        return duty

    def lesser(self, *duties: Expr) -> Expr:
        return Min(duties)

    def greater(self, *duties: Expr) -> Expr:
        return Max(duties)

    def alternatives(self, *parts: Expr | Token) -> tuple[Expr, ...]:
        for joined, and_ in self._joined:
            if any(part is joined for part in parts):
                raise NoReading(and_, "what it joins is not plain beside an alternative", "put parentheses around it")
        return tuple(part for part in parts if not isinstance(part, Token))

    def least(self, duties: tuple[Expr, ...]) -> Expr:
        return Min(duties)

    def greatest(self, duties: tuple[Expr, ...]) -> Expr:
        return Max(duties)

    def least_of(self, *parts: Expr | Token) -> Expr:
        return Min(self._listed(parts))

    def greatest_of(self, *parts: Expr | Token) -> Expr:
        return Max(self._listed(parts))

    def _listed(self, parts: Sequence[Expr | Token]) -> tuple[Expr, ...]:
        """The duties of a list; a comma cannot both part them and stand before decimals."""
        duties = []
        for part in parts:
            if not isinstance(part, Token):
                duties.append(part)
            elif part == "," and self.shown == ",":
                raise NoReading(part, "a comma between duties where decimals have a comma as well", "write semicolons")
        return tuple(duties)

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
        return self._number(number), self._currency(currency)

    def cents(self, number: Token, cents: Token) -> tuple[Fraction, str]:
        currency = {"US_CENTS": "USD", "EURO_CENTS": "EUR"}.get(cents.type, self.dollar)
        return self._number(number, may_be_rates=False) / 100, currency

    def _currency(self, token: Token) -> str:
        if token.type == "CURRENCY":
            return str(token)
        if token.type == "DOLLAR":
            return self.dollar
        name = token.lower().removesuffix(".").replace(" ", "") if "$" in token else token.lower().removesuffix(".")
        if token.type in ("CURRENCY_WORD", "CURRENCY_BEFORE", "OTHER_DOLLAR", "DOLLARS_OF"):
            return _named_currency(token, name.removesuffix("s") if "dollar" in name else name)
        return token.type

    def specific(self, amount: tuple[Fraction, str], unit: Unit) -> Expr:
        return Specific(*amount, unit)

    def each(self, amount: tuple[Fraction, str]) -> Expr:
        return Specific(*amount, parse_unit("piece"))

    def unit(self, token: Token) -> Unit:
        if token.type == "OTHER_NAME":
            return _named_unit(token)
        return parse_unit(_UNITS.get(token.type, token.type.lower()))

    def un_unit(self, token: Token) -> Unit:
        return _named_unit(token)

    def unit_ref(self, *parts: Token | Unit) -> Unit:
        unit = parts[-1]
        assert isinstance(unit, Unit)
        return unit.times(self._count(parts[0])) if isinstance(parts[0], Token) else unit

    def pieces(self, count: Token) -> Unit:
        if self._count(count) != 1000:  # "per 1000" is how pieces are counted, and no other unit
            raise NoReading(count, "per what unit is not said", "add the unit")
        return parse_unit("1000 piece")

    def refused(self, *parts: object) -> NoReading:
        token = next(part for part in reversed(parts) if isinstance(part, Token))
        raise NoReading(token, REASONS[token.type])

    def refused_qualifier(self, amount: object, unit: object, letter: Token) -> NoReading:
        raise NoReading(letter, QUALIFIERS.get(letter, "the unit is qualified"))


def _named_currency(token: Token, name: str) -> str:
    """The code of a currency that a tariff calls by a name or a sign."""
    if name in CODES:
        return CODES[name]
    if name in SHARED:
        raise NoReading(token, f"it is no settled sign of a currency ({SHARED[name]})", "write the currency's code")
    raise NoReading(token, "unknown currency", "write its code of three capital letters")


def _named_unit(token: Token) -> Unit:
    """A unit by a name that unit columns have as well."""
    try:
        if token.lower() not in _NO_UNITS:
            return read_unit(token)
    except UnitError as error:
        if error.known:
            raise NoReading(token, error.problem) from error
    try:
        return parse_unit(token)
    except UnitError as error:
        raise NoReading(token, "unknown unit", f"write {error.expected}") from error
