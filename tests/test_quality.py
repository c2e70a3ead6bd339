"""Mislabelled quantities: cases from real statistics, and laws that any input must keep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastavs.errors import InputError
from fastavs.trade.mislabelled.bounds import NATURAL_SPREAD, POSSIBLE, longest_prefix
from fastavs.trade.mislabelled.find import Mislabelled, describe, find_mislabelled
from fastavs.trade.mislabelled.medians import dense, medians
from fastavs.trade.mislabelled.norms import COPY, IMPOSSIBLE, MASS, OFF_HS4, OFF_HS6, QUANTITY, UNCLEAR
from fastavs.units.units import KINDS

PIECE, PAIR, AREA, MASS_KIND, VOLUME, M3 = (
    KINDS.index(kind) for kind in ("piece", "pair", "area", "mass", "volume", "m3")
)
FABRIC, SHIRTS, SHOES = (540710, AREA), (610910, PIECE), (640399, PAIR)
USUAL_KG = {FABRIC: 0.2, SHIRTS: 0.21, SHOES: 0.7}

Row = tuple[int, int, float, float, float]


def search(rows: list[Row]) -> Mislabelled:
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * 5
    return find_mislabelled(*columns)


def alike(good: tuple[int, int], seed: int, count: int = 12) -> list[Row]:
    """Rows of one good whose mass per unit and unit value differ by a third at most."""
    random = np.random.default_rng(seed)
    amounts = np.exp(random.uniform(4.0, 10.0, count))
    masses = amounts * USUAL_KG[good] * random.uniform(0.75, 1.33, count)
    values = masses * 20.0 * random.uniform(0.75, 1.33, count)
    return [(*good, *row) for row in zip(amounts.tolist(), masses.tolist(), values.tolist(), strict=True)]


def test_cigars_in_thousands_are_found_without_a_median() -> None:
    found = search([(240210, PIECE, 28_200_000.0, 337.0, 36_545.0)])
    assert found.rows.tolist() == [0]
    assert found.factor.tolist() == [1000.0]
    assert found.reason.tolist() == [IMPOSSIBLE]
    assert found.culprit.tolist() == [UNCLEAR]
    assert math.isnan(found.median[0])
    assert found.mass_per_unit[0] == pytest.approx(1.195e-5, rel=1e-3)
    assert found.quantity_rows.tolist() == [0]
    assert found.mass_rows.tolist() == []


def test_cigars_counted_right_are_left_alone() -> None:
    assert len(search([(240210, PIECE, 28_200.0, 337.0, 36_545.0)])) == 0


def test_needles_beside_sewing_machines() -> None:
    """Russian imports of needles: one month in pieces under the unit of thousands."""
    thousands_kg_usd = [
        (750.52, 1119.402, 98285.14),
        (245.76, 223.118, 33448.24),
        (363.3, 305.724, 52502.74),
        (1058.97, 1660.0, 136195.91),
        (259.8, 245.138, 33558.22),
        (648.23, 1124.495, 86544.47),
        (340308.95, 334.948, 45108.57),
    ]
    found = search([(845230, PIECE, n * 1000.0, kg, usd) for n, kg, usd in thousands_kg_usd])
    assert found.rows.tolist() == [6]
    assert found.factor.tolist() == [1000.0]
    assert found.culprit.tolist() == [QUANTITY]


def test_machines_of_all_sizes_are_no_errors() -> None:
    """Saws for the garage and saws for a mill stand under one code."""
    sizes = [20.0] * 14 + [3910.0, 7390.0, 11775.0]
    assert len(search([(846150, PIECE, 2.0, 2 * kg, 30.0 * kg) for kg in sizes])) == 0


@pytest.mark.parametrize("factor", [1000.0, 100.0, 10.0, 0.1, 0.01, 0.001])
@pytest.mark.parametrize("good", [FABRIC, SHOES])
@pytest.mark.parametrize("culprit", [QUANTITY, MASS])
def test_culprit_and_factor(good: tuple[int, int], factor: float, culprit: int) -> None:
    rows = alike(good, seed=7)
    hs6, kind, amount, mass, value = rows[4]
    if culprit == QUANTITY:
        rows[4] = (hs6, kind, amount * factor, mass, value)
    else:
        rows[4] = (hs6, kind, amount, mass * factor, value)
    found = search(rows)
    assert found.rows.tolist() == [4]
    assert found.culprit.tolist() == [culprit]
    assert found.factor.tolist() == pytest.approx([factor])
    assert found.reason[0] & OFF_HS6
    assert found.median[0] == pytest.approx(USUAL_KG[good], rel=0.3)
    assert (found.mass_rows if culprit == MASS else found.quantity_rows).tolist() == [4]


def test_clothes_may_differ_by_ten() -> None:
    rows = alike(SHIRTS, seed=7)
    rows[4] = (*SHIRTS, rows[4][2] * 10.0, *rows[4][3:])
    assert len(search(rows)) == 0


def test_without_values_the_culprit_is_unclear() -> None:
    rows = alike(FABRIC, seed=3)
    rows[2] = (*rows[2][:2], rows[2][2] * 100.0, *rows[2][3:])
    found = search([(*row[:4], math.nan) for row in rows])
    assert found.rows.tolist() == [2]
    assert found.culprit.tolist() == [UNCLEAR]
    assert found.factor.tolist() == [100.0]


def test_unit_values_that_fit_neither_number_clear_the_row() -> None:
    """Ten times as heavy and, by the piece and by the kilogram, dear enough to be another good."""
    rows = alike(FABRIC, seed=3)
    hs6, kind, amount, mass, value = rows[2]
    rows[2] = (hs6, kind, amount, mass * 10.0, value * 1000.0)
    assert len(search(rows)) == 0


def test_half_a_power_of_ten_is_no_mislabelling() -> None:
    rows = alike(FABRIC, seed=5)
    hs6, kind, amount, mass, value = rows[2]
    rows[2] = (hs6, kind, amount * 31.6, mass, value)
    assert len(search(rows)) == 0


def test_few_rows_are_held_against_their_heading() -> None:
    heading = alike(FABRIC, seed=1)
    few = [(540720, *row[1:]) for row in alike(FABRIC, seed=2, count=3)]
    few[1] = (*few[1][:2], few[1][2] * 100.0, *few[1][3:])
    found = search(heading + few)
    assert found.rows.tolist() == [len(heading) + 1]
    assert found.reason[0] & OFF_HS4
    assert found.factor.tolist() == [100.0]


def test_a_tenth_of_the_heading_is_another_good() -> None:
    light = [(540720, AREA, 1000.0 + i, 20.0, 400.0) for i in range(3)]
    assert len(search(alike(FABRIC, seed=1) + light)) == 0


def test_grams_that_are_kilograms() -> None:
    found = search([(711620, MASS_KIND, kg / 1000.0, kg, 40.0 * kg) for kg in (82.0, 106.0, 138.0, 176.0)])
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert found.factor.tolist() == [0.001] * 4


def test_mass_written_twice() -> None:
    rows = [*alike(SHIRTS, seed=9), (*SHIRTS, 206.0, 206.0, 5006.0)]
    found = search(rows)
    assert found.rows.tolist() == [12]
    assert found.reason.tolist() == [COPY]
    assert math.isnan(found.factor[0])


def test_equal_numbers_are_normal_where_a_unit_weighs_a_kilogram() -> None:
    litres = [(220210, VOLUME, kg, kg, 2.0 * kg) for kg in (14592.0, 20625.0, 150.0)]
    coats = [(620110, PIECE, 100.0, 60.0 + 10.0 * i, 900.0) for i in range(9)]
    assert len(search(litres + coats)) == 0  # one row is 100 kg for 100 coats


def test_small_whole_numbers_may_be_rounded() -> None:
    """A kilogram may stand for grams, a cubic metre for a plank."""
    timber = [(440711, M3, 20.0 + i, 13_000.0 + 600.0 * i, 9_000.0) for i in range(6)]
    assert len(search([*timber, (440711, M3, 1.0, 5.0, 5.0), (845230, PIECE, 1.0, 1.0, 5.0)])) == 0
    assert len(search([*timber, (440711, M3, 9.0, 50.0, 60.0)])) == 1


def test_copies_do_not_make_the_median() -> None:
    """Most rows repeat the mass; the few that count bicycles are right."""
    copies = [(871200, PIECE, kg, kg, 9.0 * kg) for kg in range(31, 51)]
    counted = [(871200, PIECE, float(n), 14.0 * n, 150.0 * n) for n in (7, 12, 30, 55, 90)]
    found = search(copies + counted)
    assert found.rows.tolist() == list(range(20))
    assert set(found.reason.tolist()) <= {COPY, COPY | IMPOSSIBLE}


@pytest.mark.parametrize("value", [math.nan, 0.0, -1.0, math.inf])
def test_nothing_to_compare(value: float) -> None:
    assert len(search([])) == 0
    assert len(search([(240210, PIECE, value, 337.0, 5.0), (240210, PIECE, 5.0, value, 5.0)])) == 0
    assert len(search([(240210, -1, 28_200_000.0, 337.0, 5.0)])) == 0
    assert len(search([(240210, PIECE, 28_200_000.0, 337.0, value)])) == 1


def test_bad_columns() -> None:
    with pytest.raises(InputError, match="differ in length"):
        find_mislabelled([240210], [PIECE], [1.0], [1.0], [])
    with pytest.raises(InputError, match="out of range"):
        search([(2402100000, PIECE, 1.0, 1.0, 1.0)])
    with pytest.raises(InputError, match="unknown kind"):
        search([(240210, len(KINDS), 1.0, 1.0, 1.0)])


def test_read_only_columns() -> None:
    columns = [np.array(column) for column in zip(*alike(FABRIC, seed=1), strict=True)]
    for column in columns:
        column.flags.writeable = False
    assert len(find_mislabelled(*columns)) == 0


def test_describe() -> None:
    rows = [*alike(SHIRTS, seed=9), (*SHIRTS, 206.0, 206.0, 5006.0)]
    table = describe(search(rows), file=["a.csv"], row=[13])
    row = table.to_pylist()[0]
    assert (row["file"], row["row"], row["unit"], row["kg_per_unit"]) == ("a.csv", 13, "piece", 1.0)
    assert row["factor"] is None
    assert row["culprit"] == "quantity"
    assert row["reason"] == "the quantity repeats the mass"
    assert describe(search([]), file=[], row=[]).num_rows == 0


def test_tables_are_sound() -> None:
    assert set(POSSIBLE) == set(NATURAL_SPREAD) == set(KINDS)
    for rules in POSSIBLE.values():
        assert "" in rules
        for prefix, (low, high) in rules.items():
            assert prefix == "" or (prefix.isdigit() and len(prefix) <= 6)
            assert 0.0 <= low < high
    assert all("" in rules and min(rules.values()) > 0.0 for rules in NATURAL_SPREAD.values())
    assert longest_prefix(POSSIBLE, "piece", 10221) == longest_prefix(POSSIBLE, "piece", 10200)


@given(
    good=st.sampled_from([FABRIC, SHIRTS, SHOES]),
    seed=st.integers(0, 10_000),
    count=st.integers(8, 40),
    power=st.sampled_from([3, -3]),
    column=st.sampled_from([2, 3]),
    data=st.data(),
)
@settings(deadline=None)
def test_a_thousandfold_in_a_homogeneous_group_is_always_found(
    good: tuple[int, int], seed: int, count: int, power: int, column: int, data: st.DataObject
) -> None:
    rows = alike(good, seed, count)
    assert len(search(rows)) == 0
    wrong = data.draw(st.integers(0, count - 1))
    row = list(rows[wrong])
    row[column] *= 10.0**power
    rows[wrong] = tuple(row)
    found = search(rows)
    assert found.rows.tolist() == [wrong]
    assert found.culprit.tolist() == [QUANTITY if column == 2 else MASS]
    assert found.factor.tolist() == pytest.approx([10.0**power])


@given(seed=st.integers(0, 10_000), power=st.integers(-2, 2), column=st.sampled_from([2, 3, 4]))
@settings(deadline=None)
def test_scaling_all_rows_finds_none(seed: int, power: int, column: int) -> None:
    """Within what is possible: goods of a chapter without bounds of its own."""
    rows = [(940410, *row[1:]) for row in alike(FABRIC, seed)]
    assert len(search([(*row[:column], row[column] * 10.0**power, *row[column + 1 :]) for row in rows])) == 0


@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
@settings(deadline=None)
def test_row_order_changes_no_bit(seed: int, order: object) -> None:
    random = np.random.default_rng(seed)
    rows = [row for good in USUAL_KG for row in alike(good, seed)]
    rows = [(h, k, a * 10.0 ** random.choice([0, 0, 0, 3, -1]), m, v) for h, k, a, m, v in rows]
    rows.append((*SHOES, 50.0, 50.0, 900.0))
    shuffled = list(range(len(rows)))
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    found, again = search(rows), search([rows[i] for i in shuffled])
    back = np.argsort(np.array(shuffled)[again.rows])
    assert np.array_equal(np.array(shuffled)[again.rows][back], found.rows)
    for name in ("kind", "mass_per_unit", "median", "factor", "culprit", "reason"):
        assert getattr(again, name)[back].tobytes() == getattr(found, name).tobytes()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-1e6, 1e6, width=32)), min_size=1, max_size=60),
)
def test_medians_against_numpy(pairs: list[tuple[int, float]]) -> None:
    group = np.array([g for g, _ in pairs])
    numbers = np.array([x for _, x in pairs])
    result, counts = medians(group, numbers, 5)
    for g in range(5):
        own = numbers[group == g]
        assert counts[g] == own.size
        assert math.isnan(result[g]) if own.size == 0 else result[g] == np.median(own)


def test_dense() -> None:
    index, distinct = dense(np.array([7, 2, 7, 5]), 10)
    assert index.tolist() == [2, 0, 2, 1]
    assert distinct.tolist() == [2, 5, 7]
