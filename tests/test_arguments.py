"""Odd arguments of public functions end in an InputError that names them, whatever they are."""

from __future__ import annotations

import datetime
import pickle
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from odd_calls import VALUES, a_study, calls, trade
from small import same_bits

import fastavs as fa
from fastavs import arguments
from fastavs.arguments import takes

FUNCTIONS = [
    "Study", "Study.load", "Study.explain", "Study.rates", "Study.index", "sweep", "Scenario", "FxShock", "ScaleDuty",
    "ShiftDuty", "SetDuty", "PriceShock", "ExcludePartners", "OnlyPartners", "Resample", "parse_duty", "read_duty",
    "Duty", "Duty.rate", "Duty.rate by kind", "Duty.pieces", "Percent", "Specific", "build_index", "SortedIndex.load",
    "SortedIndex.save", "SortedIndex.insist_on", "Rates.by", "Rates.observations", "Rates.year", "Sweep.by",
    "TariffFunction", "TariffFunction.value_and_jacobian", "TariffFunction.curve", "TariffFunction.critical",
    "TariffFunction.revenue", "TariffFunction.table", "TariffFunction.select", "TariffFunction.save",
    "TariffFunction.load", "Jacobian.matrix",
    "make_replica", "census.read", "comext.read_bulk", "comext.read_exports", "comext.read_imports", "dataweb.read",
    "eaeu_tariff.read", "ecb.read", "hts.read", "indian_mirror.read", "russian_customs.read", "uk_tariff.read",
    "usitc.read",
]  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    return {name: (function, sound) for name, function, sound in calls(tmp_path_factory.mktemp("calls"))}


def test_every_function_is_in_the_table(table: dict[str, Any]) -> None:
    assert list(table) == FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_odd_calls(table: dict[str, Any], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some values are paths that can be written to
    function, sound = table[name]
    for argument in sound:
        told = 0
        for what, value in VALUES.items():
            if argument == "progress" and what == "class":  # it does not say what it takes, and refuses when called
                continue
            try:
                function(**(sound | {argument: value}))
            except fa.InputError as error:
                told += argument in str(error) and str(error).isprintable()
            except Exception as error:
                pytest.fail(f"{argument} of {what}: {type(error).__name__}: {error}")
        assert told >= 8, argument


NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("Study", {"options": {"outlier": 10**400}}, 'argument options["outlier"]'),
    ("Study", {"options": {"outlier": VALUES["object"]}}, 'argument options["outlier"]'),
    ("Study", {"options": {"levels": [None]}}, 'argument options["levels"][0]'),
    ("Study", {"base": {"periods": [b"2009"]}}, 'argument base["periods"][0]'),
    ("Study", {"valuation": [{"partner": "DEU", "factor": 10**400}]}, 'argument valuation[0]["factor"]'),
    ("Study", {"bridges": [{"prefix": "87", "from": "kg", "to": 1j, "factor": 1}]}, 'argument bridges[0]["to"]'),
    ("Study", {"columns": {"trade": {"value": 1}}}, 'columns["trade"]["value"]'),
    ("Study", {"columns": {"trade": "value"}}, 'columns["trade"]'),
    ("Study", {"options": {1: 2}}, "options: a key"),
    ("sweep", {"lines": ["2203000100", None]}, "argument lines does not fit"),
    ("sweep", {"threads": 0}, "argument threads"),
    ("FxShock", {"factor": 10**400}, "argument factor"),
    ("Duty.rate", {"fx": {"EUR": 10**400}}, 'fx["EUR"] does not fit'),
    ("Duty.rate", {"unit_value": {"kg": "2"}}, 'unit_value["kg"] does not fit'),
    ("Rates.year", {"year": 10**30}, "argument year does not fit"),
]


@pytest.mark.parametrize(("name", "odd", "words"), NAMED, ids=[f"{one[0]} {one[2]}" for one in NAMED])
def test_what_lies_deeper_is_named_too(table: dict[str, Any], name: str, odd: dict[str, Any], words: str) -> None:
    function, sound = table[name]
    with pytest.raises(fa.InputError) as error:
        function(**(sound | odd))
    assert words in str(error.value)


def test_numbers_of_numpy_are_numbers() -> None:
    duty = fa.parse_duty("max(15%, 0.15 EUR/kg)")
    assert duty.rate(np.float64(0.5), {"EUR": np.float32(1.25)}) == duty.rate(0.5, {"EUR": 1.25})
    assert fa.FxShock("EUR", np.float64(1.5)).factor == 1.5
    study = a_study()
    assert study.rates().year(np.int64(2009)).year == 2009
    assert study.explain("2203000100", np.int32(2009)).num_rows


def test_the_signature_of_a_checked_function_stays() -> None:
    import inspect

    assert list(inspect.signature(fa.parse_duty).parameters) == ["text", "dollar", "decimal"]
    assert fa.parse_duty.__doc__

    @takes(day=arguments.a_date, flag=arguments.a_flag)
    def some(other: int, day: datetime.date, *, flag: bool = True) -> tuple[int, datetime.date, bool]:
        return other, day, flag

    day = datetime.date(2020, 1, 1)
    assert some(1, day) == (1, day, True)
    assert some(1, day=day, flag=False) == (1, day, False)
    with pytest.raises(TypeError):
        some(1, day, 2, 3)  # type: ignore[call-arg]
    with pytest.raises(fa.InputError, match=r"the argument day does not fit .1.\. Expected a datetime.date"):
        some(1, "1")  # type: ignore[arg-type]


# ---- a swept index can be sent elsewhere


def test_a_swept_index_can_be_pickled(tmp_path: Path) -> None:
    study = a_study()
    index = fa.build_index(study)
    scenarios = [fa.Scenario("as it is"), fa.Scenario("other", fa.FxShock("EUR", 2.0), fa.ExcludePartners("DEU"))]
    expected = fa.sweep(index, scenarios, by="chapter", lines=["2203000100"])
    index.save(tmp_path / "study.avs")
    for one in (index, fa.SortedIndex.load(tmp_path / "study.avs")):
        fa.sweep(one, scenarios, by="chapter", lines=["2203000100"])
        again = fa.sweep(pickle.loads(pickle.dumps(one)), scenarios, by="chapter", lines=["2203000100"])
        assert same_bits(again.summary(), expected.summary())
        assert same_bits(again.by("chapter"), expected.by("chapter"))
        assert again.chosen is not None
        assert same_bits(again.chosen, expected.chosen)
    assert trade()


# ---- nothing comes to more than double holds


def summary_of(study: fa.Study, scenario: fa.Scenario) -> dict[str, Any]:
    found: dict[str, Any] = fa.sweep(study, scenario).summary().to_pylist()[0]
    return found


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "change",
    [
        fa.FxShock("EUR", 1e50), fa.FxShock("EUR", 1e-50), fa.ScaleDuty(1e50, 1e50), fa.ScaleDuty(1e50, 0.0),
        fa.ShiftDuty(1e50, 1e50), fa.PriceShock(1e50), fa.PriceShock(1e-50), fa.SetDuty("22", "1" + "0" * 50 + "%"),
        fa.SetDuty("22", "1" + "0" * 50 + " EUR/l"),
    ],
    ids=repr,
)  # fmt: skip
def test_the_largest_changes_make_no_mean_null(change: Any) -> None:
    study = a_study(options={"unresolved": "zero"})
    as_it_is = summary_of(study, fa.Scenario("as it is"))
    large = isinstance(change, fa.ShiftDuty)  # shifts beyond a hundred points are told of
    with pytest.warns(fa.DataWarning, match="percentage points") if large else nullcontext():
        found = summary_of(study, fa.Scenario("largest", change))
    assert {name for name, value in found.items() if value is None} == {
        name for name, value in as_it_is.items() if value is None
    }


MORE: list[tuple[Callable[[], Any], str]] = [
    (lambda: fa.FxShock("EUR", 1e51), "argument factor.*at most 1e.50"),
    (lambda: fa.FxShock("EUR", 1e-51), "argument factor.*at least 1e-50"),
    (lambda: fa.ScaleDuty(1e51), "argument ad_valorem.*at most 1e.50"),
    (lambda: fa.ShiftDuty(specific=-1e51), "argument specific.*at most 1e.50"),
    (lambda: fa.Scenario("both", *[fa.FxShock("EUR", 1e30)] * 2), 'scenario "both" come to more than'),
    (lambda: fa.Scenario("both", *[fa.PriceShock(1e-30)] * 2), 'scenario "both" come to more than'),
    (lambda: fa.Scenario("both", *[fa.ShiftDuty(1e50)] * 2), 'scenario "both" come to more than'),
    (lambda: fa.parse_duty("1" + "0" * 51 + "%"), "percentage beyond all bounds"),
    (lambda: a_study(fx={"period": ["2009"], "currency": ["EUR"], "fx": [1e51]}), "not an exchange rate"),
    (lambda: a_study(valuation=[{"partner": "DEU", "factor": 1e51}]), r"argument valuation.0..*at most 1e.50"),
]


@pytest.mark.parametrize(("call", "words"), MORE, ids=[one[1] for one in MORE])
def test_more_than_that_is_refused(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(fa.InputError, match=words):
        call()


def test_values_that_cannot_be_added_up_are_set_aside() -> None:
    rows = trade()
    rows["value"][0] = 1e51
    study = a_study(trade=rows)
    assert study.set_aside.counts() == {("row", "value above 1e+50"): 1}
    rows["value"][0] = 1e50
    study = a_study(trade=rows)
    assert study.rates().summary()["weighted_mean"][0].is_valid
