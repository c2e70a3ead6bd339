"""Trade codes that have lost their leading zero, under tariffs of any number of digits."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import near
from trade_cases import lines_of, load_case, set_aside

from fastavs.errors import InputError

HEADER = "period,line,partner,value,quantity,unit\n"
BASE = '[base]\nperiods = ["2022"]\nfirst_year = 2023\napplied_year = 2023\n'
JAPAN = {"071010000": "max(8.5%, 0.5 EUR/kg)", "710121000": "0.2 EUR/kg", "220300000": "5%"}


def test_nine_digits(tmp_path: Path) -> None:
    trade = HEADER + "2022,71010000,CHN,100,100,kg\n2022,220300000,AUS,5000,100,kg\n"
    study = load_case(tmp_path, trade, applied=JAPAN, more=BASE)
    reason = "no line begins with the code (it may have lost a leading zero: 071010000)"
    assert set_aside(study) == [(1, "row", reason)]
    assert lines_of(study)["710121000"]["rate"] is None  # pearls borrow nothing from potatoes
    mended = load_case(tmp_path, trade.replace(",71010000", ",071010000"), applied=JAPAN, more=BASE)
    assert not set_aside(mended)
    potatoes = lines_of(mended)["071010000"]
    assert potatoes["rate"] == near(0.54)
    assert potatoes["imports"] == 100.0
    assert potatoes["observations"] == 1
    assert lines_of(mended)["710121000"]["rate"] is None


@pytest.mark.parametrize("digits", [5, 6, 7, 8, 9, 10, 11, 12])
@pytest.mark.parametrize("traded", [4, 6, 8, 10, "all"])
def test_any_length(tmp_path: Path, digits: int, traded: int | str) -> None:
    length = digits if traded == "all" else int(traded)
    if length > digits:
        return
    full = "0710" + "1234567899"[: digits - 4]
    line, other = full[:digits], ("2203" + "0" * 8)[:digits]
    code = line[:length].removeprefix("0")
    study = load_case(tmp_path, HEADER + f"2023,{code},CHN,100,1,kg\n2023,{other},CHN,100,1,kg\n",
                      applied={line: "5%", other: "5%"})  # fmt: skip
    ((row, lost, reason),) = set_aside(study)
    assert (row, lost) == (1, "row")
    assert f"it may have lost a leading zero: 0{code})" in reason


def test_a_code_of_eight_digits_that_lines_begin_with_stays(tmp_path: Path) -> None:
    applied = {"071010000": "5%", "710100001": "5%", "220300000": "5%"}
    study = load_case(tmp_path, HEADER + "2023,71010000,CHN,100,1,kg\n2023,220300000,CHN,100,1,kg\n", applied=applied)
    assert not set_aside(study)
    assert lines_of(study)["710100001"]["imports"] == 100.0


def test_a_code_that_fits_both_ways_goes_where_others_have_lost_a_zero(tmp_path: Path) -> None:
    applied = {"071010000": "5%", "710100001": "5%", "220300000": "5%", "080810000": "5%"}
    trade = HEADER + "2023,71010000,CHN,100,1,kg\n2023,80810000,CHN,100,1,kg\n2023,220300000,CHN,100,1,kg\n"
    study = load_case(tmp_path, trade, applied=applied)
    assert [row for row, _, _ in set_aside(study)] == [1, 2]
    assert all("lost a leading zero" in reason for _, _, reason in set_aside(study))


def test_trade_of_which_no_row_is_left_is_refused(tmp_path: Path) -> None:
    applied = {"010121000": "5%", "010129000": "5%", "101290001": "5%"}
    trade = HEADER + "2023,10121000,CHN,100,1,kg\n2023,10129000,CHN,100,1,kg\n"
    with pytest.raises(InputError, match="no row of the trade table can be used: code that others"):
        load_case(tmp_path, trade, applied=applied)
