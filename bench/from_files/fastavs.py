"""fastavs, as its users would."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

import fastavs as fa


def summary(study_file: Path) -> pa.Table:
    """Return the summary of all years."""
    return fa.Study.load(study_file).rates().summary()
