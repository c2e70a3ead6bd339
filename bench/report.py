"""Run the benchmarks and print the ratios as Markdown tables.

python -m bench.report                          the paper's scale, a tenth and four times of it
python -m bench.report --scale 1                one scale
python -m bench.report --quick --gate           what CI runs: a tenth of the scale; exit status 1 under a floor
python -m bench.report --write                  all scales; the README's table, and floors at 60 % of it
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.load import others
from bench.measures import GROWING, SECTIONS, Measure
from bench.timings import Timings, run

README = Path(__file__).parent.parent / "README.md"
MARKER, END = "<!-- bench -->", "<!-- end -->"
FLOORS = Path(__file__).parent / "floors.toml"
SHARE = 0.6


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; with --gate, hold the ratios against their floors."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description="Benchmarks against rivals.")
    parser.add_argument("--scale", type=float, nargs="+", help="trade rows relative to the paper's")
    parser.add_argument("--turns", type=int, help="how often each contender is timed")
    parser.add_argument("--quick", action="store_true", help="the short form, at a tenth of the scale")
    parser.add_argument("--only", nargs="+", default=(), help="only these stages: sweep, scenarios, index, ...")
    parser.add_argument("--gate", action="store_true", help="fail where a ratio is under its floor")
    parser.add_argument("--write", action="store_true", help="put the table into the README, and floors at 60 %% of it")
    asked = parser.parse_args(arguments)
    scales = asked.scale or ([0.1] if asked.quick else [0.1, 1.0, 4.0])
    turns = asked.turns or (2 if asked.quick else 3)
    with others() as share:
        found = {scale: run(scale, turns, asked.quick, asked.only) for scale in scales}
    print(tables(found))
    print(f"Meanwhile other processes took {share():.0%} of the processors.")
    if asked.write:
        write_readme(tables(found, brief=True))
        write_floors(found[0.1])
    if asked.gate:
        failed = under_floors(found[0.1], tomllib.loads(FLOORS.read_text())["floors"], bool(asked.only))
        if failed:
            print("ratios under their floors: " + "; ".join(failed), file=sys.stderr)
            return 1
    return 0


def tables(found: Mapping[float, Timings], brief: bool = False) -> str:
    """Return all sections with a column a scale; `brief` without the lesser figures and without goals."""
    scales = [f"{scale:g}" for scale in found]
    lines = []
    for title, measures in SECTIONS:
        rows = [(one, [one.figure(timings) for timings in found.values()]) for one in measures if one.main or not brief]
        rows = [(one, figures) for one, figures in rows if any(figure is not None for figure in figures)]
        if not rows:
            continue
        goals = not brief and any(one.goal for one, _ in rows)
        head = [title, *(f"scale {scale}" for scale in scales), *(["goal at scale 1"] if goals else [])]
        lines += ["| " + " | ".join(head) + " |", "| --- " * len(head) + "|"]
        for one, figures in rows:
            cells = ["" if figure is None else one.form.format(figure) for figure in figures]
            lines.append("| " + " | ".join([one.text, *cells, *([one.goal] if goals else [])]) + " |")
        lines.append("")
    if {0.1, 1.0} <= found.keys():
        lines += _growth(found[0.1], found[1.0], brief)
    return "\n".join(lines)


def _growth(tenth: Timings, whole: Timings, brief: bool) -> list[str]:
    """Return what ten times the data cost."""
    lines = ["| Ten times the data cost | times |" + " goal |" * (not brief), "| --- | --- |" + " --- |" * (not brief)]
    for text, key in GROWING.items():
        small, large = tenth.time(*key), whole.time(*key)
        if small is not None and large is not None:
            lines.append(f"| {text} | {large / small:.1f} |" + " at most 11 |" * (not brief))
    return [*lines, ""]


def _gated(timings: Timings) -> list[tuple[Measure, float]]:
    every = [(one, one.figure(timings)) for _, measures in SECTIONS for one in measures if one.gated]
    return [(one, figure) for one, figure in every if figure is not None]


def write_floors(timings: Timings) -> None:
    """Set the floors at 60 % of ratios."""
    lines = ["# Least ratios at a tenth of the scale: 60 % of what the README prints.", "[floors]"]
    lines += [f"{one.key} = {SHARE * figure:.2f}" for one, figure in _gated(timings)]
    FLOORS.write_text("\n".join(lines) + "\n")


def write_readme(text: str) -> None:
    """Put tables between the README's markers."""
    before, rest = README.read_text(encoding="utf-8").split(MARKER, 1)
    after = rest.split(END, 1)[1]
    README.write_text(f"{before}{MARKER}\n{text.rstrip()}\n{END}{after}", encoding="utf-8")


def under_floors(timings: Timings, floors: Mapping[str, float], in_part: bool = False) -> list[str]:
    """Return what falls under its floor, or was to be held against one and was not measured."""
    measured = {one.key: figure for one, figure in _gated(timings)}
    failed = [f"{key} was not measured" for key in floors if key not in measured and not in_part]
    return failed + [
        f"{key}: {measured[key]:.2f} is under its floor of {floor:g}"
        for key, floor in floors.items()
        if measured.get(key, floor) < floor
    ]


if __name__ == "__main__":
    sys.exit(main())
