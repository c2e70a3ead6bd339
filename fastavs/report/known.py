"""The summary, with means over the same lines on either side of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from fastavs.results.rates import Rates

KNOWN_AD_VALOREM = "ad_valorem_known_mean"


def known_ad_valorem_mean(rates: Rates, row: Mapping[str, Any]) -> float | None:
    """Return the simple mean of a year's ad valorem parts over lines whose rate is known; `row` is of the summary.

    ``ad_valorem_simple_mean`` is over all lines (METHOD.md section 7, "Nulls"), so it cannot be taken from
    ``simple_mean`` where some rates are null: what lacks a rate would seem to lower the mean.
    """
    if not row["unresolved_lines"] or rates.checked.options.unresolved == "zero":
        mean: float | None = row["ad_valorem_simple_mean"]
        return mean
    year = rates.year(row["year"])
    known = year.ad_valorem[~np.isnan(year.rate)]
    return float(known.mean()) if known.size else None


def comparable_summary(rates: Rates) -> list[dict[str, Any]]:
    """Return the rows of the summary with that mean besides, as `KNOWN_AD_VALOREM`."""
    rows = rates.summary().to_pylist()
    return [row | {KNOWN_AD_VALOREM: known_ad_valorem_mean(rates, row)} for row in rows]
