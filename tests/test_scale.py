"""The index against the direct twin, and against exact sums, at the size of a real base period."""

from __future__ import annotations

import math

import direct
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import rewritten
from alike import assert_same_table
from direct_lines import charge
from test_sorted import rows_of

import fastavs as fa
from fastavs.duty import SUB, parse_duty
from fastavs.evaluation.plan import Plan, make_plan

OBSERVATIONS = 1_300_000
LINES = 11_000
PARTNERS = 150
PERIODS = ("2009", "2010", "2011H1")
FX = {"EUR": (1.39, 1.33, 1.40), "USD": (1.0, 1.0, 1.0)}
ULPS = 1e-15

FORMS = (
    *["{p}%"] * 20,
    *["max({p}%, {c} EUR/kg)"] * 6,
    "{c} EUR/kg",
    "{p}% + {c} EUR/kg",
    "min({p}%, {c} EUR/kg)",
    "max({p}%, {c} EUR/piece)",
    "min(max({p}%, {c} EUR/kg), {q}%)",
    "min({q}%, {p}% + {c} EUR/kg)",
    "max({p}%, {c} EUR/kg, {d} USD/kg)",
    "min({p}% + {c} EUR/kg, max({q}%, {d} USD/kg))",
    "max({p}%, {c} EUR/kg, {c} EUR/piece)",
    "{q}% - min({p}%, {d} USD/kg)",
)


def _trade(rng: np.random.Generator, codes: np.ndarray) -> pa.Table:
    triples = rng.choice(codes.size * PARTNERS * len(PERIODS), OBSERVATIONS, replace=False)
    line, rest = np.divmod(triples, PARTNERS * len(PERIODS))
    partner, period = np.divmod(rest, len(PERIODS))
    quantity = np.round(rng.lognormal(7.0, 2.0, OBSERVATIONS), 3) + 0.001
    value = np.round(quantity * np.exp(rng.normal(1.5, 1.0, codes.size)[line] + rng.normal(0.0, 0.8, OBSERVATIONS)), 2)
    value += 0.01
    tied = np.flatnonzero(rng.random(OBSERVATIONS) < 0.02)  # cents and shares of cents a kilogram: on a duty's pieces
    value[tied] = quantity[tied] * rng.choice([0.01, 0.02, 0.5, 1.0, 2.0, 4.0], tied.size)
    quantity[rng.choice(OBSERVATIONS, 300, replace=False)] *= 1e12
    pieces = np.where(rng.random(OBSERVATIONS) < 0.8, np.ceil(quantity / 3.0), np.nan)
    return pa.table({
        "period": pa.DictionaryArray.from_arrays(pa.array(period, pa.int32()), list(PERIODS)),
        "line": pa.DictionaryArray.from_arrays(pa.array(line, pa.int32()), [f"{code:010d}" for code in codes]),
        "partner": pa.DictionaryArray.from_arrays(
            pa.array(partner, pa.int32()), [f"P{number:03d}" for number in range(PARTNERS)]
        ),
        "value": value,
        "quantity": quantity,
        "unit": pa.DictionaryArray.from_arrays(pa.array(np.zeros(OBSERVATIONS), pa.int32()), ["kg"]),
        "quantity_2": pa.array(pieces, from_pandas=True),
        "unit_2": pa.DictionaryArray.from_arrays(pa.array(np.zeros(OBSERVATIONS), pa.int32()), ["piece"]),
    })  # fmt: skip


def _schedule(rng: np.random.Generator, years: dict[int, np.ndarray]) -> pa.Table:
    """Duties in round figures, so that they meet the ratios planted above."""
    columns: dict[str, list[object]] = {"year": [], "line": [], "duty": []}
    for year, codes in years.items():
        form = rng.integers(0, len(FORMS), codes.size)
        percent = rng.choice([0, 5, 10, 20, 25, 50], codes.size)
        cents = rng.choice([1, 2, 5, 10, 25, 50, 100, 500], (2, codes.size)) / 100.0
        for code, f, p, c, d in zip(codes, form, percent, *cents, strict=True):
            columns["year"].append(year)
            columns["line"].append(f"{code:010d}")
            columns["duty"].append(FORMS[f].format(p=p, q=p + 30, c=c, d=d))
    return pa.table(columns)


@pytest.fixture(scope="module")
def study() -> fa.Study:
    rng = np.random.default_rng(11)
    subheadings = np.sort(rng.choice(np.arange(10_000, 980_000), LINES // 4, replace=False))
    codes = (subheadings[:, None] * 10_000 + np.array([100, 210, 290, 900])).ravel()
    new = codes.copy()
    new[::37] += 5  # donors at 8 digits
    new[5::61] += 5_000  # at 6
    orphans = rng.choice(np.arange(LINES), 300, replace=False)
    new[orphans] = (codes[orphans] // 1_000_000) * 1_000_000 + rng.integers(990_000, 1_000_000, 300)  # at 4
    new = np.unique(new)
    applied = _schedule(rng, {2009: codes, 2010: codes, 2011: new})
    base = {"periods": list(PERIODS), "first_year": 2011, "applied_year": 2011}
    money = [(period, currency, FX[currency][p]) for currency in FX for p, period in enumerate(PERIODS)]
    fx = dict(zip(("period", "currency", "fx"), map(list, zip(*money, strict=True)), strict=True))
    bound = _schedule(rng, {2012: new})
    return fa.Study(_trade(rng, codes), applied, bound=bound, fx=fx, base=base)


@pytest.fixture(scope="module")
def plan(study: fa.Study) -> Plan:
    return make_plan(fa.build_index(study))


@pytest.fixture(scope="module")
def twin(study: fa.Study) -> direct.Direct:
    return direct.rates(study)


def test_rates_and_counts_of_every_line(study: fa.Study, plan: Plan, twin: direct.Direct) -> None:
    index = plan.index
    rate, kept, binding = rows_of(plan)
    levels: set[int] = set()
    worst = 0.0
    for year in twin.years.values():
        for kind, expected in year.sides.items():
            side = index.sides[index.side(kind, expected.schedule.year)]
            here = slice(side.first, side.last)
            row, found = plan.line_row[here], index.lines.found[here]
            percent = (
                plan.duties.duty["term_stop"][index.lines.duty[here]]
                == plan.duties.duty["term"][index.lines.duty[here]]
            )
            whole = np.where(expected.ad_valorem > study.options.outlier, 0, found)
            used = np.where(percent, whole, kept[row])
            np.testing.assert_array_equal(index.lines.level[here], expected.level)
            np.testing.assert_array_equal(used, expected.kept)
            np.testing.assert_array_equal(found - used, expected.outliers)
            np.testing.assert_array_equal(np.where(percent, 0, binding[row]), expected.binding)
            np.testing.assert_array_equal(np.isnan(rate[row]), np.isnan(expected.rate))
            known = ~np.isnan(rate[row])
            apart = np.abs(rate[row] - expected.rate)[known]
            worst = max(worst, float((apart / np.maximum(np.abs(expected.rate[known]), 1e-300)).max()))
            levels |= set(expected.level.tolist())
            if kind == "applied":
                assert expected.outliers.sum() > 100
    assert worst <= ULPS
    assert {10, 8, 6, 4} <= levels


def test_every_table_is_the_direct_ones(study: fa.Study, twin: direct.Direct) -> None:
    found = study.rates()
    assert_same_table(found.as_written, twin.table, rel=ULPS)
    assert_same_table(found.summary(), twin.summary(), rel=ULPS)
    assert_same_table(found.groups_as_written("chapter"), twin.by("chapter"), rel=ULPS)


def test_scenarios_are_the_study_rewritten(study: fa.Study) -> None:
    scenarios = [
        fa.Scenario("dear", fa.FxShock("EUR", 1.3), fa.ScaleDuty(0.9, 1.1), fa.ShiftDuty(0.013, prefixes=("2", "3"))),
        fa.Scenario("new", fa.SetDuty(("1", "72"), "max(7%, 0.3 EUR/kg)", schedule="applied"), fa.FxShock("EUR", 0.8)),
        fa.Scenario("dearer goods of some", fa.PriceShock(1.7, partners=("P003", "P100"), prefixes=("4", "85"))),
        fa.Scenario("fewer", fa.ExcludePartners(("P001", "P002"), periods=("2010",)), fa.Resample(3)),
    ]
    found = fa.sweep(study, scenarios).summary()
    for scenario in scenarios:
        ours = found.filter(pc.equal(found["scenario"].cast(pa.string()), scenario.name)).drop_columns("scenario")
        assert_same_table(ours, rewritten.rates(study, scenario).summary(), rel=2e-15)


def test_rates_against_exact_sums(plan: Plan) -> None:
    rate, kept, _ = rows_of(plan)
    entries, duties = plan.index.entries, [parse_duty(text) for text in plan.index.duties]
    checked = 0
    for row in range(0, rate.size, 3):
        duty, group = duties[plan.rows[row]["duty"]], plan.rows[row]["group"]
        if group < 0 or not duty.specifics or len(duty.kinds) > 1 or SUB in [op for op, _ in duty.program]:
            continue
        first, last = entries.group[group], entries.group[group + 1]
        here = slice(entries.start[first], entries.start[last])
        period = np.repeat(entries.period[first:last], np.diff(entries.start[first : last + 1]))
        terms = [term.b * np.array(FX[term.currency])[period] * entries.ratio[here] for term in duty.specifics]
        every = charge(duty.program, terms)
        some = every[every <= 10.0]
        assert kept[row] == some.size
        if some.size:
            exact = math.fsum(some.tolist()) / some.size
            assert abs(rate[row] - exact) <= ULPS * exact
            checked += 1
    assert checked > 2000
