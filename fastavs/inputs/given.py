"""The tables of a study that Python gives: dataframes, paths, and lists of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastavs.errors import InputError, did_you_mean
from fastavs.inputs import fx, partners, published, schedule
from fastavs.inputs.config import StudyConfig, number_form
from fastavs.inputs.tables import GROUP_COLUMNS, Inputs, forms_of
from fastavs.inputs.trade_columns import DROP_COLUMNS, TRADE_COLUMNS, every_column
from fastavs.numbers import NumberForm
from fastavs.tables.sources import sources_of
from fastavs.tables.tables import Columns, Piece, from_memory

RENAMED = ("trade", "schedules", "fx", "partners", "drop")
NUMBERED = ("fx", "published")
MARKS = ("decimal", "thousands")


def inputs_given(
    config: StudyConfig,
    tables: Mapping[str, Any],
    renamed: Mapping[str, Mapping[str, str]],
    numbers: Mapping[str, Mapping[str, str]],
) -> Inputs:
    """Take every table that is given, not yet judged.

    Parameters
    ----------
    config : StudyConfig
    tables : mapping
        "trade", "applied", "bound", "fx", "partners", "drop": a table, or None; "groups", "published": tables by name.
    renamed : mapping of str to mapping
        For the tables of `RENAMED`: native column names to those of the table.
    numbers : mapping of str to mapping
        For the tables of `NUMBERED`: the marks by which text prints numbers.

    Raises
    ------
    InputError
        What is no table, or lacks a column; a setting of no table.
    """
    for title in renamed:
        if title not in RENAMED:
            raise _unknown("columns can be renamed in no such table", "columns", title, RENAMED)
    figures = tables["published"] or {}
    published.check_keys(figures, "the study")
    forms = _forms(numbers)
    trade_columns = replace(
        TRADE_COLUMNS, further=every_column, form=forms_of(config, "the study")[0], digits=config.trade.digits
    )
    trade = tables["trade"]

    def pieces(source: Any, schema: Columns, title: str) -> list[Piece]:
        schema = replace(schema, form=forms.get(schema.title))
        return [] if source is None else from_memory(source, schema, renamed.get(schema.title, {}), title)

    return Inputs(
        trade=[] if trade is None else sources_of(trade, trade_columns, renamed.get("trade", {}), "trade"),
        applied=pieces(tables["applied"], schedule.COLUMNS, "applied"),
        bound=pieces(tables["bound"], schedule.COLUMNS, "bound"),
        fx=pieces(tables["fx"], fx.COLUMNS, "fx"),
        partners=pieces(tables["partners"], partners.COLUMNS, "partners"),
        drop=pieces(tables["drop"], DROP_COLUMNS, "drop"),
        groups={one: pieces(table, GROUP_COLUMNS, f"groups {one}") for one, table in (tables["groups"] or {}).items()},
        published={key: published.from_dataframe(key, one, forms.get("published")) for key, one in figures.items()},
    )


def _forms(numbers: Mapping[str, Mapping[str, str]]) -> dict[str, NumberForm | None]:
    """Return how the text of each table prints numbers."""
    for title, marks in numbers.items():
        if title not in NUMBERED:
            raise _unknown("how numbers are printed is said of no such table", "numbers", title, NUMBERED)
        for mark in marks:
            if mark not in MARKS:
                raise _unknown("numbers have no such mark", title, mark, MARKS)
    return {title: number_form(title, marks.get("decimal"), marks.get("thousands")) for title, marks in numbers.items()}


def _unknown(problem: str, key: str, value: str, known: tuple[str, ...]) -> InputError:
    expected = f"one of {', '.join(known)}.{did_you_mean(value, known)}"
    return InputError(problem, key=key, value=value, expected=expected)
