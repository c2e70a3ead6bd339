"""Revenue at base trade: rates times the imports of the unchanged study, at the prices that rates are worked out on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Revenue(NamedTuple):
    """What some rates bring in, in the study's currency, by group of lines. g groups.

    Attributes
    ----------
    revenue : float64[g]
        Rates times imports, over lines with a known rate. Quantities do not answer to rates.
    known_imports, unknown_imports : float64[g]
        Of lines with a known rate, and of all others.
    """

    revenue: np.ndarray
    known_imports: np.ndarray
    unknown_imports: np.ndarray


def revenue_of(rates: np.ndarray, imports: np.ndarray, group: np.ndarray, groups: int) -> Revenue:
    """Add up what rates bring in.

    Parameters
    ----------
    rates, imports : float64[h]
        NaN = null.
    group : int64[h]
        Of each line.
    groups : int

    Examples
    --------
    >>> import numpy as np
    >>> found = revenue_of(np.array([0.1, np.nan]), np.array([50.0, 7.0]), np.array([0, 0]), 1)
    >>> found.revenue.tolist(), found.known_imports.tolist(), found.unknown_imports.tolist()
    ([5.0], [50.0], [7.0])
    """
    known = ~np.isnan(rates)

    def added(values: np.ndarray) -> np.ndarray:
        return np.bincount(group, values, minlength=groups)

    return Revenue(
        added(np.where(known, rates, 0.0) * imports), added(np.where(known, imports, 0.0)),
        added(np.where(known, 0.0, imports)),
    )  # fmt: skip
