"""Quantities that are withheld, values in thousands, quantities without a unit column, numbers in another form."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import near
from trade_cases import from_frames, lines_of, load_case, means_of, set_aside

import fastavs as fa
from fastavs.trade.amounts import MARKS

HEADER = "period,line,partner,value,quantity,unit\n"
WITHHELD = HEADER + (
    "2023,22030010,DEU,100,100,l\n2023,22030010,POL,9000,{mark},l\n2023,22030090,DEU,50,10,l\n2023,22041000,FRA,500,100,l\n"
)


@pytest.mark.parametrize("mark", [":", "(s)", "(S)", "D", "*", "c", "n.a.", ": c", "..", "confidential"])
def test_a_suppressed_quantity_loses_the_quantity_and_not_the_row(tmp_path: Path, mark: str) -> None:
    study = load_case(tmp_path, WITHHELD.format(mark=mark))
    assert set_aside(study) == [(2, "quantity", f"quantity is suppressed ({mark})")]
    beer = lines_of(study)["22030010"]
    assert beer["rate"] == near(0.5 * 1.08)  # of the one observation that has a quantity
    assert beer["imports"] == 9100.0
    assert beer["observations"] == 1
    assert beer["no_quantity"] == 1
    wine = 0.3 * 1.08 * 100 / 500
    assert means_of(study)[1] == near((9100 * 0.54 + 50 * 0.2 + 500 * wine) / 9650, 1e-12)


def test_an_empty_quantity_gives_the_same_rates(tmp_path: Path) -> None:
    marked, empty = tmp_path / "marked", tmp_path / "empty"
    marked.mkdir(), empty.mkdir()
    assert means_of(load_case(marked, WITHHELD.format(mark=":"))) == means_of(
        load_case(empty, WITHHELD.format(mark=""))
    )


def test_frames_and_every_column_of_quantities(tmp_path: Path) -> None:
    header = HEADER.strip() + ",quantity_2,unit_2,net_mass_kg\n"
    study = from_frames(tmp_path, header + "2023,22030010,DEU,100,100,l,*,kg,c\n")
    assert set_aside(study) == [(1, "quantity", f"quantity is suppressed ({mark})") for mark in ("*", "c")]
    assert lines_of(study)["22030010"]["rate"] == near(0.54)


def test_a_suppressed_quantity_of_a_row_that_is_set_aside_is_not_counted_twice(tmp_path: Path) -> None:
    study = load_case(tmp_path, WITHHELD.format(mark=":").replace("9000", "-9000"))
    assert set_aside(study) == [(2, "row", "negative value")]


def test_text_that_is_no_mark_still_takes_the_row(tmp_path: Path) -> None:
    study = load_case(tmp_path, WITHHELD.format(mark="ten"))
    assert set_aside(study) == [(2, "row", "quantity is not a number")]


def test_marks_can_be_compared_as_they_are() -> None:
    assert all(mark == "".join(mark.split()).lower() for mark in MARKS)


@pytest.mark.parametrize("column", ["value", "quantity"])
def test_a_number_in_another_form_stops_the_study(tmp_path: Path, column: str) -> None:
    cells = {"value": "100", "quantity": "10"} | {column: '"90,500"'}
    trade = HEADER + f"2023,22030010,DEU,{cells['value']},{cells['quantity']},l\n2023,22030010,POL,850,9,l\n"
    with pytest.raises(fa.InputError, match="90,500") as caught:
        load_case(tmp_path, trade)
    assert caught.value.column == column


WITS = (
    "Year,Product,PartnerISO3,Trade Value 1000USD,Quantity,Quantity Unit\n"
    "2023,22030010,DEU,90.5,100500,Liters\n2023,22030010,POL,303.2,101000,Liters\n"
    "2023,22030090,DEU,50.1,20000,Liters\n2023,22041000,FRA,512.4,100800,Liters\n"
)
COLUMNS = """
[trade.columns]
period = "Year"
line = "Product"
partner = "PartnerISO3"
value = "Trade Value 1000USD"
quantity = "Quantity"
unit = "Quantity Unit"
"""


def test_values_in_thousands(tmp_path: Path) -> None:
    study = load_case(tmp_path, WITS, "value_factor = 1000" + COLUMNS)
    beer = (0.54 * 100500 / 90500 + max(0.1, 0.54 * 101000 / 303200)) / 2
    wine = 0.324 * 100800 / 512400
    found = lines_of(study)
    assert found["22030010"]["rate"] == near(beer)
    assert found["22041000"]["rate"] == near(wine)
    assert found["22030010"]["imports"] == near(393700.0)
    imports = {"22030010": 393700, "22030090": 50100, "22041000": 512400}
    weighted = (393700 * beer + 50100 * 0.2 + 512400 * wine) / sum(imports.values())
    assert means_of(study) == (near((beer + 0.2 + wine) / 3), near(weighted, 1e-12))
    assert means_of(study) == pytest.approx((0.217838, 0.205118), abs=1e-6)


def test_a_unit_for_files_without_a_unit_column(tmp_path: Path) -> None:
    trade = "period,line,partner,value,quantity\n2023,22041000,FRA,500,1\n"
    assert lines_of(load_case(tmp_path, trade, 'unit = "hl"'))["22041000"]["rate"] == near(0.3 * 1.08 * 100 / 500)
    assert lines_of(from_frames(tmp_path, trade, trade_options={"unit": "hl"}))["22041000"]["observations"] == 1
    (left,) = set_aside(load_case(tmp_path, trade))
    assert left == (1, "quantity", "quantity without a unit")


def test_the_unit_of_a_column_goes_first(tmp_path: Path) -> None:
    study = load_case(tmp_path, HEADER + "2023,22041000,FRA,500,100,l\n2023,22041000,DEU,500,100,\n", 'unit = "t"')
    assert set_aside(study) == [(2, "quantity", "quantity without a unit")]


@pytest.mark.parametrize(("unit", "says"), [("furlong", "unknown unit"), ("-", "no unit"), ("kg N", "kg N")])
def test_a_unit_that_is_none(tmp_path: Path, unit: str, says: str) -> None:
    with pytest.raises(fa.InputError, match=says) as caught:
        load_case(tmp_path, HEADER + "2023,22041000,FRA,500,100,l\n", f'unit = "{unit}"')
    assert caught.value.key == "trade.unit"


@pytest.mark.parametrize("factor", ["0", "-1", '"1000"', "nan", "inf"])
def test_a_factor_that_is_none(tmp_path: Path, factor: str) -> None:
    with pytest.raises(fa.InputError, match="value_factor"):
        load_case(tmp_path, HEADER + "2023,22041000,FRA,500,100,l\n", f"value_factor = {factor}")


def test_files_and_columns_are_no_options_of_frames(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match="trade_options"):
        from_frames(tmp_path, HEADER + "2023,22041000,FRA,500,100,l\n", trade_options={"columns": {"line": "x"}})


COMTRADE = "period,line,partner,value,qty,{unit}\n2023,22030010,DEU,100,100,7\n2023,22041000,FRA,500,100,{other}\n"


@pytest.mark.parametrize("name", ["qtyUnitCode", "Qty Unit Code", "QtyUnitCode", "altQtyUnitCode", "qtCode"])
def test_unit_numbers_in_a_column_that_comtrade_names(tmp_path: Path, name: str) -> None:
    columns = f'[trade.columns]\nquantity = "qty"\nunit = "{name}"'
    study = load_case(tmp_path, COMTRADE.format(unit=name, other=7), columns)
    assert not set_aside(study)
    assert lines_of(study)["22030010"]["rate"] == near(0.54)
    study = load_case(tmp_path, COMTRADE.format(unit=name, other=8), columns)  # kg, and the duty is for litres
    assert lines_of(study)["22041000"]["no_quantity"] == 1
    for other, reason in (
        ("-1", "measures nothing"),
        ("1", "measures nothing"),
        ("14", "unknown unit number of Comtrade"),
    ):
        study = load_case(tmp_path, COMTRADE.format(unit=name, other=other), columns)
        assert [(row, lost, reason in why) for row, lost, why in set_aside(study)] == [(2, "quantity", True)]


def test_unit_numbers_of_comtrade_in_frames_and_as_second_units(tmp_path: Path) -> None:
    trade = "period,line,partner,value,quantity,unit,quantity_2,altQtyUnitCode\n2023,22030010,DEU,100,50,kg,100,7\n"
    study = from_frames(tmp_path, trade, columns={"trade": {"unit_2": "altQtyUnitCode"}})
    assert lines_of(study)["22030010"]["rate"] == near(0.54)


def test_unit_numbers_in_another_column_stay_refused(tmp_path: Path) -> None:
    columns = '[trade.columns]\nquantity = "qty"\nunit = "unitno"'
    found = set_aside(load_case(tmp_path, COMTRADE.format(unit="unitno", other=8), columns))
    assert [(row, lost) for row, lost, _ in found] == [(1, "quantity"), (2, "quantity")]
    assert "unknown unit" in found[0][2]
    assert "OKEI" in found[1][2]
