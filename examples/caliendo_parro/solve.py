"""Ways to the equilibrium: Newton with the tariff's own derivatives, without them, and the tariff lagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from caliendo_parro.model import Model, Shock, State, Tariff

TOLERANCE = 1e-13  # what an equation may miss by, relative to the base
LARGEST_STEP = 0.5  # of a logarithm


@dataclass(frozen=True, eq=False)
class Solution:
    """An equilibrium and the way to it.

    Attributes
    ----------
    state : State
    steps : int
        Newton steps, each with one linear system.
    rounds : int
        How often the tariff was set anew; 0: it moved with every step.
    path : tuple of (int, float64[z])
        How many linear systems were solved so far, and the unknowns then: after each step, or lagged after each round.
    """

    state: State
    steps: int
    rounds: int
    path: tuple[tuple[int, np.ndarray], ...]


class FixedTariff:
    """Duties that move with nothing.

    Parameters
    ----------
    duty : float64[s, r]
    """

    def __init__(self, duty: np.ndarray) -> None:
        self.duty = duty

    def __call__(self, price: np.ndarray, fx: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        cells = self.duty.size
        return self.duty, np.zeros((cells, cells)), np.zeros((cells, fx.size))


class LiveTariff:
    """Russia's tariff function of one year: values and exact derivatives, by logarithms of prices and exchange rates.

    Parameters
    ----------
    function : fastavs.TariffFunction
        Sectors and regions in the order of the world's goods and of its regions but Russia.
    year : int
    derivatives : bool
        Without them it says that duties move with nothing, though they do: what a solver does that knows values alone.
    """

    def __init__(self, function: Any, year: int, derivatives: bool = True) -> None:
        self.function, self.derivatives = function.select(years=(year,)), derivatives

    def value(self, price: np.ndarray, fx: np.ndarray) -> np.ndarray:
        """Return duties, float64[s, r]."""
        return self.function(price=price, fx=fx)[0]

    def __call__(self, price: np.ndarray, fx: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if not self.derivatives:
            return FixedTariff(self.value(price, fx))(price, fx)
        value, slopes = self.function.value_and_jacobian(price=price, fx=fx)
        by_price = np.diag((slopes.price[0] * price).ravel())
        cell, other = slopes.borrowed_cell, slopes.borrowed_price  # duties that rest on another sector's prices
        np.add.at(by_price, (cell, other), slopes.borrowed * price.ravel()[other])
        return value[0], by_price, slopes.fx[0].reshape(-1, fx.size) * fx


def newton(model: Model, shock: Shock, tariff: Tariff, start: np.ndarray | None = None, most: int = 50) -> Solution:
    """Solve the equations by Newton's method.

    Parameters
    ----------
    model : Model
    shock : Shock
    tariff : Tariff
    start : float64[z], optional
        Unknowns to begin with; the base by default.
    most : int
        Steps after which to give up.

    Returns
    -------
    Solution

    Raises
    ------
    RuntimeError
        No equilibrium was found.
    """
    unknowns = model.start() if start is None else start
    path = []
    for steps in range(most + 1):
        missed, slopes, state = model.equations(unknowns, shock, tariff)
        path.append((steps, unknowns))
        if np.abs(missed).max() <= TOLERANCE:
            return Solution(state, steps, 0, tuple(path))
        step = np.linalg.solve(slopes, -missed)
        unknowns = unknowns + step * min(1.0, LARGEST_STEP / np.abs(step).max())
    raise RuntimeError(f"{shock.name}: after {most} steps an equation still misses by {np.abs(missed).max():.1e}")


def lagged(model: Model, shock: Shock, live: LiveTariff, most: int = 200) -> Solution:
    """Solve with the tariff held, set it anew at the prices found, and so on until it stays.

    Parameters
    ----------
    model : Model
    shock : Shock
    live : LiveTariff
        Its derivatives are not used.
    most : int
        Rounds after which to give up.

    Returns
    -------
    Solution

    Raises
    ------
    RuntimeError
        The tariff does not settle.
    """
    sectors, regions = model.world.spending.shape[1] - 1, model.world.spending.shape[0] - 1
    duty = live.value(np.ones((sectors, regions)), np.ones(len(model.currencies)))
    unknowns, steps = model.start(), 0
    path = [(0, unknowns)]
    for rounds in range(1, most + 1):
        found = newton(model, shock, FixedTariff(duty), unknowns)
        unknowns, steps = found.state.unknowns, steps + found.steps
        new = live.value(found.state.import_price, found.state.fx)
        path.append((steps, unknowns))
        change, duty = float(np.abs(new - duty).max()), new
        if change <= TOLERANCE:
            return Solution(found.state, steps, rounds, tuple(path))
    raise RuntimeError(f"{shock.name}: after {most} rounds a duty still changes by {change:.1e}")
