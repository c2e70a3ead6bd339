"""Figures of tariff functions, on axes: what `fastavs.models.plots.FunctionPlots` offers."""

from __future__ import annotations

from itertools import product
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from fastavs.errors import InputError
from fastavs.models.function_tables import place_among
from fastavs.report.drawing import SMALL, size_of, write
from fastavs.report.figure_cells import ROW, band_words, bands_of, draw_cells, head_height
from fastavs.report.figure_curves import LOOKS, curve_between, draw_curves
from fastavs.report.fitting import shorten
from fastavs.report.own_axes import axes_for, bar, set_key, set_title
from fastavs.report.theme import light
from fastavs.report.words import currency_name, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fastavs.models.function import TariffFunction

ROOM = 200.0  # points beside the axes, for names
FEW = 5  # cells that are drawn where none are named
KEY = 82.0  # points: a mark of the key and its words
Names = tuple[str, ...]
Cell = tuple[str, str]


def curve(
    f: TariffFunction,
    ax: Axes | None,
    sector: Names | None,
    region: Names | None,
    year: int | None,
    currency: str | None,
    span: tuple[float, float],
) -> Axes:
    """Draw tariffs of cells as a factor on their specific duties moves."""
    of = f.years[-1] if year is None else f.years[place_among(f.years, year, "year")]
    cells = _cells_of(f, sector, region, of, currency)
    tables = {cell: f.curve(*cell, of, currency) for cell in cells}
    labels = dict(zip(cells, _labels(f, cells), strict=True))
    known = [cell for cell in cells if not tables[cell]["rate"].null_count]
    unknown = [labels[cell] for cell in cells if cell not in known]
    if not known:
        raise InputError("no tariff is known of these cells, so there is nothing to draw", value=listed(unknown))
    curves = [curve_between(labels[cell], tables[cell], span) for cell in known]
    mover = "specific duties" if currency is None else currency_name(currency)
    with axes_for(ax, (760.0, 400.0), (62.0, 72.0, ROOM, 62.0)) as own:
        draw_curves(own, curves, ROOM)
        base = "what they are" if currency is None else "its base rate"
        own.set_xlabel(f"{mover}, times {base}", color=light("muted"), fontsize=SMALL, parse_math=False)
        own.set_ylabel(f"tariff in percent of the value{_basis(f)}", color=light("muted"), fontsize=SMALL)
        moves = "move" if currency is None else "moves"
        set_title(own, f"{_subject(f, cells)} as {mover} {moves}, {of}", f.facts.get("title") or "", 22.0)
        _tell_unknown(own, unknown)
    return own


def cells(f: TariffFunction, ax: Axes | None, year: int | None, what: str) -> Axes:
    """Draw the tariff of every sector and region."""
    place = len(f.years) - 1 if year is None else place_among(f.years, year, "year")
    rates, jacobian = f.value_and_jacobian()
    shown = rates[place] if what == "rate" else np.where(np.isnan(rates[place]), np.nan, jacobian.specific[place])
    sectors, regions, bands = [_name(f, one) for one in f.sectors], f.regions, bands_of(what)
    wide = max(min(max(56.0 * len(regions), 340.0), 620.0), 14.0 * len(regions))
    marks = [(words, bar(f"band{band}")) for band, words in enumerate(band_words(bands))]
    if np.isnan(shown).any():
        marks.append(("not known", bar("faint")))
    above = head_height(regions, wide / len(regions))
    below = 30.0 + 16.0 * ceil(len(marks) / int(wide / KEY))
    size = (ROOM + wide + 16.0, ROW * len(sectors) + above + 54.0 + below)
    with axes_for(ax, size, (ROOM, above + 54.0, 16.0, below)) as own:
        draw_cells(own, shown, sectors, regions, bands, ROOM - 8.0)
        width = size_of(own)[0]
        set_key(own, marks, columns=max(int(width / KEY), 1), below=12.0)
        said = "Tariffs" if what == "rate" else "Specific part of tariffs"
        title = f"{said} in percent of the value{_basis(f)}, {f.years[place]}"
        set_title(own, title, f.facts.get("title") or "", head_height(regions, width / len(regions)) + 6.0)
    return own


def _cells_of(
    f: TariffFunction, sector: Names | None, region: Names | None, year: int, currency: str | None
) -> list[Cell]:
    """Return sectors with regions: all that are named, or those that pay most specific duty.

    Raises
    ------
    InputError
        No such sector, region or currency; too many; or no specific duty anywhere.
    """
    sectors, regions = (
        list(dict.fromkeys(known if named is None else (known[place_among(known, one, what)] for one in named)))
        for known, named, what in ((f.sectors, sector, "sector"), (f.regions, region, "region"))
    )
    found = list(product(sectors, regions))
    if len(found) > FEW and (sector is None or region is None):
        found = _most_specific(f, found, year, currency)
    if not found or len(found) > len(LOOKS):
        raise InputError(
            f"{len(found)} cells are asked for", expected=f"1 to {len(LOOKS)}, so that they can be told apart",
            cure="name some sectors and regions, such as sector=[...], region=[...]",
        )  # fmt: skip
    return found


def _most_specific(f: TariffFunction, found: list[Cell], year: int, currency: str | None) -> list[Cell]:
    """Return the cells that pay most specific duty at the base, in one currency or in all."""
    _, jacobian = f.value_and_jacobian()
    if currency is None:
        specific = jacobian.specific
    else:
        specific = jacobian.fx[..., place_among(f.currencies, currency, "currency")]
    paid = np.nan_to_num(specific * f.imports)[f.years.index(year)]
    worth = {cell: float(paid[f.sectors.index(cell[0]), f.regions.index(cell[1])]) for cell in found}
    chosen = sorted((cell for cell in found if worth[cell] > 0.0), key=lambda cell: -worth[cell])[:FEW]
    if not chosen:
        said = "specific duty" if currency is None else f"duty in {currency}"
        raise InputError(
            f"no cell pays a {said} at the base, so none is chosen", value=year,
            cure='name what to draw: sector="...", region="..."',
        )  # fmt: skip
    return chosen


def _name(f: TariffFunction, sector: str) -> str:
    """Return what a sector is called; one that is a number has its grouping's name before it."""
    numbered = f"{f.facts.get('sectors_title') or 'sector'} {sector}" if sector.isdigit() else sector
    return f.sector_names.get(sector, numbered)


def _labels(f: TariffFunction, cells: list[Cell]) -> list[str]:
    """Return what tells cells apart."""
    of_sectors, of_regions = (len({cell[axis] for cell in cells}) > 1 for axis in (0, 1))
    if of_sectors and of_regions:
        return [f"{_name(f, sector)}, {region}" for sector, region in cells]
    return [region if of_regions else _name(f, sector) for sector, region in cells]


def _subject(f: TariffFunction, cells: list[Cell]) -> str:
    """Return whose tariffs they are, as far as it is the same of all cells."""
    sectors, regions = ({cell[axis] for cell in cells} for axis in (0, 1))
    source = f" from {cells[0][1]}" if len(regions) == 1 and len(f.regions) > 1 else ""
    return f"{_name(f, cells[0][0])}{source}: tariff" if len(sectors) == 1 else f"Tariffs{source}"


def _basis(f: TariffFunction) -> str:
    basis = str(f.facts.get("value_basis") or "")
    return f" ({basis})" if basis in ("CIF", "FOB") else ""


def _tell_unknown(ax: Axes, labels: list[str]) -> None:
    if labels:
        words = shorten(f"No tariff is known: {', '.join(labels)}", SMALL, size_of(ax)[0] + ROOM)
        write(ax, [(0.0, 0.0, words)], "muted", SMALL, shift=(0.0, 52.0), within=ax.transAxes)
