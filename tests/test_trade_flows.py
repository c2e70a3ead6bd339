"""Exports among imports, columns that no one named, and the same row twice."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv
from small import near
from trade_cases import from_frames, lines_of, load_case, means_of, set_aside, write_case

import fastavs as fa

FLOWS = (
    "period,flowCode,line,partner,value,quantity,unit\n"
    "2023,M,22030010,DEU,100,100,l\n2023,X,22030010,DEU,900,100,l\n2023,RX,22030010,DEU,50,20,l\n"
    "2023,M,22030090,DEU,50,10,l\n2023,M,22041000,FRA,500,100,l\n"
)
WORDS = {
    "flowCode": ("M", "X", "RX"),
    "Trade Flow": ("Import", "Export", "Re-Export"),
    "FLOW": ("1", "2", "3"),
    "tradeflow": ("Imports", "Exports", "Re-exports"),
    "TradeFlowName": ("Gross Imp.", "Gross Exp.", "Re-export"),
    "Направление": ("ИМ", "ЭК", "Reexport"),
}


@pytest.mark.parametrize("column", list(WORDS))
def test_imports_alone_count(tmp_path: Path, column: str) -> None:
    imports, exports, again = WORDS[column]
    trade = FLOWS.replace("flowCode", column).replace(",RX,", f",{again},").replace(",X,", f",{exports},")
    study = load_case(tmp_path, trade.replace(",M,", f",{imports},"))
    assert set_aside(study) == [
        (2, "row", f"flow is exports ({column} {exports})"),
        (3, "row", f"flow is re-exports ({column} {again})"),
    ]
    found = lines_of(study)
    assert (found["22030010"]["rate"], found["22030010"]["imports"]) == (near(0.54), 100.0)
    assert means_of(study)[1] == near((100 * 0.54 + 50 * 0.2 + 500 * 0.324 / 5) / 650, 1e-12)
    assert means_of(study)[1] == pytest.approx(0.148308, abs=1e-6)


def test_frames_parquet_arrow_and_packed_files_alike(tmp_path: Path) -> None:
    assert lines_of(from_frames(tmp_path, FLOWS))["22030010"]["imports"] == 100.0
    path = write_case(tmp_path, FLOWS)
    texts = csv.ConvertOptions(column_types=dict.fromkeys(("period", "line"), pa.string()))
    table = csv.read_csv(tmp_path / "trade.csv", convert_options=texts)
    pq.write_table(table, tmp_path / "trade.parquet")
    with pa.OSFile(str(tmp_path / "trade.arrow"), "wb") as stream, pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "trade.csv.gz").write_bytes(gzip.compress(FLOWS.encode()))
    for name in ("trade.parquet", "trade.arrow", "trade.csv.gz"):
        path.write_text(path.read_text().replace("trade*.csv", name))
        assert len(set_aside(fa.Study.load(path))) == 2, name
        path.write_text(path.read_text().replace(name, "trade*.csv"))


def test_a_column_of_flows_can_be_named(tmp_path: Path) -> None:
    trade = FLOWS.replace("flowCode", "art der bewegung")
    study = load_case(tmp_path, trade, '[trade.columns]\nflow = "art der bewegung"')
    assert [row for row, _, _ in set_aside(study)] == [2, 3]


def test_exports_alone_are_a_partners_statistics(tmp_path: Path) -> None:
    trade = FLOWS.replace(",M,", ",X,")
    study = load_case(tmp_path, trade)
    assert [reason for _, _, reason in set_aside(study)] == ["flow is re-exports (flowCode RX)"]
    assert "exports and no imports" in study.checked.trade.remarks[0]
    study = load_case(tmp_path, trade.replace(",RX,", ",X,"))
    assert not set_aside(study)
    assert "All trade is exports" in study.checked.trade.remarks[0]


def test_each_file_has_its_own_flows(tmp_path: Path) -> None:
    mirror = "period,flowCode,line,partner,value,quantity,unit\n2023,X,22041000,ITA,500,100,l\n"
    study = load_case(tmp_path, [FLOWS, mirror])
    assert len(set_aside(study)) == 2
    assert "ITA" in study.checked.trade.partners


def test_a_flow_that_nobody_knows_is_told_of(tmp_path: Path) -> None:
    study = load_case(tmp_path, FLOWS.replace(",RX,", ",QQ,"))
    assert [row for row, _, _ in set_aside(study)] == [2]
    assert "QQ is no flow that is known" in study.checked.trade.remarks[0]


@pytest.mark.parametrize("column", ["reporterISO", "motCode", "customs procedure", "partner2", "anything"])
def test_a_column_that_parts_rows_is_named_with_its_values(tmp_path: Path, column: str) -> None:
    trade = f"period,{column},line,partner,value,quantity,unit\n" + (
        "2023,AA,22030010,DEU,100,100,l\n2023,BB,22030010,DEU,900,100,l\n2023,BB,22041000,FRA,500,100,l\n"
    )
    study = load_case(tmp_path, trade)
    assert lines_of(study)["22030010"]["imports"] == 1000.0
    (remark,) = study.checked.trade.remarks
    assert f"{column} (AA, BB)" in remark


def test_columns_that_part_nothing_are_passed_over(tmp_path: Path) -> None:
    trade = "period,month,note,line,partner,value,quantity,unit,weight\n" + (
        "2023,1,a,22030010,DEU,100,100,l,1.5\n2023,2,a,22030010,DEU,900,100,l,2.5\n2023,1,b,22041000,FRA,500,100,l,3.5\n"
    )
    assert not load_case(tmp_path, trade).checked.trade.remarks


def test_rows_that_are_numbered_are_passed_over(tmp_path: Path) -> None:
    rows = [f"{number},2023,22030010,DEU,{100 + number},100,l" for number in range(200)]
    trade = "number,period,line,partner,value,quantity,unit\n" + "\n".join(rows) + "\n"
    assert not load_case(tmp_path, trade).checked.trade.remarks


TWICE = (
    "period,line,partner,value,quantity,unit\n"
    "2023,22030010,DEU,100,100,l\n2023,22030010,POL,300,100,l\n2023,22030090,DEU,50,10,l\n2023,22041000,FRA,500,100,l\n"
    "2023,22030010,DEU,100,100,l\n2023,22030010,POL,300,100,l\n2023,22041000,FRA,500,100,l\n"
)


def test_the_same_row_twice_is_counted_and_said(tmp_path: Path) -> None:
    study = load_case(tmp_path, TWICE)
    assert lines_of(study)["22030010"]["imports"] == 800.0
    (remark,) = study.checked.trade.remarks
    assert remark.startswith("3 rows equal another one in every column, worth 900")
    assert "trade.csv row 5 and trade.csv row 1" in remark
    assert 'duplicates = "drop"' in remark


def test_the_same_row_twice_can_be_dropped(tmp_path: Path) -> None:
    study = load_case(tmp_path, TWICE, 'duplicates = "drop"')
    assert set_aside(study) == [
        (5, "row", "equal to another row (trade.csv row 1)"),
        (6, "row", "equal to another row (trade.csv row 2)"),
        (7, "row", "equal to another row (trade.csv row 4)"),
    ]
    found = lines_of(study)
    assert (found["22030010"]["imports"], found["22041000"]["imports"]) == (400.0, 500.0)
    frames = from_frames(tmp_path, TWICE, trade_options={"duplicates": "drop"})
    assert lines_of(frames)["22030010"]["imports"] == 400.0


def test_two_files_that_overlap(tmp_path: Path) -> None:
    header, *rows = TWICE.split("\n")
    parts = ["\n".join([header, *rows[:4], ""]), "\n".join([header, *rows[2:4], ""])]
    (remark,) = load_case(tmp_path, parts).checked.trade.remarks
    assert "trade1.csv row 1 and trade.csv row 3" in remark
    study = load_case(tmp_path, parts, 'duplicates = "drop"')
    assert lines_of(study)["22041000"]["imports"] == 500.0
    assert len(set_aside(study)) == 2


@pytest.mark.parametrize("column", ["declaration", "weight"])
def test_rows_that_differ_in_a_column_that_no_one_named_are_two(tmp_path: Path, column: str) -> None:
    trade = f"period,line,partner,value,quantity,unit,{column}\n" + (
        "2023,22030010,DEU,100,100,l,1.5\n2023,22030010,DEU,100,100,l,2.5\n2023,22041000,FRA,5,1,l,2\n"
    )
    assert not load_case(tmp_path, trade, 'duplicates = "drop"').checked.trade.remarks
    assert not set_aside(from_frames(tmp_path, trade, trade_options={"duplicates": "drop"}))
    assert len(set_aside(load_case(tmp_path, trade.replace("2.5", "1.5"), 'duplicates = "drop"'))) == 1


def test_details_are_found_again_after_rows_have_gone(tmp_path: Path) -> None:
    study = load_case(tmp_path, FLOWS, 'duplicates = "drop"')
    before = study.checked.trade.rows.first.amount.tolist()
    study.checked.trade.let_go_of_details()
    assert study.checked.trade.rows.first.amount.tolist() == before == [100.0, 10.0, 100.0]


def frames_of(**columns: list[object]) -> fa.Study:
    """A study of wine whose trade is in memory; `columns` are those that every row does not share."""
    many = len(columns["value"])
    shared = {"period": ["2023"] * many, "line": ["22041000"] * many, "partner": ["DEU"] * many}
    applied = {"year": [2023], "line": ["22041000"], "duty": ["10%"]}
    return fa.Study({**shared, **columns}, applied, value_basis="CIF", currency="USD")


@pytest.mark.parametrize("column", ["flowCode", "flow"])
def test_a_gap_makes_floats_of_flows(column: str) -> None:
    study = frames_of(**{column: [1.0, 2.0, None], "value": [100.0, 70.0, 5.0]})
    assert lines_of(study)["22041000"]["imports"] == 105.0
    assert set_aside(study) == [(2, "row", f"flow is exports ({column} 2)")]
    assert "nothing is no flow that is known" in study.checked.trade.remarks[0]
    study = frames_of(**{column: [1.0, 2.0], "value": [100.0, 70.0]})
    assert lines_of(study)["22041000"]["imports"] == 100.0


def test_a_gap_makes_floats_of_modes() -> None:
    study = frames_of(motCode=[0.0, 1.0, 2.0], value=[100.0, 60.0, 40.0])
    assert lines_of(study)["22041000"]["imports"] == 100.0


@pytest.mark.parametrize("values", [["QQ", "ZZ"], ["QQ", "QQ"], [7.0, 8.0], [True, False]])
@pytest.mark.parametrize("column", ["flow", "flowCode"])
def test_a_column_of_flows_without_any_that_is_known_is_told_of(column: str, values: list[object]) -> None:
    if column != "flow" and values[0] is True:
        return
    study = frames_of(**{column: values, "value": [100.0, 70.0]})
    assert lines_of(study)["22041000"]["imports"] == 170.0
    (remark,) = study.checked.trade.remarks
    assert f"Column {column} is called one of flows, and none of its values is a flow that is known" in remark
    assert {True: "true", 7.0: "7"}.get(values[0], values[0]) in remark


def test_a_column_of_flows_of_fractions_is_told_of() -> None:
    (remark,) = frames_of(flow=[1.5, 2.5], value=[100.0, 70.0]).checked.trade.remarks
    assert "none of its values is a flow that is known: too many values, or fractions" in remark


def test_an_empty_column_of_flows_is_told_of() -> None:
    (remark,) = frames_of(flow=[None, None], value=[100.0, 70.0]).checked.trade.remarks
    assert "none of its values is a flow that is known: nothing" in remark


@pytest.mark.parametrize(("flow", "told"), [("RX", "has re-exports alone"), ("QQ", "is known: QQ")])
def test_a_file_without_imports_and_exports_is_told_of(tmp_path: Path, flow: str, told: str) -> None:
    other = f"period,flowCode,line,partner,value,quantity,unit\n2023,{flow},22041000,ITA,500,100,l\n"
    study = load_case(tmp_path, [FLOWS, other])
    assert lines_of(study)["22041000"]["imports"] == 1000.0
    (remark,) = study.checked.trade.remarks
    assert "trade1.csv" in remark
    assert told in remark


@pytest.mark.parametrize(
    ("imports", "exports"),
    [("Einfuhr", "Ausfuhr"), ("E", "A"), ("importation", "exportation"), ("importación", "exportación")],
)
def test_flows_in_other_languages(imports: str, exports: str) -> None:
    study = frames_of(flow=[imports, exports], value=[100.0, 70.0])
    assert lines_of(study)["22041000"]["imports"] == 100.0
    assert set_aside(study) == [(2, "row", f"flow is exports (flow {exports})")]


def test_the_number_three_is_re_exports_where_that_is_sure() -> None:
    assert lines_of(frames_of(flowCode=["1", "3"], value=[100.0, 70.0]))["22041000"]["imports"] == 100.0
    assert lines_of(frames_of(flow=["M", "X", "3"], value=[100.0, 5.0, 70.0]))["22041000"]["imports"] == 100.0
    study = frames_of(flow=["1", "3"], value=[100.0, 70.0])
    assert lines_of(study)["22041000"]["imports"] == 170.0
    assert "3 is no flow that is known" in study.checked.trade.remarks[0]


@pytest.mark.parametrize("first", ["0", "P98"])
def test_totals_beside_many_parts_count_once(first: str) -> None:
    partners = ["0", *(f"P{number:02d}" for number in range(70))]
    order = sorted(range(71), key=lambda place: partners[place] != first)
    study = frames_of(partner2Code=[partners[one] for one in order], value=[1.0 if one else 70.0 for one in order])
    assert lines_of(study)["22041000"]["imports"] == 70.0
    assert len(set_aside(study)) == 70


def test_a_column_of_too_many_values_that_parts_rows_is_told_of() -> None:
    firms = [f"firm {number % 500}" for number in range(1000)]
    (remark,) = frames_of(importer=firms, value=[1.0 + number for number in range(1000)]).checked.trade.remarks
    assert "importer (too many values, or fractions, to be compared)" in remark
    numbered = frames_of(document=[f"document {number}" for number in range(1000)], value=[1.0] * 1000)
    assert not [one for one in numbered.checked.trade.remarks if "document" in one]


@pytest.mark.parametrize(
    ("column", "values", "worth"),
    [
        ("mode", ["1", "4"], [100.0, 100.5]),
        ("status", [None, "r"], [100.0, 100.4]),
        ("kind", ["9999", "1", "2"], [100.0, 60.0, 40.0]),
        ("mode", ["0", "1"], [100.0, 100.0]),
    ],
)
def test_what_may_be_no_total_takes_nothing(column: str, values: list[object], worth: list[float]) -> None:
    study = frames_of(**{column: values, "value": worth})
    assert not set_aside(study)
    assert lines_of(study)["22041000"]["imports"] == sum(worth)
    (remark,) = study.checked.trade.remarks
    assert f"{column} (" in remark


def test_rows_without_a_mode_are_no_part() -> None:
    study = frames_of(motCode=[0.0, 1.0, 2.0, None], value=[100.0, 60.0, 40.0, 7.0])
    assert [row for row, _, _ in set_aside(study)] == [2, 3]
    assert lines_of(study)["22041000"]["imports"] == 107.0


def test_the_fourth_procedure_of_comext_is_the_total() -> None:
    study = frames_of(STAT_PROCEDURE=["1", "2", "4"], value=[60.0, 40.0, 100.0])
    assert [row for row, _, _ in set_aside(study)] == [1, 2]


@pytest.mark.parametrize("column", ["mode", "motCode"])
def test_parts_that_do_not_add_up_stay_beside_those_that_do(column: str) -> None:
    modes, worth = ["0", "1", "2", "0", "1", "2"], [1000.0, 600.0, 400.0, 1.0, 3.0, 4.0]
    study = frames_of(**{column: modes, "value": worth, "partner": ["DEU"] * 3 + ["FRA"] * 3})
    assert [row for row, _, _ in set_aside(study)] == [2, 3]
    assert lines_of(study)["22041000"]["imports"] == 1008.0
    remark = study.checked.trade.remarks[0]
    assert f"Column {column}: totals worth 1 (the first: <trade> row 4) stand beside parts worth 7" in remark


def test_a_row_is_the_same_under_another_spelling_of_its_partner(tmp_path: Path) -> None:
    trade = TWICE.replace("2023,22030010,DEU,100,100,l\n2023,22030010,POL,300,100,l\n2023,22041000,FRA",
                          "2023,22030010,de,100,100,l\n2023,22030010,PL,300,100,l\n2023,22041000,FR")  # fmt: skip
    (remark, *_) = load_case(tmp_path, trade).checked.trade.remarks
    assert remark.startswith("3 rows equal another one in every column, worth 900")
    study = load_case(tmp_path, trade, 'duplicates = "drop"')
    assert [row for row, _, _ in set_aside(study)] == [5, 6, 7]
    assert lines_of(study)["22030010"]["imports"] == 400.0
    study = load_case(tmp_path, trade.replace(",PL,300,100", ",PL,300,99"), 'duplicates = "drop"')
    assert [row for row, _, _ in set_aside(study)] == [5, 7]


def test_parts_are_found_under_another_spelling_of_the_partner() -> None:
    study = frames_of(motCode=["0", "1", "2"], value=[100.0, 60.0, 40.0], partner=["DEU", "DE", "276"])
    assert [row for row, _, _ in set_aside(study)] == [2, 3]
    study = frames_of(line=["2204", "22041000", "22041000"], value=[100.0, 60.0, 40.0], partner=["DEU", "DE", "276"])
    assert [row for row, _, _ in set_aside(study)] == [1]
    assert lines_of(study)["22041000"]["imports"] == 100.0


@pytest.mark.parametrize(
    ("rows", "told", "worth"),
    [
        ({"870322": [100.0], "8703221000": [99.5]}, "870322: 100 beside 99.5", 199.5),
        ({"220300": [100.0], "22030010": [60.0], "22030090": [41.0]}, "220300: 100 beside 101", 201.0),
        ({"2203": [1000.4], "22030010": [600.0], "22030090": [400.0]}, "2203: 1,000.4 beside 1,000", 2000.4),
        ({"2203": [100.0], "22030010": [60.0], "22030090": [-40.0]}, "2203: 100 beside 100", 160.0),
        ({"2203": [100.0], "22030010": [140.0], "22030090": [-40.0]}, "2203: 100 beside 100", 240.0),
    ],
)
@pytest.mark.parametrize("partner", ["DEU", "DE"])
def test_codes_that_nearly_add_up_stay_and_are_told_of(
    rows: dict[str, list[float]], told: str, worth: float, partner: str
) -> None:
    lines = [code for code, values in rows.items() for _ in values]
    values = [value for some in rows.values() for value in some]
    partners = [partner, *["DEU"] * (len(lines) - 1)]
    trade = {"period": ["2023"] * len(lines), "line": lines, "partner": partners, "value": values}
    applied = {"year": [2023] * 3, "line": ["2203001000", "8703221000", "2203009000"], "duty": ["10%"] * 3}
    study = fa.Study(trade, applied, value_basis="CIF", currency="USD")
    assert [reason for _, _, reason in set_aside(study)] == ["negative value"] * (min(values) < 0.0)
    assert study.checked.trade.rows.value.sum() == near(worth)
    (remark,) = study.checked.trade.remarks
    assert told in remark
    assert "totals =" in remark
    assert "(worth " in remark


def test_codes_that_do_not_nearly_add_up_are_passed_over() -> None:
    study = frames_of(line=["2204", "22041000"], value=[100.0, 94.0])
    assert not study.checked.trade.remarks


def test_a_study_may_take_the_exports_of_its_files(tmp_path: Path) -> None:
    study = load_case(tmp_path, FLOWS, 'flow = "exports"')
    assert [(row, reason) for row, _, reason in set_aside(study)] == [
        (1, "flow is imports (flowCode M)"),
        (3, "flow is re-exports (flowCode RX)"),
        (4, "flow is imports (flowCode M)"),
        (5, "flow is imports (flowCode M)"),
    ]
    assert lines_of(study)["22030010"]["imports"] == 900.0
    assert not study.checked.trade.remarks
    frames = from_frames(tmp_path, FLOWS, trade_options={"flow": "exports"})
    assert lines_of(frames)["22030010"]["imports"] == 900.0


def test_a_file_without_the_flow_that_a_study_takes_gives_nothing(tmp_path: Path) -> None:
    imports = "period,flowCode,line,partner,value,quantity,unit\n2023,M,22030010,DEU,100,100,l\n"
    with pytest.raises(fa.InputError, match=r"flow is imports \(1\).*leave flow out under \[trade\]"):
        load_case(tmp_path, imports, 'flow = "exports"')
    study = load_case(tmp_path, [FLOWS, imports], 'flow = "exports"')
    assert lines_of(study)["22030010"]["imports"] == 900.0
    with pytest.raises(fa.InputError, match=r"flow is exports \(2\)"):
        load_case(tmp_path, [imports.replace(",M,", ",X,")] * 2, 'flow = "imports"')


def test_a_file_without_the_column_of_flows_that_others_have(tmp_path: Path) -> None:
    bare = "period,line,partner,value,quantity,unit\n2023,22030010,DEU,50,100,l\n"
    study = load_case(tmp_path, [FLOWS, bare], 'flow = "exports"')
    (told,) = [one for one in study.checked.trade.remarks if "column" in one]
    assert "has no column flowCode, which other files have: all its rows count as exports." in told
    assert lines_of(study)["22030010"]["imports"] == 950.0


def test_the_cure_of_other_flows_names_the_setting(tmp_path: Path) -> None:
    (told,) = [one for one in load_case(tmp_path, FLOWS).check().to_pylist() if "flow is exports" in one["what"]]
    assert told["cure"] == 'if another flow is meant, name it: flow = "imports" or flow = "exports" under [trade]'


def test_what_the_study_itself_drops_is_no_fault_to_mend(tmp_path: Path) -> None:
    twice = "period,line,partner,value,quantity,unit\n" + 2 * "2023,22030010,DEU,50,100,l\n"
    (told,) = [one for one in load_case(tmp_path, twice, 'duplicates = "drop"').warnings if "equal to" in one]
    assert "50.00 % of the rows" in told
    assert not told.cure


def test_a_flow_without_a_column_of_flows_is_told_of(tmp_path: Path) -> None:
    (remark,) = load_case(tmp_path, FLOWS.replace("flowCode", "note"), 'flow = "exports"').checked.trade.remarks[:1]
    assert remark == "The study takes exports, and the trade has no column of flows: all rows count."
    with pytest.raises(fa.InputError, match='"imports" or "exports"'):
        load_case(tmp_path, FLOWS, 'flow = "re-exports"')


def test_british_flows_are_read_by_the_name_of_their_column(tmp_path: Path) -> None:
    trade = FLOWS.replace("flowCode", "FlowTypeId").replace(",M,22030090", ",3,22030090").replace(",RX,", ",4,")
    study = load_case(tmp_path, trade.replace(",M,", ",1,").replace(",X,", ",2,"))
    assert [(row, reason) for row, _, reason in set_aside(study)] == [
        (2, "flow is exports (FlowTypeId 2)"),
        (3, "flow is exports (FlowTypeId 4)"),
    ]
    words = (
        trade.replace("FlowTypeId", "FlowTypeDescription").replace(",M,", ",EU Imports,").replace(",X,", ",EU Exports,")
    )
    words = words.replace(",3,", ",Non-EU Imports,").replace(",4,", ",Non-EU Exports,")
    assert [row for row, _, _ in set_aside(load_case(tmp_path, words))] == [2, 3]
