"""United States imports for consumption by HTS10 and country, as the Census Bureau gives them: values, no quantity.

Columns: cty_code (the Bureau's own numbers, Schedule C), hs10, con_val_usd (customs value, freight and insurance left
out). Without quantities such trade weighs lines and serves ad valorem duties; specific ones it cannot tell.
The European Union may stand as one partner (0003); members that stand beside it are set aside.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fastavs.readers._reading import Reading, Sieve
from fastavs.readers._source import Path_, read_parquet, to_float
from fastavs.readers._trade import finish, map_distinct, sift_numbers

COLUMNS = ("cty_code", "hs10", "con_val_usd")
UNION = "EUN"
"""Partner code of the European Union as a whole; it is none of ISO's."""

_UNION_CODE = "0003"
_MEMBERS = (
    "4010SWE 4050FIN 4099DNK 4190IRL 4210NLD 4231BEL 4239LUX 4279FRA 4280DEU 4330AUT 4351CZE 4359SVK 4370HUN 4470EST "
    "4490LVA 4510LTU 4550POL 4700ESP 4710PRT 4730MLT 4759ITA 4791HRV 4792SVN 4840GRC 4850ROU 4870BGR 4910CYP"
)
_OTHERS = (
    "1220CAN 2010MEX 2050GTM 2110SLV 2150HND 2190NIC 2230CRI 2470DOM 2740TTO 3010COL 3070VEN 3310ECU 3330PER 3370CHL "
    "3510BRA 3570ARG 4039NOR 4120GBR 4419CHE 4621RUS 4890TUR 5050IRQ 5081ISR 5130KWT 5170SAU 5200ARE 5330IND 5350PAK "
    "5380BGD 5420LKA 5490THA 5520VNM 5550KHM 5570MYS 5590SGP 5600IDN 5650PHL 5700CHN 5800KOR 5820HKG 5830TWN 5880JPN "
    "6021AUS 6141NZL 7210DZA 7290EGY 7530NGA 7620AGO 7910ZAF"
)
MEMBERS = {pair[:4]: pair[4:] for pair in _MEMBERS.split()}
PARTNERS = MEMBERS | {pair[:4]: pair[4:] for pair in _OTHERS.split()} | {_UNION_CODE: UNION}


def read(path: Path_, period: str, *, partners: Mapping[str, str] | None = None, strict: bool = False) -> Reading:
    """Read US imports by country into a native trade table.

    Parameters
    ----------
    path : path
        The parquet file.
    period : str
        The period's label, which the file does not carry.
    partners : mapping, optional
        Further country numbers to ISO alpha-3 codes.
    strict : bool
        A row that would be set aside is an error.

    Returns
    -------
    Reading
        Native trade without quantities. Countries whose number is not known are in `outside`.

    Raises
    ------
    InputError
        The file is absent, empty, cut off or of another layout.
    """
    source = read_parquet(path, COLUMNS)
    rows = source.rows
    known = PARTNERS | dict(partners or {})
    file = pa.chunked_array([pa.array([source.file] * rows.num_rows, pa.string())])
    sieve = Sieve(file, np.arange(1, rows.num_rows + 1), rows)
    value = to_float(rows.column("con_val_usd"))
    sift_numbers(sieve, *value)
    line = rows.column("hs10")
    sieve.lose(pc.invert(pc.match_substring_regex(line, r"^[0-9]{4,10}$")), "hs10 is no code")
    country = rows.column("cty_code")
    if pc.any(pc.equal(country, _UNION_CODE)).as_py():
        beside = pc.is_in(country, pa.array(list(MEMBERS), pa.string()))
        sieve.lose(beside, "member of the European Union, which stands as one partner beside it")
    nothing = {"quantity": pa.float64(), "unit": pa.string(), "net_mass_kg": pa.float64()}
    native = pa.table(
        {
            "period": pa.array([period] * rows.num_rows, pa.string()),
            "line": line,
            "partner": map_distinct(country, known.get),
            "value": value[0],
            **{name: pa.nulls(rows.num_rows, kind) for name, kind in nothing.items()},
        }
    )
    # Chapters 98 and 99 are lines of this tariff: what came in under them is trade like any other.
    return finish(native, country, sieve, {"rows": rows.num_rows}, source.notes, None, strict, own_chapters=True)
