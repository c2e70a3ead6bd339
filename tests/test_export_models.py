"""The examples of docs/export.md: models of others take our files without glue."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import fastavs as fa
from fastavs.exporting.model_table import ModelTable

PAGE = Path(__file__).parents[1] / "docs" / "export.md"


def example(name: str) -> str:
    """Return the program that stands on the page under a name."""
    found = re.search(
        rf"<!-- {name} -->\n```python\n(.*?)```\n<!-- end -->", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found
    return found[1]


def table(sectors: tuple[str, ...], regions: tuple[str, ...], rates: Any, home: str) -> ModelTable:
    cells = np.array(rates, dtype=np.float64)[np.newaxis]
    ones = np.ones_like(cells)
    return ModelTable(
        (2020,), sectors, regions, home, {}, {"title": "made up"}, (), cells, cells, 0.0 * cells, ones, ones
    )


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_cgelab_solves_with_our_tariffs() -> None:
    pytest.importorskip("cgelab", reason="cgelab is not installed")
    before, after = (table(("brd", "mlk"), ("ROW",), rates, "HOM") for rates in ([[0.2], [0.1]], [[0.15], [0.1]]))
    names: dict[str, Any] = {"fa": fa, "before": before, "after": after}
    exec(example("cgelab"), names)
    economy, hosoe = names["economy"], names["hosoe"]
    np.testing.assert_allclose(names["scenario"].tariff, [14 / 13 * 1.15 / 1.2 - 1, 2 / 11], rtol=1e-6)
    base = names["cgelab"].solve_period(economy, closure=hosoe.CLOSURE)
    imports = [hosoe.variables(economy, one)["M"] for one in (base, names["cut"])]
    assert imports[0]["BRD"] == pytest.approx(13.0)
    assert imports[1]["BRD"] > 13.2  # its tariff falls from 7.7 % to 3.2 %


def test_gams_interface_reads_our_tariffs() -> None:
    pytest.importorskip("gams.core.gdx", reason="gamsapi is not installed")
    pytest.importorskip("gams_gdxgmd", reason="gams-gdxgmd is not installed")
    fa.export(table(("brd", "mlk"), ("ROW",), [[0.2], [0.0]], "HOM"), "tariffs.gdx")
    names: dict[str, Any] = {}
    exec(example("gdx"), names)
    assert names["rates"] == {("brd", "ROW", "HOM", "2020"): 0.2, ("mlk", "ROW", "HOM", "2020"): 0.0}


def test_keywords_that_export_does_not_take() -> None:
    cells = table(("brd",), ("ROW",), [[0.2]], "HOM")
    for named, said in (
        ({"home": "RUS"}, 'no such keyword "home". To mend it: give home to fastavs.tariff_function.'),
        ({"milions": True}, 'Did you mean "millions"?'),
    ):
        with pytest.raises(fa.InputError) as error:
            fa.export(cells, "t.csv", **named)
        assert said in str(error.value)


def test_gegravity_takes_our_tariffs() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gegravity = pytest.importorskip("gegravity", reason="gegravity is not installed")
    size = {"RUS": 10.0, "DEU": 30.0, "CHN": 50.0, "USA": 60.0}
    flows = pd.DataFrame(
        [(a, b, 2020, size[a] * size[b] * (5 if a == b else 1) / 100) for a in size for b in size],
        columns=["exporter", "importer", "year", "trade"],
    )
    flows["international"] = (flows["exporter"] != flows["importer"]).astype(int)
    flows["constant"] = 1
    flows["Y"] = flows.groupby("exporter")["trade"].transform("sum")
    flows["E"] = flows.groupby("importer")["trade"].transform("sum")
    costs = pd.DataFrame({"var": ["international", "constant", "tariff"], "beta": [-1.6, 0.0, -5.0], "se": [0.1] * 3})
    partners = ("DEU", "CHN", "USA")
    before, after = (table(("goods",), partners, [[rate, 0.1, 0.1]], "RUS") for rate in (0.1, 0.05))
    names: dict[str, Any] = {"fa": fa, "before": before, "after": after, "flows": flows}
    names["costs"] = gegravity.CostCoeffs(costs, identifier_col="var", coeff_col="beta", stderr_col="se")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what pandas will change
        exec(example("gegravity"), names)
    change = names["model"].bilateral_costs["trade cost change (%)"]
    assert change["DEU", "RUS"] == pytest.approx(100 * ((1.05 / 1.1) ** -5 - 1), rel=1e-9)
    assert change.drop(("DEU", "RUS")).abs().max() < 1e-9
    trade = names["model"].bilateral_trade_results["trade change (percent)"]
    assert trade["DEU", "RUS"] > 10 > 0 > trade["CHN", "RUS"]
