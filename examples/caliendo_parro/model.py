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
        unit = np.eye(self.size)
        self._wage = unit[:regions]
        self._price = unit[regions : regions * (1 + sectors)].reshape(regions, sectors, -1)
        self._spending = unit[regions * (1 + sectors) :].reshape(regions, sectors, -1)
        self._cost = world.value_added[..., None] * self._wage[:, None] + np.einsum(
            "ikj,ikz->ijz", world.inputs, self._price
        )
        self._living = np.einsum("nj,njz->nz", world.final, self._price)
        places = [world.regions.index(region) for region in self.currencies.values()]
        self._fx = self._living[places]

    def start(self, spread: float = 0.0, seed: int = 0) -> np.ndarray:
        """Return unknowns to begin with: the base, or near it at random."""
        return spread * np.random.default_rng(seed).uniform(-1.0, 1.0, self.size)

    def _tariff(self, unknowns: np.ndarray, shock: Shock, tariff: Tariff) -> tuple[np.ndarray, ...]:
        """Return Russia's prices at the border, exchange rates, its duties, and their derivatives by the unknowns."""
        slopes = self._cost[1:, :-1].transpose(1, 0, 2)  # of the logarithms of Russia's prices at the border
        price = np.exp(slopes @ unknowns) * shock.import_cost
        outside = np.array([shock.currencies.get(currency, 1.0) for currency in self.currencies])
        fx = np.exp(self._fx @ unknowns) * outside
        duty, by_price, by_fx = tariff(price, fx)
        slope = by_price @ slopes.reshape(-1, self.size) + by_fx @ self._fx
        return price, fx, duty, slope.reshape(*duty.shape, self.size)

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
        world, theta = self.world, self.theta[:, None]
        price, fx, tariffs, tariff_slope = self._tariff(unknowns, shock, tariff)
        duty = world.duty.copy()
        duty[RUSSIA, 1:, :-1] = tariffs.T
        d_duty = np.zeros((*duty.shape, self.size))
        d_duty[RUSSIA, 1:, :-1] = tariff_slope.transpose(1, 0, 2)
        cost_of_trade = np.zeros(duty.shape)
        cost_of_trade[RUSSIA, 1:, :-1] = np.log(shock.import_cost)

        # What is spent on whose goods: shares, values before duty, duties.
        p = self._price @ unknowns
        paid = (self._cost @ unknowns)[None] + cost_of_trade + np.log1p(duty) - np.log1p(world.duty)
        d_paid = self._cost[None] + d_duty / (1.0 + duty)[..., None]
        share = world.share * np.exp(-self.theta * (paid - p[:, None]))
        d_share = -theta * (d_paid - self._price[:, None]) * share[..., None]
        met, d_met = share.sum(axis=1), d_share.sum(axis=1)
        share = share / met[:, None]
        d_share = (d_share - share[..., None] * d_met[:, None]) / met[:, None, :, None]
        spending = world.spending * (1.0 + self._spending @ unknowns)
        d_spending = world.spending[..., None] * self._spending
        imports = spending[:, None] * share / (1.0 + duty)
        d_imports = d_spending[:, None] * share[..., None] + spending[:, None, :, None] * d_share
        d_imports = (d_imports - imports[..., None] * d_duty) / (1.0 + duty)[..., None]
        duty_paid = duty * imports
        d_duty_paid = duty[..., None] * d_imports + d_duty * imports[..., None]

        # Incomes: deficits stay the same part of world income.
        output, d_output = imports.sum(axis=0), d_imports.sum(axis=0)
        wages = world.income * np.exp(self._wage @ unknowns)
        d_wages = wages[:, None] * self._wage
        part = world.deficit / world.income.sum()
        total = wages + duty_paid.sum(axis=(1, 2)) + part * wages.sum()
        d_total = d_wages + d_duty_paid.sum(axis=(1, 2)) + part[:, None] * d_wages.sum(axis=0)

        # The equations, each relative to the base; the last market for labour is replaced by the numeraire.
        used = np.einsum("nkj,nj->nk", world.inputs, output) + world.final * total[:, None]
        d_used = np.einsum("nkj,njz->nkz", world.inputs, d_output) + world.final[..., None] * d_total[:, None]
        earned = (world.value_added * output).sum(axis=1)
        d_earned = np.einsum("nj,njz->nz", world.value_added, d_output)
        labour, d_labour = (earned - wages) / world.income, (d_earned - d_wages) / world.income[:, None]
        labour[-1] = wages.sum() / world.income.sum() - shock.level
        d_labour[-1] = d_wages.sum(axis=0) / world.income.sum()
        d_goods = (d_used - d_spending) / world.spending[..., None]
        missed = np.concatenate([labour, np.log(met).ravel(), ((used - spending) / world.spending).ravel()])
        slopes = np.concatenate(
            [
                d_labour,
                (d_met / met[..., None]).reshape(-1, self.size),
                d_goods.reshape(-1, self.size),
            ]
        )
        living = np.exp(self._living @ unknowns)
        base = world.income + (world.duty * world.imports).sum(axis=(1, 2)) + world.deficit
        state = State(
            unknowns, np.exp(self._wage @ unknowns), np.exp(p), living, price, fx, total / base / living,
            tariffs, share, imports, duty_paid, spending, total,
        )  # fmt: skip
        return missed, slopes, state
