"""The screen of ``fastavs explain``: the proof of one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastavs.cli.console import NONE, figure, head, make_table, money, percent, plural, say
from fastavs.cli.study_screen import show_title

if TYPE_CHECKING:
    from rich.console import Console

    from fastavs.checked import Checked

Record = dict[str, Any]
FEW = 8  # rates that are written out in a sum
LETTERS = "abcdefghijklmnopqrstuvwxyz"
VERDICTS = {
    "partner is excluded": "excluded",
    "value under": "too small",
    "partner without imports": "not in all",
    "no quantity": "no quantity",
    "outlier": "outlier",
    "not used": "not used",
}
"""How the reasons of `fastavs.results.observations` begin, and the word for each in a table."""


def show_proof(console: Console, checked: Checked, proof: Record) -> None:
    """Print a line's proof: duties, observations, means, and which of applied and bound governs."""
    show_title(console, checked)
    head(console, f"Line {proof['line']} in {proof['year']}")
    periods = ", ".join(proof["periods"])
    say(console, f"It rests on {'its own trade' if proof['own_trade'] else 'the base period'}: {periods}.")
    say(console, _weight(proof))
    for kind, side in proof["sides"].items():
        _show_side(console, checked, proof, kind, side)
    head(console, f"Rate in {proof['year']}: {_rate(proof['rate'])}")
    _show_governing(console, proof)


def _show_side(console: Console, checked: Checked, proof: Record, kind: str, side: Record) -> None:
    title = f"{kind.capitalize()} schedule of {side['schedule_year']}"
    if side["carried_level"] is None and side["sources"]:
        source = side["sources"][0]
        head(console, f"{title}: {source['duty']}")
        _show_source(console, checked, proof, source)
        return
    head(console, f"{title}: it does not have the line")
    if not side["sources"]:
        say(console, "No line with a known rate shares enough digits with it: nothing to carry over.")
        return
    digits, sources = side["carried_level"], side["sources"]
    lines = plural(len(sources), "line")
    say(console, f"Carried over: the mean of the {lines} that begin with {proof['line'][:digits]} ({digits} digits).")
    for source in sources:
        say(console)
        say(console, f"{source['line']}: {source['duty']}", style="bold")
        _show_source(console, checked, proof, source)
    say(console)
    terms = _sum_of([source["rate"] for source in sources])
    say(console, f"Mean of the {lines}: {terms} = {_rate(side['rate'])}")


def _show_source(console: Console, checked: Checked, proof: Record, source: Record) -> None:
    """Print a line's observations and what comes of them."""
    say(console, _where_from(checked, proof, source))
    if source["observations"]:
        _show_observations(console, proof, source["observations"])
    say(console, _result(proof, source), style="bold")


def _where_from(checked: Checked, proof: Record, source: Record) -> str:
    line, level = source["line"], source["level"]
    if level == len(line):
        return "Its own observations."
    if level:
        code = line[:level]
        return f"No usable observation of its own: it borrows those that share {level} digits with it ({code})."
    alone = checked.options.match_on == "classification" and not proof["own_trade"] and source["matched"]
    if proof["own_trade"] or alone:
        why = "a year with its own trade borrows none" if proof["own_trade"] else "a matched line borrows none"
        return f"No usable observation of its own, and {why}."
    levels = ", ".join(str(digits) for digits in checked.options.levels)
    return f"No usable observation of its own, nor any at {levels} digits."


def _show_observations(console: Console, proof: Record, observations: Sequence[Record]) -> None:
    binding = dict(zip(dict.fromkeys(row["binds"] for row in observations if row["binds"]), LETTERS, strict=False))
    value = f"value,\n{proof['currency']}"
    headers = ["", "period", "partner", "code", value, "quantity", "unit\nvalue", "rate,\n%", "binds", ""]
    table = make_table(*headers, left=(1, 2, 3, 8, 9))
    for number, row in enumerate(observations, 1):
        quantities = [
            f"{money(row['quantity' + tail])} {row['unit' + tail]}" for tail in ("", "_2") if row["quantity" + tail]
        ]
        unit_value = figure(row["quantity_value"] / row["quantity"], 4) if row["quantity"] else NONE
        table.add_row(
            str(number), row["period"], row["partner"], row["code"], money(row["value"]),
            "\n".join(quantities) or NONE, unit_value, percent(row["rate"]),
            binding.get(row["binds"], row["binds"] or NONE), _verdict(row),
        )  # fmt: skip
    console.print(table)
    if binding:
        say(console, f"What binds: {', '.join(f'{letter} = {text}' for text, letter in binding.items())}.")
    reasons = dict.fromkeys(row["why_not"] for row in observations if row["why_not"] not in (None, _verdict(row)))
    if reasons:
        say(console, f"Left out: {'; '.join(reasons)}.")
    _show_quotes(console, proof, observations)
    say(console, "Where the rows are:")
    for number, row in enumerate(observations, 1):
        parts = [f"{number:>3}  {row['source']}"]
        if row["bridge"]:
            parts.append(f"bridge {row['bridge']}")
        if row["quantity"] and row["quantity_value"] != row["value"]:
            parts.append(f"the quantity stands on {money(row['quantity_value'])} of the value")
        console.print("; ".join(parts), soft_wrap=True)


def _verdict(row: Record) -> str:
    for beginning, word in VERDICTS.items():
        if (row["why_not"] or "").startswith(beginning):
            return word
    return row["why_not"] or "kept"


def _show_quotes(console: Console, proof: Record, observations: Sequence[Record]) -> None:
    quotes: dict[str, dict[str, float]] = {}
    for row in observations:
        for tail in ("", "_2"):
            if row["currency" + tail] not in (None, proof["currency"]):
                quotes.setdefault(row["currency" + tail], {})[row["period"]] = row["fx" + tail]
    for currency, by_period in quotes.items():
        values = ", ".join(f"{value:g} in {period}" for period, value in sorted(by_period.items()))
        say(console, f"Exchange rates, {proof['currency']} for one {currency}: {values}.")


def _result(proof: Record, source: Record) -> str:
    """Return the arithmetic of a line's rate."""
    rates = [row["rate"] for row in source["observations"] if row["kept"]]
    if not source["has_specific"]:
        return f"Ad valorem: {_rate(source['rate'])} whatever the observations."
    if not source["from_observations"]:
        why = "every observation is an outlier" if source["outliers"] else "there is no observation to go by"
        if source["rate"] is None:
            return f"Not known: the duty is purely specific, and {why}."
        return f"{why[0].upper()}{why[1:]}: the rate is the duty's ad valorem part, {_rate(source['rate'])}."
    share = f"the specific part binds in {source['specific_binds']} of {source['kept']}"
    if proof["method"] == "pooled":
        kept = plural(source["kept"], "observation")
        return f"Pooled: the duty at one unit value, that of {kept} together = {_rate(source['rate'])}; {share}."
    if len(rates) == 1:
        return f"One observation: {_rate(source['rate'])}; {share}."
    return f"Mean of {len(rates):,} observations: {_sum_of(rates)} = {_rate(source['rate'])}; {share}."


def _sum_of(rates: Sequence[float]) -> str:
    """Return a mean as the division it is."""
    if len(rates) <= FEW:
        return f"({' + '.join(percent(rate) for rate in rates)}) / {len(rates)}"
    return f"{percent(sum(rates))} / {len(rates)}"


def _show_governing(console: Console, proof: Record) -> None:
    if "bound" not in proof["sides"]:
        return
    applied, bound = (proof["sides"][kind]["rate"] for kind in ("applied", "bound"))
    if applied is None or bound is None:
        unknown = " and ".join(kind for kind, rate in (("applied", applied), ("bound", bound)) if rate is None)
        say(console, f"Not known: {unknown}. So {proof['governs']} governs.")
        return
    text = f"Applied {percent(applied)} %, bound {percent(bound)} %: the lesser, {proof['governs']}, governs."
    if proof["water"]:
        text += f" Water: {percent(bound - applied)} points."
    if proof["breach"]:
        text += " Applied is above bound, against the commitment."
    say(console, text)


def _weight(proof: Record) -> str:
    if not proof["matched"]:
        return "It is not matched, and weighs nothing."
    if proof["imports"] == 0.0:
        return "It is matched, and has no imports to weigh by."
    return f"It weighs by its imports of {money(proof['imports'])} {proof['currency']}."


def _rate(rate: float | None) -> str:
    return "not known" if rate is None else f"{percent(rate)} %"
