"""Changes of the trade itself: its prices, and which partners it counts.

Each does exactly what rewriting the study's trade or its list of partners would do. All that a scenario names apply
together, before duties and exchange rates; their order does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from fastavs.countries.partner import written
from fastavs.scenario.checks import Texts, check_factor, check_prefixes, period_labels, texts, wrong
from fastavs.scenario.where import Where, check_group


def _check_partners(change: PriceShock | ExcludePartners | OnlyPartners) -> None:
    texts(change, "partners")
    texts(change, "regions")
    object.__setattr__(change, "partners", tuple(written(partner) for partner in change.partners))
    if change.periods is not None:
        period_labels(change, "periods")


def _check_some(change: ExcludePartners | OnlyPartners) -> None:
    _check_partners(change)
    if not change.partners and not change.regions:
        raise wrong(change, "partners", "", "at least one partner or region")


@dataclass(frozen=True, slots=True)
class PriceShock:
    """Import prices higher or lower, at unchanged quantities.

    The values of the trade records are multiplied: a specific duty weighs less on dearer goods, and they weigh more
    in weighted means.

    Parameters
    ----------
    factor : float
        Prices become so many times as high.
    partners, regions : tuple of str
        Whose; a region as the partners table names it. Both empty: everyone's.
    prefixes : tuple of str
        Digits that a record's code begins with, the code cut to the tariff's length; none: all records. A code
        shorter than the prefix is not touched.
    periods : tuple of str, optional
        Periods of the trade; all by default.
    group : (str, str), optional
        A grouping of the study ("chapter" always is one) and one of its groups: records whose code is in it.

    Examples
    --------
    >>> import fastavs as fa
    >>> fa.PriceShock(1.1, partners="chn").partners
    ('CHN',)
    """

    factor: float
    partners: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    periods: tuple[str, ...] | None = None
    group: tuple[str, str] | None = None

    if TYPE_CHECKING:  # what may be given, and is made tuples

        def __init__(
            self,
            factor: float,
            partners: Texts = (),
            regions: Texts = (),
            prefixes: Texts = (),
            periods: Texts | None = None,
            group: tuple[str, str] | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        check_factor(self)
        check_prefixes(self)
        check_group(self)
        _check_partners(self)

    @property
    def where(self) -> Where:
        """Which codes."""
        return Where(self.prefixes, self.group, "both", None)


@dataclass(frozen=True, slots=True)
class ExcludePartners:
    """Partners whose trade takes no part in rates, as if the study's ``[partners] exclude`` named them.

    Their codes still count as codes of the base period, and their imports in own years' weights of all partners.

    Parameters
    ----------
    partners, regions : tuple of str
        Who: at least one partner, or one region of the partners table.
    periods : tuple of str, optional
        Periods of the trade; all by default.
    """

    partners: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    periods: tuple[str, ...] | None = None

    if TYPE_CHECKING:  # what may be given, and is made tuples

        def __init__(self, partners: Texts = (), regions: Texts = (), periods: Texts | None = None) -> None: ...

    def __post_init__(self) -> None:
        _check_some(self)


@dataclass(frozen=True, slots=True)
class OnlyPartners:
    """Everyone else excluded: the rates of one region's exporters.

    Whom the study excludes stays excluded, named here or not.

    Parameters
    ----------
    partners, regions : tuple of str
        Who is left: at least one partner, or one region of the partners table.
    periods : tuple of str, optional
        Periods of the trade; all by default.
    """

    partners: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    periods: tuple[str, ...] | None = None

    if TYPE_CHECKING:  # what may be given, and is made tuples

        def __init__(self, partners: Texts = (), regions: Texts = (), periods: Texts | None = None) -> None: ...

    def __post_init__(self) -> None:
        _check_some(self)


@dataclass(frozen=True, slots=True)
class Resample:
    """A bootstrap over partners: as many are drawn, with replacement, as there are.

    Drawn from are the study's partners with trade, those excluded in every period aside, before any exclusion of the
    scenario. One drawn three times counts as three partners with the same trade, in observations and in weights; one
    not drawn is excluded and has no weight, but its codes still count as codes of the base period.

    Parameters
    ----------
    seed : int
        0 or more. The same seed draws the same partners on every machine: partner number ``int(random() * n)`` of the
        n in order of their codes, n times over, from ``random.Random(seed)``, which Python promises to keep.
    """

    seed: int

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | np.integer) or self.seed < 0:
            raise wrong(self, "seed", self.seed, "a whole number of 0 or more")
        object.__setattr__(self, "seed", int(self.seed))


TradeChange: TypeAlias = PriceShock | ExcludePartners | OnlyPartners | Resample
