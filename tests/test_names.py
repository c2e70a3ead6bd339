"""Names in settings, held against the data: partners in any code, and what meets nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import near, row

import fastavs as fa
from fastavs.cli.main import main
from fastavs.errors import InputError

TRADE = [
    ("2023", "22030010", "DE", 100.0, 100.0, "l"),
    ("2023", "22030010", "BY", 300.0, 100.0, "l"),
    ("2023", "22030090", "DE", 50.0, 10.0, "l"),
    ("2023", "22041000", "FR", 500.0, 100.0, "l"),
]
APPLIED = {
    "year": [2023] * 3,
    "line": ["22030010", "22030090", "22041000"],
    "duty": ["max(10%, 0.5 EUR/l)", "20%", "0.3 EUR/l"],
}
FX = {"period": ["2023"], "currency": ["EUR"], "fx": [1.08]}
WITHOUT_BELARUS = 0.272  # (0.54 * 400 + 0.2 * 50 + 0.0648 * 500) / 950


def drinks(spelled: dict[str, str] | None = None, rows: list[Any] = TRADE, **more: Any) -> fa.Study:
    """The study of three drinks; `spelled` writes partners otherwise."""
    new = spelled or {}
    cells = [row(period, line, new.get(who, who), *amounts) for period, line, who, *amounts in rows]
    trade = {name: [one[name] for one in cells] for name in cells[0]}
    return fa.Study(trade, APPLIED, fx=FX, **more)


def weighted(study: fa.Study) -> float:
    return float(study.rates().summary()["weighted_mean"][0].as_py())


@pytest.mark.parametrize("setting", ["BLR", "BY", "112", "4622", "Belarus", "by"])
@pytest.mark.parametrize("trade", ["BY", "BLR", "112", "4622", "Belarus"])
def test_an_excluded_partner_is_found_in_whatever_code(setting: str, trade: str) -> None:
    study = drinks({"BY": trade}, partners={"exclude": [setting]})
    assert weighted(study) == near(WITHOUT_BELARUS)
    assert study.rates().table["rate"][0].as_py() == near(0.54)
    assert trade.upper() in study.checked.trade.partners  # as the trade writes it
    assert study.warnings == []


def test_every_setting_finds_partners() -> None:
    by_period = drinks(partners={"exclude_by_period": {"2023": ["Belarus"]}})
    table = drinks(partners={"partner": ["112"], "treatment": ["excluded"]})
    dropped = drinks(drop={"period": ["2023"], "line": ["22030010"], "partner": ["BLR"], "reason": ["test"]})
    assert [weighted(one) for one in (by_period, table)] == [near(WITHOUT_BELARUS)] * 2
    assert dropped.set_aside.table()["partner"].to_pylist() == ["BY"]
    lifted = drinks(valuation=[{"partner": "Germany", "factor": 2.0}])
    assert lifted.rates().table["imports"].to_pylist() == [500.0, 100.0, 500.0]
    assert by_period.warnings == table.warnings == dropped.warnings == lifted.warnings == []


def test_scenarios_find_partners_and_regions() -> None:
    study = drinks(partners={"partner": ["BLR", "DEU"], "region": ["east", "west"]})
    scenarios = [
        fa.Scenario("code", fa.ExcludePartners("BLR")),
        fa.Scenario("name", fa.ExcludePartners("Belarus")),
        fa.Scenario("region", fa.ExcludePartners(regions="east")),
        fa.Scenario("others", fa.OnlyPartners(("276", "FRA"))),
    ]
    rates = fa.sweep(study, scenarios, lines=["22030010"]).chosen["rate"].to_pylist()
    assert rates == [near(0.54)] * 4
    with pytest.raises(InputError, match=r'"unknown" names a partner that the study has no trade with "NOR"'):
        fa.sweep(study, [fa.Scenario("unknown", fa.ExcludePartners("NOR"))])


def test_two_spellings_of_a_partner_are_one_partner() -> None:
    rows = [*TRADE, ("2023", "22030010", "DEU", 300.0, 100.0, "l")]
    study = drinks(rows=rows)
    assert study.checked.trade.partners == ["BY", "DEU", "FR"]
    found = study.rates().table.to_pylist()[0]
    # DE and DEU are one observation of 200 l for 400: max(10 %, 0.54 * 0.5) = 0.27
    assert (found["observations"], found["rate"]) == (2, near((0.27 + 0.18) / 2))
    assert study.warnings == ["DE and DEU are one partner, which stands as DEU in all results."]
    assert [one["partner"] for one in study.explain("22030010").to_pylist()] == ["BY", "DEU"]


def test_a_code_of_two_countries_is_refused_with_both() -> None:
    with pytest.raises(InputError, match=r'two countries "CS"\. Expected SCG or CSK\. To mend it: write the ISO'):
        drinks(partners={"exclude": ["CS"]})
    with pytest.raises(InputError, match=r'two countries "CONGO"\. Expected COG or COD'):
        drinks(valuation=[{"partner": "Congo", "factor": 2.0}])
    with pytest.raises(InputError, match="KOR or PRK"):
        fa.sweep(drinks(), [fa.Scenario("one", fa.ExcludePartners("Korea"))])
    as_written = drinks({"BY": "CS"}, partners={"exclude": ["CS"]})
    assert weighted(as_written) == near(WITHOUT_BELARUS)


def test_regions_of_partners_that_no_one_knows_are_told() -> None:
    table = {"partner": ["BLR", "NOR", "Frankreich"], "region": ["east", "north", "west"]}
    assert drinks(partners=table).warnings == [
        "partners: no trade with: FRANKREICH. No country is known by FRANKREICH: write ISO alpha-3 codes."
    ]
    with pytest.raises(InputError, match="COG or COD"):
        drinks(partners={"partner": ["Congo"], "region": ["south"]})


def test_two_factors_for_one_partner_are_two_whatever_its_code() -> None:
    with pytest.raises(InputError, match="a second factor for a partner"):
        drinks(valuation=[{"partner": "TUR", "factor": 2.0}, {"partner": "Turkey", "factor": 3.0}])


def test_names_that_meet_nothing_are_told() -> None:
    study = drinks(
        {"FR": "Frankonia"},
        partners={"exclude": ["BLR", "NOR", "XX1"], "exclude_by_period": {"2008": ["BLR"]}},
        valuation=[{"partner": "TUR", "factor": 1.05}],
        drop={"period": ["2023"], "line": ["22030011"], "partner": ["DEU"], "reason": ["test"]},
        groups={"use": {"prefix": ["22", "2203", "8703"], "group": ["drink", "beer", "cars"]}},
        bridges=[{"prefix": "8703", "from": "piece", "to": "cm3", "factor": 500.0}],
        published={"summary": {"year": [2022, 2023], "simple_mean_pct": [1.0, 2.0]}},
    )
    assert study.warnings == [
        "Partners of the trade that are no known country, with their trade in USD: FRANKONIA (500).",
        'partners["exclude"]: no trade with: NOR, XX1. No country is known by XX1: write ISO alpha-3 codes. '
        "Partners of the trade that are no known country: FRANKONIA.",
        "valuation: no trade with: TUR. Partners of the trade that are no known country: FRANKONIA.",
        'partners["exclude_by_period"]: no trade in the periods: 2008. The trade has 2023.',
        'drop: no such row in the trade: 2023, 22030011, DEU. The trade has no code 22030011. Did you mean "22030010"?',
        'groups["use"]: no line of any schedule begins with: 8703. Of 3 prefixes, the others are in use.',
        "bridges: no code of the trade begins with: 8703.",
        "bridges: no duty is charged on what they lead to: cm3.",
        'published["summary"]: no year of the study: 2022. Did you mean "2023"?',
    ]


def test_numbers_of_another_list_are_told() -> None:
    study = drinks({"DE": "004", "FR": "006", "BY": "073"}, partners={"exclude": ["073"]})
    assert weighted(study) == near(WITHOUT_BELARUS)  # as the trade writes it
    assert study.warnings == [
        "Partners of the trade that are no known country, with their trade in USD: 006 (500); 073 (300). Numbers are "
        "read as M49 (three digits) or as the US Census Bureau's (four); those of another list must become ISO codes "
        "first."
    ]


def lost(prefixes: list[str]) -> Any:
    applied = {
        "year": [2023] * 6,
        "line": ["01012100", "02032900", "10010000", "22041000", "25010000", "87032110"],
        "duty": ["5%"] * 6,
    }
    groups = {"sector": {"prefix": prefixes, "group": [f"g{one}" for one in prefixes]}}
    trade = {"period": ["2023"], "line": ["02032900"], "partner": ["DEU"], "value": [100.0]}
    return fa.Study(trade, applied, groups=groups).rates().by("sector").to_pylist()


@pytest.mark.parametrize(
    ("prefixes", "named", "cure"),
    [
        (["1", "2", "3", "10", "22"], "3 prefixes .* \"1, 2, 3\"", "write 01, 02, 03, and keep the column as text; "
         "where lines that begin with 1 are meant, name 10."),
        (["203", "2204"], 'a prefix .* "203"', "write 0203, and keep the column as text."),
        (["20329", "220410"], 'a prefix .* "20329"', "write 020329, and keep"),
        (["01", "20329"], 'a prefix .* "20329"', "write 020329, and keep"),
        (["2032900"], 'a prefix .* "2032900"', "write 02032900, and keep"),
    ],
)  # fmt: skip
def test_prefixes_of_groups_that_lost_a_zero_are_refused(prefixes: list[str], named: str, cure: str) -> None:
    with pytest.raises(InputError, match=rf"row 1|row 2, column prefix: {named}") as error:
        lost(prefixes)
    assert cure in str(error.value)


def test_prefixes_of_odd_length_that_lost_none() -> None:
    assert [one["group"] for one in lost(["01", "02", "2", "87032"])] == ["g01", "g02", "g2", "g87032", "unassigned"]


def test_a_line_of_nine_digits_that_lost_its_zero() -> None:
    applied = {"year": [2023] * 2, "line": ["071010000", "710121000"], "duty": ["5%"] * 2}
    trade = {"period": ["2023"], "line": ["071010000"], "partner": ["DEU"], "value": [100.0]}
    groups = {"sector": {"prefix": ["71010000", "710121000"], "group": ["a", "b"]}}
    with pytest.raises(InputError, match="write 071010000, and keep"):
        fa.Study(trade, applied, groups=groups)


def test_prefixes_of_bridges_that_lost_a_zero_are_refused() -> None:
    applied = {"year": [2023], "line": ["02032900"], "duty": ["5 EUR/kg"]}
    trade = {"period": ["2023"], "line": ["02032900"], "partner": ["DEU"], "value": [100.0]}
    bridge = {"from": "piece", "to": "kg", "factor": 1.0}
    with pytest.raises(InputError, match=r"argument bridges\[1\]\[\"prefix\"\]: .*\"203\".*write 0203"):
        fa.Study(trade, applied, fx=FX, bridges=[{"prefix": "22", **bridge}, {"prefix": "203", **bridge}])


def test_prefixes_of_scenarios_that_lost_a_zero_are_refused() -> None:
    applied = {"year": [2023] * 2, "line": ["02032900", "22041000"], "duty": ["5%"] * 2}
    trade = {"period": ["2023"], "line": ["02032900"], "partner": ["DEU"], "value": [100.0]}
    study = fa.Study(trade, applied)
    for change in (fa.SetDuty(("22", "203"), "7%"), fa.ScaleDuty(0.9, prefixes=("22", "203"))):
        with pytest.raises(InputError, match=r'a prefix that may have lost its zero "203"\. To mend it: write "0203"'):
            fa.sweep(study, [fa.Scenario("x", change)])
    with pytest.raises(InputError, match='lost its zero "203"'):
        fa.sweep(study, [fa.Scenario("x", fa.PriceShock(1.1, prefixes="203"))])


def test_prefixes_of_scenarios_that_begin_no_code_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ('The scenario "x" names prefixes that begin no code: 87, 9801.',)
    changes = fa.SetDuty(("22", "87", "9801"), "7%"), fa.ScaleDuty(0.9, prefixes=("2203",))
    assert fa.sweep(drinks(), [fa.Scenario("x", *changes), fa.Scenario("y")]).warnings == told
    study = written(tmp_path)
    (tmp_path / "s.toml").write_text(
        '[[scenario]]\nname = "x"\nset = [{ prefixes = ["22", "87", "9801"], duty = "7%" }]\n'
    )
    with pytest.raises(SystemExit):
        main(["sweep", str(study), str(tmp_path / "s.toml")])
    assert told[0] in capsys.readouterr().out


def test_the_later_of_two_new_duties_wins() -> None:
    changes = (fa.SetDuty("2203", "7%"), fa.SetDuty("22", "5%"), fa.SetDuty("22030010", "9%"))
    found = fa.sweep(drinks(), [fa.Scenario("x", *changes)], lines=list(APPLIED["line"])).chosen
    assert found["rate"].to_pylist() == [0.09, 0.05, 0.05]


def test_a_duty_whose_amounts_are_zero_is_known_to_be_zero() -> None:
    study = fa.Study(
        {"period": ["2023"], "line": ["22030010"], "partner": ["DEU"], "value": [1.0]},
        {"year": [2023], "line": ["22041000"], "duty": ["0 EUR/kg"]}, fx=FX,
    )  # fmt: skip
    assert study.rates().table["rate"].to_pylist() == [0.0]
    assert study.rates().summary()["unresolved_lines"].to_pylist() == [0]


def written(folder: Path) -> Path:
    """Write a study of drinks without Belarus, and a partner without trade; gives the study file."""
    (folder / "trade.csv").write_text(
        "period,line,partner,value,quantity,unit\n" + "".join(",".join(map(str, one)) + "\n" for one in TRADE)
    )
    (folder / "applied.csv").write_text('year,line,duty\n2023,22030010,"max(10%, 0.5 EUR/l)"\n2023,22030090,20%\n')
    (folder / "fx.csv").write_text("period,currency,fx\n2023,EUR,1.08\n")
    study = folder / "study.toml"
    study.write_text(
        'name = "x"\n[trade]\nfiles = ["trade.csv"]\n[schedules]\napplied = ["applied.csv"]\n[fx]\nfile = "fx.csv"\n'
        '[partners]\nexclude = ["BLR", "NOR"]\n'
    )
    return study


def test_the_screens_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = written(tmp_path)
    for arguments in (["check", str(study)], ["run", str(study), "--out", str(tmp_path / "out"), "--no-report"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        screen = capsys.readouterr().out
        assert "What may be a mistake\npartners.exclude: no trade with: NOR.\n" in screen


@pytest.mark.parametrize("period", ["2023-02", "202302", "2023M02"])
def test_a_period_in_whatever_form_meets_the_trade(period):
    study = fa.Study(
        trade={"period": ["2023M01", "2023M02"], "line": ["22030010"] * 2, "partner": ["FRA"] * 2, "value": [1.0, 2.0]},
        applied={"year": [2023], "line": ["22030010"], "duty": ["10%"]},
        partners={"exclude_by_period": {period: ["FRA"]}},
    )
    assert not [one for one in study.warnings if "no trade in the periods" in one]
