"""The kernels themselves: without the JIT, with bounds checks, from the cache and without one; and their sums."""

from __future__ import annotations

import math
import os
import random
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from small import row, study, table_of

import fastavs
from fastavs import duty as duties
from fastavs.kernels import addup, moments, rates
from fastavs.kernels.options import readonly
from fastavs.results.summary import moments as moments_of

HERE = Path(__file__).parent
PACKAGE = Path(fastavs.__file__).parent

TWIN = """
import test_twin
for seed, knobs in ((0, test_twin.KNOBS[0]), (1, {"method": "pooled"}), (2, {"odd_duties": True}), (3, {"digits": 8})):
    test_twin.test_every_table_is_the_twins(seed, knobs)
"""
KERNELS = """
import numpy as np
from fastavs.kernels import addup, carry, moments, rates
from fastavs.kernels.options import readonly
out = np.empty(1)
moments.sums(readonly([1.0, 2.0], np.float64), readonly([0, 0], np.int64), out)
assert out[0] == 3.0
"""

BEYOND = """
import numpy as np
from fastavs.kernels import moments
from fastavs.kernels.options import readonly
try:
    moments.sums(readonly([1.0], np.float64), readonly([9], np.int64), np.empty(1))
except IndexError:
    pass
else:
    raise AssertionError("bounds are not checked")
"""


def python(code: str, root: Path = PACKAGE.parent, **environment: str) -> None:
    """Run a program in a new process, warnings as errors, and insist that it ends well."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    settings |= {"PYTHONPATH": os.pathsep.join([str(root), str(HERE)])} | environment
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=settings, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


# ---- ways to run


def test_without_the_jit_the_twin_still_agrees():
    python(TWIN, NUMBA_DISABLE_JIT="1")


@pytest.fixture(scope="module")
def checked_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh cache folder, filled by a bounds-checked run of the twin."""
    folder = tmp_path_factory.mktemp("cache")
    python(TWIN + BEYOND, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(folder))
    return folder


def compiled(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_with_bounds_checks_the_twin_still_agrees(checked_cache):
    kernels = {path.name.split("-")[0] for path in checked_cache.rglob("*.nbc")}
    assert {"rates.line_rates", "addup.add_up", "carry.carry", "moments.moments", "moments.sums"} <= kernels


def test_a_second_process_compiles_nothing(checked_cache):
    before = compiled(checked_cache)
    python(TWIN, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(checked_cache))
    assert compiled(checked_cache) == before


def test_each_kernel_is_compiled_once(checked_cache):
    # one mutability and one layout of inputs: a kernel with two entries was called with two
    entries = [path.name.rsplit(".", 2)[0] for path in checked_cache.rglob("*.nbc")]
    assert len(entries) == len(set(entries))


def test_without_a_cache_folder_that_can_be_written(tmp_path):
    # the package anew, a file where its cache should be, and a home that is no folder
    root = tmp_path / "root"
    shutil.copytree(PACKAGE, root / "fastavs", ignore=shutil.ignore_patterns("__pycache__"))
    nowhere = root / "fastavs" / "kernels" / "__pycache__"
    nowhere.write_text("no folder")
    places = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), str(nowhere / "cache"))
    python(KERNELS, root, PYTHONDONTWRITEBYTECODE="1", **places)
    assert nowhere.read_text() == "no folder"


QUIET = ["fastavs", "fastavs.study", "fastavs.duty", "fastavs.units", "fastavs.readers", "fastavs.cli",
         "fastavs.cli.main", "fastavs.config", "fastavs.trade", "fastavs.schedule", "fastavs.output"]  # fmt: skip


def test_numba_loads_with_the_first_rate_and_not_before():
    program = f"""
import importlib, sys
for name in {QUIET}:
    importlib.import_module(name)
import fastavs as fa
fa.Duty, fa.parse_duty, fa.Study, fa.InputError
trade = {{"period": ["2009"], "line": ["2203000100"], "partner": ["DEU"], "value": [1.0]}}
study = fa.Study(trade, {{"year": [2009], "line": ["2203000100"], "duty": ["5%"]}})
study.check()
assert "numba" not in sys.modules
"""
    python(program)


def test_opcodes_are_those_of_the_duties():
    names = ("CONST", "TERM", "ADD", "SUB", "MAX", "MIN")
    assert [getattr(rates, name) for name in names] == [getattr(duties, name) for name in names]
    assert len({getattr(rates, name) for name in names}) == len(names)


# ---- sums, against exact ones

ULPS = 1e-15


def wild(count: int, seed: int) -> list[float]:
    """Positive numbers over many magnitudes, some of them 1e12 and more."""
    rng = random.Random(seed)
    numbers = [rng.lognormvariate(0, 4) for _ in range(count)]
    for place in rng.sample(range(count), max(1, count // 50)):
        numbers[place] *= 1e12
    return numbers


@pytest.mark.parametrize("count", [1, 2, 3, 1000, 20_000])
def test_added_up_rows_are_exact_to_the_ulp_and_in_any_order(count):
    value, amount = wild(count, 1), wild(count, 2)
    amount = [0.0 if place % 7 == 3 else one for place, one in enumerate(amount)]
    found = []
    for seed in (0, 1):
        order = list(range(count))
        random.Random(seed).shuffle(order)
        out = [np.empty(1), np.empty((1, 1)), np.empty((1, 1))]
        addup.add_up(
            readonly([0, count], np.int64),
            readonly(order, np.int64),
            readonly(value, np.float64),
            readonly([amount], np.float64),
            *out,
        )
        found.append([float(one.ravel()[0]) for one in out])
    exact = [
        math.fsum(value),
        math.fsum(amount),
        math.fsum(one for one, carried in zip(value, amount, strict=True) if carried > 0.0),
    ]
    assert found[0] == found[1]
    assert found[0] == pytest.approx(exact, rel=ULPS, abs=0.0)


def test_sums_by_group():
    numbers = wild(9000, 3)
    group = [place % 4 - 1 for place in range(9000)]  # -1: left out
    out = np.empty(3)
    moments.sums(readonly(numbers, np.float64), readonly(group, np.int64), out)
    exact = [math.fsum(one for one, g in zip(numbers, group, strict=True) if g == k) for k in range(3)]
    assert out.tolist() == pytest.approx(exact, rel=ULPS, abs=0.0)


def test_moments_by_group():
    rng = random.Random(4)
    values = [rng.lognormvariate(-3, 2) if place % 11 else math.nan for place in range(3000)]
    weights = [one if place % 5 else 0.0 for place, one in enumerate(wild(3000, 5))]
    group = [0 if place < 2000 else 1 for place in range(3000)]
    group[7] = -1
    found = moments_of(np.array(values), np.array(weights), np.array(group), 3)
    for k in (0, 1):
        chosen = [
            (Fraction(x), Fraction(w)) for x, w, g in zip(values, weights, group, strict=True) if g == k and x == x
        ]
        n, total = len(chosen), sum(w for _, w in chosen)
        mean = sum(x for x, _ in chosen) / n
        weighted = sum(w * x for x, w in chosen) / total
        squares = sum((x - mean) ** 2 for x, _ in chosen) / (n - 1)
        spread = sum(w * (x - weighted) ** 2 for x, w in chosen) / total
        assert found.values[k] == n
        assert found.mean[k] == pytest.approx(float(mean), rel=ULPS)
        assert found.weight[k] == pytest.approx(float(total), rel=ULPS)
        assert found.weighted_mean[k] == pytest.approx(float(weighted), rel=ULPS)
        assert found.sd[k] == pytest.approx(math.sqrt(squares), rel=2 * ULPS)
        assert found.weighted_sd[k] == pytest.approx(math.sqrt(spread), rel=2 * ULPS)
    assert found.values[2] == 0
    assert all(math.isnan(one[2]) for one in (found.mean, found.sd, found.weighted_mean, found.weighted_sd))


LINE = "2203000100"


@pytest.mark.parametrize("duty", ["1 USD/kg", "max(5%, 1 USD/kg)", "5% + 1 USD/kg", "max(0.5 USD/kg, 1 USD/kg)"])
@pytest.mark.parametrize("outlier", [10.0, 1e300])
def test_mean_rate_with_outliers_planted(duty, outlier):
    rng = random.Random(6)
    value = [round(rng.lognormvariate(7, 2), 2) + 0.01 for _ in range(4000)]
    quantity = [v * rng.lognormvariate(-2, 2) * (1e12 if place % 40 == 0 else 1.0) for place, v in enumerate(value)]
    rows = [row("2009", LINE, f"P{i}", v, q) for i, (v, q) in enumerate(zip(value, quantity, strict=True))]
    found = table_of(study(rows, {2009: {LINE: duty}}, options={"outlier": outlier}).rates())[2009, LINE]
    form = {"1": lambda s: s, "m": lambda s: max(0.05, s), "5": lambda s: 0.05 + s}
    form["m"] = form["m"] if "%" in duty else form["1"]
    every = [form[duty[0]](q / v) for v, q in zip(value, quantity, strict=True)]
    kept = [rate for rate in every if rate <= outlier]
    assert (found["observations"], found["outliers"]) == (len(kept), 4000 - len(kept))
    assert found["rate"] == pytest.approx(math.fsum(kept) / len(kept), rel=ULPS, abs=0.0)
    assert found["imports"] == pytest.approx(math.fsum(value), rel=ULPS, abs=0.0)


def test_pooled_rate_with_outliers_planted():
    rng = random.Random(8)
    value = [rng.lognormvariate(7, 2) for _ in range(4000)]
    quantity = [v * rng.lognormvariate(-2, 2) * (1e12 if place % 40 == 0 else 1.0) for place, v in enumerate(value)]
    rows = [row("2009", LINE, f"P{i}", v, q) for i, (v, q) in enumerate(zip(value, quantity, strict=True))]
    rates = study(rows, {2009: {LINE: "1 USD/kg"}}, options={"method": "pooled"}).rates()
    kept = [(v, q) for v, q in zip(value, quantity, strict=True) if q / v <= 10.0]
    exact = math.fsum(q for _, q in kept) / math.fsum(v for v, _ in kept)
    assert table_of(rates)[2009, LINE]["rate"] == pytest.approx(exact, rel=ULPS, abs=0.0)


SAME = [
    ("0.3 EUR/kg", "max(0.3 EUR/kg, 0.2 EUR/kg)"),
    ("max(5%, 0.3 EUR/kg)", "max(0.3 EUR/kg, 5%)"),
    ("min(5%, 0.3 EUR/kg)", "min(0.3 EUR/kg, 5%)"),
    ("5% + 0.3 EUR/kg", "0.3 EUR/kg + 5%"),
    ("max(5%, 0.3 EUR/kg)", "max(max(5%, 0.3 EUR/kg), 4%)"),
    ("5%", "max(5%, 4%)"),
]


@pytest.mark.parametrize(("plain", "roundabout"), SAME)
@pytest.mark.parametrize("method", ["partner", "pooled"])
def test_plain_forms_are_the_programs_to_the_bit(plain, roundabout, method):
    # the kernel has shortcuts for the common forms; a duty written another way takes the general road
    rng = random.Random(9)
    rows = []
    for partner in range(300):
        value, quantity = rng.lognormvariate(7, 2), rng.choice([0.0, rng.lognormvariate(3, 5)])
        rows += [row("2009", line, f"P{partner}", value, quantity) for line in (LINE, "2203000900")]
    lines = {LINE: plain, "2203000900": roundabout}
    one, other = table_of(study(rows, {2009: lines}, options={"method": method}).rates()).values()
    one.pop("line")
    other.pop("line")
    assert one == other
