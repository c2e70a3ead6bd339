"""Replicas to measure on: openly synthetic, made once for each scale and kept under `.bench/`."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import fastavs as fa

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".bench"
PACKAGE = Path(fa.__file__).parent


def _kept(name: str, scale: float, *sources: str) -> Path:
    """Return a place under the cache whose name tells the code apart that what stands there was made with."""
    digest = hashlib.blake2b(digest_size=4)
    for pattern in sources:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    CACHE.mkdir(exist_ok=True)
    return CACHE / f"{name}-{scale:g}-{digest.hexdigest()}"


def replica(scale: float) -> Path:
    """Return the study file of the synthetic replica of a scale, made if need be."""
    from fastavs.replica import make_replica

    folder = _kept("replica", scale, "replica/*.py")
    if not (folder / "study.toml").exists():
        make_replica(folder, scale=scale)
    return folder / "study.toml"


@lru_cache(maxsize=1)
def study(scale: float) -> fa.Study:
    """Return the replica of a scale as a study; the last one asked for is kept in memory."""
    return fa.Study.load(replica(scale))


def saved_index(scale: float) -> Path:
    """Return the file of a replica's sorted index, built if need be."""
    path = _kept("index", scale, "*.py", "duty/*", "kernels/*.py", "replica/*.py").with_suffix(".avs")
    if not path.exists():
        fa.build_index(study(scale)).save(path)
    return path


@lru_cache(maxsize=2)
def index(scale: float) -> fa.SortedIndex:
    """Return a replica's sorted index, mapped into memory."""
    return fa.SortedIndex.load(saved_index(scale))
