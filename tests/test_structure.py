"""The house: who may import whom, how long a function may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fastavs

PACKAGE = Path(fastavs.__file__).parent
FLOORS = [  # whoever stands lower is imported by whoever stands higher, never the other way
    {"errors", "progress"},
    {"warned"},
    {"arguments", "codes", "countries", "environment", "numbers", "periods", "plain_text", "threads"},
    {"units"},
    {"chapters", "shown"},
    {"duty"},
    {"tables", "readers"},
    {"scenario"},
    {"inputs"},
    {"trade"},
    {"checked"},
    {"matching"},
    {"index"},
    {"evaluation"},
    {"reform"},
    {"results"},
    {"study"},
    {"sweeping"},
    {"models"},
    {"exporting"},
    {"examples", "report", "replica"},
    {"cli"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
KERNELS, DOOR = "kernels", ("__init__", "__main__")  # kernels are below all; the door opens every room
LONGEST = 70  # lines of a function without its docstring


def modules() -> list[tuple[str, Path]]:
    """Room and file of every module."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found.append((parts[0], path))
    return found


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Rooms that a file imports from, wherever in the file it does, and the lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if node.module != "fastavs" else [f"fastavs.{one.name}" for one in node.names]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "fastavs" and len(parts) > 1:
                yield parts[1], node.lineno


def test_every_room_has_a_floor() -> None:
    rooms = {room for room, _ in modules()} - {KERNELS, *DOOR}
    assert rooms == set(FLOOR)


@pytest.mark.parametrize(("room", "path"), modules(), ids=lambda one: str(one).removeprefix(str(PACKAGE.parent)))
def test_nobody_imports_upwards(room: str, path: Path) -> None:
    if room in DOOR:
        return
    for other, line in imported(path):
        where = f"{path.relative_to(PACKAGE)}, line {line}: {other}"
        if room == KERNELS:
            assert other == KERNELS, where
        elif other not in (KERNELS, room, "__version__"):
            assert FLOOR[other] < FLOOR[room], where


def test_modules_of_one_room_import_each_other_in_no_circle() -> None:
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for _, path in modules()}
    reached: dict[str, set[str]] = {}
    for name, path in names.items():
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)} & set(names)
        reached[name] = found - {name}
    circles = []
    state: dict[str, int] = {}

    def visit(name: str, way: list[str]) -> None:
        state[name] = 1
        for other in sorted(reached[name]):
            if state.get(other) == 1:
                circles.append([*way[way.index(other) :], other])
            elif other not in state:
                visit(other, [*way, other])
        state[name] = 2

    for name in sorted(names):
        if name not in state:
            visit(name, [name])
    assert not circles


def test_functions_are_short_enough_to_follow() -> None:
    long = []
    for _, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                doc = ast.get_docstring(node, clean=False)
                lines = (node.end_lineno or 0) - node.lineno - (doc.count("\n") + 1 if doc else 0)
                if lines > LONGEST:
                    long.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name} {lines}")
    assert not long


def test_one_place_reaches_upwards() -> None:
    finds = [
        path.relative_to(PACKAGE).as_posix() for _, path in modules() if "import_module(" in path.read_text("utf-8")
    ]
    assert sorted(finds) == [
        "__init__.py",
        "results/above.py",
        "tables/frames.py",
    ]  # frames.py finds pandas and the like
