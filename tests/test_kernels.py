"""The kernels themselves: without the JIT, with bounds checks, from the cache and without one; and their sums."""

from __future__ import annotations

import itertools
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
from fastavs.kernels import picking, quantities
from fastavs.kernels.options import readonly
from fastavs.kernels.shapes import RowColumns, Runs
from fastavs.kernels.sorting import longest
from fastavs.results.unweighed import trade_account

HERE = Path(__file__).parent
PACKAGE = Path(fastavs.__file__).parent

TWIN = """
import test_sorted, test_sweep, test_twin
for seed, knobs in ((0, test_twin.KNOBS[0]), (1, {"method": "pooled"}), (2, {"odd_duties": True}), (3, {"digits": 8})):
    test_twin.test_every_table_is_the_twins(seed, knobs)
for knobs in ({}, {"odd_duties": True}):
    test_sorted.test_the_index_agrees_with_the_direct_twin(0, knobs)
test_sweep.test_a_scenario_has_the_same_bits_alone_and_in_a_block(0)
"""
# what stands for machine instructions where nothing is compiled; and integers wrap round there without a word
INTERPRETED = """
from fractions import Fraction
import numpy as np
from numba import extending

def fused(x, y, z):
    finite = np.isfinite([x, y, z]).all()
    return float(Fraction(x) * Fraction(y) + Fraction(z)) if finite else x * y + z

def counted(partner, times, first, last, out, row):
    out[row] += times[partner[first:last]].sum(axis=0)

def added(value, partner, times, first, last, c, split, out, row):
    x, drawn = c * value[first:last], times[partner[first:last]]
    high = (x + split) - split
    out[row] += high @ drawn
    out[row + 1] += (x - high) @ drawn

instructions = {
    "_fma_typed": fused, "_fetch_typed": lambda array, place: None, "_count_typed": counted, "_add_typed": added,
}
extending.intrinsic = lambda typed: instructions[typed.__name__]
np.seterr(over="ignore")
"""
KERNELS = """
import numpy as np
from fastavs.kernels import picking, quantities
from fastavs.kernels.options import readonly
from fastavs.kernels.sums import sums_by_group
out = np.empty(1)
room = np.empty(2), np.empty(2, dtype=np.int64)
quantities.add_up(readonly([0, 2], np.int64), readonly([1.0, 2.0], np.float64), out, *room)
assert out[0] == 3.0
"""

BEYOND = """
import numpy as np
from fastavs.kernels import quantities
from fastavs.kernels.options import readonly
from fastavs.kernels.sums import sums_by_group
try:
    room = np.empty(1), np.empty(1, dtype=np.int64)
    quantities.add_up(readonly([9, 10], np.int64), readonly([1.0], np.float64), np.empty(1), *room)
except IndexError:
    pass
else:
    raise AssertionError("bounds are not checked")
"""


STRICT = ("-W", "error", "-W", "default::UserWarning")  # the twin's studies have faults, and are told so


def python(code: str, root: Path = PACKAGE.parent, **environment: str) -> None:
    """Run a program in a new process, warnings as errors, and insist that it ends well."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    settings |= {"PYTHONPATH": os.pathsep.join([str(root), str(HERE)])} | environment
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "default::UserWarning", "-c", code],
        cwd=root,
        env=settings,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# ---- ways to run


def test_without_the_jit_the_twin_still_agrees():
    python(INTERPRETED + TWIN, NUMBA_DISABLE_JIT="1")


@pytest.fixture(scope="module")
def checked_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh cache folder, filled by a bounds-checked run of the twin."""
    folder = tmp_path_factory.mktemp("cache")
    python(TWIN + BEYOND, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(folder))
    return folder


def compiled(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_with_bounds_checks_the_twin_still_agrees(checked_cache):
    kernels = {path.name.split("-")[0].split(".")[1] for path in checked_cache.rglob("*.nbc")}
    assert {"quantities", "pick", "next_levels", "finish_segments", "plain_rows", "sweep_block"} <= kernels


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


# ---- sums, against exact ones

ULPS = 1e-15
LINE = "2203000100"
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
        work, spare = np.empty((2, count)), np.empty(count, dtype=np.int64)
        of_rows = readonly([value[place] for place in order], np.float64)
        quantities.add_up(rows.row_start, of_rows, out[0], work[0], spare)
        quantities.quantities(rows, 0, readonly([0], np.int64), out[1], out[2], work, spare)
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
) -> RowColumns:
    """Observations as the kernels take them, of rows with one quantity unless `further` has more."""
    columns: dict[str, object] = {
        "row_start": readonly(start, np.int64), "row_order": readonly(order, np.int32),
        "code": readonly([0] * len(value), np.int32), "value": readonly(value, np.float64),
        "kind_1": readonly(kind, np.int8), "amount_1": readonly(amount, np.float64),
        "kind_2": readonly([], np.int8), "amount_2": readonly([], np.float64), "mass": readonly([], np.float64),
        "mass_kind": 0, "bridge": readonly(np.empty((0, 3)), np.int64), "factor": readonly([], np.float64),
        "fits": readonly(np.empty((0, 1)), np.bool_),
    }  # fmt: skip
    return RowColumns(**columns | further)


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
        most = max(longest(rows.row_start), 1)
        room = np.empty((2, most)), np.empty(most, dtype=np.int64)
        quantities.quantities(rows, kind, readonly(at, np.int64), quantity, quantity_value, *room)
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
    picking.pick(
        runs,
        readonly(wanted, np.bool_),
        least,
        times,
        np.zeros(partners, dtype=np.int64),
        chosen,
        low,
        high,
        left_out,
    )

    inside = [i for i, (_, t, _) in enumerate(keys) if wanted[t]]
    seen = [(keys[i][0], keys[i][2]) for i in inside]
    mfn = [i for i in inside if not excluded[i]]
    large = [i for i in mfn if value[i] >= least]
    kept = [i for i in large if not times or seen.count((keys[i][0], keys[i][2])) == times]
    assert [i for c in range(codes) for i in chosen[low[c] : high[c]].tolist()] == kept
    assert all(keys[i][0] == c for c in range(codes) for i in chosen[low[c] : high[c]])
    assert left_out.tolist() == [len(mfn) - len(large), len(large) - len(kept)]

    own_line = [rng.randrange(-1, lines) for _ in range(codes)]
    of_codes, sums = np.empty((4, codes)), np.zeros((4, lines))
    picking.value_by_code(runs, readonly(wanted, np.bool_), of_codes)
    picking.value_by_line(
        runs, readonly(wanted, np.bool_), readonly(of_codes, np.float64), readonly(own_line, np.int64), sums
    )
    everyone, of_mfn = sums[0] + sums[1], sums[2] + sums[3]
    for line in range(lines):
        mine = [i for i in inside if own_line[keys[i][0]] == line]
        assert everyone[line] == pytest.approx(math.fsum(value[i] for i in mine), rel=ULPS, abs=0.0)
        expected = math.fsum(value[i] for i in mine if not excluded[i])
        assert of_mfn[line] == pytest.approx(expected, rel=ULPS, abs=0.0)

    by_code, count = np.empty((2, codes)), np.empty((2, codes), dtype=np.int64)
    picking.count_by_code(runs, readonly(wanted, np.bool_), by_code, np.zeros((2, codes)), count)
    for code, whose in itertools.product(range(codes), range(2)):
        mine = [i for i in inside if keys[i][0] == code and excluded[i] == (whose == 1)]
        assert by_code[whose, code] == pytest.approx(math.fsum(value[i] for i in mine), rel=ULPS, abs=0.0)
        assert count[whose, code] == len(mine)


def test_sums_of_the_account_are_exact():
    value = wild(9000, 3)
    period = [("2008", "2009", "2010")[place % 3] for place in range(9000)]
    code = [(LINE, "9999999999")[place % 2] for place in range(9000)]  # the second is no line
    rows = [row(*one, f"P{place}", v) for place, (*one, v) in enumerate(zip(period, code, value, strict=True))]
    account = trade_account(study(rows, {2009: {LINE: "5%"}}).rates())

    def exact(*chosen: str) -> float:
        some = [v for *one, v in zip(period, code, value, strict=True) if set(chosen) <= set(one)]
        return pytest.approx(math.fsum(some), rel=ULPS, abs=0.0)

    (year,) = account.years
    assert account.unused_periods == {"2008": exact("2008"), "2010": exact("2010")}
    assert (year.all.value, year.weighs.value) == (exact("2009"), exact("2009", LINE))
    assert [share.value for share in year.causes.values()] == [exact("2009", "9999999999")]


def test_means_and_deviations_are_exact_to_the_ulp():
    rng = random.Random(4)
    codes = [f"{22 if place < 2000 else 17}{place:08d}" for place in range(3000)]
    percents = [f"{100 * rng.lognormvariate(-3, 2):.6f}" if place % 11 else None for place in range(3000)]
    imports = [one if place % 5 else 0.0 for place, one in enumerate(wild(3000, 5))]
    rows = [row("2009", code, "DEU", one) for code, one in zip(codes, imports, strict=True) if one]
    lines = {code: f"{one}%" if one else "1 USD/kg" for code, one in zip(codes, percents, strict=True)}  # or not known
    found = study(rows, {2009: lines}).rates()
    known = [
        (code[:2], Fraction(float(Fraction(one) / 100)), Fraction(weight))
        for code, one, weight in zip(codes, percents, imports, strict=True)
        if one
    ]
    everything = sum(weight for _, _, weight in known)
    groups = {one["group"]: one for one in found.by("chapter").to_pylist()}
    for chapter, ours in [(None, found.summary().to_pylist()[0]), *groups.items()]:
        chosen = [(x, w) for one, x, w in known if chapter in (None, one)]
        n, total = len(chosen), sum(w for _, w in chosen)
        mean = sum(x for x, _ in chosen) / n
        weighted = sum(w * x for x, w in chosen) / total
        squares = sum((x - mean) ** 2 for x, _ in chosen) / (n - 1)
        spread = sum(w * (x - weighted) ** 2 for x, w in chosen) / total
        assert ours["simple_mean"] == pytest.approx(float(mean), rel=ULPS, abs=0.0)
        assert ours["simple_sd"] == pytest.approx(math.sqrt(squares), rel=2 * ULPS, abs=0.0)
        assert ours["weighted_mean"] == pytest.approx(float(weighted), rel=ULPS, abs=0.0)
        if chapter is None:
            assert ours["weighted_sd"] == pytest.approx(math.sqrt(spread), rel=2 * ULPS, abs=0.0)
            assert ours["unresolved_lines"] == 3000 - n
        else:
            assert ours["import_share"] == pytest.approx(float(total / everything), rel=ULPS, abs=0.0)


@pytest.mark.parametrize(("duty", "traded"), [("1 USD/kg", False), ("5%", False), ("5%", True)])
def test_means_of_one_line_and_of_none(duty, traded):
    filler = row("2009", "9999999999", "DEU", 1.0)  # no line
    rows = [filler, *([row("2009", LINE, "DEU", 2.0)] if traded else [])]
    (found,) = study(rows, {2009: {LINE: duty}}).rates().by("chapter").to_pylist()
    assert found["simple_mean"] == (0.05 if duty == "5%" else None)
    assert found["simple_sd"] is None
    assert found["weighted_mean"] == (0.05 if traded else None)
    assert found["import_share"] == (1.0 if traded else None)


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
    for row_of in (one, other):
        del row_of["line"], row_of["duty"]
    assert one == other
