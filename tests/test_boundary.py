"""The boundary: whatever a table comes in, the same rates come out, to the bit."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from small import EUR, columns, fx_table, row, same_bits, schedule

import fastavs as fa

# Integers in value, so that integer columns can say the same; nulls in every optional column.
ROWS = [
    row("2009", "2203000100", "DEU", 100.0, 10.0, "l"),
    row("2009", "2203000100", "CHN", 700.0, 33.0, "l", net_mass_kg=31.0),
    row("2009", "2203000100", "CHN", 50.0),
    row("2009", "0203290000", "CHN", 300.0, 2.0, "head", quantity_2=40.0, unit_2="kg"),
    row("2009", "0203290000", "BRA", 900.0, net_mass_kg=80.0),
    row("2009", "0203290000", "USA", 20.0, 9.0, "furlong"),
    row("2009", "22030009", "TUR", 60.0, 7.0, "l"),
    row("2009", "2203000100", "KAZ", None, 7.0, "l"),
]
TYPES: dict[str, pa.DataType] = {
    "period": pa.string(), "line": pa.string(), "partner": pa.string(), "value": pa.float64(),
    "quantity": pa.float64(), "unit": pa.string(), "quantity_2": pa.float64(), "unit_2": pa.string(),
    "net_mass_kg": pa.float64(),
}  # fmt: skip
PLAIN = pa.Table.from_pylist(ROWS, schema=pa.schema(list(TYPES.items())))
DUTIES = schedule(
    {2009: {"2203000100": "max(5%, 0.3 EUR/l)", "2203000900": "0.4 EUR/l", "0203290000": "3% + 0.2 EUR/kg"}}
)
TEXT = [name for name, kind in TYPES.items() if kind == pa.string()]
NUMBERS = [name for name in TYPES if name not in TEXT]


def rates_of(trade: Any, applied: Any = DUTIES, **more: Any) -> pa.Table:
    return fa.Study(trade, applied, **({"fx": fx_table()} | more)).rates().table


EXPECTED = rates_of(PLAIN)


def retyped(names: list[str], kind: pa.DataType) -> pa.Table:
    table = PLAIN
    for name in names:
        place = table.column_names.index(name)
        table = table.set_column(place, name, table.column(name).cast(kind))
    return table


def dictionaries(table: pa.Table, chunks: bool = False) -> pa.Table:
    """Text as dictionaries; with `chunks`, a dictionary of its own in each."""
    pieces = [table.slice(start, 3) for start in range(0, table.num_rows, 3)] if chunks else [table]
    encoded = [
        pa.table({name: one.column(name).dictionary_encode() if name in TEXT else one.column(name) for name in TYPES})
        for one in pieces
    ]
    return pa.concat_tables(encoded)


def sliced(table: pa.Table) -> pa.Table:
    """The same rows as a window on a longer table."""
    return pa.concat_tables([table, table, table]).combine_chunks().slice(table.num_rows, table.num_rows)


def read_only() -> pa.Table:
    """Numbers in memory that numpy must not write to."""
    arrays = {}
    for name in NUMBERS:
        numbers = np.array([np.nan if one is None else one for one in PLAIN.column(name).to_pylist()])
        numbers.flags.writeable = False
        arrays[name] = pa.array(numbers, from_pandas=True)
    return pa.table({name: arrays.get(name, PLAIN.column(name)) for name in TYPES})


def pandas_arrow() -> pd.DataFrame:
    return PLAIN.to_pandas(types_mapper=pd.ArrowDtype)


def pandas_categories() -> pd.DataFrame:
    return PLAIN.to_pandas().astype(dict.fromkeys(TEXT, "category"))


def polars_categories() -> pl.DataFrame:
    return pl.from_arrow(PLAIN).with_columns(pl.col(TEXT).cast(pl.Categorical))


def from_duckdb() -> Any:
    native = PLAIN
    return duckdb.from_arrow(native)


def batches() -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(PLAIN.schema, PLAIN.to_batches(max_chunksize=2))


def index_of(kind: pa.DataType) -> pa.Table:
    encoded = dictionaries(PLAIN)
    arrays = {
        name: encoded.column(name).cast(pa.dictionary(kind, pa.large_string())) if name in TEXT else PLAIN.column(name)
        for name in TYPES
    }
    return pa.table(arrays)


SOURCES: dict[str, Callable[[], Any]] = {
    "table": lambda: PLAIN,
    "record batch": lambda: PLAIN.combine_chunks().to_batches()[0],
    "batch reader": batches,
    "mapping of lists": lambda: columns(ROWS),
    "mapping of numpy": lambda: {name: np.array(some, dtype=object) for name, some in columns(ROWS).items()},
    "list of tables": lambda: [PLAIN.slice(0, 3), PLAIN.slice(3)],
    "list of kinds": lambda: [PLAIN.slice(0, 3), PLAIN.slice(3).to_pandas()],
    "chunked": lambda: pa.concat_tables([PLAIN.slice(start, 1) for start in range(PLAIN.num_rows)]),
    "an empty chunk": lambda: pa.concat_tables([PLAIN.slice(0, 0), PLAIN, PLAIN.slice(0, 0)]),
    "sliced": lambda: sliced(PLAIN),
    "read-only": read_only,
    "dictionaries": lambda: dictionaries(PLAIN),
    "chunked dictionaries": lambda: dictionaries(PLAIN, chunks=True),
    "sliced dictionaries": lambda: sliced(dictionaries(PLAIN)),
    "small dictionaries of large strings": lambda: index_of(pa.int8()),
    "wide dictionaries of large strings": lambda: index_of(pa.int64()),
    "unsigned dictionaries": lambda: index_of(pa.uint16()),
    "large strings": lambda: retyped(TEXT, pa.large_string()),
    "string views": lambda: retyped(TEXT, pa.string_view()),
    "numbers as text": lambda: retyped(NUMBERS, pa.string()),
    "numbers as large text": lambda: retyped(NUMBERS, pa.large_string()),
    "numbers as views": lambda: retyped(NUMBERS, pa.string_view()),
    "integers": lambda: retyped(NUMBERS, pa.int64()),
    "small integers": lambda: retyped(NUMBERS, pa.uint16()),
    "single precision": lambda: retyped(NUMBERS, pa.float32()),
    "decimals": lambda: retyped(NUMBERS, pa.decimal128(20, 4)),
    "wide decimals": lambda: retyped(NUMBERS, pa.decimal256(50, 4)),
    "periods as integers": lambda: retyped(["period"], pa.int32()),
    "columns in another order": lambda: PLAIN.select(list(reversed(TYPES))),
    "columns beside": lambda: PLAIN.append_column("note", pa.array(["x"] * PLAIN.num_rows)),
    "pandas": lambda: PLAIN.to_pandas(),
    "pandas on arrow": pandas_arrow,
    "pandas categories": pandas_categories,
    "pandas strings": lambda: PLAIN.to_pandas().astype(dict.fromkeys(TEXT, "string")),
    "pandas with an index": lambda: PLAIN.to_pandas().set_index(pd.Index(range(7, 7 + len(ROWS)), name="at")),
    "pandas rows": lambda: pd.concat([PLAIN.to_pandas()] * 2).iloc[len(ROWS) :],
    "polars": lambda: pl.from_arrow(PLAIN),
    "polars categories": polars_categories,
    "polars enums": lambda: pl.from_arrow(PLAIN).with_columns(
        pl.col("unit").cast(pl.Enum(["l", "kg", "head", "furlong"]))
    ),
    "polars slice": lambda: pl.concat([pl.from_arrow(PLAIN)] * 3, rechunk=False).slice(len(ROWS), len(ROWS)),
    "polars decimals": lambda: pl.from_arrow(PLAIN).with_columns(pl.col(NUMBERS).cast(pl.Decimal(18, 2))),
    "duckdb": from_duckdb,
}


@pytest.mark.parametrize("source", SOURCES)
def test_trade_comes_in_any_dress(source):
    study = fa.Study(SOURCES[source](), DUTIES, fx=fx_table())
    assert same_bits(study.rates().table, EXPECTED)
    # the reasons count alike too
    assert study.set_aside.counts() == {("row", "no value"): 1, ("quantity", "unknown unit"): 1}
    assert set(study.set_aside.table().column("period").to_pylist()) == {"2009"}


def test_the_expected_rates_are_no_trifle():
    rates = EXPECTED.column("rate").to_pylist()
    assert None not in rates[:2]
    assert sum(EXPECTED.column("observations").to_pylist()) > 3


SCHEDULES: dict[str, Callable[[], Any]] = {
    "table": lambda: pa.table(DUTIES),
    "small integers": lambda: pa.table(DUTIES | {"year": pa.array(DUTIES["year"], pa.int16())}),
    "years as floats": lambda: pa.table(DUTIES | {"year": pa.array(DUTIES["year"], pa.float64())}),
    "years as text": lambda: pa.table(DUTIES | {"year": [str(year) for year in DUTIES["year"]]}),
    "dictionaries": lambda: pa.table({name: pa.array(some).dictionary_encode() for name, some in DUTIES.items()}),
    "pandas": lambda: pd.DataFrame(DUTIES),
    "pandas categories": lambda: pd.DataFrame(DUTIES).astype({"line": "category", "duty": "category"}),
    "polars": lambda: pl.DataFrame(DUTIES),
    "a line each": lambda: [pa.table(DUTIES).slice(i, 1) for i in range(len(DUTIES["line"]))],
}


@pytest.mark.parametrize("source", SCHEDULES)
def test_schedules_come_in_any_dress(source):
    assert same_bits(rates_of(PLAIN, SCHEDULES[source]()), EXPECTED)


@pytest.mark.parametrize("make", [dict, pa.table, pd.DataFrame, pl.DataFrame])
def test_the_other_tables_too(make):
    partners = make({"partner": ["BRA"], "treatment": ["excluded"], "last_period": [None]})
    groups = {"industry": make({"prefix": ["22", "02"], "group": ["drink", "meat"]})}
    drop = make({"period": ["2009"], "line": ["2203000100"], "partner": ["DEU"], "reason": ["why"]})
    study = fa.Study(
        PLAIN, DUTIES, bound=make(DUTIES), fx=make(fx_table()), partners=partners, groups=groups, drop=drop
    )
    rates = study.rates()
    assert rates.by("industry").column("group").to_pylist() == ["drink", "meat"]
    assert rates.table.column("observations").to_pylist() == [1, 1, 1]
    assert study.set_aside.counts()["row", "dropped as the study says"] == 1


def test_an_empty_bound_schedule_is_an_error():
    with pytest.raises(fa.InputError, match="<bound>: the schedules table has no rows"):
        fa.Study(PLAIN, DUTIES, bound=pa.table(DUTIES).slice(0, 0), fx=fx_table())


@pytest.mark.parametrize(
    "empty",
    [PLAIN.slice(0, 0), PLAIN.slice(0, 0).to_pandas(), pl.from_arrow(PLAIN.slice(0, 0)), columns([])],
    ids=["arrow", "pandas", "polars", "mapping"],
)
def test_empty_trade_is_an_error(empty):
    with pytest.raises(fa.InputError, match="<trade>"):
        rates_of(empty)


def test_one_row():
    table = rates_of(PLAIN.slice(0, 1), {"year": [2009], "line": ["2203000100"], "duty": ["0.3 EUR/l"]})
    # 0.3 EUR/l x 1.2 x 10 l / 100 USD
    assert table.column("rate").to_pylist() == [pytest.approx(0.3 * EUR["2009"] * 0.1, rel=1e-15)]


@pytest.mark.parametrize("kind", [pa.null(), pa.float64(), pa.string(), pa.int64()])
def test_optional_columns_of_nothing_are_as_good_as_none(kind):
    bare = PLAIN.select(["period", "line", "partner", "value"])
    filled = bare
    for name in ("quantity", "unit", "quantity_2", "unit_2", "net_mass_kg"):
        filled = filled.append_column(name, pa.nulls(PLAIN.num_rows, kind))
    assert same_bits(rates_of(filled), rates_of(bare))


def test_a_row_of_nulls_is_set_aside():
    nulls = pa.table({name: pa.nulls(1, kind) for name, kind in TYPES.items()})
    study = fa.Study(pa.concat_tables([PLAIN, nulls]), DUTIES, fx=fx_table())
    assert same_bits(study.rates().table, EXPECTED)
    assert study.set_aside.counts()["row", "no code"] == 1


def test_blanks_around_texts_do_not_count():
    padded = PLAIN
    for name in TEXT:
        cells = [None if text is None else f"  {text} " for text in PLAIN.column(name).to_pylist()]
        padded = padded.set_column(padded.column_names.index(name), name, pa.array(cells, pa.string()))
    assert same_bits(rates_of(padded), EXPECTED)


def test_columns_under_other_names():
    names = {name: f"the_{name}" for name in TYPES}
    trade = PLAIN.rename_columns([names[name] for name in TYPES])
    applied = pa.table(DUTIES).rename_columns(["jahr", "ware", "satz"])
    euro = pa.table(fx_table()).rename_columns(["wann", "was", "kurs"])
    renamed = {
        "trade": names,
        "schedules": {"year": "jahr", "line": "ware", "duty": "satz"},
        "fx": {"period": "wann", "currency": "was", "fx": "kurs"},
    }
    assert same_bits(rates_of(trade, applied, fx=euro, columns=renamed), EXPECTED)


def test_two_names_may_change_places():
    names = ["quantity_2" if name == "quantity" else "quantity" if name == "quantity_2" else name for name in TYPES]
    renamed = {"trade": {"quantity": "quantity_2", "quantity_2": "quantity"}}
    assert same_bits(rates_of(PLAIN.rename_columns(names), columns=renamed), EXPECTED)


def test_values_beyond_what_a_double_can_count():
    big = {"period": ["2009"], "line": ["2203000100"], "partner": ["DEU"]}
    applied = {"year": [2009], "line": ["2203000100"], "duty": ["5%"]}
    for value in (2**60 + 1, decimal.Decimal(2**60 + 1)):
        table = rates_of(big | {"value": [value]}, applied)
        assert table.column("imports").to_pylist() == [float(2**60)]


def test_what_dictionaries_say_is_in_the_hash():
    study = fa.Study(dictionaries(PLAIN), DUTIES, bound=DUTIES, fx=fx_table())
    partner = pa.array(["x"] * PLAIN.num_rows).dictionary_encode()
    other = dictionaries(PLAIN).set_column(2, "partner", partner)
    digests = study.checked.inputs.digests()
    assert list(digests) == ["<trade>", "<applied>", "<bound>", "<fx>"]
    assert digests["<applied>"] == digests["<bound>"]
    assert fa.Study(other, DUTIES, fx=fx_table()).checked.inputs.digests()["<trade>"] != digests["<trade>"]


def test_the_source_stays_as_it_was():
    before = PLAIN.to_pydict()
    rates_of(PLAIN)
    assert PLAIN.to_pydict() == before
