"""The public call: what is asked for is checked, sectors and regions are found, and the builder does the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fastavs.arguments import a_text, misfit, or_none, takes
from fastavs.evaluation.factors import check_scenarios
from fastavs.evaluation.named_lines import check_named, unmet_prefixes
from fastavs.models.asked import as_it_is, index_of, one_of, scenario_asked, under, years_asked, years_of
from fastavs.models.concordances import sectors_of
from fastavs.models.left_out import refuse_left_out
from fastavs.models.regions import Regions, check_home, regions_of
from fastavs.models.sectors import Sectors, plain_name
from fastavs.warned import Caution, warn_of

if TYPE_CHECKING:
    from fastavs.index.sorted_index import SortedIndex
    from fastavs.models.function import TariffFunction
    from fastavs.scenario.scenario import Scenario
    from fastavs.study import Study

NAMED = 8
"""How many sectors or regions a note lists."""


def _a_label(name: str, value: Any) -> str:
    """Take a label, without the blanks around it."""
    text = a_text(name, value).strip()
    if not text:
        raise misfit(name, value, "a label")
    return plain_name(text, key=name)


@takes(
    years=years_asked, scenario=scenario_asked, fallback=one_of("own", "line"), aves=one_of("region", "partner", "all"),
    rates=one_of("governing", "applied", "bound", "ad_valorem"), weights=one_of("imports", "fixed", "simple"),
    empty=one_of("null", "sector", "zero", renamed={"line": "sector"}), home=or_none(_a_label),
    inside=one_of("drop", "keep"), excluded=one_of("leave out", "duty free"), rest_sector=or_none(_a_label),
    rest_region=or_none(_a_label),
)  # fmt: skip
def tariff_function(
    study: Study | SortedIndex,
    *,
    sectors: str | Path | Mapping[str, str] | Any = "industry",
    regions: str | Path | Mapping[str, str] | Any = "region",
    years: int | Iterable[int] | None = None,
    scenario: Scenario | None = None,
    fallback: str = "own",
    aves: str = "region",
    rates: str = "governing",
    weights: str = "imports",
    empty: str = "null",
    home: str | None = None,
    inside: str = "drop",
    excluded: str = "leave out",
    rest_sector: str | None = None,
    rest_region: str | None = None,
) -> TariffFunction:
    """Make a model's tariffs by sector, region and year, as a function of prices and exchange rates.

    A cell's tariff is the weighted mean, over the lines of its sector, of the rate that the partners of its region pay.

    Parameters
    ----------
    study : Study or SortedIndex
        An index must hold the recorded trade: ``study.index(records=True)``.
    sectors : str, mapping, dataframe or path
        A grouping of the study by its name; "chapter"; "section", the 21 of the Harmonized System; "industry", where
        the study has no grouping of that name: the 17 that come with the package; "gtap"; "all"; prefixes to sectors
        (``{"0203": "meat"}``); or a table with columns ``prefix``, ``sector`` (or ``group``) and, where there are some,
        ``share`` (fractions that add up to 1 within a prefix) and ``name``. The longest prefix wins.
    regions : str, mapping, dataframe, path or None
        "region", those of the study's partners table; "partner", each its own; "all" or None, one for all; partners to
        regions (``{"DEU": "EU"}``), by any code or name of a country; or a table with columns ``partner``, ``region``.
    years : int or sequence of int, optional
        All of the study by default; otherwise in the order given.
    scenario : Scenario, optional
        Nothing changes by default.
    fallback : {"own", "line"}
        What a line does of whose own trade no observation of the region's partners is left, outliers apart: "own", as
        a sweep with ``OnlyPartners(region)``; "line", its AVE over all partners.
    aves : {"region", "partner", "all"}
        Whose observations a line's AVE in a region rests on: all of the region's partners; each partner's own, weighted
        by its imports; all partners that take part, the home region's among them.
    rates : {"governing", "applied", "bound", "ad_valorem"}
        The lesser of applied and bound (METHOD.md section 3); either alone; the ad valorem part of each duty, as
        METHOD.md has it: what it comes to without its amounts, so nothing moves. (The column ``ad_valorem`` of
        `TariffFunction.table` is another thing: what of the rate is paid by percentages.)
    weights : {"imports", "fixed", "simple"}
        The region's own imports in every year: those of the scenario, or of the study as it is; or 1 for every line.
    empty : {"null", "sector", "zero"}
        The tariff of cells without imports: none; the sector's over all partners; 0. A sector without a line and the
        home region have 0 unless it is "null". Imports whose rate is not known leave a cell null.
    home : str, optional
        The importing country, or its region: the destination of the trade. One of the regions, or a country by its
        code or English name.
    inside : {"drop", "keep"}
        Whether trade with partners in the region of the importing country is left out.
    excluded : {"leave out", "duty free"}
        The trade of partners that the study or the scenario excludes: it is in no cell; or it is, and pays 0.
    rest_sector, rest_region : str, optional
        Where lines in no sector, and partners in no region, go. Without it they are an error.

    Returns
    -------
    TariffFunction

    Raises
    ------
    InputError
        Names that the study does not have; a table that cannot be used; lines in no sector or partners in no region,
        the largest of which are listed (`left_out` lists all); a scenario that does not fit the study; an index without
        the recorded trade.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"] * 2, "line": ["2203000100"] * 2, "partner": ["DEU", "BRA"],
    ...            "value": [900.0, 300.0], "quantity": [1000.0, 500.0], "unit": ["l", "l"]},
    ...     applied={"year": [2020], "line": ["2203000100"], "duty": ["0.09 USD/l"]},
    ... )
    >>> f = fa.tariff_function(study, sectors="section", regions={"DEU": "EU", "BRA": "Mercosur"})
    >>> f.sectors[3], f.regions
    ('IV', ['EU', 'Mercosur'])
    >>> f()[0, 3].round(6).tolist()
    [0.1, 0.15]
    """
    asked = as_it_is() if scenario is None else scenario
    index = index_of(study, asked)
    check_scenarios(index.facts, [asked])
    index, asked, of_steps = under(study, index, asked)
    check_named(index, [asked])
    chosen = years_of(index, cast("Sequence[int] | None", years))
    in_sectors, of_sectors = sectors_of(index, sectors)
    in_regions, of_regions = regions_of(index, regions, home)
    in_sectors, in_regions = with_rest(index, in_sectors, in_regions, rest_sector, rest_region)
    of_home = check_home(in_regions, index.facts["partners"])
    refuse_left_out(index, in_sectors, in_regions, chosen)
    from fastavs.models.build import build_parts
    from fastavs.models.function import TariffFunction
    from fastavs.models.options import Options

    cautions = (*of_steps, *of_sectors, *of_regions, *unmet_prefixes(index, [asked]))
    notes = (*map(_in_full, cautions), *unused(in_regions), *([of_home] if of_home else []))
    parts = build_parts(
        index, in_sectors, in_regions, chosen, asked, Options(fallback, aves, rates, weights, empty, inside, excluded)
    )
    if cautions:
        warn_of(lambda: cautions)
    facts = parts.facts | {"fingerprint": _fingerprint(study, index)}
    return TariffFunction(replace(parts, notes=(*notes, *parts.notes), facts=facts))


def _fingerprint(study: Study | SortedIndex, index: SortedIndex) -> str:
    """Return what tells the inputs from others; an index that was built for use at once may not hold it."""
    if isinstance(study, type(index)) or index.fingerprint:
        return index.fingerprint
    return cast("Study", study).matches.fingerprint


def _in_full(caution: str) -> str:
    return caution.in_full if isinstance(caution, Caution) else caution


def with_rest(
    index: SortedIndex, sectors: Sectors, regions: Regions, rest_sector: str | None, rest_region: str | None
) -> tuple[Sectors, Regions]:
    """Put lines in no sector, and partners in no region, where they are asked to go.

    A rest that nothing would be in, in any year of the study, is left away.
    """
    if rest_sector is not None and _some_line_left(index, sectors):
        sectors = sectors.with_rest(rest_sector)
    without = regions.region_of < 0
    if rest_region is not None and without.any():
        regions = regions.with_rest(rest_region, without)
    return sectors, regions


def _some_line_left(index: SortedIndex, sectors: Sectors) -> bool:
    sides = ((index.lines.key[side.first : side.last], side.digits) for side in index.sides)
    return any((np.diff(sectors.members(keys, digits).start) == 0).any() for keys, digits in sides)


def unused(regions: Regions) -> tuple[str, ...]:
    """Say which regions have no partner: they stay, with weight 0."""
    used = set(regions.region_of.tolist())
    without = [label for place, label in enumerate(regions.regions) if place not in used]
    if not without:
        return ()
    more = f" and {len(without) - NAMED} more" if len(without) > NAMED else ""
    listed = f"{', '.join(without[:NAMED])}{more}"
    return (f"{len(without)} of {len(regions.regions)} regions have no partner in the trade, and weight 0: {listed}.",)
