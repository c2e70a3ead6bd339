"""The public call that writes tariffs for models."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fastavs.arguments import a_flag, a_path, a_text, mapping_of, misfit, or_none, takes
from fastavs.errors import InputError, did_you_mean
from fastavs.exporting.csv_table import csv_plan
from fastavs.exporting.gdx import gdx_plan
from fastavs.exporting.har import har_plan
from fastavs.exporting.model_table import ModelTable, of_function
from fastavs.exporting.netcdf import netcdf_plan
from fastavs.exporting.plan import Choices, Plan
from fastavs.exporting.provenance import cautions_of
from fastavs.exporting.shocks import shocks_plan
from fastavs.exporting.stata import dta_plan

FORMATS: dict[str, tuple[str, ...]] = {
    "har": (".har",),
    "gdx": (".gdx",),
    "netcdf": (".nc", ".nc4"),
    "dta": (".dta",),
    "csv": (".csv",),
    "shocks": (".cmf", ".psh", ".bsh"),
}
"""Endings of each format's files."""
DESTINATIONS = ("home", "regions")
NULLS = ("refuse", "leave", "zero")
CONCERNED: dict[str, tuple[str, ...]] = {
    "sparse": ("har",),
    "years_together": ("har",),
    "destinations": ("har", "shocks"),
    "nulls": ("har", "shocks"),
    "plain": ("shocks",),
    "sets": ("har", "shocks"),
}
"""The formats that take each choice."""
_PLANS: dict[str, Callable[[ModelTable, Path, Choices], Plan]] = {
    "har": har_plan,
    "gdx": gdx_plan,
    "netcdf": netcdf_plan,
    "dta": dta_plan,
    "csv": csv_plan,
    "shocks": shocks_plan,
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    files : tuple of Path
    log : tuple of str
        Names that are written otherwise, what was left out, and what else a reader of the files must know.
    """

    files: tuple[Path, ...]
    log: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([*(f"Written: {path}" for path in self.files), *self.log])


def one_of(known: tuple[str, ...]) -> Callable[[str, Any], str]:
    """Take one of some words; a slip is told the nearest."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            near = did_you_mean(value, known) if isinstance(value, str) else ""
            raise misfit(name, value, f"one of {', '.join(known)}.{near}")
        return value

    return check


@takes(
    path=a_path, to=or_none(a_text), sparse=a_flag, years_together=a_flag, destinations=one_of(DESTINATIONS),
    millions=a_flag, nulls=one_of(NULLS), plain=a_flag, sets=or_none(mapping_of(a_text)),
)  # fmt: skip
def export(
    function: Any,
    path: str | Path,
    to: str | None = None,
    against: Any = None,
    *,
    sparse: bool = False,
    years_together: bool = False,
    destinations: str = "home",
    millions: bool = False,
    nulls: str = "refuse",
    plain: bool = False,
    sets: Mapping[str, str] | None = None,
    **unknown: Any,
) -> Exported:
    """Write a tariff function's tariffs at its base as a file that models read, whole or not at all.

    Parameters
    ----------
    function : TariffFunction or ModelTable
    path : path-like
        The ending tells the format: .har, .gdx, .nc, .dta, .csv, or .cmf for shocks. Further files stand beside it
        under names made from it.
    to : str, optional
        The format: "har", "gdx", "netcdf", "dta", "csv" or "shocks".
    against : TariffFunction or ModelTable, optional
        The baseline of a scenario, of the same study, years, sectors and regions, asked for alike: its rates and the
        percent change of 1 + t are written as well. With ``weights="fixed"`` in both, rates alone change.
    sparse : bool
        HAR: arrays that are mostly 0 by place; programs of before 2006 cannot read them.
    years_together : bool
        HAR: several years in one file, as a last dimension YEAR; otherwise a file a year.
    destinations : "home" or "regions"
        HAR and shocks: over COMM, REG and a set DEST of the home region alone; or over COMM, REG and REG, where other
        destinations have 0.
    millions : bool
        Imports and revenue in millions, as GTAP has them.
    nulls : "refuse", "leave" or "zero"
        HAR and shocks: cells without a tariff are an error; get no shock (shocks alone); or have a tariff of 0, before
        and after alike. The log counts and names them.
    plain : bool
        Shocks: a statement a cell, instead of one that reads a HAR file.
    sets : mapping of str to str, optional
        HAR and shocks: what the model calls the sets, as ``{"COMM": "TRAD_COMM"}``; of COMM, REG, DEST, TARS, YEAR.

    Returns
    -------
    Exported
        The files, and what must be said of them.

    Raises
    ------
    InputError
        An unknown format or keyword; what the format cannot hold, such as null in HAR; a package that is not
        installed; a file that cannot be written. What stood there stays.

    Examples
    --------
    >>> import tempfile, numpy as np, fastavs as fa
    >>> from fastavs.exporting.model_table import ModelTable
    >>> rate = np.full((1, 1, 1), 0.1)
    >>> table = ModelTable((2020,), ("Textiles and apparel",), ("EU",), "RUS", {}, {"title": "made up"}, (), rate, rate,
    ...                    rate - 0.1, rate, rate)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fa.export(table, f"{folder}/tariffs.har").log[0]
    'sector 1 "Textiles and apparel" is written "Textiles_and"'
    """
    _refuse_unknown(unknown)
    choices = Choices(sparse, years_together, destinations, nulls, plain, sets or {})
    plan = planned(function, Path(path), to, against, choices, millions)
    plan.write()
    return Exported(tuple(plan.files), plan.log)


def _refuse_unknown(named: Mapping[str, Any]) -> None:
    """Raise an InputError for keywords that `export` does not take."""
    if not named:
        return
    from fastavs.models.tariff_function import tariff_function

    own = [name for name in inspect.signature(export).parameters if name != "unknown"]
    of_function = [name for name in inspect.signature(tariff_function).parameters if name in named]
    cure = f"give {', '.join(of_function)} to fastavs.tariff_function" if of_function else None
    others = [name for name in named if name not in of_function]
    raise InputError(
        "export takes no such keyword", value=", ".join(named),
        expected=f"some of {', '.join(own)}.{did_you_mean(others[0], own)}" if others else None, cure=cure,
    )  # fmt: skip


def planned(function: Any, path: Path, to: str | None, against: Any, choices: Choices, millions: bool) -> Plan:
    """Return the files that `export` writes, which are begun when they are all settled.

    Raises
    ------
    InputError
        As for `export`.
    """
    kind = format_of(path, to)
    table = of_function(function)
    if against is not None:
        table = table.beside(of_function(against))
    if millions:
        table = table.in_millions()
    large = np.isinf(table.revenue)
    if large.any():
        raise InputError(
            f"the duty on the imports of {large.sum():,} cells is larger than any number",
            value=table.named_cells(large), cure="mend the duties or the values that they come from",
        )  # fmt: skip
    plan = _PLANS[kind](table, path, choices_for(kind, choices))
    return replace(plan, log=tuple(dict.fromkeys((*plan.log, *cautions_of(table)))))


def choices_for(kind: str, choices: Choices) -> Choices:
    """Return how files are written, if the format takes all that was chosen.

    Raises
    ------
    InputError
        A choice that is of no use to the format.
    """
    plain = Choices()
    for name, formats in CONCERNED.items():
        if getattr(choices, name) != getattr(plain, name) and kind not in formats:
            raise InputError(
                f"it is of no use to the format {kind}", key=name, expected=f"a file of {' or '.join(formats)}",
                cure="leave it out",
            )  # fmt: skip
    if choices.nulls == "leave" and kind != "shocks":
        raise InputError(
            f"the format {kind} has no null, and leaves none out", key="nulls", value="leave",
            expected="refuse or zero",
        )  # fmt: skip
    return choices


def format_of(path: Path, to: str | None) -> str:
    """Return the format of a file.

    Raises
    ------
    InputError
        An unknown format or ending, or an ending of another format.

    Examples
    --------
    >>> format_of(Path("tariffs.nc"), None)
    'netcdf'
    """
    if to is not None and to not in FORMATS:
        raise InputError(
            "no such format", value=to, expected=f"one of {', '.join(FORMATS)}.{did_you_mean(to, FORMATS)}"
        )
    kind = to or next((name for name, endings in FORMATS.items() if path.suffix.lower() in endings), None)
    if kind is None:
        endings = ", ".join(one for some in FORMATS.values() for one in some)
        raise InputError("the ending of the file tells no format", value=path.name, expected=f"one of {endings}")
    if path.suffix.lower() not in FORMATS[kind]:
        raise InputError(
            f"a file of the format {kind} has another ending", value=path.name, expected=" or ".join(FORMATS[kind])
        )
    return kind
