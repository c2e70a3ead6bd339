"""Lists of codes from the files that people have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workbook import workbook

import fastavs as fa
from fastavs.scenario.lists import read_list


def csv_of(folder: Path, text: str, name: str = "list.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("code,name\n847130,laptops\n854231,chips\n", ("847130", "854231")),
        ("name;HS6\nlaptops;8471.30\nchips;8542 31\n", ("847130", "854231")),
        ("No\tТовар\tTNVED\n1\tчипы\t8542 31 000 0\n", ("8542310000",)),
        ("Product,Description\n8471.30.01.00,a\n8542.31.00.01,b\n", ("8471300100", "8542310001")),
        ("847130\n854231\n", ("847130", "854231")),
        ("30\n8542\n", ("30", "8542")),
        ("The list of the agreement\n\nno,tariff item\n1,847130\n2,854231\n3,854232\n", ("847130", "854231", "854232")),
        ("code\n30049\n101\n", ("030049", "0101")),
        ("code\n847130\n\n847130\n854231\n", ("847130", "854231")),
        ('code\n"=""0203"""\n\'0204\n', ("0203", "0204")),
        ("prefix,group\n09,food\n", ("09",)),
        ("code\n220300010000199\n22030001000019\n", ("0220300010000199", "22030001000019")),
        ("sep=;\ncode;name\n8542;chips, of silicon\n", ("8542",)),
        ("name,code\nchips,8542\nlaptops\n", ("8542",)),
    ],
)
def test_csv_files(tmp_path: Path, text: str, codes: tuple[str, ...]) -> None:
    assert read_list(csv_of(tmp_path, text))[0] == codes


def test_workbooks(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Annex 2", None],
        ["What", "HS code"],
        ["meat", 20329.0],
        ["chips", "8542.31"],
        [None, None],
    ]
    (tmp_path / "book.xlsx").write_bytes(workbook({"list": rows, "other": [["code"], ["0101"]]}))
    codes, notes = read_list(tmp_path / "book.xlsx")
    assert codes == ("020329", "854231")
    assert notes[0] == 'book.xlsx: codes from the column "HS code", 2 of them'
    assert "1 of 2 codes had an odd number of digits and got a leading zero back" in notes[1]
    assert read_list(tmp_path / "book.xlsx#other")[0] == ("0101",)
    with pytest.raises(fa.InputError, match=r'no such sheet "otter".*Did you mean "other"'):
        read_list(tmp_path / "book.xlsx#otter")
    one = fa.Scenario("x", fa.Cap(0.1, lists="meat"), lists={"meat": tmp_path / "book.xlsx#list"})
    assert one.lists[0].codes == codes
    assert one.lists[0].notes[1].endswith("leading zero back")
    assert "leading zero back" in one._repr_html_()


def test_what_was_done_is_told(tmp_path: Path) -> None:
    _, notes = read_list(csv_of(tmp_path, "code\n30049\n8542\n8542\n"))
    assert notes == (
        'list.csv: codes from the column "code", 3 of them',
        "list.csv: 1 of 3 codes had an odd number of digits and got a leading zero back",
        "list.csv: 1 of 3 codes stand there more than once",
    )
    assert read_list(csv_of(tmp_path, "847130,a\n854231,b\n"))[1] == ("list.csv: codes from the column A, 2 of them",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code\n8542\n8541-8542\n", 'cell A3.: a range of codes "8541-8542".*the prefix that they share'),
        ("name,code\na,8542\nb,8541 to 8543\n", "cell B3.: a range of codes"),
        ("code\n8542\nTotal\n", 'cell A3.: a cell that is no code "Total"'),
        ("x,y\na,8542\nb,8543\nc,all\n", 'cell B4.: a cell that is no code "all"'),
        ("code\n8.54E+09\n", "scientific notation.*with the column as text"),
        ("code\n8541; 8542\n", 'cell B2.: a second code in a row "8542"'),
        ("code,name\n8541/8542,chips\n", "cell A2.: several codes in one cell"),
        ("code\n8471.3\n", "an odd number of digits that has not lost its first one"),
        ("code\n01012\n", "an odd number of digits that has not lost its first one"),
        ("name,what\na,b\n", "no column of codes in the list.*headed code, hs, hs6, hts, tnved, prefix or line"),
        ("", "no column of codes in the list"),
        ("code,name\n", "a list without codes"),
    ],
)
def test_cells_that_are_no_codes(tmp_path: Path, text: str, message: str) -> None:
    path = csv_of(tmp_path, text)
    with pytest.raises(fa.InputError, match=message) as error:
        read_list(path)
    assert "list.csv" in str(error.value)


def test_numbers_with_decimals_in_a_workbook_are_refused(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbook({"list": [["code"], [8542.3]]}))
    with pytest.raises(fa.InputError, match=r"cell A2.: a number with decimals, which may have lost zeros"):
        read_list(tmp_path / "book.xlsx")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match="no such file"):
        read_list(tmp_path / "none.xlsx")
    with pytest.raises(fa.InputError, match="a file of another kind"):
        read_list(csv_of(tmp_path, "code\n8542\n", "list.json"))
    (tmp_path / "old.csv").write_bytes("код\n8542\nпара".encode("cp1251"))
    (tmp_path / "bad.xlsx").write_bytes(b"nothing")
    with pytest.raises(fa.InputError, match=r"Cyrillic code page.*save it as UTF-8"):
        read_list(tmp_path / "old.csv")
    with pytest.raises(fa.InputError, match="cannot be read"):
        read_list(tmp_path / "bad.xlsx")
