"""The study that ships: its figures against those that others and a throw-away prototype found on the same sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import fastavs as fa

FOLDER = Path(__file__).parent.parent / "data" / "eaeu"
EUR_2021, EUR_2025 = 1.1827403100775193, 1.1299831372549018  # ECB, mean of the days


@pytest.fixture(scope="module")
def rates() -> fa.Rates:
    return fa.Study.load(FOLDER / "study.toml").rates()


def part_of(partners: list[str], periods: list[str], **options: Any) -> fa.Rates:
    """The tariff of 2026 over some of the trade, without bridges, unknown rates taken for zero."""
    trade = pq.read_table(FOLDER / "trade.parquet")
    applied = pq.read_table(FOLDER / "applied.parquet")
    as_text = pyarrow.csv.ConvertOptions(column_types={"period": pa.string()})
    return fa.Study(
        trade.filter(pc.is_in(trade["partner"], pa.array(partners))),
        applied.filter(pc.equal(applied["year"], 2026)),
        fx=pyarrow.csv.read_csv(FOLDER / "fx.csv", convert_options=as_text),
        base={"periods": periods, "first_year": 2026},
        options={"match_on": "imports", "unresolved": "zero", **options},
    ).rates()


def specific_lines_by_level(rates: fa.Rates) -> list[int]:
    year = rates.year(2026)
    return [int((year.has_specific & (year.match_level == level)).sum()) for level in (10, 8, 6, 4, 0)]


def test_the_tariff(rates: fa.Rates) -> None:
    summary = {row["year"]: row for row in rates.summary().to_pylist()}
    assert [(summary[year]["lines"], summary[year]["specific_lines"]) for year in (2025, 2026)] == [
        (13277, 1729),
        (13289, 1729),
    ]
    assert summary[2026]["ad_valorem_simple_mean"] == pytest.approx(0.07367638649, abs=1e-11)


def test_india_alone() -> None:
    found = part_of(["IND"], ["2021"])
    assert specific_lines_by_level(found) == [415, 59, 177, 227, 851]
    assert found.summary()["simple_mean"][0].as_py() == pytest.approx(0.0768, abs=5e-5)


def test_india_and_turkey() -> None:
    found = part_of(["IND", "TUR"], ["2021", "2025"])
    assert specific_lines_by_level(found) == [596, 125, 173, 144, 691]
    row = found.summary().to_pylist()[0]
    assert row["simple_mean"] == pytest.approx(0.0777, abs=5e-5)
    assert row["hs6_mean"] == pytest.approx(0.0676, abs=5e-5)
    assert row["unresolved_lines"] == 122
    assert found.table["outliers"].to_numpy().sum() == 0


def test_beer_of_the_european_union(rates: fa.Rates) -> None:
    seen = rates.observations("2203000900", 2026).to_pylist()
    beer = {row["partner"]: row["rate"] for row in seen if row["code"] == "2203" and row["kept"]}
    assert len(beer) == 19
    assert min(beer.values()) == pytest.approx(0.0114, abs=5e-5)  # Ireland
    assert max(beer.values()) == pytest.approx(0.0443, abs=5e-5)  # Bulgaria


@pytest.mark.parametrize(
    ("line", "by_hand", "level"),
    [
        # max(10%, 1.88 EUR/kg); India 3,993.996 kg for 97,887.18 USD: 9.07 %, so 10 %; Turkey 20,978 kg for 358,995 USD
        ("6104220000", (0.10 + 1.88 * EUR_2025 * 20978.0 / 358995.0) / 2, 10),
        # 1.75 EUR/kg; India 4.6 kg for 2,070.86 USD, Turkey 40 kg for 2,706 USD
        ("6208290000", (1.75 * EUR_2021 * 4.6 / 2070.86 + 1.75 * EUR_2025 * 40.0 / 2706.0) / 2, 10),
        # 340 USD/t; India's 1701999009 1,049.03 kg for 5,412.86 USD, Turkey's 17019990 15 kg for 190 USD
        ("1701999001", (0.34 * 1049.03 / 5412.86 + 0.34 * 15.0 / 190.0) / 2, 8),
        # max(5%, 0.3 EUR/kg); Turkey's 06031920 2,908 kg for 16,863 USD, 06031970 17,580 kg for 52,464 USD
        ("0603191000", (0.3 * EUR_2025 * 2908.0 / 16863.0 + 0.3 * EUR_2025 * 17580.0 / 52464.0) / 2, 6),
        # max(17%, 18.7 EUR/kg), caviar on canned fish; Turkey's 16041421 3 kg for 88 USD, 16042070 14,983 kg for 91,777
        ("1604310000", (18.7 * EUR_2025 * 3.0 / 88.0 + 18.7 * EUR_2025 * 14983.0 / 91777.0) / 2, 4),
    ],
)
def test_lines_worked_by_hand(rates: fa.Rates, line: str, by_hand: float, level: int) -> None:
    row = rates.table.filter((pc.field("line") == line) & (pc.field("year") == 2026)).to_pylist()[0]
    assert row["rate"] == pytest.approx(by_hand, rel=1e-12)
    assert row["match_level"] == level
