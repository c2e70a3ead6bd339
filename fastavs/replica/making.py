"""Making a replica, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fastavs.arguments import a_number, a_path, a_progress, takes, whole
from fastavs.errors import InputError
from fastavs.progress import Progress
from fastavs.replica.applied import Schedule, make_2011, make_own_year, ranks, targets_2011
from fastavs.replica.bound import WATER, carry, make_commitments
from fastavs.replica.counts import make_counts
from fastavs.replica.facts import BASE, BOUND_YEARS, NOTE, OWN_YEARS, table
from fastavs.replica.goods import Goods, make_goods
from fastavs.replica.nomenclature import IN_BOUND, Lines, make_lines
from fastavs.replica.observations import Market
from fastavs.replica.rates import duty_text
from fastavs.replica.samples import Traded, base_sample, own_sample, pooled, reference_parts
from fastavs.replica.scenarios import FILES as SCENARIOS
from fastavs.replica.scenarios import write_scenarios
from fastavs.replica.specific import SpecificParts, choose_specific
from fastavs.replica.staging import BoundYear, Writer, make_paths
from fastavs.replica.values import CIS_SHARE, Ends, line_values, period_values
from fastavs.replica.writing import (
    metadata,
    schedule_table,
    trade_table,
    write_parquet,
    write_small_tables,
    write_study,
)
from fastavs.tables.outputs import cannot_write, whole_tree

LARGEST_SCALE = 10.0
PARTS = {
    "applied.parquet", "bound.parquet", "dropped.csv", "fx.csv", "industry.csv", "partners.csv", "published", "trade",
    *SCENARIOS,
}  # fmt: skip


def _quiet(step: str, done: int, of: int) -> None:
    """Say nothing."""


@takes(folder=a_path, seed=whole(), scale=a_number, progress=a_progress)
def make_replica(folder: Path, seed: int = 1, scale: float = 1.0, progress: Progress = _quiet) -> Path:
    """Write a synthetic replica of the Russian study 2001-2020 into a folder.

    Parameters
    ----------
    folder : path-like
        Made if it is not there. An earlier replica in it is overwritten.
    seed : int
        The same seed and scale give the same bytes of every file.
    scale : float
        Trade rows relative to the paper's, up to 10. All lines stay: below 1 there are fewer partners to a line,
        above 1 several rows to an observation.
    progress : callable, optional
        Called with a step's name, how much is done, and of how much.

    Returns
    -------
    Path
        The study file.

    Raises
    ------
    InputError
        A seed or scale out of range, or a folder that holds something else or cannot be written; what stood there
        stays.

    Examples
    --------
    >>> import tempfile
    >>> from fastavs.replica import make_replica
    >>> make_replica(Path(tempfile.mkdtemp()), scale=-1.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    fastavs.errors.InputError: --scale: the scale of a replica is out of range "-1.0"...
    """
    folder = Path(folder)
    try:
        _check(folder, seed, scale)
        with whole_tree(folder) as new:
            return folder / _write(new, seed, scale, progress).name
    except OSError as error:
        cure = "name a folder that has room and may be written to"
        raise cannot_write("the replica", error, str(folder), cure) from None


def _write(folder: Path, seed: int, scale: float, progress: Progress) -> Path:
    """Make a replica and write it into a folder; returns the study file."""
    progress("lines", 0, 1)
    lines = make_lines(make_counts(), seed)
    goods = make_goods(lines, seed)
    parts = choose_specific(lines, goods, seed)
    market = Market(lines, goods, parts, seed, scale)
    traded = _observe(market, progress)
    made = _make_schedules(market, parts, traded, progress)
    marks = metadata(seed, scale)
    applied = [(year, _texts(goods, schedule)) for year, schedule in made.applied.items()]
    write_parquet(folder / "applied.parquet", schedule_table(lines, applied), marks)
    bound = [(year, schedule.text) for year, schedule in made.bound.items()]
    write_parquet(folder / "bound.parquet", schedule_table(lines, bound), marks)
    write_small_tables(folder, market)
    write_scenarios(folder)
    _write_trade(folder, market, made, traded, marks, progress)
    return write_study(folder, seed, scale)


def _check(folder: Path, seed: int, scale: float) -> None:
    if not 0.0 < scale <= LARGEST_SCALE:
        raise InputError(
            "the scale of a replica is out of range",
            file="--scale",
            value=scale,
            expected=f"a number above 0 and up to {LARGEST_SCALE:g}",
        )
    if seed < 0:
        raise InputError("the seed is negative", file="--seed", value=seed, expected="a whole number from 0 up")
    if folder.exists() and not folder.is_dir():
        raise InputError("there is a file where the replica's folder should be", file=str(folder))
    if folder.is_dir() and any(folder.iterdir()) and not _is_replica(folder):
        raise InputError(
            "the folder holds something else than a replica",
            file=str(folder),
            cure="name a new folder, or an empty one",
        )


def _is_replica(folder: Path) -> bool:
    """Whether a folder holds a replica, or what an interrupted run left of one."""
    study = folder / "study.toml"
    if study.exists():
        return NOTE in study.read_text(encoding="utf-8", errors="replace")
    return {path.name for path in folder.iterdir()} <= PARTS


def _observe(market: Market, progress: Progress) -> dict[str, Traded]:
    """Draw every period once, and keep what schedules are calibrated on."""
    periods = table("periods")
    traded = {}
    for place, row in enumerate(periods):
        progress("observations", place, len(periods))
        observed = market.observe(row["period"], float(row["rows"]))
        traded[row["period"]] = Traded.of(observed, float(row["usd_per_eur"]))
    return traded


@dataclass(frozen=True, slots=True)
class _Made:
    """All schedules, and the rates that values are calibrated on."""

    applied: dict[int, Schedule]
    bound: dict[int, BoundYear]
    ends: Ends


def _make_schedules(market: Market, parts: SpecificParts, traded: Mapping[str, Traded], progress: Progress) -> _Made:
    lines, goods, seed = market.lines, market.goods, market.seed
    progress("schedules", 0, 3)
    standing, targets = ranks(lines, seed), targets_2011(lines, parts)
    wanted = parts.in_year[2011] | lines.of(IN_BOUND)
    base = base_sample(lines, pooled([traded[period] for period in BASE]), wanted)
    latest = make_2011(lines, parts, standing, targets, base, goods.usual_price, seed)
    progress("schedules", 1, 3)
    reference = reference_parts(lines, parts, targets, latest, traded, goods.usual_price, seed)
    applied = {}
    for year in OWN_YEARS:
        sample = own_sample(lines, traded[str(year)], parts.in_year[year])
        applied[year] = make_own_year(lines, parts, standing, year, targets, reference, sample)
    progress("schedules", 2, 3)
    carried = carry(lines, latest)
    found = make_commitments(lines, parts, latest, carried, base, seed)
    writer = Writer(lines, goods, parts, latest, found, carried, make_paths(lines, found, carried, seed), base)
    bound = {year: writer.year(year) for year in BOUND_YEARS}
    before = np.where(found.there, carried.rate, np.nan)
    first, last = (np.fmin(bound[year].rate, before) for year in (BOUND_YEARS[0], BOUND_YEARS[-1]))
    return _Made({**applied, 2011: latest}, bound, Ends(latest.rate, first, last, found.kind == WATER))


def _texts(goods: Goods, schedule: Schedule) -> list[str]:
    texts = [""] * schedule.there.size
    for i in np.flatnonzero(schedule.there).tolist():
        texts[i] = duty_text(int(schedule.form[i]), float(schedule.a[i]), float(schedule.b[i]), goods.unit[i])
    return texts


def _write_trade(
    folder: Path,
    market: Market,
    made: _Made,
    traded: Mapping[str, Traded],
    marks: dict[bytes, bytes],
    progress: Progress,
) -> None:
    """Write trade period by period, each drawn once more."""
    lines = market.lines
    cis = CIS_SHARE * np.exp(np.random.default_rng([market.seed, 14]).normal(-0.3, 0.8, lines.size))
    rates = {year: made.applied[year].rate for year in OWN_YEARS}
    there = {period: _any(lines, one) for period, one in traded.items()}
    shares = line_values(lines, made.ends, market.seed)
    values = period_values(lines, shares, rates, there, cis, market.seed)
    periods = table("periods")
    for place, row in enumerate(periods):
        period = row["period"]
        progress("trade", place, len(periods))
        observed = market.observe(period, float(row["rows"]))
        write_parquet(
            folder / "trade" / f"{period}.parquet", trade_table(market, period, observed, values[period], cis), marks
        )
    progress("trade", len(periods), len(periods))


def _any(lines: Lines, traded: Traded) -> np.ndarray:
    """Return which lines have an observation, bool[n]."""
    found = np.zeros(lines.size, dtype=bool)
    found[traded.line] = True
    return found
