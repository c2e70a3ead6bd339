"""The verbs of scenarios that have steps, and the values that they are in Python.

A scenario's steps are taken in their order. Each is a frozen value: its verb, what the verb says, and, for duties,
which lines (`Selection`). How a step is carried out on a study is told elsewhere; nothing is computed here.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from fastavs.scenario.step import Step
from fastavs.scenario.step_duties import Add, Cap, DropSpecific, Floor, Scale, Set, Swiss, Tariffication, Tiers
from fastavs.scenario.step_study import BasePeriod, Options, Weights
from fastavs.scenario.step_trade import Exclude, Fx, Include, Only, Price
from fastavs.scenario.step_years import Advance, Delay, Freeze, Put
from fastavs.scenario.trade import Resample

AnyStep: TypeAlias = Step | Resample

VERBS: dict[str, type[Step]] = {
    kind.verb: kind
    for kind in (
        Set, Scale, Add, Cap, Floor, Swiss, Tiers, DropSpecific, Tariffication, Delay, Advance, Freeze, Put, Fx, Price,
        Exclude, Only, Include, BasePeriod, Options, Weights,
    )
}  # fmt: skip
"""Steps by verb; `Resample`, which is a change of version 0.1.0 as well, has the verb resample."""
RESAMPLE = "resample"
KINDS = (*VERBS.values(), Resample)
"""What may be a step."""
ALL_VERBS = (*VERBS, RESAMPLE)


def verb_of(step: AnyStep) -> str:
    """Return a step's verb.

    Examples
    --------
    >>> import fastavs as fa
    >>> verb_of(fa.DropSpecific()), verb_of(fa.Resample(1))
    ('drop_specific', 'resample')
    """
    return RESAMPLE if isinstance(step, Resample) else step.verb


def lists_of(step: AnyStep) -> tuple[str, ...]:
    """Return the names of the lists that a step speaks of."""
    selection = getattr(step, "selection", None)
    return selection.named_lists if selection is not None else ()


def written(step: AnyStep) -> dict[str, Any]:
    """Return a step as a file has it: the verb with its value first, then the keys beside it.

    Examples
    --------
    >>> import fastavs as fa
    >>> written(fa.Cap(0.1, lists="ita", except_={"prefixes": "8517"}))
    {'cap': '10%', 'lists': ['ita'], 'except': {'prefixes': ['8517']}}
    """
    if isinstance(step, Resample):
        return {RESAMPLE: step.seed}
    keys = {"except" if key == "except_" else key: value for key, value in step.keys_written().items()}
    return {step.verb: step.value_written(), **keys}
