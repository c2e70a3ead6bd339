"""Tariffs as CSV: a row a cell."""

from __future__ import annotations

from pathlib import Path

from fastavs.exporting.model_table import ModelTable
from fastavs.exporting.plan import Choices, Plan, csv_of, log_beside, of_lines
from fastavs.exporting.provenance import provenance


def csv_plan(table: ModelTable, path: Path, choices: Choices) -> Plan:
    """Return the CSV file of a table, and its log beside it: fractions, floats that read back to the same bits."""
    return Plan({path: csv_of(table.to_arrow), log_beside(path): of_lines(provenance(table))})
