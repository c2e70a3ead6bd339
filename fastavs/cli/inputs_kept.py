"""What a command reads, so that it never writes over it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from fastavs.errors import InputError
from fastavs.tables.workbooks import sheet_of

_FILES = ("files", "file", "applied", "bound")
"""Keys of a study file that name files."""
_ALL_FILES = ("groups", "published")
"""Sections of it all of whose values do."""


def inputs_of(study_file: Path) -> list[Path]:
    """Return the study file and all files that it names.

    Raises
    ------
    InputError
        The study file cannot be read.
    """
    import msgspec

    from fastavs.inputs.config import load_config
    from fastavs.tables.tables import find_files

    config = msgspec.to_builtins(load_config(study_file))
    found = [study_file]
    for pattern in _named(config):
        with suppress(InputError, OSError, ValueError):  # what is not there is told of when the study is loaded
            found += [sheet_of(one)[0] for one in find_files([pattern], study_file.parent, "")]
    return found


def refuse_inputs(targets: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise an InputError for a target that is one of the inputs, or stands in a folder that is one."""
    kept = list(inputs)
    for target in targets:
        for one in kept:
            if _is_same(target, one) or (one.is_dir() and target.exists() and _is_same(target.parent, one)):
                raise InputError(
                    "the export would be written over what it is made from", key="--out", value=str(target),
                    cure="choose another name; side files have its beginning",
                )  # fmt: skip


def _named(found: Any, key: str = "") -> Iterator[str]:
    if isinstance(found, dict):
        for name, one in found.items():
            yield from _named(one, _FILES[0] if key in _ALL_FILES else name)
    elif isinstance(found, list | tuple):
        for one in found:
            yield from _named(one, key)
    elif isinstance(found, str) and key in _FILES:
        yield found


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)
