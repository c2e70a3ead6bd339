"""The study that a command is given: a file, or the name of one that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fastavs.errors import did_you_mean


class StudyFile(click.Path):
    """Takes the path of a study file; where no such path exists, the name of an example stands for its file."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if not isinstance(found, Path) or found.exists() or found.name != str(value) or found.suffix:
            return found
        from fastavs import examples

        known = examples.list()
        if found.name in known:
            return examples.path(found.name)
        near = did_you_mean(found.name, known)
        if near:
            self.fail(f'no such file "{value}", and no study of that name comes along.{near}', param, ctx)
        return found


study_argument = click.argument("study_file", metavar="STUDY", type=StudyFile())
"""The argument ``STUDY`` of commands."""
