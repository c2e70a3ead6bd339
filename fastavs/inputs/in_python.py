"""Settings in messages, named for who called Python: as arguments of `Study`, not as keys of a study file.

Whoever finds trouble names it by the keys of a study file. `in_python` puts arguments in their place, once, at the door
through which studies come from Python.
"""

from __future__ import annotations

import re

import msgspec

from fastavs.inputs.config import FxSection, SchedulesSection, TradeSection
from fastavs.inputs.options import Base, Options

PHRASES = {  # what Python has no setting for, or says otherwise
    "name its files under [trade]": "give it: trade=...",
    "name its files under [schedules]": "give it: applied=...",
    "name a table of exchange rates under [fx], file = ...": "give a table of exchange rates: fx=...",
    "a section of keys": "a mapping, such as a dict",
    "a list in square brackets": "a list",
    "text in quotes": "a text",
    "true or false": "True or False",
    "not what the key takes": "not what it takes",
    "another folder with --out": "another folder",
}
ARGUMENTS = {
    "trade": "trade_options", "schedules": "schedules", "fx": "numbers", "partners": "partners",
    "valuation": "valuation", "drop": "drop", "base": "base", "options": "options", "groups": "groups",
    "published": "published", "bridges": "bridges",
}  # fmt: skip
"""The argument that holds the keys of each section."""
TABLES = {
    "trade.files": "trade", "schedules.applied": "applied", "schedules.bound": "bound", "fx.file": "fx",
    "partners.file": "partners", "drop.file": "drop",
}  # fmt: skip
"""The argument that is the table which a key names."""
_OWNERS: dict[str, type[msgspec.Struct]] = {
    "trade": TradeSection,
    "schedules": SchedulesSection,
    "fx": FxSection,
    "base": Base,
    "options": Options,
}
_KEYS_OF = {section: {one.encode_name for one in msgspec.structs.fields(kind)} for section, kind in _OWNERS.items()}
_OF_THE_STUDY = ("name", "note", "currency", "value_basis")
_KEYS = "|".join(sorted(set().union(*_KEYS_OF.values(), ["exclude", "exclude_by_period"])))
_NAMES = "|".join(ARGUMENTS)
_VALUE = r'"[^"]*"|\.\.\.|-?[0-9][0-9.]*|true|false'
_SETTING = rf"[a-z_]+ = (?:{_VALUE})"
_SETTINGS = rf"{_SETTING}(?:, {_SETTING})*"
_SECTION = rf"\[\[?((?:{_NAMES})(?:\.[a-z_]+)?)\]\]?"
_UNDER = rf"({_SETTINGS}(?: or {_SETTINGS})*) under {_SECTION}"
_OF_A_TABLE = rf"({_SETTINGS}(?: or {_SETTINGS})*) under the table's heading in the study file"
_UNMET = r"^(partners\.[a-z_]+|(?:groups|published)\.[^:]+)(?=: no )"  # settings that meet nothing
_PATH = rf"(?:{_NAMES})(?:\.[^.\[\]: ]+|\[[0-9]+\])*"


def in_python(text: str) -> str:
    """Name the settings in a text as the arguments of `Study` that take them.

    Examples
    --------
    >>> in_python('If files overlap, say duplicates = "drop" under [trade].')
    'If files overlap, say trade_options={"duplicates": "drop"}.'
    >>> in_python("base.periods"), in_python("see value_factor and unit under [trade]")
    ('base["periods"]', 'see value_factor and unit in trade_options')
    """
    if re.fullmatch(_PATH, text):
        return argument_of(text)
    for phrase, said in PHRASES.items():
        text = text.replace(phrase, said)
    text = re.sub(_OF_A_TABLE, lambda found: _of_a_table(found[1]), text)
    text = re.sub(_UNMET, lambda found: argument_of(found[1]), text)
    text = re.sub(rf"{_SECTION} ({_SETTINGS})", lambda found: _given(found[1], found[2]), text)
    text = re.sub(_UNDER, lambda found: re.sub(_SETTINGS, lambda one: _given(found[2], one[0]), found[1]), text)
    text = re.sub(rf"\bunder (?={_SECTION})", "in ", text)
    text = re.sub(rf"{_SECTION} ({_KEYS})\b", lambda found: argument_of(f"{found[1]}.{found[2]}"), text)
    text = re.sub(_SECTION, lambda found: argument_of(found[1]), text)
    return re.sub(_SETTING, lambda found: _alone(found[0]), text)


def argument_of(path: str) -> str:
    """Return the argument that takes what a study file has under a dotted key.

    Examples
    --------
    >>> [argument_of(key) for key in ("trade.unit", "trade.columns", "fx.decimal", "fx.file", "bridges[0].factor")]
    ['trade_options["unit"]', 'columns["trade"]', 'numbers["fx"]["decimal"]', 'fx', 'bridges[0]["factor"]']
    """
    if path in TABLES:
        return TABLES[path]
    section, *steps = re.findall(r"[^.\[\]]+", path)
    if steps[:1] == ["columns"]:
        start, steps = f'columns["{section}"]', steps[1:]
    elif section == "fx" or (section == "published" and steps[:1] in (["decimal"], ["thousands"])):
        start = f'numbers["{section}"]'
    else:
        start = ARGUMENTS[section]
    return start + "".join(f"[{step}]" if step.isdigit() else f'["{step}"]' for step in steps)


def _given(section: str, settings: str) -> str:
    """Return settings of a section as they are given to `Study`."""
    name, *within = re.findall(r"[a-z_]+", argument_of(f"{section}.{settings.split(' = ')[0]}"))[:-1]
    inner = f"{{{_as_items(settings)}}}"
    for one in reversed(within):
        inner = f'{{"{one}": {inner}}}'
    return f"{name}={inner}"


def _of_a_table(settings: str) -> str:
    """Return settings of how a table prints numbers, for trade and for exchange rates."""
    some = [_as_items(one[0]) for one in re.finditer(_SETTINGS, settings)]
    trade, rates = (
        " or ".join(f"{start}{{{one}}}{end}" for one in some)
        for start, end in (("trade_options=", ""), ('numbers={"fx": ', "}"))
    )
    return f"{trade} (of exchange rates: {rates})"


def _as_items(settings: str) -> str:
    return re.sub(rf"([a-z_]+) = ({_VALUE})", lambda found: f'"{found[1]}": {_value(found[2])}', settings)


def _alone(setting: str) -> str:
    """Return a setting whose section is not said: as an argument where one section alone has it."""
    name = setting.split(" = ")[0]
    if name in _OF_THE_STUDY:
        return setting.replace(" = ", "=", 1)
    owners = [section for section, keys in _KEYS_OF.items() if name in keys]
    return _given(owners[0], setting) if len(owners) == 1 else _as_items(setting)


def _value(text: str) -> str:
    return {"true": "True", "false": "False"}.get(text, text)
