"""What rivals are given besides the files: duties as columns and units as factors, for they read neither."""

from __future__ import annotations

from pathlib import Path

UNITS = {  # a unit's kind of quantity, and how many base units of it
    "kg": ("mass", 1.0),
    "piece": ("piece", 1.0),
    "1000 piece": ("piece", 1000.0),
    "l": ("volume", 1.0),
    "m2": ("area", 1.0),
    "pair": ("pair", 1.0),
}
BRIDGES = {"870321": 500.0, "870322": 1250.0, "870323": 2250.0, "870324": 3000.0}  # piece to cm3
BASE = ("2009", "2010", "2011H1")


def parsed_schedules(scale: float) -> Path:
    """Return a Parquet file of all schedules with duties as columns, made if need be.

    Its columns: year, line, bound, low, plus, high, part, b, kind (of quantity; null for a purely ad valorem duty).
    """
    import numpy as np  # here, so that a rival's process does not hold what only fastavs needs
    import pyarrow as pa
    import pyarrow.parquet as pq

    import fastavs as fa
    from bench import studies
    from bench.resolved import duty_columns

    folder = studies.replica(scale).parent
    path = folder.with_name(folder.name.replace("replica", "parsed") + ".parquet")
    if path.exists():
        return path
    tables = []
    for kind in ("applied", "bound"):
        table = pq.read_table(folder / f"{kind}.parquet", columns=["year", "line", "duty"])
        duty = table["duty"].combine_chunks().dictionary_encode()
        duty = duty.chunk(0) if isinstance(duty, pa.ChunkedArray) else duty
        texts, place = duty.dictionary.to_pylist(), duty.indices.to_numpy()
        numbers = np.array([duty_columns(text) for text in texts])[place]
        kinds = [fa.parse_duty(text).kinds for text in texts]
        columns = {
            "year": table["year"].cast(pa.int16()),
            "line": table["line"].cast(pa.string()),
            "bound": np.full(place.size, kind == "bound"),
            **{name: numbers[:, k] for k, name in enumerate(("form", "low", "plus", "high", "part", "b"))},
            "kind": pa.array([one[0] if one else None for one in kinds]).take(pa.array(place)),
        }
        tables.append(pa.table(columns).drop_columns("form"))
    pq.write_table(pa.concat_tables(tables), path)
    return path
