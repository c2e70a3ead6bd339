"""The derivatives of a tariff function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fastavs.arguments import misfit
from fastavs.errors import InputError, did_you_mean
from fastavs.tables.frames import package

BY = ("price", "fx", "ad_valorem", "specific")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Jacobian:
    """Tariffs and their exact derivatives. y years, s sectors, r regions, c currencies, b borrowed pairs.

    All are views of `values`: given to `TariffFunction.value_and_jacobian` as ``out`` once more, they hold the new
    derivatives, and nothing is allocated. NaN where no tariff is known. Finite for factors from 1e-75 to 1e75;
    nearer to their bounds (1e-100, 1e100) a derivative by a price, an amount over the price's square, may be infinite.

    Attributes
    ----------
    values : float64[4 * q + q * c + b]
        All that follow, in a row; q = y * s * r cells.
    shape : tuple of int
        ``(y, s, r)``.
    currencies : tuple of str
    borrowed_cell, borrowed_price : int64[b]
        Pairs of cells ``(year * s + sector) * r + region``: the tariff of the one moves with the price of the other,
        for it borrows observations of that sector.
    value : float64[y, s, r]
        Tariffs, as fractions.
    price : float64[y, s, r]
        By the cell's own price.
    ad_valorem, specific : float64[y, s, r]
        By the scale of percentages and of amounts. Times the scales they are the ad valorem and the specific part.
    fx : float64[y, s, r, c]
        By the factors on exchange rates (of its own year).
    borrowed : float64[b]
        By the other cell's price, pair by pair.

    Examples
    --------
    >>> import numpy as np
    >>> pairs = np.array([1]), np.array([0])
    >>> J = Jacobian(np.arange(11.0), (1, 2, 1), ("EUR",), *pairs)
    >>> J.value.ravel(), J.price.ravel(), J.fx.ravel(), J.borrowed
    (array([0., 1.]), array([2., 3.]), array([8., 9.]), array([10.]))
    """

    values: np.ndarray
    shape: tuple[int, int, int]
    currencies: tuple[str, ...]
    borrowed_cell: np.ndarray
    borrowed_price: np.ndarray
    value: np.ndarray = field(init=False)
    price: np.ndarray = field(init=False)
    ad_valorem: np.ndarray = field(init=False)
    specific: np.ndarray = field(init=False)
    fx: np.ndarray = field(init=False)
    borrowed: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        years, sectors, regions = self.shape
        cells, rates = years * sectors * regions, len(self.currencies)
        for place, name in enumerate(("value", "price", "ad_valorem", "specific")):
            part = self.values[place * cells : (place + 1) * cells].reshape(self.shape)
            object.__setattr__(self, name, part)
        after = cells * (4 + rates)
        object.__setattr__(self, "fx", self.values[4 * cells : after].reshape(*self.shape, rates))
        object.__setattr__(self, "borrowed", self.values[after:])

    def __reduce__(self) -> tuple[Any, ...]:
        return Jacobian, (self.values, self.shape, self.currencies, self.borrowed_cell, self.borrowed_price)

    def __repr__(self) -> str:
        years, sectors, regions = self.shape
        return (
            f"<fastavs.Jacobian: {years} x {sectors} x {regions} cells by price, ad_valorem, specific and "
            f"fx ({', '.join(self.currencies)}); {self.borrowed.size} borrowed>"
        )

    def matrix(self, by: str = "price") -> Any:
        """Return derivatives as a sparse matrix.

        Parameters
        ----------
        by : {"price", "fx", "ad_valorem", "specific"}

        Returns
        -------
        scipy.sparse.csr_array
            float64[q, q], rows and columns cells in the order of ``value.ravel()``; by "price" with the borrowed
            pairs off the diagonal. By "fx" float64[q, c].

        Raises
        ------
        InputError
            scipy is not installed, or there are no such derivatives.

        Examples
        --------
        >>> import numpy as np
        >>> J = Jacobian(np.arange(8.0), (1, 2, 1), (), np.array([], dtype=int), np.array([], dtype=int))
        >>> J.matrix().toarray()  # doctest: +SKIP
        array([[2., 0.],
               [0., 3.]])
        """
        if not isinstance(by, str) or by not in BY:
            known = f"one of {', '.join(BY)}." + (did_you_mean(by, BY) if isinstance(by, str) else "")
            raise InputError("no such derivatives", key="by", value=by, expected=known)
        package("scipy", "matrix")
        sparse = package("scipy.sparse", "matrix")

        cells = self.value.size
        if by == "fx":
            return sparse.csr_array(self.fx.reshape(cells, len(self.currencies)))
        diagonal = np.arange(cells)
        values, row, column = getattr(self, by).ravel(), diagonal, diagonal
        if by == "price":
            values = np.concatenate([values, self.borrowed])
            row = np.concatenate([row, self.borrowed_cell])
            column = np.concatenate([column, self.borrowed_price])
        return sparse.csr_array((values, (row, column)), shape=(cells, cells))


def check_jacobian(out: Any, shape: tuple[int, ...], currencies: tuple[str, ...], borrowed: int) -> None:
    """Raise an InputError unless the derivatives of a function can be put into a Jacobian."""
    if not isinstance(out, Jacobian):
        raise misfit("out", out, "a Jacobian that value_and_jacobian returned")
    if out.shape != shape or out.currencies != currencies or out.borrowed.size != borrowed:
        raise InputError("out is of another function", key="out", expected="a Jacobian that this function returned")
    if not (out.values.flags.writeable and out.values.flags.c_contiguous and out.values.dtype == np.float64):
        raise InputError("out cannot be written to", key="out", expected="a Jacobian that this function returned")
