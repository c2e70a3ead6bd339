"""A scenario that a command is given: a file of scenarios, and after a colon the name of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastavs.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from fastavs.scenario.scenario import Scenario


def named_scenario(option: str, text: str) -> Scenario:
    """Return the scenario that ``FILE:NAME`` means; ``FILE`` alone where it holds one.

    Parameters
    ----------
    option : str
        As ``--scenario``, for messages.
    text : str
        FILE is the longest part before a colon that is a file.

    Raises
    ------
    InputError
        No such file, or no such scenario in it.
    """
    from fastavs.scenario.file import read_scenarios

    file, name = parted(text)
    scenarios = read_scenarios(file)
    names = [one.name for one in scenarios]
    if name is None:
        if len(scenarios) > 1:
            raise InputError(
                "the file holds several scenarios", file=str(file), key=option,
                expected=f"{file}:NAME, NAME one of {', '.join(names)}",
            )  # fmt: skip
        return scenarios[0]
    if name not in names:
        raise InputError(
            "no such scenario in the file", file=str(file), key=option, value=name,
            expected=f"one of {', '.join(names)}.{did_you_mean(name, names)}",
        )  # fmt: skip
    return scenarios[names.index(name)]


def parted(text: str) -> tuple[Path, str | None]:
    """Return the file and the name in a text."""
    if Path(text).is_file():
        return Path(text), None
    for at in range(len(text) - 1, 0, -1):
        if text[at] == ":" and Path(text[:at]).is_file():
            return Path(text[:at]), text[at + 1 :].strip()
    file, _, name = text.partition(":")
    return Path(file), name.strip() or None
