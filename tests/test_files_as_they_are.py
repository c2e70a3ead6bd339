"""Files as spreadsheets and offices leave them: titles above the header, signs of money, codes that lost a zero."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import near
from trade_cases import APPLIED, from_frames, lines_of, load_case, set_aside

import fastavs as fa

HEADER = "period,line,partner,value,quantity,unit\n"
ROWS = "2023,22030010,DEU,1100,1000,l\n2023,22041000,FRA,500,100,l\n"


@pytest.mark.parametrize(
    "titles", ["Imports by country\n", "\n\nImports, by country\n", '"Imports, quoted"\n\n,,,,,\n', "Imports\r\n\r\n"]
)
@pytest.mark.parametrize("mark", [",", ";"])
def test_titles_above_the_header_are_passed_over(tmp_path: Path, titles: str, mark: str) -> None:
    study = load_case(tmp_path, titles + (HEADER + ROWS).replace(",", mark))
    assert lines_of(study)["22030010"]["imports"] == 1100.0
    (note,) = study.checked.inputs.notes()
    assert "lines above its header are passed over" in note


def test_titles_above_the_header_with_numbers_in_another_form(tmp_path: Path) -> None:
    trade = "Einfuhr;;;;;\n" + (HEADER + ROWS).replace(",", ";").replace("1100", "1.100,00")
    study = load_case(tmp_path, trade, 'decimal = ","\nthousands = "."')
    assert lines_of(study)["22030010"]["imports"] == 1100.0
    assert "Einfuhr" in study.checked.inputs.notes()[0]


def test_a_source_below_the_table_is_an_error_that_shows_it(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match=r'Expected 6 columns, got 1\) "Source: customs"') as found:
        load_case(tmp_path, HEADER + ROWS + "\nSource: customs\n")
    assert "the file begins period,line" in str(found.value)
    assert "delete what stands above the header or below the table" in str(found.value)


def test_a_title_above_a_header_of_other_names_is_an_error_that_shows_the_first_lines(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match="the file begins Imports by country / a,b,c,d,e,f"):
        load_case(tmp_path, "Imports by country\na,b,c,d,e,f\n" + ROWS)


MONEY = {
    "$1,100.00": "USD",
    "US$ 1,100": "USD",
    "1,100 USD": "USD",
    "€ 1,100": "EUR",
    "£1,100": "GBP",
    "1,100 CHF": "CHF",
}


@pytest.mark.parametrize("value", list(MONEY))
def test_values_printed_with_the_studys_currency(tmp_path: Path, value: str) -> None:
    trade = HEADER + ROWS.replace("1100", f'"{value}"')
    if MONEY[value] == "USD":
        study = load_case(tmp_path, trade, 'thousands = ","')
        assert lines_of(study)["22030010"]["imports"] == 1100.0
        assert not set_aside(study)
    else:
        with pytest.raises(fa.InputError, match=r"trade.csv, row 1, column value .* another currency .*, USD"):
            load_case(tmp_path, trade, 'thousands = ","')


def test_values_with_a_sign_in_frames_and_in_rows_set_aside(tmp_path: Path) -> None:
    trade = HEADER + ROWS.replace("1100", "$1100") + "2023,22041000,,$400,100,l\n"
    study = from_frames(tmp_path, trade)
    assert lines_of(study)["22030010"]["imports"] == 1100.0
    assert [one.value for one in study.set_aside.accounts()] == [400.0]


def test_text_with_letters_in_a_value_stays_no_number(tmp_path: Path) -> None:
    found = set_aside(load_case(tmp_path, HEADER + ROWS.replace("1100", "ABC 1100")))
    assert found == [(1, "row", "value is not a number")]


@pytest.mark.parametrize("limit", ["<1", "< 0.5", ">1000", "less than 1"])
def test_a_limit_loses_the_quantity_and_not_the_row(tmp_path: Path, limit: str) -> None:
    study = load_case(tmp_path, HEADER + ROWS.replace(",1000,", f",{limit},"))
    assert set_aside(study) == [(1, "quantity", f"quantity is a limit, not a figure ({limit})")]
    assert lines_of(study)["22030010"]["imports"] == 1100.0


def test_a_trade_code_that_lost_a_zero_at_its_end_is_told(tmp_path: Path) -> None:
    found = set_aside(load_case(tmp_path, HEADER + ROWS + "2023,2204.1,DEU,10,10,l\n2023,2203.001,DEU,10,10,l\n"))
    assert [reason.partition("(")[2] for _, _, reason in found] == [
        f"a number in a spreadsheet may have lost a zero at its end: {code})" for code in ("220410", "22030010")
    ]


def test_a_line_that_lost_a_zero_at_its_end_is_told(tmp_path: Path) -> None:
    applied = {"2203.01": "10%", "2203.1": "10%", "2204.2": "10%", "2204.3": "10%"}
    with pytest.raises(
        fa.InputError, match=r'row 2, column line: a line of 5 digits where others .* 6 "22031".*"2203.10"'
    ):
        load_case(tmp_path, HEADER + "2023,220301,DEU,10,10,l\n", applied=applied)
    applied = {"2203.0011": "10%", "2203.01": "10%"}
    with pytest.raises(fa.InputError, match=r'row 2, column line: a line of 6 digits .* have 8 "220301".*"2203.0100"'):
        load_case(tmp_path, HEADER + "2023,220301,DEU,10,10,l\n", applied=applied)
    with pytest.raises(fa.InputError, match=r'row 2, .*"220301". To mend it: give every line its 8 digits'):
        load_case(
            tmp_path, HEADER + "2023,220301,DEU,10,10,l\n",
            applied={"2203.00.11": "10%", "2203.01": "10%", "2203.02.01": "10%"},
        )  # fmt: skip
    applied = APPLIED | {"203290": "10%"}
    with pytest.raises(fa.InputError, match="a line of 6 digits where others of the year have 8"):
        load_case(tmp_path, HEADER + "2023,220301,DEU,10,10,l\n", applied=applied)


def test_values_with_the_sign_of_another_study(tmp_path: Path) -> None:
    rows = {"period": ["2023"], "line": ["22030010"], "partner": ["DEU"], "value": ["€5.00"]}
    rows |= {"quantity": [2.0], "unit": ["l"]}
    study = fa.Study(rows, {"year": [2023], "line": ["22030010"], "duty": ["0.5 EUR/l"]}, currency="EUR")
    assert study.rates().table["rate"].to_pylist() == [near(0.2)]


def year_of(period: str, change: float = 0.0) -> list[str]:
    """Rows of a year."""
    partners = ("DEU", "FRA", "POL", "ITA", "ESP", "CZE")
    return [f"{period},22030090,{one},{100 * place + 1 + change},10,l" for place, one in enumerate(partners)]


def test_a_year_under_the_name_of_another_is_told(tmp_path: Path) -> None:
    same = [HEADER + "\n".join(year_of("2022")) + "\n", HEADER + "\n".join(reversed(year_of("2023"))) + "\n"]
    (remark,) = load_case(tmp_path, same).checked.trade.remarks
    assert remark == "The 6 rows of 2022 and 2023 are the same in code, partner and value: is one file there twice?"
    other = [same[0], HEADER + "\n".join(year_of("2023", 0.5)) + "\n"]
    assert not load_case(tmp_path, other).checked.trade.remarks
    few = [HEADER + "\n".join(year_of(period)[:4]) + "\n" for period in ("2022", "2023")]
    assert not load_case(tmp_path, few).checked.trade.remarks


@pytest.mark.parametrize(
    ("column", "value"), [("reporterISO", "DEU"), ("Reporter", "Germany"), ("reporterCode", "276")]
)
def test_a_country_as_its_own_partner_is_told(tmp_path: Path, column: str, value: str) -> None:
    rows = [f"{one},{value}" for one in year_of("2023")]
    trade = f"{HEADER.strip()},{column}\n" + "\n".join(rows) + "\n"
    (remark,) = load_case(tmp_path, trade).checked.trade.remarks
    assert remark.startswith("1 row has the reporting country itself as partner (DEU, worth 1): goods that come back.")
    assert not load_case(tmp_path, trade.replace(value, "Austria")).checked.trade.remarks[1:]


def test_quantities_that_are_all_zero_are_told(tmp_path: Path) -> None:
    trade = HEADER.strip() + ",net_mass_kg\n2023,22030010,DEU,100,0,l,0\n2023,22041000,FRA,500,,l,0\n"
    (remark,) = load_case(tmp_path, trade).checked.trade.remarks
    assert (
        remark
        == "No row has a quantity above 0 (net_mass_kg and quantity): no specific part of a duty can be worked out."
    )
    assert not load_case(tmp_path, trade.replace("500,,", "500,1,")).checked.trade.remarks
    assert not load_case(tmp_path, trade, applied={"22030010": "5%", "22041000": "5%"}).checked.trade.remarks


def test_codes_with_words_behind_them_are_told(tmp_path: Path) -> None:
    described = [f"2023,{code},DEU,10,10,l\n" for code in ("2203.00.10 - Beer", "22030010: пиво", "02O3")]
    found = set_aside(load_case(tmp_path, HEADER + ROWS + "".join(described)))
    words = "code has other characters than digits"
    assert [reason.partition(" (")[0] for _, _, reason in found] == [f"{words}: words behind it"] * 2 + [words]
    with pytest.raises(fa.InputError, match="To mend it: part the column in two, codes and words"):
        load_case(tmp_path, HEADER + ROWS, applied={"22030010 Beer": "5%"})


def test_a_row_above_the_header_is_an_error(tmp_path: Path) -> None:
    row = "2023,22030010,DEU,1100,,l"
    with pytest.raises(fa.InputError, match=rf'trade\d*.csv: a line above the header has as many cells.*"{row}"'):
        load_case(tmp_path, f"Imports\n{row}\n{HEADER}{ROWS}")


def test_titles_are_told_of_whatever_stands_between(tmp_path: Path) -> None:
    study = load_case(tmp_path, f'\n\n\nImports,,,,,\n"Imports, by partner, of 2010, in USD, and, all"\n{HEADER}{ROWS}')
    assert lines_of(study)["22030010"]["imports"] == 1100.0
    assert '"Imports,,,,,"' in study.checked.inputs.notes()[0]


@pytest.mark.parametrize("value", ["CA$5", "kr 5", "NZ$ 5", "5 Kč", "zł5"])
def test_money_of_others_is_named(tmp_path: Path, value: str) -> None:
    with pytest.raises(fa.InputError, match=r"row 1, column value .* another currency than the study's, USD"):
        load_case(tmp_path, (HEADER + ROWS).replace("1100", value))
