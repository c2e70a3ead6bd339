"""DuckDB: native tables and one prepared statement for all years."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.rivals import Rates, Run, Summary

if TYPE_CHECKING:
    from bench.resolved import Resolved
    from bench.shocks import Shock

THREADS = 2

RATE = "least(high * $a, greatest(low * $a, plus * $a + b * $b * fx * ratio))"
CHARGED = {
    "join": "observations join charged using (grp) join quoted using (period)",
    "laid out": "laid_out join quoted using (period)",
}
MEANS = f"""
with quoted as (select unnest(range(len($fx)))::tinyint as period, unnest($fx) as fx),
means as (
  select row, sum(case when rate <= $outlier then rate end) / count(case when rate <= $outlier then 1 end) as rate
  from (select row, {RATE} as rate from {{charged}}) group by row),
settled as (select row, coalesce(means.rate, part * $a) as rate, part * $a as part, specific
            from duty left join means using (row)),
"""
GOVERNING = """
carried as (select place, avg(rate) as rate, avg(part) as part, bool_or(specific) as specific
            from carries join settled using (row) group by place),
governing as (
  select year, weight, share, matched, own, rate, part, specific, null as bound, false as water
  from line join settled using (row) where place < 0
  union all
  select year, weight, share, matched, own,
         case when above then r.rate else l.rate end, least(l.part, r.part),
         case when above then r.specific else l.specific end, r.rate, coalesce(l.rate < r.rate * (1 - 1e-12), false)
  from line join settled r using (row) left join carried l using (place),
       lateral (select coalesce(l.rate * (1 - 1e-12) > r.rate, true) as above)
  where place >= 0),
"""
SUMMED = """
summed as (
  select year, any_value(own) as own, count(*) as lines, count(*) filter (specific) as specific_lines,
         avg(rate) as simple_mean, stddev_samp(rate) as simple_sd,
         sum(weight * rate) / sum(weight) as weighted_mean_unadjusted,
         sum(weight * rate * rate) / sum(weight) as weighted_square,
         avg(bound) as bound_mean, count(*) filter (water) as water_lines,
         count(*) filter (rate is null) as unresolved_lines,
         avg(part) as ad_valorem_simple_mean, stddev_samp(part) as ad_valorem_simple_sd,
         sum(weight * part) / sum(weight) as ad_valorem_weighted_mean,
         count(*) filter (matched) as matched_lines, avg(rate) filter (matched) as matched_mean,
         stddev_samp(rate) filter (matched) as matched_sd, sum(rate * share) as hs6_mean
  from governing group by year)
select * exclude (own, weighted_square), sqrt(weighted_square - weighted_mean_unadjusted ** 2) as weighted_sd,
       case when own then 0.0 else simple_mean - matched_mean end as adjust,
       weighted_mean_unadjusted + adjust as weighted_mean
from summed order by year
"""


def connect() -> Any:
    """Open a database in memory."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads to {THREADS}")
    return connection


def keep(connection: Any, tables: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Make native tables of columns."""
    import pyarrow as pa

    for name, columns in tables.items():
        connection.register("source", pa.table(dict(columns)))
        connection.execute(f"create table {name} as select * from source")
        connection.unregister("source")


def lines_of(given: Resolved) -> dict[str, dict[str, np.ndarray]]:
    """Return the tables of rows, lines and of what is carried."""
    n = np.diff(given.year_start)
    row = np.arange(given.part.size, dtype=np.int32)
    return {
        "duty": {"row": row, "part": given.part, "specific": given.specific},
        "line": {
            "year": given.year_of(), "own": np.repeat(given.own, n), "place": given.place_of(), "row": given.row,
            "weight": given.weight, "share": given.share, "matched": given.matched,
        },
        "carries": {
            "place": np.repeat(np.arange(given.carried_start.size - 1, dtype=np.int32), np.diff(given.carried_start)),
            "row": given.carried,
        },
    }  # fmt: skip


def as_summary(found: Mapping[str, Any]) -> Summary:
    """Return numpy's arrays with NaN where the database has null."""
    return {
        name: np.ma.filled(column.astype(np.float64), np.nan) if np.ma.isMaskedArray(column) else column
        for name, column in found.items()
    }


def _prepare(given: Resolved, way: str, asked: str = GOVERNING + SUMMED) -> Run:
    connection = connect()
    rows = np.flatnonzero(given.group >= 0)
    duty = {"low": given.low, "plus": given.plus, "high": given.high, "b": given.b}
    tables = lines_of(given)
    if way == "join":
        group = np.repeat(np.arange(given.start.size - 1, dtype=np.int32), np.diff(given.start))
        tables["observations"] = {"grp": group, "period": given.period, "ratio": given.ratio}
        tables["charged"] = {"row": rows.astype(np.int32), "grp": given.group[rows]}
        tables["charged"] |= {name: column[rows] for name, column in duty.items()}
    else:
        row, period, ratio = given.charged()
        tables["laid_out"] = {"row": row, "period": period, "ratio": ratio}
        tables["laid_out"] |= {name: column[row] for name, column in duty.items()}
    keep(connection, tables)
    statement = MEANS.format(charged=CHARGED[way]) + asked

    def run(shock: Shock) -> Summary:
        found = connection.execute(
            statement,
            {
                "a": shock.ad_valorem, "b": shock.specific, "outlier": given.outlier,
                "fx": given.rates_of_exchange(shock).tolist(),
            },
        )  # fmt: skip
        return as_summary(found.fetchnumpy())

    return run


def rates(given: Resolved) -> Rates:
    """Return what gives the rates of rows."""
    run = _prepare(given, "laid out", "done as (select 1) select rate from settled order by row")
    return lambda shock: run(shock)["rate"]


WAYS: dict[str, Callable[[Resolved], Run]] = {
    way: lambda given, way=way: _prepare(given, way)  # type: ignore[misc]
    for way in CHARGED
}
