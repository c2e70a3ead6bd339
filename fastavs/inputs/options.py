"""What a study lets its user choose, with the defaults of the method."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of a study (METHOD.md names the choice behind each).

    Attributes
    ----------
    outlier : float
        An observation whose rate is above it (a fraction: 10.0 is 1000 %) is taken for a recording error.
    match_on : {"classification", "imports"}
        Whether a line counts as matched by its code or by its imports.
    levels : tuple of int
        Digits at which a line borrows from relatives, longest first.
    method : {"partner", "pooled"}
        A mean over partners' rates, or one unit value a line.
    unresolved : {"null", "zero"}
        The rate of a purely specific duty without any observation.
    short_codes : {"reach", "donors"}
        Whether trade at fewer digits serves lines past its own length.
    base_partners : {"any", "all"}
        Partners with imports in any base period, or in every one.
    mislabelled : {"report", "drop"}
        What becomes of quantities that look mislabelled.
    min_value : float
        Smaller observations (study's currency) take no part in an AVE.
    weights : {"all", "mfn"}
        Whose imports weigh in years with their own trade.
    fx_period : {"trade", "schedule"}
        Exchange rates of the trade's period, or of the schedule's year.
    strict : bool
        A row that would be set aside is an error.
    """

    outlier: Annotated[float, Meta(gt=0)] = 10.0
    match_on: Literal["classification", "imports"] = "classification"
    levels: tuple[Annotated[int, Meta(ge=1, le=12)], ...] = (8, 6, 4)
    method: Literal["partner", "pooled"] = "partner"
    unresolved: Literal["null", "zero"] = "null"
    short_codes: Literal["reach", "donors"] = "reach"
    base_partners: Literal["any", "all"] = "any"
    mislabelled: Literal["report", "drop"] = "report"
    min_value: Annotated[float, Meta(ge=0)] = 0.0
    weights: Literal["all", "mfn"] = "all"
    fx_period: Literal["trade", "schedule"] = "trade"
    strict: bool = False

    def __post_init__(self) -> None:
        if list(self.levels) != sorted(set(self.levels), reverse=True):
            raise ValueError("Levels go from the longest to the shortest, each once")


class Base(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base period, for years whose own trade is not known.

    Attributes
    ----------
    periods : tuple of str
        Trade periods pooled.
    first_year : int, optional
        Years before it use their own trade. Default: the first schedule year without any.
    applied_year : int, optional
        The applied schedule that bound years are compared with. Default: the last one.
    """

    periods: tuple[str, ...] = ()
    first_year: int | None = None
    applied_year: int | None = None
