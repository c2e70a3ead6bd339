"""Contenders take turns, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fastavs")
    group.addoption("--scale", type=float, default=0.1, help="trade rows relative to the paper's")
    group.addoption("--turns", type=int, default=3, help="how often each contender is timed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "contenders(*names): who is timed, turn by turn")
    config.addinivalue_line("markers", "full: left out of the quick form")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("contenders")
    if marker is not None:
        turns = range(metafunc.config.getoption("--turns"))
        metafunc.parametrize(("turn", "contender"), [(turn, name) for turn in turns for name in marker.args])


@pytest.fixture(scope="session")
def scale(request: pytest.FixtureRequest) -> float:
    found: float = request.config.getoption("--scale")
    return found


@pytest.fixture
def timed(benchmark: Any, request: pytest.FixtureRequest, turn: int, contender: str) -> Callable[..., Any]:
    """Return what times a call, once unwatched and then so many rounds. What it returns is kept as `note`."""

    def run(call: Callable[[], Any], rounds: int = 5, warmup: int = 1, note: str | None = None) -> Any:
        stage = request.node.originalname.removeprefix("test_")
        benchmark.extra_info.update(stage=stage, contender=contender, turn=turn)
        found = benchmark.pedantic(call, rounds=rounds, warmup_rounds=warmup)
        if note is not None:
            benchmark.extra_info.update(found if isinstance(found, dict) else {note: found})
        return found

    return run
