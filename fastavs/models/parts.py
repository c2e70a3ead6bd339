"""What a tariff function consists of: curves, and what they are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fastavs.kernels.curve_shapes import Curves, MixedLines


@dataclass(frozen=True, slots=True, eq=False)
class FunctionParts:
    """A tariff function as its builder leaves it and a file holds it. y years, s sectors, r regions.

    Attributes
    ----------
    years : tuple of int
    sectors, regions, currencies : tuple of str
        Currencies are those of any amount in the curves and the study's own, sorted.
    sector_names : dict of str to str
        Of sectors that have one.
    curves : Curves
        y * s * r cells.
    mixed : MixedLines
    borrowed_cell, borrowed_price : int64[b]
        Pairs of a cell and another cell whose price moves it: the derivatives that are not on the diagonal.
    weights : float64[y, s, r]
        What lines with a known rate weigh together: what a cell's tariff is divided by. 0: no tariff is known.
    imports : float64[y, s, r]
        Of lines with a known rate, in the study's currency, at base prices: what the tariff is paid on.
    unknown_imports : float64[y, s, r]
        Of lines whose rate is not known.
    lines : pyarrow.Table
        A row for each line with a specific part in each cell: ``year, line, sector, region, weight`` (its share in the
        cell), ``rate`` (fraction, at the base), ``specific`` (what of it is specific duty), ``critical_factor`` (the
        least factor on specific duties at which an amount is paid: 0 where it is paid from the first on, as by a plain
        amount or the lesser of both; null where none ever is), ``by_line`` (whether it is among the mixed lines).
    notes : tuple of str
        What a user must be told: cells without trade, borrowed observations, lines that go line by line, ...
    facts : dict
        ``title``, ``note``, ``currency``, ``value_basis`` and ``fingerprint`` of the study; ``scenario``, ``rates``,
        ``aves``, ``weights``, ``fallback``, ``empty``, ``inside``, ``excluded``, ``home`` as asked for.
    """

    years: tuple[int, ...]
    sectors: tuple[str, ...]
    regions: tuple[str, ...]
    currencies: tuple[str, ...]
    sector_names: dict[str, str]
    curves: Curves
    mixed: MixedLines
    borrowed_cell: np.ndarray
    borrowed_price: np.ndarray
    weights: np.ndarray
    imports: np.ndarray
    unknown_imports: np.ndarray
    lines: pa.Table
    notes: tuple[str, ...]
    facts: dict[str, Any]


def counts_of(parts: FunctionParts) -> tuple[int, ...]:
    """Return the sizes that the arrays of a function have: see `kernels.tariffs.COUNTS`."""
    curves, mixed = parts.curves, parts.mixed
    return (
        len(parts.years), len(parts.sectors), len(parts.regions), len(parts.currencies), curves.price.size,
        curves.kink.size, mixed.weight.size, mixed.part.size, mixed.share.size, mixed.op.size,
        parts.borrowed_cell.size,
    )  # fmt: skip
