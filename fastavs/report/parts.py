"""What all pages are put together from, and how they are put in place."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastavs.errors import InputError
from fastavs.report import theme
from fastavs.tables.outputs import cannot_write, whole_files

if TYPE_CHECKING:
    from fastavs.report.sketch import ReportFigure


def part(name: str) -> str:
    """Return a file of this folder."""
    return resources.files("fastavs.report").joinpath(name).read_text(encoding="utf-8")


def filled(template: str, **content: Any) -> str:
    """Return a page as HTML: a template with its content, all of it escaped, and the style."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(part)
    )
    return environment.get_template(template).render(style=Markup(_style()), **content)


def _style() -> str:
    light, dark = theme.variables(dark=False), theme.variables(dark=True)
    modes = f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return modes + theme.classes() + "\n" + part("style.css")


def as_parts(figure: ReportFigure) -> dict[str, Any]:
    """Return a figure as templates take it."""
    from markupsafe import Markup

    words = {"id": figure.id, "title": figure.title, "caption": figure.caption}
    return words | {"wide": Markup(figure.wide), "narrow": Markup(figure.narrow)}


def page_path(path: str | Path) -> Path:
    """Return the path of a page.

    Raises
    ------
    InputError
        It does not end in .html.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm") or target.is_dir():
        raise InputError(
            "a page is a file that ends in .html", value=str(path), cure=f'write to "{target / "report.html"}"'
        )
    return target


def put(target: Path, page: str) -> Path:
    """Write a page, whole or not at all; return its path.

    Raises
    ------
    InputError
        It cannot be written.
    """
    try:
        with whole_files([target]) as (new,):
            new.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        cure = "name a file in a folder that is there, has room and may be written to"
        raise cannot_write("the page", error, str(target), cure) from None
    return target
