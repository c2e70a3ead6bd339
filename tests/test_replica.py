"""The replica: same seed, same bytes; says what it is; computed near published, here at a fiftieth of its size."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
from golden_scenarios import account_of, expected_of

import fastavs as fa
from fastavs.errors import InputError
from fastavs.replica import Figure, chapters_near, check, make_replica
from fastavs.replica.applied import ad_valorem_parts
from fastavs.replica.counts import TOTALS, UNMATCHED_2011, UNMATCHED_BOUND, make_counts
from fastavs.replica.facts import chapter_rates, concordance, largest_remainder, table, yearly
from fastavs.replica.rates import COMPOUND, GREATER, SPECIFIC, Sample, duty_text, number, rounded
from fastavs.replica.scenarios import ACCOUNT, EXPECTED
from fastavs.replica.writing import KEYS

SCALE = 0.02
CIS = {"ARM", "AZE", "BLR", "KAZ", "KGZ", "MDA", "TJK", "TKM", "UKR", "UZB"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("replica")
    steps: list[tuple[str, int, int]] = []
    assert make_replica(path, scale=SCALE, progress=lambda *step: steps.append(step)) == path / "study.toml"
    assert {name for name, _, _ in steps} == {"lines", "observations", "schedules", "trade"}
    assert all(0 <= done <= of for _, done, of in steps)
    return path


@pytest.fixture(scope="module")
def figures(folder: Path) -> list[Figure]:
    return check(folder)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    make_replica(tmp_path, seed=5, scale=SCALE)
    other = digests(tmp_path)
    changed = {name for name, digest in digests(folder).items() if other[name] != digest}
    assert {"applied.parquet", "bound.parquet", "trade/2009.parquet", "trade/2011H1.parquet"} <= changed
    assert not {name for name in changed if name.startswith("published/")}
    make_replica(tmp_path, scale=SCALE)  # over the other one
    assert digests(tmp_path) == digests(folder)


def test_says_what_it_is(folder: Path) -> None:
    study = tomllib.loads((folder / "study.toml").read_text())
    assert study["note"] == "synthetic replica"
    for path in folder.rglob("*.parquet"):
        marks = pyarrow.parquet.read_schema(path).metadata
        assert marks[b"note"] == b"synthetic replica"
    assert "synthetic replica" in fa.Study.load(folder / "study.toml").title


def test_scenarios_that_come_along(folder: Path) -> None:
    """They touch what their account says, and give the figures that stand beside them.

    Both files change on purpose only: ``python tests/golden_scenarios.py``.
    """
    scenarios = fa.read_scenarios(folder / "scenarios.toml")
    study = fa.Study.load(folder / "study.toml")
    assert account_of(study, scenarios) == (folder / ACCOUNT).read_text(encoding="utf-8")
    found = expected_of(study, scenarios)
    types = pyarrow.csv.ConvertOptions(column_types=found.schema)
    expected = pyarrow.csv.read_csv(folder / EXPECTED, convert_options=types)
    assert found.column_names == expected.column_names
    for name in found.column_names:
        assert found[name].is_null().equals(expected[name].is_null()), name
        if name == "scenario":
            assert found[name].to_pylist() == expected[name].to_pylist()
        else:
            np.testing.assert_allclose(found[name].to_numpy(), expected[name].to_numpy(), rtol=1e-12, err_msg=name)


def test_line_counts(figures: list[Figure]) -> None:
    found = [figure for figure in figures if figure.name in ("lines", "matched_lines")]
    assert len(found) == 30
    assert all(figure.off == 0 for figure in found)


def test_lines_without_a_match(figures: list[Figure]) -> None:
    found = {(figure.key, figure.name): figure.computed for figure in figures if figure.table == "unmatched"}
    expected = {("2011", f"at {k} digits"): n for k, n in UNMATCHED_2011.items()}
    expected |= {("2012", f"at {k} digits"): n for k, n in UNMATCHED_BOUND.items()}
    assert found == expected


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("table1_summary", "simple_mean_pct"),
        ("table1_summary", "weighted_mean_pct"),
        ("table1_summary", "bound_simple_mean_pct"),
        ("table1_summary", "lines_bound_above_applied"),
        ("tableA1_ad_valorem_vs_applied", "simple_ad_valorem_mean_pct"),
        ("adjust", "adjust"),
        ("table3_industry_specific_lines", "lines_with_specific"),
        ("table5_water_chapters", "lines_applied_2011_below_final_bound"),
    ],
)
def test_near_published(figures: list[Figure], source: str, name: str) -> None:
    found = [figure for figure in figures if (figure.table, figure.name) == (source, name)]
    assert found
    # A fiftieth of the observations leaves the least lines too little trade for their weights to be met.
    room = 2.0 if name.startswith("weighted") else 1.0
    assert all(figure.tolerance is None or abs(figure.off) <= room * figure.tolerance for figure in found)


def test_chapters_near_published(figures: list[Figure]) -> None:
    assert chapters_near(figures) >= 85


def test_every_year_has_trade_of_about_the_wanted_size(folder: Path) -> None:
    for row in table("periods"):
        meta = pyarrow.parquet.read_metadata(folder / "trade" / f"{row['period']}.parquet")
        assert 0.9 * SCALE * float(row["rows"]) <= meta.num_rows <= 3.0 * SCALE * float(row["rows"])


def test_trade_is_plausible(folder: Path) -> None:
    trade = pyarrow.parquet.read_table(folder / "trade" / "2010.parquet")
    assert set(trade["partner"].to_pylist()) >= CIS
    assert min(trade["value"].to_pylist()) > 0.0
    keys = Counter(zip(trade["line"].to_pylist(), trade["partner"].to_pylist(), strict=True))
    assert max(keys.values()) == 1
    assert trade["quantity"].null_count > 0


def test_partners(folder: Path) -> None:
    partners = pyarrow.csv.read_csv(folder / "partners.csv").to_pylist()
    excluded = {row["partner"]: row["last_period"] for row in partners if row["treatment"] == "excluded"}
    assert set(excluded) == CIS | {"GEO"}
    assert str(excluded["GEO"]) == "2009"
    assert len(partners) >= 150
    assert all(row["region"] and row["income_per_head_usd"] > 0 for row in partners)


def test_rows_named_for_dropping(folder: Path) -> None:
    dropped = fa.Study.load(folder / "study.toml").set_aside.table().to_pylist()
    assert len(dropped) == 7
    assert ("2007", "8703239027", "DEU") in {(row["period"], row["line"], row["partner"]) for row in dropped}


def test_duty_forms(folder: Path) -> None:
    applied = pyarrow.parquet.read_table(folder / "applied.parquet").to_pylist()
    bound = pyarrow.parquet.read_table(folder / "bound.parquet").to_pylist()
    footwear = [row["duty"] for row in applied if row["line"][:2] == "64" and "EUR" in row["duty"]]
    assert footwear
    assert all(" + " in duty for duty in footwear)
    assert any(row["duty"].startswith("min(") and "max(" in row["duty"] for row in bound)
    assert any("cm3" in row["duty"] for row in applied if row["line"].startswith("8703"))
    assert any(row["duty"][0].isdigit() and "%" not in row["duty"] for row in applied)
    texts = {row["duty"] for row in applied + bound}
    assert all(fa.parse_duty(duty).text == duty for duty in texts)


def test_commitments_come_into_force_as_the_paper_says(folder: Path) -> None:
    bound = pyarrow.parquet.read_table(folder / "bound.parquet")
    duty = np.array(bound["duty"].to_pylist(), dtype=object).reshape(9, -1)
    final = np.array([(duty[k:] == duty[-1]).all(axis=0).mean() for k in range(9)])
    assert 0.25 <= final[0] <= 0.4  # about a third
    assert final[3] > 0.6  # most by 2015
    assert final[-2] < 1.0  # the last in 2020


def test_poor_countries_pay_more(folder: Path) -> None:
    income = {row["partner"]: float(row["income_per_head_usd"]) for row in table("partners")}
    rates = fa.Study.load(folder / "study.toml").rates()
    heavy = [line for line, y, share in zip(
        rates.table["line"].to_pylist(), rates.table["year"].to_pylist(), rates.table["specific_share"].to_pylist(),
        strict=True,
    ) if y == 2010 and share and share > 0.3][:40]  # fmt: skip
    poor, rich = [], []
    for line in heavy:
        for row in rates.observations(line, 2010).to_pylist():
            if row["kept"]:
                (poor if income[row["partner"]] < 5000 else rich).append(row["rate"])
    assert np.mean(poor) > np.mean(rich)


def test_more_rows_than_partners(folder: Path, tmp_path: Path) -> None:
    """Above scale 1 an observation comes in several rows; adding them up gives what scale 1 gives."""
    from fastavs.replica.writing import _split

    rng = np.random.default_rng(1)
    counted = np.array([True, False, False, True])
    dollars = np.array([1000.25, 80.5, 1.5, 5000.0])
    quantity = np.array([400.0, 12.345, np.nan, 1.0])
    row, *parts = _split(rng, 3.0, counted, dollars, quantity, quantity * 2.0)
    assert np.bincount(row).tolist() == [3, 3, 1, 1]
    np.testing.assert_allclose(np.bincount(row, weights=parts[0]), dollars)
    np.testing.assert_allclose(np.bincount(row, weights=np.nan_to_num(parts[1])), np.nan_to_num(quantity))


@pytest.mark.parametrize(("seed", "scale"), [(1, 0.0), (1, 11.0), (1, float("nan")), (-1, 1.0)])
def test_out_of_range(tmp_path: Path, seed: int, scale: float) -> None:
    with pytest.raises(InputError):
        make_replica(tmp_path / "new", seed=seed, scale=scale)
    assert not (tmp_path / "new").exists()


def test_leaves_other_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="something else"):
        make_replica(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(InputError, match="there is a file"):
        make_replica(tmp_path / "thesis.txt")


def test_counts_add_up() -> None:
    counts = make_counts()
    assert counts.applied.sum() == yearly("lines")[2011]
    assert counts.bound.sum() == yearly("lines")[2020]
    assert abs(int(counts.classes.sum()) - sum(TOTALS)) < 150
    assert (counts.classes >= 0).all()
    mean = (counts.applied * chapter_rates("simple_2011_pct")).sum() / counts.applied.sum()
    assert abs(mean - 11.55) < 0.05


def test_concordance_is_corrected() -> None:
    known = concordance()
    assert {known[chapter] for chapter in ("29", "30", "31", "32", "36", "37", "39", "40")} == {9}
    assert known["26"] == 8
    assert known["2709"] == 2


def test_published_keys_are_those_that_studies_know(folder: Path) -> None:
    study = tomllib.loads((folder / "study.toml").read_text())
    assert set(study["published"]) == {*KEYS, "calibrated"}
    marked = {(row["table"], row["column"]) for row in table("calibrated")}
    for key, name in KEYS.items():
        figures = set(table(f"published/{name}")[0]) - {
            "year", "chapter", "line", "industry", "industry_name", "name", "description",
        }  # fmt: skip
        assert {column for source, column in marked if source == key} == figures


def test_ad_valorem_parts_have_the_wanted_mean() -> None:
    standing = np.random.default_rng(2).random(200)
    for mean in (0.5, 3.7, 9.1, 14.9, 23.0):
        assert abs(ad_valorem_parts(standing, mean).mean() - mean) < 0.1


def test_specific_parts_are_solved_for() -> None:
    rng = np.random.default_rng(3)
    line = np.repeat(np.arange(3), 50)
    sample = Sample.of(line, np.exp(rng.normal(0.0, 0.7, line.size)), 3)
    form, a = np.array([GREATER, COMPOUND, SPECIFIC]), np.array([0.15, 0.05, 0.0])
    target = np.array([0.21, 0.17, 0.33])
    np.testing.assert_allclose(sample.rates(form, a, sample.solve(form, a, target)), target, rtol=1e-6)


def test_small_helpers() -> None:
    assert largest_remainder(np.array([0.2, 0.2, 9.6]), 10, 1).tolist() == [1, 1, 8]
    assert [number(x) for x in (0.0, 12.5, 100.0, 0.000012)] == ["0", "12.5", "100", "0.000012"]
    assert rounded(np.array([0.0, 0.1234, 55.5])).tolist() == [0.0, 0.123, 56.0]
    assert duty_text(SPECIFIC, 0.0, 0.6, "1000 piece") == "0.6 EUR/1000 piece"
