"""The package against its twin that charges each duty on each observation: every column of every table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import direct
import make_study
import pytest
from alike import assert_same_table
from test_twin import KNOBS, study_of

import fastavs as fa

FOLDER = Path(__file__).parent.parent / "data" / "eaeu"


def assert_same(study: fa.Study, cancels: bool = False) -> None:
    """Hold all tables of a study against the twin's."""
    ours, theirs = study.rates(), direct.rates(study)
    assert_same_table(ours.as_written, theirs.table, cancels)
    assert_same_table(ours.summary(), theirs.summary(), cancels)
    for grouping in ("chapter", *study.checked.groups):
        assert_same_table(ours.groups_as_written(grouping), theirs.by(grouping), cancels)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()) or "drawn")
def test_every_table_is_the_direct_ones(seed: int, knobs: dict[str, Any]) -> None:
    assert_same(study_of(make_study.make(9500 + 100 * KNOBS.index(knobs) + seed, **knobs)), "odd_duties" in knobs)


def test_the_study_that_ships() -> None:
    assert_same(fa.Study.load(FOLDER / "study.toml"))
