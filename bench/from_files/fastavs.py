"""fastavs, as its users would."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

import fastavs as fa


def summary(study_file: Path) -> pa.Table:
    """Return the summary of all years, by the quickest way there: a sweep of the study as it is."""
    return fa.sweep(fa.Study.load(study_file), [fa.Scenario("as it is")]).summary().drop_columns("scenario")
