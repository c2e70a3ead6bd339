"""A scenario as it shows itself: its changes in words, in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from fastavs.scenario.duties import FxShock, ScaleDuty, SetDuty, ShiftDuty
from fastavs.scenario.step_words import facts_told, named, step_told
from fastavs.scenario.trade import ExcludePartners, OnlyPartners, PriceShock, Resample
from fastavs.shown.card import MOST_ROWS, Card, Grid
from fastavs.shown.text import cut
from fastavs.shown.words import listed, plural

_LONGEST = 400  # letters of the call that makes a scenario


class Shown(Protocol):
    """What is shown of a scenario."""

    @property
    def name(self) -> str: ...
    @property
    def changes(self) -> tuple[Any, ...]: ...
    @property
    def steps(self) -> tuple[Any, ...]: ...
    def about(self) -> dict[str, Any]: ...


def scenario_line(scenario: Shown) -> str:
    """Return the call that makes a scenario, or where that is long its name and how many changes of each kind."""
    changes = (*scenario.changes, *scenario.steps)
    about = [f"{key}={value!r}" for key, value in _arguments(scenario).items()]
    call = f"Scenario({', '.join([*map(repr, (scenario.name, *changes)), *about])})"
    if len(call) <= _LONGEST:
        return call
    kinds = Counter(type(one).__name__ for one in changes)
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.items()) or "no steps"
    return f"<fastavs.Scenario {cut(scenario.name, 80)!r}: {told}>"


def _arguments(scenario: Shown) -> dict[str, Any]:
    """Return what a scenario has besides its changes, lists and shares as they may be given."""
    found = scenario.about()
    if "lists" in found:
        found["lists"] = {name: one.file or list(one.codes) for name, one in found["lists"].items()}
    if "draws" in found:
        found["draws"] = found["draws"].written()
    return found


def scenario_card(scenario: Shown) -> Card:
    """Return what a scenario changes, in words."""
    besides = scenario.about()
    if scenario.steps or besides:
        rows = tuple((str(place), *step_told(step)) for place, step in enumerate(scenario.steps[:MOST_ROWS], start=1))
        further = len(scenario.steps) - MOST_ROWS
        rest = f"and {plural(further, 'more step')}" if further > 0 else ""
        grid = Grid(("step", "what", "of"), rows, 3, rest)
        notes = tuple(note for one in besides.get("lists", {}).values() for note in one.notes)
        told = scenario.changes and (("changes", changes_told(scenario)),)
        facts = (*facts_told(besides), *(told or ()))
        return Card("Scenario", scenario.name, facts=facts, grid=grid if rows else None, cautions=notes)
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
    if not scenario.changes and not scenario.steps:
        return "nothing"
    told = [what + (f" ({of})" if of else "") for _, what, of in map(change_told, scenario.changes)]
    return "; ".join([*told, *([steps_told(scenario.steps)] if scenario.steps else [])])


def steps_told(steps: Sequence[Any]) -> str:
    """Return what steps change, in one line of words."""
    return "; ".join(what + (f" ({of})" if of else "") for what, of in map(step_told, steps))


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
