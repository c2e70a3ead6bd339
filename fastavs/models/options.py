"""What a tariff function is asked to hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Choices of a tariff function; whoever asks users for them has checked them.

    Attributes
    ----------
    fallback : str
        Where a region has no observations of a line's own trade: "own", it borrows within the region; "line", it takes
        the line's rate over all partners.
    aves : str
        Whose rate a line has in a region: "region", the mean over its partners; "partner", each partner's own, weighted
        by its imports; "all", the mean over all partners.
    rates : str
        "governing", "applied", "bound" or "ad_valorem".
    weights : str
        "imports", "fixed" (those of the unchanged study) or "simple" (every line alike).
    empty : str
        What a cell without imports (with simple weights: without a weight) has: "null", "sector" (the sector's tariff
        over all partners) or "zero".
    inside : str
        "drop" or "keep" the trade of partners in the importing country's own region.
    excluded : str
        The trade of excluded partners: "leave out", it is in no cell; "duty free", it is in the cells and pays 0.
    """

    fallback: str = "own"
    aves: str = "region"
    rates: str = "governing"
    weights: str = "imports"
    empty: str = "null"
    inside: str = "drop"
    excluded: str = "leave out"
