"""What scenarios name by prefix must be there: a prefix that nothing begins with would change nothing, unsaid."""

from __future__ import annotations

from collections.abc import Sequence

from fastavs.errors import InputError
from fastavs.index.prefixes import Prefixes
from fastavs.index.sorted_index import SortedIndex
from fastavs.scenario.duties import ScaleDuty, ShiftDuty
from fastavs.scenario.scenario import Change, Scenario
from fastavs.scenario.trade import PriceShock
from fastavs.warned import Caution


def check_named(index: SortedIndex, scenarios: Sequence[Scenario]) -> None:
    """Make sure that duties and prices that scenarios change by prefix are those of some line.

    Raises
    ------
    InputError
        Names the scenario and the prefixes that no line begins with, or the one that lost a leading zero.
    """
    prefixes = index.prefixes
    _refuse_lost_zeros(prefixes, scenarios)
    for scenario in scenarios:
        for change in scenario.changes:
            if isinstance(change, ScaleDuty | ShiftDuty) and (change.prefixes or change.group):
                try:
                    touches = prefixes.touches(change.where)
                except InputError as error:  # a grouping or a group that the study does not have
                    raise error.told_of(f'the scenario "{scenario.name}"') from None
                if change.prefixes and not touches:
                    raise _nothing(scenario, change, "changes duties of lines that no schedule has")
            elif isinstance(change, PriceShock) and not _prices_some(index, scenario, change):
                raise _nothing(scenario, change, "changes prices of lines that neither schedules nor trade have")


def _prices_some(index: SortedIndex, scenario: Scenario, change: PriceShock) -> bool:
    """Whether a change of prices is of some line or code of the trade, as far as that is known."""
    prefixes = index.prefixes
    if change.group is not None:
        from fastavs.evaluation.price_cells import touched_codes

        try:
            touches = prefixes.touches(change.where) or touched_codes(index, change.where).any()
            return bool(touches or not change.prefixes)
        except InputError as error:  # a grouping or a group that the study does not have
            raise error.told_of(f'the scenario "{scenario.name}"') from None
    return not change.prefixes or not prefixes.has_trade or any(map(prefixes.begins_code, change.prefixes))


def unmet_prefixes(index: SortedIndex, scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Return which prefixes of scenarios begin no code, though others of the same change do; a sentence a change."""
    begins = index.prefixes.begins_code
    told: dict[str, None] = {}
    for scenario in scenarios:
        for change in scenario.changes:
            without = [prefix for prefix in getattr(change, "prefixes", ()) if not begins(prefix)]
            if without:
                text = f'The scenario "{scenario.name}" names prefixes that begin no code: {_some(without)}.'
                told[Caution(text, cure="mend what is misspelt, or leave it out")] = None
    return tuple(told)


def _some(prefixes: Sequence[str]) -> str:
    return ", ".join(prefixes[:8]) + (f" and {len(prefixes) - 8} more" if len(prefixes) > 8 else "")


def _refuse_lost_zeros(known: Prefixes, scenarios: Sequence[Scenario]) -> None:
    """Stop at a prefix of odd length that no code begins with, where codes do once a zero stands before it."""
    for scenario in scenarios:
        for change in scenario.changes:
            for prefix in getattr(change, "prefixes", ()):
                if len(prefix) % 2 == 1 and not known.begins_code(prefix) and known.begins_code("0" + prefix):
                    raise InputError(
                        f'the scenario "{scenario.name}" names a prefix that may have lost its zero',
                        key=f"{type(change).__name__}.prefixes", value=prefix, cure=f'write "0{prefix}"',
                    )  # fmt: skip


def _nothing(scenario: Scenario, change: Change, what: str) -> InputError:
    return InputError(
        f'the scenario "{scenario.name}" {what}', key=f"{type(change).__name__}.prefixes",
        value=", ".join(getattr(change, "prefixes", ())), expected="the beginning of some line's code",
    )  # fmt: skip
