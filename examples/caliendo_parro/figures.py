"""Round figures that the SYNTHETIC world is made from. None is an observation of any country.

Sizes and patterns are plausible for about 2010, in billions of dollars. They were made up for this example, and taken
from no data set; you may use them for anything.
"""

from __future__ import annotations

import numpy as np

LABEL = "SYNTHETIC"  # stands beside every result
REGIONS = ("RUS", "EU27", "CHN", "USA", "ROW")
SERVICES = "Services"


def _table(text: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Split a printed table into names (words joined by ``_``) and numbers."""
    rows = [line.split() for line in text.strip().splitlines()]
    names = tuple(row[0].replace("_", " ") for row in rows)
    return names, np.array([[float(cell) for cell in row[1:]] for row in rows])


# Gross output of a region (billions of dollars) falls to sectors by these shares (percent; each column adds up to 100).
OUTPUT = dict(zip(REGIONS, (3_500.0, 32_000.0, 22_000.0, 27_000.0, 52_000.0), strict=True))
SECTORS, OUTPUT_SHARES = _table("""
Energy            20   4   7   5  10
Ferrous_metals     4   2   6   1   3
Other_metals       3   1   3   1   2
Chemicals          4   6   8   6   6
Machinery          6  15  21  10  12
Timber_and_paper   2   3   2   3   2
Construction       2   1   3   1   2
Light_industry     1   2   6   1   3
Food               7   5   6   4   6
Agriculture        5   2   7   2   7
Other_goods        1   1   1   1   1
Services          45  58  30  65  46
""")

# Of each sector: value added in its output, and what of its products goes to final demand (percent).
_, RATIOS = _table("""
Energy            50  20
Ferrous_metals    25   5
Other_metals      25   5
Chemicals         30  20
Machinery         30  40
Timber_and_paper  35  20
Construction      35  10
Light_industry    30  50
Food              25  50
Agriculture       50  25
Other_goods       40  40
Services          60  55
""")

# Which products (rows) each sector (columns, in the same order) buys: a pattern, brought to the sectors' totals.
_, INPUTS = _table("""
Energy            40   8   6  14   2   4  10   2   2   5   3   5
Ferrous_metals     2  40   2   1  12   1   5   0   0   0   3   1
Other_metals       1   4  40   1   8   0   2   0   1   0   3   0
Chemicals          3   3   3  35   6   6   6  10   3   8   8   2
Machinery          4   5   5   3  40   4   6   3   2   4   6   5
Timber_and_paper   1   1   1   2   2  35   3   2   3   1   6   2
Construction       1   2   2   1   1   1  20   0   1   0   1   4
Light_industry     0   0   0   1   1   1   1  40   0   0   3   1
Food               0   0   0   1   0   0   0   2  20   8   0   3
Agriculture        0   0   0   1   0   5   0   6  35  20   2   1
Other_goods        1   2   2   1   1   1   1   1   1   0  15   1
Services          20  18  18  20  20  20  22  18  18  14  20  45
""")

# Imports of a region (rows) from each region (columns), at the border, and what each exporter sells (percent).
_, IMPORTS = _table("""
RUS       0    0    0    0    0
EU27    200    0  380  350 1800
CHN      50  230    0  160 1300
USA      30  420  400    0 1550
ROW     250 1700 1150 1250    0
""")
_, SOLD = _table("""
Energy           62   4   1   5  24
Ferrous_metals    8   4   4   2   3
Other_metals      6   3   2   3   4
Chemicals         5  15   7  14   9
Machinery         3  42  52  38  30
Timber_and_paper  3   4   1   4   3
Construction      1   2   3   1   1
Light_industry    0   4  18   2   6
Food              1   5   3   4   5
Agriculture       2   2   1   5   4
Other_goods       1   3   4   3   2
Services          8  12   4  19   9
""")
RUSSIA_BUYS_GOODS, RUSSIA_BUYS_SERVICES = 250.0, 12.0  # billions of dollars; goods split as in the replica; percent

# Ad valorem duties of the other regions, the same for every origin (percent).
_, DUTIES = _table("""
Energy            0   0   1   0   3
Ferrous_metals    0   1   4   1   6
Other_metals      0   2   4   2   5
Chemicals         0   3   6   3   6
Machinery         0   2   7   2   7
Timber_and_paper  0   1   4   1   7
Construction      0   3  10   3   9
Light_industry    0   8  10  10  12
Food              0  10  14   5  16
Agriculture       0   6  12   3  12
Other_goods       0   2   9   2   9
Services          0   0   0   0   0
""")

# The seventeen industries of the Russian study, in eleven groups.
INDUSTRIES = {
    "Energy": (1, 2, 3, 4, 5, 6),
    "Ferrous metals": (7,),
    "Other metals": (8,),
    "Chemicals": (9,),
    "Machinery": (10,),
    "Timber and paper": (11,),
    "Construction": (12,),
    "Light industry": (13,),
    "Food": (14,),
    "Agriculture": (17,),
    "Other goods": (15, 22),
}
EU27 = tuple(  # its members of 2007 to 2013
    """
    AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GBR GRC HUN
    IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK SVN SWE
    """.split()  # noqa: SIM905
)
