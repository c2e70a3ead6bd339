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
AGAIN = 2  # how often a stage with a low ratio is measured anew


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
    busy = f"Meanwhile other processes took {share():.0%} of the processors."
    print(f"{tables(found)}\n{busy}")
    if asked.write:
        write_readme(f"{tables(found, brief=True)}\n{busy}")
        write_floors(found[0.1])
    return gate(found[0.1], bool(asked.only)) if asked.gate else 0


def gate(timings: Timings, in_part: bool) -> int:
    """Return 1 where a ratio is under its floor, and stays so when its stage is measured twice more.

    A busy machine lowers a ratio now and then; code that became slower lowers it every time.
    """
    floors = tomllib.loads(FLOORS.read_text())["floors"]
    measured = {one.key: figure for one, figure in _gated(timings)}
    failed = [f"{key} was not measured" for key in floors if key not in measured and not in_part]
    for _ in range(AGAIN):
        low = [key for key, figure in measured.items() if figure < floors.get(key, 0.0)]
        if not low:
            break
        print("measured again: " + ", ".join(low), file=sys.stderr)
        again = run(0.1, 2, True, sorted({key.split("-")[0] for key in low}))
        for one, figure in _gated(again):
            measured[one.key] = max(measured[one.key], figure)
    failed += [
        f"{key}: {figure:.2f} is under its floor of {floors[key]:g}"
        for key, figure in measured.items()
        if figure < floors.get(key, 0.0)
    ]
    if failed:
        print("ratios under their floors: " + "; ".join(failed), file=sys.stderr)
    return 1 if failed else 0


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


if __name__ == "__main__":
    sys.exit(main())
