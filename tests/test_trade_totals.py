"""Totals beside their parts: partners, codes of fewer digits, breakdowns. Nothing counts twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small import near
from trade_cases import from_frames, lines_of, load_case, means_of, set_aside

import fastavs as fa
from fastavs.trade.aggregates import AGGREGATES

HEADER = "period,line,partner,value,quantity,unit\n"
MEMBERS = HEADER + (
    "2023,22030010,DEU,100,100,l\n2023,22030010,POL,300,100,l\n2023,22030090,DEU,50,10,l\n2023,22041000,FRA,500,100,l\n"
)
WORLD = MEMBERS + "2023,22030010,WLD,400,200,l\n2023,22030090,WLD,50,10,l\n2023,22041000,WLD,500,100,l\n"


@pytest.mark.parametrize("name", ["WLD", "World", "W00", "0", "000", "-", "All countries"])
def test_the_world_beside_its_members_is_set_aside(tmp_path: Path, name: str) -> None:
    study = load_case(tmp_path, WORLD.replace("WLD", name))
    reason = f"group of countries whose members stand beside it ({name.upper()}, World)"
    assert set_aside(study) == [(row, "row", reason) for row in (5, 6, 7)]
    found = lines_of(study)
    beer, wine = (0.54 + 0.18) / 2, 0.324 / 5
    assert (found["22030010"]["rate"], found["22030010"]["observations"]) == (near(beer), 2)
    assert (found["22030010"]["imports"], found["22041000"]["imports"]) == (400.0, 500.0)
    simple, weighted = means_of(study)
    assert simple == near((beer + 0.2 + wine) / 3)
    assert weighted == near((400 * beer + 50 * 0.2 + 500 * wine) / 950, 1e-12)
    assert (simple, weighted) == pytest.approx((0.208267, 0.196211), abs=1e-6)


def test_totals_can_be_kept(tmp_path: Path) -> None:
    kept = load_case(tmp_path, WORLD, 'totals = "keep"')
    assert not set_aside(kept)
    assert lines_of(kept)["22030010"]["imports"] == 800.0
    frames = from_frames(tmp_path, WORLD, trade_options={"totals": "keep"})
    assert lines_of(frames)["22030010"]["imports"] == 800.0
    assert lines_of(from_frames(tmp_path, WORLD))["22030010"]["imports"] == 400.0


def test_the_world_alone_is_a_partner(tmp_path: Path) -> None:
    trade = HEADER + "2023,22030010,WLD,400,200,l\n2023,22041000,WLD,500,100,l\n"
    study = load_case(tmp_path, trade)
    assert not set_aside(study)
    assert lines_of(study)["22030010"]["observations"] == 1
    assert "WLD (World, 900 in 2 rows)" in study.checked.trade.remarks[0]


def test_a_code_that_the_world_alone_has_keeps_it(tmp_path: Path) -> None:
    trade = MEMBERS.replace("2023,22041000,FRA,500,100,l\n", "") + (
        "2023,22030010,WLD,400,200,l\n2023,22030090,WLD,50,10,l\n2023,22041000,WLD,500,100,l\n"
    )
    study = load_case(tmp_path, trade)
    assert [row for row, _, _ in set_aside(study)] == [4, 5]
    assert lines_of(study)["22041000"]["imports"] == 500.0


def test_lone_members_go_where_the_world_is_more(tmp_path: Path) -> None:
    trade = HEADER + "2023,22030010,WLD,4000,200,l\n2023,22030010,DEU,100,100,l\n2023,22041000,FRA,500,100,l\n"
    study = load_case(tmp_path, trade)
    assert set_aside(study) == [(2, "row", "member of a group that stands as one partner beside it (WLD, World)")]
    assert lines_of(study)["22030010"]["imports"] == 4000.0
    assert lines_of(study)["22041000"]["imports"] == 500.0  # the world has no row of it


@pytest.mark.parametrize(("union", "slovakia"), [("0003", "4359"), ("EUN", "SVK"), ("EU27_2020", "SK"), ("97", "703")])
def test_a_union_without_its_members_stands_and_a_lone_member_goes(tmp_path: Path, union: str, slovakia: str) -> None:
    trade = HEADER + (
        f"2023,22030010,{union},300,100,l\n2023,22030010,{slovakia},20,10,l\n2023,22030010,CHN,100,100,l\n"
        f"2023,22041000,{union},500,100,l\n"
    )
    study = load_case(tmp_path, trade)
    ((row, _, reason),) = set_aside(study)
    assert (row, reason) == (2, f"member of a group that stands as one partner beside it ({union}, European Union)")
    assert lines_of(study)["22030010"]["imports"] == 400.0
    assert union in study.checked.trade.partners


def test_what_the_world_has_more_than_its_members_is_told_of(tmp_path: Path) -> None:
    study = load_case(tmp_path, WORLD.replace("2023,22041000,WLD,500", "2023,22041000,WLD,700"))
    assert len(set_aside(study)) == 3
    (remark,) = study.checked.trade.remarks
    assert "WLD (World) is worth 200 more than the members beside it" in remark
    assert "(17.4 %)" in remark  # 200 of 1150
    assert not load_case(tmp_path, WORLD).checked.trade.remarks


def test_a_country_that_left_the_union_may_be_in_it(tmp_path: Path) -> None:
    trade = MEMBERS + "2023,22030010,GBR,100,10,l\n2023,22030010,EU28,500,210,l\n"
    members = [f"2023,22030010,{one},1,1,l" for one in ("AUT", "BEL", "BGR", "HRV", "CYP", "CZE", "DNK", "EST", "FIN")]
    members += [f"2023,22030010,{one},1,1,l" for one in ("GRC", "HUN", "IRL")]
    study = load_case(tmp_path, trade.replace("EU28,500", "EU28,512") + "\n".join([*members, ""]))
    assert [reason for _, _, reason in set_aside(study)] == [
        "group of countries whose members stand beside it (EU28, European Union)"
    ]
    assert "GBR" in study.checked.trade.partners
    assert not study.checked.trade.remarks


def test_a_union_goes_where_its_members_add_up_to_it(tmp_path: Path) -> None:
    trade = MEMBERS + "2023,22030010,EU,400,200,l\n2023,22041000,EU,500,100,l\n2023,22030010,WLD,400,200,l\n"
    study = load_case(tmp_path, trade.replace("DEU,50", "CHN,50"))
    assert [row for row, _, _ in set_aside(study)] == [5, 6, 7]


def test_groups_of_groups_count_once(tmp_path: Path) -> None:
    trade = HEADER + (
        "2023,22030010,0003,300,100,l\n2023,22030010,0025,250,90,l\n2023,22030010,5700,100,100,l\n"
        "2023,22030010,4XXX,350,1,l\n2023,22030010,0026,100,1,l\n2023,22030010,-,400,200,l\n"
    )
    study = load_case(tmp_path, trade)
    assert study.checked.trade.partners[:1] == ["0003"]
    assert {row for row, _, _ in set_aside(study)} >= {2, 4, 6}


def test_each_period_is_judged_by_itself(tmp_path: Path) -> None:
    trade = WORLD + "2022,22030010,WLD,77,7,l\n"
    study = load_case(tmp_path, trade)
    assert [row for row, _, _ in set_aside(study)] == [5, 6, 7]
    assert study.checked.trade.periods == ["2022", "2023"]


def counted(study: fa.Study) -> dict[tuple[str, str, str], float]:
    """What counts: value by period, code and partner."""
    trade = study.checked.trade
    found: dict[tuple[str, str, str], float] = {}
    for code, period, partner, value in zip(
        trade.rows.code[:], trade.rows.period, trade.rows.partner, trade.rows.value, strict=True
    ):
        key = (trade.periods[period], trade.codes[code], trade.partners[partner])
        found[key] = found.get(key, 0.0) + float(value)
    return found


BEER, WINE = "22030010", "22041000"


def load_rows(folder: Path, rows: list[tuple[str, str, str, float]], settings: str = "", more: str = "") -> fa.Study:
    """A study whose trade has rows of period, code, partner and value."""
    text = "".join(f"{period},{code},{partner},{value!r},1,l\n" for period, code, partner, value in rows)
    return load_case(folder, HEADER + text, settings, more=more, year=max(int(period[:4]) for period, *_ in rows))


@pytest.mark.parametrize(
    "rows",
    [
        [("2022", BEER, "WLD", 100.0), ("2023", BEER, "W00", 200.0)],
        [("2022", BEER, "WLD", 100.0), ("2022", WINE, "W00", 200.0)],
        [("2022", BEER, "APEC", 100.0), ("2023", BEER, "ASEAN", 200.0)],
        [("2009", BEER, "EU27", 100.0), ("2009", BEER, "USA", 5.0), ("2010", BEER, "EUN", 200.0),
         ("2010", BEER, "USA", 5.0)],
    ],
)  # fmt: skip
def test_another_spelling_elsewhere_says_nothing_of_a_group(
    tmp_path: Path, rows: list[tuple[str, str, str, float]]
) -> None:
    study = load_rows(tmp_path, rows)
    assert not set_aside(study)
    assert counted(study) == {(period, code, partner): value for period, code, partner, value in rows}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("large", "small"), [("WLD", "W00"), ("APEC", "ASEAN"), ("EUN", "EA")])
def test_of_groups_that_overlap_one_counts_in_each_code(tmp_path: Path, order: int, large: str, small: str) -> None:
    rows = [("2023", BEER, large, 100.0), ("2023", BEER, small, 90.0), ("2023", WINE, small, 70.0)]
    study = load_rows(tmp_path, rows[::order])
    ((_, _, reason),) = set_aside(study)
    assert reason.startswith(f"group of countries that may overlap what stands beside it ({small}, ")
    assert counted(study) == {("2023", BEER, large): 100.0, ("2023", WINE, small): 70.0}
    assert any("90 in 1 row" in remark for remark in study.checked.trade.remarks)


@pytest.mark.parametrize(
    ("group", "others"),
    [
        (("001", 100.0), {"004": 80.0, "400": 60.0}),
        (("-", 10.0), {"DEU": 80.0, "USA": 60.0}),
        (("EUN", 100.0), {"DEU": 80.0, "FRA": 60.0}),
    ],
)
def test_a_world_worth_less_than_its_members_is_none(
    tmp_path: Path, group: tuple[str, float], others: dict[str, float]
) -> None:
    partners = dict([group]) | others
    rows = [("2023", BEER, one, value) for one, value in partners.items()]
    study = load_rows(tmp_path, rows)
    assert not set_aside(study)
    assert counted(study) == {("2023", BEER, one): value for one, value in partners.items()}
    (remark,) = study.checked.trade.remarks
    assert f"{group[0]} (" in remark
    assert "worth less than the partners beside it" in remark
    assert f"({group[1]:,.0f} in 1 row)" in remark


@pytest.mark.parametrize(("world", "goes"), [(99.0, True), (98.9, False)])
def test_one_percent_below_its_members_a_world_is_one(tmp_path: Path, world: float, goes: bool) -> None:
    rows = [("2023", BEER, "WLD", world), ("2023", BEER, "DEU", 60.0), ("2023", BEER, "USA", 40.0)]
    assert bool(set_aside(load_rows(tmp_path, rows))) == goes


def test_a_spelling_mostly_below_its_members_is_no_world_in_any_code(tmp_path: Path) -> None:
    rows = [("2023", code, "001", 100.0) for code in (BEER, WINE, "22030090")]
    rows += [("2023", BEER, "400", 140.0), ("2023", WINE, "400", 140.0), ("2023", "22030090", "400", 70.0)]
    study = load_rows(tmp_path, rows)
    assert not set_aside(study)
    assert sum(counted(study).values()) == 650.0


@pytest.mark.parametrize(
    "parts", [{"INT_EU27": 60.0, "EXT_EU27": 40.0}, {"ASIA": 60.0, "EUROPE": 40.0}, {"OECD": 90.0}]
)
def test_groups_of_unknown_members_go_where_the_world_stands(tmp_path: Path, parts: dict[str, float]) -> None:
    rows = [("2023", BEER, one, value) for one, value in parts.items()]
    study = load_rows(tmp_path, [*rows, ("2023", BEER, "WORLD", 100.0)])
    assert counted(study) == {("2023", BEER, "WORLD"): 100.0}
    for one, value in parts.items():
        assert any(
            f"{one} (" in remark and f"{value:,.0f} in 1 row" in remark for remark in study.checked.trade.remarks
        )
    assert load_rows(tmp_path, rows).checked.trade.rows.value.sum() == sum(parts.values())


def test_groups_of_unknown_members_are_judged_code_by_code(tmp_path: Path) -> None:
    rows = [("2023", BEER, "EXTRA_EU", 1000.0), ("2023", WINE, "USA", 10.0), ("2023", WINE, "EXTRA_EU", 30.0)]
    study = load_rows(tmp_path, rows)
    assert counted(study) == {("2023", BEER, "EXTRA_EU"): 1000.0, ("2023", WINE, "USA"): 10.0}
    ((row, _, reason),) = set_aside(study)
    assert (row, reason.split(" (")[0]) == (3, "group of countries that may overlap what stands beside it")
    assert any("30 in 1 row" in remark for remark in study.checked.trade.remarks)


@pytest.mark.parametrize("order", [(0.1, 0.2, 0.3), (0.3, 0.2, 0.1)])
def test_the_order_of_rows_has_no_say(tmp_path: Path, order: tuple[float, ...]) -> None:
    partners = {0.1: "DEU", 0.2: "USA", 0.3: "CHN"}
    rows = [("2023", BEER, partners[value], value) for value in order]
    study = load_rows(tmp_path, [*rows, ("2023", BEER, "WLD", 1.2000000000000002)])
    assert [row for row, _, _ in set_aside(study)] == [4]
    assert counted(study) == {("2023", BEER, partners[value]): value for value in order}


def values_of(study: fa.Study) -> dict[str, float]:
    """What counts, by partner."""
    return {partner: value for (_, _, partner), value in counted(study).items()}


@pytest.mark.parametrize(
    ("period", "partners", "counts"),
    [
        ("2014", {"EU28": 100.0, "DEU": 60.0, "FRA": 20.0, "GBR": 20.0}, {"DEU": 60.0, "FRA": 20.0, "GBR": 20.0}),
        ("2009", {"EU15": 1000.0, "POL": 150.0}, {"EU15": 1000.0, "POL": 150.0}),
        ("2009", {"EUN": 100.0, "HRV": 10.0}, {"EUN": 100.0, "HRV": 10.0}),
        ("2013H1", {"0003": 100.0, "HRV": 10.0}, {"0003": 100.0, "HRV": 10.0}),
        ("2013", {"EUN": 100.0, "HRV": 10.0}, {"EUN": 100.0}),
        ("2009", {"EUN": 100.0, "GBR": 10.0}, {"EUN": 100.0}),
        ("2021", {"EUN": 100.0, "GBR": 10.0}, {"EUN": 100.0, "GBR": 10.0}),
        ("2009", {"EU27": 100.0, "GBR": 10.0, "HRV": 5.0}, {"EU27": 100.0, "HRV": 5.0}),
        ("2009", {"EU27_2020": 100.0, "GBR": 10.0, "HRV": 5.0}, {"EU27_2020": 100.0, "GBR": 10.0}),
        ("2003", {"97": 100.0, "POL": 10.0, "DEU": 20.0}, {"97": 100.0, "POL": 10.0}),
        ("2005", {"EU25": 100.0, "POL": 10.0, "ROU": 20.0}, {"EU25": 100.0, "ROU": 20.0}),
        ("2019", {"EA19": 100.0, "HRV": 10.0, "LTU": 20.0}, {"EA19": 100.0, "HRV": 10.0}),
    ],
)  # fmt: skip
def test_a_union_has_the_members_of_its_spelling_and_its_time(
    tmp_path: Path, period: str, partners: dict[str, float], counts: dict[str, float]
) -> None:
    study = load_rows(tmp_path, [(period, BEER, one, value) for one, value in partners.items()])
    assert values_of(study) == counts


@pytest.mark.parametrize(
    ("group", "exclude", "held"),
    [
        ("WLD", ["KAZ", "BY"], "WLD holds BLR, KAZ"),
        ("EUN", ["KAZ", "POL"], "EUN holds POL"),
        ("EUN", ["KAZ", "GBR"], ""),
        ("EUN", ["EUN", "POL"], ""),
    ],
)
def test_excluded_members_of_a_group_that_stands_are_named(
    tmp_path: Path, group: str, exclude: list[str], held: str
) -> None:
    rows = [("2023", BEER, group, 100.0), ("2023", WINE, "CHN", 10.0)]
    study = load_rows(tmp_path, rows, more=f"[partners]\nexclude = {exclude}".replace("'", '"'))
    told = [remark for remark in study.checked.trade.remarks if "excluded partners" in remark]
    assert [remark.split(": ")[1] for remark in told] == ([f"{held}."] if held else [])


def test_members_excluded_in_other_periods_are_not_named(tmp_path: Path) -> None:
    rows = [("2022", WINE, "POL", 10.0), ("2023", BEER, "EUN", 100.0)]
    for period, told in (("2022", False), ("2023", True)):
        study = load_rows(tmp_path, rows, more=f'[partners.exclude_by_period]\n{period} = ["POL"]')
        assert any("EUN holds POL" in remark for remark in study.checked.trade.remarks) == told


def test_a_union_that_is_none_makes_the_world_no_less_of_one(tmp_path: Path) -> None:
    rows = [("2023", BEER, one, value) for one, value in {"EUN": 10.0, "DEU": 20.0, "USA": 10.0, "WLD": 30.0}.items()]
    study = load_rows(tmp_path, rows)
    assert [row for row, _, _ in set_aside(study)] == [4]
    assert values_of(study) == {"EUN": 10.0, "DEU": 20.0, "USA": 10.0}


def test_no_aggregate_is_spelt_like_another_or_like_a_country() -> None:
    spellings = [spelling for one in AGGREGATES for spelling in one.spellings]
    assert len(spellings) == len(set(spellings))
    assert not {member for one in AGGREGATES for member in one.members} & set(spellings)
    assert all(spelling == spelling.upper() for spelling in spellings)


NESTED = HEADER + (
    "2023,2204,DEU,500,100,l\n2023,220410,DEU,500,100,l\n2023,220410,ITA,100,100,l\n"
    "2023,22030010,POL,300,100,l\n2023,22030090,POL,50,10,l\n2023,2203,POL,350,110,l\n"
)


def test_headings_beside_what_they_are_the_sum_of(tmp_path: Path) -> None:
    study = load_case(tmp_path, NESTED)
    assert set_aside(study) == [(row, "row", "sum of longer codes that stand beside it") for row in (1, 6)]
    found = lines_of(study)
    wine = (0.324 * 100 / 500 + 0.324) / 2
    assert (found["22041000"]["rate"], found["22041000"]["observations"]) == (near(wine), 2)
    assert found["22041000"]["imports"] == 600.0
    beer = max(0.1, 0.54 / 3)
    simple, weighted = means_of(study)
    assert simple == near((beer + 0.2 + wine) / 3)
    assert weighted == near((300 * beer + 50 * 0.2 + 600 * wine) / 950, 1e-12)
    assert (simple, weighted) == pytest.approx((0.191467, 0.190147), abs=1e-6)
    assert study.checked.trade.rows.value.sum() == 950.0
    assert load_case(tmp_path, NESTED, 'totals = "keep"').checked.trade.rows.value.sum() == 1800.0
    assert from_frames(tmp_path, NESTED).checked.trade.rows.value.sum() == 950.0


def test_one_row_of_the_same_value_is_told_of_and_stays(tmp_path: Path) -> None:
    trade = HEADER + "2023,2204,DEU,500,100,l\n2023,220410,DEU,500,100,l\n2023,22030010,POL,300,100,l\n"
    study = load_case(tmp_path, trade)
    assert not set_aside(study)
    (remark,) = study.checked.trade.remarks
    assert "4 digits: 1 row (worth 500; the first: trade.csv row 1) with one row of a longer code" in remark


def test_headings_that_most_others_contradict_take_no_single_row_along(tmp_path: Path) -> None:
    trade = HEADER + (
        "2023,2203,POL,350,110,l\n2023,22030010,POL,300,100,l\n2023,22030090,POL,50,10,l\n"  # a sum
        "2023,2204,DEU,500,100,l\n2023,220410,DEU,500,100,l\n"  # perhaps a sum
        "2023,2203,DEU,70,1,l\n2023,22030010,DEU,900,100,l\n2023,2203,FRA,70,1,l\n2023,22030010,FRA,900,100,l\n"
    )
    study = load_case(tmp_path, trade)
    assert [row for row, _, _ in set_aside(study)] == [1]


def test_other_partners_periods_and_headings_are_no_parts(tmp_path: Path) -> None:
    trade = HEADER + (
        "2023,2203,DEU,350,1,l\n2023,22030010,POL,300,1,l\n2022,22030090,DEU,50,1,l\n2023,22041000,DEU,350,1,l\n"
    )
    study = load_case(tmp_path, trade)
    assert not set_aside(study)
    assert not study.checked.trade.remarks


@pytest.mark.parametrize("order", [1, -1])
def test_four_levels_in_any_order(tmp_path: Path, order: int) -> None:
    leaves = {"22030010": 300.0, "22030090": 50.0, "22041000": 20.5, "22042100": 7.25, "22042200": 1.0}
    rows = dict(leaves)
    for digits in (6, 4):
        for code, value in leaves.items():
            rows[code[:digits]] = rows.get(code[:digits], 0.0) + value
    lines = [f"2023,{code},DEU,{value},1,l" for code, value in rows.items()][::order]
    applied = dict.fromkeys(leaves, "5%")
    study = load_case(tmp_path, HEADER + "\n".join(lines) + "\n", applied=applied)
    left = {line: row["imports"] for line, row in lines_of(study).items()}
    assert left == leaves
    assert study.checked.trade.rows.value.sum() == sum(leaves.values())


@pytest.mark.parametrize(("whole", "goes"), [(351, True), (352, False), (350.9, False)])
def test_rounded_parts_add_up_to_the_rounding_of_the_file(tmp_path: Path, whole: float, goes: bool) -> None:
    """Two whole numbers differ from the whole number of their sum by one and a half at most."""
    trade = HEADER + f"2023,2203,POL,{whole}000,1,l\n2023,22030010,POL,300000,1,l\n2023,22030090,POL,51000,1,l\n"
    if whole == 350.9:
        trade = trade.replace("350.9000", "350900")
    assert bool(set_aside(load_case(tmp_path, trade))) == goes


def test_values_that_doubles_do_not_hold_exactly(tmp_path: Path) -> None:
    values = np.random.default_rng(1).uniform(1, 1e6, (200, 3))
    rows = []
    for place, parts in enumerate(values):
        heading = f"{2200 + place % 97}"
        partner = f"P{place // 97:02d}"
        rows.append(f"2023,{heading},{partner},{parts.sum()!r},1,l".replace("np.float64(", "").replace(")", ""))
        rows += [f"2023,{heading}{10 * i + 10},{partner},{float(part)!r},1,l" for i, part in enumerate(parts)]
    study = load_case(tmp_path, HEADER + "\n".join(rows) + "\n", applied={"22030010": "5%"})
    assert len(set_aside(study)) == 200
    assert study.checked.trade.rows.value.sum() == near(values.sum(), 1e-12)


def nested_rows(seed: int) -> tuple[list[str], float]:
    """Rows of codes of 8 digits, unevenly spread, and of the headings and subheadings that they add up to."""
    rng = np.random.default_rng(seed)
    leaves = {}
    for period in ("2022", "2023"):
        for partner in ("DEU", "POL", "CHN"):
            for heading in rng.integers(2200, 2300, 12):
                for _ in range(rng.integers(1, 6)):
                    code = f"{heading}{10 * rng.integers(1, 4)}{rng.integers(10, 14)}"
                    leaves[period, code, partner] = int(rng.integers(1, 10**6)) / 100
    rows = dict(leaves)
    for digits in (6, 4):
        for (period, code, partner), value in leaves.items():
            key = (period, code[:digits], partner)
            rows[key] = rows.get(key, 0.0) + value
    lines = [f"{period},{code},{partner},{value!r},1,l" for (period, code, partner), value in rows.items()]
    return [str(one) for one in rng.permutation(lines)], sum(leaves.values())


@pytest.mark.parametrize("seed", range(5))
def test_nested_files_count_their_finest_rows_in_any_order(tmp_path: Path, seed: int) -> None:
    lines, whole = nested_rows(seed)
    study = load_case(tmp_path, HEADER + "\n".join(lines) + "\n", applied={"22030010": "5%"})
    assert study.checked.trade.rows.value.sum() == near(whole, 1e-12)
    assert {len(code) for code in study.checked.trade.codes} == {8}
    halves = [HEADER + "\n".join(part) + "\n" for part in (lines[::2], lines[1::2])]
    again = load_case(tmp_path, halves, applied={"22030010": "5%"})
    assert again.checked.trade.rows.value.sum() == near(whole, 1e-12)
    assert again.set_aside.counts() == study.set_aside.counts()


MODES = "period,line,partner,motCode,customsCode,partner2Code,value,quantity,unit\n"


def test_breakdowns_beside_their_totals_count_once(tmp_path: Path) -> None:
    trade = MODES + (
        "2023,22030010,DEU,0,C00,0,100,100,l\n2023,22030010,DEU,1000,C00,0,60,60,l\n2023,22030010,DEU,2100,C00,0,40,40,l\n"
        "2023,22030010,DEU,0,C01,0,100,100,l\n2023,22030010,DEU,1000,C01,0,60,60,l\n2023,22030010,DEU,2100,C01,0,40,40,l\n"
        "2023,22030010,DEU,0,C00,276,100,100,l\n"
        "2023,22041000,FRA,1000,C00,0,500,100,l\n"
    )
    study = load_case(tmp_path, trade)
    found = lines_of(study)
    assert (found["22030010"]["imports"], found["22041000"]["imports"]) == (100.0, 500.0)
    assert found["22030010"]["rate"] == near(0.54)
    assert len(set_aside(study)) == 6
    assert (2, "row", "part of a total that stands beside it (motCode)") in set_aside(study)
    assert lines_of(from_frames(tmp_path, trade))["22030010"]["imports"] == 100.0
    kept = load_case(tmp_path, trade, 'totals = "keep"')
    assert lines_of(kept)["22030010"]["imports"] == 500.0


@pytest.mark.parametrize(
    ("column", "whole", "parts"),
    [
        ("refMonth", "52", ("1", "2")), ("month", "Total", ("Jan", "Feb")), ("month", "0", ("1", "2")),
        ("freqCode", "A", ("M", "M")), ("quarter", "Year", ("1", "4")),
    ],
)  # fmt: skip
def test_a_year_beside_its_months_counts_once(tmp_path: Path, column: str, whole: str, parts: tuple[str, str]) -> None:
    head = f"period,{column},line,partner,value,quantity,unit\n"
    year = f"2023,{whole},22030010,DEU,400,400,l\n"
    months = f"2023,{parts[0]},22030010,DEU,100,100,l\n2023,{parts[1]},22030010,DEU,300,300,l\n"
    study = load_case(tmp_path, head + year + months)
    assert lines_of(study)["22030010"]["imports"] == 400.0
    assert len(set_aside(study)) == 2
    alone = load_case(tmp_path, head + months)
    assert lines_of(alone)["22030010"]["imports"] == 400.0
    assert not alone.checked.trade.remarks  # months of a year are no news
    short = load_case(tmp_path, head + year + months.split("\n")[0] + "\n")
    assert lines_of(short)["22030010"]["imports"] == 500.0
    assert any(column in remark for remark in short.checked.trade.remarks)


@pytest.mark.parametrize("world", ["Grand Total", "Total all countries", "Monde", "Mundo", "Всего"])
def test_the_world_by_other_names_counts_once(tmp_path: Path, world: str) -> None:
    trade = "period,line,partner,value,quantity,unit\n" + (
        f"2023,22030010,DEU,300,300,l\n2023,22030010,FRA,100,100,l\n2023,22030010,{world},400,400,l\n"
    )
    assert lines_of(load_case(tmp_path, trade))["22030010"]["imports"] == 400.0


def test_a_mode_of_nought_that_is_no_total_is_added_up_and_told_of(tmp_path: Path) -> None:
    trade = "period,line,partner,mode,value,quantity,unit\n" + (
        "2023,22030010,DEU,0,5,5,l\n2023,22030010,DEU,1,60,60,l\n2023,22030010,DEU,2,40,40,l\n"
    )
    study = load_case(tmp_path, trade)
    assert not set_aside(study)
    assert lines_of(study)["22030010"]["imports"] == 105.0
    (remark,) = study.checked.trade.remarks
    assert "mode (0, 1, 2)" in remark


def test_words_for_codes_are_no_breakdown_of_their_own(tmp_path: Path) -> None:
    trade = "period,line,partner,motCode,motDesc,value,quantity,unit\n" + (
        "2023,22030010,DEU,0,TOTAL MOT,100,100,l\n2023,22030010,DEU,1000,Air,60,60,l\n"
        "2023,22030010,DEU,2100,Sea,40,40,l\n"
    )
    assert lines_of(load_case(tmp_path, trade))["22030010"]["imports"] == 100.0


def test_strict_studies_take_totals_as_no_fault(tmp_path: Path) -> None:
    study = load_case(tmp_path, WORLD, more="[options]\nstrict = true")
    assert len(set_aside(study)) == 3


def test_rows_are_proved_from_the_rows_that_are_left(tmp_path: Path) -> None:
    study = load_case(tmp_path, WORLD.replace("2023,22030010,DEU", "2023,22030010,WLD,400,200,l\n2023,22030010,DEU", 1))
    proof = study.explain("22030010").to_pylist()
    assert [one["source"] for one in proof] == ["trade.csv row 2", "trade.csv row 3"]


def test_an_unknown_choice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(fa.InputError, match="totals"):
        load_case(tmp_path, WORLD, 'totals = "drop"')
