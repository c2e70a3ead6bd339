"""Eurostat Comext: trade of EU members, two layouts.

- Exports by exporter and month, one product a file: exporter, period, kg, value_eur. The exporter is the partner.
- Imports of one reporter by year and CN8: year, flow, partner, cn8, value_eur, qty_100kg.

Values are in euro; with an fx table they are turned into the study's currency at the period's average rate.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.errors import InputError
from fastavs.readers._countries import to_iso3
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._source import Path_, Source, read_csv, to_float
from fastavs.readers._trade import Flag, finish, map_distinct, period_labels, sift_numbers, sift_quantity

EXPORTS = ("exporter", "period", "kg", "value_eur")
IMPORTS = ("year", "flow", "partner", "cn8", "value_eur", "qty_100kg")
FLOWS = {"imports": "M", "exports": "X"}

# Eurostat's own codes where they are not ISO's.
_EUROSTAT = {"EL": "GRC", "UK": "GBR", "XI": "GBR", "XS": "SRB"}


def read_exports(
    path: Path_,
    line: str,
    *,
    fx: pa.Table | None = None,
    by: str = "year",
    flag: Flag | None = None,
    strict: bool = False,
) -> Reading:
    """Read members' exports of one product, by month, into a native trade table.

    Parameters
    ----------
    path : path
        The csv, plain or compressed.
    line : str
        The product's code, which the file does not carry.
    fx : pyarrow.Table, optional
        Native fx table with the euro's rate for every period; None leaves values in euro.
    by : str
        What months are added up to: "year", "half", "quarter" or "month".
    flag, strict
        As for `fastavs.readers.russian_customs.read`.

    Returns
    -------
    Reading
        Native trade, values FOB; mass is in ``net_mass_kg``.

    Raises
    ------
    InputError
        The file is absent, empty, cut off or of another layout; a period has no rate.
    """
    source = read_csv(path, EXPORTS)
    rows, sieve = source.rows, _sieve(source)
    value = to_float(rows.column("value_eur"))
    sift_numbers(sieve, *value)
    mass = sift_quantity(sieve, "kg", *to_float(rows.column("kg")))
    period = period_labels(rows.column("period"), sieve, by, None, source.file)
    native = pa.table(
        {
            "period": period,
            "line": pa.array([line] * rows.num_rows, pa.string()),
            "partner": map_distinct(rows.column("exporter"), _partner),
            "value": _converted(value[0], period, fx, source.file),
            "quantity": pa.nulls(rows.num_rows, pa.float64()),
            "unit": pa.nulls(rows.num_rows, pa.string()),
            "net_mass_kg": mass,
        }
    )
    counts = {"rows": rows.num_rows}
    return finish(native, rows.column("exporter"), sieve, counts, source.notes, flag, strict)


def read_imports(
    path: Path_,
    *,
    flow: str = "imports",
    fx: pa.Table | None = None,
    flag: Flag | None = None,
    strict: bool = False,
) -> Reading:
    """Read one reporter's trade by year, partner and CN8 into a native trade table.

    Parameters
    ----------
    path : path
        The csv, plain or compressed.
    flow : str
        "imports" or "exports".
    fx, flag, strict
        As for `read_exports`.

    Returns
    -------
    Reading
        Native trade; the quantity keeps its unit, "100 kg".

    Raises
    ------
    InputError
        The file is absent, empty, cut off or of another layout, or holds nothing of that flow; a period has no rate.
    """
    if flow not in FLOWS:
        raise InputError("unknown flow", value=flow, expected=" or ".join(FLOWS))
    source = read_csv(path, IMPORTS)
    wanted = pc.equal(source.rows.column("flow"), FLOWS[flow])
    if not pc.any(wanted).as_py():
        raise InputError("no row of the flow that is asked for", file=source.file, column="flow", value=FLOWS[flow])
    sieve = _sieve(source, wanted)
    rows = source.rows.filter(wanted)
    value = to_float(rows.column("value_eur"))
    sift_numbers(sieve, *value)
    quantity = sift_quantity(sieve, "qty_100kg", *to_float(rows.column("qty_100kg")))
    sieve.lose(pc.invert(pc.match_substring_regex(rows.column("cn8"), r"^[0-9]{4,10}$")), "cn8 is no code")
    period = rows.column("year")
    sieve.lose(pc.invert(pc.match_substring_regex(period, r"^\d{4}$")), "period is no year")
    native = pa.table(
        {
            "period": period,
            "line": rows.column("cn8"),
            "partner": map_distinct(rows.column("partner"), _partner),
            "value": _converted(value[0], period, fx, source.file),
            "quantity": quantity,
            "unit": pc.if_else(pc.is_valid(quantity), "100 kg", pa.scalar(None, pa.string())),
            "net_mass_kg": pa.nulls(rows.num_rows, pa.float64()),
        }
    )
    counts = {"rows": len(wanted), f"rows of {flow}": rows.num_rows}
    return finish(native, rows.column("partner"), sieve, counts, source.notes, flag, strict)


def _sieve(source: Source, wanted: pa.ChunkedArray | None = None) -> Sieve:
    number = np.arange(1, source.rows.num_rows + 1)
    rows = source.rows
    if wanted is not None:
        number, rows = number[np.asarray(wanted)], rows.filter(wanted)
    file = pa.chunked_array([pa.array([source.file] * rows.num_rows, pa.string())])
    return Sieve(file, number, rows)


def _partner(code: str) -> str | None:
    code = code.strip()
    return _EUROSTAT.get(code) or to_iso3(code)


def _converted(
    value: pa.ChunkedArray, period: pa.Array | pa.ChunkedArray, fx: pa.Table | None, file: str
) -> pa.ChunkedArray:
    """Return values in the study's currency, at the average rate of their period."""
    if fx is None:
        return value
    euro = fx.filter(pc.equal(fx.column("currency"), "EUR"))
    place = pc.index_in(period, value_set=euro.column("period").combine_chunks())
    unknown = pc.and_(pc.is_null(place), pc.is_valid(period))
    if pc.any(unknown).as_py():
        missing = sorted(pc.unique(period.filter(unknown)).to_pylist())
        raise InputError(
            "no exchange rate of the euro for the period",
            file=file,
            value=", ".join(missing),
            cure="add the period to the fx table",
        )
    return pc.multiply(value, euro.column("fx").combine_chunks().take(pa.chunked_array([place]).combine_chunks()))
