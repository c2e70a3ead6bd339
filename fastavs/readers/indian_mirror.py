"""Indian foreign trade statistics at HS6, turned round into the layout of Russian customs (ИМ = India's exports).

Had as a csv that others have made of the Ministry of Commerce's monthly statistics (tradestat.commerce.gov.in).

Traps: NETTO is no net mass, but the quantity in thousands of EDIZM, whatever the unit. Values are US dollars rounded
to 10,000, so small flows read zero and are set aside. National 8-digit lines are cut to 6 digits: several rows of a
month and code are added up, equal ones too. Values are FOB.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fastavs.arguments import a_flag, a_text, paths, takes
from fastavs.countries.iso import to_iso3
from fastavs.errors import UnitError
from fastavs.readers._fts import OWN, Flow, line_column, open_flow, period_column
from fastavs.readers._reading import Reading
from fastavs.readers._source import Path_, to_float
from fastavs.readers._trade import Flag, canonical_unit, finish, map_distinct, sift_numbers, sift_quantity
from fastavs.units.units import Unit, parse_unit

COLUMNS = ("NAPR", "PERIOD", "STRANA", "TNVED", "EDIZM", "STOIM", "NETTO")
THOUSAND = 1000

# Tonnes, going by unit values; a "ton" at large may be a short one, so `fastavs.units.units` does not read it.
_LOCAL = {"TON": "t"}


@takes(path=paths, flow=a_text, by=a_text, strict=a_flag)
def read(
    path: Path_ | Sequence[Path_],
    *,
    flow: str = "imports",
    by: str = "year",
    flag: Flag | None = None,
    strict: bool = False,
) -> Reading:
    """Read the mirror into a native trade table. Parameters, result and errors as for `russian_customs.read`.

    Quantities keep their figures; the unit says thousands ("1000 kg", "1000 piece").
    """
    opened = open_flow(path, COLUMNS, flow)
    native = _native(opened, by)
    partner = opened.rows.column("STRANA")
    return finish(native, partner, opened.sieve, opened.counts, opened.notes, flag, strict, own=OWN)


def _native(flow: Flow, by: str) -> pa.Table:
    rows, sieve = flow.rows, flow.sieve
    value, no_number = to_float(rows.column("STOIM"))
    sift_numbers(sieve, value, no_number)
    quantity = sift_quantity(sieve, "NETTO", *to_float(rows.column("NETTO")))
    unit = map_distinct(rows.column("EDIZM"), thousands)
    sieve.lose(pc.and_(pc.is_valid(quantity), pc.is_null(unit)), "quantity without a unit", "quantity")
    has_both = pc.and_(pc.is_valid(quantity), pc.is_valid(unit))
    return pa.table(
        {
            "period": period_column(flow, by, None),
            "line": line_column(flow),
            "partner": map_distinct(pc.utf8_trim_whitespace(rows.column("STRANA")), to_iso3),
            "value": value,
            "quantity": pc.if_else(has_both, quantity, pa.scalar(None, pa.float64())),
            "unit": pc.if_else(has_both, unit, pa.scalar(None, pa.string())),
            "net_mass_kg": pa.nulls(rows.num_rows, pa.float64()),
        }
    )


def thousands(text: str) -> str | None:
    """Return the canonical name of a thousand of an Indian unit, None for none, the text itself if it is unknown.

    Examples
    --------
    >>> thousands("KGS"), thousands("THD")
    ('1000 kg', '1000000 piece')
    """
    name = canonical_unit(text.strip().strip('"'), _LOCAL)
    if name is None:
        return None
    try:
        one = parse_unit(name)
    except UnitError:
        return text
    return _canonical(one)


def _canonical(one: Unit) -> str:
    number, _, base = one.text.rpartition(" ")
    return parse_unit(f"{int(number or 1) * THOUSAND} {base}").text
