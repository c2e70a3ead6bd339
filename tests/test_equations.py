"""METHOD.md equation by equation, on figures worked out by hand; every test says its sum in a comment.

A euro is 1 USD in 2008, 1.2 in 2009, 1.5 in 2010, 1.6 in 2011H1, 2 in 2011 and 3 in 2012 (`small.EUR`).
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from small import BASE, near, rate_of, row, study, table_of

LINE = "2203000100"
ELSEWHERE = "9999999999"

# so that no base period is without trade: one row for each, of a line apart
FILLER = [row("2009", ELSEWHERE, "DEU", 1.0), row("2010", ELSEWHERE, "DEU", 1.0)]


def based(
    rows: list[dict[str, Any]],
    applied: dict[str, str],
    bound: dict[str, str] | None = None,
    base_schedule: dict[str, str] | None = None,
    **more: Any,
) -> Any:
    """Rates of a study with the base periods 2009 and 2010: applied duties of 2011, bound ones of 2012.

    The schedule of 2010 makes base-period codes; 2009 has a schedule of nothing but the line apart.
    """
    before = {2009: {ELSEWHERE: "0%"}, 2010: {ELSEWHERE: "0%"} | (base_schedule or {})}
    settings = {"base": BASE} | more
    return study(FILLER + rows, before | {2011: applied}, {2012: bound} if bound else None, **settings).rates()


def line_of(rates: Any, line: str = LINE, year: int = 2011) -> dict[str, Any]:
    return table_of(rates)[year, line]


def year_of(rates: Any, year: int) -> dict[str, Any]:
    return next(one for one in rates.summary().to_pylist() if one["year"] == year)


# ---- section 2: the rate of one observation (eq. 1, 5, 14)

# Goods of 10 USD that weigh 2 kg: r = 0.2, and a euro is 1.2 USD.
FORMS = [
    ("15%", 0.15, 0.15),
    ("0.5 EUR/kg", 0.12, 0.0),  # 0.5 x 1.2 x 0.2
    ("50 EUR/100 kg", 0.12, 0.0),
    ("500 EUR/t", 0.12, 0.0),
    ("max(15%, 0.5 EUR/kg)", 0.15, 0.15),
    ("max(5%, 0.5 EUR/kg)", 0.12, 0.05),
    ("min(15%, 0.5 EUR/kg)", 0.12, 0.15),
    ("min(10%, 0.5 EUR/kg)", 0.10, 0.10),
    ("5% + 0.5 EUR/kg", 0.17, 0.05),
    ("20% - 0.5 USD/kg", 0.10, 0.20),  # the study's own currency is 1: 20 % - 0.5 x 0.2
    ("0.5 EUR/kg + 0.1 USD/kg", 0.14, 0.0),  # 0.12 + 0.1 x 0.2
    ("min(max(10%, 0.75 EUR/kg), 1 EUR/kg)", 0.18, 0.10),  # a corridor from 0.75 x 1.2 x 0.2 to 0.24
    ("min(15%, max(12.5%, 0.6 EUR/kg))", 0.144, 0.125),  # 0.6 x 1.2 x 0.2
    ("min(14.7%, max(13.3%, 1 EUR/kg))", 0.147, 0.133),  # 24 % is cut off at 14.7 %
    ("max(5%, 0.5 EUR/kg, 0.7 USD/kg)", 0.14, 0.05),
]


@pytest.mark.parametrize(("duty", "rate", "alone"), FORMS)
def test_rate_of_one_observation(duty, rate, alone):
    found = rate_of(duty, [row("2009", LINE, "DEU", 10.0, 2.0)])
    assert (found["rate"], found["ad_valorem"]) == (near(rate), near(alone) if alone else 0.0)
    assert found["has_specific"] == ("/" in duty)
    assert found["specific_share"] == float(not math.isclose(rate, alone))
    assert (found["governs"], found["bound"], found["matched"]) == ("applied", None, True)


@pytest.mark.parametrize("unit", ["kg", "t", "g", "100 kg", "166", "кг", "KGM"])
def test_a_quantity_is_converted_within_its_kind(unit):
    # 2 kg, whatever they are written in
    amount = {"t": 0.002, "g": 2000.0, "100 kg": 0.02}.get(unit, 2.0)
    assert rate_of("0.5 EUR/kg", [row("2009", LINE, "DEU", 10.0, amount, unit)])["rate"] == near(0.12)


@pytest.mark.parametrize(
    ("duty", "unit"), [("1 EUR/lpa", "l"), ("1 EUR/l", "kg"), ("1 EUR/pair", "piece"), ("1 EUR/m3", "l")]
)
def test_nothing_converts_across_kinds(duty, unit):
    found = rate_of(f"max(5%, {duty})", [row("2009", LINE, "DEU", 10.0, 2.0, unit)])
    assert (found["rate"], found["observations"], found["no_quantity"]) == (0.05, 0, 1)
    assert (found["match_level"], found["specific_share"]) == (0, None)


def test_bridges_go_by_the_longest_prefix_of_the_trade_code():
    # 8703210000: 500 cm3 a piece, 4 pieces for 1000 USD: 2 cm3 a USD, x 0.1 EUR/cm3 x 1.2 = 24 %.
    # 8703900000: 2000 cm3 a piece: 4 x 2000 / 1000 x 0.12 = 96 %.
    rows = [row("2009", line, "DEU", 1000.0, 4.0, "piece") for line in ("8703210000", "8703900000", "8704000000")]
    bridges = [
        {"prefix": "8703", "from": "piece", "to": "cm3", "factor": 2000},
        {"prefix": "870321", "from": "piece", "to": "cm3", "factor": 500},
    ]
    duties = dict.fromkeys(("8703210000", "8703900000", "8704000000"), "max(1%, 0.1 EUR/cm3)")
    table = table_of(study(rows, {2009: duties}, bridges=bridges).rates())
    assert table[2009, "8703210000"]["rate"] == near(0.24)
    assert table[2009, "8703900000"]["rate"] == near(0.96)
    assert (table[2009, "8704000000"]["rate"], table[2009, "8704000000"]["no_quantity"]) == (0.01, 1)


def test_a_quantity_of_the_right_kind_goes_before_a_bridge():
    # 10 l stand in the row: 10 / 100 x 1 USD/l = 10 %; the bridge would make 50 kg into 50 l.
    rows = [row("2009", LINE, "DEU", 100.0, 50.0, "kg", quantity_2=10.0, unit_2="l")]
    bridges = [{"prefix": "2203", "from": "kg", "to": "l", "factor": 1}]
    assert rate_of("1 USD/l", rows, bridges=bridges)["rate"] == near(0.10)


def test_a_bridge_works_row_by_row():
    # One row in litres (10 for 100 USD), one in kilograms (40 for 100 USD, 40 l by the bridge): (10 + 40) / 200 = 25 %.
    rows = [row("2009", LINE, "DEU", 100.0, 10.0, "l"), row("2009", LINE, "DEU", 100.0, 40.0, "kg")]
    bridges = [{"prefix": "2203", "from": "kg", "to": "l", "factor": 1}]
    assert rate_of("1 USD/l", rows, bridges=bridges)["rate"] == near(0.25)


def test_adding_up_takes_the_value_of_the_rows_that_carry_the_quantity():
    # 30 l for 100 USD; the other row has 900 USD and no quantity: 30 / 100 = 30 %, not 3 %. All the value weighs.
    rows = [row("2009", LINE, "DEU", 100.0, 30.0, "l"), row("2009", LINE, "DEU", 900.0)]
    found = rate_of("1 USD/l", rows)
    assert (found["rate"], found["imports"]) == (near(0.30), 1000.0)
    assert (found["observations"], found["no_quantity"]) == (1, 0)


def test_adding_up_by_kind():
    # 1 t and 500 kg are one quantity: 1500 kg for 3000 USD, x 0.2 USD/kg = 10 %. One observation.
    rows = [row("2009", LINE, "DEU", 1000.0, 1.0, "t"), row("2009", LINE, "DEU", 2000.0, 500.0, "kg")]
    found = rate_of("0.2 USD/kg", rows)
    assert (found["rate"], found["observations"]) == (near(0.10), 1)


def test_the_first_quantity_of_a_kind_counts_and_net_mass_comes_last():
    # 20 kg, not 999 and not 777: 20 / 100 = 20 %. Where no quantity is mass, the 30 kg of net mass: 30 %.
    first = [row("2009", LINE, "DEU", 100.0, 20.0, "kg", quantity_2=999.0, unit_2="kg", net_mass_kg=777.0)]
    assert rate_of("1 USD/kg", first)["rate"] == near(0.20)
    last = [row("2009", LINE, "DEU", 100.0, 5.0, "piece", quantity_2=0.0, unit_2="kg", net_mass_kg=30.0)]
    assert rate_of("1 USD/kg", last)["rate"] == near(0.30)


def test_a_duty_of_two_kinds_needs_both():
    # 5 % + 1 USD/kg + 0.5 USD/piece: 10 kg and 20 pieces for 100 USD: 5 + 10 + 10 = 25 %. CHN has no pieces.
    rows = [
        row("2009", LINE, "DEU", 100.0, 20.0, "piece", net_mass_kg=10.0),
        row("2009", LINE, "CHN", 100.0, 90.0, "kg"),
    ]
    found = rate_of("5% + 1 USD/kg + 0.5 USD/piece", rows)
    assert (found["rate"], found["observations"], found["no_quantity"]) == (near(0.25), 1, 1)


def test_each_kind_has_the_value_of_its_own_rows():
    # 10 kg for 100 USD, 20 pieces for 50 USD: 1 USD/kg x 10 / 100 + 0.1 USD/piece x 20 / 50 = 10 + 4 = 14 %.
    rows = [row("2009", LINE, "DEU", 100.0, 10.0, "kg"), row("2009", LINE, "DEU", 50.0, 20.0, "piece")]
    assert rate_of("1 USD/kg + 0.1 USD/piece", rows)["rate"] == near(0.14)


# ---- section 2: outliers, partners, values


@pytest.mark.parametrize("duty", ["10 USD/kg", "max(5%, 10 USD/kg)", "max(10 USD/kg, 0.5 USD/kg)"])
def test_outliers_are_dropped_and_the_threshold_itself_is_kept(duty):
    # 10 USD/kg: 1 kg for 1 USD is 1000 % to the bit and stays; for 0.99 USD it goes. (10 + 0.1) / 2 = 5.05.
    rows = [
        row("2009", LINE, "DEU", 1.0, 1.0),
        row("2009", LINE, "CHN", 0.99, 1.0),
        row("2009", LINE, "FRA", 100.0, 1.0),
    ]
    found = rate_of(duty, rows)
    assert (found["rate"], found["observations"], found["outliers"]) == (near(5.05), 2, 1)
    assert found["imports"] == near(101.99)  # what is dropped from the mean still weighs


def test_the_threshold_is_an_option():
    # Rates 50 % and 10 %; a threshold of 40 % leaves 10 %.
    rows = [row("2009", LINE, "DEU", 2.0, 1.0), row("2009", LINE, "CHN", 10.0, 1.0)]
    assert rate_of("1 USD/kg", rows)["rate"] == near(0.30)
    assert rate_of("1 USD/kg", rows, options={"outlier": 0.4})["rate"] == near(0.10)


def test_the_rate_decides_not_the_specific_part():
    # min(15 %, 20 USD/kg) is 15 % however cheap the goods: no outlier.
    found = rate_of("min(15%, 20 USD/kg)", [row("2009", LINE, "DEU", 1.0, 1.0)])
    assert (found["rate"], found["outliers"], found["specific_share"]) == (0.15, 0, 0.0)


def test_every_observation_an_outlier():
    # Nothing is kept: the ad valorem part, but null for a duty that has none (not 0).
    rows = [row("2009", LINE, "DEU", 1.0, 100.0)]
    greater, purely = rate_of("max(5%, 1 USD/kg)", rows), rate_of("1 USD/kg", rows)
    assert (greater["rate"], greater["outliers"], greater["observations"], greater["match_level"]) == (0.05, 1, 0, 10)
    assert (purely["rate"], purely["outliers"]) == (None, 1)
    assert rate_of("1 USD/kg", rows, options={"unresolved": "zero"})["rate"] == 0.0


def test_georgia_is_excluded_through_2009_and_belarus_always():
    # 1 USD/kg; DEU 10 %, GEO 50 %, BLR 90 %: 2009 has DEU alone, 2010 (10 + 50) / 2 = 30 %.
    rows = [
        row(year, LINE, partner, 100.0, quantity)
        for year in ("2009", "2010")
        for partner, quantity in (("DEU", 10.0), ("GEO", 50.0), ("BLR", 90.0))
    ]
    duties = {2009: {LINE: "1 USD/kg"}, 2010: {LINE: "1 USD/kg"}}
    table = {
        "partner": ["BLR", "GEO"], "treatment": ["excluded", "excluded"], "last_period": [None, "2009"],
    }  # fmt: skip
    lists = {"exclude": ["BLR"], "exclude_by_period": {"2009": ["GEO"]}}
    for partners in (table, lists):
        rates = table_of(study(rows, duties, partners=partners).rates())
        assert (rates[2009, LINE]["rate"], rates[2010, LINE]["rate"]) == (near(0.10), near(0.30))
        assert rates[2009, LINE]["imports"] == 300.0  # own years weigh all partners


def test_an_exclusion_through_a_year_covers_every_part_of_it():
    # GEO through 2009, in months: only DEU's 10 % counts; the month that a list names covers itself alone.
    rows = [row("2009M11", LINE, partner, 100.0, kg) for partner, kg in (("DEU", 10.0), ("GEO", 50.0))]
    rows += [row("2009M12", LINE, "GEO", 100.0, 60.0)]
    through = {"partner": ["GEO"], "treatment": ["excluded"], "last_period": ["2009"]}
    assert rate_of("1 USD/kg", rows, partners=through)["rate"] == near(0.10)
    lists = {"exclude_by_period": {"2009M11": ["GEO"]}}
    assert rate_of("1 USD/kg", rows, partners=lists)["rate"] == near(0.35)  # (10 + 60) / 2


def test_valuation_lifts_a_partners_values():
    # TUR: 100 USD FOB x 1.25 = 125 USD; 25 kg x 1 USD / 125 = 20 %.
    rows = [row("2009", LINE, "TUR", 100.0, 25.0)]
    found = rate_of("1 USD/kg", rows, valuation=[{"partner": "TUR", "factor": 1.25}])
    assert (found["rate"], found["imports"]) == (near(0.20), 125.0)


def test_small_observations_take_no_part_but_weigh():
    # min_value goes by an observation's whole value: DEU has 30 + 30 USD in two rows and stays, CHN has 49.
    rows = [
        row("2009", LINE, "DEU", 30.0, 3.0),
        row("2009", LINE, "DEU", 30.0, 3.0),
        row("2009", LINE, "CHN", 49.0, 49.0),
    ]
    found = rate_of("1 USD/kg", rows, options={"min_value": 50.0})
    assert (found["rate"], found["observations"], found["imports"]) == (near(0.10), 1, 109.0)


def test_rows_named_for_dropping_are_out_of_everything():
    rows = [row("2009", LINE, "DEU", 100.0, 10.0), row("2009", LINE, "CHN", 100.0, 90.0)]
    drop = {"period": ["2009"], "line": [LINE], "partner": ["CHN"], "reason": ["grams"]}
    found = rate_of("1 USD/kg", rows, drop=drop)
    assert (found["rate"], found["imports"]) == (near(0.10), 100.0)


# ---- section 3: years with their own trade (eq. 2)


def test_simple_mean_over_partners_eq_2():
    # 1 USD/kg: 10 %, 20 % and 60 %: 30 %, whatever the partners' size.
    rows = [
        row("2009", LINE, "DEU", 1000.0, 100.0),
        row("2009", LINE, "CHN", 10.0, 2.0),
        row("2009", LINE, "USA", 5.0, 3.0),
    ]
    found = rate_of("1 USD/kg", rows)
    assert (found["rate"], found["observations"], found["match_level"]) == (near(0.30), 3, 10)


def test_share_of_observations_in_which_the_specific_part_binds():
    # max(25 %, 1 USD/kg) of 10 %, 20 %, 60 %: 25, 25 and 60: mean 110 / 3 %, one of three binds.
    rows = [row("2009", LINE, partner, 100.0, kg) for partner, kg in (("A", 10.0), ("B", 20.0), ("C", 60.0))]
    found = rate_of("max(25%, 1 USD/kg)", rows)
    assert (found["rate"], found["specific_share"]) == (near(1.1 / 3), 1 / 3)


def test_no_observation_leaves_the_ad_valorem_part():
    rates = study([row("2009", ELSEWHERE, "DEU", 5.0)], {2009: {LINE: "max(7%, 1 EUR/kg)", ELSEWHERE: "3%"}}).rates()
    found = table_of(rates)[2009, LINE]
    assert (found["rate"], found["match_level"], found["observations"], found["imports"]) == (0.07, 0, 0, 0.0)
    assert (found["matched"], found["specific_share"]) == (True, None)


def test_own_years_take_every_part_of_the_year():
    # 2009M03 and 2009M11 have an observation each: 10 % and 30 %. The euro is 1 USD in March and 2 in November:
    # 0.1 EUR/kg x 1 x 100 kg / 100 USD = 10 %; 0.1 x 2 x 150 / 100 = 30 %; mean 20 %.
    rows = [row("2009M03", LINE, "DEU", 100.0, 100.0), row("2009M11", LINE, "DEU", 100.0, 150.0)]
    rates = study(
        rows,
        {2009: {LINE: "0.1 EUR/kg"}},
        fx={"period": ["2009M03", "2009M11"], "currency": ["EUR", "EUR"], "fx": [1.0, 2.0]},
    ).rates()
    found = table_of(rates)[2009, LINE]
    assert (found["rate"], found["observations"], found["imports"]) == (near(0.20), 2, 200.0)


def test_own_years_do_not_borrow():
    # 2203000900 has no trade of its own in 2009; its relative's is not looked at.
    rows = [row("2009", LINE, "DEU", 100.0, 50.0)]
    rates = study(rows, {2009: {LINE: "1 USD/kg", "2203000900": "max(4%, 1 USD/kg)"}}).rates()
    assert table_of(rates)[2009, "2203000900"]["rate"] == 0.04


# ---- section 3: base periods (eq. 5 to 8, 14 to 16)


def test_base_period_is_one_mean_and_not_a_mean_of_means_eq_5_6():
    # 0.1 EUR/kg. 2009 (1.2): DEU 100 kg/100 USD 12 %. 2010 (1.5): DEU 15 %, CHN 200 kg/100 USD 30 %.
    # One mean: (12 + 15 + 30) / 3 = 19 %; a mean of yearly means would be (12 + 22.5) / 2 = 17.25 %.
    rows = [
        row("2009", LINE, "DEU", 100.0, 100.0),
        row("2010", LINE, "DEU", 100.0, 100.0),
        row("2010", LINE, "CHN", 100.0, 200.0),
    ]
    found = line_of(based(rows, {LINE: "0.1 EUR/kg"}))
    assert (found["rate"], found["observations"], found["matched"]) == (near(0.19), 3, True)
    assert found["imports"] == 300.0


def test_schedule_years_exchange_rate_by_option():
    # fx_period = "schedule": 2011's 2 USD for a euro: 0.1 x 2 x 100 / 100 = 20 %.
    rows = [row("2009", LINE, "DEU", 100.0, 100.0)]
    found = line_of(based(rows, {LINE: "0.1 EUR/kg"}, options={"fx_period": "schedule"}))
    assert found["rate"] == near(0.20)


def test_base_partners_all():
    # CHN has imports in both base periods, DEU in one only: CHN's 20 % and 40 % stay, mean 30 %.
    rows = [
        row("2009", LINE, "CHN", 100.0, 20.0),
        row("2010", LINE, "CHN", 100.0, 40.0),
        row("2010", LINE, "DEU", 100.0, 90.0),
    ]
    found = line_of(based(rows, {LINE: "1 USD/kg"}, options={"base_partners": "all"}))
    assert (found["rate"], found["observations"], found["imports"]) == (near(0.30), 2, 300.0)
    assert line_of(based(rows, {LINE: "1 USD/kg"}))["rate"] == near(0.50)  # (20 + 40 + 90) / 3


DONORS = [
    row("2009", "2203000110", "DEU", 100.0, 10.0),  # shares 8 digits with 2203000190
    row("2010", "2203000110", "CHN", 100.0, 30.0),
    row("2009", "2203009010", "DEU", 100.0, 50.0),  # shares 6
    row("2009", "2203900010", "DEU", 100.0, 70.0),  # shares 4
    row("2009", "2203000110", "BLR", 100.0, 95.0),  # excluded
]


@pytest.mark.parametrize(
    ("line", "level", "rate", "observations"),
    [
        ("2203000190", 8, 0.20, 2),  # (10 + 30) / 2
        ("2203001790", 6, 0.30, 3),  # (10 + 30 + 50) / 3
        ("2203551790", 4, 0.40, 4),  # (10 + 30 + 50 + 70) / 4
        ("2204551790", 0, None, 0),
    ],
)
def test_unmatched_lines_borrow_at_8_6_and_4_digits_eq_7_8(line, level, rate, observations):
    found = line_of(based(DONORS, {line: "1 USD/kg"}), line)
    assert (found["rate"], found["match_level"]) == (rate and near(rate), level)
    assert (found["observations"], found["matched"], found["imports"]) == (observations, False, 0.0)


def test_donors_take_the_lines_own_duty_on_each_observation():
    # The donors' own duty is 99 %. h's own: max(20 %, 1 USD/kg) on 10 % and 30 %: (20 + 30) / 2 = 25 %, where one
    # mean ratio of 20 % would give 20 %.
    rates = based(
        DONORS, {"2203000190": "max(20%, 1 USD/kg)", "2203000110": "99%"}, base_schedule={"2203000110": "99%"}
    )
    found = line_of(rates, "2203000190")
    assert (found["rate"], found["specific_share"]) == (near(0.25), 0.5)


def test_donors_need_a_quantity_that_converts():
    # At 8 digits there are kilograms only, at 6 a relative in litres: 10 l / 100 USD x 1 USD/l = 10 %.
    rows = [*DONORS, row("2009", "2203005010", "DEU", 100.0, 10.0, "l")]
    found = line_of(based(rows, {"2203000190": "1 USD/l"}), "2203000190")
    assert (found["rate"], found["match_level"], found["observations"]) == (near(0.10), 6, 1)


def test_donors_that_are_all_outliers_keep_the_level():
    # 100 USD/kg on 10 kg / 100 USD is 1000 % and stays; on 30 kg it is 3000 % and goes. 101 USD/kg: both go.
    kept = line_of(based(DONORS, {"2203000190": "100 USD/kg"}), "2203000190")
    assert (kept["rate"], kept["observations"], kept["outliers"]) == (near(10.0), 1, 1)
    gone = line_of(based(DONORS, {"2203000190": "max(6%, 101 USD/kg)"}), "2203000190")
    assert (gone["rate"], gone["match_level"], gone["observations"], gone["outliers"]) == (0.06, 8, 0, 2)


def test_the_levels_are_an_option():
    found = line_of(based(DONORS, {"2203000190": "1 USD/kg"}, options={"levels": [6]}), "2203000190")
    assert (found["rate"], found["match_level"]) == (near(0.30), 6)


def test_matched_by_classification_or_by_imports():
    # 2203000190 is in the tariff of 2010 and has no trade: matched by its code (T = a), not by imports (borrows 20 %).
    duties, before = {"2203000190": "max(5%, 1 USD/kg)"}, {"2203000190": "0%"}
    by_code = line_of(based(DONORS, duties, base_schedule=before), "2203000190")
    assert (by_code["rate"], by_code["matched"], by_code["match_level"]) == (0.05, True, 0)
    by_trade = line_of(based(DONORS, duties, base_schedule=before, options={"match_on": "imports"}), "2203000190")
    assert (by_trade["rate"], by_trade["matched"], by_trade["match_level"]) == (near(0.20), False, 8)


def test_by_imports_a_matched_line_borrows_too():
    # LINE has imports without a quantity; a relative at 8 digits has 10 %.
    rows = [row("2009", LINE, "DEU", 700.0), row("2009", "2203000110", "DEU", 100.0, 10.0)]
    found = line_of(based(rows, {LINE: "1 USD/kg"}, options={"match_on": "imports"}))
    assert (found["rate"], found["matched"], found["match_level"]) == (near(0.10), True, 8)
    assert (found["no_quantity"], found["imports"]) == (1, 700.0)


def test_base_period_codes_count_whoever_the_partner_is():
    # Only excluded BLR trades LINE: it is matched by classification (T = a) and weighs nothing.
    found = line_of(based([row("2009", LINE, "BLR", 100.0, 10.0)], {LINE: "max(5%, 1 USD/kg)"}))
    assert (found["rate"], found["matched"], found["imports"], found["match_level"]) == (0.05, True, 0.0, 0)


def test_a_base_period_that_is_part_of_a_year_has_no_schedule():
    # LINE is in the schedule of 2011 alone, and 2011H1 has no trade of it: unmatched, so it borrows 10 %.
    rows = [row("2011H1", "2203000110", "DEU", 100.0, 10.0)]
    rates = study(rows, {2011: {LINE: "max(5%, 1 USD/kg)"}}, base={"periods": ["2011H1"], "first_year": 2011}).rates()
    found = line_of(rates)
    assert (found["rate"], found["matched"], found["match_level"]) == (near(0.10), False, 8)


# ---- section 3: trade at other lengths than the tariff's


def test_a_short_code_reaches_as_far_as_all_its_lines_agree():
    # All lines under 2203 start with 220300: its record (40 %) serves 6 digits. 22030001 has a single line: its record
    # (10 %) is that line's own. 22030010 has two.
    rows = [row("2009", "2203", "DEU", 100.0, 40.0), row("2009", "22030001", "DEU", 100.0, 10.0)]
    duties = dict.fromkeys((LINE, "2203001010", "2203001020"), "1 USD/kg")
    rates = based(rows, duties)
    own = line_of(rates)
    assert (own["rate"], own["match_level"], own["imports"], own["matched"]) == (near(0.10), 10, 100.0, True)
    other = line_of(rates, "2203001010")
    assert (other["rate"], other["match_level"], other["observations"]) == (near(0.25), 6, 2)  # (40 + 10) / 2
    assert not other["matched"]


def test_short_codes_as_donors_serve_their_own_length_only():
    # The same: 22030001 is no line's own and serves 8 digits; 2203 serves 4.
    rows = [row("2009", "2203", "DEU", 100.0, 40.0), row("2009", "22030001", "DEU", 100.0, 10.0)]
    duties = dict.fromkeys((LINE, "2203001010", "2203001020"), "1 USD/kg")
    rates = based(rows, duties, options={"short_codes": "donors"})
    own, other = line_of(rates), line_of(rates, "2203001010")
    assert (own["rate"], own["match_level"], own["matched"], own["imports"]) == (near(0.10), 8, False, 0.0)
    assert (other["rate"], other["match_level"], other["observations"]) == (near(0.10), 6, 1)


def test_codes_longer_than_the_tariffs_are_cut():
    # An 8-digit tariff under 10-digit trade: both records are observations of 22030001, one partner: added up.
    # (10 + 30) kg / 200 USD = 20 %.
    rows = [row("2009", "2203000110", "DEU", 100.0, 10.0), row("2009", "2203000190", "DEU", 100.0, 30.0)]
    found = table_of(study(rows, {2009: {"22030001": "1 USD/kg"}}).rates())[2009, "22030001"]
    assert (found["rate"], found["observations"], found["match_level"]) == (near(0.20), 1, 8)


# ---- section 3: bound schedules (eq. 14 to 19)

BOUND_TRADE = [
    row("2009", LINE, "DEU", 10.0, 1.0),  # r = 0.1
    row("2009", "2203000900", "DEU", 10.0, 3.0),  # r = 0.3
    row("2010", "3303000000", "DEU", 10.0, 3.0),
]
APPLIED = {LINE: "0.5 EUR/kg", "2203000900": "max(8%, 0.5 EUR/kg)", "3303000000": "5%", "4404000000": "1 USD/l"}
# of 2011: LINE 0.5 x 1.2 x 0.1 = 6 %, 2203000900 0.6 x 0.3 = 18 %, 3303000000 5 %, 4404000000 unknown


def against(bound: str, line: str = LINE, **more: Any) -> dict[str, Any]:
    return line_of(based(BOUND_TRADE, APPLIED, {line: bound}, **more), line, 2012)


def test_the_lesser_of_applied_and_bound_governs_eq_19():
    lower, higher = against("4%"), against("max(1%, 1 EUR/kg)")  # the latter 1 x 1.2 x 0.1 = 12 %
    assert (lower["rate"], lower["governs"], lower["applied"], lower["bound"]) == (0.04, "bound", near(0.06), 0.04)
    assert (lower["has_specific"], lower["ad_valorem"]) == (False, 0.0)  # the lesser of 0 and 4 %
    assert (higher["rate"], higher["governs"], higher["bound"]) == (near(0.06), "applied", near(0.12))
    assert (higher["has_specific"], higher["specific_share"]) == (True, 1.0)


def test_a_tie_is_the_applied_schedules_and_no_water():
    rates = based(BOUND_TRADE, APPLIED, {"3303000000": "5%", LINE: "0.50000000000001 EUR/kg"})
    tie, hair = line_of(rates, "3303000000", 2012), line_of(rates, LINE, 2012)  # the latter 2e-14 above
    assert (tie["governs"], tie["rate"], hair["governs"]) == ("applied", 0.05, "applied")
    assert hair["bound"] > hair["applied"]
    assert year_of(rates, 2012)["water_lines"] == 0
    below = based(BOUND_TRADE, APPLIED, {LINE: "0.49999999999999 EUR/kg"})  # 2e-14 below: still a tie
    assert line_of(below, LINE, 2012)["governs"] == "applied"
    assert below.breaches().num_rows == 0


def test_water_and_breaches():
    # Bound 10 %, 4 % and 5 % over applied 6 %, 18 % and 5 %: one line with water, one breach.
    rates = based(BOUND_TRADE, APPLIED, {LINE: "10%", "2203000900": "4%", "3303000000": "5%"})
    assert year_of(rates, 2012)["water_lines"] == 1
    assert year_of(rates, 2012)["bound_mean"] == near(0.19 / 3)
    (breach,) = rates.breaches().to_pylist()
    assert (breach["year"], breach["line"], breach["imports"]) == (2012, "2203000900", 10.0)
    assert (breach["applied"], breach["bound"]) == (near(0.18), 0.04)
    # max(8 %, ...) is above 4 % at every unit value
    assert breach["critical_unit_value"] == math.inf


def test_critical_unit_value_with_the_exchange_rate_of_the_last_base_period():
    # 0.5 EUR/kg x 1.5 USD (2010) against 6 %: 0.75 / 0.06 = 12.5 USD/kg; below that the applied duty is higher.
    rates = based([*BOUND_TRADE, row("2010", LINE, "DEU", 10.0, 1.0)], APPLIED, {LINE: "6%"})
    (breach,) = rates.breaches().to_pylist()
    assert (breach["critical_unit_value"], breach["unit"]) == (near(12.5), "kg")


def test_applied_rates_are_carried_by_prefix():
    # 2203000300 shares 6 digits with both lines of 2203: (6 + 18) / 2 = 12 %; bound 2 EUR/kg: 2.4 x (0.1, 0.3): 48 %.
    found = against("2 EUR/kg", "2203000300")
    assert (found["applied"], found["bound"], found["governs"]) == (near(0.12), near(0.48), "applied")
    assert (found["match_level"], found["observations"], found["specific_share"]) == (6, 2, 1.0)
    assert (found["ad_valorem"], found["has_specific"], found["matched"]) == (0.0, True, False)


def test_what_is_carried_is_pooled_and_summed():
    # 2203000300 from LINE (6 %: 1 of 1 binds) and 2203000900, now with 10 kg for 1000 USD by CHN: 0.6 x 0.01 = 0.6 %,
    # so max(8 %, .) does not bind there: its mean (18 + 8) / 2 = 13 %. Carried (6 + 13) / 2 = 9.5 %; 2 of 3 bind; the
    # ad valorem part (0 + 8) / 2 = 4 %.
    rows = [*BOUND_TRADE, row("2009", "2203000900", "CHN", 1000.0, 10.0)]
    found = line_of(based(rows, APPLIED, {"2203000300": "60%"}), "2203000300", 2012)
    assert (found["rate"], found["observations"], found["specific_share"]) == (near(0.095), 3, 2 / 3)
    assert found["ad_valorem"] == near(0.04)


def test_carrying_leaves_nulls_out_and_goes_on():
    # At 8 digits the only relative is unknown; at 6 there is one with 10 %.
    applied = {"2203000110": "1 USD/l", "2203007700": "10%"}
    found = line_of(based([], applied, {"2203000120": "50%"}), "2203000120", 2012)
    assert (found["applied"], found["match_level"], found["governs"]) == (0.10, 6, "applied")


def test_where_one_side_is_unknown_the_other_governs():
    applied_unknown = against("7%", "4404000000")
    assert (applied_unknown["applied"], applied_unknown["rate"], applied_unknown["governs"]) == (None, 0.07, "bound")
    assert applied_unknown["ad_valorem"] == 0.0  # still the lesser of both
    bound_unknown = against("1 USD/l", "3303000000")
    assert (bound_unknown["bound"], bound_unknown["rate"], bound_unknown["governs"]) == (None, 0.05, "applied")
    both = against("2 USD/l", "4404000000")
    assert (both["rate"], both["governs"]) == (None, "applied")
    nothing_to_carry = against("9%", "5505000000")
    assert (nothing_to_carry["applied"], nothing_to_carry["rate"]) == (None, 0.09)
    assert (nothing_to_carry["governs"], nothing_to_carry["ad_valorem"]) == ("bound", 0.09)


def test_a_year_with_an_applied_schedule_of_its_own_uses_that():
    rates = study(
        FILLER + BOUND_TRADE,
        {2011: APPLIED, 2012: {"3303000000": "3%"}},
        {2012: {"3303000000": "5%"}, 2013: {"3303000000": "6%"}},
        base=BASE,
    ).rates()
    table = table_of(rates)
    assert (table[2012, "3303000000"]["rate"], table[2013, "3303000000"]["rate"]) == (0.03, 0.05)


# ---- section 3: lines that cannot be known


@pytest.mark.parametrize(("unresolved", "rate", "mean"), [("null", None, 0.04), ("zero", 0.0, 0.02)])
def test_a_purely_specific_duty_without_anything_has_no_ave(unresolved, rate, mean):
    # 4 % and an unknown: the mean over what is known is 4 %; with the paper's 0 it is 2 %. Counted either way.
    rates = based([], {"4404000000": "1 USD/l", "5505000000": "4%"}, options={"unresolved": unresolved})
    summary = year_of(rates, 2011)
    assert line_of(rates, "4404000000")["rate"] == rate
    assert (summary["simple_mean"], summary["unresolved_lines"], summary["lines"]) == (near(mean), 1, 2)
    assert (summary["specific_lines"], summary["ad_valorem_simple_mean"]) == (1, near(0.02))  # over all lines


# ---- section 7: the pooled method


def test_pooled_method_takes_the_form_once():
    # 2009: 10 kg, 100 USD; 2010: 50 kg, 100 USD; 0.4 EUR/kg: (0.4 x 1.2 x 10 + 0.4 x 1.5 x 50) / 200 = 34.8 / 200
    # = 17.4 %. max(15 %, .) of each: (15 + 30) / 2 = 22.5 %.
    rows = [row("2009", LINE, "DEU", 100.0, 10.0), row("2010", LINE, "CHN", 100.0, 50.0)]
    duty = {LINE: "max(15%, 0.4 EUR/kg)"}
    found = line_of(based(rows, duty, options={"method": "pooled"}))
    assert (found["rate"], found["observations"], found["specific_share"]) == (near(0.174), 2, 0.5)
    assert line_of(based(rows, duty))["rate"] == near(0.225)


def test_pooled_method_drops_outliers_one_by_one():
    # 1 USD/kg: DEU 1100 kg for 100 USD is 1100 % and goes; 10 kg and 30 kg for 100 USD each: 40 / 200 = 20 %.
    rows = [
        row("2009", LINE, "DEU", 100.0, 1100.0),
        row("2009", LINE, "CHN", 100.0, 10.0),
        row("2010", LINE, "DEU", 100.0, 30.0),
    ]
    found = line_of(based(rows, {LINE: "1 USD/kg"}, options={"method": "pooled"}))
    assert (found["rate"], found["outliers"]) == (near(0.20), 1)


# ---- section 4: averages of a year


AVERAGED = {LINE: "1 USD/kg", "2203000900": "4%", "3303000000": "8%", "4404000000": "1 USD/l"}
OWN_TRADE = [
    row("2009", LINE, "DEU", 300.0, 30.0),  # 10 %
    row("2009", "3303000000", "DEU", 600.0),
    row("2009", "3303000000", "BLR", 100.0),
    row("2009", "4404000000", "DEU", 5000.0),  # its rate is unknown: no weight
]


def test_own_year_averages_eq_3_4():
    # Rates 10, 4, 8 % and an unknown. Simple: 22 / 3. Deviation with n - 1: about 7.333: 2.667, -3.333, 0.667: squares
    # 7.111 + 11.111 + 0.444 = 18.667; / 2 = 9.333; root 3.055.
    # Weights 300, 0, 700 (BLR included): 0.3 x 10 + 0.7 x 8 = 8.6; deviation: 0.3 x 1.4^2 + 0.7 x 0.6^2 = 0.84.
    summary = year_of(study(OWN_TRADE, {2009: AVERAGED}).rates(), 2009)
    assert (summary["simple_mean"], summary["simple_sd"]) == (near(0.22 / 3), near(math.sqrt(28 / 3) / 100))
    assert (summary["weighted_mean"], summary["weighted_sd"]) == (near(0.086), near(math.sqrt(0.84) / 100))
    assert (summary["adjust"], summary["weighted_mean_unadjusted"]) == (0.0, near(0.086))
    assert (summary["lines"], summary["matched_lines"], summary["unresolved_lines"]) == (4, 4, 1)
    assert summary["specific_lines"] == 2
    # ad valorem parts 0, 4, 8, 0: 3; with the same weights 0.3 x 0 + 0.7 x 8 = 5.6
    assert (summary["ad_valorem_simple_mean"], summary["ad_valorem_weighted_mean"]) == (near(0.03), near(0.056))
    # HS6: 220300 (10 + 4) / 2 = 7, 330300 8: 7.5; the unknown line's subheading is left out
    assert summary["hs6_mean"] == near(0.075)
    assert (summary["bound_mean"], summary["water_lines"]) == (None, 0)


def test_own_year_weights_may_leave_excluded_partners_out():
    # 300 and 600: (300 x 10 + 600 x 8) / 900 = 7800 / 900
    summary = year_of(study(OWN_TRADE, {2009: AVERAGED}, options={"weights": "mfn"}).rates(), 2009)
    assert summary["weighted_mean"] == near(0.078 / 0.9)


def test_table_2_deviation_is_with_n_minus_1():
    # Six oil-extraction lines, two at 5 %: mean 1.7, deviation 2.6 as printed: sqrt((2 x 3.33^2 + 4 x 1.67^2) / 5).
    duties = {f"270900000{i}": "5%" if i < 2 else "0%" for i in range(6)}
    summary = year_of(study([row("2009", ELSEWHERE, "DEU", 1.0)], {2009: duties}).rates(), 2009)
    assert (round(100 * summary["simple_mean"], 1), round(100 * summary["simple_sd"], 1)) == (1.7, 2.6)
    assert summary["weighted_mean"] is None  # nothing of it was imported


def test_base_year_averages_and_adjust_eq_9_to_13():
    # Matched by trade: LINE 10 % with 300 USD, 3303000000 8 % with 100 USD (BLR's 900 do not weigh). Unmatched
    # 5505000000 30 %. Simple (10 + 8 + 30) / 3 = 16; over matched lines 9; Adjust 7.
    # TWU = 0.75 x 10 + 0.25 x 8 = 9.5; weighted 16.5. Its deviation is about 9.5: 0.75 x 0.25 + 0.25 x 2.25 = 0.75.
    rows = [
        row("2009", LINE, "DEU", 300.0, 30.0),
        row("2010", "3303000000", "DEU", 100.0),
        row("2010", "3303000000", "BLR", 900.0),
    ]
    summary = year_of(based(rows, {LINE: "max(2%, 1 USD/kg)", "3303000000": "8%", "5505000000": "30%"}), 2011)
    assert (summary["simple_mean"], summary["matched_mean"]) == (near(0.16), near(0.09))
    assert summary["matched_sd"] == near(math.sqrt(2) / 100)  # sqrt((1 + 1) / 1)
    assert (summary["adjust"], summary["weighted_mean_unadjusted"]) == (near(0.07), near(0.095))
    assert (summary["weighted_mean"], summary["weighted_sd"]) == (near(0.165), near(math.sqrt(0.75) / 100))
    assert (summary["lines"], summary["matched_lines"]) == (3, 2)
    assert summary["ad_valorem_weighted_mean"] == near(0.035)  # 0.75 x 2 + 0.25 x 8, unadjusted


def test_bound_year_averages_eq_17_to_21():
    # Bound 10 % over 6 % (LINE), 4 % under 18 %, 5 % over 5 %; weights 10 USD each:
    # governing 6, 4 and 5: mean 5, all matched: Adjust 0.
    rates = based(BOUND_TRADE, APPLIED, {LINE: "10%", "2203000900": "4%", "3303000000": "5%"})
    summary = year_of(rates, 2012)
    assert (summary["simple_mean"], summary["weighted_mean"]) == (near(0.05), near(0.05))
    assert summary["adjust"] == 0.0
    assert summary["specific_lines"] == 1  # LINE alone is governed by a duty with a specific part


def test_groups_go_by_the_longest_prefix():
    # food: 2203 but for 22030009 (special): LINE 10 %, 300 of 1000 USD that weigh. 33 and 44 are in no group.
    groups = {"industry": {"prefix": ["2203", "22030009"], "group": ["food", "special"], "name": ["Food", None]}}
    rates = study(OWN_TRADE, {2009: AVERAGED}, groups=groups).rates()
    table = {one["group"]: one for one in rates.by("industry").to_pylist()}
    assert list(table) == ["food", "special", "unassigned"]
    food, special, rest = table.values()
    assert (food["name"], food["lines"], food["simple_mean"], food["simple_sd"]) == ("Food", 1, near(0.10), None)
    assert (food["import_share"], food["weighted_mean"]) == (near(0.3), near(0.10))
    assert (special["simple_mean"], special["import_share"], special["weighted_mean"]) == (near(0.04), 0.0, None)
    assert (rest["lines"], rest["specific_lines"], rest["simple_mean"]) == (2, 1, near(0.08))
    assert (rest["import_share"], rest["weighted_mean"]) == (near(0.7), near(0.08))


def test_chapters():
    table = {one["group"]: one for one in study(OWN_TRADE, {2009: AVERAGED}).rates().by().to_pylist()}
    assert list(table) == ["22", "33", "44"]
    assert (table["22"]["lines"], table["22"]["simple_mean"]) == (2, near(0.07))
    assert table["22"]["simple_sd"] == near(math.sqrt(18) / 100)  # sqrt((9 + 9) / 1)
    assert (table["44"]["lines"], table["44"]["simple_mean"], table["44"]["import_share"]) == (1, None, 0.0)


# ---- the proof of a line


def test_observations_say_why_each_counts_or_not():
    rows = [*DONORS, row("2010", "2203000110", "USA", 1.0, 50.0), row("2010", "2203000110", "FRA", 5.0)]
    table = based(rows, {"2203000190": "1 USD/kg"}).observations("2203000190", 2011).to_pylist()
    found = {(one["period"], one["partner"]): one for one in table}
    assert found["2009", "DEU"]["rate"] == near(0.10)
    assert (found["2009", "DEU"]["kept"], found["2009", "DEU"]["level"], found["2009", "DEU"]["fx"]) == (True, 8, 1.0)
    assert (found["2009", "DEU"]["code"], found["2009", "DEU"]["why_not"]) == ("2203000110", None)
    assert found["2009", "DEU"]["source"] == "<trade> row 3"
    assert (found["2010", "USA"]["kept"], found["2010", "USA"]["why_not"]) == (False, "outlier: above 1000 %")
    kept = [one["rate"] for one in table if one["kept"]]
    assert sum(kept) / len(kept) == near(0.20)
