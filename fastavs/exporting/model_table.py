"""What is exported: tariffs by year, sector and region, with what a reader must know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from fastavs.errors import InputError
from fastavs.models.note_years import notes_of_years
from fastavs.tables.arrow import numbers, texts

ARRAYS = ("rate", "ad_valorem", "specific", "imports", "weights", "unknown_imports")
NOT_STATED = "not stated"
"""What a study says of its values where nobody has said whether they are CIF or FOB."""
ALIKE = {
    "rates": "rates", "aves": "AVEs (aves)", "weights": "weights", "fallback": "fallback", "empty": "empty",
    "inside": "trade inside the home region (inside)", "excluded": "trade of excluded partners (excluded)",
    "currency": "currency", "value_basis": "basis of values", "millions": "units of imports",
}  # fmt: skip
"""Facts in which a scenario and its baseline must agree."""
SHOWN = 5  # cells or names that a message lists


@dataclass(frozen=True, slots=True, eq=False)
class ModelTable:
    """Tariffs by year, sector and region of a model; a cell is one of each. y years, s sectors, r regions.

    Attributes
    ----------
    years : tuple of int
    sectors, regions : tuple of str
        Regions are those that imports come from.
    home : str or None
        The region that imports go to.
    sector_names : dict of str to str
        Of sectors that have one.
    facts : dict
        ``title``, ``note``, ``currency``, ``value_basis``, ``source`` of the study; ``scenario``, ``rates``, ``aves``,
        ``weights`` as asked for. What is missing is not spoken of.
    notes : tuple of str
        What a user must be told.
    rate, ad_valorem, specific : float64[y, s, r]
        Tariff and its two parts, fractions. NaN: no tariff is known.
    imports, weights : float64[y, s, r]
        Imports in the study's currency, of lines with a known rate; what these lines weigh together.
    against : ModelTable, optional
        The baseline of a scenario: the same years, sectors and regions.
    unknown_imports : float64[y, s, r], optional
        Imports of lines without a known rate, in the study's currency; 0 by default.

    Raises
    ------
    InputError
        An array of another shape, infinite or negative imports, a name that stands twice, another baseline.

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.full((1, 2, 1), 0.1)
    >>> table = ModelTable((2020,), ("food", "cars"), ("EU",), "RUS", {}, {"title": "made up"}, (), cells, cells,
    ...                    cells - 0.1, cells + 0.9, cells + 0.9)
    >>> table.revenue.ravel().tolist()
    [0.1, 0.1]
    """

    years: tuple[int, ...]
    sectors: tuple[str, ...]
    regions: tuple[str, ...]
    home: str | None
    sector_names: dict[str, str]
    facts: dict[str, Any]
    notes: tuple[str, ...]
    rate: np.ndarray
    ad_valorem: np.ndarray
    specific: np.ndarray
    imports: np.ndarray
    weights: np.ndarray
    against: ModelTable | None = field(default=None)
    unknown_imports: np.ndarray = field(default_factory=lambda: np.zeros(()))

    def __post_init__(self) -> None:
        for word, names in (("year", self.years), ("sector", self.sectors), ("region", self.regions)):
            _check_names(word, names)
        if np.shape(self.unknown_imports) == ():
            object.__setattr__(self, "unknown_imports", np.full(self.shape, self.unknown_imports))
        for name in ARRAYS:
            given = np.asarray(getattr(self, name), dtype=np.float64)
            if given.shape != self.shape:
                raise InputError(
                    f"{name} has another shape", value=given.shape, expected=f"years, sectors, regions: {self.shape}"
                )
            object.__setattr__(self, name, given)
        for name in ("imports", "weights", "unknown_imports"):
            if not (np.isfinite(getattr(self, name)) & (getattr(self, name) >= 0.0)).all():
                raise InputError(f"{name} are not finite, or negative", cure="give 0 where there are none")
        if np.isinf(self.rate).any():
            raise InputError("a rate is infinite", cure="give NaN where no tariff is known")
        if self.against is not None:
            self._check_baseline(self.against)

    def _check_baseline(self, other: ModelTable) -> None:
        for word in ("years", "sectors", "regions", "home"):
            mine, its = getattr(self, word), getattr(other, word)
            if mine != its:
                raise InputError(
                    f"scenario and baseline have other {word}", value=_listed(its),
                    expected=f"those of the scenario: {_listed(mine)}",
                )  # fmt: skip
        same = "fingerprint" if all(one.facts.get("fingerprint") for one in (self, other)) else "title"
        for key, word in {**ALIKE, same: "study"}.items():
            mine, its = self.facts.get(key), other.facts.get(key)
            if mine is not None and its is not None and mine != its:
                shown = [one.facts.get("title") if key == "fingerprint" else one.facts[key] for one in (other, self)]
                raise InputError(
                    f"scenario and baseline are of two studies ({shown[1]}, {shown[0]})" if key == same else
                    f"scenario and baseline have other {word}", value=None if key == same else str(its),
                    expected=None if key == same else f"{mine}, as the scenario has",
                    cure="make both by tariff_function of one study, with the same options but for scenario=",
                )  # fmt: skip

    @property
    def shape(self) -> tuple[int, int, int]:
        """Years, sectors, regions."""
        return len(self.years), len(self.sectors), len(self.regions)

    @property
    def revenue(self) -> np.ndarray:
        """Duty on imports at the base, float64[y, s, r] in the study's currency; NaN: the tariff is not known."""
        with np.errstate(over="ignore"):
            return np.where(self.imports == 0.0, 0.0, self.imports * self.rate)

    @property
    def change_in_power(self) -> np.ndarray | None:
        """Percent change of 1 + t from the baseline, float64[y, s, r]; NaN where either is unknown or has no power."""
        if self.against is None:
            return None
        known = has_power(self.rate) & has_power(self.against.rate)
        before = np.where(known, self.against.rate, 0.0)
        with np.errstate(over="ignore"):
            change = 100.0 * (np.where(known, self.rate, 0.0) - before) / (1.0 + before)
        return np.where(known & np.isfinite(change), change, np.nan)

    @property
    def log_power(self) -> np.ndarray:
        """ln(1 + t), float64[y, s, r]; NaN where the tariff is not known, or -100 % or less."""
        known = has_power(self.rate)
        return np.where(known, np.log1p(np.where(known, self.rate, 0.0)), np.nan)

    @property
    def without_change(self) -> np.ndarray:
        """Cells with a tariff before and after, bool[y, s, r], whose 1 + t has no finite change in percent."""
        change = self.change_in_power
        if self.against is None or change is None:
            return np.zeros(self.shape, dtype=bool)
        return np.isnan(change) & ~np.isnan(self.rate) & ~np.isnan(self.against.rate)

    @property
    def powerless(self) -> tuple[str, ...]:
        """What must be said of cells that have a tariff and no ln(1 + t), or no change of 1 + t."""
        said = []
        below = ~np.isnan(self.rate) & ~has_power(self.rate)
        if below.any():
            said.append(f"{below.sum():,} of {below.size:,} cells have a tariff of -100 % or less, and 1 + t has no "
                        f"logarithm: {self.named_cells(below)}")  # fmt: skip
        if self.without_change.any():
            said.append(f"{self.without_change.sum():,} of {below.size:,} cells have no finite change of 1 + t, for a "
                        f"tariff is -100 % or less, or too large: {self.named_cells(self.without_change)}")  # fmt: skip
        return tuple(said)

    def year(self, year: int) -> ModelTable:
        """Return the part of one year, without the notes of others."""
        at = self.years.index(year)
        arrays = {name: getattr(self, name)[at : at + 1] for name in ARRAYS}
        against = None if self.against is None else self.against.year(year)
        return replace(self, years=(year,), notes=notes_of_years(self.notes, (year,)), against=against, **arrays)

    def in_millions(self) -> ModelTable:
        """Return the same with imports, known and unknown, and weights in millions."""
        facts = {**self.facts, "millions": True}
        against = None if self.against is None else self.against.in_millions()
        money = {name: getattr(self, name) / 1e6 for name in ("imports", "unknown_imports", "weights")}
        return replace(self, facts=facts, against=against, **money)

    def beside(self, baseline: ModelTable) -> ModelTable:
        """Return the same as a scenario against a baseline."""
        return replace(self, against=replace(baseline, against=None))

    @property
    def money(self) -> str:
        """The unit of imports and revenue, as "million USD"."""
        currency = str(self.facts.get("currency") or "the study's currency")
        return f"million {currency}" if self.facts.get("millions") else currency

    @property
    def values(self) -> str:
        """What values are, as "CIF values"; "values" where the table does not say."""
        basis = str(self.facts.get("value_basis") or "")
        return "values, CIF or FOB not stated" if basis == NOT_STATED else f"{basis} values".strip()

    def cell(self, place: Sequence[int]) -> str:
        """Name a cell for people."""
        year, sector, region = place
        return f'{self.years[year]}, sector "{self.sectors[sector]}", region "{self.regions[region]}"'

    def named_cells(self, chosen: np.ndarray) -> str:
        """Name the first of some cells, bool[y, s, r]; and say how many more there are."""
        places = np.argwhere(chosen)
        named = "; ".join(self.cell(place) for place in places[:SHOWN].tolist())
        return named + (f"; and {len(places) - SHOWN:,} more" if len(places) > SHOWN else "")

    def destination(self, kind: str) -> str:
        """Return the region that imports go to.

        Raises
        ------
        InputError
            It has no name, and `kind` of file needs one.
        """
        if not self.home:
            raise InputError(
                f"{kind} has a region of destination, and that of these imports has no name",
                cure='name the importing country: home="RUS" of tariff_function, or --home RUS',
            )
        return self.home

    def to_arrow(self) -> pa.Table:
        """Return a row per cell: fractions, money, ln(1 + t); with a baseline its rate and the change of 1 + t."""
        years, sectors, regions = (grid.ravel() for grid in np.indices(self.shape))
        columns: dict[str, Any] = {
            "year": numbers(np.array(self.years, dtype=np.int64)[years]),
            "sector": texts([self.sectors[one] for one in sectors]),
            "sector_name": texts([self.sector_names.get(self.sectors[one]) for one in sectors]),
            "region": texts([self.regions[one] for one in regions]),
            "destination": texts([self.home] * years.size),
        }
        arrays = {name: getattr(self, name) for name in ("rate", "ad_valorem", "specific", "imports")}
        arrays |= {
            "unknown_imports": self.unknown_imports,
            "weight": self.weights,
            "revenue": self.revenue,
            "log_power": self.log_power,
        }
        if self.against is not None:
            arrays |= {"baseline_rate": self.against.rate, "change_in_power_pct": self.change_in_power}
        columns |= {name: numbers(one.ravel()) for name, one in arrays.items()}
        return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def of_function(function: Any) -> ModelTable:
    """Return the tariffs of a tariff function at its base.

    Parameters
    ----------
    function : TariffFunction

    Raises
    ------
    InputError
        It is none.
    """
    if isinstance(function, ModelTable):
        return function
    if not all(hasattr(function, one) for one in ("facts", "table", "sectors", "regions", "notes", "sector_names")):
        of_study = hasattr(function, "config") or hasattr(function, "year_numbers")
        raise InputError(
            "what is exported is a tariff function", value=type(function).__name__, expected="a TariffFunction",
            cure="make it first: fastavs.tariff_function(study, ...)" if of_study else
            "fastavs.tariff_function(study, ...) makes one",
        )  # fmt: skip
    facts = dict(function.facts)
    years, sectors, regions = tuple(function.years), tuple(function.sectors), tuple(function.regions)
    table = function.table()
    places = tuple(
        np.array([at[one] for one in table[column].to_pylist()], dtype=np.int64)
        for column, at in (("year", _at(years)), ("sector", _at(sectors)), ("region", _at(regions)))
    )

    def grid(name: str) -> np.ndarray:
        filled = np.full((len(years), len(sectors), len(regions)), np.nan)
        filled[places] = table[name].cast(pa.float64()).to_numpy()
        return filled

    return ModelTable(
        years, sectors, regions, facts.get("home"), dict(function.sector_names), facts, tuple(function.notes),
        grid("rate"), grid("ad_valorem"), grid("specific"), grid("imports"), grid("weight"),
        unknown_imports=grid("unknown_imports"),
    )  # fmt: skip


def has_power(rate: np.ndarray) -> np.ndarray:
    """Return where 1 + rate is known and above 0."""
    return np.asarray(1.0 + rate > 0.0)


def _at(names: Sequence[Any]) -> dict[Any, int]:
    return {one: place for place, one in enumerate(names)}


def _check_names(word: str, names: Sequence[Any]) -> None:
    if not names:
        raise InputError(f"there is no {word}")
    twice = [one for one in dict.fromkeys(names) if names.count(one) > 1]
    if twice or "" in names:
        raise InputError(f"a {word} stands twice, or has no name", value=_listed(twice))


def _listed(names: Any) -> str:
    some = names if isinstance(names, tuple | list) else (names,)
    return ", ".join(map(str, some[:SHOWN])) + (f", and {len(some) - SHOWN} more" if len(some) > SHOWN else "")
