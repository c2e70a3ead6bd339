"""Laws that hold whatever the figures are: on hypothesis-made trade, and on the twin's made-up studies."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import make_study
import numba
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv, feather, parquet
from small import BASE, row, same_bits, study, table_of
from test_twin import study_of

import fastavs as fa

ULPS = 1e-15  # of a rate
SHOCKS = [
    fa.Scenario("as it is"),
    fa.Scenario("weak euro", fa.FxShock("EUR", 0.9)),
    fa.Scenario(
        "chapters apart", fa.ScaleDuty(1.1, 0.7, group=("chapter", "22")), fa.ShiftDuty(0.01, schedule="bound")
    ),
    fa.Scenario("new duty", fa.SetDuty("22", "max(5%, 0.3 EUR/kg)")),
]

bounded = settings(derandomize=True, database=None, deadline=None, max_examples=100)

# eighths of a unit and hundredths: a thousandth of a kilogram is exact in either
eighths = st.integers(1, 80_000).map(lambda n: n / 8)
cents = st.integers(1, 10_000_000).map(lambda n: n / 100)
observed = st.lists(st.tuples(st.sampled_from("ABCDEFG"), cents, eighths), min_size=1, max_size=12)
percents = st.integers(0, 400).map(lambda n: n / 10)
amounts = st.integers(1, 5000).map(lambda n: n / 1000)


def rates_of(trade: list[tuple[str, float, float]], duties: list[str], unit: str = "kg", **more: Any) -> list[Any]:
    """Rows of `Rates.table`, one a duty, each over the same trade in own year 2009."""
    lines = {f"22030000{i:02d}": duty for i, duty in enumerate(duties)}
    rows = [row("2009", line, *cells, unit) for line in lines for cells in trade]
    table = table_of(study(rows, {2009: lines}, **more).rates())
    return [table[2009, line] for line in lines]


def at_most(left: float | None, right: float | None) -> bool:
    return left is None or right is None or left <= right * (1 + ULPS)


@bounded
@given(observed, percents, amounts)
def test_the_greater_of_two_is_at_least_each_and_the_lesser_at_most(trade, percent, amount):
    part, specific = f"{percent}%", f"{amount} EUR/kg"
    greater, lesser, a, s, both = rates_of(
        trade, [f"max({part}, {specific})", f"min({part}, {specific})", part, specific, f"{part} + {specific}"]
    )
    assert at_most(a["rate"], greater["rate"])
    assert at_most(lesser["rate"], a["rate"])
    # what is compared with s is over the observations that s keeps; part is below the threshold, so max keeps those
    assert greater["outliers"] == s["outliers"]
    assert at_most(s["rate"], greater["rate"])
    if s["outliers"] == 0:
        assert at_most(lesser["rate"], s["rate"])
    if both["outliers"] == s["outliers"]:
        assert at_most(greater["rate"], both["rate"])


UNITS = [("kg", 1000.0, "t"), ("piece", 1000.0, "1000 piece"), ("l", 100.0, "hl"), ("piece", 12.0, "12 piece")]


@bounded
@given(observed, amounts, st.sampled_from(UNITS))
def test_scaling_quantity_and_unit_together_changes_nothing(trade, amount, units):
    small, size, large = units
    in_large = [(partner, value, quantity) for partner, value, quantity in trade]
    in_small = [(partner, value, quantity * size) for partner, value, quantity in trade]  # exact
    # the duty's own unit may be either; what 1 EUR a thousand is for one is rounded once, in the duty
    duties = [f"max(5%, {amount} EUR/{large})", f"{amount} EUR/{small}"]
    ours, theirs = rates_of(in_large, duties, large), rates_of(in_small, duties, small)
    assert ours == theirs


@bounded
@given(observed, amounts)
def test_writing_a_duty_for_another_unit_changes_nothing(trade, amount):
    thousandths = round(amount * 1000)
    duties = [f"{amount} EUR/kg", f"{thousandths} EUR/t", f"{thousandths / 10} EUR/100 kg"]
    one, *others = (found["rate"] for found in rates_of(trade, duties))
    assert others == [one, one]


FORMS = ["{a}%", "max({a}%, {b} EUR/kg)", "min({a}%, {b} EUR/kg)", "{a}% + {b} EUR/kg", "{b} EUR/kg",
         "min(max({a}%, {b} EUR/kg), {c} USD/kg)", "min({c}%, max({a}%, {b} EUR/kg))"]  # fmt: skip
shares = st.integers(0, 100).map(lambda n: n / 100)


@bounded
@given(observed, percents, amounts, amounts, shares, shares, st.sampled_from(["partner", "pooled"]))
def test_a_cut_never_raises_a_rate(trade, a, b, c, share_a, share_b, method):
    # a threshold that nothing reaches, so that the same observations are kept
    options = {"outlier": 1e12, "method": method}
    before = rates_of(trade, [form.format(a=a, b=b, c=c) for form in FORMS], options=options)
    cut = [form.format(a=f"{a * share_a:.9f}", b=f"{b * share_b:.9f}", c=c) for form in FORMS]
    for old, new in zip(before, rates_of(trade, cut, options=options), strict=True):
        assert at_most(new["rate"], old["rate"])


@bounded
@given(st.lists(st.tuples(st.sampled_from("ABC"), cents, eighths), min_size=1, max_size=9), amounts, st.randoms())
def test_the_order_of_rows_changes_no_bit(trade, amount, rng):
    duties = [f"max(5%, {amount} EUR/kg)", f"{amount} EUR/kg"]
    shuffled = trade.copy()
    rng.shuffle(shuffled)
    assert rates_of(trade, duties) == rates_of(shuffled, duties)


# ---- on whole studies


SEEDS = range(8)


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    return make_study.make(7000 + request.param, bound_years=[2012], density=1.0)


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    order = list(range(table.num_rows))
    random.Random(seed).shuffle(order)
    return table.take(order)


def write(table: pa.Table, path: Path) -> None:
    """Write a table in the format that the name ends in."""
    if path.suffix == ".parquet":
        parquet.write_table(table, path, row_group_size=17)
    elif path.suffix == ".feather":
        feather.write_feather(table, str(path), chunksize=13)
    else:
        with pa.CompressedOutputStream(path, "gzip") if path.suffix == ".gz" else path.open("wb") as stream:
            csv.write_csv(table, stream)


def test_order_files_and_formats_change_no_bit(made, tmp_path):
    path = make_study.to_toml(made, tmp_path)
    before = fa.Study.load(path)
    expected, summary = before.rates().table, before.rates().summary()
    table = shuffled(make_study.to_tables(made)["trade"], 1)
    for old in (tmp_path / "trade").iterdir():
        old.unlink()
    third = table.num_rows // 3
    names = ["z.parquet", "a.csv.gz", "m.feather", "n.csv"]
    for name, start in zip(names, (0, third, 2 * third, 2 * third + 20), strict=True):
        stop = {"z.parquet": third, "a.csv.gz": 2 * third, "m.feather": 2 * third + 20}.get(name, table.num_rows)
        write(table.slice(start, stop - start), tmp_path / "trade" / name)
    path.write_text(path.read_text().replace("trade/*.parquet", "trade/*.*"))
    again = fa.Study.load(path)
    assert again.checked.trade.read == before.checked.trade.read
    assert again.set_aside.counts() == before.set_aside.counts()
    assert same_bits(again.rates().table, expected)
    assert same_bits(again.rates().summary(), summary)
    assert fa.sweep(again, SHOCKS).figures.tobytes() == fa.sweep(before, SHOCKS).figures.tobytes()
    assert len(again.checked.inputs.trade) == 4


@pytest.mark.parametrize("mislabelled", ["report", "drop"])
def test_chunks_schedule_order_and_splits_in_memory_change_no_bit(made, mislabelled):
    made = made | {"options": made["options"] | {"mislabelled": mislabelled}}
    whole = study_of(made)
    expected = whole.rates()
    tables = make_study.to_tables(made)
    trade = shuffled(tables["trade"], 2)
    chunked = pa.concat_tables([trade.slice(start, 11) for start in range(0, trade.num_rows, 11)])
    rng = random.Random(3)
    for source in (chunked, [chunked.slice(0, 40), chunked.slice(40)]):
        again = dict(made)
        for name in ("applied", "bound", "fx", "bridges"):
            again[name] = rng.sample(made[name], len(made[name]))
        study = study_of_trade(again, source)
        rates = study.rates()
        assert same_bits(rates.table, expected.table)
        assert same_bits(rates.by("industry"), expected.by("industry"))
        assert fa.sweep(study, SHOCKS).figures.tobytes() == fa.sweep(whole, SHOCKS).figures.tobytes()


def study_of_trade(made: dict[str, Any], trade: Any) -> fa.Study:
    """The study with its trade in another dress."""
    tables = make_study.to_tables(made)
    lists = {"exclude": made["exclude"], "exclude_by_period": made["exclude_by_period"]}
    return fa.Study(
        trade,
        tables["applied"],
        bound=tables["bound"],
        fx=tables["fx"],
        partners=tables["partners"] if made["partners"] else lists,
        groups=tables["groups"],
        drop=tables["drop"],
        base=made["base"],
        options=made["options"],
        valuation=[{"partner": partner, "factor": factor} for partner, factor in made["valuation"].items()],
        bridges=made["bridges"],
    )


def test_the_governing_rate_never_exceeds_the_bound_nor_the_applied_one(made):
    rows = [one for one in study_of(made).rates().table.to_pylist() if one["bound"] is not None]
    assert rows
    for one in rows:
        for side in ("bound", "applied"):
            if one[side] is not None:
                assert one["rate"] <= one[side] * (1 + 1e-12), one


def test_every_row_twice_doubles_imports_and_leaves_rates(made):
    plain = made | {"options": made["options"] | {"min_value": 0.0}}
    twice = plain | {"trade": plain["trade"] * 2}
    for one, other in zip(rows_of(plain), rows_of(twice), strict=True):
        assert math.isclose(other["imports"], 2 * one["imports"], rel_tol=ULPS)
        for column in ("rate", "applied", "bound"):
            assert one[column] == other[column] or math.isclose(one[column], other[column], rel_tol=ULPS), column
        for column in ("match_level", "observations", "outliers", "no_quantity", "specific_share", "matched"):
            assert one[column] == other[column], column


def rows_of(made: dict[str, Any]) -> list[dict[str, Any]]:
    return study_of(made).rates().table.to_pylist()


def test_a_partner_excluded_is_a_partner_absent(made):
    options = made["options"] | {"match_on": "imports", "weights": "mfn"}
    lists = {"exclude": ["BLR", "KAZ", "GEO", "CHN"], "exclude_by_period": {}, "partners": [], "options": options}
    excluded = made | lists
    gone = [one for one in made["trade"] if one["partner"] not in lists["exclude"]]
    assert len(gone) < len(made["trade"])
    assert rows_of(excluded) == rows_of(excluded | {"trade": gone})


def test_threads_change_no_bit(made):
    expected = study_of(made).rates().table
    before = numba.get_num_threads()
    try:
        for threads in range(1, numba.config.NUMBA_NUM_THREADS + 1):
            numba.set_num_threads(threads)
            assert same_bits(study_of(made).rates().table, expected)
    finally:
        numba.set_num_threads(before)


def test_the_same_study_again_is_the_same(made):
    # nothing of a first answer is left behind in the study
    bound = study_of(made)
    assert same_bits(bound.rates().table, bound.rates().table)


def test_base_years_do_not_depend_on_the_order_of_base_periods():
    rows = [row(year, "2203000100", "DEU", 100.0 / 3, 10.1) for year in ("2009", "2010")]
    rows += [row(year, "2203000100", "CHN", 7.7, 1.3) for year in ("2009", "2010")]
    found = [
        study(rows, {2011: {"2203000100": "0.3 EUR/kg"}}, base=BASE | {"periods": periods}).rates().table
        for periods in (["2009", "2010"], ["2010", "2009"])
    ]
    assert same_bits(*found)
