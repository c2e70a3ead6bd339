"""Scenarios that come along with the replica, worked by hand on single lines."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import fastavs as fa
from fastavs.replica.facts import DATA
from fastavs.replica.scenarios import EXPECTED

SHIPPED = {one.name: one for one in fa.read_scenarios(DATA / "scenarios.toml")}
OLIVES, WINE, LAPTOPS, SUGAR, BEER, PORK = (
    "2005700000", "2204210000", "8471300000", "1701990000", "2203000000", "0203190000",
)  # fmt: skip
MEANS = ("simple_mean", "weighted_mean")
YEARS = range(2012, 2021)
DUTIES = {  # the tariff of 2011, and what is bound in 2012, 2013, 2014, and from 2015 to 2020
    OLIVES: ("0.1 EUR/kg", ("0.1 EUR/kg", "0.1 EUR/kg", "0.1 EUR/kg", "0.1 EUR/kg")),
    WINE: ("20%", ("15%", "12%", "9%", "6%")),
    LAPTOPS: ("10%", ("8%", "5%", "3%", "0%")),
    SUGAR: ("30%", ("28%", "26%", "24%", "22%")),
    BEER: ("max(15%, 0.6 EUR/l)", ("max(15%, 0.6 EUR/l)", "15%", "15%", "15%")),
    PORK: ("4%", ("4%", "4%", "4%", "4%")),
}
# Trade of 2010, when a euro was 1.25 dollars. 0.1 EUR/kg is 0.125 USD/kg, 0.6 EUR/l is 0.75 USD/l.
TRADE: list[tuple[str, str, float, float, str]] = [
    (OLIVES, "DEU", 500.0, 1000.0, "kg"),  # 0.5 USD/kg: the duty is 0.125 / 0.5 = 25 %
    (OLIVES, "ITA", 2500.0, 1000.0, "kg"),  # 2.5 USD/kg: 0.125 / 2.5 = 5 %; the mean of both is 15 %
    (OLIVES, "KAZ", 250.0, 1000.0, "kg"),  # 0.25 USD/kg: 50 %, but KAZ pays nothing and does not count
    (BEER, "DEU", 1500.0, 1000.0, "l"),  # 1.5 USD/l: 0.75 / 1.5 = 50 %, above 15 %
    (BEER, "CZE", 7500.0, 1000.0, "l"),  # 7.5 USD/l: 0.75 / 7.5 = 10 %, so 15 % is charged; the mean is 32.5 %
    *((line, "DEU", 1000.0, 1000.0, "kg") for line in (WINE, LAPTOPS, SUGAR, PORK)),
]


@pytest.fixture(scope="module")
def study() -> fa.Study:
    line, partner, value, quantity, unit = map(list, zip(*TRADE, strict=True))
    bound = [
        (year, line, duties[1][min(place, 3)]) for line, duties in DUTIES.items() for place, year in enumerate(YEARS)
    ]
    return fa.Study(
        trade={
            "period": ["2010"] * len(TRADE), "line": line, "partner": partner, "value": value, "quantity": quantity,
            "unit": unit,
        },
        applied={"year": [2011] * len(DUTIES), "line": list(DUTIES), "duty": [one for one, _ in DUTIES.values()]},
        bound=dict(zip(("year", "line", "duty"), map(list, zip(*bound, strict=True)), strict=True)),
        fx={"period": ["2010"], "currency": ["EUR"], "fx": [1.25]},
        partners=pa.table({"partner": ["DEU", "ITA", "CZE", "KAZ"], "treatment": ["mfn", "mfn", "mfn", "excluded"]}),
        base={"periods": ["2010"], "first_year": 2011, "applied_year": 2011},
        name="six lines",
    )  # fmt: skip


def shipped(name: str, known: tuple[str, ...] = ("KAZ",)) -> fa.Scenario:
    """Return a scenario; of partners whom the study lacks, none is taken in."""
    if name != "CIS at MFN rates":
        return SHIPPED[name]
    (step,) = SHIPPED[name].steps
    assert isinstance(step, fa.Include)
    assert set(known) <= set(step.partners)
    return fa.Scenario(name, fa.Include(known))


CASES: list[tuple[str, str, str, list[float]]] = [
    # scenario, line, what is worked out, rates in percent from 2011 to 2015
    ("accession as it was", OLIVES, "(25 + 5) / 2 in all years", [15, 15, 15, 15, 15]),
    ("accession as it was", WINE, "20, then what is bound below it", [20, 15, 12, 9, 6]),
    ("accession as it was", BEER, "(50 + 15) / 2; from 2013 bound at 15 for both", [32.5, 32.5, 15, 15, 15]),
    ("no accession", WINE, "20 stays: nothing is bound", [20, 20, 20, 20, 20]),
    ("no accession", BEER, "(50 + 15) / 2 stays", [32.5, 32.5, 32.5, 32.5, 32.5]),
    ("all commitments at once", WINE, "the bound duty of 2015 and later from 2012 on", [20, 6, 6, 6, 6]),
    ("all commitments at once", SUGAR, "22 is the last bound duty", [30, 22, 22, 22, 22]),
    ("two years late", WINE, "not bound for two years: 20, 20; then 15 of 2012, 12 of 2013", [20, 20, 20, 15, 12]),
    ("ITA at once", LAPTOPS, "10 in 2011, then nought", [10, 0, 0, 0, 0]),
    ("ITA at once", WINE, "wine is not on the list", [20, 15, 12, 9, 6]),
    ("specific parts dropped", OLIVES, "nothing is left of 0.1 EUR/kg", [0, 0, 0, 0, 0]),
    ("specific parts dropped", BEER, "15 is left of max(15%, 0.6 EUR/l)", [15, 15, 15, 15, 15]),
    ("capped at 10 %", OLIVES, "(min(25, 10) + min(5, 10)) / 2", [7.5, 7.5, 7.5, 7.5, 7.5]),
    ("capped at 10 %", WINE, "min(20, 10), min(15, 10), ..., 9, 6", [10, 10, 10, 9, 6]),
    ("Swiss formula 15", OLIVES, "15 x 15 / (15 + 15)", [7.5, 7.5, 7.5, 7.5, 7.5]),
    ("Swiss formula 15", WINE, "15 T / (15 + T): 300/35, 225/30, 180/27, 135/24, 90/21",
     [300 / 35, 225 / 30, 180 / 27, 135 / 24, 90 / 21]),
    ("weak euro", OLIVES, "0.1 EUR is 0.1 USD: 0.1/0.5 = 20, 0.1/2.5 = 4; (20 + 4) / 2", [12, 12, 12, 12, 12]),
    ("weak euro", BEER, "0.6 EUR is 0.6 USD: 0.6/1.5 = 40, and 15; (40 + 15) / 2", [27.5, 27.5, 15, 15, 15]),
    ("strong euro", OLIVES, "0.1 EUR is 0.15625 USD: 31.25 and 6.25; their mean", [18.75, 18.75, 18.75, 18.75, 18.75]),
    ("imports 30 % cheaper", OLIVES, "0.35 and 1.75 USD/kg: (25 + 5) / 2 / 0.7", [15 / 0.7] * 5),
    ("imports 30 % cheaper", BEER, "1.05 USD/l: 0.75/1.05; 5.25: 14.29, 15", [(75 / 1.05 + 15) / 2] * 2 + [15.0] * 3),
    ("CIS at MFN rates", OLIVES, "(25 + 5 + 50) / 3", [80 / 3] * 5),
    ("CIS at MFN rates", WINE, "no trade of theirs", [20, 15, 12, 9, 6]),
    ("sugar and meat spared", SUGAR, "keeps its years of transition", [30, 28, 26, 24, 22]),
    ("sugar and meat spared", WINE, "6 of 2015 from 2012 on", [20, 6, 6, 6, 6]),
    ("harmonising cut", OLIVES, "15 is not above 15: a third off, of 25 and of 5", [10, 10, 10, 10, 10]),
    ("harmonising cut", BEER, "32.5 is above 15: half off; then a third off 15", [16.25, 16.25, 10, 10, 10]),
    ("harmonising cut", PORK, "4 is not above 5: a fifth off", [3.2, 3.2, 3.2, 3.2, 3.2]),
    ("tariffication", OLIVES, "15 % for all partners", [15, 15, 15, 15, 15]),
    ("tariffication", BEER, "32.5 % for all partners", [32.5, 32.5, 15, 15, 15]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "why", "percent"), CASES, ids=[f"{a}, {b}" for a, b, _, _ in CASES])
def test_by_hand(study: fa.Study, name: str, line: str, why: str, percent: list[float]) -> None:
    scenario = shipped(name)
    alone = study.rates(scenario=scenario).line(line)["rate"].to_pylist()
    assert alone[:5] == pytest.approx([one / 100 for one in percent], rel=1e-14), why
    swept = fa.sweep(study, scenario, lines=line).chosen
    assert swept is not None
    assert swept["rate"].to_pylist() == alone


def test_every_scenario_is_worked_by_hand() -> None:
    assert {name for name, *_ in CASES} == set(SHIPPED)


def test_each_says_what_it_is() -> None:
    for one in SHIPPED.values():
        assert one.title
        assert one.title.endswith(".")


@pytest.mark.parametrize(
    ("scenario", "line", "duty"),
    [
        ("capped at 10 %", OLIVES, "min(0.1 EUR/kg, 10%)"),
        ("capped at 10 %", WINE, "6%"),
        ("specific parts dropped", OLIVES, "0%"),
        ("all commitments at once", SUGAR, "22%"),
        ("two years late", WINE, "6%"),
    ],
)
def test_duties_that_steps_leave_are_shown(study: fa.Study, scenario: str, line: str, duty: str) -> None:
    rates = study.rates(scenario=SHIPPED[scenario])
    assert rates.line(line)["duty"].to_pylist()[-1] == duty
    proof = rates.observations(line)
    assert duty in proof["duty"].to_pylist()


def test_observations_have_the_exchange_rates_of_the_scenario(study: fa.Study) -> None:
    proof = study.rates(scenario=SHIPPED["weak euro"]).observations(OLIVES).to_pylist()
    kept = [row for row in proof if row["kept"] and row["schedule"] == "bound"]
    assert [(row["partner"], row["fx"]) for row in kept] == [("DEU", 1.0), ("ITA", 1.0)]
    assert [row["rate"] for row in kept] == pytest.approx([0.2, 0.04], rel=1e-14)


def test_a_line_has_the_duty_of_each_year(study: fa.Study) -> None:
    """A step for one year gives an applied line that serves several years two duties."""
    rates = study.rates(scenario=fa.Scenario("one year", fa.Cap("1%", prefixes=WINE, years=2013)))
    assert rates.line(WINE)["rate"].to_pylist()[:5] == [0.2, 0.15, 0.01, 0.09, 0.06]
    assert rates.line(WINE)["applied"].to_pylist()[:5] == [0.2, 0.2, 0.01, 0.2, 0.2]
    sides = [rates.year(year).sides["applied"] for year in (2012, 2013)]
    place = sides[0].schedule.find(WINE)
    assert [one.schedule.duties[one.schedule.duty[place]].text for one in sides] == ["20%", "1%"]


def test_observations_of_changed_trade_are_not_shown(study: fa.Study) -> None:
    rates = study.rates(scenario=SHIPPED["imports 30 % cheaper"])
    with pytest.raises(fa.FastavsError, match="recorded trade alone"):
        rates.observations(OLIVES)


def test_words_of_version_0_1_0(study: fa.Study) -> None:
    old, new = fa.Scenario("old", fa.FxShock("EUR", 0.8)), SHIPPED["weak euro"]
    assert study.rates(scenario=old).as_written.equals(study.rates(scenario=new).as_written)
    with pytest.raises(fa.FastavsError, match="write it as a step, scale"):
        study.rates(scenario=fa.Scenario("less", fa.ScaleDuty(0.5)))


def test_as_it_is_to_the_bit(study: fa.Study) -> None:
    own = study.rates()
    for scenario in (fa.Scenario("as it is"), SHIPPED["accession as it was"]):
        found = study.rates(scenario=scenario)
        assert found.table.equals(own.table)
        assert found.summary().equals(own.summary())
        assert found.breaches().equals(own.breaches())
        assert found.observations(BEER).equals(own.observations(BEER))


SAME: list[Any] = [one for name, one in SHIPPED.items() if name != "CIS at MFN rates"]


@pytest.mark.parametrize("scenario", SAME, ids=lambda one: one.name)
def test_rates_are_those_of_a_sweep(study: fa.Study, scenario: fa.Scenario) -> None:
    rates, sweep = study.rates(scenario=scenario), fa.sweep(study, scenario, by="chapter")
    assert rates.summary().equals(sweep.summary().drop_columns("scenario"))
    assert rates.groups_as_written("chapter").equals(sweep.groups["chapter"].drop_columns("scenario"))


def test_the_page_has_the_figures_that_are_held() -> None:
    page = (Path(__file__).parents[1] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| [^|]+ \|$", page, re.MULTILINE)
    with (DATA / EXPECTED).open(encoding="utf-8", newline="") as stream:
        held = {(row["scenario"], row["year"]): row for row in csv.DictReader(stream)}
    expected = [
        (name, *(f"{100 * float(held[name, year][mean]):.2f}" for mean in MEANS for year in ("2012", "2020")))
        for name in SHIPPED
    ]
    assert shown == expected
