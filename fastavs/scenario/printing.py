"""Scenarios as the file that would make them."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from fastavs.errors import InputError
from fastavs.scenario.about import ABOUT
from fastavs.scenario.chain import Reform
from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.paths import path_written
from fastavs.scenario.step_years import Put
from fastavs.scenario.steps import AnyStep, written
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample

OLD_WORDS: dict[str, type] = {
    "fx": FxShock, "set": SetDuty, "scale": ScaleDuty, "shift": ShiftDuty,
    "price": PriceShock, "exclude": ExcludePartners, "only": OnlyPartners, "resample": Resample,
}  # fmt: skip
"""Words of version 0.1.0 and what they make, in the order in which a file's are taken."""
_BARE = re.compile("[A-Za-z0-9_-]+")
_WIDTH = 118


def toml_of(scenarios: Sequence[Reform], folder: Path | None = None) -> str:
    """Return scenarios as the text of a file in a folder, the bases that they hold before them."""
    found: dict[str, Reform] = {}

    def take(one: Reform) -> None:
        if one.base is not None and not isinstance(one.base, str):
            take(one.base)
        if found.setdefault(one.name, one) != one:
            raise InputError("two scenarios of one name", value=one.name, cure="give each a name of its own")

    for one in scenarios:
        take(one)
    if len(scenarios) != len({one.name for one in scenarios}):
        raise InputError("a scenario that stands there twice", cure="leave it out once")
    return "\n".join(_block(one, folder) for one in found.values())


def _block(scenario: Reform, folder: Path | None) -> str:
    lines = ["[[scenario]]", f"name = {_text(scenario.name)}"]
    for key in ABOUT:
        value: str | None = getattr(scenario, key)
        if value is not None:
            lines.append(f"{key} = {value if key == 'date' and _is_date(value) else _text(value)}")
    if scenario.base is not None:
        lines.append(f"base = {_text(scenario.base if isinstance(scenario.base, str) else scenario.base.name)}")
    tables: dict[str, Any] = {
        "lists": {
            one.name: list(one.codes) if one.file is None else path_written(one.file, folder) for one in scenario.lists
        },
        "shares": {name: path_written(path, folder) for name, path in scenario.shares},
        "draws": scenario.draws.written() if scenario.draws else {},
    }
    tables |= _old_words(scenario)
    lines += [_line(key, value) for key, value in tables.items() if value]
    for step in scenario.steps:
        lines += ["", "[[scenario.step]]", *(_line(key, value) for key, value in _step(step, folder).items())]
    return "\n".join(lines) + "\n"


def _step(step: AnyStep, folder: Path | None) -> dict[str, Any]:
    found = written(step)
    return found | {"put": path_written(step.value, folder)} if isinstance(step, Put) else found


def _old_words(scenario: Reform) -> dict[str, list[dict[str, Any]]]:
    """Return changes of version 0.1.0 by word, if a file's order of words says the same."""
    if not scenario.changes:
        return {}
    found = {word: [_old(one) for one in scenario.changes if type(one) is kind] for word, kind in OLD_WORDS.items()}
    steps = (FxShock, SetDuty, ScaleDuty, ShiftDuty)
    order = [steps.index(type(one)) for one in scenario.changes if isinstance(one, steps[1:])]
    if order != sorted(order):
        raise InputError(
            f'the changes of the scenario "{scenario.name}" are in an order that a file of version 0.1.0 cannot say',
            key="changes", expected="new duties, then factors, then shifts", cure="write it in steps",
        )  # fmt: skip
    return {word: some for word, some in found.items() if some}


def _old(change: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields(change):
        value = getattr(change, one.name)
        if one.default is MISSING or value != one.default:
            found[one.name] = list(value) if isinstance(value, tuple) else value
    if isinstance(change, ScaleDuty | ShiftDuty) and not found.keys() & {"ad_valorem", "specific"}:
        found["ad_valorem"] = change.ad_valorem
    return found


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _line(key: str, value: Any) -> str:
    line = f"{_key(key)} = {_value(value)}"
    return line if len(line) <= _WIDTH else f"{_key(key)} = {_value(value, wide=True)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any, *, wide: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one, wide=wide)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        parts = [_value(one) for one in value]
        return _wrapped(parts) if wide and len(parts) > 1 else f"[{', '.join(parts)}]"
    return repr(value)


def _wrapped(parts: Sequence[str]) -> str:
    """Return an array over several lines."""
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > _WIDTH - 6:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{part},"
    return "[\n" + "".join(f"    {line}\n" for line in lines) + "]"
