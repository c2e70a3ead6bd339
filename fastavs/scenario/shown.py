"""A scenario as it shows itself: its changes in words, in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample
from fastavs.shown.card import MOST_ROWS, Card, Grid
from fastavs.shown.text import cut
from fastavs.shown.words import listed, plural

_LONGEST = 400  # letters of the call that makes a scenario
_NAMED = 5  # codes, partners, years that are named one by one


class Shown(Protocol):
    """What is shown of a scenario."""

    @property
    def name(self) -> str: ...
    @property
    def changes(self) -> tuple[Any, ...]: ...


def scenario_line(scenario: Shown) -> str:
    """Return the call that makes a scenario, or where that is long its name and how many changes of each kind."""
    call = f"Scenario({', '.join(map(repr, (scenario.name, *scenario.changes)))})"
    if len(call) <= _LONGEST:
        return call
    kinds = Counter(type(one).__name__ for one in scenario.changes)
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    return f"<fastavs.Scenario {cut(scenario.name, 80)!r}: {told}>"


def scenario_card(scenario: Shown) -> Card:
    """Return what a scenario changes, in words."""
    if not scenario.changes:
        return Card("Scenario", scenario.name, facts=(("changes", "none: the study as it is"),))
    rows = tuple(change_told(one) for one in scenario.changes[:MOST_ROWS])
    more = len(scenario.changes) - MOST_ROWS
    about = f"and {plural(more, 'more change')}" if more > 0 else ""
    return Card("Scenario", scenario.name, grid=Grid(("change", "what", "of"), rows, 3, about))


def changes_told(scenario: Shown) -> str:
    """Return what a scenario changes, in one line of words.

    Examples
    --------
    >>> import fastavs as fa
    >>> changes_told(fa.Scenario("wine", fa.SetDuty("2204", "12.5%"), fa.FxShock("EUR", 0.9)))
    'duty 12.5% (lines under 2204); EUR worth 0.9 times as much'
    """
    if not scenario.changes:
        return "nothing"
    told = [what + (f" ({of})" if of else "") for _, what, of in map(change_told, scenario.changes)]
    return "; ".join(told)


def change_told(change: Any) -> tuple[str, str, str]:
    """Return the kind of a change, what it does, and to what."""
    kind = type(change).__name__
    if isinstance(change, FxShock):
        return kind, f"{change.currency} worth {change.factor:g} times as much", _of(periods=change.periods)
    if isinstance(change, ScaleDuty):
        factors = [("percentages", change.ad_valorem), ("amounts", change.specific)]
        return kind, listed([f"{what} times {by:g}" for what, by in factors if by != 1.0]), _lines(change)
    if isinstance(change, ShiftDuty):
        parts = [f"percentages {100.0 * change.ad_valorem:+g} points"] if change.ad_valorem else []
        money = change.currency or "in the duty's own currency"
        parts += [f"amounts {change.specific:+g} {money} for its own unit"] if change.specific else []
        return kind, listed(parts), _lines(change)
    if isinstance(change, SetDuty):
        return kind, f"duty {change.duty}", _lines(change)
    if isinstance(change, PriceShock):
        some = {"partners": change.partners, "regions": change.regions, "codes under": change.prefixes}
        some |= {f"group of {change.group[0]}": (change.group[1],)} if change.group else {}
        return kind, f"values times {change.factor:g}", _of(**some, periods=change.periods)
    if isinstance(change, ExcludePartners | OnlyPartners):
        how = "without" if isinstance(change, ExcludePartners) else "only"
        return kind, f"{how} {named([*change.partners, *change.regions])}", _of(periods=change.periods)
    if isinstance(change, Resample):
        return kind, f"partners drawn with replacement, seed {change.seed}", ""
    return kind, repr(change), ""


def _lines(change: Any) -> str:
    """Return which lines a change of duties is for."""
    group = getattr(change, "group", None)
    some: dict[str, Any] = {"lines under": change.prefixes}
    if group:
        some[f"group of {group[0]}"] = (group[1],)
    if getattr(change, "currency", None):
        some["amounts in"] = (change.currency,)
    if change.schedule != "both":
        some["schedule"] = (change.schedule,)
    return _of(**some, years=change.years)


def _of(**some: Sequence[object] | None) -> str:
    return ", ".join(f"{what} {named(list(values))}" for what, values in some.items() if values)


def named(values: Sequence[object]) -> str:
    """Return values as words, the first few of many.

    Examples
    --------
    >>> named(["DEU", "FRA"]), named(range(2001, 2021))
    ('DEU, FRA', '2001, 2002, 2003, 2004, 2005 and 15 more')
    """
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(str(one) for one in values[:_NAMED]) + more
