"""Tariff functions from C: a saved file without Python, the compiled evaluation within a process; the same bits."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import made_functions
import numpy as np
import pytest
from test_tariff_function import broken, factors, same

import fastavs as fa
from fastavs.models import native
from fastavs.models.function_file import write_parts

FOLDER = Path(native.__file__).parent
STRICT = ["-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
SEEDS = range(4)

CLIENT = r"""
#include "fastavs_tariff.h"
#include <stdio.h>
#include <stdlib.h>

static double *numbers(FILE *file, int64_t count) {
    double *found = malloc((size_t)(count + 1) * sizeof(double));
    if (!found || fread(found, sizeof(double), (size_t)count, file) != (size_t)count) exit(9);
    return found;
}

int main(int count, char **words) {
    fastavs_tariff *f;
    const int trouble = fastavs_tariff_open(words[1], &f);
    if (trouble) {
        printf("%s\n", fastavs_tariff_message(trouble));
        return trouble;
    }
    const int64_t q = fastavs_tariff_cells(f), c = fastavs_tariff_currencies(f), b = fastavs_tariff_pairs(f);
    for (int64_t i = 0; i < fastavs_tariff_years(f); i++) printf("%d ", (int)fastavs_tariff_year(f, i));
    for (int64_t i = 0; i < fastavs_tariff_sectors(f); i++) printf("%s ", fastavs_tariff_sector(f, i));
    for (int64_t i = 0; i < fastavs_tariff_regions(f); i++) printf("%s ", fastavs_tariff_region(f, i));
    for (int64_t i = 0; i < c; i++) printf("%s ", fastavs_tariff_currency(f, i));
    printf("%d\n", fastavs_tariff_sector(f, -1) == NULL && fastavs_tariff_region(f, 1000) == NULL);
    if (count > 3) {
        FILE *given = fopen(words[2], "rb"), *out = fopen(words[3], "wb");
        if (!given || !out) return 9;
        double *price = numbers(given, q), *fx = numbers(given, fastavs_tariff_years(f) * c);
        double *ad_valorem = numbers(given, q), *specific = numbers(given, q);
        double *o = malloc((size_t)(q * (4 + c) + b + 1) * sizeof(double));
        if (!o) return 9;
        if (fastavs_tariff_evaluate(f, price, fx, ad_valorem, specific, o, o + q, o + 4 * q, o + 2 * q, o + 3 * q,
                                    o + q * (4 + c)))
            return 8;
        fwrite(o, sizeof(double), (size_t)(q * (4 + c) + b), out);
        if (fastavs_tariff_evaluate(f, NULL, NULL, NULL, NULL, o, NULL, NULL, NULL, NULL, NULL)) return 8;
        fwrite(o, sizeof(double), (size_t)q, out);
        fclose(given);
        fclose(out);
        free(price), free(fx), free(ad_valorem), free(specific), free(o);
    }
    fastavs_tariff_close(f);
    fastavs_tariff_close(NULL);
    return 0;
}
"""


def compiler() -> str:
    found = shutil.which("gcc") or shutil.which("cc")
    if not found:
        pytest.skip("no C compiler is installed")
    return found


def build(folder: Path, *options: str) -> Path:
    (folder / "client.c").write_text(CLIENT)
    command = [compiler(), *options, f"-I{FOLDER}", str(folder / "client.c"), str(FOLDER / "fastavs_tariff.c")]
    done = subprocess.run([*command, "-o", str(folder / "client")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "client"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("client"), *STRICT)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("library") / "fastavs_tariff.so"
    command = [compiler(), *STRICT, "-shared", "-fPIC", str(FOLDER / "fastavs_tariff.c"), "-o", str(path)]
    subprocess.run(command, check=True)
    found = ctypes.CDLL(str(path))
    found.fastavs_tariff_evaluate.restype = ctypes.c_int64
    found.fastavs_tariff_evaluate.argtypes = [ctypes.c_void_p] * 11
    return found


def a_function(seed: int, **named: Any) -> fa.TariffFunction:
    return fa.TariffFunction(made_functions.make(seed, **named))


def agree(client: Path, f: fa.TariffFunction, folder: Path, seed: int) -> None:
    """Run the client on a saved function, and hold what it writes against ours, bit by bit."""
    given = factors(f, seed)
    path = f.save(folder / "tariff.avt")
    (folder / "given").write_bytes(b"".join(given[n].tobytes() for n in ("price", "fx", "ad_valorem", "specific")))
    command = [str(client), str(path), str(folder / "given"), str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    names = [*map(str, f.years), *f.sectors, *f.regions, *f.currencies]
    assert done.stdout.split() == [*names, "1"]
    found = np.frombuffer((folder / "out").read_bytes())
    cells = found[-f().size :]
    assert same(found[: -cells.size], f.value_and_jacobian(**given)[1].values)
    assert same(cells, f().ravel())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_program_in_c_gives_the_same_bits(client: Path, seed: int, tmp_path: Path) -> None:
    agree(client, a_function(seed, sectors=5, regions=6), tmp_path, seed)
    agree(client, a_function(seed, currencies=0), tmp_path, seed)


@pytest.mark.parametrize("options", [["-O0"], ["-O3", "-march=native", "-ffp-contract=fast"], ["-std=gnu11", "-O2"]])
def test_it_does_so_with_other_options(options: list[str], tmp_path: Path) -> None:
    agree(build(tmp_path, *options), a_function(7, sectors=5, regions=6), tmp_path, 7)


@pytest.mark.parametrize("option", ["-ffast-math", "-ffinite-math-only", "-Ofast"])
def test_fast_math_is_refused(option: str, tmp_path: Path) -> None:
    command = [compiler(), option, "-c", str(FOLDER / "fastavs_tariff.c"), "-o", str(tmp_path / "x.o")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "compile this file without them" in done.stderr


def test_the_header_is_one_of_cpp_as_well(tmp_path: Path) -> None:
    if not shutil.which("g++"):
        pytest.skip("no C++ compiler is installed")
    (tmp_path / "x.cpp").write_text(
        '#include "fastavs_tariff.h"\nfastavs_tariff_function f = fastavs_tariff_evaluate;\n'
    )
    subprocess.run(["g++", "-Wall", "-Werror", f"-I{FOLDER}", "-c", "x.cpp"], cwd=tmp_path, check=True)


def damaged_files(folder: Path) -> list[Path]:
    """Bits turned, files cut short, and places that lead nowhere with a right checksum."""
    whole = a_function(0, years=1, sectors=2, regions=2).save(folder / "whole.avt").read_bytes()
    rng = np.random.default_rng(1)
    contents = []
    for place in [*range(0, 1024, 40), *rng.integers(0, len(whole), 15).tolist()]:
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(8))
        contents.append(bytes(changed))
    contents += [whole[:size] for size in (0, 5, 8, 500, 1024, len(whole) // 2, len(whole) - 1)] + [whole + b"\0"]
    paths = []
    for content in contents:
        paths.append(folder / f"bad{len(paths)}.avt")
        paths[-1].write_bytes(content)
    for parts in broken(made_functions.make(2)).values():
        paths.append(folder / f"bad{len(paths)}.avt")
        write_parts(parts, paths[-1])
    return [*paths, folder, folder / "none"]


def refuses(client: Path, path: Path) -> None:
    done = subprocess.run([str(client), str(path)], capture_output=True, text=True)
    assert done.returncode in (1, 2, 3, 4, 5), (path, done.returncode, done.stderr)
    assert "tariff function" in done.stdout or "machine" in done.stdout
    with pytest.raises(fa.InputError):
        fa.TariffFunction.load(path)


def test_damaged_files_are_refused(client: Path, tmp_path: Path) -> None:
    for path in damaged_files(tmp_path):
        refuses(client, path)


def test_nothing_is_read_or_written_outside(tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text("int main(void) { return 0; }")
    options = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    tried = subprocess.run([compiler(), *options, "x.c", "-o", "x"], cwd=tmp_path, capture_output=True)
    if tried.returncode or subprocess.run([str(tmp_path / "x")], capture_output=True).returncode:
        pytest.skip("the compiler has no sanitizers")
    client = build(tmp_path, "-std=c99", "-g", "-O1", *options)
    agree(client, a_function(3, sectors=5), tmp_path, 3)
    agree(client, a_function(3, currencies=0), tmp_path, 3)
    for path in damaged_files(tmp_path):
        refuses(client, path)


def pointers(given: dict[str, np.ndarray], out: np.ndarray, f: fa.TariffFunction) -> list[int]:
    """The arguments of an evaluation in C, its answer in the order of a Jacobian's values."""
    at, cells = out.ctypes.data, f().size
    places = [0, cells, 4 * cells, 2 * cells, 3 * cells, cells * (4 + len(f.currencies))]
    inputs = [given[name].ctypes.data for name in ("price", "fx", "ad_valorem", "specific")]
    return [*inputs, *(at + 8 * place for place in places)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_library_evaluates_what_python_holds(library: Any, seed: int) -> None:
    f = a_function(seed)
    given = factors(f, seed)
    want = f.value_and_jacobian(**given)[1].values
    out = np.full_like(want, 7.0)
    assert library.fastavs_tariff_evaluate(f.handle(), *pointers(given, out, f)) == 0
    assert same(out, want)


@pytest.mark.parametrize("seed", SEEDS)
def test_c_calls_what_fastavs_compiled(seed: int) -> None:
    f = a_function(seed)
    call = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 11)(f.address)
    given = factors(f, seed)
    want = f.value_and_jacobian(**given)[1].values
    out = np.full_like(want, 7.0)
    assert call(f.handle(), *pointers(given, out, f)) == 0
    assert same(out, want)
    alone = np.empty(f().shape)
    assert call(f.handle(), None, None, None, None, alone.ctypes.data, *[None] * 5) == 0
    assert same(alone, f())
    assert call(f.handle(), *[None] * 10) == 0


@pytest.mark.parametrize("within", [True, False], ids=["compiled by fastavs", "the C file"])
def test_a_bad_factor_is_told_and_nothing_is_written(within: bool, request: pytest.FixtureRequest) -> None:
    f = a_function(1)
    call: Any = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 11)(f.address)
    if not within:
        call = request.getfixturevalue("library").fastavs_tariff_evaluate
    out = np.full(f.value_and_jacobian()[1].values.size, 7.0)
    for place, (name, value) in enumerate((("price", 0.0), ("fx", np.nan), ("ad_valorem", -1.0), ("specific", np.inf))):
        given = factors(f, 1)
        given[name].flat[5] = value
        assert call(f.handle(), *pointers(given, out, f)) == 10 * 5 + place + 1
        assert (out == 7.0).all()


def test_where_the_sources_are_is_printed() -> None:
    done = subprocess.run([sys.executable, "-m", "fastavs.models.native"], capture_output=True, text=True, check=True)
    folder = Path(done.stdout.strip())
    names = sorted(path.name for path in folder.iterdir() if path.suffix in (".c", ".h", ".f90"))
    assert names == ["fastavs_tariff.c", "fastavs_tariff.f90", "fastavs_tariff.h"]


FORTRAN = """
program client
  use fastavs_tariff
  implicit none
  type(c_ptr) :: f
  character(len=200) :: path
  real(c_double), allocatable :: tariff(:), d_price(:)
  integer(c_int64_t) :: i
  call get_command_argument(1, path)
  if (tariff_open(path, f) /= 0) stop 1
  allocate(tariff(tariff_cells(f)), d_price(tariff_cells(f)))
  if (tariff_evaluate(f, tariff=tariff, d_price=d_price) /= 0) stop 2
  print '(a)', tariff_sector(f, 1_c_int64_t)
  do i = 1, size(tariff)
    print '(es25.17e3, es26.17e3)', tariff(i), d_price(i)
  end do
  call tariff_close(f)
end program client
"""


def test_a_program_in_fortran_gives_the_same(tmp_path: Path) -> None:
    fortran = shutil.which("gfortran")
    if not fortran:
        pytest.skip("gfortran is not installed")
    (tmp_path / "client.f90").write_text(FORTRAN)
    subprocess.run([compiler(), *STRICT, "-c", str(FOLDER / "fastavs_tariff.c")], cwd=tmp_path, check=True)
    sources = [str(FOLDER / "fastavs_tariff.f90"), "client.f90", "fastavs_tariff.o"]
    options = ["-std=f2018", "-Wall", "-Wextra"]
    subprocess.run([fortran, *options, *sources, "-o", "client"], cwd=tmp_path, check=True)
    f = a_function(2)
    path = f.save(tmp_path / "tariff.avt")
    done = subprocess.run([str(tmp_path / "client"), str(path)], capture_output=True, text=True, check=True)
    first, *rows = done.stdout.splitlines()
    assert first == f.sectors[1]
    found = np.array([[float(one) for one in row.split()] for row in rows])
    value, J = f.value_and_jacobian()
    assert same(found[:, 0], value.ravel())
    assert same(found[:, 1], J.price.ravel())


def test_the_program_in_the_docs_runs(tmp_path: Path) -> None:
    page = Path(__file__).parent.parent / "docs" / "native.md"
    program = page.read_text(encoding="utf-8").split("<!-- program -->\n```c\n")[1].split("```")[0]
    (tmp_path / "model.c").write_text(program)
    command = [compiler(), "-std=c99", "-O2", "-ffp-contract=off", f"-I{FOLDER}", "model.c"]
    subprocess.run([*command, str(FOLDER / "fastavs_tariff.c"), "-o", "model"], cwd=tmp_path, check=True)
    f = a_function(2)
    path = f.save(tmp_path / "tariff.avt")
    done = subprocess.run([str(tmp_path / "model"), str(path)], capture_output=True, text=True, check=True)
    rows = [row.split() for row in done.stdout.splitlines()]
    assert [row[:2] for row in rows] == [[s, r] for _ in f.years for s in f.sectors for r in f.regions]
    assert same(np.array([float(row[2]) for row in rows]), f(price=0.8).ravel())
