"""Regions of a model: which partners belong to which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Regions:
    """Partners to regions.

    Attributes
    ----------
    title : str
        What it is called in messages.
    regions : tuple of str
        In the order in which models see them.
    region_of : int64[p]
        Of each partner of the study's trade (``index.facts["partners"]``); -1: left out.
    home : str or None
        The region, or other label, of the importing country: the destination of the trade.
    """

    title: str
    regions: tuple[str, ...]
    region_of: np.ndarray
    home: str | None = None
