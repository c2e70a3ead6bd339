"""Small studies of beer and wine whose trade stands in a file, as it comes from customs offices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

import fastavs as fa

APPLIED = {"22030010": "max(10%, 0.5 EUR/l)", "22030090": "20%", "22041000": "0.3 EUR/l"}
STUDY = """\
name = "beer and wine"
currency = "USD"
value_basis = "CIF"
[schedules]
applied = ["applied.csv"]
[fx]
file = "fx.csv"
{more}
[trade]
files = ["trade*.csv"]
{settings}
"""


def write_case(
    folder: Path,
    trade: str | list[str],
    settings: str = "",
    *,
    applied: dict[str, str] = APPLIED,
    more: str = "",
    year: int = 2023,
) -> Path:
    """Write a study whose euro is 1.08 dollars; gives the path of study.toml. `settings` go under [trade]."""
    for place, text in enumerate([trade] if isinstance(trade, str) else trade):
        (folder / f"trade{place or ''}.csv").write_text(text)
    rows = [f'{year},{line},"{duty}"' for line, duty in applied.items()]
    (folder / "applied.csv").write_text("\n".join(["year,line,duty", *rows, ""]))
    (folder / "fx.csv").write_text("period,currency,fx\n2022,EUR,1.08\n2023,EUR,1.08\n")
    path = folder / "study.toml"
    path.write_text(STUDY.format(settings=settings, more=more))
    return path


def load_case(folder: Path, trade: str | list[str], settings: str = "", **more: Any) -> fa.Study:
    """The study that `write_case` writes."""
    return fa.Study.load(write_case(folder, trade, settings, **more))


def from_frames(folder: Path, trade: str | list[str], **more: Any) -> fa.Study:
    """The same study with its tables in memory; `more` as `fa.Study` takes it."""
    write_case(folder, trade)
    texts = {name: pa.string() for name in ("period", "line", "partner", "unit", "year", "flowCode")}

    def read(name: str) -> pa.Table:
        return csv.read_csv(folder / name, convert_options=csv.ConvertOptions(column_types=texts))

    frames = [read(path.name) for path in sorted(folder.glob("trade*.csv"))]
    applied = read("applied.csv")
    applied = applied.set_column(0, "year", applied.column("year").cast(pa.int64()))
    return fa.Study(frames, applied, fx=read("fx.csv"), value_basis="CIF", **more)


def lines_of(study: fa.Study) -> dict[str, dict[str, Any]]:
    """Rows of the rates by line."""
    return {one["line"]: one for one in study.rates().table.to_pylist()}


def means_of(study: fa.Study) -> tuple[float, float]:
    """Simple and unadjusted weighted mean of the one year."""
    (summary,) = study.rates().summary().to_pylist()
    return summary["simple_mean"], summary["weighted_mean_unadjusted"]


def set_aside(study: fa.Study) -> list[tuple[int, str, str]]:
    """What was set aside: row, what was lost, and the reason."""
    return [(one["row"], one["lost"], one["reason"]) for one in study.set_aside.table().to_pylist()]
