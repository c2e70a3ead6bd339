"""The package against its twin that charges each duty on each observation: every column of every table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import direct
import make_study
import numpy as np
import pyarrow as pa
import pytest
from test_twin import KNOBS, study_of

import fastavs as fa

REL = 9e-16  # of rates: four units in the last place
FOLDER = Path(__file__).parent.parent / "data" / "eaeu"


def assert_same_table(ours: pa.Table, theirs: pa.Table, cancels: bool = False) -> None:
    """All equal, or rates and means within a few units of the last place; null where the other is.

    Deviations and adjusted means are differences, and duties below 0 let means cancel: what is left of those has the
    rounding of the whole.
    """
    assert ours.column_names == theirs.column_names
    for name in ours.column_names:
        left, right = ours[name].combine_chunks(), theirs[name].combine_chunks()
        if not pa.types.is_floating(right.type):
            assert left.to_pylist() == right.to_pylist(), name
            continue
        one, other = (column.cast(pa.float64()).to_numpy(zero_copy_only=False) for column in (left, right))
        slack = 4e-15 if cancels or name.endswith("_sd") or name in ("adjust", "weighted_mean") else 0.0
        np.testing.assert_allclose(one, other, rtol=REL, atol=slack, equal_nan=True, err_msg=name)


def assert_same(study: fa.Study, cancels: bool = False) -> None:
    """Hold all tables of a study against the twin's."""
    ours, theirs = study.rates(), direct.rates(study)
    assert_same_table(ours.table, theirs.table, cancels)
    assert_same_table(ours.summary(), theirs.summary(), cancels)
    for grouping in ("chapter", *study.groups):
        assert_same_table(ours.by(grouping), theirs.by(grouping), cancels)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()) or "drawn")
def test_every_table_is_the_direct_ones(seed: int, knobs: dict[str, Any]) -> None:
    assert_same(study_of(make_study.make(9500 + 100 * KNOBS.index(knobs) + seed, **knobs)), "odd_duties" in knobs)


def test_the_study_that_ships() -> None:
    assert_same(fa.Study.load(FOLDER / "study.toml"))
