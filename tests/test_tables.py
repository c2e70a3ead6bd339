"""The report's tables against figures worked out by hand, and published figures beside them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import fastavs as fa
from fastavs.chapters import CHAPTER_NAMES
from fastavs.report import ReportTable, Tables, build_tables, write_tables
from fastavs.report.headings import heading

ANIMALS, MEAT, BOILERS, TURBINES = "0101100000", "0201100000", "8401100000", "8402100000"
COMBINED = "max(10%, 0.5 USD/kg)"  # meat: 20 % on German and 10 % on Chinese trade of 2010, so 15 %
APPLIED = {
    2010: {ANIMALS: "10%", MEAT: COMBINED, BOILERS: "0%"},
    2011: {ANIMALS: "10%", MEAT: COMBINED, BOILERS: "0%", TURBINES: "20%"},  # turbines are new: unmatched
}
BOUND = {
    2012: {ANIMALS: "10%", MEAT: "30%", BOILERS: "5%", TURBINES: "20%"},
    2013: {ANIMALS: "5%", MEAT: "10%", BOILERS: "5%", TURBINES: "20%"},
}
TRADE = [
    ("2010", ANIMALS, "DEU", 600.0, None),
    ("2010", MEAT, "DEU", 100.0, 40.0),
    ("2010", MEAT, "CHN", 300.0, 30.0),
    ("2010", BOILERS, "DEU", 1000.0, None),
    ("2010", BOILERS, "BLR", 500.0, None),  # excluded: weighs in the own year 2010 only
]
INDUSTRY = {"prefix": ["01", "02", "84"], "group": ["F", "F", "M"], "name": ["Food", "Food", "Machines"]}
REGION = {"prefix": ["0"], "group": ["south"]}


def schedule(years: dict[int, dict[str, str]], named: bool = False) -> dict[str, list[Any]]:
    rows = [(year, line, duty) for year, lines in years.items() for line, duty in lines.items()]
    columns = dict(zip(("year", "line", "duty"), map(list, zip(*rows, strict=True)), strict=True))
    if named:
        columns["description"] = [f"goods {line[:4]}" for line in columns["line"]]
    return columns


def trade(rows: list[Any] = TRADE) -> dict[str, list[Any]]:
    names = ("period", "line", "partner", "value", "quantity")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return columns | {"unit": [None if quantity is None else "kg" for quantity in columns["quantity"]]}


def study(**changes: Any) -> fa.Study:
    inputs: dict[str, Any] = {
        "trade": trade(),
        "applied": schedule(APPLIED),
        "bound": schedule(BOUND, named=True),
        "partners": {"exclude": ["BLR"]},
        "base": {"periods": ["2010"], "first_year": 2011, "applied_year": 2011},
        "groups": {"region": REGION, "industry": INDUSTRY},
    }
    return fa.Study(**(inputs | changes))


@pytest.fixture(scope="module")
def tables() -> Tables:
    return build_tables(study().rates())


def rows_of(table: ReportTable, *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table.table.column(column).to_pylist() for column in columns), strict=True))


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


def column(table: ReportTable, name: str) -> list[Any]:
    found: list[Any] = table.table.column(name).to_pylist()
    return found


# ---- each table by hand


def test_every_table_of_a_full_study_is_there(tables: Tables) -> None:
    assert list(tables) == [
        "1", "2", "2-region", "3", "3-region", "4", "figure1", "5", "5-industry", "5-region", "6", "water_lines",
        "water", "staging", "breaches", "A1", "A2",
    ]  # fmt: skip
    assert tables.skipped == {}
    for table_id, table in tables.items():
        assert table.id == table_id
        assert table.title
        assert table.caption.endswith(".")
        assert set(table.keys) <= set(table.table.column_names)
        assert not table.published
        assert all(text and "_" not in text for text in table.headings.values())


def test_table_1(tables: Tables) -> None:
    one = tables["1"]
    assert rows_of(one, "year", "lines", "lines_with_specific", "unresolved_lines") == [
        (2010, 3, 1, 0),
        (2011, 4, 1, 0),
        (2012, 4, 1, 0),
        (2013, 4, 0, 0),  # the ceiling of 10 % governs meat
    ]
    assert column(one, "simple_mean_pct") == near([25 / 3, 11.25, 11.25, 8.75])
    assert column(one, "simple_sd_pct")[0] == near(100 * (0.0175 / 3) ** 0.5)
    # 2010: (600 * 10 + 400 * 15) / 2500; later (…) / 2000 plus the simple mean less that of matched lines
    assert column(one, "weighted_mean_pct") == near([4.8, 6 + 11.25 - 25 / 3, 6 + 11.25 - 25 / 3, 3.5 + 8.75 - 5])
    assert column(one, "adjust_pct") == near([0.0, 11.25 - 25 / 3, 11.25 - 25 / 3, 3.75])
    assert column(one, "weighted_sd_pct")[1] == near(100 * 0.0039**0.5)
    assert column(one, "bound_simple_mean_pct") == [None, None, near(16.25), near(10.0)]
    assert column(one, "lines_bound_above_applied") == [None, None, 2, 1]
    assert "from 8.3 % in 2010 to 8.8 % in 2013" in one.caption


def test_tables_2_and_3_go_by_industry_first_and_by_every_other_grouping(tables: Tables) -> None:
    two, three = tables["2"], tables["3"]
    assert two.title == "Average tariff by industry and year"
    assert rows_of(two, "group", "name", "year", "lines") == [
        *(("F", "Food", year, 2) for year in (2010, 2011, 2012, 2013)),
        ("M", "Machines", 2010, 1),
        *(("M", "Machines", year, 2) for year in (2011, 2012, 2013)),
    ]
    assert column(two, "simple_mean_pct") == near([12.5, 12.5, 12.5, 7.5, 0.0, 10.0, 10.0, 10.0])
    assert column(two, "simple_sd_pct")[3:5] == [near(12.5**0.5), None]  # no deviation of a single line
    assert column(two, "weighted_mean_pct") == near([12.0, 12.0, 12.0, 7.0, 0.0, 0.0, 0.0, 0.0])
    assert column(three, "lines_with_specific") == [1, 1, 1, 0, 0, 0, 0, 0]
    assert rows_of(tables["3-region"], "group", "year", "lines_with_specific")[:4] == [
        ("south", 2010, 1), ("south", 2011, 1), ("south", 2012, 1), ("south", 2013, 0),
    ]  # fmt: skip
    assert set(column(tables["2-region"], "group")) == {"south", "unassigned"}


def test_table_4(tables: Tables) -> None:
    four = tables["4"]
    assert rows_of(four, "chapter", "name", "industry") == [
        ("01", "Live animals", "F"),
        ("02", "Meat", "F"),
        ("84", "Machinery", "M"),
    ]
    assert column(four, "simple_2011_pct") == near([10.0, 15.0, 10.0])
    assert column(four, "simple_2013_pct") == near([5.0, 10.0, 10.0])
    assert column(four, "weighted_2011_pct") == near([10.0, 15.0, 0.0])
    assert column(four, "weighted_2013_pct") == near([5.0, 10.0, 0.0])
    assert column(four, "import_share_2011_pct") == near([30.0, 20.0, 50.0])
    assert column(four, "import_share_2013_pct") == near([30.0, 20.0, 50.0])


def test_figure_1_puts_a_rate_on_an_edge_into_the_bin_above(tables: Tables) -> None:
    figure = tables["figure1"]
    assert rows_of(figure, "from_pct", "to_pct", "lines_2011", "lines_2013")[:6] == [
        (0.0, 5.0, 1, 1),
        (5.0, 10.0, 0, 1),
        (10.0, 15.0, 1, 1),
        (15.0, 20.0, 1, 0),
        (20.0, 25.0, 1, 1),
        (25.0, 30.0, 0, 0),
    ]
    assert rows_of(figure, "from_pct", "to_pct")[-1] == (100.0, None)
    assert column(figure, "share_2011_pct")[0] == 25.0
    assert sum(column(figure, "share_2013_pct")) == near(100.0)
    assert figure.note == ""


def test_figure_1_shows_rates_below_zero_and_above_100_and_names_those_unknown() -> None:
    duties = {ANIMALS: "20% - 1 USD/kg", MEAT: "5 USD/kg", BOILERS: "2 USD/kg"}
    rows = [("2010", ANIMALS, "DEU", 10.0, 3.0), ("2010", MEAT, "DEU", 2.0, 1.0)]
    one = study(
        trade=trade(rows), applied=schedule({2010: duties}), bound=None, groups=None, base={}
    )  # fmt: skip
    figure = build_tables(one.rates())["figure1"]
    assert rows_of(figure, "from_pct", "to_pct", "lines_2010")[0] == (None, 0.0, 1)
    assert rows_of(figure, "from_pct", "to_pct", "lines_2010")[-1] == (100.0, None, 1)
    assert figure.note == "Left out, for their rate cannot be known: 1 line of 2010."


def test_table_5(tables: Tables) -> None:
    five = tables["5"]
    assert rows_of(five, "chapter", "name", "lines", "lines_applied_2011_below_final_bound") == [
        ("01", "Live animals", 1, 0),
        ("02", "Meat", 1, 0),
        ("84", "Machinery", 2, 1),
    ]
    assert column(five, "imports_under_water_pct") == near([0.0, 0.0, 100.0])
    assert rows_of(tables["5-industry"], "group", "lines_applied_2011_below_final_bound") == [("F", 0), ("M", 1)]


def test_table_6(tables: Tables) -> None:
    six = tables["6"]
    assert six.table.to_pylist() == [
        {
            "rank": 1,
            "line": BOILERS,
            "description": "goods 8401",
            "imports_2010_musd": 0.001,  # without Belarus
            "applied_2011_pct": 0.0,
            "final_bound_2013_pct": 5.0,
            "water_2013_pct": 5.0,
        }
    ]
    assert six.headings["imports_2010_musd"] == "Imports 2010, million USD"
    assert tables["water_lines"].table == six.table.drop_columns("rank")


def test_table_6_has_the_twenty_largest_and_all_lines_stand_in_water_lines() -> None:
    lines = [f"84{number:02d}100000" for number in range(1, 31)]
    rows = [("2010", line, "DEU", float(100 + place // 2), None) for place, line in enumerate(lines)]
    one = study(
        trade=trade(rows),
        applied=schedule({2010: dict.fromkeys(lines, "1%"), 2011: dict.fromkeys(lines, "1%")}),
        bound=schedule({2012: dict.fromkeys(lines, "2%")}),
    )
    tables = build_tables(one.rates())
    assert column(tables["6"], "rank") == list(range(1, 21))
    # equal imports in order of their codes
    assert column(tables["6"], "line")[:4] == [lines[28], lines[29], lines[26], lines[27]]
    assert column(tables["6"], "description") == [None] * 20
    assert tables["water_lines"].table.num_rows == 30


def test_water_by_year_staging_and_breaches(tables: Tables) -> None:
    water = tables["water"]
    assert rows_of(
        water, "year", "lines", "applied_governs_lines", "bound_governs_lines", "lines_with_water", "breach_lines"
    ) == [(2012, 4, 4, 0, 2, 0), (2013, 4, 2, 2, 1, 2)]
    assert column(water, "mean_water_pct") == near([10.0, 5.0])
    assert column(water, "imports_under_water_pct") == near([70.0, 50.0])
    assert column(water, "imports_above_bound_pct") == near([0.0, 50.0])
    staging = tables["staging"]
    assert [tuple(row.values()) for row in staging.table.to_pylist()] == [
        (2012, 4, 4, 2, 50.0, 2, 0, 0.0),
        (2013, 4, 4, 4, 100.0, 2, 2, 100.0),
    ]
    assert rows_of(tables["breaches"], "year", "chapter", "name", "lines", "breach_lines") == [
        (2013, "01", "Live animals", 1, 1),
        (2013, "02", "Meat", 1, 1),
    ]
    assert column(tables["breaches"], "mean_excess_pct") == near([5.0, 5.0])
    assert column(tables["breaches"], "largest_excess_pct") == near([5.0, 5.0])
    assert column(tables["breaches"], "imports_above_bound_pct") == near([100.0, 100.0])


def test_staging_takes_another_duty_of_the_same_rate_for_the_final_one() -> None:
    bound = {2012: {ANIMALS: "10%", MEAT: COMBINED, "8403100000": "1%"}, 2013: {ANIMALS: "5% + 5%", MEAT: "15%"}}
    staging = build_tables(study(bound=schedule(bound)).rates())["staging"].table.to_pylist()
    assert staging[0]["lines"] == 3
    assert staging[0]["lines_in_final_schedule"] == 2
    assert staging[0]["lines_at_final_bound"] == 2
    assert staging[0]["cuts_made_pct"] is None  # none is due


def test_tables_a1_and_a2(tables: Tables) -> None:
    a1, a2 = tables["A1"], tables["A2"]
    assert rows_of(a1, "year", "lines") == [(2010, 3), (2011, 4), (2012, 4), (2013, 4)]
    second = {name: found[1] for name, found in a1.table.to_pydict().items()}
    assert second["simple_ad_valorem_mean_pct"] == near(10.0)
    assert second["simple_ad_valorem_sd_pct"] == pytest.approx(100 * (0.02 / 3) ** 0.5, rel=1e-12)
    assert second["simple_applied_mean_pct"] == pytest.approx(11.25, rel=1e-12)
    assert second["weighted_ad_valorem_mean_pct"] == pytest.approx(5.0, rel=1e-12)
    assert second["weighted_ad_valorem_sd_pct"] == pytest.approx(5.0, rel=1e-12)
    assert second["weighted_applied_mean_pct"] == pytest.approx(6.0, rel=1e-12)  # not corrected
    assert second["weighted_applied_sd_pct"] == pytest.approx(100 * 0.0039**0.5, rel=1e-12)
    assert rows_of(a2, "year", "matched_lines") == [(2011, 3), (2012, 3), (2013, 3)]
    assert column(a2, "simple_mean_pct") == near([25 / 3, 25 / 3, 5.0])
    assert column(a2, "simple_sd_pct")[2] == near(5.0)


def test_groups_stand_in_the_order_of_their_numbers() -> None:
    groups = {"industry": {"prefix": ["01", "02", "8401"], "group": ["10", "9", "fuel"]}}
    tables = build_tables(study(groups=groups).rates())
    assert list(dict.fromkeys(column(tables["2"], "group"))) == ["9", "10", "fuel", "unassigned"]
    assert column(tables["5-industry"], "group") == ["9", "10", "fuel", "unassigned"]


def test_a_published_description_serves_where_the_schedules_have_none() -> None:
    six = {"line": [BOILERS], "description": ["Nuclear reactors"]}
    tables = build_tables(study(bound=schedule(BOUND), published={"table6": six}).rates())
    assert column(tables["6"], "description") == ["Nuclear reactors"]


# ---- other studies


def test_a_study_without_bound_schedules_says_what_it_lacks() -> None:
    tables = build_tables(study(bound=None).rates())
    lacking = {"5", "5-industry", "5-region", "6", "water_lines", "water", "staging", "breaches"}
    assert tables.skipped == dict.fromkeys(lacking, "the study has no bound schedule")
    assert "bound_simple_mean_pct" not in tables["1"].table.column_names
    # 2011 is the last year, so it is compared with the first
    assert {"simple_2010_pct", "simple_2011_pct"} <= set(tables["4"].table.column_names)


def test_a_study_of_one_year_and_no_groups_goes_by_chapter() -> None:
    one = study(applied=schedule({2010: APPLIED[2010]}), bound=None, groups=None, base={})
    tables = build_tables(one.rates())
    assert list(tables) == ["1", "2", "3", "figure1", "A1"]
    assert tables["2"].title == "Average tariff by chapter and year"
    assert rows_of(tables["2"], "group", "name") == [("01", "Live animals"), ("02", "Meat"), ("84", "Machinery")]
    assert "only" in tables.skipped["4"]
    assert "own trade" in tables.skipped["A2"]
    assert tables["1"].caption.startswith("The simple mean")
    assert tables["figure1"].title.endswith(", 2010")


def test_a_study_names_its_own_chapters_and_an_unknown_chapter_has_no_name() -> None:
    duties = {ANIMALS: "1%", "9901100000": "2%"}
    chapter = {"prefix": ["01", "99"], "group": ["01", "99"], "name": ["Beasts", None]}
    one = study(applied=schedule({2010: duties}), bound=None, groups={"chapter": chapter}, base={})
    assert column(build_tables(one.rates())["2"], "name") == ["Beasts", None]
    assert len(CHAPTER_NAMES) == 96


def test_no_water_and_no_breach_are_said() -> None:
    lines = APPLIED[2011]
    tables = build_tables(study(bound=schedule({2012: lines})).rates())
    assert tables.skipped == {
        "6": "no line of 2012 is bound above what is applied",
        "water_lines": "no line of 2012 is bound above what is applied",
        "staging": "the study has one bound schedule only, so nothing is staged",
        "breaches": "no line is applied above its bound",
    }
    assert column(tables["water"], "mean_water_pct") == [None]


def test_imports_of_table_6_are_those_of_the_base_where_no_base_period_is_a_plain_year() -> None:
    rows = [("2011H1", *row[1:]) for row in TRADE]
    one = study(
        trade=trade([*TRADE, *rows]), base={"periods": ["2011H1"], "first_year": 2011, "applied_year": 2011},
        currency="EUR", fx={"period": ["2010", "2011H1"], "currency": ["USD", "USD"], "fx": [1.0, 1.0]},
    )  # fmt: skip
    six = build_tables(one.rates())["6"]
    assert column(six, "imports_base_meur") == [0.001]
    assert "in the base period" in six.caption


# ---- published figures


def test_published_figures_stand_beside_ours_with_the_difference() -> None:
    summary = {"year": [2011, 2012, 1999], "lines": [4, 5, 9], "simple_mean_pct": [11.0, None, 1.0]}
    said = {"table": ["summary", "summary"], "column": ["lines", "simple_mean_pct"], "calibrated": ["no", "true"]}
    one = build_tables(study(published={"summary": summary, "calibrated": said}).rates())["1"]
    assert one.published == ("lines_published", "simple_mean_pct_published")
    assert one.differences == ("lines_difference", "simple_mean_pct_difference")
    assert one.table.column_names[:4] == ["year", "lines", "lines_published", "lines_difference"]
    assert column(one, "lines_published") == [None, 4, 5, None]
    assert column(one, "lines_difference") == [None, 0, -1, None]
    assert one.table.schema.field("lines_difference").type == pa.int64()
    assert column(one, "simple_mean_pct_published") == [None, 11.0, None, None]
    assert column(one, "simple_mean_pct_difference") == [None, near(0.25), None, None]
    assert one.calibrated == {"lines": False, "simple_mean_pct": True}
    assert one.note == "Published, without a counterpart here, and not shown: 1 row."
    assert one.headings["simple_mean_pct_difference"] == "Simple mean, difference in points"


def test_every_table_takes_its_published_figures() -> None:
    published = {
        "table2": {"industry": ["F"], "industry_name": ["Food"], "year": [2013], "simple_mean_pct": [7.4]},
        "table3": {"industry": ["F"], "year": [2010], "lines_with_specific": [3]},
        "table4": {"chapter": ["84"], "name": ["Machinery"], "weighted_2013_pct": [0.5], "industry": ["10"]},
        "table5": {"chapter": ["84", "85"], "lines_applied_2011_below_final_bound": [2, 1]},
        "table6": {"line": [MEAT, "8707101000"], "description": ["x", "y"], "imports_2010_musd": [1.0, 2.0]},
        "tableA1": {"year": [2011], "weighted_ad_valorem_sd_pct": [4.0]},
        "tableA2": {"year": [2013], "simple_sd_pct": [4.5]},
    }
    tables = build_tables(study(published=published).rates())
    assert rows_of(tables["2"], "group", "year", "simple_mean_pct_difference")[3] == ("F", 2013, near(7.5 - 7.4))
    assert column(tables["3"], "lines_with_specific_difference")[0] == -2
    assert column(tables["4"], "weighted_2013_pct_difference")[2] == near(-0.5)
    assert column(tables["4"], "industry") == ["F", "F", "M"]
    assert "industry_published" not in tables["4"].table.column_names
    assert column(tables["5"], "lines_applied_2011_below_final_bound_difference") == [None, None, -1]
    assert column(tables["A1"], "weighted_ad_valorem_sd_pct_difference")[1] == near(1.0)
    assert column(tables["A2"], "simple_sd_pct_difference")[2] == near(0.5)
    assert tables["A2"].calibrated == {"simple_sd_pct": None}
    six = tables["6"]
    assert rows_of(six, "rank", "line", "imports_2010_musd_published") == [(1, BOILERS, None), (None, MEAT, 1.0)]
    assert column(six, "description") == ["goods 8401", "goods 0201"]
    assert "Without a rank: 1 line that" in six.note
    assert "not shown: 1 row." in six.note


def test_published_industries_are_not_set_beside_another_grouping() -> None:
    two = {"industry": ["01"], "year": [2011], "simple_mean_pct": [3.0]}
    table = build_tables(study(groups=None, published={"table2": two}).rates())["2"]
    assert table.published == ()
    assert "no grouping of that name" in table.note


def test_published_figures_of_other_years_are_named_as_left_out() -> None:
    four = {"chapter": ["01"], "simple_2030_pct": [3.0]}
    table = build_tables(study(published={"table4": four}).rates())["4"]
    assert table.published == ()
    assert "other years or columns" in table.note


@pytest.mark.parametrize(
    ("published", "message"),
    [
        ({"sumary": {}}, 'the study: unknown key in published "sumary". Expected one of summary, table2'),
        ({"table5": {"chapter": [1]}}, "chapters are text"),
        ({"table5": {"chap": ["01"]}}, 'no such column "chapter".'),
        ({"table5": {"chapter": ["01", "01"]}}, "row 2, column chapter: the same key stands in row 1 as well"),
        ({"table5": {"chapter": ["01", None]}}, "row 2, column chapter: a published row without its key"),
        ({"table5": {"chapter": ["01"], "lines": ["many"]}}, 'row 1, column lines: not a number "many"'),
        ({"summary": {"year": [2011.5]}}, 'row 1, column year: not a year "2011.5"'),
        ({"calibrated": {"table": ["summary"], "column": ["lines"]}}, 'no such column "calibrated"'),
        (
            {"calibrated": {"table": ["summary"], "column": ["lines"], "calibrated": ["true"]}},
            'no such published table "summary"',
        ),
        (
            {
                "summary": {"year": [2011], "lines": [3]},
                "calibrated": {"table": ["summary"], "column": ["line"], "calibrated": ["true"]},
            },
            'Did you mean "lines"?',
        ),
        (
            {
                "summary": {"year": [2011], "lines": [3]},
                "calibrated": {"table": ["summary"], "column": ["lines"], "calibrated": ["perhaps"]},
            },
            'neither yes nor no "perhaps"',
        ),
    ],
)
def test_bad_published_tables_are_named(published: dict[str, Any], message: str) -> None:
    with pytest.raises(fa.InputError) as caught:
        study(published=published)
    assert message in str(caught.value)


# ---- files


def write_study(folder: Path, published: str) -> Path:
    for name, columns in (("trade", trade()), ("applied", schedule(APPLIED)), ("bound", schedule(BOUND))):
        with (folder / f"{name}.csv").open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    path = folder / "study.toml"
    path.write_text(
        'name = "four lines"\n[trade]\nfiles = ["trade.csv"]\n[schedules]\napplied = ["applied.csv"]\n'
        'bound = ["bound.csv"]\n[partners]\nexclude = ["BLR"]\n'
        '[base]\nperiods = ["2010"]\nfirst_year = 2011\napplied_year = 2011\n'
        f"[published]\n{published}\n"
    )
    return path


def test_published_files_are_read_with_their_zeros_and_hashed(tmp_path: Path) -> None:
    (tmp_path / "five.csv").write_text("chapter,lines_applied_2011_below_final_bound\n01,0\n84,7\n")
    one = fa.Study.load(write_study(tmp_path, 'table5 = "five.csv"'))
    assert column(build_tables(one.rates())["5"], "lines_applied_2011_below_final_bound_published") == [0, None, 7]
    assert len(one.checked.inputs.digests()["five.csv"]) == 64


@pytest.mark.parametrize(
    ("published", "message"),
    [
        ('table7 = "five.csv"', 'study.toml: unknown key in [published] "table7". Expected one of summary'),
        ('table5 = "six.csv"', 'study.toml, key published.table5: no such file "six.csv".'),
        ('table5 = "empty.csv"', "empty.csv: the file cannot be read"),
    ],
)
def test_bad_published_files_are_named(tmp_path: Path, published: str, message: str) -> None:
    (tmp_path / "five.csv").write_text("chapter\n01\n")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(fa.InputError) as caught:
        fa.Study.load(write_study(tmp_path, published))
    assert message in str(caught.value)


def test_tables_are_written_so_that_floats_read_back(tmp_path: Path, tables: Tables) -> None:
    files = write_tables(tables, tmp_path)
    assert [path.name for path in files] == [f"table_{table_id}.csv" for table_id in tables]
    with (tmp_path / "tables" / "table_1.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["simple_mean_pct"]) for row in rows] == column(tables["1"], "simple_mean_pct")
    assert rows[0]["bound_simple_mean_pct"] == ""


def test_tables_say_what_the_rates_say(tables: Tables) -> None:
    rates = study().rates()
    summary = rates.summary()
    assert np.array_equal(np.array(column(tables["1"], "simple_mean_pct")), 100.0 * summary["simple_mean"].to_numpy())
    assert sum(column(tables["breaches"], "breach_lines")) == rates.breaches().num_rows


def test_headings_of_unforeseen_columns_are_readable() -> None:
    assert heading("lines_applied_2011_below_final_bound") == "Lines with water"
    assert heading("some_new_column") == "Some new column"
