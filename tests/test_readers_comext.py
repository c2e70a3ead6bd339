"""Comext's bulk files: small ones in the real layout, written here, in; native tables and reports out."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

import fastavs as fa
from fastavs.errors import InputError
from fastavs.readers import Reading, comext
from tests.small import near

HEAD = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,PRODUCT_BEC5,"
    "PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
BEFORE = (
    "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA2002,PRODUCT_CPA2008,"
    "PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,"
    "QUANTITY_IN_KG,SUP_QUANTITY"
)


def line(
    partner: str,
    code: str,
    value: object,
    kg: object = 0,
    *,
    reporter: str = "DE",
    flow: int = 1,
    procedure: str = "1",
    unit: str = "NO_SU",
    amount: object = 0,
    period: str = "203152",
    trade: str = "E",
) -> str:
    return (
        f"{reporter},{partner},{trade},{code},00000,0000,0000,000,000000,00,{flow},{procedure},{unit},{period},"
        f"{value},{value},{kg},{amount}"
    )


def put(folder: Path, *lines: str, name: str = "full_203152.dat", head: str = HEAD) -> Path:
    path = folder / name
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def rows(reading: Reading, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in columns) for row in reading.table.to_pylist()]


def reasons(reading: Reading) -> dict[int, str]:
    return {row["row"]: row["reason"] for row in reading.set_aside.to_pylist()}


def test_a_year_of_imports_by_partner(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        line("US", "22030001", 1000, 500, unit="LTR", amount=480),
        line("US", "22030001", 200, 90, reporter="FR", unit="LTR", amount=85),
        line("US", "22030001", 15, 0),
        line("CH", "22030001", 70, 40, flow=2),
        line("XS", "22030001", 30, 20),
    )
    reading = comext.read_bulk(path)
    assert rows(reading, "period", "line", "partner", "value", "quantity", "unit", "net_mass_kg") == [
        ("2031", "22030001", "SRB", 30.0, None, None, 20.0),
        ("2031", "22030001", "USA", 15.0, None, None, None),
        ("2031", "22030001", "USA", 1200.0, 565.0, "l", 590.0),
    ]
    assert reading.set_aside.num_rows == 0
    assert (reading.counts["rows"], reading.counts["rows of imports"], reading.counts["reporters"]) == (5, 4, 2)
    assert rows(comext.read_bulk(path, reporter="FR"), "value") == [(200.0,)]
    assert rows(comext.read_bulk(path, flow="exports"), "partner", "value") == [("CHE", 70.0)]
    with pytest.raises(InputError, match=r'"ES".*reporters, DE, FR'):
        comext.read_bulk(path, reporter="ES")
    with pytest.raises(InputError, match="unknown flow"):
        comext.read_bulk(path, flow="transit")


def test_sums_are_never_added_to_what_they_are_sums_of(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        line("US", "TOTAL", 600, 60),
        line("US", "22", 600, 60),
        line("US", "220300", 400, 40),
        line("US", "22030001", 400, 40),
        line("US", "220410", 200, 20),
        line("WORLD", "22030001", 400, 40),
        line("EU27_2020_EXTRA", "22030001", 400, 40),
        line("JP", "08", 5, 5),
    )
    reading = comext.read_bulk(path)
    assert rows(reading, "line", "partner", "value") == [("220410", "USA", 200.0), ("22030001", "USA", 400.0)][::-1]
    assert reasons(reading) == {
        1: "sum of all products",
        2: "sum of longer codes that stand beside it",
        3: "sum of longer codes that stand beside it",
        6: "group of countries whose members stand beside it (all countries)",
        7: "group of countries whose members stand beside it (EU27_2020_EXTRA)",
        8: "code shorter than 4 digits",
    }
    alone = comext.read_bulk(put(tmp_path, line("WORLD", "22030001", 400, 40)))
    assert rows(alone, "partner", "value") == [("WLD", 400.0)]


def test_the_united_kingdom_counts_once(tmp_path: Path) -> None:
    whole = line("GB", "22030001", 90, 9)
    north, rest = line("XI", "22030001", 20, 2, trade="L"), line("XU", "22030001", 70, 7, trade="M")
    parts = comext.read_bulk(put(tmp_path, whole, north, rest, whole))
    assert rows(parts, "partner", "value") == [("GBR", 90.0)]
    assert set(reasons(parts).values()) == {"the United Kingdom as a whole, whose parts XI and XU stand beside it"}
    beside = comext.read_bulk(put(tmp_path, whole, north))
    assert rows(beside, "partner", "value") == [("GBR", 90.0)]
    assert reasons(beside) == {2: "part of the United Kingdom, which stands as one partner beside it"}
    assert rows(comext.read_bulk(put(tmp_path, north)), "partner", "value") == [("GBR", 20.0)]


def test_confidential_trade_is_outside_the_tariff(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        line("US", "22030001", 400, 40),
        line("QV", "22030001", 7, 1),
        line("US", "2203XXXX", 8, 1),
        line("US", "99RRR100", 9, 1),
        line("US", "99302400", 10, 1),
        line("US", "22-3", 11, 1),
    )
    reading = comext.read_bulk(path)
    assert reading.outside is not None
    assert {(row["line"], row["partner"]): row["reason"] for row in reading.outside.to_pylist()} == {
        ("22030001", "QV"): "partner is classified or unknown",
        ("2203XXXX", "USA"): "code is classified beyond its first digits",
        ("99RRR100", "USA"): "code is classified beyond its first digits",
        ("99302400", "USA"): "code is of no chapter of the nomenclature",
    }
    assert reading.counts["value outside"] == 34.0
    assert reasons(reading) == {6: "PRODUCT_NC is no code"}


def test_months_and_years_of_one_year_are_not_added_up(tmp_path: Path) -> None:
    months = [line("US", "22030001", 10, 1, period=f"2031{month:02d}") for month in range(1, 13)]
    files = [put(tmp_path, one, name=f"full_2031{i:02d}.dat") for i, one in enumerate(months, 1)]
    assert rows(comext.read_bulk(files), "period", "value") == [("2031", 120.0)]
    assert rows(comext.read_bulk(files[:2]), "period", "value") == [("2031M01-02", 20.0)]
    assert comext.read_bulk(files, by="quarter").table.num_rows == 4
    year = put(tmp_path, line("US", "22030001", 120, 12), name="year.dat")
    with pytest.raises(InputError, match="a year both as a whole and by month"):
        comext.read_bulk([*files, year])


def test_trade_within_the_union_is_told_and_can_be_left_out(tmp_path: Path) -> None:
    path = put(tmp_path, line("US", "22030001", 400, 40), line("PL", "22030001", 1500, 100, trade="I"))
    reading = comext.read_bulk(path)
    assert reading.counts["value"] == 1900.0
    assert reading.notes == ('EUR 1,500 is trade within the union, which pays no duty; trade="extra" leaves it out',)
    assert rows(comext.read_bulk(path, trade="extra"), "partner") == [("USA",)]
    assert rows(comext.read_bulk(path, trade="intra"), "partner") == [("POL",)]
    with pytest.raises(InputError, match="unknown part of trade"):
        comext.read_bulk(path, trade="some")


def test_the_layout_before_2022_and_its_total_of_procedures(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "004,DE,0400,US,E,22030001,0,0,0,0,0,0,04,1,4,A,201601,900,90,0",
        "004,DE,0400,US,E,22030001,0,0,0,0,0,0,04,1,2,A,201601,100,10,0",
        "004,DE,0400,US,E,22030010,0,0,0,0,0,0,04,1,1,A,201601,50,5,0",
        head=BEFORE,
    )
    reading = comext.read_bulk(path)
    assert rows(reading, "line", "value", "net_mass_kg") == [("22030001", 900.0, 90.0), ("22030010", 50.0, 5.0)]
    assert reasons(reading) == {2: "part of a total that stands beside it (STAT_PROCEDURE)"}
    assert reading.counts["rows under procedure 4"] == 1


def test_bad_rows_and_quantities(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        line("US", "22030001", "x", 1),
        line("US", "22030001", 0, 1),
        line("US", "22030001", -5, 1),
        line("US", "22030001", 5, 1, period="203113"),
        line("US", "22030001", 5, 1, unit="NO_SU", amount=7),
        line("US", "22030001", 6, ":", unit="LTR", amount=":"),
    )
    reading = comext.read_bulk(path)
    assert reasons(reading) == {
        1: "value is not a number",
        2: "zero value",
        3: "negative value",
        4: "period is no month or year",
        5: "quantity without a unit",
        6: "QUANTITY_KG is not a number",
    }
    assert rows(reading, "value", "quantity", "net_mass_kg") == [(6.0, None, None), (5.0, None, 1.0)]
    with pytest.raises(InputError, match="row 1: value is not a number"):
        comext.read_bulk(path, strict=True)


def test_values_in_the_study_s_currency(tmp_path: Path) -> None:
    path = put(tmp_path, line("US", "22030001", 400, 40), line("QV", "22030001", 10, 1))
    fx = pa.table({"period": ["2031"], "currency": ["EUR"], "fx": [1.25]})
    reading = comext.read_bulk(path, fx=fx)
    assert rows(reading, "value") == [(500.0,)]
    assert reading.outside is not None
    assert reading.outside.column("value").to_pylist() == [12.5]
    with pytest.raises(InputError, match="no exchange rate of the euro"):
        comext.read_bulk(path, fx=fx.slice(0, 0))


def test_files_compressed_packed_and_cut_off(tmp_path: Path) -> None:
    path = put(tmp_path, line("US", "22030001", 400, 40))
    text = path.read_bytes()
    packed = tmp_path / "full.dat.gz"
    packed.write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "full.zip", "w") as archive:
        archive.writestr("full.dat", text)
    for one in (packed, tmp_path / "full.zip"):
        assert comext.read_bulk(one).table.equals(comext.read_bulk(path).table)
    broken = {
        b"7z\xbc\xaf\x27\x1c rest": r"7z archive.*unpack it \(7z x broken",
        b"": "the file is empty",
        HEAD.encode() + b"\n": "a header and no rows",
        text + b"DE,US,E,2203": "a row of 4 fields",
        HEAD.replace("VALUE_EUR", "VALUE").encode() + b"\nx\n": "no such column",
        gzip.compress(text * 50)[:-20]: "damaged or cut off",
        b"PK\x03\x04 no zip": "damaged or cut off",
    }
    path = tmp_path / "broken.dat"
    for content, words in broken.items():
        path.write_bytes(content)
        with pytest.raises(InputError, match=words):
            comext.read_bulk(path)
    with pytest.raises(InputError, match="cannot be read"):
        comext.read_bulk(tmp_path / "none.dat")


def test_pieces_of_a_large_file_keep_their_row_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line("US", "22030001", -1 if i % 100 == 7 else 1, 1, flow=1 + i % 2) for i in range(1000)]
    path = put(tmp_path, *lines)
    monkeypatch.setattr("fastavs.readers._batches.BLOCK", 5000)
    reading = comext.read_bulk(path)
    assert reading.counts["rows"] == 1000
    assert reading.counts["rows of imports"] == 500
    assert rows(reading, "value") == [(500.0,)]
    assert comext.read_bulk(path, flow="exports").set_aside.column("row").to_pylist() == list(range(8, 1000, 100))


def test_imports_in_the_bulk_layout_and_what_a_study_makes_of_them(tmp_path: Path) -> None:
    """The bulk layout with periods by year; 22030010 has one observation, 250 l for 200 EUR."""
    head = (
        "PERIOD,REPORTER,PARTNER,PRODUCT_NC,FLOW,STAT_PROCEDURE,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT,"
        "SUPPL_UNIT"
    )
    path = put(
        tmp_path,
        "2023,DE,PL,22030010,1,1,1000.50,1000.50,500.00,0,NO_SU",
        "2023,DE,FR,22041000,1,1,2000.00,2000.00,750.00,700,LTR",
        "2023,DE,PL,22030010,1,1,200.00,200.00,300.00,250,LTR",
        "2023,DE,PL,22030010,2,1,9000.00,9000.00,300.00,250,LTR",
        "2023,DE,FR,22030090,1,1,500.00,500.00,100.00,90,LTR",
        "2023,DE,FR,99RRR100,1,1,500.00,500.00,100.00,0,NO_SU",
        head=head,
    )
    trade = comext.read_imports(path).table
    applied = {
        "year": [2023] * 3,
        "line": ["22030010", "22030090", "22041000"],
        "duty": ["max(10%, 0.5 EUR/l)", "20%", "0.3 EUR/l"],
    }
    study = fa.Study(trade=trade, applied=applied, currency="EUR")
    rates = study.rates()
    by_line = {row["line"]: row for row in rates.table.to_pylist()}
    assert (by_line["22030010"]["rate"], by_line["22030010"]["imports"]) == (near(0.625), near(1200.5))
    summary = rates.summary().to_pylist()[0]
    assert summary["simple_mean"] == near(0.31)
    assert summary["weighted_mean"] == near(0.286532, rel=1e-6)


def test_the_bulk_layout_by_month_with_confidential_codes_and_a_total(tmp_path: Path) -> None:
    head = (
        "PERIOD,REPORTER,PARTNER,PRODUCT_NC,FLOW,STAT_PROCEDURE,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT,"
        "SUPPL_UNIT"
    )
    path = put(
        tmp_path,
        "202301,DE,PL,22030010,1,1,1000.50,1000.50,500.00,0,NO_SU",
        "202301,DE,FR,22041000,1,1,2000.00,2000.00,750.00,700,LTR",
        "202302,DE,PL,22030010,1,1,1500.00,1500.00,300.00,250,LTR",
        "202302,DE,PL,22030010,2,1,9000.00,9000.00,300.00,250,LTR",
        "202302,DE,QV,220300XX,1,1,500.00,500.00,100.00,0,NO_SU",
        "202302,DE,FR,99RRR100,1,1,500.00,500.00,100.00,0,NO_SU",
        "202302,DE,FR,TOTAL,1,1,5000.00,5000.00,1100.00,0,NO_SU",
        head=head,
    )
    reading = comext.read_imports(path)
    assert rows(reading, "period", "line", "partner", "value", "quantity", "unit", "net_mass_kg") == [
        ("2023M01-02", "22030010", "POL", 1000.5, None, None, 500.0),
        ("2023M01-02", "22030010", "POL", 1500.0, 250.0, "l", 300.0),
        ("2023M01-02", "22041000", "FRA", 2000.0, 700.0, "l", 750.0),
    ]
    assert reasons(reading) == {7: "sum of all products"}
    assert (reading.counts["value"], reading.counts["value outside"]) == (4500.5, 1000.0)
