"""The package against its naive twin on made-up studies: every column of every table."""

from __future__ import annotations

import math
from typing import Any

import make_study
import pytest
import reference

import fastavs as fa

REL = 2e-15  # of rates: a few ulp


def study_of(made: dict[str, Any]) -> fa.Study:
    """Bind a made-up study through the Python interface."""
    tables = make_study.to_tables(made)
    lists = {"exclude": made["exclude"], "exclude_by_period": made["exclude_by_period"]}
    return fa.Study(
        tables["trade"],
        tables["applied"],
        bound=tables["bound"],
        fx=tables["fx"],
        partners=tables["partners"] if made["partners"] else lists,
        groups=tables["groups"],
        drop=tables["drop"],
        currency=made["currency"],
        base=made["base"],
        options=made["options"],
        valuation=[{"partner": partner, "factor": factor} for partner, factor in made["valuation"].items()],
        bridges=made["bridges"],
    )


def assert_same(
    ours: list[dict[str, Any]], theirs: list[dict[str, Any]], keys: list[str], cancels: bool = False
) -> None:
    """Same rows in the same order; floats within a few ulp, everything else equal.

    Where duties may be below 0 (`cancels`), means of rates cancel: what is left has the rounding of the whole.
    """
    assert [[row[key] for key in keys] for row in ours] == [[row[key] for key in keys] for row in theirs]
    for our_row, their_row in zip(ours, theirs, strict=True):
        for column, expected in their_row.items():
            found = our_row[column]
            where = f"{[our_row[key] for key in keys]} {column}: {found!r}, twin {expected!r}"
            if isinstance(expected, float) and isinstance(found, float):
                # deviations and adjusted means are differences: what cancels leaves the rounding of the whole
                slack = 1e-15 if cancels or column.endswith("_sd") or column in ("adjust", "weighted_mean") else 0.0
                assert math.isclose(found, expected, rel_tol=REL, abs_tol=slack), where
            else:
                assert found == expected, where


KNOBS: list[dict[str, Any]] = [
    {},
    {"match_on": "imports"},
    {"match_on": "classification"},
    {"method": "pooled"},
    {"short_codes": "donors"},
    {"base_partners": "all"},
    {"unresolved": "zero"},
    {"base": False},
    {"odd_duties": True},
    {"digits": 8},
    {"digits": 6},
]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("knobs", KNOBS, ids=lambda knobs: ",".join(f"{k}={v}" for k, v in knobs.items()) or "drawn")
def test_every_table_is_the_twins(seed: int, knobs: dict[str, Any]) -> None:
    made = make_study.make(1000 * KNOBS.index(knobs) + seed, **knobs)
    rates = study_of(made).rates()
    expected = reference.rates(made)
    assert_same(rates.table.to_pylist(), expected, ["year", "line"])
    cancels = "odd_duties" in knobs
    assert_same(rates.summary().to_pylist(), reference.summary(made, expected), ["year"], cancels)
    for grouping in ("chapter", "industry"):
        ours = rates.by(grouping).drop_columns("name").to_pylist()
        assert_same(ours, reference.group(made, expected, grouping), ["group", "year"], cancels)
