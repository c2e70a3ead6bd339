"""A naive twin of scenarios in steps, written from DESIGN.md's section "Scenarios" and from nothing else.

It imports nothing of fastavs. Duties are trees of exact numbers; every line of every year is worked out by itself:
which steps are for it, what they leave of each duty behind it, and what that comes to (`reference.py`). Steps are dicts
as a file has them, `{"cap": "10%", "prefixes": ["22"]}`.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import reference

Tree = tuple[Any, ...]
"""("%", percent), ("$", amount, currency, unit as printed), or (operation, part, part, ...)."""
Step = dict[str, Any]
DUTY_VERBS = (
    "set", "scale", "add", "cap", "floor", "swiss", "tiers", "drop_specific", "tariffication", "delay", "advance",
    "freeze",
)  # fmt: skip
FORMS = {"max": "greater", "min": "lesser"}


# ---- duties


def read(text: str) -> Tree:
    """Read a duty as DESIGN.md prints them."""
    tokens = re.findall(
        r"\d+(?:\.\d+)?(?:/\d+)?\s*%|\d+(?:\.\d+)?(?:/\d+)? [A-Z]{3}/(?:\d+ )?[A-Za-z0-9]+|max|min|[-+(),]", text
    )

    def part() -> Tree:
        token = tokens.pop(0)
        if token in ("max", "min"):
            tokens.pop(0)
            parts = [total()]
            while tokens.pop(0) == ",":
                parts.append(total())
            return (token, *parts)
        if token == "(":
            found = total()
            tokens.pop(0)
            return found
        if token.endswith("%"):
            return ("%", Fraction(token[:-1].strip()))
        number, rest = token.split(" ", 1)
        currency, unit = rest.split("/", 1)
        return ("$", Fraction(number), currency, unit)

    def total() -> Tree:
        found = part()
        while tokens and tokens[0] in "+-":
            found = (tokens.pop(0), found, part())
        return found

    return total()


def parsed(tree: Tree) -> Any:
    """The tree as the twin of rates has it."""
    if tree[0] == "%":
        return reference.Percent(float(tree[1] / 100))
    if tree[0] == "$":
        kind_and_size = reference.unit(tree[3])
        assert kind_and_size is not None
        kind, size = kind_and_size
        return reference.Specific(float(tree[1] / size), tree[2], kind)
    return reference.Node(tree[0], tuple(parsed(one) for one in tree[1:]))


def leaves(tree: Tree) -> list[Tree]:
    return [tree] if tree[0] in "%$" else [leaf for one in tree[1:] for leaf in leaves(one)]


def amounts(tree: Tree) -> list[Tree]:
    return [one for one in leaves(tree) if one[0] == "$"]


def mapped(tree: Tree, percent: Callable[[Tree], Tree], amount: Callable[[Tree], Tree]) -> Tree:
    if tree[0] == "%":
        return percent(tree)
    if tree[0] == "$":
        return amount(tree)
    return (tree[0], *(mapped(one, percent, amount) for one in tree[1:]))


def same(one: Tree) -> Tree:
    return one


def form(tree: Tree) -> str:
    if not amounts(tree):
        return "ad_valorem"
    if tree[0] == "$":
        return "specific"
    if tree[0] in FORMS and all(one[0] in "%$" for one in tree[1:]):
        return FORMS[tree[0]]

    def only_sums(one: Tree) -> bool:
        return one[0] in "%$" or (one[0] == "+" and all(map(only_sums, one[1:])))

    return "compound" if only_sums(tree) else "other"


def bare(tree: Tree) -> Fraction | None:
    """What is left of a duty without its amounts, in percent."""
    if tree[0] == "%":
        return tree[1]
    if tree[0] == "$":
        return None
    parts = [bare(one) for one in tree[1:]]
    if tree[0] == "-":
        return parts[0] if parts[1] is None else (parts[0] or Fraction(0)) - parts[1]
    known = [one for one in parts if one is not None]
    if not known:
        return None
    return {"max": max, "min": min, "+": sum}[tree[0]](known)  # type: ignore[operator]


def level(value: Any) -> tuple[int, Tree]:
    """The sign and the duty that a step's value is."""
    if not isinstance(value, str):
        number = Fraction(str(value))
        return (-1 if number < 0 else 1), ("%", abs(number) * 100)
    sign = -1 if value.startswith("-") else 1
    return sign, read(value.lstrip("-"))


def both(operation: str, left: Tree, right: Tree) -> Tree:
    """Only plain percentages are added up."""
    if left[0] == right[0] == "%":
        a, b = left[1], right[1]
        return ("%", {"min": min(a, b), "max": max(a, b), "+": a + b, "-": a - b}[operation])
    return (operation, left, right)


def share(value: Any) -> Fraction:
    """A number of a step as a fraction."""
    return Fraction(value[:-1].strip()) / 100 if isinstance(value, str) else Fraction(str(value))


# ---- the twin


class Twin:
    """A study under a scenario, line by line and year by year."""

    def __init__(self, study: dict[str, Any], steps: list[Step], lists: dict[str, list[str]]) -> None:
        self.study, self.lists = study, lists
        unknown = {"options": study["options"] | {"unresolved": "null"}}  # what is not known turns into nothing
        self.reading = reference.read(study | unknown)
        self.changed = reference.read(changed_study(study, steps, lists))
        self.steps = [one for one in steps if any(verb in one for verb in DUTY_VERBS)]
        self.schedules: dict[tuple[str, int], dict[str, Tree]] = {}
        for kind in ("applied", "bound"):
            for row in study.get(kind) or []:
                self.schedules.setdefault((kind, row["year"]), {})[row["line"]] = read(row["duty"])
        self._settled: dict[Any, Any] = {}

    # ---- which lines stand behind a year's

    def years(self) -> list[int]:
        return sorted({year for _, year in self.schedules})

    def applied_year(self, year: int) -> int:
        if ("applied", year) in self.schedules:
            return year
        return int((self.study.get("base") or {})["applied_year"])

    def lines_of(self, year: int) -> list[str]:
        kind = "bound" if ("bound", year) in self.schedules else "applied"
        return sorted(self.schedules[kind, year])

    # ---- what a step is for

    def matches(self, key: str, value: Any, year: int, line: str) -> bool:
        if key == "prefixes":
            return any(line.startswith(one) for one in value)
        if key == "lists":
            return any(line.startswith(code[: len(line)]) for name in value for code in self.lists[name])
        if key == "groups":  # every grouping that is named
            return all(group_of(self.study, title, line) in names for title, names in value.items())
        assert key == "years"
        return year in spelled(value)

    def is_for_line(self, step: Step, year: int, line: str) -> bool:
        """Duties, sides and what is sensitive aside."""
        keys = [key for key in ("prefixes", "lists", "groups", "years") if key in step]
        if not all(self.matches(key, step[key], year, line) for key in keys):
            return False
        left = step.get("except", {})
        for key in ("prefixes", "lists", "years"):
            if key in left and self.matches(key, left[key], year, line):
                return False
        return not any(
            self.matches("groups", {title: names}, year, line) for title, names in left.get("groups", {}).items()
        )

    def is_for_duty(self, step: Step, kind: str, tree: Tree) -> bool:
        if step.get("schedule", kind) != kind:
            return False
        if "form" in step and form(tree) not in step["form"]:
            return False
        if ("currency" in step or "unit" in step) and not any(
            one[2] in step.get("currency", [one[2]]) and one[3] in step.get("unit", [one[3]]) for one in amounts(tree)
        ):
            return False
        left = step.get("except", {})
        return not (
            left.get("schedule") == kind
            or form(tree) in left.get("form", [])
            or any(one[2] in left.get("currency", []) or one[3] in left.get("unit", []) for one in amounts(tree))
        )

    def sensitive(self, k: int, year: int) -> set[str]:
        """The lines of a year that step k leaves out as sensitive ones."""
        step = self.steps[k]
        left = step.get("except", {})
        if "sensitive" not in left:
            return set()
        key = ("sensitive", k, year)
        if key not in self._settled:
            chosen = []
            for line in self.lines_of(year):
                if self.is_for_line(step, year, line) and any(
                    self.is_for_duty(step, kind, self.duty(k, kind, of, code, (year, line)))
                    for kind, of, code in self.behind(year, line)
                ):
                    chosen.append(line)
            size = {row["line"]: row for row in self.rows_as_they_are() if row["year"] == year}

            def order(line: str) -> tuple[bool, float, str]:
                number = size[line]["imports" if left["by"] == "imports" else "rate"]
                rounded = number or 0.0 if left["by"] == "imports" else round(number or 0.0, 12)
                return (number is None, -rounded, line)

            many = math.ceil(share(left["sensitive"]) * len(chosen))
            self._settled[key] = set(sorted(chosen, key=order)[:many])
        return self._settled[key]

    def rows_as_they_are(self) -> list[dict[str, Any]]:
        if "rows" not in self._settled:
            self._settled["rows"] = reference.rates(self.study)
        return self._settled["rows"]

    def behind(self, year: int, line: str) -> list[tuple[str, int, str]]:
        """The lines of schedules behind a year's line: kind, year and code."""
        source = self.applied_year(year)
        applied = self.schedules["applied", source]
        if ("bound", year) not in self.schedules:
            return [("applied", year, line)]
        codes = [line]
        if line not in applied:
            usable = [k for k in self.reading.options["levels"] if len(line) >= k and len(next(iter(applied))) >= k]
            codes = [one for one in sorted(applied) if any(one[:k] == line[:k] for k in usable)]
        return [("bound", year, line), *(("applied", source, one) for one in codes)]

    # ---- what steps leave of a duty

    def duty(self, k: int, kind: str, of: int, code: str, view: tuple[int, str] | None) -> Tree:
        """The duty of a line of a schedule after k steps, as the figures of a year's line have it."""
        if k == 0 or view is None:
            return self.schedules[kind, of][code]
        key = (k, kind, of, code, view)
        if key not in self._settled:
            self._settled[key] = self._duty(k, kind, of, code, view)
        return self._settled[key]

    def _duty(self, k: int, kind: str, of: int, code: str, view: tuple[int, str]) -> Tree:
        step, before = self.steps[k - 1], self.duty(k - 1, kind, of, code, view)
        if not self.is_for_line(step, *view) or not self.is_for_duty(step, kind, before):
            return before
        if view[1] in self.sensitive(k - 1, view[0]):
            return before
        if any(verb in step for verb in ("delay", "advance", "freeze")):
            return self._moved(k, step, kind, of, code, view, before)
        if step.get("of", "rate") == "rate" and ("swiss" in step or "tiers" in step):
            rate = self.rate(self.reading, kind, of, code, before).rate
            if rate is None or not 0.0 < rate < math.inf:
                return before
            factor = float(share(step["swiss"])) / (float(share(step["swiss"])) + rate) if "swiss" in step else None
            by = Fraction(factor) if factor is not None else 1 - cut(step["tiers"], rate)
            return lowered_by(before, by)
        if "tariffication" in step:
            return self._turned(step, kind, of, code, before)
        return edited(step, before)

    def _moved(self, k: int, step: Step, kind: str, of: int, code: str, view: tuple[int, str], before: Tree) -> Tree:
        if of != view[0]:  # carried duties do not move
            return before
        if "freeze" in step:
            if of <= step["freeze"]:
                return before
            wanted: float = step["freeze"]
        else:
            by = step.get("delay", step.get("advance"))
            by = math.inf if by == "all" else by
            wanted = of - by if "delay" in step else of + by
        having = sorted(
            year
            for some, year in self.schedules
            if some == kind and self.is_in_use(kind, year) and code in self.schedules[kind, year]
        )
        earlier = [year for year in having if year <= wanted]
        source = earlier[-1] if earlier else having[0]
        there = ("bound", source) in self.schedules and code not in self.schedules["bound", source]
        in_figures = source in self.years() and not (kind == "applied" and there)
        return self.duty(k - 1, kind, source, code, (source, code) if in_figures else None)

    def is_in_use(self, kind: str, year: int) -> bool:
        """Whether rates rest on a schedule."""
        return True

    def _turned(self, step: Step, kind: str, of: int, code: str, before: Tree) -> Tree:
        rate = self.rate(self.reading, kind, of, code, before).rate
        if (
            rate is None
            or not 0.0 <= rate < math.inf
            or (step["tariffication"] == "ad_valorem" and not amounts(before))
        ):
            return before
        if step["tariffication"] == "ad_valorem":
            return ("%", Fraction(rate) * 100)
        _, (_, _, currency, unit) = level(step["tariffication"])
        kind_and_size = reference.unit(unit)
        assert kind_and_size is not None
        unit_duty = ("$", kind_and_size[1], currency, unit)
        kept = self.rate(self.reading, kind, of, code, unit_duty).seen
        while kept:
            if self.reading.options["method"] == "pooled":
                number = rate / reference.pooled(parsed(unit_duty), kept)
            else:
                number = rate / (math.fsum(one.rate for one in kept) / len(kept))
            left = [one for one in kept if number * one.rate <= self.reading.options["outlier"]]
            if len(left) == len(kept):
                return ("$", Fraction(number) * kind_and_size[1], currency, unit)
            kept = left
        return before

    # ---- rates

    def rate(self, reading: reference.Reading, kind: str, of: int, code: str, tree: Tree) -> reference.Rated:
        """A line of a schedule under a duty (METHOD.md section 3)."""
        key = ("rate", id(reading), kind, of, code, tree)
        if key not in self._settled:
            self._settled[key] = self._rate(reading, kind, of, code, parsed(tree))
        return copy.copy(self._settled[key])

    def _records(self, reading: reference.Reading, kind: str, of: int) -> tuple[list[Any], list[Any]]:
        key = ("records", id(reading), kind, of)
        if key not in self._settled:
            duties = self.schedules[kind, of]
            own_year = reading.is_own(of)
            periods = reference.periods_of_own_year(reading, of) if own_year else reading.base_periods
            records = reference.merge(reading, periods, len(next(iter(duties))))
            reference.place(reading, records, duties)
            eligible = [one for one in records if reference.is_eligible(reading, one, records, own_year)]
            self._settled[key] = records, eligible
        return self._settled[key]

    def _rate(self, reading: reference.Reading, kind: str, of: int, code: str, duty: Any) -> reference.Rated:
        records, eligible = self._records(reading, kind, of)
        own_year = reading.is_own(of)
        own = [one for one in records if one.own == code]
        matched = own_year or reference.is_matched(reading, code, own, reference.base_codes(reading))
        borrows = not own_year and (reading.options["match_on"] == "imports" or not matched)
        level_, seen = reference.find_observations(reading, code, duty, of, eligible, borrows)
        found = reference.rate_line(reading, duty, seen, level_)
        found.no_quantity = sum(not r.excluded and reference.observe(reading, r, duty, of) is None for r in own)
        found.imports = reference.imports_of(reading, own, own_year)
        found.matched = matched
        return found

    def rows(self) -> list[dict[str, Any]]:
        """The rows of rates.parquet under the scenario."""
        table = []
        last = len(self.steps)
        for year in self.years():
            for line in self.lines_of(year):
                rated = {}
                bound = None
                for kind, of, code in self.behind(year, line):
                    one = self.rate(self.changed, kind, of, code, self.duty(last, kind, of, code, (year, line)))
                    if kind == "bound":
                        bound = one
                    else:
                        rated[code] = one
                applied = rated.get(line) if bound is None else reference.carry(self.changed, line, rated)
                table.append({"year": year, "line": line} | reference.rates_row(applied, bound))
        return table


# ---- steps that go by the duty alone


def scaled(tree: Tree, by: Fraction) -> Tree:
    return mapped(tree, lambda one: ("%", one[1] * by), lambda one: ("$", one[1] * by, *one[2:]))


def span(tree: Tree) -> tuple[Any, Any]:
    """What a duty is never below and never above, in percent."""
    if tree[0] == "%":
        return tree[1], tree[1]
    if tree[0] == "$":
        return 0, math.inf if tree[1] else 0
    lows, highs = zip(*(span(one) for one in tree[1:]), strict=True)
    if tree[0] == "-":
        return lows[0] - highs[1], highs[0] - lows[1]
    fold: Any = {"max": max, "min": min, "+": sum}[tree[0]]
    return fold(lows), fold(highs)


def from_nought(tree: Tree) -> Tree:
    """A duty that a step lowered."""
    return tree if span(tree)[0] >= 0 else ("max", ("%", Fraction(0)), tree)


def lowered_by(tree: Tree, by: Fraction) -> Tree:
    if by == 1:
        return tree
    return from_nought(scaled(tree, by)) if by < 1 else scaled(tree, by)


def known_nought(tree: Tree) -> bool:
    """Amounts alone, each of them 0."""
    return all(one[0] == "$" and one[1] == 0 for one in leaves(tree))


def cut(tiers: list[dict[str, Any]], rate: float) -> Fraction:
    above = [one for one in tiers if rate > float(share(one["above"])) + 1e-12]
    return share(above[-1]["cut"]) if above else Fraction(0)


def edited(step: Step, tree: Tree) -> Tree:
    if "drop_specific" in step:
        return ("%", max(bare(tree) or Fraction(0), Fraction(0))) if amounts(tree) else tree
    verb = next(one for one in DUTY_VERBS if one in step)
    value = step[verb]
    of = step.get("of", "rate")
    if of == "rate":
        return whole(verb, value, tree)
    if of == "ad_valorem":
        return mapped(tree, lambda one: ("%", 100 * number_of(verb, value, one[1] / 100)), same)

    def amount(one: Tree) -> Tree:
        if one[2] not in step.get("currency", [one[2]]) or one[3] not in step.get("unit", [one[3]]):
            return one
        if verb == "scale":
            return ("$", one[1] * share(value), *one[2:])
        sign, (_, number, currency, unit) = level(value)
        own, other = reference.unit(one[3]), reference.unit(unit)
        assert own is not None
        assert other is not None
        if currency != one[2] or own[0] != other[0]:
            return one
        converted = sign * number * own[1] / other[1]
        return ("$", combined(verb, one[1], converted), *one[2:])

    return mapped(tree, same, amount)


def number_of(verb: str, value: Any, number: Fraction) -> Fraction:
    if verb == "swiss":
        return share(value) * number / (share(value) + number)
    if verb == "tiers":
        return number * (1 - cut(value, float(number)))
    return combined(verb, number, share(value))


def combined(verb: str, number: Fraction, value: Fraction) -> Fraction:
    return {
        "set": value, "scale": number * value, "add": max(number + value, Fraction(0)), "cap": min(number, value),
        "floor": max(number, value),
    }[verb]  # fmt: skip


def whole(verb: str, value: Any, tree: Tree) -> Tree:
    if verb == "scale":
        return lowered_by(tree, share(value))
    sign, other = level(value)
    if verb == "set":
        return other
    (low, high), (low_other, high_other) = span(tree), span(other)
    if verb == "cap":
        if high <= low_other and (known_nought(tree) or not amounts(tree)):
            return tree
        if known_nought(other) and low >= 0:
            return other
        return from_nought(both("min", tree, other))
    if verb == "floor":
        if high_other <= low and (high_other <= 0 or not amounts(tree)):
            return tree
        return other if known_nought(tree) and amounts(other) else both("max", tree, other)
    if low_other == high_other == 0:
        return tree
    if sign > 0:
        return other if known_nought(tree) and amounts(other) else both("+", tree, other)
    return both("max", ("%", Fraction(0)), both("-", tree, other))


# ---- trade and exchange rates


def spelled(years: Any) -> set[int]:
    found: set[int] = set()
    for one in years:
        first, last = map(int, one.split("-")) if isinstance(one, str) else (one, one)
        found |= set(range(first, last + 1))
    return found


def group_of(study: dict[str, Any], title: str, code: str) -> str:
    if title == "chapter":
        return code[:2]
    fitting = [row for row in study["groups"][title] if code.startswith(row["prefix"])]
    return str(max(fitting, key=lambda row: len(row["prefix"]))["group"]) if fitting else "unassigned"


def changed_study(study: dict[str, Any], steps: list[Step], lists: dict[str, list[str]]) -> dict[str, Any]:
    """The study with the trade and the exchange rates that steps leave."""
    study = dict(study)
    digits = max(len(row["line"]) for row in [*study["applied"], *(study["bound"] or [])])

    def selected(keys: Step, code: str) -> list[bool]:
        found = []
        if "prefixes" in keys:
            found.append(any(code.startswith(one) for one in keys["prefixes"]))
        if "lists" in keys:
            found.append(any(code.startswith(one[:digits]) for name in keys["lists"] for one in lists[name]))
        found += [group_of(study, title, code) in names for title, names in keys.get("groups", {}).items()]
        return found

    for step in steps:
        if "fx" in step:
            rows = [dict(row) for row in study["fx"]]
            for row in rows:
                by = step["fx"].get(row["currency"], 1.0)
                by = by.get(row["period"], 1.0) if isinstance(by, dict) else by
                row["fx"] = row["fx"] * float(share(by))
            study["fx"] = rows
        elif "price" in step:
            trade = [dict(row) for row in study["trade"]]
            for row in trade:
                code = row["line"] or ""
                mine = row["partner"] in step.get("partners", [row["partner"]])
                mine = mine and row["period"] in step.get("periods", [row["period"]])
                if (
                    mine
                    and row["value"]
                    and all(selected(step, code))
                    and not any(selected(step.get("except", {}), code))
                ):
                    row["value"] = row["value"] * float(share(step["price"]))
            study["trade"] = trade
        elif "exclude" in step or "only" in step:
            study = with_partners(study, step)
    return study


def with_partners(study: dict[str, Any], step: Step) -> dict[str, Any]:
    """A step that leaves partners out; the later of two wins."""
    everyone = sorted({row["partner"] for row in study["trade"] if row["partner"]})
    periods = sorted({row["period"] for row in study["trade"]})
    keys = step.get("exclude", step.get("only"))
    when = keys.get("periods", periods)
    out = {period: list(some) for period, some in study.get("out", {}).items()}
    for period in when:
        named = keys["partners"]
        before = out.get(period, [])
        if "exclude" in step:
            out[period] = sorted({*before, *named})
        else:
            out[period] = sorted({one for one in everyone if one not in named})
    by_period = {period: list(some) for period, some in (study.get("exclude_by_period") or {}).items()}
    kept = study.get("kept", by_period)
    merged = {period: sorted({*kept.get(period, []), *out.get(period, [])}) for period in {*kept, *out}}
    return study | {"out": out, "kept": kept, "exclude_by_period": merged}
