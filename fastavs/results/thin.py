"""Whether enough lines of a year are matched for its weighted mean to be corrected (METHOD.md section 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


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


def thin_caution(summary: Sequence[Mapping[str, Any]]) -> str | None:
    """Return a caution on the years whose adjusted weighted mean rests on too few lines, None without one."""
    thin = [row for row in summary if is_thin(row)]
    if not thin:
        return None
    shown = ", ".join(f"{row['year']} ({row['matched_lines']:,} of {row['lines']:,} lines matched)" for row in thin[:4])
    more = f" and {len(thin) - 4} more" if len(thin) > 4 else ""
    return (
        f"Take the weighted mean as it is, not the adjusted one, for {shown}{more}: less than half of the lines are "
        "matched, or the correction is larger than the mean."
    )
