"""Draws of a scenario: the numbers that a seed gives, and the scenarios that they come to."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from fastavs.errors import InputError
from fastavs.evaluation.factors import check_scenarios
from fastavs.evaluation.named_lines import check_named
from fastavs.index.sorted_index import SortedIndex
from fastavs.matching.given import HasMatches
from fastavs.reform.carrying import carried_out
from fastavs.reform.work import Work
from fastavs.scenario.chain import Chain
from fastavs.scenario.duties import FxShock
from fastavs.scenario.sampling import Sampling
from fastavs.scenario.scenario import Change, Scenario
from fastavs.scenario.step_duties import Scale
from fastavs.scenario.step_formulas import Tier, Tiers
from fastavs.scenario.steps import AnyStep
from fastavs.scenario.trade import PriceShock, Resample

_NORMAL = NormalDist().inv_cdf
_DIGITS = 15  # of a drawn fraction


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws that are worked out on one index.

    Attributes
    ----------
    places : range
        Which draws of the scenario, from 0.
    index : SortedIndex
    scenarios : tuple of Scenario
        In changes that evaluation knows.
    """

    places: range
    index: SortedIndex
    scenarios: tuple[Scenario, ...]


def normals(seed: int, what: str, n: int) -> list[float]:
    """Return the first n standard normal numbers that a seed gives for what is drawn: the same on every machine.

    Each thing that is drawn has a stream of its own, so what else is drawn does not change it, nor does n.

    Examples
    --------
    >>> normals(1, "price", 3) == normals(1, "price", 5)[:3]
    True
    """
    draw = random.Random(f"{seed} {what}").random
    return [_NORMAL(draw() or 2.0**-54) for _ in range(n)]


def seeds_of_partners(seed: int, n: int) -> list[int]:
    """Return the seeds by which partners are drawn."""
    draw = random.Random(f"{seed} partners").random
    return [int(draw() * 2**53) for _ in range(n)]


def drawn_changes(sampling: Sampling) -> list[tuple[Change, ...]]:
    """Return what each draw changes of exchange rates, prices and partners.

    Factors are exp(sd z): log-normal, their median 1. Prices of all goods and partners move by one factor a draw.
    """
    n, seed = sampling.n, sampling.seed
    found: list[list[Change]] = [[] for _ in range(n)]
    for currency, deviation in sampling.fx:
        for one, z in zip(found, normals(seed, f"fx {currency}", n), strict=True):
            one.append(FxShock(currency, math.exp(float(deviation) * z)))
    if sampling.price:
        for one, z in zip(found, normals(seed, "price", n), strict=True):
            one.append(PriceShock(math.exp(float(sampling.price) * z)))
    if sampling.partners:
        for one, of_partners in zip(found, seeds_of_partners(seed, n), strict=True):
            one.append(Resample(of_partners))
    return [tuple(one) for one in found]


def drawn_of(
    index: SortedIndex, scenario: Scenario, scenarios: Sequence[Scenario], work: Work, study: HasMatches | None
) -> Iterator[Drawn]:
    """Give the draws of a scenario, those on one index together.

    Parameters
    ----------
    index : SortedIndex
        Of the study.
    scenario : Scenario
        With draws.
    scenarios : sequence of Scenario
        Its bases among them.
    work : Work
        Of which it is.
    study : Study, optional
        Which the index is of.

    Raises
    ------
    InputError
        A currency that the study does not have; an index without the recorded trade, which prices and partners need;
        cuts are to be drawn and no step cuts by a fraction; partners are drawn twice.
    """
    sampling = scenario.draws
    assert sampling is not None
    chain = scenario.resolved(scenarios)
    names = [f"{scenario.name}, draw {place + 1}" for place in range(sampling.n)]
    changes = drawn_changes(sampling)
    left = work.scenarios[[scenarios[place].name for place in work.places].index(scenario.name)]
    if sampling.partners and any(isinstance(one, Resample) for one in left.changes):
        raise InputError(
            f'the scenario "{scenario.name}" resamples its partners and draws them besides', key="draws.partners",
            cure="leave the step or draws.partners out",
        )  # fmt: skip
    first = [Scenario(scenario.name, *changes[0])]
    check_scenarios(index.facts, first)
    check_named(work.index, first)
    if not sampling.cut:
        some = (Scenario(name, *left.changes, *more) for name, more in zip(names, changes, strict=True))
        yield Drawn(range(sampling.n), work.index, tuple(some))
        return
    lists = {one.name: one for one in chain.lists}
    for place, steps in enumerate(_cut_otherwise(chain, sampling)):
        anew = Scenario(names[place], *steps, lists=lists or None)
        (of_draw,), _ = carried_out(index, [anew], study)
        here = Scenario(names[place], *of_draw.scenarios[0].changes, *changes[place])
        yield Drawn(range(place, place + 1), of_draw.index, (here,))


def _cut_otherwise(chain: Chain, sampling: Sampling) -> Iterator[list[AnyStep]]:
    """Give the steps of each draw: every fraction by which a step cuts plus sd z, one z a step, from 0 to 1."""
    assert sampling.cut is not None
    cutting = [place for place, placed in enumerate(chain.steps) if _cuts(placed.step)]
    if not cutting:
        raise InputError(
            f'the scenario "{chain.name}" draws cuts and has no step that cuts by a fraction', key="draws.cut",
            expected="a step scale below 1, or tiers", cure="leave cut out of its draws",
        )  # fmt: skip
    shifts = {place: normals(sampling.seed, f"cut {place}", sampling.n) for place in cutting}
    for draw in range(sampling.n):
        yield [
            _cut_by(placed.step, float(sampling.cut) * shifts[place][draw]) if place in shifts else placed.step
            for place, placed in enumerate(chain.steps)
        ]


def _cuts(step: AnyStep) -> bool:
    return isinstance(step, Tiers) or (isinstance(step, Scale) and step.value < 1)


def _cut_by(step: AnyStep, shift: float) -> AnyStep:
    """Return a step that cuts by so much more."""
    if isinstance(step, Scale):
        return _with_value(step, 1 - _moved(1 - step.value, shift))
    assert isinstance(step, Tiers)
    return _with_value(step, tuple(Tier(one.above, _moved(one.cut, shift)) for one in step.value))


def _moved(cut: Fraction, shift: float) -> Fraction:
    return Fraction(str(round(float(np.clip(float(cut) + shift, 0.0, 1.0)), _DIGITS)))


def _with_value(step: Scale | Tiers, value: object) -> AnyStep:
    new = object.__new__(type(step))
    for name in (one.name for one in fields(step)):
        object.__setattr__(new, name, value if name == "value" else getattr(step, name))
    return new
