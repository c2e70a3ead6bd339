"""The duty expression: its nodes, and the canonical text that reads back to it.

Amounts and percentages are exact. A node checks itself when it is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from fastavs.duty.numerals import printed_number
from fastavs.errors import DutyError
from fastavs.units.units import Unit, plain_number

MAX_DEPTH = 64
"""Deepest nesting of an expression; no real duty goes beyond five."""


def _check_number(value: Fraction, what: str) -> None:
    if value.numerator < 0:
        raise DutyError(f"negative {what}", value=plain_number(value), cure="subtract instead: a - b")
    try:
        value.numerator / value.denominator
    except OverflowError:
        raise DutyError(f"{what} beyond all bounds", value=f"{str(value)[:20]}...") from None


def _depth_over(*parts: Expr) -> int:
    depth = 1 + max([part.depth for part in parts])
    if depth > MAX_DEPTH:
        raise DutyError(f"a duty nested more than {MAX_DEPTH} deep")
    return depth


@dataclass(frozen=True, slots=True)
class Percent:
    """So many percent of the value: ``Percent(Fraction(15))`` is 15 %.

    Raises
    ------
    DutyError
        If the percentage is negative.
    """

    value: Fraction
    depth: int = field(default=1, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_number(self.value, "percentage")

    def __str__(self) -> str:
        return f"{printed_number(self.value)}%"


@dataclass(frozen=True, slots=True)
class Specific:
    """An amount of money for a unit of quantity, such as 0.15 EUR/kg.

    Parameters
    ----------
    amount : Fraction
        Currency units for one `unit`, not negative.
    currency : str
        Three capital letters.
    unit : Unit
        The unit charged by.

    Raises
    ------
    DutyError
        If the amount is negative or the currency is no code.
    """

    amount: Fraction
    currency: str
    unit: Unit
    depth: int = field(default=1, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_number(self.amount, "amount")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise DutyError("currency", value=self.currency, expected="a code of three capital letters")

    @property
    def kind(self) -> str:
        """Kind of quantity that the term needs."""
        return self.unit.kind

    @property
    def b(self) -> float:
        """Amount for one base unit of the kind, rounded once."""
        amount, size = self.amount, self.unit.size
        return (amount.numerator * size.denominator) / (amount.denominator * size.numerator)

    def __str__(self) -> str:
        return f"{printed_number(self.amount)} {self.currency}/{self.unit.text}"


@dataclass(frozen=True, slots=True)
class Add:
    """The sum of two duties."""

    left: Expr
    right: Expr
    depth: int = field(default=1, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", _depth_over(self.left, self.right))

    def __str__(self) -> str:
        return f"{self.left} + {_operand(self.right)}"


@dataclass(frozen=True, slots=True)
class Sub:
    """One duty less another."""

    left: Expr
    right: Expr
    depth: int = field(default=1, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", _depth_over(self.left, self.right))

    def __str__(self) -> str:
        return f"{self.left} - {_operand(self.right)}"


@dataclass(frozen=True, slots=True)
class Max:
    """The greatest of two or more duties."""

    parts: tuple[Expr, ...]
    depth: int = field(default=1, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_parts("max", self.parts)
        object.__setattr__(self, "depth", _depth_over(*self.parts))

    def __str__(self) -> str:
        return f"max({', '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Min:
    """The least of two or more duties."""

    parts: tuple[Expr, ...]
    depth: int = field(default=1, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_parts("min", self.parts)
        object.__setattr__(self, "depth", _depth_over(*self.parts))

    def __str__(self) -> str:
        return f"min({', '.join(map(str, self.parts))})"


Expr: TypeAlias = Percent | Specific | Add | Sub | Max | Min


def _check_parts(word: str, parts: tuple[Expr, ...]) -> None:
    if len(parts) < 2:
        raise DutyError(f"{word}() of fewer than two duties")


def _operand(right: Expr) -> str:
    """Print what stands right of + or -: a sum there keeps its parentheses, so that the text reads back alike."""
    return f"({right})" if isinstance(right, Add | Sub) else str(right)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts of a node, left to right."""
    if isinstance(expr, Add | Sub):
        return (expr.left, expr.right)
    return expr.parts if isinstance(expr, Max | Min) else ()
