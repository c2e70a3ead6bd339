"""Scenarios as data: what they may hold, and what they say when it does not fit."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import make_study
import pytest
from test_twin import study_of

import fastavs as fa
from fastavs.scenario.file import read_scenarios


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fa.FxShock("euro", 0.9), 'argument currency.*"euro".*three capital letters'),
        (lambda: fa.FxShock("EUR", 0.0), "above 0"),
        (lambda: fa.FxShock("EUR", float("nan")), "a finite number"),
        (lambda: fa.ScaleDuty("half"), 'ad_valorem.*"half".*a number'),  # type: ignore[arg-type]
        (lambda: fa.ScaleDuty(-0.1), "of 0 or more"),
        (lambda: fa.ScaleDuty(0.9, currency="EUR"), "percentages have none"),
        (lambda: fa.ScaleDuty(schedule="aplied"), 'Did you mean "applied"'),
        (lambda: fa.ScaleDuty(prefixes="22x"), "1 to 12 digits"),
        (lambda: fa.ScaleDuty(group="industry"), "a grouping and a group"),  # type: ignore[arg-type]
        (lambda: fa.ShiftDuty(years=("2012",)), "whole numbers"),  # type: ignore[arg-type]
        (lambda: fa.ShiftDuty(0.1, years=2012.5), "whole numbers"),  # type: ignore[arg-type]
        (lambda: fa.ScaleDuty(0.9, group=5), "a grouping and a group"),  # type: ignore[arg-type]
        (lambda: fa.SetDuty("2204", 0.125), 'argument duty.*"0.125".*as text, such as "12.5%"'),  # type: ignore[arg-type]
        (lambda: fa.SetDuty((), "5%"), "at least one code"),
        (lambda: fa.SetDuty("22", "5 percents of it"), "5 percents"),
        (lambda: fa.Scenario(""), "without a name"),
        (lambda: fa.Scenario("x", "cut"), "no change"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit_says_so(make: Any, message: str) -> None:
    with pytest.raises(fa.InputError, match=message):
        make()


def test_scenarios_are_values() -> None:
    new = fa.SetDuty(["2204"], "15, но не менее 0,15 евро за 1 кг")  # type: ignore[arg-type]
    one = fa.Scenario("cut", fa.ScaleDuty(0.9, prefixes="22"), new)  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(one)) == one
    assert len({one, pickle.loads(pickle.dumps(one))}) == 1
    assert one.changes[1].duty == "max(15%, 0.15 EUR/kg)"  # type: ignore[union-attr]
    with pytest.raises(AttributeError):
        one.name = "other"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (fa.FxShock("JPY", 0.9), "a currency that the study does not have"),
        (fa.FxShock("USD", 0.9), "own currency"),
        (fa.FxShock("EUR", 0.9, periods=("2009M1",)), "a period that the study does not have"),
        (fa.ScaleDuty(0.9, group=("industri", "food")), 'Did you mean "industry"'),
        (fa.ScaleDuty(0.9, group=("industry", "foood")), "no such group"),
        (fa.ScaleDuty(0.9, years=1999), "do not rest on"),  # type: ignore[arg-type]
        (fa.SetDuty("99", "5%"), "lines that no schedule has"),
        (fa.ScaleDuty(0.9, prefixes="99"), 'ScaleDuty.prefixes: the scenario "x".*lines that no schedule has "99"'),
        (fa.ShiftDuty(0.1, prefixes=("99", "9801")), 'lines that no schedule has.*"99, 9801"'),
        (fa.PriceShock(0.9, prefixes=("99",)), "lines that neither schedules nor trade have"),
        (fa.SetDuty("1701", "1 EUR/bbl"), "charges by bbl"),
    ],
)
def test_what_does_not_fit_the_study_says_so(change: Any, message: str) -> None:
    study = study_of(make_study.make(1, method="partner"))
    with pytest.raises(fa.InputError, match=message):
        fa.sweep(study, [fa.Scenario("x", change)])


def test_prefixes_are_held_against_the_lines_without_an_index_too() -> None:
    study = study_of(make_study.make(1, method="pooled"))
    with pytest.raises(fa.InputError, match="lines that no schedule has"):
        fa.sweep(study, fa.Scenario("x", fa.ScaleDuty(0.9, prefixes=("99",))))
    with pytest.raises(fa.InputError, match="lines that neither schedules nor trade have"):
        fa.sweep(study, fa.Scenario("x", fa.PriceShock(0.9, prefixes=("99",))))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"outputs": "simple_meen"}, 'Did you mean "simple_mean"'),
        ({"executor": "nonsense"}, 'not an executor "nonsense"'),
        ({"threads": 0}, 'no number of threads "0"'),
        ({"threads": 1.5}, 'no number of threads "1.5"'),
    ],
)
def test_what_a_sweep_cannot_work_with_says_so(given: dict[str, Any], message: str) -> None:
    for method in ("partner", "pooled"):
        study = study_of(make_study.make(1, method=method))
        with pytest.raises(fa.InputError, match=message):
            fa.sweep(study, fa.Scenario("a"), **given)
    with pytest.raises(fa.InputError, match=r'"study.avs".*fa.SortedIndex.load'):
        fa.sweep("study.avs", fa.Scenario("a"))  # type: ignore[arg-type]


def test_names_differ_and_there_are_some() -> None:
    study = study_of(make_study.make(1, method="partner"))
    with pytest.raises(fa.InputError, match="no scenarios"):
        fa.sweep(study, [])
    with pytest.raises(fa.InputError, match="two scenarios of one name"):
        fa.sweep(study, [fa.Scenario("a"), fa.Scenario("a")])
    with pytest.raises(fa.InputError, match='Did you mean "simple_mean"'):
        fa.sweep(study, [fa.Scenario("a")], outputs=["simple_meen"])


FILE = """
[[scenario]]
name = "weak euro"
fx = [{ currency = "EUR", factor = 0.9, periods = ["2009"] }]

[[scenario]]
name = "wine at 12.5 %, then a tenth off"
scale = [{ ad_valorem = 0.9, specific = 0.9, schedule = "applied", group = ["industry", "13"] }]
set = { prefixes = ["2204"], duty = "12.5%" }
"""


def test_a_file_of_scenarios(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(FILE)
    assert read_scenarios(tmp_path / "s.toml") == [
        fa.Scenario("weak euro", fa.FxShock("EUR", 0.9, ("2009",))),
        fa.Scenario(
            "wine at 12.5 %, then a tenth off",
            fa.SetDuty(("2204",), "12.5%"),  # duties are set first, whatever the order of the words
            fa.ScaleDuty(0.9, 0.9, schedule="applied", group=("industry", "13")),
        ),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scenarios = 1", 'unknown key "scenarios".*Did you mean "scenario"'),
        ("", "no scenario in the file"),
        ("[[scenario]]\nnam = 'x'", r'scenario\[0\].*unknown key "nam".*Did you mean "name"'),
        ("[[scenario]]\nfx = []", r"scenario\[0\].name.*without a name"),
        ("[[scenario]]\nname='x'\nfx=[{currency='EUR'}]", r"scenario\[0\].fx\[0\].*lacks a key"),
        ("[[scenario]]\nname='x'\nscale=[{schedule='applied'}]", r"scale\[0\].*lacks a key.*ad_valorem or specific"),
        ("[[scenario]]\nname='x'\nfx=[{currency='EUR', faktor=1}]", 'Did you mean "factor"'),
        ("[[scenario]]\nname='x'\nfx=[{currency='EUR', factor='1'}]", r"fx\[0\].factor.*a number"),
        ("[[scenario]]\nname='x'\nfx=[1]", "keys in braces"),
        (
            "[[scenario]]\nname='x'\nresample=7",
            r's.toml.*scenario\[0\].resample .the scenario "x".: not a change "7".*\{ seed = 1 \}',
        ),
        ("[[scenario]]\nname='x'\nfx=5", r'scenario\[0\].fx .the scenario "x".: not a change "5".*currency = "EUR"'),
        (
            "[[scenario]]\nname='x'\nexclude='TUR'",
            r'scenario\[0\].exclude .the scenario "x".: not a change "TUR".*partners = ',
        ),
        ("[[scenario]]\nname='x'\nscale=[{ad_valorem=0.9, years=2012.5}]", r"scale\[0\].years.*whole numbers"),
        ("scenario = [1]", r"scenario\[0\]: not a scenario"),
        ("[[scenario", "is no TOML"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(fa.InputError, match=message):
        read_scenarios(tmp_path / "s.toml")
    with pytest.raises(fa.InputError, match="cannot be read"):
        read_scenarios(tmp_path / "none.toml")
