"""Regions of models: names, tables, whose trade is left out, the importing country; and what aggregation conserves."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from small import BASE, row, study

import fastavs as fa
from fastavs.models.left_out import partners_left_out, refuse_left_out
from fastavs.models.regions import Regions, regions_of
from fastavs.models.sectors import Sectors, make_sectors

LINE = "2203000100"
TRADE = [
    row("2009", LINE, "BLR", 50.0, 100.0, "l"),
    row("2009", LINE, "DEU", 300.0, 100.0, "l"),
    row("2009", LINE, "XI", 40.0, 20.0, "l"),
    row("2010", LINE, "GBR", 60.0, 30.0, "l"),
    row("2010", LINE, "ZZA", 100.0, 50.0, "l"),
    row("2012", LINE, "JPN", 7.0, 7.0, "l"),
]
DUTIES = {2011: {LINE: "max(10%, 0.5 EUR/l)"}, 2012: {LINE: "max(10%, 0.5 EUR/l)"}}
PARTNERS = {
    "partner": ["USA", "GBR", "DEU", "BLR"], "treatment": ["mfn", "mfn", "mfn", "excluded"],
    "region": ["America", "Islands", "EU", "East"],
}  # fmt: skip


def index_with(**more: Any) -> fa.SortedIndex:
    return study(TRADE, DUTIES, base=BASE, **more).index(records=True)


@pytest.fixture(scope="module")
def index() -> fa.SortedIndex:
    return index_with(partners=PARTNERS)


def placed(index: fa.SortedIndex, regions: Regions) -> dict[str, str | None]:
    labels = [None if one < 0 else regions.regions[one] for one in regions.region_of.tolist()]
    return dict(zip(index.facts["partners"], labels, strict=True))


def test_regions_of_the_partners_table_keep_its_order(index: fa.SortedIndex, tmp_path: Path) -> None:
    found, _ = regions_of(index, "region")
    assert found.regions == ("America", "Islands", "EU", "East")  # America has no trade, and stays
    assert placed(index, found) == {
        "BLR": "East", "DEU": "EU", "ZZA": None, "GBR": "Islands", "JPN": None, "XI": "Islands"
    }  # fmt: skip
    index.save(tmp_path / "study.avs")
    saved, _ = regions_of(fa.SortedIndex.load(tmp_path / "study.avs"), "region")
    assert saved.regions == found.regions
    assert saved.region_of.tolist() == found.region_of.tolist()


def test_partners_one_by_one_and_all_together(index: fa.SortedIndex) -> None:
    each, _ = regions_of(index, "partner")
    assert placed(index, each) == {one: one for one in index.facts["partners"]}
    for name in ("all", None):
        assert set(placed(index, regions_of(index, name)[0]).values()) == {"all"}


@pytest.mark.parametrize("germany", ["DEU", "DE", "276", "Germany", "4280", " deu "])
def test_partners_by_any_code_or_name(index: fa.SortedIndex, germany: str) -> None:
    found, told = regions_of(index, {germany: "EU", "United Kingdom": "UK", "ZZA": "EU"})
    assert placed(index, found) == {"BLR": None, "DEU": "EU", "ZZA": "EU", "GBR": "UK", "JPN": None, "XI": "UK"}
    assert told == ()


def test_a_part_of_a_partner_can_be_elsewhere(index: fa.SortedIndex) -> None:
    found, _ = regions_of(index, {"GB": "UK", "XI": "EU"})
    assert (placed(index, found)["GBR"], placed(index, found)["XI"]) == ("UK", "EU")


def test_tables_in_all_forms_give_the_same(index: fa.SortedIndex, tmp_path: Path) -> None:
    columns = {"partner": ["JPN", "DEU", "BLR", "FRA"], "region": ["Asia", "EU", None, "EU"]}
    path = tmp_path / "regions.csv"
    path.write_text("partner,region\nJPN,Asia\nDEU,EU\nBLR,\nFRA,EU\n")
    polars = pytest.importorskip("polars")
    for one in (columns, pa.table(columns), str(path), path, polars.DataFrame(columns)):
        found, told = regions_of(index, one)
        assert (found.regions, told) == (("Asia", "EU"), ())
        assert placed(index, found) == {
            "BLR": None, "DEU": "EU", "ZZA": None, "GBR": None, "JPN": "Asia", "XI": None
        }  # fmt: skip


def test_numbers_go_by_number_and_all_else_as_first_seen(index: fa.SortedIndex) -> None:
    assert regions_of(index, {"DEU": "10", "JPN": "9"})[0].regions == ("9", "10")
    assert regions_of(index, {"DEU": "z", "JPN": "a"})[0].regions == ("z", "a")


def test_what_cannot_be_a_region_is_refused(index: fa.SortedIndex) -> None:
    for given, words in (
        ("regoin", 'Did you mean "region"?'),
        ({"DEU": 1}, 'regions["DEU"]'),
        ({"DEU": " "}, "a partner and its region"),
        ({}, "argument regions"),
        ({"DE": "EU", "DEU": "West"}, 'a partner in two regions "EU, West"'),
        ({"Korea": "Asia"}, "may be two countries"),
        ({"partner": ["DEU"], "group": ["EU"]}, "the regions table has no such column"),
        ({"partner": ["DEU", None], "region": ["EU", "x"]}, "row 2, column partner: a row without a partner"),
        (
            {"partner": ["DEU", "DE"], "region": ["EU", "x"]},
            "row 2, column region (partner DE): a partner in two regions",
        ),
        (3.5, "argument regions"),
    ):
        with pytest.raises(fa.InputError) as told:
            regions_of(index, given)
        assert words in str(told.value)
    with pytest.raises(fa.InputError, match="the study has no regions"):
        regions_of(index_with(), "region")


def test_names_that_mean_nobody_are_told_of(index: fa.SortedIndex) -> None:
    _, told = regions_of(index, {"DEU": "EU", "FRA": "EU", "ZZB": "EU"})
    assert [str(one) for one in told] == [
        'Regions (the mapping): no partner of the trade, and no known country: ZZB. Did you mean "ZZA"?'
    ]


def test_the_importing_country_or_its_region(index: fa.SortedIndex) -> None:
    table = {"RU": "FSU", "BLR": "FSU", "DEU": "EU"}
    homes = [regions_of(index, table, home)[0].home for home in ("RUS", "Russia", "FSU", "EU", "Moscow", None)]
    assert homes == ["FSU", "FSU", "FSU", "EU", "Moscow", None]
    assert regions_of(index, "partner", "germany")[0].home == "DEU"
    assert regions_of(index, "region", "BLR")[0].home == "East"
    assert regions_of(index, None, "RUS")[0].home == "RUS"


# ---- left out


def test_partners_in_no_region_are_one_error_with_their_trade(index: fa.SortedIndex) -> None:
    some, lines = regions_of(index, {"DEU": "EU"})[0], everything()
    with pytest.raises(fa.InputError) as told:
        refuse_left_out(index, lines, some, (2011, 2012))
    assert str(told.value) == (
        "4 partners are in no region (the mapping), with 45.5 % of the base imports: ZZA (100, 18.2 %), "
        "GBR (60, 10.9 %), BLR (excluded, 50, 9.09 %), XI (40, 7.27 %). To mend it: put them together with "
        'rest_region="rest", or place them in the table; fa.left_out lists all.'
    )  # Japan has trade in 2012 alone, which no rate rests on
    rest = some.with_rest("rest", some.region_of < 0)
    refuse_left_out(index, lines, rest, (2011, 2012))
    assert rest.regions == ("EU", "rest")
    assert set(placed(index, some.with_rest("EU", some.region_of < 0)).values()) == {"EU"}
    table = fa.left_out(index, sectors="chapter", regions={"DEU": "EU"})
    assert table["excluded"].to_pylist() == [False, False, True, False]


def test_each_year_has_the_trade_of_its_own_base() -> None:
    own = study(TRADE, {2009: DUTIES[2011], 2010: DUTIES[2011], 2012: DUTIES[2011]}).index(records=True)
    nowhere = regions_of(own, {"FRA": "EU"})[0]
    found = {(one.code, one.year, one.imports) for one in partners_left_out(own, nowhere, (2009, 2010, 2012))}
    assert found == {
        ("BLR", 2009, 50.0), ("DEU", 2009, 300.0), ("XI", 2009, 40.0), ("GBR", 2010, 60.0), ("ZZA", 2010, 100.0),
        ("JPN", 2012, 7.0),
    }  # fmt: skip


def test_trade_of_schedules_with_codes_of_several_lengths_is_counted_once() -> None:
    duties = {2009: {LINE: "5%"}, 2010: {LINE[:8]: "5%"}}
    found = partners_left_out(
        two := study(TRADE, duties).index(records=True), regions_of(two, {"FRA": "EU"})[0], (2009, 2010)
    )
    assert {one.code: one.imports for one in found} == {
        "BLR": 50.0,
        "DEU": 300.0,
        "XI": 40.0,
        "GBR": 60.0,
        "ZZA": 100.0,
    }


def everything() -> Sectors:
    return make_sectors("it", []).with_rest("all")


# ---- what aggregation conserves


MANY = [
    row(period, line, partner, 100.0 * (i + 1) + 7.0 * j, 10.0 + i * j + j, unit)
    for period in ("2009", "2010")
    for i, (line, unit) in enumerate([("2203000100", "l"), ("2204100000", "l"), ("0203110000", "kg")])
    for j, partner in enumerate(["DEU", "CZE", "BRA"])
]
MANY_DUTIES = {"2203000100": "max(10%, 0.5 EUR/l)", "2204100000": "5% + 0.2 EUR/l", "0203110000": "15%"}
MANY_PARTNERS = {"partner": ["DEU", "CZE", "BRA"], "region": ["EU", "EU", "Mercosur"]}
CONSERVED = [
    ("industry", "region"), ("gtap", "partner"), ("section", "all"),
    ({"22": "drinks", "02": "meat"}, {"DEU": "EU", "CZE": "EU", "BRA": "Mercosur"}),
    ({"prefix": ["22", "22", "0203"], "sector": ["drinks", "rest", "meat"], "share": [0.7, 0.3, None]}, "all"),
]  # fmt: skip


@pytest.mark.parametrize("aves", ["all", "partner"])
@pytest.mark.parametrize(("sectors", "regions"), CONSERVED, ids=lambda one: str(one)[:30])
def test_duty_on_imports_is_the_same_however_it_is_cut(sectors: Any, regions: Any, aves: str) -> None:
    pytest.importorskip("fastavs.models.build")
    pytest.importorskip("fastavs.models.function")
    made = study(MANY, {2011: MANY_DUTIES}, base=BASE, partners=MANY_PARTNERS)
    settings: dict[str, Any] = {"aves": aves, "years": 2011, "rest_sector": "rest", "rest_region": "rest"}
    cut = fa.tariff_function(made, sectors=sectors, regions=regions, **settings)
    whole = fa.tariff_function(made, sectors="all", regions="all", **settings)
    for column in ("rate", "ad_valorem", "specific"):
        sums = []
        for one in (cut, whole):
            cells = one.table().to_pylist()
            weighed = [cell["weight"] * cell[column] for cell in cells if cell["weight"] > 0.0]
            sums.append((math.fsum(weighed), math.fsum(cell["weight"] for cell in cells)))
        assert sums[0] == pytest.approx(sums[1], rel=1e-13)
    if aves == "partner":
        return
    table = made.rates().table
    by_line = [(a, b) for a, b in zip(table["rate"].to_pylist(), table["imports"].to_pylist(), strict=True) if a]
    total = float(np.nansum(whole.weights))
    assert math.fsum(a * b for a, b in by_line) == pytest.approx(float(whole()[0, 0, 0]) * total, rel=1e-13)
