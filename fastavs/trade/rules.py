"""What a row of the trade table is judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from fastavs import codes
from fastavs.inputs.config import TradeSection
from fastavs.inputs.partners import Partners
from fastavs.inputs.schedule import YearSchedule
from fastavs.tables.arrow import texts
from fastavs.units.units import Bridge


def _of_digits(lengths: Sequence[int]) -> str:
    """Return the pattern of codes of some lengths."""
    return "^(" + "|".join(f"[0-9]{{{n}}}" for n in lengths) + ")$"


def _lost_zero(padded: str) -> str:
    return f"it may have lost a leading zero: {padded}"


@dataclass(frozen=True, slots=True)
class Tariff:
    """What trade codes are held against: every line of every schedule.

    Attributes
    ----------
    keys : dict
        Code length to the sorted lines of that length, as 12-digit numbers.
    """

    keys: dict[int, np.ndarray]

    @classmethod
    def of(cls, schedules: Iterable[YearSchedule]) -> Tariff:
        """Return the lines of some schedules."""
        lines: dict[int, list[np.ndarray]] = {}
        for schedule in schedules:
            lines.setdefault(schedule.digits, []).append(schedule.codes)
        return cls({digits: np.unique(np.concatenate(keys)) for digits, keys in lines.items()})

    def has(self, code: str) -> bool:
        """Whether `code` is a line."""
        lines = self.keys.get(len(code))
        if lines is None:
            return False
        i = int(np.searchsorted(lines, codes.to_key(code)))
        return i < lines.size and lines[i] == codes.to_key(code)

    def begins(self, code: str) -> bool:
        """Whether any line begins with `code`."""
        low, high = codes.interval(np.int64(codes.to_key(code)), len(code))
        return any(
            np.searchsorted(lines, low) < np.searchsorted(lines, high)
            for digits, lines in self.keys.items()
            if digits >= len(code)
        )

    def one_digit_short(self, code: str) -> bool:
        """Whether a code would be a line if it had a zero before it, in a tariff of an odd number of digits.

        Elsewhere a code that has lost a zero has an odd number of digits, and stands out by that.
        """
        return len(code) % 2 == 0 and self.has("0" + code)

    def troubles(self, found: Sequence[str]) -> list[str | None]:
        """Return of each trade code why it can serve no line, or None; see `trouble`."""
        short = {n - 1 for n in self.keys if n % 2}  # a line of an odd number of digits that has lost a zero
        lengths = [
            n for n in range(codes.SHORTEST, max(self.keys) + 1) if (n % 2 == 0 or n in self.keys) and n not in short
        ]
        plain = pc.match_substring_regex(texts(found), _of_digits(lengths))
        return [None if good else self.trouble(code) for code, good in zip(found, plain.to_pylist(), strict=True)]

    def trouble(self, code: str) -> str | None:
        """Return why a trade code can serve no line, with what it may have been, or None."""
        problem = codes.trouble(code)
        longest = max(self.keys)
        if problem is None and len(code) > longest and not any(self.has(code[:n]) for n in self.keys):
            problem = f"code longer than the tariff's {longest} digits, and no line begins it"
        if problem is None and len(code) % 2 and len(code) not in self.keys:
            problem = "code of an odd number of digits"
        padded = "0" + code
        if problem is None:
            if self.one_digit_short(code) and not self.begins(code):
                return f"no line begins with the code ({_lost_zero(padded)})"
            return None
        if codes.trouble(padded) is None:
            fits = self.begins(padded) or any(self.has(padded[:n]) for n in self.keys if n < len(padded))
            if (len(padded) % 2 == 0 or len(padded) in self.keys) and fits:
                return f"{problem} ({_lost_zero(padded)})"
        return f"{problem} ({code})" if problem != "no code" else problem


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are judged by: the tariff, partners, bridges, rows to drop, the kinds that duties name, choices.

    `currency` is what values are in.
    """

    tariff: Tariff
    partners: Partners
    kinds: tuple[str, ...]
    bridges: tuple[Bridge, ...] = ()
    drop: Mapping[tuple[str, str, str], str] | None = None
    mislabelled: str = "report"
    choices: TradeSection = field(default_factory=TradeSection)
    currency: str = "USD"
