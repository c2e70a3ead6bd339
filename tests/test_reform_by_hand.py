"""Steps worked out by hand on lines of the EAEU study, steps that the old words say as well, and executors."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import make_study
import numpy as np
import pytest
from test_twin import study_of

import fastavs as fa

TURKEY, INDIA = 1.1299831372549018, 1.1827403100775193  # dollars for a euro, 2025 and 2021
CARNATIONS = 0.3 * TURKEY * 492133 / 1439031  # max(5%, 0.3 EUR/kg): one observation, 11.59 %
FOLIAGE = [0.3 * TURKEY * 6986 / 39044, 0.3 * INDIA * 30.2 / 154.54]  # max(5%, 0.3 EUR/kg): 6.07 % and 6.93 %
POULTRY = 0.5 * TURKEY * 1563 / 2719  # max(20%, 0.5 EUR/kg): 32.48 %
MACKEREL = 0.03 * TURKEY * 13901 / 16291  # max(7%, 0.03 EUR/kg): 2.9 %, so 7 %
SYRUP = 0.12 * TURKEY * 31 / 22  # 0.12 EUR/kg: 19.1 %
SUGARS = [0.12 * TURKEY * 3 / 289, 0.12 * INDIA * 151500 / 123140]  # 0.12 EUR/kg: 0.14 % and 17.5 %
BY_HAND: list[tuple[str, Any, float]] = [
    ("0603120000", fa.Cap("10%"), 0.1),
    ("0603120000", fa.Add("5%"), CARNATIONS + 0.05),
    ("0603120000", fa.Swiss("15%"), 0.15 * CARNATIONS / (0.15 + CARNATIONS)),
    ("0603120000", fa.DropSpecific(), 0.05),
    ("0603120000", fa.Cap("0.1 EUR/kg", of="specific"), 0.05),  # a tenth of a euro is 3.86 %
    ("0604209000", fa.Cap("6.5%"), (FOLIAGE[0] + 0.065) / 2),
    ("0604209000", fa.Add("-6.5%"), (0.0 + FOLIAGE[1] - 0.065) / 2),
    ("0604209000", fa.Tariffication("ad_valorem"), sum(FOLIAGE) / 2),
    ("0604209000", fa.Scale(0.5), sum(FOLIAGE) / 4),
    ("1602329000", fa.Tiers([fa.Tier(0, 0.2), fa.Tier(0.3, 0.5)]), POULTRY / 2),
    ("1602329000", fa.Scale(0.5, of="specific"), 0.2),  # half the amount is 16.2 %
    ("1602329000", fa.Swiss("15%", of="ad_valorem"), POULTRY),  # 20 % becomes 8.57 %, and the amount binds
    ("0303551000", fa.Floor("10%"), 0.1),
    ("0303551000", fa.Scale(3, of="specific"), 3 * MACKEREL),
    ("0303551000", fa.Tariffication("1 EUR/t"), 0.07),
    ("1702209000", fa.DropSpecific(), 0.0),
    ("1702209000", fa.Add("10%", of="ad_valorem"), SYRUP),  # there is no percentage to add to
    ("1702209000", fa.Add("60 EUR/t", of="specific"), 1.5 * SYRUP),
    ("1702907900", fa.Floor("5%"), (0.05 + SUGARS[1]) / 2),
    ("1702907900", fa.Set("max(1%, 0.24 EUR/kg)"), (0.01 + 2 * SUGARS[1]) / 2),
]


@pytest.fixture(scope="module")
def eaeu() -> tuple[fa.Study, fa.SortedIndex]:
    study = fa.Study.load(Path(__file__).parents[1] / "data" / "eaeu" / "study.toml")
    steps = [fa.Scenario(str(place), step) for place, (_, step, _) in enumerate(BY_HAND)]
    return study, fa.build_index(study, steps)


@pytest.mark.parametrize(("line", "step", "rate"), BY_HAND, ids=[f"{line} {step!r}" for line, step, _ in BY_HAND])
def test_a_step_by_hand(eaeu: tuple[fa.Study, fa.SortedIndex], line: str, step: Any, rate: float) -> None:
    chosen = fa.sweep(eaeu[1], fa.Scenario("x", step), lines=line).chosen.to_pylist()
    (found,) = (row["rate"] for row in chosen if row["year"] == 2026)
    assert found == pytest.approx(rate, rel=1e-14, abs=0.0)


def test_duties_of_another_year(eaeu: tuple[fa.Study, fa.SortedIndex]) -> None:
    steps = fa.Set("50%", prefixes="0603120000", years=[2025]), fa.Delay(1)
    chosen = fa.sweep(eaeu[0], fa.Scenario("x", *steps), lines="0603120000").chosen.to_pylist()
    assert [row["rate"] for row in chosen] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (fa.Scale(0.9), fa.ScaleDuty(0.9, 0.9)),
        (fa.Scale(0.5, of="specific"), fa.ScaleDuty(1.0, 0.5)),
        (fa.Scale(0.5, of="specific", currency="EUR"), fa.ScaleDuty(1.0, 0.5, currency="EUR")),
        (fa.Add("2%", of="ad_valorem"), fa.ShiftDuty(0.02)),
        (fa.Set("max(3%, 0.5 EUR/kg)", prefixes="0201"), fa.SetDuty("0201", "max(3%, 0.5 EUR/kg)")),
        (fa.Fx({"EUR": 1.2}), fa.FxShock("EUR", 1.2)),
        (fa.Fx({"GBP": {"2009": 0.8}}), fa.FxShock("GBP", 0.8, periods="2009")),
        (fa.Price(0.8, partners="DEU"), fa.PriceShock(0.8, partners="DEU")),
        (fa.Price(0.8, groups={"industry": "food"}), fa.PriceShock(0.8, group=("industry", "food"))),
        (fa.Exclude(["DEU", "CHN"]), fa.ExcludePartners(("DEU", "CHN"))),
        (fa.Only("DEU", periods="2009"), fa.OnlyPartners("DEU", periods="2009")),
        (fa.Resample(7), fa.Resample(7)),
    ],
    ids=repr,
)
def test_what_the_old_words_say_as_well_is_the_same(new: Any, old: Any) -> None:
    made = make_study.make(11, partner_table=False, bound_years=[], headings=8)
    study = study_of(made)
    steps = fa.Scenario("steps", new) if not isinstance(new, fa.Resample) else fa.Scenario("steps", new, fa.Scale(1))
    found = fa.sweep(study, [steps, fa.Scenario("changes", old)])
    assert np.allclose(found.figures[0], found.figures[1], rtol=2e-15, atol=2e-16, equal_nan=True)


def test_results_do_not_depend_on_who_works_them_out(tmp_path: Path) -> None:
    made = make_study.make(12, partner_table=False, bound_years=[2012, 2013])
    lines = sorted({row["line"] for row in made["applied"]})
    scenarios = [
        fa.Scenario("as it is"),
        fa.Scenario("capped", fa.Cap("10%")),
        fa.Scenario("part", fa.Cap("10%", years=[2012], prefixes=lines[0][:2]), fa.Price(0.8, partners="DEU")),
        fa.Scenario("old", fa.ScaleDuty(0.5, 0.5)),
        fa.Scenario("swiss", fa.Swiss("15%"), fa.Exclude("CHN")),
    ]
    index = fa.build_index(study_of(made), scenarios)
    here = fa.sweep(index, scenarios, by="chapter", lines=lines, whole_lines=tmp_path / "here.parquet", threads=1)
    with ProcessPoolExecutor(2) as pool:
        there = fa.sweep(
            index, scenarios, by="chapter", lines=lines, whole_lines=tmp_path / "there.parquet", executor=pool
        )
    assert here.figures.tobytes() == there.figures.tobytes()
    assert here.chosen.equals(there.chosen)
    assert here.by("chapter").equals(there.by("chapter"))
    assert (tmp_path / "here.parquet").read_bytes() == (tmp_path / "there.parquet").read_bytes()
    alone = fa.sweep(index, scenarios[2], by="chapter", lines=lines)
    assert alone.figures[0].tobytes() == here.figures[2].tobytes()
