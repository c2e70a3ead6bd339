"""A sweep as one tidy table: a row a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from fastavs.results.bands import MEANS as BANDED
from fastavs.results.bands import NAMES, band_of
from fastavs.results.origin import Origin
from fastavs.results.revenue import Revenue, revenue_of
from fastavs.results.summary import FIGURES
from fastavs.scenario.scenario import Scenario
from fastavs.tables.arrow import labels, numbers

_KEYS = ("scenario", "year", "group", "name")


class Swept(Protocol):
    """What a tidy table is made of; see `Sweep`."""

    @property
    def scenarios(self) -> tuple[Scenario, ...]: ...
    @property
    def years(self) -> tuple[int, ...]: ...
    @property
    def outputs(self) -> tuple[str, ...]: ...
    @property
    def figures(self) -> np.ndarray: ...
    @property
    def groups(self) -> Mapping[str, pa.Table]: ...
    @property
    def drawn(self) -> Mapping[int, np.ndarray]: ...
    @property
    def origin(self) -> Origin | None: ...
    def summary(self) -> pa.Table: ...


class _Part(NamedTuple):
    """One statistic of some scenarios: the same m rows of each."""

    places: Sequence[int]  # of the scenarios
    year: np.ndarray  # int64[m]
    group: Sequence[str | None]  # m
    statistic: str
    value: np.ndarray  # float64[scenarios, m]
    base: np.ndarray  # float64[m] the baseline's


def tidy_table(sweep: Swept, base: int) -> pa.Table:
    """Return every figure of a sweep; see `Sweep.tidy`.

    Parameters
    ----------
    sweep : Swept
    base : int
        The place of the baseline.
    """
    parts = [*_of_summary(sweep, base), *_of_groups(sweep, base), *_of_revenue(sweep, base), *_of_bands(sweep, base)]
    groups = dict.fromkeys([None, *(one for part in parts for one in part.group)])
    at_group = {one: place for place, one in enumerate(groups)}
    names = list(dict.fromkeys(part.statistic for part in parts))
    sizes = [len(part.places) * part.year.size for part in parts]
    columns = {
        "scenario": np.concatenate([np.repeat(part.places, part.year.size) for part in parts]),
        "year": np.concatenate([np.tile(part.year, len(part.places)) for part in parts]),
        "group": np.concatenate([np.tile([at_group[one] for one in part.group], len(part.places)) for part in parts]),
        "statistic": np.repeat([names.index(part.statistic) for part in parts], sizes),
        "value": np.concatenate([part.value.reshape(-1) for part in parts]),
        "difference": np.concatenate([(part.value - part.base).reshape(-1) for part in parts]),
    }
    order = np.lexsort((np.arange(sum(sizes)), columns["year"], columns["group"], columns["scenario"]))
    columns = {name: one[order] for name, one in columns.items()}
    return pa.table({
        "scenario": labels(columns["scenario"], [one.name for one in sweep.scenarios]),
        "year": numbers(columns["year"].astype(np.int64)),
        "group": labels(columns["group"], list(groups)).cast(pa.string()).dictionary_encode(),
        "statistic": labels(columns["statistic"], names),
        "value": numbers(columns["value"]), "difference": numbers(columns["difference"]),
    })  # fmt: skip


def _of_summary(sweep: Swept, base: int) -> Iterator[_Part]:
    table, n, years = sweep.summary(), len(sweep.scenarios), np.array(sweep.years, dtype=np.int64)
    for name in sweep.outputs:
        value = _floats(table[name]).reshape(n, -1)
        yield _Part(range(n), years, [None] * years.size, name, value, value[base])


def _of_groups(sweep: Swept, base: int) -> Iterator[_Part]:
    n = len(sweep.scenarios)
    for title in sweep.groups:
        table = sweep.groups[title]
        names = table["scenario"].to_pylist()
        keys = list(zip(table["group"].to_pylist(), table["year"].to_pylist(), strict=True))
        every = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        scenario = {one.name: place for place, one in enumerate(sweep.scenarios)}
        at = np.array([scenario[one] for one in names]), np.array([every[key] for key in keys])
        group = [f"{title} {one}" for one, _ in every]
        years = np.array([year for _, year in every], dtype=np.int64)
        for name in table.column_names:
            if name not in _KEYS:
                value = np.full((n, len(every)), np.nan)
                value[at] = _floats(table[name])
                yield _Part(range(n), years, group, name, value, value[base])


def _of_revenue(sweep: Swept, base: int) -> Iterator[_Part]:
    """Give revenue of all lines and of groups; nothing where a sweep does not know what it was worked out from."""
    origin, n = sweep.origin, len(sweep.scenarios)
    if origin is None:
        return
    years = np.array(sweep.years, dtype=np.int64)
    cuts: list[tuple[np.ndarray, list[str | None], np.ndarray]]
    cuts = [(np.searchsorted(years, origin.year), [None] * years.size, years)]
    for title in sweep.groups:
        member, named = origin.members(title)
        cuts.append((member, [f"{title} {one}" for one, _, _ in named], np.array([one for _, _, one in named])))
    found = [[np.empty((n, of.size)) for _ in Revenue._fields] for _, _, of in cuts]
    for place, rates in origin.rates(range(n)):
        imports = origin.imports_under(place)
        for (group, _, of), into in zip(cuts, found, strict=True):
            for one, values in zip(into, revenue_of(rates, imports, group, of.size), strict=True):
                one[place] = values
    for (_, named_groups, of), some in zip(cuts, found, strict=True):
        for name, value in zip(Revenue._fields, some, strict=True):
            yield _Part(range(n), of, named_groups, name, value, value[base])


def _of_bands(sweep: Swept, base: int) -> Iterator[_Part]:
    years = np.array(sweep.years, dtype=np.int64)
    for place, draws in sweep.drawn.items():
        for name in sweep.outputs:
            if name not in BANDED:
                continue
            at = FIGURES.index(name)
            for what, value in zip(NAMES, band_of(draws[:, :, at]).spread, strict=True):
                less = np.zeros(years.size) if what == "sd" else sweep.figures[base, :, at]
                yield _Part([place], years, [None] * years.size, f"{name}_draws_{what}", value[None], less)


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
