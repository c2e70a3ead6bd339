"""The report: its sentences, its figures, and the page in a real browser."""

from __future__ import annotations

import html
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import make_study
import pytest
import report_studies

import fastavs as fa
from fastavs.errors import InputError
from fastavs.report import build_tables, theme
from fastavs.report.choice import choose_line
from fastavs.report.figure_binding import chapter_binding
from fastavs.report.figures import build_figures, published_means
from fastavs.report.findings import findings
from fastavs.report.page import write_report
from fastavs.report.page_tables import page_table
from fastavs.report.svg import spread
from fastavs.results.record import run_record

SVG = "{http://www.w3.org/2000/svg}"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def record(rates: fa.Rates) -> dict[str, Any]:
    return run_record(rates, {"study.toml": "0" * 64}, {"reading": 1.0})


@pytest.fixture(scope="module")
def long_rates() -> fa.Rates:
    return report_studies.long_study().rates()


@pytest.fixture(scope="module")
def long_folder(long_rates: fa.Rates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(long_rates, folder, record(long_rates))
    return folder


def page_of(study: fa.Study, folder: Path) -> str:
    rates = study.rates()
    write_report(rates, folder, record(rates))
    return (folder / "report.html").read_text(encoding="utf-8")


# ---- the page


def test_page_and_figures_are_written(long_folder: Path) -> None:
    figures = {path.name for path in (long_folder / "figures").iterdir()}
    assert figures == {"path.svg", "figure-1.svg", "heat.svg", "groups.svg", "binding.svg", "line.svg"}
    page = (long_folder / "report.html").read_text(encoding="utf-8")
    for table in ("Table 1", "Table 2", "Table 3", "Table 4", "Table 5", "Table 6", "Table A1", "Table A2"):
        assert f"<summary>{table}. " in page


def test_page_says_what_was_run_on_what(long_rates: fa.Rates, long_folder: Path) -> None:
    page = (long_folder / "report.html").read_text(encoding="utf-8")
    assert "<h1>Long &lt;study&gt; &amp; Co</h1>" in page
    assert '<p class="note short">Synthetic replica</p>' in page
    assert "Values are CIF, in USD" in page
    assert "0" * 64 in page
    for option in record(long_rates)["options"]:
        assert f">{option}<" in page
    assert "partner is excluded" in page
    assert "(calibrated)" in page
    assert "(not calibrated)" in page


def test_page_loads_nothing(long_folder: Path) -> None:
    page = (long_folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href|action|data)\s*=\s*[\"'](?!#|data:,)", page)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "default-src 'none'" in page


def test_ids_are_unique(long_folder: Path) -> None:
    page = (long_folder / "report.html").read_text(encoding="utf-8")
    ids = re.findall(r"\sid=\"([^\"]+)\"", page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"(?:href=\"|url\()#([\w-]+)", page)) <= set(ids)


def test_same_input_same_bytes(long_rates: fa.Rates, long_folder: Path, tmp_path: Path) -> None:
    again = report_studies.long_study().rates()
    write_report(again, tmp_path, run_record(again, {"study.toml": "0" * 64}, {"reading": 99.0}))
    written = sorted(
        path.relative_to(long_folder) for path in long_folder.rglob("*") if path.suffix in (".html", ".svg")
    )
    assert len(written) == 7
    for path in written:
        assert (tmp_path / path).read_bytes() == (long_folder / path).read_bytes(), path


def test_fob_is_warned_of(tmp_path: Path) -> None:
    assert "FOB values leave freight" in page_of(report_studies.one_year(value_basis="FOB"), tmp_path)


def test_names_cannot_break_the_page(tmp_path: Path) -> None:
    groups = {
        "kind": {"prefix": ["22"], "group": ["<b>$x$</b>"], "name": ['</svg><script>alert("1")</script> Пиво 啤酒']}
    }
    study = report_studies.one_year(name="<script>", note="a & b", groups=groups)
    page = page_of(study, tmp_path)
    assert page.count("<script>") == 1
    assert "&lt;/svg&gt;&lt;script&gt;" in page


@pytest.mark.parametrize("seed", range(4))
def test_any_study_works(seed: int, tmp_path: Path) -> None:
    made = make_study.make(seed, headings=4)
    page = page_of(fa.Study.load(make_study.to_toml(made, tmp_path / "study")), tmp_path)
    assert "Key findings" in page
    assert "nan" not in re.sub(r"<[^>]*>", " ", page).lower().split()


def test_one_year_without_specific_parts(tmp_path: Path) -> None:
    trade = {"period": ["2020"], "line": ["85011000"], "partner": ["DEU"], "value": [5.0]}
    page = page_of(fa.Study(trade, {"year": [2020], "line": ["85011000"], "duty": ["5%"]}), tmp_path)
    assert "No line is charged by weight, volume or number" in page
    assert {path.stem for path in (tmp_path / "figures").iterdir()} == {"path", "figure-1", "heat"}


def test_rates_below_zero(tmp_path: Path) -> None:
    trade = {"period": ["2020"] * 2, "line": ["22030001"] * 2, "partner": ["DEU", "CZE"], "value": [5.0, 6.0],
             "quantity": [1.0, 2.0], "unit": ["l", "l"]}  # fmt: skip
    page = page_of(fa.Study(trade, {"year": [2020], "line": ["22030001"], "duty": ["5% - 2 USD/l"]}), tmp_path)
    assert "−48.3\u00a0%" in page


def test_all_rates_unknown(tmp_path: Path) -> None:
    trade = {"period": ["2020"], "line": ["22030001"], "partner": ["DEU"], "value": [5.0]}
    page = page_of(fa.Study(trade, {"year": [2020], "line": ["22030001"], "duty": ["5 USD/l"]}), tmp_path)
    assert "1 line has a rate that cannot be known" in page


# ---- sentences


def test_findings_are_the_numbers(long_rates: fa.Rates) -> None:
    summary = long_rates.summary().to_pylist()
    found = findings(long_rates, summary, build_tables(long_rates), record(long_rates))
    assert 3 <= len(found) <= 5
    last = summary[-1]
    assert f"is {100 * last['simple_mean']:.1f}\u00a0%" in found[0]
    assert f"in 2011 it was {100 * summary[10]['simple_mean']:.1f}\u00a0%" in found[0]
    assert f"{last['specific_lines']} lines" in found[1]
    assert f"{last['water_lines']} lines are charged less" in found[2]
    assert "published simple means of 20 years" in found[3]


def test_findings_without_run_record(long_rates: fa.Rates) -> None:
    assert findings(long_rates, long_rates.summary().to_pylist(), build_tables(long_rates), {})


# ---- figures


def test_figures_are_accessible_svg(long_folder: Path) -> None:
    for path in (long_folder / "figures").iterdir():
        root = ElementTree.parse(path).getroot()
        assert root.tag == f"{SVG}svg"
        assert root.attrib["role"] == "img"
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert title.text
        assert desc is not None
        assert len(desc.text or "") > 40
        assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {desc.attrib['id']}"
        assert "prefers-color-scheme:dark" in (root.findtext(f"{SVG}style") or "")


def test_figures_have_only_colours_of_the_theme(long_folder: Path) -> None:
    for path in (long_folder / "figures").iterdir():
        for element in ElementTree.parse(path).getroot().iter():
            for key in ("fill", "stroke"):
                colour = element.attrib.get(key, "none")
                assert colour == "none" or colour in theme.NAME_OF, (path.name, element.tag, colour)
                if colour != "none":
                    assert theme.fill_class(theme.NAME_OF[colour], key[0]) in element.attrib["class"].split()
            assert "style" not in element.attrib


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_letters_stand_out(mode: str) -> None:
    colours = {name: getattr(colour, mode) for name, colour in theme.COLOURS.items()}
    for letters in ("ink", "muted", "blue", "orange", "green"):
        assert contrast(colours[letters], colours["paper"]) >= 4.5, letters
        if letters in ("ink", "muted"):
            assert contrast(colours[letters], colours["faint"]) >= 4.5, letters
    for band in range(8):
        letters = "on_low" if band < 4 else "on_middle" if band == 4 else "on_high"
        assert contrast(colours[letters], colours[f"band{band}"]) >= 4.5, (band, letters)


def test_light_values_name_colours() -> None:
    assert len(theme.NAME_OF) == len(theme.COLOURS)


def test_labels_are_spread() -> None:
    moved = spread([5.0, 5.0, 5.0, 40.0], 10.0)
    assert moved == [-5.0, 5.0, 15.0, 40.0]
    assert spread([], 10.0) == []


def test_published_points_are_drawn(long_rates: fa.Rates) -> None:
    means = published_means(build_tables(long_rates))
    assert set(means) == {"simple_mean", "weighted_mean"}
    assert math.isclose(means["simple_mean"][2003], 0.12)


def test_binding_adds_up(long_rates: fa.Rates) -> None:
    found = chapter_binding(long_rates.year())
    assert {one.chapter for one in found} == set(report_studies.SPECIFIC)
    summary = long_rates.summary().to_pylist()[-1]
    added = math.fsum(one.adds * one.lines for one in found) / summary["lines"]
    assert math.isclose(added, summary["simple_mean"] - summary["ad_valorem_simple_mean"], abs_tol=1e-12)


def test_line_of_ones_own_choice(long_rates: fa.Rates) -> None:
    chosen = choose_line(long_rates, 2020)
    assert chosen is not None
    assert chosen.startswith("22")  # most partners trade in drinks
    figures = build_figures(long_rates, build_tables(long_rates), "6401219700")
    assert figures["line"].title.startswith("One line: 6401219700, duty ")
    with pytest.raises(InputError, match="no such line"):
        build_figures(long_rates, build_tables(long_rates), "9999999999")


def test_line_borrows_where_none_has_enough(tmp_path: Path) -> None:
    rates = report_studies.one_year().rates()
    assert choose_line(rates, 2020) == "2203000100"


# ---- tables


def test_table_with_years_across(long_rates: fa.Rates) -> None:
    table = page_table(build_tables(long_rates)["2"])
    assert [cell.text for cell in table.head[2:4]] == ["2001", "2002"]
    first = table.body[0][0]
    assert first.text == "1 Agriculture and food"
    labels = [row[-21].text for row in table.body[: first.rows]]
    assert "Simple mean, %, published" in labels
    others = next(row[0].rows for row in table.body if row[0].text.startswith("2 "))
    assert others == first.rows - 2  # nothing published, so nothing said


def test_figures_by_others_as_printed(long_rates: fa.Rates) -> None:
    table = page_table(build_tables(long_rates)["1"])
    place = next(i for i, cell in enumerate(table.head) if cell.text == "Simple mean, %, published (calibrated)")
    assert table.body[2][place].text == "12.0"
    assert table.body[2][place + 1].text.startswith("−")


def loaded(code: str) -> set[str]:
    code = f"import sys\n{code}\nprint(*{{'jinja2', 'matplotlib', 'numba', 'pandas'}} & set(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_report_loads_nothing_heavy() -> None:
    assert loaded("import fastavs, fastavs.report, fastavs.report.page") == set()


@pytest.mark.parametrize("report", [False, True])
def test_what_writing_loads(report: bool, tmp_path: Path) -> None:
    study = make_study.to_toml(make_study.make(0), tmp_path / "study")
    code = (
        "import fastavs as fa\nfrom fastavs.report.folder import write_results\n"
        f"write_results(fa.Study.load({str(study)!r}).rates(), {str(tmp_path / 'out')!r}, report={report})"
    )
    assert loaded(code) == ({"jinja2", "numba"} if report else {"numba"})


# ---- a real browser

FRAME = """<!doctype html><title>waiting</title>
<iframe id="frame" src="{page}" style="width:{width}px;height:900px;border:0"></iframe>
<pre id="out">nothing</pre><script>
frame.addEventListener("load", () => {{
  const page = frame.contentDocument, view = frame.contentWindow;
  const visible = (one) => one.getClientRects().length > 0;
  const shown = [...page.querySelectorAll("svg")].filter(visible);
  const edge = page.documentElement.clientWidth + 0.5;
  const wide = [...page.querySelectorAll("body *")].filter(
    (one) => !one.closest(".scroll table, svg") && visible(one) && one.getBoundingClientRect().right > edge);
  const clipped = [], overlapping = [];
  for (const svg of shown) {{
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((one) => {{
      const it = one.getBoundingClientRect(), lead = it.height / 5;  // room above and below the letters
      return {{ words: one.textContent, left: it.left, right: it.right, top: it.top + lead, bottom: it.bottom - lead }};
    }});
    texts.forEach((one, place) => {{
      if (one.left < box.left || one.right > box.right || one.top < box.top || one.bottom > box.bottom)
        clipped.push(one.words);
      for (const other of texts.slice(place + 1))
        if (Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
            && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1)
          overlapping.push(one.words + " / " + other.words);
    }});
  }}
  page.querySelectorAll("details").forEach((one) => {{ one.open = true; }});
  out.textContent = JSON.stringify({{
    beyond: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    wide: wide.map((one) => one.tagName + "." + one.className),
    clipped, overlapping, figures: shown.length,
    loaded: view.performance.getEntriesByType("resource").map((one) => one.name),
    paper: view.getComputedStyle(page.body).backgroundColor,
    ink: view.getComputedStyle(page.querySelector("svg .f-ink")).fill,
  }});
}});
</script>"""


def browse(folder: Path, page: str, *more: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER
    disabled = ("gpu", "quic", "background-networking", "component-update", "sync", "extensions")
    command = [
        BROWSER, "--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{one}" for one in disabled),
        "--allow-file-access-from-files", "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}",
        *more, page,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome on this machine")
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_in_a_browser(long_folder: Path, tmp_path: Path, width: int, mode: str) -> None:
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(page=(long_folder / "report.html").as_uri(), width=width), encoding="utf-8")
    dark = f"--blink-settings=preferredColorScheme={0 if mode == 'dark' else 1}"
    shown = browse(
        tmp_path, frame.as_uri(), "--window-size=1200,1000", "--virtual-time-budget=8000", "--dump-dom", dark
    )
    found = re.search(r'<pre id="out">(.*?)</pre>', shown.stdout, re.DOTALL)
    assert found, shown.stderr[-2000:]
    assert [line for line in shown.stderr.splitlines() if "CONSOLE" in line] == []
    paper, ink = (as_rgb(getattr(theme.COLOURS[name], mode)) for name in ("paper", "ink"))
    assert json.loads(html.unescape(found[1])) == {
        "beyond": 0,
        "wide": [],
        "clipped": [],
        "overlapping": [],
        "figures": 6,  # each once: the wide one or the narrow one
        "loaded": [],
        "paper": paper,
        "ink": ink,
    }


def as_rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"
