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
from fastavs.kernels import names, picking, quantities
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import Runs, TradeRows
from fastavs.kernels.sums import sums_by_group
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
from fastavs.kernels import changed_trade, direct_carry, groups, levels, moments, picking, quantities, rates, sweep
from fastavs.kernels.options import readonly
from fastavs.kernels.sums import sums_by_group
out = np.empty(1)
sums_by_group(readonly([1.0, 2.0], np.float64), readonly([0, 0], np.int64), out, np.empty(1))
assert out[0] == 3.0
"""

BEYOND = """
import numpy as np
from fastavs.kernels.options import readonly
from fastavs.kernels.sums import sums_by_group
try:
    sums_by_group(readonly([1.0], np.float64), readonly([9], np.int64), np.empty(1), np.empty(1))
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
        [sys.executable, "-W", "error", "-c", code], cwd=root, env=settings, capture_output=True, text=True, timeout=300
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
    assert {
        "rates.line_rates",
        "quantities.quantities",
        "picking.pick",
        "direct_carry.carry",
        "moments.moments",
        "sums.sums_by_group",
    } <= kernels


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


QUIET = ["fastavs", "fastavs.study", "fastavs.duty", "fastavs.units.units", "fastavs.readers", "fastavs.cli",
         "fastavs.cli.main", "fastavs.inputs.config", "fastavs.trade.trade", "fastavs.inputs.schedule",
         "fastavs.report.folder"]  # fmt: skip


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
    operations = ("CONST", "TERM", "ADD", "SUB", "MAX", "MIN")
    assert [getattr(names, name) for name in operations] == [getattr(duties, name) for name in operations]
    assert len({getattr(names, name) for name in operations}) == len(operations)


# ---- sums, against exact ones

ULPS = 1e-15
KEY_TYPES = (np.int32, np.int16, np.int16)  # of code, period and partner


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
        rows = observed([0, count], order, value, [0] * count, amount)
        out = [np.empty(1) for _ in range(3)]
        quantities.add_up(rows.row_start, readonly([value[place] for place in order], np.float64), out[0])
        quantities.quantities(rows, 0, readonly([0], np.int64), out[1], out[2])
        found.append([float(one[0]) for one in out])
    exact = [
        math.fsum(value),
        math.fsum(amount),
        math.fsum(one for one, carried in zip(value, amount, strict=True) if carried > 0.0),
    ]
    assert found[0] == found[1]
    assert found[0] == pytest.approx(exact, rel=ULPS, abs=0.0)


def observed(
    start: list[int], order: list[int], value: list[float], kind: list[int], amount: list[float], **further: object
) -> TradeRows:
    """Observations as the kernels take them, of rows with one quantity unless `further` has more."""
    columns: dict[str, object] = {
        "row_start": readonly(start, np.int64), "row_order": readonly(order, np.int32),
        "code": readonly([0] * len(value), np.int32), "value": readonly(value, np.float64),
        "kind_1": readonly(kind, np.int8), "amount_1": readonly(amount, np.float64),
        "kind_2": readonly([], np.int8), "amount_2": readonly([], np.float64), "mass": readonly([], np.float64),
        "mass_kind": 0, "bridge": readonly(np.empty((0, 3)), np.int64), "factor": readonly([], np.float64),
        "fits": readonly(np.empty((0, 1)), np.bool_),
    }  # fmt: skip
    return TradeRows(**columns | further)


@pytest.mark.parametrize("single", [True, False])
def test_quantities_over_bridges_are_those_of_plain_python(single):
    rng = random.Random(12)
    n, codes = 400, 5
    code = [rng.randrange(codes) for _ in range(n)]
    value = [rng.lognormvariate(5, 2) for _ in range(n)]
    kinds = [[rng.choice([-1, 0, 1, 2]) for _ in range(n)] for _ in range(2)]
    amounts = [[0.0 if k < 0 else rng.choice([0.0, rng.lognormvariate(2, 2)]) for k in some] for some in kinds]
    mass = [rng.choice([0.0, rng.lognormvariate(3, 1)]) for _ in range(n)]
    bridges = [(2, 1, 16, 500.0, [0, 1]), (2, 0, 16, 3.0, [0, 1, 2]), (2, 1, 24, 7.0, [1]), (1, 0, 16, 11.0, [3])]
    order = list(range(n))
    rng.shuffle(order)
    cuts = sorted(rng.sample(range(1, n), 150))
    start = list(range(n + 1)) if single else [0, *cuts, n]
    rows = observed(
        [] if single else start, order, value, kinds[0], amounts[0],
        code=readonly(code, np.int32), kind_2=readonly(kinds[1], np.int8), amount_2=readonly(amounts[1], np.float64),
        mass=readonly(mass, np.float64), bridge=readonly([one[:3] for one in bridges], np.int64),
        factor=readonly([one[3] for one in bridges], np.float64),
        fits=readonly([[c in one[4] for c in range(codes)] for one in bridges], np.bool_),
    )  # fmt: skip

    def held(row: int, kind: int) -> float:
        own = [a[row] for k, a in zip(kinds, amounts, strict=True) if k[row] == kind and a[row] > 0.0]
        return [*own, mass[row] if kind == 0 else 0.0, 0.0][0]

    def amount(row: int, kind: int) -> float:
        found = [
            (digits + (2 if kinds[0][row] == source else 1 if kinds[1][row] == source else 0), -place)
            for place, (made, source, digits, _, fits) in enumerate(bridges)
            if made == kind and code[row] in fits and held(row, source) > 0.0
        ]
        if held(row, kind) > 0.0 or not found:
            return held(row, kind)
        best = bridges[-max(found)[1]]
        return held(row, best[1]) * best[3]

    at = rng.sample(range(len(start) - 1), 100)
    for kind in range(3):
        quantity, quantity_value = np.empty(len(at)), np.empty(len(at))
        quantities.quantities(rows, kind, readonly(at, np.int64), quantity, quantity_value)
        for place, i in enumerate(at):
            mine = [row for row in order[start[i] : start[i + 1]] if amount(row, kind) > 0.0]
            assert quantity[place] == pytest.approx(math.fsum(amount(row, kind) for row in mine), rel=ULPS, abs=0.0)
            assert quantity_value[place] == pytest.approx(math.fsum(value[row] for row in mine), rel=ULPS, abs=0.0)


@pytest.mark.parametrize("times", [0, 2])
def test_observations_are_picked_as_in_plain_python(times):
    rng = random.Random(13)
    codes, periods, partners, lines = 12, 4, 6, 5
    keys = sorted(rng.sample([(c, t, p) for c in range(codes) for t in range(periods) for p in range(partners)], 150))
    keys = [key for key in keys if key[0] not in (0, 7, 11)]  # codes without any observation
    value = [rng.lognormvariate(3, 4) for _ in keys]
    excluded = [rng.random() < 0.2 for _ in keys]
    wanted, least = [False, True, False, True], 5.0
    n = len(keys)
    of_code, period = np.empty(codes + 1, dtype=np.int64), np.empty(n, dtype=np.int32)
    start = np.empty(n + 1, dtype=np.int64)
    code_of, period_of, partner_of = (readonly([key[k] for key in keys], kind) for k, kind in enumerate(KEY_TYPES))
    found = picking.find_runs(code_of, period_of, of_code, period, start)
    runs = Runs(
        readonly(of_code, np.int64), readonly(period[:found], np.int32), readonly(start[: found + 1], np.int64),
        partner_of, readonly(value, np.float64), readonly(excluded, np.bool_),
    )  # fmt: skip
    chosen = np.empty(n, dtype=np.int32)
    low, high, left_out = np.empty(codes, dtype=np.int64), np.empty(codes, dtype=np.int64), np.empty(2, dtype=np.int64)
    picking.pick(runs, readonly(wanted, np.bool_), least, times, chosen, low, high, left_out)

    inside = [i for i, (_, t, _) in enumerate(keys) if wanted[t]]
    seen = [(keys[i][0], keys[i][2]) for i in inside]
    mfn = [i for i in inside if not excluded[i]]
    large = [i for i in mfn if value[i] >= least]
    kept = [i for i in large if not times or seen.count((keys[i][0], keys[i][2])) == times]
    assert [i for c in range(codes) for i in chosen[low[c] : high[c]].tolist()] == kept
    assert all(keys[i][0] == c for c in range(codes) for i in chosen[low[c] : high[c]])
    assert left_out.tolist() == [len(mfn) - len(large), len(large) - len(kept)]

    own_line = [rng.randrange(-1, lines) for _ in range(codes)]
    of_codes, everyone, of_mfn = np.empty((4, codes)), np.empty(lines), np.empty(lines)
    picking.value_by_code(runs, readonly(wanted, np.bool_), of_codes)
    picking.value_by_line(
        runs, readonly(wanted, np.bool_), readonly(of_codes, np.float64), readonly(own_line, np.int64), everyone, of_mfn
    )
    for line in range(lines):
        mine = [i for i in inside if own_line[keys[i][0]] == line]
        assert everyone[line] == pytest.approx(math.fsum(value[i] for i in mine), rel=ULPS, abs=0.0)
        expected = math.fsum(value[i] for i in mine if not excluded[i])
        assert of_mfn[line] == pytest.approx(expected, rel=ULPS, abs=0.0)


def test_sums_by_group():
    numbers = wild(9000, 3)
    group = [place % 4 - 1 for place in range(9000)]  # -1: left out
    out, lost = np.empty(3), np.empty(3)
    sums_by_group(readonly(numbers, np.float64), readonly(group, np.int64), out, lost)
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
