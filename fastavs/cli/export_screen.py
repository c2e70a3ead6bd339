"""The screen of ``fastavs export``: what the tariffs are on the whole, what a user must know, and what was written."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastavs.cli.console import count, make_console, make_table, money, percent, plural, say
from fastavs.exporting.exports import Exported
from fastavs.exporting.labels import RENAMED
from fastavs.exporting.model_table import ModelTable

Record = dict[str, Any]


def export_record(table: ModelTable, written: Exported) -> Record:
    """Return what was written, and what must be said of it."""
    return {
        "files": [str(path) for path in written.files],
        "log": list(written.log),
        "notes": list(table.notes),
        "title": table.facts.get("title"),
        "note": table.facts.get("note"),
        "sectors": list(table.sectors),
        "regions": list(table.regions),
        "home": table.home,
        "years": year_records(table),
    }


def year_records(table: ModelTable) -> list[Record]:
    """Return each year's tariffs on the whole: fractions, money in the study's currency."""
    records = []
    for at, year in enumerate(table.years):
        known = ~np.isnan(table.rate[at])
        weights = np.where(known, table.weights[at], 0.0)
        record: Record = {"year": year, "cells": known.size, "without_tariff": int((~known).sum())}
        for name in ("rate", "ad_valorem", "specific"):
            record[f"{name}_mean"] = _mean(getattr(table, name)[at], weights)
        if table.against is not None:
            record["baseline_mean"] = _mean(table.against.rate[at], table.against.weights[at])
        record |= {"imports": float(table.imports[at].sum()), "revenue": float(np.nansum(table.revenue[at]))}
        records.append(record)
    return records


def show_export(table: ModelTable, written: Exported) -> None:
    """Print the tariffs on the whole, the notes, the log, and the files."""
    console = make_console()
    _, sectors, regions = table.shape
    size = f"{plural(sectors, 'sector')}, {plural(regions, 'region')}"
    say(console, f"{table.facts.get('title') or 'Tariffs'}: {size}, tariffs in percent", style="bold")
    note = str(table.facts.get("note") or "")
    if note not in str(table.facts.get("title") or ""):
        say(console, note)
    baseline = [] if table.against is None else ["baseline"]
    screen = make_table(
        "year", "cells", "without\ntariff", "weighted\nmean", *baseline, "ad val-\norem", "specific", "imports",
        "revenue",
    )  # fmt: skip
    for row in year_records(table):
        before = [] if table.against is None else [percent(row["baseline_mean"])]
        means = (percent(row["ad_valorem_mean"]), percent(row["specific_mean"]))
        screen.add_row(
            str(row["year"]), count(row["cells"]), count(row["without_tariff"]), percent(row["rate_mean"]), *before,
            *means, money(row["imports"]), money(row["revenue"]),
        )  # fmt: skip
    console.print(screen)
    for one in table.notes:
        say(console, one, style="yellow")
    names = [one for one in written.log if RENAMED in one]
    if names:
        say(console, f"Names: {'; '.join(names)}")
    for one in written.log:
        if one not in names:
            say(console, one)
    for path in written.files:
        say(console, f"Written: {path}")


def _mean(rate: np.ndarray, weights: np.ndarray) -> float | None:
    known = ~np.isnan(rate)
    total = float(weights[known].sum())
    return float((rate[known] * weights[known]).sum()) / total if total else None
