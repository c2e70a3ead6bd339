"""Changes of the trade as numbers: what each partner counts for in each period, and its prices."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fastavs.countries.partner import answers_to, find, named, refuse_doubtful
from fastavs.errors import InputError, did_you_mean
from fastavs.kernels.options import readonly
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample, TradeChange


class Terms(NamedTuple):
    """What exclusions and draws come to. p partners, t periods of the trade."""

    times: np.ndarray  # int32[t, p] as how many partners of those that rates rest on; 0: excluded
    weigh: np.ndarray  # int32[t, p] as how many partners, excluded or not


class Priced(NamedTuple):
    """What a change of prices is of; see `PriceShock`."""

    partners: tuple[str, ...]
    regions: tuple[str, ...]
    prefixes: tuple[str, ...]
    periods: tuple[str, ...] | None
    group: tuple[str, str] | None


class Selection(NamedTuple):
    """What changes of the trade tell apart, whatever prices become."""

    prices: tuple[Priced, ...]  # each once, in an order of their own
    partners: tuple[ExcludePartners | OnlyPartners, ...]
    draw: Resample | None


def selection_of(trade: Sequence[TradeChange]) -> tuple[Selection, tuple[float, ...]]:
    """Return what changes of the trade tell apart, and what they multiply each of its prices by."""
    factors: dict[Priced, float] = {}
    for change in trade:
        if isinstance(change, PriceShock):
            whose = Priced(change.partners, change.regions, change.prefixes, change.periods, change.group)
            factors[whose] = factors.get(whose, 1.0) * change.factor
    draw = next((change for change in trade if isinstance(change, Resample)), None)
    partners = tuple(change for change in trade if isinstance(change, ExcludePartners | OnlyPartners))
    prices = tuple(sorted(factors, key=repr))
    return Selection(prices, partners, draw), tuple(factors[one] for one in prices)


def trade_of(scenario: Scenario) -> tuple[TradeChange, ...]:
    """Return a scenario's changes of the trade in an order of their own, so that equal ones are found out as equal."""
    kinds = PriceShock | ExcludePartners | OnlyPartners | Resample
    return tuple(sorted((change for change in scenario.changes if isinstance(change, kinds)), key=repr))


def check_trade_change(facts: dict[str, Any], name: str, change: TradeChange) -> None:
    """Make sure that partners, regions and periods are the study's.

    Raises
    ------
    InputError
        Names the scenario and what is wrong.
    """
    if isinstance(change, Resample):
        return
    regions = sorted(set(facts["regions"].values()))
    lists = (("partner", "partners", facts["partners"]), ("region", "regions", regions))
    for word, key, known in (*lists, ("period", "periods", facts["trade_periods"])):
        for one in getattr(change, key) or ():
            if word == "partner":
                refuse_doubtful(one, known, key, f'the scenario "{name}"')
            if not (find(one, known) if word == "partner" else one in known):
                listed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
                lacks = "that the study has no trade with" if word == "partner" else "that the study does not have"
                none = word == "region" and not known
                raise InputError(
                    f'the scenario "{name}" names a {word} {lacks}', key=key, value=one,
                    expected=None if none else f"one of {listed}.{did_you_mean(one, known)}",
                    cure="give the partners table a column region" if none else None,
                )  # fmt: skip


def settle(facts: dict[str, Any], changes: Sequence[TradeChange]) -> Terms:
    """Turn exclusions and draws into numbers."""
    partners, periods = facts["partners"], facts["trade_periods"]
    excluded = np.zeros((len(periods), len(partners)), dtype=bool)
    for place, some in enumerate(facts["excluded"]):
        excluded[some, place] = True
    times = np.ones(len(partners), dtype=np.int32)
    for change in changes:
        if isinstance(change, Resample):  # before any exclusion of the scenario
            times = drawn(change.seed, excluded)
    for change in changes:
        if isinstance(change, ExcludePartners):
            excluded = excluded | touched(facts, change)
        elif isinstance(change, OnlyPartners):
            excluded = excluded | (~_chosen(facts, change) & _in_periods(facts, change)[:, None])
    weigh = np.repeat(times[None], len(periods), axis=0)
    return Terms(readonly(np.where(excluded, 0, weigh), np.int32), readonly(weigh, np.int32))


def drawn(seed: int, excluded: np.ndarray) -> np.ndarray:
    """How many times each partner is drawn, int32[p]; 1 for those that are not drawn from.

    `excluded` (bool[t, p]) says who takes no part in which periods.
    """
    among = np.flatnonzero(~excluded.all(axis=0))
    draw = random.Random(seed).random
    times = np.ones(excluded.shape[1], dtype=np.int32)
    times[among] = np.bincount(
        np.array([int(draw() * among.size) for _ in range(among.size)], dtype=np.int64), minlength=among.size
    )
    return times


def _chosen(facts: dict[str, Any], change: Priced | ExcludePartners | OnlyPartners) -> np.ndarray:
    """Which partners a change names, bool[p]."""
    regions, wanted = facts["regions"], {named(one) for one in change.partners}
    return np.array(
        [not wanted.isdisjoint(answers_to(one)) or regions.get(one) in change.regions for one in facts["partners"]],
        dtype=bool,
    )


def _in_periods(facts: dict[str, Any], change: Priced | ExcludePartners | OnlyPartners) -> np.ndarray:
    """Which periods a change names, bool[t]."""
    return np.array([change.periods is None or one in change.periods for one in facts["trade_periods"]], dtype=bool)


def touched(facts: dict[str, Any], change: Priced | ExcludePartners) -> np.ndarray:
    """Which partners in which periods, bool[t, p]."""
    if change.partners or change.regions:
        chosen = _chosen(facts, change)
    else:
        chosen = np.ones(len(facts["partners"]), dtype=bool)
    return chosen & _in_periods(facts, change)[:, None]
