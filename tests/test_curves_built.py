"""Curves of tariff functions against the naive twin, and against sweeps of each region's partners alone."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from curve_reference import Factors, Twin
from small import BASE, EUR, row
from small import study as small_study
from test_sweep import another_quantity
from test_trade_changes import make, trade_changes
from test_twin import study_of

import fastavs as fa
from fastavs.models import cell_tables
from fastavs.models.base_rates import base_rates
from fastavs.models.build import build_parts
from fastavs.models.options import Options
from fastavs.models.parts import FunctionParts
from fastavs.models.regions import Regions
from fastavs.models.sectors import Sectors

Made = dict[str, Any]
REGIONS = {"Europe": ["DEU", "FRA", "GEO"], "Asia": ["CHN", "TUR", "KAZ"], "Elsewhere": ["USA", "BRA", "BLR"]}
NAMES = ("animals", "crops", "goods")
REL = 1e-13


# ---- a naive evaluation


def evaluate(
    parts: FunctionParts,
    price: np.ndarray | None = None,
    fx: Mapping[str, float] | None = None,
    ad_valorem: float = 1.0,
    specific: float = 1.0,
) -> np.ndarray:
    """Evaluate curves and mixed lines as their docstrings say; float64[y, s, r]."""
    curves, mixed, shape = parts.curves, parts.mixed, parts.weights.shape
    prices = np.ones(curves.constant.size) if price is None else np.broadcast_to(price, shape).reshape(-1)
    by = [(fx or {}).get(one, 1.0) for one in parts.currencies] or [1.0]

    def curve(k: int) -> float:
        moved = by[curves.currency[k]] * specific / prices[curves.price[k]]
        kinks = curves.kink[curves.start[k] : curves.start[k + 1]]
        piece = curves.start[k] + k + np.searchsorted(kinks, moved / ad_valorem if ad_valorem else np.inf, "right")
        return float(ad_valorem * curves.intercept[piece] + moved * curves.slope[piece])

    def program(o: int) -> float:
        stack: list[float] = []
        for one in range(mixed.op_start[o], mixed.op_start[o + 1]):
            op, number = mixed.op[one], float(mixed.number[one])
            if op < 2:
                amount = by[mixed.currency[one]] * specific / prices[mixed.price[o]]
                stack.append(number * (amount if op == 1 else ad_valorem))
            else:
                right, left = stack.pop(), stack.pop()
                stack.append([left + right, left - right, max(left, right), min(left, right)][op - 2])
        return float(mixed.share[o]) * stack[0]

    found = curves.constant * ad_valorem
    for cell in range(found.size):
        terms = [curve(k) for k in range(curves.cell_curve[cell], curves.cell_curve[cell + 1])]
        for line in range(mixed.cell_line[cell], mixed.cell_line[cell + 1]):
            sides = [mixed.part[mixed.side[one] : mixed.side[one + 1]] for one in (2 * line, 2 * line + 1)]
            of_sides = [math.fsum(curve(p) if p >= 0 else program(-1 - p) for p in one) for one in sides if one.size]
            terms.append(float(mixed.weight[line]) * min(of_sides))
        found[cell] += math.fsum(terms)
    return np.asarray(found.reshape(shape))


# ---- studies and their sectors


def schedules(made: Made) -> list[dict[str, Any]]:
    """Rows of both schedules."""
    return [*made["applied"], *(made["bound"] or [])]


def sectors_of(made: Made) -> dict[str, dict[str, float]]:
    """Prefixes to sectors: chapters, some subheadings apart, and some shared out."""
    codes = sorted({row["line"] for row in schedules(made)})
    found = {one: {NAMES[0]: 1.0} for one in sorted({(row["line"] or "")[:2] for row in made["trade"]} - {""})}
    found |= {one: {NAMES[place % 3]: 1.0} for place, one in enumerate(sorted({code[:2] for code in codes}))}
    for place, one in enumerate(sorted({code[:6] for code in codes})):
        if place % 3 == 1:
            found[one] = {NAMES[place % 2 + 1]: 0.25, NAMES[0]: 0.75} if place % 2 else {NAMES[1]: 1.0}
    for place, one in enumerate(codes):
        if place % 5 == 2:
            found[one] = {NAMES[place % 3]: 0.5, NAMES[(place + 1) % 3]: 0.5}
    return found


def as_sectors(prefixes: dict[str, dict[str, float]]) -> Sectors:
    rows = tuple(tuple((NAMES.index(name), share) for name, share in some.items()) for some in prefixes.values())
    return Sectors("made up", NAMES, {}, tuple(prefixes), rows)


def as_regions(index: fa.SortedIndex, home: str | None = None) -> Regions:
    of = {partner: place for place, some in enumerate(REGIONS.values()) for partner in some}
    return Regions(
        "made up", tuple(REGIONS), np.array([of.get(one, -1) for one in index.facts["partners"]], dtype=np.int64), home
    )  # fmt: skip


def members(made: Made) -> dict[str, list[str]]:
    return {name: [one for one in some if one in made["traders"]] for name, some in REGIONS.items()}


def built(made: Made, changes: Any = (), years: Any = None, **options: str) -> FunctionParts:
    index = study_of(made).index(records=True)
    return build_parts(
        index, as_sectors(sectors_of(made)), as_regions(index), years or index.year_numbers,
        fa.Scenario("base", *changes), Options(**options),
    )  # fmt: skip


def assert_twin_agrees(
    made: Made, parts: FunctionParts, seed: int, changes: Any = (), slack: float = 0.0, **options: str
) -> None:
    """Hold curves against the twin at the base and at two draws of factors."""
    twin = Twin(made, sectors_of(made), members(made), list(changes), dict(options))
    rng = random.Random(seed)
    for draw in range(3):
        prices = np.exp(np.array([[rng.uniform(-1, 1) * draw for _ in REGIONS] for _ in NAMES]))
        fx = {one: math.exp(rng.uniform(-2, 2) * draw) for one in parts.currencies}
        scales = (math.exp(rng.uniform(-1, 1) * draw), math.exp(rng.uniform(-1.5, 1.5) * draw))
        by = Factors(
            lambda sector, region, prices=prices: float(prices[NAMES.index(sector), list(REGIONS).index(region)]),
            fx, *scales,
        )  # fmt: skip
        found = evaluate(parts, prices, fx, *scales)
        for place in np.ndindex(*found.shape):
            y, s, r = place
            where = (parts.years[y], NAMES[s], list(REGIONS)[r])
            expected = twin.tariff(*where, by)
            if expected is None:
                assert math.isnan(found[place]), where
            else:
                assert math.isclose(found[place], expected, rel_tol=REL, abs_tol=slack), (where, draw, expected)


KNOBS: list[dict[str, Any]] = [
    {}, {"method": "pooled"}, {"unresolved": "zero"}, {"match_on": "imports", "levels": [8, 6, 4]}, {"min_value": 50.0},
    {"fx_period": "schedule", "base_partners": "all"}, {"short_codes": "donors", "match_on": "imports"},
    {"odd_duties": True}, {"digits": 8}, {"base": False}, {"outlier": 0.2, "match_on": "imports"},
]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_curves_are_what_line_by_line_comes_to(seed: int, knobs: dict[str, Any]) -> None:
    made = make(9100 + seed, **({"method": "partner", "min_value": 0.0} | knobs))
    assert_twin_agrees(made, built(made), seed, slack=1e-13 if "odd_duties" in knobs else 0.0)


OPTIONS: list[dict[str, str]] = [
    {"fallback": "line"}, {"aves": "partner"}, {"aves": "all"}, {"rates": "applied"}, {"rates": "ad_valorem"},
    {"weights": "simple"}, {"empty": "sector"}, {"empty": "zero"}, {"fallback": "line", "aves": "partner"},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("match_on", ["classification", "imports"])
def test_options_say_what_is_held(options: dict[str, str], match_on: str) -> None:
    made = make(9200, method="partner", weights="all", match_on=match_on, bound_years=[2012, 2013], min_value=0.0)
    assert_twin_agrees(made, built(made, **options), 3, **options)


def test_bound_rates_alone() -> None:
    made = make(9210, method="partner", bound_years=[2012, 2013])
    assert_twin_agrees(made, built(made, years=(2012, 2013), rates="bound"), 4, rates="bound")
    with pytest.raises(fa.InputError, match="2011 has no bound schedule"):
        built(made, years=(2011,), rates="bound")


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("knobs", [{}, {"method": "pooled"}, {"min_value": 50.0, "match_on": "imports"}], ids=str)
def test_scenarios_that_change_the_trade_are_the_base(seed: int, knobs: dict[str, Any]) -> None:
    made = make(9300 + seed, **({"method": "partner", "min_value": 0.0, "weights": "mfn"} | knobs))
    for name in ("prices by code", "exclusion in periods", "drawn"):
        changes = trade_changes(made)[name]
        if name == "drawn":  # whose regions the twin cannot name
            assert_a_sweep_agrees(made, changes)
        else:
            assert_twin_agrees(made, built(made, changes), seed, changes)


def test_fixed_weights_are_those_of_the_unchanged_study() -> None:
    made = make(9310, method="partner", weights="mfn")
    changes = trade_changes(made)["prices by code"]
    assert_twin_agrees(made, built(made, changes, weights="fixed"), 5, changes, weights="fixed")


# ---- against sweeps


def by_chapter(made: Made, index: fa.SortedIndex) -> tuple[Sectors, list[str]]:
    keys = [*index.lines.key.tolist(), *index.records.code_key.tolist()]
    chapters = sorted({f"{key:012d}"[:2] for key in keys})
    rows = tuple(((place, 1.0),) for place in range(len(chapters)))
    return Sectors("chapter", tuple(chapters), {}, tuple(chapters), rows), chapters


def assert_a_sweep_agrees(made: Made, changes: Any, more: Any = (), **factors: Any) -> None:
    """Hold a function of a base, moved by factors, against a sweep of the base and what moves it likewise."""
    study = study_of(made)
    both = [*changes, *more]
    index = study.index(records=True)
    if any(isinstance(one, fa.SetDuty) for one in both):
        index = fa.build_index(study, [fa.Scenario("new", *both)])
    sectors, chapters = by_chapter(made, index)
    parts = build_parts(index, sectors, as_regions(index), index.year_numbers, fa.Scenario("base", *changes))
    found = evaluate(parts, **factors)
    for r, (name, some) in enumerate(members(made).items()):
        swept = fa.sweep(index, fa.Scenario(name, fa.OnlyPartners(tuple(some)), *both), by="chapter").by("chapter")
        for one in swept.to_pylist():
            ours = found[parts.years.index(one["year"]), chapters.index(one["group"]), r]
            where = (one["year"], one["group"], name, one["weighted_mean"])
            if one["weighted_mean"] is None:
                assert math.isnan(ours), where
            else:
                assert math.isclose(ours, one["weighted_mean"], rel_tol=1e-12), (where, ours)


@pytest.mark.parametrize("seed", range(3))
def test_a_function_is_what_sweeps_of_regions_give(seed: int) -> None:
    made = make(9400 + seed, outlier=1e9, weights="mfn")  # nothing crosses it
    currencies = [one for one in ("EUR", "GBP") if any(one in row["duty"] for row in schedules(made))]
    shocks = [fa.FxShock(one, 1.25) for one in currencies]
    assert_a_sweep_agrees(made, ())
    assert_a_sweep_agrees(made, (), shocks, fx=dict.fromkeys(currencies, 1.25))
    if made["options"].get("min_value", 0.0) == 0.0:
        assert_a_sweep_agrees(made, (), [fa.PriceShock(1.5)], price=np.float64(1.5))


@pytest.mark.parametrize("seed", range(2))
def test_scenarios_of_duties_are_the_base(seed: int) -> None:
    made = make(9500 + seed, method="partner", min_value=0.0, weights="mfn")
    heading = made["applied"][0]["line"][:4]
    for changes in (
        [fa.FxShock("EUR", 0.8), fa.ScaleDuty(0.9, 1.2, prefixes=(heading,))], [fa.ScaleDuty(specific=300.0)],
        [fa.ShiftDuty(0.01, -0.1)], [fa.ScaleDuty(specific=0.0)],
        [*another_quantity(made), fa.SetDuty((heading,), "7%")],
        trade_changes(made)["all at once"],
    ):  # fmt: skip
        assert_a_sweep_agrees(made, changes)


# ---- what goes with the curves


def test_revenue_adds_up_from_lines_to_cells() -> None:
    made = make(9600, method="partner", match_on="imports", levels=[8, 6, 4])
    parts = built(made)
    ad_valorem, specific = base_rates(parts)
    assert np.allclose(ad_valorem + specific, evaluate(parts), rtol=1e-14, atol=0.0, equal_nan=True)
    twin = Twin(made, sectors_of(made), members(made))
    rows = parts.lines.to_pylist()
    for y, s, r in np.ndindex(*parts.weights.shape):
        year, sector, region = parts.years[y], NAMES[s], list(REGIONS)[r]
        own = {
            one["line"]: one for one in rows if (one["year"], one["sector"], one["region"]) == (year, sector, region)
        }
        view, by = tuple(members(made)[region]), Factors()
        weights, paid, of_it = [], [], []
        for line in twin.lines(year):
            weight = twin.members(line).get(sector, 0.0) * twin.weight(view, year, line)
            rate = twin.rate(view, year, line, (sector, region), by) if weight else None
            if rate is not None:
                weights.append(weight)
                paid.append(weight * rate)
                of_it.append(weight * own[line]["specific"] if line in own else 0.0)
                if line in own:
                    assert math.isclose(own[line]["rate"], rate, rel_tol=1e-14)
        assert math.isclose(parts.weights[y, s, r], math.fsum(weights), rel_tol=1e-15)
        if weights:
            whole = math.fsum([ad_valorem[y, s, r], specific[y, s, r]])
            assert math.isclose(parts.weights[y, s, r] * whole, math.fsum(paid), rel_tol=1e-15)
            assert math.isclose(parts.weights[y, s, r] * specific[y, s, r], math.fsum(of_it), rel_tol=1e-15, abs_tol=0)


def test_inside_trade_is_left_out_and_said() -> None:
    made = make(9610, method="partner", bound_years=[2012], weights="mfn")
    index = study_of(made).index(records=True)
    sectors, regions = as_sectors(sectors_of(made)), as_regions(index, home="Asia")
    place = list(REGIONS).index("Asia")
    dropped = build_parts(index, sectors, regions, (2011, 2012))
    assert np.isnan(evaluate(dropped)[:, :, place]).all()
    assert not dropped.weights[:, :, place].any()
    assert any("from Asia, the importing region itself" in note for note in dropped.notes)
    kept = build_parts(index, sectors, regions, (2011, 2012), options=Options(inside="keep"))
    assert kept.weights[:, :, place].any()
    others = [one for one in range(len(REGIONS)) if one != place]
    assert np.array_equal(evaluate(kept)[:, :, others], evaluate(dropped)[:, :, others], equal_nan=True)


def test_borrowed_observations_name_the_price_that_moves_them() -> None:
    found = 0
    for seed in range(6):
        made = make(9700 + seed, method="partner", match_on="imports", levels=[6, 4], min_value=0.0)
        parts = built(made)
        curves = parts.curves
        cell = np.repeat(np.arange(curves.constant.size), np.diff(curves.cell_curve))
        own = curves.borrowed[: cell.size] < 0
        assert (curves.price[: cell.size][own] == cell[own]).all()
        other = curves.borrowed[: cell.size][~own]
        assert (parts.borrowed_cell[other] == cell[~own]).all()
        assert (parts.borrowed_price[other] == curves.price[: cell.size][~own]).all()
        assert (
            len({*zip(parts.borrowed_cell.tolist(), parts.borrowed_price.tolist(), strict=True)})
            == other.max(initial=parts.borrowed_cell.size - 1) + 1
        )
        found += parts.borrowed_cell.size
        assert any("price of another sector" in note for note in parts.notes) == bool(parts.borrowed_cell.size)
    assert found


def test_an_index_without_records_says_what_it_lacks() -> None:
    made = make(9800)
    index = study_of(made).index()
    if index.records.code_key.size == 0:
        with pytest.raises(fa.InputError, match=r"study\.index\(records=True\)"):
            build_parts(index, as_sectors(sectors_of(made)), as_regions(index), (2011,))


def test_a_year_that_is_not_there_is_told() -> None:
    made = make(9800)
    with pytest.raises(fa.InputError, match="a year that the study does not have"):
        built(made, years=(1999,))


# ---- kinks that fall together, and sums that end


def trade(many: int, spread: float = 1.0) -> list[dict[str, Any]]:
    """Beer of many partners, from 0.2 dollars for a litre up."""
    return [
        row(period, "2203000100", f"P{place:02d}", 1000.0, 5000.0 / (1.0 + spread * place), "l")
        for period in ("2009", "2010")
        for place in range(many)
    ]


def of_beer(
    rows: list[dict[str, Any]], applied: str, bound: str | None = None, options: Options | None = None
) -> FunctionParts:
    """The function of one line in one sector and region; of 2011, or under a bound schedule of 2012."""
    duties = {year: {"2203000100": applied} for year in (2009, 2010, 2011)}
    made = small_study(rows, duties, {2012: {"2203000100": bound}} if bound else None, base=BASE)
    index = made.index(records=True)
    regions = Regions("world", ("W",), np.zeros(len(index.facts["partners"]), dtype=np.int64))
    sectors = Sectors("all", ("beer",), {}, ("22",), (((0, 1.0),),))
    return build_parts(index, sectors, regions, (2012 if bound else 2011,), options=options)


def at(parts: FunctionParts, factor: float) -> float:
    return float(evaluate(parts, specific=factor)[0, 0, 0])


def factors_near_kinks(parts: FunctionParts) -> list[float]:
    kinks = parts.curves.kink.tolist()
    return [*kinks, *(math.nextafter(one, 0.0) for one in kinks), *(one * (1 + 1e-13) for one in kinks)]


@pytest.mark.parametrize("bound", ["25%", "max(25%, 0.5 EUR/l)", "min(25%, 9 EUR/l)"])
def test_a_bound_that_meets_the_applied_duty_at_its_kink(bound: str) -> None:
    rows = trade(9, 0.37)
    parts = of_beer(rows, "max(25%, 0.1 EUR/l)", bound)
    applied, other = of_beer(rows, "max(25%, 0.1 EUR/l)"), of_beer(rows, bound)
    for factor in [1e-3, 0.1, 0.5, 1.0, 2.0, 10.0, 1e3, *factors_near_kinks(applied), *factors_near_kinks(other)]:
        expected = min(at(applied, factor), at(other, factor))
        assert math.isclose(at(parts, factor), expected, rel_tol=1e-14), factor


def test_what_ends_leaves_nothing_behind() -> None:
    rows = [*trade(40, 0.13), row("2009", "2203000100", "ABS", 1e-9, 1e12, "l")]
    parts = of_beer(rows, "min(10%, 0.03 EUR/l)")
    assert parts.curves.slope[-1] == 0.0
    assert parts.curves.slope[0] > 1e15
    assert math.isclose(at(parts, 1e6), 0.1, rel_tol=1e-15)
    assert at(parts, 0.0) == 0.0
    for factor in (1e-3, 0.5, 1.0, 3.0):
        rates = [
            min(0.1, 0.03 * EUR[one["period"]] * (one["quantity"] / one["value"]) * factor) for one in rows
        ]  # fmt: skip
        assert math.isclose(at(parts, factor), math.fsum(rates) / len(rates), rel_tol=1e-15)


def test_the_critical_factor_is_where_amounts_begin_to_show() -> None:
    rows = trade(3)
    (line,) = of_beer(rows, "max(30%, 0.05 EUR/l)").lines.to_pylist()
    least = min(0.3 / (0.05 * EUR[one["period"]] * one["quantity"] / one["value"]) for one in rows)
    assert math.isclose(line["critical_factor"], least, rel_tol=1e-15)
    (line,) = of_beer(rows, "max(30%, 0.05 EUR/l)", "20%").lines.to_pylist()
    assert (line["critical_factor"], line["rate"], line["specific"]) == (None, 0.2, 0.0)
    (line,) = of_beer(rows, "0.05 EUR/l").lines.to_pylist()
    assert line["critical_factor"] == 0.0


def test_small_tables_grow_and_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make(9900, method="partner", match_on="imports", levels=[8, 6, 4])
    usual = built(made)
    monkeypatch.setattr(cell_tables, "EVENTS", 1)
    monkeypatch.setattr(cell_tables, "LONG", 1)
    again = built(made)
    for one, other in ((usual.curves, again.curves), (usual.mixed, again.mixed)):
        assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(one, other, strict=True))
    assert usual.lines.equals(again.lines)
    assert usual.notes == again.notes


def test_the_order_of_years_is_that_asked_for() -> None:
    made = make(9910, method="partner", bound_years=[2012])
    forth, back = built(made, years=(2010, 2011, 2012)), built(made, years=(2012, 2011, 2010))
    assert np.array_equal(evaluate(forth), evaluate(back)[::-1], equal_nan=True)
    assert np.array_equal(forth.weights, back.weights[::-1])


def test_the_own_currency_of_a_study_is_always_among_those_of_a_function() -> None:
    for duty in ("10%", "0.1 USD/l"):
        assert of_beer(trade(3), duty).currencies == ("USD",)
    parts = of_beer(trade(3), "10%")
    assert evaluate(parts, fx={"USD": 2.0})[0, 0, 0] == pytest.approx(0.1, rel=REL)


def test_a_saved_index_knows_the_note_and_the_basis_of_values(tmp_path: Path) -> None:
    study = fa.Study(
        trade={"period": ["2020"], "line": ["2203000100"], "partner": ["DEU"], "value": [900.0],
               "quantity": [1000.0], "unit": ["l"]},
        applied={"year": [2020], "line": ["2203000100"], "duty": ["0.09 USD/l"]},
        note="made up", value_basis="FOB",
    )  # fmt: skip
    study.index(records=True).save(tmp_path / "study.avs")
    index = fa.SortedIndex.load(tmp_path / "study.avs")
    for given in (study, index):
        facts = fa.tariff_function(given, sectors="all", regions="all").facts
        assert (facts["note"], facts["value_basis"]) == ("made up", "FOB")
