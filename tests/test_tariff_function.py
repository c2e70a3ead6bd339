"""Tariff functions: values against plain Python, derivatives, curves, tables, files, what is said of odd factors."""

from __future__ import annotations

import copy
import os
import pickle
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_functions
import numpy as np
import pyarrow as pa
import pytest
from made_functions import Maker, joined, twin

import fastavs as fa
from fastavs.kernels.curve_shapes import Curves, MixedLines
from fastavs.kernels.names import CONST, MAX, MIN, TERM
from fastavs.models.jacobian import Jacobian
from fastavs.models.parts import FunctionParts

SEEDS = range(6)


def a_function(seed: int, **named: Any) -> fa.TariffFunction:
    return fa.TariffFunction(made_functions.make(seed, **named))


def factors(f: fa.TariffFunction, seed: int, spread: float = 0.4) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shape = (len(f.years), len(f.sectors), len(f.regions))
    return {
        "price": np.exp(rng.normal(0, spread, shape)),
        "fx": np.exp(rng.normal(0, spread, (shape[0], len(f.currencies)))),
        "ad_valorem": np.exp(rng.normal(0, spread, shape)), "specific": np.exp(rng.normal(0, spread, shape)),
    }  # fmt: skip


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=True)


def ones(f: fa.TariffFunction) -> dict[str, np.ndarray]:
    return {name: np.ones_like(one) for name, one in factors(f, 0).items()}


# values


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spread", [0.0, 0.4, 3.0])
def test_tariffs_are_those_of_plain_python(seed: int, spread: float) -> None:
    f = a_function(seed)
    given = factors(f, seed, spread)
    want, found = twin(f.parts, **given), f(**given)
    np.testing.assert_allclose(found, want, rtol=1e-13, atol=1e-14)
    value, jacobian = f.value_and_jacobian(**given)
    assert same(value, found)
    assert value is jacobian.value


@pytest.mark.parametrize("seed", SEEDS)
def test_homogeneous_of_degree_zero_to_the_bit(seed: int) -> None:
    f = a_function(seed)
    given = factors(f, seed)
    for k in (2.0, 0.25, 2.0**40):
        moved = given | {"price": k * given["price"], "fx": k * given["fx"]}
        assert same(f(**given), f(**moved))
    both = given | {"ad_valorem": 4 * given["ad_valorem"], "specific": 4 * given["specific"]}
    assert same(4 * f(**given), f(**both))


def test_factors_of_any_shape_that_fits_come_to_the_same() -> None:
    f = a_function(1)
    years, sectors, regions = len(f.years), len(f.sectors), len(f.regions)
    plain = f()
    assert same(plain, f(price=1, fx=np.ones(3), ad_valorem=np.float32(1), specific=[[[1]]]))
    assert same(plain, f(price=np.ones((sectors, regions), dtype=int), fx={}, specific=np.ones((years, 1, 1))))
    some = np.exp(np.random.default_rng(0).normal(0, 0.3, (sectors, regions)))
    want = f(price=np.broadcast_to(some, plain.shape).copy(), fx=[[1.1, 1, 1]] * years)
    assert same(want, f(price=some, fx={"EUR": 1.1}))
    assert same(want, f(price=np.asfortranarray(some), fx=np.array([1.1, 1.0, 1.0])))
    assert same(want, f(price=some.astype(">f8"), fx=np.array([1.1, 7.0, 1.0, 7.0, 1.0])[::2]))
    assert same(f(specific=0.5), f(specific=np.full(regions, 0.5)))


def test_a_function_without_currencies_or_cells_is_one() -> None:
    f = fa.TariffFunction(Maker(3, currencies=0).parts())
    assert f.currencies == []
    value, jacobian = f.value_and_jacobian(ad_valorem=2.0, fx=np.ones(0))
    assert same(value, 2 * f.parts.curves.constant.reshape(value.shape))
    assert jacobian.fx.shape == (*value.shape, 0)
    assert same(f.curve("s0", "r0", 2011)["factor"].to_numpy(), np.zeros(1))


# derivatives


@pytest.mark.parametrize("seed", SEEDS)
def test_derivatives_are_those_of_differences(seed: int) -> None:
    f = a_function(seed)
    given = factors(f, seed)
    _, jacobian = f.value_and_jacobian(**given)
    cells = jacobian.value.size
    for name in ("ad_valorem", "specific"):
        steps = [given | {name: given[name] * (1 + h)} for h in (1e-7, -1e-7)]
        slope = (f(**steps[0]) - f(**steps[1])) / (2e-7 * given[name])
        np.testing.assert_allclose(getattr(jacobian, name), slope, rtol=1e-6, atol=1e-7)
    dense = np.zeros((cells, cells))
    np.fill_diagonal(dense, jacobian.price)
    dense[jacobian.borrowed_cell, jacobian.borrowed_price] += jacobian.borrowed
    for place in range(cells):
        up, down = (given["price"].copy() for _ in range(2))
        up.flat[place] *= 1 + 1e-7
        down.flat[place] *= 1 - 1e-7
        change = f(**given | {"price": up}) - f(**given | {"price": down})
        slope = np.where(np.isnan(jacobian.value), 0.0, change) / (2e-7 * given["price"].flat[place])
        np.testing.assert_allclose(np.nan_to_num(dense[:, place]), slope.ravel(), rtol=1e-6, atol=1e-7)
    for year in range(len(f.years)):
        for place in range(len(f.currencies)):
            up, down = (given["fx"].copy() for _ in range(2))
            up[year, place] *= 1 + 1e-7
            down[year, place] *= 1 - 1e-7
            slope = (f(**given | {"fx": up}) - f(**given | {"fx": down})) / (2e-7 * given["fx"][year, place])
            np.testing.assert_allclose(jacobian.fx[year, :, :, place], slope[year], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_derivatives_add_up(seed: int) -> None:
    """The tariff is its two parts; prices and exchange rates that rise alike change nothing."""
    f = a_function(seed)
    given = factors(f, seed)
    value, J = f.value_and_jacobian(**given)
    assert same(value, given["ad_valorem"] * J.ad_valorem + given["specific"] * J.specific)
    by_price = (J.price * given["price"]).ravel()
    np.add.at(by_price, J.borrowed_cell, J.borrowed * given["price"].ravel()[J.borrowed_price])
    by_fx = (J.fx * given["fx"][:, None, None, :]).sum(axis=3).ravel()
    np.testing.assert_allclose(by_fx, -by_price, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(by_fx, (given["specific"] * J.specific).ravel(), rtol=1e-12, atol=1e-15)


def test_matrices_hold_all_derivatives() -> None:
    pytest.importorskip("scipy")
    f = a_function(2)
    _, J = f.value_and_jacobian(**factors(f, 2))
    cells = J.value.size
    dense = np.diag(J.price.ravel())
    dense[J.borrowed_cell, J.borrowed_price] += J.borrowed
    assert J.borrowed.size
    assert same(J.matrix().toarray(), dense)
    assert same(J.matrix("fx").toarray(), J.fx.reshape(cells, 3))
    assert same(J.matrix("specific").toarray(), np.diag(J.specific.ravel()))
    assert J.matrix("ad_valorem").format == "csr"
    with pytest.raises(fa.InputError, match=r'no such derivatives "prices".*Did you mean "price"'):
        J.matrix("prices")


def test_a_lacking_scipy_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    _, J = a_function(0).value_and_jacobian()
    with pytest.raises(fa.InputError, match=r"matrix needs scipy.*pip install scipy"):
        J.matrix()


def one_cell(curve: tuple[list[float], list[float], list[float]] | None, mixed: MixedLines | None = None) -> Any:
    """A function of one cell with one curve (kinks, intercepts, slopes), or with lines that go line by line."""
    parts = Maker(0, years=1, sectors=1, regions=1, currencies=2).parts(curves=0, lines=0, unknown=0.0)
    one = np.zeros(1, dtype=np.int64)
    kink, intercept, slope = curve or ([], [], [])
    count = 1 if curve else 0
    curves = Curves(
        np.zeros(1), np.array([0, count]), one[:count], one[:count] - 1, one[:count],
        np.array([0, len(kink)][: count + 1]), joined([np.array(kink)]), joined([np.array(intercept)]),
        joined([np.array(slope)]),
    )  # fmt: skip
    return fa.TariffFunction(replace(parts, curves=curves, mixed=mixed or parts.mixed))


def a_program(*ops: tuple[int, int, float], bound: tuple[tuple[int, int, float], ...] = ()) -> MixedLines:
    """One line with one observation on its applied side, and perhaps one on its bound side."""
    sides = [ops, bound] if bound else [ops]
    count = len(sides)
    flat = [one for side in sides for one in side]
    return MixedLines(
        np.array([0, 1]), np.ones(1), np.array([0, 1, count]), -1 - np.arange(count),
        np.cumsum([0, *map(len, sides)]), np.zeros(count, dtype=np.int64), np.full(count, -1), np.ones(count),
        np.array([one[0] for one in flat]), np.array([one[1] for one in flat]), np.array([one[2] for one in flat]),
    )  # fmt: skip


def test_at_a_kink_derivatives_are_those_for_duties_rising() -> None:
    f = one_cell(([1.0], [0.1, 0.0], [0.0, 0.1]))  # max(10 %, 0.1 phi)
    value, J = f.value_and_jacobian()
    assert (value.item(), J.price.item(), J.specific.item(), J.ad_valorem.item()) == (0.1, -0.1, 0.1, 0.0)
    below = f.value_and_jacobian(specific=1 - 1e-9)[1]
    assert (below.price.item(), below.ad_valorem.item()) == (0.0, 0.1)


@pytest.mark.parametrize("turned", [False, True])
def test_at_a_tie_the_side_that_holds_when_duties_rise_is_taken(turned: bool) -> None:
    percent, amount = (CONST, 0, 0.1), (TERM, 1, 0.1)
    two = (amount, percent) if turned else (percent, amount)
    for code, want in ((MAX, -0.1), (MIN, 0.0)):
        J = one_cell(None, a_program(*two, (code, 0, 0.0))).value_and_jacobian()[1]
        assert J.price.item() == want
        assert J.fx.ravel().tolist() == [0.0, -want]
    J = one_cell(None, a_program(two[0], bound=(two[1],))).value_and_jacobian()[1]
    assert J.price.item() == 0.0  # the lesser of both sides


def test_where_both_rise_alike_the_first_is_taken() -> None:
    J = one_cell(None, a_program((TERM, 0, 0.1), (TERM, 1, 0.1), (MAX, 0, 0.0))).value_and_jacobian()[1]
    assert J.fx.ravel().tolist() == [0.1, 0.0]
    J = one_cell(None, a_program((TERM, 0, 0.1), bound=((TERM, 1, 0.1),))).value_and_jacobian()[1]
    assert J.fx.ravel().tolist() == [0.1, 0.0]


def test_scales_of_zero() -> None:
    f = one_cell(([0.5, 2.0], [0.2, 0.1, 0.0], [0.0, 0.2, 0.25]))
    found = {}
    for scales in ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0)):
        value, J = f.value_and_jacobian(ad_valorem=scales[0], specific=scales[1])
        found[scales] = value.item(), J.ad_valorem.item(), J.specific.item(), J.price.item(), J.fx.ravel().tolist()
    assert found[1.0, 0.0] == (0.2, 0.2, 0.0, 0.0, [0.0, 0.0])
    assert found[0.0, 1.0] == (0.25, 0.0, 0.25, -0.25, [0.25, 0.0])
    assert found[0.0, 0.0] == (0.0, 0.1, 0.2, 0.0, [0.0, 0.0])  # the piece that holds when both rise alike


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scales", [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (1e-100, 1e100), (1e100, 1e-100)])
@pytest.mark.parametrize("ratio", [(1.0, 1.0), (1e100, 1e-100), (1e-100, 1e100)])
def test_nothing_but_unknown_cells_is_nan(seed: int, scales: tuple[float, float], ratio: tuple[float, float]) -> None:
    f = a_function(seed)
    given = {"price": ratio[0], "fx": np.full(3, ratio[1]), "ad_valorem": scales[0], "specific": scales[1]}
    _, J = f.value_and_jacobian(**given)
    unknown = np.isnan(f.parts.curves.constant).reshape(J.value.shape)
    for one in (J.value, J.price, J.ad_valorem, J.specific, J.fx[..., 0]):
        assert same(np.isnan(one), unknown)
    assert same(np.isnan(J.borrowed), unknown.ravel()[J.borrowed_cell])
    if scales == (0.0, 0.0):
        assert (J.value[~unknown] == 0.0).all()


# calls


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"price": np.ones((4, 3))},
            r"price: the array has another shape \"\[4, 3\]\".*\[sectors, regions\] = \[3, 4\]",
        ),
        ({"price": np.ones((2, 1, 1))}, r"price: the array has another shape.*sectors s0, s1, s2; regions r0"),
        ({"price": np.ones(4)}, "price: the array has another shape"),
        ({"specific": np.ones(3)}, "specific: the array has another shape"),
        ({"price": 0.0}, r'price \(all cells\): the factor is not positive and finite "0.0"'),
        ({"price": np.inf}, 'price .*"inf"'),
        ({"ad_valorem": -0.5}, r'ad_valorem .*the scale is negative, too large or no number "-0.5"'),
        ({"specific": 1e101}, r"specific .*Expected 0, or a number from 1e-100 to 1e\+100"),
        ({"fx": [1.0, 1.0]}, r"fx: .*\"\[2\]\".*in the order of EUR, JPY, USD"),
        ({"fx": 1.0}, r"fx: .*in the order of EUR, JPY, USD"),
        ({"fx": {"EUX": 1.2}}, r'fx: no duty is in this currency "EUX".*EUR, JPY, USD. Did you mean "EUR"'),
        ({"fx": {"JPY": 0.0}}, r'fx \(JPY\): the factor is not positive and finite "0.0"'),
        ({"fx": [[1.0, 1.0, 1.0], [1.0, -1.0, 1.0]]}, r'fx \(JPY in 2012\): .*"-1.0"'),
        ({"fx": {"EUR": "x"}}, "fx does not fit"),
        ({"fx": {"EUR": [1.0]}}, "fx does not fit"),
        ({"price": "cheap"}, "price does not fit"),
        ({"price": [[1.0], [1.0, 2.0]]}, "price does not fit"),
        ({"price": 1j}, "price does not fit"),
        ({"price": True}, "price does not fit"),
        ({"out": np.zeros((3, 4))}, r"out has another shape.*float64\[2, 3, 4\]"),
        ({"out": np.zeros((2, 3, 4), dtype=np.float32)}, 'out is no array of float64 "float32"'),
        ({"out": [1.0]}, 'out is no array of float64 "list"'),
        ({"out": np.zeros((4, 3, 2)).T}, "out cannot be written to, or does not lie in one piece"),
        ({"out": np.broadcast_to(np.zeros(1), (2, 3, 4))}, "out cannot be written to"),
    ],
)
def test_odd_factors_are_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(fa.InputError, match=words):
        a_function(0)(**given)


def test_a_bad_factor_is_told_with_its_cell_and_nothing_is_written() -> None:
    f = a_function(0)
    price = np.ones((2, 3, 4))
    price[1, 2, 0] = np.nan
    out = np.full((2, 3, 4), 7.0)
    with pytest.raises(fa.InputError, match=r'price \(year 2012, sector s2, region r0\): .*"nan"'):
        f(price=price, out=out)
    assert (out == 7.0).all()
    _, J = f.value_and_jacobian()
    before = J.values.copy()
    scale = np.ones((3, 4))
    scale[0, 3] = -1.0
    with pytest.raises(fa.InputError, match=r"specific \(year 2011, sector s0, region r3\)"):
        f.value_and_jacobian(specific=scale, out=J)
    assert same(J.values, before)
    masked = np.ma.masked_array(np.ones((3, 4)), mask=np.eye(3, 4, dtype=bool))
    with pytest.raises(fa.InputError, match="sector s0, region r0"):
        f(price=masked)


def test_out_is_filled_and_may_be_what_was_given() -> None:
    f = a_function(4)
    given = factors(f, 4)
    want = f(**given)
    out = np.empty_like(want)
    assert f(**given, out=out) is out
    assert same(out, want)
    price = given["price"].copy()
    assert f(**given | {"price": price}, out=price) is price
    assert same(price, want)
    fx = out[0, 0, :3]
    fx[:] = 1.1
    assert same(f(fx=fx, out=out), f(fx=np.full(3, 1.1)))
    value, J = f.value_and_jacobian()
    again, same_one = f.value_and_jacobian(**given, out=J)
    assert same_one is J
    assert again is value
    assert same(J.values, f.value_and_jacobian(**given)[1].values)
    for copied in (copy.deepcopy(J), pickle.loads(pickle.dumps(J))):
        f.value_and_jacobian(out=copied)
        assert same(copied.price, f.value_and_jacobian()[1].price)
    for odd in (a_function(0, regions=3).value_and_jacobian()[1], np.zeros(3), None.__class__):
        with pytest.raises(fa.InputError, match="out"):
            f.value_and_jacobian(out=odd)  # type: ignore[arg-type]
    J.values.flags.writeable = False
    with pytest.raises(fa.InputError, match="out cannot be written to"):
        f.value_and_jacobian(out=J)


def test_with_out_nothing_stays_allocated() -> None:
    from numba.core.runtime import _nrt_python, rtsys

    _nrt_python.memsys_enable_stats()
    f = a_function(5, sectors=12)
    given = factors(f, 5)
    out, J = np.empty((2, 12, 4)), f.value_and_jacobian()[1]

    def call() -> None:
        f(**given, out=out)
        f.value_and_jacobian(**given, out=J)

    call()
    before = rtsys.get_allocation_stats()
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        held = tracemalloc.get_traced_memory()[0]
        for _ in range(50):
            call()
        most = tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()
    after = rtsys.get_allocation_stats()
    _nrt_python.memsys_disable_stats()
    assert most < 4096  # views of arrays; the cells' numbers alone are 8,448 bytes
    assert after.alloc - before.alloc == after.mi_alloc - before.mi_alloc  # heads of views, no numbers
    assert after.mi_alloc == after.mi_free


def test_threads_of_one_function_get_the_same_bits() -> None:
    f = a_function(1, sectors=10, regions=10)
    given = [factors(f, seed) for seed in range(8)]
    want = [f.value_and_jacobian(**one)[1].values for one in given]

    def work(turn: int) -> bool:
        J = f.value_and_jacobian()[1]
        return all(
            same(f.value_and_jacobian(**given[n % 8], out=J)[1].values, want[n % 8]) for n in range(turn, turn + 60)
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(8)))


def test_a_function_is_what_it_was_made_of() -> None:
    f = a_function(0)
    assert (f.years, f.sectors, f.regions) == ([2011, 2012], ["s0", "s1", "s2"], ["r0", "r1", "r2", "r3"])
    assert f.currencies == ["EUR", "JPY", "USD"]
    assert f.notes == ("made at random",)
    assert f.weights.shape == f.imports.shape == (2, 3, 4)
    assert not f.weights.flags.writeable
    assert f.lines.num_rows == 2
    with pytest.raises(AttributeError):
        f.parts = None  # type: ignore[misc]
    given = factors(f, 0)
    copied = pickle.loads(pickle.dumps(f))
    assert copied.handle() != f.handle()
    assert same(copied(**given), f(**given))
    assert len({f, copied, f}) == 2
    text = repr(f)
    assert "<fastavs.TariffFunction: made up>" in text
    assert "! made at random" in text
    assert "random figures" in text
    assert "made up" in f._repr_html_()


# curves and tables


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("currency", [None, "EUR", "JPY"])
def test_a_curve_is_the_tariff_wherever_it_is_asked_for(seed: int, currency: str | None) -> None:
    f = a_function(seed)
    rng = np.random.default_rng(seed)
    for year, y in ((2011, 0), (2012, 1)):
        for sector in range(3):
            for region in range(4):
                table = f.curve(f"s{sector}", f"r{region}", year, currency)
                at, rate, slope = (table[name].to_numpy() for name in ("factor", "rate", "slope"))
                if np.isnan(f()[y, sector, region]):
                    assert table.to_pylist() == [{"factor": 0.0, "rate": None, "slope": None, "kinks": 0}]
                    continue
                assert at[0] == 0.0
                assert (np.diff(at) > 0).all()
                assert (table["kinks"].to_numpy()[1:] > 0).all()
                ends = rate[:-1] + slope[:-1] * np.diff(at)
                np.testing.assert_allclose(ends, rate[1:], rtol=1e-13, atol=1e-14)  # it does not jump
                middles = (at[:-1] + at[1:]) / 2
                for factor in [*at[1:], *middles, at[-1] + 1, *np.exp(rng.normal(0, 1, 5))]:
                    row = np.searchsorted(at, factor, side="right") - 1
                    want = f(specific=factor) if currency is None else f(fx={currency: factor})
                    got = rate[row] + slope[row] * (factor - at[row])
                    assert got == pytest.approx(want[y, sector, region], rel=1e-13, abs=1e-14)


def test_a_curve_counts_its_kinks() -> None:
    f = one_cell(([0.5, 0.5, 2.0], [0.2, 0.15, 0.1, 0.0], [0.0, 0.1, 0.2, 0.25]))
    rows = f.curve("s0", "r0", 2011).to_pylist()
    assert [(row["factor"], row["slope"], row["kinks"]) for row in rows] == [
        (0.0, 0.0, 0), (0.5, 0.2, 2), (2.0, 0.25, 1)
    ]  # fmt: skip
    assert [row["rate"] for row in rows] == pytest.approx([0.2, 0.2, 0.5])
    assert f.curve("s0", "r0", 2011, "JPY").num_rows == 1


def test_a_curve_finds_where_sides_cross() -> None:
    percent, amount = (CONST, 0, 0.1), (TERM, 1, 0.4)
    f = one_cell(None, a_program(percent, bound=(amount,)))
    assert f.curve("s0", "r0", 2011).to_pylist() == [
        {"factor": 0.0, "rate": 0.0, "slope": 0.4, "kinks": 0}, {"factor": 0.25, "rate": 0.1, "slope": 0.0, "kinks": 1}
    ]  # fmt: skip


def test_what_is_not_there_is_told() -> None:
    f = a_function(0)
    for given, words in (
        (("s7", "r0", 2011), 'sector: no such sector "s7".*s0, s1, s2'),
        (("s0", "x", 2011), "no such region"),
        (("s0", "r0", 1999), 'no such year "1999".*2011, 2012'),
        (("s0", "r0", 2011, "EUX"), 'no such currency "EUX".*Did you mean "EUR"'),
        ((0, "r0", 2011), "sector does not fit"),
    ):
        with pytest.raises(fa.InputError, match=words):
            f.curve(*given)  # type: ignore[arg-type]
    with pytest.raises(fa.InputError, match="no such region"):
        f.critical("s0", "r9", 2011)


def test_critical_lines_come_first_that_bind_first() -> None:
    found = a_function(0).critical("s0", "r0", 2011)
    assert found["line"].to_pylist() == ["8703211000", "2203000100"]
    assert a_function(0).critical("s1", "r0", 2011).num_rows == 0


def test_revenue_and_the_table_agree() -> None:
    f = a_function(2)
    given = factors(f, 2)
    rate = f(**given)
    table = f.table(**given)
    names = ["year", "sector", "region", "weight", "imports", "unknown_imports", "rate", "ad_valorem", "specific",
             "revenue", "ad_valorem_revenue", "specific_revenue"]  # fmt: skip
    assert table.column_names == names
    assert table.num_rows == len(f) == rate.size
    assert (table["year"][0].as_py(), table["sector"][5].as_py(), table["region"][5].as_py()) == (2011, "s1", "r1")
    columns = {name: np.array(table[name].to_pylist(), dtype=float).reshape(rate.shape) for name in names[3:]}
    assert same(columns["rate"], rate)
    assert same(columns["ad_valorem"] + columns["specific"], rate)
    assert same(columns["revenue"], f.revenue(f.imports, **given))
    np.testing.assert_allclose(
        columns["ad_valorem_revenue"] + columns["specific_revenue"], columns["revenue"], rtol=1e-14
    )
    assert table.schema.metadata is None
    assert f.revenue(np.ones((3, 4))).shape == rate.shape
    assert same(f.revenue(np.zeros((3, 4))), np.zeros(rate.shape))
    assert np.isnan(f.revenue(np.ones((3, 4)))).sum() == np.isnan(rate).sum() > 0
    with pytest.raises(fa.InputError, match="value does not fit"):
        f.revenue(1.0)
    with pytest.raises(fa.InputError, match="value: the array has another shape"):
        f.revenue(np.ones(4))


def test_weights_that_are_not_imports_are_told() -> None:
    parts = made_functions.make(0)
    f = fa.TariffFunction(replace(parts, facts=parts.facts | {"weights": "simple"}))
    assert b"not by imports" in f.table().schema.metadata[b"note"]
    assert "not by imports" in repr(f)


def test_as_xarray() -> None:
    pytest.importorskip("xarray")
    f = a_function(2)
    found = f.to_xarray(price=0.9)
    assert found["rate"].dims == ("year", "sector", "region")
    assert same(found["rate"].to_numpy(), f(price=0.9))
    assert found["revenue"].attrs["units"] == "USD"
    assert (found.attrs["title"], found.attrs["note"]) == ("made up", "random figures")
    assert "fastavs" in found.attrs["source"]


def test_it_goes_to_whoever_speaks_arrow() -> None:
    polars = pytest.importorskip("polars")
    f = a_function(0)
    assert polars.DataFrame(f).height == 24
    assert pa.table(f).num_rows == 24


@pytest.mark.parametrize("seed", SEEDS)
def test_a_selection_is_a_part_of_the_whole(seed: int) -> None:
    f = a_function(seed)
    given = factors(f, seed)
    some = f.select(years=[2012], regions=["r2", "r0"])
    assert (some.years, some.regions, some.sectors) == ([2012], ["r2", "r0"], f.sectors)

    def cut(values: np.ndarray) -> np.ndarray:
        return values[1:][:, :, [2, 0]]

    own = {name: one[1:] if name == "fx" else cut(one) for name, one in given.items()}
    J, whole = some.value_and_jacobian(**own)[1], f.value_and_jacobian(**given)[1]
    for name in ("value", "price", "ad_valorem", "specific", "fx"):
        assert same(getattr(J, name), cut(getattr(whole, name)))
    kept = np.isin(whole.borrowed_cell, np.arange(24).reshape(2, 3, 4)[1:][:, :, [0, 2]])
    assert same(np.sort(J.borrowed), np.sort(whole.borrowed[kept]))
    assert same(some.weights, cut(f.weights))
    again = f.select(sectors=["s2", "s0", "s1"])
    assert same(again(**{name: one if name == "fx" else one[:, [2, 0, 1]] for name, one in given.items()}),
                f(**given)[:, [2, 0, 1]])  # fmt: skip


def test_a_selection_that_cannot_be_is_told() -> None:
    f = a_function(0)
    assert f.parts.borrowed_cell.size
    borrower = int(f.parts.borrowed_cell[0]) // len(f.regions) % len(f.sectors)
    with pytest.raises(fa.InputError, match="borrows observations of one that is left out"):
        f.select(sectors=[f.sectors[borrower]])
    for given, words in (
        ({"years": []}, "no years are selected"),
        ({"years": [2011, 2011]}, "one of the years is selected twice"),
        ({"regions": "r0"}, "no regions are selected"),
        ({"regions": ["r7"]}, 'no such region "r7"'),
    ):
        with pytest.raises(fa.InputError, match=words):
            f.select(**given)


# files


@pytest.mark.parametrize("seed", SEEDS)
def test_a_saved_function_is_the_same(seed: int, tmp_path: Path) -> None:
    f = a_function(seed)
    given = factors(f, seed)
    path = f.save(tmp_path / "tariff.avt")
    found = fa.TariffFunction.load(path)
    assert same(found.value_and_jacobian(**given)[1].values, f.value_and_jacobian(**given)[1].values)
    for name in ("years", "sectors", "regions", "currencies", "sector_names", "notes", "facts"):
        assert getattr(found, name) == getattr(f, name)
    assert same(found.weights, f.weights)
    assert same(found.imports, f.imports)
    assert found.lines.equals(f.lines)
    assert repr(found) == repr(f)
    assert found.save(tmp_path / "again.avt").read_bytes() == path.read_bytes()
    found.save(path)  # over the file that it is of
    assert same(found(**given), f(**given))


def test_an_empty_function_is_saved_as_well(tmp_path: Path) -> None:
    f = fa.TariffFunction(Maker(0, years=1, sectors=1, regions=1, currencies=0).parts())
    assert same(fa.TariffFunction.load(f.save(tmp_path / "x"))(), f())


def test_every_damage_to_a_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "tariff.avt"
    a_function(0, years=1, sectors=2, regions=2).save(path)
    whole = path.read_bytes()
    bad = tmp_path / "bad.avt"
    rng = np.random.default_rng(0)
    for place in [*range(0, 1024, 8), *rng.integers(0, len(whole), 150).tolist()]:
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(8))
        bad.write_bytes(changed)
        with pytest.raises(
            fa.InputError, match=r"bad\.avt: the tariff function (is damaged|cannot be read|is of another)"
        ):
            fa.TariffFunction.load(bad)
    for size in (0, 5, 8, 500, 1024, len(whole) // 2, len(whole) - 1):
        bad.write_bytes(whole[:size])
        with pytest.raises(fa.InputError, match=r"is damaged|cannot be read"):
            fa.TariffFunction.load(bad)
    bad.write_bytes(whole + b"\0")
    with pytest.raises(fa.InputError, match="is damaged"):
        fa.TariffFunction.load(bad)


def test_files_of_others_and_places_where_none_can_be_are_told(tmp_path: Path) -> None:
    pa.ipc.new_file(str(tmp_path / "index"), pa.schema([("x", pa.int64())])).close()
    (tmp_path / "text").write_text("year,sector\n")
    for name, words in (
        ("index", "it is an index, or another file of Arrow"), ("text", "it is none of fastavs"),
        ("none", "no such file"), ("", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(fa.InputError, match=words):
            fa.TariffFunction.load(tmp_path / name)
    with pytest.raises(fa.InputError, match="path does not fit"):
        fa.TariffFunction.load(3)  # type: ignore[arg-type]
    f = a_function(0)
    with pytest.raises(fa.InputError, match="the tariff function cannot be written"):
        f.save(tmp_path / "no" / "such")
    odd = fa.TariffFunction(replace(f.parts, sectors=("a\0b", "s1", "s2")))
    with pytest.raises(fa.InputError, match="a name with a zero byte"):
        odd.save(tmp_path / "odd")
    assert not (tmp_path / "odd").exists()


def test_a_loaded_function_does_not_hang_on_its_file(tmp_path: Path) -> None:
    """A file that is cut in place changes nothing, and its arrays lie as kernels like them."""
    f = a_function(0)
    f.save(tmp_path / "f.avt")
    found = fa.TariffFunction.load(tmp_path / "f.avt")
    with open(tmp_path / "f.avt", "r+b") as file:
        file.truncate(10)
    assert same(found(), f())
    assert found.lines.equals(f.lines)
    for one in (*found.parts.curves, *found.parts.mixed, found.parts.weights, found.parts.imports):
        assert one.ctypes.data % 64 == 0 or not one.size
        assert not one.flags.writeable


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_no_function(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(fa.InputError, match="it is no file"):
            fa.TariffFunction.load(path)


def of_other_lines(parts: FunctionParts) -> Iterator[FunctionParts]:
    """Tables of lines, notes and facts that were made wrong."""
    lines = parts.lines
    yield replace(parts, lines=lines.drop_columns(["critical_factor"]))
    yield replace(parts, lines=lines.set_column(0, "year", lines["line"]))
    for ends, content in (([0, 9, 5], b"x" * 9), ([0, 1, 2], b"\xff\xff")):  # one goes back; one is no text
        odd = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(np.array(ends, "<i4")), pa.py_buffer(content)])
        yield replace(parts, lines=lines.set_column(1, "line", odd))
    yield replace(parts, notes=(1,))  # type: ignore[arg-type]
    yield replace(parts, notes=("\ud800",))
    yield replace(parts, facts=[1])  # type: ignore[arg-type]
    yield replace(parts, sector_names={"s0": 1})  # type: ignore[dict-item]


def test_texts_that_were_made_wrong_are_refused(tmp_path: Path) -> None:
    from fastavs.models.function_file import write_parts

    for parts in of_other_lines(made_functions.make(2)):
        write_parts(parts, tmp_path / "odd.avt")
        with pytest.raises(fa.InputError, match="the tariff function is damaged"):
            fa.TariffFunction.load(tmp_path / "odd.avt")


def broken(parts: FunctionParts) -> dict[str, FunctionParts]:
    """Parts that hold together nowhere near: what a file may say with a right checksum."""

    def curves(**named: Any) -> FunctionParts:
        return replace(parts, curves=parts.curves._replace(**named))

    def mixed(**named: Any) -> FunctionParts:
        return replace(parts, mixed=parts.mixed._replace(**named))

    c, m = parts.curves, parts.mixed
    return {
        "cell_curve": curves(cell_curve=c.cell_curve + 1000), "price": curves(price=c.price + 1000),
        "borrowed": curves(borrowed=c.borrowed + 1000), "currency": curves(currency=c.currency - 1),
        "start": curves(start=c.start[::-1].copy()), "cell_line": mixed(cell_line=m.cell_line[::-1].copy()),
        "side": mixed(side=m.side + 1), "part": mixed(part=m.part - 1000), "parts": mixed(part=m.part + 1000),
        "op_start": mixed(op_start=m.op_start * 2), "op": mixed(op=m.op + 2), "no op": mixed(op=m.op * 0 + MAX),
        "too many": mixed(op=m.op * 0), "seen price": mixed(price=m.price - 1000),
        "seen borrowed": mixed(borrowed=m.borrowed + 1000), "op currency": mixed(currency=m.currency + 3),
        "pairs": replace(parts, borrowed_price=parts.borrowed_price + 1000),
        "pair cells": replace(parts, borrowed_cell=parts.borrowed_cell - 1000),
    }  # fmt: skip


@pytest.mark.parametrize("what", sorted(broken(made_functions.make(2))))
def test_a_file_whose_places_lead_nowhere_is_refused(what: str, tmp_path: Path) -> None:
    from fastavs.models.function_file import write_parts

    path = tmp_path / "odd.avt"
    write_parts(broken(made_functions.make(2))[what], path)
    with pytest.raises(fa.InputError, match="the tariff function is damaged"):
        fa.TariffFunction.load(path)


def test_a_jacobian_tells_what_it_is() -> None:
    _, J = a_function(0).value_and_jacobian()
    assert isinstance(J, Jacobian)
    assert repr(J).startswith("<fastavs.Jacobian: 2 x 3 x 4 cells by price")


# ---- Labels


def test_labels_match_and_never_places() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    f = a_function(3)
    rng = np.random.default_rng(0)
    price = rng.uniform(0.5, 2.0, (3, 4))
    frame = pd.DataFrame(price, index=f.sectors, columns=f.regions)
    want = f(price=price)
    for one in (
        frame, frame.iloc[::-1, [2, 0, 1, 3]], frame.T, frame.stack(), frame.stack().sample(frac=1.0, random_state=1),
        frame.rename_axis(index="sector", columns="region"),
    ):  # fmt: skip
        assert same(f(price=one), want)
    years = pd.concat({2012: frame * 2.0, 2011: frame})
    assert same(f(price=years), f(price=np.stack([price, price * 2.0])))
    fx = pd.Series({"USD": 1.5, "EUR": 1.1, "JPY": 0.9})
    assert same(f(fx=fx), f(fx=[1.1, 0.9, 1.5]))
    assert same(f(fx=pd.DataFrame({2012: fx, 2011: fx * 2.0})), f(fx=[[2.2, 1.8, 3.0], [1.1, 0.9, 1.5]]))
    by_sector = pd.Series([1.0, 2.0, 3.0], index=["s2", "s0", "s1"])
    assert same(f(ad_valorem=by_sector), f(ad_valorem=np.array([2.0, 3.0, 1.0])[None, :, None]))
    for bad, words in (
        (frame.iloc[1:], "labels are missing"), (frame.rename(index={"s0": "sO"}), 'labels that are no sector "sO"'),
        (pd.DataFrame(price), "labels that are none of ours"), (pd.concat([frame, frame]), "labels stand twice"),
        (frame.stack().iloc[1:], 'labels are missing "sector s0, region r0"'),
        (frame["r0"], "labels of sectors and regions"), (frame.astype(str), "numbers"),
    ):  # fmt: skip
        with pytest.raises(fa.InputError, match=words):
            f(price=bad)
    with pytest.raises(fa.InputError, match=r'\(currency\): labels are missing "USD"'):
        f(fx=fx.drop("USD"))


def test_labels_of_xarray() -> None:
    xr = pytest.importorskip("xarray", reason="xarray is not installed")
    f = a_function(3)
    price = np.random.default_rng(0).uniform(0.5, 2.0, (3, 4))
    array = xr.DataArray(price, {"sector": f.sectors, "region": f.regions})
    for one in (array, array.T, array[::-1, ::-1]):
        assert same(f(price=one), f(price=price))
    given = f.to_xarray().imports.transpose("region", "year", "sector")
    assert same(f.revenue(given), f.revenue(f.imports))
    with pytest.raises(fa.InputError, match='a dimension has no labels "sector'):
        f(price=xr.DataArray(price, dims=("sector", "region")))
    with pytest.raises(fa.InputError, match=r'\(sector\): labels are missing "s0, s1"'):
        f(price=array[2:])


# ---- Revenue


def test_revenue_goes_where_it_is_asked_to() -> None:
    f = a_function(0)
    want = f.revenue(f.imports, price=np.full((3, 4), 0.5))
    value = f.imports.copy()
    assert f.revenue(value, out=value, price=np.full((3, 4), 0.5)) is value
    assert same(value, want)
    odd = f.imports.copy()
    for number in (-1.0, np.nan, np.inf):
        odd[1, 2, 3] = number
        kept = odd.copy()
        with pytest.raises(fa.InputError, match=r"argument value \(year 2012, sector s2, region r3\)"):
            f.revenue(odd, out=odd)
        assert same(odd, kept)
    with pytest.raises(fa.InputError, match="out has another shape"):
        f.revenue(value, out=np.empty(3))


def test_arguments_that_there_are_not() -> None:
    f = a_function(0)
    for call in (f.table, f.to_xarray, lambda **named: f.revenue(f.imports, **named)):
        with pytest.raises(fa.InputError, match=r'no such argument "prise".*Did you mean "price"\?'):
            call(prise=1.0)
    for method in (f.table, f.to_xarray):
        with pytest.raises(fa.InputError, match='no such argument "out"'):
            method(out=np.empty(f().shape))
    with pytest.raises(fa.InputError, match="argument parts does not fit"):
        fa.TariffFunction(None)  # type: ignore[arg-type]


def test_a_selection_keeps_the_notes_of_its_years() -> None:
    parts = replace(made_functions.make(0), notes=("2011: a", "2012: b", "of all"))
    assert fa.TariffFunction(parts).select(years=[2012]).notes == ("2012: b", "of all")


def test_derivatives_are_finite_well_within_the_bounds_of_factors() -> None:
    f = a_function(5)
    for price, fx, specific in ((1e-75, 1e75, 1e75), (1e75, 1e-75, 1e-75)):
        shape = f().shape
        _, J = f.value_and_jacobian(np.full(shape, price), np.full(3, fx), 1.0, specific)
        known = ~np.isnan(J.value)
        assert np.isfinite(J.price[known]).all()
        assert np.isfinite(J.fx[known]).all()
