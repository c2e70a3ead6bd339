"""What a scenario draws at random, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from fastavs.scenario.checks import wrong
from fastavs.scenario.written import Number, as_number, currency_named, within

_FX = '{"EUR": 0.1}'


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Sampling:
    """Draws of a scenario.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        0 or more; the same seed draws the same.
    fx : mapping, optional
        A currency to the standard deviation of the logarithm of its rate.
    price : number, optional
        Standard deviation of the logarithm of prices.
    cut : number, optional
        Standard deviation of the fraction that cuts come to.
    partners : bool
        Whether partners and periods are resampled.

    Attributes
    ----------
    n, seed : int
    fx : tuple of (str, Fraction)
        By currency.
    price, cut : Fraction or None
    partners : bool

    Raises
    ------
    InputError
        What does not fit; nothing that is drawn.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.Sampling(1000, fx={"EUR": 0.1}, partners=True)
    Sampling(n=1000, seed=1, fx={'EUR': 0.1}, partners=True)
    """

    n: int
    seed: int
    fx: tuple[tuple[str, Fraction], ...]
    price: Fraction | None
    cut: Fraction | None
    partners: bool

    def __init__(
        self,
        n: int,
        seed: int = 1,
        *,
        fx: Mapping[str, Number] | None = None,
        price: Number | None = None,
        cut: Number | None = None,
        partners: bool = False,
    ) -> None:
        put = object.__setattr__
        put(self, "n", self._whole("n", n, 1))
        put(self, "seed", self._whole("seed", seed, 0))
        if fx is not None and not (isinstance(fx, Mapping) and fx):
            raise wrong(self, "fx", "" if isinstance(fx, Mapping) else fx, f"currencies and deviations, such as {_FX}")
        for currency in fx or ():
            currency_named(self, "fx", currency)
        given = {} if fx is None else fx
        put(self, "fx", tuple(sorted((one, self._deviation(f"fx.{one}", given[one])) for one in given)))
        put(self, "price", None if price is None else self._deviation("price", price))
        put(self, "cut", None if cut is None else self._deviation("cut", cut))
        if not isinstance(partners, bool | np.bool_):
            raise wrong(self, "partners", partners, "True or False")
        put(self, "partners", bool(partners))
        if not (self.fx or self.price or self.cut or self.partners):
            raise wrong(self, "n", None, "something to draw: fx, price, cut or partners")

    def _whole(self, key: str, value: Any, least: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value < 2**63:
            raise wrong(self, key, value, f"a whole number of {least} or more")
        return int(value)

    def _deviation(self, key: str, value: Any) -> Fraction:
        found = within(self, key, value, least=0.0)
        if not found:
            raise wrong(self, key, value, "a number above 0; leave the key out where nothing is drawn")
        return found

    @property
    def of_trade(self) -> bool:
        """Whether draws change the trade: its prices, or whose it is."""
        return bool(self.price or self.partners)

    @property
    def things(self) -> tuple[str, ...]:
        """What is drawn, in words."""
        named = (("exchange rates", self.fx), ("prices", self.price), ("cuts", self.cut), ("partners", self.partners))
        return tuple(word for word, drawn in named if drawn)

    def written(self) -> dict[str, Any]:
        """Return its keys and values as a file has them."""
        found: dict[str, Any] = {"n": self.n, "seed": self.seed}
        if self.fx:
            found["fx"] = {currency: as_number(one, most=1) for currency, one in self.fx}
        for key in ("price", "cut"):
            one: Fraction | None = getattr(self, key)
            if one is not None:
                found[key] = as_number(one, most=1)
        return found | ({"partners": True} if self.partners else {})

    def __repr__(self) -> str:
        return f"Sampling({', '.join(f'{key}={one!r}' for key, one in self.written().items())})"


KEYS = ("n", "seed", "fx", "price", "cut", "partners")
