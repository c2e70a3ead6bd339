"""``study.toml``: its keys, checked with messages that help."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

import fastavs
from fastavs.codes import LONGEST, SHORTEST
from fastavs.errors import InputError, did_you_mean
from fastavs.inputs.options import Base, Options
from fastavs.numbers import NumberForm
from fastavs.plain_text import read_toml

Positive = Annotated[float, Meta(gt=0)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Decimal = Literal[".", ","]
Thousands = Literal[",", ".", " ", "'"]
PREFIX = "^([0-9]{1,12}|([0-9]{2}){1,4}([. ][0-9]{1,4})+)$"
Prefix = Annotated[str, Meta(pattern=PREFIX)]

_PATTERNS = {"^[A-Z]{3}$": 'three capital letters, such as "USD"', PREFIX: "1 to 12 digits, as text"}
_KINDS = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list in square brackets",
    "object": "a section of keys",
}
_RELATIONS = {">": "above", ">=": "of at least", "<": "below", "<=": "of at most"}


class TradeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the trade stands, and how its rows are taken.

    Attributes
    ----------
    files : tuple of str
    columns : dict
        Native column names to those of the files.
    decimal, thousands : str, optional
        How text prints numbers.
    digits : int, optional
        What codes are cut to.
    value_factor : float
        What values are multiplied by: 1000 where they are in thousands.
    unit : str, optional
        The unit of quantities in files without a unit column.
    totals : {"set_aside", "keep"}
        What becomes of rows that are the sum of other rows.
    duplicates : {"keep", "drop"}
        What becomes of a row that stands twice.
    flow : {"imports", "exports"}, optional
        The flow that counts, where a column tells flows apart. Left out: imports, or a file's exports where it has
        nothing else.
    read : tuple of mapping
        Files in an authority's own layout: `reader`, `files`, and what that reader takes besides.
    """

    files: tuple[str, ...] = ()
    columns: dict[str, str] = {}
    decimal: Decimal | None = None
    thousands: Thousands | None = None
    digits: Annotated[int, Meta(ge=SHORTEST, le=LONGEST)] | None = None
    value_factor: Annotated[float, Meta(gt=0, le=1e12)] = 1.0
    unit: str | None = None
    totals: Literal["set_aside", "keep"] = "set_aside"
    duplicates: Literal["keep", "drop"] = "keep"
    flow: Literal["imports", "exports"] | None = None
    read: tuple[dict[str, Any], ...] = ()


class SchedulesSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    applied: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    columns: dict[str, str] = {}
    dollar: Currency | None = None
    decimal: Literal[".", ","] | None = None
    unreadable: Literal["error", "set_aside"] = "error"
    read: tuple[dict[str, Any], ...] = ()


class FileSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: str
    columns: dict[str, str] = {}


class FxSection(FileSection, frozen=True, forbid_unknown_fields=True):
    decimal: Decimal | None = None
    thousands: Thousands | None = None
    reader: Literal["ecb"] | None = None
    periods: tuple[str, ...] | None = None
    currencies: tuple[str, ...] | None = None


class PartnersSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    exclude: tuple[str, ...] = ()
    exclude_by_period: dict[str, tuple[str, ...]] = {}
    file: str | None = None
    columns: dict[str, str] = {}


class Valuation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    partner: str
    factor: Positive


class BridgeSection(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_unit": "from", "to_unit": "to"}
):
    prefix: Prefix
    from_unit: str
    to_unit: str
    factor: Positive


class StudyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a study file says. See the README for each key."""

    name: str
    note: str = ""
    currency: Currency = "USD"
    value_basis: Literal["CIF", "FOB", "not stated"] = "not stated"
    trade: TradeSection = TradeSection()
    schedules: SchedulesSection = SchedulesSection()
    fx: FxSection | None = None
    partners: PartnersSection = PartnersSection()
    valuation: tuple[Valuation, ...] = ()
    drop: FileSection | None = None
    base: Base = Base()
    options: Options = Options()
    groups: dict[str, str] = {}
    published: dict[str, str] = {}
    bridges: tuple[BridgeSection, ...] = ()


def number_form(key: str, decimal: str | None, thousands: str | None) -> NumberForm | None:
    """Return how a table prints numbers by the settings of its section `key`; None where they say nothing.

    Raises
    ------
    InputError
        A mark that no number has, or one mark for both.
    """
    if decimal is None and thousands is None:
        return None
    try:
        return NumberForm(decimal or ("," if thousands == "." else "."), thousands)
    except InputError as error:
        cure = "name two marks, or leave one of the two settings out" if decimal == thousands else None
        raise InputError(error.problem, key=key, value=error.value, expected=error.expected, cure=cure) from None


def plain(value: Any) -> Any:
    """Return numpy's numbers and arrays as Python's own."""
    return value.tolist() if hasattr(value, "tolist") else value


def load_config(path: Path) -> StudyConfig:
    """Read and check a study file.

    Raises
    ------
    InputError
        No such file, no TOML, an unknown key, or a value that does not fit; the message names the key.
    """
    return check_config(read_toml(path, "the study file"), str(path))


def check_config(found: dict[str, Any], label: str) -> StudyConfig:
    """Turn the mapping behind a study file into a `StudyConfig`; `label` is what messages call it."""
    return checked(found, StudyConfig, label)


def checked(found: Any, kind: Any, label: str, within: str = "") -> Any:
    """Convert a mapping to one of the structures here, with a message that names the key and the nearest known one."""
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error), found, kind, label, within) from None


def _explained(message: str, found: Any, kind: Any, label: str, within: str) -> InputError:
    """Turn msgspec's message into one of ours."""
    what, _, where = message.partition(" - at `$")
    steps = re.findall(r"\.([A-Za-z0-9_]+)|\[(\d+|\.\.\.)\]", where)
    path = ".".join(name or f"[{place}]" for name, place in steps)
    section, section_kind = _walk(found, kind, steps)
    key = ".".join(part for part in (within, path) if part).replace(".[", "[") or None
    unknown = re.search(r"unknown field `(.+?)`", what)
    if unknown:
        known = [field.encode_name for field in msgspec.structs.fields(section_kind)] if section_kind else []
        return InputError(
            f"unknown key{' in [' + key + ']' if key else ''}",
            file=label,
            value=unknown.group(1),
            expected=f"one of {', '.join(known)}.{did_you_mean(unknown.group(1), known)}",
        )
    value = section if isinstance(section, str | int | float | bool) else None
    missing = re.search(r"missing required field `(.+?)`", what)
    if missing:
        name = missing.group(1)
        return InputError(f'missing key "{name}"', file=label, key=key, cure=f"add {name}")
    if isinstance(value, str) and "enum" in what:
        choices = _choices(section_kind)
        return InputError(
            "not one of the choices", file=label, key=key, value=value,
            expected=" or ".join(f'"{one}"' for one in choices) + "." + did_you_mean(value, choices),
        )  # fmt: skip
    form = re.search(r"Expected `(.+?)`(?: matching regex '(.+)'| (>=|<=|>|<) (\S+))?", what)
    if form is None:
        return InputError(what[0].lower() + what[1:], file=label, key=key, value=value)
    kind_word, pattern, relation, limit = form.groups()
    expected = _PATTERNS.get(pattern) or _KINDS.get(kind_word.removesuffix(" | null"), kind_word)
    if relation:
        expected += f" {_RELATIONS[relation]} {float(limit):g}"
    return InputError("not what the key takes", file=label, key=key, value=value, expected=expected)


def _walk(found: Any, kind: Any, steps: list[tuple[str, str]]) -> tuple[Any, Any]:
    """Follow a path through a mapping and through the structures that describe it."""
    for name, place in steps:
        if name:
            found = found.get(name) if isinstance(found, dict) else None
            kind = _field_kind(kind, name)
        else:
            found = found[int(place)] if isinstance(found, list | tuple) and place.isdigit() else None
            kind = _inner(kind)
    return found, kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else _inner(kind) or kind


def _field_kind(kind: Any, name: str) -> Any:
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return None
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        if field.encode_name == name:
            return hints[field.name]
    return None


def _inner(kind: Any) -> Any:
    """Return the structure within ``tuple[X, ...]`` or ``X | None``, or the choices of a Literal as they are."""
    for part in getattr(kind, "__args__", ()):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return part
    return kind if getattr(kind, "__args__", ()) else None


def _choices(kind: Any) -> list[str]:
    found: list[str] = []
    for one in getattr(kind, "__args__", ()):
        found += [] if one is type(None) else [one] if isinstance(one, str) else _choices(one)
    return found


def marks_of(config: StudyConfig) -> dict[str, str]:
    """Return what a file made from a study says of it in its metadata."""
    return {
        "fastavs.study": config.name,
        "fastavs.note": config.note,
        "fastavs.value_basis": config.value_basis,
        "fastavs.currency": config.currency,
        "fastavs.version": fastavs.__version__,
    }
