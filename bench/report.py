"""Run the benchmarks and print the ratios as Markdown tables.

python -m bench.report                          the paper's scale, a tenth and four times of it
python -m bench.report --scale 1                one scale
python -m bench.report --quick --gate           what CI runs: a tenth of the scale; exit status 1 beyond a limit
python -m bench.report --write                  all scales; the README's table, and limits that leave 40 %
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
LIMITS = Path(__file__).parent / "limits.toml"
SHARE = 0.6
AGAIN = 2  # how often a stage with a low ratio is measured anew


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; with --gate, hold the ratios against their limits."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description="Benchmarks against rivals.")
    parser.add_argument("--scale", type=float, nargs="+", help="trade rows relative to the paper's")
    parser.add_argument("--turns", type=int, help="how often each contender is timed")
    parser.add_argument("--quick", action="store_true", help="the short form, at a tenth of the scale")
    parser.add_argument("--only", nargs="+", default=(), help="only these stages: sweep, scenarios, index, ...")
    parser.add_argument("--gate", action="store_true", help="fail where a ratio is beyond its limit")
    parser.add_argument(
        "--write", action="store_true", help="put the table into the README, and limits that leave 40 %%"
    )
    asked = parser.parse_args(arguments)
    scales = asked.scale or ([0.1] if asked.quick else [0.1, 1.0, 4.0])
    turns = asked.turns or (2 if asked.quick else 3)
    with others() as share:
        found = {scale: run(scale, turns, asked.quick, asked.only) for scale in scales}
    busy = f"Meanwhile other processes took {share():.0%} of the processors."
    print(f"{tables(found)}\n{busy}")
    if asked.write:
        write_readme(f"{tables(found, brief=True)}\n{busy}")
        write_limits(found[0.1])
    return gate(found[0.1], bool(asked.only)) if asked.gate else 0


def gate(timings: Timings, in_part: bool) -> int:
    """Return 1 where a ratio is beyond its limit, and stays so when its stage is measured twice more.

    A busy machine worsens a ratio now and then; code that became slower worsens it every time.
    """
    limits = tomllib.loads(LIMITS.read_text())
    known = limits["floors"] | limits["ceilings"]
    measured = {one.key: (one, figure) for one, figure in _gated(timings)}
    failed = [f"{key} was not measured" for key in known if key not in measured and not in_part]
    for _ in range(AGAIN):
        beyond = [key for key, (one, figure) in measured.items() if _beyond(one, figure, known)]
        if not beyond:
            break
        print("measured again: " + ", ".join(beyond), file=sys.stderr)
        again = run(0.1, 2, True, sorted({key.split("-")[0] for key in beyond}))
        for one, figure in _gated(again):
            best = max if one.gated == "floor" else min
            measured[one.key] = one, best(measured[one.key][1], figure)
    failed += [
        f"{key}: {figure:.2f} is beyond its {one.gated} of {known[key]:g}"
        for key, (one, figure) in measured.items()
        if _beyond(one, figure, known)
    ]
    if failed:
        print("ratios beyond their limits: " + "; ".join(failed), file=sys.stderr)
    return 1 if failed else 0


def _beyond(one: Measure, figure: float, known: Mapping[str, float]) -> bool:
    """Return whether a ratio is under its floor or above its ceiling."""
    if one.key not in known:
        return False
    return figure < known[one.key] if one.gated == "floor" else figure > known[one.key]


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


def write_limits(timings: Timings) -> None:
    """Set floors at 60 % of ratios, and ceilings where ratios would be 60 % of them."""
    lines = ["# Limits of ratios at a tenth of the scale, that leave 40 % to what the README prints."]
    for kind, share in (("floor", SHARE), ("ceiling", 1.0 / SHARE)):
        lines += ["", f"[{kind}s]"]
        lines += [f"{one.key} = {share * figure:.2f}" for one, figure in _gated(timings) if one.gated == kind]
    LIMITS.write_text("\n".join(lines) + "\n")


def write_readme(text: str) -> None:
    """Put tables between the README's markers."""
    before, rest = README.read_text(encoding="utf-8").split(MARKER, 1)
    after = rest.split(END, 1)[1]
    README.write_text(f"{before}{MARKER}\n{text.rstrip()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
