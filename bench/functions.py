"""A tariff function of one year on made-up observations, and the same tariffs from the observations one by one."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

import fastavs as fa
from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.models import native
from fastavs.models.parts import FunctionParts

SECTORS, REGIONS, CURRENCIES = 17, 10, ("EUR", "USD")
OBSERVATIONS, BENT = 500_000, 230_000  # at the paper's scale; the rest pays amounts alone
CALLS = 200
"""Evaluations that are timed together, each under other factors."""


@dataclass(frozen=True)
class Observations:
    """Observations, n of them: each pays ``max(percent, amount * fx / price)``."""

    cell: np.ndarray  # int32[n]
    currency: np.ndarray  # int32[n]
    percent: np.ndarray  # float64[n]
    amount: np.ndarray  # float64[n]
    weight: np.ndarray  # float64[n] share in the cell's tariff
    constant: np.ndarray  # float64[q]


@cache
def observations(scale: float) -> Observations:
    """As heavy-tailed as trade is: few cells hold most observations."""
    rng = np.random.default_rng(7)
    count, cells = round(OBSERVATIONS * scale), SECTORS * REGIONS
    cell = rng.choice(cells, count, p=rng.dirichlet(np.full(cells, 0.5))).astype(np.int32)
    cell[:cells] = np.arange(cells)
    bent = rng.permutation(count) < round(BENT * scale)
    percent = np.where(bent, rng.choice([0.05, 0.1, 0.15, 0.2], count), 0.0)
    amount = rng.choice([0.05, 0.1, 0.15, 0.2], count) * np.exp(rng.normal(-0.3, 0.7, count))
    weight = rng.pareto(1.2, count) + 0.01
    weight /= 2 * np.bincount(cell, weight, cells)[cell]
    return Observations(
        cell, (rng.random(count) < 0.3).astype(np.int32), percent, amount, weight, rng.random(cells) * 0.05
    )


@cache
def function(scale: float) -> fa.TariffFunction:
    """The same as curves: one a cell and currency."""
    of = observations(scale)
    cells, curves = SECTORS * REGIONS, SECTORS * REGIONS * len(CURRENCIES)
    curve = of.cell.astype(np.int64) * len(CURRENCIES) + of.currency
    order = np.lexsort((of.percent / of.amount, curve))
    order = order[of.percent[order] > 0.0]
    kinks = order.size
    start = np.searchsorted(curve[order], np.arange(curves + 1))
    intercept, slope = np.zeros(kinks + curves), np.zeros(kinks + curves)
    alone = np.bincount(curve, of.weight * of.amount * (of.percent == 0.0), curves)
    for k in range(curves):
        own = order[start[k] : start[k + 1]]
        flat, steep = of.weight[own] * of.percent[own], of.weight[own] * of.amount[own]
        piece = slice(start[k] + k, start[k + 1] + k + 1)
        intercept[piece] = np.append(np.cumsum(flat[::-1])[::-1], 0.0)
        slope[piece] = alone[k] + np.append(0.0, np.cumsum(steep))
    none, zero, no = np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(0)
    shape = (1, SECTORS, REGIONS)
    each = np.arange(curves)
    return fa.TariffFunction(
        FunctionParts(
            (2011,), tuple(f"sector {n}" for n in range(SECTORS)), tuple(f"region {n}" for n in range(REGIONS)),
            CURRENCIES, {},
            Curves(of.constant, np.arange(cells + 1) * len(CURRENCIES), each // len(CURRENCIES), np.full(curves, -1),
                   each % len(CURRENCIES), start, (of.percent / of.amount)[order], intercept, slope),
            MixedLines(np.zeros(cells + 1, dtype=np.int64), no, zero, none, zero, none, none, no, none, none, no),
            none, none, np.ones(shape), np.ones(shape), np.zeros(shape),
            pa.table(_NO_LINES), (),
            {"title": "made-up observations", "note": "synthetic"},
        )
    )  # fmt: skip


@cache
def factors() -> list[tuple[np.ndarray, np.ndarray]]:
    """Prices by cell and exchange rates, for each of the calls."""
    rng = np.random.default_rng(1)
    return [
        (np.exp(rng.normal(0, 0.1, (1, SECTORS, REGIONS))), np.exp(rng.normal(0, 0.1, len(CURRENCIES))))
        for _ in range(CALLS)
    ]


_NO_LINES = {
    "year": pa.array([], pa.int32()),
    **{name: pa.array([], pa.string()) for name in ("line", "sector", "region")},
    **{name: pa.array([], pa.float64()) for name in ("weight", "rate", "specific", "critical_factor")},
    "by_line": pa.array([], pa.bool_()),
}


def values(scale: float) -> Callable[[], np.ndarray]:
    """Tariffs alone, from Python."""
    f, out = function(scale), np.empty((1, SECTORS, REGIONS))

    def call() -> np.ndarray:
        for price, fx in factors():
            f(price, fx, out=out)
        return out

    return call


def jacobians(scale: float) -> Callable[[], np.ndarray]:
    """Tariffs and derivatives, from Python."""
    f = function(scale)
    out = f.value_and_jacobian()[1]

    def call() -> np.ndarray:
        for price, fx in factors():
            f.value_and_jacobian(price, fx, out=out)
        return out.value

    return call


def in_c(scale: float) -> Callable[[], np.ndarray] | None:
    """Tariffs and derivatives by the C file, called from Python by ctypes; None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder = Path(native.__file__).parent
    library = Path(tempfile.mkdtemp()) / "fastavs_tariff.so"
    options = ["-std=c99", "-O2", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run([compiler, *options, str(folder / "fastavs_tariff.c"), "-o", str(library)], check=True)
    evaluate = ctypes.CDLL(str(library)).fastavs_tariff_evaluate
    evaluate.restype, evaluate.argtypes = ctypes.c_int64, [ctypes.c_void_p] * 11
    f = function(scale)
    J, handle = f.value_and_jacobian()[1], f.handle()
    out = [one.ctypes.data for one in (J.value, J.price, J.fx, J.ad_valorem, J.specific, J.borrowed)]
    given = [(price.ctypes.data, fx.ctypes.data) for price, fx in factors()]

    def call() -> np.ndarray:
        for price, fx in given:
            evaluate(handle, price, fx, None, None, *out)
        return J.value

    return call


def rivals(scale: float) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    """Tariffs alone by Polars, from every observation, under one of the factors: ways of writing it."""
    of = observations(scale)
    frame = pl.DataFrame({name: getattr(of, name) for name in ("cell", "currency", "percent", "amount", "weight")})
    sorted_frame = frame.sort("cell", "currency")
    cells = np.arange(SECTORS * REGIONS, dtype=np.int32)
    price, fx = factors()[-1]

    def finish(rate: pl.Expr, lazy: pl.LazyFrame) -> np.ndarray:
        found = lazy.group_by("cell").agg((rate * pl.col("weight")).sum().alias("tariff")).collect()
        tariff = of.constant.copy()
        tariff[found["cell"].to_numpy()] += found["tariff"].to_numpy()
        return tariff.reshape(1, SECTORS, REGIONS)

    rate = pl.max_horizontal("percent", pl.col("amount") * pl.col("fx") / pl.col("price"))

    def join() -> np.ndarray:
        prices = pl.LazyFrame({"cell": cells, "price": price.ravel()})
        rates = pl.LazyFrame({"currency": np.arange(len(CURRENCIES), dtype=np.int32), "fx": fx})
        return finish(rate, frame.lazy().join(prices, on="cell").join(rates, on="currency"))

    def gather() -> np.ndarray:
        factor = pl.Series(price.ravel()), pl.Series(fx)
        own = pl.lit(factor[1]).gather(pl.col("currency")) / pl.lit(factor[0]).gather(pl.col("cell"))
        return finish(pl.max_horizontal("percent", pl.col("amount") * own), sorted_frame.lazy())

    def by_numpy_factor() -> np.ndarray:
        ratio = pl.Series("ratio", (fx[of.currency] / price.ravel()[of.cell]))
        return finish(
            pl.max_horizontal("percent", pl.col("amount") * pl.col("ratio")), frame.with_columns(ratio).lazy()
        )

    yield "join", join
    yield "gather", gather
    yield "factors by numpy", by_numpy_factor
