"""The account of the replica's scenarios and the figures expected of them, made anew: run this as a program.

    python tests/golden_scenarios.py

It writes the two files into ``fastavs/replica/data``. They change on purpose only: a commit that changes them says why.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa

import fastavs as fa
from fastavs.replica import make_replica
from fastavs.replica.facts import DATA
from fastavs.replica.scenarios import ACCOUNT, EXPECTED, SCALE, SEED
from fastavs.tables.write import write_csv

COLUMNS = [
    "scenario", "year", "lines", "specific_lines", "simple_mean", "simple_sd", "weighted_mean",
    "weighted_mean_unadjusted", "bound_mean", "unresolved_lines", "ad_valorem_simple_mean", "hs6_mean",
]  # fmt: skip


def expected_of(study: fa.Study, scenarios: list[fa.Scenario]) -> pa.Table:
    """Return the figures that are held."""
    return fa.sweep(study, scenarios).summary().select(COLUMNS)


def account_of(study: fa.Study, scenarios: list[fa.Scenario]) -> str:
    """Return what each scenario is and touches, as text."""
    account = fa.account(study, scenarios)
    parts = [
        f"What the scenarios touch on the replica with seed {SEED} and scale {SCALE:g}. Its trade is synthetic.",
    ]
    for one in scenarios:
        told = [f"{one.name}", f"  {one.title}"]
        for row in account.rows:
            if row["scenario"] != one.name:
                continue
            told.append(f"  step {row['step']}, {row['verb']}: {_touched(row)}")
            told += [f"    {note}" for note in row["notes"]]
            told += [f"    {name.replace('_', ' ')}: {row[name]:,}" for name in COUNTS if row[name]]
        parts.append("\n".join(told))
    return "\n\n".join(parts) + "\n"


COUNTS = ("became_zero", "rate_found", "now_outliers", "no_longer_outliers", "left_as_they_are")


def _touched(row: dict) -> str:  # type: ignore[type-arg]
    some = [one for one in row["lines_by_year"] or () if one["lines"]]
    told = []
    if some:
        numbers = sorted({one["lines"] for one in some})
        many = f"{numbers[0]:,}" if len(numbers) == 1 else f"{numbers[0]:,} to {numbers[-1]:,}"
        told.append(f"{many} lines of {some[0]['year']} to {some[-1]['year']}")
    if row["share"] is not None:
        told.append(f"{100 * row['share']:.2f} % of trade")
    if row["partners"] is not None:
        told.append(f"{row['partners']} partners")
    return ", ".join(told)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in (ACCOUNT, EXPECTED):  # of an earlier version, or not there yet
            (DATA / name).touch()
        study = fa.Study.load(make_replica(Path(folder), SEED, SCALE))
        scenarios = fa.read_scenarios(DATA / "scenarios.toml")
        write_csv(expected_of(study, scenarios), DATA / EXPECTED)
        (DATA / ACCOUNT).write_text(account_of(study, scenarios), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
