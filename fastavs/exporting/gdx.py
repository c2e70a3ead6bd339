"""Tariffs as GAMS reads them: a GDX file, by the interface that GAMS gives away."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fastavs import __version__
from fastavs.errors import InputError
from fastavs.exporting.labels import Labels, uels
from fastavs.exporting.model_table import ModelTable
from fastavs.exporting.plan import CUT_SHORT, Choices, Plan
from fastavs.exporting.provenance import provenance

TEXT = 254  # bytes of an explanatory text
LARGEST = 1e300  # from here on numbers mean something else: no value, infinity, EPS
_CELLS = ("i", "r", "s", "t")


class Sets(NamedTuple):
    """The sets of a file: names as they are written, and what each means."""

    i: Labels
    r: Labels
    s: Labels
    t: Labels

    @property
    def log(self) -> tuple[str, ...]:
        """What is written otherwise."""
        return tuple(line for one in self for line in one.log)


def gdx_plan(table: ModelTable, path: Path, choices: Choices) -> Plan:
    """Return the GDX file of a table: every cell is a record, 0 as EPS and what is not known as NA.

    Raises
    ------
    InputError
        gamsapi is not installed; or the region of destination has no name.
    """
    home = table.destination("GDX")
    gdx, directory = _interface()
    sets = _sets(table, home)
    log = [*sets.log, *_shared(sets)]
    unknown = int(np.isnan(table.rate).sum())
    if unknown:
        log.append(f"{unknown:,} of {table.rate.size:,} cells have no tariff, and stand as NA.")

    def write(new: Path) -> None:
        with _opened(gdx, directory, new) as handle:
            _write(gdx, handle, table, sets, log)
        _check_whole(gdx, directory, new, _counts(table, sets, log))

    return Plan({path: write}, tuple(log))


def _sets(table: ModelTable, home: str) -> Sets:
    regions = uels("region", table.regions)
    if home in table.regions:
        destination = Labels((regions.written[table.regions.index(home)],), ())
    else:
        destination = uels("destination", [home])
    return Sets(uels("sector", table.sectors), regions, destination, uels("year", [str(year) for year in table.years]))


def _shared(sets: Sets) -> list[str]:
    """Say which labels of two sets differ in upper and lower case alone: GAMS has one list of labels for all sets."""
    first: dict[str, str] = {}
    for label in (one for some in sets for one in some.written):
        first.setdefault(label.casefold(), label)
    return [
        f'"{label}" is written "{first[label.casefold()]}", as in another set: GAMS takes the two for one label'
        for label in dict.fromkeys(one for some in sets for one in some.written)
        if label != first[label.casefold()]
    ]


def _interface() -> tuple[Any, str]:
    """Return GAMS's interface and the folder of its library."""
    try:
        import gams.core.gdx as gdx
        import gams_gdxgmd as library
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("gams"):
            raise
        raise InputError(
            "GDX files need gamsapi and gams-gdxgmd, which are not installed", cure="pip install gamsapi gams-gdxgmd"
        ) from None
    return gdx, str(library.directory)


@contextmanager
def _opened(gdx: Any, directory: str, path: Path) -> Iterator[Any]:
    """Give the handle of a new file, closed at the end."""
    handle = gdx.new_gdxHandle_tp()
    made, told = gdx.gdxCreateD(handle, directory, gdx.GMS_SSSIZE)
    if not made:
        raise InputError(
            f"GAMS's library for GDX files does not load ({told})", cure="pip install --upgrade gamsapi gams-gdxgmd"
        )
    try:
        done, status = gdx.gdxOpenWrite(handle, str(path), f"fastavs {__version__}")
        if not done:
            raise OSError(status, gdx.gdxErrorStr(handle, status)[1])
        yield handle
        status = gdx.gdxClose(handle)
        if status:
            raise OSError(status, gdx.gdxErrorStr(handle, status)[1])
    finally:
        gdx.gdxFree(handle)
        gdx.delete_gdxHandle_tp(handle)


def _write(gdx: Any, handle: Any, table: ModelTable, sets: Sets, log: Sequence[str]) -> None:
    names = [table.sector_names.get(one, one) for one in table.sectors]
    _set(gdx, handle, "i", "sectors", zip(sets.i.written, names, strict=True))
    _set(gdx, handle, "r", "regions that imports come from", zip(sets.r.written, table.regions, strict=True))
    _set(gdx, handle, "s", "regions that imports go to", [(sets.s.written[0], str(table.home))])
    _set(gdx, handle, "t", "years", [(one, "") for one in sets.t.written])
    told = [*provenance(table), *log]
    _set(
        gdx, handle, "provenance", "where these figures come from", ((str(at + 1), one) for at, one in enumerate(told))
    )
    arrays = {
        "rtms": ("tariff: ad valorem equivalent, fraction", table.rate),
        "rtms_adv": ("its ad valorem part, fraction", table.ad_valorem),
        "rtms_spe": ("its specific part, fraction", table.specific),
        "vcif": (f"imports, {table.values}, {table.money}", table.imports),
        "unknown_imports": (
            f"imports of lines without a known rate, {table.values}, {table.money}",
            table.unknown_imports,
        ),
        "revenue": (f"duty on these imports, {table.money}", table.revenue),
    }
    if table.against is not None and table.change_in_power is not None:
        arrays["rtms0"] = ("tariff of the baseline, fraction", table.against.rate)
        arrays["tms"] = ("percent change in the power of the tariff", table.change_in_power)
    for name, (words, cells) in arrays.items():
        _parameter(gdx, handle, table, name, words, sets, cells)


def _counts(table: ModelTable, sets: Sets, log: Sequence[str]) -> dict[str, int]:
    """Return how many records each symbol has."""
    parameters = ["rtms", "rtms_adv", "rtms_spe", "vcif", "unknown_imports", "revenue"]
    parameters += ["rtms0", "tms"] if table.against is not None else []
    found = {name: len(one.written) for name, one in zip(Sets._fields, sets, strict=True)}
    return found | {"provenance": len(provenance(table)) + len(log)} | dict.fromkeys(parameters, table.rate.size)


def _check_whole(gdx: Any, directory: str, path: Path, counts: Mapping[str, int]) -> None:
    """Raise an OSError unless a file holds all records of all symbols: the library is silent about a full disk."""
    handle = gdx.new_gdxHandle_tp()
    try:
        whole = gdx.gdxCreateD(handle, directory, gdx.GMS_SSSIZE)[0] and gdx.gdxOpenRead(handle, str(path))[0]
        found: dict[str, int] = {}
        for number in range(1, gdx.gdxSystemInfo(handle)[1] + 1) if whole else ():
            name = gdx.gdxSymbolInfo(handle, number)[1]
            gdx.gdxDataReadRawStart(handle, number)
            found[name] = sum(1 for _ in iter(lambda: gdx.gdxDataReadRaw(handle)[0], 0))
            gdx.gdxDataReadDone(handle)
        if whole:
            gdx.gdxClose(handle)
    finally:
        gdx.gdxFree(handle)
        gdx.delete_gdxHandle_tp(handle)
    if not whole or found != dict(counts):
        raise OSError(CUT_SHORT)


def _set(gdx: Any, handle: Any, name: str, words: str, members: Iterable[tuple[str, str]]) -> None:
    values = gdx.doubleArray(gdx.GMS_VAL_MAX)
    _right(gdx, handle, gdx.gdxDataWriteStrStart(handle, name, words, 1, gdx.GMS_DT_SET, 0), name)
    for label, text in members:
        number = gdx.gdxAddSetText(handle, _fitting(text))[1] if text else 0
        values[gdx.GMS_VAL_LEVEL] = float(number)
        _right(gdx, handle, gdx.gdxDataWriteStr(handle, [label], values), name)
    _right(gdx, handle, gdx.gdxDataWriteDone(handle), name)


def _parameter(gdx: Any, handle: Any, table: ModelTable, name: str, words: str, sets: Sets, cells: np.ndarray) -> None:
    values = gdx.doubleArray(gdx.GMS_VAL_MAX)
    large = np.abs(np.nan_to_num(cells, nan=0.0, posinf=np.inf, neginf=-np.inf)) >= LARGEST
    if large.any():
        raise InputError(
            f"GDX has no numbers of {LARGEST:g} and above, and {name} has {large.sum():,}: {table.named_cells(large)}",
            cure="mend the duties or the values that they come from",
        )  # fmt: skip
    _right(gdx, handle, gdx.gdxDataWriteStrStart(handle, name, _fitting(words), 4, gdx.GMS_DT_PAR, 0), name)
    _right(gdx, handle, gdx.gdxSymbolSetDomain(handle, list(_CELLS)), name)
    ordered = np.moveaxis(cells, 0, -1).ravel().tolist()  # as the labels run: sector, region, year
    for labels, value in zip(
        itertools.product(sets.i.written, sets.r.written, sets.s.written, sets.t.written), ordered, strict=True
    ):
        values[gdx.GMS_VAL_LEVEL] = gdx.GMS_SV_EPS if value == 0.0 else gdx.GMS_SV_NA if value != value else value
        _right(gdx, handle, gdx.gdxDataWriteStr(handle, list(labels), values), name)
    _right(gdx, handle, gdx.gdxDataWriteDone(handle), name)


def _right(gdx: Any, handle: Any, done: Any, name: str) -> None:
    """Raise an InputError unless a step was done."""
    if not done:
        told = gdx.gdxErrorStr(handle, gdx.gdxGetLastError(handle))[1]
        raise InputError(f"GAMS's library does not take {name} ({told})")


def _fitting(text: str) -> str:
    """Return an explanatory text that GAMS takes: 254 bytes, one kind of quotes."""
    plain = text.replace('"', "'") if "'" not in text else text.replace('"', "`")
    return plain.encode()[:TEXT].decode(errors="ignore")
