"""The example of a trade model with a tariff function inside: its world balances, its equilibria are equilibria."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastavs as fa

EXAMPLES = str(Path(__file__).parent.parent / "examples")
sys.path.insert(0, EXAMPLES)
try:
    from caliendo_parro import figures, russia
    from caliendo_parro.model import RUSSIA, Model, Shock
    from caliendo_parro.solve import FixedTariff, LiveTariff, lagged, newton
    from caliendo_parro.world import make_world
finally:
    sys.path.remove(EXAMPLES)

SHOCKS = pytest.mark.parametrize("shock", russia.SHOCKS, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replica")


@pytest.fixture(scope="module")
def function(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fa.DataWarning)
        return russia.tariff_of(folder, scale=0.01)


@pytest.fixture(scope="module")
def model(function: Any) -> Model:
    return russia.model_of(function)


def test_the_tables_add_up() -> None:
    assert (figures.OUTPUT_SHARES.sum(axis=0) == 100.0).all()
    assert (figures.SOLD.sum(axis=0) == 100.0).all()
    industries = [one for some in figures.INDUSTRIES.values() for one in some]
    assert len(industries) == len(set(industries)) == 17
    assert tuple(figures.INDUSTRIES) == figures.SECTORS[:-1]


def test_sectors_and_regions_stand_in_the_order_of_the_world(function: Any, model: Model) -> None:
    assert tuple(function.sectors) == model.world.sectors[:-1]
    assert tuple(function.regions) == model.world.regions[1:]
    assert tuple(model.currencies) == tuple(function.currencies)


@pytest.mark.parametrize("seed", range(3))
def test_the_world_balances(seed: int) -> None:
    random = np.random.default_rng(seed)
    world = make_world(random.lognormal(0.0, 1.0, (11, 4)), random.uniform(0.0, 0.3, (11, 4)))
    made = world.imports.sum(axis=0)
    total = world.income + (world.duty * world.imports).sum(axis=(1, 2)) + world.deficit
    used = np.einsum("nkj,nj->nk", world.inputs, made) + world.final * total[:, None]
    np.testing.assert_allclose(world.spending, used, rtol=1e-14)
    np.testing.assert_allclose(world.income, (world.value_added * made).sum(axis=1), rtol=1e-14)
    np.testing.assert_allclose(world.share.sum(axis=1), 1.0, rtol=1e-14)
    assert abs(world.deficit.sum()) < 1e-14 * world.income.sum()
    for positive in (world.spending, world.final, world.value_added):
        assert (positive > 0.0).all()
    for one in (world.imports, world.inputs):
        assert (one >= 0.0).all()


def test_a_world_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "RUSSIA_BUYS_GOODS", 1e6)
    with pytest.raises(ValueError, match="exports more than it makes"):
        make_world(np.ones((11, 4)), np.zeros((11, 4)))


def test_a_currency_goes_with_a_region_that_there_is(model: Model) -> None:
    with pytest.raises(ValueError, match="no region is called MARS"):
        Model(model.world, {"EUR": "MARS"})


def test_no_shock_no_change(function: Any, model: Model) -> None:
    for tariff in (LiveTariff(function, russia.BEFORE), FixedTariff(model.world.duty[RUSSIA, 1:, :-1].T)):
        for start in (model.start(), model.start(0.2, seed=4)):
            found = newton(model, Shock("none"), tariff, start)
            assert np.abs(found.state.unknowns).max() < 1e-12
            np.testing.assert_allclose(found.state.imports, model.world.imports, rtol=1e-12)
            assert abs(found.state.welfare) < 1e-12


def test_derivatives_are_those_of_differences(function: Any, model: Model) -> None:
    shock, live = russia.SHOCKS[-1], LiveTariff(function, russia.AFTER)
    at = model.start(0.1, seed=2)
    _, slopes, _ = model.equations(at, shock, live)
    for place in range(0, model.size, 7):
        step = np.zeros(model.size)
        step[place] = 1e-6
        up, down = (model.equations(at + sign * step, shock, live)[0] for sign in (1.0, -1.0))
        # a kink between the two ends costs as much as the step
        np.testing.assert_allclose((up - down) / 2e-6, slopes[:, place], atol=1e-5)


@pytest.mark.parametrize("factor", [0.5, 2.0, 8.0])
def test_duties_do_not_notice_the_unit_of_account(function: Any, factor: float) -> None:
    random = np.random.default_rng(3)
    price = random.uniform(0.4, 2.5, (len(function.sectors), len(function.regions)))
    fx = random.uniform(0.5, 2.0, len(function.currencies))
    assert np.array_equal(function(price=factor * price, fx=factor * fx), function(price=price, fx=fx))


@SHOCKS
def test_nor_does_the_equilibrium(function: Any, model: Model, shock: Shock) -> None:
    live = LiveTariff(function, shock.year)
    doubled = Shock(shock.name, shock.year, shock.import_cost, shock.currencies, level=2.0)
    one, two = newton(model, shock, live).state, newton(model, doubled, live).state
    for name in ("real_income", "share", "tariff"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-12, atol=1e-15)
    for name in ("wage", "price_index", "import_price", "fx", "imports", "duty_paid", "spending", "total_income"):
        np.testing.assert_allclose(getattr(two, name), 2.0 * getattr(one, name), rtol=1e-12)


def test_values_in_another_currency_change_nothing(function: Any, model: Model) -> None:
    shock = russia.SHOCKS[-1]
    live = LiveTariff(function, shock.year)
    one = newton(model, shock, live).state
    other = newton(russia.model_of(function, unit=2.0), shock, live).state
    np.testing.assert_allclose(other.unknowns, one.unknowns, atol=1e-12)
    assert other.revenue == pytest.approx(2.0 * one.revenue, rel=1e-12)


@SHOCKS
def test_markets_clear_and_income_is_spent(function: Any, model: Model, shock: Shock) -> None:
    world, state = model.world, newton(model, shock, LiveTariff(function, shock.year)).state
    made, wages = state.imports.sum(axis=0), world.income * state.wage
    np.testing.assert_allclose((world.value_added * made).sum(axis=1), wages, rtol=1e-12)  # all five, one unasked
    final = world.final * state.total_income[:, None]
    inputs = np.einsum("nkj,nj->nk", world.inputs, made)
    np.testing.assert_allclose(state.spending, inputs + final, rtol=1e-12)
    np.testing.assert_allclose((state.imports + state.duty_paid).sum(axis=1), state.spending, rtol=1e-12)
    deficit = state.imports.sum(axis=(1, 2)) - state.imports.sum(axis=(0, 2))
    lent = world.deficit / world.income.sum() * wages.sum()
    np.testing.assert_allclose(deficit, lent, atol=1e-12 * wages.sum())
    np.testing.assert_allclose(state.total_income, wages + state.duty_paid.sum(axis=(1, 2)) + lent, rtol=1e-12)
    np.testing.assert_allclose(state.share.sum(axis=1), 1.0, rtol=1e-12)


@SHOCKS
def test_prices_are_what_the_cost_of_inputs_makes_them(function: Any, model: Model, shock: Shock) -> None:
    world, state = model.world, newton(model, shock, LiveTariff(function, shock.year)).state
    for region in range(5):
        for sector in range(len(world.sectors)):
            cost = state.wage[region] ** world.value_added[region, sector]
            for other in range(len(world.sectors)):
                cost *= state.price_index[region, other] ** world.inputs[region, other, sector]
            if region != RUSSIA and sector < len(world.sectors) - 1:
                asked = state.import_price[sector, region - 1]
                assert asked == pytest.approx(cost * shock.import_cost, rel=1e-12)
    tariffs = np.zeros(world.duty.shape)
    tariffs[:] = world.duty
    tariffs[RUSSIA, 1:, :-1] = state.tariff.T
    np.testing.assert_allclose(state.duty_paid, tariffs * state.imports, rtol=1e-14)


@SHOCKS
def test_revenue_adds_up(function: Any, model: Model, shock: Shock) -> None:
    state = newton(model, shock, LiveTariff(function, shock.year)).state
    year, bought = list(function.years).index(shock.year), state.imports[RUSSIA, 1:, :-1].T
    paid = function.revenue(bought, price=state.import_price, fx=state.fx)[year]
    np.testing.assert_allclose(paid, state.duty_paid[RUSSIA, 1:, :-1].T, rtol=1e-12, atol=1e-15)
    assert paid.sum() == pytest.approx(state.revenue, rel=1e-12)
    assert state.mean_duty == pytest.approx(paid.sum() / bought.sum(), rel=1e-12)
    np.testing.assert_allclose(
        function(price=state.import_price, fx=state.fx)[year], state.tariff, rtol=1e-15, atol=1e-18
    )


@SHOCKS
def test_another_start_and_other_ways_end_at_the_same_place(function: Any, model: Model, shock: Shock) -> None:
    live = LiveTariff(function, shock.year)
    found = newton(model, shock, live)
    assert found.steps <= 8
    for other in (
        newton(model, shock, live, model.start(0.2, seed=6)),
        newton(model, shock, LiveTariff(function, shock.year, derivatives=False), most=200),
        lagged(model, shock, live),
    ):
        np.testing.assert_allclose(other.state.unknowns, found.state.unknowns, atol=1e-9)


def test_elasticities_may_differ_by_sector(function: Any) -> None:
    model = russia.model_of(function, theta=np.linspace(3.0, 9.0, 12))
    live = LiveTariff(function, russia.AFTER)
    assert np.abs(newton(model, Shock("none"), LiveTariff(function, russia.BEFORE)).state.unknowns).max() < 1e-12
    one, other = newton(model, russia.SHOCKS[-1], live), lagged(model, russia.SHOCKS[-1], live)
    np.testing.assert_allclose(other.state.unknowns, one.state.unknowns, atol=1e-12)
    assert one.state.welfare != newton(russia.model_of(function), russia.SHOCKS[-1], live).state.welfare


def test_derivatives_save_steps_where_duties_move_the_prices_that_move_them(function: Any) -> None:
    own_money = russia.model_of(function, goes_with=dict.fromkeys(function.currencies, "RUS"))
    shock = Shock("amounts doubled", currencies=dict.fromkeys(function.currencies, 2.0))
    row = russia.race(own_money, function, (shock,)).to_pylist()[0]
    assert row["difference"] < 1e-12
    assert row["newton"] < row["values_alone"]
    assert row["newton"] < row["lagged"]
    assert 1 < row["rounds"] < row["lagged"]


def duties_by_sweep(folder: Path, price: np.ndarray, fx: dict[str, float], year: int) -> dict[tuple[str, str], float]:
    """Duties of sectors that are one industry, by a sweep over the study with every price changed."""
    study = fa.Study.load(folder / "study.toml")
    index = study.index(records=True)
    region_of = dict.fromkeys(figures.EU27, "EU27") | {"CHN": "CHN", "USA": "USA"}
    scenarios = []
    for place, region in enumerate(figures.REGIONS[1:]):
        partners = tuple(one for one in index.facts["partners"] if region_of.get(one, "ROW") == region)
        changes: list[Any] = [fa.OnlyPartners(partners), *(fa.FxShock(*one) for one in fx.items())]
        for row, industries in enumerate(figures.INDUSTRIES.values()):
            for industry in industries:
                # in money of the study: an amount in dollars does not move with the dollar
                changes.append(fa.PriceShock(float(price[row, place]), group=("industry", str(industry))))
        scenarios.append(fa.Scenario(region, *changes))
    name_of = {str(some[0]): name for name, some in figures.INDUSTRIES.items() if len(some) == 1}
    found = fa.sweep(index, scenarios, by="industry").by("industry").to_pylist()
    return {
        (name_of[row["group"]], row["scenario"]): row["weighted_mean"]
        for row in found
        if row["year"] == year and row["group"] in name_of
    }


@pytest.mark.parametrize("shock", [russia.SHOCKS[1], russia.SHOCKS[-1]], ids=lambda one: one.name)
def test_a_sweep_at_the_prices_found_gives_the_duties_found(
    folder: Path, function: Any, model: Model, shock: Shock
) -> None:
    state = newton(model, shock, LiveTariff(function, shock.year)).state
    fx = dict(zip(function.currencies, state.fx.tolist(), strict=True))
    dollar = fx.get("USD", 1.0)
    assert set(fx) <= {"EUR", "USD"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fa.DataWarning)
        swept = duties_by_sweep(folder, state.import_price / dollar, {"EUR": fx["EUR"] / dollar}, shock.year)
    assert len(swept) == 9 * 4
    for (sector, region), duty in swept.items():
        mine = state.tariff[function.sectors.index(sector), function.regions.index(region)]
        assert mine == pytest.approx(duty, rel=1e-12), (sector, region)


def test_what_does_not_settle_says_so(function: Any, model: Model) -> None:
    live, shock = LiveTariff(function, russia.BEFORE), Shock("cheaper", import_cost=0.8)
    with pytest.raises(RuntimeError, match="cheaper: after 1 steps an equation still misses"):
        newton(model, shock, live, most=1)
    with pytest.raises(RuntimeError, match="cheaper: after 1 rounds a duty still changes"):
        lagged(model, shock, live, most=1)


def test_feedback_matters_for_prices_and_currencies_and_not_for_accession(function: Any, model: Model) -> None:
    pairs = {shock.name: russia.solve_both(model, function, shock) for shock in russia.SHOCKS}
    rows = {row["shock"]: row for row in russia.compare(model, list(pairs.values())).to_pylist()}

    def gap(name: str) -> float:
        return rows[name]["mean_duty_live"] - rows[name]["mean_duty_fixed"]  # percentage points

    assert rows["none"]["revenue_live"] == pytest.approx(100.0, abs=1e-10)
    assert rows["accession"]["mean_duty_live"] < 0.8 * rows["none"]["mean_duty_live"]
    assert abs(gap("accession")) < 0.005
    for name in ("imports 20 % cheaper", "euro 20 % dearer", "accession with both"):
        assert gap(name) > 0.1
    assert rows["euro 20 % dearer"]["revenue_fixed"] == pytest.approx(100.0, abs=1e-9)  # nobody told the model
    assert rows["euro 20 % dearer"]["revenue_live"] > 100.5
    seen = {row["shock"]: row for row in russia.what_amounts_see(function, list(pairs.values())).to_pylist()}
    assert abs(seen["accession"]["factor"]) < 0.1
    for name, row in seen.items():  # duties are convex in the factor where their amounts are floors
        assert row["found"] >= row["expected"] - 0.05, name
