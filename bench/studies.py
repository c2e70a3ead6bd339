"""Replicas to measure on: openly synthetic, made once for each scale and kept under `.bench/`."""

from __future__ import annotations

import hashlib
import shutil
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import fastavs as fa

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".bench"
PACKAGE = Path(fa.__file__).parent
ABSURD = 1e13  # quantity for a unit of value


def _kept(name: str, scale: float, *sources: str, ending: str = "") -> Path:
    """Return a place under the cache whose name tells the code apart that what stands there was made with."""
    digest = hashlib.blake2b(digest_size=4)
    for pattern in sources:
        for path in sorted(path for path in PACKAGE.glob(pattern) if path.is_file()):
            digest.update(path.read_bytes())
    CACHE.mkdir(exist_ok=True)
    return CACHE / f"{name}-{scale:g}-{digest.hexdigest()}{ending}"


def replica(scale: float) -> Path:
    """Return the study file of the synthetic replica of a scale, made if need be."""
    from fastavs.replica import make_replica

    folder = _kept("replica", scale, "replica/*.py")
    if not (folder / "study.toml").exists():
        make_replica(folder, scale=scale)
    return folder / "study.toml"


def planted(scale: float) -> Path:
    """Return a replica with absurd quantities in a few hundred rows, whose rates come to some 1e12; made if need be."""
    plain = replica(scale).parent
    folder = plain.with_name(plain.name.replace("replica", "planted"))
    if (folder / "study.toml").exists():
        return folder / "study.toml"
    shutil.copytree(plain, folder, ignore=shutil.ignore_patterns("study.toml", "trade"), dirs_exist_ok=True)
    (folder / "trade").mkdir(exist_ok=True)
    specific = pq.read_table(plain / "applied.parquet", columns=["line", "duty"])
    lines = pc.unique(specific.filter(pc.match_substring(specific["duty"].cast(pa.string()), "EUR"))["line"])
    rng = np.random.default_rng(12)
    for path in sorted((plain / "trade").glob("*.parquet")):
        trade = pq.read_table(path)
        charged = pc.is_in(trade["line"].cast(pa.string()), lines.cast(pa.string())).to_numpy()
        some = rng.choice(np.flatnonzero(charged), 50, replace=False)
        quantity = trade["quantity"].to_numpy().copy()
        quantity[some] = trade["value"].to_numpy()[some] * ABSURD
        place = trade.schema.get_field_index("quantity")
        filled = pa.array(quantity, from_pandas=True)
        pq.write_table(trade.set_column(place, trade.schema.field(place), filled), folder / "trade" / path.name)
    shutil.copy(plain / "study.toml", folder)
    return folder / "study.toml"


@lru_cache(maxsize=1)
def study(scale: float) -> fa.Study:
    """Return the replica of a scale as a study; the last one asked for is kept in memory."""
    return fa.Study.load(replica(scale))


def saved_index(scale: float) -> Path:
    """Return the file of a replica's sorted index, built if need be."""
    path = _kept("index", scale, "**/*.py", "duty/*.lark", ending=".avs")
    if not path.exists():
        fa.build_index(study(scale)).save(path)
    return path


@lru_cache(maxsize=2)
def index(scale: float) -> fa.SortedIndex:
    """Return a replica's sorted index, mapped into memory."""
    return fa.SortedIndex.load(saved_index(scale))
