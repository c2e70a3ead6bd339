"""Make the native tables of this study out of the files that SOURCE.md names.

    python data/eaeu/make.py FOLDER [--out DIR]

FOLDER holds the sources in the sub-folders of `SOURCES`. The same files give the same bytes.
"""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fastavs.errors import UnitError
from fastavs.readers import Reading, comext, eaeu_tariff, ecb, russian_customs
from fastavs.trade.mislabelled.find import CULPRITS, find_mislabelled
from fastavs.units.units import KINDS, read_unit

SOURCES = {
    "tariff 2025": "eaeu-cet/ett_2025-09.csv.gz",
    "tariff 2026": "eaeu-cet/ett_2026-03.csv.gz",
    "India": "ru-customs-fts-india/fts_india_2021-01_2022-01.csv.gz",
    "Turkey": "turkey-mirror-2025/turkey_russia_2025_cn8.csv.gz",
    "EU beer": "eurostat-ru-exports/beer_2203_eu27_to_ru_monthly.csv",
    "euro": "ecb-fx/eurofxref-hist.zip",
}
YEARS = {"tariff 2025": 2025, "tariff 2026": 2026}
PERIODS = ("2021", "2022M01", "2025")
BEER, BEER_PERIODS = "2203", ("2020", "2021", "2022M01-11")  # the file's; 2020 has no quantity, 2022 is a part year
COLUMNS = ["period", "line", "partner", "value", "quantity", "unit", "net_mass_kg", "mislabelled"]
TRADE_ORDER = ("period", "line", "partner", "unit", "quantity", "net_mass_kg", "value")


def main() -> None:
    """Read the sources, write the tables, print what was left out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the sources")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the tables go")
    wanted = parser.parse_args()
    source = {name: wanted.folder / path for name, path in SOURCES.items()}
    wanted.out.mkdir(parents=True, exist_ok=True)

    tariffs = {name: eaeu_tariff.read(source[name], year) for name, year in YEARS.items()}
    applied = pa.concat_tables([reading.table for reading in tariffs.values()])
    _write(applied, wanted.out / "applied.parquet", ("year", "line"))

    fx = ecb.read(source["euro"], currency="USD", periods=[*PERIODS, *BEER_PERIODS], currencies=("EUR", "USD"))
    in_use = fx.table.filter(pc.is_in(fx.table.column("period"), pa.array(PERIODS)))
    lines = [",".join(in_use.column_names), *(",".join(map(str, row.values())) for row in in_use.to_pylist())]
    (wanted.out / "fx.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")

    trade = {
        "India": russian_customs.read(source["India"], flag=looks_mislabelled),
        "Turkey": russian_customs.read(source["Turkey"], flag=looks_mislabelled),
        "EU beer": comext.read_exports(source["EU beer"], BEER, fx=fx.table),
    }
    rows = pa.concat_tables([_all_of(reading) for reading in trade.values()], promote_options="default")
    rows = rows.filter(pc.is_in(rows.column("period"), pa.array(PERIODS)))
    _write(rows.select(COLUMNS), wanted.out / "trade.parquet", TRADE_ORDER)

    for name, reading in {**tariffs, "fx": fx, **trade}.items():
        print(f"{name}\n{textwrap.indent(reading.report(), '  ')}")


def _all_of(reading: Reading) -> pa.Table:
    """Return trade inside and outside the tariff as one native table: a study counts what weighs no line."""
    assert reading.outside is not None
    outside = reading.outside.select([name for name in reading.outside.column_names if name in COLUMNS])
    return pa.concat_tables([reading.table, outside], promote_options="default")


def _write(table: pa.Table, path: Path, order: tuple[str, ...]) -> None:
    ordered = table.sort_by([(name, "ascending") for name in order]).combine_chunks()
    pq.write_table(ordered, path, compression="zstd", compression_level=19, store_schema=False)


def looks_mislabelled(rows: pa.Table) -> pa.Array:
    """Return which number of a row (native columns, a row a month) looks wrong, null where none does; string[n]."""
    unit = rows.column("unit").combine_chunks().dictionary_encode()
    sizes = [_kind_and_size(text) for text in unit.dictionary.to_pylist()]
    kinds = np.array([kind for kind, _ in sizes] + [-1], dtype=np.int64)
    factors = np.array([size for _, size in sizes] + [0.0])
    place = np.asarray(unit.indices.fill_null(len(sizes)))
    line = rows.column("line")
    code = pc.if_else(pc.match_substring_regex(line, r"^[0-9]+$"), pc.utf8_slice_codeunits(line, 0, 6), "0")
    found = find_mislabelled(
        np.asarray(code.cast(pa.int64())),
        kinds[place],
        np.asarray(rows.column("quantity").fill_null(0.0)) * factors[place],
        np.asarray(rows.column("net_mass_kg").fill_null(0.0)),
        np.asarray(rows.column("value")),
    )
    culprit = np.full(rows.num_rows, None, dtype=object)
    culprit[found.rows] = [CULPRITS[code] for code in found.culprit]
    return pa.array(culprit, pa.string())


def _kind_and_size(text: str) -> tuple[int, float]:
    try:
        unit = read_unit(text)
    except UnitError:
        return -1, 0.0
    return KINDS.index(unit.kind), float(unit.size)


if __name__ == "__main__":
    main()
