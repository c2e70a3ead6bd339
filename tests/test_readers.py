"""Readers: small files in the real layouts, written here, in; native tables and reports out."""

from __future__ import annotations

import datetime
import gzip
import random
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workbook import workbook

from fastavs.duty import parse_duty
from fastavs.errors import InputError
from fastavs.readers import Reading, _source, census, comext, eaeu_tariff, ecb, indian_mirror, russian_customs, usitc
from fastavs.readers._addup import add_up
from fastavs.readers._periods import label, months_of

HEAD = "NAPR,PERIOD,STRANA,TNVED,EDIZM,STOIM,NETTO,KOL"
YEAR = [f"2031-{month:02d}" for month in range(1, 13)]


def put(folder: Path, name: str, *lines: str, end: str = "\n", encoding: str = "utf-8") -> Path:
    path = folder / name
    text = "\n".join(lines) + end
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode(encoding)))
    else:
        path.write_bytes(text.encode(encoding))
    return path


def rows(reading: Reading, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in columns) for row in reading.table.to_pylist()]


def reasons(reading: Reading) -> list[tuple[int, str, str]]:
    return [(row["row"], row["lost"], row["reason"]) for row in reading.set_aside.to_pylist()]


# Russian customs


def test_months_become_a_year_and_quantities_stay_apart(tmp_path: Path) -> None:
    lines = [f"ИМ,{month},IND,0101210000,796,100.5,20.0,2.0" for month in YEAR]
    lines += ["ИМ,2031-05,IND,0101210000,,7.0,3.0,0.0", "ИМ,2031-06,IND,0101210000,,5.0,0.0,0.0"]
    lines += ["ЭК,2031-06,IND,0101210000,,900.0,1.0,0.0"]
    reading = russian_customs.read(put(tmp_path, "fts.csv.gz", HEAD, *lines))
    assert rows(reading, "period", "line", "partner", "value", "quantity", "unit", "net_mass_kg") == [
        ("2031", "0101210000", "IND", 5.0, None, None, None),
        ("2031", "0101210000", "IND", 7.0, None, None, 3.0),
        ("2031", "0101210000", "IND", 1206.0, 24.0, "piece", 240.0),
    ]
    assert reading.counts["rows"] == 15
    assert reading.counts["rows of imports"] == 14
    assert russian_customs.read(tmp_path / "fts.csv.gz", flow="exports").table.num_rows == 1


def test_part_years_do_not_bear_the_year(tmp_path: Path) -> None:
    lines = [f"ИМ,{month},IND,0101210000,,1.0,1.0,0" for month in [*YEAR, "2032-01", "2033-02", "2033-03", "2033-07"]]
    path = put(tmp_path, "fts.csv", HEAD, *lines)
    assert [row[0] for row in rows(russian_customs.read(path), "period")] == ["2031", "2032M01", "2033M02-03+07"]
    halves = russian_customs.read(path, by="half")
    assert [row[0] for row in rows(halves, "period")][:2] == ["2031M01-06", "2031M07-12"]
    assert russian_customs.read(path, by="month").table.num_rows == 16
    with pytest.raises(InputError, match="added up by"):
        russian_customs.read(path, by="week")


def test_files_by_year_with_names_regions_and_two_letters(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "dump.csv",
        HEAD + ",REGION,REGION_S",
        "ИМ,2013,DE,2208,Л 100% СПИРТА,10.25,4,1.5,1 - А,2 - Б",
        "ИМ,2013,DE,2208,Л 100% СПИРТА,20.5,6,2.5,3 - В,2 - Б",
        "ИМ,2016,DE,2208,,1,1,0,3 - В,2 - Б",
        "ИМ,2013,NNN,2208,,8,1,0,3 - В,2 - Б",
    )
    reading = russian_customs.read(path, part_years={2016: "2016M01-09"})
    assert rows(reading, "period", "line", "partner", "value", "quantity", "unit") == [
        ("2013", "2208", "DEU", 30.75, 4.0, "lpa"),
        ("2016M01-09", "2208", "DEU", 1.0, None, None),
    ]
    assert reading.outside is not None
    outside = reading.outside.to_pylist()
    assert [(row["partner"], row["value"], row["reason"]) for row in outside] == [
        ("NNN", 8.0, "partner is classified or unknown")
    ]


def test_mirror_with_unit_names_and_codes(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "mirror.csv",
        "NAPR,PERIOD,STRANA,TNVED,EDIZM,EDIZM_ISO,STOIM,NETTO,KOL",
        *(f"ИМ,{month},TR,24022090,1000 ШТ,798,8.0,4.0,0.5" for month in YEAR),
        "ИМ,2031-01,TR,31021010,КГ N,861,5.0,50.0,23.0",
        "ИМ,2031-01,TR,84081011,ЭЛЕМ,?,6.0,50.0,3.0",
        "ИМ,2031-01,TR,02071410,?,?,6.0,50.0,3.0",
        "ИМ,2031-01,TR,28000000,?,?,7.0,1.0,0.0",
        "ИМ,2031-01,TR,99302400,?,?,9.0,1.0,0.0",
        "ИМ,2031-02,TR,99302400,?,?,9.0,1.0,0.0",
        "ИМ,2031-02,TR,XXXXXXXX,?,?,11.0,1.0,0.0",
    )
    reading = russian_customs.read(path)
    assert rows(reading, "line", "unit", "quantity") == [
        ("02071410", None, None),
        ("24022090", "1000 piece", 6.0),
        ("31021010", "861", 23.0),
        ("84081011", "ЭЛЕМ", 3.0),
    ]
    assert reasons(reading) == [(15, "quantity", "quantity without a unit")]
    assert reading.outside is not None
    assert {row["line"]: (row["value"], row["reason"]) for row in reading.outside.to_pylist()} == {
        "28000000": (7.0, "code names a chapter alone"),
        "99302400": (18.0, "code is of no chapter of the nomenclature"),
        "XXXXXXXX": (11.0, "code is classified"),
    }
    assert reading.counts["value outside"] == 36.0
    assert "99302400: value 18.00" in reading.report()


def test_tabs_decimal_commas_and_the_old_code_page(tmp_path: Path) -> None:
    lines = [line.replace(",", "\t") for line in (HEAD, "ИМ,01/2031,IN,0101210000,ШТ,STOIM,2;5,1")]
    lines[1] = lines[1].replace("STOIM", "1000,25").replace(";", ",")
    reading = russian_customs.read(put(tmp_path, "fts.txt", *lines, encoding="cp1251"))
    assert rows(reading, "period", "partner", "value", "unit", "net_mass_kg") == [
        ("2031M01", "IND", 1000.25, "piece", 2.5)
    ]


def test_bad_rows_are_set_aside_with_their_row_and_reason(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "fts.csv",
        HEAD,
        "ИМ,2031-01,IND,0101210000,,1.0,1.0,0",
        "ЭК,2031-01,IND,0101210000,,1.0,1.0,0",
        "ИМ,2031-01,IND,0101210000,,0.0,1.0,0",
        "ИМ,2031-01,IND,0101210000,,-4,1.0,0",
        "ИМ,2031-01,IND,0101210000,,,1.0,0",
        "ИМ,2031-01,IND,0101210000,,1.0e,1.0,0",
        "ИМ,2031-01,IND,0101210000,,1e999,1.0,0",
        "ИМ,2031-01,IND,0101210000,,1.0,-1.0,0",
        "ИМ,2031-01,IND,0101210000,796,1.0,1.0,many",
        "ИМ,2031-01,IND,,,1.0,1.0,0",
        "ИМ,2031-01,IND,01O1210000,,1.0,1.0,0",
        "ИМ,2031-01,IND,22,,1.0,1.0,0",
        "ИМ,spring,IND,0101210000,,1.0,1.0,0",
    )
    reading = russian_customs.read(path)
    assert reasons(reading) == [
        (3, "row", "zero value"),
        (4, "row", "negative value"),
        (5, "row", "no value"),
        (6, "row", "value is not a number"),
        (7, "row", "value is not a number"),
        (8, "row", "negative NETTO"),
        (9, "quantity", "KOL is not a number"),
        (10, "row", "no code"),
        (11, "row", "code mixes digits and others"),
        (12, "row", "code shorter than 4 digits"),
        (13, "row", "period is no month or year"),
    ]
    assert reading.set_aside.to_pylist()[0]["STOIM"] == "0.0"
    assert reading.table.num_rows == 1
    assert reading.table.column("value")[0].as_py() == 2.0
    with pytest.raises(InputError, match=r"fts.csv, row 3: zero value"):
        russian_customs.read(path, strict=True)


def test_the_order_of_rows_and_the_split_into_files_change_no_bit(tmp_path: Path) -> None:
    chance = random.Random(7)
    lines = [
        f"ИМ,{chance.choice(YEAR)},{chance.choice(['IN', 'TR'])},{chance.choice(['0101210000', '0101290000'])},"
        f"{chance.choice(['796', '', '055'])},{chance.uniform(0.01, 1e6)!r},{chance.uniform(0, 1e-3)!r},3.3"
        for _ in range(800)
    ]
    lines += [f"ИМ,{month},IN,0102100000,,1,1,0" for month in YEAR]
    whole = russian_customs.read(put(tmp_path, "one.csv", HEAD, *lines)).table
    chance.shuffle(lines)
    halves = [put(tmp_path, "a.csv", HEAD, *lines[:400]), put(tmp_path, "b.csv", HEAD, *lines[400:])]
    assert russian_customs.read(halves).table.equals(whole)
    assert whole.num_rows == 13


def test_flagged_rows_are_added_to_no_other(tmp_path: Path) -> None:
    lines = [f"ИМ,{month},TR,24022090,798,8.0,4.0,0.5" for month in YEAR]
    lines[9] = "ИМ,2031-10,TR,24022090,798,8.0,4.0,500.0"
    lines[10] = "ИМ,2031-11,TR,24022090,798,8.0,4.0,500.0"

    def too_many(trade: pa.Table) -> pa.Array:
        assert trade.num_rows == 12
        return pa.array(["quantity" if amount > 100.0 else None for amount in trade.column("quantity").to_pylist()])

    path = put(tmp_path, "fts.csv", HEAD, *lines)
    flagged = russian_customs.read(path, flag=too_many)
    assert rows(flagged, "quantity", "value", "mislabelled") == [(5.0, 80.0, None), *2 * [(500.0, 8.0, "quantity")]]
    assert flagged.counts["rows that look mislabelled"] == 2
    assert rows(russian_customs.read(path), "quantity", "value") == [(1005.0, 96.0)]


def test_adding_up_nothing() -> None:
    text, number = pa.array([], pa.string()), pa.array([], pa.float64())
    names = {"period": text, "line": text, "partner": text, "value": number, "quantity": number, "unit": text}
    assert add_up(pa.table(names | {"net_mass_kg": number})).num_rows == 0


# Files that are none


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (HEAD.encode(), "a header and no rows"),
        (b"a,b\n1,2\n", "no such column"),
        (HEAD.replace("STOIM", "STOIN").encode() + b"\n1,2\n", 'Did you mean "STOIN"'),
        (HEAD.encode() + "\nИМ,2031-01,IND,0101,,1,1,0\nИМ,2031-01,IN".encode(), "row 2: a row of 3 fields"),
        (HEAD.encode() + '\nИМ,2031-01,IND,0101,,1,1,"0\n'.encode(), "never closed"),
        (HEAD.encode() + b",STOIM\nx,x,x,x,x,x,x,x,x\n", "a column stands twice"),
        (HEAD.encode() + "\nЭК,2031-01,IND,0101,,1,1,0\n".encode(), "no row of the imports"),
        (gzip.compress(HEAD.encode() * 50, mtime=0)[:-20], "damaged or cut off"),
        (b"PK\x03\x04 no zip", "damaged or cut off"),
        (HEAD.encode() + "\nИМ,2031,IND,0101,,1,1,0\nИМ,2031-02,IND,0101,,1,1,0\n".encode(), "as a whole and by month"),
    ],
)
def test_files_that_are_cut_off_or_foreign(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        russian_customs.read(path)
    assert "broken.csv" in str(caught.value)


def test_absent_files_and_wrong_choices(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        russian_customs.read(tmp_path / "none.csv")
    with pytest.raises(InputError, match="unknown flow"):
        russian_customs.read(tmp_path / "none.csv", flow="transit")
    (tmp_path / "image.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)))
    with pytest.raises(InputError, match="no text"):
        eaeu_tariff.read(tmp_path / "image.csv", 2031)
    path = put(tmp_path, "open.csv", HEAD, "ИМ,2031-01,IND,0101210000,,1,1,0", end="")
    assert any("cut off" in note for note in russian_customs.read(path).notes)


# Periods


def test_labels_of_periods_read_back() -> None:
    for months in ([1], [1, 2], [1, 3], [2, 3, 4, 8, 11, 12], range(1, 13)):
        assert months_of(label(2031, months)) == (2031, tuple(months))
    assert months_of("2031Q4") == (2031, (10, 11, 12))
    for wrong in ("2031M13", "2031M", "2031M1", "2031M05-02", "2031M01-02-03", "31", "2031H3"):
        with pytest.raises(InputError, match="no months"):
            months_of(wrong)


# The Indian mirror


def test_indian_mirror_counts_in_thousands(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "mirror.csv",
        "NAPR,PERIOD,STRANA,TNVED,EDIZM,STOIM,NETTO",
        *(f"ИМ,{month},IND,090240,KGS,10000.0,0.25" for month in YEAR),
        "ИМ,2031-01,IND,090240,KGS,10000.0,0.25",
        "ИМ,2031-01,IND,090240,KGS,0.0,0.25",
        "ИМ,2031-01,IND,640399,PRS,20000.0,1.5",
        "ИМ,2031-01,IND,240220,THD,20000.0,1.5",
        "ИМ,2031-01,IND,690210,TON,20000.0,1.5",
        "ИМ,2031-01,IND,999300,,20000.0,0",
    )
    reading = indian_mirror.read(path)
    assert rows(reading, "line", "value", "quantity", "unit", "net_mass_kg") == [
        ("090240", 130000.0, 3.25, "1000 kg", None),
        ("240220", 20000.0, 1.5, "1000000 piece", None),
        ("640399", 20000.0, 1.5, "1000 pair", None),
        ("690210", 20000.0, 1.5, "1000 t", None),
    ]
    assert reasons(reading) == [(14, "row", "zero value")]
    assert reading.counts["value outside"] == 20000.0


# The tariff of the EAEU

CET_HEAD = "code,unit,duty,footnotes,description,file,page"


def test_tariff_lines_become_canonical_duties(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "ett.csv.gz",
        CET_HEAD,
        "0203,,,,Свинина,a.pdf,1",
        '0203115500,–,"15, но не менее 0,15 евро за 1 кг",63С),"– прочая,\nсвежая",a.pdf,1',
        "0203115100,–,5,d:1),x,a.pdf,1",
        '2203000100,л,"0,4 евро за 1 л",,x,a.pdf,1',
        '8703231981,шт,"15, либо 12,5, но не менее 0,6 евро за 1 см3 объема двигателя, в зависимости от того, какая '
        'из исчисленных сумм таможенной пошлины ниже",,x,a.pdf,1',
    )
    reading = eaeu_tariff.read(path, 2031)
    assert rows(reading, "year", "line", "duty") == [
        (2031, "0203115100", "5%"),
        (2031, "0203115500", "max(15%, 0.15 EUR/kg)"),
        (2031, "2203000100", "0.4 EUR/l"),
        (2031, "8703231981", "min(15%, max(12.5%, 0.6 EUR/cm3))"),
    ]
    assert reading.counts["headings"] == 1
    assert reading.counts["lines with a specific part"] == 3
    assert reading.counts["lines with a note to the duty (a temporary rate is not in it)"] == 1
    assert reading.set_aside.num_rows == 0
    assert any("chapter 01, 03" in note for note in reading.notes)


def test_tariff_reports_what_it_cannot_read_and_never_takes_it_for_zero(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "ett.csv",
        CET_HEAD,
        "0203115100,–,по договоренности,,x,a.pdf,1",
        "0203115500,–,,,x,a.pdf,1",
        "0203115900,–,5,,x,a.pdf,1",
        "02031159O1,–,5,,x,a.pdf,1",
        "020311590011,–,5,,x,a.pdf,1",
    )
    reading = eaeu_tariff.read(path, 2031)
    assert rows(reading, "line", "duty") == [("0203115900", "5%")]
    found = reading.set_aside.to_pylist()
    assert [(row["row"], row["code"], row["duty"]) for row in found][:2] == [
        (1, "0203115100", "по договоренности"),
        (2, "0203115500", ""),
    ]
    assert found[0]["reason"].startswith("duty cannot be read (")
    assert [row["reason"] for row in found[1:]] == [
        "line without a duty",
        "code is empty or has other characters than digits",
        "code longer than 10 digits",
    ]
    assert "duty cannot be read: 1" in reading.report()
    with pytest.raises(InputError, match="row 1: duty cannot be read"):
        eaeu_tariff.read(path, 2031, strict=True)


def test_tariff_refuses_a_line_that_stands_twice(tmp_path: Path) -> None:
    line = "0203115100,–,5,,x,a.pdf,1"
    with pytest.raises(InputError, match=r'row 3, column code: .*first in row 1 "0203115100"'):
        eaeu_tariff.read(put(tmp_path, "ett.csv", CET_HEAD, line, "0203,,,,x,a.pdf,1", line), 2031)
    with pytest.raises(InputError, match="no tariff line"):
        eaeu_tariff.read(put(tmp_path, "ett.csv", CET_HEAD, "0203,,,,x,a.pdf,1"), 2031)


# Comext


def test_exports_of_a_product_by_month(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "beer.csv",
        "exporter,period,kg,value_eur",
        *(f"CZ,{month},1000.0,700.0" for month in YEAR),
        "DE,2031-01,,50.0",
        "EL,2031-01,0.0,2.0",
        "DE,2032-01,100.0,80.0",
    )
    fx = pa.table({"period": ["2031", "2032M01", "2031"], "currency": ["EUR", "EUR", "GBP"], "fx": [2.0, 4.0, 9.0]})
    reading = comext.read_exports(path, "2203", fx=fx)
    assert rows(reading, "period", "line", "partner", "value", "net_mass_kg") == [
        ("2031", "2203", "CZE", 16800.0, 12000.0),
        ("2031", "2203", "DEU", 100.0, None),
        ("2031", "2203", "GRC", 4.0, None),
        ("2032M01", "2203", "DEU", 320.0, 100.0),
    ]
    assert comext.read_exports(path, "2203").counts["value"] == 8532.0
    with pytest.raises(InputError, match='no exchange rate of the euro for the period "2032M01"'):
        comext.read_exports(path, "2203", fx=fx.slice(0, 1))


def test_imports_of_a_reporter_keep_the_unit(tmp_path: Path) -> None:
    head = "year,flow,partner,cn8,value_eur,qty_100kg"
    path = put(tmp_path, "gr.csv", head, "2031,M,BR,02013000,2400,2.5", "2031,M,AR,02013000,90,0.01")
    reading = comext.read_imports(path)
    assert rows(reading, "period", "line", "partner", "value", "quantity", "unit") == [
        ("2031", "02013000", "ARG", 90.0, 0.01, "100 kg"),
        ("2031", "02013000", "BRA", 2400.0, 2.5, "100 kg"),
    ]
    with pytest.raises(InputError, match="no row of the flow"):
        comext.read_imports(path, flow="exports")


# The European Central Bank


def ecb_file(folder: Path, skip: tuple[str, ...] = ()) -> Path:
    """Working days of 2031: the dollar at 1.25 in the first half and 1.5 in the second, the pound at 0.5."""
    day, lines = datetime.date(2031, 12, 31), ["Date,USD,GBP,RUB,"]
    while day.year == 2031:
        if day.weekday() < 5 and not str(day).startswith(skip or ("never",)):
            lines.append(f"{day},{1.25 if day.month <= 6 else 1.5},0.5,{'80.0' if day.month < 3 else 'N/A'},")
        day -= datetime.timedelta(days=1)
    path = folder / "hist.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hist.csv", "\n".join(lines) + "\n")
    return path


def test_rates_are_means_of_days_and_of_cross_rates(tmp_path: Path) -> None:
    path = ecb_file(tmp_path)
    reading = ecb.read(path, periods=["2031", "2031H1", "2031M01"], currencies=["EUR", "GBP", "USD"])
    rates = {(row["period"], row["currency"]): row["fx"] for row in reading.table.to_pylist()}
    first, all_days = reading.counts["days of EUR in 2031H1"], reading.counts["days of EUR in 2031"]
    mean = (1.25 * first + 1.5 * (all_days - first)) / all_days
    assert rates["2031H1", "EUR"] == 1.25
    assert rates["2031", "EUR"] == pytest.approx(mean, rel=1e-14)
    assert rates["2031", "GBP"] == pytest.approx(2.0 * mean, rel=1e-14)
    assert rates["2031M01", "USD"] == 1.0
    in_euro = ecb.read(path, currency="EUR", periods=["2031H1"], currencies=["USD"])
    assert in_euro.table.column("fx").to_pylist() == [0.8]


def test_rates_of_a_period_not_quoted_throughout_are_refused(tmp_path: Path) -> None:
    path = ecb_file(tmp_path)
    with pytest.raises(InputError, match="none from 2031-03-01 to 2031-12-31"):
        ecb.read(path, periods=["2031"], currencies=["RUB"])
    asked = ecb.read(path, periods=["2031"], currencies=["RUB"], incomplete=True)
    assert asked.table.column("fx").to_pylist() == [1.25 / 80.0]
    assert asked.notes == ("2031 RUB: none from 2031-03-01 to 2031-12-31",)
    with pytest.raises(InputError, match="no quotation at all"):
        ecb.read(path, periods=["2032"], incomplete=True)
    with pytest.raises(InputError, match="none from 2031-05-31 to 2031-06-30"):
        ecb.read(ecb_file(tmp_path, skip=("2031-06",)), periods=["2031"])
    with pytest.raises(InputError, match='Did you mean "GBP"'):
        ecb.read(path, periods=["2031"], currencies=["GBO"])


@pytest.mark.parametrize(
    ("line", "words"),
    [("31.12.2031,1.2", "no date"), ("2031-12-31,-1", "no exchange rate"), ("2031-12-31,x", "no exchange rate")],
)
def test_rates_that_are_none(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(InputError, match=rf"row 1, column .*{words}"):
        ecb.read(put(tmp_path, "hist.csv", "Date,USD", line), periods=["2031"])


def test_zip_of_two_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "Date,USD\n")
        archive.writestr("b.csv", "Date,USD\n")
    with pytest.raises(InputError, match="more or less than one file"):
        ecb.read(tmp_path / "two.zip", periods=["2031"])


# United States


def usitc_file(folder: Path, *lines: tuple[str, ...], text: bool = True) -> Path:
    names = [*usitc.COLUMNS, *([usitc.TEXT] if text else [])]
    path = folder / "tariff.parquet"
    pq.write_table(pa.table({name: [line[i] for line in lines] for i, name in enumerate(names)}), path)
    return path


ALWAYS = ("01/01/2001 00:00:00", "12/31/2099 00:00:00")


def test_us_duties_from_text(tmp_path: Path) -> None:
    path = usitc_file(
        tmp_path,
        ("02013000", "4", "0.16", "0.617", "0", "KG", "", *ALWAYS, "61.7 cents/kg + 16%"),
        ("02013100", "7", "0.1", "0", "0", "KG", "", "01/01/2031", "06/30/2031", "10%"),
        ("02013100", "7", "0.2", "0", "0", "KG", "", "07/01/2031", "12/31/2031", "20%"),
        ("26203000", "T", "0", "9999.99", "0", "KG", "", *ALWAYS, "1.1 cents/kg on lead content"),
        ("26203100", "1", "0", "0.178", "0", "KG", "", *ALWAYS, "17.8 cents/kg on molybdenum content"),
        ("2620", "7", "0.1", "0", "0", "KG", "", *ALWAYS, "10%"),
    )
    reading = usitc.read(path, 2031)
    assert rows(reading, "year", "line", "duty") == [
        (2031, "02013000", "0.617 USD/kg + 16%"),
        (2031, "02013100", "10%"),
    ]
    found = {row: reason.split(" (")[0] for row, _, reason in reasons(reading)}
    assert found == {
        3: "not in force on 2031-01-01",
        4: "duty cannot be read",
        5: "duty cannot be read",
        6: "code is not of 8 digits",
    }
    later = usitc.read(path, 2031, on=datetime.date(2031, 8, 1))
    assert rows(later, "duty")[1] == ("20%",)
    with pytest.raises(InputError, match="no duty in force on 1999-01-01"):
        usitc.read(path, 1999)


def test_us_duties_from_codes(tmp_path: Path) -> None:
    duties = {
        "0": "0%",
        "1": "0.3 USD/kg",
        "2": "0.3 USD/12 piece",
        "3": "0.3 USD/kg + 0.002 USD/12 piece",
        "4": "2.5% + 0.3 USD/kg",
        "5": "2.5% + 0.3 USD/12 piece",
        "6": "2.5% + 0.3 USD/kg + 0.002 USD/12 piece",
        "7": "2.5%",
    }
    lines = [(f"0201000{kind}", kind, "0.025", "0.3", "0.002", "KG", "DOZ", *ALWAYS) for kind in duties]
    odd = [
        ("02020001", "1", "0", "99999.999999", "0", "KG", "", *ALWAYS),
        ("02020002", "1", "0", "0.1", "0", "JWL", "", *ALWAYS),
    ]
    reading = usitc.read(usitc_file(tmp_path, *lines, *odd, text=False), 2031)
    assert [row[0] for row in rows(reading, "duty")] == list(duties.values())
    assert reading.set_aside.num_rows == 2


def test_us_imports_by_country(tmp_path: Path) -> None:
    path = tmp_path / "imports.parquet"
    columns = {
        "cty_code": ["0003", "4359", "1220", "1234", "5700"],
        "cty_name": ["EU", "SLOVAKIA", "CANADA", "NOWHERE", "CHINA"],
        "hs10": ["0101210010", "0101210010", "0101210010", "0101210010", "9801001012"],
        "con_val_usd": [10, 20, 30, 40, 50],
    }
    pq.write_table(pa.table(columns), path)
    reading = census.read(path, "2031")
    assert rows(reading, "period", "line", "partner", "value", "quantity") == [
        ("2031", "0101210010", "CAN", 30.0, None),
        ("2031", "0101210010", "EUN", 10.0, None),
        ("2031", "9801001012", "CHN", 50.0, None),
    ]
    assert [row for row, _, _ in reasons(reading)] == [2]
    assert reading.counts["value outside"] == 40.0
    assert census.read(path, "2031", partners={"1234": "XKX"}).counts["value outside"] == 0.0


def test_parquet_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "imports.parquet"
    pq.write_table(pa.table({"cty_code": ["0003"], "hs10": ["0101210010"], "con_val_usd": [10]}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="no whole parquet file"):
        census.read(path, "2031")
    path.write_bytes(whole[:30] + whole[-8:])
    with pytest.raises(InputError, match="parquet"):
        census.read(path, "2031")
    pq.write_table(pa.table({"cty_code": pa.array([], pa.string())}), path)
    with pytest.raises(InputError, match="no such column"):
        census.read(path, "2031")
    columns = {name: pa.array([], pa.string()) for name in census.COLUMNS}
    pq.write_table(pa.table(columns), path)
    with pytest.raises(InputError, match="no rows"):
        census.read(path, "2031")


def test_a_file_of_which_nothing_is_left(tmp_path: Path) -> None:
    reading = russian_customs.read(put(tmp_path, "fts.csv", HEAD, "ИМ,2031-01,IND,0101210000,,none,1.0,0"))
    assert reading.table.num_rows == 0
    assert reading.set_aside.num_rows == 1
    assert "set aside (row), value is not a number: 1" in reading.report()


@pytest.mark.parametrize("text", ["+5", "5.", "5", "5e0", " 5.0 ", "005", ".5e1", "50E-1"])
def test_numbers_as_they_are_written(tmp_path: Path, text: str) -> None:
    reading = russian_customs.read(put(tmp_path, "fts.csv", HEAD, f"ИМ,2031-01,IND,0101210000,,{text},1.0,0"))
    assert rows(reading, "value") == [(5.0,)]


# What is shipped

EAEU = Path(__file__).parent.parent / "data" / "eaeu"


def test_shipped_tables_are_what_the_readers_make() -> None:
    applied, trade = (pq.read_table(EAEU / f"{name}.parquet") for name in ("applied", "trade"))
    lines = {(row["year"], row["line"]): row["duty"] for row in applied.to_pylist()}
    assert len(lines) == applied.num_rows == 13_277 + 13_289
    assert list(lines) == sorted(lines)
    assert all(parse_duty(text).text == text for text in set(lines.values()))
    quoted = {line.split(",")[0] for line in (EAEU / "fx.csv").read_text(encoding="utf-8").splitlines()[1:]}
    assert set(trade.column("period").unique().to_pylist()) == quoted
    value: dict[tuple[str, str], float] = {}
    for row in trade.select(["period", "partner", "value"]).to_pylist():
        key = (row["period"], row["partner"])
        value[key] = value.get(key, 0.0) + row["value"]
    assert value["2021", "IND"] == pytest.approx(4_426_968_310.59, abs=0.01)
    assert value["2025", "TUR"] == pytest.approx(5_977_902_655.0, abs=0.01)


def test_files_are_told_for_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    for content, what in (
        (HEAD.encode("utf-16"), "text in UTF-16"),
        ((HEAD + "\nИМ,2031-01,IND,0101,пара,1,1,0\n").encode("utf-32"), "text in UTF-32"),
        (workbook({"data": [HEAD.split(",")]}), "a workbook"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=rf"some\.csv: the file is .*{what}.*csv"):
            russian_customs.read(path)
    path.write_bytes("code,duty\n0203115500,5%\n0203115600,Stück\n".encode("latin-1"))
    with pytest.raises(InputError, match="line 3 is text in Latin-1 or another code page"):
        eaeu_tariff.read(path, 2031)


def test_a_csv_for_a_reader_of_parquet_is_read_or_told_for_what_it_is(tmp_path: Path) -> None:
    path = put(tmp_path, "tariff.csv", "hts8,mfn_text_rate", "01012100,Free")
    assert usitc.read(path, 2024).table.to_pylist() == [{"year": 2024, "line": "01012100", "duty": "0%"}]
    with pytest.raises(InputError, match="the file is no parquet, but plain text, such as csv"):
        _source.read_parquet(path, ("hts8",))
