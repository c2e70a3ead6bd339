"""The sorted index against the direct twin: every rate, every count, every figure of the summary."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import direct
import make_study
import make_year
import numpy as np
import pytest
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation.blocks import singles_of, under
from fastavs.evaluation.changed_trade import with_counts
from fastavs.evaluation.factors import ScenarioFactors
from fastavs.evaluation.plan import Plan, make_plan
from fastavs.evaluation.rows import row_figures
from fastavs.index.sorted_index import SortedIndex
from fastavs.results.summary import SUMMARY

NOTHING = fa.Scenario("as it is")
KNOBS: list[dict[str, Any]] = [
    {},
    {"odd_duties": True},
    {"unresolved": "zero"},
    {"match_on": "imports"},
    {"short_codes": "donors"},
    {"base_partners": "all"},
    {"fx_period": "schedule"},
    {"base": False},
    {"digits": 8},
]


def assert_near(found: float, expected: float | None, where: object, slack: float = 0.0) -> None:
    """Equal, or within a few units of the last place (`slack` for what is left of a difference)."""
    if expected is None or math.isnan(expected):
        assert math.isnan(found), where
    else:
        assert math.isclose(found, expected, rel_tol=1.2e-15, abs_tol=slack), (where, found, expected)


def rows_of(plan: Plan) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates and counts of every row, as things are."""
    factors, _ = ScenarioFactors(plan, [NOTHING]).of(np.arange(1))
    found = row_figures(plan.duties, plan.index.entries, plan.rows, factors, plan.index.facts["outlier"])
    return found.rate, found.kept, found.binding


def compare(study: fa.Study) -> direct.Direct:
    """Hold every side of every year against the direct twin, and return that."""
    index = fa.build_index(study)
    plan = make_plan(index)
    plan = with_counts(under(plan, next(singles_of(plan, [NOTHING])))[0])  # without small observations
    index = plan.index
    rate, kept, binding = rows_of(plan)
    terms = plan.duties.duty["term_stop"] - plan.duties.duty["term"]
    twin = direct.rates(study)
    for year in twin.years.values():
        for kind, expected in year.sides.items():
            side = index.sides[index.side(kind, expected.schedule.year)]
            here = slice(side.first, side.last)
            row, found = plan.line_row[here], index.lines.found[here]
            percent = terms[index.lines.duty[here]] == 0
            whole = np.where(expected.ad_valorem > study.options.outlier, 0, found)
            assert (index.lines.level[here] == expected.level).all()
            assert (np.where(percent, whole, kept[row]) == expected.kept).all()
            assert (found - np.where(percent, whole, kept[row]) == expected.outliers).all()
            assert (np.where(percent, 0, binding[row]) == expected.binding).all()
            for ours, theirs in zip(rate[row], expected.rate, strict=True):
                assert_near(0.0 if math.isnan(ours) and index.facts["zero"] else ours, theirs, kind)
    return twin


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()) or "drawn")
def test_the_index_agrees_with_the_direct_twin(seed: int, knobs: dict[str, Any]) -> None:
    study = study_of(make_study.make(7000 + 100 * KNOBS.index(knobs) + seed, **({"method": "partner"} | knobs)))
    twin = compare(study)
    found = fa.sweep(study, [NOTHING]).summary().to_pylist()
    for ours, theirs in zip(found, twin.summary().to_pylist(), strict=True):
        assert ours.pop("scenario") == NOTHING.name
        assert list(ours) == SUMMARY.names
        for column, expected in theirs.items():
            if not isinstance(expected, float):
                assert ours[column] == expected, column
                continue
            # duties below 0 let means cancel, and deviations and adjusted means are differences
            cancels = column.endswith("_sd") or column in ("adjust", "weighted_mean") or "odd_duties" in knobs
            assert_near(ours[column], expected, (ours["year"], column), 4e-15 if cancels else 0.0)


def test_the_index_agrees_on_a_year_of_a_real_size() -> None:
    made = make_year.one_year(450_000)
    compare(fa.Study(made.trade, made.applied, fx=made.fx))


def test_absurd_quantities_cost_no_digits() -> None:
    rng = np.random.default_rng(5)
    n = 3000
    value, quantity = rng.lognormal(8.0, 1.0, n), rng.lognormal(7.0, 1.5, n)
    quantity[::50] *= 1e12
    table = {
        "period": ["2020"] * n, "line": ["2203000100"] * n, "partner": [f"P{i:04d}" for i in range(n)],
        "value": value, "quantity": quantity, "unit": ["kg"] * n,
    }  # fmt: skip
    study = fa.Study(table, {"year": [2020], "line": ["2203000100"], "duty": ["max(15%, 0.5 USD/kg)"]})
    rates = [max(0.15, 0.5 * ratio) for ratio in quantity / value]
    kept = [rate for rate in rates if rate <= 10.0]
    mean = fa.sweep(study, [NOTHING]).summary()["simple_mean"][0].as_py()
    assert len(kept) < n
    assert math.isclose(mean, math.fsum(kept) / len(kept), rel_tol=1e-15)


def test_a_saved_index_gives_the_same_bits_and_needs_no_study(tmp_path: Path) -> None:
    study = study_of(make_study.make(3, method="partner"))
    index = fa.build_index(study)
    index.save(tmp_path / "study.avs")
    scenarios = [NOTHING, fa.Scenario("dear", fa.FxShock("EUR", 1.2), fa.ScaleDuty(0.9, prefixes=("17", "22")))]
    mapped = SortedIndex.load(tmp_path / "study.avs", study)
    assert mapped.fingerprint == index.fingerprint
    direct = fa.sweep(study, scenarios).figures
    assert np.array_equal(direct, fa.sweep(mapped, scenarios).figures, equal_nan=True)
    assert np.array_equal(direct, fa.sweep(study, scenarios, index=tmp_path / "study.avs").figures, equal_nan=True)


def test_a_stale_index_is_refused(tmp_path: Path) -> None:
    fa.build_index(study_of(make_study.make(3, method="partner"))).save(tmp_path / "study.avs")
    other = study_of(make_study.make(4, method="partner"))
    with pytest.raises(fa.InputError, match=r"built from other data.*build it anew"):
        fa.sweep(other, [NOTHING], index=tmp_path / "study.avs")
    with pytest.raises(fa.InputError, match="no such file"):
        SortedIndex.load(tmp_path / "nothing.avs")
    (tmp_path / "text.avs").write_text("no index at all")
    with pytest.raises(fa.InputError, match="it is no index of fastavs"):
        SortedIndex.load(tmp_path / "text.avs")


def test_every_entry_leads_back_to_its_observation() -> None:
    study = study_of(make_study.make(5, method="partner", digits=10))
    index = fa.build_index(study)
    recorded = study.matches.recorded(10)
    leads_back = np.zeros(index.observation.size, dtype=bool)
    for side in index.sides:
        basis = study.matches.match(side.kind, side.year).basis
        place = np.minimum(np.searchsorted(basis.chosen, index.observation), basis.chosen.size - 1)
        quantity, value = basis.recorded.quantities(basis.chosen[place])
        with np.errstate(invalid="ignore"):  # 0 of 0: no such quantity
            same = (quantity / value == index.entries.ratio).any(axis=0)
        leads_back |= (basis.chosen[place] == index.observation) & same
    assert leads_back.all()
    segment = np.repeat(np.arange(index.entries.period.size), np.diff(index.entries.start))
    assert (recorded.period[index.observation] == index.entries.period[segment]).all()
