"""What lines weigh in the cells of a year, and which cells are empty."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fastavs.kernels.curve_records import Wanted
from fastavs.kernels.options import readonly
from fastavs.kernels.sums import add_by
from fastavs.models.options import Options
from fastavs.models.schedules import Schedule
from fastavs.models.suppliers import Suppliers


class Weighed(NamedTuple):
    """Weights of a year. s sectors, r regions."""

    wanted: Wanted
    weights: np.ndarray  # float64[s, r] of lines with a known rate
    imports: np.ndarray  # float64[s, r] of all lines
    stood_in: np.ndarray  # bool[s, r] empty cells that have the sector's tariff over all partners


def weigh(
    suppliers: Suppliers,
    schedule: Schedule,
    known: np.ndarray,
    shape: tuple[int, int, int],
    rates: int,
    options: Options,
) -> Weighed:
    """Weigh the lines of a year.

    Parameters
    ----------
    suppliers : Suppliers
    schedule : Schedule
        Whose lines the year has.
    known : bool[j, v + 1]
        Which of them have a rate in each supplier.
    shape : (int, int, int)
        Sectors, regions, currencies.
    rates : int
        As in `curve_records`.
    options : Options
    """
    sectors, regions, currencies = shape
    supplier, region, weight = _columns(suppliers, schedule, regions, options)
    members = schedule.members
    line = np.repeat(np.arange(known.shape[0]), np.diff(members.start))
    unit = np.zeros(sectors * regions)
    by_cell = np.zeros((sectors, regions))
    for r in range(regions):
        some = np.flatnonzero(region == r)
        value = weight[:, some] * known[:, supplier[some]]
        cells = np.repeat(members.sector, some.size)
        by_cell[:, r] = add_by((value[line] * members.share[:, None]).reshape(-1), cells, sectors)
    unit[:] = by_cell.reshape(-1)
    stood_in = np.zeros((sectors, regions), dtype=bool)
    if options.empty == "line":
        everybody = _matched(suppliers, schedule, schedule.fixed)[:, -1:]
        if options.weights == "simple":
            everybody = np.ones(everybody.shape)
        whole = add_by((everybody[:, 0] * known[:, -1])[line] * members.share, members.sector, sectors)
        stood_in = (by_cell == 0.0) & (whole > 0.0)[:, None]
        if suppliers.home is not None:
            stood_in[:, suppliers.home] = False
        unit = np.where(stood_in, whole[:, None], by_cell).reshape(-1)
        supplier = np.concatenate([supplier, np.full(regions, suppliers.everybody)])
        region = np.concatenate([region, np.arange(regions)])
        weight = np.concatenate([weight, np.repeat(everybody, regions, axis=1)], axis=1)
    stands_in = np.arange(supplier.size) >= supplier.size - (regions if options.empty == "line" else 0)
    imports = np.stack(
        [add_by(schedule.regional[line, r] * members.share, members.sector, sectors) for r in range(regions)], axis=1
    )
    wanted = Wanted(
        readonly(supplier, np.int64), readonly(region, np.int64), readonly(stands_in, np.bool_),
        readonly(weight, np.float64), readonly(stood_in.reshape(-1), np.bool_), readonly(unit, np.float64),
        regions, sectors, currencies, rates,
    )  # fmt: skip
    return Weighed(wanted, by_cell, imports, stood_in)


def _matched(suppliers: Suppliers, schedule: Schedule, imports: np.ndarray) -> np.ndarray:
    """Return imports of matched lines, and 0 for all others."""
    if suppliers.index.facts["match_on_imports"] and not schedule.side.own_trade:
        return imports  # a line without imports is not matched
    side = schedule.side
    return np.where(suppliers.index.lines.matched[side.first : side.last, None], imports, 0.0)


def _columns(
    suppliers: Suppliers, schedule: Schedule, regions: int, options: Options
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return whose rates go into the cells of which region (int64[q] both), and what lines weigh there, float64[j, q].

    By region, lines of a year with its own trade weigh by everybody's imports, as the study's averages do.
    """
    imports = _matched(suppliers, schedule, schedule.fixed)
    supplier = np.arange(suppliers.everybody)
    region = suppliers.region
    has_partners = np.isin(np.arange(regions), suppliers.region_of)
    if options.aves == "all":
        weight, supplier = imports[:, supplier], np.full(supplier.size, suppliers.everybody)
    elif options.aves == "region" and schedule.everyone:
        weight = imports[:, [-1] * supplier.size] * has_partners
    else:
        weight = imports[:, supplier]
    if options.weights == "simple":
        among = np.bincount(region[region >= 0], minlength=regions)[np.maximum(region, 0)]
        weight = np.broadcast_to(1.0 / np.maximum(among, 1), weight.shape)
    some = region >= 0
    if suppliers.home is not None:
        some &= region != suppliers.home
    return supplier[some], region[some], weight[:, some]
