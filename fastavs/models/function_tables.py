"""A tariff function's cells as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs import __version__
from fastavs.errors import InputError, did_you_mean
from fastavs.models.parts import FunctionParts
from fastavs.tables.frames import package

if TYPE_CHECKING:
    import xarray

AXES = ("year", "sector", "region")


def place_among(known: Sequence[Any], value: Any, what: str) -> int:
    """Return the place of a year or a name.

    Raises
    ------
    InputError
        It is not there.
    """
    if isinstance(value, str | int) and value in known:
        return known.index(value)
    names = [str(one) for one in known]
    some = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:10])}, ... {names[-1]}"
    raise InputError(
        f"no such {what}",
        key=what,
        value=value,
        expected=f"one of {some}." + (did_you_mean(value, names) if isinstance(value, str) else ""),
    )


def revenue_of(imports: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Return imports times rates: 0 where nothing is imported, NaN where the rate of something is not known."""
    return np.where(imports == 0.0, 0.0, imports * rate)


def weights_note(parts: FunctionParts) -> str:
    """Return what must be said where rates are not weighted by imports; empty otherwise."""
    weights = parts.facts.get("weights", "imports")
    if weights == "imports":
        return ""
    return f'rates are weighted by "{weights}", not by imports: revenue is imports times the rate, not a sum over lines'


def _columns(
    parts: FunctionParts, rate: np.ndarray, ad_valorem: np.ndarray, specific: np.ndarray
) -> dict[str, np.ndarray]:
    imports = np.asarray(parts.imports)
    return {
        "weight": np.asarray(parts.weights), "imports": imports,
        "unknown_imports": np.asarray(parts.unknown_imports), "rate": rate, "ad_valorem": ad_valorem,
        "specific": specific, "revenue": revenue_of(imports, rate),
        "ad_valorem_revenue": revenue_of(imports, ad_valorem), "specific_revenue": revenue_of(imports, specific),
    }  # fmt: skip


def cell_table(parts: FunctionParts, rate: np.ndarray, ad_valorem: np.ndarray, specific: np.ndarray) -> pa.Table:
    """Return a row a cell: see `TariffFunction.table`."""
    year, sector, region = (one.ravel() for one in np.indices(rate.shape))
    keys: dict[str, Any] = {
        "year": np.array(parts.years, dtype=np.int32)[year],
        "sector": pa.array(parts.sectors, pa.string()).take(pa.array(sector)),
        "region": pa.array(parts.regions, pa.string()).take(pa.array(region)),
    }
    columns = _columns(parts, rate, ad_valorem, specific)
    table = pa.table(keys | {name: pa.array(one.ravel(), from_pandas=True) for name, one in columns.items()})
    note = weights_note(parts)
    return table.replace_schema_metadata({"note": note}) if note else table


def to_dataset(parts: FunctionParts, rate: np.ndarray, ad_valorem: np.ndarray, specific: np.ndarray) -> xarray.Dataset:
    """Return the same as arrays: see `TariffFunction.to_xarray`."""
    xr, facts = package("xarray", "to_xarray"), parts.facts
    currency = str(facts.get("currency") or "")
    units = dict.fromkeys(("rate", "ad_valorem", "specific"), "1")
    notes = [one for one in (weights_note(parts), *parts.notes) if one]
    variables = {
        name: (AXES, values, {"units": units.get(name, currency), "long_name": name.replace("_", " ")})
        for name, values in _columns(parts, rate, ad_valorem, specific).items()
    }
    if facts.get("weights", "imports") == "simple":
        variables["weight"][2]["units"] = "1"
    coordinates: dict[str, Any] = {
        "year": list(parts.years), "sector": list(parts.sectors), "region": list(parts.regions),
    }  # fmt: skip
    if parts.sector_names:
        coordinates["sector_name"] = ("sector", [parts.sector_names.get(one, one) for one in parts.sectors])
    attributes = {
        "title": str(facts.get("title") or ""), "note": str(facts.get("note") or ""),
        "value_basis": str(facts.get("value_basis") or ""), "comment": "; ".join(notes),
        "source": f"fastavs {__version__}",
    }  # fmt: skip
    found: xarray.Dataset = xr.Dataset(variables, coordinates, attributes)
    return found


def critical_lines(parts: FunctionParts, sector: str, region: str, year: int) -> pa.Table:
    """Return a cell's lines in the order in which their specific duties bind."""
    lines = parts.lines
    own = pc.and_(
        pc.equal(lines["year"], year), pc.and_(pc.equal(lines["sector"], sector), pc.equal(lines["region"], region))
    )
    return lines.filter(own).sort_by([("critical_factor", "ascending"), ("line", "ascending")])
