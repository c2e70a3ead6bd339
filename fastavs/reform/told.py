"""How trouble with a step is told: by scenario, number and verb."""

from __future__ import annotations

from fastavs.errors import InputError
from fastavs.scenario.chain import PlacedStep


def wrong_step(
    placed: PlacedStep, problem: str, key: str | None = None, value: object = None, expected: str | None = None,
    cure: str | None = None,
) -> InputError:  # fmt: skip
    """Return what to raise for a step that does not fit a study."""
    return InputError(f"{placed.told}, {problem}", key=key, value=value, expected=expected, cure=cure)


def unprepared(placed: PlacedStep, why: str) -> InputError:
    """Return what to raise where an index does not hold what a step needs."""
    return InputError(
        f"the index was not prepared for {placed.told}: {why}",
        cure="build it with these scenarios: fastavs.build_index(study, scenarios)",
    )
