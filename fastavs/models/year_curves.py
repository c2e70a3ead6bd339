"""Curves and mixed lines of a year from what its lines were put into cells as."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.curve_pieces import add_up_curves, place_by, sum_starts
from fastavs.kernels.curve_records import CellTables, Wanted
from fastavs.kernels.options import readonly
from fastavs.kernels.sorting import longest
from fastavs.kernels.sums import add_by


class CurvesOfYear(NamedTuple):
    """Curves of one year: first those of cells, cell by cell, then those of mixed lines. u curves, n kinks."""

    cell: np.ndarray  # int64[u] of the year
    price: np.ndarray  # int64[u] a cell of the year
    currency: np.ndarray  # int64[u] of the study; -1: there is no amount
    start: np.ndarray  # int64[u + 1]
    kink: np.ndarray  # float64[n]
    intercept: np.ndarray  # float64[n + u]
    slope: np.ndarray  # float64[n + u]
    in_cells: int  # how many are of cells


class MixedOfYear(NamedTuple):
    """Mixed lines of one year, cell by cell. m lines, p parts, o observations."""

    cell: np.ndarray  # int64[m]
    weight: np.ndarray  # float64[m]
    sizes: np.ndarray  # int64[2 * m] how many parts each side has
    part: np.ndarray  # int64[p] a curve among those of mixed lines, or -1 - observation
    op_size: np.ndarray  # int64[o]
    program_cell: np.ndarray  # int64[o]
    price: np.ndarray  # int64[o]
    share: np.ndarray  # float64[o]
    op: np.ndarray  # int64[...]
    currency: np.ndarray  # int64[...]
    number: np.ndarray  # float64[...]


class _Keys(NamedTuple):
    """What keys say."""

    cell: np.ndarray
    price: np.ndarray
    currency: np.ndarray


def _read(key: np.ndarray, wanted: Wanted) -> _Keys:
    place, currency = np.divmod(key, wanted.currencies)
    cell, sector = np.divmod(place, wanted.sectors)
    return _Keys(cell, sector * wanted.regions + cell % wanted.regions, currency)


def constants_of(tables: CellTables, wanted: Wanted) -> np.ndarray:
    """Return what percentages alone add to each cell of a year, float64[s * r]."""
    some = tables.start[tables.start["key"] < 0]
    return add_by(some["flat"], -1 - some["key"], wanted.sectors * wanted.regions)


def curves_of(tables: CellTables, wanted: Wanted) -> CurvesOfYear:
    """Put the events of a year into curves."""
    lowest = wanted.sectors * wanted.regions * wanted.sectors * wanted.currencies
    starts = tables.start[tables.start["key"] >= 0]
    keys, of_start = np.unique(starts["key"], return_inverse=True)
    first = np.empty((keys.size, 4))
    sum_starts(readonly(of_start.reshape(-1), np.int64), readonly(starts, starts.dtype), first)
    n, u = tables.event.size, keys.size
    start, order = np.empty(u + 1, dtype=np.int64), np.empty(n, dtype=np.int64)
    place_by(readonly(np.searchsorted(keys, tables.event["key"]), np.int64), start, order)
    most = longest(start) if u else 0
    kink, intercept, slope = np.empty(n), np.empty(n + u), np.empty(n + u)
    add_up_curves(
        readonly(start, np.int64), order, readonly(tables.event, tables.event.dtype), readonly(first, np.float64),
        kink, intercept, slope, np.empty(most), np.empty(most, dtype=np.int64),
    )  # fmt: skip
    in_cells = int(np.searchsorted(keys, lowest))
    found = _read(np.concatenate([keys[:in_cells], tables.mixed_key[keys[in_cells:] - lowest]]), wanted)
    piece_curve = np.repeat(np.arange(u), np.diff(start) + 1)
    moves = np.bincount(piece_curve[slope != 0.0], minlength=u) > 0
    currency = np.where(moves, found.currency, -1)
    return CurvesOfYear(found.cell, found.price, currency, start, kink, intercept, slope, in_cells)


def mixed_of(tables: CellTables, wanted: Wanted) -> MixedOfYear:
    """Put the mixed lines of a year in the order of their cells."""
    mixed, program = tables.mixed, tables.program
    ends = np.stack([mixed["applied_end"], mixed["bound_end"]], axis=1).reshape(-1)
    begins = np.concatenate(([0], ends[:-1])).astype(np.int64)
    order = np.argsort(mixed["cell"], kind="stable")
    sides = (2 * order[:, None] + np.arange(2)).reshape(-1)
    sizes = (ends - begins)[sides]
    part = tables.part[np.repeat(begins[sides] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())]
    programs = _read(program["key"], wanted)
    return MixedOfYear(
        mixed["cell"][order], mixed["weight"][order], sizes, part,
        np.diff(np.concatenate(([0], program["end"]))).astype(np.int64), programs.cell, programs.price,
        program["share"], tables.op["op"], tables.op["currency"], tables.op["number"],
    )  # fmt: skip
