"""Scenarios that come along with the replica, and what is to come of them at a small scale."""

from __future__ import annotations

from pathlib import Path

from fastavs.replica.facts import DATA

SEED, SCALE = 1, 0.02
"""Of the replica that the account and the expected figures are of."""
FILES = ("scenarios.toml", "ita.csv", "scenarios_at_0.02.txt", "scenarios_at_0.02.csv")
"""The scenarios and the list that one of them uses; their account and the figures expected of them at that scale."""
ACCOUNT, EXPECTED = FILES[2:]


def write_scenarios(folder: Path) -> None:
    """Write the scenarios beside the study."""
    for name in FILES:
        (folder / name).write_bytes((DATA / name).read_bytes())
