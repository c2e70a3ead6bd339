"""Codes that fit as they are and as well with a zero before them, where others have certainly lost theirs."""

from __future__ import annotations

import numpy as np

from fastavs.trade.rules import Tariff
from fastavs.trade.together import Together


def sift_lost_zeros(rows: Together, tariff: Tariff) -> None:
    """Set aside codes one digit shorter than lines, where other codes of that length have lost a leading zero.

    Only a tariff of an odd number of digits has such codes: elsewhere they have an odd number of digits themselves.
    """
    for digits in (n for n in tariff.keys if n % 2):
        short = [place for place, code in enumerate(rows.codes) if len(code) == digits - 1]
        short = [place for place in short if tariff.one_digit_short(rows.codes[place])]
        if not any(tariff.trouble(rows.codes[place]) for place in short):
            continue
        for place in short:
            mine = np.flatnonzero(rows.code == place)
            rows.lose(mine, "code that others of its length were cut to "
                      f"(it may have lost a leading zero: 0{rows.codes[place]})")  # fmt: skip
