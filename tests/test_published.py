"""Figures worked out by others, beside ours.

Published: AVEs of Greek imports from Mercosur, public repository SAAAHco/EU-Mercosur-Greece, replication package
v2.0.1 (MIT), commit 456d921a4c59156d94c6da989de03b9db818f5ca, verification/lines_C.csv. Its inputs, from
verification/comext_cn8_tidy.csv: Eurostat COMEXT (ds-045409), reporter Greece, imports 2022 to 2024, EUR and units
of 100 kg; duties by EU TARIC. Method there: one unit value a line, the sum of values over the sum of quantities, and
the duty's form once, which is our ``method = "pooled"``. Only the lines whose duty is not a plain percentage.
"""

from __future__ import annotations

import pytest
from small import columns, near, schedule

import fastavs as fa

# period, partner, CN8, EUR, 100 kg
IMPORTS = """
2022 ARG 02013000 2429415 2824.81
2022 ARG 17019910 16598 240.2
2022 ARG 22042196 487045 497.26
2022 ARG 24012035 2615589 7616.0
2022 ARG 24012085 740323 1940.4
2022 BRA 02071410 793236 2700.0
2022 BRA 17019910 2662393 42320.0
2022 BRA 23099031 1223901 12159.0
2022 BRA 24012035 417680 672.0
2022 BRA 24012085 26693380 57628.16
2022 URY 22042196 9297 7.88
2023 ARG 02013000 2559727 3495.6
2023 ARG 22042196 382577 368.32
2023 ARG 24012035 1073237 2616.0
2023 ARG 24012085 297980 682.05
2023 BRA 02071410 146040 779.76
2023 BRA 17019910 1672488 25920.0
2023 BRA 23099031 175140 2016.0
2023 BRA 24012035 4466299 7040.0
2023 BRA 24012085 53023335 87694.91
2024 ARG 02013000 3479429 4153.32
2024 ARG 17019910 20665 250.0
2024 ARG 22042196 340284 356.15
2024 ARG 24012035 1662213 2386.0
2024 ARG 24012085 674038 1286.0
2024 BRA 17019910 155100 2376.51
2024 BRA 23099031 666502 7055.0
2024 BRA 24012035 1651957 2482.0
2024 BRA 24012085 46819378 63726.0
2024 URY 02013000 1465 0.19
2024 URY 22042196 14362 13.46
"""

# As the tariff prints them. The wine heading has four sub-lines of 10 digits with a duty each (our codes for them),
# the others one. MIN and MAX: 18.4 %, but at least 22 and at most 24 EUR for 100 kg.
DUTIES = {
    "0201300000": "12.80% + 303.40 EUR / 100 kg",
    "0207141000": "102.40 EUR / 100 kg",
    "1701991000": "41.90 EUR / 100 kg",
    "2204219601": "13.10 EUR / hl",
    "2204219602": "15.40 EUR / hl",
    "2204219603": "18.60 EUR / hl",
    "2204219604": "20.90 EUR / hl",
    "2309903100": "23.00 EUR / tonne",
    "2401203500": "18.40% MIN 22.00 EUR / 100 kg MAX 24.00 EUR / 100 kg",
    "2401208500": "18.40% MIN 22.00 EUR / 100 kg MAX 24.00 EUR / 100 kg",
}
PUBLISHED = {
    "02013000": 0.5031799080901191,
    "02071410": 0.3793639185926182,
    "17019910": 0.6580982047797732,
    "22042196": 0.0173040305655936,  # the mean over its sub-lines
    "23099031": 0.02363978866574068,
    "24012035": 0.04605780696939297,
    "24012085": 0.039852186265291946,
}


@pytest.fixture(scope="module")
def european() -> dict[str, list[dict[str, object]]]:
    """Our rates by CN8 code, from the same imports and duties."""
    names = ("period", "partner", "line", "value", "quantity")
    rows = [dict(zip(names, text.split(), strict=True)) for text in IMPORTS.strip().splitlines()]
    rows = [one | {"value": float(one["value"]), "quantity": float(one["quantity"]), "unit": "100 kg"} for one in rows]
    study = fa.Study(
        columns(rows),
        schedule({2025: DUTIES}),
        currency="EUR",
        base={"periods": ["2022", "2023", "2024"]},
        options={"method": "pooled", "match_on": "imports"},
        bridges=[{"prefix": "2204", "from": "kg", "to": "l", "factor": 1 / 0.99}],  # 0.99 kg a litre of wine
    )
    by_code: dict[str, list[dict[str, object]]] = {}
    for one in study.rates().table.to_pylist():
        by_code.setdefault(one["line"][:8], []).append(one)
    return by_code


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_eu_aves(european, code):
    rates = [one["rate"] for one in european[code]]
    assert sum(rates) / len(rates) == near(PUBLISHED[code], 1e-9)


def test_where_the_published_lines_found_their_trade(european):
    levels = {code: {one["match_level"] for one in lines} for code, lines in european.items()}
    # records of 8 digits are a line's own where one line begins with them, and relatives' where four do
    assert levels.pop("22042196") == {8}
    assert set().union(*levels.values()) == {10}
    assert [one["observations"] for one in european["02013000"]] == [4]


# ---- the dispute over Russia's tariff (WTO DS485), as METHOD.md section 2 tells it


def dispute(applied: str, bound: str, unit_values: list[float], unit: str) -> fa.Rates:
    """One line under an applied and a bound duty; goods of one euro, so unit values are in EUR."""
    rows = [
        {
            "period": "2014", "line": "2204100000", "partner": f"P{i}",
            "value": 1000.0, "quantity": 1000.0 / unit_value, "unit": unit,
        }
        for i, unit_value in enumerate(unit_values)
    ]  # fmt: skip
    return fa.Study(
        columns(rows),
        schedule({2014: {"2204100000": applied}}),
        bound=schedule({2014: {"2204100000": bound}}),
        currency="EUR",
    ).rates()


def test_nested_duty_breaks_its_binding_below_a_unit_value():
    # At 0.80 EUR/l: applied max(13.3 %, 0.12 / 0.80 = 15 %) = 15 %; bound min(14.7 %, 15 %) = 14.7 %.
    rates = dispute("max(13.3%, 0.12 EUR/l)", "min(14.7%, max(13.3%, 0.12 EUR/l))", [0.80], "l")
    row = rates.table.to_pylist()[0]
    assert (row["applied"], row["bound"]) == (near(0.15), near(0.147))
    assert (row["rate"], row["governs"]) == (near(0.147), "bound")
    (breach,) = rates.breaches().to_pylist()
    # 0.12 EUR/l is 14.7 % at 0.12 / 0.147 = 0.816... EUR/l, and above it below that
    assert breach["critical_unit_value"] == near(0.12 / 0.147)
    assert (breach["unit"], breach["imports"], breach["line"]) == ("l", 1000.0, "2204100000")


def test_no_breach_above_the_critical_unit_value():
    # At 0.85 EUR/l: 0.12 / 0.85 = 14.1 % on both sides.
    rates = dispute("max(13.3%, 0.12 EUR/l)", "min(14.7%, max(13.3%, 0.12 EUR/l))", [0.85], "l")
    row = rates.table.to_pylist()[0]
    assert (row["rate"], row["governs"]) == (near(0.12 / 0.85), "applied")
    assert rates.breaches().num_rows == 0


def test_one_cheap_partner_is_enough_for_a_breach():
    # At 1 and 0.5 EUR/l: applied (13.3 + 24) / 2 = 18.65 %, bound (13.3 + 14.7) / 2 = 14 %.
    rates = dispute("max(13.3%, 0.12 EUR/l)", "min(14.7%, max(13.3%, 0.12 EUR/l))", [1.0, 0.5], "l")
    row = rates.table.to_pylist()[0]
    assert (row["applied"], row["bound"]) == (near(0.1865), near(0.14))
    assert rates.breaches().to_pylist()[0]["imports"] == 2000.0


def test_palm_oil():
    # Bound 3 %; applied max(3 %, 0.09 EUR/kg): at 0.60 EUR/kg 0.09 / 0.60 = 15 %. Above 3 EUR/kg there is no breach.
    rates = dispute("max(3%, 0.09 EUR/kg)", "3%", [0.60], "kg")
    row = rates.table.to_pylist()[0]
    assert (row["applied"], row["bound"], row["rate"], row["has_specific"]) == (near(0.15), 0.03, 0.03, False)
    breach = rates.breaches().to_pylist()[0]
    assert (breach["critical_unit_value"], breach["unit"]) == (near(3.0), "kg")


def test_coated_paper():
    # 4810: bound 5 %, charged 15 %: a breach at every unit value.
    rates = dispute("15%", "5%", [1.0], "kg")
    assert rates.table.to_pylist()[0]["rate"] == 0.05
    breach = rates.breaches().to_pylist()[0]
    assert (breach["critical_unit_value"], breach["unit"]) == (float("inf"), None)
    assert (breach["applied"], breach["bound"]) == (0.15, 0.05)
