"""Reading scenarios from a TOML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from fastavs.errors import InputError, did_you_mean
from fastavs.plain_text import read_toml
from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample

_KINDS: dict[str, type] = {
    "fx": FxShock, "set": SetDuty, "scale": ScaleDuty, "shift": ShiftDuty,
    "price": PriceShock, "exclude": ExcludePartners, "only": OnlyPartners, "resample": Resample,
}  # fmt: skip


_FORMS = {
    "fx": '{ currency = "EUR", factor = 0.9 }',
    "scale": "{ ad_valorem = 0.9, specific = 0.9 }",
    "shift": "{ ad_valorem = 0.05 }",
    "set": '{ prefixes = ["2204"], duty = "12.5%" }',
    "price": '{ factor = 1.1, partners = ["CHN"] }',
    "exclude": '{ partners = ["CHN"] }',
    "only": '{ partners = ["CHN"] }',
    "resample": "{ seed = 1 }",
}


def read_scenarios(path: str | Path) -> list[Scenario]:
    """Read a file of scenarios.

    ::

        [[scenario]]
        name = "weak euro"
        fx = [{ currency = "EUR", factor = 0.9 }]

        [[scenario]]
        name = "wine at 12.5 %, then a tenth off"
        scale = [{ ad_valorem = 0.9, specific = 0.9, schedule = "applied" }]
        set = [{ prefixes = ["2204"], duty = "12.5%" }]

        [[scenario]]
        name = "dearer imports from India, none from Turkey"
        price = [{ factor = 1.1, partners = ["IND"] }]
        exclude = [{ partners = ["TUR"] }]

    The words are fx, set, scale and shift, and for changes of the trade price, exclude, only and resample. The trade
    changes first, then new duties are set, whatever the order of the words; then all factors apply, then all shifts.
    Steps in any other order are for `Scenario` in Python.

    Raises
    ------
    InputError
        No such file, no TOML, an unknown key, a value that does not fit; the message names scenario and key.
    """
    path = Path(path)
    found = read_toml(path, "the scenario file")
    _check_keys(found, ("scenario",), str(path), None)
    entries = found.get("scenario", [])
    if not isinstance(entries, list) or not entries:
        raise InputError("no scenario in the file", file=str(path), cure="begin each one with [[scenario]]")
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError(
                "not a scenario", file=str(path), key=f"scenario[{place}]", value=entry,
                expected="a name and changes",
                cure="begin each scenario with [[scenario]]",
            )  # fmt: skip
    return [_read_named(entry, f"scenario[{place}]", str(path)) for place, entry in enumerate(entries)]


def _read_named(entry: dict[str, Any], where: str, file: str) -> Scenario:
    try:
        return _read_one(entry, where, file)
    except InputError as error:
        name = entry.get("name")
        raise (error.told_of(f'the scenario "{name}"') if name and isinstance(name, str) else error) from None


def _read_one(entry: dict[str, Any], where: str, file: str) -> Scenario:
    _check_keys(entry, ("name", *_KINDS), file, where)
    changes = []
    for word, kind in _KINDS.items():
        listed = entry.get(word, [])
        form = f"keys in braces, such as {word} = [{_FORMS[word]}]"
        if not isinstance(listed, list | dict):
            raise InputError("not a change", file=file, key=f"{where}.{word}", value=listed, expected=form)
        for place, one in enumerate([listed] if isinstance(listed, dict) else listed):
            key = f"{where}.{word}[{place}]"
            if not isinstance(one, dict):
                raise InputError("not a change", file=file, key=key, value=one, expected=form)
            _check_keys(one, tuple(field.name for field in fields(kind)), file, key)
            lacking = [field.name for field in fields(kind) if field.default is MISSING and field.name not in one]
            if kind in (ScaleDuty, ShiftDuty) and not one.keys() & {"ad_valorem", "specific"}:
                lacking = ["ad_valorem or specific"]
            if lacking:
                raise InputError("a change lacks a key", file=file, key=key, expected=", ".join(lacking))
            try:
                changes.append(kind(**{name: _frozen(value) for name, value in one.items()}))
            except InputError as error:
                error.key = key if error.key is None else f"{key}.{error.key}"
                raise error.placed(file) from None
    try:
        return Scenario(entry.get("name", ""), *changes)
    except InputError as error:
        error.key = where if error.key == "changes" else f"{where}.name"
        raise error.placed(file) from None


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _check_keys(found: dict[str, Any], known: Sequence[str], file: str, key: str | None) -> None:
    for name in found:
        if name not in known:
            raise InputError(
                "unknown key", file=file, key=key, value=name,
                expected=f"one of {', '.join(known)}.{did_you_mean(name, known)}",
            )  # fmt: skip
