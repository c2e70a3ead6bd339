"""The sorted index as it shows itself: its size, and what scenarios it can serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastavs.shown.card import Card, span
from fastavs.shown.words import count, plural

if TYPE_CHECKING:
    from pathlib import Path

    from fastavs.index.parts import IndexParts

_MIB = 2.0**20


def index_card(index: IndexParts, path: Path | None) -> Card:
    """Return what an index shows of itself, and the file that it stands in; nothing is worked out for it."""
    years = [one.year for one in index.years]
    lines = index.line_counts
    few, many = (int(lines.min()), int(lines.max())) if lines.size else (0, 0)
    a_year = count(few) if few == many else f"{count(few)} to {count(many)}"
    records = index.records.value.size
    stands = str(path) if path is not None else "in memory alone; .save(path) keeps it"
    size = sum(part.nbytes for group in (index.entries, index.lines, index.records) for part in group) / _MIB
    return Card(
        "SortedIndex",
        f"{span(years)}, {a_year} lines a year",
        str(index.facts["title"]),
        facts=(
            ("observations", f"{count(index.observation.size)}, by lines and duties that they serve"),
            ("duties", f"{plural(len(index.duties), 'distinct duty', 'distinct duties')}"),
            ("changes of the trade", f"served: {plural(records, 'record')}" if records else "not served as it is"),
            ("stands", stands),
            ("size", f"{size:,.1f} MiB"),
        ),
        calls="Scenarios: fa.sweep(index, [...])",
    )
