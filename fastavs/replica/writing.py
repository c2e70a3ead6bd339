"""The replica as files: a study in the native tables, with "synthetic replica" in each of them that can carry it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fastavs.replica.facts import BASE, DATA, NAME, NOTE, concordance, industry_names, table
from fastavs.replica.goods import ENGINES, Goods
from fastavs.replica.nomenclature import Lines
from fastavs.replica.observations import DROPPED_ROWS, Market, Observations, partners

COUNTED = ("piece", "pair", "1000 piece")  # recorded in whole numbers
LEAST_VALUE = 50.0  # dollars
KEYS = {
    "summary": "table1_summary",
    "table2": "table2_industry_rates",
    "table3": "table3_industry_specific_lines",
    "table4": "table4_chapters",
    "table5": "table5_water_chapters",
    "table6": "table6_water_examples",
    "tableA1": "tableA1_ad_valorem_vs_applied",
    "tableA2": "tableA2_matched_only",
}
"""Keys of ``[published]`` in the study file and the tables behind them."""


def metadata(seed: int, scale: float) -> dict[bytes, bytes]:
    """Return what every Parquet file says of itself."""
    return {
        b"note": NOTE.encode(),
        b"study": NAME.encode(),
        b"replica": json.dumps({"seed": seed, "scale": scale}).encode(),
    }


def write_parquet(path: Path, found: pa.Table, marks: dict[bytes, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(found.replace_schema_metadata(marks), path, compression="zstd", row_group_size=1 << 18)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())


def trade_table(market: Market, period: str, observed: Observations, value: np.ndarray, cis: np.ndarray) -> pa.Table:
    """Give a period's observations values and quantities, and write them as a native table.

    Parameters
    ----------
    value : float64[n]
        Dollars of each line's trade with MFN partners.
    cis : float64[n]
        What CIS partners add, relative to that.
    """
    lines, goods = market.lines, market.goods
    rng = np.random.default_rng([market.seed, 13, int(period[:4]), len(period)])
    line, partner = observed.line, observed.partner
    foreign = ~partners().cis[partner]
    weight = np.sqrt(partners().weight[partner]) * np.exp(rng.normal(0.0, 1.2, line.size))
    total = np.bincount(line[foreign], weights=weight[foreign], minlength=lines.size)
    near = np.bincount(line[~foreign], weights=weight[~foreign], minlength=lines.size)
    share = weight / np.where(foreign, total[line], near[line])
    dollars = np.maximum(value[line] * np.where(foreign, 1.0, cis[line]) * share, LEAST_VALUE)
    per_usd = observed.quantity_per_usd / goods.engine[line]
    counted = np.isin(np.array(goods.trade_unit), COUNTED)[line]
    quantity = dollars * per_usd
    quantity = np.where(counted, np.maximum(np.round(quantity), 1.0), np.maximum(np.round(quantity, 3), 0.001))
    with np.errstate(invalid="ignore"):
        dollars = np.where(np.isnan(per_usd), np.round(dollars, 2), np.maximum(np.round(quantity / per_usd, 2), 0.01))
    mass = quantity * goods.kg_per_unit[line] * np.exp(rng.normal(0.0, 0.06, line.size))
    row, dollars, quantity, mass = _split(rng, market.scale, counted, dollars, quantity, mass)
    return _columns(lines, goods, period, line[row], partner[row], dollars, quantity, mass)


def _split(
    rng: np.random.Generator,
    scale: float,
    counted: np.ndarray,
    dollars: np.ndarray,
    quantity: np.ndarray,
    mass: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Split observations into several rows each where more rows are wanted than there are partners; totals stay."""
    row = np.arange(dollars.size)
    if scale <= 1.0:
        return row, dollars, quantity, mass
    parts = np.floor(scale + rng.random(dollars.size)).astype(np.int64)
    least = np.where(counted, 8.0, 0.1) * parts
    parts = np.where((dollars > 1.0 * parts) & ~(quantity < least), parts, 1)
    row = np.repeat(row, parts)
    first = np.cumsum(parts) - parts
    place = np.arange(row.size) - first[row]
    edge = (place + np.where(place > 0, rng.uniform(-0.3, 0.3, row.size), 0.0)) / parts[row]
    after = np.append(edge[1:], 1.0)
    after[np.append(row[1:] != row[:-1], True)] = 1.0

    def piece(amount: np.ndarray, unit: np.ndarray | float) -> np.ndarray:
        whole = amount[row] / unit
        return (np.round(whole * after) - np.round(whole * edge)) * unit

    unit = np.where(counted, 1.0, 0.001)[row]
    return row, np.round(piece(dollars, 0.01), 2), np.round(piece(quantity, unit), 3), mass[row] * (after - edge)


def _columns(
    lines: Lines,
    goods: Goods,
    period: str,
    line: np.ndarray,
    partner: np.ndarray,
    dollars: np.ndarray,
    quantity: np.ndarray,
    mass: np.ndarray,
) -> pa.Table:
    units = sorted(set(goods.trade_unit))
    unit = np.array([units.index(one) for one in goods.trade_unit])[line]
    none = np.isnan(quantity)
    weighed = none | (unit == units.index("kg"))
    used, place = np.unique(line, return_inverse=True)
    texts = [f"{code:010d}" for code in lines.code[used].tolist()]
    return pa.table(
        {
            "period": _dictionary(np.zeros(line.size, dtype=np.int32), [period]),
            "line": _dictionary(place, texts),
            "partner": _dictionary(partner, list(partners().code)),
            "value": pa.array(dollars),
            "quantity": pa.array(quantity, mask=none),
            "unit": _dictionary(unit, units, none),
            "net_mass_kg": pa.array(np.round(mass, 2), mask=weighed),
        }
    )


def _dictionary(place: np.ndarray, texts: list[str], none: np.ndarray | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32), mask=none), pa.array(texts))


def schedule_table(lines: Lines, years: Sequence[tuple[int, Sequence[str]]]) -> pa.Table:
    """Return schedules as a native table; `years` holds a duty per line, "" where a line is not in the schedule."""
    texts = lines.texts()
    year, code, duty = [], [], []
    for one, duties in years:
        there = [i for i, text in enumerate(duties) if text]
        year += [one] * len(there)
        code += [texts[i] for i in there]
        duty += [duties[i] for i in there]
    return pa.table({"year": pa.array(year, pa.int64()), "line": pa.array(code), "duty": pa.array(duty)})


def write_small_tables(folder: Path, market: Market) -> None:
    """Write exchange rates, partners, industries, rows to drop, and the published figures."""
    write_csv(folder / "fx.csv", ("period", "currency", "fx"), _exchange_rates())
    people = {row["partner"]: row for row in table("partners")}
    write_csv(
        folder / "partners.csv",
        ("partner", "treatment", "region", "first_period", "last_period", "income_per_head_usd"),
        (
            (
                code,
                "excluded" if row["cis"] == "1" else "mfn",
                row["income_group"],
                "",
                "2009" if code == "GEO" else "",
                row["income_per_head_usd"],
            )
            for code, row in sorted(people.items())
        ),
    )
    names = industry_names()
    write_csv(
        folder / "industry.csv",
        ("prefix", "group", "name"),
        ((prefix, industry, names[industry]) for prefix, industry in sorted(concordance().items())),
    )
    texts = market.lines.texts()
    write_csv(
        folder / "dropped.csv",
        ("period", "line", "partner", "reason"),
        ((period, texts[market.named(period, code)], who, why) for period, code, who, why in DROPPED_ROWS),
    )
    published = folder / "published"
    published.mkdir(parents=True, exist_ok=True)
    for name in KEYS.values():
        (published / f"{name}.csv").write_bytes((DATA / "published" / f"{name}.csv").read_bytes())
    (published / "calibrated.csv").write_bytes((DATA / "calibrated.csv").read_bytes())


def _exchange_rates() -> Iterable[tuple[str, str, str]]:
    for row in table("periods"):
        yield row["period"], "EUR", row["usd_per_eur"]


def write_study(folder: Path, seed: int, scale: float) -> Path:
    """Write the study file, last: a folder without it holds no replica."""
    keys = [*((key, f"published/{name}.csv") for key, name in KEYS.items()), ("calibrated", "published/calibrated.csv")]
    text = f"""# A SYNTHETIC REPLICA, not data of any customs office.
# Made by `fastavs replica` with seed {seed} and scale {scale:g}.
# Its shape and its averages are those of Shepotylo and Tarr (2012), World Bank Policy Research Working Paper 6161,
# whose trade data are commercial; its lines, partners' trade and duties are invented. published/calibrated.csv says
# which of the published figures it was calibrated to.

name = "{NAME}"
note = "{NOTE}"
currency = "USD"
value_basis = "CIF"

[trade]
files = ["trade/*.parquet"]

[schedules]
applied = ["applied.parquet"]
bound = ["bound.parquet"]

[fx]
file = "fx.csv"                          # European Central Bank, means of the days

[partners]
file = "partners.csv"                    # region is an income group

[drop]
file = "dropped.csv"

[base]
periods = {json.dumps(list(BASE))}
first_year = 2011
applied_year = 2011

[groups]
industry = "industry.csv"

[published]
""" + "".join(f'{key} = "{file}"\n' for key, file in keys)
    for prefix, factor in ENGINES.items():
        text += f'\n[[bridges]]\nprefix = "{prefix}"\nfrom = "piece"\nto = "cm3"\nfactor = {factor:g}\n'
    path = folder / "study.toml"
    path.write_bytes(text.encode())
    return path
