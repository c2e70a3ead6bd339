"""The screen of ``fastavs duty``: one duty, what it says and what it comes to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastavs.cli.console import figure, head, make_table, percent, say
from fastavs.duty import Duty, Piecewise, parse_duty
from fastavs.duty.by_unit_value import formula, pieces_by_unit_value, stretch
from fastavs.errors import InputError
from fastavs.units.units import BASE_UNITS, parse_unit, plain_number

if TYPE_CHECKING:
    from rich.console import Console

Record = dict[str, Any]


def duty_record(text: str, unit_values: Sequence[str], quotes: Sequence[str], currency: str | None) -> Record:
    """Return what a duty says, its pieces by unit value, and its rate at each unit value asked for.

    Parameters
    ----------
    text : str
    unit_values : sequence of str
        "2.1", or "kg=2.1" to name the unit.
    quotes : sequence of str
        "EUR=1.08": units of `currency` for one unit of another.
    currency : str, optional
        The currency of unit values.

    Raises
    ------
    InputError
        Anything of this that cannot be read, or an exchange rate that is missing where it is needed.
    """
    duty = parse_duty(text)
    fx = dict(_quote(one) for one in quotes)
    base = currency.upper() if currency else _base_currency(duty, fx, bool(unit_values))
    if fx.setdefault(base, 1.0) != 1.0:
        raise InputError(
            "--fx gives the currency of unit values a rate other than 1",
            value=f"{base}={fx[base]:g}",
            cure="leave it out, or name the currency of unit values with --currency",
        )
    missing = [one for one in duty.currencies if one not in fx]
    if missing and unit_values:
        first = missing[0]
        raise InputError(
            f"no exchange rate for {first}, in which the duty is set",
            cure=f"give --fx {first}=<{base} for one {first}>, or --currency {first} if unit values are in it",
        )
    pieces = None if missing or len(duty.kinds) > 1 else duty.pieces(fx)
    return {
        "text": text,
        "duty": duty.text,
        "ad_valorem": duty.ad_valorem,
        "specifics": [_term(term) for term in duty.specifics],
        "kinds": list(duty.kinds),
        "units": [BASE_UNITS[kind] for kind in duty.kinds],
        "currencies": list(duty.currencies),
        "currency": base,
        "fx": fx,
        "missing_fx": missing,
        "pieces": None if pieces is None else pieces_by_unit_value(pieces),
        "rates": [_rate(duty, pieces, point, fx) for point in _points(duty, unit_values)],
    }


def _quote(text: str) -> tuple[str, float]:
    name, _, amount = text.partition("=")
    return name.strip().upper(), _number(amount, "--fx", text, "a currency and its value, as EUR=1.08")


def _number(text: str, option: str, whole: str, expected: str) -> float:
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise InputError(f"{option} cannot be read", value=whole, expected=f"{expected}; above zero")
    return value


def _base_currency(duty: Duty, fx: dict[str, float], asked: bool) -> str:
    """Return what unit values are in: what `fx` is quoted in, by default USD, or else the duty's own currency."""
    for name, value in fx.items():
        if value == 1.0:
            return name
    return duty.currencies[0] if len(duty.currencies) == 1 and not fx and not asked else "USD"


def _term(term: Any) -> Record:
    return {
        "text": str(term),
        "amount": plain_number(term.amount),
        "currency": term.currency,
        "unit": term.unit.text,
        "kind": term.kind,
        "b": term.b,
        "base_unit": BASE_UNITS[term.kind],
    }


def _points(duty: Duty, unit_values: Sequence[str]) -> list[dict[str, float]]:
    """Return the unit values to compute at, by base unit: one number a point, or one point of all named ones."""
    expected = "a number such as 2.1, or a unit and its value, as kg=2.1"
    together: dict[str, float] = {}
    points: list[dict[str, float]] = []
    for text in unit_values:
        unit, named, amount = text.rpartition("=")
        value = _number(amount, "--unit-value", text, expected)
        if not named and len(duty.kinds) > 1:
            each = " ".join(f"--unit-value {BASE_UNITS[kind]}=..." for kind in duty.kinds)
            raise InputError("--unit-value names no unit, and the duty goes by two", value=text, cure=f"give {each}")
        point = {BASE_UNITS[duty.kinds[0]]: value} if not named and duty.kinds else {}
        if named:
            found = parse_unit(unit.strip())
            if found.kind not in duty.kinds:
                known = ", ".join(BASE_UNITS[kind] for kind in duty.kinds) or "no unit: it is purely ad valorem"
                raise InputError("the duty does not go by this unit", value=unit, expected=known)
            point = {BASE_UNITS[found.kind]: value / float(found.size)}
        if len(duty.kinds) < 2:
            points.append(point)
        elif point.keys() & together.keys():
            raise InputError("--unit-value stands twice for one quantity", value=text)
        else:
            together |= point
    return [together] if together else points


def _rate(duty: Duty, pieces: Piecewise | None, point: dict[str, float], fx: dict[str, float]) -> Record:
    rate = duty.rate(point or None, fx)
    binds = pieces.binds[pieces.piece(1.0 / next(iter(point.values())))] if pieces and point else None
    return {"unit_value": point, "rate": rate, "binds": binds}


def show_duty(console: Console, record: Record) -> None:
    """Print what `duty_record` found."""
    say(console, record["duty"], style="bold")
    if record["text"].strip() != record["duty"]:
        say(console, f"read from: {record['text'].strip()}")
    say(console, f"ad valorem part: {percent(record['ad_valorem'])} %")
    for term in record["specifics"]:
        say(console, f"specific part: {term['text']}, that is {figure(term['b'], 12)} {term['currency']}"
            f" for one {term['base_unit']} ({term['kind']})")  # fmt: skip
    if record["units"]:
        say(console, f"needs: a quantity in {' and in '.join(record['units'])}")
    _show_pieces(console, record)
    for one in record["rates"]:
        point = ", ".join(f"{figure(value)} {record['currency']}/{unit}" for unit, value in one["unit_value"].items())
        binds = f" ({one['binds']} binds)" if one["binds"] and len(record["pieces"]) > 1 else ""
        say(console, f"rate at {point or 'every unit value'}: {percent(one['rate'])} %{binds}", style="bold")


def _show_pieces(console: Console, record: Record) -> None:
    if not record["units"]:
        return
    if record["missing_fx"]:
        wanted = " ".join(f"--fx {one}=..." for one in record["missing_fx"])
        say(console, f"With {wanted} ({record['currency']} for one) you see which part binds at what unit value.")
        return
    if record["pieces"] is None:
        wanted = " ".join(f"--unit-value {unit}=..." for unit in record["units"])
        if not record["rates"]:
            say(console, f"It goes by two quantities: give {wanted} for its rate.")
        return
    of = f"{record['currency']}/{record['units'][0]}"
    quoted = [f"{name} = {value:g} {record['currency']}" for name, value in record["fx"].items() if value != 1.0]
    head(console, f"By unit value u, in {of}" + (f", at {', '.join(quoted)}" if quoted else ""))
    table = make_table("unit value", "what binds", "rate", left=(0, 1, 2))
    for piece in record["pieces"]:
        table.add_row(stretch(piece), piece["binds"], formula(piece))
    console.print(table)
