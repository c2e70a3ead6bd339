"""Regions of a model: which partners belong to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fastavs.arguments import a_mapping, misfit
from fastavs.countries.names import BY_NAME, name_key
from fastavs.countries.partner import answers_to, find, iso3, named, refuse_doubtful
from fastavs.errors import InputError, did_you_mean
from fastavs.models.concordances import SHOWN, is_path, is_table
from fastavs.models.sectors import plain_name, refuse_numbers
from fastavs.periods import natural
from fastavs.tables.columns import text_column
from fastavs.tables.tables import Columns, Piece, from_memory
from fastavs.warned import Caution

if TYPE_CHECKING:
    from fastavs.index.sorted_index import SortedIndex

REGION_COLUMNS = Columns("regions", ("partner", "region"), (), ("partner", "region"))
NAMED = ("region", "partner", "all")
"""Regions that are known by name."""


@dataclass(frozen=True, slots=True)
class Regions:
    """Partners to regions.

    Attributes
    ----------
    title : str
        What it is called in messages.
    regions : tuple of str
        In the order in which models see them.
    region_of : int64[p]
        Of each partner of the study's trade (``index.facts["partners"]``); -1: left out.
    home : str or None
        The region, or other label, of the importing country: the destination of the trade.
    """

    title: str
    regions: tuple[str, ...]
    region_of: np.ndarray
    home: str | None = None

    def with_rest(self, label: str, some: np.ndarray) -> Regions:
        """Return the same with some partners (bool[p]) in a region of their own; `label` may be one of the regions."""
        regions = self.regions if label in self.regions else (*self.regions, label)
        return replace(self, regions=regions, region_of=np.where(some, regions.index(label), self.region_of))


class Entry(NamedTuple):
    """A row of a table of regions."""

    partner: str
    region: str
    file: str | None = None
    row: int | None = None


def regions_of(index: SortedIndex, wanted: Any, home: str | None = None) -> tuple[Regions, tuple[Caution, ...]]:
    """Return the regions that are asked for, and what of a table of them meets nothing.

    Parameters
    ----------
    index : SortedIndex
    wanted : str, mapping, dataframe, path or None
        "region": those of the study's partners table; "partner": each its own; "all" or None: one for all; partners to
        regions, or a table of them.
    home : str, optional
        The importing country, or its region.

    Raises
    ------
    InputError
        A name that is not known; a study without regions; a partner that stands for two countries or in two regions.
    """
    partners = list(index.facts["partners"])
    if wanted is None or (isinstance(wanted, str) and not is_path(wanted)):
        found, region_by_name = _by_name(index, "all" if wanted is None else wanted)
        return replace(found, home=_home(home, found.regions, region_by_name)), ()
    if isinstance(wanted, Mapping) and not ("partner" in wanted and not isinstance(wanted["partner"], str)):
        title, entries = "the mapping", _of_mapping(wanted)
    elif is_table(wanted):
        pieces = from_memory(wanted, REGION_COLUMNS, {})
        if not pieces:
            raise misfit("regions", wanted, "at least one table")
        title, entries = ", ".join(piece.label for piece in pieces), [one for piece in pieces for one in _rows(piece)]
    else:
        expected = f"one of {', '.join(NAMED)}, a mapping of partners to regions, a table, or the path of one"
        raise misfit("regions", wanted, expected)
    found, by_name = _placed(title, entries, partners)
    cautions = _strange(title, entries, partners)
    return replace(found, home=_home(home, found.regions, by_name)), cautions


def _by_name(index: SortedIndex, name: str) -> tuple[Regions, dict[str, str]]:
    partners: list[str] = list(index.facts["partners"])
    if name == "partner":
        own = tuple(plain_name(one, key="regions") for one in partners)
        return Regions("partner", own, np.arange(len(own))), dict(zip(map(named, partners), own, strict=True))
    if name == "all":
        return Regions("all", ("all",), np.zeros(len(partners), dtype=np.int64)), {}
    if name != "region":
        raise InputError(
            "no such regions", key="regions", value=name,
            expected=f"one of {', '.join(NAMED)}, or a table of partners and regions.{did_you_mean(name, NAMED)}",
        )  # fmt: skip
    of_partner = {one: plain_name(label, key="regions") for one, label in index.facts["regions"].items()}
    if not of_partner:
        raise InputError(
            "the study has no regions", key="regions", value=name,
            cure="give the partners table a column region, or say here which partner is in which region",
        )  # fmt: skip
    labels = [plain_name(one) for one in index.facts.get("region_names", ())] or sorted(set(of_partner.values()))
    regions = _in_order(labels)
    place = {label: number for number, label in enumerate(regions)}
    region_of = np.array([place[of_partner[one]] if one in of_partner else -1 for one in partners], dtype=np.int64)
    return Regions("region", regions, region_of), {named(one): label for one, label in of_partner.items()}


def _of_mapping(mapping: Mapping[Any, Any]) -> list[Entry]:
    refuse_numbers("regions", mapping, '{"076": "South America"}, or {"BRA": "South America"}')
    for partner, region in a_mapping("regions", mapping).items():
        if not isinstance(region, str):
            raise misfit(f'regions["{partner}"]', region, 'a region\'s label, as text: {"DEU": "EU"}')
        if not region.strip() or not partner.strip():
            raise misfit("regions", f"{partner}: {region}", "a partner and its region")
    if not mapping:
        raise misfit("regions", mapping, "partners and their regions")
    return [
        Entry(partner.strip(), plain_name(region.strip(), key="regions", about=f"partner {partner!a}"))
        for partner, region in mapping.items()
    ]


def _rows(piece: Piece) -> list[Entry]:
    cells = []
    for column in REGION_COLUMNS.text:
        places, texts = text_column(piece, column)
        cells.append([texts[place] if place >= 0 else "" for place in places.tolist()])
    found = []
    for i, (partner, region) in enumerate(zip(*cells, strict=True)):
        if not partner:
            raise InputError("a row without a partner", file=piece.label, row=piece.first + i + 1, column="partner")
        if region:  # a partner without one is left out, which is told of with its trade
            row = piece.first + i + 1
            found.append(
                Entry(partner, plain_name(region, file=piece.label, row=row, column="region"), piece.label, row)
            )
    return found


def _placed(title: str, entries: Iterable[Entry], partners: list[str]) -> tuple[Regions, dict[str, str]]:
    """Put the trade's partners where rows say; the region of each partner that is named goes along."""
    of_name: dict[str, str] = {}
    for one in entries:
        refuse_doubtful(one.partner, partners, "regions", one.file and f"{one.file}, row {one.row}")
        if of_name.setdefault(named(one.partner), one.region) != one.region:
            raise InputError(
                "a partner in two regions", file=one.file, row=one.row, key=None if one.file else "regions",
                column="region" if one.file else None, about=f"partner {one.partner}",
                value=f"{of_name[named(one.partner)]}, {one.region}", cure="leave one of the two out",
            )  # fmt: skip
    regions = _in_order(of_name.values())
    place = {label: number for number, label in enumerate(regions)}
    labels = [next((of_name[one] for one in answers_to(partner) if one in of_name), None) for partner in partners]
    region_of = np.array([-1 if label is None else place[label] for label in labels], dtype=np.int64)
    return Regions(title, regions, region_of), of_name


def _in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Return labels, each once, as first seen; where all are numbers, by number."""
    found = tuple(dict.fromkeys(labels))
    return tuple(sorted(found, key=natural)) if all(one.isascii() and one.isdigit() for one in found) else found


def _strange(title: str, entries: Iterable[Entry], partners: list[str]) -> tuple[Caution, ...]:
    """Say which partners of a table are neither known countries nor partners of the trade."""
    without = [one for one in dict.fromkeys(one.partner for one in entries) if iso3(one) is None]
    without = [one for one in without if not find(one, partners)]
    if not without:
        return ()
    listed = ", ".join(without[:SHOWN]) + (f" and {len(without) - SHOWN} more" if len(without) > SHOWN else "")
    text = f"Regions ({title}): no partner of the trade, and no known country: {listed}."
    near = "".join(did_you_mean(one, partners) for one in without[:1])
    return (Caution(f"{text}{near}", cure="write ISO alpha-3 codes"),)


def _home(home: str | None, regions: tuple[str, ...], region_by_name: Mapping[str, str]) -> str | None:
    """Return the region of the importing country where there is one, else the label as it is given."""
    if home is None or home in regions:
        return home
    return region_by_name.get(named(home), home)


def check_home(regions: Regions, partners: Sequence[str]) -> str:
    """Return what must be said of the importing country; empty where its region is one of the regions.

    Raises
    ------
    InputError
        It is neither a region nor a country that is known.
    """
    home = regions.home
    if home is None or home in regions.regions:
        return ""
    if iso3(home) is None and not find(home, partners):
        near = did_you_mean(home, (*regions.regions, *partners)) or did_you_mean(name_key(home), BY_NAME)
        raise InputError(
            "home is neither one of the regions nor a country that is known", key="home", value=home,
            expected=f"a region, or a country by its code or English name.{near}",
        )  # fmt: skip
    return f'The importing country "{home}" is in none of the regions: no trade is left out as its own.'
