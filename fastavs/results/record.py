"""What ``run.json`` says: versions, choices, inputs, counts, and what became of the trade."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

import fastavs
from fastavs.codes import UNASSIGNED, cut
from fastavs.errors import InputError
from fastavs.results.facts import plan_record, reading_record, study_record
from fastavs.results.scale import remarks_of_rates
from fastavs.results.unweighed import Share, TradeAccount, YearTrade, trade_account
from fastavs.results.year_rates import YearRates

if TYPE_CHECKING:
    from fastavs.results.rates import Rates
    from fastavs.scenario.scenario import Scenario


def run_record(rates: Rates, study_digest: Mapping[str, str], seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return what ``run.json`` says, its list of files excepted.

    Parameters
    ----------
    rates : Rates
    study_digest : mapping of str to str
        The study file and its SHA-256; empty for a study made in memory.
    seconds : mapping of str to float
        Time by step.
    """
    checked = rates.checked
    account = trade_account(rates)
    counts = reading_record(checked)
    counts["remarks"] += remarks_of_rates(rates)
    return {
        "versions": _versions(),
        "study": study_record(checked),
        **({} if rates.scenario is None else {"scenario": scenario_record(rates.scenario, rates.cautions)}),
        "options": msgspec.to_builtins(checked.options),
        "plan": plan_record(checked),
        "inputs": {**checked.inputs.digests(), **study_digest},
        "counts": {
            **counts,
            "observations": int(rates.matches.recorded(rates.year().digits).value.size),
            "lines_in_no_group": lines_in_no_group(rates),
        },
        "years": [_year_record(one) for one in rates.years.values()],
        "trade": _account_record(account),
        "seconds": dict(seconds),
    }


def scenario_record(scenario: Scenario, cautions: Sequence[str]) -> dict[str, Any]:
    """Return what a run says of its scenario: what its file says above its steps, its text, and likely mistakes.

    Its text is None where changes of version 0.1.0 stand in an order that no file can say.
    """
    try:
        text = scenario.to_toml()
    except InputError:
        text = None
    about = {key: getattr(scenario, key) for key in ("title", "author", "reference", "date")}
    told = {key: value for key, value in about.items() if value is not None}
    return {"name": scenario.name, **told, "toml": text, "warnings": list(cautions)}


def lines_in_no_group(rates: Rates) -> dict[str, int]:
    """Return, by grouping, how many lines of the last year stand in none of its groups."""
    last = rates.year()
    found = {}
    for title, grouping in rates.checked.groups.items():
        groups, member = grouping.assign(last.keys, last.digits)
        found[title] = int((member == groups.index(UNASSIGNED)).sum()) if UNASSIGNED in groups else 0
    return found


def unbound_lines(rates: YearRates) -> int:
    """Return how many lines of the applied side have neither their code nor a relative at 4 digits among the bound."""
    if "bound" not in rates.sides:
        return 0
    applied, bound = rates.sides["applied"].schedule, rates.sides["bound"].schedule
    return int((~np.isin(cut(applied.keys, 4), cut(bound.keys, 4)) & ~np.isin(applied.keys, bound.keys)).sum())


def levels_of(rates: YearRates) -> list[int]:
    """Return the match levels of a year, its full code length first and 0, for none, last."""
    found = {int(level) for level in np.unique(rates.match_level)} | {rates.digits, 0}
    return sorted(found, reverse=True)


def line_counts(rates: YearRates) -> dict[str, Any]:
    """Return a year's lines by match level: all, and those with a specific part."""
    levels = levels_of(rates)

    def by_level(among: np.ndarray) -> dict[str, int]:
        return {
            "none" if level == 0 else str(level): int((among & (rates.match_level == level)).sum()) for level in levels
        }

    return {
        "lines": by_level(np.ones(rates.keys.size, dtype=bool)),
        "specific_lines": by_level(rates.has_specific),
    }


def not_computed(rates: YearRates) -> dict[str, Share]:
    """Return the lines whose rate is not known, and those that have their ad valorem part alone, without observations.

    The values are the lines' own trade as it would weigh; `observations` counts lines.
    """
    gaps = {
        "unresolved": rates.unresolved,
        "ad_valorem_part_only": rates.has_specific & (rates.observations == 0) & ~rates.unresolved,
    }
    return {name: Share(math.fsum(rates.imports[gap]), int(gap.sum())) for name, gap in gaps.items()}


def _year_record(rates: YearRates) -> dict[str, Any]:
    gaps, levels = not_computed(rates), line_counts(rates)
    basis = (rates.sides.get("bound") or rates.sides["applied"]).basis
    return {
        "year": rates.year,
        "lines": rates.keys.size,
        "lines_by_level": levels["lines"],
        "specific_lines_by_level": levels["specific_lines"],
        "observations_used": int(rates.observations.sum()),
        "outliers": int(rates.outliers.sum()),
        "under_min_value": basis.small,
        "not_in_every_base_period": basis.absent,
        "no_quantity": int(rates.no_quantity.sum()),
        "breaches": int(rates.breach.sum()),
        "lines_without_bound": unbound_lines(rates),
        **{
            name: {"lines": gap.observations, "imports": gap.value} for name, gap in gaps.items()
        },
    }  # fmt: skip


def _account_record(account: TradeAccount) -> dict[str, Any]:
    return {
        "years": [_trade_record(one) for one in account.years],
        "unused_periods": account.unused_periods,
        "unused_rows": account.unused_rows,
        "rows_set_aside": {"value": account.rows_set_aside.value, "rows": account.rows_set_aside.observations},
    }


def _trade_record(trade: YearTrade) -> dict[str, Any]:
    def plain(share: Share) -> dict[str, Any]:
        return {"value": share.value, "observations": share.observations}

    return {
        "year": trade.year,
        "periods": list(trade.periods),
        "all": plain(trade.all),
        "weighs": plain(trade.weighs),
        "weighs_no_line": {cause: plain(share) for cause, share in trade.causes.items()},
    }


def _versions() -> dict[str, str]:
    others = {name: metadata.version(name) for name in ("numpy", "numba", "pyarrow")}
    return {"fastavs": fastavs.__version__, "python": platform.python_version(), **others}
