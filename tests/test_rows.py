"""Rows of trade as columns that take little memory: as good as plain ones, and found again where they were let go."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import make_study
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from small import row, same_bits, study
from test_twin import study_of

import fastavs as fa
from fastavs.matching.basis import make_basis
from fastavs.trade.reading import GrowingQuantities
from fastavs.trade.rows import NO_KIND, Quantities, Repeated


def test_an_ascending_column_is_as_good_as_plain():
    rng = np.random.default_rng(3)
    plain = np.sort(rng.choice([1, 2, 4, 5], 40)).astype(np.int32)  # no row of 0, 3 and 6
    column = Repeated.of(plain, 7)
    assert (column.size, np.asarray(column).tolist()) == (40, plain.tolist())
    assert column[7:31].tolist() == plain[7:31].tolist()
    assert column[5:5].size == column[40:60].size == 0
    at = rng.integers(0, 40, 25)
    assert column[at].tolist() == plain[at].tolist()
    assert int(column[12]) == plain[12]
    assert np.arange(70, 77)[column].tolist() == (70 + plain).tolist()
    assert column.begins().tolist() == [True, *(plain[1:] != plain[:-1]).tolist()]


def quantities(share: float, batches: int, kinds: bool, seed: int) -> tuple[Quantities, np.ndarray, np.ndarray]:
    """A quantity put together from batches, and its kind and amount row by row."""
    rng = np.random.default_rng(seed)
    growing, parts = GrowingQuantities(expected=10), []
    for n in rng.integers(1, 30, batches):
        amount = np.where(rng.random(n) < share, rng.lognormal(size=n), 0.0)
        kind = np.where(amount > 0.0, rng.integers(0, 3, n), NO_KIND).astype(np.int8)
        growing.add(n, kind if kinds else None, amount if amount.any() else None)
        parts.append((kind, amount))
    kind, amount = (np.concatenate([one[k] for one in parts]) for k in range(2))
    return growing.whole(), kind, amount


@pytest.mark.parametrize("kinds", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.45, 0.55, 1.0])
def test_a_quantity_that_few_rows_have_is_as_good_as_one_of_every_row(share, kinds):
    for seed in range(5):
        found, kind, amount = quantities(share, 6, kinds, seed)
        if not amount.any():
            assert found.amount.size == found.at.size == 0
            continue
        rng = np.random.default_rng(seed)
        for rows in (
            slice(3, 11),
            slice(0, amount.size),
            rng.integers(0, amount.size, 50),
            np.empty(0, dtype=np.int64),
        ):
            their_kind, their_amount = found.of(rows)
            assert their_amount.tolist() == amount[rows].tolist()
            assert their_kind.tolist() == (kind[rows].tolist() if kinds else [])
        gone = np.unique(rng.integers(0, amount.size, 5))
        gone = gone[amount[gone] > 0.0]
        found.void(gone)
        amount[gone], kind[gone] = 0.0, NO_KIND
        assert found.of(slice(0, amount.size))[1].tolist() == amount.tolist()
        assert found.of(np.arange(amount.size))[0].tolist() == (kind.tolist() if kinds else [])


def test_quantities_of_few_rows_take_memory_for_these_alone():
    few, many = quantities(0.1, 40, True, 1)[0], quantities(0.9, 40, True, 1)[0]
    assert few.at.size == few.kind.size == few.amount.size > 0
    assert many.at.size == 0
    assert many.kind.size == many.amount.size > few.amount.size


# ---- what part of the trade a basis takes


@pytest.mark.parametrize("min_value", [0.0, 300.0])
@pytest.mark.parametrize("in_every_period", [False, True])
def test_observations_of_some_codes_are_those_among_all(min_value, in_every_period):
    recorded = study_of(make_study.make(9103, bound_years=[2012], density=1.0)).matches.recorded(10)
    basis = make_basis(recorded, (0, 1), min_value, in_every_period)
    assert basis.chosen.size == (basis.code_stop - basis.code_start).sum() > 0
    rng = np.random.default_rng(2)
    codes = rng.random(basis.code_start.size) < 0.4
    places = [np.arange(*span) for span in zip(basis.code_start[codes], basis.code_stop[codes], strict=True)]
    assert basis.chosen_of(codes).tolist() == basis.chosen[np.concatenate(places)].tolist()


def test_what_lacks_a_quantity_is_counted_whoever_asked_before():
    asked, fresh = (study_of(make_study.make(9104, bound_years=[2012], density=1.0)) for _ in range(2))
    kinds = asked.checked.trade.kinds
    basis, other = (one.matches.match("applied", max(one.checked.applied)).basis for one in (asked, fresh))
    everything = np.arange(basis.code_start.size)
    for codes in (everything[::3], everything[::2], everything[::-1]):
        assert basis.lacking(kinds[:1], codes).tolist() == other._count_lacking(kinds[:1], codes).tolist()


# ---- details let go of


def loaded(folder: Path, mislabelled: str = "report") -> fa.Study:
    made = make_study.make(9101, bound_years=[2012], density=1.0)
    made["options"]["mislabelled"] = mislabelled
    return fa.Study.load(make_study.to_toml(made, folder))


def explained(study: fa.Study) -> list[pa.Table]:
    rates = study.rates()
    return [rates.observations(line, year) for line, year in lines_of(rates)]


def lines_of(rates: fa.Rates) -> list[tuple[str, int]]:
    return [(one["line"], one["year"]) for one in rates.table.to_pylist()[::7]]


@pytest.mark.parametrize("mislabelled", ["report", "drop"])
def test_what_was_let_go_of_is_read_again(tmp_path, mislabelled):
    kept, freed = loaded(tmp_path, mislabelled), loaded(tmp_path, mislabelled)
    freed.index()
    trade = freed.checked.trade
    before = trade.rows.details.get()
    trade.let_go_of_details()
    assert trade.rows.details._details is None
    assert same_bits(freed.rates().table, kept.rates().table)
    assert trade.rows.details._details is None  # rates need no more than the index
    assert trade.suspects.equals(kept.checked.trade.suspects)
    for left, right in zip(explained(freed), explained(kept), strict=True):
        assert left.equals(right)
    again = trade.rows.details.get()
    assert again is not before
    assert again.origin.order.tolist() == before.origin.order.tolist()
    assert freed.set_aside.table().equals(kept.set_aside.table())


def test_rows_that_stand_as_read_are_found_again_as_well(tmp_path):
    trade = loaded(tmp_path).checked.trade
    before = trade.rows.first.of(slice(0, trade.rows.value.size))
    trade.let_go_of_details()
    for left, right in zip(before, trade.rows.first.of(slice(0, trade.rows.value.size)), strict=True):
        assert left.tolist() == right.tolist()


def test_files_that_changed_are_not_read_again(tmp_path):
    freed = loaded(tmp_path)
    freed.rates()
    freed.checked.trade.let_go_of_details()
    path = next((tmp_path / "trade").glob("a.*"))
    parquet.write_table(parquet.read_table(path).slice(1), path)
    with pytest.raises(fa.InputError, match="was changed after it had been read"):
        explained(freed)


def test_dataframes_are_never_let_go_of():
    bound = study([row("2009", "2203000100", "DEU", 100.0, 10.0, "l")], {2009: {"2203000100": "0.1 EUR/l"}})
    details = bound.checked.trade.rows.details.get()
    bound.checked.trade.let_go_of_details()
    assert bound.checked.trade.rows.details.get() is details


def test_a_study_that_nobody_holds_is_freed_at_once():
    """Its trade is too large to wait for the collector of circles."""
    bound = study([row("2009", "2203000100", "DEU", 100.0, 10.0, "l")], {2009: {"2203000100": "0.1 EUR/l"}})
    gc.collect()
    gc.disable()
    try:
        fa.sweep(bound, fa.Scenario("as it is"))
        bound.rates().summary()
        held = [weakref.ref(bound.checked.trade.rows.details), weakref.ref(bound.matches.recorded(10))]
        del bound
        assert [one() for one in held] == [None, None]
    finally:
        gc.enable()
