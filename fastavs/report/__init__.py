"""Tables, figures and a page for people, made from `fastavs.Rates`."""

from fastavs.report.table import ReportTable, Tables
from fastavs.report.tables import build_tables, write_tables

__all__ = ["ReportTable", "Tables", "build_tables", "write_tables"]
