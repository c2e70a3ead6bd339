"""Scenarios by what they touch: the sums of the index as it stands, less the part touched, with that part anew.

What is made for an outline depends on that alone, never on other scenarios, and is kept with the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastavs.evaluation.adding import Part, add_part
from fastavs.evaluation.averages import exact_up_to
from fastavs.evaluation.cells import Cells, Choices, cells_of, choices_of
from fastavs.evaluation.new_duties import check_rate, unprepared
from fastavs.evaluation.outlines import SET, Outline, Step, Template
from fastavs.evaluation.part_alone import PartAlone, goes_alone
from fastavs.evaluation.recipe import Recipe, recipe_of
from fastavs.evaluation.standing import Standing, clear, dependents_of_lines, make_part, standing_of, unchanged
from fastavs.index.dependents import without_percent
from fastavs.index.duties import duty_table, joined
from fastavs.index.sorted_index import SortedIndex
from fastavs.kernels.names import ACCUMULATORS, BOUND, KNOWN, PERCENT, STRIP
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import DutyTable, NewDuties, Sums
from fastavs.scenario.duties import SetDuty
from fastavs.scenario.scenario import Scenario

SHARE = 0.5  # of all lines of schedules, each choice by itself: scenarios that touch more, and set no duty, go with the
# whole index


@dataclass(frozen=True, slots=True)
class TouchedPlan:
    """What scenarios of one outline are worked out from.

    Attributes
    ----------
    part : Part
        The lines of years touched, with the duties that the outline sets.
    rest : Sums
        What all others come to, [..., 1].
    recipe : Recipe
        How the scenarios' numbers become factors.
    single : bool
        Whether each scenario has to be worked out by itself.
    everything : bool
        Whether all lines of years are worked out anew.
    exact_up_to : float
        The largest rate up to which sums are exact.
    alone : PartAlone or None
        The part ready for one scenario in one call; None if it goes by more.
    """

    part: Part
    rest: Sums
    recipe: Recipe
    single: bool
    everything: bool
    exact_up_to: float
    alone: PartAlone | None

    @property
    def width_of_block(self) -> int:
        """How many numbers a scenario of a block takes."""
        return max(self.part.rows.size + self.part.means, self.recipe.cells * self.recipe.fx.size, 1)

    @property
    def nbytes(self) -> int:
        alone = 0 if self.alone is None else self.alone.nbytes
        return self.part.nbytes + sum(one.nbytes for one in self.rest) + alone


def touched_plan(
    index: SortedIndex, outline: Outline, scenario: Scenario, *, everything: bool = False
) -> TouchedPlan | None:
    """Return what scenarios of an outline are worked out from; None for those that touch too much for that.

    Parameters
    ----------
    index : SortedIndex
    outline : Outline
    scenario : Scenario
        One that has it, for messages.
    everything : bool
        Whether to work out all lines of years, whatever is touched.

    Raises
    ------
    InputError
        A new duty in a currency that the study does not have, or without an exchange rate; on quantities that were not
        indexed; of lines that no schedule has.
    """
    key = (outline, everything)
    found: TouchedPlan | None = index.reforms.get(key, lambda: _make(index, outline, scenario, everything))
    return found


def _make(index: SortedIndex, outline: Outline, scenario: Scenario, everything: bool) -> TouchedPlan | None:
    sets = any(step.kind == SET for step in outline)
    choices = choices_of(index, outline, scenario)
    if not sets and not everything and _touches_much(index, choices):
        return None
    standing = standing_of(index)
    everything = everything or choices.everything or not standing.exact
    with standing.lock:
        try:
            return _make_from(standing, outline, scenario, choices, sets, everything)
        except BaseException:
            clear(standing.scratch)  # an interrupt, or a new duty that cannot be, may leave marks
            raise


def _touches_much(index: SortedIndex, choices: Choices) -> bool:
    return int((choices.ranges[:, 1] - choices.ranges[:, 0]).sum()) > SHARE * index.lines.key.size


def _make_from(
    standing: Standing, outline: Outline, scenario: Scenario, choices: Choices, sets: bool, everything: bool
) -> TouchedPlan:
    index, on, scratch = standing.index, standing.on, standing.scratch
    cells = cells_of(choices, scratch.cell_of)
    recipe = recipe_of(index, outline, choices, cells)
    duties, new = standing.duties, _nothing_new(cells)
    after = new
    if sets:
        duties, after = _new_duties(standing, outline, scenario, choices, cells, recipe)
    found = dependents_of_lines(
        on, scratch, cells.line, len(index.years), whole=bool(after.nullable.any()), everything=everything
    )
    scratch.cell_of[cells.line] = cells.cell
    try:
        part, _ = make_part(index, on, scratch, duties, found, after)
        before = part
        if sets and not everything:
            before, _ = make_part(index, on, scratch, standing.duties, found, new)
    finally:
        scratch.cell_of[cells.line] = 0
    rest = _empty(standing.sums)
    if not everything:
        rest = less(standing.sums, add_part(index, before, unchanged(index, len(cells.choices))))
    single = any(step.to_nought for step in outline)
    alone = PartAlone(index, part, rest, recipe, standing.free) if not single and goes_alone(part) else None
    return TouchedPlan(part, rest, recipe, single, everything, exact_up_to(index.ready.layout), alone)


def _nothing_new(cells: Cells) -> NewDuties:
    n = len(cells.choices)
    no = readonly(np.zeros(n), np.bool_)
    return NewDuties(
        cells.line, readonly(np.full(cells.line.size, -1), np.int32), readonly(np.full(n, -1), np.int32), no, no, no
    )


def _new_duties(
    standing: Standing,
    outline: Outline,
    scenario: Scenario,
    choices: Choices,
    cells: Cells,
    recipe: Recipe,
) -> tuple[DutyTable, NewDuties]:
    """Return the duties, those that the outline sets by text among them, and the one of each cell."""
    from fastavs.duty import parse_duty

    _check_rates(standing, outline, scenario, choices)
    table = standing.duties
    texts = list(dict.fromkeys(step.new for step in outline if isinstance(step.new, str)))
    place: dict[str | Template, int] = {text: table.duty.size + i for i, text in enumerate(texts)}
    facts = standing.index.facts
    if texts:
        table = joined(table, duty_table([parse_duty(text) for text in texts], facts["currencies"], facts["pooled"]))
    known = [tuple(some) for some in facts["kinds"]]
    n = len(cells.choices)
    duty, kinds = np.full(n, -1), np.full(n, -1)
    specific, pure, nullable = (np.zeros(n, dtype=np.bool_) for _ in range(3))
    unpercented = without_percent(table)
    for cell, step in zip(recipe.set_cells.tolist(), recipe.set_steps.tolist(), strict=True):
        new = outline[step].new
        assert new is not None
        if isinstance(new, Template):
            duty[cell] = standing.template[new.form, new.currency]
            specific[cell], of = new.form != PERCENT, new.kinds
        else:
            parsed = parse_duty(new)
            duty[cell], specific[cell], of = place[new], parsed.has_specific, parsed.kinds
        if of and of not in known:
            raise unprepared(scenario, _change(scenario, step))
        kinds[cell] = known.index(of) if of else -1
    nullable[:] = (duty >= 0) & unpercented[duty]
    pure[:] = nullable & specific
    group = _groups(standing, scenario, cells, kinds, recipe)
    return table, NewDuties(
        cells.line, readonly(group, np.int32), readonly(duty, np.int32), readonly(specific, np.bool_),
        readonly(pure, np.bool_), readonly(nullable, np.bool_),
    )  # fmt: skip


def _groups(standing: Standing, scenario: Scenario, cells: Cells, kinds: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Return the observations that each touched line has for its new duty, int32[t]; -1: none, or none needed."""
    index = standing.index
    wanted = kinds[cells.cell]
    group = np.full(cells.line.size, -1, dtype=np.int32)
    some = np.flatnonzero(wanted >= 0)
    line = cells.line[some]
    same = standing.kinds[index.lines.duty[line]] == wanted[some]
    group[some[same]] = index.lines.group[line[same]]
    other = some[~same]
    if other.size:
        n = len(index.facts["kinds"])
        known = index.others.line * n + index.others.kinds
        at = np.searchsorted(known, cells.line[other] * n + wanted[other])
        lacking = np.ones(other.size, dtype=bool)
        if known.size:
            lacking = known[np.minimum(at, known.size - 1)] != cells.line[other] * n + wanted[other]
        if lacking.any():
            cell = cells.cell[other[lacking][0]]
            step = int(recipe.set_steps[recipe.set_cells == cell][0])
            raise unprepared(scenario, _change(scenario, step))
        group[other] = index.others.group[at]
    return group


def _change(scenario: Scenario, step: int) -> SetDuty:
    change = scenario.changes[step]
    assert isinstance(change, SetDuty)
    return change


def _check_rates(standing: Standing, outline: Outline, scenario: Scenario, choices: Choices) -> None:
    """Make sure that new duties' currencies have rates wherever the lines touched have trade."""
    steps: dict[str, list[int]] = {}
    for place, step in enumerate(outline):
        for currency in _currencies(step):
            steps.setdefault(currency, []).append(place)
    if not steps:
        return
    index = standing.index
    side = np.searchsorted([one.first for one in index.sides], choices.ranges[:, 0], side="right") - 1
    for currency, places in steps.items():
        of_step = np.array(choices.of_step)[places]
        for one in np.unique(side[np.isin(choices.choice, of_step)]).tolist():
            first = places[int(np.flatnonzero(np.isin(of_step, choices.choice[side == one]))[0])]
            check_rate(index, scenario, _change(scenario, first), one, currency)


def _currencies(step: Step) -> Sequence[str]:
    if isinstance(step.new, Template):
        return (step.new.currency,) if step.new.currency else ()
    from fastavs.duty import parse_duty

    return parse_duty(step.new).currencies if step.new else ()


def less(sums: Sums, part: Sums) -> Sums:
    """Return sums of one scenario without those of a part, to the bit what the others add up to."""
    return Sums(sums.acc - part.acc, sums.tally - part.tally, np.maximum(sums.largest, part.largest))


def plus(rest: Sums, part: Sums, full: bool = True) -> Sums:
    """Return what the lines touched come to under some scenarios together with all others, to the bit.

    Unless `full`, only what means of rates rest on is to be used.
    """
    years, _, width = part.tally.shape
    strips = part.acc.reshape(years, -1, ACCUMULATORS, STRIP)[:, :, :, :width]  # a strip alone is not filled
    others = rest.acc.reshape(years, 1, ACCUMULATORS, STRIP)[:, :, :, :1]
    for some in (slice(None),) if full else (slice(BOUND), slice(KNOWN, None)):
        strips[:, :, some] += others[:, :, some]
    return Sums(part.acc, part.tally + rest.tally, np.maximum(rest.largest, part.largest))


def _empty(sums: Sums) -> Sums:
    return Sums(*(np.zeros_like(one) for one in sums))
