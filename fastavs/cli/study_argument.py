"""The study that a command is given: a file, or the name of one that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class StudyFile(click.Path):
    """Takes the path of a study file; where no such path exists, the name of an example stands for its file."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if isinstance(found, Path) and not found.exists():
            from fastavs import examples

            if str(value) in examples.list():
                return examples.path(str(value))
        return found


study_argument = click.argument("study_file", metavar="STUDY", type=StudyFile())
"""The argument ``STUDY`` of commands."""
