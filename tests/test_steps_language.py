"""The language of scenarios: steps as values, numbers as written, files that make them again."""

from __future__ import annotations

import pickle
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fastavs as fa
from fastavs.inputs.options import Base, Options
from fastavs.scenario.selection import FORMS
from fastavs.scenario.steps import VERBS, verb_of, written

# ---- any step


def texts(*some: str, most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(some), min_size=1, max_size=most, unique=True)


NUMBERS = st.one_of(
    st.floats(1e-6, 1.0), st.integers(1, 9999).map(lambda n: f"{n / 100}%"),
    st.fractions(Fraction(1, 50), 1, max_denominator=60),
)  # fmt: skip
SIGNED = st.one_of(st.floats(-1.0, 1.0), st.integers(-500, 500).map(lambda n: f"{n}%"))
AMOUNTS = st.builds(
    lambda n, currency, unit: f"{n / 1000} {currency}/{unit}",
    st.integers(1, 10**6), st.sampled_from(["EUR", "USD"]), st.sampled_from(["kg", "100 kg", "l", "1000 piece"]),
)  # fmt: skip
DUTIES = st.sampled_from(
    [
        "max(10%, 0.5 EUR/kg)",
        "5% + 0.2 EUR/kg",
        "min(15%, max(12.5%, 0.6 EUR/cm3))",
        "15, но не менее 0,15 евро за 1 кг",
    ]
)
YEARS = st.one_of(
    st.integers(1995, 2030), st.lists(st.integers(1995, 2030), min_size=1, max_size=6),
    st.sampled_from(["2015-2020", "2011"]),
)  # fmt: skip
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "prefixes": texts("09", "2203.00", "8542310000", "01"),
    "lists": texts("ita", "spared goods", 'odd "one"\\'),
    "groups": st.dictionaries(st.sampled_from(["industry", "my own", "chapter"]), texts("13", "food"), min_size=1),
    "years": YEARS,
    "schedule": st.sampled_from(["both", "applied", "bound"]),
    "form": texts(*FORMS),
    "currency": texts("EUR", "USD"),
    "unit": texts("kg", "100 kg"),
}
EXCEPT = st.fixed_dictionaries(
    {"lists": SHARED["lists"]}, optional={key: one for key, one in SHARED.items() if key != "lists"}
) | st.builds(
    lambda share, by: {"sensitive": share, "by": by}, st.floats(0.001, 1.0), st.sampled_from(["imports", "rates"])
)
WHERE = st.fixed_dictionaries({}, optional=SHARED | {"except_": EXCEPT})
WHO = st.fixed_dictionaries(
    {"partners": texts("chn", "DEU", "USA")},
    optional={"regions": texts("EU", "CIS"), "periods": texts("2009", "2011H1")},
)
FACTOR = st.floats(1e-3, 1e3)


def leveled(kind: type, percentages: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(lambda value, where: kind(value, **where), percentages | AMOUNTS | DUTIES, WHERE),
        st.builds(lambda value, where: kind(value, of="ad_valorem", **where), percentages, WHERE),
        st.builds(lambda value, where: kind(value, of="specific", **where), AMOUNTS, WHERE),
    )


def with_where(kind: type, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda value, where: kind(value, **where), values, WHERE)


def options() -> st.SearchStrategy[dict[str, Any]]:
    some = {
        "outlier": st.floats(0.01, 100.0), "match_on": st.sampled_from(["classification", "imports"]),
        "levels": st.sampled_from([[8, 6, 4], [6]]), "method": st.sampled_from(["partner", "pooled"]),
        "unresolved": st.just("zero"), "min_value": st.floats(0.0, 1e6), "strict": st.booleans(),
    }  # fmt: skip
    return st.fixed_dictionaries({"short_codes": st.just("donors")}, optional=some)


STEPS = st.one_of(
    leveled(fa.Set, NUMBERS), leveled(fa.Cap, NUMBERS), leveled(fa.Floor, NUMBERS), leveled(fa.Add, SIGNED),
    st.builds(
        lambda value, of, where: fa.Scale(value, of=of, **where), st.floats(0.0, 10.0) | st.just("9000%"),
        st.sampled_from(["rate", "ad_valorem", "specific"]), WHERE,
    ),
    with_where(fa.Swiss, NUMBERS),
    with_where(fa.Tiers, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4, unique=True).map(
        lambda some: [{"above": one, "cut": 0.1} for one in sorted(some)])),
    st.builds(lambda where: fa.DropSpecific(**where), WHERE),
    with_where(fa.Tariffication, st.just("ad_valorem") | AMOUNTS),
    with_where(fa.Delay, st.integers(1, 20) | st.just("all")),
    with_where(fa.Advance, st.integers(1, 20) | st.just("all")),
    with_where(fa.Freeze, st.integers(1990, 2030)),
    st.builds(fa.Put, st.sampled_from(["new.csv", "../a b.parquet"]), st.sampled_from(["applied", "bound"])),
    st.builds(fa.Fx, st.dictionaries(
        st.sampled_from(["EUR", "JPY"]),
        FACTOR | st.dictionaries(st.sampled_from(["2009", "2011H1"]), FACTOR, min_size=1), min_size=1)),
    st.builds(
        lambda value, codes, who: fa.Price(value, **codes, **who), FACTOR,
        st.fixed_dictionaries({}, optional={"prefixes": SHARED["prefixes"], "except_": st.just({"lists": "ita"})}), WHO,
    ),
    st.builds(lambda who: fa.Exclude(**who), WHO), st.builds(lambda who: fa.Only(**who), WHO),
    st.builds(lambda who: fa.Include(**who), WHO),
    st.builds(lambda periods: fa.BasePeriod(periods, first_year=2011), texts("2009", "2010")),
    options().map(lambda some: fa.Options(**some)), st.sampled_from([fa.Weights("all"), fa.Weights("fixed")]),
)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() != ""
)
NAMES = {name: getattr(fa, name) for name in fa.__all__}


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_steps_are_values(step: Any) -> None:
    assert eval(repr(step), dict(NAMES)) == step
    again = pickle.loads(pickle.dumps(step))
    assert again == step
    assert hash(again) == hash(step)
    assert next(iter(written(step))) == verb_of(step)
    with pytest.raises(AttributeError):
        setattr(step, fields(step)[0].name, None)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(STEPS, min_size=1, max_size=4), WORDS, st.none() | WORDS, st.booleans(),
    st.none() | st.just({"n": 1000, "seed": 7, "fx": {"EUR": 0.1}, "price": "20%", "cut": 0.05, "partners": True}),
)  # fmt: skip
def test_a_file_makes_its_scenario_again(
    tmp_path: Path, steps: list[Any], name: str, title: str | None, resampled: bool, draws: Any
) -> None:
    about: dict[str, Any] = {
        "title": title,
        "date": "2012-08-22",
        "draws": draws,
        "shares": {"steel 1": tmp_path / "s.csv"},
    }
    base = fa.Scenario(f"{name} before", fa.Cap("10%"), lists={"ita": ["8542", "09"]})
    one = fa.Scenario(
        name, *steps, *([fa.Resample(3)] if resampled else []), base=base, lists={"odd one": ["0101"]}, **about
    )
    path = tmp_path / "some.toml"
    fa.write_scenarios(path, one)
    assert fa.read_scenarios(path) == [base, one]
    path.write_text(one.to_toml(), encoding="utf-8")
    assert fa.read_scenarios(path)[1] == one
    assert fa.scenario_named(f"{path}:{name}") == one
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(pickle.loads(pickle.dumps(one))) == hash(one)


def test_the_examples_of_this_file_meet_every_verb() -> None:
    met: set[str] = set()

    @settings(max_examples=2000, database=None, deadline=None, derandomize=True)
    @given(STEPS)
    def meet(step: Any) -> None:
        met.add(verb_of(step))

    meet()
    assert met == set(VERBS)


# ---- numbers


@pytest.mark.parametrize("given", ["10%", 0.1, "10 %", "10,0%", Fraction(1, 10)])
def test_numbers_are_the_decimals_written(given: Any) -> None:
    assert fa.Cap(given).value == Fraction(1, 10)
    assert fa.Cap(given) == fa.Cap("10%")
    assert float(fa.Add(given).value) == 0.1


@pytest.mark.parametrize(
    ("make", "plain", "hundredfold"),
    [
        (lambda: fa.Cap(5), "5", "500"),
        (lambda: fa.Floor(15), "15", "1500"),
        (lambda: fa.Add(-5), "-5", "-500"),
        (lambda: fa.Set(1.5), "1.5", "150"),
        (lambda: fa.Swiss(15), "15", "1500"),
        (lambda: fa.Scale(90), "90", "9000"),
        (lambda: fa.Tiers({"above": 0.0, "cut": 20}), "20", "2000"),
        (lambda: fa.Tiers({"above": 15, "cut": 0.2}), "15", "1500"),
        (lambda: fa.Cap(0.1, except_={"sensitive": 5, "by": "imports"}), "5", "500"),
        (lambda: fa.Sampling(10, price=20), "20", "2000"),
        (lambda: fa.Cap("5"), "5", "500"),
        (lambda: fa.Scale("0.9"), "0.9", "90"),
    ],
)
def test_what_may_be_percent_is_refused_with_both_readings(make: Any, plain: str, hundredfold: str) -> None:
    with pytest.raises(fa.InputError) as error:
        make()
    assert f'write "{plain}%"' in str(error.value)
    assert f'"{hundredfold}%"' in str(error.value)


def test_as_a_text_a_large_number_is_taken() -> None:
    assert fa.Cap("500%").value == 5
    assert fa.Scale("9000%").value == 90
    assert fa.Swiss("1500%").value == 15
    assert fa.Scale(10).value == 10
    assert fa.Cap(1).value == 1


def test_duties_and_amounts() -> None:
    assert fa.Set("15, но не менее 0,15 евро за 1 кг").value == "max(15%, 0.15 EUR/kg)"
    assert fa.Set("15, но не менее 0,15 евро за 1 кг").duty.kinds == ("mass",)
    assert fa.Add("-0.05 EUR/100 kg").value == fa.Amount(Fraction(-1, 20), "EUR", "100 kg")
    assert fa.Cap("0.5 EUR/kg").duty.text == "0.5 EUR/kg"
    assert fa.Set(fa.Amount(0.5, "EUR", "kg")) == fa.Set("0.5 EUR/kg")
    assert fa.Cap(Fraction(1, 3)).duty.text == "100/3%"
    assert fa.Add("-5 %").value == Fraction(-1, 20)
    assert fa.Set("0%").value == fa.Set("0").value == 0
    assert fa.Cap(fa.parse_duty("max(10%, 0.5 EUR/kg)")) == fa.Cap("max(10%, 0.5 EUR/kg)")
    assert fa.Set("5% + 10%").value == "5% + 10%"
    assert fa.Cap("33 1/3%").value == fa.Cap("33⅓ %").value == Fraction(1, 3)
    assert fa.Add("−5%") == fa.Add("- 5 %") == fa.Add(-0.05)
    assert fa.Add("+5%") == fa.Add(0.05)
    assert fa.Cap("1.234%").value == Fraction(1234, 100000)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fa.Cap(True), "a number, such as 0.1"),
        (lambda: fa.Cap(float("inf")), "a finite number"),
        (lambda: fa.Cap(float("nan")), "a finite number"),
        (lambda: fa.Cap(None), '"NoneType"'),
        (lambda: fa.Cap(-0.1), "0 or more"),
        (lambda: fa.Cap("-10%"), "0 or more"),
        (lambda: fa.Floor("-1 EUR/kg"), "cannot read"),
        (lambda: fa.Scale(-1), "0 or more"),
        (lambda: fa.Swiss(0), "above 0"),
        (lambda: fa.Price(0), "above 0"),
        (lambda: fa.Scale("1,234%"), 'read in one way: "1.234%" or "1234%"'),
        (lambda: fa.Cap("1,234%"), 'read in one way: "1.234%" or "1234%"'),
        (lambda: fa.Add("--5%"), "cannot read"),
        (lambda: fa.Scale("nine tenths"), 'such as "10%"'),
        (lambda: fa.Cap("1e60%"), "argument value"),
        (lambda: fa.Cap(f"{10**60}%"), "at most 1e.50"),
        (lambda: fa.Cap("ten percent"), 'argument value: Cap cannot be made "ten percent"'),
        (lambda: fa.Cap("$1/kg"), 'in place of "\\$"'),
        (lambda: fa.Add("-max(5%, 1 EUR/kg)"), "behind a minus sign"),
        (lambda: fa.Cap("10%", of="specific"), 'an amount where of="specific"'),
        (lambda: fa.Cap("1 EUR/kg", of="ad_valorem"), 'a percentage where of="ad_valorem"'),
        (lambda: fa.Swiss("15%", of="specific"), '"rate" or "ad_valorem"'),
        (lambda: fa.Cap("10%", of="duty"), "argument of"),
        (lambda: fa.Cap("10%", list="ita"), 'Cap has no such key "list".*Did you mean "lists"'),
        (lambda: fa.Cap("10%", lists=[]), "leave the key out"),
        (lambda: fa.Cap("10%", prefixes=[8517]), "with their leading zeros"),
        (lambda: fa.Cap("10%", prefixes="85x"), "1 to 12 digits"),
        (lambda: fa.Cap("10%", groups={}), "groupings and their groups"),
        (lambda: fa.Cap("10%", groups="13"), "groupings and their groups"),
        (lambda: fa.Cap("10%", years=range(0)), "at least one year"),
        (lambda: fa.Cap("10%", years="2020-2015"), '"2015-2020"'),
        (lambda: fa.Cap("10%", years=2012.5), "years, such as 2012"),
        (lambda: fa.Cap("10%", schedule="aplied"), 'Did you mean "applied"'),
        (lambda: fa.Cap("10%", form="compund"), 'Did you mean "compound"'),
        (lambda: fa.Cap("10%", currency="euro"), "three capital letters"),
        (lambda: fa.Cap("10%", unit="stone"), "argument unit"),
        (lambda: fa.Cap("10%", except_={}), "what to leave out"),
        (lambda: fa.Cap("10%", except_={"prefix": "85"}), 'except_: Cap has no such key "prefix".*"prefixes"'),
        (lambda: fa.Cap("10%", except_={"prefixes": "x"}), "argument except_.prefixes: Cap cannot be made"),
        (lambda: fa.Cap("10%", except_={"sensitive": 0.05}), "except_.by.*by beside sensitive"),
        (lambda: fa.Cap("10%", except_={"sensitive": 0.05, "by": "trade"}), '"imports" or "rates"'),
        (lambda: fa.Tiers([]), "at least one tier"),
        (lambda: fa.Tiers([{"above": 0.1}]), "tiers with above and cut"),
        (lambda: fa.Tiers([fa.Tier(0.5, 0.1), fa.Tier(0.1, 0.1)]), "each tier above the one before"),
        (lambda: fa.Tiers([{"above": 0, "cut": "120%"}]), r"value\[0\].cut: Tiers cannot be made.*at most 1"),
        (lambda: fa.DropSpecific(False), "True alone"),
        (lambda: fa.Tariffication("specific"), '"ad_valorem", or an amount'),
        (lambda: fa.Delay(0), 'years of 1 or more, or "all"'),
        (lambda: fa.Advance(True), 'years of 1 or more, or "all"'),
        (lambda: fa.Freeze("2012"), "a year, such as 2012"),
        (lambda: fa.Put("new.csv"), '"applied" or "bound"'),
        (lambda: fa.Put(5, "applied"), "the path of a file"),
        (lambda: fa.Fx({}), "currencies and factors"),
        (lambda: fa.Fx({"euro": 1.1}), "three capital letters"),
        (lambda: fa.Fx({"EUR": {"2009": 0}}), r"value.EUR.2009: Fx cannot be made"),
        (lambda: fa.Price(0.8, years=2011), "Trade has periods in place of years"),
        (lambda: fa.Price(0.8, except_={"form": "specific"}), 'no such key "form"'),
        (lambda: fa.Exclude(), "at least one partner or region"),
        (lambda: fa.BasePeriod(), "periods, first_year or applied_year"),
        (lambda: fa.Options(), "at least one of outlier"),
        (lambda: fa.Options(levels=[4, 6]), "from the longest to the shortest"),
        (lambda: fa.Options(strict=1), "True or False"),
        (lambda: fa.Weights("fix"), 'Did you mean "fixed"'),
        (lambda: fa.Sampling(0, partners=True), "1 or more"),
        (lambda: fa.Sampling(10), "something to draw"),
        (lambda: fa.Amount("0.1", "EUR", "kg"), "a number"),
    ],
)
def test_what_does_not_fit_says_so(make: Any, message: str) -> None:
    with pytest.raises(fa.InputError, match=message):
        make()


def test_options_are_those_of_a_study() -> None:
    for step, kind in ((fa.Options, Options), (fa.BasePeriod, Base)):
        names = [one.name for one in msgspec.structs.fields(kind)]
        assert [one.name for one in fields(step)] == names
    defaults = {one.name: one.default for one in msgspec.structs.fields(Options)}
    assert fa.Options(**defaults).given == defaults
    assert Options(**fa.Options(**defaults).given) == Options()


# ---- scenarios


def test_a_scenario_speaks_one_language() -> None:
    with pytest.raises(fa.InputError, match=r'"Cap, ScaleDuty".*the ones or the others.*write Scale for ScaleDuty'):
        fa.Scenario("x", fa.Cap("10%"), fa.ScaleDuty(0.9))
    with pytest.raises(fa.InputError, match='"base, SetDuty"'):
        fa.Scenario("x", fa.SetDuty("22", "5%"), base="y")
    with pytest.raises(fa.InputError, match="draws its partners twice"):
        fa.Scenario("x", fa.Cap("10%"), fa.Resample(1), fa.Resample(2))
    with pytest.raises(fa.InputError, match="is the study and has no steps"):
        fa.Scenario("as it is", fa.Cap("10%"))
    old = fa.Scenario("x", fa.Resample(1), fa.ScaleDuty(0.9), title="a tenth off")
    assert (old.steps, old.has_steps, len(old.changes)) == ((), False, 2)
    assert not fa.Scenario("x", fa.Resample(1)).has_steps
    assert fa.Scenario("x", fa.Resample(1), fa.Weights("fixed")).steps[0] == fa.Resample(1)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"title": 5}, "argument title"),
        ({"date": 2012.5}, "a date such as 2012-08-22"),
        ({"base": "x"}, "has itself as its base"),
        ({"base": 5}, "a scenario, or the name of one"),
        ({"lists": ["ita"]}, "names, and codes or a file"),
        ({"lists": {"ita": "8542"}}, r'write \["8542"\]'),
        ({"lists": {"ita": []}}, "argument lists.ita: a list without codes"),
        ({"lists": {"ita": [8542]}}, "with their leading zeros"),
        ({"lists": {"ita": "none.csv"}}, "lists.ita: the list cannot be read .no such file"),
        ({"shares": ["steel"]}, "names and files"),
        ({"draws": 5}, '"n": 1000'),
        ({"draws": {"m": 5}}, 'argument draws: Sampling has no such key "m"'),
        ({"draws": {"fx": {"EUR": 0.1}}}, "draws without their number"),
        ({"draws": {"n": 5, "price": -1}}, "argument draws.price"),
    ],
)
def test_what_a_scenario_has_beside_its_steps(about: dict[str, Any], message: str) -> None:
    with pytest.raises(fa.InputError, match=message):
        fa.Scenario("x", fa.Cap("10%"), **about)


def test_bases_come_first() -> None:
    first = fa.Scenario("first", fa.Cap("10%", lists="a"), lists={"a": ["09"]}, shares={"steel": "old.csv"})
    second = fa.Scenario("second", fa.Floor("5%"), base="first", lists={"b": ["10"]}, shares={"steel": "new.csv"})
    third = fa.Scenario("third", fa.Swiss(0.5), base=second, draws={"n": 5, "partners": True})
    chain = third.resolved([first])
    assert [one.told for one in chain.steps] == [
        'the scenario "first", step 1 (cap)', 'the scenario "second", step 1 (floor)',
        'the scenario "third", step 1 (swiss)',
    ]  # fmt: skip
    assert [one.name for one in chain.lists] == ["a", "b"]
    assert chain.list_named("b") == second.lists[0]
    assert chain.list_named("c") is None
    assert chain.shares == second.shares
    assert chain.draws == third.draws
    assert fa.Scenario("x", fa.Cap(0.1), base="as it is") == fa.Scenario("x", fa.Cap(0.1))
    assert fa.Scenario("as it is").resolved().steps == ()


def test_bases_that_do_not_fit() -> None:
    one, two = fa.Scenario("one", fa.Cap(0.1), base="two"), fa.Scenario("two", fa.Cap(0.2), base="one")
    with pytest.raises(
        fa.InputError, match=r'a base that is not there "two"\. Expected one of twoo\. Did you mean "twoo"'
    ):
        one.resolved([fa.Scenario("twoo")])
    with pytest.raises(fa.InputError, match='in a circle: "one" -> "two" -> "one"'):
        one.resolved([one, two])
    with pytest.raises(fa.InputError, match=r"changes of version 0\.1\.0.*such as Scale for ScaleDuty"):
        fa.Scenario("x", fa.Cap(0.1), base=fa.Scenario("old", fa.ScaleDuty(0.9))).resolved()
    with pytest.raises(fa.InputError, match="a list of the same name with other codes"):
        fa.Scenario(
            "x", base=fa.Scenario("y", fa.Cap(0.1), lists={"a": ["09"]}), lists={"a": ["10"]}
        ).resolved()  # fmt: skip
    base = fa.Scenario("y", fa.Weights("all"), fa.Resample(1))
    with pytest.raises(fa.InputError, match="draw partners twice"):
        fa.Scenario("x", fa.Cap(0.1), fa.Resample(2), base=base).resolved()


def test_a_scenario_shows_itself() -> None:
    one = fa.Scenario(
        "capped", fa.Cap("10%", lists="ita", except_={"prefixes": "8517"}), fa.Add(-0.05, of="ad_valorem"),
        fa.Delay(2, schedule="bound", years="2012-2020"), fa.Price(0.8, partners="CHN"),
        title="A cap", lists={"ita": ["8542"]}, draws={"n": 10, "fx": {"EUR": 0.1}},
    )  # fmt: skip
    assert eval(repr(one), dict(NAMES)) == one
    assert str(one) == repr(one)
    card = one._repr_html_()
    for told in (
        "capped at 10 %, of the rate", "lines of the list ita without 8517",
        "less 5 percentage points, of every percentage", "all lines",
        "2 years later", "the bound schedule, years 2012-2020", "values times 0.8", "partners CHN",
        "A cap", "ita (1)", "10, seed 1: fx EUR 0.1",
    ):  # fmt: skip
        assert told in card, told
    long = fa.Scenario("long", *(fa.Cap(0.1, prefixes=f"{n:04d}") for n in range(101, 140)))
    assert repr(long) == "<fastavs.Scenario 'long': 39 Cap>"


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_every_step_has_words(step: Any) -> None:
    from fastavs.scenario.step_words import step_told

    what, of = step_told(step)
    assert what
    assert "<" not in what + of
    assert "Fraction" not in what + of


def test_old_scenarios_print_as_their_file(tmp_path: Path) -> None:
    old = fa.Scenario(
        "old", fa.FxShock("EUR", 0.9, periods="2009"), fa.SetDuty("22", "5%"),
        fa.ScaleDuty(0.9, group=("industry", "13")), fa.ShiftDuty(0.01, years=2012),
        fa.PriceShock(1.1, "CHN"), fa.ExcludePartners("TUR"), fa.Resample(1), title="t",
    )  # fmt: skip
    fa.write_scenarios(tmp_path / "old.toml", old)
    assert fa.read_scenarios(tmp_path / "old.toml") == [old]
    with pytest.raises(fa.InputError, match=r"an order that a file of version 0\.1\.0 cannot say"):
        fa.Scenario("x", fa.ScaleDuty(0.9), fa.SetDuty("22", "5%")).to_toml()


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    one = fa.Scenario("one", fa.Cap(0.1))
    with pytest.raises(fa.InputError, match="two scenarios of one name"):
        fa.write_scenarios(tmp_path / "x.toml", [one, fa.Scenario("one", fa.Cap(0.2))])
    with pytest.raises(fa.InputError, match="a base that is not there"):
        fa.write_scenarios(tmp_path / "x.toml", [one, fa.Scenario("two", base="thre")])
    with pytest.raises(fa.InputError, match="the scenarios cannot be written"):
        fa.write_scenarios(tmp_path / "none" / "x.toml", one)
    assert list(tmp_path.iterdir()) == []


def test_draws_and_shares_are_not_carried_out_yet() -> None:
    study = fa.Study(
        {
            "period": ["2023"],
            "line": ["22030010"],
            "partner": ["DEU"],
            "value": [100.0],
            "quantity": [1.0],
            "unit": ["l"],
        },
        {"year": [2023], "line": ["22030010"], "duty": ["10%"]},
    )
    one = fa.Scenario("x", fa.Cap("5%"), shares={"steel": "s.csv"})
    for refuse in (lambda: fa.sweep(study, one), lambda: fa.build_index(study, [one])):
        with pytest.raises(fa.InputError, match='the scenario "x" has shares, which are read and checked but not'):
            refuse()
