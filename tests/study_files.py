"""A small study with something of everything that the screens and the result folder show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

LINES = {
    "0203110000": "max(15%, 0.5 EUR/kg)",
    "2203000100": "0.4 EUR/l",
    "2203000900": "5% + 0.018 EUR/l",
    "6403990000": "10%",
    "8703210000": "max(20%, 0.4 EUR/cm3)",
    "9503000000": "3 EUR/piece",  # purely specific, and nothing is known of it
}
NEW = {"0203110090": "max(15%, 0.2 EUR/kg)"}  # from 2021 on; borrows at 8 digits
BOUND = LINES | NEW | {"0203110000": "12%", "6403990000": "25%"}

TRADE = """\
period,line,partner,value,quantity,unit
2018,6403990000,CHN,700,,
2019,0203110000,DEU,1000,500,kg
2019,0203110000,USA,1,1000000,kg
2019,0203110000,BLR,500,100,kg
2019,2203000100,CZE,900,1000,l
2019,6403990000,CHN,2000,10,furlong
2019,2203,DEU,300,100,l
2019,7777000000,DEU,50,1,kg
2019,9503000000,CHN,4000,2,kg
2019,870321,JPN,8000,1,piece
2019,203110000,CHN,123,1,kg
2019,6403990000,CHN,-5,1,kg
2020,0203110000,DEU,3000,500,kg
2020,0203110000,FRA,1000,1000,kg
2020,2203000900,CZE,600,500,l
2020,6403990000,CHN,1000,,
2020,9503000000,BLR,10,1,piece
"""

STUDY = """\
name = "small [study]"
note = "made up [for tests]"
currency = "USD"
value_basis = "FOB"
[trade]
files = ["trade.csv"]
[schedules]
applied = ["applied.csv"]
bound = ["bound.csv"]
[fx]
file = "fx.csv"
[partners]
exclude = ["BLR"]
[base]
periods = ["2019", "2020"]
first_year = {first_year}
[groups]
"by/use" = "use.csv"
[[bridges]]
prefix = "870321"
from = "piece"
to = "cm3"
factor = 500
"""


def write_study(folder: Path, years: Sequence[int] = (2019, 2020, 2021), first_year: int = 2021) -> Path:
    """Write the study's files; gives the path of study.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f'{year},{line},"{duty}"'
        for year in years
        for line, duty in (LINES if year < first_year else LINES | NEW).items()
    ]
    (folder / "applied.csv").write_text("year,line,duty\n" + "\n".join(rows) + "\n")
    bound = [f'{max(years) + 1},{line},"{duty}"' for line, duty in BOUND.items()]
    (folder / "bound.csv").write_text("year,line,duty\n" + "\n".join(bound) + "\n")
    (folder / "fx.csv").write_text("period,currency,fx\n2019,EUR,1.1\n2020,EUR,1.2\n")
    (folder / "use.csv").write_text('prefix,group,name\n02,food,"food, drink"\n22,food,"food, drink"\n87,cars,\n')
    (folder / "trade.csv").write_text(TRADE)
    path = folder / "study.toml"
    path.write_text(STUDY.format(first_year=first_year))
    return path
