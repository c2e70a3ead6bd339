"""The steps of a scenario file: a table each, with exactly one verb."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from fastavs.codes import as_digits
from fastavs.errors import InputError, did_you_mean
from fastavs.scenario.about import ABOUT
from fastavs.scenario.step import Step
from fastavs.scenario.steps import ALL_VERBS, RESAMPLE, VERBS, AnyStep
from fastavs.scenario.trade import Resample

KEYS_ABOVE = (*ABOUT, "base", "lists", "shares", "draws")
"""What stands above the first step of a scenario."""
_LATER = ("measure", "change")


def read_steps(found: Any, scenario: str, path: Path) -> list[AnyStep]:
    """Read the steps of a scenario.

    Parameters
    ----------
    found : list of dict
        What the file has under ``[[scenario.step]]``.
    scenario : str
        The scenario's name.
    path : Path
        The file; paths within it are relative to its folder.

    Raises
    ------
    InputError
        No verb, or two; an unknown verb or key, with the nearest; a value that does not fit. The message names
        scenario, step and key.
    """
    file = str(path)
    if not isinstance(found, list):
        raise InputError(
            "a step that is no step of a list", file=file, key="step", expected="[[scenario.step]] above each step",
            cure="write it with two brackets on each side",
        )  # fmt: skip
    steps = []
    for number, entry in enumerate(found, start=1):
        verbs = [key for key in entry if key in ALL_VERBS] if isinstance(entry, dict) else []
        told = f"step {number}" + (f" ({verbs[0]})" if len(verbs) == 1 else "")
        try:
            steps.append(_step(entry, verbs, path.parent))
        except InputError as error:
            named = f'the scenario "{scenario}", {told}' if scenario and isinstance(scenario, str) else told
            raise in_file(error, file, verbs[0] if len(verbs) == 1 else None, named) from None
    return steps


def _step(entry: Any, verbs: Sequence[str], folder: Path) -> AnyStep:
    if not isinstance(entry, dict):
        raise InputError("not a step", value=entry, expected='a verb and its keys, such as cap = "10%"')
    _check_place(entry)
    if len(verbs) > 1:
        raise InputError(
            f"{len(verbs)} verbs in one step", value=", ".join(verbs), expected="exactly one",
            cure="give each a [[scenario.step]] of its own, in the order in which they are taken",
        )  # fmt: skip
    if not verbs:
        raise _no_verb(entry)
    verb = verbs[0]
    keys = {key: value for key, value in entry.items() if key != verb}
    _check_keys(verb, keys)
    if "except" in keys:
        keys["except_"] = keys.pop("except")
    value = entry[verb]
    if verb == RESAMPLE:
        return Resample(value)
    kind = VERBS[verb]
    if verb == "put" and isinstance(value, str):
        value = str(folder / value)
    if kind.is_table and kind.verb in ("options", "base_period"):
        value = _table(verb, value)
    return kind.from_file(value, keys)


def _check_place(entry: Mapping[str, Any]) -> None:
    """Make sure that nothing in a step belongs to its scenario."""
    for key, value in entry.items():
        if (key in KEYS_ABOVE and (key != "lists" or isinstance(value, Mapping))) or key == "name":
            what = "lists as a table are" if key == "lists" else f"{key} is"
            raise InputError(
                "a key of the scenario in a step", key=key, value=None if isinstance(value, dict | list) else value,
                expected=f"a verb and its keys: {what} the scenario's",
                cure="move it above the first [[scenario.step]]",
            )  # fmt: skip


def _no_verb(entry: Mapping[str, Any]) -> InputError:
    for key in entry:
        if key in _LATER:
            return InputError("a verb that is not there yet", value=key, expected=f"one of {', '.join(ALL_VERBS)}")
    known = {"of", "except", "partners", "regions", "periods", *_selection_keys()}
    odd = [key for key in entry if key not in known]
    near = did_you_mean(odd[0], ALL_VERBS) if odd else ""
    problem = "an unknown verb" if odd else "a step without a verb"
    return InputError(problem, value=odd[0] if odd else None, expected=f"one of {', '.join(ALL_VERBS)}.{near}")


def _selection_keys() -> tuple[str, ...]:
    return VERBS["delay"].keys


def _check_keys(verb: str, keys: Mapping[str, Any]) -> None:
    """Make sure that a verb has the keys beside it."""
    known = () if verb == RESAMPLE else tuple("except" if one == "except_" else one for one in VERBS[verb].keys)
    for key in keys:
        if key in known:
            continue
        hint, cure = "", None
        if key in ("partners", "regions", "periods") and verb in ("exclude", "only", "include"):
            cure = f'write them in a table: {verb} = {{ partners = ["CHN"], periods = ["2009"] }}'
        elif key == "years" and verb == "price":
            hint = " Trade has periods in place of years."
        near = did_you_mean(key, known)
        raise InputError(
            f"{verb} has no such key", value=key, cure=cure,
            expected=f"{'one of ' + ', '.join(known) if known else f'{verb} alone'}.{near}{hint}",
        )  # fmt: skip


def _arguments(kind: type[Step]) -> list[str]:
    return [one.name for one in fields(kind)]  # type: ignore[arg-type]


def _table(verb: str, value: Any) -> Mapping[str, Any]:
    """Return the value of a verb that takes a table, if it is one of known keys."""
    kind = VERBS[verb]
    known = _arguments(kind)
    form = "{ outlier = 5.0 }" if verb == "options" else '{ periods = ["2009", "2010"] }'
    if verb == "base_period" and isinstance(value, str | list):
        return {"periods": value}
    if not isinstance(value, Mapping):
        raise InputError(f"{verb} takes a table", key="value", value=value, expected=f"keys, such as {form}")
    for key in value:
        if key not in known:
            near = did_you_mean(key, known)
            expected = f"one of {', '.join(known)}.{near}"
            raise InputError(f"{verb} has no such key", key="value", value=key, expected=expected)
    return value


def rooted(about: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what a scenario has above its steps, the files that it names as paths from its file's folder."""
    found = dict(about)
    for key in ("lists", "shares"):
        if isinstance(found.get(key), Mapping):
            found[key] = {
                name: str(folder / one) if isinstance(one, str) and one and not as_digits(one).isdigit() else one
                for name, one in found[key].items()
            }
    return found


def in_file(error: InputError, file: str, verb: str | None = None, about: str | None = None) -> InputError:
    """Return trouble that Python's values tell of in the words of a file.

    Parameters
    ----------
    verb : str, optional
        Of the step that it is about.
    about : str, optional
        The scenario and the step, as people know them.
    """
    kind = VERBS.get(verb or "")
    key = error.key
    if key is not None and verb is not None:
        if key == "value" or key.startswith(("value.", "value[")):
            key = verb + key.removeprefix("value")
        elif kind is not None and kind.is_table and key in _arguments(kind):
            key = f"{verb}.{key}"
        elif verb == RESAMPLE:
            key = verb
        key = key.replace("except_", "except")
    problem = re.sub(r"^[A-Za-z]+ has no such key$", f"{verb or key} has no such key", error.problem)
    if re.fullmatch("[A-Za-z]+ cannot be made", problem):
        problem = "something is missing" if error.value is None else "not what the key takes"
    value = str(error.value).lower() if isinstance(error.value, bool) else error.value
    return InputError(
        problem, file=error.file or file, key=key, about=", ".join(filter(None, (about, error.about))) or None,
        value=value, expected=_worded(error.expected), cure=_worded(error.cure),
    )  # fmt: skip


def _worded(text: str | None) -> str | None:
    """Return an example in Python's form as a file has it.

    Examples
    --------
    >>> _worded('{"EUR": 1.2}, of="rate", True, except_')
    '{ EUR = 1.2 }, of = "rate", true, except'
    """
    if text is None:
        return None
    text = re.sub(r'"([A-Za-z_][A-Za-z0-9_-]*)": ', r"\1 = ", text)
    text = re.sub(r'("[^"]*"): ', r"\1 = ", text)
    text = re.sub(r'\b([a-z_]+)=(?=["\[{0-9])', r"\1 = ", text)
    text = re.sub(r"\{(?! )", "{ ", text)
    text = re.sub(r"(?<! )\}", " }", text)
    return re.sub(r"\bTrue\b", "true", re.sub(r"\bFalse\b", "false", text)).replace("except_", "except")
