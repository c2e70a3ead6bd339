"""The programs of docs/models.md, docs/solver.md and of README's "In models" run as they stand."""

from __future__ import annotations

import re
import shlex
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import fastavs as fa
from fastavs.cli import main

ROOT = Path(__file__).parents[1]


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of every block of a page."""
    return re.findall(r"^```(\w+)\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def run(program: str, names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fa.DataWarning)
        exec(program, names)


def command(text: str) -> None:
    words = shlex.split(text)
    assert words[0] == "fastavs"
    result = CliRunner().invoke(main, words[1:], prog_name="fastavs")
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        found = tmp_path_factory.mktemp("page")
        patch.chdir(found)
        yield found


@pytest.fixture(scope="module")
def page(folder: Path) -> dict[str, Any]:
    """What there is after all blocks of docs/models.md were run, from the first to the last."""
    names: dict[str, Any] = {}
    for language, text in blocks("docs/models.md"):
        if language == "python":
            run(text, names)
        elif language == "sh":
            command(text)
        elif language == "csv":
            Path("sectors.csv").write_text(text, encoding="utf-8")
        else:
            assert language == "text"
    return names


def test_the_picture_on_the_page_is_what_the_program_draws(page: dict[str, Any], folder: Path) -> None:
    with Image.open(folder / "eaeu_euro.png") as drawn, Image.open(ROOT / "docs" / "eaeu_euro.png") as shown:
        assert drawn.size == shown.size
    names = [line.get_label() for line in page["ax"].lines if not line.get_label().startswith("_")]
    assert names == ["Clothing", "Leather products", "Other food", "Textiles", "Other manufactures"]


def test_what_is_said_of_the_picture(page: dict[str, Any]) -> None:
    whole = page["whole"]
    clothing = whole.sectors.index("wap")
    rates = [100.0 * float(whole(fx={"EUR": factor})[0, clothing, 0]) for factor in (0.5, 1.0, 2.0)]
    assert [round(rate, 1) for rate in rates] == [5.9, 8.2, 14.1]
    _, J = whole.value_and_jacobian()
    assert round(100.0 * float(J.specific[0, clothing, 0]), 1) == 5.2


def test_equations_of_the_page(page: dict[str, Any]) -> None:
    f, price, specific, ad_valorem = page["f"], 0.8, 1.3, 0.9
    fx = np.linspace(0.9, 1.2, len(f.currencies))
    T, J = f.value_and_jacobian(price, fx, ad_valorem, specific)
    known = ~np.isnan(T)
    S = (J.fx * fx)[known]
    np.testing.assert_allclose(T[known], ad_valorem * J.ad_valorem[known] + S.sum(axis=-1), rtol=1e-13)
    np.testing.assert_allclose(-S.sum(axis=-1) / price, J.price[known] + off_the_diagonal(J)[known], atol=1e-14)
    np.testing.assert_allclose(S.sum(axis=-1) / specific, J.specific[known], atol=1e-14)
    np.testing.assert_array_equal(f(2.0 * price, 2.0 * fx), f(price, fx))


def off_the_diagonal(J: Any) -> np.ndarray:
    found = np.zeros(J.value.size)
    np.add.at(found, J.borrowed_cell, J.borrowed)
    return found.reshape(J.value.shape)


def test_a_sectors_tariff_is_that_of_a_sweep(page: dict[str, Any]) -> None:
    study = page["study"]
    f = fa.tariff_function(study, sectors="chapter", regions={"IND": "India"}, rest_region="others")
    swept = fa.sweep(study, fa.Scenario("India", fa.OnlyPartners("IND")), by="chapter").by("chapter").to_pylist()
    for row in swept:
        mean = row["weighted_mean"]
        found = f()[f.years.index(row["year"]), f.sectors.index(row["group"]), 0]
        assert (mean is None and np.isnan(found)) or found == pytest.approx(mean, rel=1e-12)


def test_the_union_is_empty_and_filled(page: dict[str, Any]) -> None:
    f, filled = page["f"], page["filled"]
    assert np.isnan(f()[:, :, f.regions.index("EU")]).all()
    assert not np.isnan(filled()[0, filled.sectors.index("b_t"), filled.regions.index("EU")])
    assert not filled.lines["specific"].to_numpy().any()
    assert page["cars"].sectors == ["cars", "machinery", "all else"]


def test_the_saved_function_is_exported(page: dict[str, Any], folder: Path) -> None:
    rows = (folder / "tariffs.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + page["f"]().size


def test_inside_a_solver(folder: Path) -> None:
    names: dict[str, Any] = {}
    for language, text in blocks("docs/solver.md"):
        assert language == "python"
        run(text, names)
    assert names["T"].shape == names["J"].price.shape


def test_readme(folder: Path, page: dict[str, Any]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example, export = (
        re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```\n<!-- end -->", text, re.DOTALL)
        for name in ("in-models", "export")
    )
    assert example
    assert export
    names = {"fa": fa, "study": page["study"]}
    run(example[1], names)
    assert names["T"].shape == names["J"].value.shape  # type: ignore[attr-defined]
    command(export[1])
    assert (folder / "tariffs.csv").exists()


@pytest.mark.parametrize(
    "page_name", ["README.md", *(f"docs/{one.name}" for one in sorted((ROOT / "docs").glob("*.md")))]
)
def test_links_lead_somewhere(page_name: str) -> None:
    at = (ROOT / page_name).parent
    for link in re.findall(r"\]\(([^)#\s]+)", (ROOT / page_name).read_text(encoding="utf-8")):
        assert link.startswith("http") or (at / link).exists(), link
