"""Rates of the replica's own lines while it is being made, and the specific parts that bring them to a target.

This is the method of section 2 once more, in a few lines and only for the four forms that the replica uses: inputs are
calibrated with it, results are not computed with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

AD_VALOREM, GREATER, COMPOUND, SPECIFIC = range(4)


@dataclass(frozen=True, slots=True)
class Sample:
    """Observations behind some lines, ascending by line. m observations of h lines.

    Attributes
    ----------
    line : int64[m]
        Place of the line, 0 to h - 1.
    per_eur : float64[m]
        Duty units for one euro.
    start : int64[h + 1]
    """

    line: np.ndarray
    per_eur: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, line: np.ndarray, per_eur: np.ndarray, lines: int) -> Sample:
        """Sort observations by line, then by size."""
        order = np.lexsort((per_eur, line))
        line, per_eur = line[order].astype(np.int64), per_eur[order]
        return cls(line, per_eur, np.searchsorted(line, np.arange(lines + 1)))

    @property
    def lines(self) -> int:
        return self.start.size - 1

    @property
    def size(self) -> np.ndarray:
        """Observations of each line, int64[h]."""
        return np.diff(self.start)

    @property
    def largest(self) -> np.ndarray:
        """Most duty units for one euro in each line, float64[h]; 0 where there is no observation."""
        last = self.per_eur[np.maximum(self.start[1:] - 1, 0)] if self.per_eur.size else np.zeros(self.lines)
        return np.where(self.size > 0, last, 0.0)

    def average(self, value: np.ndarray) -> np.ndarray:
        """Return the mean over each line's observations, float64[h]; 0 where there is none."""
        total = np.bincount(self.line, weights=value, minlength=self.lines)
        return total / np.maximum(self.size, 1)

    def rates(self, form: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return the rate of each line under its duty, float64[h]; `b` in euro for one duty unit."""
        s = b[self.line] * self.per_eur
        of, part = form[self.line], a[self.line]
        rate = np.where(of == COMPOUND, part + s, np.where(of == SPECIFIC, s, np.maximum(part, s)))
        return np.where(self.size > 0, self.average(rate), a)

    def solve(self, form: np.ndarray, a: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return the specific part that brings each line's rate to `target`, float64[h]; targets above a."""
        mean = self.average(self.per_eur)
        high = np.where(mean > 0.0, target / np.where(mean > 0.0, mean, 1.0), 0.0)
        low = np.zeros(self.lines)
        for _ in range(45):
            middle = (low + high) / 2.0
            below = self.rates(form, a, middle) < target
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2.0


def rounded(b: np.ndarray) -> np.ndarray:
    """Round specific parts as tariffs do: to two digits, or to three where two would be off by over 2 %.

    Examples
    --------
    >>> rounded(np.array([0.1503, 0.1142])).tolist()
    [0.15, 0.114]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.where(b > 0.0, np.floor(np.log10(np.where(b > 0.0, b, 1.0))), 0.0)
    two = np.round(b / 10.0 ** (power - 1.0)) * 10.0 ** (power - 1.0)
    three = np.round(b / 10.0 ** (power - 2.0)) * 10.0 ** (power - 2.0)
    return np.array([float(f"{x:.6g}") for x in np.where(np.abs(two - b) <= 0.02 * b, two, three)])


def number(x: float) -> str:
    """Return a number without an exponent and without noise in the last digits.

    Examples
    --------
    >>> number(0.1 + 0.2), number(0.00004), number(15.0)
    ('0.3', '0.00004', '15')
    """
    text = f"{Decimal(f'{x:.10g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def duty_text(form: int, a: float, b: float, unit: str) -> str:
    """Write a duty in the canonical form; `a` is a fraction.

    Examples
    --------
    >>> duty_text(GREATER, 0.15, 0.2, "kg"), duty_text(COMPOUND, 0.05, 0.4, "pair")
    ('max(15%, 0.2 EUR/kg)', '5% + 0.4 EUR/pair')
    """
    part, specific = f"{number(a * 100.0)}%", f"{number(b)} EUR/{unit}"
    if form == AD_VALOREM:
        return part
    if form == SPECIFIC:
        return specific
    return f"max({part}, {specific})" if form == GREATER else f"{part} + {specific}"
