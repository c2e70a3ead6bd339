"""The report's figures on axes: the reader's own or new ones, and nothing else touched."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
import report_studies
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from small import row, study

import fastavs as fa
from fastavs.errors import InputError
from fastavs.report.theme import light

RATES = ("path", "histogram", "heat", "groups", "binding", "line")
SWEEP = ("path", "fan")


@pytest.fixture(scope="module")
def rates() -> fa.Rates:
    return report_studies.long_study().rates()


@pytest.fixture(scope="module")
def swept() -> fa.Sweep:
    draws = [fa.Scenario(f"draw {seed}", fa.Resample(seed)) for seed in range(8)]
    named = [fa.Scenario("as it is"), fa.Scenario("$x$ <euro>", fa.FxShock("EUR", 1.2))]
    return fa.sweep(report_studies.long_study(), [*named, *draws])


@pytest.fixture(autouse=True)
def nothing_global_changes() -> Iterator[None]:
    before, loaded = dict(matplotlib.rcParams), "matplotlib.pyplot" in sys.modules
    yield
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def call_of(rates: fa.Rates, swept: fa.Sweep, name: str) -> Callable[..., Axes]:
    of, _, figure = name.partition(".")
    found: Callable[..., Axes] = getattr({"rates": rates, "sweep": swept}[of].plot, figure)
    return found


EVERY = [*(f"rates.{name}" for name in RATES), *(f"sweep.{name}" for name in SWEEP)]


DRAWN = {  # lines, boxes and fills, points; colours that cover something; how the title begins
    "rates.path": (4, 1, 0, ("blue", "green", "blue_soft"), "Simple mean rate"),
    "rates.histogram": (1, 2, 0, ("before", "blue"), "How the rates are spread, 2011 and 2020"),
    "rates.heat": (0, 7, 0, ("band0", "band1", "band2", "band3", "band4", "band5"), "Simple mean by chapter"),
    "rates.groups": (3, 0, 0, ("before", "blue", "blue_soft"), "Simple mean by industry"),
    "rates.binding": (0, 3, 0, ("before", "blue", "orange"), "Where the specific part binds, 2020"),
    "rates.line": (5, 0, 36, ("before", "blue", "orange"), "2201219700, 2020: min(10%, max(5.2%, 0.102 EUR/l))"),
    "sweep.path": (3, 0, 0, ("ink", "blue", "before"), "Weighted mean by scenario; thin: 8 more scenarios"),
    "sweep.fan": (4, 1, 0, ("ink", "blue", "blue_soft"), "Weighted mean, 8 draws of partners"),
}


def pixels(colours: list[tuple[int, tuple[int, int, int]]], name: str) -> int:
    """How much of a picture has exactly a colour of the theme."""
    wanted = tuple(bytes.fromhex(light(name).removeprefix("#")))
    return sum(number for number, colour in colours if colour == wanted)


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_of_its_own_shows_itself(rates: fa.Rates, swept: fa.Sweep, name: str, tmp_path: Path) -> None:
    ax = call_of(rates, swept, name)()
    assert isinstance(ax, Axes)
    lines, fills, points, shades, title = DRAWN[name]
    assert (len(ax.lines), len(ax.patches)) == (lines, fills)
    assert sum(len(some.get_offsets()) for some in ax.collections) == points
    assert ax.get_title(loc="left").startswith(title)
    picture, size = ax._repr_png_()  # type: ignore[attr-defined]
    (tmp_path / "figure.png").write_bytes(picture)
    with Image.open(tmp_path / "figure.png") as image:
        assert image.size == pytest.approx((2 * size["width"], 2 * size["height"]), abs=2)
        colours = image.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert {shade for shade in shades if pixels(colours, shade) > 500} == set(shades)
    words = [ax.get_title(loc="left"), *(text.get_text() for text in ax.texts)]
    assert any("synthetic replica" in one for one in words)
    assert {text.get_parse_math() for text in ax.texts} == {False}


@pytest.mark.parametrize("name", EVERY)
def test_the_readers_axes_are_drawn_on_and_returned(rates: fa.Rates, swept: fa.Sweep, name: str) -> None:
    figure = Figure(figsize=(12, 5))
    left, right = figure.subplots(1, 2)
    untouched = (left.get_xlim(), left.get_title(), len(left.get_children()))
    with matplotlib.rc_context({"axes.grid": True, "lines.marker": "s", "text.usetex": False}):
        assert call_of(rates, swept, name)(ax=right) is right
    assert (left.get_xlim(), left.get_title(), len(left.get_children())) == untouched
    assert figure.axes == [left, right]
    assert right.get_title(loc="left")
    figure.canvas.draw()


@pytest.mark.parametrize("name", EVERY)
def test_what_is_no_axes(rates: fa.Rates, swept: fa.Sweep, name: str) -> None:
    with pytest.raises(InputError, match="the argument ax does not fit"):
        call_of(rates, swept, name)(ax=Figure())


def test_small_axes_take_fewer_rows(rates: fa.Rates) -> None:
    ax = Figure(figsize=(6, 2.5)).subplots()
    rates.plot.groups(ax, grouping="chapter")
    names = [text.get_text() for text in ax.texts if text.get_text()[:2].isdigit()]
    assert 5 <= len(names) <= 12
    assert f"{len(names)} of 96" in ax.get_title(loc="left")


@pytest.mark.parametrize("size", [(5, 3), (3, 2), (7.5, 3)])
def test_numbers_of_the_histogram_keep_apart(rates: fa.Rates, size: tuple[float, float]) -> None:
    figure = Figure(figsize=size)
    ax = figure.subplots()
    rates.plot.histogram(ax)
    figure.canvas.draw()
    numbers = [text for text in ax.texts if text.get_text().replace(",", "").isdigit()]
    assert {"321", "242", "180"} <= {text.get_text() for text in numbers}
    boxes = [text.get_window_extent() for text in numbers]
    words = [text.get_window_extent() for text in ax.texts if "–" in text.get_text()]
    for some in (boxes, words):
        for one, other in itertools.combinations(some, 2):  # the letters' boxes have room above and below digits
            wide = min(one.x1, other.x1) - max(one.x0, other.x0)
            high = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert wide <= 1.0 or high <= 0.35 * min(one.height, other.height)


def test_the_same_drawing_as_the_reports(rates: fa.Rates) -> None:
    ax = rates.plot.path()
    last = rates.summary().to_pylist()[-1]
    charged = next(line for line in ax.lines if line.get_label() == "as charged")
    assert charged.get_ydata()[-1] == pytest.approx(100.0 * last["simple_mean"])  # type: ignore[index]
    weighted = rates.plot.path(mean="weighted")
    ends = {round(float(line.get_ydata()[-1]), 9) for line in weighted.lines}  # type: ignore[index,arg-type]
    assert round(100.0 * last["weighted_mean_unadjusted"], 9) in ends
    circles = [line for line in ax.lines if line.get_linestyle() == "None"]
    assert circles  # the published figures


def test_a_line_by_its_printed_code(rates: fa.Rates) -> None:
    code = next(one for one in rates.table.filter(rates.table["has_specific"])["line"].to_pylist() if one[:2] == "22")
    ax = rates.plot.line(f"{code[:4]}.{code[4:6]}.{code[6:]}", year=2005)
    assert ax.get_title(loc="left").startswith(f"{code}, 2005: ")
    assert ax.get_xscale() == "log"
    assert "unit value, USD" in ax.get_xlabel()


def test_scenarios_beside_the_baseline(swept: fa.Sweep) -> None:
    ax = swept.plot.path()
    labels = ax.get_legend_handles_labels()[1]
    assert labels == ["as it is", "$x$ <euro>"]
    (thin,) = [line for line in ax.lines if line.get_linewidth() == 0.6]
    assert np.isnan(np.asarray(thin.get_ydata(), dtype=float)).sum() == 8  # an end for each of the draws
    other = swept.plot.path(column="simple_mean", baseline="draw 3")
    assert other.get_title(loc="left") == "Simple mean by scenario; thin: 7 more scenarios"


def test_a_fan_is_of_the_draws(swept: fa.Sweep) -> None:
    ax = swept.plot.fan(column="simple_mean")
    draws = swept.to_pandas()
    last = draws[(draws["year"] == 2020) & draws["scenario"].str.startswith("draw")]["simple_mean"]
    median = next(line for line in ax.lines if line.get_linewidth() == 2.0)
    assert median.get_ydata()[-1] == pytest.approx(100.0 * last.median())  # type: ignore[index]
    assert "8 draws of partners" in ax.get_title(loc="left")


def test_a_fan_is_of_one_scenario() -> None:
    half = fa.ScaleDuty(0.5, 0.5)
    draws = [fa.Scenario(f"draw {n}", fa.Resample(n)) for n in range(3)]
    halves = [fa.Scenario(f"half {n}", half, fa.Resample(n)) for n in range(4)]
    swept = fa.sweep(report_studies.long_study(), [fa.Scenario("half", half), *halves, *draws], outputs="simple_mean")
    last = {one["scenario"]: 100.0 * one["simple_mean"] for one in swept.last_year().to_pylist()}
    for of, name, many in ((None, "draw", 3), ("draw 1", "draw", 3), ("half", "half", 4), ("half 2", "half", 4)):
        ax = swept.plot.fan(column="simple_mean", of=of)
        median = next(line for line in ax.lines if line.get_linewidth() == 2.0)
        assert np.asarray(median.get_ydata())[-1] == pytest.approx(
            np.median([last[f"{name} {n}"] for n in range(many)])
        )
        under = " under “half”" if name == "half" else ""
        assert ax.get_title(loc="left") == f"Simple mean, {many} draws of partners{under}"
        assert sum(line.get_linewidth() == 1.2 for line in ax.lines) == (name == "half")  # "as it is" was not swept
    with pytest.raises(InputError, match="no such scenario"):
        swept.plot.fan(column="simple_mean", of="third")
    others = [fa.Scenario(f"third {n}", fa.ScaleDuty(0.3), fa.Resample(n)) for n in range(2)]
    swept = fa.sweep(report_studies.one_year(), [*halves, *others, fa.Scenario("lone", fa.ScaleDuty(0.2))])
    with pytest.raises(InputError, match="draws are of several scenarios"):
        swept.plot.fan()
    with pytest.raises(InputError, match="no two draws of this scenario"):
        swept.plot.fan(of="lone")


def test_one_year_draws_too() -> None:
    one = report_studies.one_year(note="made up")
    found = one.rates()
    for name in RATES:
        getattr(found.plot, name)()
    draws = fa.sweep(one, [fa.Scenario("as it is"), *(fa.Scenario(f"{n}", fa.Resample(n)) for n in range(3))])
    draws.plot.path()
    draws.plot.fan()


def test_what_cannot_be_drawn_says_why(rates: fa.Rates, swept: fa.Sweep) -> None:
    plain = study([row("2009", "2203000100", "DEU", 900.0)], {2009: {"2203000100": "5%"}})
    cases: list[tuple[Callable[[], Any], str]] = [
        (lambda: plain.rates().plot.binding(), "no line has a specific part"),
        (lambda: plain.rates().plot.line(), "every line: no observation with a quantity"),
        (lambda: rates.plot.line("9999"), "the schedule of 2020 has no such line"),
        (lambda: rates.plot.path(mean="wieghted"), 'Did you mean "weighted"'),
        (lambda: rates.plot.groups(grouping="industri"), 'Did you mean "industry"'),
        (lambda: rates.plot.binding(year=1999), "no schedule of that year"),
        (lambda: fa.sweep(plain, fa.Scenario("as it is")).plot.fan(), "no draws to make a fan of"),
        (lambda: swept.plot.path(column="simple_men"), 'Did you mean "simple_mean"'),
        (lambda: swept.plot.path(baseline="nobody"), "no such scenario"),
        (lambda: fa.sweep(plain, fa.Scenario("x"), outputs="simple_mean").plot.path(), "not asked for this column"),
    ]  # fmt: skip
    for call, told in cases:
        with pytest.raises(InputError, match=told):
            call()


def test_figures_are_listed(rates: fa.Rates, swept: fa.Sweep) -> None:
    assert repr(rates.plot) == f"<figures: {', '.join(f'rates.plot.{name}()' for name in RATES)}>"
    assert repr(swept.plot) == "<figures: sweep.plot.path(), sweep.plot.fan()>"
    assert {name for name in dir(rates.plot) if not name.startswith("_")} == set(RATES)


def test_pyplot_keeps_its_figures_and_backend() -> None:
    """In a process of its own: what pyplot holds is global."""
    code = """
import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt
import sys
sys.path.insert(0, sys.argv[1])
import report_studies
figure, ax = plt.subplots()
rates = report_studies.one_year().rates()
before = dict(matplotlib.rcParams), matplotlib.get_backend(), plt.get_fignums(), plt.gca()
rates.plot.path(ax=ax)
rates.plot.histogram()
assert (dict(matplotlib.rcParams), matplotlib.get_backend(), plt.get_fignums(), plt.gca()) == before
"""
    subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], check=True)
