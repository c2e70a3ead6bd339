"""Pages, figures and files of results, which are made in `fastavs.report`.

The report stands above the results and imports them. What a result offers of it is found by name when it is called, and
loads then; this is the only place that reaches upwards.
"""

from __future__ import annotations

import importlib
from typing import Any


def from_report(module: str, name: str) -> Any:
    """Return a function of a module of `fastavs.report`."""
    return getattr(importlib.import_module(f"fastavs.report.{module}"), name)
