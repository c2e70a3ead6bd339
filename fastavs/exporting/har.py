"""Tariffs as GEMPACK reads them: the headers of a HAR file."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fastavs.errors import InputError
from fastavs.exporting.har_format import Reals, Text, har_bytes
from fastavs.exporting.labels import ascii_text, elements
from fastavs.exporting.model_table import ModelTable
from fastavs.exporting.plan import Choices, Plan, joined, of_bytes, year_beside
from fastavs.exporting.provenance import provenance
from fastavs.exporting.unknown_cells import refuse_unknown, with_zeros

WIDTH = 76  # letters in a line of text
_WIDER = 13  # what has lines as short as elements of a set is taken for one by ViewHAR

Set = tuple[str, tuple[str, ...]]


class Names(NamedTuple):
    """Sets as they are written, and where their array has the imports of the home region."""

    commodities: Set
    regions: Set
    destinations: Set
    home_ix: int
    log: tuple[str, ...]


def har_plan(table: ModelTable, path: Path, choices: Choices) -> Plan:
    """Return the HAR files of a table: one, or one a year.

    Raises
    ------
    InputError
        A cell without a tariff, unless 0 is asked for; or a region of destination without a name.
    """
    if choices.nulls != "zero":
        refuse_unknown(table, "HAR")
        if table.against is not None:
            refuse_unknown(table.against, "HAR (the baseline)")
    if table.against is not None:
        without = table.without_change
        if without.any():
            raise InputError(
                f"HAR has no null, and {without.sum():,} of {without.size:,} cells have no finite change of 1 + t: a "
                f"tariff is -100 % or less, or too large ({table.named_cells(without)})",
                cure="mend the scenario's duties, or export without a baseline",
            )  # fmt: skip
    if len(table.years) == 1 or choices.years_together:
        return _file(table, path, choices)
    plans = [_file(table.year(year), year_beside(path, year), choices) for year in table.years]
    return joined(plans)


def _file(table: ModelTable, path: Path, choices: Choices) -> Plan:
    names = names_of(table, choices)
    table, zeros = with_zeros(table) if choices.nulls == "zero" else (table, ())
    log = [*names.log, *zeros, "HAR holds reals in single precision: some 7 digits of a rate."]
    if choices.destinations == "regions":
        log.append(f"0 stands where the destination is not {table.home}: not known, and not free of duty.")
    without_rate = float(table.unknown_imports.sum())
    if without_rate:
        log.append(f"Imports of lines without a known rate, {without_rate:.6g} {table.money}, are in no header.")
    content = har_bytes(headers(table, names, choices, log), choices.sparse)
    return Plan({path: of_bytes(content)}, tuple(log))


def names_of(table: ModelTable, choices: Choices) -> Names:
    """Return the sets of a table as GEMPACK takes them.

    Raises
    ------
    InputError
        ``destinations="regions"``, and the home region is not among the regions.
    """
    home = table.destination("HAR")
    sectors = elements("sector", table.sectors)
    regions = elements("region", table.regions)
    log = (*sectors.log, *regions.log)
    commodities, sources = (choices.called("COMM"), sectors.written), (choices.called("REG"), regions.written)
    if choices.destinations == "regions":
        if home not in table.regions:
            raise InputError(
                "the destination is not among the regions", value=home, expected=", ".join(table.regions),
                cure="give the home region its row in the regions, or leave the destinations at home",
            )  # fmt: skip
        return Names(commodities, sources, sources, table.regions.index(home), log)
    if home in table.regions:
        one = regions.written[table.regions.index(home)]
    else:
        written = elements("destination", [home])
        one, log = written.written[0], (*log, *written.log)
    return Names(commodities, sources, (choices.called("DEST"), (one,)), 0, log)


def headers(table: ModelTable, names: Names, choices: Choices, log: list[str]) -> list[Text | Reals]:
    """Return the headers of a file: texts, sets, arrays over commodity, source, destination (and year)."""
    found: list[Text | Reals] = [text_header("PROV", "Where these figures come from", provenance(table))]
    found.append(text_header("LOG", "How names and numbers are written", log))
    if table.sector_names:
        full = [
            f"{one} {table.sector_names.get(name, '')}"
            for one, name in zip(names.commodities[1], table.sectors, strict=True)
        ]
        found.append(text_header("CNAM", "Names of COMM", full))
    found += [
        set_header("COMM", names.commodities, "Commodities"),
        set_header("REG", names.regions, "Regions that imports come from"),
    ]
    if names.destinations is not names.regions:
        found.append(set_header("DEST", names.destinations, "Regions that imports go to"))
    tars: Set = (choices.called("TARS"), ("ADV", "SPE"))
    found.append(set_header("TARS", tars, "Kinds of duty: ad valorem, specific"))
    years: Set = (choices.called("YEAR"), tuple(f"Y{year}" for year in table.years))
    if len(table.years) > 1:
        found.append(set_header("YEAR", years, "Years"))
    cells = [names.commodities, names.regions, names.destinations, *([years] if len(table.years) > 1 else [])]

    def reals(name: str, long_name: str, *arrays: np.ndarray) -> Reals:
        laid = [laid_out(one, names) for one in arrays]
        sets = cells if len(arrays) == 1 else [tars, *cells]
        return Reals(name, long_name, name, tuple(sets), laid[0] if len(arrays) == 1 else np.stack(laid))

    money = ascii_text(table.money)[:20]
    found.append(reals("rTMS", "Tariff: ad valorem equivalent, percent", 100.0 * table.rate))
    found.append(reals("VCIF", f"Imports, {table.values}, {money}", table.imports))
    revenue = (table.imports * table.ad_valorem, table.imports * table.specific)
    found.append(reals("VMTS", f"Duty on these imports by kind, {money}", *revenue))
    if table.against is not None and table.change_in_power is not None:
        found.append(reals("rTM0", "Tariff of the baseline, percent", 100.0 * table.against.rate))
        found.append(reals("TMS", "Percent change in the power of the tariff", table.change_in_power))
    return found


def laid_out(cells: np.ndarray, names: Names) -> np.ndarray:
    """Return an array over commodity, source, destination, and year where there are several.

    Parameters
    ----------
    cells : float64[y, s, r]
    names : Names
    """
    laid = np.zeros((*cells.shape[1:], len(names.destinations[1]), cells.shape[0]))
    laid[:, :, names.home_ix, :] = np.moveaxis(cells, 0, -1)
    return laid[..., 0] if cells.shape[0] == 1 else laid


def set_header(header: str, named: Set, words: str) -> Text:
    """Return the header of a set."""
    name, members = named
    return Text(header, f"Set {name}  {words}", members)


def text_header(name: str, long_name: str, lines: Sequence[str]) -> Text:
    """Return a header of lines, wrapped; wide enough that nobody takes it for a set."""
    first, *rest = wrapped(lines)
    return Text(name, long_name, (first.ljust(_WIDER), *rest))


def wrapped(lines: Sequence[str]) -> list[str]:
    """Return lines of ASCII that are not too long; without "!", at which GEMPACK ends a comment."""
    plain = [ascii_text(line).replace("!", ".") for line in lines]
    return [part for line in plain for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ")]
