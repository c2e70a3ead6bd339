"""How objects show themselves: short, true, escaped, and without computing what nobody asked for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import report_studies
from small import BASE, row, study
from study_files import write_study

import fastavs as fa
from fastavs.scenario.shown import changes_told
from fastavs.shown.card import MOST_ROWS, Card, Grid
from fastavs.shown.html import as_html
from fastavs.shown.text import WIDTH, as_text

EVIL = '<script>alert("1")</script> & <b>'


class Tags(HTMLParser):
    """The tags and the words of a piece of HTML; complains where tags do not close each other."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            self.words += data


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> fa.Study:
    return fa.Study.load(write_study(tmp_path_factory.mktemp("shown")))


@pytest.fixture(scope="module")
def rates(loaded: fa.Study) -> fa.Rates:
    return loaded.rates()


@pytest.fixture(scope="module")
def swept(loaded: fa.Study) -> fa.Sweep:
    many = [fa.Scenario(f"euro {n}", fa.FxShock("EUR", 1.0 + n / 100)) for n in range(20)]
    return fa.sweep(loaded, [fa.Scenario("as it is"), *many], by="chapter", lines="2203000100")


def shown(one: Any) -> tuple[str, Tags]:
    """What an object shows, held to what holds for all."""
    text = repr(one)
    assert len(text) < 4000
    assert len(text.splitlines()) < 40
    assert max(map(len, text.splitlines())) <= WIDTH
    html = one._repr_html_()
    assert len(html) < 8000
    found = Tags(html)
    assert found.tags <= {"div", "span", "style", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"}
    return text, found


def test_a_study_says_what_it_holds_and_computes_nothing(loaded: fa.Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fa.Study, "rates", None)
    monkeypatch.setattr(fa.Study, "index", None)
    monkeypatch.setattr(type(loaded.checked.trade), "suspects", None)
    text, html = shown(loaded)
    for told in (
        "<fastavs.Study: small [study]>", "made up [for tests]", "values: USD, FOB", "trade: 17 rows of 2018 to 2020",
        "applied: 2019 to 2021, 6 to 7 lines", "bound: 2022, 7 lines", "rest on 2019, 2020",
        "groupings: chapter, by/use",
        "2 rows and 1 quantity set aside, of 17 rows read",
    ):  # fmt: skip
        assert told in text
    assert "made up [for tests]" in html.words
    assert "2 rows and 1 quantity set aside" in html.words


def test_a_study_whose_inputs_were_refused_can_be_looked_at() -> None:
    assert repr(fa.Study.__new__(fa.Study)).startswith("<fastavs.study.Study object")


def test_rates_lead_with_the_unadjusted_weighted_mean(rates: fa.Rates) -> None:
    text, html = shown(rates)
    assert "<fastavs.Rates: small [study]>\nmade up [for tests]\n" in text
    head = next(line for line in text.splitlines() if line.startswith("year"))
    assert re.split(r" {2,}", head)[:4] == ["year", "lines", "weighted mean", "adjusted"]
    last = rates.summary().to_pylist()[-1]
    assert f"2022      7  {100 * last['weighted_mean_unadjusted']:13.2f}" in text
    assert "the rate of 1 line of 2022; they are in no mean" in text
    assert "2 rows and 1 quantity set aside" in text
    assert f"{100 * last['simple_mean']:.2f}" in html.words
    assert "0203110000" not in text


def test_rates_count_lines_and_those_not_known(rates: fa.Rates) -> None:
    summary = rates.summary().to_pylist()
    lines, without = (sum(row[name] for row in summary) for name in ("lines", "unresolved_lines"))
    assert without == rates.table["rate"].null_count > 0
    assert f"rates: {lines} lines of 2019 to 2022, 6 to 7 a year; {without} of them not known" in shown(rates)[0]
    rows = [row("2009", "2203000100", "DEU", 900.0)]
    known = study(rows, {2009: {"2203000100": "5%"}}).rates()
    assert "rates: 1 line of 2009, 1 a year\n" in shown(known)[0]


def test_matched_lines_stand_beside_the_adjusted_mean(rates: fa.Rates) -> None:
    head, *_, last = (line for line in shown(rates)[0].splitlines() if re.match(r"year |20\d\d ", line))
    heads = re.split(r" {2,}", head)
    assert heads[heads.index("adjusted") + 1] == "lines matched"
    found = rates.summary().to_pylist()[-1]
    assert re.split(r" {2,}", last)[heads.index("lines matched")] == str(found["matched_lines"])


def test_few_matched_lines_are_a_caution() -> None:
    rows = [row("2009", "2203000100", "DEU", 900.0, 100.0)]
    lines = {"2203000100": "5%", "2203000900": "9%", "8501100000": "50%"}
    found = study(rows, {2011: lines}, base={"periods": ["2009"], "first_year": 2011}, options={"match_on": "imports"})
    text, html = shown(found.rates())
    assert "Take the weighted mean as it is, not the adjusted one, for 2011 (1 of 3 lines matched)" in text
    assert "Take the weighted mean as it is" in html.words


def test_many_years_are_shown_evenly() -> None:
    found = report_studies.long_study().rates()
    text, html = shown(found)
    years = re.findall(r"^(20\d\d) ", text, re.M)
    assert len(years) == MOST_ROWS
    assert (years[0], years[-1]) == ("2001", "2020")
    assert "12 more years in .summary()" in text
    assert "synthetic replica" in text
    assert "synthetic replica" in html.words
    assert "Long <study> & Co" in html.words


def test_a_sweep_shows_scenarios_against_the_one_that_changes_nothing(swept: fa.Sweep) -> None:
    text, html = shown(swept)
    assert text.startswith(
        "<fastavs.Sweep: 21 scenarios, 2019 to 2022>\nsmall [study] (made up [for tests]), FOB, USD\n"
    )
    assert "13 more scenarios in .summary()" in text
    assert "points against as it is" in text
    change = swept.difference().to_pylist()[4 * 2 + 3]
    assert change["scenario"] == "euro 2"
    assert f"{change['simple_mean_points']:+.2f}".replace("-", "−") in text
    assert "made up [for tests]" in html.words


def test_a_sweep_without_means_or_baseline_shows_itself_too(loaded: fa.Study) -> None:
    dear = fa.Scenario("dear", fa.FxShock("EUR", 2.0))
    assert "points" not in shown(fa.sweep(loaded, dear))[0]
    assert "scenario  " not in shown(fa.sweep(loaded, dear, outputs="simple_sd"))[0]


def test_a_scenario_says_its_changes_in_words() -> None:
    one = fa.Scenario(
        "much", fa.FxShock("EUR", 0.9, periods=("2009",)), fa.ScaleDuty(0.9, 1.1, group=("industry", "13")),
        fa.ShiftDuty(0.05, prefixes="2204", years=(2011,), schedule="applied"), fa.SetDuty(("22", "24"), "12.5%"),
        fa.PriceShock(1.4, partners="IND"), fa.ExcludePartners("TUR"), fa.Resample(3),
    )  # fmt: skip
    assert repr(one).startswith("<fastavs.Scenario 'much': 1 FxShock, 1 ScaleDuty")
    words = Tags(one._repr_html_()).words
    for told in (
        "EUR worth 0.9 times as much", "periods 2009", "percentages times 0.9 and amounts times 1.1",
        "group of industry 13", "percentages +5 points", "lines under 2204, schedule applied, years 2011", "duty 12.5%",
        "lines under 22, 24", "values times 1.4", "partners IND", "without TUR", "seed 3",
    ):  # fmt: skip
        assert told in words
    for shift, told in (
        (fa.ShiftDuty(specific=0.1), "amounts +0.1 in the duty's own currency for its own unit"),
        (fa.ShiftDuty(specific=-0.1, currency="EUR"), "amounts -0.1 EUR for its own unit"),
    ):
        assert told in changes_told(fa.Scenario("more", shift))
    few = fa.Scenario("few", *one.changes[:2])
    assert eval(repr(few), {name: getattr(fa, name) for name in fa.__all__}) == few
    assert "none: the study as it is" in shown(fa.Scenario("as it is"))[1].words
    many = fa.Scenario("many", *(fa.FxShock("EUR", 1.0 + n / 10) for n in range(50)))
    assert repr(many) == "<fastavs.Scenario 'many': 50 FxShock>"
    assert "and 42 more changes" in shown(many)[1].words


@pytest.mark.parametrize(
    ("text", "line", "cells"),
    [
        ("15%", "<fastavs.Duty 15%>", []),
        ("5% + 0.2 EUR/kg", "<fastavs.Duty 5% + 0.2 EUR/kg>", ["any", "5 % + 20 % / u"]),
        (
            "max(15%, 0.15 EUR/kg)",
            "<fastavs.Duty max(15%, 0.15 EUR/kg): 0.15 EUR/kg below 1, 15% above 1 EUR/kg>",
            ["below 1", "15 % / u", "above 1", "unit value, EUR/kg"],
        ),
        (
            "min(15%, max(12.5%, 0.6 EUR/cm3))",
            "<fastavs.Duty min(15%, max(12.5%, 0.6 EUR/cm3)): 15% below 4, 0.6 EUR/cm3 4 to 4.8, "
            "12.5% above 4.8 EUR/cm3>",
            ["below 4", "4 to 4.8", "60 % / u", "12.50 %"],
        ),
        ("0.2 EUR/kg + 1 USD/kg", "<fastavs.Duty 0.2 EUR/kg + 1 USD/kg>", [".rate(unit_value={...}, fx={...})"]),
        ("0.2 EUR/kg + 1 EUR/l", "<fastavs.Duty 0.2 EUR/kg + 1 EUR/l>", ["a quantity in kg and in l"]),
        ("0 EUR/kg", "<fastavs.Duty 0 EUR/kg>", ["a quantity in kg"]),
    ],
)
def test_a_duty_shows_its_pieces(text: str, line: str, cells: list[str]) -> None:
    duty = fa.parse_duty(text)
    assert repr(duty) == line
    assert str(duty) == duty.text
    words = Tags(duty._repr_html_()).words
    for cell in cells:
        assert cell in words


def test_an_index_says_what_it_serves(loaded: fa.Study, tmp_path: Path) -> None:
    index = loaded.index(records=True)
    text, html = shown(index)
    assert text.startswith("<fastavs.SortedIndex: 2019 to 2022, 6 to 7 lines a year>\nsmall [study] (made up")
    assert "changes of the trade: served" in text
    assert "in memory alone" in text
    index.save(tmp_path / "i.avs")
    assert "i.avs" in repr(fa.SortedIndex.load(tmp_path / "i.avs"))
    assert "made up" in html.words


def test_what_was_set_aside_is_told_by_reason(loaded: fa.Study) -> None:
    text, _ = shown(loaded.set_aside)
    assert text.startswith("<fastavs.SetAside: 2 rows and 1 quantity set aside>")
    assert re.search(r"negative value +1\n", text)
    assert re.search(r"unknown unit +1\n", text)
    assert len(loaded.set_aside) == loaded.set_aside.table().num_rows == 3
    accounts = [((one.lost, one.reason), one.count) for one in loaded.set_aside.accounts()]
    assert list(loaded.set_aside.counts().items()) == accounts
    nothing = report_studies.one_year().set_aside
    assert shown(nothing)[0] == "<fastavs.SetAside: nothing set aside>"
    assert nothing


def test_everything_is_escaped() -> None:
    one = study(
        [row("2009", "2203000100", "DEU", 900.0, 100.0)], {2009: {"2203000100": "0.3 EUR/kg"}}, name=EVIL, note=EVIL,
        groups={EVIL: {"prefix": ["22"], "group": [EVIL], "name": [EVIL]}},
    )  # fmt: skip
    scenario = fa.Scenario(EVIL, fa.FxShock("EUR", 2.0))
    for made in (one, one.rates(), one.index(), scenario, fa.sweep(one, [fa.Scenario("as it is"), scenario], by=EVIL)):
        assert EVIL in shown(made)[1].words


def test_texts_are_cut_and_stay_in_one_line() -> None:
    long = Card(
        "Rates", "name " * 100, "note\nwith a new line" * 100, (("fact", "x" * 5000),),
        Grid(("a", "b"), (("word " * 100, "1"),), 1, "about " * 100), ("caution " * 100,) * 9, "call " * 100,
    )  # fmt: skip
    text = as_text(long)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert len(text) < 5000
    assert "and 5 more" in text
    assert len(as_html(long)) < 9000


def test_a_study_of_years_that_rest_on_others_says_so() -> None:
    rows = [row("2009", "2203000100", "DEU", 900.0, 100.0), row("2010", "2203000100", "DEU", 900.0, 100.0)]
    one = study(rows, {2009: {"2203000100": "5%"}, 2011: {"2203000100": "5%"}}, base=BASE)
    assert "years without trade of their own rest on 2009, 2010" in repr(one)
