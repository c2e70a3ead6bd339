"""What scenarios touch, step by step, before they are worked out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import fastavs as fa
from fastavs.cli.main import main
from fastavs.reform.account import still_years

BEER, WINE, CARS, SHOES = "2203000100", "2204210100", "8703211000", "6403190000"


def study(**more: Any) -> fa.Study:
    """Two years with their own trade and a bound year; wine has no trade at all."""
    rows = [(BEER, "DEU", 100.0, 100.0, "l"), (BEER, "CZE", 50.0, 100.0, "l"), (CARS, "DEU", 800.0, 2.0, "piece"),
            (SHOES, "CHN", 50.0, 5.0, "pair")]  # fmt: skip
    trade = [(year, *row) for year in ("2019", "2020") for row in rows]
    names = ("period", "line", "partner", "value", "quantity", "unit")
    duties = [(BEER, "0.1 USD/l"), (WINE, "0.2 USD/l"), (CARS, "20%"), (SHOES, "max(10%, 20 EUR/pair)")]
    applied = [(year, *row) for year in (2019, 2020) for row in duties]
    return fa.Study(
        trade=dict(zip(names, map(list, zip(*trade, strict=True)), strict=True)),
        applied=dict(zip(("year", "line", "duty"), map(list, zip(*applied, strict=True)), strict=True)),
        fx={"period": ["2019", "2020"], "currency": ["EUR", "EUR"], "fx": [1.0, 1.2]}, **more,
    )  # fmt: skip


def rows(*steps: Any, **about: Any) -> list[dict[str, Any]]:
    return fa.account(study(), fa.Scenario("reform", *steps, **about)).table.to_pylist()


def test_lines_and_trade_of_a_step_are_counted() -> None:
    (row,) = rows(fa.Cap("10%", prefixes="2203"))
    assert (row["verb"], row["lines"], row["trade"], row["share"]) == ("cap", 1, 150.0, 0.15)
    assert row["lines_by_year"] == [{"year": 2019, "lines": 1}, {"year": 2020, "lines": 1}]
    (row,) = rows(fa.Cap("10%", years=[2020], form="specific"))
    assert row["lines_by_year"] == [{"year": 2019, "lines": 0}, {"year": 2020, "lines": 2}]


def test_duties_that_a_step_changes_are_counted_beside_its_lines() -> None:
    row = rows(fa.Cap("10%", form="ad_valorem"))[0]
    assert (row["lines"], row["changed"]) == (1, 1)
    row = rows(fa.Cap("15%", years=2020), fa.Cap("20%"))[1]
    assert row["lines"] == 4
    found = [one["lines"] for one in row["changed_by_year"]]
    assert found == [2, 0]  # shoes, and wine, which had no rate; in 2020 all are at 15 % at most
    assert rows(fa.Price(0.9))[0]["changed"] is None


def test_years_in_which_a_step_in_time_changes_nothing_are_told() -> None:
    applied = {"year": [2019, 2020], "line": [CARS, CARS], "duty": ["20%", "10%"]}
    trade = {"period": ["2019", "2020"], "line": [CARS, CARS], "partner": ["DEU", "DEU"], "value": [5.0, 5.0]}
    late = fa.Scenario("late", fa.Delay(1))
    (row,) = fa.account(fa.Study(trade=trade, applied=applied), late).table.to_pylist()
    assert [one["lines"] for one in row["lines_by_year"]] == [1, 1]
    assert [one["lines"] for one in row["changed_by_year"]] == [0, 1]
    assert still_years(row) == [2019]


def test_tariffication_prints_the_decimals_of_a_rate() -> None:
    rates = study().rates(scenario=fa.Scenario("turned", fa.Tariffication("ad_valorem"))).table.to_pylist()
    turned = [one for one in rates if one["line"] == BEER]
    for one in turned:  # the shortest decimals of a double have 17 digits at most
        assert Fraction(one["duty"].removesuffix("%")) == 100 * Fraction(repr(one["rate"]))
    assert len(turned) == 2


def test_groups_and_schedules_that_are_not_there_are_told_with_their_cure() -> None:
    groups = {"industry": {"prefix": ["22", "87"], "group": ["11", "29"], "name": ["Drinks", "Motor vehicles"]}}
    with pytest.raises(fa.InputError, match=r'11 \(Drinks\), 29 \(Motor vehicles\)\. Did you mean "11"\?'):
        fa.account(study(groups=groups), fa.Scenario("x", fa.Cap(0.1, groups={"industry": "drinks"})))
    with pytest.raises(fa.InputError, match=r'does not have "bound".*leave schedule out') as raised:
        rows(fa.Cap(0.1, schedule="bound"))
    assert str(raised.value).count('"bound"') == 1


@pytest.mark.parametrize(
    ("make", "cure"),
    [
        (lambda: fa.Scale(-0.1), "write 0.9 for a cut of 10 %"),
        (lambda: fa.Price("-20%"), "write 0.8 for a fall of 20 %"),
        (lambda: fa.Scale("-150%"), "Expected a factor"),
    ],
)  # fmt: skip
def test_a_change_in_place_of_a_factor_gets_its_cure(make: Any, cure: str) -> None:
    with pytest.raises(fa.InputError, match=cure):
        make()


def test_lists_below_a_step_get_their_cure(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.toml"
    text = '[[scenario]]\nname = "x"\n[[scenario.step]]\ncap = 0.1\nlists = ["a"]\nlists = { a = ["22"] }\n'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(fa.InputError, match=r"lists, shares and draws of a scenario above its first"):
        fa.read_scenarios(path)


def test_a_small_factor_is_told_as_a_cut() -> None:
    assert rows(fa.Scale("10%"))[0]["notes"] == ["it is a cut of 90 %: 10 % of the duty is left"]
    assert rows(fa.Scale(0.9))[0]["notes"] == []


def test_purely_specific_duties_that_become_nothing_are_named_by_their_number() -> None:
    (row,) = rows(fa.DropSpecific())
    assert row["became_zero"] == 2
    assert row["rate_found"] == 1  # wine, which has no observation
    assert "2 lines with a purely specific duty came to 0 %" in row["notes"]


def test_observations_that_change_sides_of_the_threshold_are_counted() -> None:
    shoes = rows(fa.Scale(6, prefixes="6403"))[0]  # 20 EUR a pair of 10 USD is 200 % and 240 %; six times, 1440 %
    assert (shoes["now_outliers"], shoes["no_longer_outliers"]) == (2, 0)
    both = rows(fa.Scale(6, prefixes="6403"), fa.Cap("50%"))
    assert (both[1]["now_outliers"], both[1]["no_longer_outliers"]) == (0, 2)


def test_rates_that_are_not_known_or_zero_stay_and_are_counted() -> None:
    assert rows(fa.Swiss("15%"))[0]["left_as_they_are"] == 2  # wine of both years
    assert rows(fa.Set("0%", prefixes="8703"), fa.Swiss("15%"))[1]["left_as_they_are"] == 4
    assert rows(fa.Tariffication("ad_valorem"))[0]["left_as_they_are"] == 2


def test_codes_of_lists_that_begin_no_line_are_told_with_the_nearest() -> None:
    (row,) = rows(fa.Cap("10%", lists="some"), lists={"some": ["2203", "8704211000", "220300010099"]})
    assert '8704211000 (some) begins no line. Did you mean "8703211000"?' in row["notes"]
    assert "1 code of the list some cut to the tariff's length" in row["notes"]


def test_a_list_of_which_no_code_is_there_is_an_error() -> None:
    with pytest.raises(fa.InputError, match=r'"reform", step 1 \(cap\), names lines that no year has'):
        rows(fa.Cap("10%", lists="some"), lists={"some": ["9999"]})


def test_a_step_that_touches_nothing_is_a_warning() -> None:
    step = fa.Cap("10%", prefixes="8703", form="specific")
    assert rows(step)[0]["notes"] == ["it touches nothing: no line has such a duty"]
    with pytest.warns(fa.DataWarning, match=r'scenario "reform", step 1 \(cap\) touches nothing'):
        fa.sweep(study(), fa.Scenario("reform", step))


def test_steps_whose_order_matters_are_told() -> None:
    assert rows(fa.Cap("10%"), fa.Set("5%", prefixes="22"))[1]["notes"] == ["it undoes step 1 (cap) on 4 lines"]
    assert rows(fa.Add("5%"), fa.Scale(0.5))[1]["notes"] == ["order matters: step 1 (add) comes before it on 8 lines"]
    assert rows(fa.Scale(0.5), fa.Scale(0.5))[1]["notes"] == []
    assert rows(fa.Cap("10%", prefixes="22"), fa.Scale(0.5, prefixes="87"))[1]["notes"] == []


def test_trade_of_steps_on_trade_is_counted() -> None:
    found = rows(fa.Price(0.8, prefixes="22", partners="DEU"), fa.Exclude("CHN"), fa.Only("DEU"), fa.Fx({"EUR": 1.1}))
    assert [(row["trade"], row["partners"]) for row in found[:3]] == [(200.0, 1), (100.0, 1), (200.0, 2)]
    assert found[3]["lines"] == 1


def test_steps_of_a_base_stand_first() -> None:
    scenarios = [fa.Scenario("capped", fa.Cap("10%")), fa.Scenario("late", fa.Delay(1), base="capped")]
    table = fa.account(study(), scenarios).table.to_pylist()
    told = [(row["scenario"], row["step"], row["written_in"], row["number"], row["verb"]) for row in table]
    assert told == [
        ("capped", 1, "capped", 1, "cap"), ("late", 1, "capped", 1, "cap"), ("late", 2, "late", 1, "delay"),
    ]  # fmt: skip


def test_an_account_shows_itself() -> None:
    found = fa.account(study(), fa.Scenario("reform", fa.DropSpecific(prefixes="22")))
    assert "reform    1 drop_specific  2019 to 2020" in repr(found)
    assert "came to 0 %" in repr(found)
    assert len(found) == 1


def test_the_command_line_checks_and_works_nothing_out(tmp_path: Path) -> None:
    root = Path(__file__).parents[1] / "data" / "eaeu" / "study.toml"
    file = tmp_path / "s.toml"
    file.write_text('[[scenario]]\nname = "capped"\n[[scenario.step]]\ncap = "10%"\nprefixes = ["22"]\n')
    found = CliRunner().invoke(main, ["sweep", str(root), str(file), "--check"])
    assert found.exit_code == 0
    assert "nothing is worked out" in found.output
    assert "mean" not in found.output
    assert "1     cap" in found.output
