"""A tariff function inside a model: evaluated from Python and from C, against Polars on every observation."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastavs as fa
from bench import functions
from bench.measures import IN_C, JACOBIAN, LOAD, VALUE

WAYS = ("join", "gather", "factors by numpy")


@cache
def _ready(contender: str, scale: float) -> Callable[[], Any] | None:
    """Return the call to time; its tariffs are checked against ours."""
    if contender == VALUE:
        return functions.values(scale)
    if contender == JACOBIAN:
        call: Callable[[], Any] | None = functions.jacobians(scale)
    elif contender == IN_C:
        call = functions.in_c(scale)
    else:
        call = dict(functions.rivals(scale))[contender.removeprefix("polars: ")]
    if call is not None:
        np.testing.assert_allclose(call(), functions.values(scale)(), rtol=1e-12, err_msg=contender)
    return call


@pytest.mark.contenders(VALUE, JACOBIAN, IN_C, LOAD, *(f"polars: {way}" for way in WAYS))
def test_models(timed: Any, scale: float, contender: str, tmp_path: Path) -> None:
    if contender == LOAD:
        path = functions.function(scale).save(tmp_path / "tariff.avt")
        timed(lambda: fa.TariffFunction.load(path))
        return
    call = _ready(contender, scale)
    if call is None:
        pytest.skip("no C compiler is installed")
    timed(call, rounds=7)
