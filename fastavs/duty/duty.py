"""The duty itself: an expression with its canonical text and all that follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

from fastavs.arguments import any_number, mapping_of, misfit, or_none, takes
from fastavs.duty.expr import Expr, Specific
from fastavs.duty.meaning import Meaning, Program, run_program
from fastavs.duty.pieces import Piecewise, pieces_of
from fastavs.errors import DutyError, UnitError
from fastavs.units.units import BASE_UNITS, parse_unit

UnitValue = float | Mapping[str, float]


def _unit_value(name: str, value: Any) -> UnitValue:
    return mapping_of(any_number)(name, value) if isinstance(value, Mapping) else any_number(name, value)


@dataclass(frozen=True, slots=True, repr=False)
class Duty:
    """A customs duty.

    Parameters
    ----------
    expr : Expr
        The expression; `fastavs.duty.parse_duty` makes a duty from text.
    printed : str, optional
        What the expression prints, by a reader that knows it already.

    Attributes
    ----------
    text : str
        Canonical text, which reads back to the same duty.
    specifics : tuple of Specific
        Distinct specific terms in order of first appearance.
    program : tuple of (int, float)
        Postfix program of opcodes and operands (`fastavs.duty.meaning`).
    ad_valorem : float
        What is left when the specific terms are taken out, a fraction (METHOD.md section 2).
    kinds : tuple of str
        Kinds of quantity that the duty needs, in order of first appearance.
    is_monotone : bool
        Whether the rate never falls as the quantity ratio grows: no specific term counts negatively.

    Examples
    --------
    >>> from fastavs.duty import parse_duty
    >>> duty = parse_duty("15, но не менее 0,15 евро за 1 кг")
    >>> duty.text, duty.ad_valorem, duty.kinds, duty.currencies
    ('max(15%, 0.15 EUR/kg)', 0.15, ('mass',), ('EUR',))
    """

    expr: Expr
    printed: InitVar[str | None] = None
    text: str = field(init=False, compare=False)
    specifics: tuple[Specific, ...] = field(init=False, repr=False, compare=False)
    program: Program = field(init=False, repr=False, compare=False)
    ad_valorem: float = field(init=False, repr=False, compare=False)
    kinds: tuple[str, ...] = field(init=False, repr=False, compare=False)
    is_monotone: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self, printed: str | None) -> None:
        if not isinstance(self.expr, Expr):
            raise misfit("expr", self.expr, "an expression; fa.parse_duty makes a duty of a text")
        meaning = Meaning(self.expr)
        kinds = dict.fromkeys([term.unit.kind for term in meaning.specifics])
        object.__setattr__(self, "text", str(self.expr) if printed is None else printed)
        object.__setattr__(self, "specifics", tuple(meaning.specifics))
        object.__setattr__(self, "program", tuple(meaning.program))
        object.__setattr__(self, "ad_valorem", meaning.ad_valorem)
        object.__setattr__(self, "kinds", tuple(kinds))
        object.__setattr__(self, "is_monotone", meaning.rises)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        from fastavs.duty.shown import duty_line

        return duty_line(self)

    def _repr_html_(self) -> str:
        from fastavs.duty.shown import duty_card
        from fastavs.shown.html import as_html

        return as_html(duty_card(self))

    @property
    def has_specific(self) -> bool:
        """Whether some specific term has an amount other than 0."""
        return any(term.amount for term in self.specifics)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Currencies of the specific terms, in order of first appearance."""
        return tuple(dict.fromkeys(term.currency for term in self.specifics))

    @takes(unit_value=or_none(_unit_value), fx=or_none(mapping_of(any_number)))
    def rate(self, unit_value: UnitValue | None = None, fx: Mapping[str, float] | None = None) -> float:
        """The rate of a good, as a fraction of its value.

        Parameters
        ----------
        unit_value : float or mapping, optional
            Value of one base unit of the duty's kind (of a kg, not of 100 kg), in the currency that `fx` is quoted
            in. For a duty of several kinds a mapping from kind or unit ("volume", "l", "100 kg") to the value of
            one base unit of the kind, or of that unit. A purely ad valorem duty needs none.
        fx : mapping, optional
            Value of one unit of each of the duty's currencies, that of unit values included (as 1.0).

        Returns
        -------
        float

        Raises
        ------
        DutyError
            If a unit value or an exchange rate is missing, not positive or not finite.

        Examples
        --------
        >>> from fastavs.duty import parse_duty
        >>> parse_duty("max(15%, 0.15 EUR/kg)").rate(unit_value=0.5, fx={"EUR": 1.25})
        0.375
        """
        coefficients = self._coefficients(fx)
        values = self._unit_values(unit_value)
        ratios = {kind: 1.0 / value for kind, value in values.items()}
        terms = [coefficients[term] * ratios[term.kind] for term in self.specifics]
        return run_program(self.program, terms)

    @takes(fx=or_none(mapping_of(any_number)))
    def pieces(self, fx: Mapping[str, float] | None = None) -> Piecewise:
        """The duty as straight pieces over the quantity ratio r, base units of its kind for a unit of value.

        Parameters
        ----------
        fx : mapping, optional
            Value of one unit of each of the duty's currencies.

        Returns
        -------
        Piecewise

        Raises
        ------
        DutyError
            If the duty names two kinds of quantity, or an exchange rate is missing or unusable.

        Examples
        --------
        >>> from fastavs.duty import parse_duty
        >>> parse_duty("min(15%, max(12.5%, 0.5 EUR/cm3))").pieces({"EUR": 1.0})
        Piecewise(kind='cm3', breakpoints=(0.25, 0.3), intercepts=(0.125, 0.0, 0.15), slopes=(0.0, 0.5, 0.0), \
binds=('12.5%', '0.5 EUR/cm3', '15%'))
        """
        if len(self.kinds) > 1:
            raise DutyError(f"a duty on {' and '.join(self.kinds)} is no function of one quantity", value=self.text)
        return pieces_of(self.expr, self.kinds[0] if self.kinds else None, self._coefficients(fx))

    def _coefficients(self, fx: Mapping[str, float] | None) -> dict[Specific, float]:
        """c = b * fx of each specific term."""
        quotes = fx or {}
        for currency in self.currencies:
            quote = quotes.get(currency)
            if quote is None:
                raise DutyError(
                    f"no exchange rate for {currency}, in which the duty is set",
                    value=self.text,
                    cure=f'give fx={{"{currency}": ...}}, 1.0 if unit values are in {currency}',
                )
            if not (math.isfinite(quote) and quote > 0):
                raise DutyError(f"exchange rate for {currency}", value=quote, expected="a positive number")
        return {term: term.b * quotes[term.currency] for term in self.specifics}

    def _unit_values(self, unit_value: UnitValue | None) -> dict[str, float]:
        """Value of one base unit of each kind that the duty needs."""
        given = self._by_kind(unit_value) if isinstance(unit_value, Mapping) else {}
        if not isinstance(unit_value, Mapping) and unit_value is not None:
            if len(self.kinds) > 1:
                raise DutyError(
                    f"a duty on {' and '.join(self.kinds)} needs a unit value for each",
                    value=self.text,
                    cure="give a mapping such as {" + ", ".join(f'"{BASE_UNITS[k]}": ...' for k in self.kinds) + "}",
                )
            given = dict.fromkeys(self.kinds, unit_value)
        for kind in self.kinds:
            value = given.get(kind)
            if value is None:
                raise DutyError(f"no unit value for a {BASE_UNITS[kind]}, which the duty needs", value=self.text)
            if not (math.isfinite(value) and value > 0 and math.isfinite(1.0 / value)):
                raise DutyError(f"unit value for a {BASE_UNITS[kind]}", value=value, expected="a positive number")
        return {kind: given[kind] for kind in self.kinds}

    def _by_kind(self, unit_values: Mapping[str, float]) -> dict[str, float]:
        given: dict[str, float] = {}
        for name, value in unit_values.items():
            try:
                unit = parse_unit(BASE_UNITS.get(name, name))
            except UnitError as error:
                raise DutyError(
                    "unit value by neither kind nor unit", value=name, expected=", ".join(BASE_UNITS)
                ) from error
            if unit.kind in given:
                raise DutyError(f"two unit values for {unit.kind}", value=name)
            given[unit.kind] = value / float(unit.size)
        return given
