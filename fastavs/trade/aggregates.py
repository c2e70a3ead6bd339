"""Partners that are no country: the world, unions, regions. What trade files call them, and who belongs to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fastavs.countries.partner import iso3


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A group of countries that a file may have as a partner.

    Attributes
    ----------
    name : str
        For people.
    spellings : frozenset of str
        How files call it, in capitals.
    members : frozenset of str
        ISO alpha-3 codes; empty where it is every country, or where who belongs to it is not told.
    former : frozenset of str
        Countries that belonged to it in part of the years.
    is_world : bool
        Whether it is all countries together.
    """

    name: str
    spellings: frozenset[str]
    members: frozenset[str] = field(default_factory=frozenset)
    former: frozenset[str] = field(default_factory=frozenset)
    is_world: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


_UNION = _words(
    "AUT|BEL|BGR|HRV|CYP|CZE|DNK|EST|FIN|FRA|DEU|GRC|HUN|IRL|ITA|LVA|LTU|LUX|MLT|NLD|POL|PRT|ROU|SVK|SVN|ESP|SWE"
)
_LEFT_UNION = _words("GBR")
_EURO = _words("AUT|BEL|HRV|CYP|EST|FIN|FRA|DEU|GRC|IRL|ITA|LVA|LTU|LUX|MLT|NLD|PRT|SVK|SVN|ESP")
_APEC = _words("AUS|BRN|CAN|CHL|CHN|HKG|IDN|JPN|KOR|MYS|MEX|NZL|PNG|PER|PHL|RUS|SGP|TWN|THA|USA|VNM")
_ASEAN = _words("BRN|KHM|IDN|LAO|MYS|MMR|PHL|SGP|THA|VNM")
_USMCA = _words("CAN|MEX|USA")
_EFTA = _words("CHE|ISL|LIE|NOR")
_EAEU = _words("ARM|BLR|KAZ|KGZ|RUS")
_GULF = _words("ARE|BHR|KWT|OMN|QAT|SAU")

AGGREGATES = (
    Aggregate(
        "European Union",
        _words("EUN|EU|EUU|EU25|EU27|EU28|EU15|EU-15|EU-25|EU-27|EU-28|EU 27|EU 28|EU27_2020|EUROPEAN UNION|"
               "EUROPEAN UNION (27)|EUROPEAN UNION 27|EUROPEAN UNION (28)|0003|97|097"),
        _UNION,
        _LEFT_UNION,
    ),
    Aggregate("euro area", _words("EA|EA19|EA20|EA21|EURO AREA|EUROZONE|0025"), _EURO),
    Aggregate("APEC", _words("APEC|0026"), _APEC),
    Aggregate("ASEAN", _words("ASEAN|0027"), _ASEAN),
    Aggregate("USMCA", _words("USMCA|NAFTA|USMCA (NAFTA)|0020"), _USMCA),
    Aggregate("EFTA", _words("EFTA"), _EFTA),
    Aggregate("EAEU", _words("EAEU|EAES|EURASIAN ECONOMIC UNION"), _EAEU),
    Aggregate("GCC", _words("GCC"), _GULF),
    *(
        Aggregate(name, _words(spellings))
        for name, spellings in (
            ("OPEC", "OPEC|0001"), ("OECD", "OECD|0022"), ("NATO", "NATO|0023"), ("LAFTA", "LAFTA|0024"),
            ("CACM", "CACM|0028"), ("CAFTA-DR", "CAFTA-DR|0017"), ("CIS", "COMMONWEALTH OF INDEPENDENT STATES"),
            ("MERCOSUR", "MERCOSUR"), ("Pacific Rim countries", "PACIFIC RIM COUNTRIES|0014"),
            ("Twenty Latin American Republics", "TWENTY LATIN AMERICAN REPUBLICS|0021"),
            ("trade between members of the EU", "INTRA|INTRA_EU|INTRA-EU|INT_EU27_2020|EU27_2020_INTRA|INT_EU28"),
            ("trade across the border of the EU", "EXTRA|EXTRA_EU|EXTRA-EU|EXT_EU27_2020|EU27_2020_EXTRA|EXT_EU28"),
            ("North America", "1XXX|NAC|NORTH AMERICA"), ("Central America", "2XXX|CENTRAL AMERICA"),
            ("South America", "3XXX|SOUTH AMERICA"), ("Latin America and the Caribbean", "LCN"),
            ("Europe", "4XXX|EUROPE"), ("Europe and Central Asia", "ECS"), ("Asia", "5XXX|ASIA"),
            ("East Asia and the Pacific", "EAS"), ("South Asia", "SAS|SOUTH ASIA"),
            ("Middle East and North Africa", "MEA"), ("Sub-Saharan Africa", "SSF|SUB-SAHARAN AFRICA"),
            ("Australia and Oceania", "6XXX|OCEANIA|AUSTRALIA AND OCEANIA"), ("Africa", "7XXX|AFRICA"),
        )
    ),
    Aggregate(
        "World",
        _words("WLD|WORLD|W00|WRL|0|00|000|001|0000|-|ALL|ALL COUNTRIES|ALL PARTNERS|TOTAL|TOTAL FOR ALL COUNTRIES|"
               "WORLD TOTAL|TOTAL WORLD|ALLE LÄNDER|МИР|ВЕСЬ МИР|ВСЕ СТРАНЫ"),
        is_world=True,
    ),
)  # fmt: skip
"""The world last; groups whose members are told first."""

_BY_SPELLING = {spelling: aggregate for aggregate in AGGREGATES for spelling in aggregate.spellings}


def aggregate_of(partner: str) -> Aggregate | None:
    """Return the aggregate that a partner is, None for a country.

    Examples
    --------
    >>> aggregate_of("W00").name, aggregate_of("0003").name, aggregate_of("DEU")
    ('World', 'European Union', None)
    """
    return _BY_SPELLING.get(partner.upper())


def are_among(countries: frozenset[str], partners: Iterable[str]) -> list[bool]:
    """Return which of some partners, however they are written, are among some countries."""
    return [iso3(partner) in countries for partner in partners]
