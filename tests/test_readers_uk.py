"""The United Kingdom's tariff: small files in its layout, written here, in; native schedules and reports out."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from fastavs.errors import InputError
from fastavs.readers import Reading, uk_tariff
from fastavs.readers.uk_tariff import in_season

HEAD = "commodity,description,cet_duty_rate,ukgt_duty_rate,change"


def put(folder: Path, *lines: str) -> Path:
    path = folder / "ukgt.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return path


def rows(reading: Reading, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in columns) for row in reading.table.to_pylist()]


def reasons(reading: Reading) -> dict[int, str]:
    return {row["row"]: row["reason"].split(" (")[0] for row in reading.set_aside.to_pylist()}


LINES = (
    "1012910,Horses,11.5%,0.0%,x",
    "1022910,Cattle,10.20% + 93.10 EUR / 100 kg,10.00% + 77.00 GBP/100kg,x",
    '8081080,Apples,Entry Price,"4.00% (01 JAN - 31 MAR), 0.00% (01 APR - 31 JUL), 8.00% (01 AUG - 31 DEC)",x',
    "22042111,Wine,13.10 EUR / hl,10.00 GBP / hl,x",
    "2204211190,Wine of Alsace,15.40 EUR / hl,12.00 GBP / hl,x",
    "2204211110,Wine of elsewhere,13.10 EUR / hl,10.0 GBP/hl,x",
    "1001912010,Meslin seed,95.00 EUR / tonne,79.00 GBP/1000kg,x",
    "1001912020,Wheat seed,0.00 EUR / tonne,0.0%,x",
    "302410010,Herring,15.0%,15.0%,x",
    "302410090,Herring,15.0%,15.00%,x",
    "22071000,Spirit,19.20 EUR / hl,0.80 GBP / % vol / hl,x",
    "22O71000,Spirit,19.20 EUR / hl,5%,x",
)


def test_lines_of_eight_digits(tmp_path: Path) -> None:
    reading = uk_tariff.read(put(tmp_path, *LINES), 2031)
    assert rows(reading, "year", "line", "duty") == [
        (2031, "01012910", "0%"),
        (2031, "01022910", "10% + 77 GBP/100 kg"),
        (2031, "03024100", "15%"),
        (2031, "08081080", "4%"),
        (2031, "22042111", "10 GBP/hl"),
    ]
    assert reasons(reading) == {
        5: "part of a line, with another duty than the line",
        7: "line twice, with different duties",
        8: "line twice, with different duties",
        11: "duty cannot be read",
        12: "code is not of 8 or 10 digits",
    }
    assert (reading.counts["codes that got a leading zero back"], reading.counts["seasonal lines"]) == (5, 1)
    assert reading.notes == ("seasonal lines have the duty of 01 January: 08081080",)


def test_lines_of_ten_digits_another_day_and_the_other_tariff(tmp_path: Path) -> None:
    path = put(tmp_path, *LINES)
    reading = uk_tariff.read(path, 2031, digits=10, on=datetime.date(2031, 8, 1))
    assert rows(reading, "line", "duty") == [
        ("0101291000", "0%"),
        ("0102291000", "10% + 77 GBP/100 kg"),
        ("0302410010", "15%"),
        ("0302410090", "15%"),
        ("0808108000", "8%"),
        ("1001912010", "79 GBP/1000 kg"),
        ("1001912020", "0%"),
        ("2204211100", "10 GBP/hl"),
        ("2204211110", "10 GBP/hl"),
        ("2204211190", "12 GBP/hl"),
    ]
    union = uk_tariff.read(path, 2020, column="cet")
    assert ("01022910", "10.2% + 93.1 EUR/100 kg") in rows(union, "line", "duty")
    assert reasons(union)[3] == "duty cannot be read"


def test_seasons() -> None:
    day = datetime.date
    text = "9.60% (01 JAN-15 MAY, 01 NOV-31 DEC), 13.40% (16 MAY-30 JUNE)"
    assert in_season(text, day(2031, 12, 1)) == "9.60%"
    assert in_season(text, day(2031, 6, 30)) == "13.40%"
    assert in_season(text, day(2031, 7, 1)) == text
    assert in_season("8.00% (01 NOV - 14 MAY), 14.00% (15 MAY - 31 OCT)", day(2031, 2, 1)) == "8.00%"
    assert in_season("2% (01-31 DEC), 3% (01 JAN-30 NOV)", day(2031, 12, 24)) == "2%"
    for plain in ("12.8% + 303.4 EUR/100 kg", "10% (of the value)", "5% MIN 1 EUR/kg (01 JAN-31 MAR), 6% MIN 2 EUR/kg"):
        assert in_season(plain, day(2031, 1, 1)) == plain


def test_files_and_choices_that_are_wrong(tmp_path: Path) -> None:
    path = put(tmp_path, "1012910,Horses,x,x,x")
    with pytest.raises(InputError, match="no line with a duty"):
        uk_tariff.read(path, 2031)
    with pytest.raises(InputError, match="unknown column"):
        uk_tariff.read(path, 2031, column="mfn")
    with pytest.raises(InputError, match="lines cannot have"):
        uk_tariff.read(path, 2031, digits=6)
    with pytest.raises(InputError, match="row 1: duty cannot be read"):
        uk_tariff.read(put(tmp_path, "1012910,Horses,x,x,x", "1012990,Mules,x,5%,x"), 2031, strict=True)
