"""Names in settings that meet nothing in the data: what they are, what is near, and how to mend them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fastavs.codes import UNASSIGNED, chapters
from fastavs.countries.partner import find, iso3
from fastavs.errors import did_you_mean
from fastavs.inputs.partners import Span
from fastavs.inputs.published import KEYS
from fastavs.periods import as_label
from fastavs.trade.rules import Tariff

if TYPE_CHECKING:
    import pyarrow as pa

    from fastavs.checked import Checked
    from fastavs.inputs.schedule import YearSchedule

SHOWN = 8
"""How many names a warning lists."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Names in one setting that meet nothing.

    Attributes
    ----------
    key : str
        The setting, as "partners.exclude".
    what : str
        What they do not meet.
    names : tuple of str
    hint : str
        What is near, or how to mend it; empty where nothing can be said.
    """

    key: str
    what: str
    names: tuple[str, ...]
    hint: str = ""

    def __str__(self) -> str:
        more = f" and {len(self.names) - SHOWN} more" if len(self.names) > SHOWN else ""
        return f"{self.key}: {self.what}: {', '.join(self.names[:SHOWN])}{more}.{self.hint}"


def unmet_names(checked: Checked) -> list[Unmet]:
    """Return the names in a study's settings that meet nothing, setting by setting."""
    found = [*_partners(checked), *_periods(checked), *_dropped(checked), *_prefixes(checked), *_published(checked)]
    return [one for one in found if one.names]


def _partners(checked: Checked) -> Iterable[Unmet]:
    listed, trade = checked.config.partners, checked.trade
    in_lists = {*listed.exclude, *(one for some in listed.exclude_by_period.values() for one in some)}
    lists = sorted({one.strip().upper() for one in in_lists})
    in_table = set(checked.partners.excluded) - {code for one in lists for code in (one, iso3(one))}
    in_table |= {one for one in checked.partners.regions if iso3(one) is None}  # a table of all countries is no mistake
    for key, names in (
        ("partners.exclude", lists),
        ("partners.file", sorted(in_table)),
        ("valuation", sorted(one.partner for one in checked.config.valuation)),
    ):
        missing = tuple(one for one in names if not find(one, trade.partners))
        yield Unmet(key, "no trade with", missing, _partner_hint(missing, trade.partners))


def _partner_hint(missing: Sequence[str], partners: Sequence[str]) -> str:
    """Say what to do about partners without trade: those of the trade that are no country may be they."""
    strange = [one for one in missing if iso3(one) is None]
    near = "".join(did_you_mean(one, partners) for one in strange[:3])
    if strange:
        near += f" No country is known by {_some(strange)}: write ISO alpha-3 codes."
    unknown = [one for one in partners if iso3(one) is None]
    return near + (f" Partners of the trade that are no known country: {_some(unknown)}." if unknown else "")


def _periods(checked: Checked) -> Iterable[Unmet]:
    periods, listed = checked.trade.periods, checked.config.partners
    named = {period: Span(as_label(period), as_label(period)) for period in listed.exclude_by_period}
    spans = {
        f"{one.first or ''} to {one.last or ''}": one for some in checked.partners.excluded.values() for one in some
    }
    spans = {name: span for name, span in spans.items() if span not in named.values() and (span.first or span.last)}
    hint = f" The trade has {_some(periods)}."
    for key, some in (("partners.exclude_by_period", named), ("partners.file", spans)):
        without = (name for name, span in some.items() if not any(map(span.covers, periods)))
        yield Unmet(key, "no trade in the periods", tuple(without), hint)


def _dropped(checked: Checked) -> Iterable[Unmet]:
    trade, missing = checked.trade, checked.trade.not_dropped
    hint = ""
    for period, line, partner in (one.split(", ", 2) for one in missing[:1]):
        if period not in trade.periods:
            hint = f" The trade has no period {period}.{did_you_mean(period, trade.periods)}"
        elif line not in trade.codes:
            hint = f" The trade has no code {line}.{did_you_mean(line, trade.codes)}"
        elif not find(partner, trade.partners):
            hint = f" The trade has no partner {partner}.{_partner_hint([partner], trade.partners)}"
    yield Unmet("drop", "no such row in the trade", missing, hint)


def _prefixes(checked: Checked) -> Iterable[Unmet]:
    tariff = Tariff.of([*checked.applied.values(), *checked.bound.values()])
    for title, grouping in checked.groups.items():
        without = tuple(prefix for prefix in grouping.prefixes if not tariff.begins(prefix))
        hint = f" Of {len(grouping.prefixes):,} prefixes, the others are in use."
        yield Unmet(f"groups.{title}", "no line of any schedule begins with", without, hint)
    trade = checked.trade
    bridges = tuple(dict.fromkeys(one.prefix for one in trade.bridges if not _begun(trade.codes, one.prefix)))
    yield Unmet("bridges", "no code of the trade begins with", bridges)
    kinds = tuple(dict.fromkeys(one.to_kind for one in trade.bridges if one.to_kind not in trade.kinds))
    yield Unmet("bridges", "no duty is charged on what they lead to", kinds)


def _begun(codes: Sequence[str], prefix: str) -> bool:
    """Whether any of some sorted codes begins with a prefix."""
    place = bisect_left(codes, prefix)
    return place < len(codes) and codes[place].startswith(prefix)


def _published(checked: Checked) -> Iterable[Unmet]:
    schedules = [*checked.applied.values(), *checked.bound.values()]
    for key, table in checked.published.items():
        for column in KEYS[key]:
            if column not in ("table", "column"):
                if column == "line":  # looked up one by one: the codes of all years as text would take longer
                    wanted = _distinct(table, column)
                    without = tuple(one for one in wanted if all(some.find(one) is None for some in schedules))
                    there = {code for some in schedules for code in some.lines()} if without else set()
                else:
                    there = _known(checked, schedules, column)
                    without = tuple(one for one in _distinct(table, column) if one not in there)
                hint = "".join(did_you_mean(one, there) for one in without[:1])
                yield Unmet(f"published.{key}", f"no {column} of the study", without, hint)


def _known(checked: Checked, schedules: Sequence[YearSchedule], column: str) -> set[str]:
    """Return what a key of a published table can be, lines excepted."""
    if column == "year":
        return {str(year) for year in checked.serving.years}
    groups = checked.groups
    if column == "industry" and groups:  # as the report's tables: the first grouping where none is called industry
        return {*groups.get("industry", next(iter(groups.values()))).members, UNASSIGNED}
    return set(chapters(np.unique(np.concatenate([one.keys for one in schedules]))).members)


def _distinct(table: pa.Table, column: str) -> list[str]:
    return [str(one) for one in table.column(column).unique().to_pylist() if one is not None]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def unknown_partners(checked: Checked) -> list[tuple[str, float]]:
    """Return the partners of the trade that are no known country, with their trade in the study's currency."""
    trade = checked.trade
    unknown = [place for place, one in enumerate(trade.partners) if iso3(one) is None]
    if not unknown:
        return []
    value = np.zeros(len(trade.partners))
    for stretch in trade.rows.stretches():
        value += np.bincount(trade.rows.partner[stretch], trade.rows.value[stretch], minlength=value.size)
    return [(trade.partners[place], float(value[place])) for place in unknown]
