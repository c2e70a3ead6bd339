"""One partner, however it is written: ISO alpha-2 and alpha-3, M49, Schedule C, Eurostat's codes, names in English.

A number of up to three digits is one of M49 (leading zeros may be lost), one of four digits one of Schedule C.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from fastavs.countries.census import PARTNERS
from fastavs.countries.iso import to_iso3
from fastavs.countries.m49 import NUMBERS
from fastavs.countries.names import BY_NAME, DOUBTFUL, name_key
from fastavs.errors import InputError

EUROSTAT: dict[str, str] = {"EL": "GRC", "UK": "GBR", "XI": "GBR", "XU": "GBR", "XS": "SRB"}
"""Eurostat's own codes where they are not ISO's."""

_FORMER = {"ROM": "ROU", "ZAR": "COD", "ZR": "COD", "TMP": "TLS", "TP": "TLS", "BUR": "MMR", "BU": "MMR", "KSV": "XKX"}
"""Codes that ISO or the World Bank had before for countries that are still the same."""

_DOUBTFUL = {"CS": ("SCG", "CSK")}
"""Codes that ISO gave to two countries, one after the other."""

_PARTS = frozenset({"XI", "XU", "5082", "5083"})
_NAMED_PARTS = frozenset(
    name_key(f"{one}{by}") for one in ("Gaza Strip", "West Bank") for by in ("", " administered by Israel")
)
"""Parts of a partner: a setting that names one means it alone, one that names the partner means its parts as well."""


def written(partner: str) -> str:
    """Return a partner's code or name without blanks around it, in capitals."""
    return partner.strip().upper()


@lru_cache(maxsize=1 << 12)
def iso3(partner: str) -> str | None:
    """Return the ISO alpha-3 code of a partner, None where none is known or two are meant.

    Parameters
    ----------
    partner : str
        A code, a number or a name in English.

    Examples
    --------
    >>> [iso3(one) for one in ("BY", "blr", "112", "4622", "Belarus", "EL", "840", "CS", "XYZ")]
    ['BLR', 'BLR', 'BLR', 'BLR', 'BLR', 'GRC', 'USA', None, None]
    """
    text = written(partner)
    if text in _DOUBTFUL or not text:
        return None
    if text.isascii() and text.isdigit():
        return PARTNERS.get(text) if len(text) > 3 else NUMBERS.get(text.zfill(3))
    found = EUROSTAT.get(text) or _FORMER.get(text) or to_iso3(text)
    if found is None:
        name = name_key(text)
        found = None if name in DOUBTFUL else BY_NAME.get(name)
    return found


def may_be(partner: str) -> tuple[str, ...]:
    """Return the ISO alpha-3 codes of the countries that a partner may be, where it may be more than one.

    Examples
    --------
    >>> may_be("Korea"), may_be("KOR")
    (('KOR', 'PRK'), ())
    """
    text = written(partner)
    return _DOUBTFUL.get(text) or DOUBTFUL.get(name_key(text), ())


def is_part(partner: str) -> bool:
    """Whether statistics give only a part of a country under this code or name.

    Examples
    --------
    >>> is_part("XI"), is_part("GB")
    (True, False)
    """
    text = written(partner)
    return text in _PARTS or name_key(text) in _NAMED_PARTS


def named(partner: str) -> str:
    """Return what a setting's partner is compared by: its ISO alpha-3 code, else as it is written.

    Examples
    --------
    >>> named("by"), named("XI"), named("EUN")
    ('BLR', 'XI', 'EUN')
    """
    return written(partner) if is_part(partner) else iso3(partner) or written(partner)


@lru_cache(maxsize=1 << 12)
def answers_to(partner: str) -> tuple[str, ...]:
    """Return what settings may call a partner of the trade, the nearest first; see `named`.

    Examples
    --------
    >>> answers_to("BY"), answers_to("XI"), answers_to("EUN")
    (('BY', 'BLR'), ('XI', 'GBR'), ('EUN',))
    """
    return tuple(dict.fromkeys((written(partner), iso3(partner) or written(partner))))


def one_spelling(partners: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Return partners with one spelling each, and the spellings of those that have several, by ISO alpha-3 code.

    A partner of one spelling keeps it; parts of a partner are partners of their own.

    Examples
    --------
    >>> one_spelling(["BY", "DE", "DEU"])
    (['BY', 'DEU', 'DEU'], {'DEU': ['DE', 'DEU']})
    """
    spellings: dict[str, list[str]] = {}
    for partner in partners:
        if not is_part(partner):
            spellings.setdefault(iso3(partner) or partner, []).append(partner)
    several = {code: some for code, some in spellings.items() if len(some) > 1}
    new = {partner: code for code, some in several.items() for partner in some}
    return [new.get(partner, partner) for partner in partners], several


def refuse_doubtful(partner: str, partners: Iterable[str], key: str, about: str | None = None) -> None:
    """Stop at a setting's partner that may be two countries, unless the trade itself writes it so.

    Parameters
    ----------
    partner : str
        As the setting names it.
    partners : iterable of str
        Those of the trade.
    key : str
        The setting.
    about : str, optional
        What it is part of.

    Raises
    ------
    InputError
        Names both countries.
    """
    countries = may_be(partner)
    if countries and written(partner) not in partners:
        raise InputError(
            "a partner that may be two countries", key=key, about=about, value=partner,
            expected=" or ".join(countries), cure="write the ISO alpha-3 code of the one that is meant",
        )  # fmt: skip


def find(partner: str, partners: Iterable[str]) -> list[str]:
    """Return those of the trade's partners that a setting's partner means."""
    wanted = named(partner)
    return [one for one in partners if wanted in answers_to(one)]
