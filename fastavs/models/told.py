"""What users are told of a tariff function: its lines with amounts, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from fastavs.codes import to_code
from fastavs.kernels import curve_work as work
from fastavs.kernels.curve_work import Room
from fastavs.models.options import Options

FEW = 8
"""Cells, or partners, that a note names at most."""


class ToldLines(NamedTuple):
    """Lines with amounts in the cells of a year. n of them."""

    line: np.ndarray  # int64[n] of the year
    sector: np.ndarray  # int64[n]
    region: np.ndarray  # int64[n]
    weight: np.ndarray  # float64[n] share in the cell
    rate: np.ndarray  # float64[n]
    specific: np.ndarray  # float64[n]
    critical: np.ndarray  # float64[n] inf: none
    by_line: np.ndarray  # bool[n]
    others: np.ndarray  # bool[n] whether another sector's price moves part of it
    currencies: np.ndarray  # bool[n] whether a duty has several currencies


class Counts(NamedTuple):
    """What notes of a year count."""

    year: int
    empty: np.ndarray  # bool[s, r]
    stood_in: np.ndarray  # bool[s, r]
    lines: ToldLines
    fell_back: int
    fell_back_imports: float
    inside: float  # trade of the importing country's own region that is left out
    excluded: dict[str, float]  # trade of excluded partners


def told_lines(room: Room) -> ToldLines:
    """Put what was told of lines together: one row a line and cell, the mean where several partners have one."""
    of, figures = room.told_of, room.told
    keys = of[:, [work.LINE_OF, work.SECTOR_OF, work.REGION_OF]]
    if not keys.size:
        nothing, none = np.empty(0, dtype=np.int64), np.empty(0, dtype=bool)
        number = np.empty(0)
        return ToldLines(nothing, nothing, nothing, number, number, number, number, none, none, none)
    order = np.lexsort(keys.T[::-1])
    keys, of, figures = keys[order], of[order], figures[order]
    first = np.flatnonzero(np.concatenate(([True], (keys[1:] != keys[:-1]).any(axis=1))))
    weight = np.add.reduceat(figures[:, work.WEIGHT], first)
    alone = np.diff(np.append(first, keys.shape[0])) == 1

    def mean(column: int) -> np.ndarray:
        whole: np.ndarray = np.add.reduceat(figures[:, work.WEIGHT] * figures[:, column], first) / weight
        return np.where(alone, figures[first, column], whole)

    def mark(column: int) -> np.ndarray:
        found: np.ndarray = np.maximum.reduceat(of[:, column], first) > 0
        return found

    line, sector, region = keys[first].T
    critical = np.minimum.reduceat(figures[:, work.CRITICAL], first)
    return ToldLines(
        line, sector, region, weight, mean(work.RATE), mean(work.SPECIFIC), critical, mark(work.BY_LINE),
        mark(work.OTHERS_PRICE), mark(work.SEVERAL_CURRENCIES),
    )  # fmt: skip


def lines_table(
    counts: Sequence[Counts],
    keys: Sequence[np.ndarray],
    digits: Sequence[int],
    sectors: Sequence[str],
    regions: Sequence[str],
) -> pa.Table:
    """Return the table of lines; `keys` are the codes of each year's lines, `digits` their length."""
    tables = []
    for one, key, length in zip(counts, keys, digits, strict=True):
        lines = one.lines
        some, place = np.unique(lines.line, return_inverse=True)
        names = pa.array([to_code(int(key[line]), length) for line in some], pa.string())
        critical = np.where(np.isinf(lines.critical), 0.0, lines.critical)
        tables.append(pa.table({
            "year": pa.array(np.full(lines.line.size, one.year), pa.int64()),
            "line": names.take(pa.array(place.reshape(-1))),
            "sector": pa.array(sectors, pa.string()).take(pa.array(lines.sector)),
            "region": pa.array(regions, pa.string()).take(pa.array(lines.region)),
            "weight": pa.array(lines.weight, pa.float64()),
            "rate": pa.array(lines.rate, pa.float64()),
            "specific": pa.array(lines.specific, pa.float64()),
            "critical_factor": pa.array(critical, pa.float64(), mask=np.isinf(lines.critical)),
            "by_line": pa.array(lines.by_line, pa.bool_()),
        }))  # fmt: skip
    return pa.concat_tables(tables)


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
    notes = [_weights(options, own_trade)]
    for one in counts:
        notes += [
            _empty(one, sectors, regions, options), _borrowed(one, options), _by_line(one),
            _fell_back(one, currency, options), _inside(one, currency, home), _excluded(one, currency),
        ]  # fmt: skip
    return tuple(note for note in notes if note)


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
    return f"{one.year}: {_many(len(cells), 'cell')} without weight ({named}{more}); {have}"


def _share_of(one: Counts, some: np.ndarray) -> float:
    """Return what lines weigh in their cells, averaged over the cells that have any of them."""
    cells = np.unique(np.stack([one.lines.sector[some], one.lines.region[some]]), axis=1).shape[1]
    return float(one.lines.weight[some].sum()) / max(cells, 1)


def _borrowed(one: Counts, options: Options) -> str:
    some = one.lines.others
    if not some.any():
        return ""
    share = f"{100 * _share_of(one, some):.2g} % of the weight of the cells concerned"
    return (
        f"{one.year}: {_many(int(some.sum()), 'line')} of cells, {share}, rest on borrowed observations that move with"
        " the price of another sector"
    )


def _by_line(one: Counts) -> str:
    lines = one.lines
    several, all_of_them = int((lines.by_line & lines.currencies).sum()), int(lines.by_line.sum())
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
    return f"{one.year}: {_many(all_of_them, 'line')} of cells evaluated line by line: {', '.join(why)}"


def _fell_back(one: Counts, currency: str, options: Options) -> str:
    if not one.fell_back:
        return ""
    return (
        f"{one.year}: {_many(one.fell_back, 'line')} of regions without observations of their own, with imports of"
        f" {one.fell_back_imports:.6g} {currency}, have the rate over all partners"
    )


def _inside(one: Counts, currency: str, home: str | None) -> str:
    if not one.inside > 0.0:
        return ""
    return f"{one.year}: imports of {one.inside:.6g} {currency} from {home}, the importing region itself, are left out"


def _excluded(one: Counts, currency: str) -> str:
    if not one.excluded:
        return ""
    largest = sorted(one.excluded, key=lambda partner: (-one.excluded[partner], partner))
    named = ", ".join(largest[:FEW]) + (", ..." if len(largest) > FEW else "")
    total = sum(one.excluded.values())
    return f"{one.year}: imports of {total:.6g} {currency} from excluded partners are in no cell ({named})"


def _many(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
