"""Studies, rates and sweeps as they show themselves: what they are, how large, what they say, what they leave out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from fastavs.inputs.set_aside import ROW
from fastavs.inputs.shown import set_aside_told
from fastavs.results.cautions import unread_caution
from fastavs.results.thin import thin_caution
from fastavs.shown.card import MOST_ROWS, Card, Grid, span, spread_over
from fastavs.shown.words import count, percent, plural, points

if TYPE_CHECKING:
    import pyarrow as pa

    from fastavs.checked import Checked
    from fastavs.scenario.scenario import Scenario

Row = Mapping[str, Any]


def study_card(checked: Checked) -> Card:
    """Return what a study shows of itself; no rate is computed for it."""
    trade, config = checked.trade, checked.config
    facts = [
        ("values", _values(config.value_basis, config.currency)),
        (
            "trade",
            f"{plural(trade.read, 'row')} of {span(trade.periods)}, {plural(len(trade.partners), 'partner')}, "
            f"{plural(len(trade.codes), 'code')}",
        ),
        *((kind, _schedules(checked, kind)) for kind in ("applied", "bound") if checked.schedules(kind)),
    ]
    if config.base.periods:
        facts.append(("base", f"years without trade of their own rest on {', '.join(config.base.periods)}"))
    facts.append(("groupings", ", ".join(["chapter", *checked.groups])))
    facts.append(("set aside", _aside(checked)))
    return Card(
        "Study", config.name, config.note, tuple(facts), None,
        (*unread_caution(checked), *trade.remarks),
        "Next: .rates() computes; .set_aside and .warnings tell more; .duties is the tariff as read",
    )  # fmt: skip


def _values(basis: str, currency: str) -> str:
    return f"{currency}; CIF or FOB is not stated" if basis == "not stated" else f"{currency}, {basis}"


def _schedules(checked: Checked, kind: str) -> str:
    schedules = checked.schedules(kind)
    lines = sorted({one.keys.size for one in schedules.values()})
    return f"{span(sorted(schedules))}, {' to '.join(dict.fromkeys((count(lines[0]), count(lines[-1]))))} lines"


def _aside(checked: Checked) -> str:
    return f"{set_aside_told(checked.set_aside.counts(), ROW)}, of {plural(checked.trade.read, 'row')} read"


def rates_card(checked: Checked, summary: Sequence[Row], bare: int) -> Card:
    """Return what rates show of themselves: some years of the summary, unadjusted weighted means first.

    `bare` lines of the last year are charged on their ad valorem part alone, for want of an observation.
    """
    lines = sorted(row["lines"] for row in summary)
    a_year = " to ".join(dict.fromkeys((count(lines[0]), count(lines[-1]))))
    last = summary[-1]
    years, without = span([row["year"] for row in summary]), sum(row["unresolved_lines"] for row in summary)
    unknown = f"; {count(without)} of them not known" if without else ""
    facts = [
        ("values", _values(checked.config.value_basis, checked.config.currency)),
        ("rates", f"{plural(sum(lines), 'line')} of {years}, {a_year} a year{unknown}"),
        ("set aside", _aside(checked)),
        ("not known", _unknown(last, checked.options.unresolved == "zero")),
    ]
    if bare:
        facts.append(("in part", f"{plural(bare, 'line')} of {last['year']}: no observation for their specific part"))
    more = len(summary) - MOST_ROWS
    rest = f"; {plural(more, 'more year')} in .summary()" if more > 0 else "; more columns in .summary()"
    grid = _years_grid(summary, f"Percent of the value{rest}")
    thin = thin_caution(summary)
    cautions = [*([thin] if thin else []), *unread_caution(checked), *checked.trade.remarks]
    calls = "Next: .table, rates[year], .line(code), .by(grouping), .observations(line), .plot.path(), .report(path)"
    return Card("Rates", checked.config.name, checked.config.note, tuple(facts), grid, tuple(cautions), calls)


def _unknown(row: Row, as_zero: bool) -> str:
    lines = row["unresolved_lines"]
    if not lines:
        return f"nothing: every line of {row['year']} has a rate"
    counted = "they count as zero" if as_zero else "they are in no mean"
    return f"the rate of {plural(lines, 'line')} of {row['year']}; {counted}"


def _years_grid(summary: Sequence[Row], about: str) -> Grid:
    columns = [
        ("weighted mean", "weighted_mean_unadjusted"),
        ("simple mean", "simple_mean"),
        ("simple, without specific parts", "ad_valorem_simple_mean"),
    ]
    if any(row["adjust"] for row in summary):
        columns[1:1] = [("adjusted", "weighted_mean"), ("lines matched", "matched_lines")]
    if any(row["bound_mean"] is not None for row in summary):
        columns.append(("bound mean", "bound_mean"))
    chosen = [summary[place] for place in spread_over(len(summary))]
    rows = tuple((str(row["year"]), count(row["lines"]), *(_cell(row, name) for _, name in columns)) for row in chosen)
    return Grid(("year", "lines", *(head for head, _ in columns)), rows, 1, about)


def _cell(row: Row, name: str) -> str:
    return count(row[name]) if name == "matched_lines" else points(row[name], 2)


class Swept(Protocol):
    """What is shown of a sweep."""

    @property
    def title(self) -> str: ...
    @property
    def scenarios(self) -> tuple[Scenario, ...]: ...
    @property
    def years(self) -> tuple[int, ...]: ...
    @property
    def outputs(self) -> tuple[str, ...]: ...
    @property
    def groups(self) -> dict[str, pa.Table]: ...
    @property
    def chosen(self) -> pa.Table | None: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    def last_year(self) -> pa.Table: ...


def sweep_card(sweep: Swept) -> Card:
    """Return what a sweep shows of itself: scenarios in the last year beside the one that changes nothing."""
    facts = [
        ("columns", sweep.outputs[0] if len(sweep.outputs) == 1 else f"{len(sweep.outputs)} of the summary"),
    ]
    facts += [("groups", ", ".join(sweep.groups))] if sweep.groups else []
    facts += [("lines", f"{count(sweep.chosen.num_rows)} rows in .chosen")] if sweep.chosen is not None else []
    unknown = _unknown_of(sweep)
    facts += [("not known", unknown)] if unknown else []
    calls = "Next: .summary(), .difference(), .plot.path(), .report(path)"
    title = f"{plural(len(sweep.scenarios), 'scenario')}, {span(sweep.years)}"
    return Card("Sweep", title, sweep.title, tuple(facts), _scenarios_grid(sweep), sweep.warnings, calls)


def _unknown_of(sweep: Swept) -> str:
    if "unresolved_lines" not in sweep.outputs:
        return ""
    lines = sweep.last_year()["unresolved_lines"].to_pylist()
    few, many = min(lines), max(lines)
    if not many:
        return ""
    return f"the rate of {count(few) if few == many else f'{few:,} to {many:,}'} lines of {sweep.years[-1]}"


def _scenarios_grid(sweep: Swept) -> Grid | None:
    columns = [
        (head, name)
        for head, name in (("weighted mean", "weighted_mean_unadjusted"), ("simple mean", "simple_mean"))
        if name in sweep.outputs
    ]
    if not columns or not sweep.scenarios:
        return None
    table = sweep.last_year()
    base = next((place for place, one in enumerate(sweep.scenarios) if one.leaves_all), None)
    head = ["scenario"]
    for title, _ in columns:
        head += [title] if base is None else [title, "points"]
    values = {name: table[name].to_pylist() for _, name in columns}
    rows = []
    for place, one in enumerate(sweep.scenarios[:MOST_ROWS]):
        row = [one.name]
        for _, name in columns:
            row.append(percent(values[name][place], 2))
            if base is not None:
                row.append("" if place == base else signed(values[name][place], values[name][base]))
        rows.append(tuple(row))
    more = len(sweep.scenarios) - MOST_ROWS
    rest = f"; {plural(more, 'more scenario')} in .summary()" if more > 0 else ""
    against = "" if base is None else f"; points against {sweep.scenarios[base].name}"
    return Grid(tuple(head), tuple(rows), 1, f"{sweep.years[-1]}{against}{rest}")


def signed(value: float | None, base: float | None) -> str:
    """Return a difference of two rates in percentage points with its sign.

    Examples
    --------
    >>> signed(0.12, 0.1), signed(0.1, 0.1), signed(None, 0.1)
    ('+2.00', '0.00', '–')
    """
    text = points(None if value is None or base is None else value - base, 2)
    return text if text.startswith("−") or not text.strip("–0.") else f"+{text}"
