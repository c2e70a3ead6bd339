"""What cells of tariff functions weigh and import, and what those without a weight have: figures worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small import row
from test_curves_built import REL, built, make, of_beer, trade
from test_twin import study_of

import fastavs as fa
from fastavs.models import build
from fastavs.models.options import Options

EXCLUDED = {"partner": ["DEU", "BRA", "KAZ"], "treatment": ["mfn", "mfn", "excluded"]}
PORK = {"0203110000": "10%", "0203120000": "50%", "2203000100": "0.1 USD/l"}


def pork(**more: Any) -> fa.Study:
    """Germany sells both kinds of pork, Brazil one, Kazakhstan the other; beer is Germany's, without a quantity."""
    rows = [
        row("2010", "0203110000", "DEU", 100.0, 100.0), row("2010", "0203120000", "DEU", 900.0, 900.0),
        row("2010", "0203110000", "BRA", 900.0, 900.0), row("2010", "0203120000", "KAZ", 500.0, 500.0),
        row("2010", "2203000100", "DEU", 50.0),
    ]  # fmt: skip
    names = ("period", "line", "partner", "value", "quantity", "unit")
    return fa.Study(
        trade={name: [one[name] for one in rows] for name in names},
        applied={"year": [2010] * 3, "line": list(PORK), "duty": list(PORK.values())},
        **({"partners": EXCLUDED} | more),
    )


def by_partner(**asked: Any) -> fa.TariffFunction:
    return fa.tariff_function(pork(), **({"sectors": "chapter", "regions": "partner", "years": 2010} | asked))


@pytest.mark.parametrize("aves", ["region", "partner", "all"])
def test_own_years_weigh_by_the_own_imports_of_a_region(aves: str) -> None:
    f = by_partner(aves=aves)
    assert f.regions == ["BRA", "DEU", "KAZ"]
    np.testing.assert_allclose(f()[0, 0], [0.1, 0.46, np.nan], rtol=REL)
    assert f.weights[0].tolist() == f.imports[0].tolist() == [[900.0, 1000.0, 0.0], [0.0, 0.0, 0.0]]
    assert f.unknown_imports[0].tolist() == [[0.0, 0.0, 0.0], [0.0, 50.0, 0.0]]
    assert f.table()["unknown_imports"].to_pylist()[4] == 50.0


@pytest.mark.parametrize("aves", ["partner", "all"])
@pytest.mark.parametrize("seed", range(2))
def test_duties_add_up_however_sectors_and_regions_are_cut(seed: int, aves: str) -> None:
    made = make(9600 + seed, method="partner", min_value=0.0)
    index = study_of(made).index(records=True)
    partners = index.facts["partners"]
    groups = {one: "AB"[place % 2] for place, one in enumerate(partners)}
    codes = sorted({row["line"] for row in made["applied"]} | {row["line"] for row in made["bound"] or []})
    totals = []
    for sectors in ("chapter", "all", {one: one for one in codes}):
        for regions in ("partner", groups, "all"):
            f = fa.tariff_function(
                index, sectors=sectors, regions=regions, aves=aves, years=(2010, 2011), rest_sector="rest"
            )
            assert np.array_equal(f.weights, f.imports)
            paid = np.nansum(f.weights * f(), axis=(1, 2))
            np.testing.assert_allclose(np.nansum(f.revenue(np.maximum(f.imports, 1e-300)), axis=(1, 2)), paid, rtol=REL)
            totals.append([*paid, *f.weights.sum(axis=(1, 2)), *f.unknown_imports.sum(axis=(1, 2))])
    np.testing.assert_allclose(totals, np.broadcast_to(totals[0], np.shape(totals)), rtol=1e-12)
    assert totals[0][0] > 0.0


@pytest.mark.parametrize("aves", ["region", "partner", "all"])
@pytest.mark.parametrize("weights", ["imports", "fixed", "simple"])
def test_excluded_partners_are_left_out_or_duty_free(aves: str, weights: str) -> None:
    regions = {"DEU": "E", "BRA": "S", "KAZ": "E"}
    out = by_partner(aves=aves, weights=weights, regions=regions)
    free = by_partner(aves=aves, weights=weights, regions=regions, excluded="duty free")
    usual = 0.3 if weights == "simple" else 0.46
    assert out()[0, 0, 0] == pytest.approx(usual, rel=REL)
    part = (0.5 if aves == "partner" else 1.0) if weights == "simple" else 1000.0 / 1500.0
    assert free()[0, 0, 0] == pytest.approx(usual * part, rel=REL)
    assert (out.imports[0, 0, 0], free.imports[0, 0, 0]) == (1000.0, 1500.0)
    assert any("500 USD from excluded partners (KAZ) are in no cell: 32.3 % of the imports from E" in one
               for one in out.notes)  # fmt: skip
    assert any("excluded partners (KAZ) are in the cells and pay 0" in one for one in free.notes)
    alone = by_partner(aves=aves, weights=weights, excluded="duty free")
    assert alone()[0, 0, 2] == 0.0
    assert np.isnan(by_partner(aves=aves, weights=weights, empty="zero")()[0, 0, 2])


@pytest.mark.parametrize("excluded", ["leave out", "duty free"])
def test_exclusions_of_a_scenario_are_those_of_the_study(excluded: str) -> None:
    scenario = fa.Scenario("no Brazil", fa.ExcludePartners(("BRA",)))
    for weights in ("imports", "fixed"):
        f = by_partner(scenario=scenario, weights=weights, excluded=excluded, sectors="all", regions="all")
        expected = 460.0 / (1000.0 if excluded == "leave out" else 2400.0)
        assert f().item() == pytest.approx(expected, rel=REL)
        assert any("1400 USD from excluded partners (BRA, KAZ)" in note for note in f.notes)


def test_empty_cells_are_filled_and_unknown_ones_are_not() -> None:
    asked = {"sectors": {"02": "meat", "22": "beer", "99": "milk"}}
    with pytest.warns(fa.DataWarning):
        null, sector, zero = (by_partner(empty=one, **asked)()[0] for one in ("null", "sector", "zero"))
    assert np.isnan(null[1:]).all()
    np.testing.assert_array_equal(zero[1:], [[0.0, np.nan, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(sector[1:], [[np.nan, np.nan, np.nan], [0.0, 0.0, 0.0]])
    with pytest.raises(fa.InputError, match='Did you mean "sector"'):
        by_partner(empty="line")
    more = fa.Scenario("Brazil is not sold", fa.ExcludePartners(("BRA",)))
    assert np.isnan(by_partner(empty="zero", scenario=more)()[0, 0, 0])


def test_the_home_region_is_zero_where_cells_are_filled_and_moves_no_other() -> None:
    for empty, own in (("null", np.nan), ("sector", 0.0), ("zero", 0.0)):
        for aves in ("region", "all"):
            for fallback in ("own", "line"):
                asked = {"empty": empty, "aves": aves, "fallback": fallback}
                with_home, without = by_partner(home="DEU", **asked), by_partner(**asked)
                np.testing.assert_array_equal(with_home()[:, :, [0, 2]], without()[:, :, [0, 2]])
                np.testing.assert_array_equal(with_home()[0, :, 1], [own, own])
                assert not with_home.imports[:, :, 1].any()
                said = "null" if empty == "null" else "0"
                assert any(f"1050 USD from DEU, the importing region itself, are left out; its tariffs are {said}"
                           in one
                           for one in with_home.notes)  # fmt: skip


def test_lines_without_a_known_rate_are_counted_with_their_imports() -> None:
    notes = by_partner().notes
    assert any("1 of 3 lines have no known rate in some region; their imports there, 50 USD" in one for one in notes)
    assert any("1 cell (22 from DEU) has imports of lines without a known rate alone, 50 USD" in one for one in notes)


def beer(fallback: str) -> fa.TariffFunction:
    """Beer that only Germany sells with a quantity that makes sense; Brazil's is an outlier."""
    rows = [row("2010", "2203000100", "DEU", 100.0, 100.0, "l"), row("2010", "2203000100", "BRA", 1.0, 1e9, "l")]
    return fa.tariff_function(
        fa.Study(
            trade={name: [one[name] for one in rows] for name in rows[0]},
            applied={"year": [2010], "line": ["2203000100"], "duty": ["max(5%, 0.1 USD/l)"]},
        ),
        sectors="all", regions="partner", fallback=fallback, years=2010,
    )  # fmt: skip


def test_a_region_of_outliers_alone_falls_back() -> None:
    own, line = beer("own"), beer("line")
    np.testing.assert_allclose(own()[0, 0], [0.05, 0.1], rtol=REL)
    np.testing.assert_allclose(line()[0, 0], [0.1, 0.1], rtol=REL)
    said = "1 line without observations of their own in some region has the"
    assert any(f"{said} percentage of the duty alone there, with imports of 1 USD" in one for one in own.notes)
    assert any(f"{said} rate over all partners there, with imports of 1 USD" in one for one in line.notes)


def test_the_critical_factor_of_mixed_lines_is_where_an_amount_is_paid() -> None:
    (line,) = of_beer(trade(3), "max(30%, 0.05 EUR/l)", "max(20%, 0.01 USD/l)").lines.to_pylist()
    assert line["by_line"]
    least = 0.2 / (0.01 * 5.0)  # below, the bound duty's percentage is the lesser
    assert line["critical_factor"] == pytest.approx(least, rel=1e-12)
    (line,) = of_beer(trade(3), "0.05 EUR/l + 0.01 USD/l", "0%").lines.to_pylist()
    assert line["critical_factor"] is None
    (line,) = of_beer(trade(3), "min(30%, 0.05 EUR/l)").lines.to_pylist()
    assert line["critical_factor"] == 0.0


def test_a_function_of_too_many_kinks_is_refused_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    from fastavs.models import counts

    made = make(9900, method="partner")
    kinks = built(made).curves.kink.size
    for module in (build, counts):
        monkeypatch.setattr(module, "MOST_KINKS", max(kinks // 4, 1))
    with pytest.raises(fa.InputError, match="kinks") as error:
        built(made, aves="all", empty="sector")
    assert 'aves="region"' in str(error.value)


def test_facts_say_what_was_asked_for() -> None:
    parts = of_beer(trade(3), "10%", options=Options(fallback="line", empty="zero", excluded="duty free"))
    asked = {"fallback": "line", "empty": "zero", "inside": "drop", "excluded": "duty free"}
    assert asked.items() <= parts.facts.items()
    study = pork()
    f = fa.tariff_function(study, sectors="all", regions="all")
    assert f.facts["fingerprint"] == fa.build_index(study).fingerprint == study.matches.fingerprint
