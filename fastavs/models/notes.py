"""Notes: what users must know of a tariff function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fastavs.models.options import Options

FEW = 8
"""Cells, or partners, that a note names at most."""


class Counts(NamedTuple):
    """What notes of a year count."""

    year: int
    empty: np.ndarray  # bool[s, r]
    stood_in: np.ndarray  # bool[s, r]
    lines: np.ndarray  # SPECIFIC_LINE[n]
    fell_back: int
    fell_back_imports: float
    inside: float  # trade of the importing country's own region that is left out
    excluded: dict[str, float]  # trade of excluded partners


def notes_of(
    counts: Sequence[Counts],
    sectors: Sequence[str],
    regions: Sequence[str],
    currency: str,
    home: str | None,
    options: Options,
    own_trade: Sequence[int],
) -> tuple[str, ...]:
    """Return what a user must be told."""
    years: dict[str, list[int]] = {}
    for one in counts:
        said = (
            _empty(one, sectors, regions, options), _borrowed(one), _by_line(one), _fell_back(one, currency),
            _inside(one, currency, home), _excluded(one, currency),
        )  # fmt: skip
        for note in said:
            years.setdefault(note, []).append(one.year)
    years.pop("", None)
    by_year = [f"{', '.join(map(str, some))}: {note}" for note, some in years.items()]
    return (_weights(options, own_trade), *by_year)


def _weights(options: Options, own_trade: Sequence[int]) -> str:
    said = {
        "imports": "lines weigh by their imports from the region, those of the scenario",
        "fixed": "lines weigh by their imports from the region in the unchanged study",
        "simple": "every line weighs alike",
    }[options.weights]
    if own_trade and options.aves == "region" and options.weights != "simple":
        years = ", ".join(map(str, own_trade))
        said += f"; in {years}, which the study weighs by everybody's imports, by those"
    return f"weights: {said}"


def _empty(one: Counts, sectors: Sequence[str], regions: Sequence[str], options: Options) -> str:
    cells = np.argwhere(one.empty)
    if not len(cells):
        return ""
    named = ", ".join(f"{sectors[s]} from {regions[r]}" for s, r in cells[:FEW].tolist())
    more = ", ..." if len(cells) > FEW else ""
    stood_in = int(one.stood_in.sum())
    have = {"null": "their tariff is null", "zero": "their tariff is 0", "line": ""}[options.empty]
    if options.empty == "line":
        have = f"{stood_in} of them have the sector's tariff over all partners, the others null"
    return f"{_many(len(cells), 'cell')} without weight ({named}{more}); {have}"


def _share_of(one: Counts, some: np.ndarray) -> float:
    """Return what lines weigh in their cells, averaged over the cells that have any of them."""
    cells = np.unique(np.stack([one.lines["sector"][some], one.lines["region"][some]]), axis=1).shape[1]
    return float(one.lines["weight"][some].sum()) / max(cells, 1)


def _borrowed(one: Counts) -> str:
    some = one.lines["others"]
    if not some.any():
        return ""
    share = f"{100 * _share_of(one, some):.2g} % of the weight of the cells concerned"
    return (
        f"{_many(int(some.sum()), 'line')} of cells, {share}, rest on borrowed observations that move with"
        " the price of another sector"
    )


def _by_line(one: Counts) -> str:
    lines = one.lines
    several, all_of_them = int((lines["by_line"] & lines["currencies"]).sum()), int(lines["by_line"].sum())
    if not all_of_them:
        return ""
    why = [
        f"{many} {said}"
        for many, said in (
            (several, "for a duty of several currencies"),
            (all_of_them - several, "because applied and bound side do not move together"),
        )
        if many
    ]
    return f"{_many(all_of_them, 'line')} of cells evaluated line by line: {', '.join(why)}"


def _fell_back(one: Counts, currency: str) -> str:
    if not one.fell_back:
        return ""
    return (
        f"{_many(one.fell_back, 'line')} of regions without observations of their own, with imports of"
        f" {one.fell_back_imports:.6g} {currency}, have the rate over all partners"
    )


def _inside(one: Counts, currency: str, home: str | None) -> str:
    if not one.inside > 0.0:
        return ""
    return f"imports of {one.inside:.6g} {currency} from {home}, the importing region itself, are left out"


def _excluded(one: Counts, currency: str) -> str:
    if not one.excluded:
        return ""
    largest = sorted(one.excluded, key=lambda partner: (-one.excluded[partner], partner))
    named = ", ".join(largest[:FEW]) + (", ..." if len(largest) > FEW else "")
    total = sum(one.excluded.values())
    return f"imports of {total:.6g} {currency} from excluded partners are in no cell ({named})"


def _many(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
