"""The figures of the report: what each is called, what was aimed at, and how it comes out of the timings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.functions import CALLS
from bench.reforms import REFORMS
from bench.timings import Timings

Figure = Callable[[Timings], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the report.

    Attributes
    ----------
    key : str
        Its name among the limits.
    text : str
    goal : str
        What was aimed at, at the paper's scale; empty where nothing was.
    figure : callable
    form : str
        How it is printed, by `format`.
    gated : str
        Whether it is a ratio that CI holds against a "floor" or a "ceiling"; empty where it is not.
    main : bool
        Whether the README shows it.
    """

    key: str
    text: str
    goal: str
    figure: Figure
    form: str = "{:.1f}"
    gated: str = ""
    main: bool = True


def _rival(stage: str, tool: str, ours: str = "fastavs") -> Figure:
    return lambda timings: timings.rival(stage, tool, ours)


def _ratio(stage: str, one: str, other: str, what: str | None = None) -> Figure:
    return lambda timings: timings.ratio((stage, one), (stage, other), what)


def _noted(stage: str, contender: str, what: str) -> Figure:
    return lambda timings: timings.noted(stage, contender, what)


def _seconds(stage: str, contender: str) -> Figure:
    return lambda timings: timings.time(stage, contender)


def _least(stage: str, contender: str) -> Figure:
    return lambda timings: timings.least(stage, contender)


def _ms(stage: str, contender: str) -> Figure:
    def figure(timings: Timings) -> float | None:
        found = timings.time(stage, contender)
        return None if found is None else 1e3 * found

    return figure


TOOLS = {"numpy": "numpy", "duckdb": "DuckDB", "polars": "Polars", "pandas": "pandas"}
NO_WORSE = "no worse than in 0.1.0"

SWEEP = [
    Measure("sweep-ms", "fastavs, ms", NO_WORSE, _ms("sweep", "fastavs")),
    *(
        Measure(f"sweep-{tool}", f"{name}, times fastavs", "", _rival("sweep", tool), gated="floor")
        for tool, name in TOOLS.items()
    ),
]

ONE_BY_ONE = "one by one, 1 thread"
ONCE, FOURFOLD = "once", "four times"  # the trade
PASS = "numpy: a pass"
FEW, MANY = "1,000", "100,000"  # reforms
VALUE, JACOBIAN, IN_C, LOAD = "fastavs: tariffs", "fastavs: tariffs and derivatives", "C", "fastavs: load"


def _together(count: int, threads: int) -> str:
    return f"{count}, {threads} thread{'s' if threads > 1 else ''}"


SCENARIOS = [
    *(
        Measure(
            f"scenarios-{n}", f"{n:,} scenarios, 1 thread, ms", NO_WORSE if n == 1000 else "",
            _ms(stage, _together(n, 1)), "{:,.0f}",
        )
        for n, stage in ((10, "scenarios"), (100, "scenarios"), (1000, "scenarios"), (10000, "thousands"))
    ),
    Measure(
        "scenarios-one-thread", "1,000 one by one, times 1,000 together, 1 thread", "at least 12",
        _ratio("scenarios", ONE_BY_ONE, _together(1000, 1)), gated="floor",
    ),
    Measure(
        "scenarios-two-threads", "the same, together on 2 threads", "at least 20",
        _ratio("scenarios", ONE_BY_ONE, _together(1000, 2)),
    ),
    Measure(
        "scenarios-growth-1000", "1,000 cost so many times 100, 1 thread", "at most 6",
        _ratio("scenarios", _together(1000, 1), _together(100, 1)),
    ),
    Measure(
        "scenarios-growth-1000-2", "the same on 2 threads", "at most 6",
        _ratio("scenarios", _together(1000, 2), _together(100, 2)), main=False,
    ),
    Measure(
        "scenarios-growth-10000", "10,000 cost so many times 1,000, 1 thread", "at most 10.5",
        _ratio("thousands", _together(10000, 1), _together(1000, 1)),
    ),
    Measure(
        "scenarios-growth-10000-2", "the same on 2 threads", "at most 10.5",
        _ratio("thousands", _together(10000, 2), _together(1000, 2)), main=False,
    ),
]  # fmt: skip

RUN = [
    Measure("run-s", "`fastavs run --no-report`, s", "", _seconds("run", "run --no-report"), "{:.2f}"),
    Measure(
        "run-duckdb", "the same, times DuckDB", "at most 2.5", _ratio("run", "run --no-report", "duckdb"),
        "{:.2f}", gated="ceiling",
    ),
    Measure(
        "run-duckdb-processor", "processor time in it, times DuckDB", "",
        _ratio("run", "run --no-report", "duckdb", "processor"), "{:.2f}", gated="ceiling",
    ),
    Measure("run-report-s", "`fastavs run` with the report, s", "", _seconds("run", "run"), "{:.2f}"),
    Measure(
        "run-report-duckdb", "the same, times DuckDB", "at most 4", _ratio("run", "run", "duckdb"), "{:.2f}",
        gated="ceiling",
    ),
    Measure(
        "run-report-duckdb-processor", "processor time in it, times DuckDB", "",
        _ratio("run", "run", "duckdb", "processor"), "{:.2f}", gated="ceiling",
    ),
    Measure(
        "run-peak", "peak memory of `run --no-report`, MiB", "", _noted("run", "run --no-report", "peak"), "{:,.0f}"
    ),
    Measure(
        "run-memory", "the same, times DuckDB's", "at most 1.2", _ratio("run", "run --no-report", "duckdb", "peak"),
        "{:.2f}", gated="ceiling",
    ),
    Measure(
        "run-report-memory", "peak memory of `run` with the report, times DuckDB's", "",
        _ratio("run", "run", "duckdb", "peak"), "{:.2f}", main=False,
    ),
    Measure(
        "run-growth", "time of `run --no-report`, times that at scale 1", "at most 2.0 at scale 4",
        _ratio("run_growth", FOURFOLD, ONCE), "{:.2f}",
    ),
    Measure(
        "run-growth-processor", "processor time, the same", "", _ratio("run_growth", FOURFOLD, ONCE, "processor"),
        "{:.2f}", main=False,
    ),
    Measure(
        "run-growth-memory", "peak memory, the same", "at most 1.9 at scale 4",
        _ratio("run_growth", FOURFOLD, ONCE, "peak"), "{:.2f}",
    ),
]  # fmt: skip

FILES = [
    Measure("files-s", "fastavs, s", "", _seconds("files", "fastavs"), "{:.2f}"),
    Measure(
        "files-duckdb", "fastavs, times DuckDB", "at most 1.2", _ratio("files", "fastavs", "duckdb"), "{:.2f}",
        gated="ceiling",
    ),
    Measure(
        "files-peak", "fastavs, peak memory of the whole process, MiB", "", _noted("memory", "fastavs", "peak"),
        "{:,.0f}",
    ),
    Measure("files-peak-duckdb", "DuckDB, the same, MiB", "", _noted("memory", "duckdb", "peak"), "{:,.0f}"),
    Measure(
        "files-memory", "memory of fastavs, times DuckDB's", "at most 1.2",
        _ratio("memory", "fastavs", "duckdb", "peak"), "{:.2f}",
    ),
    Measure("load-s", "reading and checking alone (`Study.load`), s", "", _seconds("load", "fastavs"), "{:.2f}"),
    Measure("build-s", "building the index of a study just read, s", "", _seconds("build", "fastavs"), "{:.2f}"),
    Measure(
        "build-duckdb", "the same, times DuckDB's files to summary", "", _ratio("build", "fastavs", "duckdb"), "{:.2f}",
        gated="ceiling",
    ),
]  # fmt: skip

INDEX = [
    Measure(
        f"{stage}-{which}", f"{text}, {periods}", f"at least {goal}", _rival(f"{stage}_{which}", "numpy"), gated=limit
    )
    for stage, text, goals, limit in (
        ("index", "columns in memory", ("5", "7"), "floor"), ("parquet", "from Parquet", ("2.5", "3.5"), ""),
    )
    for which, periods, goal in zip(
        ("base", "historic"), ("base period (2009 to 2011H1)", "own years (2001 to 2010)"), goals, strict=True
    )
]  # fmt: skip

TWIN = "each duty on each observation"  # the tests' own way, in exact sums: what doubles allow
WHO = {"fastavs": "fastavs", TWIN: f"the tests' twin, {TWIN}", **TOOLS}

ACCURACY = [
    Measure(
        f"error-{of}-{who}", f"{of} {'of lines' if of == 'rates' else 'of years'}, {name}",
        "at most 1e-15" if who == "fastavs" else "", _noted("accuracy", who, of), "{:.1e}",
        main=of == "rates" and who != TWIN,
    )
    for of in ("rates", "means")
    for who, name in WHO.items()
]  # fmt: skip


def _passes(name: str) -> Figure:
    """How many passes a scenario of a reform takes."""
    stage = "reforms" if REFORMS[name].quick else "more_reforms"

    def figure(timings: Timings) -> float | None:
        found = timings.ratio((stage, name), (stage, PASS))
        return None if found is None else found / REFORMS[name].count

    return figure


REFORM = [
    *(
        Measure(
            f"reforms-{name}", one.text, one.goal, _passes(name), "{:.3g}",
            gated="ceiling" if name in ("everything", "heading-call", "one") else "",
        )
        for name, one in REFORMS.items()
    ),
    *(
        Measure(
            f"reforms-memory-{count}", f"memory that {count} reforms take beside their figures, MiB", "",
            _noted("reforms_memory", count, "beyond"), "{:,.0f}", main=False,
        )
        for count in (FEW, MANY)
    ),
]  # fmt: skip

START = [
    Measure("import-ms", "`import fastavs`, whole process, ms", "", _ms("import", "fastavs"), "{:.0f}"),
    *(
        Measure(f"import-{tool}", f"`import {tool}`, the same, ms", "", _ms("import", tool), "{:.0f}", main=False)
        for tool in ("numba", "duckdb", "polars", "pandas")
    ),
    Measure(
        "first-result", "first result from a saved index, whole process, s", NO_WORSE,
        _seconds("first_result", "fastavs"), "{:.2f}",
    ),
    Measure(
        "first-result-least", "its shortest turn, s", NO_WORSE, _least("first_result", "fastavs"), "{:.2f}",
        main=False,
    ),
    Measure(
        "first-result-processor", "processor time in it, s", "", _noted("first_result", "fastavs", "processor"),
        "{:.2f}",
    ),
    Measure(
        "start-first-result", "first result, times `import numba` alone", "at most 2.5",
        _ratio("first_result", "fastavs", "import numba"), gated="ceiling",
    ),
    Measure(
        "first-result-means", "first result, means alone, s", "", _seconds("first_result", "fastavs, means alone"),
        "{:.2f}",
    ),
    Measure(
        "cold-sweep", "the same, nothing compiled yet (once after installation), s", "",
        _seconds("cold", "fastavs: sweep of a saved index"), "{:.0f}",
    ),
    Measure(
        "cold-files", "files to summary, nothing compiled yet, s", "", _seconds("cold", "fastavs: files to summary"),
        "{:.0f}",
    ),
    Measure(
        "compiling", "compiling in the first `run`, s of processor time", "at most 8",
        _noted("run_compiling", "fastavs", "compiling"), "{:.1f}",
    ),
]  # fmt: skip


def _microseconds(contender: str) -> Figure:
    """What one evaluation takes; many are timed together."""

    def figure(timings: Timings) -> float | None:
        found = timings.time("models", contender)
        return None if found is None else 1e6 * found / CALLS

    return figure


def _evaluations(timings: Timings) -> float | None:
    """How many evaluations with derivatives fit into Polars' tariffs alone, in its best way."""
    found = timings.rival("models", "polars", JACOBIAN)
    return None if found is None else found * CALLS


def _evaluations_joined(timings: Timings) -> float | None:
    """How many fit into Polars' tariffs alone where factors are joined."""
    found = timings.ratio(("models", "polars: join"), ("models", JACOBIAN))
    return None if found is None else found * CALLS


MODELS = [
    Measure("models-us", "tariffs and derivatives, from Python, microseconds", "at most 100", _microseconds(JACOBIAN)),
    Measure("models-value-us", "tariffs alone, the same", "", _microseconds(VALUE), main=False),
    Measure("models-c-us", "the same by the C file, called by ctypes", "at most 50", _microseconds(IN_C)),
    Measure(
        "models-polars", "tariffs alone by Polars, from every observation in order of cells, times fastavs",
        "at least 200", _evaluations, "{:,.0f}", gated="floor",
    ),
    Measure(
        "models-polars-join", "the same, factors joined to observations as tables", "at least 200",
        _evaluations_joined, "{:,.0f}",
    ),
    Measure("models-load-ms", "loading a saved function, ms", "at most 50", _ms("models", LOAD)),
]  # fmt: skip

SECTIONS: list[tuple[str, list[Measure]]] = [
    ("One scenario, 2001-2020, every column of the summary, in memory", SWEEP),
    ("Many scenarios, a mean and a weighted mean for each year", SCENARIOS),
    ("A reform, in passes over the observations (numpy: multiply, maximum, sum), one thread, a scenario", REFORM),
    ("From Parquet files to all results, whole processes", RUN),
    ("Parquet files to the summary of all years, in a warm process", FILES),
    ("Building the sorted index, one thread: lexsort, times fastavs", INDEX),
    ("Largest relative error against exact sums, outliers of 1e12 among the observations", ACCURACY),
    ("A tariff function of one year, 17 sectors by 10 regions", MODELS),
    ("Start", START),
]

GROWING = {"one sweep": ("sweep", "fastavs"), "files to summary": ("files", "fastavs"), "index": ("build", "fastavs")}
