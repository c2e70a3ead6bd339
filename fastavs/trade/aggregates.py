"""Partners that are no country: the world, unions, regions. What trade files call them, and who belongs to them.

The European Union and the euro area have grown and shrunk. A spelling with a number (EU15, EU28, EA19) means the
members of that time in every year; EU27 means those of 2007 until January 2020, those of 2020 afterwards. A spelling
without one (EUN, EU, 0003, 97) means the members of the period: its last month decides, so Croatia belongs to it in
2013 and the United Kingdom does not in 2020. Some statistics give a union of today in years past under the same
spelling; a file does not tell, and the period decides there as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fastavs.countries.partner import iso3
from fastavs.periods import last_month


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
        ISO alpha-3 codes of all that belong to it, or once did; empty where it is every country, or where who belongs
        to it is not told.
    is_world : bool
        Whether it is all countries together.
    by_month : tuple of (str, frozenset of str)
        Its members from a month on ("2013-07"), the months ascending; empty where they are the same at all times.
    """

    name: str
    spellings: frozenset[str]
    members: frozenset[str] = field(default_factory=frozenset)
    is_world: bool = False
    by_month: tuple[tuple[str, frozenset[str]], ...] = ()

    def members_in(self, period: str) -> frozenset[str]:
        """Return the members in the last month of a period; those of today where the period tells no year.

        Examples
        --------
        >>> union = aggregate_of("EUN")
        >>> [len(union.members_in(period)) for period in ("1994", "1995", "2009", "2013H1", "2013", "2020M01", "2020")]
        [12, 15, 27, 27, 28, 28, 27]
        """
        month = last_month(period) or LATEST
        return next((some for since, some in reversed(self.by_month) if since <= month), self.members)


LATEST = "9999-12"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


def _by_month(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the members from each month on, of lines of a month and who joined, or left (after a minus)."""
    found, members = [], frozenset[str]()
    for line in text.strip().splitlines():
        month, *changes = line.split()
        members = (members | {one for one in changes if one[0] != "-"}) - {one[1:] for one in changes if one[0] == "-"}
        found.append((month, members))
    return tuple(found)


_UNION = _by_month("""
1958-01 BEL DEU FRA ITA LUX NLD
1973-01 DNK GBR IRL
1981-01 GRC
1986-01 ESP PRT
1995-01 AUT FIN SWE
2004-05 CYP CZE EST HUN LTU LVA MLT POL SVK SVN
2007-01 BGR ROU
2013-07 HRV
2020-02 -GBR
""")
_EURO = _by_month("""
1999-01 AUT BEL DEU ESP FIN FRA IRL ITA LUX NLD PRT
2001-01 GRC
2007-01 SVN
2008-01 CYP MLT
2009-01 SVK
2011-01 EST
2014-01 LVA
2015-01 LTU
2023-01 HRV
2026-01 BGR
""")


def _since(by_month: tuple[tuple[str, frozenset[str]], ...], *months: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the members from some months on alone; the first of them also before."""
    members = dict(by_month)
    return tuple(("0000-01" if month == months[0] else month, members[month]) for month in months)


def _changing(name: str, spellings: str, by_month: tuple[tuple[str, frozenset[str]], ...]) -> Aggregate:
    """Return a group whose members have changed."""
    return Aggregate(name, _words(spellings), frozenset().union(*(some for _, some in by_month)), by_month=by_month)


def _unions() -> tuple[Aggregate, ...]:
    """Return the European Union in its spellings."""
    spellings = {
        ("1986-01",): "EU12|EU-12|EU 12|EUROPEAN UNION (12)",
        ("1995-01",): "EU15|EU-15|EU 15|EUROPEAN UNION (15)",
        ("2004-05",): "EU25|EU-25|EU 25|EUROPEAN UNION (25)",
        ("2007-01", "2020-02"): "EU27|EU-27|EU 27|EUROPEAN UNION (27)|EUROPEAN UNION 27",
        ("2013-07",): "EU28|EU-28|EU 28|EUROPEAN UNION (28)|EUROPEAN UNION 28",
        ("2020-02",): "EU27_2020|EUROPEAN UNION - 27 COUNTRIES (FROM 2020)",
    }
    plain = "EUN|EU|EUU|EUROPEAN UNION|0003|97|097"
    return (
        _changing("European Union", plain, _UNION),
        *(_changing("European Union", some, _since(_UNION, *months)) for months, some in spellings.items()),
        _changing("European Union", "EU27_2007", _since(_UNION, "2007-01")),
    )


_EURO_AREAS = (
    _changing("euro area", "EA|EURO AREA|EUROZONE|0025", _EURO),
    _changing("euro area", "EA19", _since(_EURO, "2015-01")),
    _changing("euro area", "EA20", _since(_EURO, "2023-01")),
    _changing("euro area", "EA21", _since(_EURO, "2026-01")),
)
_APEC = _words("AUS|BRN|CAN|CHL|CHN|HKG|IDN|JPN|KOR|MYS|MEX|NZL|PNG|PER|PHL|RUS|SGP|TWN|THA|USA|VNM")
_ASEAN = _words("BRN|KHM|IDN|LAO|MYS|MMR|PHL|SGP|THA|VNM")
_USMCA = _words("CAN|MEX|USA")
_EFTA = _words("CHE|ISL|LIE|NOR")
_EAEU = _words("ARM|BLR|KAZ|KGZ|RUS")
_GULF = _words("ARE|BHR|KWT|OMN|QAT|SAU")

AGGREGATES = (
    *_unions(),
    *_EURO_AREAS,
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
            ("trade between members of the EU", "INTRA|INTRA_EU|INTRA-EU|INT_EU27_2020|"
             "EU27_2020_INTRA|INT_EU15|INT_EU25|INT_EU27|INT_EU28"),
            ("trade across the border of the EU", "EXTRA|EXTRA_EU|EXTRA-EU|EXTRA EU|NON-EU|EXTRA-EU27 (FROM 2020)|"
             "EXT_EU27_2020|"
             "EU27_2020_EXTRA|EXT_EU15|EXT_EU25|EXT_EU27|EXT_EU28"),
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
               "WORLD TOTAL|TOTAL WORLD|GRAND TOTAL|TOTAL ALL COUNTRIES|TOTAL - ALL COUNTRIES|"
               "MONDE|MUNDO|ВСЕГО|ALLE LÄNDER|МИР|ВЕСЬ МИР|ВСЕ СТРАНЫ"),
        is_world=True,
    ),
)  # fmt: skip
"""Groups of one size in the order in which they stand where they overlap; the world last."""

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
