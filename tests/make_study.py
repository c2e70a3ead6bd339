"""Small random studies with every trap of METHOD.md in them, the same from the same seed.

`make(seed, **knobs)` gives a plain dict as `reference.py` takes it, `to_tables` its Arrow tables in the
native schemas of DESIGN.md, `to_toml` a folder with the files and a study.toml for the command line.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

Study = dict[str, Any]
Row = dict[str, Any]

# Heading, then: price in USD for one base unit, units of the duty with their sizes, units of the trade with
# theirs, a unit of another kind. Cars trade by the piece and reach cm3 by a bridge.
GOODS: dict[str, tuple[float, dict[str, float], dict[str, float], str]] = {
    "0201": (
        4.0,
        {"kg": 1, "100 kg": 100, "t": 1000},
        {"kg": 1, "t": 1000, "g": 0.001, "100 kg": 100},
        "piece",
    ),
    "1806": (3.0, {"kg": 1}, {"kg": 1, "t": 1000}, "pair"),
    "2203": (1.2, {"l": 1, "hl": 100}, {"l": 1, "hl": 100, "1000 l": 1000}, "kg"),
    "2208": (9.0, {"l": 1, "lpa": 1}, {"l": 1, "lpa": 1, "100 lpa": 100}, "kg"),
    "2402": (0.05, {"1000 piece": 1000}, {"1000 piece": 1000, "piece": 1}, "kg"),
    "6403": (20.0, {"pair": 1}, {"pair": 1}, "kg"),
    "8517": (40.0, {"piece": 1, "100 piece": 100}, {"piece": 1, "12 piece": 12}, "kg"),
    "8703": (8.0, {"cm3": 1}, {"piece": 1500, "cm3": 1}, "kg"),
}
TIES = "1701"  # a heading of exact ties, see `tie_lines`
MFN = ["DEU", "CHN", "TUR", "FRA", "USA", "BRA"]
BAD_UNITS = ["furlong", "kg N", None, ""]
CURRENCIES = ["EUR", "GBP", "USD"]

CHOICES: dict[str, list[Any]] = {
    "outlier": [10.0, 10.0, 1.5],
    "match_on": ["classification", "imports"],
    "levels": [[8, 6, 4], [8, 6, 4], [8, 4], [6]],
    "method": ["partner", "partner", "pooled"],
    "unresolved": ["null", "null", "zero"],
    "short_codes": ["reach", "reach", "donors"],
    "base_partners": ["any", "any", "all"],
    "min_value": [0.0, 0.0, 50.0],
    "weights": ["all", "mfn"],
    "fx_period": ["trade", "trade", "schedule"],
}
SHAPE: dict[str, list[Any]] = {
    "headings": [3, 4, 5],  # how many headings besides TIES
    "own_years": [[2008, 2009, 2010], [2009, 2010]],
    "base_periods": [["2009", "2010", "2011H1"], ["2008", "2009", "2010", "2011H1"]],
    "bound_years": [[2012, 2013, 2014], [2012], []],
    "monthly": [False, True],  # is the first own year recorded by months, where it is no base period
    "base": [True],  # False: no base period at all, every year its own
    "applied_2012": [None, None, "same"],  # or "differ": an applied schedule beside the bound one of 2012
    "partner_table": [False, True],  # partners.csv instead of lists
    "valuation": [False, True],
    "bad_rows": [True],
    "odd_duties": [False],  # terms of nothing for a kilogram, 0 % beside a specific term, a bare negative slope
    "digits": [10],  # of the tariff's codes; 8 or 6 leave the trade at up to 12
    "density": [1.0],  # scales how many codes have trade in a period
}


def make(seed: int, **knobs: Any) -> Study:
    """A random study; a knob (any key of CHOICES or SHAPE) fixes what is otherwise drawn.

    Every knob is drawn whether it is given or not, so fixing one leaves the rest of the study as it was.
    """
    rng = random.Random(seed)
    drawn = {name: rng.choice(values) for name, values in (CHOICES | SHAPE).items()}
    unknown = knobs.keys() - drawn.keys()
    if unknown:
        raise TypeError(f"unknown knobs: {sorted(unknown)}")
    drawn |= knobs
    years = drawn["own_years"]
    periods = sorted({*drawn["base_periods"], *map(str, years)})
    months = drawn["monthly"] and str(years[0]) not in drawn["base_periods"]
    if months:
        periods = sorted({*periods, f"{years[0]}M03", f"{years[0]}M09"} - {str(years[0])})
    schedules = make_schedules(rng, drawn)
    trade = make_trade(rng, periods, schedules, drawn)
    schedules["applied"] = shorten(schedules["applied"], drawn["digits"])
    schedules["bound"] = shorten(schedules["bound"], drawn["digits"])
    study: Study = {
        "name": f"made-{seed}",
        "note": "made up",
        "currency": "USD",
        "value_basis": "CIF",
        "trade": trade,
        "applied": schedules["applied"],
        "bound": schedules["bound"] or None,
        "fx": make_fx(rng, sorted({*periods, *(str(year) for year in range(2008, 2016))})),
        "valuation": {"TUR": 1.05, "BRA": 1.125} if drawn["valuation"] else {},
        "base": {"periods": drawn["base_periods"], "first_year": 2011, "applied_year": 2011},
        "options": {name: drawn[name] for name in CHOICES} | {"mislabelled": "report", "strict": False},
        "groups": {"industry": make_groups(rng, schedules)},
        "bridges": make_bridges(),
        "drop": [{key: row[key] for key in ("period", "line", "partner")} for row in rng.sample(trade, 2)],
    }
    study["drop"] = [row for row in study["drop"] if all(row.values())]
    if not drawn["base"]:
        study["base"] = None
        study["bound"] = None
        study["applied"] = [row for row in study["applied"] if row["year"] in years]
    return study | make_partners(drawn["partner_table"])


def make_partners(table: bool) -> Study:
    """Two partners excluded always and one through 2009, by lists or by a table."""
    if not table:
        by_period = {"2008": ["GEO"], "2008M03": ["GEO"], "2008M09": ["GEO"], "2009": ["GEO"]}
        return {"exclude": ["BLR", "KAZ"], "exclude_by_period": by_period, "partners": []}
    rows = [
        ("BLR", "excluded", None, None),
        ("KAZ", "excluded", "2000", None),
        ("GEO", "excluded", None, "2009"),
        ("DEU", "mfn", None, None),
    ]
    names = ("partner", "treatment", "first_period", "last_period")
    return {
        "exclude": [],
        "exclude_by_period": {},
        "partners": [dict(zip(names, row, strict=True)) for row in rows],
    }


def make_fx(rng: random.Random, periods: list[str]) -> list[Row]:
    """EUR and GBP for every label; USD, the study's own, has no row."""
    return [
        {"period": period, "currency": currency, "fx": round(centre * rng.uniform(0.8, 1.25), 4)}
        for period in periods
        for currency, centre in (("EUR", 1.3), ("GBP", 1.6))
    ]


def make_bridges() -> list[Row]:
    """Cars: engine volume by HS6, and one for the rest of the heading."""
    table = [("870321", 500), ("870322", 1250), ("870323", 2250), ("8703", 2000)]
    return [{"prefix": prefix, "from": "piece", "to": "cm3", "factor": factor} for prefix, factor in table]


def make_groups(rng: random.Random, schedules: dict[str, list[Row]]) -> list[Row]:
    """Industries by heading, some HS6 elsewhere, one heading in none."""
    lines = sorted({row["line"] for row in schedules["applied"] + schedules["bound"]})
    headings = sorted({line[:4] for line in lines})
    table = [{"prefix": heading, "group": rng.choice(["food", "other"])} for heading in headings[1:]]
    some = rng.sample(sorted({line[:6] for line in lines}), 2)
    return table + [{"prefix": prefix, "group": "special"} for prefix in some]


# ---- schedules


def make_schedules(rng: random.Random, drawn: Row) -> dict[str, list[Row]]:
    """Applied and bound schedules whose codes change between vintages; "codes" is the first vintage whole."""
    headings = rng.sample(sorted(GOODS), drawn["headings"])
    codes = sorted({code for heading in headings for code in some_codes(rng, heading)})
    odd = drawn["odd_duties"]
    duties = {code: make_duty(rng, code[:4], odd) for code in codes}
    applied: list[Row] = []
    for year in drawn["own_years"]:
        duties = {code: make_duty(rng, code[:4], odd) if rng.random() < 0.2 else duties[code] for code in duties}
        listed = [code for code in sorted(duties) if rng.random() < 0.93]
        applied += schedule(year, {code: duties[code] for code in listed} | tie_lines())
    unused = sorted(GOODS.keys() - set(headings))
    duties = next_vintage(rng, duties, unused[:1], odd)
    applied += schedule(2011, duties | tie_lines())
    bound: list[Row] = []
    if drawn["bound_years"]:
        bound_duties = next_vintage(rng, duties, unused[1:2], odd)
        for year in drawn["bound_years"]:
            bound_duties = {
                code: make_duty(rng, code[:4], odd) if rng.random() < 0.2 else duty
                for code, duty in bound_duties.items()
            }
            bound += schedule(year, bound_duties | tie_lines())
        if drawn["applied_2012"] == "same":
            own = {code: make_duty(rng, code[:4], odd) for code in bound_duties}
            applied += schedule(2012, own | tie_lines())
        elif drawn["applied_2012"] == "differ":
            applied += schedule(2012, next_vintage(rng, bound_duties, [], odd) | tie_lines())
    return {"applied": applied, "bound": bound, "codes": [{"line": code} for code in codes]}


def schedule(year: int, duties: dict[str, str]) -> list[Row]:
    """Rows of one schedule."""
    return [{"year": year, "line": line, "duty": duty} for line, duty in sorted(duties.items())]


def shorten(rows: list[Row], digits: int) -> list[Row]:
    """The schedules with codes cut, the first line of each code kept."""
    first: dict[tuple[int, str], Row] = {}
    for row in rows:
        first.setdefault((row["year"], row["line"][:digits]), row | {"line": row["line"][:digits]})
    return list(first.values())


def some_codes(rng: random.Random, heading: str) -> list[str]:
    """Ten-digit codes that share 4, 6 and 8 digits; some HS6 and some HS8 have a single line."""
    return [
        f"{heading}{six}{eight}{ten}"
        for six in rng.sample(["10", "21", "22", "23", "90"], rng.randint(1, 3))
        for eight in rng.sample(["00", "10", "90"], rng.randint(1, 2))
        for ten in rng.sample(["00", "10", "20", "90"], rng.randint(1, 3))
    ]


def next_vintage(rng: random.Random, duties: dict[str, str], new: list[str], odd: bool) -> dict[str, str]:
    """Some lines gone, some with other duties, new ones with relatives at 8, 6 and 4 digits and with none."""
    lines = {
        code: make_duty(rng, code[:4], odd) if rng.random() < 0.3 else duty
        for code, duty in duties.items()
        if code[:4] != TIES and rng.random() < 0.85
    }
    for code in rng.sample(sorted(lines), min(6, len(lines))):
        digits = rng.choice([8, 8, 6, 4])
        fresh = (code[:digits] + f"{rng.randint(0, 999999):06d}")[:10]
        lines[fresh] = make_duty(rng, code[:4], odd)
    for heading in new:
        for code in some_codes(rng, heading)[:3]:
            lines[code] = make_duty(rng, heading, odd)
    return lines


def tie_lines() -> dict[str, str]:
    """Lines for which `tie_rows` hits the ad valorem part and the threshold of 10 to the bit."""
    return {f"{TIES}110000": "max(10%, 0.5 USD/kg)", f"{TIES}120000": "20 USD/kg"}


def make_duty(rng: random.Random, heading: str, odd: bool) -> str:
    """A duty of any form, its specific terms near what the goods are worth."""
    price, units, _, _ = GOODS[heading]

    def specific(kind_price: float = price, among: dict[str, float] = units) -> str:
        unit = rng.choice(sorted(among))
        amount = kind_price * among[unit] * rng.choice([0.02, 0.08, 0.15, 0.3, 0.8]) * rng.uniform(0.5, 1.5)
        return f"{number(amount)} {rng.choice(CURRENCIES)}/{unit}"

    def percent() -> str:
        return f"{number(rng.choice([3, 5, 7.5, 10, 12.5, 15, 18.4, 20, 33.3]))}%"

    mass = {"kg": 1.0}
    forms = {
        "ad valorem": lambda: rng.choice([percent(), percent(), "0%"]),
        "specific": specific,
        "greater": lambda: f"max({percent()}, {specific()})",
        "lesser": lambda: f"min({percent()}, {specific()})",
        "compound": lambda: f"{percent()} + {specific()}",
        "corridor": lambda: f"min(max({percent()}, {specific()}), {specific()})",
        "nested": lambda: f"min({percent()}, max({percent()}, {specific()}))",
        "falling": lambda: f"max(0%, {percent()} - {specific()})",
        "two amounts": lambda: f"max({percent()}, {specific()}, {specific()})",
        "specific corridor": lambda: f"min({specific()}, {specific()})",
        "two kinds": lambda: f"max({percent()}, {specific()}, {specific(5.0, mass)})",
        "two kinds added": lambda: f"{specific()} + {specific(5.0, mass)}",
    }
    if odd:
        forms |= {
            "nothing": lambda: rng.choice(["0 EUR/kg", "max(5%, 0 EUR/kg)", "5% + 0 USD/kg"]),
            "nought percent": lambda: rng.choice(["0% + {}", "max(0%, {})"]).format(specific()),
            "slope": lambda: f"{percent()} - {specific()}",
            "less percent": lambda: f"{specific()} - {percent()}",
            "brackets": lambda: f"{percent()} - max({percent()}, {specific()})",
        }
    weights = [6, 3, 8, 2, 3, 2, 3, 1, 2, 1, 1, 1] + [2] * (len(forms) - 12)
    return rng.choices(list(forms.values()), weights)[0]()


def number(amount: float) -> str:
    """Four significant digits without exponent or trailing zeros."""
    text = f"{float(f'{amount:.4g}'):.7f}".rstrip("0").rstrip(".")
    return text if float(text) > 0 else "0.0001"


# ---- trade


def make_trade(rng: random.Random, periods: list[str], schedules: Row, drawn: Row) -> list[Row]:
    """Rows of every period, in random order: codes of 4 to 12 digits, repeats, gaps, errors."""
    old = [row["line"] for row in schedules["codes"]]
    later = sorted({row["line"] for row in schedules["applied"] + schedules["bound"]} - set(old))
    later = [code for code in later if code[:4] != TIES]
    phantoms = [code[:8] + f"{rng.randint(30, 89)}" for code in rng.sample(old, min(4, len(old)))]
    chances = [(code, 0.55) for code in old] + [(code, 0.06) for code in later] + [(code, 0.3) for code in phantoms]
    chances += [(code + rng.choice(["00", "11"]), 0.08) for code in old + later]
    for digits, chance in ((8, 0.12), (6, 0.12), (4, 0.3)):
        chances += [(prefix, chance) for prefix in sorted({code[:digits] for code in old + later})]
    rows: list[Row] = []
    for period in periods:
        for code, chance in chances:
            if rng.random() < chance * drawn["density"] and code[:4] in GOODS:
                for partner in rng.sample([*MFN, "BLR", "KAZ", "GEO"], rng.choice([1, 1, 2, 3, 5])):
                    for _ in range(rng.choice([1, 1, 1, 2, 3])):
                        rows.append(make_row(rng, period, code, partner))
        rows += tie_rows(period)
        if drawn["bad_rows"]:
            rows += bad_rows(rng, period, old)
    rng.shuffle(rows)
    return rows


def make_row(rng: random.Random, period: str, code: str, partner: str) -> Row:
    """One row of trade, with whatever can go wrong with its quantities."""
    price, _, units, other = GOODS[code[:4]]
    value = round(rng.lognormvariate(6.5, 1.5), 2) if rng.random() < 0.93 else round(rng.uniform(0.01, 5), 2)
    value = max(value, 0.01)
    unit = rng.choice(sorted(units))
    amount = value / (price * rng.lognormvariate(0, 0.6)) / units[unit]
    row = blank(period, code, partner, value)
    kind = rng.choices(
        [
            "plain",
            "plain+mass",
            "none",
            "mass",
            "wrong",
            "second",
            "zero",
            "zero then",
            "bad",
            "absurd",
            "twice",
        ],
        [10, 8, 2, 2, 2, 3, 1, 1, 1, 2, 1],
    )[0]
    if kind in ("plain", "plain+mass", "absurd", "twice"):
        row |= {"quantity": amount, "unit": unit}
    if kind == "absurd":
        row["quantity"] *= rng.choice([1e3, 1e6, 1e9])
    elif kind in ("wrong", "second"):
        row |= {"quantity": float(rng.randint(1, 500)), "unit": other}
    elif kind in ("zero", "zero then"):
        row |= {"quantity": 0.0, "unit": unit}
    elif kind == "bad":
        row |= {"quantity": amount, "unit": rng.choice(BAD_UNITS)}
    if kind in ("second", "zero then"):
        row |= {"quantity_2": amount, "unit_2": unit}
    elif kind == "twice":
        row |= {"quantity_2": amount * 3, "unit_2": unit}
    if kind in ("plain+mass", "mass", "zero then") or rng.random() < 0.15:
        row["net_mass_kg"] = rng.choice([0.0, *[value / 5.0 * rng.lognormvariate(0, 0.6)] * 9])
    return row


def blank(period: str, code: str | None, partner: str, value: float | None) -> Row:
    """A row with no quantity."""
    names = ("quantity", "unit", "quantity_2", "unit_2", "net_mass_kg")
    return {"period": period, "line": code, "partner": partner, "value": value} | dict.fromkeys(names)


def tie_rows(period: str) -> list[Row]:
    """0.5 USD/kg of 2 kg for 10 USD is 10 % to the bit; 20 USD/kg of 1 kg for 2 USD is 1000 % to the bit."""
    table = [
        ("110000", "DEU", 10.0, 2.0),
        ("110000", "CHN", 10.0, 3.0),
        ("110000", "USA", 10.0, 1.0),
        ("120000", "DEU", 2.0, 1.0),
        ("120000", "CHN", 1.9999999, 1.0),
        ("120000", "FRA", 200.0, 1.0),
    ]
    return [
        blank(period, TIES + code, partner, value) | {"quantity": quantity, "unit": "kg"}
        for code, partner, value, quantity in table
    ]


def bad_rows(rng: random.Random, period: str, codes: list[str]) -> list[Row]:
    """Rows that are set aside: value, quantity, or code beyond use."""
    code = rng.choice(codes)
    partner = rng.choice(MFN)
    rows = [blank(period, code, partner, value) | {"quantity": 5.0, "unit": "kg"} for value in (0.0, -3.5, None)]
    rows.append(blank(period, code, partner, 100.0) | {"quantity": -1.0, "unit": "kg"})
    rows.append(blank(period, code, partner, 100.0) | {"quantity": 1.0, "unit": "kg", "net_mass_kg": -2.0})
    wrong = [None, code[:3], code[:7], code[:9], code + "1", "9" * 12, code + "0000", code[:8] + "X0"]
    rows += [blank(period, one, partner, 70.0) | {"quantity": 9.0, "unit": "kg"} for one in wrong]
    return rng.sample(rows, 4)


# ---- Arrow and files

TYPES: dict[str, dict[str, pa.DataType]] = {
    "trade": {
        "period": pa.string(),
        "line": pa.string(),
        "partner": pa.string(),
        "value": pa.float64(),
        "quantity": pa.float64(),
        "unit": pa.string(),
        "quantity_2": pa.float64(),
        "unit_2": pa.string(),
        "net_mass_kg": pa.float64(),
    },
    "applied": {"year": pa.int64(), "line": pa.string(), "duty": pa.string()},
    "fx": {"period": pa.string(), "currency": pa.string(), "fx": pa.float64()},
    "partners": dict.fromkeys(["partner", "treatment", "region", "first_period", "last_period"], pa.string()),
    "group": {"prefix": pa.string(), "group": pa.string()},
    "drop": dict.fromkeys(["period", "line", "partner", "reason"], pa.string()),
}


def to_tables(study: Study) -> dict[str, Any]:
    """Arrow tables by name (bound, partners, drop: None where empty); `groups` is {name: table}."""
    tables: dict[str, Any] = {
        "trade": table_of(study["trade"], "trade"),
        "applied": table_of(study["applied"], "applied"),
        "bound": table_of(study["bound"] or [], "applied") if study["bound"] else None,
        "fx": table_of(study["fx"], "fx"),
        "partners": table_of(study["partners"], "partners") if study["partners"] else None,
        "drop": table_of([row | {"reason": "named"} for row in study["drop"]], "drop") if study["drop"] else None,
        "groups": {name: table_of(rows, "group") for name, rows in study["groups"].items()},
    }
    return tables


def table_of(rows: list[Row], name: str) -> pa.Table:
    """Rows as an Arrow table of the native schema."""
    schema = pa.schema(list(TYPES[name].items()))
    return pa.Table.from_pylist([{column: row.get(column) for column in TYPES[name]} for row in rows], schema)


def to_toml(study: Study, folder: Path | str) -> Path:
    """Write the study's files into a folder, trade in two parts; gives the path of study.toml."""
    folder = Path(folder)
    (folder / "trade").mkdir(parents=True, exist_ok=True)
    tables = to_tables(study)
    half = tables["trade"].num_rows // 2
    pa.parquet.write_table(tables["trade"].slice(0, half), folder / "trade" / "a.parquet")
    pa.parquet.write_table(tables["trade"].slice(half), folder / "trade" / "b.parquet")
    pa.parquet.write_table(tables["applied"], folder / "applied.parquet")
    if tables["bound"] is not None:
        pa.csv.write_csv(tables["bound"], folder / "bound.csv")
    pa.csv.write_csv(tables["fx"], folder / "fx.csv")
    for name, table in tables["groups"].items():
        pa.csv.write_csv(table, folder / f"{name}.csv")
    if tables["partners"] is not None:
        pa.csv.write_csv(tables["partners"], folder / "partners.csv")
    if tables["drop"] is not None:
        pa.csv.write_csv(tables["drop"], folder / "dropped.csv")
    path = folder / "study.toml"
    path.write_text("\n".join(toml_lines(study)) + "\n", encoding="utf-8")
    return path


def toml_lines(study: Study) -> list[str]:
    """The lines of study.toml; JSON's texts, numbers and lists are TOML's too."""

    def pair(key: str, content: Any) -> str:
        return f"{key} = {json.dumps(content)}"

    lines = [pair(key, study[key]) for key in ("name", "note", "currency", "value_basis")]
    lines += [
        "[trade]",
        pair("files", ["trade/*.parquet"]),
        "[schedules]",
        pair("applied", ["applied.parquet"]),
    ]
    if study["bound"]:
        lines.append(pair("bound", ["bound.csv"]))
    lines += ["[fx]", pair("file", "fx.csv"), "[partners]"]
    lines.append(pair("exclude", study["exclude"]))
    if study["exclude_by_period"]:
        by_period = ", ".join(pair(json.dumps(key), some) for key, some in study["exclude_by_period"].items())
        lines.append(f"exclude_by_period = {{ {by_period} }}")
    if study["partners"]:
        lines.append(pair("file", "partners.csv"))
    for partner, factor in study["valuation"].items():
        lines += ["[[valuation]]", pair("partner", partner), pair("factor", factor)]
    if study["drop"]:
        lines += ["[drop]", pair("file", "dropped.csv")]
    if study["base"]:
        lines += ["[base]", *(pair(key, content) for key, content in study["base"].items())]
    lines += ["[options]", *(pair(key, content) for key, content in study["options"].items())]
    lines += ["[groups]", *(pair(name, f"{name}.csv") for name in study["groups"])]
    for bridge in study["bridges"]:
        lines += ["[[bridges]]", *(pair(key, content) for key, content in bridge.items())]
    return lines
