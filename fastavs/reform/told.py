"""How trouble with a step is told: by scenario, number and verb."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def told_of_step(placed: PlacedStep) -> Iterator[None]:
    """Tell trouble as the step's that it comes from."""
    try:
        yield
    except InputError as error:
        if error.problem.startswith(placed.told):
            raise
        problem = error.problem.removeprefix(f'the scenario "{placed.scenario}"').strip()
        joint = ", " if problem != error.problem else ": "
        raise InputError(
            f"{placed.told}{joint}{problem}", file=error.file, row=error.row, column=error.column, key=error.key,
            about=error.about, value=error.value, expected=error.expected, cure=error.cure,
        ) from None  # fmt: skip
