"""Run the benchmark, print the ratios as a table, and fail where one is under its floor.

python -m bench.report            the table
python -m bench.report --gate     the same, and exit status 1 under a floor of bench/floors.toml
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def measure() -> dict[str, float]:
    """Run the quick benchmarks; median seconds by test name."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "bench.json"
        command = [sys.executable, "-m", "pytest", str(HERE / "test_quick.py"), "-q", "--no-header", "--benchmark-only"]
        subprocess.run([*command, "--benchmark-quiet", f"--benchmark-json={found}"], check=True)
        results = json.loads(found.read_text())
    return {one["name"]: one["stats"]["median"] for one in results["benchmarks"]}


def main(arguments: list[str]) -> int:
    """Print the table; with --gate, hold it against the floors."""
    medians = measure()
    floors = tomllib.loads((HERE / "floors.toml").read_text())["quick"]
    ours = medians["test_fastavs"]
    failed = []
    print("| rates of one year, 130,000 observations (synthetic), in memory | ms | times fastavs | floor |")
    print("| --- | --- | --- | --- |")
    print(f"| fastavs, 1 thread | {1e3 * ours:.2f} | 1 | |")
    for rival, floor in floors.items():
        ratio = medians[f"test_rival[{rival}]"] / ours
        print(f"| {rival} | {1e3 * ratio * ours:.2f} | {ratio:.1f} | {floor:g} |")
        if ratio < floor:
            failed.append(f"{rival}: {ratio:.2f} is under its floor of {floor:g}")
    print(f"\nArrow tables to summary, checks included: {1e3 * medians['test_tables_to_summary']:.0f} ms")
    if "--gate" in arguments and failed:
        print("ratios under their floors: " + "; ".join(failed), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
