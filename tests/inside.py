"""What the twins take of a study's inside: its checked inputs and its matching, and nothing that charges a duty."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastavs as fa
from fastavs.inputs.schedule import YearSchedule
from fastavs.matching.basis import Basis, make_basis
from fastavs.matching.match import make_match
from fastavs.matching.recorded import Recorded


def match(study: fa.Study, kind: str, year: int) -> Any:
    """Return a schedule year held against its trade; `kind` is "applied" or "bound"."""
    return study.matches.match(kind, year)


def recorded(study: fa.Study, digits: int) -> Recorded:
    """Return all observations, codes cut to a tariff's length."""
    return study.matches.recorded(digits)


def applied_year(study: fa.Study, year: int) -> int:
    """Return the year of the applied schedule behind a year."""
    return study.matches.applied_year(year)


def new_basis(study: fa.Study, among: Recorded, periods: tuple[int, ...], own_trade: bool) -> Basis:
    """Pick observations as the study would pick them among other ones."""
    options = study.options
    every = options.base_partners == "all" and not own_trade
    return make_basis(among, periods, options.min_value, every)


def new_match(study: fa.Study, schedule: YearSchedule, basis: Basis, own_trade: bool, known: np.ndarray) -> Any:
    """Hold a schedule year against other observations; `known` are lines (int64) that are matched in any case."""
    keys = np.union1d(study.matches.base_keys(schedule.digits), known)
    return make_match(schedule, basis, own_trade, keys, study.options)
