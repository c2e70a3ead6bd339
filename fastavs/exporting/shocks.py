"""Shocks to the power of tariffs, as GEMPACK's command files state them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fastavs.errors import InputError
from fastavs.exporting.har import Names, Set, laid_out, names_of, set_header, text_header, wrapped
from fastavs.exporting.har_format import Reals, Text, har_bytes
from fastavs.exporting.model_table import ModelTable
from fastavs.exporting.plan import Choices, Plan, Writer, csv_of, joined, of_bytes, of_lines, year_beside
from fastavs.exporting.provenance import provenance
from fastavs.exporting.unknown_cells import AS_ZERO, cures_of, with_zeros

MOST_STATEMENTS = 1000  # of a cell each


def shocks_plan(table: ModelTable, path: Path, choices: Choices) -> Plan:
    """Return the files of shocks: statements, the HAR file that they read, and the same as CSV; a set of them a year.

    Raises
    ------
    InputError
        No baseline; a cell whose tariff is not known before or after.
    """
    if table.against is None:
        raise InputError(
            "shocks are changes from a baseline, and there is none",
            cure="give against=, a tariff function of the same years, sectors and regions; or --against FILE:NAME",
        )
    if len(table.years) == 1:
        return _year(table, path, choices)
    return joined([_year(table.year(year), year_beside(path, year), choices) for year in table.years])


def _year(table: ModelTable, path: Path, choices: Choices) -> Plan:
    table, zeros = with_zeros(table) if choices.nulls == "zero" else (table, ())
    log = _unknown(table, choices)
    names = names_of(table, choices)
    log = [*names.log, *zeros, *log]
    change = np.nan_to_num(_change(table), nan=0.0)
    files: dict[Path, Writer] = {}
    told = [f"! {line}" for line in wrapped((*provenance(table), *log))]
    if choices.plain:
        files[path] = of_lines([*told, *_plain(table, names)])
    else:
        beside = path.with_name(f"{path.stem}_shocks.har")
        if " " in beside.name or not beside.name.isascii():
            raise InputError("GEMPACK takes no blanks in the name of a file, and ASCII alone", value=beside.name)
        log.append("HAR holds reals in single precision: some 7 digits of a shock.")
        files[path] = of_lines([*told, _statement(beside.name, names, choices)])
        files[beside] = of_bytes(_har(table, names, change, log))
    files[path.with_name(f"{path.stem}_shocks.csv")] = csv_of(table.to_arrow)
    return Plan(files, tuple(log))


def _change(table: ModelTable) -> np.ndarray:
    change = table.change_in_power
    assert change is not None
    return change


def _unknown(table: ModelTable, choices: Choices) -> list[str]:
    """Refuse cells whose tariff is not known before or after; or return what is said of them."""
    assert table.against is not None
    powerless = _powerless(table, choices)
    after, before = np.isnan(table.rate), np.isnan(table.against.rate)
    unknown = after | before
    if not unknown.any():
        return powerless
    counts = (
        f"{(before & ~after).sum():,} before, {(after & ~before).sum():,} after, {(after & before).sum():,} both times"
    )
    said = f"{unknown.sum():,} of {unknown.size:,} cells have no tariff ({counts}): {table.named_cells(unknown)}"
    if choices.nulls == "refuse":
        cures = dict.fromkeys((*cures_of(table), *cures_of(table.against)))
        raise InputError(
            f"a shock needs the tariff before and after, and {said}",
            cure="; ".join(['nulls="leave" (--nulls leave) leaves them without a shock', AS_ZERO, *cures]),
        )
    return [f"Without a shock: {said}.", *powerless]


def _powerless(table: ModelTable, choices: Choices) -> list[str]:
    """Refuse cells whose 1 + t has no finite change; or return what is said of them."""
    without = table.without_change
    if not without.any():
        return []
    said = (
        f"{without.sum():,} of {without.size:,} cells have none, for a tariff is -100 % or less, or too large: "
        f"{table.named_cells(without)}"
    )
    if choices.nulls != "leave":
        raise InputError(
            f"a shock needs a finite change of 1 + t, and {said}",
            cure='mend the duties; or nulls="leave" (--nulls leave) leaves these cells without a shock',
        )
    return [f"Without a shock: {said}."]


def _statement(har: str, names: Names, choices: Choices) -> str:
    if choices.destinations == "regions":
        return f'Shock tms = file {har} header "TMS";'
    commodities, regions = names.commodities[0], names.regions[0]
    return f'Shock tms({commodities},{regions},"{names.destinations[1][0]}") = file {har} header "TMS";'


def _plain(table: ModelTable, names: Names) -> list[str]:
    """Return a statement for each cell whose tariff changes."""
    change = _change(table)[0]
    home = names.destinations[1][names.home_ix]
    places = np.argwhere(np.nan_to_num(change, nan=0.0) != 0.0).tolist()
    if len(places) > MOST_STATEMENTS:
        raise InputError(
            "too many cells for a statement each", value=f"{len(places):,}", expected=f"up to {MOST_STATEMENTS:,}",
            cure="leave plain (--plain) out: one statement then reads all from a HAR file",
        )  # fmt: skip
    commodities, regions = names.commodities[1], names.regions[1]
    return [
        f'Shock tms("{commodities[sector]}","{regions[region]}","{home}") = {_number(change[sector, region])};'
        for sector, region in places
    ]


def _number(value: float) -> str:
    """Return a number that reads back to the same bits, without an exponent that Fortran's readers might doubt.

    Examples
    --------
    >>> _number(-3.25), _number(1e-7)
    ('-3.25', '0.0000001')
    """
    return np.format_float_positional(value, unique=True, trim="-")


def _har(table: ModelTable, names: Names, change: np.ndarray, log: list[str]) -> bytes:
    laid = laid_out(change, names)
    sets: tuple[Set, ...] = (names.commodities, names.regions, names.destinations)
    if names.destinations is not names.regions:  # the statement names the one destination
        sets, laid = sets[:2], laid[..., 0]
    found: list[Text | Reals] = [
        text_header("PROV", "Where these figures come from", provenance(table)),
        text_header("LOG", "How names and numbers are written", log),
        set_header("COMM", names.commodities, "Commodities"),
        set_header("REG", names.regions, "Regions that imports come from"),
        Reals("TMS", "Percent change in the power of the tariff", "tms", sets, laid),
    ]
    return har_bytes(found)
