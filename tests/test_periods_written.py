"""Periods as people write them: months, quarters, dates; and what may be two things."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import near
from trade_cases import lines_of, load_case, set_aside

import fastavs as fa
from fastavs.periods import as_label, doubt_of

HEADER = "period,line,partner,value,quantity,unit\n"
FORMS = {
    "2023M01": (
        "202301",
        "2023-01",
        "2023/01",
        "01/2023",
        "01-2023",
        "01.2023",
        "2023M1",
        "2023m01",
        "2023-M01",
        "2023 M1",
    ),
    "2023Q1": ("2023Q1", "2023-Q1", "2023 q1", "2023Q01"),
    "2023H2": ("2023H2", "2023-S2", "2023h2"),
    "2023M12": (
        "2023-12-31",
        "2023/12/31",
        "2023.12.31",
        "20231231",
        "20231231.0",
        "2023-12-31T00:00:00",
        "2023-12-01 00:00",
    ),
}


@pytest.mark.parametrize("label", list(FORMS))
def test_one_period_in_many_forms(label: str) -> None:
    assert {as_label(text) for text in FORMS[label]} == {label}
    assert doubt_of(label) is None


@pytest.mark.parametrize(
    "text",
    ["2023-13", "2011-12", "2011/12", "2023-24", "2023Q5", "2023M13", "2023-02-41", "202352", "2023-W05", "15/01/2023",
     "2022M01-11", "base", "2023.1", "2023.01", "2023-1"],
)  # fmt: skip
def test_what_is_none_of_them_stays(text: str) -> None:
    assert as_label(text) == text


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("1999-00", "looks like the years 1999 and 2000"), ("2010-2011", "looks like the years 2010 and 2011"),
        ("2023/2024", "looks like the years 2023 and 2024"), ("2009-2012", "looks like the years 2009 to 2012"),
        ("20231301", "eight digits are no day"),
        ("202352", "weeks are no periods"), ("2011-12", "December 2011 or the years 2011 and 2012"),
        ("2023-24", "the years 2023 and 2024"), ("2023Q5", "no such part of a year"),
        ("15/01/2023", "begins with no year"), ("2023.1", "may be a month"), ("2023-W05", "it is a week"),
        ("Jan 2023", "write 2023M01"),
    ],
)  # fmt: skip
def test_doubtful_forms_are_told_of(tmp_path: Path, text: str, doubt: str) -> None:
    trade = HEADER + f"2022,22030090,DEU,100,100,l\n{text},22030090,DEU,50,10,l\n"
    remarks = load_case(tmp_path, trade, year=2022).checked.trade.remarks
    assert any(text in one and doubt in one for one in remarks), remarks


def test_dates_are_read_as_their_months(tmp_path: Path) -> None:
    trade = (
        HEADER + "2023-01-15,22030010,DEU,60,60,l\n2023-01-16,22030010,DEU,40,40,l\n2023-02-01,22030010,POL,100,50,l\n"
    )
    path = tmp_path / "study"
    path.mkdir()
    study = load_case(path, trade.replace("22030010", "22030090"), applied={"22030090": "20%"})
    assert study.checked.trade.periods == ["2023M01", "2023M02"]
    assert study.checked.trade.remarks == ("Periods are dates, such as 2023-01-15; each is read as its month.",)
    assert not set_aside(study)
    assert lines_of(study)["22030090"]["observations"] == 2
    with pytest.raises(fa.InputError, match="no exchange rate for EUR in 2023M01, 2023M02"):
        lines_of(load_case(path, trade))


def test_months_of_trade_and_of_exchange_rates_meet() -> None:
    study = fa.Study(
        {"period": ["2023-01", "2023/02"], "line": ["22030010"] * 2, "partner": ["DEU", "POL"], "value": [100.0, 100.0],
         "quantity": [100.0, 50.0], "unit": ["l"] * 2},
        {"year": [2023], "line": ["22030010"], "duty": ["0.5 EUR/l"]},
        fx={"period": ["2023M1", "202302"], "currency": ["EUR"] * 2, "fx": [1.0, 2.0]},
    )  # fmt: skip
    assert study.rates().table["rate"].to_pylist() == [near(0.5)]


def test_weeks_are_named_where_a_year_lacks_trade(tmp_path: Path) -> None:
    with pytest.raises(
        fa.InputError, match="2023 has no trade of its own, and the trade has 202352: its last two digits"
    ):
        load_case(tmp_path, HEADER + "202352,22030010,DEU,60,60,l\n")


def test_periods_in_words_are_listed_where_a_year_lacks_trade(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match="its periods are Feb-23, Jan-23"):
        load_case(tmp_path, HEADER + "Jan-23,22030010,DEU,60,60,l\nFeb-23,22030010,DEU,60,60,l\n")


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_timestamps_are_the_day_where_they_were_noted_whatever_the_hour(zone):
    pd = pytest.importorskip("pandas")
    hours = pd.to_datetime(["2023-01-10 00:00", "2023-01-10 10:00", "2023-01-31 23:30"]).tz_localize(zone)
    table = pd.DataFrame({
        "period": hours, "line": "22030010", "partner": "DEU", "value": [100.0, 200.0, 300.0],
        "quantity": [10.0, 20.0, 30.0], "unit": "l",
    })  # fmt: skip
    study = fa.Study(trade=table, applied={"year": [2023], "line": ["22030010"], "duty": ["0.5 USD/l"]})
    assert study.checked.trade.periods == ["2023M01"]
    assert study.rates().table["observations"].to_pylist() == [1]


def test_a_period_with_a_fraction_is_an_error_that_shows_it():
    with pytest.raises(fa.InputError, match=r'column period: a period that is no whole number "2023.01"'):
        fa.Study(
            trade={"period": [2023.01], "line": ["22030010"], "partner": ["DEU"], "value": [1.0]},
            applied={"year": [2023], "line": ["22030010"], "duty": ["10%"]},
        )


@pytest.mark.parametrize("text", ["2023-01-31T00:00:00+00:00", "2023-01-31 23:59:59.000000", "2023-01-31T09:30Z"])
def test_a_time_of_day_makes_no_period_of_its_own(text):
    assert as_label(text) == "2023M01"
