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
import traceback
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import make_study
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv, feather

import fastavs as fa
from fastavs.scenario.file import read_scenarios

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


# ---- input files


FORMATS = (".csv", ".csv.gz", ".csv.zst", ".parquet", ".feather", ".1.feather", ".arrow")
TABLES = ("trade", "applied", "fx", "partners", "groups", "drop")


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table in the format that a file's name says."""
    name = path.name
    if name.endswith(".parquet"):
        pq.write_table(table, path, row_group_size=60)
    elif name.endswith(".1.feather"):
        feather.write_feather(table, str(path), version=1)
    elif name.endswith(".feather"):
        feather.write_feather(table, str(path), compression="uncompressed")
    elif name.endswith(".arrow"):
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=60)
    elif name.endswith(".csv"):
        csv.write_csv(table, path)
    else:
        with pa.CompressedOutputStream(str(path), "gzip" if name.endswith(".gz") else "zstd") as stream:
            csv.write_csv(table, stream)


def other_encoding(content: bytes, rng: random.Random) -> bytes:
    """Write a text anew as another program might, with letters that tell encodings apart."""
    text = content.decode()
    at = rng.randrange(len(text) + 1)
    text = text[:at] + rng.choice(["ä", "п", "\0", "٣", "\ud7ff", "'", '"', "\r"]) * rng.randint(1, 3) + text[at:]
    return text.encode(rng.choice(["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1251", "utf-32"]), errors="ignore")


class InputTrials:
    """Damages one input of a study and charges its duties."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "study"
        self.folder.mkdir(exist_ok=True)
        tables = make_study.to_tables(make_study.make(7, method="partner", min_value=0.0))
        partners = pa.table({"partner": ["DEU", "BLR"], "treatment": ["mfn", "excluded"], "region": ["EU", "CIS"]})
        drop = pa.table({"period": ["2009"], "line": ["2203"], "partner": ["DEU"], "reason": ["doubtful"]})
        self.tables = {
            "trade": tables["trade"], "applied": tables["applied"], "fx": tables["fx"],
            "groups": tables["groups"]["industry"], "partners": partners, "drop": drop,
            "published": pa.table({"year": [2009], "simple_mean_pct": [12.5]}),
        }  # fmt: skip

    def __call__(self, seed: int) -> str:
        rng = random.Random(seed)
        names = {table: f"{table}{rng.choice(FORMATS)}" for table in TABLES} | {"published": "published.csv"}
        for table, name in names.items():
            write_table(self.tables[table], self.folder / name)
        study, scenarios = self.folder / "study.toml", self.folder / "scenarios.toml"
        study.write_text(STUDY.format(**names))
        scenarios.write_text(SCENARIO_FILE)
        which = rng.choice([*names.values(), study.name, scenarios.name])
        path = self.folder / which
        content = path.read_bytes()
        textual = which.endswith((".csv", ".toml")) and rng.random() < 0.3
        path.write_bytes(other_encoding(content, rng) if textual else damage(content, rng))
        try:
            found = fa.Study.load(study)
            found.rates().summary()
            fa.sweep(found, read_scenarios(scenarios), threads=1)
        except fa.InputError as error:
            words = str(error)
            return REFUSED if words.isprintable() and len(words) < 900 else f"badly said: {which}: {words!r}"
        except Exception as error:
            return f"raised {type(error).__name__}: {which}: {error}\n{traceback.format_exc()[-700:]}"
        return HARMLESS


STUDY = """name = "damaged"
currency = "USD"
[trade]
files = ["{trade}"]
[schedules]
applied = ["{applied}"]
[fx]
file = "{fx}"
[partners]
file = "{partners}"
exclude = ["KAZ"]
[drop]
file = "{drop}"
[groups]
industry = "{groups}"
[published]
summary = "{published}"
[options]
outlier = 10.0
levels = [8, 6, 4]
[[bridges]]
prefix = "8703"
from = "piece"
to = "cm3"
factor = 1500
"""
SCENARIO_FILE = """[[scenario]]
name = "as it is"
[[scenario]]
name = "other"
fx = [{ currency = "EUR", factor = 1.1 }]
scale = [{ ad_valorem = 0.9, specific = 0.9, years = [2009] }]
exclude = [{ partners = ["CHN"] }]
"""


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
            except (EOFError, ConnectionResetError):
                worker.join()
                verdict = f"the process died ({worker.exitcode})"
            counts[verdict.split(":")[0]] += 1
            if verdict not in (REFUSED, HARMLESS):
                print(f"seed {seed}: {verdict}"[:1200], flush=True)
    finally:
        if worker is not None:
            worker.terminate()
        shutil.rmtree(folder, ignore_errors=True)
    return counts


KINDS: dict[str, Callable[[Path], Callable[[int], str]]] = {"index": IndexTrials, "inputs": InputTrials}

if __name__ == "__main__":
    kind, number = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    for what, count in try_all(KINDS[kind], range(first, first + number)).most_common():
        print(f"{count:6} {what}")
