"""Column names of the report's tables in plain English."""

from __future__ import annotations

import re
from collections.abc import Collection

PUBLISHED, DIFFERENCE = "_published", "_difference"

# "#" stands for the year or period within a column's name
_HEADINGS = {
    "adjust_pct": "Correction for unmatched lines, points",
    "applied_#_pct": "Applied rate #, %",
    "applied_governs_lines": "Lines where the applied rate governs",
    "bound_governs_lines": "Lines where the bound rate governs",
    "bound_simple_mean_pct": "Mean bound rate, %",
    "breach_lines": "Lines applied above bound",
    "chapter": "Chapter",
    "cuts_due": "Cuts due",
    "cuts_made": "Cuts made in full",
    "cuts_made_pct": "Cuts made in full, %",
    "description": "Goods",
    "draws": "Draws",
    "draws_of": "Draws of",
    "final_bound_#_pct": "Final bound rate #, %",
    "from_pct": "From, %",
    "group": "Group",
    "import_share_#_pct": "Share of imports #, %",
    "imports_above_bound_pct": "Imports applied above bound, %",
    "imports_under_water_pct": "Imports under water, %",
    "industry": "Industry",
    "largest_excess_pct": "Largest excess, points",
    "line": "Tariff line",
    "lines": "Lines",
    "lines_#": "Lines #",
    "lines_applied_#_below_final_bound": "Lines with water",
    "lines_at_final_bound": "Lines at their final bound",
    "lines_at_final_bound_pct": "Lines at their final bound, %",
    "lines_bound_above_applied": "Lines with water",
    "lines_in_final_schedule": "Lines that the final schedule has",
    "lines_with_specific": "Lines with a specific part",
    "lines_with_water": "Lines with water",
    "matched_lines": "Matched lines",
    "mean_excess_pct": "Mean excess, points",
    "mean_water_pct": "Mean water, points",
    "name": "Name",
    "rank": "Rank",
    "share_#_pct": "Share of lines #, %",
    "simple_#_pct": "Simple mean #, %",
    "simple_ad_valorem_mean_pct": "Ad valorem only: simple mean, %",
    "simple_ad_valorem_sd_pct": "Ad valorem only: simple deviation, %",
    "simple_applied_mean_pct": "With specific parts: simple mean, %",
    "simple_applied_sd_pct": "With specific parts: simple deviation, %",
    "simple_mean_pct": "Simple mean, %",
    "simple_sd_pct": "Simple deviation, %",
    "to_pct": "Below, %",
    "unresolved_lines": "Lines that cannot be known",
    "water_#_pct": "Water, points",
    "scenario": "Scenario",
    "changes": "What it changes",
    "median_pct": "Median, %",
    "p5_pct": "5th percentile, %",
    "p95_pct": "95th percentile, %",
    "weighted_mean_adjusted_pct": "Weighted mean, adjusted, %",
    "weighted_mean_plain_pct": "Weighted mean, %",
    "weighted_mean_unadjusted_pct": "Weighted mean, %",
    "ad_valorem_simple_mean_pct": "Simple mean without specific parts, %",
    "weighted_#_pct": "Weighted mean #, %",
    "weighted_ad_valorem_mean_pct": "Ad valorem only: weighted mean, %",
    "weighted_ad_valorem_sd_pct": "Ad valorem only: weighted deviation, %",
    "weighted_applied_mean_pct": "With specific parts: weighted mean, %",
    "weighted_applied_sd_pct": "With specific parts: weighted deviation, %",
    "weighted_mean_pct": "Weighted mean, %",
    "weighted_sd_pct": "Weighted deviation, %",
    "what": "What it does",
    "of": "To what",
    "step": "Step",
    "title": "Title",
    "lines_touched": "Lines, at most",
    "trade_pct": "Trade in the last of its years, %",
    "before_pct": "Before, %",
    "after_pct": "After, %",
    "change_pct": "Change, points",
    "partner": "Partner",
    "year": "Year",
}


def heading(column: str, beside: Collection[str] = ()) -> str:
    """Return what a person reads above a column; `beside` are the columns of its table.

    Examples
    --------
    >>> heading("simple_2011_pct"), heading("lines_difference")
    ('Simple mean 2011, %', 'Lines, difference')
    >>> heading("simple_2011_pct_published"), heading("simple_2011_pct_difference")
    ('Simple mean 2011, %, published', 'Simple mean 2011, difference in points')
    """
    if column.endswith(PUBLISHED):
        return heading(column.removesuffix(PUBLISHED), beside) + ", published"
    if column.endswith(DIFFERENCE):
        text = heading(column.removesuffix(DIFFERENCE), beside)
        if text.endswith((", %", ", points")):
            return text.rpartition(", ")[0] + ", difference in points"
        return text + ", difference"
    if column == "weighted_mean_pct" and "weighted_mean_unadjusted_pct" in beside:
        return "Weighted mean, adjusted, %"
    money = re.fullmatch(r"imports_(.+)_m([a-z]{3})", column)
    if money:
        return f"Imports {money[1]}, million {money[2].upper()}"
    million = re.fullmatch(r"(.+)_million(?:_([a-z]{3}))?", column)
    if million:
        unit = f"million {million[2].upper()}" if million[2] else "millions"
        return f"{million[1].replace('_', ' ').capitalize()}, {unit}"
    year = re.search(r"(?<=_)\d{4}(?=_|$)", column)
    if year and column.replace(year[0], "#") in _HEADINGS:
        return _HEADINGS[column.replace(year[0], "#")].replace("#", year[0])
    return _HEADINGS.get(column, column.replace("_", " ").capitalize())
