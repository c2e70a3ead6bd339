"""Reading scenarios from a TOML file, and writing them to one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, cast

from fastavs.arguments import a_path, a_text, takes
from fastavs.errors import InputError, did_you_mean
from fastavs.plain_text import read_toml
from fastavs.scenario.about import ABOUT
from fastavs.scenario.duties import ScaleDuty, ShiftDuty
from fastavs.scenario.printing import OLD_WORDS, toml_of
from fastavs.scenario.scenario import Scenario, scenarios_given
from fastavs.scenario.step_file import KEYS_ABOVE, in_file, read_steps, rooted
from fastavs.scenario.steps import ALL_VERBS

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

    A scenario has steps, one verb each, taken in their order; docs/scenarios.md names the verbs::

        [[scenario]]
        name = "capped, chips spared"
        lists = { chips = ["8541", "8542"] }

        [[scenario.step]]
        cap = "10%"
        except = { lists = ["chips"] }

    Or it has changes by the words of version 0.1.0: fx, set, scale and shift, and for changes of the trade price,
    exclude, only and resample. The trade changes first, then new duties are set, whatever the order of the words; then
    all factors apply, then all shifts::

        [[scenario]]
        name = "wine at 12.5 %, then a tenth off"
        scale = [{ ad_valorem = 0.9, specific = 0.9, schedule = "applied" }]
        set = [{ prefixes = ["2204"], duty = "12.5%" }]

    Parameters
    ----------
    path : path-like
        Files that scenarios name are relative to its folder.

    Returns
    -------
    list of Scenario
        A base is the scenario itself, not its name.

    Raises
    ------
    InputError
        No such file, no TOML, an unknown key or verb, a value that does not fit; a base that is not there, or bases in
        a circle. The message names scenario, step and key.
    """
    path = Path(path)
    found = _read_file(path)
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
    scenarios = [_read_named(entry, f"scenario[{place}]", path) for place, entry in enumerate(entries)]
    try:
        return _with_bases(scenarios)
    except InputError as error:
        raise error.placed(str(path)) from None


def _read_file(path: Path) -> dict[str, Any]:
    """Read the file; what TOML makes of a table of the scenario below a step gets its cure."""
    try:
        return read_toml(path, "the scenario file")
    except InputError as error:
        if not re.search("Cannot (overwrite|declare|mutate)", error.problem):
            raise
        raise InputError(
            error.problem, file=error.file,
            cure="write each key once, and lists, shares and draws of a scenario above its first [[scenario.step]]: "
            "below it, lists = [...] says which lists the step is for",
        ) from None  # fmt: skip


@takes(path=a_path, scenarios=scenarios_given)
def write_scenarios(path: str | Path, scenarios: Scenario | Iterable[Scenario]) -> None:
    """Write scenarios to a file that makes them again; their bases stand before them.

    Parameters
    ----------
    path : path-like
        Files that scenarios name are named relative to its folder.
    scenarios : Scenario or iterable of Scenario
        Their names must differ, and a base that is known by name must be among them.

    Raises
    ------
    InputError
        Two scenarios of one name; a base that is not there; changes of version 0.1.0 in an order that their file
        cannot say; a file that cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, fastavs as fa
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "scenarios.toml"
    ...     fa.write_scenarios(path, fa.Scenario("capped", fa.Cap(0.1)))
    ...     fa.read_scenarios(path)
    [Scenario('capped', Cap('10%'))]
    """
    path = Path(path)
    some = cast(tuple[Scenario, ...], scenarios)  # as `takes` leaves them
    text = toml_of(some, path.parent)
    for one in some:
        if one.has_steps:
            one.resolved(some)  # a base that is not there
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise InputError(f"the scenarios cannot be written ({reason})", file=str(path)) from None


def _with_bases(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """Return scenarios whose bases are scenarios in place of their names."""
    by_name: dict[str, Scenario] = {}
    for one in scenarios:
        if one.name in by_name and any(other.base == one.name for other in scenarios):
            raise InputError("two scenarios of one name, which is a base's", value=one.name, cure="rename one of them")
        by_name[one.name] = one
    made: dict[str, Scenario] = {}

    def linked(one: Scenario) -> Scenario:
        if not isinstance(one.base, str):
            return one
        if one.name not in made:
            one.resolved(scenarios)  # no circle, and no base that is not there
            made[one.name] = one.changed(base=linked(by_name[one.base]))
        return made[one.name]

    return [linked(one) for one in scenarios]


def _read_named(entry: dict[str, Any], where: str, path: Path) -> Scenario:
    try:
        if entry.keys() & {"step", *KEYS_ABOVE}:
            return _read_in_steps(entry, where, path)
        return _read_one(entry, where, str(path))
    except InputError as error:
        name = entry.get("name")
        raise (error.told_of(f'the scenario "{name}"') if name and isinstance(name, str) else error) from None


def _read_one(entry: dict[str, Any], where: str, file: str) -> Scenario:
    _check_scenario_keys(entry, file, where)
    changes = []
    for word, kind in OLD_WORDS.items():
        listed = entry.get(word, [])
        form = f"keys in braces, such as {word} = [{_FORMS[word]}]"
        if not isinstance(listed, list | dict):
            raise InputError(
                "not a change", file=file, key=f"{where}.{word}", value=listed, expected=form,
                cure=f"to make it a step, write [[scenario.step]] in a line of its own above {word}",
            )  # fmt: skip
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


def _read_in_steps(entry: dict[str, Any], where: str, path: Path) -> Scenario:
    """Read a scenario that has steps, or what only such a scenario has."""
    file = str(path)
    name = entry.get("name", "")
    _check_scenario_keys(entry, file, where)
    old = [word for word in entry if word in OLD_WORDS]
    new = [key for key in entry if key == "step" or (key in KEYS_ABOVE and key not in ABOUT)]
    if old and new:
        raise InputError(
            "a scenario with steps and with changes of version 0.1.0", file=file, value=f"{new[0]}, {old[0]}",
            expected="the ones or the others",
            cure=f"write {old[0]} as a step: [[scenario.step]] above it, and its value as a step has it",
        )  # fmt: skip
    about = {key: value for key, value in entry.items() if key in KEYS_ABOVE}
    changes = _read_one({key: entry[key] for key in ("name", *old) if key in entry}, where, file).changes
    steps = read_steps(entry.get("step", []), name, path)
    try:
        return Scenario(name, *changes, *steps, **rooted(about, path.parent))
    except InputError as error:
        raise in_file(error, file, about=f'the scenario "{name}"' if name and isinstance(name, str) else None) from None


def _check_scenario_keys(entry: dict[str, Any], file: str, where: str | None) -> None:
    """Make sure that a scenario's keys are known; a verb there stands in no step."""
    for key in entry:
        if key in ALL_VERBS and key not in OLD_WORDS:
            raise InputError(
                "a verb that stands in no step", file=file, key=where, value=key,
                cure=f"write [[scenario.step]] in a line of its own above {key}",
            )  # fmt: skip
    _check_keys(entry, ("name", *KEYS_ABOVE, "step", *OLD_WORDS), file, where)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _check_keys(found: dict[str, Any], known: Sequence[str], file: str, key: str | None) -> None:
    for name in found:
        if name not in known:
            raise InputError(
                "unknown key", file=file, key=key, value=name,
                expected=f"one of {', '.join(known)}.{did_you_mean(name, known)}",
            )  # fmt: skip


@takes(text=a_text)
def scenario_named(text: str) -> Scenario:
    """Read one scenario of a file.

    Parameters
    ----------
    text : str
        ``FILE:NAME``, where FILE is the longest part before a colon that is a file; ``FILE`` alone where it holds one
        scenario.

    Raises
    ------
    InputError
        No such file; no such scenario, with the nearest; several, of which none is named.

    Examples
    --------
    >>> import tempfile, pathlib, fastavs as fa
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "scenarios.toml"
    ...     fa.write_scenarios(path, [fa.Scenario("capped", fa.Cap(0.1)), fa.Scenario("2: late", fa.Delay(2))])
    ...     fa.scenario_named(f"{path}:2: late")
    Scenario('2: late', Delay(2))
    """
    file, name = file_and_name(text)
    if not _is_file(file):
        return read_scenarios(file)[0]
    scenarios = read_scenarios(file)
    names = [one.name for one in scenarios]
    if not name and len(scenarios) == 1:
        return scenarios[0]
    if not name:
        raise InputError(
            "several scenarios in the file, of which none is named", file=file, expected=f"one of {', '.join(names)}",
            cure=f"name one after a colon: {file}:{names[0]}",
        )  # fmt: skip
    if name not in names:
        raise InputError(
            "no such scenario in the file", file=file, value=name,
            expected=f"one of {', '.join(names)}.{did_you_mean(name, names)}",
        )  # fmt: skip
    return scenarios[names.index(name)]


def file_and_name(text: str) -> tuple[str, str]:
    """Part ``FILE:NAME``: FILE is the longest part before a colon that is a file, or all but the name if none is."""
    colons = [len(text), *(place for place in reversed(range(len(text))) if text[place] == ":")]
    cut = next((place for place in colons if place and _is_file(text[:place])), None)
    if cut is None:
        return (text if len(colons) < 2 or colons[-1] < 2 else text[: colons[-1]]), ""
    return text[:cut], text[cut + 1 :]


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False
