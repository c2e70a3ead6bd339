"""Cells without a tariff: why they have none, and what gives them one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from fastavs.errors import InputError
from fastavs.exporting.model_table import ModelTable

AS_ZERO = 'nulls="zero" of export (--nulls zero) writes 0 for all of them, and says so'


class Causes(NamedTuple):
    """Why cells have no tariff, bool[y, s, r] each; a cell has one cause at most.

    ``without_rate`` have imports without a known rate alone. ``without_weight`` have imports that weigh nothing, as
    where the unchanged study has none. ``excluded`` have imports of excluded partners alone. ``unsold`` may have such
    imports, or are of a sector that nobody sells. ``idle`` have no trade; where empty cells have no tariff either,
    those of excluded partners alone are among them.
    """

    idle: np.ndarray
    without_rate: np.ndarray
    without_weight: np.ndarray
    excluded: np.ndarray
    unsold: np.ndarray


def causes_of(table: ModelTable) -> Causes:
    """Return why cells have no tariff."""
    unknown = np.isnan(table.rate) | np.isnan(table.ad_valorem) | np.isnan(table.specific)
    without_rate = unknown & (table.unknown_imports > 0.0)
    without_weight = unknown & ~without_rate & (table.imports > 0.0)
    idle = unknown & ~without_rate & ~without_weight
    nowhere = np.zeros_like(idle)
    empty = table.facts.get("empty")
    if empty not in ("zero", "sector") or table.facts.get("excluded") == "duty free":
        return Causes(idle, without_rate, without_weight, nowhere, nowhere)
    if empty == "zero":
        return Causes(nowhere, without_rate, without_weight, idle, nowhere)
    others = np.array([region != table.home for region in table.regions], dtype=bool)
    sold = (others & ~np.isnan(table.rate)).any(axis=2, keepdims=True)
    return Causes(nowhere, without_rate, without_weight, idle & sold, idle & ~sold)


def refuse_unknown(table: ModelTable, kind: str) -> None:
    """Raise an InputError where a tariff is not known, for a kind of file that has no null."""
    causes = causes_of(table)
    if not np.any(causes):
        return
    raise InputError(
        f"{kind} has no null, and {_counted(table, causes)}",
        cure="; ".join([*cures_of(table), AS_ZERO, "CSV, Stata, netCDF and GDX have null"]),
    )


def with_zeros(table: ModelTable) -> tuple[ModelTable, tuple[str, ...]]:
    """Return a table with 0 for tariffs that are not known, and what must be said of them.

    A cell that has no tariff in the scenario or in the baseline has 0 in both, so that no change is made up.
    """
    causes = causes_of(table)
    after, before = np.any(causes, axis=0), np.zeros(table.shape, dtype=bool)
    said = [f"Written as 0, as asked: {_counted(table, causes)}."] if after.any() else []
    if table.against is not None:
        causes = causes_of(table.against)
        before = np.any(causes, axis=0)
        if before.any():
            said.append(f"Written as 0, as asked: baseline: {_counted(table.against, causes)}.")
        alone = after ^ before
        if alone.any():
            said.append(
                f"{alone.sum():,} of these cells {'has' if alone.sum() == 1 else 'have'} a tariff in the scenario or "
                f"the baseline alone, and 0 is written for both: {table.named_cells(alone)}."
            )
    unknown = after | before
    against = None if table.against is None else _zeroed(table.against, unknown)
    return replace(_zeroed(table, unknown), against=against), tuple(said)


def _zeroed(table: ModelTable, some: np.ndarray) -> ModelTable:
    tariffs: dict[str, Any] = {
        name: np.where(some, 0.0, getattr(table, name)) for name in ("rate", "ad_valorem", "specific")
    }
    return replace(table, **tariffs)


def _counted(table: ModelTable, causes: Causes) -> str:
    """Count the cells without a tariff by their cause, and name the first."""
    unknown = np.any(causes, axis=0)
    money = f"{table.unknown_imports[causes.without_rate].sum():.6g} {table.money}"
    words = (
        "without trade",
        f"with trade but no known rate (imports of {money})",
        "with imports that weigh nothing",
        "with imports of excluded partners alone",
        "of sectors that nobody sells, or with imports of excluded partners alone",
    )
    parts = [f"{some.sum():,} {what}" for some, what in zip(causes, words, strict=True) if some.any()]
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"{unknown.sum():,} of {unknown.size:,} cells have no tariff: {listed} ({table.named_cells(unknown)})"


def cures_of(table: ModelTable) -> list[str]:
    """Return what gives the cells without a tariff one, each with its option; none that the table was asked with."""
    causes, found = causes_of(table), []
    if causes.idle.any() and table.facts.get("empty") not in ("zero", "sector"):
        found.append('empty="zero" of tariff_function gives those without trade 0, empty="sector" the sector\'s tariff'
                     " over all partners; on the command line --empty zero or --empty sector")  # fmt: skip
    elif (causes.idle.any() and table.facts.get("empty") == "sector") or causes.unsold.any():
        found.append('empty="zero" of tariff_function (--empty zero) gives 0 to those that import nothing')
    if causes.excluded.any() or causes.unsold.any():
        found.append('excluded="duty free" of tariff_function (--excluded "duty free") gives 0 to those of excluded'
                     " partners alone")  # fmt: skip
    if causes.without_rate.any():
        if table.facts.get("fallback") != "line":
            found.append('fallback="line" of tariff_function (--fallback line) takes a line\'s rate over all partners'
                         " where there is one")  # fmt: skip
        found.append("larger sectors or regions take cells without a known rate together with others")
    if causes.without_weight.any() and table.facts.get("weights") in ("fixed", "simple"):
        found.append('weights="imports" of tariff_function (--weights imports) weighs by the imports of the scenario')
    return found
