"""Notes: what users must know of a tariff function."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from fastavs.models.counts import Counts
from fastavs.models.note_years import years_shown
from fastavs.models.options import Options
from fastavs.shown import words

FEW = 8
"""Cells, partners or regions that a note names at most."""
MUCH = 0.01
"""The share of excluded partners in a region's imports from which on it is named."""


class Labels(NamedTuple):
    """How things are called in notes."""

    sectors: Sequence[str]
    regions: Sequence[str]
    currency: str
    home: str | None


def notes_of(
    counts: Sequence[Counts],
    sectors: Sequence[str],
    regions: Sequence[str],
    currency: str,
    home: str | None,
    options: Options,
    under_scenario: bool = False,
) -> tuple[str, ...]:
    """Return what a user must be told. `home` is the importing region if its trade is left out."""
    labels = Labels(sectors, regions, currency, home)
    years: dict[str, list[int]] = {}
    for note, some in _without_line(counts, sectors, options):
        years[note] = some
    for one in counts:
        for note in (*_cells(one, labels, options), *_lines(one, labels), *_trade(one, labels, options)):
            years.setdefault(note, []).append(one.year)
    by_year = [f"{years_shown(some)}: {note}" for note, some in years.items()]
    return (_weights(options, under_scenario), *by_year)


def _weights(options: Options, under_scenario: bool) -> str:
    said = {
        "imports": "lines weigh by their imports from the region"
        + (", those of the scenario" if under_scenario else ""),
        "fixed": "lines weigh by their imports from the region in the unchanged study",
        "simple": "every line weighs alike",
    }[options.weights]
    return f"weights: {said}"


def _without_line(
    counts: Sequence[Counts], sectors: Sequence[str], options: Options
) -> Iterable[tuple[str, list[int]]]:
    """Say which sectors have no line, each once, and in which years."""
    alike: dict[tuple[int, ...], list[str]] = {}
    for place, sector in enumerate(sectors):
        years = tuple(one.year for one in counts if one.without_line[place])
        if years:
            alike.setdefault(years, []).append(sector)
    for years, some in alike.items():
        have = "has no tariff line; its tariff is" if len(some) == 1 else "have no tariff line; their tariff is"
        yield f"{_many(len(some), 'sector')} ({_few(some)}) {have} {_nothing(options)}", list(years)


def _nothing(options: Options) -> str:
    return "0" if options.empty != "null" else "null"


def _cells(one: Counts, labels: Labels, options: Options) -> Iterable[str]:
    """Say which cells have no tariff of their own, and what they have in its place."""
    cells, outside = one.cells, np.array([name != labels.home for name in labels.regions], dtype=bool)
    without = (cells.weights == 0.0) & outside
    unknown = without & (cells.unknown > 0.0)
    excluded = without & ~unknown & (cells.excluded > 0.0)
    idle = without & ~unknown & ~excluded & ~one.without_line[:, None]
    if idle.any():
        yield f"{_named(idle, labels)} {_have(idle)} no imports; {_filled(one, idle, options)}"
    for some, what, imports in (
        (unknown, "of lines without a known rate alone", cells.unknown),
        (excluded, "of excluded partners alone", cells.excluded),
    ):
        if some.any():
            money = f"{imports[some].sum():.6g} {labels.currency}"
            yield f"{_named(some, labels)} {_have(some)} imports {what}, {money}; {_their(some)} tariff is null"
    if labels.home is not None:
        yield (
            f"imports of {one.inside:.6g} {labels.currency} from {labels.home}, the importing region itself, are left"
            f" out; its tariffs are {_nothing(options)}"
        )


def _filled(one: Counts, idle: np.ndarray, options: Options) -> str:
    if options.empty == "null":
        return f"{_their(idle)} tariff is null"
    if options.empty == "zero":
        return f"{_their(idle)} tariff is 0"
    stood_in, all_of_them = int(one.cells.stood_in.sum()), int(idle.sum())
    if stood_in == all_of_them:
        return f"{_their(idle)} tariff is the sector's over all partners"
    if not stood_in:
        return f"nobody sells what is in {_their(idle)} sector, and {_their(idle)} tariff is null"
    return (
        f"{stood_in} of them have the sector's tariff over all partners, and {all_of_them - stood_in}, of sectors that"
        " nobody sells, null"
    )


def _lines(one: Counts, labels: Labels) -> Iterable[str]:
    """Say which lines have no rate of their own, and which move otherwise than the rest."""
    if one.unknown.lines:
        yield (
            f"{one.unknown.lines:,} of {one.all_lines:,} lines have no known rate in some region; their imports there,"
            f" {one.unknown.imports:.6g} {labels.currency}, are in no weight"
        )
    what = {
        "all partners": "the rate over all partners", "percentage": "the percentage of the duty alone",
        "zero": "0 in place of a rate that is not known", "relatives": "observations of related codes",
    }  # fmt: skip
    for kind, some in one.fallbacks.items():
        yield (
            f"{_many(some.lines, 'line')} without observations of their own in some region {_verb(some.lines)}"
            f" {what[kind]} there, with imports of {some.imports:.6g} {labels.currency}"
        )
    others = one.lines[one.lines["others"]]
    if others.size:
        cells = np.unique(np.stack([others["sector"], others["region"]]), axis=1).shape[1]
        yield (
            f"{_many(np.unique(others['line']).size, 'line')} on borrowed observations move with the price of another"
            f" sector; that is {_share(float(others['weight'].sum()), cells)} of the weight of the cells concerned"
        )
    by_line = one.lines[one.lines["by_line"]]
    if by_line.size:
        several = np.unique(by_line["line"][by_line["currencies"]]).size
        apart = np.unique(by_line["line"][~by_line["currencies"]]).size
        why = [f"{several} with a duty of several currencies"] if several else []
        why += [f"{apart} whose applied and bound duties do not move together"] if apart else []
        yield f"{_many(np.unique(by_line['line']).size, 'line')} evaluated line by line: {', '.join(why)}"


def _trade(one: Counts, labels: Labels, options: Options) -> Iterable[str]:
    """Say what trade of excluded partners there is."""
    if not one.excluded:
        return
    total = f"{sum(one.excluded.values()):.6g} {labels.currency}"
    named = _few(sorted(one.excluded, key=lambda partner: (-one.excluded[partner], partner)))
    where = "are in no cell" if options.excluded == "leave out" else "are in the cells and pay 0"
    shares = {region: part for region, part in one.excluded_shares.items() if part > MUCH}
    order = sorted(shares, key=lambda region: (-shares[region], region))
    much = [f"{_share(shares[region], 1.0)} of the imports from {region}" for region in order]
    yield f"imports of {total} from excluded partners ({named}) {where}" + (f": {_few(much)}" if much else "")


def _named(some: np.ndarray, labels: Labels) -> str:
    names = [f"{labels.sectors[s]} from {labels.regions[r]}" for s, r in np.argwhere(some).tolist()]
    return f"{_many(len(names), 'cell')} ({_few(names)})"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:FEW]) + (", ..." if len(names) > FEW else "")


def _have(some: np.ndarray) -> str:
    return "has" if some.sum() == 1 else "have"


def _their(some: np.ndarray) -> str:
    return "its" if some.sum() == 1 else "their"


def _share(part: float, whole: float) -> str:
    return words.share(part, whole).replace("\u00a0", " ")


def _verb(n: int) -> str:
    return "has" if n == 1 else "have"


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
