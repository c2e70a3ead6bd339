"""Timings of one run of the benchmarks, and ratios between them turn by turn."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Timings:
    """What one run at one scale gave.

    Attributes
    ----------
    seconds : dict of (stage, contender) to list of float
        Shortest of each turn's rounds: what else the machine does only ever adds.
    extra : dict of (stage, contender) to list of dict
        What else was noted in each turn.
    """

    seconds: dict[tuple[str, str], list[float]]
    extra: dict[tuple[str, str], list[dict[str, Any]]]

    def contenders(self, stage: str, tool: str) -> list[str]:
        """Return the ways that a tool was timed in."""
        return [name for of, name in self.seconds if of == stage and name.split(":")[0] == tool]

    def time(self, stage: str, contender: str) -> float | None:
        """Return the median over turns, in seconds."""
        found = self.seconds.get((stage, contender))
        return median(found) if found else None

    def least(self, stage: str, contender: str) -> float | None:
        """Return the shortest turn, in seconds."""
        found = self.seconds.get((stage, contender))
        return min(found) if found else None

    def ratio(self, one: tuple[str, str], other: tuple[str, str], what: str | None = None) -> float | None:
        """Return how many times as long one takes as the other: the median of the turns' own ratios.

        With `what`, how many times as much of something that was noted in each turn.
        """
        left, right = (self._of(key, what) for key in (one, other))
        pairs = list(zip(left, right, strict=False))
        return median(a / b for a, b in pairs) if pairs else None

    def rival(self, stage: str, tool: str, ours: str = "fastavs") -> float | None:
        """Return how many times as long as ours the best way of a tool takes."""
        found = [self.ratio((stage, name), (stage, ours)) for name in self.contenders(stage, tool)]
        return min((one for one in found if one is not None), default=None)

    def noted(self, stage: str, contender: str, what: str) -> float | None:
        """Return the median over turns of something that was noted."""
        found = self._of((stage, contender), what)
        return median(found) if found else None

    def _of(self, key: tuple[str, str], what: str | None) -> list[float]:
        """Return each turn's seconds, or what else was noted in it."""
        if what is None:
            return self.seconds.get(key, [])
        return [one[what] for one in self.extra.get(key, []) if what in one]


def run(scale: float, turns: int, quick: bool, only: Sequence[str] = ()) -> Timings:
    """Run the benchmarks at a scale in a process of its own.

    Raises
    ------
    subprocess.CalledProcessError
        A benchmark failed, or a rival gave other figures.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "bench.json"
        files = [str(HERE / f"test_{name}.py") for name in only] or [str(HERE)]
        command = [sys.executable, "-m", "pytest", *files, "-q", "--no-header", "--benchmark-only", "--benchmark-quiet"]
        command += ["-p", "no:cacheprovider", f"--benchmark-json={found}", f"--scale={scale:g}", f"--turns={turns}"]
        if quick:
            command += ["-m", "not full"]
        subprocess.run(command, check=True, stdout=sys.stderr, cwd=HERE.parent)
        results = json.loads(found.read_text())
    seconds: dict[tuple[str, str], list[float]] = {}
    extra: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in sorted(results["benchmarks"], key=lambda one: one["extra_info"]["turn"]):
        info = one["extra_info"]
        key = info["stage"], info["contender"]
        seconds.setdefault(key, []).append(one["stats"]["min"])
        extra.setdefault(key, []).append(info)
    return Timings(seconds, extra)
