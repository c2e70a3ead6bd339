"""What a file says of itself: where its figures come from, what they are, and what to beware of."""

from __future__ import annotations

from fastavs import __version__
from fastavs.exporting.model_table import ModelTable
from fastavs.exporting.plan import MADE_BY

AS_IT_IS = "as it is"
_ASKED = {
    "rates": "rates",
    "aves": "AVEs",
    "weights": "weights",
    "fallback": "lines without observations of a region",
    "empty": "cells without a tariff",
}


def title_of(table: ModelTable) -> str:
    """Return a file's title."""
    return f"Tariffs of {table.facts.get('title') or 'a study without a name'}"


def source_of(table: ModelTable) -> str:
    """Return where the figures come from."""
    title = str(table.facts.get("title") or "a study without a name")
    parts = [str(table.facts[key]) for key in ("note", "source") if table.facts.get(key)]
    return "; ".join([title, *(one for one in parts if one not in title)])


def history_of(table: ModelTable) -> str:
    """Return how the figures were made."""
    parts = [_scenario_of(table)]
    parts += [f"{word}: {table.facts[key]}" for key, word in _ASKED.items() if table.facts.get(key)]
    return f"{MADE_BY} {__version__}: {'; '.join(parts)}"


def provenance(table: ModelTable) -> list[str]:
    """Return what a file says of itself, a sentence a line."""
    lines = [title_of(table), f"Source: {source_of(table)}", history_of(table)]
    lines.append(
        f"Imports: {table.values}, {table.money}. Tariffs are ad valorem equivalents: means of a cell's lines."
    )
    if table.against is not None:
        lines.append(f"Baseline: {_scenario_of(table.against)}, of {table.against.facts.get('title') or 'the same'}")
    if table.facts.get("value_basis") == "FOB":
        lines.append("FOB values leave freight and insurance out: where duty is charged on CIF, tariffs are too high.")
    lines += cautions_of(table)
    of_baseline = () if table.against is None else (f"baseline: {one}" for one in table.against.notes)
    return lines + [f"Note: {one}" for one in dict.fromkeys((*table.notes, *of_baseline))]


def cautions_of(table: ModelTable) -> list[str]:
    """Return what whoever takes the figures must know of changes and logarithms."""
    moved = _weights_that_move(table)
    return [*([moved] if moved else []), *(f"{one}." for one in table.powerless)]


def _weights_that_move(table: ModelTable) -> str:
    """Return what must be said where a change from the baseline may hold one of weights too; empty otherwise."""
    if table.against is None or "imports" not in (table.facts.get("weights"), table.against.facts.get("weights")):
        return ""
    return (
        "Weights are imports of scenario and baseline each, so that changes of tariffs may hold changes of weights; "
        'weights="fixed" for both keeps them out.'
    )


def _scenario_of(table: ModelTable) -> str:
    scenario = table.facts.get("scenario")
    name = getattr(scenario, "name", scenario)
    return f"scenario {name}" if name and name != AS_IT_IS else "the study as it is"
