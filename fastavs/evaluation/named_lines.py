"""What scenarios name by prefix must be there: a prefix that nothing begins with would change nothing, unsaid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fastavs.codes import interval, to_key
from fastavs.errors import InputError
from fastavs.evaluation.plan import touched_lines
from fastavs.index.sorted_index import SortedIndex
from fastavs.scenario.duties import ScaleDuty, ShiftDuty
from fastavs.scenario.scenario import Change, Scenario
from fastavs.scenario.trade import PriceShock
from fastavs.scenario.where import Where
from fastavs.warned import Caution


def check_named(index: SortedIndex, scenarios: Sequence[Scenario]) -> None:
    """Make sure that duties and prices that scenarios change by prefix are those of some line.

    Raises
    ------
    InputError
        Names the scenario and the prefixes that no line begins with, or the one that lost a leading zero.
    """
    trade = index.records.code_key
    _refuse_lost_zeros([index.lines.key, trade], scenarios)
    _check(
        scenarios,
        lambda where: bool(touched_lines(index, where).any()),
        lambda prefixes: not trade.size or _begins([index.lines.key, trade], prefixes),
    )


def _check(
    scenarios: Sequence[Scenario], touches: Callable[[Where], bool], prices: Callable[[tuple[str, ...]], bool]
) -> None:
    """Ask once for all changes of the same lines, and raise for the first that changes none."""
    known: dict[object, bool] = {}
    for scenario in scenarios:
        for change in scenario.changes:
            if isinstance(change, ScaleDuty | ShiftDuty) and (change.prefixes or change.group):
                where = change.where
                if where not in known:
                    try:
                        known[where] = touches(where)
                    except InputError as error:  # a grouping or a group that the study does not have
                        raise error.told_of(f'the scenario "{scenario.name}"') from None
                if change.prefixes and not known[where]:
                    raise _nothing(scenario, change, "changes duties of lines that no schedule has")
            elif isinstance(change, PriceShock) and change.prefixes:
                if change.prefixes not in known:
                    known[change.prefixes] = prices(change.prefixes)
                if not known[change.prefixes]:
                    raise _nothing(scenario, change, "changes prices of lines that neither schedules nor trade have")


def unmet_prefixes(index: SortedIndex, scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Return which prefixes of scenarios begin no code, though others of the same change do; a sentence a change."""
    keys, known = [index.lines.key, index.records.code_key], dict[str, bool]()
    told: dict[str, None] = {}
    for scenario in scenarios:
        for change in scenario.changes:
            prefixes = getattr(change, "prefixes", ())
            for prefix in prefixes:
                if prefix not in known:
                    known[prefix] = _begins(keys, (prefix,))
            without = [prefix for prefix in prefixes if not known[prefix]]
            if without:
                text = f'The scenario "{scenario.name}" names prefixes that begin no code: {_some(without)}.'
                told[Caution(text, cure="mend what is misspelt, or leave it out")] = None
    return tuple(told)


def _some(prefixes: Sequence[str]) -> str:
    return ", ".join(prefixes[:8]) + (f" and {len(prefixes) - 8} more" if len(prefixes) > 8 else "")


def _refuse_lost_zeros(keys: Sequence[np.ndarray], scenarios: Sequence[Scenario]) -> None:
    """Stop at a prefix of odd length that no code begins with, where codes do once a zero stands before it."""
    known: dict[str, bool] = {}
    for scenario in scenarios:
        for change in scenario.changes:
            for prefix in getattr(change, "prefixes", ()):
                if prefix not in known:
                    lost = len(prefix) % 2 == 1 and _begins(keys, ("0" + prefix,)) and not _begins(keys, (prefix,))
                    known[prefix] = lost
                if known[prefix]:
                    raise InputError(
                        f'the scenario "{scenario.name}" names a prefix that may have lost its zero',
                        key=f"{type(change).__name__}.prefixes", value=prefix, cure=f'write "0{prefix}"',
                    )  # fmt: skip


def _begins(keys: Sequence[np.ndarray], prefixes: tuple[str, ...]) -> bool:
    """Whether any code begins with any prefix."""
    ranges = [interval(np.int64(to_key(prefix)), len(prefix)) for prefix in prefixes]
    return any(bool(((some >= low) & (some < high)).any()) for some in keys for low, high in ranges)


def _nothing(scenario: Scenario, change: Change, what: str) -> InputError:
    return InputError(
        f'the scenario "{scenario.name}" {what}', key=f"{type(change).__name__}.prefixes",
        value=", ".join(getattr(change, "prefixes", ())), expected="the beginning of some line's code",
    )  # fmt: skip
