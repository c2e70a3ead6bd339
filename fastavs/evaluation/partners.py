"""Changes of the trade as numbers: what each partner counts for in each period, and its prices."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fastavs.codes import interval, to_key
from fastavs.countries.partner import answers_to, find, named, refuse_doubtful
from fastavs.errors import InputError, did_you_mean
from fastavs.scenario.scenario import Scenario
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample, TradeChange


class Price(NamedTuple):
    """A change of prices. p partners, t periods of the trade."""

    prefixes: tuple[str, ...]  # digits that codes begin with; none: all codes
    where: np.ndarray  # bool[p, t]
    factor: float


class Terms(NamedTuple):
    """What changes of the trade come to. p partners, t periods of the trade."""

    times: np.ndarray  # int32[p, t] as how many partners of those that rates rest on; 0: excluded
    weigh: np.ndarray  # int32[p, t] as how many partners, excluded or not
    prices: list[Price]

    def price_classes(self, key: np.ndarray, digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tell codes apart by the prices that touch them, as far as there are any.

        Parameters
        ----------
        key : int64[u]
            Codes as numbers of 12 digits.
        digits : int64[u]
            How many each has.

        Returns
        -------
        of_code : int32[u]
            The class of each code.
        factor : float64[c, p, t]
            What values are multiplied by in each class.
        """
        of_code = np.zeros(key.size, dtype=np.int64)
        factor = np.ones((1, *self.times.shape))
        for price in self.prices:
            begins = np.full(key.size, not price.prefixes)
            for prefix in price.prefixes:
                low, high = interval(np.int64(to_key(prefix)), len(prefix))
                begins |= (key >= low) & (key < high) & (digits >= len(prefix))
            pairs, of_code = np.unique(of_code * 2 + begins, return_inverse=True)
            factor = factor[pairs // 2]
            touched = (pairs % 2 == 1)[:, None, None] & price.where
            factor = np.where(touched, factor * price.factor, factor)
        return of_code.astype(np.int32), factor


def trade_of(scenario: Scenario) -> tuple[TradeChange, ...]:
    """Return a scenario's changes of the trade in an order of their own, so that equal ones are found out as equal."""
    kinds = PriceShock | ExcludePartners | OnlyPartners | Resample
    return tuple(sorted((change for change in scenario.changes if isinstance(change, kinds)), key=repr))


def shocks_prices(scenarios: Sequence[Scenario]) -> bool:
    """Whether any scenario changes prices."""
    return any(isinstance(change, PriceShock) for one in scenarios for change in one.changes)


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
    """Turn changes into numbers."""
    partners, periods = facts["partners"], facts["trade_periods"]
    excluded = np.zeros((len(partners), len(periods)), dtype=bool)
    for place, some in enumerate(facts["excluded"]):
        excluded[place, some] = True
    times = np.ones(len(partners), dtype=np.int32)
    for change in changes:
        if isinstance(change, Resample):  # before any exclusion of the scenario
            times = _drawn(change, excluded)
    for change in changes:
        if isinstance(change, ExcludePartners):
            excluded = excluded | _touched(facts, change)
        elif isinstance(change, OnlyPartners):
            others = ~_chosen(facts, change)[:, None] & _in_periods(facts, change)[None, :]
            excluded = excluded | others
    weigh = np.repeat(times[:, None], len(periods), axis=1)
    prices = [Price(one.prefixes, _touched(facts, one), one.factor) for one in changes if isinstance(one, PriceShock)]
    return Terms(np.where(excluded, 0, weigh).astype(np.int32), weigh, prices)


def _drawn(change: Resample, excluded: np.ndarray) -> np.ndarray:
    """How many times each partner is drawn, int32[p]; 1 for those that are not drawn from."""
    among = np.flatnonzero(~excluded.all(axis=1))
    draw = random.Random(change.seed).random
    times = np.ones(excluded.shape[0], dtype=np.int32)
    times[among] = 0
    for _ in range(among.size):
        times[among[int(draw() * among.size)]] += 1
    return times


def _chosen(facts: dict[str, Any], change: PriceShock | ExcludePartners | OnlyPartners) -> np.ndarray:
    """Which partners a change names, bool[p]."""
    regions, wanted = facts["regions"], {named(one) for one in change.partners}
    return np.array(
        [not wanted.isdisjoint(answers_to(one)) or regions.get(one) in change.regions for one in facts["partners"]],
        dtype=bool,
    )


def _in_periods(facts: dict[str, Any], change: PriceShock | ExcludePartners | OnlyPartners) -> np.ndarray:
    """Which periods a change names, bool[t]."""
    return np.array([change.periods is None or one in change.periods for one in facts["trade_periods"]], dtype=bool)


def _touched(facts: dict[str, Any], change: PriceShock | ExcludePartners) -> np.ndarray:
    """Which partners in which periods, bool[p, t]."""
    chosen = _chosen(facts, change)
    if not change.partners and not change.regions:
        chosen[:] = True
    return chosen[:, None] & _in_periods(facts, change)[None, :]
