"""Trade in batches: whatever its cut, the same bits; and the columns, texts and sorts that it is read into."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet
from small import columns, row, same_bits, study, table_of
from test_laws import shuffled, study_of_trade
from test_quality import SHOES
from test_twin import study_of

import fastavs as fa
from fastavs.inputs.trade_columns import TRADE_COLUMNS as COLUMNS
from fastavs.matching import order as ordering
from fastavs.matching.order import sort, sort_packed
from fastavs.tables import sources
from fastavs.tables.columns import text_column
from fastavs.tables.sources import FileSource, Growing, MemorySource, Texts
from fastavs.tables.tables import Piece, from_memory
from fastavs.trade import suspects as quantities
from fastavs.trade.mislabelled import find as quality
from fastavs.trade.rows import Origin


@pytest.fixture(scope="module", params=range(4))
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    return make_study.make(9100 + request.param, bound_years=[2012], density=1.0)


def small_batches(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(sources, "BATCH_ROWS", rows)
    monkeypatch.setattr(quantities, "BLOCK_ROWS", rows)


def aside(study: fa.Study) -> list[tuple[Any, ...]]:
    """What was set aside, without where it stood."""
    rows = study.set_aside.table().drop_columns(["file", "row"]).to_pylist()
    return sorted(tuple(str(cell) for cell in one.values()) for one in rows)


@pytest.mark.parametrize("mislabelled", ["report", "drop"])
@pytest.mark.parametrize(("rows", "group"), [(1, 5), (7, 3), (16, 1000)])
def test_batches_row_groups_and_files_change_no_bit(made, tmp_path, monkeypatch, rows, group, mislabelled):
    made = made | {"options": made["options"] | {"mislabelled": mislabelled}}
    before = study_of(made)
    expected = before.rates()
    table = shuffled(make_study.to_tables(made)["trade"], rows)
    coded = table.set_column(1, table.column_names[1], table.column(1).dictionary_encode())
    half = table.num_rows // 2
    path = make_study.to_toml(made, tmp_path)
    for old in (tmp_path / "trade").iterdir():
        old.unlink()
    parquet.write_table(coded.slice(0, half), tmp_path / "trade" / "b.parquet", row_group_size=group)
    parquet.write_table(table.slice(half), tmp_path / "trade" / "a.parquet", row_group_size=group, use_dictionary=False)
    small_batches(monkeypatch, rows)
    again = fa.Study.load(path)
    assert again.checked.trade.read == before.checked.trade.read
    assert aside(again) == aside(before)
    assert again.checked.trade.suspects.num_rows == before.checked.trade.suspects.num_rows
    assert same_bits(again.rates().table, expected.table)
    assert same_bits(again.rates().summary(), expected.summary())


def test_files_to_figures_need_no_pandas(made, tmp_path):
    """Arrow imports it, where it is installed, for many a small thing: 0.25 s and 50 MB."""
    made = made | {"options": made["options"] | {"method": "partner"}}
    code = (
        "import sys, fastavs as fa\nstudy = fa.Study.load(sys.argv[1])\nfa.sweep(study, [fa.Scenario('as it is')])"
        ".summary()\nstudy.checked.trade.suspects, study.set_aside.table()\nassert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(make_study.to_toml(made, tmp_path))], check=True)


def test_dataframes_in_batches_change_no_bit(made, monkeypatch):
    expected = study_of(made).rates()
    small_batches(monkeypatch, 9)
    table = shuffled(make_study.to_tables(made)["trade"], 4)
    assert same_bits(study_of_trade(made, [table.slice(0, 50), table.slice(50)]).rates().table, expected.table)


def test_threads_that_ask_one_study_at_once_get_the_same(made, monkeypatch):
    expected = study_of(made).rates().table
    asked = study_of(made)
    ordered = ordering.in_order

    def slowly(trade):
        time.sleep(0.05)  # long enough for the other thread to come by
        return ordered(trade)

    monkeypatch.setattr(ordering, "in_order", slowly)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: asked.matches.recorded(10), range(2))
    assert first is second
    assert same_bits(asked.rates().table, expected)


def test_rows_are_named_by_their_number_in_the_file(tmp_path, monkeypatch):
    rows = [row("2009", "2203000100", f"P{place:02}", 100.0 + place, 10.0, "l") for place in range(20)]
    rows[13]["value"] = -1.0
    rows[17]["unit"] = "furlong"
    small_batches(monkeypatch, 6)
    bound = study(rows, {2009: {"2203000100": "0.1 EUR/l"}})
    found = [(one["row"], one["reason"], one["value"]) for one in bound.set_aside.table().to_pylist()]
    assert found == [(14, "negative value", "-1"), (18, "unknown unit (furlong)", "117")]
    sources_of = {one["partner"]: one["source"] for one in bound.explain("2203000100").to_pylist()}
    assert sources_of == {f"P{place:02}": f"<trade> row {place + 1}" for place in range(20) if place != 13}


def test_suspects_are_found_and_noted_across_batches(monkeypatch):
    hs6 = SHOES[0]
    rows = [
        row("2009", f"{hs6}0000", f"P{place:02}", 900.0 + place, 50.0 + place, "pair", net_mass_kg=60.0 + place)
        for place in range(12)
    ]
    rows[8]["quantity"] *= 1000.0
    duties = {2009: {f"{hs6}0000": "0.1 EUR/pair"}}
    before = study(rows, duties, options={"mislabelled": "drop"})
    (one,) = before.set_aside.table().to_pylist()
    assert (one["row"], one["quantity"]) == (9, "58000")
    small_batches(monkeypatch, 5)
    again = study(rows, duties, options={"mislabelled": "drop"})
    assert again.set_aside.table().equals(before.set_aside.table())
    assert again.checked.trade.suspects.equals(before.checked.trade.suspects)
    assert same_bits(again.rates().table, before.rates().table)


def test_headings_judged_apart_are_judged_alike(monkeypatch):
    rng = random.Random(5)
    rows = [
        row(
            "2009", f"{rng.choice(['640319', '640399', '870323', '220300', '240220'])}0000", f"P{place:03}",
            rng.lognormvariate(5, 2), round(rng.lognormvariate(4, 1) * rng.choice([1.0] * 9 + [1000.0]), 1),
            rng.choice(["pair", "piece", "l", "kg"]), net_mass_kg=round(rng.lognormvariate(4, 1), 1),
        )
        for place in range(900)
    ]  # fmt: skip
    lines = {2009: {f"{hs6}0000": "5%" for hs6 in ("640319", "640399", "870323", "220300", "240220")}}
    whole = study(rows, lines).checked.trade.suspects
    assert whole.num_rows > 5
    small_batches(monkeypatch, 40)
    again = study(rows, lines)
    as_read = again.checked.trade
    again.rates()  # which puts the rows in order
    assert again.checked.trade is not as_read
    assert as_read.suspects.equals(whole)
    assert again.checked.trade.suspects.equals(whole)


def test_rows_of_one_quantity_are_held_against_nothing(monkeypatch):
    sizes = []
    find = quality.find_mislabelled

    def spy(hs6: Any, *more: Any) -> Any:
        sizes.append(len(hs6))
        return find(hs6, *more)

    monkeypatch.setattr(quality, "find_mislabelled", spy)
    bound = study([row("2009", "2203000100", "DEU", 1.0, 2.0, "l")], {2009: {"2203000100": "5%"}})
    assert sizes == []  # looked for when they are first asked for
    assert bound.checked.trade.suspects.num_rows == bound.checked.trade.suspects.num_rows == 0
    assert sizes == [0]


def test_codes_that_are_one_when_cut_are_one_observation():
    rows = [
        row("2009", code, partner, value, quantity)
        for code, partner, value, quantity in [
            ("220300010012", "DEU", 0.1, 1.0), ("2203000100", "DEU", 0.2, 2.0), ("220300010099", "CZE", 5.0, None),
            ("220300010012", "CZE", 7.0, 3.0), ("2203000100", "AUT", 1.0, 1.0), ("220300010099", "DEU", 0.3, 0.7),
        ]
    ]  # fmt: skip
    bound = study(rows, {2009: {"2203000100": "0.1 EUR/kg"}})
    recorded = bound.matches.recorded(10)
    assert [bound.checked.trade.partners[place] for place in recorded.partner] == ["AUT", "CZE", "DEU"]
    assert recorded.value.tolist() == [1.0, 12.0, 0.6]
    quantity, value = recorded.quantities(np.array([2, 0, 1]))
    assert quantity.tolist() == [[3.7, 1.0, 3.0]]
    assert value.tolist() == [[0.6, 1.0, 7.0]]
    source = {one["partner"]: one["source"] for one in bound.explain("2203000100").to_pylist()}
    assert source == {"AUT": "<trade> row 5", "CZE": "<trade> rows 3, 4", "DEU": "<trade> rows 1, 2, 6"}


def test_the_tariff_of_other_lengths_finds_the_trade_in_order():
    rows = [row("2009", code, "DEU", 1.0, 3.0) for code in ("2203000100", "0203290000", "22030001")]
    lines = {2009: {"2203000100": "0.1 EUR/kg", "0203290000": "5%"}, 2010: {"22030001": "0.1 EUR/kg"}}
    more = [one | {"period": "2010"} for one in rows]
    found = table_of(study(rows + more, lines).rates())
    assert found[2010, "22030001"]["observations"] == 1  # of both codes, one of them cut
    assert found[2010, "22030001"]["imports"] == 2.0
    assert found[2009, "2203000100"]["observations"] == 2  # each code is its own, and the short one serves the line


# ---- sorting


@pytest.mark.parametrize("by_period", [True, False])
@pytest.mark.parametrize(
    ("rows", "codes", "periods", "partners"),
    [(1, 1, 1, 1), (500, 40, 3, 5), (3000, 4, 2, 90), (400, 60, 2, 200), (3000, 4, 2, 9000)],
)
def test_rows_are_sorted_by_key_and_stay_in_order_within(rows, codes, periods, partners, by_period):
    rng = np.random.default_rng(rows)
    code = rng.integers(0, codes, rows).astype(np.int32)
    period, partner = (rng.integers(0, n, rows).astype(np.int16) for n in (periods, partners))
    expected = np.lexsort((partner, period, code))
    ours, order = [one.copy() for one in (code, period, partner)], np.empty(rows, dtype=np.int32)
    sort_packed(*ours, periods, (partners - 1).bit_length(), by_period, order)
    assert order.tolist() == expected.tolist()
    for column, old in zip(ours, (code, period, partner), strict=True):
        assert column.tolist() == old[expected].tolist()


def test_keys_too_large_to_pack_are_sorted_alike():
    rng = np.random.default_rng(1)
    code, period, partner = (rng.integers(0, 9, 300).astype(np.int32) for _ in range(3))
    again = [one.copy() for one in (code, period, partner)]
    assert sort(code, period, partner, 9, 9).tolist() == sort(*again, 2**16, 2**16).tolist()
    assert partner.tolist() == again[2].tolist()


# ---- columns and texts


def test_a_column_grows_and_widens():
    column = Growing(np.int16, np.int32, default=-1)
    column.add(2, None)
    column.add(3, np.array([1, 2, 3], dtype=np.int32))
    column.add(1, None)
    column.add(2, np.array([40_000, 5], dtype=np.int32))
    assert column.whole().tolist() == [-1, -1, 1, 2, 3, -1, 40_000, 5]
    assert column.whole().dtype == np.int32
    nothing = Growing(np.float64, expected=10)
    nothing.add(4, None)
    assert nothing.whole().size == 0
    known = Growing(np.int8, expected=3)
    known.add(2, np.array([1, 2]))
    assert (known.whole().tolist(), known.whole().dtype) == ([1, 2], np.int8)


def piece(array: Any) -> Piece:
    return Piece("x", pa.table({"line": array}), "")


def test_texts_over_batches_are_one_list():
    texts = Texts("line")
    batches = [
        pa.array(["b", " a", None, "a "]).dictionary_encode(),
        pa.array(["b", " a", None, "a "]).dictionary_encode(),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2], pa.int8()), pa.array(["c", "", "b"])),
        pa.array(["d", "a", None]),
        pa.chunked_array([["e"], ["b", "e"]]),
    ]
    found = [texts.places(piece(one)).tolist() for one in batches]
    assert texts.names == ["b", "a", "c", "d", "e"]
    assert found == [[0, 1, -1, 1], [0, 1, -1, 1], [2, -1, -1, 0], [3, 1, -1], [4, 0, 4]]
    assert (texts.find("c"), texts.find("z")) == (2, -1)
    assert Texts("partner").places(piece(["1"])).tolist() == [-1]


@pytest.mark.parametrize(
    "held",
    [
        ["a", "b"],
        [" a", "a ", "b"],
        ["a\tb", "b\x1f"],
        ["", "a"],
        ["a", None, "b"],
        ["\u00a0a", "ä"],
        ["a\nb", "c"],
        [],
    ],
)
def test_texts_lose_their_blanks_whatever_they_are(held):
    cells = [*held, None, *held[:1]]
    places, names = text_column(piece(pa.array(cells, pa.string())), "line")
    expected = [(one or "").strip() or None for one in cells]
    assert [names[place] if place >= 0 else None for place in places] == expected
    assert names == list(dict.fromkeys(one for one in expected if one))


def test_categories_that_no_row_holds_are_no_texts():
    coded = pa.DictionaryArray.from_arrays(pa.array([2, None, 0], pa.int8()), pa.array(["c", "x", "b"]))
    places, names = text_column(piece(coded), "line")
    assert (places.tolist(), names) == ([1, -1, 0], ["c", "b"])


def test_periods_as_whole_numbers():
    texts = Texts("period")
    assert texts.places(Piece("x", pa.table({"period": [2009, 2010, None, 2009]}), "")).tolist() == [0, 1, -1, 0]
    assert texts.names == ["2009", "2010"]


def test_where_rows_come_from():
    rng = random.Random(2)
    start = [0, 7, 7, 30]
    removed = sorted(rng.sample(range(30), 11))
    kept = [number for number in range(30) if number not in removed]
    origin = Origin(np.array(start), np.array(removed))
    file, row = origin.find(np.arange(len(kept)))
    assert file.tolist() == [0 if number < 7 else 2 for number in kept]
    assert row.tolist() == [number if number < 7 else number - 7 for number in kept]
    turned = Origin(np.array(start), np.array(removed), np.arange(len(kept))[::-1].astype(np.int32))
    assert turned.find(np.array([0]))[1].tolist() == [kept[-1] - 7]


# ---- files


PLAIN = pa.table(columns([row(str(2001 + n % 3), "2203000100", f"P{n}", 1.0 + n, 2.0) for n in range(25)]))


def read(path: Path) -> pa.Table:
    source = FileSource(path, COLUMNS, {}, path.parent)
    batches = list(source.batches())
    assert source.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.rows() in (0, sum(one.table.num_rows for one in batches))
    ends = np.cumsum([one.table.num_rows for one in batches]).tolist()
    assert [one.first for one in batches] == [0, *ends[:-1]]
    assert max(one.table.num_rows for one in batches) <= sources.BATCH_ROWS
    return pa.concat_tables([one.table.cast(without_codes(one.table.schema)) for one in batches])


def without_codes(schema: pa.Schema) -> pa.Schema:
    kinds = [(one.name, one.type.value_type if pa.types.is_dictionary(one.type) else one.type) for one in schema]
    return pa.schema(kinds)


@pytest.mark.filterwarnings("ignore:Feather V1")
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("name", ["t.parquet", "t.feather", "old.feather", "t.arrow", "t.csv"])
def test_files_of_every_kind_come_in_batches(tmp_path, monkeypatch, name, wide):
    monkeypatch.setattr(sources, "BATCH_ROWS", 4)
    table = PLAIN.append_column("more", [["x"] * 25]) if wide else PLAIN
    path = tmp_path / name
    if name == "t.parquet":
        parquet.write_table(table, path, row_group_size=10)
    elif name == "t.feather":
        feather.write_feather(table, str(path), chunksize=6)
    elif name == "old.feather":
        feather.write_feather(table, str(path), version=1)
    elif name == "t.arrow":
        with ipc.new_file(str(path), table.schema) as writer:
            writer.write_table(table.slice(0, 0))
            writer.write_batch(pa.RecordBatch.from_pylist([], schema=table.schema))
            writer.write_table(table)
    else:
        from pyarrow import csv

        csv.write_csv(table.set_column(0, "period", table["period"].cast(pa.string())), path)
    assert read(path).select(COLUMNS.required).equals(PLAIN.select(COLUMNS.required))


@pytest.mark.parametrize("name", ["t.parquet", "t.feather"])
def test_files_without_rows(tmp_path, name):
    path = tmp_path / name
    (parquet.write_table if name == "t.parquet" else feather.write_feather)(PLAIN.slice(0, 0), str(path))
    with pytest.raises(fa.InputError, match="the trade table has no rows"):
        list(FileSource(path, COLUMNS, {}, tmp_path).batches())


@pytest.mark.parametrize("twice", [False, True])
def test_a_file_that_changes_after_it_was_read_is_told(tmp_path, twice):
    path = tmp_path / "t.parquet"
    parquet.write_table(PLAIN, path)
    source = FileSource(path, COLUMNS, {}, tmp_path)
    list(source.batches())
    parquet.write_table(PLAIN.slice(0, 9), path)
    with pytest.raises(fa.InputError, match="was changed after it had been read"):
        list(source.batches()) if twice else source.digest


def test_the_digest_of_a_dataframe_is_that_of_its_stream():
    stream = pa.BufferOutputStream()
    (one,) = from_memory(PLAIN, COLUMNS, {})
    with ipc.new_stream(stream, one.table.schema) as writer:
        writer.write_table(one.table)
    assert MemorySource(one).digest == hashlib.sha256(stream.getvalue()).hexdigest()
    assert MemorySource(one).rows() == 25
