"""What one unit of a good can weigh, and how much goods under one HS6 differ by nature.

Both tables go by kind and code prefix; the longest prefix wins, and "" stands for all goods. Bounds are wide on
purpose: they hold the lightest and the heaviest thing of the description with its retail packing, so that what
lies outside is an error and no rarity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

Entry = TypeVar("Entry")
Table = Mapping[str, Mapping[str, Entry]]

Bounds = tuple[float, float]


def _by_prefix(*rules: tuple[str, float, float]) -> dict[str, Bounds]:
    """Spread out rules that name several prefixes, separated by blanks (none: all goods)."""
    return {prefix: (low, high) for prefixes, low, high in rules for prefix in prefixes.split() or [""]}


POSSIBLE: Table[Bounds] = {
    # Both are masses. Packing, stones in gold and water in a preparation explain a factor of five; the quantity
    # may be gross.
    "mass": _by_prefix(("", 0.25, 5.0)),
    # A carat is 0.2 g by definition; half and double leave room for rounding.
    "carat": _by_prefix(("", 0.0001, 0.0004)),
    # Liquids weigh 0.6 (pentane) to 1.8 kg/l (sulphuric acid); bottles and foam widen that.
    "volume": _by_prefix(
        ("", 0.4, 3.0),
        ("28", 0.4, 15.0),  # bromine 3.1, mercury 13.6
        ("32", 0.4, 5.0),  # paints full of zinc or lead
        ("22", 0.7, 2.5),
    ),
    # Gases to osmium. Dry wood weighs 0.1 (balsa) to 1.3 t; fresh wood may carry as much water again.
    "m3": _by_prefix(
        ("", 0.05, 25_000.0),
        ("2711", 0.4, 700.0),  # methane as gas 0.7, liquefied gases to 600
        ("271121", 0.4, 1.5),
        ("25", 100.0, 5_000.0),
        ("6802", 1_200.0, 3_500.0),
        ("44", 60.0, 2_000.0),
        ("4411", 40.0, 1_600.0),  # insulating board from 50
        ("4410 4412", 150.0, 1_600.0),
    ),
    # A litre of pure alcohol weighs 0.789 kg, so nothing that holds one weighs less. At strength p it weighs about
    # 1/p: spirits 96 to 15 %, wine 22 to 5 %, beer to 0.5 %, all with bottles (up to as much again).
    "alcohol": _by_prefix(
        ("", 0.75, 400.0),
        ("2204", 3.5, 60.0),
        ("2205", 2.5, 60.0),
        ("2207", 0.75, 3.0),
        ("2208", 0.75, 25.0),
    ),
    "pfl": _by_prefix(("", 0.37, 200.0)),  # half a litre of pure alcohol
    "pfgal": _by_prefix(("", 1.4, 760.0)),  # 1.893 litres of it
    "bbl": _by_prefix(("", 80.0, 200.0)),  # 159 litres of 0.5 to 1.25 kg
    "cm3": _by_prefix(("", 0.0, math.inf)),  # displacement says nothing certain about mass
    "energy": _by_prefix(("", 0.0, math.inf)),
    "head": _by_prefix(
        ("", 0.005, 6_000.0),
        ("0101", 30.0, 1_300.0),
        ("0102", 20.0, 1_500.0),
        ("0103", 1.0, 500.0),
        ("0104", 1.5, 200.0),
        ("0105", 0.01, 20.0),
    ),
    # Slide fasteners 2 to 300 g/m; film of at most 1.3 m width at 0.25 kg/m2; the rest from thread to pipe.
    "length": _by_prefix(
        ("", 1e-6, 3_000.0),
        ("3702", 0.0003, 0.6),
        ("4409", 0.01, 40.0),
        ("50 51 52 53 54 55 58 60", 0.0001, 8.0),
        ("9607", 0.001, 0.5),
    ),
    # Woven and knitted fabric: silk gauze 10 g/m2, heaviest coatings 1.5 kg/m2.
    "area": _by_prefix(
        ("", 0.001, 1_500.0),
        ("3701", 0.05, 6.0),  # X-ray film 0.2; printing plates of aluminium 0.4 to 1.4
        ("3702 3703", 0.03, 2.0),
        ("3918", 0.1, 25.0),
        ("41", 0.05, 12.0),
        ("4408", 0.1, 8.0),
        ("4411 4412 4413 4418", 0.8, 150.0),
        ("4814", 0.02, 4.0),
        ("50 51 52 53 54 55 60", 0.005, 2.5),
        ("56", 0.004, 12.0),  # from nonwoven to wool felt of 25 mm
        ("57", 0.1, 12.0),  # hand-knotted 6; tiles and mats with heavy backs 8
        ("58", 0.004, 3.5),
        ("59", 0.005, 25.0),  # conveyor belting
        ("6303", 0.005, 4.0),
        ("6802", 5.0, 600.0),
        ("6907", 2.0, 150.0),
        ("7003 7004 7005 7006", 0.5, 80.0),  # 2.5 kg for each millimetre, from 0.3 mm for displays
        ("7007", 0.5, 250.0),
        ("7008", 5.0, 250.0),
        ("7009", 1.0, 80.0),
    ),
    # Shoes: paper slippers 20 g, miners' boots 3 kg, ski boots 5 kg. Gloves: examination 3 g, boxing 1 kg.
    "pair": _by_prefix(
        ("", 0.001, 15.0),
        ("4015 6116 6216", 0.002, 1.5),
        ("4203", 0.005, 3.0),  # for hockey and motorcycles
        ("6115", 0.003, 1.0),
        ("64", 0.015, 5.0),
        ("640212 640312", 0.5, 8.0),
        ("950611", 0.5, 15.0),
        ("950670", 0.2, 8.0),
    ),
    # No bound for pieces at large: they run from diodes to ships.
    "piece": _by_prefix(
        ("", 1e-8, 5e8),
        ("0101", 30.0, 1_300.0),
        ("0102", 20.0, 1_500.0),
        ("0103", 1.0, 500.0),
        ("0104", 1.5, 200.0),
        ("0105", 0.01, 20.0),  # chicks 35 g
        ("0407", 0.005, 2.0),  # quail to ostrich
        # Cigarillos from 1 g, cigars to 20 g and a tube; cigarettes 0.5 to 1.5 g; heated sticks 0.3 g.
        ("2402", 0.0004, 0.04),
        ("240210", 0.0007, 0.04),
        ("240220", 0.0004, 0.002),
        ("240411", 0.0002, 0.005),
        ("401110", 3.0, 40.0),  # tyres: car, lorry, motorcycle, bicycle
        ("401120", 2.0, 200.0),
        ("401140", 0.5, 25.0),
        ("401150", 0.1, 3.0),
        ("401410", 0.0005, 0.03),
        ("4202", 0.003, 60.0),
        ("61", 0.003, 6.0),
        ("62", 0.003, 10.0),  # bridal and protective wear
        ("6212", 0.005, 3.0),
        ("6213 6214", 0.003, 3.0),
        ("6215", 0.01, 0.6),
        ("6504 6505", 0.005, 2.0),
        ("6506", 0.005, 6.0),
        ("6904", 0.3, 60.0),
        ("701010", 0.0003, 0.15),  # ampoules
        ("701090", 0.001, 80.0),
        ("7013", 0.002, 40.0),
        ("821210", 0.002, 1.5),
        ("821220", 0.0002, 0.05),  # a blade 0.5 g, a cartridge 5 g, and packs of them
        ("8418", 1.0, 10_000.0),
        ("841810 841821", 5.0, 400.0),
        ("842211", 8.0, 200.0),
        ("845011 845012 845019", 1.0, 250.0),
        ("845230", 0.00003, 0.05),  # needles: 0.1 g for machines, packs of ten
        ("847130", 0.1, 15.0),
        ("851711 851712 851713 851714 851718", 0.01, 15.0),
        ("851650", 4.0, 80.0),
        ("8541", 1e-8, 80.0),  # a chip diode weighs micrograms, a solar panel 40 kg
        ("8542", 1e-8, 10.0),
        ("8701", 50.0, 60_000.0),
        ("8702", 500.0, 40_000.0),
        ("8703", 40.0, 8_000.0),  # golf cars and quads; limousines
        ("870322 870323 870324 870331 870332 870333", 300.0, 8_000.0),
        ("8704", 150.0, 500_000.0),
        ("8711", 5.0, 900.0),  # electric scooters are here
        ("8712", 2.0, 80.0),
        ("9001", 1e-6, 20.0),
        ("900130", 1e-5, 0.1),
        ("900140 900150", 0.001, 0.6),
        ("9004", 0.002, 0.75),
        ("902121", 0.00003, 0.3),  # a tooth 0.2 g, or a denture
        ("9101 9102", 0.003, 2.0),
        ("930621", 0.01, 0.15),
        ("9401", 0.1, 1_000.0),
        ("960321", 0.002, 0.25),
        ("960810 960820 960840", 0.001, 0.3),
        ("960860", 0.0002, 0.1),
        ("9613", 0.002, 3.0),
    ),
}
"""By kind and prefix, the least and the most kilograms that one base unit of the kind can weigh."""

NATURAL_SPREAD: Table[float] = {
    **{kind: {"": 0.1} for kind in POSSIBLE},
    "volume": {"": 0.05},
    "area": {"": 0.1, "4": 0.25, "6": 0.2, "7": 0.2},
    "length": {"": 0.3},
    "pair": {"": 0.15},
    # Under one HS6 of machines stand gadgets of grams and plants of tons: in real data pieces differ by five powers
    # of ten with no error among them. Only goods that are alike can be judged by their median.
    "piece": {
        "": 1.2,
        **dict.fromkeys(("01", "0407", "2402", "61", "62", "65", "8701", "8703", "8712"), 0.2),
        **dict.fromkeys(("4202", "4011", "6301", "63", "7013", "9101", "9102", "9004"), 0.3),
    },
}
"""By kind and prefix, the least standard deviation of log10(mass per unit) to reckon with."""


def longest_prefix(table: Table[Entry], kind: str, hs6: int) -> Entry:
    """Return what the table says for a kind and a six-digit code.

    Examples
    --------
    >>> longest_prefix(POSSIBLE, "piece", 240220)
    (0.0004, 0.002)
    """
    digits, rules = f"{hs6:06d}", table[kind]
    return next(rules[digits[:length]] for length in range(6, -1, -1) if digits[:length] in rules)
