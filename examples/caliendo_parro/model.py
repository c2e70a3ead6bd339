"""The model in exact hat algebra: equations and their derivatives (Caliendo and Parro, 2015, equations 10 to 14).

Unknown are the logarithms ``w`` of wages and ``P`` of price indices by sector, relative to the base, and the change
``x`` of spending by sector, as a fraction of the base. The cost of a bundle of inputs, the price at the border, and
the share of spending that goes to goods of i are

    ln c[i, j] = value_added[i, j] w[i] + sum over k of inputs[i, k, j] P[i, k]
    ln p[n, i, j] = ln c[i, j] + ln cost_of_trade[n, i, j]
    a[n, i, j] = share[n, i, j] exp(-theta (ln p[n, i, j] + ln((1 + duty') / (1 + duty)) - P[n, j]))
    share'[n, i, j] = a[n, i, j] / sum over i of a[n, i, j]

and P is right where that sum is 1.

Russia's duties are a function of its prices at the border and of exchange rates. The rest is accounting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from caliendo_parro.slopes import Sloped, exp, joined, log, weighed
from caliendo_parro.world import World

RUSSIA = 0


@dataclass(frozen=True)
class Shock:
    """What changes from outside.

    Attributes
    ----------
    name : str
    year : int
        Whose schedule of duties Russia applies.
    import_cost : float
        Prices of all goods that Russia imports are multiplied by it at the border: less of them melts on the way.
    currencies : mapping of str to float
        The value of a currency is multiplied by it, beside what the price index of its region does.
    level : float
        World income in the unit of account, relative to the base: the numeraire.
    """

    name: str
    year: int = 2011
    import_cost: float = 1.0
    currencies: Mapping[str, float] = field(default_factory=dict)
    level: float = 1.0


class Tariff(Protocol):
    """Russia's duties inside the model: goods s, regions r (all but Russia), currencies c."""

    def __call__(self, price: np.ndarray, fx: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return duties and what they change by.

        Parameters
        ----------
        price : float64[s, r]
            Prices at the border, relative to the base.
        fx : float64[c]
            Values of currencies, relative to the base.

        Returns
        -------
        tuple
            Duties float64[s, r], their derivatives by the logarithm of each price, float64[s * r, s * r], and by that
            of each exchange rate, float64[s * r, c].
        """


@dataclass(frozen=True, eq=False)
class State:
    """All that follows from the unknowns. Arrays as in `World`; values in the world's unit at the numeraire chosen."""

    unknowns: np.ndarray
    wage: np.ndarray  # float64[n] ratio to the base, as are the next five
    price_index: np.ndarray  # float64[n, j] by sector
    cost_of_living: np.ndarray  # float64[n]
    import_price: np.ndarray  # float64[s, r] Russia's, at the border
    fx: np.ndarray  # float64[c]
    real_income: np.ndarray  # float64[n]
    tariff: np.ndarray  # float64[s, r] Russia's duties, fractions
    share: np.ndarray  # float64[n, i, j]
    imports: np.ndarray  # float64[n, i, j] before duty, home sales included
    duty_paid: np.ndarray  # float64[n, i, j]
    spending: np.ndarray  # float64[n, j]
    total_income: np.ndarray  # float64[n] wages, duties, and what others lend

    @property
    def revenue(self) -> float:
        """Russia's duties, in the world's unit."""
        return float(self.duty_paid[RUSSIA].sum())

    @property
    def mean_duty(self) -> float:
        """Russia's revenue over its imports of goods from abroad: a fraction."""
        return self.revenue / float(self.imports[RUSSIA, 1:, :-1].sum())

    @property
    def welfare(self) -> float:
        """Change of Russia's real income: a fraction."""
        return float(self.real_income[RUSSIA]) - 1.0


class Model:
    """Equations of a world and their derivatives.

    Parameters
    ----------
    world : World
    currencies : mapping of str to str
        The region whose price index each currency goes with, in the order of the tariff function's currencies.
        A currency fixed in the numeraire would make real duties hang on the unit of account.
    theta : float or array that broadcasts to float64[j]
        Trade elasticity of the sectors.
    """

    def __init__(self, world: World, currencies: Mapping[str, str], theta: float | np.ndarray = 5.0) -> None:
        regions, sectors = world.spending.shape
        self.world, self.currencies = world, dict(currencies)
        unknown = set(self.currencies.values()) - set(world.regions)
        if unknown:
            raise ValueError(f"currencies: no region is called {sorted(unknown)[0]}; there are {world.regions}")
        self.theta = np.broadcast_to(np.asarray(theta, dtype=np.float64), (sectors,))
        self.size = regions + 2 * regions * sectors

    def start(self, spread: float = 0.0, seed: int = 0) -> np.ndarray:
        """Return unknowns to begin with: the base, or near it at random."""
        return spread * np.random.default_rng(seed).uniform(-1.0, 1.0, self.size)

    def _split(self, unknowns: np.ndarray) -> tuple[Sloped, Sloped, Sloped]:
        """Return logarithms of wages and price indices, and changes of spending, each the slope of itself."""
        regions, sectors = self.world.spending.shape
        all_of_them = Sloped(unknowns, np.eye(self.size))
        wage, price, spending = (
            all_of_them[:regions], all_of_them[regions : -regions * sectors], all_of_them[-regions * sectors :]
        )  # fmt: skip
        table = (regions, sectors)
        return wage, price.reshape(*table), spending.reshape(*table)

    def _duties(self, cost: Sloped, living: Sloped, shock: Shock, tariff: Tariff) -> tuple[Sloped, Sloped, Sloped]:
        """Return Russia's prices at the border and exchange rates, and all duties, float64[n, i, j]."""
        abroad = Sloped(cost.value[1:, :-1].T, cost.slope[1:, :-1].transpose(1, 0, 2))
        price = exp(abroad) * shock.import_cost
        places = [self.world.regions.index(region) for region in self.currencies.values()]
        fx = exp(living[places]) * np.array([shock.currencies.get(one, 1.0) for one in self.currencies])
        found, by_price, by_fx = tariff(price.value, fx.value)
        slope = by_price @ abroad.reshape(price.value.size).slope + by_fx @ living[places].slope
        duty = Sloped(self.world.duty.copy(), np.zeros((*self.world.duty.shape, self.size)))
        duty.value[RUSSIA, 1:, :-1] = found.T
        duty.slope[RUSSIA, 1:, :-1] = slope.reshape(*found.shape, -1).transpose(1, 0, 2)
        return price, fx, duty

    def equations(self, unknowns: np.ndarray, shock: Shock, tariff: Tariff) -> tuple[np.ndarray, np.ndarray, State]:
        """Return what the equations miss by, its derivatives, and all that follows from the unknowns.

        Parameters
        ----------
        unknowns : float64[z]
        shock : Shock
        tariff : Tariff

        Returns
        -------
        tuple
            float64[z], relative to the base; float64[z, z]; State.
        """
        world, theta = self.world, self.theta
        w, p, x = self._split(unknowns)
        cost = world.value_added * w[:, None] + weighed(world.inputs.transpose(0, 2, 1), p)
        living = (world.final * p).sum(1)
        price, fx, duty = self._duties(cost, living, shock, tariff)
        cost_of_trade = np.zeros(duty.value.shape)
        cost_of_trade[RUSSIA, 1:, :-1] = np.log(shock.import_cost)

        # Whose goods are bought, at the border and with duty.
        paid = cost[None] + cost_of_trade + log((1.0 + duty) / (1.0 + world.duty))
        weight = world.share * exp(-theta * (paid - p[:, None]))
        met = weight.sum(1)
        share = weight / met[:, None]
        spending = world.spending * (1.0 + x)
        imports = spending[:, None] * share / (1.0 + duty)
        duty_paid = duty * imports

        # Incomes: deficits stay the same part of world income.
        output, wages = imports.sum(0), world.income * exp(w)
        total = wages + duty_paid.sum(1, 2) + world.deficit / world.income.sum() * wages.sum(0)

        # Markets for labour (the last follows from the others: the numeraire is in its place), prices, goods.
        labour = ((world.value_added * output).sum(1) - wages) / world.income
        numeraire = wages.sum(0) / world.income.sum() - shock.level
        goods = (weighed(world.inputs, output) + world.final * total[:, None] - spending) / world.spending
        missed = joined(labour[:-1], numeraire, log(met), goods)

        base = world.income + (world.duty * world.imports).sum(axis=(1, 2)) + world.deficit
        state = State(
            unknowns=unknowns,
            wage=np.exp(w.value),
            price_index=np.exp(p.value),
            cost_of_living=np.exp(living.value),
            import_price=price.value,
            fx=fx.value,
            real_income=total.value / base / np.exp(living.value),
            tariff=duty.value[RUSSIA, 1:, :-1].T,
            share=share.value,
            imports=imports.value,
            duty_paid=duty_paid.value,
            spending=spending.value,
            total_income=total.value,
        )
        return missed.value, missed.slope, state
