"""Tariffs by sector and region line by line, observation by observation: the naive twin of tariff functions.

It rests on `reference`, which shares no code with the package: who serves a line in a region, and what is kept, is what
`reference` finds in the study without all other partners.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import reference
from test_trade_changes import written_anew

import fastavs as fa

Study = dict[str, Any]
Price = Callable[[str, str], float]
EVERYBODY = "everybody"
EXCLUSIONS = (fa.ExcludePartners, fa.OnlyPartners)


@dataclass(frozen=True)
class Factors:
    """What moves tariffs: prices by sector and region, exchange rates, and scales of the cell."""

    price: Price = lambda sector, region: 1.0
    fx: Mapping[str, float] = field(default_factory=dict)
    ad_valorem: float = 1.0
    specific: float = 1.0


@dataclass
class Twin:
    """A made-up study by sector and region.

    Attributes
    ----------
    made : dict
    sectors : dict of str to dict of str to float
        Prefixes to sectors with their shares.
    regions : dict of str to list of str
        Their partners.
    changes : list
        Changes of the trade.
    options : dict
        As `fastavs.models.options.Options`, without `inside`.
    """

    made: Study
    sectors: dict[str, dict[str, float]]
    regions: dict[str, list[str]]
    changes: list[Any] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict)

    def option(self, name: str) -> str:
        usual = {"fallback": "own", "aves": "region", "rates": "governing", "weights": "imports", "empty": "null"}
        return self.options.get(name, usual[name])

    # ---- who sees what

    def reading(self, view: tuple[str, ...] | str, changed: bool = True) -> Any:
        """The study as some partners alone make it."""
        key = ("reading", view, changed)
        if key not in self.kept:
            changes = [one for one in self.changes if changed or isinstance(one, EXCLUSIONS)]
            if view != EVERYBODY:
                changes.append(fa.OnlyPartners(tuple(view)))
            self.kept[key] = reference.read(written_anew(self.made, *changes))
        return self.kept[key]

    def rated(self, view: tuple[str, ...] | str, kind: str, year: int, changed: bool = True) -> dict[str, Any]:
        """Every line of a schedule as some partners make it."""
        key = (view, kind, year, changed)
        if key not in self.kept:
            reading = self.reading(view, changed)
            duties = getattr(reading, kind)[year]
            found = reference.rate_schedule(reading, year, duties)
            if changed and view != EVERYBODY and self.option("fallback") == "line":
                whole = self.rated(EVERYBODY, kind, year)
                for line, one in found.items():
                    specific = any(isinstance(term, reference.Specific) for term in reference.terms(duties[line]))
                    kept = any(not seen.outlier for seen in one.seen)
                    if specific and not (one.level == len(line) and kept):
                        found[line] = whole[line]
            self.kept[key] = found
        return self.kept[key]

    # ---- the rate of a line under factors

    def members(self, code: str) -> dict[str, float]:
        """The sectors of a code, by its longest prefix."""
        fitting = [prefix for prefix in self.sectors if code.startswith(prefix)]
        return self.sectors[max(fitting, key=len)] if fitting else {}

    def price_sector(self, code: str, sector: str) -> str:
        """The sector whose price moves what has a code and is charged in a sector."""
        members = self.members(code)
        if not members or sector in members:
            return sector
        order = list(self.names)
        return max(members, key=lambda one: (members[one], -order.index(one)))

    @property
    def names(self) -> list[str]:
        return sorted({sector for some in self.sectors.values() for sector in some})

    def moved(self, view: Any, year: int, kind: str, line: str, cell: tuple[str, str], by: Factors) -> float | None:
        """The rate of a line of one schedule; None: none is known."""
        sector, region = cell
        reading, one = self.reading(view), self.rated(view, kind, year)[line]
        duty = getattr(reading, kind)[year][line]
        kept = [seen for seen in one.seen if not seen.outlier]
        if not kept and reference.purely_specific(duty):
            return None if reading.options["unresolved"] == "null" else 0.0
        if not kept or not reference.kinds(duty):
            return reference.ad_valorem(duty) * by.ad_valorem
        own = one.level == len(line)

        def price(seen: Any) -> float:
            return by.price(self.price_sector(line if own else seen.record.code, sector), region)

        def factor(currency: str) -> float:
            return by.fx.get(currency, 1.0) * by.specific

        if reading.options["method"] == "pooled":
            return evaluate(duty, by.ad_valorem, pooled(duty, kept, factor, price))
        rates = []
        for seen in kept:

            def amount(term: Any, seen: Any = seen) -> float:
                paid = term.b * seen.fx[term.currency] * (seen.quantity[term.kind] / seen.value[term.kind])
                found: float = paid * factor(term.currency) / price(seen)
                return found

            rates.append(evaluate(duty, by.ad_valorem, amount))
        return math.fsum(rates) / len(rates)

    def applied(self, view: Any, year: int, line: str, cell: tuple[str, str], by: Factors) -> float | None:
        """The applied side of a line: its own, or a mean carried."""
        reading = self.reading(view)
        source = year if year in reading.applied else reading.study["base"]["applied_year"]
        rated = self.rated(view, "applied", source)
        if line in rated:
            return self.moved(view, source, "applied", line, cell, by)
        for k in reading.options["levels"]:
            alike = [code for code in sorted(rated) if min(len(code), len(line)) >= k and code[:k] == line[:k]]
            rates = [self.moved(view, source, "applied", code, cell, by) for code in alike]
            known = [rate for rate in rates if rate is not None]
            if known:
                return math.fsum(known) / len(known)
        return None

    def rate(self, view: Any, year: int, line: str, cell: tuple[str, str], by: Factors) -> float | None:
        """The rate that is wanted of a line."""
        reading, wanted = self.reading(view), self.option("rates")
        has_bound = year in reading.bound
        applied = None if wanted == "bound" else self.applied(view, year, line, cell, by)
        bound = self.moved(view, year, "bound", line, cell, by) if has_bound and wanted != "applied" else None
        known = [one for one in (applied, bound) if one is not None]
        if not known:
            return None
        return self.ad_valorem(view, year, line) * by.ad_valorem if wanted == "ad_valorem" else min(known)

    def ad_valorem(self, view: Any, year: int, line: str) -> float:
        """The lesser of both ad valorem parts."""
        reading = self.reading(view)
        source = year if year in reading.applied else reading.study["base"]["applied_year"]
        applied = reference.carry(reading, line, self.rated(view, "applied", source))
        bound = self.rated(view, "bound", year)[line] if year in reading.bound else None
        found: float = reference.rates_row(applied, bound)["ad_valorem"]
        return found

    # ---- cells

    def lines(self, year: int) -> list[str]:
        reading = self.reading(EVERYBODY)
        return sorted((reading.bound if year in reading.bound else reading.applied)[year])

    def weight(self, view: Any, year: int, line: str) -> float:
        """What a line weighs for some partners."""
        if self.option("weights") == "simple":
            return float(view == EVERYBODY or any(self.takes_part(one) for one in view))
        one = self.own_imports(view, year, self.option("weights") != "fixed")[line]
        return float(one.imports) if one.matched else 0.0

    def takes_part(self, partner: str) -> bool:
        reading = self.reading(EVERYBODY)
        periods = {row["period"] for row in reading.study["trade"]}
        return not all(reference.is_excluded(reading, partner, period) for period in periods)

    def own_imports(self, view: Any, year: int, changed: bool = True, excluded: bool = False) -> dict[str, Any]:
        """Lines with the imports from some partners alone, whomever the study's own years weigh by; with those of
        excluded ones if that is asked for."""
        key = ("imports", view, year, changed, excluded)
        if key not in self.kept:
            made = self.made | {"options": self.made["options"] | {"weights": "mfn"}}
            changes = [one for one in self.changes if changed or isinstance(one, EXCLUSIONS)]
            if excluded:
                rows = [one for one in made["partners"] if one["treatment"] != "excluded" or one["partner"] not in view]
                made = made | {"partners": rows}
                changes = [one for one in changes if not isinstance(one, EXCLUSIONS)]
            if view != EVERYBODY:
                changes.append(fa.OnlyPartners(tuple(view)))
            reading = reference.read(written_anew(made, *changes))
            duties = (reading.bound if year in reading.bound else reading.applied)[year]
            self.kept[key] = reference.rate_schedule(reading, year, duties)
        return self.kept[key]  # type: ignore[no-any-return]

    def in_cell(self, year: int, sector: str, region: str, excluded: bool = True) -> float:
        """Imports of a cell, with those of excluded partners."""
        lines = self.own_imports(tuple(self.regions[region]), year, excluded=excluded)
        return math.fsum(self.members(line).get(sector, 0.0) * one.imports for line, one in lines.items())

    def tariff(self, year: int, sector: str, region: str, by: Factors) -> float | None:
        """The tariff of a cell under factors, at the weights of the base."""
        own = tuple(self.regions[region])
        pairs = [((one,), (one,)) for one in own] if self.option("aves") == "partner" else [(own, own)]
        if self.option("aves") == "all":
            pairs = [(EVERYBODY, own)]
        found = self.mean(year, (sector, region), by, pairs)
        if found is not None or self.option("empty") == "null":
            return found
        if not any(sector in self.members(line) for line in self.lines(year)):
            return 0.0
        if self.in_cell(year, sector, region):
            return None
        return 0.0 if self.option("empty") == "zero" else self.everybodys(year, (sector, region), by)

    def everybodys(self, year: int, cell: tuple[str, str], by: Factors) -> float | None:
        """The tariff of a sector over all partners, as prices in a region move it."""
        return self.mean(year, cell, by, [(EVERYBODY, EVERYBODY)])

    def mean(self, year: int, cell: tuple[str, str], by: Factors, pairs: list[tuple[Any, Any]]) -> float | None:
        """The weighted mean over lines, and over pairs of whose rates and whose imports."""
        weights, products = [], []
        for rates_of, imports_of in pairs:
            for line in self.lines(year):
                share = self.members(line).get(cell[0], 0.0)
                weight = share * self.weight(imports_of, year, line) if share else 0.0
                rate = self.rate(rates_of, year, line, cell, by) if weight else None
                if rate is not None:
                    weights.append(weight)
                    products.append(weight * rate)
        return math.fsum(products) / math.fsum(weights) if weights else None


def pooled(duty: Any, kept: list[Any], factor: Callable[[str], float], price: Callable[[Any], float]) -> Any:
    """What each amount comes to by the pooled method: it moves with the price of most of the value."""
    values: dict[float, float] = {}
    some = [term for term in reference.terms(duty) if isinstance(term, reference.Specific)]
    for seen in kept:
        for term in some:
            values[price(seen)] = values.get(price(seen), 0.0) + seen.value[term.kind]
    most = max(values, key=lambda one: values[one])

    def amount(term: Any) -> float:
        paid = math.fsum(term.b * seen.fx[term.currency] * seen.quantity[term.kind] for seen in kept)
        return paid / math.fsum(seen.value[term.kind] for seen in kept) * factor(term.currency) / most

    return amount


def evaluate(duty: Any, ad_valorem: float, amount: Callable[[Any], float]) -> float:
    """A duty whose percentages are so many times as high."""
    if isinstance(duty, reference.Percent):
        return duty.share * ad_valorem
    if isinstance(duty, reference.Specific):
        return amount(duty)
    values = [evaluate(part, ad_valorem, amount) for part in duty.parts]
    if duty.operation in ("max", "min"):
        return max(values) if duty.operation == "max" else min(values)
    return values[0] + values[1] if duty.operation == "+" else values[0] - values[1]
