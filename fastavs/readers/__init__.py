"""Readers: one module a real-world format, in comes a file, out comes a native table and a report.

Each returns a `Reading`: the table, what was set aside (row by row, with the reason), trade outside the tariff, counts.
A file that is cut off, empty or of another layout is an `InputError` that names file, row, column and cure.

================== ==============================================================================
`russian_customs`  Federal Customs Service of Russia, and mirror statistics in its layout: trade
`indian_mirror`    Indian statistics at HS6, turned round into that layout: trade
`comext`           Eurostat Comext, bulk files and others: trade
`census`           United States Census Bureau, imports by HTS code and country, its interface's answers: trade
`dataweb`          United States International Trade Commission's DataWeb, imports: trade
`eaeu_tariff`      Common Customs Tariff of the Eurasian Economic Union: schedule
`usitc`            United States International Trade Commission, annual tariff data: schedule
`hts`              Harmonized Tariff Schedule of the United States, MFN and column 2: schedule
`uk_tariff`        United Kingdom's tariff of 2021 and the European Union's beside it: schedule
`ecb`              European Central Bank, daily reference rates: fx
================== ==============================================================================

Examples
--------
>>> import pathlib, tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = pathlib.Path(folder, "tariff.csv")
...     _ = path.write_text('code,duty\\n0203,\\n0203115500,"15, но не менее 0,15 евро за 1 кг"\\n', encoding="utf-8")
...     reading = eaeu_tariff.read(path, year=2026)
>>> reading.table.to_pylist()
[{'year': 2026, 'line': '0203115500', 'duty': 'max(15%, 0.15 EUR/kg)'}]
>>> reading.counts["headings"]
1
"""

from fastavs.readers import (
    census,
    comext,
    dataweb,
    eaeu_tariff,
    ecb,
    hts,
    indian_mirror,
    russian_customs,
    uk_tariff,
    usitc,
)
from fastavs.readers._reading import Reading

__all__ = [
    "Reading",
    "census",
    "comext",
    "dataweb",
    "eaeu_tariff",
    "ecb",
    "hts",
    "indian_mirror",
    "russian_customs",
    "uk_tariff",
    "usitc",
]
