"""Whether enough lines of a year are matched for its weighted mean to be corrected (METHOD.md section 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastavs.shown.words import listed, plural

_FEW = 4  # years, scenarios that are named one by one


def is_thin(row: Mapping[str, Any]) -> bool:
    """Whether less than half of a year's lines are matched, or the correction exceeds the weighted mean.

    Parameters
    ----------
    row : mapping
        A row of the summary.

    Examples
    --------
    >>> is_thin({"lines": 10, "matched_lines": 4, "adjust": 0.01, "weighted_mean_unadjusted": 0.2})
    True
    """
    mean, adjust = row["weighted_mean_unadjusted"], row["adjust"]
    if mean is None:
        return False
    return bool(2 * row["matched_lines"] < row["lines"] or abs(adjust or 0.0) > mean)


def matched_told(summary: Sequence[Mapping[str, Any]]) -> str:
    """Return how many lines are matched in the years whose weighted mean is corrected, years alike together.

    Examples
    --------
    >>> year = {"lines": 10, "matched_lines": 4, "adjust": 0.01}
    >>> matched_told([{"year": one} | year for one in (2011, 2012, 2013)])
    '2011 to 2013 (4 of 10)'
    """
    spans: list[tuple[int, int, str]] = []
    for row in (row for row in summary if row["adjust"]):
        share = f"({row['matched_lines']:,} of {row['lines']:,})"
        if spans and spans[-1][2] == share and spans[-1][1] == row["year"] - 1:
            spans[-1] = (spans[-1][0], row["year"], share)
        else:
            spans.append((row["year"], row["year"], share))
    return ", ".join(f"{first if first == last else f'{first} to {last}'} {share}" for first, last, share in spans)


def matched_by_scenario(summary: Sequence[Mapping[str, Any]]) -> str:
    """Return how many lines are matched, scenario by scenario where they differ.

    Parameters
    ----------
    summary : sequence of mapping
        Rows of a sweep's summary.

    Examples
    --------
    >>> year = {"year": 2011, "lines": 10, "matched_lines": 4, "adjust": 0.01}
    >>> matched_by_scenario([year | {"scenario": "as it is"}, year | {"scenario": "fewer", "matched_lines": 3}])
    '“as it is”: 2011 (4 of 10); “fewer”: 2011 (3 of 10)'
    """
    return _some(_alike(summary, matched_told), ": ", "; ")


def thin_by_scenario(summary: Sequence[Mapping[str, Any]]) -> str | None:
    """Return a caution on the scenarios and years whose adjusted mean rests on too few lines, None without one."""
    where = _some(_alike(summary, _thin_years), " in ", ", ")
    return _take_plain(where) if where else None


def _alike(
    summary: Sequence[Mapping[str, Any]], tell: Callable[[Sequence[Mapping[str, Any]]], str]
) -> list[tuple[list[str], str]]:
    """Return what there is to tell of scenarios, and of which; of none by name where it is the same for all."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in summary:
        rows.setdefault(row["scenario"], []).append(row)
    alike: dict[str, list[str]] = {}
    for name, some in rows.items():
        alike.setdefault(tell(some), []).append(name)
    if len(alike) == 1:
        return [([], text) for text in alike if text]
    return [(names, text) for text, names in alike.items() if text]


def listed_few(names: Sequence[str]) -> str:
    """Return names as words, the first few of many.

    Examples
    --------
    >>> listed_few(["a", "b"]), listed_few([*"abcdefg"])
    ('a and b', 'a, b, c, d and 3 more')
    """
    return listed([*names[:_FEW], *([f"{len(names) - _FEW:,} more"] if len(names) > _FEW else [])])


def _some(told: Sequence[tuple[Sequence[str], str]], of: str, between: str) -> str:
    """Return the first few of what is told of scenarios, and of how many more there is something to tell."""
    parts = [(listed_few([f"“{name}”" for name in names]) + of if names else "") + text for names, text in told[:_FEW]]
    more = sum(len(names) for names, _ in told[_FEW:])
    return between.join([*parts, *([f"and {plural(more, 'more scenario')}"] if more else [])])


def thin_caution(summary: Sequence[Mapping[str, Any]]) -> str | None:
    """Return a caution on the years whose adjusted weighted mean rests on too few lines, None without one."""
    years = _thin_years(summary)
    return _take_plain(years) if years else None


def _thin_years(summary: Sequence[Mapping[str, Any]]) -> str:
    thin = [row for row in summary if is_thin(row)]
    some = thin[:_FEW]
    shown = ", ".join(f"{row['year']} ({row['matched_lines']:,} of {row['lines']:,} lines matched)" for row in some)
    return shown + (f" and {len(thin) - _FEW} more" if len(thin) > _FEW else "")


def _take_plain(where: str) -> str:
    return (
        f"Take the weighted mean as it is, not the adjusted one, for {where}: less than half of the lines are matched, "
        "or the correction is larger than the mean."
    )
