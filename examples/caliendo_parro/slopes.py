"""Numbers that carry their derivatives: what is written once gives values and slopes, both exact."""

from __future__ import annotations

from typing import Any

import numpy as np


class Sloped:
    """An array and its derivatives by all unknowns.

    Parameters
    ----------
    value : float64[...]
    slope : float64[..., z]
    """

    __array_ufunc__ = None  # an array on the left leaves the arithmetic to this class

    def __init__(self, value: np.ndarray, slope: np.ndarray) -> None:
        self.value, self.slope = value, slope

    def __getitem__(self, key: Any) -> Sloped:
        return Sloped(self.value[key], self.slope[key])

    def __neg__(self) -> Sloped:
        return Sloped(-self.value, -self.slope)

    def __add__(self, other: Any) -> Sloped:
        other = _sloped(other)
        return Sloped(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other: Any) -> Sloped:
        return self + -other

    def __rsub__(self, other: Any) -> Sloped:
        return -self + other

    def __mul__(self, other: Any) -> Sloped:
        other = _sloped(other)
        slope = self.value[..., None] * other.slope + other.value[..., None] * self.slope
        return Sloped(self.value * other.value, slope)

    def __truediv__(self, other: Any) -> Sloped:
        other = _sloped(other)
        value = self.value / other.value
        return Sloped(value, (self.slope - value[..., None] * other.slope) / other.value[..., None])

    __radd__, __rmul__ = __add__, __mul__

    def sum(self, *axes: int) -> Sloped:
        """Return the sum over some axes, counted from the first."""
        return Sloped(self.value.sum(axis=axes), self.slope.sum(axis=axes))

    def reshape(self, *shape: int) -> Sloped:
        """Return the same numbers in another shape."""
        return Sloped(self.value.reshape(*shape), self.slope.reshape(*shape, self.slope.shape[-1]))


def _sloped(number: Any) -> Sloped:
    """Return a constant with slopes of 0, anything else as it is."""
    if isinstance(number, Sloped):
        return number
    value = np.asarray(number, dtype=np.float64)
    return Sloped(value, np.zeros((*value.shape, 1)))


def exp(number: Sloped) -> Sloped:
    value = np.exp(number.value)
    return Sloped(value, value[..., None] * number.slope)


def log(number: Sloped) -> Sloped:
    return Sloped(np.log(number.value), number.slope / number.value[..., None])


def weighed(table: np.ndarray, number: Sloped) -> Sloped:
    """Return the sum over the last axis of ``table[n, k, j]`` times ``number[n, j]``."""
    return Sloped(np.einsum("nkj,nj->nk", table, number.value), np.einsum("nkj,njz->nkz", table, number.slope))


def joined(*parts: Sloped) -> Sloped:
    """Return arrays one after the other, in a row."""
    rows = [part.reshape(part.value.size) for part in parts]
    return Sloped(np.concatenate([row.value for row in rows]), np.concatenate([row.slope for row in rows]))
