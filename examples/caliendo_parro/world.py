"""A SYNTHETIC world: trade, inputs and duties of five regions and twelve sectors, balanced to the last digits.

Everything follows from the round figures of `figures.py` by accounting identities, so nothing is left to balance but
the input table, whose totals are met by scaling rows and columns in turn (RAS). Nothing is drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caliendo_parro import figures


@dataclass(frozen=True, eq=False)
class World:
    """Trade, inputs and duties at the base. n regions as buyers, i as sellers, j and k sectors.

    Attributes
    ----------
    regions, sectors : tuple of str
    duty : float64[n, i, j]
        Ad valorem, fractions; 0 at home.
    share : float64[n, i, j]
        What of n's spending on j goes to goods of i, duty included: adds up to 1 over i.
    spending : float64[n, j]
        On all goods of j, duties included, billions of dollars.
    value_added : float64[n, j]
        Per dollar of output.
    inputs : float64[n, k, j]
        Spending on k per dollar of output of j: with ``value_added``, adds up to 1 over k.
    final : float64[n, j]
        Shares of sectors in final demand.
    income : float64[n]
        Value added, billions of dollars.
    deficit : float64[n]
        Imports less exports, billions of dollars: adds up to 0.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    duty: np.ndarray
    share: np.ndarray
    spending: np.ndarray
    value_added: np.ndarray
    inputs: np.ndarray
    final: np.ndarray
    income: np.ndarray
    deficit: np.ndarray

    @property
    def imports(self) -> np.ndarray:
        """float64[n, i, j]: at the border, before duty, billions of dollars; what is sold at home included."""
        return self.spending[:, None, :] * self.share / (1.0 + self.duty)


def make_world(russia_buys: np.ndarray, russia_charges: np.ndarray, unit: float = 1.0) -> World:
    """Make the world around Russia's imports and duties.

    Parameters
    ----------
    russia_buys : float64[goods, 4]
        Russia's imports by sector and region (all but Russia, in order); only their proportions count.
    russia_charges : float64[goods, 4]
        Its duties on them, ad valorem, fractions.
    unit : float
        Billions of dollars are multiplied by it: figures in another currency.

    Returns
    -------
    World
    """
    trade = _trade(russia_buys) * unit
    duty = np.zeros(trade.shape)
    duty[1:] = figures.DUTIES.T[1:, None, :] / 100.0
    duty[0, 1:, :-1] = russia_charges.T
    home = np.arange(len(figures.REGIONS))
    duty[home, home] = 0.0

    output = figures.OUTPUT_SHARES.T / 100.0 * np.array(list(figures.OUTPUT.values()))[:, None] * unit
    trade[home, home] = output - trade.sum(axis=0)  # what is not exported stays at home
    if (trade[home, home] <= 0.0).any():
        raise ValueError("a region exports more than it makes: change the figures")
    paid = trade * (1.0 + duty)
    spending = paid.sum(axis=1)
    value_added = np.tile(figures.RATIOS[:, 0] / 100.0, (home.size, 1))
    bought = np.array([_inputs(spending[n], output[n], value_added[n]) for n in home])
    inputs = bought / output[:, None, :]
    final = spending - bought.sum(axis=2)
    return World(
        regions=figures.REGIONS,
        sectors=figures.SECTORS,
        duty=duty,
        share=paid / spending[:, None, :],
        spending=spending,
        value_added=1.0 - inputs.sum(axis=1),
        inputs=inputs,
        final=final / final.sum(axis=1, keepdims=True),
        income=((1.0 - inputs.sum(axis=1)) * output).sum(axis=1),
        deficit=trade.sum(axis=(1, 2)) - trade.sum(axis=(0, 2)),
    )


def _trade(russia_buys: np.ndarray) -> np.ndarray:
    """Return trade between regions, float64[n, i, j], before duty; none at home."""
    trade = figures.IMPORTS[:, :, None] * (figures.SOLD.T / 100.0)[None]
    trade[0, 1:, :-1] = russia_buys.T * (figures.RUSSIA_BUYS_GOODS / russia_buys.sum())
    trade[0, 1:, -1] = trade[0, 1:, :-1].sum(axis=1) * (figures.RUSSIA_BUYS_SERVICES / 100.0)
    return trade


def _inputs(spending: np.ndarray, output: np.ndarray, value_added: np.ndarray) -> np.ndarray:
    """Bring the pattern of inputs to what is bought of each product (rows) and by each sector (columns)."""
    columns = (1.0 - value_added) * output
    rows = (1.0 - figures.RATIOS[:, 1] / 100.0) * spending
    rows *= columns.sum() / rows.sum()
    if (rows >= spending).any():
        raise ValueError("a product is bought by sectors alone, and more of it than there is: change the figures")
    table = figures.INPUTS.copy()
    for _ in range(200):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= columns / table.sum(axis=0)
    return table
