"""A naive twin of METHOD.md, sections 1-4, 6 and 7, written from that page and from nothing else.

It imports nothing of fastavs and favours the obvious over the fast: lists are scanned, sums are exact
(`fractions.Fraction` for quantities, `math.fsum` for money and rates). A study is a plain dict, as
`make_study.py` makes it. The public functions are `rates`, `summary`, `group`, `observations`, `set_aside`.
Headings such as "section 3, Unmatched lines" name the paragraph of METHOD.md that a function restates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Study = dict[str, Any]
Table = list[dict[str, Any]]

DEFAULT_OPTIONS: dict[str, Any] = {
    "outlier": 10.0,
    "match_on": "classification",
    "levels": [8, 6, 4],
    "method": "partner",
    "unresolved": "null",
    "short_codes": "reach",
    "base_partners": "any",
    "mislabelled": "report",
    "min_value": 0.0,
    "weights": "all",
    "fx_period": "trade",
    "strict": False,
}

# ---- units (section 7, Kinds)

UNITS: dict[str, tuple[str, Fraction]] = {
    "kg": ("mass", Fraction(1)),
    "g": ("mass", Fraction(1, 1000)),
    "t": ("mass", Fraction(1000)),
    "carat": ("carat", Fraction(1)),
    "l": ("volume", Fraction(1)),
    "hl": ("volume", Fraction(100)),
    "m3": ("m3", Fraction(1)),
    "lpa": ("alcohol", Fraction(1)),
    "piece": ("piece", Fraction(1)),
    "pair": ("pair", Fraction(1)),
    "m2": ("area", Fraction(1)),
    "m": ("length", Fraction(1)),
    "cm3": ("cm3", Fraction(1)),
    "kWh": ("energy", Fraction(1)),
    "MWh": ("energy", Fraction(1000)),
    "head": ("head", Fraction(1)),
    "bbl": ("bbl", Fraction(1)),
    "pfl": ("pfl", Fraction(1)),
    "pfgal": ("pfgal", Fraction(1)),
}


def unit(text: str | None) -> tuple[str, Fraction] | None:
    """Kind, and base units of the kind in one such unit; None for a unit that is absent or unknown."""
    found = re.fullmatch(r"(?:(\d+(?:\.\d+)?) )?([A-Za-z][A-Za-z0-9]*)", text or "")
    if found is None or found[2] not in UNITS:
        return None
    kind, size = UNITS[found[2]]
    return kind, size * Fraction(found[1] or 1)


# ---- duties (section 2; DESIGN.md, canonical text)


@dataclass(frozen=True)
class Percent:
    """An ad valorem term; `share` is a fraction of the value."""

    share: float


@dataclass(frozen=True)
class Specific:
    """A specific term; `b` is money in `currency` for one base unit of `kind`."""

    b: float
    currency: str
    kind: str


@dataclass(frozen=True)
class Node:
    """An operation (+, -, max, min) over its parts."""

    operation: str
    parts: tuple[Any, ...]


NUMBER = r"\d+(?:\.\d+)?"
TOKEN = re.compile(rf"\s*({NUMBER}\s*%|{NUMBER}\s*[A-Z]{{3}}/(?:{NUMBER} )?[A-Za-z0-9]+|max|min|[-+(),])")


def parse(text: str) -> Any:
    """Read a canonical duty text into a tree, by recursive descent."""
    tokens, at = [], 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"cannot read the duty {text!r} at {at}")
        tokens.append(found[1])
        at = found.end()
    tree = parse_sum(tokens)
    if tokens:
        raise ValueError(f"cannot read the duty {text!r}: {tokens[0]!r} is left over")
    return tree


def parse_sum(tokens: list[str]) -> Any:
    """Term, then any number of "+ term" and "- term", from left to right."""
    tree = parse_term(tokens)
    while tokens and tokens[0] in "+-":
        operation = tokens.pop(0)
        tree = Node(operation, (tree, parse_term(tokens)))
    return tree


def parse_term(tokens: list[str]) -> Any:
    """A percentage, an amount for a unit, a max or min of sums, or a sum in brackets."""
    token = tokens.pop(0)
    if token in ("max", "min"):
        expect(tokens, "(")
        parts = [parse_sum(tokens)]
        while tokens[0] == ",":
            tokens.pop(0)
            parts.append(parse_sum(tokens))
        expect(tokens, ")")
        return Node(token, tuple(parts))
    if token == "(":
        tree = parse_sum(tokens)
        expect(tokens, ")")
        return tree
    if token.endswith("%"):
        return Percent(float(Fraction(token[:-1].strip()) / 100))
    found = re.fullmatch(r"([\d.]+)\s*([A-Z]{3})/(.+)", token)
    kind_and_size = unit(found[3]) if found else None
    if found is None or kind_and_size is None:
        raise ValueError(f"cannot read the duty term {token!r}")
    kind, size = kind_and_size
    # Section 2: "b for the base unit of its kind, amount over unit size rounded once".
    return Specific(float(Fraction(found[1]) / size), found[2], kind)


def expect(tokens: list[str], token: str) -> None:
    """Take `token` off the front."""
    if not tokens or tokens.pop(0) != token:
        raise ValueError(f"{token!r} expected in a duty")


def terms(duty: Any) -> list[Any]:
    """All Percent and Specific terms from left to right."""
    return [term for part in duty.parts for term in terms(part)] if isinstance(duty, Node) else [duty]


def kinds(duty: Any) -> list[str]:
    """The kinds that the duty names, in order of first appearance."""
    return list(dict.fromkeys(term.kind for term in terms(duty) if isinstance(term, Specific)))


def has_specific(duty: Any) -> bool:
    """Section 4, last paragraph: b > 0 (a term of nothing for a kilogram is no specific part)."""
    return any(isinstance(term, Specific) and term.b != 0 for term in terms(duty))


def purely_specific(duty: Any) -> bool:
    """No percentage stands in the expression. A charge of nothing is no case of it: its rate is known to be 0."""
    return has_specific(duty) and not any(isinstance(term, Percent) for term in terms(duty))


def evaluate(duty: Any, specific: Callable[[Specific], float]) -> float:
    """The table of forms of section 2, with `specific` giving s for each specific term; all in double."""
    if isinstance(duty, Percent):
        return duty.share
    if isinstance(duty, Specific):
        return specific(duty)
    values = [evaluate(part, specific) for part in duty.parts]
    if duty.operation == "max":
        return max(values)
    if duty.operation == "min":
        return min(values)
    return values[0] + values[1] if duty.operation == "+" else values[0] - values[1]


def ad_valorem(duty: Any) -> float:
    """Section 2, The ad valorem part: what is left when the specific terms are taken out; 0 if nothing is."""
    left = without_specific(duty)
    return 0.0 if left is None else left


def without_specific(duty: Any) -> float | None:
    """The duty without its specific terms; None where nothing is left."""
    if isinstance(duty, Percent):
        return duty.share
    if isinstance(duty, Specific):
        return None
    values = [without_specific(part) for part in duty.parts]
    left = [value for value in values if value is not None]
    if not left:
        return None
    if duty.operation == "max":
        return max(left)
    if duty.operation == "min":
        return min(left)
    if duty.operation == "+":
        return left[0] + left[1] if len(left) == 2 else left[0]
    return (values[0] or 0.0) - (values[1] or 0.0)


# ---- the study, read and checked (sections 1 and 7)


@dataclass(frozen=True)
class Row:
    """A row of trade that is not set aside: value in the study's currency, first quantity of each kind."""

    period: str
    code: str
    partner: str
    value: float
    quantities: dict[str, Fraction] = field(hash=False)


@dataclass
class Reading:
    """A study with its texts read: schedules as {year: {line: duty tree}}, rows, fx, options, bridges."""

    study: Study
    applied: dict[int, dict[str, Any]]
    bound: dict[int, dict[str, Any]]
    rows: list[Row]
    aside: list[int]
    fx: dict[tuple[str, str], float]
    options: dict[str, Any]
    bridges: list[tuple[str, str, str, Fraction]]

    @property
    def base_periods(self) -> list[str]:
        return list(self.study["base"]["periods"]) if self.study.get("base") else []

    def is_own(self, year: int) -> bool:
        """Section 3: a year before the base's first_year uses its own trade."""
        base = self.study.get("base")
        return not base or year < base["first_year"]


def read(study: Study) -> Reading:
    """Read and check everything; ValueError for what section 7's last paragraph calls an error."""
    applied, bound = read_schedules(study["applied"]), read_schedules(study.get("bound") or [])
    rows, aside = read_trade(study, [*applied.values(), *bound.values()])
    options = DEFAULT_OPTIONS | study.get("options", {})
    fx = {(row["period"], row["currency"]): row["fx"] for row in study.get("fx") or []}
    reading = Reading(study, applied, bound, rows, aside, fx, options, read_bridges(study))
    traded = {row.period for row in rows}
    for period in reading.base_periods:
        if period not in traded:
            raise ValueError(f"no trade in base period {period}")
    for year in applied | bound:
        if reading.is_own(year) and str(year) in traded and len(periods_of_own_year(reading, year)) > 1:
            raise ValueError(f"trade both for {year} and for parts of it")
    applied_year = (study.get("base") or {}).get("applied_year")
    if applied_year is not None and applied_year not in applied:
        raise ValueError(f"no applied schedule of {applied_year}")
    return reading


def read_schedules(table: Table) -> dict[int, dict[str, Any]]:
    """{year: {line: duty}}; a duplicate line or codes of differing length in one schedule are errors."""
    schedules: dict[int, dict[str, Any]] = {}
    for row in table:
        lines = schedules.setdefault(row["year"], {})
        if row["line"] in lines:
            raise ValueError(f"{row['year']} has {row['line']} twice")
        lines[row["line"]] = parse(row["duty"])
    for year, lines in schedules.items():
        if len({len(line) for line in lines}) > 1:
            raise ValueError(f"codes of differing length in {year}")
    return schedules


def read_bridges(study: Study) -> list[tuple[str, str, str, Fraction]]:
    """(prefix, kind from, kind to, base units of the latter for one base unit of the former)."""
    bridges = []
    for bridge in study.get("bridges") or []:
        from_unit, to_unit = unit(bridge["from"]), unit(bridge["to"])
        if from_unit is None or to_unit is None:
            raise ValueError(f"cannot read the units of bridge {bridge}")
        factor = Fraction(bridge["factor"]) * to_unit[1] / from_unit[1]
        bridges.append((bridge["prefix"], from_unit[0], to_unit[0], factor))
    return bridges


def read_trade(study: Study, schedules: list[dict[str, Any]]) -> tuple[list[Row], list[int]]:
    """Rows in use, and the positions of those set aside or dropped."""
    dropped = {(row["period"], row["line"], row["partner"]) for row in study.get("drop") or []}
    factors = study.get("valuation") or {}
    rows, aside = [], []
    for position, row in enumerate(study["trade"]):
        key = (row.get("period"), row.get("line"), row.get("partner"))
        if key in dropped or not all(key) or is_bad(row, schedules):
            aside.append(position)
            continue
        value = row["value"] * factors.get(row["partner"], 1.0)
        rows.append(Row(*key, value, row_quantities(row)))
    return rows, aside


def is_bad(row: dict[str, Any], schedules: list[dict[str, Any]]) -> bool:
    """Section 7, Quantities: is the whole row set aside?"""
    value = row.get("value")
    if absent(value) or not 0 < value < math.inf:
        return True
    if any(amount < 0 or amount == math.inf for amount, _ in raw_quantities(row)):
        return True
    code = row["line"]
    if not re.fullmatch(r"[0-9]{4,12}", code):
        return True
    lengths = {len(next(iter(lines))) for lines in schedules}
    if len(code) % 2 and len(code) not in lengths:
        return True
    if len(code) > max(lengths):
        return not any(code[: len(next(iter(lines)))] in lines for lines in schedules)
    return False


def absent(number: float | None) -> bool:
    """Nothing stands there."""
    return number is None or math.isnan(number)


def raw_quantities(row: dict[str, Any]) -> list[tuple[float, str | None]]:
    """(amount, unit text) in order of precedence, absent ones left out; net_mass_kg comes last."""
    pairs = [
        (row.get("quantity"), row.get("unit")),
        (row.get("quantity_2"), row.get("unit_2")),
        (row.get("net_mass_kg"), "kg"),
    ]
    return [(amount, text) for amount, text in pairs if not absent(amount)]


def row_quantities(row: dict[str, Any]) -> dict[str, Fraction]:
    """Section 7, Quantities: the first of a kind counts, zero is none, an unknown unit voids the quantity."""
    found: dict[str, Fraction] = {}
    for amount, text in raw_quantities(row):
        kind_and_size = unit(text)
        if kind_and_size is not None and amount > 0:
            kind, size = kind_and_size
            found.setdefault(kind, Fraction(amount) * size)
    return found


def is_excluded(reading: Reading, partner: str, period: str) -> bool:
    """Section 2, Partners: is this partner outside MFN in this period?"""
    study = reading.study
    if partner in (study.get("exclude") or []):
        return True
    if partner in (study.get("exclude_by_period") or {}).get(period, []):
        return True
    for row in study.get("partners") or []:
        first, last = row.get("first_period"), row.get("last_period")
        since = not first or period >= first
        until = not last or period <= last or period.startswith(last)
        if row["partner"] == partner and row["treatment"] == "excluded" and since and until:
            return True
    return False


def periods_of_own_year(reading: Reading, year: int) -> list[str]:
    """Section 7, Own years: the year's label alone, or with a suffix that does not start with a digit."""
    label = re.compile(rf"{year}(\D.*)?")
    return sorted({row.period for row in reading.rows if label.fullmatch(row.period)})


# ---- records and observations (sections 2, 3 and 7)


@dataclass
class Record:
    """All rows of one (period, code, partner), the code cut to the tariff's length."""

    period: str
    code: str
    partner: str
    excluded: bool
    rows: list[Row]
    reach: str = ""
    own: str | None = None

    @property
    def value(self) -> float:
        """The whole value, for weights and for min_value."""
        return math.fsum(row.value for row in self.rows)


def merge(reading: Reading, periods: Iterable[str], length: int) -> list[Record]:
    """Section 2, Adding up: rows of the same (period, line, partner) are one observation."""
    records: dict[tuple[str, str, str], Record] = {}
    wanted = set(periods)
    for row in reading.rows:
        if row.period in wanted:
            key = (row.period, row.code[:length], row.partner)
            excluded = is_excluded(reading, row.partner, row.period)
            records.setdefault(key, Record(*key, excluded, [])).rows.append(row)
    return [records[key] for key in sorted(records)]


def place(reading: Reading, records: list[Record], lines: Iterable[str]) -> None:
    """Section 3, Trade recorded at other lengths: set each record's reach (as a code) and own line."""
    tariff = list(lines)
    for record in records:
        under = [line for line in tariff if line.startswith(record.code)]
        if reading.options["short_codes"] == "donors":
            record.reach, record.own = record.code, record.code if record.code in tariff else None
        elif under:
            record.reach = common_prefix(under)
            record.own = under[0] if len(under) == 1 else None
        else:
            record.reach, record.own = record.code, None


def common_prefix(codes: list[str]) -> str:
    """The longest prefix that all codes share."""
    prefix = codes[0]
    while not all(code.startswith(prefix) for code in codes):
        prefix = prefix[:-1]
    return prefix


def bridged(reading: Reading, row: Row, kind: str) -> Fraction | None:
    """The row's quantity of a kind, in base units, by its longest bridge if it has none itself."""
    if kind in row.quantities:
        return row.quantities[kind]
    fitting = [
        (prefix, row.quantities[from_kind] * factor)
        for prefix, from_kind, to_kind, factor in reading.bridges
        if row.code.startswith(prefix) and to_kind == kind and from_kind in row.quantities
    ]
    return max(fitting, key=lambda bridge: len(bridge[0]))[1] if fitting else None


@dataclass
class Observation:
    """A record as one duty sees it: quantity (base units) and value by kind, fx by currency, the rate."""

    record: Record
    quantity: dict[str, float]
    value: dict[str, float]
    fx: dict[str, float]
    rate: float
    outlier: bool


def observe(reading: Reading, record: Record, duty: Any, year: int) -> Observation | None:
    """Section 2: the rate of one observation; None where it has no usable quantity."""
    quantity, value = {}, {}
    for kind in kinds(duty):
        carrying = [(row.value, bridged(reading, row, kind)) for row in record.rows]
        carrying = [(v, q) for v, q in carrying if q is not None]
        if not carrying:
            return None
        quantity[kind] = float(sum(q for _, q in carrying))
        value[kind] = math.fsum(v for v, _ in carrying)
    currencies = {term.currency for term in terms(duty) if isinstance(term, Specific)}
    period = record.period if reading.options["fx_period"] == "trade" else str(year)
    fx = {currency: exchange_rate(reading, period, currency) for currency in sorted(currencies)}

    def specific(term: Specific) -> float:
        return term.b * fx[term.currency] * (quantity[term.kind] / value[term.kind])

    rate = evaluate(duty, specific)
    return Observation(record, quantity, value, fx, rate, rate > reading.options["outlier"])


def exchange_rate(reading: Reading, period: str, currency: str) -> float:
    """The study's currency for one unit of `currency`; an error where absent or not positive."""
    if currency == reading.study.get("currency", "USD"):
        return 1.0
    rate = reading.fx.get((period, currency))
    if rate is None or not 0 < rate < math.inf:
        raise ValueError(f"no exchange rate for {currency} in {period}")
    return rate


# ---- the rate of a line under one schedule (section 3)


@dataclass
class Rated:
    """A line under one schedule. `level` is 0 for none; `seen` are the observations, outliers included."""

    rate: float | None
    ad_valorem: float
    has_specific: bool
    level: int
    seen: list[Observation]
    kept: int
    outliers: int
    no_quantity: int
    binding: int
    imports: float = 0.0
    matched: bool = True


def rate_schedule(reading: Reading, year: int, duties: dict[str, Any]) -> dict[str, Rated]:
    """Every line of a schedule, from its own year's trade or from the base period."""
    own_year = reading.is_own(year)
    periods = periods_of_own_year(reading, year) if own_year else reading.base_periods
    length = len(next(iter(duties)))
    records = merge(reading, periods, length)
    place(reading, records, duties)
    eligible = [record for record in records if is_eligible(reading, record, records, own_year)]
    known = base_codes(reading)
    rated = {}
    for line, duty in sorted(duties.items()):
        own = [record for record in records if record.own == line]
        matched = own_year or is_matched(reading, line, own, known)
        borrows = not own_year and (reading.options["match_on"] == "imports" or not matched)
        level, seen = find_observations(reading, line, duty, year, eligible, borrows)
        result = rate_line(reading, duty, seen, level)
        # Section 7, Donors found: no_quantity always counts the line's own.
        result.no_quantity = sum(not r.excluded and observe(reading, r, duty, year) is None for r in own)
        result.imports = imports_of(reading, own, own_year)
        result.matched = matched
        rated[line] = result
    return rated


def is_eligible(reading: Reading, record: Record, records: list[Record], own_year: bool) -> bool:
    """May this record take part in an AVE: its partner (section 2), min_value (7), base_partners (3)."""
    if record.excluded or record.value < reading.options["min_value"]:
        return False
    if own_year or reading.options["base_partners"] == "any":
        return True
    present = {r.period for r in records if (r.code, r.partner) == (record.code, record.partner)}
    return present == set(reading.base_periods)


def base_codes(reading: Reading) -> set[str]:
    """Section 7, Base-period codes: those of the applied schedules of base periods that are plain years."""
    plain = [int(period) for period in reading.base_periods if re.fullmatch(r"\d{4}", period)]
    return {line for year in plain for line in reading.applied.get(year, {})}


def is_matched(reading: Reading, line: str, own: list[Record], known: set[str]) -> bool:
    """Section 3, Matched lines: `own` are the line's own base-period records, of any partner."""
    if reading.options["match_on"] == "imports":
        return any(not record.excluded for record in own)
    return line in known or bool(own)


def find_observations(
    reading: Reading, line: str, duty: Any, year: int, records: list[Record], borrows: bool
) -> tuple[int, list[Observation]]:
    """Section 3: the line's own usable observations, or else its donors' at the first level that has any."""
    sources = [(len(line), [record for record in records if record.own == line])]
    if borrows:
        for k in reading.options["levels"]:
            alike = [r for r in records if len(r.reach) >= k and len(line) >= k and r.reach[:k] == line[:k]]
            sources.append((k, alike))
    for level, candidates in sources:
        seen = [observe(reading, record, duty, year) for record in candidates]
        usable = [observation for observation in seen if observation is not None]
        if usable:
            return level, usable
    return 0, []


def rate_line(reading: Reading, duty: Any, seen: list[Observation], level: int) -> Rated:
    """Section 3, equations 2 and 5-8: the mean over the kept observations, or what stands in for it."""
    kept = [observation for observation in seen if not observation.outlier]
    alone = ad_valorem(duty)
    rate: float | None
    if kept and reading.options["method"] == "pooled":
        rate = pooled(duty, kept)
    elif kept:
        rate = math.fsum(observation.rate for observation in kept) / len(kept)  # eq. 2, 5 and 7
    elif purely_specific(duty):
        rate = None if reading.options["unresolved"] == "null" else 0.0
    else:
        rate = alone
    binding = sum(observation.rate != alone for observation in kept)
    return Rated(rate, alone, has_specific(duty), level, seen, len(kept), len(seen) - len(kept), 0, binding)


def pooled(duty: Any, kept: list[Observation]) -> float:
    """Section 7, Pooled method: s = sum(b fx q) / sum(v), then the duty's form once."""

    def specific(term: Specific) -> float:
        duties = math.fsum(term.b * o.fx[term.currency] * o.quantity[term.kind] for o in kept)
        return duties / math.fsum(o.value[term.kind] for o in kept)

    return evaluate(duty, specific)


def imports_of(reading: Reading, own: list[Record], own_year: bool) -> float:
    """Section 7, Weights: own years all partners (or MFN ones), base years MFN partners; all the value."""
    everyone = own_year and reading.options["weights"] == "all"
    return math.fsum(row.value for record in own if everyone or not record.excluded for row in record.rows)


# ---- applied and bound (section 3, eq. 19; section 7)


def carry(reading: Reading, line: str, rated: dict[str, Rated]) -> Rated | None:
    """Section 7, Bound years and Small print of matching: an applied schedule's result for a bound line."""
    if line in rated:
        return rated[line]
    for k in reading.options["levels"]:
        alike = [
            one
            for code, one in sorted(rated.items())
            if min(len(code), len(line)) >= k and code[:k] == line[:k] and one.rate is not None
        ]
        if alike:
            return Rated(
                rate=math.fsum(one.rate for one in alike if one.rate is not None) / len(alike),
                ad_valorem=math.fsum(one.ad_valorem for one in alike) / len(alike),
                has_specific=any(one.has_specific for one in alike),
                level=k,
                seen=[observation for one in alike for observation in one.seen],
                kept=sum(one.kept for one in alike),
                outliers=sum(one.outliers for one in alike),
                no_quantity=sum(one.no_quantity for one in alike),
                binding=sum(one.binding for one in alike),
            )
    return None


def is_tie(applied: float, bound: float) -> bool:
    """Section 7, Bound years: ties within 1e-12 relative."""
    return abs(applied - bound) <= 1e-12 * max(abs(applied), abs(bound))


def applied_is_lesser(applied: float, bound: float) -> bool:
    """The governing rule over two numbers; applied on a tie."""
    return applied < bound or is_tie(applied, bound)


def governing(applied: Rated | None, bound: Rated | None) -> str:
    """Which side governs (section 3, Lines that can't be known; section 7, Bound years, More on nulls)."""
    if applied is None:
        return "bound"
    if bound is None or bound.rate is None:
        return "applied"
    if applied.rate is None:
        return "bound"
    return "applied" if applied_is_lesser(applied.rate, bound.rate) else "bound"


Charges = dict[str, dict[str, Rated | None]]


def sides(reading: Reading, year: int, cache: dict[int, dict[str, Rated]]) -> Charges:
    """{line: {"applied": ..., "bound": ...}} over the lines of a year: the bound schedule's if it has one."""

    def applied(of_year: int) -> dict[str, Rated]:
        if of_year not in cache:
            cache[of_year] = rate_schedule(reading, of_year, reading.applied[of_year])
        return cache[of_year]

    if year not in reading.bound:
        return {line: {"applied": one, "bound": None} for line, one in applied(year).items()}
    bound = rate_schedule(reading, year, reading.bound[year])
    source = year if year in reading.applied else (reading.study.get("base") or {}).get("applied_year")
    carried = {} if source is None else applied(source)
    return {line: {"applied": carry(reading, line, carried), "bound": bound[line]} for line in sorted(bound)}


def years_of(reading: Reading) -> list[int]:
    """Every year with a schedule of either sort."""
    return sorted(reading.applied.keys() | reading.bound.keys())


def rates(study: Study) -> Table:
    """The rows of rates.parquet (DESIGN.md), by year and line."""
    reading = read(study)
    cache: dict[int, dict[str, Rated]] = {}
    table = []
    for year in years_of(reading):
        for line, pair in sorted(sides(reading, year, cache).items()):
            table.append({"year": year, "line": line} | rates_row(pair["applied"], pair["bound"]))
    return table


def rates_row(applied: Rated | None, bound: Rated | None) -> dict[str, Any]:
    """All columns of rates.parquet but year and line."""
    side = governing(applied, bound)
    one = applied if side == "applied" else bound
    this_line = bound or applied  # the line itself: imports and matched belong to it, not to what it carries
    assert one is not None
    assert this_line is not None
    parts = [other.ad_valorem for other in (applied, bound) if other is not None]
    if len(parts) == 2:
        parts = parts[:1] if applied_is_lesser(*parts) else parts[1:]
    return {
        "rate": one.rate,
        "applied": applied.rate if applied else None,
        "bound": bound.rate if bound else None,
        "ad_valorem": parts[0],
        "governs": side,
        "has_specific": one.has_specific,
        "match_level": one.level,
        "observations": one.kept,
        "outliers": one.outliers,
        "no_quantity": one.no_quantity,
        "specific_share": one.binding / one.kept if one.kept else None,
        "imports": this_line.imports,
        "matched": this_line.matched,
    }


def observations(study: Study, line: str, year: int, side: str = "applied") -> Table:
    """The observations behind a line's rate: its own, its donors', or those of the lines it is carried from.

    For a duty of several kinds, `value` and `quantity` are those of the first kind, `fx` of the first
    currency by name.
    An ad valorem duty has the whole value, and neither quantity nor fx.
    """
    reading = read(study)
    one = sides(reading, year, {})[line][side]
    table = []
    for seen in one.seen if one else []:
        row: dict[str, Any] = {"period": seen.record.period, "partner": seen.record.partner}
        row["code"] = seen.record.code
        row["value"] = next(iter(seen.value.values()), seen.record.value)
        row["quantity"] = next(iter(seen.quantity.values()), None)
        row["fx"] = next(iter(seen.fx.values()), None)
        table.append(row | {"rate": seen.rate, "kept": not seen.outlier})
    return sorted(table, key=lambda row: (row["period"], row["partner"], row["code"]))


def set_aside(study: Study) -> list[int]:
    """Positions in study["trade"] of the rows that are out of everything, those in `drop` included."""
    return read(study).aside


# ---- averages of a year (section 4)


def mean(numbers: list[float]) -> float | None:
    """Simple mean; None of nothing."""
    return math.fsum(numbers) / len(numbers) if numbers else None


def deviation(numbers: list[float]) -> float | None:
    """Simple standard deviation with n-1; None of fewer than two."""
    centre = mean(numbers)
    if centre is None or len(numbers) < 2:
        return None
    return math.sqrt(math.fsum((number - centre) ** 2 for number in numbers) / (len(numbers) - 1))


def weighing(rows: Table) -> Table:
    """Lines that carry weight: matched, with a rate (section 7, Weights and Nulls)."""
    return [row for row in rows if row["matched"] and row["rate"] is not None]


def weighted(rows: Table, column: str) -> float | None:
    """Mean of a column with imports as weights; None where nothing weighs."""
    total = math.fsum(row["imports"] for row in weighing(rows))
    return math.fsum(row["imports"] * row[column] for row in weighing(rows)) / total if total > 0 else None


def weighted_deviation(rows: Table) -> float | None:
    """sqrt(sum w (T - TW)^2) about the unadjusted mean."""
    centre = weighted(rows, "rate")
    if centre is None:
        return None
    squares = [row | {"square": (row["rate"] - centre) ** 2} for row in weighing(rows)]
    spread = weighted(squares, "square")
    return None if spread is None else math.sqrt(spread)


def has_water(row: dict[str, Any]) -> bool:
    """Section 3, Water: bound above applied, by more than a tie."""
    applied, bound = row["applied"], row["bound"]
    return applied is not None and bound is not None and bound > applied and not is_tie(applied, bound)


def known_rates(rows: Table) -> list[float]:
    """The rates that are not null."""
    return [row["rate"] for row in rows if row["rate"] is not None]


def summary(study: Study, rates_rows: Table) -> Table:
    """The rows of summary.csv (DESIGN.md), by year."""
    reading = read(study)
    unresolved = unresolved_by_year(study, rates_rows)
    table = []
    for year in sorted({row["year"] for row in rates_rows}):
        rows = [row for row in rates_rows if row["year"] == year]
        table.append(summary_of_year(year, rows, reading.is_own(year), unresolved.get(year, 0)))
    return table


def unresolved_by_year(study: Study, rates_rows: Table) -> dict[int, int]:
    """Lines without a rate; `unresolved = "zero"` keeps the count (section 7, More on nulls)."""
    if study.get("options", {}).get("unresolved", "null") == "zero":
        rates_rows = rates(study | {"options": study["options"] | {"unresolved": "null"}})
    counts: dict[int, int] = {}
    for row in rates_rows:
        counts[row["year"]] = counts.get(row["year"], 0) + (row["rate"] is None)
    return counts


def summary_of_year(year: int, rows: Table, own_year: bool, unresolved: int) -> dict[str, Any]:
    """Section 4 for one year: equations 3, 4, 9-13, 17, 18, 20 and 21."""
    simple, matched = mean(known_rates(rows)), known_rates([row for row in rows if row["matched"]])
    unadjusted = weighted(rows, "rate")
    if own_year:
        adjust: float | None = 0.0
    elif simple is None or not matched:
        adjust = None
    else:
        adjust = simple - math.fsum(matched) / len(matched)
    alone = [row["ad_valorem"] for row in rows]
    return {
        "year": year,
        "lines": len(rows),
        "specific_lines": sum(row["has_specific"] for row in rows),
        "simple_mean": simple,
        "simple_sd": deviation(known_rates(rows)),
        "weighted_mean": None if unadjusted is None or adjust is None else unadjusted + adjust,
        "weighted_sd": weighted_deviation(rows),
        "bound_mean": mean([row["bound"] for row in rows if row["bound"] is not None]),
        "water_lines": sum(has_water(row) for row in rows),
        "unresolved_lines": unresolved,
        "ad_valorem_simple_mean": mean(alone),
        "ad_valorem_simple_sd": deviation(alone),
        "ad_valorem_weighted_mean": weighted(rows, "ad_valorem"),
        "matched_lines": sum(row["matched"] for row in rows),
        "matched_mean": mean(matched),
        "matched_sd": deviation(matched),
        "weighted_mean_unadjusted": unadjusted,
        "adjust": adjust,
        "hs6_mean": hs6_mean(rows),
    }


def hs6_mean(rows: Table) -> float | None:
    """Lines averaged to HS6 first."""
    by_hs6: dict[str, list[float]] = {}
    for row in rows:
        if row["rate"] is not None:
            by_hs6.setdefault(row["line"][:6], []).append(row["rate"])
    return mean([math.fsum(some) / len(some) for some in by_hs6.values()])


def group(study: Study, rates_rows: Table, name: str) -> Table:
    """The rows of group_<name>.csv without `name`, by group and year; "chapter" is always there."""
    prefixes = [] if name == "chapter" else study["groups"][name]

    def group_of(line: str) -> str:
        if name == "chapter":
            return line[:2]
        fitting = [row for row in prefixes if line.startswith(row["prefix"])]
        return max(fitting, key=lambda row: len(row["prefix"]))["group"] if fitting else "unassigned"

    table = []
    cells = sorted({(group_of(row["line"]), row["year"]) for row in rates_rows})
    for label, year in cells:
        everything = [row for row in rates_rows if row["year"] == year]
        rows = [row for row in everything if group_of(row["line"]) == label]
        total = math.fsum(row["imports"] for row in weighing(everything))
        weight = math.fsum(row["imports"] for row in weighing(rows))
        table.append(
            {
                "group": label,
                "year": year,
                "lines": len(rows),
                "specific_lines": sum(row["has_specific"] for row in rows),
                "simple_mean": mean(known_rates(rows)),
                "simple_sd": deviation(known_rates(rows)),
                "weighted_mean": weighted(rows, "rate"),
                "import_share": weight / total if total > 0 else None,
                "water_lines": sum(has_water(row) for row in rows),
            }
        )
    return table
