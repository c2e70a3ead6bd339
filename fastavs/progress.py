"""How far a step has come, told to whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how much is done, and of how much."""


def quiet(step: str, done: int, of: int) -> None:
    """Say nothing."""
