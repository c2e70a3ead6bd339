"""The same rates by the usual tools, each written as its experts would, on data laid out as each likes it best."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.made import FX, Year

SQL = """
select line, avg(rate) as rate from (
  select o.line, case d.form when 1 then greatest(d.a, d.b * {fx} * o.quantity / o.value)
                             when 2 then d.a + d.b * {fx} * o.quantity / o.value
                             else d.b * {fx} * o.quantity / o.value end as rate
  from obs o join duties d using (line) where d.form > 0)
where rate <= 10 group by line order by line
"""


def _duties(year: Year) -> dict[str, np.ndarray]:
    return {"line": np.arange(year.form.size), "form": year.form, "a": year.a, "b": year.b}


def _observations(year: Year) -> dict[str, np.ndarray]:
    return {"line": year.line, "value": year.value, "quantity": year.quantity}


def numpy_reduceat(year: Year) -> Callable[[], np.ndarray]:
    """Sorted once, then one pass a form and a reduceat; lines without a specific part are left out beforehand."""
    chosen = year.form[year.line] > 0
    line = year.line[chosen]
    ratio = year.quantity[chosen] / year.value[chosen]
    start = np.flatnonzero(np.concatenate(([True], line[1:] != line[:-1])))
    a, c, form = year.a[line], year.b[line] * FX, year.form[line]

    def run() -> np.ndarray:
        s = c * ratio
        rate = np.where(form == 1, np.maximum(a, s), np.where(form == 2, a + s, s))
        kept = rate <= 10.0
        total = np.add.reduceat(np.where(kept, rate, 0.0), start)
        count = np.add.reduceat(kept.astype(np.float64), start)
        rates = year.a.copy()
        rates[line[start]] = np.where(count > 0, total / np.maximum(count, 1.0), year.a[line[start]])
        return rates

    return run


def pandas_groupby(year: Year) -> Callable[[], np.ndarray]:
    """Merge, compute, group."""
    import pandas as pd

    observations, duties = pd.DataFrame(_observations(year)), pd.DataFrame(_duties(year))
    duties = duties[duties["form"] > 0]

    def run() -> np.ndarray:
        frame = observations.merge(duties, on="line")
        s = frame["b"] * FX * frame["quantity"] / frame["value"]
        rate = s.where(frame["form"] == 3, np.where(frame["form"] == 1, np.maximum(frame["a"], s), frame["a"] + s))
        mean = rate[rate <= 10.0].groupby(frame["line"], sort=True).mean()
        return _spread(year, mean.index.to_numpy(), mean.to_numpy())

    return run


def polars_lazy(year: Year) -> Callable[[], np.ndarray]:
    """One lazy query."""
    import polars as pl

    observations, duties = pl.DataFrame(_observations(year)).lazy(), pl.DataFrame(_duties(year)).lazy()
    s = pl.col("b") * FX * pl.col("quantity") / pl.col("value")
    rate = (
        pl.when(pl.col("form") == 1)
        .then(pl.max_horizontal(pl.col("a"), s))
        .when(pl.col("form") == 2)
        .then(pl.col("a") + s)
        .otherwise(s)
    )

    def run() -> np.ndarray:
        mean = (
            observations.join(duties.filter(pl.col("form") > 0), on="line")
            .select("line", rate.alias("rate"))
            .filter(pl.col("rate") <= 10.0)
            .group_by("line")
            .agg(pl.col("rate").mean())
            .collect()
        )
        return _spread(year, mean["line"].to_numpy(), mean["rate"].to_numpy())

    return run


def duckdb_sql(year: Year, threads: int = 2) -> Callable[[], np.ndarray]:
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

    def run() -> np.ndarray:
        found = connection.execute(statement).fetchnumpy()
        return _spread(year, found["line"], found["rate"])

    return run


def _spread(year: Year, line: np.ndarray, rate: np.ndarray) -> np.ndarray:
    rates = year.a.copy()
    rates[line] = rate
    return rates


RIVALS: dict[str, Callable[[Year], Callable[[], np.ndarray]]] = {
    "numpy": numpy_reduceat,
    "pandas": pandas_groupby,
    "polars": polars_lazy,
    "duckdb": duckdb_sql,
}
