"""What a call of `sweep` does around the figures: what it loads, what it asks of names, what it keeps."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import make_study
import numpy as np
import pytest
from test_twin import study_of

import fastavs as fa
from fastavs.evaluation.plan import touched_lines
from fastavs.index import prefixes as kept
from fastavs.scenario.where import Where

UNNEEDED = (
    "fastavs.checked", "fastavs.inputs", "fastavs.trade", "fastavs.duty", "fastavs.units", "fastavs.results.by_line",
    "fastavs.evaluation.changed_trade", "pyarrow.compute", "pyarrow.parquet", "pandas", "lark",
)  # fmt: skip


def test_a_saved_index_is_swept_without_what_reads_studies(tmp_path: Path) -> None:
    path = tmp_path / "study.avs"
    fa.build_index(study_of(make_study.make(3))).save(path)
    code = f"""
import sys
import fastavs as fa
index = fa.SortedIndex.load({str(path)!r})
fa.sweep(index, [fa.Scenario("weak euro", fa.FxShock("EUR", 0.9))]).summary()
print(*(name for name in {UNNEEDED!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("seed", range(4))
def test_prefixes_are_found_as_by_looking_at_every_code(seed: int) -> None:
    made = make_study.make(seed)
    index = fa.build_index(study_of(made))
    rng = random.Random(seed)
    codes = [row["line"] for kind in ("applied", "bound", "trade") for row in made[kind] or () if row["line"]]
    codes = [code for code in codes if code.isdigit() and len(code) <= 12]
    years = sorted({side.year for side in index.sides})
    groups = [None, ("chapter", codes[0][:2]), ("industry", made["groups"]["industry"][0]["group"])]
    keys = np.concatenate([index.lines.key, index.records.code_key])
    for _ in range(300):
        some = [rng.choice(codes)[: rng.randint(1, 12)] for _ in range(rng.randint(1, 3))]
        some = [one if rng.random() < 0.6 else str(rng.randint(0, 10 ** len(one) - 1)).zfill(len(one)) for one in some]
        where = Where(
            tuple(some), rng.choice(groups), rng.choice(["both", "applied", "bound"]),
            None if rng.random() < 0.5 else (rng.choice(years),),
        )  # fmt: skip
        assert index.prefixes.touches(where) == touched_lines(index, where).any(), where
        for one in some:
            begins = [f"{key:012d}".startswith(one) for key in keys.tolist()]
            assert index.prefixes.begins_line(one) == any(begins[: index.lines.key.size])
            assert index.prefixes.begins_code(one) == any(begins)


def test_answers_are_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 8)
    monkeypatch.setattr(kept, "MOST_GROUPS", 8)
    index = fa.build_index(study_of(make_study.make(0)))
    for number in range(100):
        where = Where((f"{number:02d}",), ("chapter", "22"), "both", None)
        index.prefixes.touches(where)
        index.prefixes.begins_code(f"{number:02d}")
    found = index.prefixes
    assert max(len(one) for one in (found._of_lines, found._of_trade, found._grouped)) <= 8


def test_what_a_sweep_says_of_its_years_cannot_be_written_over() -> None:
    index = fa.build_index(study_of(make_study.make(0)))
    found = fa.sweep(index, fa.Scenario("as it is"))
    assert found.years == tuple(year.year for year in index.years)
    with pytest.raises(ValueError, match="read-only"):
        found.lines[0] = 0
