"""Changes of the trade: what each means, by studies whose tables are rewritten; and both ways of getting there."""

from __future__ import annotations

import math
import multiprocessing
import pickle
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pyarrow.parquet
import pytest
import reference
import rewritten
from small import near, row
from small import study as small_study
from test_sorted import KNOBS
from test_sweep import another_quantity
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation.blocks import BLOCK
from fastavs.evaluation.partners import settle
from fastavs.scenario.file import read_scenarios

Made = dict[str, Any]
REGIONS = {"DEU": "Europe", "FRA": "Europe", "TUR": "Asia", "CHN": "Asia", "USA": "America", "GEO": "Asia"}
TINY = 1e-40  # of a value: what has no weight, and whose code still counts


def make(seed: int, **knobs: Any) -> Made:
    """A made-up study whose partners stand in a table with regions; BRA has none."""
    made = make_study.make(seed, partner_table=True, **knobs)
    regions = [{"partner": partner, "treatment": "mfn", "region": region} for partner, region in REGIONS.items()]
    made = made | {"partners": made["partners"] + regions, "digits": knobs.get("digits", 10)}
    return made | {"traders": study_of(made).checked.trade.partners}


def named(made: Made, change: Any) -> set[str]:
    """Partners that a change names."""
    return {*change.partners, *(one for one in made["traders"] if REGIONS.get(one) in change.regions)}


def periods_of(made: Made) -> list[str]:
    return sorted({row["period"] for row in made["trade"]})


def written_anew(made: Made, *changes: Any) -> Made:
    """The study with its trade table and its table of partners written as the changes say."""
    found = made
    for change in sorted(changes, key=lambda one: isinstance(one, fa.Resample)):  # names change in resampling
        if isinstance(change, fa.PriceShock):
            found = with_prices(found, change)
        elif isinstance(change, fa.Resample):
            found = resampled(found, times_drawn(made, change.seed))
        else:
            chosen = named(made, change)
            gone = chosen if isinstance(change, fa.ExcludePartners) else set(made["traders"]) - chosen
            spans = [(None, None)] if change.periods is None else [(period, period) for period in change.periods]
            rows = [
                {"partner": partner, "treatment": "excluded", "first_period": first, "last_period": last}
                for partner in sorted(gone)
                for first, last in spans
            ]
            found = found | {"partners": found["partners"] + rows}
    return found


def with_prices(made: Made, change: fa.PriceShock) -> Made:
    some = named(made, change)

    def touched(row: dict[str, Any]) -> bool:
        whom = row["partner"] in some or not (change.partners or change.regions)
        when = change.periods is None or row["period"] in change.periods
        code = (row["line"] or "")[: made["digits"]]
        return whom and when and (not change.prefixes or code.startswith(change.prefixes))

    trade = [
        row | {"value": row["value"] * change.factor} if row["value"] is not None and touched(row) else row
        for row in made["trade"]
    ]
    return made | {"trade": trade}


def times_drawn(made: Made, seed: int) -> dict[str, int]:
    """How often each partner is drawn; BLR and KAZ are excluded throughout."""
    among = [one for one in made["traders"] if one not in ("BLR", "KAZ")]
    rng = random.Random(seed)
    drawn = [among[int(rng.random() * len(among))] for _ in among]
    return {one: drawn.count(one) for one in among}


def resampled(made: Made, times: dict[str, int]) -> Made:
    """Partners under several names, and those not drawn excluded and of no value."""

    def copies(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            row | {"partner": row["partner"] + (str(copy) if copy else "")}
            for row in rows
            for copy in range(max(times.get(row["partner"], 1), 1))
        ]

    def value(row: dict[str, Any]) -> float | None:
        return row["value"] if times.get(row["partner"], 1) or row["value"] is None else row["value"] * TINY

    gone = [{"partner": one, "treatment": "excluded"} for one, many in times.items() if many == 0]
    valuation = copies([{"partner": one, "factor": factor} for one, factor in made["valuation"].items()])
    return made | {
        "trade": copies([row | {"value": value(row)} for row in made["trade"]]),
        "drop": copies(made["drop"]),
        "partners": copies(made["partners"]) + gone,
        "valuation": {row["partner"]: row["factor"] for row in valuation},
    }


def trade_changes(made: Made) -> dict[str, list[Any]]:
    """Changes of every sort that fit a made-up study."""
    periods = periods_of(made)
    line = max(row["line"] for row in made["applied"] if row["line"][:4] != make_study.TIES)
    return {
        "prices": [fa.PriceShock(1.3)],
        "prices of some": [
            fa.PriceShock(0.7, partners=("DEU", "BRA"), regions="Asia"),  # type: ignore[arg-type]
            fa.PriceShock(1.9, partners="USA", periods=tuple(periods[-2:])),  # type: ignore[arg-type]
        ],
        "prices by code": [
            fa.PriceShock(1.7, prefixes=(line[:4], line), partners=("DEU", "CHN", "USA")),
            fa.PriceShock(0.6, prefixes=(line[:6],)),
            fa.PriceShock(1.2, regions=("Europe",)),
        ],
        "exclusion": [fa.ExcludePartners(regions=("Asia",)), fa.ExcludePartners("usa")],  # type: ignore[arg-type]
        "exclusion in periods": [fa.ExcludePartners(("DEU", "FRA", "CHN"), periods=tuple(periods[1:3]))],
        "nearly all": [fa.ExcludePartners(("DEU", "CHN", "TUR", "FRA", "USA"))],
        "everyone": [fa.ExcludePartners(tuple(made["traders"]))],
        "one region": [fa.OnlyPartners(regions=("Europe",))],
        "one region in periods": [fa.OnlyPartners("BRA", "Asia", tuple(periods[-2:]))],  # type: ignore[arg-type]
        "drawn": [fa.Resample(5)],
        "drawn again": [fa.Resample(8)],
        "all at once": [
            fa.Resample(3), fa.PriceShock(1.3, regions=("Asia",)), fa.ExcludePartners("FRA"),  # type: ignore[arg-type]
            fa.PriceShock(0.8, prefixes=(line[:4],)), fa.OnlyPartners(("USA",), ("Europe", "Asia"), (periods[-1],)),
        ],
    }  # fmt: skip


def assert_same_summary(ours: list[dict[str, Any]], theirs: list[dict[str, Any]], rel: float = 1e-14) -> None:
    """Equal within a relative error; what is left of a difference has the rounding of what it is left of."""
    for left, right in zip(ours, theirs, strict=True):
        means = (right["simple_mean"], right["matched_mean"], right["weighted_mean_unadjusted"])
        most = max(1.0, *(abs(one) for one in means if one is not None))
        for column, expected in right.items():
            where = (right["year"], column, left[column], expected)
            if isinstance(expected, float) and left[column] is not None:
                cancels = column.endswith("_sd") or column in ("adjust", "weighted_mean")
                assert math.isclose(left[column], expected, rel_tol=rel, abs_tol=rel * most if cancels else 0.0), where
            else:
                assert left[column] == expected, where


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("knobs", [*KNOBS, {"method": "pooled"}], ids=str)
def test_a_change_of_the_trade_is_the_trade_rewritten(seed: int, knobs: dict[str, Any]) -> None:
    made = make(8300 + seed, **({"method": "partner"} | knobs))
    study = study_of(made)
    for name, changes in trade_changes(made).items():
        again = study_of(written_anew(made, *changes)).rates()
        found = rewritten.rates(study, fa.Scenario(name, *changes))
        assert_same_summary(found.summary().to_pylist(), again.summary().to_pylist())
        weights = zip(found.table["imports"].to_pylist(), again.table["imports"].to_pylist(), strict=True)
        assert all(math.isclose(*pair, rel_tol=1e-14, abs_tol=1e-20) for pair in weights)
        columns = ["match_level", "observations", "outliers", "matched"]
        assert found.table.select(columns).equals(again.table.select(columns)), name


def figures_agree(study: fa.Study, index: fa.SortedIndex, scenarios: list[fa.Scenario]) -> None:
    """Hold a sweep of an index alone against every scenario line by line."""
    found = fa.sweep(index, scenarios).summary().to_pylist()
    years = len(study.checked.serving.years)
    for place, scenario in enumerate(scenarios):
        ours = found[place * years : place * years + years]
        assert {one.pop("scenario") for one in ours} == {scenario.name}
        assert_same_summary(ours, rewritten.rates(study, scenario).summary().to_pylist())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("knobs", [*KNOBS, {"match_on": "imports", "levels": [8, 6, 4]}], ids=str)
def test_an_index_gives_what_line_by_line_gives(seed: int, knobs: dict[str, Any]) -> None:
    made = make(8400 + seed, **({"method": "partner", "min_value": 0.0} | knobs))
    study = study_of(made)
    scenarios = [fa.Scenario(name, *changes) for name, changes in trade_changes(made).items()]
    figures_agree(study, fa.build_index(study), scenarios)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("match_on", ["classification", "imports"])
def test_changes_of_trade_and_of_duties_go_together(seed: int, match_on: str) -> None:
    made = make(8500 + seed, method="partner", min_value=0.0, match_on=match_on)
    study = study_of(made)
    heading = made["applied"][0]["line"][:4]
    reforms: list[list[Any]] = [
        [fa.FxShock("EUR", 0.8), fa.ScaleDuty(0.9, 1.2, prefixes=(heading,))],
        [fa.ScaleDuty(specific=300.0)],
        [fa.ShiftDuty(0.01, -0.1)],
        [fa.ScaleDuty(specific=0.0)],
        [fa.SetDuty((heading,), "max(7%, 0.5 EUR/kg)" if "mass" in study.checked.trade.kinds else "7%")],
        [*another_quantity(made), fa.FxShock("GBP", 1.2)],
    ]
    scenarios = [
        fa.Scenario(f"{name}, {number}", *reform, *changes)
        for name, changes in trade_changes(made).items()
        for number, reform in enumerate(reforms)
    ]
    figures_agree(study, fa.build_index(study, scenarios), scenarios)


def test_tariffs_of_two_code_lengths_have_their_trade_each() -> None:
    made = make(8600, method="partner", min_value=0.0, bound_years=[2012, 2013], match_on="imports", applied_2012=None)
    made = made | {"bound": make_study.shorten(made["bound"], 8)}
    study = study_of(made)
    index = fa.build_index(study)
    assert np.unique(index.records.group_record).size == 2
    figures_agree(study, index, [fa.Scenario(name, *changes) for name, changes in trade_changes(made).items()])


@pytest.mark.parametrize("seed", range(2))
def test_the_naive_twin_agrees(seed: int) -> None:
    made = make(8700 + seed, method="partner", min_value=0.0)
    chosen = {name: trade_changes(made)[name] for name in ("prices by code", "exclusion in periods", "drawn")}
    found = fa.sweep(study_of(made), [fa.Scenario(name, *changes) for name, changes in chosen.items()])
    ours = found.summary().drop_columns("scenario").to_pylist()
    theirs = []
    for changes in chosen.values():
        again = written_anew(made, *changes)
        theirs += reference.summary(again, reference.rates(again))
    assert_same_summary(ours, theirs)


def test_a_saved_index_threads_and_executors_give_the_same_bits(tmp_path: Path) -> None:
    made = make(8800, method="partner", min_value=0.0)
    study = study_of(made)
    scenarios = [fa.Scenario("as it is"), fa.Scenario("dear", fa.FxShock("EUR", 1.2))]
    scenarios += [fa.Scenario(name, *changes) for name, changes in trade_changes(made).items()]
    exclusion = trade_changes(made)["exclusion"]
    scenarios += [
        fa.Scenario(f"euro {i}", fa.FxShock("EUR", 0.5 + i / 200), *exclusion[:: 1 if i % 2 else -1])
        for i in range(BLOCK + 20)
    ]
    scenarios += [fa.Scenario("all down", fa.ShiftDuty(-0.06, -0.1), fa.Resample(4))]
    index = fa.build_index(study)
    index.save(tmp_path / "study.avs")
    expected = fa.sweep(study, scenarios, threads=1).figures

    def same(found: fa.Sweep) -> bool:
        return np.array_equal(expected, found.figures, equal_nan=True)

    mapped = fa.SortedIndex.load(tmp_path / "study.avs")
    assert same(fa.sweep(index, scenarios, threads=2))
    assert same(fa.sweep(mapped, scenarios, threads=2))
    with ThreadPoolExecutor(3) as pool:
        assert same(fa.sweep(mapped, scenarios, executor=pool))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert same(fa.sweep(mapped, scenarios, executor=pool))
    for place in range(2, len(scenarios), 13):  # whatever else is in the sweep
        alone = fa.sweep(index, [scenarios[place]]).figures[0]
        assert np.array_equal(expected[place], alone, equal_nan=True)


LINE, NEAR, SAME_SIX, SAME_FOUR = "2203000100", "2203000190", "2203009900", "2203100000"


@pytest.mark.parametrize("match_on", ["classification", "imports"])
def test_a_line_whose_observations_are_gone_falls_to_further_digits(match_on: str) -> None:
    prices = {LINE: ("DEU", 1.0), NEAR: ("FRA", 2.0), SAME_SIX: ("USA", 4.0), SAME_FOUR: ("CHN", 8.0)}
    rows = [row("2009", line, partner, 100.0, 100.0 / price) for line, (partner, price) in prices.items()]
    if match_on == "classification":  # an unmatched line has no trade of its own
        rows[0] = row("2009", "8517100000", "DEU", 100.0, 100.0)
    known = {line: "0.8 USD/kg" for line in prices if line != LINE or match_on == "imports"}
    study = small_study(
        rows, {2009: known, 2011: {LINE: "0.8 USD/kg", NEAR: "5%"}},
        base={"periods": ["2009"], "first_year": 2011}, options={"match_on": match_on},
    )  # fmt: skip
    gone: list[str] = []
    scenarios = [fa.Scenario("as it is")]
    for partner, _ in prices.values():
        gone.append(partner)
        scenarios.append(fa.Scenario(f"without {partner}", fa.ExcludePartners(tuple(gone))))
    index = fa.build_index(study)
    found = fa.sweep(index, scenarios, outputs=["simple_mean", "unresolved_lines"]).summary().to_pylist()
    means = [one["simple_mean"] for one in found if one["year"] == 2011]
    first = [0.8] if match_on == "imports" else [0.8 / 2]
    rates = [*first, 0.8 / 2, 0.8 / 4, 0.8 / 8]
    assert means == [near((rate + 0.05) / 2) for rate in rates] + [0.05]
    assert [one["unresolved_lines"] for one in found if one["year"] == 2011] == [0, 0, 0, 0, 1]
    levels = [rewritten.rates(study, one).table.to_pylist() for one in scenarios]
    digits = [next(x["match_level"] for x in some if (x["year"], x["line"]) == (2011, LINE)) for some in levels]
    assert digits == [10 if match_on == "imports" else 8, 8, 6, 4, 0]


def test_lines_on_the_same_observations_part_where_these_are_gone() -> None:
    trade = [row("2009", LINE, "DEU", 100.0, 100.0), row("2009", SAME_SIX, "USA", 100.0, 25.0)]
    duties = {2009: {LINE: "5%", SAME_SIX: "5%"}, 2011: {LINE: "0.8 USD/kg", NEAR: "0.8 USD/kg"}}
    study = small_study(trade, duties, base={"periods": ["2009"], "first_year": 2011})
    scenarios = [fa.Scenario("as it is"), fa.Scenario("without", fa.ExcludePartners(("DEU",)))]
    found = fa.sweep(fa.build_index(study), scenarios).summary().to_pylist()
    before, after = (one for one in found if one["year"] == 2011)
    assert (before["simple_mean"], before["unresolved_lines"]) == (near(0.8), 0)  # both on what DEU sold
    assert (after["simple_mean"], after["unresolved_lines"]) == (near(0.8 / 4), 1)  # one borrows on, the other cannot


def test_a_price_by_hand() -> None:
    trade = [row("2009", LINE, "DEU", 100.0, 50.0), row("2009", LINE, "FRA", 100.0, 200.0)]
    study = small_study(
        [*trade, row("2009", SAME_FOUR, "DEU", 100.0, 1.0)], {2009: {LINE: "0.4 USD/kg", SAME_FOUR: "5%"}}
    )
    dear = fa.Scenario("dear", fa.PriceShock(2.0, partners="FRA"))  # type: ignore[arg-type]
    (found,) = fa.sweep(fa.build_index(study), [dear]).summary().to_pylist()
    rate = (0.4 * 50.0 / 100.0 + 0.4 * 200.0 / 200.0) / 2
    assert found["simple_mean"] == near((rate + 0.05) / 2)
    assert found["weighted_mean"] == near((300.0 * rate + 100.0 * 0.05) / 400.0)


def test_the_draws_are_the_same_everywhere() -> None:
    facts = {"partners": list("ABCDEFGH"), "trade_periods": ["2009", "2010"], "regions": {}}
    facts |= {"excluded": [[0, 1], [0], [], [], [], [], [], []]}  # A always, B in 2009
    terms = settle(facts, [fa.Resample(1)])
    # random.Random(1) gives 0.134, 0.847, 0.763, 0.255, 0.495, 0.449, 0.651: places 0, 5, 5, 1, 3, 3, 4 of seven
    assert terms.weigh[0].tolist() == [1, 1, 1, 0, 2, 1, 2, 0]
    assert terms.times.tolist() == [[0, 0, 1, 0, 2, 1, 2, 0], [0, 1, 1, 0, 2, 1, 2, 0]]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "knobs",
    [{}, {"match_on": "imports"}, {"odd_duties": True}, {"min_value": 40.0}, {"method": "pooled"},
     {"base_partners": "all"}, {"method": "pooled", "odd_duties": True, "min_value": 40.0}],
    ids=str,
)  # fmt: skip
def test_groups_and_lines_follow_the_trade(seed: int, knobs: dict[str, Any], tmp_path: Path) -> None:
    study = study_of(make(8900 + seed, **knobs))
    index = fa.build_index(study)
    dear = fa.PriceShock(1.5, partners=study.checked.trade.partners[:2])
    scenarios = [
        fa.Scenario("as it is"),
        fa.Scenario("some", fa.ExcludePartners(regions=("Asia",)), fa.Resample(2)),
        fa.Scenario("dear", dear, fa.ScaleDuty(0.9, 1.1)),
    ]
    whole = tmp_path / "lines.parquet"
    found = fa.sweep(index, scenarios, by=["industry"], whole_lines=whole)
    figures = fa.sweep(index, scenarios).figures
    assert found.figures.tobytes() == figures.tobytes()
    alone = fa.sweep(index, scenarios, by=["industry"])  # by blocks, not line by line
    assert alone.by("industry").equals(found.by("industry"))
    for scenario in scenarios:
        expected = rewritten.rates(study, scenario)
        for table, rows in (
            (found.by("industry"), expected.by("industry").to_pylist()),
            (pyarrow.parquet.read_table(whole), expected.table.to_pylist()),
        ):
            ours = [one for one in table.to_pylist() if one.pop("scenario") == scenario.name]
            assert len(ours) == len(rows)
            for left, right in zip(ours, rows, strict=True):
                assert left.keys() == right.keys()
                for column, value in right.items():
                    if isinstance(value, float) and not math.isnan(value):
                        spread = 1e-8 if column == "simple_sd" else 4e-15  # a minus in a duty lets means cancel
                        assert math.isclose(left[column], value, rel_tol=2e-14, abs_tol=spread), (left, right)
                    else:
                        assert left[column] == value, (column, left, right)


def test_prices_may_bring_small_observations_in() -> None:
    made = make(9000, method="partner", min_value=50.0)
    study = study_of(made)
    dear = fa.Scenario("dear", fa.PriceShock(3.0))
    again = study_of(written_anew(made, *dear.changes)).rates().summary().to_pylist()
    assert_same_summary(fa.sweep(study, [dear]).summary().drop_columns("scenario").to_pylist(), again)
    index = fa.build_index(study)
    assert fa.sweep(index, [dear]).figures.tobytes() == fa.sweep(study, [dear]).figures.tobytes()
    figures_agree(study, index, [dear, fa.Scenario("fewer", fa.ExcludePartners(("DEU",)), fa.Resample(1))])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: fa.PriceShock(0.0), "factor.*a number above 0"),
        (lambda: fa.PriceShock(math.inf), "a finite number"),
        (lambda: fa.PriceShock(1.1, prefixes=("22x",)), "1 to 12 digits"),
        (lambda: fa.PriceShock(1.1, partners=(1,)), "partners.*texts"),
        (lambda: fa.PriceShock(1.1, regions=1), "regions.*texts"),
        (lambda: fa.PriceShock(1.1, periods=(2009,)), "periods.*texts"),
        (lambda: fa.ExcludePartners(), "at least one partner or region"),
        (lambda: fa.OnlyPartners(periods=("2009",)), "at least one partner or region"),
        (lambda: fa.Resample(-1), "a whole number of 0 or more"),
        (lambda: fa.Resample("1"), "a whole number of 0 or more"),
        (lambda: fa.Scenario("x", fa.Resample(1), fa.Resample(2)), "draws its partners twice.*one Resample"),
    ],
)
def test_what_does_not_fit_says_so(change: Any, message: str) -> None:
    with pytest.raises(fa.InputError, match=message):
        change()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (fa.ExcludePartners(("DUE",)), 'the scenario "x" names a partner.*"DUE".*Did you mean "DEU"'),
        (fa.PriceShock(1.1, regions=("Europa",)), 'a region.*"Europa".*one of America, Asia, Europe.*"Europe"'),
        (fa.OnlyPartners(("DEU",), periods=("2009X",)), 'a period.*"2009X".*Did you mean "2009"'),
    ],
)
@pytest.mark.parametrize("method", ["partner", "pooled"])
def test_what_the_trade_does_not_have_says_so(change: Any, message: str, method: str) -> None:
    with pytest.raises(fa.InputError, match=message):
        fa.sweep(study_of(make(1, method=method)), [fa.Scenario("x", change)])


def test_what_a_worker_finds_wrong_comes_back_word_for_word() -> None:
    index = fa.build_index(study_of(make(1, method="partner", min_value=0.0)))
    new = [fa.Scenario("x", fa.SetDuty("1701", "0.1 EUR/kWh"), fa.Resample(1))]
    with pytest.raises(fa.InputError) as here:
        fa.sweep(index, new, threads=1)
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.raises(fa.InputError) as there,
    ):
        fa.sweep(index, new, executor=pool)
    assert str(there.value) == str(here.value)
    assert there.value.cure == here.value.cure


def test_a_study_without_regions_says_so() -> None:
    study = study_of(make_study.make(1, method="partner"))
    with pytest.raises(fa.InputError, match=r"a region.*To mend it: give the partners table a column region"):
        fa.sweep(study, [fa.Scenario("x", fa.OnlyPartners(regions=("Asia",)))])


FILE = """
[[scenario]]
name = "all"
price = [{ factor = 1.1, partners = ["CHN"], prefixes = ["22"] }, { factor = 0.9, regions = "Asia" }]
exclude = { partners = ["tur"], periods = ["2009"] }
only = [{ regions = ["Asia", "Europe"] }]
resample = { seed = 7 }
"""


def test_a_file_of_scenarios(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(FILE)
    (found,) = read_scenarios(tmp_path / "s.toml")
    assert found == fa.Scenario(
        "all",
        fa.PriceShock(1.1, ("CHN",), prefixes=("22",)),
        fa.PriceShock(0.9, regions=("Asia",)),
        fa.ExcludePartners(("TUR",), periods=("2009",)),
        fa.OnlyPartners(regions=("Asia", "Europe")),
        fa.Resample(7),
    )
    assert pickle.loads(pickle.dumps(found)) == found
    (tmp_path / "s.toml").write_text('[[scenario]]\nname = "x"\nresample = [{}]')
    with pytest.raises(fa.InputError, match=r"resample\[0\].*lacks a key.*Expected seed"):
        read_scenarios(tmp_path / "s.toml")
    (tmp_path / "s.toml").write_text('[[scenario]]\nname = "x"\nprice = [{ factor = 1.1, partner = "CHN" }]')
    with pytest.raises(fa.InputError, match='Did you mean "partners"'):
        read_scenarios(tmp_path / "s.toml")


def test_any_number_of_prices_by_different_prefixes_goes_into_one_scenario():
    """A table by subsets of prefixes would be beyond any memory."""
    made = make(7)
    study = study_of(made)
    prefixes = sorted({row["line"][:digits] for row in made["applied"] for digits in (2, 4, 6, 8, 10)})
    prices = [fa.PriceShock(1.0 + 0.013 * (i % 9), prefixes=one) for i, one in enumerate(prefixes)]  # type: ignore[arg-type]
    scenario = fa.Scenario("all dearer", *prices)
    assert len(prices) > 40
    expected = rewritten.rates(study, scenario).summary().to_pylist()
    assert_same_summary(fa.sweep(study, [scenario]).summary().to_pylist(), expected)
