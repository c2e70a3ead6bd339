"""The naive twin against figures worked out by hand; every test says its sum in a comment."""

from __future__ import annotations

import math
from typing import Any

import make_study
import pytest
import reference as ref


def near(number: float) -> Any:
    return pytest.approx(number, rel=1e-13)


def trade(period: str, line: str, partner: str, value: float | None, quantity: float | None = None, **more: Any):
    row = {"period": period, "line": line, "partner": partner, "value": value}
    return row | ({} if quantity is None else {"quantity": quantity, "unit": "kg"}) | more


def duties(year: int, **by_line: str) -> list[dict[str, Any]]:
    return [{"year": year, "line": line[1:], "duty": duty} for line, duty in by_line.items()]


def base_study(rows, applied, bound=None, **more: Any) -> dict[str, Any]:
    """A study with base periods 2009 and 2010; 1.2 and 1.5 USD for a euro; one own year, 2009."""
    fx = [("2009", 1.2), ("2010", 1.5), ("2011", 2.0), ("2012", 3.0)]
    study = {
        "trade": rows,
        "applied": applied,
        "bound": bound,
        "fx": [{"period": period, "currency": "EUR", "fx": rate} for period, rate in fx],
        "currency": "USD",
        "exclude": ["BLR"],
        "base": {"periods": ["2009", "2010"], "first_year": 2011, "applied_year": 2011},
    }
    return study | more


def line_of(study: dict[str, Any], line: str, year: int) -> dict[str, Any]:
    return next(row for row in ref.rates(study) if (row["line"], row["year"]) == (line, year))


# One row for each base period, on a line of its own, so that no base period is without trade.
FILLER = [trade("2009", "9999999999", "DEU", 1.0), trade("2010", "9999999999", "DEU", 1.0)]


# ---- section 2: the rate of one observation (eq. 1, 5, 14)

# Goods of 10 USD that weigh 2 kg: r = 0.2. A euro is 1.2 USD.
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
    ("min(max(10%, 0.75 EUR/kg), 1 EUR/kg)", 0.18, 0.10),  # 0.75 x 1.2 x 0.2 below 0.24
    ("min(15%, max(12.5%, 0.6 EUR/kg))", 0.144, 0.125),  # 0.6 x 1.2 x 0.2
    ("min(14.7%, max(13.3%, 1 EUR/kg))", 0.147, 0.133),  # DS485: 24 % is cut off at 14.7 %
    ("max(0%, 20% - 0.5 EUR/kg)", 0.08, 0.20),
    ("20% - 0.5 USD/kg", 0.10, 0.20),  # the study's own currency is 1
    ("0.5 EUR/kg - 5%", 0.07, -0.05),
    ("max(5%, 0.5 EUR/kg, 0.7 USD/kg)", 0.14, 0.05),
    ("10% - max(2%, 0.2 USD/kg)", 0.06, 0.08),
]


@pytest.mark.parametrize(("duty", "rate", "alone"), FORMS)
def test_rate_of_one_observation(duty, rate, alone):
    study = base_study([trade("2009", "2203000100", "DEU", 10.0, 2.0)], duties(2009, _2203000100=duty), base=None)
    row = line_of(study, "2203000100", 2009)
    assert row["rate"] == near(rate)
    assert row["ad_valorem"] == near(alone)
    assert row["specific_share"] == (0.0 if abs(rate - alone) < 1e-9 else 1.0)
    assert (row["match_level"], row["observations"]) == (10, 1)


@pytest.mark.parametrize("text", ["15", "15% +", "max(15%", "0.5 EUR/stone", "5% 5%", "EUR/kg"])
def test_texts_that_are_no_duty(text):
    with pytest.raises((ValueError, IndexError)):
        ref.parse(text)


def test_adding_up_takes_value_of_rows_with_the_quantity():
    # Three rows of one partner: 10 and 30 USD carry 2 and 6 kg (r = 8/40), 60 USD carry none: 1 USD/kg is 20 %,
    # not 8/100. Imports are all 100.
    rows = [trade("2009", "2203000100", "DEU", v, q) for v, q in ((10.0, 2.0), (30.0, 6.0), (60.0, None))]
    row = line_of(base_study(rows, duties(2009, _2203000100="1 USD/kg"), base=None), "2203000100", 2009)
    assert row["rate"] == near(0.2)
    assert row["imports"] == 100.0
    assert (row["observations"], row["no_quantity"]) == (1, 0)


def test_first_quantity_of_a_kind_counts_and_net_mass_comes_last():
    # 2 kg of 10 USD stand before 5 kg of net mass; where the first is zero, net mass counts: r = 0.2 and 0.5.
    rows = [
        trade("2009", "2203000100", "DEU", 10.0, 2.0, net_mass_kg=5.0),
        trade("2009", "2203000200", "DEU", 10.0, 0.0, net_mass_kg=5.0),
        trade("2009", "2203000300", "DEU", 10.0, quantity=2.0, unit="l", quantity_2=4000.0, unit_2="g"),
        trade("2009", "2203000400", "DEU", 10.0, quantity=2.0, unit="furlong"),
    ]
    applied = duties(2009, **{f"_2203000{n}00": "max(1%, 1 USD/kg)" for n in (1, 2, 3, 4)})
    by_line = {row["line"]: row for row in ref.rates(base_study(rows, applied, base=None))}
    assert by_line["2203000100"]["rate"] == near(0.2)
    assert by_line["2203000200"]["rate"] == near(0.5)
    assert by_line["2203000300"]["rate"] == near(0.4)  # 4000 g are 4 kg
    void = by_line["2203000400"]
    assert (void["rate"], void["no_quantity"], void["imports"], void["match_level"]) == (0.01, 1, 10.0, 0)


def test_two_kinds_need_both():
    # DEU: 0.1 x 2 kg / 10 + 0.2 x 5 l / 10 = 12 %. CHN has kilograms only.
    rows = [
        trade("2009", "2208000000", "DEU", 10.0, 2.0, quantity_2=5.0, unit_2="l"),
        trade("2009", "2208000000", "CHN", 10.0, 2.0),
    ]
    study = base_study(rows, duties(2009, _2208000000="0.1 USD/kg + 0.2 USD/l"), base=None)
    row = line_of(study, "2208000000", 2009)
    assert row["rate"] == near(0.12)
    assert (row["observations"], row["no_quantity"]) == (1, 1)


def test_bridge_goes_by_the_longest_prefix_row_by_row():
    # Footnote 10. 2 cars of 10,000 USD at 1250 cm3 and a row that says 3000 cm3 itself, of 5,000 USD:
    # 0.6 EUR/cm3 x 1.2 x (2500 + 3000) / 15000 = 26.4 %.
    rows = [
        trade("2009", "8703221000", "DEU", 10_000.0, quantity=2.0, unit="piece"),
        trade("2009", "8703221000", "DEU", 5_000.0, quantity=3000.0, unit="cm3"),
    ]
    bridges = [
        {"prefix": "8703", "from": "piece", "to": "cm3", "factor": 9},
        {"prefix": "870322", "from": "piece", "to": "cm3", "factor": 1250},
    ]
    study = base_study(rows, duties(2009, _8703221000="0.6 EUR/cm3"), base=None, bridges=bridges)
    assert line_of(study, "8703221000", 2009)["rate"] == near(0.264)


def test_outliers_above_the_threshold_only():
    # 20 USD/kg: 1 kg of 2 USD is 1000 % and stays; 1 kg of 1.99 USD is above and goes; 1 kg of 40 USD is 50 %.
    rows = [trade("2009", "2203000100", p, v, 1.0) for p, v in (("DEU", 2.0), ("CHN", 1.99), ("USA", 40.0))]
    row = line_of(base_study(rows, duties(2009, _2203000100="20 USD/kg"), base=None), "2203000100", 2009)
    assert row["rate"] == near((10 + 0.5) / 2)
    assert (row["observations"], row["outliers"]) == (2, 1)


def test_every_observation_an_outlier():
    rows = [trade("2009", line, "DEU", 1.0, 50.0) for line in ("2203000100", "2203000200")]
    applied = duties(2009, _2203000100="max(5%, 1 USD/kg)", _2203000200="1 USD/kg")
    first, second = ref.rates(base_study(rows, applied, base=None))
    assert (first["rate"], first["match_level"], first["observations"], first["outliers"]) == (0.05, 10, 0, 1)
    assert first["specific_share"] is None
    assert second["rate"] is None


def test_partners_excluded_for_good_and_by_period():
    # GEO is out in 2009 only: 1 USD/kg of 2009 is (0.1) over DEU; of 2010 (0.1 + 0.3) / 2. BLR never counts.
    rows = [
        trade(period, "2203000100", partner, 10.0, quantity)
        for period in ("2009", "2010")
        for partner, quantity in (("DEU", 1.0), ("GEO", 3.0), ("BLR", 9.0))
    ]
    applied = duties(2009, _2203000100="1 USD/kg") + duties(2010, _2203000100="1 USD/kg")
    listed = base_study(rows, applied, base=None, exclude_by_period={"2009": ["GEO"]})
    table = [
        {"partner": "BLR", "treatment": "excluded", "first_period": None, "last_period": None},
        {"partner": "GEO", "treatment": "excluded", "first_period": None, "last_period": "2009"},
    ]
    for study in (listed, base_study(rows, applied, base=None, exclude=[], partners=table)):
        assert [row["rate"] for row in ref.rates(study)] == [near(0.1), near(0.2)]
        assert [row["imports"] for row in ref.rates(study)] == [30.0, 30.0]  # weights are over all partners


def test_valuation_lifts_a_partner():
    # FOB 10 lifted by 1.25 is 12.5: 1 USD/kg x 2 / 12.5 = 16 %.
    study = base_study(
        [trade("2009", "2203000100", "TUR", 10.0, 2.0)],
        duties(2009, _2203000100="1 USD/kg"),
        base=None,
        valuation={"TUR": 1.25},
    )
    row = line_of(study, "2203000100", 2009)
    assert (row["rate"], row["imports"]) == (near(0.16), 12.5)


# ---- section 3: the rate of a line


def test_own_year_simple_mean_over_partners_eq_2():
    # max(10%, 0.5 EUR/kg) at 1.2: 0.6 x 0.1 = 6 % -> 10 %; 0.6 x 0.5 = 30 %; mean 20 %. Untraded: a, level 0.
    rows = [trade("2009", "2203000100", "DEU", 10.0, 1.0), trade("2009", "2203000100", "CHN", 10.0, 5.0)]
    applied = duties(2009, _2203000100="max(10%, 0.5 EUR/kg)", _2203000200="max(7%, 0.5 EUR/kg)")
    traded, untraded = ref.rates(base_study(rows, applied, base=None))
    assert traded["rate"] == near(0.2)
    assert traded["specific_share"] == 0.5
    assert (untraded["rate"], untraded["match_level"], untraded["observations"]) == (0.07, 0, 0)
    assert traded["matched"]
    assert untraded["matched"]


def test_own_year_takes_parts_of_the_year():
    # Months are observations of their own: 1 USD/kg gives 10 % and 20 % and 60 %; 20091 is no part of 2009.
    rows = [
        trade("2009M03", "2203000100", "DEU", 10.0, 1.0),
        trade("2009M04", "2203000100", "DEU", 10.0, 2.0),
        trade("2009-12", "2203000100", "CHN", 10.0, 6.0),
        trade("20091", "2203000100", "CHN", 10.0, 9.0),
    ]
    study = base_study(rows, duties(2009, _2203000100="1 USD/kg"), base=None)
    assert ref.rates(study)[0]["rate"] == near(0.3)
    study["trade"].append(trade("2009", "2203000100", "DEU", 10.0, 1.0))
    with pytest.raises(ValueError, match="parts of it"):
        ref.rates(study)


MATCHED = [
    trade("2009", "2203000100", "DEU", 10.0, 1.0),
    trade("2010", "2203000100", "DEU", 10.0, 1.0),
    trade("2010", "2203000100", "CHN", 10.0, 4.0),
]


def test_base_period_is_one_mean_over_all_observations_eq_5_6():
    # 0.5 EUR/kg: 2009 at 1.2: 6 %; 2010 at 1.5: 7.5 % and 30 %. One mean of three: 14.5 %.
    study = base_study(MATCHED, duties(2011, _2203000100="0.5 EUR/kg"))
    assert line_of(study, "2203000100", 2011)["rate"] == near((0.06 + 0.075 + 0.3) / 3)
    # Partners in every period only: DEU, so the mean of 6 and 7.5 %.
    every = study | {"options": {"base_partners": "all"}}
    assert line_of(every, "2203000100", 2011)["rate"] == near(0.0675)
    # At the schedule year's rate, 2 USD: 10, 10 and 40 %.
    schedule = study | {"options": {"fx_period": "schedule"}}
    assert line_of(schedule, "2203000100", 2011)["rate"] == near(0.2)
    # Pooled: (0.5 x 1.2 x 1 + 0.5 x 1.5 x 5) / 30.
    pooled = study | {"options": {"method": "pooled"}}
    assert line_of(pooled, "2203000100", 2011)["rate"] == near((0.6 + 3.75) / 30)


def test_pooled_drops_outliers_one_by_one_and_takes_the_form_once():
    # max(10%, 1 USD/kg): r = 0.05 and 0.11 pool to 1.6/20 = 8 %, so the rate is 10 % where the mean is 10.5 %.
    rows = [trade("2009", "2203000100", p, 10.0, q) for p, q in (("DEU", 0.5), ("CHN", 1.1), ("USA", 1e6))]
    study = base_study(rows, duties(2009, _2203000100="max(10%, 1 USD/kg)"), base=None)
    assert ref.rates(study)[0]["rate"] == near(0.105)
    row = ref.rates(study | {"options": {"method": "pooled"}})[0]
    assert (row["rate"], row["outliers"], row["specific_share"]) == (near(0.1), 1, 0.5)


# 8-digit relatives 22030001, 6-digit 220300, 4-digit 2203: a donor each.
DONORS = [
    trade("2009", "2203000150", "DEU", 10.0, 1.0),
    trade("2010", "2203000150", "CHN", 10.0, 3.0),
    trade("2009", "2203007700", "DEU", 10.0, 5.0),
    trade("2010", "2203990000", "DEU", 10.0, 7.0),
    trade("2010", "2203000160", "BLR", 10.0, 100.0),
]


@pytest.mark.parametrize(
    ("line", "level", "rate"),
    [
        ("2203000110", 8, (0.06 + 0.225) / 2),  # 0.6 x 0.1 and 0.75 x 0.3; BLR is no donor
        ("2203002200", 6, (0.06 + 0.225 + 0.3) / 3),  # and 0.6 x 0.5
        ("2203550000", 4, (0.06 + 0.225 + 0.3 + 0.525) / 4),  # and 0.75 x 0.7
        ("2204000000", 0, None),
    ],
)
def test_unmatched_lines_borrow_observations_eq_7_8(line, level, rate):
    study = base_study(DONORS, duties(2011, **{"_" + line: "0.5 EUR/kg"}))
    row = line_of(study, line, 2011)
    assert row["match_level"] == level
    assert row["rate"] == (None if rate is None else near(rate))
    assert not row["matched"]
    assert row["imports"] == 0.0


def test_donors_need_a_quantity_that_converts():
    # The 8-digit relative is in litres, so the 6-digit one serves; an ad valorem line takes the 8-digit one.
    rows = [
        trade("2009", "2203000150", "DEU", 10.0, quantity=1.0, unit="l"),
        trade("2010", "2203007700", "DEU", 10.0, 4.0),
    ]
    study = base_study(rows, duties(2011, _2203000110="max(5%, 1 USD/kg)", _2203000120="5%"))
    by_line = {row["line"]: row for row in ref.rates(study)}
    assert (by_line["2203000110"]["match_level"], by_line["2203000110"]["rate"]) == (6, near(0.4))
    assert (by_line["2203000120"]["match_level"], by_line["2203000120"]["rate"]) == (8, 0.05)


def test_donors_found_but_all_outliers_keep_the_level():
    rows = [trade("2009", "2203000150", "DEU", 1.0, 99.0), FILLER[1]]
    study = base_study(rows, duties(2011, _2203000110="max(5%, 1 USD/kg)", _2203000120="1 USD/kg"))
    first, second = ref.rates(study)
    assert (first["match_level"], first["rate"], first["observations"], first["outliers"]) == (8, 0.05, 0, 1)
    assert (second["match_level"], second["rate"]) == (8, None)


def test_matched_by_classification_or_by_imports():
    # 2203000100 is in the schedule of 2009 and has no trade; its relative has 1 kg for 10 USD.
    rows = [trade("2009", "2203000150", "DEU", 10.0, 1.0), FILLER[1]]
    applied = duties(2009, _2203000100="max(5%, 1 USD/kg)") + duties(2011, _2203000100="max(5%, 1 USD/kg)")
    row = line_of(base_study(rows, applied), "2203000100", 2011)
    assert (row["matched"], row["rate"], row["match_level"]) == (True, 0.05, 0)
    row = line_of(base_study(rows, applied, options={"match_on": "imports"}), "2203000100", 2011)
    assert (row["matched"], row["rate"], row["match_level"]) == (False, near(0.1), 8)


def test_base_codes_come_from_trade_of_any_partner():
    rows = [trade("2009", "2203000100", "BLR", 10.0, 1.0), FILLER[1]]
    study = base_study(rows, duties(2011, _2203000100="max(5%, 1 USD/kg)"))
    row = line_of(study, "2203000100", 2011)
    assert (row["matched"], row["rate"], row["imports"], row["no_quantity"]) == (True, 0.05, 0.0, 0)


def test_short_codes_reach():
    # 22030001 has one line, so its record is that line's own (and makes it matched). 2203 reaches 220300, all
    # lines under it starting so: it serves 2203000900 at 6 digits, together with 22030001's record.
    rows = [trade("2009", "22030001", "DEU", 10.0, 1.0), trade("2010", "2203", "DEU", 10.0, 3.0)]
    study = base_study(rows, duties(2011, _2203000100="1 USD/kg", _2203000900="1 USD/kg"))
    own, other = ref.rates(study)
    assert (own["match_level"], own["rate"], own["matched"], own["imports"]) == (10, near(0.1), True, 10.0)
    assert (other["match_level"], other["rate"], other["matched"]) == (6, near(0.2), False)
    # As donors up to their own length: 8 digits for the one; 4 for the other, which 6 digits no longer hold.
    own, other = ref.rates(study | {"options": {"short_codes": "donors"}})
    assert (own["match_level"], own["rate"], own["matched"], own["imports"]) == (8, near(0.1), False, 0.0)
    assert (other["match_level"], other["rate"]) == (6, near(0.1))


def test_long_codes_are_cut_first():
    # Two 12-digit codes of one line and partner are one observation: 4 kg of 20 USD.
    rows = [
        trade("2009", "220300010011", "DEU", 10.0, 1.0),
        trade("2009", "220300010022", "DEU", 10.0, 3.0),
        trade("2009", "220311110022", "DEU", 10.0, 3.0),  # in no schedule: set aside
    ]
    study = base_study(rows, duties(2009, _2203000100="1 USD/kg"), base=None)
    row = line_of(study, "2203000100", 2009)
    assert (row["rate"], row["observations"], row["imports"]) == (near(0.2), 1, 20.0)
    assert ref.set_aside(study) == [2]


def test_rows_set_aside():
    bad = [
        trade("2009", "2203000100", "CHN", -1.0, 1.0),
        trade("2009", "2203000100", "CHN", 0.0, 1.0),
        trade("2009", "2203000100", "CHN", None, 1.0),
        trade("2009", "2203000100", "CHN", 1.0, -1.0),
        trade("2009", "2203000100", "CHN", 1.0, 1.0, net_mass_kg=-1.0),
        trade("2009", "220300010", "CHN", 1.0, 1.0),
        trade("2009", "22030001XX", "CHN", 1.0, 1.0),
        trade("2009", "220", "CHN", 1.0, 1.0),
        trade("2009", "2203000100", "USA", 1.0, 1.0),
    ]
    study = base_study(
        [trade("2009", "2203000100", "DEU", 10.0, 1.0), *bad],
        duties(2009, _2203000100="1 USD/kg"),
        base=None,
        drop=[{"period": "2009", "line": "2203000100", "partner": "USA"}],
    )
    assert ref.set_aside(study) == list(range(1, 10))
    assert ref.rates(study)[0]["rate"] == near(0.1)


def test_small_observations_take_no_part_but_weigh():
    # DEU's two rows of 3 USD make an observation of 6, which 5 lets in; CHN's 4 are below.
    rows = [trade("2009", "2203000100", "DEU", 3.0, 0.3), trade("2009", "2203000100", "DEU", 3.0, 0.9)]
    rows.append(trade("2009", "2203000100", "CHN", 4.0, 4.0))
    study = base_study(rows, duties(2009, _2203000100="1 USD/kg"), base=None, options={"min_value": 5.0})
    row = ref.rates(study)[0]
    assert (row["rate"], row["observations"], row["imports"]) == (near(0.2), 1, 10.0)


def test_unresolved_lines():
    study = base_study(FILLER, duties(2011, _2203000100="1 USD/kg", _3303000000="10%"))
    rows = ref.rates(study)
    summary = ref.summary(study, rows)[0]
    assert (rows[0]["rate"], summary["simple_mean"], summary["unresolved_lines"]) == (None, near(0.1), 1)
    assert (summary["lines"], summary["specific_lines"], summary["ad_valorem_simple_mean"]) == (2, 1, near(0.05))
    zero = study | {"options": {"unresolved": "zero"}}
    rows = ref.rates(zero)
    summary = ref.summary(zero, rows)[0]
    assert (rows[0]["rate"], summary["simple_mean"], summary["unresolved_lines"]) == (0.0, near(0.05), 1)


# ---- applied and bound (eq. 14-16, 19)

BOUND_TRADE = [
    trade("2009", "2203000100", "DEU", 10.0, 1.0),
    trade("2009", "2203000900", "DEU", 10.0, 3.0),
    trade("2010", "3303000000", "DEU", 10.0, 3.0),
]
APPLIED = duties(
    2011, _2203000100="0.5 EUR/kg", _2203000900="max(8%, 0.5 EUR/kg)", _3303000000="5%", _4404000000="1 USD/l"
)


def test_bound_years_eq_14_19():
    # Applied of 2011: 2203000100 0.6 x 0.1 = 6 %, 2203000900 0.6 x 0.3 = 18 %, 3303000000 5 %.
    bound = duties(
        2012,
        _2203000100="4%",  # bound governs
        _2203000300="max(1%, 1 EUR/kg)",  # carried from 6 digits: (6 + 18) / 2 = 12 %; bound 1.2 x (0.1, 0.3) = 24 %
        _3303000000="5%",  # a tie: applied governs, no water
        _4404000000="7%",  # applied is null
        _5505000000="9%",  # nothing to carry
    )
    study = base_study(BOUND_TRADE, APPLIED, bound)
    rows = {row["line"]: row for row in ref.rates(study) if row["year"] == 2012}
    first = rows["2203000100"]
    assert (first["rate"], first["governs"], first["has_specific"]) == (0.04, "bound", False)
    assert (first["applied"], first["ad_valorem"]) == (near(0.06), 0.0)  # the lesser of 0 and 4 %
    carried = rows["2203000300"]
    assert (carried["applied"], carried["bound"], carried["rate"]) == (near(0.12), near(0.24), near(0.12))
    assert (carried["governs"], carried["match_level"], carried["observations"]) == ("applied", 6, 2)
    assert (carried["specific_share"], carried["has_specific"]) == (1.0, True)
    assert carried["ad_valorem"] == near(0.01)  # the mean of 0 and 8 % is 4 %, the bound 1 %
    assert not carried["matched"]
    tie = rows["3303000000"]
    assert (tie["governs"], tie["rate"], tie["match_level"]) == ("applied", 0.05, 10)
    null = rows["4404000000"]
    assert (null["applied"], null["rate"], null["governs"], null["ad_valorem"]) == (None, 0.07, "bound", 0.0)
    alone = rows["5505000000"]
    assert (alone["applied"], alone["rate"], alone["governs"], alone["ad_valorem"]) == (None, 0.09, "bound", 0.09)
    summary = ref.summary(study, ref.rates(study))[1]
    assert summary["water_lines"] == 1
    assert summary["bound_mean"] == near((0.04 + 0.24 + 0.05 + 0.07 + 0.09) / 5)


def test_carrying_goes_on_where_all_are_null():
    # At 8 digits the only relative is purely specific and unknown; at 6 there is one with 10 %.
    applied = duties(2011, _2203000110="1 USD/l", _2203007700="10%")
    row = line_of(base_study(FILLER, applied, duties(2012, _2203000120="50%")), "2203000120", 2012)
    assert (row["applied"], row["match_level"], row["governs"]) == (0.1, 6, "applied")


def test_a_year_with_its_own_applied_schedule_uses_it():
    applied = APPLIED + duties(2012, _3303000000="3%")
    row = line_of(base_study(BOUND_TRADE, applied, duties(2012, _3303000000="5%")), "3303000000", 2012)
    assert (row["applied"], row["bound"], row["rate"]) == (0.03, 0.05, 0.03)


def test_carried_duty_keeps_the_exchange_rate_of_its_year():
    # fx of the schedule year: applied 0.5 EUR/kg at 2.0 (2011), bound 0.4 EUR/kg at 3.0 (2012), r = 0.1.
    options = {"fx_period": "schedule"}
    bound = duties(2012, _2203000100="0.4 EUR/kg")
    row = line_of(base_study(BOUND_TRADE, APPLIED, bound, options=options), "2203000100", 2012)
    assert (row["applied"], row["bound"]) == (near(0.1), near(0.12))


# ---- section 4: averages of a year


def test_own_year_averages_eq_3_4():
    # Rates 10 %, 20 %, 60 % with imports 100, 300, 0: simple 30 %, weighted (10 + 60) / 400 = 17.5 %.
    rows = [trade("2009", "2203000100", "DEU", 100.0), trade("2009", "3303000000", "BLR", 300.0)]
    applied = duties(2009, _2203000100="10%", _3303000000="20%", _3303009900="60%")
    study = base_study(rows, applied, base=None)
    summary = ref.summary(study, ref.rates(study))[0]
    assert summary["simple_mean"] == near(0.3)
    assert summary["simple_sd"] == near(math.sqrt((0.04 + 0.01 + 0.09) / 2))
    assert summary["weighted_mean"] == near(0.175)
    # sqrt(0.25 x 0.075^2 + 0.75 x 0.025^2)
    assert summary["weighted_sd"] == near(math.sqrt(0.25 * 0.075**2 + 0.75 * 0.025**2))
    assert (summary["adjust"], summary["matched_lines"], summary["bound_mean"]) == (0.0, 3, None)
    assert summary["hs6_mean"] == near((0.1 + (0.2 + 0.6) / 2) / 2)
    # MFN partners only: BLR's 300 go.
    mfn = study | {"options": {"weights": "mfn"}}
    assert ref.summary(mfn, ref.rates(mfn))[0]["weighted_mean"] == near(0.1)


def test_table_2_deviation_is_with_n_minus_1():
    # Six oil lines of which two at 5 %: mean 1.67, deviation 2.58 (printed 1.7 and 2.6).
    applied = duties(2009, **{f"_27090{n}0000": "5%" if n < 2 else "0%" for n in range(6)})
    summary = ref.summary(study := base_study([], applied, base=None), ref.rates(study))[0]
    assert round(100 * summary["simple_mean"], 1) == 1.7
    assert round(100 * summary["simple_sd"], 1) == 2.6
    assert summary["weighted_mean"] is None


def test_base_year_averages_and_bias_eq_9_13():
    # Matched: 10 % (imports 100) and 20 % (300); unmatched: 60 %. TS = 30 %, TSA = 15 %, Adjust = 15 %,
    # TWU = 17.5 %, reported 32.5 %. BLR's imports do not weigh.
    rows = [
        trade("2009", "2203000100", "DEU", 60.0),
        trade("2010", "2203000100", "CHN", 40.0),
        trade("2010", "3303000000", "DEU", 300.0),
        trade("2010", "3303000000", "BLR", 999.0),
    ]
    groups = {"kind": [{"prefix": "22", "group": "drink"}, {"prefix": "330300", "group": "scent"}]}
    applied = duties(2011, _2203000100="10%", _3303000000="20%", _3304009900="60%")
    study = base_study(rows, applied, groups=groups)
    rates = ref.rates(study)
    summary = ref.summary(study, rates)[0]
    assert summary["simple_mean"] == near(0.3)
    assert (summary["matched_mean"], summary["matched_lines"]) == (near(0.15), 2)
    assert summary["matched_sd"] == near(math.sqrt(0.005))
    assert summary["adjust"] == near(0.15)
    assert summary["weighted_mean_unadjusted"] == near(0.175)
    assert summary["weighted_mean"] == near(0.325)
    assert summary["weighted_sd"] == near(math.sqrt(0.25 * 0.075**2 + 0.75 * 0.025**2))
    assert summary["ad_valorem_weighted_mean"] == near(0.175)
    chapters = {row["group"]: row for row in ref.group(study, rates, "chapter")}
    assert chapters["33"]["simple_mean"] == near(0.4)
    assert chapters["33"]["weighted_mean"] == near(0.2)  # plain, and the unmatched line does not weigh
    assert (chapters["22"]["import_share"], chapters["22"]["simple_sd"]) == (near(0.25), None)
    kinds = {row["group"]: row for row in ref.group(study, rates, "kind")}
    assert set(kinds) == {"drink", "scent", "unassigned"}
    assert (kinds["unassigned"]["weighted_mean"], kinds["unassigned"]["import_share"]) == (None, 0.0)


def test_bound_year_averages_eq_17_21():
    # Governing: min(10, 4) = 4 %, min(20, 30) = 20 %; imports 100 and 300, all matched.
    rows = [trade("2009", "2203000100", "DEU", 100.0), trade("2010", "3303000000", "DEU", 300.0)]
    study = base_study(
        rows, duties(2011, _2203000100="10%", _3303000000="20%"), duties(2012, _2203000100="4%", _3303000000="30%")
    )
    summary = ref.summary(study, ref.rates(study))[1]
    assert (summary["simple_mean"], summary["bound_mean"]) == (near(0.12), near(0.17))
    assert (summary["weighted_mean"], summary["adjust"]) == (near((4 + 60) / 400), 0.0)
    assert summary["water_lines"] == 1


# ---- section 7: errors, and the maker of studies


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base": {"periods": ["2009", "2010", "2011H1"], "first_year": 2011, "applied_year": 2011}}, "2011H1"),
        ({"base": {"periods": ["2009", "2010"], "first_year": 2011, "applied_year": 2010}}, "2010"),
        ({"applied": duties(2011, _2203000100="1%") * 2}, "twice"),
        ({"applied": duties(2011, _2203000100="1%", _22030002="1%")}, "length"),
        ({"fx": [{"period": "2009", "currency": "EUR", "fx": 0.0}]}, "exchange rate"),
        ({"fx": []}, "exchange rate"),
    ],
)
def test_errors(change, message):
    study = base_study(MATCHED, duties(2011, _2203000100="0.5 EUR/kg")) | change
    with pytest.raises(ValueError, match=message):
        ref.rates(study)


def test_observations_of_a_line():
    study = base_study(DONORS, duties(2011, _2203000110="0.5 EUR/kg"))
    first, second = ref.observations(study, "2203000110", 2011)
    assert (first["period"], first["partner"], first["code"], first["value"]) == ("2009", "DEU", "2203000150", 10.0)
    assert (first["quantity"], first["fx"], first["rate"], first["kept"]) == (1.0, 1.2, near(0.06), True)
    assert second["fx"] == 1.5


@pytest.mark.parametrize("seed", range(8))
def test_made_studies_hold_the_laws(seed, tmp_path):
    study = make_study.make(seed, odd_duties=False)
    assert study == make_study.make(seed, odd_duties=False)
    rates = ref.rates(study)
    assert ref.rates(study | {"trade": study["trade"][::-1]}) == rates  # the order of rows changes no bit
    for row in rates:
        if row["applied"] is not None and row["bound"] is not None:
            assert row["rate"] <= min(row["applied"], row["bound"]) * (1 + 1e-12)
        assert (row["specific_share"] is None) == (row["observations"] == 0)
        assert row["match_level"] in (0, 4, 6, 8, 10)
    shares = [row["import_share"] or 0.0 for row in ref.group(study, rates, "industry") if row["year"] == 2011]
    assert math.fsum(shares) == near(1.0)
    text = make_study.to_toml(study, tmp_path).read_text()
    assert "[options]" in text
    assert make_study.to_tables(study)["trade"].num_rows == len(study["trade"])


def test_unknown_knob():
    with pytest.raises(TypeError, match="color"):
        make_study.make(1, color="red")
