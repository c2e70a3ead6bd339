"""The same figures by the usual tools, each written as its experts would, on data laid out as each likes it best.

Every rival returns a row per line that is charged a specific part and has trade: its mean rate, and how many of its
observations were kept, dropped as outliers, and bound by the specific part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.made import FX, Year

SQL = """
select line, avg(rate) filter (rate <= 10) as rate, count(*) filter (rate <= 10) as kept,
       count(*) filter (rate > 10) as outliers, count(*) filter (rate <= 10 and rate <> a) as binding
from (
  select o.line, d.a, case d.form when 1 then greatest(d.a, d.b * {fx} * o.ratio)
                                  when 2 then d.a + d.b * {fx} * o.ratio
                                  else d.b * {fx} * o.ratio end as rate
  from obs o join duties d using (line) where d.form > 0)
group by line order by line
"""

Result = dict[str, np.ndarray]
COLUMNS = ("line", "rate", "kept", "outliers", "binding")


def _duties(year: Year) -> Result:
    return {"line": np.arange(year.form.size), "form": year.form, "a": year.a, "b": year.b}


def _observations(year: Year) -> Result:
    return {"line": year.line, "ratio": year.quantity / year.value}


def numpy_reduceat(year: Year) -> Callable[[], Result]:
    """Sorted once, then a pass a form and a reduceat a figure; lines without a specific part left out beforehand."""
    chosen = year.form[year.line] > 0
    line = year.line[chosen]
    ratio = year.quantity[chosen] / year.value[chosen]
    start = np.flatnonzero(np.concatenate(([True], line[1:] != line[:-1])))
    size = np.diff(np.append(start, line.size))
    a, c, form = year.a[line], year.b[line] * FX, year.form[line]

    def run() -> Result:
        s = c * ratio
        rate = np.where(form == 1, np.maximum(a, s), np.where(form == 2, a + s, s))
        is_kept = rate <= 10.0
        kept = np.add.reduceat(is_kept.astype(np.int64), start)
        binding = np.add.reduceat((is_kept & (rate != a)).astype(np.int64), start)
        with np.errstate(invalid="ignore"):
            mean = np.add.reduceat(np.where(is_kept, rate, 0.0), start) / kept
        return {"line": line[start], "rate": mean, "kept": kept, "outliers": size - kept, "binding": binding}

    return run


def pandas_groupby(year: Year) -> Callable[[], Result]:
    """Merge, compute, group."""
    import pandas as pd

    observations, duties = pd.DataFrame(_observations(year)), pd.DataFrame(_duties(year))
    duties = duties[duties["form"] > 0]

    def run() -> Result:
        frame = observations.merge(duties, on="line")
        s = frame["b"] * FX * frame["ratio"]
        rate = s.where(frame["form"] == 3, np.where(frame["form"] == 1, np.maximum(frame["a"], s), frame["a"] + s))
        is_kept = rate <= 10.0
        figures = pd.DataFrame(
            {
                "rate": rate.where(is_kept),
                "kept": is_kept,
                "outliers": ~is_kept,
                "binding": is_kept & (rate != frame["a"]),
            }
        )
        found = figures.groupby(frame["line"], sort=True).agg(
            {"rate": "mean", "kept": "sum", "outliers": "sum", "binding": "sum"}
        )
        return {"line": found.index.to_numpy(), **{name: found[name].to_numpy() for name in COLUMNS[1:]}}

    return run


def polars_lazy(year: Year) -> Callable[[], Result]:
    """One lazy query."""
    import polars as pl

    observations, duties = pl.DataFrame(_observations(year)).lazy(), pl.DataFrame(_duties(year)).lazy()
    s = pl.col("b") * FX * pl.col("ratio")
    rate = (
        pl.when(pl.col("form") == 1)
        .then(pl.max_horizontal(pl.col("a"), s))
        .when(pl.col("form") == 2)
        .then(pl.col("a") + s)
        .otherwise(s)
    )
    is_kept = pl.col("rate") <= 10.0

    def run() -> Result:
        found = (
            observations.join(duties.filter(pl.col("form") > 0), on="line")
            .select("line", "a", rate.alias("rate"))
            .group_by("line")
            .agg(
                pl.col("rate").filter(is_kept).mean(),
                is_kept.sum().alias("kept"),
                (~is_kept).sum().alias("outliers"),
                (is_kept & (pl.col("rate") != pl.col("a"))).sum().alias("binding"),
            )
            .sort("line")
            .collect()
        )
        return {name: found[name].to_numpy() for name in COLUMNS}

    return run


def duckdb_sql(year: Year, threads: int = 2) -> Callable[[], Result]:
    """Native tables and one statement."""
    import duckdb
    import pyarrow as pa

    connection: Any = duckdb.connect()
    connection.execute(f"set threads to {threads}")
    arrow = {"obs": pa.table(_observations(year)), "duties": pa.table(_duties(year))}
    for name, table in arrow.items():
        connection.register("source", table)
        connection.execute(f"create table {name} as select * from source")
    statement = SQL.format(fx=FX)
    return lambda: connection.execute(statement).fetchnumpy()


RIVALS: dict[str, Callable[[Year], Callable[[], Result]]] = {
    "numpy": numpy_reduceat,
    "pandas": pandas_groupby,
    "polars": polars_lazy,
    "duckdb": duckdb_sql,
}
