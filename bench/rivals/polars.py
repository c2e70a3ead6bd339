"""Polars: lazy queries, collected together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bench.resolved import Resolved
from bench.rivals import Rates, Run, Summary
from bench.rivals.duckdb import lines_of
from bench.shocks import Shock

if TYPE_CHECKING:
    import polars as pl

TIE = 1e-12  # relative: applied and bound nearer than this are equal


def summarise(settled: pl.LazyFrame, lines: pl.LazyFrame, carries: pl.LazyFrame) -> pl.LazyFrame:
    """Return the summary of all years from the rates of rows."""
    import polars as pl

    c = pl.col
    by_row = lines.join(settled, on="row")
    carried = (
        carries.join(settled, on="row")
        .group_by("place")
        .agg(c("rate").mean().alias("left"), c("part").mean().alias("left_part"), c("specific").any().alias("carried"))
    )
    above = (c("left") * (1.0 - TIE) > c("rate")).fill_null(True)
    compared = by_row.filter(c("place") >= 0).join(carried, on="place", how="left")
    compared = compared.select(
        "year", "own", "weight", "share", "matched",
        pl.when(above).then("rate").otherwise("left").alias("rate"),
        pl.min_horizontal("left_part", "part").alias("part"),
        pl.when(above).then("specific").otherwise("carried").alias("specific"),
        c("rate").alias("bound"), (c("left") < c("rate") * (1.0 - TIE)).fill_null(False).alias("water"),
    )  # fmt: skip
    alone = by_row.filter(c("place") < 0).select(
        "year", "own", "weight", "share", "matched", "rate", "part", "specific",
        pl.lit(None, pl.Float64).alias("bound"), pl.lit(False).alias("water"),
    )  # fmt: skip
    w = c("weight").sum()
    found = pl.concat([alone, compared]).group_by("year").agg(
        c("own").first(), pl.len().alias("lines"), c("specific").sum().alias("specific_lines"),
        c("rate").mean().alias("simple_mean"), c("rate").std().alias("simple_sd"),
        ((c("weight") * c("rate")).sum() / w).alias("weighted_mean_unadjusted"),
        ((c("weight") * c("rate") * c("rate")).sum() / w).alias("weighted_square"),
        c("bound").mean().alias("bound_mean"), c("water").sum().alias("water_lines"),
        c("rate").is_null().sum().alias("unresolved_lines"),
        c("part").mean().alias("ad_valorem_simple_mean"), c("part").std().alias("ad_valorem_simple_sd"),
        ((c("weight") * c("part")).sum() / w).alias("ad_valorem_weighted_mean"),
        c("matched").sum().alias("matched_lines"), c("rate").filter(c("matched")).mean().alias("matched_mean"),
        c("rate").filter(c("matched")).std().alias("matched_sd"), (c("rate") * c("share")).sum().alias("hs6_mean"),
    )  # fmt: skip
    adjust = pl.when("own").then(0.0).otherwise(c("simple_mean") - c("matched_mean"))
    return found.with_columns(
        adjust.alias("adjust"), (c("weighted_mean_unadjusted") + adjust).alias("weighted_mean"),
        (c("weighted_square") - c("weighted_mean_unadjusted") ** 2).sqrt().alias("weighted_sd"),
    ).sort("year")  # fmt: skip


def as_summary(found: pl.DataFrame) -> Summary:
    """Return columns as numpy arrays, NaN where null."""
    return {name: found[name].to_numpy() for name in found.columns}


def _settled(given: Resolved, laid_out: bool) -> Callable[[Shock], pl.LazyFrame]:
    """Return what gives the rates of rows under a scenario, unless they are asked for as part of something else."""
    import polars as pl

    c = pl.col
    duties = pl.DataFrame(lines_of(given)["duty"]).lazy()
    rows = np.flatnonzero(given.group >= 0)
    duty = {"low": given.low, "plus": given.plus, "high": given.high, "b": given.b}
    if laid_out:
        row, period, ratio = given.charged()
        columns = {name: column[row] for name, column in duty.items()}
        observed = pl.DataFrame({"row": row, "period": period, "ratio": ratio, **columns})
        observed = observed.with_columns(c("row").set_sorted()).lazy()
    else:
        group = np.repeat(np.arange(given.start.size - 1, dtype=np.int32), np.diff(given.start))
        observations = pl.DataFrame({"grp": group, "period": given.period, "ratio": given.ratio}).lazy()
        columns = {name: column[rows] for name, column in duty.items()}
        charged = pl.DataFrame({"row": rows.astype(np.int32), "grp": given.group[rows], **columns}).lazy()
        observed = observations.join(charged, on="grp")

    def settled(shock: Shock) -> pl.LazyFrame:
        a = shock.ad_valorem
        fx = pl.lit(pl.Series(given.rates_of_exchange(shock)))
        paid = c("plus") * a + c("b") * shock.specific * fx.gather("period") * c("ratio")
        rate = pl.min_horizontal(c("high") * a, pl.max_horizontal(c("low") * a, paid))
        means = (
            observed.select("row", rate.alias("rate"))
            .filter(c("rate") <= given.outlier)
            .group_by("row")
            .agg(c("rate").mean())
        )
        part = (c("part") * a).alias("part")
        found = duties.join(means, on="row", how="left")
        return found.select("row", "specific", part, pl.coalesce("rate", part).alias("rate"))

    return settled


def _prepare(given: Resolved, laid_out: bool) -> Run:
    import polars as pl

    frames = {name: pl.DataFrame(columns).lazy() for name, columns in lines_of(given).items()}
    settled = _settled(given, laid_out)
    return lambda shock: as_summary(summarise(settled(shock), frames["line"], frames["carries"]).collect())


def rates(given: Resolved) -> Rates:
    """Return what gives the rates of rows."""
    settled = _settled(given, laid_out=True)
    return lambda shock: settled(shock).sort("row").collect()["rate"].to_numpy()


WAYS: dict[str, Callable[[Resolved], Run]] = {
    "lazy, join": lambda given: _prepare(given, laid_out=False),
    "lazy, laid out": lambda given: _prepare(given, laid_out=True),
}
