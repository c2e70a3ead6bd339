"""Codes that fit as they are and as well with a zero before them, where others have certainly lost theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fastavs.codes import as_digits
from fastavs.trade.rules import Tariff
from fastavs.trade.trade_rows import TradeRows


def sift_lost_zeros(rows: TradeRows, tariff: Tariff) -> None:
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


def told_of_lost_ends(
    codes: Sequence[str], troubles: Sequence[str | None], printed: Callable[[], Sequence[str]], tariff: Tariff
) -> list[str | None]:
    """Return the troubles of trade codes; those of codes that may have lost a zero at their end say so.

    A spreadsheet takes a code with one point for a number, and makes 2203.1 of 2203.10.

    Parameters
    ----------
    codes : sequence of str
    troubles : sequence of str or None
        What `Tariff.trouble` says of each.
    printed : callable
        Returns codes as the files print them, in any order.
    tariff : Tariff
    """
    told = list(troubles)
    odd = [place for place, code in enumerate(codes) if troubles[place] and len(code) % 2 and code.isdigit()]
    pointed = {as_digits(text) for text in printed() if text.count(".") == 1} if odd else set()
    for place in odd:
        code = codes[place]
        if code in pointed and len(code) < max(tariff.keys) and tariff.begins(f"{code}0"):
            reason = str(told[place]).partition(" (")[0]
            told[place] = f"{reason} (a number in a spreadsheet may have lost a zero at its end: {code}0)"
    return told
