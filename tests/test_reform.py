"""Scenarios in steps against their naive twin, on made-up studies and chains drawn at random."""

from __future__ import annotations

import math
import random
from typing import Any

import make_study
import pytest
import steps_reference
from test_twin import study_of

import fastavs as fa
from fastavs.reform import book
from fastavs.scenario.steps import written

KNOBS: list[dict[str, Any]] = [
    {}, {"match_on": "imports"}, {"method": "pooled"}, {"short_codes": "donors"}, {"base_partners": "all"},
    {"unresolved": "zero"}, {"base": False}, {"digits": 8}, {"applied_2012": "differ"}, {"min_value": 50.0},
    {"fx_period": "schedule"}, {"outlier": 1.5},
]  # fmt: skip
LEVELS = ["10%", "3%", "12.5%", "0%"]


class Draw:
    """Random steps that fit a study."""

    def __init__(self, made: dict[str, Any], seed: int) -> None:
        self.rng, self.made = random.Random(seed), made
        rows = [*made["applied"], *(made["bound"] or [])]
        self.lines = sorted({row["line"] for row in rows})
        self.years = sorted({row["year"] for row in rows})
        trees = [steps_reference.read(row["duty"]) for row in rows]
        self.amounts = sorted({one[2:] for tree in trees for one in steps_reference.amounts(tree)})
        self.lists = {
            "some": self.codes(6),
            "few": [self.rng.choice(self.lines) + "99", self.rng.choice(self.lines)[:4]],
        }

    def codes(self, many: int) -> list[str]:
        return sorted({self.rng.choice(self.lines)[: self.rng.choice([2, 4, 6, 8, 10])] for _ in range(many)})

    def amount(self) -> str:
        currency, unit = self.rng.choice(self.amounts)
        return f"{self.rng.choice([0.05, 0.5, 2, 10])} {currency}/{unit}"

    def where(self) -> dict[str, Any]:
        rng, found = self.rng, {}
        if rng.random() < 0.4:
            found["prefixes"] = self.codes(2)
        if rng.random() < 0.25:
            found["lists"] = rng.choice([["some"], ["few"], ["some", "few"]])
        if rng.random() < 0.2:
            found["groups"] = {"industry": [rng.choice([row["group"] for row in self.made["groups"]["industry"]])]}
        if rng.random() < 0.1:
            found["groups"] = {"chapter": [rng.choice(self.lines)[:2]]}
        if rng.random() < 0.35:
            found["years"] = rng.sample(self.years, rng.randint(1, 2))
        return found

    def of_duties(self) -> dict[str, Any]:
        rng, found = self.rng, {}
        if rng.random() < 0.2:
            found["form"] = rng.sample(["ad_valorem", "specific", "greater", "lesser", "compound", "other"], 2)
        if rng.random() < 0.12:
            found["currency"] = [rng.choice(self.amounts)[0]]
        if rng.random() < 0.08:
            found["unit"] = [rng.choice(self.amounts)[1]]
        return found

    def selection(self) -> dict[str, Any]:
        rng, found = self.rng, self.where() | self.of_duties()
        if rng.random() < 0.15 and self.made["bound"]:
            found["schedule"] = rng.choice(["applied", "bound"])
        if rng.random() < 0.3:
            left = {"prefixes": self.codes(1)} if rng.random() < 0.5 else self.where() | self.of_duties()
            if rng.random() < 0.3:
                left |= {"sensitive": rng.choice(["5%", "30%"]), "by": rng.choice(["imports", "rates"])}
            if left:
                found["except_"] = left
        return found

    def duty_step(self) -> Any:
        rng = self.rng
        verb = rng.choice([fa.Set, fa.Scale, fa.Add, fa.Cap, fa.Floor, fa.DropSpecific, fa.Swiss, fa.Tiers,
                           fa.Tariffication, fa.Delay, fa.Advance, fa.Freeze])  # fmt: skip
        where = self.selection()
        of = rng.choice(["rate", "rate", "ad_valorem", "specific"])
        if verb is fa.Scale:
            return verb(rng.choice([0.5, 1.5, 0.0, 0.9]), of=of, **where)
        if verb in (fa.Swiss, fa.Tiers):
            tiers = [fa.Tier(0, 0.2), fa.Tier(0.15, 0.5), fa.Tier(0.4, 0.9)]
            return verb("15%" if verb is fa.Swiss else tiers, of=of if of != "specific" else "rate", **where)
        if verb is fa.DropSpecific:
            return verb(**where)
        if verb is fa.Tariffication:
            return verb(rng.choice(["ad_valorem", self.amount()]), **where)
        if verb in (fa.Delay, fa.Advance, fa.Freeze):
            where["schedule"] = rng.choice(["applied", "bound"]) if self.made["bound"] else "applied"
            years = [row["year"] for row in self.made[where["schedule"]]]
            value: Any = rng.choice([1, 2, "all"]) if verb is not fa.Freeze else rng.choice(years)
            return verb(value, **where)
        sign = rng.choice(["", "-"]) if verb is fa.Add else ""
        level = rng.choice(LEVELS) if of == "ad_valorem" or (of == "rate" and rng.random() < 0.6) else self.amount()
        if of == "rate" and not sign and rng.random() < 0.2:
            level = f"max({rng.choice(LEVELS)}, {self.amount()})"
        return verb(sign + level, of=of, **where)

    def trade_step(self) -> Any:
        rng = self.rng
        verb = rng.choice(["fx", "price", "exclude", "only"])
        if verb == "fx":
            return fa.Fx({"EUR": rng.choice([0.8, 1.3, {"2009": 1.2}])})
        if verb == "price":
            keys = self.where()
            keys.pop("years", None)
            if rng.random() < 0.3:
                keys["except_"] = {"prefixes": self.codes(1)}
            who = {"partners": rng.sample(make_study.MFN, 2)} if rng.random() < 0.5 else {}
            return fa.Price(rng.choice([0.8, 1.25]), **keys, **who)
        if verb == "exclude":
            return fa.Exclude(rng.sample(make_study.MFN, 2), periods=rng.choice([None, ["2009"]]))
        return fa.Only(rng.sample(make_study.MFN, 4))

    def steps(self) -> list[Any]:
        found = [self.duty_step() for _ in range(self.rng.choice([1, 1, 2, 3]))]
        if self.rng.random() < 0.4:
            found.insert(self.rng.randint(0, len(found)), self.trade_step())
        return found


def compare(ours: list[dict[str, Any]], theirs: list[dict[str, Any]], told: str) -> None:
    assert [(one["year"], one["line"]) for one in ours] == [(one["year"], one["line"]) for one in theirs]
    ties = "Swiss" in told  # multiplied by a double, two parts that are equal differ by their last bits, or do not
    for our, their in zip(ours, theirs, strict=True):
        for column, expected in their.items():
            if ties and column == "specific_share" and our["line"].startswith(make_study.TIES):
                continue
            found = our[column]
            where = f"{told}: {our['year']} {our['line']} {column}: {found!r}, twin {expected!r}"
            if isinstance(expected, float) and isinstance(found, float):
                assert math.isclose(found, expected, rel_tol=1e-13, abs_tol=1e-15), where
            else:
                assert found == expected, where


def compare_summary(ours: list[dict[str, Any]], twin: steps_reference.Twin, told: str) -> None:
    rows = twin.rows()
    for our in ours:
        year = our["year"]
        own = twin.changed.is_own(year)
        here = [row for row in rows if row["year"] == year]
        expected = steps_reference.reference.summary_of_year(year, here, own, our["unresolved_lines"])
        for column, number in expected.items():
            where = f"{told}: {year} {column}: {our[column]!r}, twin {number!r}"
            if isinstance(number, float):
                assert math.isclose(our[column], number, rel_tol=1e-12, abs_tol=1e-14), where
            else:
                assert our[column] == number, where


def check(seed: int, knobs: dict[str, Any], many: int = 3) -> int:
    """Hold some scenarios on a made-up study against the twin; returns how many could be."""
    made = make_study.make(seed, **knobs)
    study = study_of(made)
    draw = Draw(made, seed)
    done = 0
    for place in range(many):
        steps = draw.steps()
        scenario = fa.Scenario(f"s{place}", *steps, lists=draw.lists)
        told = f"seed {seed}, {knobs}, {steps}"
        try:
            found = fa.sweep(study, [scenario], lines=draw.lines)
        except fa.InputError as error:
            if "no code of" in str(error) or "that neither" in str(error):
                continue
            raise AssertionError(told) from error
        twin = steps_reference.Twin(made, [written(one) for one in steps], draw.lists)
        compare(found.chosen.drop(["scenario"]).to_pylist(), twin.rows(), told)
        compare_summary(found.summary().to_pylist(), twin, told)
        done += 1
    return done


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_every_line_is_the_twins(seed: int, knobs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 2:  # small studies have few duties, and those are changed one by one
        monkeypatch.setattr(book, "FEW", 0)
    check(5000 + 100 * KNOBS.index(knobs) + seed, knobs)
