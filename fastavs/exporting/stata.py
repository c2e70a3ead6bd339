"""Tariffs as Stata reads them: a .dta file with labels."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from fastavs.exporting.model_table import ModelTable
from fastavs.exporting.plan import CUT_SHORT, Choices, Plan, log_beside, of_lines
from fastavs.exporting.provenance import provenance, title_of
from fastavs.tables.frames import package

VERSION = 118  # Stata 14 and later: UTF-8
LABEL = 80  # letters of a file's or a variable's label


def dta_plan(table: ModelTable, path: Path, choices: Choices) -> Plan:
    """Return the .dta file of a table, and its log beside it: a row a cell, codes with labels, null as missing.

    Raises
    ------
    InputError
        pandas is not installed.
    """
    pandas = package("pandas", "Stata files")
    log: list[str] = []
    labels = {name: cut(words, LABEL, f"label of {name}", log) for name, words in _labels(table).items()}
    title = cut(title_of(table), LABEL, "label of the file", log)
    frame = pandas.DataFrame(_columns(table))
    values: dict[Any, dict[float, str]] = {
        "sector": {at + 1: _named(one, table.sector_names.get(one)) for at, one in enumerate(table.sectors)},
        "region": {at + 1: one for at, one in enumerate(table.regions)},
    }

    def write(new: Path) -> None:
        frame.to_stata(
            new, write_index=False, version=VERSION, data_label=title, variable_labels=labels, value_labels=values
        )
        try:
            whole = pandas.read_stata(new, convert_categoricals=False).shape == frame.shape
        except (ValueError, LookupError, struct.error):
            whole = False
        if not whole:
            raise OSError(CUT_SHORT)

    return Plan({path: write, log_beside(path): of_lines([*provenance(table), *log])}, tuple(log))


def cut(text: str, longest: int, what: str, log: list[str]) -> str:
    """Return a text that Stata takes; a text that is cut is said in the log.

    Examples
    --------
    >>> log: list[str] = []
    >>> cut("a long label", 6, "label of x", log), log
    ('a long', ['label of x "a long label" is written "a long"'])
    """
    if len(text) > longest:
        log.append(f'{what} "{text}" is written "{text[:longest]}"')
    return text[:longest]


def _columns(table: ModelTable) -> dict[str, np.ndarray]:
    years, sectors, regions = (grid.ravel() for grid in np.indices(table.shape))
    columns = {
        "year": np.array(table.years, dtype=np.int16)[years],
        "sector": (sectors + 1).astype(np.int32),
        "region": (regions + 1).astype(np.int32),
    }
    arrays = {"rate": table.rate, "ad_valorem": table.ad_valorem, "specific": table.specific}
    arrays |= {"imports": table.imports, "unknown_imports": table.unknown_imports, "weight": table.weights}
    arrays |= {"revenue": table.revenue, "log_power": table.log_power}
    if table.against is not None and table.change_in_power is not None:
        arrays |= {"baseline_rate": table.against.rate, "change_in_power_pct": table.change_in_power}
    return columns | {name: one.ravel() for name, one in arrays.items()}


def _labels(table: ModelTable) -> dict[str, str]:
    labels = {
        "year": "Year of the schedule",
        "sector": "Sector",
        "region": "Region that imports come from",
        "rate": "Ad valorem equivalent of the duty, fraction",
        "ad_valorem": "Ad valorem part of the rate, fraction",
        "specific": "Specific part of the rate, fraction",
        "imports": f"Imports, {table.values}, {table.money}",
        "unknown_imports": f"Imports without a known rate, {table.values}, {table.money}",
        "weight": "What the rate is weighted by",
        "revenue": f"Duty on these imports, {table.money}",
        "log_power": "ln(1 + rate)",
    }
    if table.against is not None:
        labels["baseline_rate"] = "Rate in the baseline, fraction"
        labels["change_in_power_pct"] = "Change of 1 + rate from the baseline, percent"
    return labels


def _named(label: str, name: str | None) -> str:
    return f"{label} {name}" if name else label
