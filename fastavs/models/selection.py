"""Some years, sectors and regions of a tariff function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.models.function_tables import place_among
from fastavs.models.note_years import notes_of_years
from fastavs.models.parts import FunctionParts


def selected(
    parts: FunctionParts,
    some_years: Sequence[int] | None,
    some_sectors: Sequence[str] | None,
    some_regions: Sequence[str] | None,
) -> FunctionParts:
    """Return the parts of some years, sectors and regions: see `TariffFunction.select`."""
    axes = [
        _places(known, wanted, what)
        for known, wanted, what in (
            (parts.years, some_years, "years"), (parts.sectors, some_sectors, "sectors"),
            (parts.regions, some_regions, "regions"),
        )
    ]  # fmt: skip
    shape = np.asarray(parts.weights).shape
    cells = np.arange(np.prod(shape, dtype=np.int64)).reshape(shape)[np.ix_(*axes)].ravel()
    curves, mixed = parts.curves, parts.mixed
    lines = _within(mixed.cell_line, cells)
    sides = _within(mixed.side, np.stack([2 * lines, 2 * lines + 1], axis=1).ravel())
    part = mixed.part[sides]
    seen = -1 - part[part < 0]
    own = _within(curves.cell_curve, cells)
    chosen = np.concatenate([own, part[part >= 0]])
    # each part has a place of its own now: a curve that several lines share is repeated
    new_part = np.where(part >= 0, own.size + np.cumsum(part >= 0) - 1, -np.cumsum(part < 0))
    pairs = np.flatnonzero(np.isin(parts.borrowed_cell, cells))
    new_cell = np.full(int(np.prod(shape)), -1)
    new_cell[cells] = np.arange(cells.size)
    new_pair = np.full(parts.borrowed_cell.size + 1, -1)
    new_pair[pairs] = np.arange(pairs.size)  # the last stays -1, for its own price
    _check_lenders(parts, pairs, new_cell)
    kinks, pieces = _within(curves.start, chosen), _within(curves.start + np.arange(curves.start.size), chosen)
    ops = _within(mixed.op_start, seen)
    years, sectors, regions = (
        tuple(known[one] for one in axis)
        for known, axis in zip((parts.years, parts.sectors, parts.regions), axes, strict=True)
    )
    keep = [
        pc.is_in(parts.lines[key], pa.array(some))
        for key, some in (("year", years), ("sector", sectors), ("region", regions))
    ]
    return FunctionParts(
        years, sectors, regions, parts.currencies,
        {one: name for one, name in parts.sector_names.items() if one in sectors},
        Curves(
            curves.constant[cells], _starts(curves.cell_curve, cells), new_cell[curves.price[chosen]],
            new_pair[curves.borrowed[chosen]], curves.currency[chosen], _starts(curves.start, chosen),
            curves.kink[kinks], curves.intercept[pieces], curves.slope[pieces],
        ),
        MixedLines(
            _starts(mixed.cell_line, cells), mixed.weight[lines],
            _starts(mixed.side, np.stack([2 * lines, 2 * lines + 1], axis=1).ravel()), new_part,
            _starts(mixed.op_start, seen), new_cell[mixed.price[seen]], new_pair[mixed.borrowed[seen]],
            mixed.share[seen], mixed.op[ops], mixed.currency[ops], mixed.number[ops],
        ),
        new_cell[parts.borrowed_cell[pairs]], new_cell[parts.borrowed_price[pairs]],
        parts.weights[np.ix_(*axes)], parts.imports[np.ix_(*axes)], parts.unknown_imports[np.ix_(*axes)],
        parts.lines.filter(pc.and_(pc.and_(keep[0], keep[1]), keep[2])),
        notes_of_years(parts.notes, years), parts.facts,
    )  # fmt: skip


def _check_lenders(parts: FunctionParts, pairs: np.ndarray, new_cell: np.ndarray) -> None:
    lenders = parts.borrowed_price[pairs]
    lost = np.flatnonzero(new_cell[lenders] < 0)
    if not lost.size:
        return
    shape = np.asarray(parts.weights).shape
    cell, price = (int(one[pairs[lost[0]]]) for one in (parts.borrowed_cell, parts.borrowed_price))
    sector, other = (parts.sectors[np.unravel_index(one, shape)[1]] for one in (cell, price))
    raise InputError(
        "a sector borrows observations of one that is left out", key="sectors", value=sector,
        expected=f"{other} among the sectors, whose price moves it", cure=f"select {other} as well",
    )  # fmt: skip


def _places(known: Sequence[Any], wanted: Sequence[Any] | None, what: str) -> np.ndarray:
    if wanted is None:
        return np.arange(len(known))
    some = wanted.tolist() if isinstance(wanted, np.ndarray) and wanted.ndim == 1 else wanted
    if not isinstance(some, list | tuple | range) or not some:
        raise InputError(f"no {what} are selected", key=what, expected=f"a list of {what}")
    places = [place_among(known, one, what.removesuffix("s")) for one in some]
    if len(set(places)) < len(places):
        raise InputError(f"one of the {what} is selected twice", key=what, value=list(some))
    return np.array(places, dtype=np.int64)


def _within(start: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Return the places that lie within some of the parts that begin at `start`, part by part."""
    lengths = start[some + 1] - start[some]
    begins = np.cumsum(lengths) - lengths
    return np.repeat(start[some] - begins, lengths) + np.arange(lengths.sum())


def _starts(start: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Return where those parts begin when they stand one after another, and the end."""
    return np.append(0, np.cumsum(start[some + 1] - start[some]))
