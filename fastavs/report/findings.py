"""What a run found, in a few plain sentences with its numbers in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastavs.report.averages import compared_years
from fastavs.report.figure_binding import chapter_binding
from fastavs.report.known import known_ad_valorem_mean
from fastavs.report.words import chapter_label, count, listed, money, percent, plural, points, share
from fastavs.results.thin import thin_caution

if TYPE_CHECKING:
    from fastavs.checked import Checked
    from fastavs.report.table import ReportTable
    from fastavs.results.rates import Rates

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tile:
    """One number that stands out: what it is, and what it was."""

    label: str
    number: str
    besides: str


def tiles(rates: Rates, summary: Sequence[Row]) -> list[Tile]:
    """Return the numbers at the head of the report: the last year's, with those it is compared with."""
    last, before = _compared(rates, summary)
    earlier = f"{before['year']}: " if before else ""

    def was(text: str) -> str:
        return earlier + text if before else ""

    other = before or last
    found = [
        Tile("Simple mean", percent(last["simple_mean"]), was(percent(other["simple_mean"]))),
        Tile(
            "Weighted mean",
            percent(last["weighted_mean_unadjusted"]),
            was(percent(other["weighted_mean_unadjusted"])),
        ),
        Tile("Points that specific parts add", points(_adds(rates, last)), was(points(_adds(rates, other)))),
        Tile(
            "Lines with a specific part",
            count(last["specific_lines"]),
            f"of {count(last['lines'])}",
        ),
    ]
    if last["bound_mean"] is not None:
        found.append(
            Tile("Bound mean", percent(last["bound_mean"]), f"{plural(last['water_lines'], 'line')} with water")
        )
    return found


def findings(
    rates: Rates, summary: Sequence[Row], tables: Mapping[str, ReportTable], run: Mapping[str, Any]
) -> list[str]:
    """Return three to five findings, the numbers straight from the results."""
    last, before = _compared(rates, summary)
    sentences = [_level(rates, last, before), _specific(rates, last)]
    if last["bound_mean"] is not None:
        sentences.append(_bound(last, int(rates.year().breach.sum()), rates.checked))
    thin = thin_caution([row for row in (before, last) if row])
    sentences += [thin] if thin else []
    sentences += _beside_published(tables)
    sentences.append(_caution(rates, last, run))
    return sentences


def _compared(rates: Rates, summary: Sequence[Row]) -> tuple[Row, Row | None]:
    by_year = {row["year"]: row for row in summary}
    years = compared_years(rates)
    return summary[-1], by_year[years[0]] if years else None


def _adds(rates: Rates, row: Row) -> float | None:
    without = known_ad_valorem_mean(rates, row)
    return None if row["simple_mean"] is None or without is None else float(row["simple_mean"] - without)


def _level(rates: Rates, last: Row, before: Row | None) -> str:
    left_out = last["unresolved_lines"] if rates.checked.options.unresolved == "null" else 0
    known = last["lines"] - left_out
    among = f"all {plural(known, 'tariff line')}"
    if left_out:
        among = f"the {count(known)} of {plural(last['lines'], 'tariff line')} whose rate is known"
    text = f"In {last['year']} the mean duty over {among} is {percent(last['simple_mean'])}"
    if last["weighted_mean"] is not None:
        text += f", or {percent(last['weighted_mean_unadjusted'])} when a line counts by its imports"
        if last["adjust"]:
            text += (
                f" ({percent(last['weighted_mean'])} once corrected for the lines without trade, which weigh nothing)"
            )
    if before is None:
        return text + "."
    text += f"; in {before['year']} it was {percent(before['simple_mean'])}"
    if before["weighted_mean"] is None:
        return text + "."
    corrected = f" ({percent(before['weighted_mean'])} corrected)" if before["adjust"] else ""
    return text + f" and {percent(before['weighted_mean_unadjusted'])}{corrected}."


def _specific(rates: Rates, last: Row) -> str:
    if not last["specific_lines"]:
        return "No line is charged by weight, volume or number: every duty is a percentage of the value."
    text = (
        f"{plural(last['specific_lines'], 'line')} ({share(last['specific_lines'], last['lines'])}) "
        f"{'is' if last['specific_lines'] == 1 else 'are'} charged at least "
        f"partly by weight, volume or number. Leave those parts out, and the mean of {last['year']} is "
        f"{percent(known_ad_valorem_mean(rates, last))} instead of {percent(last['simple_mean'])}."
    )
    top = max(chapter_binding(rates.year()), key=lambda one: one.adds)
    if top.adds > 0.0 and top.share is not None:
        text += (
            f" They add most in chapter {chapter_label(top.chapter)}, {points(top.adds)} points, and set the duty in "
            f"{share(top.share, 1.0)} of the trade flows observed in its lines that have one."
        )
    return text


def _bound(last: Row, breaches: int, checked: Checked) -> str:
    own = last["year"] in checked.applied
    applied = "applied rate" if own else f"applied rate of {checked.serving.applied_year}"
    text = (
        f"The ceilings agreed in the WTO average {percent(last['bound_mean'])} in {last['year']}; "
        f"{plural(last['water_lines'], 'line is', 'lines are')} charged less than the ceiling allows (“water”)."
    )
    if breaches:
        text += f" In {plural(breaches, 'line')} the {applied} lies above the ceiling, and the ceiling is what counts."
    return text


def _beside_published(tables: Mapping[str, ReportTable]) -> list[str]:
    """Return how far the simple mean is from the published one, where there is one."""
    made = tables.get("1")
    column = "simple_mean_pct_difference"
    if made is None or column not in made.differences:
        return []
    pairs = zip(made.table["year"].to_pylist(), made.table[column].to_pylist(), strict=True)
    gaps = {year: gap for year, gap in pairs if gap is not None}
    if not gaps:
        return []
    worst = max(gaps, key=lambda year: abs(gaps[year]))
    text = (
        f"Beside the published simple means of {plural(len(gaps), 'year')}, ours differ by at most "
        f"{abs(gaps[worst]):.2f} points ({worst})."
    )
    calibrated = made.calibrated.get("simple_mean_pct")
    return [text + (" The study was made so as to come near them." if calibrated else "")]


def _caution(rates: Rates, last: Row, run: Mapping[str, Any]) -> str:
    """Return what the results do not rest on."""
    columns = rates.year()
    borrowed = int(((columns.match_level > 0) & (columns.match_level < columns.digits)).sum())
    without = int((columns.match_level == 0).sum())
    parts = []
    if borrowed:
        parts.append(f"{count(borrowed)} rest on the trade of related lines")
    if without:
        parts.append(f"{count(without)} on no observed trade at all")
    text = (
        f"To be read with care: of {plural(last['lines'], 'line')} in {last['year']}, {listed(parts)}." if parts else ""
    )
    if last["unresolved_lines"]:
        unknown = plural(last["unresolved_lines"], "line has a rate", "lines have a rate")
        text += (
            f" {unknown} that cannot be known, and {'is' if last['unresolved_lines'] == 1 else 'are'} in no mean here."
        )
    lost = _weighs_nothing(run, rates.checked.config.currency)
    return f"{text} {lost}".strip() or "Every line rests on trade of its own, and all trade weighs."


def _weighs_nothing(run: Mapping[str, Any], currency: str) -> str:
    years = run.get("trade", {}).get("years", [])
    if not years or not years[-1]["all"]["value"] or not years[-1]["weighs_no_line"]:
        return ""
    whole, causes = years[-1]["all"]["value"], years[-1]["weighs_no_line"]
    value = sum(one["value"] for one in causes.values())
    cause = max(causes, key=lambda name: causes[name]["value"])
    return (
        f"{share(value, whole)} of the trade recorded ({money(value, currency)}) weighs no line; the largest reason: "
        f"{cause} ({share(causes[cause]['value'], whole)})."
    )
