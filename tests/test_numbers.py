"""What printed numbers mean: read where there is one reading, refused where there are two."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastavs.errors import InputError, UnitError
from fastavs.numbers import APOSTROPHES, MARKS, SPACES, NumberForm, form_of, read_count, readings, shown_by
from fastavs.tables.columns import number_column
from fastavs.tables.tables import Columns, from_memory
from fastavs.units.units import parse_unit, read_unit

COLUMNS = Columns("trade", (), ("value",), ("value",))

ONE_WAY = [
    ("0", "0"),
    ("15", "15"),
    ("0.15", "0.15"),
    ("0,15", "0.15"),
    (".5", "0.5"),
    ("5.", "5"),
    ("0,125", "0.125"),
    ("0.125", "0.125"),
    ("1234.567", "1234.567"),
    ("1234,567", "1234.567"),
    ("1,2345", "1.2345"),
    ("1.234,56", "1234.56"),
    ("1.234,567", "1234.567"),
    ("1,234.56", "1234.56"),
    ("2,445.26", "2445.26"),
    ("1.234.567", "1234567"),
    ("1,234,567.8", "1234567.8"),
    ("1 234", "1234"),
    ("1 234,56", "1234.56"),
    ("1\u00a0234,56", "1234.56"),
    ("1\u2009234.56", "1234.56"),
    ("1\u202f234\u202f567", "1234567"),
    ("1'234.5", "1234.5"),
    ("1’234’567,5", "1234567.5"),
    ("12,34,567", "1234567"),
    ("1,23,456.78", "123456.78"),
    ("-1.234,5", "-1234.5"),
    ("+0,5", "0.5"),
]
TWO_WAYS = ["1.000", "1,000", "90,500", "90.500", "123.456", "-1,234"]
NO_NUMBER = [
    *("", " ", "-", ".", ",", "abc", "1e5", "1_000", "1 23", "1,,000", "1.2.3", "1.234.56", "1,23,45", "1,2,345,678"),
    *(
        "1 234 56",
        "12 3456",
        "1.000,000,5",
        "1,000 000",
        "1 000,000.5",
        "0 125",
        "0'125",
        "5%",
        "１２",
        "٣",
        "1²",
        "1\n0",
    ),
]


@pytest.mark.parametrize(("text", "plain"), ONE_WAY)
def test_a_number_with_one_reading(text: str, plain: str) -> None:
    (one,) = readings(text)
    assert one.value == Fraction(plain)
    assert float(one.plain) == float(plain)


@pytest.mark.parametrize("text", TWO_WAYS)
def test_a_number_with_two_readings(text: str) -> None:
    with_decimals, grouped = readings(text)
    assert grouped.value == 1000 * with_decimals.value
    assert with_decimals.decimal == grouped.thousands in (",", ".")


@pytest.mark.parametrize("text", NO_NUMBER)
def test_no_number(text: str) -> None:
    assert readings(text) == ()


@given(
    st.decimals(min_value=0, max_value=10**9, places=4).map(Fraction) | st.integers(0, 10**12).map(Fraction),
    st.sampled_from([".", ","]),
    st.sampled_from([None, *".,", *SPACES, *APOSTROPHES]),
    st.integers(0, 6),
)
def test_what_is_printed_is_among_the_readings(value: Fraction, decimal: str, mark: str | None, places: int) -> None:
    if mark == decimal:
        mark = None
    value = round(value, places)
    text = _printed(value, places).replace(",", mark or "").replace("\0", decimal)
    assert value in [one.value for one in readings(text)]
    kind = " " if mark in tuple(SPACES) else "'" if mark in tuple(APOSTROPHES) else mark
    read = NumberForm(decimal, kind).read(text)
    assert read is not None
    assert Fraction(read) == value


def _printed(value: Fraction, places: int) -> str:
    """Digits with commas between thousands and a null before decimals."""
    whole, rest = divmod(round(value * 10**places), 10**places)
    return f"{whole:,}" + (f"\0{rest:0{places}d}" if places else "")


@pytest.mark.parametrize(
    ("number", "mark"),
    [
        ("15", None),
        ("1.000", None),
        ("1 000", None),
        ("0.5", "."),
        ("12,5", ","),
        ("1,000,000", "."),
        ("1.000.000", ","),
    ],
)
def test_the_decimal_mark_that_a_number_shows(number: str, mark: str | None) -> None:
    assert shown_by(readings(number)) == mark


@pytest.mark.parametrize(
    ("numbers", "form"),
    [
        (["15", "abc"], NumberForm()),
        (["90,500", "9.5"], NumberForm(".", ",")),
        (["90.500", "9,5"], NumberForm(",", ".")),
        (["90,500", "1,234,567"], NumberForm(".", ",")),
        (["1.234.567"], NumberForm(",", ".")),
        (["1 234", "0,5"], NumberForm(",", " ")),
        (["90,500", "850"], None),
        (["0.5", "0,5"], None),
        (["1 234", "1'234"], None),
    ],
)
def test_the_form_of_a_column(numbers: list[str], form: NumberForm | None) -> None:
    assert form_of(numbers) == form


@pytest.mark.parametrize("marks", [(";", None), ("", None), (".", "."), (",", ","), (".", "_"), (".", "")])
def test_a_form_checks_itself(marks: tuple[str, str | None]) -> None:
    with pytest.raises(InputError):
        NumberForm(*marks)
    assert all(NumberForm(".", mark) for mark in MARKS if mark != ".")


# --- columns ------------------------------------------------------------------------------------------------------


def column(cells: list[str | None], form: NumberForm | None = None) -> tuple[list[float], list[bool]]:
    (piece,) = from_memory({"value": cells}, COLUMNS, {})
    values, bad = number_column(piece, "value", form)
    return values.tolist(), bad.tolist()


def test_native_text_is_read() -> None:
    cells = ["1234.567", "1e-05", " 5. ", ".5", "-7", "inf", "1.000"]
    assert column(cells) == ([1234.567, 1e-05, 5.0, 0.5, -7.0, float("inf"), 1.0], [False] * 7)


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_floats_as_python_writes_them_are_read_to_the_bit(numbers: list[float]) -> None:
    numbers = [*numbers, 0.5]
    assert column([repr(one) for one in numbers])[0] == numbers


def test_text_that_is_no_number_is_its_rows_fault() -> None:
    values, bad = column(["12", "ten", "1_000", "١٢", "１２", "", None, "n/a", "-"])
    assert bad == [False, True, True, True, True, False, False, False, False]
    assert np.isnan(values[1:]).all()


@pytest.mark.parametrize("cells", [["90,500", "9.5"], ["1 234"], ["0,5"], ["1'234.5"], ["12,34,567"]])
def test_another_form_is_the_columns_fault(cells: list[str]) -> None:
    with pytest.raises(InputError, match=r"<trade>, row 1, column value: a number in another form.*To mend it: say"):
        column(cells)
    values, bad = column(cells, form_of(cells))
    assert values == [
        float(next(iter(readings(cell))).plain) if len(readings(cell)) == 1 else 90500.0 for cell in cells
    ]
    assert not any(bad)


@pytest.mark.parametrize(
    ("cell", "words"),
    [("90,500", 'say decimal = "," or thousands = ","'), ("90.500", 'say decimal = "." or thousands = "."')],
)
def test_a_column_that_can_be_read_in_two_ways_is_refused_with_both(cell: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        column(["12", cell])
    assert "may be 90.5 or 90500" in str(caught.value)
    assert words in str(caught.value)
    mark = cell[2]
    assert column(["12", cell], NumberForm(mark))[0] == [12.0, 90.5]
    assert column(["12", cell], NumberForm("," if mark == "." else ".", mark))[0] == [12.0, 90500.0]


def test_a_number_against_the_form_of_the_study_stops_it() -> None:
    with pytest.raises(InputError, match=r'another form "0\.5"\. Expected decimal = ",", thousands = "\."'):
        column(["1.000", "0.5"], NumberForm(",", "."))
    assert column(["1.000", "x"], NumberForm(",", ".")) == (pytest.approx([1000.0, np.nan], nan_ok=True), [False, True])


# --- units --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [("1", 1), ("100", 100), ("1,000", 1000), ("1 000", 1000), ("0.500", Fraction(1, 2)), ("9/8", Fraction(9, 8))],
)
def test_how_many_units(text: str, count: Fraction) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["1.000", "2.500", "1.125", "1,0600", "1.50000", "", "x"])
def test_how_many_units_is_not_guessed(text: str) -> None:
    assert read_count(text) is None


def test_the_decimal_mark_of_the_text_decides() -> None:
    assert read_count("1.000", decimal=",") == 1000
    assert read_count("1,000", decimal=",") is None  # a comma is decimal there, and no one writes 1,000 for one
    assert read_count("1.000", decimal=".") is None


@pytest.mark.parametrize("text", ["1.000 kg", "1.000 KGM", "2.500 p/st", "1.000 шт"])
def test_units_with_such_a_number_are_refused_with_both_readings(text: str) -> None:
    with pytest.raises(UnitError, match=r"may be decimal or group thousands \((1 or 1000|2\.5 or 2500)\)"):
        read_unit(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("1,000 items", "1000 piece"), ("1 000 p/st", "1000 piece"), ("1\u2009000 л", "1000 l"), ("0,75 l", "0.75 l")],
)
def test_units_with_a_number_in_another_form(text: str, unit: str) -> None:
    assert read_unit(text).text == unit


def test_a_unit_never_prints_such_a_number() -> None:
    assert parse_unit("kg").times(Fraction(9, 8)).text == "9/8 kg"
    assert parse_unit("9/8 kg").size == Fraction(9, 8)
    with pytest.raises(UnitError):
        parse_unit("1.125 kg")


@pytest.mark.parametrize("text", ["１００ kg", "١٠٠ kg", "１ kg"])
def test_numbers_of_units_are_in_ascii_digits(text: str) -> None:
    with pytest.raises(UnitError, match="unknown unit"):
        read_unit(text)


@given(st.lists(st.sampled_from([*(text for text, _ in ONE_WAY), *TWO_WAYS, *NO_NUMBER, "12", "0", None])), st.data())
def test_a_column_is_read_as_its_cells_one_by_one(cells: list[str | None], data: st.DataObject) -> None:
    decimal = data.draw(st.sampled_from([".", ","]))
    form = NumberForm(decimal, data.draw(st.sampled_from([None, *(mark for mark in MARKS if mark != decimal)])))
    texts = ["" if cell is None else cell.strip() for cell in cells]
    fitting = [cell for cell, text in zip(cells, texts, strict=True) if form.read(text) or not readings(text)]
    if not fitting:
        return
    values, bad = column(fitting, form)
    for cell, value, wrong in zip(fitting, values, bad, strict=True):
        text = "" if cell is None else cell.strip()
        number = form.read(text)
        assert value == float(number) if number else np.isnan(value)
        assert wrong == (number is None and text not in ("", "-", "."))
