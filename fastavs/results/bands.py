"""How the draws of scenarios are spread."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from fastavs.results.summary import FIGURES
from fastavs.tables.arrow import numbers, texts

ENDS = (5, 25, 50, 75, 95)
"""Percentiles of a band."""
NAMES = ("mean", "sd", *(f"p{one}" for one in ENDS))
"""What is said of the draws of a figure."""
MEANS = tuple(one for one in FIGURES if one.endswith("mean") or one in ("weighted_mean_unadjusted", "adjust"))
"""Columns of the summary that have a band."""


class Band(NamedTuple):
    """The draws of one figure by year. y years.

    Attributes
    ----------
    known : int64[y]
        Draws that have the figure.
    spread : float64[7, y]
        See `NAMES`; NaN where no draw has it. The deviation is that of a sample, n - 1.
    """

    known: np.ndarray
    spread: np.ndarray


def band_of(draws: np.ndarray) -> Band:
    """Return how draws (float64[draws, y]; NaN = null) are spread.

    Examples
    --------
    >>> import numpy as np
    >>> found = band_of(np.array([[1.0], [3.0], [np.nan]]))
    >>> found.known.tolist(), found.spread[[0, 4], 0].tolist()
    ([2], [2.0, 2.0])
    """
    known = (~np.isnan(draws)).sum(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where no draw has the figure
        spread = np.concatenate([
            np.nanmean(draws, axis=0)[None], np.nanstd(draws, axis=0, ddof=1)[None],
            np.nanpercentile(draws, ENDS, axis=0),
        ])  # fmt: skip
    return Band(known, spread)


def band_table(drawn: Mapping[str, np.ndarray], years: Sequence[int], outputs: Sequence[str]) -> pa.Table:
    """Return a row per scenario, year and mean.

    Parameters
    ----------
    drawn : mapping of str to float64[draws, years, columns of the summary after `lines`]
        By scenario.
    years : sequence of int
    outputs : sequence of str
        Columns of the summary that were asked for.

    Returns
    -------
    pyarrow.Table
        ``scenario``, ``year``, ``statistic``; how many ``draws``, and of how many it is ``known``; their ``mean`` and
        ``sd``, and percentiles from ``p5`` to ``p95``. Fractions; null where no draw has the mean.
    """
    named = [one for one in outputs if one in MEANS]
    keys = [(name, year, one) for name in drawn for one in named for year in years]
    bands = [band_of(some[:, :, FIGURES.index(one)]) for some in drawn.values() for one in named]
    nothing = np.empty((len(NAMES), 0))
    spread = np.concatenate([nothing, *(one.spread for one in bands)], axis=1)
    known = np.concatenate([np.empty(0, dtype=np.int64), *(one.known for one in bands)])
    many = [some.shape[0] for some in drawn.values() for _ in named for _ in years]
    return pa.table({
        "scenario": texts([one[0] for one in keys]),
        "year": numbers(np.array([one[1] for one in keys], dtype=np.int64)),
        "statistic": texts([one[2] for one in keys]), "draws": numbers(np.array(many, dtype=np.int64)),
        "known": numbers(known), **{name: numbers(one) for name, one in zip(NAMES, spread, strict=True)},
    })  # fmt: skip
