"""Figures of tariff functions: exact curves, names that keep apart, cells as a heat map; nothing else touched."""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_functions
import matplotlib
import numpy as np
import pytest
import report_studies
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

import fastavs as fa
from fastavs.errors import InputError
from fastavs.report.figure_curves import _within
from fastavs.report.theme import light

REGIONS = {"DEU": "EU", "FRA": "EU", "ITA": "EU", "ESP": "EU", "POL": "EU", "CHN": "China", "KOR": "Korea"}


@pytest.fixture(scope="module")
def f() -> fa.TariffFunction:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fa.DataWarning)
        return fa.tariff_function(
            report_studies.long_study(), sectors="section", regions=REGIONS, rest_region="others", years=(2011, 2020)
        )


@pytest.fixture(scope="module")
def random() -> fa.TariffFunction:
    return fa.TariffFunction(made_functions.make(3))


@pytest.fixture(autouse=True)
def nothing_global_changes() -> Iterator[None]:
    before, loaded = dict(matplotlib.rcParams), "matplotlib.pyplot" in sys.modules
    yield
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def curves_of(ax: Axes) -> dict[str, Line2D]:
    return {str(line.get_label()): line for line in ax.lines if not str(line.get_label()).startswith("_")}


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def call_of(f: fa.TariffFunction, name: str) -> Callable[..., Axes]:
    found: Callable[..., Axes] = getattr(f.plot, name)
    return found


@pytest.mark.parametrize(
    ("name", "title", "shades"),
    [
        ("curve", "Tariffs from others as specific duties move, 2020", ("blue", "orange")),
        ("cells", "Tariffs in percent of the value", ("band2", "band3", "faint")),
    ],
)
def test_a_figure_of_its_own_shows_itself(
    f: fa.TariffFunction, name: str, title: str, shades: tuple[str, ...], tmp_path: Path
) -> None:
    ax = call_of(f, name)()
    assert ax.get_title(loc="left").startswith(title)
    assert any("synthetic replica" in one for one in written(ax))
    assert {text.get_parse_math() for text in ax.texts} == {False}
    picture, size = ax._repr_png_()  # type: ignore[attr-defined]
    (tmp_path / "figure.png").write_bytes(picture)
    with Image.open(tmp_path / "figure.png") as image:
        assert image.size == pytest.approx((2 * size["width"], 2 * size["height"]), abs=2)
        colours = image.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    wanted = {shade: tuple(bytes.fromhex(light(shade).removeprefix("#"))) for shade in shades}
    found = {colour: number for number, colour in colours}
    assert {shade for shade, colour in wanted.items() if found.get(colour, 0) > 500} == set(shades)


@pytest.mark.parametrize("name", ["curve", "cells"])
def test_the_readers_axes_are_drawn_on_and_returned(f: fa.TariffFunction, name: str) -> None:
    figure = Figure(figsize=(12, 5))
    left, right = figure.subplots(1, 2)
    untouched = (left.get_xlim(), left.get_title(), len(left.get_children()))
    with matplotlib.rc_context({"axes.grid": True, "lines.marker": "s", "text.usetex": False}):
        assert call_of(f, name)(ax=right) is right
    assert (left.get_xlim(), left.get_title(), len(left.get_children())) == untouched
    assert figure.axes == [left, right]
    figure.canvas.draw()
    with pytest.raises(InputError, match="the argument ax does not fit"):
        call_of(f, name)(ax=figure)


@pytest.mark.parametrize("currency", [None, "EUR", "JPY"])
@pytest.mark.parametrize("span", [(0.5, 2.0), (0.0, 6.0), (1.2, 1.3)])
def test_curves_are_the_function(random: fa.TariffFunction, currency: str | None, span: tuple[float, float]) -> None:
    year, region = random.years[0], random.regions[0]
    known = [s for s, rate in zip(random.sectors, random()[0, :, 0].tolist(), strict=True) if rate == rate]
    ax = random.plot.curve(known, region, year, currency, span)
    drawn = curves_of(ax)
    assert len(drawn) == len(known)
    for sector, line in zip(known, drawn.values(), strict=True):
        factor, percents = (np.asarray(one, dtype=float) for one in line.get_data())
        kinks = random.curve(sector, region, year, currency)["factor"].to_numpy()
        inside = kinks[(kinks > span[0]) & (kinks < span[1])]
        assert factor.tolist() == [span[0], *inside.tolist(), span[1]]
        place = random.sectors.index(sector)
        for one in np.linspace(*span, 7)[1:]:
            moved = {"specific": one} if currency is None else {"fx": {currency: one}}
            rate = 100.0 * random(**moved)[0, place, 0]
            assert np.interp(one, factor, percents) == pytest.approx(rate, rel=1e-12)
    assert ("base" in written(ax)) == (span[0] <= 1.0 <= span[1])


def test_the_base_is_marked(f: fa.TariffFunction) -> None:
    regions = ["EU", "China", "others"]
    ax = f.plot.curve("IV", regions, 2020)
    base = [line for line in ax.lines if line.get_label() == "_base"]
    wanted = 100.0 * f()[1, f.sectors.index("IV"), [f.regions.index(one) for one in regions]]
    assert [line.get_xdata()[0] for line in base] == [1.0] * 3  # type: ignore[index]
    assert [line.get_ydata()[0] for line in base] == pytest.approx(wanted.tolist(), rel=1e-13)  # type: ignore[index]
    assert ax.get_title(loc="left").endswith(": tariff as specific duties move, 2020")
    assert list(curves_of(ax)) == regions


def test_the_cells_that_pay_most_are_taken(f: fa.TariffFunction) -> None:
    _, J = f.value_and_jacobian()
    paid = np.nan_to_num(J.fx[0, ..., f.currencies.index("EUR")] * f.imports[0])
    order = np.argsort(-paid, axis=None)[:5]
    labels = list(curves_of(f.plot.curve(year=2011, currency="EUR")))
    assert [one.rpartition(", ")[2] for one in labels] == [f.regions[place % 4] for place in order]
    some = f.plot.curve(region="EU", year=2011)
    places = [place for place in np.argsort(-paid[:, f.regions.index("EU")])[:5] if paid[place].any()]
    names = f.sector_names
    assert list(curves_of(some)) == [names.get(f.sectors[p], f.sectors[p]) for p in places][: len(curves_of(some))]
    assert some.get_title(loc="left") == "Tariffs from EU as specific duties move, 2011"


@pytest.mark.parametrize("size", [(9, 4), (5, 2.2), (7.5, 3)])
@pytest.mark.parametrize("many", [5, 10])
def test_names_at_the_ends_keep_apart(random: fa.TariffFunction, size: tuple[float, float], many: int) -> None:
    known = np.argwhere(~np.isnan(random()[0]))
    sectors, regions = ([random.sectors[0], random.sectors[1]], random.regions) if many > 5 else (None, None)
    assert len(known) >= many
    figure = Figure(figsize=size)
    ax = figure.subplots()
    random.plot.curve(sectors, regions, random.years[0], ax=ax)
    figure.canvas.draw()
    right = ax.get_window_extent().x1
    boxes = [text.get_window_extent() for text in ax.texts if text.get_window_extent().x0 > right]
    assert boxes
    for one, other in itertools.combinations(boxes, 2):  # the letters' boxes have room above and below
        high = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert high <= 0.4 * min(one.height, other.height)


def test_names_stay_beside_the_axes() -> None:
    assert _within([95.0, 110.0, 125.0], 15.0, 100.0) == [70.0, 85.0, 100.0]
    assert _within([-9.0, 6.0, 50.0], 15.0, 100.0) == [0.0, 15.0, 50.0]
    assert _within([80.0, 20.0], 15.0, 100.0) == [80.0, 20.0]


@pytest.mark.parametrize("what", ["rate", "specific"])
def test_cells_have_their_bands(f: fa.TariffFunction, what: str) -> None:
    ax = f.plot.cells(2011, what)
    rates, J = f.value_and_jacobian()
    shown = rates[0] if what == "rate" else J.specific[0]
    numbers = {one for one in written(ax) if one.replace(".", "").isdigit()}
    digits = 1 if what == "rate" else 2
    known = ~np.isnan(rates[0])
    assert numbers == {f"{100 * one:.{digits}f}" for one in shown[known].tolist()}
    faint = sum(
        len(artist.get_path().vertices) // 5  # type: ignore[attr-defined]
        for artist in ax.patches
        if matplotlib.colors.to_hex(artist.get_facecolor()) == light("faint")
    )
    assert faint == (~known).sum()
    assert all(any(region == one for one in written(ax)) for region in f.regions)


def test_names_of_many_regions_stand_upright(random: fa.TariffFunction) -> None:
    parts = replace(random.parts, regions=tuple(f"a region of the world {n}" for n in range(len(random.regions))))
    ax = fa.TariffFunction(parts).plot.cells(ax=Figure(figsize=(3, 3)).subplots())
    upright = [text.get_text() for text in ax.texts if text.get_rotation() == 90.0]
    assert len(upright) == len(random.regions)


def test_basis_and_numbers_of_sectors_are_told(random: fa.TariffFunction) -> None:
    facts = {**random.parts.facts, "value_basis": "CIF", "sectors_title": "industry"}
    sectors = tuple(str(n) for n in range(len(random.sectors)))
    f = fa.TariffFunction(replace(random.parts, facts=facts, sectors=sectors, sector_names={"1": "steel"}))
    ax = f.plot.curve(["0", "1"], f.regions[0], currency="EUR")
    assert ax.get_ylabel() == "tariff in percent of the value (CIF)"
    assert ax.get_xlabel() == "the euro, times its base rate"
    assert list(curves_of(ax)) == ["industry 0", "steel"]


def test_cells_without_a_tariff_are_named(f: fa.TariffFunction) -> None:
    ax = f.plot.curve("IV", ["EU", "Korea"])
    assert list(curves_of(ax)) == ["EU"]
    assert written(ax)[-1] == "No tariff is known: Korea"


def test_what_cannot_be_drawn_says_why(f: fa.TariffFunction) -> None:
    lines = [f"22030001{n}0" for n in range(9)]
    plain = fa.tariff_function(
        fa.Study(
            trade={"period": ["2020"] * 9, "line": lines, "partner": ["DEU"] * 9, "value": [9.0] * 9},
            applied={"year": [2020] * 9, "line": lines, "duty": ["5%"] * 9},
        ),
        sectors=dict(zip(lines, "ABCDEFGHI", strict=True)), regions="all",
    )  # fmt: skip
    cases: list[tuple[Callable[[], Any], str]] = [
        (lambda: f.plot.curve("wine", "EU"), "no such sector"),
        (lambda: f.plot.curve("IV", "EUU"), 'Did you mean "EU"'),
        (lambda: f.plot.curve("IV", "EU", 1999), "no such year"),
        (lambda: f.plot.curve("IV", "EU", currency="XAU"), "no such currency"),
        (lambda: f.plot.curve(currency="XAU"), "no such currency"),
        (lambda: f.plot.curve(f.sectors, f.regions), "84 cells are asked for"),
        (lambda: f.plot.curve([], "EU"), "0 cells are asked for"),
        (lambda: f.plot.curve("IV", "Korea"), "no tariff is known of these cells"),
        (lambda: f.plot.curve("IV", "EU", span=(2.0, 0.5)), "the lesser first"),
        (lambda: f.plot.curve("IV", "EU", span=(0.5, float("inf"))), "the lesser first"),
        (lambda: f.plot.curve("IV", "EU", span=3.0), "two factors"),  # type: ignore[arg-type]
        (lambda: f.plot.cells(1999), "no such year"),
        (lambda: f.plot.cells(what="rates"), 'Did you mean "rate"'),
        (lambda: plain.plot.curve(), "no cell pays a specific duty at the base"),
    ]  # fmt: skip
    for call, told in cases:
        with pytest.raises(InputError, match=told):
            call()
    flat = plain.plot.curve("B")
    assert np.asarray(curves_of(flat)["B"].get_ydata()).tolist() == [5.0, 5.0]


def test_figures_are_listed(f: fa.TariffFunction) -> None:
    assert repr(f.plot) == "<figures: f.plot.curve(), f.plot.cells()>"
    assert {name for name in dir(f.plot) if not name.startswith("_")} == {"curve", "cells"}
