"""Eurostat's bulk files of Comext: every reporter, partner and product of a month or a year. See `comext.read_bulk`."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.countries.iso import to_iso3
from fastavs.countries.partner import EUROSTAT
from fastavs.errors import InputError
from fastavs.readers._batches import is_one_of, pick_rows, read_header
from fastavs.readers._groups import WORLD, Group, joined, part_breakdown, part_groups, part_levels
from fastavs.readers._reading import Reading, Sieve, total
from fastavs.readers._source import Path_, to_float
from fastavs.readers._trade import (
    Flag,
    canonical_unit,
    finish,
    map_distinct,
    period_labels,
    sift_numbers,
    sift_quantity,
    with_unit,
)

FLOWS = {"imports": "1", "exports": "2"}
TRADE = {"all": None, "extra": ("E", "M"), "intra": ("I", "L")}
"""TRADE_TYPE by what is asked for: E is extra-EU, I intra-EU, L Northern Ireland, M the rest of the United Kingdom."""

# What a column means, and its name in the files of today and in those before 2022.
NOW = {
    "reporter": "REPORTER",
    "partner": "PARTNER",
    "line": "PRODUCT_NC",
    "flow": "FLOW",
    "period": "PERIOD",
    "value": "VALUE_EUR",
    "mass": "QUANTITY_KG",
    "quantity": "QUANTITY_SUPPL_UNIT",
    "unit": "SUPPL_UNIT",
    "procedure": "STAT_PROCEDURE",
    "trade": "TRADE_TYPE",
}
BEFORE = NOW | {
    "reporter": "DECLARANT_ISO",
    "partner": "PARTNER_ISO",
    "value": "VALUE_IN_EUROS",
    "mass": "QUANTITY_IN_KG",
    "quantity": "SUP_QUANTITY",
    "unit": "SUPP_UNIT",
    "procedure": "STAT_REGIME",
}
OPTIONAL = ("procedure", "trade")
OWN = {
    "period": "period", "partner": "partner", "value": "value", "quantity": "quantity", "unit": "unit",
    "net_mass_kg": "mass",
}  # fmt: skip
"""Native columns, and what they come from."""

_ALL_PROCEDURES = ("4", "TOTAL")
_NO_UNIT = "NO_SU"
_UNIONS = ("EU", "EA", "EU27_2020", "EU28", "EU27", "EU25", "EU15", "EA19", "EA20", "EA21")
_WORLDS = ("WORLD", "WRL", "WLD", "TOTAL")
_SIDES = ("EXTRA", "INTRA", "EXT_EU27_2020", "INT_EU27_2020", "EU27_2020_EXTRA", "EU27_2020_INTRA")
_GROUPS = (
    *(Group(code, "all countries", WORLD) for code in _WORLDS),
    *(Group(code, code) for code in (*_UNIONS, *_SIDES)),
)


def partner_code(code: str) -> str | None:
    """Return the ISO alpha-3 code of what Eurostat calls a partner, `WORLD` for all, None where no country is told."""
    code = code.strip()
    return WORLD if code in _WORLDS else EUROSTAT.get(code) or to_iso3(code)


def is_bulk(path: Path_) -> bool:
    """Tell whether a file has the layout of the bulk files."""
    return NOW["line"] in read_header(path, list(NOW.values()))


def read(
    path: Path_ | Sequence[Path_],
    reporter: str | Sequence[str] | None,
    flow: str,
    trade: str,
    by: str,
    flag: Flag | None,
    strict: bool,
) -> tuple[Reading, str]:
    """Return the reading, values in euro, and the first file's name; see `comext.read_bulk`."""
    if trade not in TRADE:
        raise InputError("unknown part of trade", value=trade, expected=", ".join(TRADE))
    paths = [path] if isinstance(path, str | PathLike) else list(path)
    reporters = [reporter] if isinstance(reporter, str) else reporter
    names = _names(paths, trade)
    found: set[str] = set()

    def wanted(piece: pa.Table) -> pa.ChunkedArray:
        found.update(pc.unique(piece.column(names["reporter"])).to_pylist())
        keep = pc.equal(piece.column(names["flow"]), FLOWS[flow])
        if reporters is not None:
            keep = pc.and_(keep, is_one_of(piece.column(names["reporter"]), reporters))
        codes = TRADE[trade]
        return keep if codes is None else pc.and_(keep, is_one_of(piece.column(names["trade"]), codes))

    picked = [pick_rows(one, list(names.values()), wanted) for one in paths]
    rows = pa.concat_tables([one.rows for one in picked])
    first = picked[0].file
    if not rows.num_rows:
        raise InputError(
            f"no row of the {flow} that are asked for",
            file=first,
            column=names["reporter"],
            value=None if reporters is None else ", ".join(reporters),
            expected=f"one of the file's reporters, {', '.join(sorted(found)[:40])}",
        )
    file = pa.chunked_array([pa.array([one.file] * one.rows.num_rows, pa.string()) for one in picked])
    sieve = Sieve(file, np.concatenate([one.number for one in picked]), rows)
    rows = rows.rename_columns(list(names))
    native = _native(rows, sieve, by, first)
    counts: dict[str, float] = {"rows": sum(one.total for one in picked), f"rows of {flow}": rows.num_rows}
    counts |= _counts(rows, sieve)
    notes = _notes(rows, sieve, native.column("value"))
    own = {native: names[what] for native, what in OWN.items()}
    return finish(native, rows.column("partner"), sieve, counts, notes, flag, strict, own=own), first


def _names(paths: Sequence[Path_], trade: str) -> dict[str, str]:
    """Return the file's names of the columns to read, in the layout that it has."""
    header = read_header(paths[0], list(NOW.values()))
    names = BEFORE if BEFORE["value"] in header else NOW
    if trade != "all" and names["trade"] not in header:
        raise InputError(
            "the file does not say which trade is extra-EU", column=names["trade"], cure='read it with "all"'
        )
    return {what: name for what, name in names.items() if what not in OPTIONAL or name in header}


def _native(rows: pa.Table, sieve: Sieve, by: str, file: str) -> pa.Table:
    """Turn the file's columns into native ones, row by row; set aside what doubles up."""
    value, no_number = to_float(rows.column("value"))
    line = pc.utf8_trim_whitespace(rows.column("line"))
    sieve.lose(pc.equal(line, "TOTAL"), "sum of all products")
    sift_numbers(sieve, value, no_number)
    sieve.lose(pc.invert(pc.match_substring_regex(line, r"^[0-9A-Z]+$")), "PRODUCT_NC is no code")
    # 202352 is what the files of a whole year call it.
    raw = pc.replace_substring_regex(rows.column("period"), r"^(\d{4})52$", r"\1")
    period = period_labels(raw, sieve, by, None, file)
    _set_sums_aside(rows, sieve, raw, line, value)
    sieve.lose(pc.match_substring_regex(line, r"^[0-9]{1,3}$"), "code shorter than 4 digits")
    mass = sift_quantity(sieve, "QUANTITY_KG", *to_float(rows.column("mass")))
    quantity = sift_quantity(sieve, "QUANTITY_SUPPL_UNIT", *to_float(rows.column("quantity")))
    unit = map_distinct(rows.column("unit"), lambda text: None if text == _NO_UNIT else canonical_unit(text))
    quantity, unit = with_unit(sieve, quantity, unit)
    return pa.table(
        {
            "period": period,
            "line": line,
            "partner": map_distinct(rows.column("partner"), partner_code),
            "value": value,
            "quantity": quantity,
            "unit": unit,
            "net_mass_kg": mass,
        }
    )


def _set_sums_aside(
    rows: pa.Table, sieve: Sieve, period: pa.ChunkedArray, line: pa.ChunkedArray, value: pa.ChunkedArray
) -> None:
    """Set aside all that is a sum of other rows of the files."""
    reporter, partner = rows.column("reporter"), rows.column("partner")
    key = joined(period, reporter, partner)
    if "procedure" in rows.column_names:
        part_breakdown(sieve, joined(key, line), rows.column("procedure"), "STAT_PROCEDURE", _ALL_PROCEDURES)
    part_levels(sieve, key, line)
    _part_chapters(sieve, key, line)
    part_groups(sieve, period, reporter, value, [Group(code, code) for code in _UNIONS])
    part_groups(sieve, period, partner, value, _GROUPS)
    _part_united_kingdom(sieve, period, partner)


def _part_chapters(sieve: Sieve, key: pa.Array, line: pa.ChunkedArray) -> None:
    """Set chapters aside that are the sum of confidential codes, such as 22XXXXXX, and perhaps of others."""
    kept = pa.array(sieve.kept)
    size = pc.utf8_length(line)
    begun = joined(key, pc.utf8_slice_codeunits(line, 0, 2)).filter(pc.and_(kept, pc.greater(size, 2)))
    hit = pc.and_(pc.equal(size, 2), pc.is_in(joined(key, line), pc.unique(begun)))
    sieve.lose(hit, "sum of longer codes that stand beside it")


def _part_united_kingdom(sieve: Sieve, period: pa.ChunkedArray, partner: pa.ChunkedArray) -> None:
    """Keep either the United Kingdom as a whole or its two parts, period by period."""
    kept = pa.array(sieve.kept)

    def periods_of(code: str) -> pa.Array:
        return pc.unique(period.filter(pc.and_(pc.equal(partner, code), kept)))

    whole, rest = periods_of("GB"), periods_of("XU")
    lost = pc.and_(pc.equal(partner, "GB"), pc.is_in(period, rest))
    sieve.lose(lost, "the United Kingdom as a whole, whose parts XI and XU stand beside it")
    alone = pa.array([one for one in whole.to_pylist() if one not in set(rest.to_pylist())], pa.string())
    lost = pc.and_(pc.equal(partner, "XI"), pc.is_in(period, alone))
    sieve.lose(lost, "part of the United Kingdom, which stands as one partner beside it")


def _counts(rows: pa.Table, sieve: Sieve) -> dict[str, float]:
    """Count rows kept by customs procedure, and reporters."""
    kept = rows.filter(pa.array(sieve.kept))
    counts: dict[str, float] = {"reporters": pc.count_distinct(kept.column("reporter")).as_py()}
    if "procedure" in rows.column_names:
        for one in pc.value_counts(kept.column("procedure")).to_pylist():
            counts[f"rows under procedure {one['values']}"] = one["counts"]
    return counts


def _notes(rows: pa.Table, sieve: Sieve, value: pa.ChunkedArray) -> list[str]:
    """Say how much of the trade crosses no border of the union."""
    if "trade" not in rows.column_names:
        return []
    inside = pc.and_(is_one_of(rows.column("trade"), ("I", "L")), pa.array(sieve.kept))
    within = total(pc.if_else(inside, value, 0.0))
    if not within or pc.all(inside).as_py():
        return []
    return [f'EUR {within:,.0f} is trade within the union, which pays no duty; trade="extra" leaves it out']
