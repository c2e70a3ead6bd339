"""What sectors and regions leave out, lines and partners that no cell of a model would have: an error or a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from fastavs.arguments import takes
from fastavs.codes import to_code
from fastavs.errors import InputError
from fastavs.models.asked import as_it_is, index_of, years_asked, years_of
from fastavs.models.concordances import sectors_of
from fastavs.models.regions import Regions, regions_of
from fastavs.models.sectors import Sectors

if TYPE_CHECKING:
    from fastavs.index.sorted_index import SortedIndex
    from fastavs.study import Study

LISTED = 12
"""How many lines and partners an error lists together."""


class LeftOut(NamedTuple):
    """A line in no sector, or a partner in no region."""

    what: str  # "line" or "partner"
    code: str
    year: int  # of those asked for the one with most of it; the last such
    imports: float  # base imports of that year, in the study's currency
    share: float  # a fraction of one total: of all lines, or all partners, each with its year with most
    excluded: bool = False  # a partner that takes no part in rates


@takes(years=years_asked)
def left_out(
    study: Study | SortedIndex, *, sectors: Any = "industry", regions: Any = "region", years: Any = None
) -> pa.Table:
    """List what sectors and regions leave out: what `tariff_function` refuses, all of it.

    Parameters
    ----------
    study : Study or SortedIndex
        An index must hold records.
    sectors, regions : str, mapping, dataframe or path
        As `tariff_function` takes them.
    years : int or sequence of int, optional
        All of the study by default.

    Returns
    -------
    pyarrow.Table
        A row for each line in no sector and each partner of the trade in no region, the largest imports first: ``what``
        ("line" or "partner"), ``code``, ``year`` (of those asked for the one with most of it; the last such),
        ``imports`` (base imports of that year, in the study's currency), ``share`` (a fraction of the base imports of
        all lines, or of all partners, each in its year with most: shares add up to 1 at most), ``excluded`` (whether
        the partner takes no part in rates).

    Raises
    ------
    InputError
        Sectors, regions or years that the study does not have.

    Examples
    --------
    >>> import fastavs as fa
    >>> study = fa.Study(
    ...     trade={"period": ["2020"] * 2, "line": ["2203000100", "0203110000"], "partner": ["DEU", "BRA"],
    ...            "value": [900.0, 300.0], "quantity": [1000.0, 100.0], "unit": ["l", "kg"]},
    ...     applied={"year": [2020] * 2, "line": ["2203000100", "0203110000"], "duty": ["0.1 USD/l", "15%"]},
    ... )
    >>> table = fa.left_out(study, sectors={"22": "drinks"}, regions={"DEU": "EU", "BRA": "Mercosur"})
    >>> table.select(["what", "code", "imports", "share"]).to_pylist()
    [{'what': 'line', 'code': '0203110000', 'imports': 300.0, 'share': 0.25}]
    """
    index = index_of(study, as_it_is())
    chosen = years_of(index, years)
    placed, _ = sectors_of(index, sectors)
    in_regions, _ = regions_of(index, regions)
    found = [*lines_left_out(index, placed, chosen), *partners_left_out(index, in_regions, chosen)]
    types = (pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.bool_())
    ordered = sorted(found, key=lambda one: -one.imports)
    columns = zip(*ordered, strict=True) if ordered else ([] for _ in types)
    return pa.table(
        {name: pa.array(list(column), kind) for name, column, kind in zip(LeftOut._fields, columns, types, strict=True)}
    )


def lines_left_out(index: SortedIndex, sectors: Sectors, years: Sequence[int]) -> list[LeftOut]:
    """Return the lines of some years that are in no sector, each once."""
    sides = {_side_of(index, year): year for year in sorted(years)}
    sizes = [index.sides[one].last - index.sides[one].first for one in sides]
    places = np.concatenate([np.arange(index.sides[one].first, index.sides[one].last) for one in sides])
    keys, imports = index.lines.key[places], index.lines.imports[places]
    digits = np.repeat([index.sides[one].digits for one in sides], sizes)
    order = np.lexsort((np.repeat(list(sides.values()), sizes), imports, keys, digits))
    keys, imports, digits = keys[order], imports[order], digits[order]
    once = np.append((np.diff(keys) != 0) | (np.diff(digits) != 0), True)  # the year with most stands last
    total = float(imports[once].sum())
    found = []
    for length in np.unique(digits).tolist():
        some = np.flatnonzero(once & (digits == length))
        without = some[np.diff(sectors.members(keys[some], length).start) == 0]
        in_year = np.repeat(list(sides.values()), sizes)[order[without]]
        for key, value, year in zip(keys[without].tolist(), imports[without].tolist(), in_year.tolist(), strict=True):
            found.append(LeftOut("line", to_code(key, length), year, value, value / total if total else 0.0))
    return found


def partners_left_out(index: SortedIndex, regions: Regions, years: Sequence[int]) -> list[LeftOut]:
    """Return the partners with trade in the base periods of some years that are in no region, each once, excluded ones
    as well."""
    partners = index.facts["partners"]
    known: dict[tuple[int, int], np.ndarray] = {}
    without = np.flatnonzero(regions.region_of < 0)
    if not without.size:
        return []
    ordered = sorted(years)
    imports, taking_part = np.zeros((len(ordered), len(partners))), np.zeros((len(ordered), len(partners)), dtype=bool)
    for row, year in enumerate(ordered):
        side = _side_of(index, year)
        codes = _codes_of(index, side)
        by_period = known.get(codes)
        if by_period is None:
            by_period = known[codes] = _by_period(index, codes)
        periods = index.facts["bases"][index.facts["basis_of"][side]][1]
        imports[row], taking_part[row] = by_period[periods].sum(axis=0), index.taking_part[periods].any(axis=0)
    last_with_most = len(ordered) - 1 - imports[::-1].argmax(axis=0)
    most = imports.max(axis=0)
    total = float(most.sum())
    return [
        LeftOut("partner", partners[one], ordered[row], float(most[one]), float(most[one]) / total,
                not taking_part[row, one])
        for one, row in zip(without.tolist(), last_with_most[without].tolist(), strict=True)
        if most[one] > 0.0
    ]  # fmt: skip


def _side_of(index: SortedIndex, year: int) -> int:
    """Return the place of the schedule whose lines a year has."""
    one = next(one for one in index.years if one.year == year)
    return index.side("bound", year) if one.has_bound else index.side("applied", one.applied_year)


def _codes_of(index: SortedIndex, side: int) -> tuple[int, int]:
    """Return the first code of the trade that serves a side, and one past the last: it stands there by code length."""
    codes = index.reach.order[index.reach.first[side] : index.reach.first[side + 1]]
    return (int(codes.min()), int(codes.max()) + 1) if codes.size else (0, 0)


def _by_period(index: SortedIndex, codes: tuple[int, int]) -> np.ndarray:
    """Return the trade with some codes by period and partner, float64[t, p]."""
    records, n_partners = index.records, len(index.facts["partners"])
    cells = slice(int(records.code_cell[codes[0]]), int(records.code_cell[codes[1]]))
    rows = slice(int(records.start[cells.start]), int(records.start[cells.stop]))
    sizes = np.diff(records.start[cells.start : cells.stop + 1])
    bins = np.repeat(records.period[cells].astype(np.int64) * n_partners, sizes) + records.partner[rows]
    size = len(index.facts["trade_periods"]) * n_partners
    return np.bincount(bins, records.value[rows], minlength=size).reshape(-1, n_partners)


def refuse_left_out(index: SortedIndex, sectors: Sectors, regions: Regions, years: Sequence[int]) -> None:
    """Make sure that nothing is left out.

    Raises
    ------
    InputError
        Lists the largest by their imports, says how many there are, and how to mend it.
    """
    lines, partners = lines_left_out(index, sectors, years), partners_left_out(index, regions, years)
    if not lines and not partners:
        return
    most = LISTED // 2 if lines and partners else LISTED
    parts, cures = [], []
    if lines:
        parts.append(_told(lines, "lines", "line", f"no sector ({sectors.title})", most))
        cures.append('put them together with rest_sector="rest", or place them in the table')
    if partners:
        parts.append(_told(partners, "partners", "partner", f"no region ({regions.title})", most))
        cures.append('put them together with rest_region="rest", or place them in the table')
    cure = f"{cures[0]}; fa.left_out lists all" if len(cures) == 1 else (
        'put them together with rest_sector="rest" and rest_region="rest", or place them in the tables; '
        "fa.left_out lists all"
    )  # fmt: skip
    raise InputError("; ".join(parts), cure=cure)


def _told(some: Iterable[LeftOut], several: str, one: str, where: str, most: int) -> str:
    ordered = sorted(some, key=lambda each: (-each.imports, each.code))
    shown = ", ".join(map(_shown, ordered[:most]))
    more = f" and {len(ordered) - most:,} more" if len(ordered) > most else ""
    share = sum(each.share for each in ordered)
    count = f"{len(ordered):,} {several} are" if len(ordered) > 1 else f"1 {one} is"
    return f"{count} in {where}, with {_percent(share)} of the base imports: {shown}{more}"


def _shown(one: LeftOut) -> str:
    excluded = "excluded, " if one.excluded else ""
    return f"{one.code} ({excluded}{one.imports:,.0f}, {_percent(one.share)})"


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"
