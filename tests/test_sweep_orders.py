"""A study asked for this and that in any order answers as a fresh one; what an index lacks is said, not guessed."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pytest
import rewritten
from small import near, row
from small import study as small_study
from test_twin import study_of

import fastavs as fa
from fastavs.kernels import ordering

LINE, OTHER = "2203000100", "2203000900"
AS_IT_IS = fa.Scenario("as it is")
WILD = fa.Scenario("wild", fa.FxShock("EUR", 1e3))  # rates above any threshold


def asked(study: Any, what: str, codes: list[str]) -> list[Any]:
    """One kind of question, its answer as rows."""
    if what == "plain":
        return fa.sweep(study, [AS_IT_IS, WILD]).summary().to_pylist()
    if what == "lines":
        found = fa.sweep(study, [AS_IT_IS], lines=codes)
        assert found.chosen is not None
        return found.chosen.to_pylist()
    if what == "trade":
        some = [fa.Scenario("fewer", fa.ExcludePartners("DEU")), fa.Scenario("dear", fa.PriceShock(1.2))]
        return fa.sweep(study, some, by=["industry"]).by("industry").to_pylist()
    return fa.sweep(study, [fa.Scenario("new", fa.SetDuty(codes[0], "7.5%"))]).summary().to_pylist()


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_questions_does_not_matter(seed: int) -> None:
    made = make_study.make(9200 + seed, method="partner", min_value=0.0)
    codes = sorted({one["line"] for one in made["applied"]})[:3]
    questions = ["plain", "lines", "trade", "new"]
    expected = {what: asked(study_of(made), what, codes) for what in questions}
    assert all(row["no_quantity"] is not None for row in expected["lines"])
    for order in random.Random(seed).sample(list(itertools.permutations(questions)), 6):
        study = study_of(made)
        for what in (*order, *order):
            assert asked(study, what, codes) == expected[what], (order, what)


def test_an_amount_of_nought_that_is_raised_may_have_no_rate() -> None:
    raised = fa.Scenario("raised", fa.ShiftDuty(specific=0.5))
    duties = {2009: {LINE: "0 EUR/kg", OTHER: "5%"}}
    for quantity in (None, 1e9):  # nothing observed, and an outlier alone
        trade = [row("2009", OTHER, "DEU", 100.0, 1.0)]
        if quantity is not None:
            trade.append(row("2009", LINE, "DEU", 1.0, quantity))
        (found,) = fa.sweep(small_study(trade, duties), [raised]).summary().to_pylist()
        assert (found["simple_mean"], found["unresolved_lines"]) == (near(0.05), 1)


def test_a_saved_index_takes_new_duties_on_quantities_that_it_knows(tmp_path: Path) -> None:
    trade = [row("2009", LINE, "DEU", 100.0, 50.0), row("2009", OTHER, "DEU", 100.0, 25.0)]
    study = small_study(trade, {2009: {LINE: "max(10%, 0.4 EUR/kg)", OTHER: "5%"}})
    fa.build_index(study).save(tmp_path / "i.avs")
    index = fa.SortedIndex.load(tmp_path / "i.avs")
    scenarios = [
        fa.Scenario("dearer", fa.SetDuty(LINE, "max(10%, 0.8 EUR/kg)")),
        fa.Scenario("value alone", fa.SetDuty(LINE, "12.6%")),
        fa.Scenario("weight alone", fa.SetDuty(LINE, "0.1 EUR/kg"), fa.ScaleDuty(0.5, 2.0)),
    ]
    found = fa.sweep(index, scenarios).summary().to_pylist()
    for ours, scenario in zip(found, scenarios, strict=True):
        (theirs,) = rewritten.rates(study, scenario).summary().to_pylist()
        for column, value in theirs.items():
            assert ours[column] == (near(value) if isinstance(value, float) else value), column
    with pytest.raises(fa.InputError, match="not prepared"):  # no observation of it was indexed
        fa.sweep(index, [fa.Scenario("by weight", fa.SetDuty(OTHER, "0.1 EUR/kg"))])


@pytest.mark.parametrize("built", [False, True])
def test_a_new_duty_in_a_currency_without_a_rate_says_so(built: bool) -> None:
    trade = [row(period, LINE, "DEU", 100.0, 50.0) for period in ("2009", "2010")]
    fx = {"period": ["2009", "2010", "2009"], "currency": ["EUR", "EUR", "GBP"], "fx": [1.4, 1.3, 1.6]}
    study = small_study(trade, {year: {LINE: "0.4 EUR/kg"} for year in (2009, 2010)}, fx=fx)
    target = fa.build_index(study) if built else study
    with pytest.raises(fa.InputError, match=r'no exchange rate for GBP in 2010, which the scenario "pound" needs'):
        fa.sweep(target, [fa.Scenario("pound", fa.SetDuty(LINE, "max(10%, 0.5 GBP/kg)"))])
    with pytest.raises(fa.InputError, match=r'"yen" sets a duty in a currency that the study does not have.*EUR'):
        fa.sweep(target, [fa.Scenario("yen", fa.SetDuty(LINE, "0.5 JPY/kg"))])


def test_an_index_of_other_names_or_exclusions_is_refused(tmp_path: Path) -> None:
    trade = [row("2009", LINE, "DEU", 100.0, 50.0), row("2010", LINE, "FRA", 100.0, 50.0)]

    def bound(name: str = "Drinks", **excluded: list[str]) -> fa.Study:
        groups = {"kind": {"prefix": ["22"], "group": ["drinks"], "name": [name]}}
        partners = {"exclude_by_period": excluded} if excluded else {}
        schedules = {year: {LINE: "0.4 EUR/kg"} for year in (2009, 2010)}
        return small_study(trade, schedules, groups=groups, partners=partners)

    fa.build_index(bound()).save(tmp_path / "i.avs")
    fa.sweep(bound(), [AS_IT_IS], index=tmp_path / "i.avs")
    without_trade = {"2010": ["DEU"]}  # it has none there, but draws of partners go by it
    for other in (bound("Beverages"), bound(**without_trade)):
        with pytest.raises(fa.InputError, match="built from other data"):
            fa.sweep(other, [AS_IT_IS], index=tmp_path / "i.avs")


def test_an_interrupted_ordering_is_not_taken_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    study = study_of(make_study.make(9400, method="partner"))
    calls = []

    def interrupted(*arguments: np.ndarray) -> None:
        calls.append(arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(ordering, "rearrange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        study.rates()
    assert calls
    monkeypatch.undo()
    with pytest.raises(fa.InputError, match=r"interrupted while its rows were put in order.*make the study anew"):
        study.rates()


def test_an_amount_of_nought_on_ratios_that_add_up_to_infinity() -> None:
    trade = [row("2009", LINE, partner, 1e-300, 1e8) for partner in ("DEU", "FRA")]
    study = small_study(trade, {2009: {LINE: "1 EUR/kg", OTHER: "5%"}})
    free = fa.Scenario("free", fa.ScaleDuty(1.0, 0.0))
    (found,) = fa.sweep(study, [free]).summary().to_pylist()
    assert (found["simple_mean"], found["unresolved_lines"]) == (near(0.025), 0)
