"""Names of countries in English, as the UN, the World Bank and people write them, besides those of Schedule C."""

from __future__ import annotations

import re
import unicodedata

from fastavs.countries.census import NAMES, entries

_FURTHER = """
ALA Aland Islands|ANT Netherlands Antilles|ARE UAE|ATA Antarctica|BES Bonaire, Sint Eustatius and Saba
BLM Saint Barthelemy|BOL Plurinational State of Bolivia|BVT Bouvet Island|CAF Central African Rep.
CSK Czechoslovakia|CZE Czech Rep.|COD Zaire|DOM Dominican Rep.|EGY Arab Republic of Egypt
FLK Falkland Islands (Malvinas)|GBR UK|GGY Guernsey
GBR Britain
GBR United Kingdom of Great Britain and Northern Ireland|HKG China, Hong Kong SAR|HKG Hong Kong, China|IMN Isle of Man
IRN Islamic Republic of Iran|JEY Jersey|KGZ Kyrgyz Republic|LAO Lao PDR|LBY Libyan Arab Jamahiriya
MAC China, Macao SAR|MAC Macao, China|MAF Saint Martin (French part)|MDA Republic of Moldova
MKD TFYR of Macedonia|MKD The former Yugoslav Republic of Macedonia|MKD Republic of North Macedonia|NLD Holland
NRU Naoero|PCN Pitcairn|PRK Democratic People's Republic of Korea|PSE Palestine|PSE State of Palestine
PSE Occupied Palestinian Territory|PSE West Bank and Gaza|SCG Serbia and Montenegro
SGS South Georgia and the South Sandwich Islands|SHN Saint Helena, Ascension and Tristan da Cunha|SUN Soviet Union
SUN USSR|SXM Sint Maarten (Dutch part)|TWN Other Asia, nes|TWN Taiwan, China|TWN Taiwan, Province of China
TZA United Republic of Tanzania|UMI United States Minor Outlying Islands|VAT Holy See (Vatican City State)|VAT Vatican
VEN Bolivarian Republic of Venezuela|VEN Venezuela, RB|VIR Virgin Islands (US)|XKX Republic of Kosovo
FRO Faeroe Islands|FSM FS Micronesia|NLD Kingdom of the Netherlands|WLF Wallis and Futuna Islands
"""

_SHORT = {
    "rep": "republic", "dem": "democratic", "fed": "federated", "sts": "states", "st": "saint", "isl": "islands",
    "isds": "islands", "is": "islands", "utd": "united", "afr": "african", "br": "british", "n": "northern",
}  # fmt: skip
_IDLE = frozenset({"the", "of", "and", "de"})


def name_key(name: str) -> str:
    """Return what a country's name is compared by: its words in order of the alphabet, accents and short forms evened.

    Examples
    --------
    >>> name_key("Korea, Rep. of") == name_key("Republic of Korea"), name_key("Côte d'Ivoire")
    (True, 'cote divoire')
    """
    letters = unicodedata.normalize("NFKD", name.casefold()).replace("-", " ")
    letters = re.sub(r"(?<=[a-z]{2})\.", " ", letters)
    words = re.sub(r"[^a-z0-9 ]", "", letters.replace(",", " ").replace("&", " ")).split()
    return " ".join(sorted(_SHORT.get(word, word) for word in words if word not in _IDLE))


BY_NAME: dict[str, str] = {name_key(name): code for name, code in NAMES.items()} | {
    name_key(entry[4:]): entry[:3] for entry in entries(_FURTHER)
}
"""ISO alpha-3 codes by what `name_key` makes of a name."""

DOUBTFUL: dict[str, tuple[str, ...]] = {
    name_key("Congo"): ("COG", "COD"),
    name_key("Korea"): ("KOR", "PRK"),
    name_key("Virgin Islands"): ("VIR", "VGB"),
    name_key("Saint Martin"): ("MAF", "SXM"),
}
"""Names that two countries may be meant by."""
