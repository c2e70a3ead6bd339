"""Russia's tariff function from the SYNTHETIC replica, the shocks, and what they do with duties fixed and live."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import fastavs as fa
from caliendo_parro import figures
from caliendo_parro.model import RUSSIA, Model, Shock
from caliendo_parro.solve import FixedTariff, LiveTariff, Solution, lagged, newton
from caliendo_parro.world import make_world
from fastavs.replica import make_replica

YEARS = BEFORE, AFTER = 2011, 2020
GOES_WITH = {"EUR": "EU27", "USD": "USA"}  # the region whose price index a currency goes with
SHOCKS = (
    Shock("none"),
    Shock("accession", AFTER),
    Shock("imports 20 % cheaper", import_cost=0.8),
    Shock("euro 20 % dearer", currencies={"EUR": 1.2}),
    Shock("accession, imports cheaper", AFTER, 0.8),
    Shock("accession, euro dearer", AFTER, currencies={"EUR": 1.2}),
    Shock("accession with both", AFTER, 0.8, {"EUR": 1.2}),
)


def tariff_of(folder: str | Path, scale: float = 0.02, seed: int = 1) -> Any:
    """Make a replica and Russia's tariff function of it, by the model's goods and regions.

    Parameters
    ----------
    folder : path-like
        Where the replica's files go.
    scale : float
        Trade rows relative to the full replica.
    seed : int

    Returns
    -------
    fastavs.TariffFunction
        Of 2011, and of 2020 when accession is complete; both on imports of 2009 to mid-2011.
    """
    study = fa.Study.load(make_replica(Path(folder), seed=seed, scale=scale))
    with (Path(folder) / "industry.csv").open(encoding="utf-8", newline="") as table:
        industries = {row["prefix"]: int(row["group"]) for row in csv.DictReader(table)}
    sectors = {  # sectors and regions stand in the order in which they are first named
        prefix: name
        for name, some in figures.INDUSTRIES.items()
        for prefix, industry in industries.items()
        if industry in some
    }
    regions = dict.fromkeys(figures.EU27, "EU27") | {"CHN": "CHN", "USA": "USA"}
    return fa.tariff_function(
        study, sectors=sectors, regions=regions, rest_region="ROW", years=YEARS, home="RUS", empty="zero"
    )


def model_of(
    function: Any,
    unit: float = 1.0,
    theta: float | np.ndarray = 5.0,
    goes_with: Mapping[str, str] = GOES_WITH,
) -> Model:
    """Make the world around a tariff function, and the model of it.

    Parameters
    ----------
    function : fastavs.TariffFunction
    unit : float
        What values of the world are multiplied by.
    theta : float or float64[j]
    goes_with : mapping of str to str
        The region whose price index each currency of the function goes with.

    Returns
    -------
    Model
    """
    before = list(function.years).index(BEFORE)
    world = make_world(function.imports[before], function()[before], unit)
    return Model(world, {currency: goes_with[currency] for currency in function.currencies}, theta)


@dataclass(frozen=True, eq=False)
class Pair:
    """A shock with duties fixed at base prices, and with duties that move.

    Attributes
    ----------
    shock : Shock
    fixed, live : Solution
    """

    shock: Shock
    fixed: Solution
    live: Solution


def solve_both(model: Model, function: Any, shock: Shock) -> Pair:
    """Solve a shock with the schedule's duties as they are at base prices, and live."""
    year = list(function.years).index(shock.year)
    fixed = newton(model, shock, FixedTariff(function()[year]))
    return Pair(shock, fixed, newton(model, shock, LiveTariff(function, shock.year)))


def compare(model: Model, pairs: list[Pair]) -> pa.Table:
    """Return a row for each shock: mean duty (percent), revenue (base: 100), welfare (percent change), fixed and live.

    Parameters
    ----------
    model : Model
    pairs : list of Pair

    Returns
    -------
    pyarrow.Table
    """
    base = float((model.world.imports * model.world.duty)[RUSSIA].sum())
    rows = []
    for pair in pairs:
        row: dict[str, Any] = {"shock": pair.shock.name}
        for label, solution in (("fixed", pair.fixed), ("live", pair.live)):
            row[f"mean_duty_{label}"] = 100.0 * solution.state.mean_duty
            row[f"revenue_{label}"] = 100.0 * solution.state.revenue / base
            row[f"welfare_{label}"] = 100.0 * solution.state.welfare
        rows.append(row)
    return pa.Table.from_pylist(rows)


def what_amounts_see(function: Any, pairs: list[Pair]) -> pa.Table:
    """Return what moves specific duties in each shock, and what that comes to.

    An amount per kilogram weighs by the value of its currency over the price of the goods. Columns, all in percent:
    ``factor``, the mean change of that over cells, by specific duty paid; ``specific``, what of the duties is specific
    at base prices; ``expected``, the product of the two; ``found``, how much the duties move on the same imports.

    Parameters
    ----------
    function : fastavs.TariffFunction
    pairs : list of Pair

    Returns
    -------
    pyarrow.Table
    """
    rows = []
    for pair in pairs:
        year, state = list(function.years).index(pair.shock.year), pair.live.state
        fixed, slopes = function.value_and_jacobian()
        imports = pair.fixed.state.imports[RUSSIA, 1:, :-1].T
        by_currency = slopes.fx[year] * imports[..., None]  # specific duty paid, float64[s, r, c]
        factor = state.fx / state.import_price[..., None]
        specific = by_currency.sum() / (fixed[year] * imports).sum()
        moved = (by_currency * (factor - 1.0)).sum() / by_currency.sum()
        found = (state.tariff * imports).sum() / (fixed[year] * imports).sum() - 1.0
        rows.append(
            {
                "shock": pair.shock.name,
                "factor": 100.0 * moved,
                "specific": 100.0 * specific,
                "expected": 100.0 * moved * specific,
                "found": 100.0 * found,
            }
        )
    return pa.Table.from_pylist(rows)


def shown(table: pa.Table, digits: int = 3) -> Any:
    """Return a table of shocks as a dataframe that says what it is made of."""
    frame = table.to_pandas().set_index("shock").rename_axis(index=None, columns=figures.LABEL)
    return frame.round(digits)


def race(model: Model, function: Any, shocks: tuple[Shock, ...] = SHOCKS) -> pa.Table:
    """Return how long three ways to the same equilibrium are.

    Parameters
    ----------
    model : Model
    function : fastavs.TariffFunction
    shocks : tuple of Shock

    Returns
    -------
    pyarrow.Table
        In linear systems solved: ``newton`` with the function's derivatives, ``values_alone`` without them,
        ``lagged`` in all rounds of the lagged tariff; ``rounds`` of these; ``difference``, the largest between the
        three in any unknown.
    """
    rows = []
    for shock in shocks:
        live, blind = LiveTariff(function, shock.year), LiveTariff(function, shock.year, derivatives=False)
        ways = [newton(model, shock, live), newton(model, shock, blind, most=200), lagged(model, shock, live)]
        rows.append(
            {
                "shock": shock.name,
                "newton": ways[0].steps,
                "values_alone": ways[1].steps,
                "lagged": ways[2].steps,
                "rounds": ways[2].rounds,
                "difference": float(np.ptp([one.state.unknowns for one in ways], axis=0).max()),
            }
        )
    return pa.Table.from_pylist(rows)
