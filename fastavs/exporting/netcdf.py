"""Tariffs as arrays with names: an xarray dataset, and netCDF files of it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastavs.errors import InputError
from fastavs.exporting.model_table import ModelTable
from fastavs.exporting.plan import CUT_SHORT, Choices, Plan
from fastavs.exporting.provenance import history_of, provenance, source_of, title_of
from fastavs.tables.frames import package

if TYPE_CHECKING:
    import xarray

_CELLS = ("year", "sector", "region")


def netcdf_plan(table: ModelTable, path: Path, choices: Choices) -> Plan:
    """Return the netCDF file of a table; what is not known is NaN.

    Raises
    ------
    InputError
        xarray, or what it writes netCDF with, is not installed.
    """
    dataset = to_dataset(table)
    engine: Any = _engine()
    opened = package("xarray", "netCDF").open_dataset

    def write(new: Path) -> None:
        try:
            dataset.to_netcdf(new, engine=engine)
            with opened(new, engine=engine) as found:
                whole = dataset.equals(found.load())
        except (RuntimeError, ValueError, TypeError, LookupError) as error:  # of HDF5, and of a file that is cut short
            raise OSError(f"{CUT_SHORT} {error}") from None
        if not whole:
            raise OSError(CUT_SHORT)

    return Plan({path: write})


def to_dataset(table: ModelTable) -> xarray.Dataset:
    """Return a table as an xarray dataset: variables over year, sector and region, with units.

    Raises
    ------
    InputError
        xarray is not installed.
    """
    dataset = package("xarray", "netCDF").Dataset
    variables = {
        "rate": ("1", "ad valorem equivalent of the duty", table.rate),
        "ad_valorem": ("1", "ad valorem part of the rate", table.ad_valorem),
        "specific": ("1", "specific part of the rate", table.specific),
        "imports": (table.money, f"imports, {table.values}", table.imports),
        "unknown_imports": (
            table.money,
            f"imports of lines without a known rate, {table.values}",
            table.unknown_imports,
        ),
        "weight": (
            "1" if table.facts.get("weights") == "simple" else table.money,
            "what the rate is weighted by",
            table.weights,
        ),
        "revenue": (table.money, "duty on these imports", table.revenue),
    }
    if table.against is not None and table.change_in_power is not None:
        variables["baseline_rate"] = ("1", "ad valorem equivalent in the baseline", table.against.rate)
        variables["change_in_power"] = ("percent", "change of 1 + rate from the baseline", table.change_in_power)
    attributes = {"title": title_of(table), "source": source_of(table), "history": history_of(table)}
    attributes["comment"] = "\n".join(provenance(table)[3:])
    if table.home:
        attributes["destination"] = table.home
    coordinates = {
        "year": ("year", list(table.years), {"long_name": "year of the schedule"}),
        "sector": ("sector", list(table.sectors), {"long_name": "sector of goods"}),
        "region": ("region", list(table.regions), {"long_name": "region that imports come from"}),
    }
    if table.sector_names:
        named = [table.sector_names.get(one, "") for one in table.sectors]
        coordinates["sector_name"] = ("sector", named, {"long_name": "name of the sector"})
    arrays = {
        name: (_CELLS, one, {"units": unit, "long_name": words}) for name, (unit, words, one) in variables.items()
    }
    found: xarray.Dataset = dataset(arrays, coordinates, attributes)
    return found


def _engine() -> str:
    """Return what xarray is to write with."""
    for module, engine in (("netCDF4", "netcdf4"), ("scipy", "scipy")):
        if importlib.util.find_spec(module) is not None:
            return engine
    raise InputError("netCDF files need netCDF4 or scipy, and neither is installed", cure="pip install netCDF4")
