"""Paths of files that scenarios name: whole in Python, relative to the scenario file in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fastavs.arguments import a_path
from fastavs.errors import InputError


def whole_path(owner: object, key: str, value: Any) -> str:
    """Return the whole path of a file, which stays the same wherever the program goes.

    Parameters
    ----------
    owner : object
        Whose it is: a step, or the name of a scenario's key.

    Raises
    ------
    InputError
    """
    try:
        return os.path.abspath(a_path(key, value))
    except InputError:
        shown = value if isinstance(value, str | bool | int | float) else type(value).__name__
        problem = f"{owner if isinstance(owner, str) else type(owner).__name__} cannot be made"
        raise InputError(problem, key=key, value=shown, expected="the path of a file") from None


def path_written(path: str, folder: Path | None) -> str:
    """Return a whole path as a file in a folder has it; whole where no folder is named, or another drive is."""
    if folder is None:
        return path
    try:
        return Path(os.path.relpath(path, os.path.abspath(folder))).as_posix()
    except ValueError:
        return path
