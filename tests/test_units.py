"""Units: canonical names, customs' own names, kinds that do not mix, and bridges."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastavs.errors import UnitError
from fastavs.units.names import NAMES, OKEI, OKEI_OTHER, OTHER
from fastavs.units.units import BASE_UNITS, KINDS, NO_UNIT, Bridge, Unit, parse_unit, plain_number, read_unit

CANONICAL = [*BASE_UNITS.values(), "g", "t", "hl", "MWh"]


@pytest.mark.parametrize(
    ("text", "kind", "size"),
    [
        ("kg", "mass", 1),
        ("g", "mass", Fraction(1, 1000)),
        ("t", "mass", 1000),
        ("100 kg", "mass", 100),
        ("1000 kg", "mass", 1000),
        ("carat", "carat", 1),
        ("l", "volume", 1),
        ("hl", "volume", 100),
        ("1000 l", "volume", 1000),
        ("m3", "m3", 1),
        ("lpa", "alcohol", 1),
        ("piece", "piece", 1),
        ("12 piece", "piece", 12),
        ("1000 piece", "piece", 1000),
        ("pair", "pair", 1),
        ("m2", "area", 1),
        ("m", "length", 1),
        ("cm3", "cm3", 1),
        ("kWh", "energy", 1),
        ("MWh", "energy", 1000),
        ("head", "head", 1),
        ("bbl", "bbl", 1),
        ("pfl", "pfl", 1),
        ("pfgal", "pfgal", 1),
        ("0.5 l", "volume", Fraction(1, 2)),
    ],
)
def test_canonical_units(text: str, kind: str, size: Fraction) -> None:
    assert parse_unit(text) == Unit(kind, Fraction(size), text)


def test_each_kind_has_its_base_unit() -> None:
    assert [parse_unit(BASE_UNITS[kind]).kind for kind in KINDS] == list(KINDS)
    assert all(parse_unit(name).size == 1 for name in BASE_UNITS.values())


@given(st.sampled_from(CANONICAL), st.fractions(min_value=Fraction(1, 10**6), max_value=10**6))
def test_units_read_back(name: str, count: Fraction) -> None:
    unit = parse_unit(name).times(count)
    assert parse_unit(unit.text) == unit
    assert read_unit(unit.text) == unit
    assert unit.size == count * parse_unit(name).size


@pytest.mark.parametrize("text", ["1 kg", "01 kg", "1kg", " kg ", "1.0 kg", "2/2 kg"])
def test_one_is_not_printed(text: str) -> None:
    assert parse_unit(text).text == "kg"


@pytest.mark.parametrize(
    "text", ["", "kilo", "0 kg", "0.0 kg", "-1 kg", "kg kg", "1e3 kg", "Kg", "100", "кг", "1/0 kg"]
)
def test_not_canonical(text: str) -> None:
    with pytest.raises(UnitError, match="unknown unit"):
        parse_unit(text)


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(UnitError, match=r'did you mean "piece"\?'):
        parse_unit("100 pieces")
    with pytest.raises(UnitError, match=r'did you mean "hectolitre"\?'):
        read_unit("hectolire")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        # OKEI codes, with their leading zeros and without
        ("006", "m"),
        ("055", "m2"),
        ("55", "m2"),
        ("111", "cm3"),
        ("112", "l"),
        ("113", "m3"),
        ("114", "1000 m3"),
        ("130", "1000 l"),
        ("162", "carat"),
        ("163", "g"),
        ("166", "kg"),
        ("168", "t"),
        ("246", "MWh"),
        ("715", "pair"),
        ("796", "piece"),
        ("797", "100 piece"),
        ("798", "1000 piece"),
        ("831", "lpa"),
        # Russian names, as the tariff and customs files print them
        ("ШТ", "piece"),
        ("шт.", "piece"),
        ("шт (колод)", "piece"),
        ("100 шт", "100 piece"),
        ("1000 ШТ", "1000 piece"),
        ("тыс. шт", "1000 piece"),
        ("пар", "pair"),
        ("ПАРА", "pair"),
        ("КАР", "carat"),
        ("л", "l"),
        ("1000 Л", "1000 l"),
        ("Л 100% СПИРТА", "lpa"),
        ("м²", "m2"),
        ("М2", "m2"),
        ("м³", "m3"),
        ("1000 М3", "1000 m3"),
        ("1000 КВТ*Ч", "1000 kWh"),
        ("1000 кВт·ч", "1000 kWh"),
        ("ТОННА, МЕТРИЧЕСКАЯ ТОННА (1000 КГ)", "t"),
        # letters of UN/ECE Recommendation 20
        ("KGM", "kg"),
        ("TNE", "t"),
        ("DTN", "100 kg"),
        ("LTR", "l"),
        ("HLT", "hl"),
        ("NMB", "piece"),
        ("H87", "piece"),
        ("NPR", "pair"),
        ("MTK", "m2"),
        ("MTQ", "m3"),
        ("CTM", "carat"),
        ("LPA", "lpa"),
        # UN Comtrade
        ("u", "piece"),
        ("2u", "pair"),
        ("12u", "12 piece"),
        ("1000u", "1000 piece"),
        ("m²", "m2"),
        ("Area in square meters", "m2"),
        # Eurostat
        ("p/st", "piece"),
        ("100 p/st", "100 piece"),
        ("1 000 p/st", "1000 piece"),
        ("l alc. 100 %", "lpa"),
        ("c/k", "carat"),
        ("1000 kWh", "1000 kWh"),
        # the United States
        ("KG", "kg"),
        ("No.", "piece"),
        ("DOZ", "12 piece"),
        ("doz. prs.", "12 pair"),
        ("DPR", "12 pair"),
        ("PRS", "pair"),
        ("GRS", "144 piece"),
        ("THS", "1000 piece"),
        ("thousand m3", "1000 m3"),
        ("PFL", "pfl"),
        ("pf.liters", "pfl"),
        ("BBL", "bbl"),
        ("GM", "g"),
        ("1,000 items", "1000 piece"),
        # the whole list of UN Comtrade, short and in full
        ("km", "1000 m"),
        ("1000 L", "1000 l"),
        ("1000 KG", "1000 kg"),
        ("kWH", "kWh"),
        ("l alc 100%", "lpa"),
        ("1000 m³", "1000 m3"),
        ("Thousand of items", "1000 piece"),
        ("Length in Kilometers", "1000 m"),
        ("Weight in grams", "g"),
        ("Weight in thousand of kilograms", "1000 kg"),
        ("Volume in thousands of liters", "1000 l"),
        ("Volume in thousand cubic meters", "1000 m3"),
        ("Electrical energy in kilowatt-hours", "kWh"),
        ("Electrical energy in thousands of kilowatt-hours", "MWh"),
        ("Litre pure (100 %) alcohol - l alc. 100%", "lpa"),
        # TARIC and the UK tariff, in full
        ("Hectokilogram", "100 kg"),
        ("Hectometre", "100 m"),
        ("HMT", "100 m"),
        ("Hundred items", "100 piece"),
        ("1000 pa", "1000 pair"),
        ("MPR", "1000 pair"),
        ("1000 kilowatt hours", "1000 kWh"),
        ("Litre pure (100%) alcohol", "lpa"),
        # Canada, Ethiopia, and measures that are so many metric ones by definition
        ("TMQ", "1000 m3"),
        ("PAR", "pair"),
        ("Mt.sq.", "m2"),
        ("Mt.cu.", "m3"),
        ("Lit.", "l"),
        ("metric tonne", "t"),
        ("LB", "0.45359237 kg"),
        ("100 lbs", "45.359237 kg"),
        ("sq. yd.", "0.83612736 m2"),
        ("ft", "0.3048 m"),
        ("sticks", "piece"),
        # India
        ("KGS", "kg"),
        ("SQM", "m2"),
        ("THD", "1000 piece"),
    ],
)
def test_customs_names(text: str, unit: str) -> None:
    assert read_unit(text) == parse_unit(unit)


@pytest.mark.parametrize(
    "text",
    [
        *["кг N", "861", "кг 90% с/в", "845", "кг K2O", "кг К2О", "кг KO", "кг P2O5", "кг H2O2", "кг NaOH", "кг U"],
        *["г Д/И", "Ки", "305", "185", "214", "251", "745", "ЭЛЕМ", "KG MET.AM", "KG NET EDA", "kg/net eda"],
        *["kg 90 % sdt", "GT", "ct/l", "ce/el", "CYK", "CKG", "KTS", "JWL", "SME", "W", "шт, м", "GR", "K", "TON"],
        *["1000 кг N", "X", "–", "?"],
        *["U (jeu/pack)", "hive", "Bq", "TJ", "ct/l", "gi F/S", "GRT", "Kilogram of nitrogen", "Number of cells"],
        *["% vol", "% vol/hl", "10 000 kg/polar", "100 kg/br", "100 kg/net mas", "100 kg/net/%sacchar.", "EUR", "GKG"],
        *["DTNE", "DTNG", "KGMA", "TNEZ", "kg/lactic matter", "100 kg std qual", "1000 kg/biodiesel", "tonne KCl"],
        *["gallon", "oz", "cwt", "bottles", "Not available or not specified or no quantity."],
    ],
)
def test_known_but_not_charged_by(text: str) -> None:
    with pytest.raises(UnitError, match="a unit that no duty is charged on") as caught:
        read_unit(text)
    assert caught.value.known


@pytest.mark.parametrize("text", ["bushel", "GIF", "999", "7", "1000", "кг кг", "-5 kg", "²"])
def test_unheard_of(text: str) -> None:
    with pytest.raises(UnitError, match="unknown unit") as caught:
        read_unit(text)
    assert not caught.value.known


def test_letters_of_the_wrong_alphabet() -> None:
    assert read_unit("M2") == read_unit("М2") == read_unit("м2")
    assert read_unit("KГ") == read_unit("КГ") == parse_unit("kg")


def test_names_have_one_meaning() -> None:
    listed = [name for names in (*NAMES.values(), *OTHER.values()) for name in names.split("|")]
    assert len(listed) == len(set(listed))
    for unit, names in NAMES.items():
        assert {read_unit(name).text for name in names.split("|")} == {unit}
    for names in OTHER.values():
        for name in names.split("|"):
            with pytest.raises(UnitError) as caught:
                read_unit(name)
            assert caught.value.known, name


def test_okei_codes_have_one_meaning() -> None:
    assert not OKEI.keys() & OKEI_OTHER.keys()
    assert all(read_unit(f"{code:03d}") == parse_unit(unit) for code, unit in OKEI.items())
    for code in OKEI_OTHER:
        with pytest.raises(UnitError) as caught:
            read_unit(str(code))
        assert caught.value.known


def test_no_unit() -> None:
    assert {"", "?", "–", "-", "X", "NA", "ZZZ"} <= NO_UNIT


def test_kinds_are_apart() -> None:
    alike = [
        ("l", "m3"),
        ("l", "lpa"),
        ("l", "pfl"),
        ("pfl", "pfgal"),
        ("kg", "carat"),
        ("piece", "pair"),
        ("piece", "head"),
        ("m3", "cm3"),
        ("kg", "l"),
    ]
    assert all(parse_unit(one).kind != parse_unit(other).kind for one, other in alike)


def test_a_unit_checks_itself() -> None:
    with pytest.raises(UnitError, match="no unit of kind volume"):
        Unit("volume", Fraction(1), "kg")
    with pytest.raises(UnitError, match="no unit of kind mass"):
        Unit("mass", Fraction(10), "100 kg")


def test_bridge_is_in_base_units() -> None:
    bridge = Bridge.make("2203", "hl", "t", 0.1)
    assert (bridge.from_kind, bridge.to_kind, bridge.factor) == ("volume", "mass", 1.0)
    assert Bridge.make("870321", "piece", "cm3", 500).factor == 500.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("87A", "piece", "cm3", 500.0), "bridge prefix"),
        (("", "piece", "cm3", 500.0), "bridge prefix"),
        (("8703", "kg", "t", 500.0), "from a kind to itself"),
        (("8703", "piece", "cm3", 0.0), "bridge factor"),
        (("8703", "piece", "cm3", -1.0), "bridge factor"),
        (("8703", "piece", "cm3", float("nan")), "bridge factor"),
        (("8703", "piece", "cm3", float("inf")), "bridge factor"),
        (("8703", "pieces", "cm3", 500.0), "unknown unit"),
    ],
)
def test_bad_bridges(arguments: tuple[str, str, str, float], message: str) -> None:
    with pytest.raises(UnitError, match=message):
        Bridge.make(*arguments)


def test_bridge_of_unknown_kind() -> None:
    with pytest.raises(UnitError, match=r"unknown kind of quantity.*did you mean \"volume\"\?"):
        Bridge("2203", "volumes", "mass", 1.0)


@given(st.fractions())
def test_plain_numbers_are_exact(value: Fraction) -> None:
    text = plain_number(value)
    assert Fraction(text) == value
    assert "e" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(617, 1000), "0.617"),
        (Fraction(10), "10"),
        (Fraction(25, 2), "12.5"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 10**9), "0.000000001"),
        (Fraction(10**20), "1" + 20 * "0"),
        (Fraction(100, 3), "100/3"),
    ],
)
def test_plain_numbers(value: Fraction, text: str) -> None:
    assert plain_number(value) == text


@pytest.mark.parametrize(("number", "either"), [("4", "0.01 m"), ("6", "pair"), ("8", "kg"), ("06", "m")])
def test_numbers_of_two_lists_are_refused(number: str, either: str) -> None:
    with pytest.raises(UnitError, match=f"may be .*{either}") as found:  # Comtrade counts pairs under 6, OKEI metres
        read_unit(number)
    assert "three digits" in str(found.value)
