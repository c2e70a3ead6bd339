"""Eurostat Comext: trade of EU members in euro, three layouts.

Bulk files (`read_bulk`; `read_imports` knows them as well)
    Had from Eurostat's bulk download facility, ec.europa.eu/eurostat/databrowser/bulk, tab Comext, folder
    COMEXT_DATA/PRODUCTS: full_v2_202312.7z for a month, full_v2_202352.7z for a year. Unpacked, each is one .dat file,
    a csv with REPORTER, PARTNER, TRADE_TYPE, PRODUCT_NC, ..., FLOW, STAT_PROCEDURE, SUPPL_UNIT, PERIOD, VALUE_EUR,
    VALUE_NAC, QUANTITY_KG, QUANTITY_SUPPL_UNIT: five million rows a month. Files got before 2022 call the same columns
    DECLARANT_ISO, PARTNER_ISO, STAT_REGIME, SUPP_UNIT, VALUE_IN_EUROS, QUANTITY_IN_KG, SUP_QUANTITY.
Exports by exporter and month, one product a file (`read_exports`)
    exporter, period, kg, value_eur. The exporter is the partner.
Imports of one reporter by year and CN8 (`read_imports`)
    year, flow, partner, cn8, value_eur, qty_100kg, as tidied from the interface (DS-045409, in 100 kg).

Traps of the bulk files
    - FLOW 1 is imports, 2 exports, in one file.
    - PRODUCT_NC "TOTAL" is the sum of all products; files may have chapters and headings beside their codes.
    - A file of a year (PERIOD 202352) holds the same trade as those of its months.
    - The files full_partxixu_v2 give GB, and XI (Northern Ireland) and XU (the rest) of which GB is the sum; full_v2
      has GB too.
    - STAT_REGIME 4 of old files is the sum of the others. 1 is normal, 2 inward and 3 outward processing, 9 not told.
    - Partners QP to QZ and codes such as 39XXXXXX and 99RRR100 are confidential or not specified: outside the tariff.
    - SUPPL_UNIT "NO_SU" comes with a quantity of 0; QUANTITY_KG is rounded to kilograms, so small flows have 0.
    - Trade between members is in the files and pays no duty (TRADE_TYPE I).
    - Imports are CIF at the border of the reporter, exports FOB.

With an fx table values are turned into the study's currency at the period's average rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_path, a_table, a_text, or_none, paths, takes, texts
from fastavs.errors import InputError
from fastavs.readers import _comext_bulk
from fastavs.readers._comext_bulk import partner_code
from fastavs.readers._groups import whole
from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._source import Path_, Source, read_csv, to_float
from fastavs.readers._trade import Flag, finish, map_distinct, period_labels, sift_numbers, sift_quantity

EXPORTS = ("exporter", "period", "kg", "value_eur")
IMPORTS = ("year", "flow", "partner", "cn8", "value_eur", "qty_100kg")
FLOWS = {"imports": "M", "exports": "X"}


@takes(path=paths, reporter=or_none(texts), flow=a_text, trade=a_text, fx=or_none(a_table), by=a_text, strict=a_flag)
def read_bulk(
    path: Path_ | Sequence[Path_],
    *,
    reporter: str | Sequence[str] | None = None,
    flow: str = "imports",
    trade: str = "all",
    fx: pa.Table | None = None,
    by: str = "year",
    flag: Flag | None = None,
    strict: bool = False,
) -> Reading:
    """Read bulk files into a native trade table.

    Parameters
    ----------
    path : path or sequence of paths
        One .dat file or several, plain or as gzip or zip; read piece by piece, so that only wanted rows take memory.
    reporter : str or sequence of str, optional
        Members whose trade is wanted, by Eurostat's code ("DE", "GR"); all of them together unless given.
    flow : str
        "imports" or "exports".
    trade : str
        "all", "extra" (across the union's border) or "intra".
    by : str
        What months are added up to: "year", "half", "quarter" or "month".
    fx, flag, strict
        As for `read_exports`.

    Returns
    -------
    Reading
        Native trade; supplementary quantities with their unit, mass in ``net_mass_kg``. Sums of other rows are in
        `set_aside`; confidential codes and partners in `outside`.

    Raises
    ------
    InputError
        A file is absent, empty, cut off, packed as 7z or of another layout; nothing of that reporter and flow is in it;
        a year stands both as a whole and by month; a period has no rate.
    """
    _known(flow)
    reading, file = _comext_bulk.read(path, reporter, flow, trade, by, flag, strict)
    if fx is None:
        return reading
    return replace(
        reading,
        table=_in_currency(reading.table, fx, file),
        set_aside=_aside_in_currency(reading.set_aside, fx),
        outside=None if reading.outside is None else _in_currency(reading.outside, fx, file),
    )


@takes(path=a_path, line=a_text, fx=or_none(a_table), by=a_text, strict=a_flag)
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
            "partner": map_distinct(rows.column("exporter"), partner_code),
            "value": _converted(value[0], period, fx, source.file),
            "quantity": pa.nulls(rows.num_rows, pa.float64()),
            "unit": pa.nulls(rows.num_rows, pa.string()),
            "net_mass_kg": mass,
        }
    )
    counts = {"rows": rows.num_rows}
    own = {"partner": "exporter", "value": "value_eur", "net_mass_kg": "kg"}
    return finish(native, rows.column("exporter"), sieve, counts, source.notes, flag, strict, own=own)


@takes(path=a_path, flow=a_text, fx=or_none(a_table), strict=a_flag)
def read_imports(
    path: Path_,
    *,
    flow: str = "imports",
    fx: pa.Table | None = None,
    flag: Flag | None = None,
    strict: bool = False,
) -> Reading:
    """Read one reporter's trade by year, partner and CN8 into a native trade table.

    A file in the layout of the bulk files is read as `read_bulk` does, all its reporters together.

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
    _known(flow)
    if _comext_bulk.is_bulk(path):
        return read_bulk(path, flow=flow, fx=fx, flag=flag, strict=strict)
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
            "partner": map_distinct(rows.column("partner"), partner_code),
            "value": _converted(value[0], period, fx, source.file),
            "quantity": quantity,
            "unit": pc.if_else(pc.is_valid(quantity), "100 kg", pa.scalar(None, pa.string())),
            "net_mass_kg": pa.nulls(rows.num_rows, pa.float64()),
        }
    )
    counts = {"rows": len(wanted), f"rows of {flow}": rows.num_rows}
    own = {"value": "value_eur", "quantity": "qty_100kg"}
    return finish(native, rows.column("partner"), sieve, counts, source.notes, flag, strict, own=own)


def _sieve(source: Source, wanted: pa.ChunkedArray | None = None) -> Sieve:
    number = np.arange(1, source.rows.num_rows + 1)
    rows = source.rows
    if wanted is not None:
        number, rows = number[np.asarray(wanted)], rows.filter(wanted)
    file = pa.chunked_array([pa.array([source.file] * rows.num_rows, pa.string())])
    return Sieve(file, number, rows)


def _known(flow: str) -> None:
    if flow not in FLOWS:
        raise InputError("unknown flow", value=flow, expected=" or ".join(FLOWS))


def _in_currency(trade: pa.Table, fx: pa.Table, file: str) -> pa.Table:
    value = _converted(trade.column("value"), trade.column("period"), fx, file)
    return trade.set_column(trade.column_names.index("value"), "value", value)


def _aside_in_currency(found: pa.Table, fx: pa.Table) -> pa.Table:
    """Return rows set aside with values in the study's currency; none where the period has no rate.

    What is no number stays as it is.
    """
    euro = fx.filter(pc.equal(fx.column("currency"), "EUR"))
    text = found.column("value")
    value, wrong = to_float(pc.fill_null(text, ""))
    place = whole(pc.index_in(found.column("period"), value_set=euro.column("period").combine_chunks()))
    rate = euro.column("fx").combine_chunks().take(place.cast(pa.int32()))
    converted = pc.multiply(whole(value), rate).cast(pa.string())
    return found.set_column(
        found.column_names.index("value"), "value", pc.if_else(whole(wrong), whole(text), converted)
    )


def _converted(
    value: pa.ChunkedArray, period: pa.Array | pa.ChunkedArray, fx: pa.Table | None, file: str
) -> pa.ChunkedArray:
    """Return values in the study's currency, at the average rate of their period."""
    if fx is None or not len(value):
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
