"""Schedule C of the United States: the Census Bureau's groups of countries.

"-" for all, 0003 for the European Union, 0026 for APEC, 4XXX for Europe: they stand between countries in answers.
"""

from __future__ import annotations

from fastavs.countries.census import NAMES, PARTNERS, entries, plain
from fastavs.readers._groups import WORLD, Group

UNION = "EUN"
"""Partner code of the European Union as a whole; it is none of ISO's."""

_UNION_NUMBERS = (
    "4010 4050 4099 4190 4210 4231 4239 4279 4280 4330 4351 4359 4370 4470 4490 4510 4550 4700 4710 4730 4759 4791 "
    "4792 4840 4850 4870 4910"
)
_MEMBERS = frozenset(_UNION_NUMBERS.split(" "))
_LEFT_THE_UNION = frozenset({"4120"})

_GROUPS = """
0001 OPEC|0014 Pacific Rim Countries|0017 CAFTA-DR|0020 USMCA (NAFTA)|0021 Twenty Latin American Republics|0022 OECD
0023 NATO|0024 LAFTA|0025 Euro Area|0026 APEC|0027 ASEAN|0028 CACM|1XXX North America|2XXX Central America
3XXX South America|4XXX Europe|5XXX Asia|6XXX Australia and Oceania|7XXX Africa
"""

MEMBERS: dict[str, str] = {number: PARTNERS[number] for number in sorted(_MEMBERS)}
"""Members of the European Union, number to ISO alpha-3 code."""

GROUPS: tuple[Group, ...] = (
    Group("0003", "European Union", UNION, _MEMBERS, _LEFT_THE_UNION),
    Group("-", "all countries", WORLD),
    *(Group(entry[:4], entry[5:]) for entry in entries(_GROUPS)),
)
"""Groups of countries by number."""

_MEMBER_NAMES = frozenset(name for name, code in NAMES.items() if code in MEMBERS.values())

NAMED_GROUPS: tuple[Group, ...] = (
    *(
        Group(plain(name), "European Union", UNION, _MEMBER_NAMES, frozenset({plain("United Kingdom")}))
        for name in ("European Union", "European Union 27", "EU 27", "EU27")
    ),
    *(Group(plain(name), "all countries", WORLD) for name in ("World", "All Countries", "Total for all countries")),
    *(Group(plain(group.name), group.name) for group in GROUPS[2:]),
)
"""Groups of countries by name, as `plain` gives it."""
