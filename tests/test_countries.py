"""One partner, however it is written."""

import pytest

from fastavs.countries.census import NAMES, PARTNERS
from fastavs.countries.iso import ISO3
from fastavs.countries.m49 import NUMBERS
from fastavs.countries.names import BY_NAME, name_key
from fastavs.countries.partner import answers_to, find, is_part, iso3, may_be, named, one_spelling


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("BLR", ["BY", "by", " blr ", "112", "4622", "Belarus", "BELARUS"]),
        ("AUS", ["AU", "036", "36", "6021", "Australia"]),
        ("ALB", ["008", "8", "4810"]),
        ("GRC", ["EL", "GR", "300", "4840", "Greece"]),
        ("GBR", ["UK", "GB", "826", "4120", "United Kingdom", "Great Britain"]),
        ("SRB", ["XS", "RS", "688", "4801"]),
        ("USA", ["842", "840", "US", "1000", "United States", "United States of America"]),
        ("FRA", ["251", "250"]),
        ("CHE", ["757", "756", "4419"]),
        ("NOR", ["579", "578"]),
        ("IND", ["699", "356"]),
        ("TWN", ["490", "158", "Other Asia, nes", "Taiwan, Province of China", "Chinese Taipei"]),
        ("KOR", ["Korea, Rep.", "Rep. of Korea", "Korea, Republic of", "South Korea", "Korea, South"]),
        ("PRK", ["Dem. People's Rep. of Korea", "Korea, North"]),
        ("COD", ["Congo, Dem. Rep.", "Dem. Rep. of the Congo", "Congo (DROC)", "ZAR"]),
        ("COG", ["Congo, Rep.", "Congo (ROC)"]),
        ("CIV", ["Côte d'Ivoire", "CÔTE D’IVOIRE", "Ivory Coast"]),
        ("LCA", ["St. Lucia", "Saint Lucia", "ST LUCIA"]),
        ("VIR", ["Virgin Islands, U.S.", "US Virgin Islands", "850"]),
        ("VGB", ["Virgin Islands, British", "Br. Virgin Isds"]),
        ("ROU", ["ROM", "Romania"]),
    ],
)  # fmt: skip
def test_codes_numbers_and_names_of_one_country(code: str, spellings: list[str]) -> None:
    assert {one: iso3(one) for one in [code, *spellings]} == dict.fromkeys([code, *spellings], code)


@pytest.mark.parametrize(
    ("text", "codes"),
    [("CS", ("SCG", "CSK")), ("Congo", ("COG", "COD")), ("korea", ("KOR", "PRK")), ("Virgin Islands", ("VIR", "VGB"))],
)
def test_what_two_countries_are_called_is_neither(text: str, codes: tuple[str, str]) -> None:
    assert (iso3(text), may_be(text)) == (None, codes)


@pytest.mark.parametrize("text", ["", "WLD", "EUN", "EU27_2020", "0003", "999", "XYZ", "R20", "Rest of the world", "²"])
def test_what_is_no_country_stays_as_it_is(text: str) -> None:
    assert (iso3(text), named(text)) == (None, text.upper())


def test_every_country_has_a_number_and_a_name() -> None:
    standard = set(ISO3.values())
    assert standard - set(NUMBERS.values()) == {"XKX"}  # M49 has none for Kosovo
    assert standard - set(BY_NAME.values()) == set()
    assert set(PARTNERS.values()) <= standard
    assert len({name_key(name) for name in NAMES}) <= len(NAMES)
    assert {name: BY_NAME[name_key(name)] for name in NAMES if name != "virgin islands"} == {
        name: code for name, code in NAMES.items() if name != "virgin islands"
    }  # no two names of Schedule C fall together


def test_a_part_is_a_partner_of_its_own_that_its_partner_means_as_well() -> None:
    assert is_part("XI")
    assert is_part("West Bank")
    assert not is_part("GBR")
    assert find("GBR", ["GB", "XI", "XU", "DE"]) == ["GB", "XI", "XU"]
    assert find("XI", ["GB", "XI", "XU"]) == ["XI"]
    assert find("PSE", ["5082", "5083", "4280"]) == ["5082", "5083"]
    assert one_spelling(["XI", "XU", "5082", "5083"]) == (["XI", "XU", "5082", "5083"], {})
    assert answers_to("cs") == ("CS",)


def test_spellings_of_one_partner_become_its_code() -> None:
    assert one_spelling(["BY", "DE", "DEU", "GERMANY", "WLD"]) == (
        ["BY", "DEU", "DEU", "DEU", "WLD"], {"DEU": ["DE", "DEU", "GERMANY"]},
    )  # fmt: skip
