"""The study that a command is given: a file, its folder, or the name of one that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fastavs.errors import did_you_mean


class StudyFile(click.Path):
    """Takes the path of a study file, or of a folder with a study.toml in it; else the name of an example."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if isinstance(found, Path) and (found / "study.toml").is_file():
            return found / "study.toml"
        if not isinstance(found, Path) or found.is_file() or found.name != str(value) or found.suffix:
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
