"""Lines that are sensitive: those of the largest imports or rates, which an exception may leave out."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from fastavs.evaluation.reform_lines import standing_lines
from fastavs.index.sorted_index import SortedIndex
from fastavs.reform.selecting import Selecting
from fastavs.scenario.selection import Except

TIE_DIGITS = 12
"""Decimals of rates beyond which two are equal."""


def sensitive_lines(index: SortedIndex, selecting: Selecting, left: Except, chosen: np.ndarray) -> np.ndarray:
    """Return the sensitive ones of some lines of years, bool[h].

    In each year they are so large a share of the lines chosen, rounded up: those with the largest imports or rates of
    the unchanged study, ties by code, unknown rates last.
    """
    share: Fraction = left.sensitive or Fraction(0)
    by = index.lines.imports[index.lines_of_years.every.named] if left.by == "imports" else standing_lines(index).rate
    size = np.where(np.isnan(by), -1.0, by if left.by == "imports" else np.round(by, TIE_DIGITS))
    found = np.zeros(chosen.size, dtype=bool)
    for span in selecting.spans:
        some = span.first + np.flatnonzero(chosen[span.first : span.last])
        order = some[np.argsort(-size[some], kind="stable")]
        found[order[: math.ceil(share * some.size)]] = True
    return found
