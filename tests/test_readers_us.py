"""The United States: the Census Bureau's interface, DataWeb and the tariff schedule, in small files written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fastavs.countries.census import NAMES, PARTNERS, plain
from fastavs.errors import InputError
from fastavs.readers import Reading, census, dataweb, hts, usitc
from fastavs.readers._schedule_c import GROUPS, MEMBERS

BEER = "2203000030"
NAMED = ["CTY_CODE", "CTY_NAME", "I_COMMODITY", "CON_VAL_MO", "CON_QY1_MO", "UNIT_QY1", "time"]


def rows(reading: Reading, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in columns) for row in reading.table.to_pylist()]


def reasons(reading: Reading) -> dict[int, str]:
    return {row["row"]: row["reason"] for row in reading.set_aside.to_pylist()}


def answer(folder: Path, *lines: list[str | None], header: list[str] = NAMED, name: str = "answer.json") -> Path:
    """An answer of the Census Bureau's interface."""
    path = folder / name
    path.write_text(json.dumps([header, *lines]), encoding="utf-8")
    return path


def one(
    code: str, value: int, *, line: str = BEER, time: str = "2031-05", amount: object = "0", unit: str = "-"
) -> list[str | None]:
    return [code, "x", line, str(value), str(amount), unit, time]


# Countries


def test_countries_by_number_and_by_name() -> None:
    assert len(MEMBERS) == 27
    assert (PARTNERS["5800"], PARTNERS["4803"], PARTNERS["5082"], PARTNERS["5083"]) == ("KOR", "XKX", "PSE", "PSE")
    assert not set(PARTNERS) & {group.code for group in GROUPS}
    for name, code in {
        "KOREA, SOUTH": "KOR",
        "Cote d'Ivoire": "CIV",
        "St. Lucia": "LCA",
        "Trinidad & Tobago": "TTO",
    }.items():
        assert NAMES[plain(name)] == code


# The Census Bureau's interface


def test_months_with_quantities(tmp_path: Path) -> None:
    path = answer(
        tmp_path,
        one("2010", 100, amount=80, unit="L"),
        one("2010", 50, amount=45, unit="L", time="2031-06"),
        one("5800", 7),
        one("4280", 9, amount=3, unit="X"),
        one("1234", 5),
    )
    reading = census.read(path)
    assert rows(reading, "period", "line", "partner", "value", "quantity", "unit") == [
        ("2031M05-06", BEER, "DEU", 9.0, None, None),
        ("2031M05-06", BEER, "KOR", 7.0, None, None),
        ("2031M05-06", BEER, "MEX", 150.0, 125.0, "l"),
    ]
    assert reasons(reading) == {4: "quantity without a unit"}
    assert reading.counts["value outside"] == 5.0
    assert [row[0] for row in rows(census.read(path, by="month"), "period")].count("2031M06") == 1
    assert census.read(path, partners={"1234": "XKX"}).counts["value outside"] == 0.0
    with pytest.raises(InputError, match="says its period itself"):
        census.read(path, "2031")


def test_all_countries_and_groups_are_never_added_to_countries(tmp_path: Path) -> None:
    path = answer(
        tmp_path,
        one("-", 1000),
        one("0003", 300),
        one("4280", 200),
        one("4279", 100),
        one("5700", 700),
        one("0026", 700),
        one("5XXX", 700),
    )
    reading = census.read(path)
    assert rows(reading, "partner", "value") == [("CHN", 700.0), ("DEU", 200.0), ("FRA", 100.0)]
    assert reasons(reading) == {
        1: "group of countries whose members stand beside it (all countries)",
        2: "group of countries whose members stand beside it (European Union)",
        6: "group of countries whose members stand beside it (APEC)",
        7: "group of countries whose members stand beside it (Asia)",
    }
    assert "set aside (row), group of countries whose members stand beside it: 4" in reading.report()


def test_the_union_stays_where_its_members_are_not_there(tmp_path: Path) -> None:
    path = answer(tmp_path, one("0003", 300), one("4359", 20), one("5700", 700), one("-", 1000))
    reading = census.read(path)
    assert rows(reading, "partner", "value") == [("CHN", 700.0), ("EUN", 300.0)]
    assert reasons(reading) == {
        2: "member of the European Union, which stands as one partner beside it",
        4: "group of countries whose members stand beside it (all countries)",
    }
    before = answer(tmp_path, one("0003", 300), one("4359", 20), one("4120", 280))
    assert rows(census.read(before), "partner", "value") == [("GBR", 280.0), ("SVK", 20.0)]
    alone = answer(tmp_path, one("-", 1000), one("0026", 700))
    assert rows(census.read(alone), "partner", "value") == [("WLD", 1000.0)]
    group = census.read(answer(tmp_path, one("0026", 700)))
    assert (group.table.num_rows, group.counts["value outside"]) == (0, 700.0)


def test_most_members_beside_their_union(tmp_path: Path) -> None:
    """More than half of the members: the union goes, though they do not add up to it."""
    lines = [one(code, 10) for code in sorted(MEMBERS)[:20]]
    reading = census.read(answer(tmp_path, *lines, one("0003", 400)))
    assert (reading.table.num_rows, reading.counts["value"]) == (20, 200.0)
    assert reasons(reading) == {21: "group of countries whose members stand beside it (European Union)"}


def test_levels_of_codes_are_not_added_up(tmp_path: Path) -> None:
    path = answer(
        tmp_path,
        one("2010", 100, line="22"),
        one("2010", 100, line="2203"),
        one("2010", 100, line="220300"),
        one("2010", 60, line=BEER),
        one("2010", 40, line="2203000060"),
        one("5800", 30, line="2203"),
    )
    reading = census.read(path)
    assert rows(reading, "line", "partner", "value") == [
        ("2203", "KOR", 30.0),
        (BEER, "MEX", 60.0),
        ("2203000060", "MEX", 40.0),
    ]
    assert set(reasons(reading).values()) == {"sum of longer codes that stand beside it"}


def test_districts_and_rate_provisions_are_parts_of_their_total(tmp_path: Path) -> None:
    header = [*NAMED, "DISTRICT", "RP"]
    parts = [[*one("2010", value), district, provision] for value, district, provision in (
        (100, "-", "-"), (70, "20", "-"), (30, "23", "-"), (60, "-", "10"), (40, "-", "61"), (25, "20", "10"),
    )]  # fmt: skip
    reading = census.read(answer(tmp_path, *parts, header=header))
    assert rows(reading, "value") == [(100.0,)]
    assert set(reasons(reading)) == {2, 3, 4, 5, 6}
    assert reasons(reading)[2] == "part of a total that stands beside it (DISTRICT)"
    alone = census.read(answer(tmp_path, *parts[1:3], header=header))
    assert rows(alone, "value") == [(100.0,)]


def test_values_of_the_year_up_to_a_month_are_not_added_up(tmp_path: Path) -> None:
    header = ["CTY_CODE", "I_COMMODITY", "CON_VAL_YR", "CON_QY1_YR", "UNIT_QY1", "YEAR", "MONTH"]
    path = answer(
        tmp_path,
        ["2010", BEER, "100", "80", "L", "2031", "1"],
        ["2010", BEER, "250", "190", "L", "2031", "3"],
        ["5800", BEER, "7", "0", "L", "2031", "1"],
        ["2010", BEER, "900", "700", "L", "2030", "12"],
        header=header,
    )
    reading = census.read(path)
    assert rows(reading, "period", "partner", "value", "quantity") == [
        ("2030", "MEX", 900.0, 700.0),
        ("2031M01-03", "KOR", 7.0, None),
        ("2031M01-03", "MEX", 250.0, 190.0),
    ]
    assert reasons(reading) == {1: "year up to an earlier month, which is in that up to a later one"}
    with pytest.raises(InputError, match="cannot be parted"):
        census.read(path, by="quarter")


def test_two_quantities_flags_and_general_imports(tmp_path: Path) -> None:
    header = [
        "CTY_CODE", "I_COMMODITY", "CON_VAL_MO", "GEN_VAL_MO", "CON_QY1_MO", "CON_QY1_MO_FLAG", "UNIT_QY1",
        "CON_QY2_MO", "UNIT_QY2", "time",
    ]  # fmt: skip
    path = answer(
        tmp_path,
        ["2010", "6109100012", "100", "110", "12", None, "DOZ", "30", "KG", "2031-01"],
        ["5800", "4011101000", "50", "50", "500", "", "KG", "9", "NO", "2031-01"],
        ["5800", "8708305000", "20", "20", "6", "A", "KG", "0", "X", "2031-01"],
        ["5880", "4407110001", "30", "30", "4", "", "M3", "8", "M2", "2031-01"],
        ["5880", "4407110002", "0", "30", "4", "", "M3", "8", "M2", "2031-01"],
        header=header,
    )
    reading = census.read(path)
    assert rows(reading, "line", "quantity", "unit", "net_mass_kg") == [
        ("4011101000", 9.0, "piece", 500.0),
        ("4407110001", 4.0, "m3", None),
        ("6109100012", 12.0, "12 piece", 30.0),
        ("8708305000", None, None, None),
    ]
    assert reasons(reading) == {3: "CON_QY1_MO is flagged as missing", 5: "zero value"}
    assert reading.counts["second quantities of no use (neither is a mass)"] == 2
    general = census.read(path, measure="general")
    assert (general.counts["value"], general.table.column("quantity").null_count) == (240.0, 5)
    with pytest.raises(InputError, match="unknown measure"):
        census.read(path, measure="transit")


def test_a_csv_that_a_spreadsheet_has_saved(tmp_path: Path) -> None:
    path = tmp_path / "answer.csv"
    path.write_text(
        ",CTY_CODE,I_COMMODITY,CON_VAL_MO,time\n0,3,101210010,40,2031-05\n1,2010,101210010,10,2031-05\n",
        encoding="utf-8",
    )
    reading = census.read(path)
    assert rows(reading, "line", "partner", "value") == [("0101210010", "EUN", 40.0), ("0101210010", "MEX", 10.0)]
    assert reading.counts["codes and numbers that got leading zeros back"] == 3


def test_answers_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    for text, words in {
        "": "the file is empty",
        '[["CTY_CODE","I_COMM': "the JSON cannot be read",
        "[1, 2]": "no list of rows",
        "[]": "no rows",
        json.dumps([NAMED]): "no rows",
        json.dumps([NAMED, ["2010"]]): "a row of 1 fields",
        json.dumps(
            [["CTY_CODE", "CON_VAL_MO", "time"], ["2010", "1", "2031-05"]]
        ): "no such column.*I_COMMODITY|I_COMMODITY",
        json.dumps([[*NAMED, "time"], [*one("2010", 1), "2031-06"]]): "stands twice, with other contents",
        "error: unknown variable": "no such column",
    }.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=words):
            census.read(path)
    doubled = answer(tmp_path, [*one("2010", 1), BEER], header=[*NAMED, "I_COMMODITY"])
    assert census.read(doubled).table.num_rows == 1
    with pytest.raises(InputError, match="does not say its period"):
        census.read(answer(tmp_path, ["2010", BEER, "1"], header=["CTY_CODE", "I_COMMODITY", "CON_VAL_MO"]))


def test_chapters_in_files_of_their_own(tmp_path: Path) -> None:
    files = [
        answer(tmp_path, one("2010", 10, line=line), one("-", 10, line=line), name=f"{line[:2]}.json")
        for line in (BEER, "0101210010")
    ]
    reading = census.read(files)
    assert rows(reading, "line", "value") == [("0101210010", 10.0), (BEER, 10.0)]
    assert reading.set_aside.column("file").to_pylist() == ["01.json", "22.json"]


def test_files_of_which_only_one_has_flags(tmp_path: Path) -> None:
    line = [*one("2010", 5, amount=2, unit="L"), "S"]
    flagged = answer(tmp_path, line, header=[*NAMED, "CON_QY1_MO_FLAG"], name="a.json")
    bare = answer(tmp_path, one("5800", 5, amount=2, unit="L"), name="b.json")
    assert rows(census.read([flagged, bare]), "partner", "quantity") == [("KOR", 2.0), ("MEX", None)]


# DataWeb

TITLE = '"Imports For Consumption|Annual Data for 2030,2031"'
JAPAN = f"Customs Value,Japan,{BEER},Beer,liters,1,2,0"
HEAD = "Data Type,Country,HTS Number,Description,Quantity Description,2030,2031,2031_Suppressed"


def sheet(folder: Path, *lines: str, head: str = HEAD, count: int | None = None, name: str = "dataweb.csv") -> Path:
    path = folder / name
    announced = sum(not line.startswith("Total") for line in lines) if count is None else count
    path.write_text("\n".join([TITLE, f"Data Row Count,{announced}", head, *lines]) + "\n", encoding="utf-8")
    return path


def test_values_meet_their_quantities(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        f'Customs Value,"Korea, South",{BEER},"Beer, in glass",liters,"1,000,000","1,200,000",0',
        f"Customs Value,Mexico,{BEER},Beer,liters,--,600,0",
        f'First Unit of Quantity,"Korea, South",{BEER},Beer,liters,"800,000","900,000",0',
        f"First Unit of Quantity,Mexico,{BEER},Beer,liters,--,500,1",
        f"Calculated Duties,Mexico,{BEER},Beer,liters,0,5,0",
        'Total: ,,,,,"1,000,000","1,200,600",',
    )
    reading = dataweb.read(path)
    assert rows(reading, "period", "line", "partner", "value", "quantity", "unit") == [
        ("2030", BEER, "KOR", 1_000_000.0, 800_000.0, "l"),
        ("2031", BEER, "KOR", 1_200_000.0, 900_000.0, "l"),
        ("2031", BEER, "MEX", 600.0, None, None),
    ]
    assert reasons(reading) == {5: "First Unit of Quantity is withheld"}
    assert (reading.counts["rows"], reading.counts["rows of totals"]) == (5, 1)
    assert "Calculated Duties is not read" in reading.notes


def test_sheets_in_files_of_their_own_and_codes_in_several_units(tmp_path: Path) -> None:
    head = HEAD.replace(",2031_Suppressed", "")
    values = sheet(
        tmp_path,
        "Customs Value,Japan,4011,Tires,number,10,20",
        "Customs Value,Japan,4011,Tires,kilograms,1,2",
        "Customs Value,China,101,Horses,number,5,5",
        "Customs Value,Nowhere,0101,Horses,number,7,7",
        head=head,
    )
    quantities = sheet(
        tmp_path,
        "First Unit of Quantity,Japan,4011,Tires,number,3,4",
        "First Unit of Quantity,Japan,4011,Tires,kilograms,30,40",
        "Second Unit of Quantity,China,0101,Horses,kilograms,900,900",
        head=head,
        name="quantities.csv",
    )
    reading = dataweb.read([values, quantities])
    assert rows(reading, "period", "line", "value", "quantity", "unit", "net_mass_kg")[:3] == [
        ("2030", "0101", 5.0, None, None, 900.0),
        ("2030", "4011", 1.0, 30.0, "kg", None),
        ("2030", "4011", 10.0, 3.0, "piece", None),
    ]
    assert reading.counts["codes that got a leading zero back"] == 1
    assert reading.counts["value outside"] == 14.0
    plain_values = sheet(
        tmp_path, "Customs Value,Japan,4011,Tires,10,20", head=head.replace("Quantity Description,", "")
    )
    several = dataweb.read([plain_values, quantities])
    assert set(reasons(several).values()) == {"First Unit of Quantity: several units for one value"}


def test_months_in_columns_and_years_up_to_a_month(tmp_path: Path) -> None:
    head = "Data Type,Country,HTS Number,Year,January,February"
    path = sheet(tmp_path, f"General Customs Value,Japan,{BEER},2031,10,20", head=head)
    assert rows(dataweb.read(path), "period", "value") == [("2031M01-02", 30.0)]
    assert rows(dataweb.read(path, by="month"), "period", "value") == [("2031M01", 10.0), ("2031M02", 20.0)]
    head = "Data Type,Country,HTS Number,2030,2030_Year_to_date,January_to_march_year_2030,January_to_march_year_2031"
    reading = dataweb.read(sheet(tmp_path, f"Customs Value,Japan,{BEER},100,25,25,30", head=head))
    assert rows(reading, "period", "value") == [("2030", 100.0), ("2031M01-03", 30.0)]
    assert reasons(reading) == {4: "part of a year that stands as a whole"}
    assert reading.notes == ("2030_Year_to_date: the months that it covers are not told; it is left out",)
    head = "Year,Country,HTS Number,Description,General Customs Value"
    long = dataweb.read(sheet(tmp_path, f"2031,Japan,{BEER},Beer,40", head=head))
    assert rows(long, "period", "partner", "value") == [("2031", "JPN", 40.0)]


def test_groups_by_name_and_levels(tmp_path: Path) -> None:
    head = "Data Type,Country,HTS Number,Description,2031"
    path = sheet(
        tmp_path,
        f"Customs Value,Germany,{BEER},Beer,10",
        f"Customs Value,France,{BEER},Beer,20",
        f"Customs Value,European Union - 27,{BEER},Beer,30",
        f"Customs Value,World,{BEER},Beer,30",
        "Customs Value,Germany,2203,Beer,10",
        head=head,
    )
    reading = dataweb.read(path)
    assert rows(reading, "partner", "value") == [("DEU", 10.0), ("FRA", 20.0)]
    assert len(reasons(reading)) == 3
    union = dataweb.read(sheet(tmp_path, f"Customs Value,European Union - 27,{BEER},Beer,30", head=head))
    assert rows(union, "partner") == [("EUN",)]
    together = dataweb.read(sheet(tmp_path, f"Customs Value,{BEER},Beer,30", head=head.replace("Country,", "")))
    assert rows(together, "partner") == [("WLD",)]


@pytest.mark.parametrize(
    ("lines", "more", "words"),
    [
        ([JAPAN], {"count": 5}, "1 rows where the file announces 5"),
        ([JAPAN, "Customs Value,Japan"], {}, "a row of 2 fields"),
        ([JAPAN], {"head": "a,b,c"}, "no table of DataWeb"),
        (["Customs Value,Japan,1"], {"head": "Data Type,Country,2031"}, "does not tell commodities"),
        (["Customs Value,Japan,1"], {"head": "Data Type,Country,HTS Number"}, "no column of a year"),
        ([JAPAN.replace("Customs Value", "Calculated Duties")], {}, "no values"),
    ],
)
def test_sheets_that_are_none(tmp_path: Path, lines: list[str], more: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        dataweb.read(sheet(tmp_path, *lines, **more))


# The tariff schedule

CSV = "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty"


def outline(folder: Path, *lines: str) -> Path:
    path = folder / "hts.csv"
    path.write_text("﻿" + "\n".join([CSV, *lines]) + "\n", encoding="utf-8")
    return path


def test_rates_stand_on_lines_and_hold_below_them(tmp_path: Path) -> None:
    path = outline(
        tmp_path,
        '"2203","0","Beer made from malt","","","",""',
        '"2203.00.00","1","Beer","","Free","","13.2¢/liter"',
        '"","2","In containers each holding not over 4 liters:","","","",""',
        '"2203.00.00.30","3","In glass","[""liters""]","","",""',
        '"2203.00.00.60","3","Other","[""liters""]","","",""',
        '"0101.30.00.00","1","Asses","[""No.""]","6.8%","Free (A+,AU)","15%"',
        '"0201","0","Meat","","","",""',
        '"0201.10","1","Carcasses","","","",""',
        '"0201.10.05","2","In quota","","4.4¢/kg","Free (AU)","6.6¢/kg 1/"',
        '"0201.10.05.10","3","Veal","[""kg""]","","",""',
        '"9903.88.01","0","Products of China","","The duty provided in the applicable subheading + 25%","",""',
        '"9101.11.40","0","Watches","[""No.""]","51¢ each + 6.25% on the case","","$4.50 each + 35% on the case"',
    )
    reading = hts.read(path, 2031)
    assert rows(reading, "year", "line", "duty") == [
        (2031, "01013000", "6.8%"),
        (2031, "02011005", "0.044 USD/kg"),
        (2031, "22030000", "0%"),
    ]
    assert {row: reason.split(" (")[0] for row, reason in reasons(reading).items()} == {
        11: "duty cannot be read",
        12: "duty cannot be read",
    }
    assert (reading.counts["headings"], reading.counts["rows that bear no line"]) == (4, 3)
    other = hts.read(path, 2031, column="other")
    assert rows(other, "line", "duty") == [
        ("01013000", "15%"),
        ("02011005", "0.066 USD/kg"),
        ("22030000", "0.132 USD/l"),
    ]
    assert reasons(other)[11] == "line without a duty"
    long = hts.read(path, 2031, digits=10)
    assert rows(long, "line", "duty") == [
        ("0101300000", "6.8%"),
        ("0201100510", "0.044 USD/kg"),
        ("2203000030", "0%"),
        ("2203000060", "0%"),
    ]


def test_rates_on_headings_hold_for_lines_below_them(tmp_path: Path) -> None:
    path = outline(
        tmp_path,
        '"0101.30","1","Asses","","5%","","20%"',
        '"0101.30.10","2","Small","","","",""',
        '"0101.30.20","2","Large","","7%","",""',
        '"","2","Other:","","9%","",""',
        '"0101.30.90.10","3","Old","","","",""',
        '"0102.10.00","1","Bulls","","","",""',
    )
    reading = hts.read(path, 2031)
    assert rows(reading, "line", "duty") == [("01013010", "5%"), ("01013020", "7%"), ("01013090", "9%")]
    assert reasons(reading) == {6: "line without a duty"}


def test_the_json_of_the_schedule_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "hts.json"
    heading = {"htsno": "2203", "indent": "0", "superior": None, "units": [], "general": "", "special": "", "other": ""}
    line = heading | {"htsno": "2203.00.00", "indent": "1", "general": "<b>4.4&cent;/liter</b>", "footnotes": None}
    line |= {"other": "13.2&cent;/liter", "special": "Free (A)"}
    items = [heading, line, heading | {"htsno": "2203.00.00.30", "indent": "2", "units": ["liters"]}]
    path.write_text(json.dumps(items), encoding="utf-8")
    assert rows(hts.read([path], 2031), "line", "duty") == [("22030000", "0.044 USD/l")]
    assert rows(hts.read(path, 2031, column="other"), "duty") == [("0.132 USD/l",)]
    path.write_text(json.dumps([*items, {**items[1], "general": "5%"}]), encoding="utf-8")
    with pytest.raises(InputError, match="no line with a rate"):
        hts.read(path, 2031)
    path.write_text(json.dumps([{"htsno": "2203"}]), encoding="utf-8")
    with pytest.raises(InputError, match="no such column"):
        hts.read(path, 2031)
    with pytest.raises(InputError, match="unknown column"):
        hts.read(path, 2031, column="special")
    with pytest.raises(InputError, match="lines cannot have"):
        hts.read(path, 2031, digits=6)


def test_a_line_told_twice_is_set_aside_where_its_duties_differ(tmp_path: Path) -> None:
    path = outline(
        tmp_path,
        '"2203.00.00.10","1","Beer","","5%","",""',
        '"2203.00.00.20","1","Ale","","6%","",""',
        '"2204.10.00.10","1","Wine","","5%","",""',
        '"2204.10.00.20","1","Must","","5 %","",""',
    )
    reading = hts.read(path, 2031)
    assert rows(reading, "line", "duty") == [("22041000", "5%")]
    assert reasons(reading) == dict.fromkeys((1, 2), "line twice, with different duties")
    with pytest.raises(InputError, match="row 1: line twice"):
        hts.read(path, 2031, strict=True)


# The annual tariff data as text


def test_annual_tariff_data_as_text_and_printed_rates_alone(tmp_path: Path) -> None:
    names = ",".join([*usitc.COLUMNS, usitc.TEXT])
    path = tmp_path / "tariff.txt"
    path.write_text(f'{names.upper()}\n1012100,0,0,0,0,NO,,01/01/2000,12/31/2050,"Free"\n', encoding="cp1252")
    assert rows(usitc.read(path, 2031), "line", "duty") == [("01012100", "0%")]
    path.write_text("hts8,mfn_text_rate\n01012100,Free\n01012900,4.4 cents/kg\n", encoding="utf-8")
    assert rows(usitc.read(path, 2031), "line", "duty") == [("01012100", "0%"), ("01012900", "0.044 USD/kg")]
    path.write_text("hts8,rate\n01012100,Free\n", encoding="utf-8")
    with pytest.raises(InputError, match="no such column"):
        usitc.read(path, 2031)
