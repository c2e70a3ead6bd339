"""Random damage to files, and what becomes of a study that is read from them.

``python tests/damages.py index 1000`` tries the saved index, ``python tests/damages.py inputs 2000`` every kind of
input file. A trial is the same from the same seed; it runs in a process of its own, so that a crash is counted too.
"""

from __future__ import annotations

import collections
import multiprocessing
import random
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import make_study
import pyarrow as pa
import pyarrow.parquet as pq

import fastavs as fa

SCENARIOS = [
    fa.Scenario("as it is"),
    fa.Scenario("dear euro", fa.FxShock("EUR", 1.3)),
    fa.Scenario("less", fa.ScaleDuty(0.5, 0.8, prefixes=("22", "87"))),
    fa.Scenario("more", fa.ShiftDuty(0.02, 0.01)),
    fa.Scenario("new", fa.SetDuty(("22",), "12.5%")),
    fa.Scenario("prices", fa.PriceShock(1.1, partners=("CHN",))),
    fa.Scenario("without", fa.ExcludePartners(("DEU",))),
    fa.Scenario("drawn", fa.Resample(3)),
]
REFUSED, HARMLESS = "refused", "read as if nothing were"


def damage(content: bytes, rng: random.Random) -> bytes:
    """Flip bits, cut off, zero a block, swap two blocks, or write over some bytes."""
    size = len(content)
    kind = rng.choice(["bit", "bit", "bits", "cut", "zero", "swap", "over"])
    found = bytearray(content)
    if kind in ("bit", "bits"):
        for _ in range(1 if kind == "bit" else rng.randint(2, 40)):
            found[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del found[rng.randrange(size) :]
    elif kind == "over":
        first = rng.randrange(size)
        some = rng.randbytes(min(rng.randint(1, 64), size - first))
        found[first : first + len(some)] = some
    else:
        length = rng.randint(1, max(1, min(4096, size // 2)))
        first = rng.randrange(size - length + 1)
        if kind == "zero":
            found[first : first + length] = bytes(length)
        else:
            second = rng.randrange(size - length + 1)
            one, other = found[first : first + length], found[second : second + length]
            found[first : first + length], found[second : second + length] = other, one
    return bytes(found)


def results(study: fa.Study | fa.SortedIndex, folder: Path) -> list[pa.Table]:
    """Everything that a sweep gives."""
    whole = folder / "whole.parquet"
    found = fa.sweep(study, SCENARIOS, by="chapter", whole_lines=whole, threads=1)
    return [found.summary(), found.by("chapter"), pq.read_table(whole)]


# ---- the saved index


class IndexTrials:
    """Damages a saved index and sweeps it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        options = make_study.make(7, method="partner", min_value=0.0)
        study = fa.Study.load(make_study.to_toml(options, folder / "study"))
        self.sound = folder / "sound.avs"
        fa.build_index(study, SCENARIOS).save(self.sound)
        self.content = self.sound.read_bytes()
        self.expected = results(fa.SortedIndex.load(self.sound), folder)

    def __call__(self, seed: int) -> str:
        rng = random.Random(seed)
        path = self.folder / "damaged.avs"
        path.unlink(missing_ok=True)
        path.write_bytes(damage(self.content, rng))
        try:
            found = results(fa.SortedIndex.load(path, mapped=rng.random() < 0.5), self.folder)
        except fa.InputError as error:
            words = str(error)
            named = str(path) in words and ("damaged" in words or "another version" in words) and "build" in words
            return REFUSED if named else f"badly said: {words}"
        same = all(one.equals(other) for one, other in zip(found, self.expected, strict=True))
        return HARMLESS if same else "wrong"


# ---- trials in a process that may die


def serve(make: Callable[[Path], Callable[[int], str]], folder: Path, pipe: Connection) -> None:
    """Work trials off in a process of their own."""
    warnings.simplefilter("ignore")
    trial = make(folder)
    while True:
        seed = pipe.recv()
        try:
            pipe.send(trial(seed))
        except Exception as error:
            pipe.send(f"raised {type(error).__name__}: {error}")


def try_all(make: Callable[[Path], Callable[[int], str]], seeds: range) -> collections.Counter[str]:
    """Count what becomes of trials; whatever is no refusal and no harm is listed by seed."""
    spawn = multiprocessing.get_context("spawn")
    counts: collections.Counter[str] = collections.Counter()
    folder = Path(tempfile.mkdtemp(prefix="damages-"))
    worker: Any = None
    try:
        for seed in seeds:
            if worker is None or not worker.is_alive():
                here, there = spawn.Pipe()
                worker = spawn.Process(target=serve, args=(make, folder, there), daemon=True)
                worker.start()
                there.close()
            here.send(seed)
            try:
                verdict = here.recv()
            except EOFError:
                worker.join()
                verdict = f"the process died ({worker.exitcode})"
            counts[verdict.split(":")[0]] += 1
            if verdict not in (REFUSED, HARMLESS):
                print(f"seed {seed}: {verdict}"[:300], flush=True)
    finally:
        if worker is not None:
            worker.terminate()
        shutil.rmtree(folder, ignore_errors=True)
    return counts


KINDS: dict[str, Callable[[Path], Callable[[int], str]]] = {"index": IndexTrials}

if __name__ == "__main__":
    kind, number = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    for what, count in try_all(KINDS[kind], range(first, first + number)).most_common():
        print(f"{count:6} {what}")
