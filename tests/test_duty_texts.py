"""Duties as authorities print them, and the refusal of what has no reading.

The texts are single figures and wordings of the EAEU tariff (2025-2026), the EU and UK tariffs (2020), the US tariff
(2024-2025) and WTO schedules.
"""

from __future__ import annotations

import pytest

from fastavs.duty import parse_duty, read_duty
from fastavs.errors import DutyError
from fastavs.units.units import read_unit

RUSSIAN = [
    ("0", "0%"),
    ("15", "15%"),
    ("11,25", "11.25%"),
    ("15%", "15%"),
    ("15 процентов", "15%"),
    ("12,5 процента от таможенной стоимости", "12.5%"),
    ("беспошлинно", "0%"),
    ("0,4 евро за 1 л", "0.4 EUR/l"),
    ("0,018 евро за л", "0.018 EUR/l"),
    ("0,2 евро за 1 м2", "0.2 EUR/m2"),
    ("0,2 евро за 1 м²", "0.2 EUR/m2"),
    ("0,2 евро за 1 кв. м", "0.2 EUR/m2"),
    ("0,34 евро за 1 пару", "0.34 EUR/pair"),
    ("2,86 евро за 1 шт", "2.86 EUR/piece"),
    ("2,86 евро за 1 шт.", "2.86 EUR/piece"),
    ("11,18 евро за 1000 шт", "11.18 EUR/1000 piece"),
    ("11,18 евро за 1 000 шт", "11.18 EUR/1000 piece"),
    ("11,18 евро за 1\u00a0000 шт", "11.18 EUR/1000 piece"),
    ("11,18 евро за 1\u2009000 шт", "11.18 EUR/1000 piece"),
    ("11,18 евро за тыс. шт", "11.18 EUR/1000 piece"),
    ("140 долларов США за 1000 кг", "140 USD/1000 kg"),
    ("162 доллара США за 1000 кг", "162 USD/1000 kg"),
    ("171 доллар США за 1000 кг", "171 USD/1000 kg"),
    ("171 долл. США за 1 т", "171 USD/t"),
    ("30 руб. за 1 кг", "30 RUB/kg"),
    ("1 евро за 1 см3 объема двигателя", "1 EUR/cm3"),
    ("1 евро за 1 см³ объёма двигателя", "1 EUR/cm3"),
    ("1 евро за 1 смN объема двигателя", "1 EUR/cm3"),
    ("1 евро за 1 см рабочего объема двигателя", "1 EUR/cm3"),
    ("0,5 евро за 1 л 100% спирта", "0.5 EUR/lpa"),
    ("0,5 евро за 1 кг нетто", "0.5 EUR/kg"),
    ("2 евро за 1 МВт·ч", "2 EUR/MWh"),
    ("5 плюс 0,2 евро за 1 кг", "5% + 0.2 EUR/kg"),
    ("5% + 0,2 евро за 1 кг", "5% + 0.2 EUR/kg"),
    ("25 минус 0,1 евро за 1 кг", "25% - 0.1 EUR/kg"),
    ("25% за вычетом 0,1 евро за 1 кг", "25% - 0.1 EUR/kg"),
    ("15, но не менее 0,15 евро за 1 кг", "max(15%, 0.15 EUR/kg)"),
    ("15, но не менее 0.15 евро за 1 кг", "max(15%, 0.15 EUR/kg)"),
    ("15%,но не менее 0,15  ЕВРО ЗА 1 КГ", "max(15%, 0.15 EUR/kg)"),
    ("15 процентов, но не менее чем 0,15 евро за 1 килограмм", "max(15%, 0.15 EUR/kg)"),
    ("20, но не менее 2 евро за 1000 шт", "max(20%, 2 EUR/1000 piece)"),
    ("15, но не более 0,15 евро за 1 кг", "min(15%, 0.15 EUR/kg)"),
    ("10 плюс 0,1 евро за 1 кг, но не менее 12", "max(10% + 0.1 EUR/kg, 12%)"),
    ("18, но не менее 0,2 евро за 1 кг, но не более 25", "min(max(18%, 0.2 EUR/kg), 25%)"),
    ("15 или 0,15 евро за 1 кг, что больше", "max(15%, 0.15 EUR/kg)"),
    ("15 либо 0,15 евро за 1 кг, в зависимости от того, что меньше", "min(15%, 0.15 EUR/kg)"),
    (
        "15, либо 12,5, но не менее 0,6 евро за 1 см3 объема двигателя, в зависимости от того, какая из исчисленных "
        "сумм таможенной пошлины ниже",
        "min(15%, max(12.5%, 0.6 EUR/cm3))",
    ),
    (
        "15, либо 12,5, но не менее 0,6 евро за 1 смN объема двигателя, в зависимости от того, какая из исчисленных "
        "сумм таможенной пошлины выше",
        "max(15%, max(12.5%, 0.6 EUR/cm3))",
    ),
    ("15 или 2 евро за 1 пару, в зависимости от того, какая сумма является наибольшей", "max(15%, 2 EUR/pair)"),
    ("наибольшая из: 15 или 0,15 евро за 1 кг", "max(15%, 0.15 EUR/kg)"),
    ("(5 плюс 0,2 евро за 1 кг)", "5% + 0.2 EUR/kg"),
]

EUROPEAN = [
    ("0.0%", "0%"),
    ("12.80% + 303.40 EUR / 100 kg", "12.8% + 303.4 EUR/100 kg"),
    ("12.00% + 253.00 GBP/100kg", "12% + 253 GBP/100 kg"),
    ("12.800 % + 303.400 EUR DTN", "12.8% + 303.4 EUR/100 kg"),
    ("6.4 + 24.6 EUR/100 kg", "6.4% + 24.6 EUR/100 kg"),
    ("7.2 MIN 0.36 EUR/100 kg", "max(7.2%, 0.36 EUR/100 kg)"),
    ("18.4% MIN 22 EUR/100 kg MAX 24 EUR/100 kg", "min(max(18.4%, 22 EUR/100 kg), 24 EUR/100 kg)"),
    ("0.50 EUR / item MIN 2.70% MAX 4.60%", "min(max(0.5 EUR/piece, 2.7%), 4.6%)"),
    ("6.20% + 27.10 EUR / 100 kg MAX 17.90%", "min(6.2% + 27.1 EUR/100 kg, 17.9%)"),
    (
        "9.10% + 45.10 EUR / 100 kg MAX 18.90% + 16.50 EUR / 100 kg",
        "min(9.1% + 45.1 EUR/100 kg, 18.9% + 16.5 EUR/100 kg)",
    ),
    ("114.00 EUR / tonne", "114 EUR/t"),
    ("95.00 GBP/1000kg", "95 GBP/1000 kg"),
    ("32.00 EUR / hl", "32 EUR/hl"),
    ("52.00 EUR / 1,000 items", "52 EUR/1000 piece"),
    ("8,5 EUR/1 000 p/st", "8.5 EUR/1000 piece"),
    ("40.00% + 121.00 EUR / hl + 20.60 EUR / 100 kg", "40% + 121 EUR/hl + 20.6 EUR/100 kg"),
    ("6.50% MAX 5.00 EUR / 100 m", "min(6.5%, 5 EUR/100 m)"),
    ("8.00% MAX 2.80 EUR / m2", "min(8%, 2.8 EUR/m2)"),
    ("5.6% MIN 3 €/100kg/net", "max(5.6%, 3 EUR/100 kg)"),
    ("CHF 12.50 per 100 kg", "12.5 CHF/100 kg"),
]

AMERICAN = [
    ("Free", "0%"),
    ("6.8%", "6.8%"),
    ("33 1/3%", "100/3%"),
    ("61.7 cents/kg + 16%", "0.617 USD/kg + 16%"),
    ("4.4¢/kg", "0.044 USD/kg"),
    ("3.7¢/kg +51.2%", "0.037 USD/kg + 51.2%"),
    ("1/2 cent/kg", "0.005 USD/kg"),
    ("$1.055/kg", "1.055 USD/kg"),
    ("$1.035/kg + 14.9%", "1.035 USD/kg + 14.9%"),
    ("1¢ each", "0.01 USD/piece"),
    ("90 cents each", "0.9 USD/piece"),
    ("$2.16 each", "2.16 USD/piece"),
    ("8.5¢/doz.", "0.085 USD/12 piece"),
    ("76¢/pr. + 32%", "0.76 USD/pair + 32%"),
    ("14¢/gross + 4.3%", "0.14 USD/144 piece + 4.3%"),
    ("89.6¢/1000", "0.896 USD/1000 piece"),
    ("$6/1000", "6 USD/1000 piece"),
    ("$1.50/1,000 + 50%", "1.5 USD/1000 piece + 50%"),
    ("20¢/thousand + 3.5%", "0.2 USD/1000 piece + 3.5%"),
    ("$0.51/pf.liter", "0.51 USD/pfl"),
    ("4.4¢/liter + 31.4¢/pf. liter", "0.044 USD/l + 0.314 USD/pfl"),
    ("4.4¢/liter + 31.4¢/pf. liter on ethyl alcohol content", "0.044 USD/l + 0.314 USD/pfl"),
    ("5.25¢/bbl", "0.0525 USD/bbl"),
    ("68¢/head", "0.68 USD/head"),
    ("39.7¢/t", "0.397 USD/t"),
    ("$1.13/m3", "1.13 USD/m3"),
    ("18.7¢/m²", "0.187 USD/m2"),
    ("3.3¢/lin. m", "0.033 USD/m"),
    ("13.5¢/kg + 6.3% + 1.9¢/article", "0.135 USD/kg + 6.3% + 0.019 USD/piece"),
]

OTHERS = [
    ("14.7 %; or 13.3 %, but not less than 0.12 EUR/l; whichever is the lower", "min(14.7%, max(13.3%, 0.12 EUR/l))"),
    ("15 %, but not less than 0.15 EUR per kg", "max(15%, 0.15 EUR/kg)"),
    ("15 per cent ad valorem but not more than EUR 2 per pair", "min(15%, 2 EUR/pair)"),
    ("10% or 2 EUR/kg, whichever is lower", "min(10%, 2 EUR/kg)"),
    ("10% or 2 EUR/kg whichever is the greater", "max(10%, 2 EUR/kg)"),
    ("10% or 2 EUR/kg, whichever is greater, but not more than 30%", "min(max(10%, 2 EUR/kg), 30%)"),
    ("the greater of 10% and 5% + 2 EUR/kg", "max(10%, 5% + 2 EUR/kg)"),
    ("2 EUR/kg, with a maximum of 10%", "min(2 EUR/kg, 10%)"),
    ("20 % less 2 EUR/kg", "20% - 2 EUR/kg"),
    ("20%-2 EUR/kg", "20% - 2 EUR/kg"),
    ("20 за вычетом 5", "20% - 5%"),
    ("20% less 5%", "20% - 5%"),
    ("max(15%, $1.05/kg)", "max(15%, 1.05 USD/kg)"),
]

# Canada, Australia and New Zealand, Japan and Korea, India, the UK's web pages; "$" is read as US dollars unless told.
CUSTOMS = [
    ("5% but not less than 4.74¢/kg or more than 9.48¢/kg", "min(max(5%, 0.0474 USD/kg), 0.0948 USD/kg)"),
    ("5% but not less than 4.74¢/kg and not more than 9.48¢/kg", "min(max(5%, 0.0474 USD/kg), 0.0948 USD/kg)"),
    ("5% but not less than 4.74¢/kg nor more than 9.48¢/kg", "min(max(5%, 0.0474 USD/kg), 0.0948 USD/kg)"),
    ("10% but not more than 9 EUR/kg or less than 4 EUR/kg", "max(min(10%, 9 EUR/kg), 4 EUR/kg)"),
    ("10% but no more than 9 EUR/kg nor less than 4 EUR/kg", "max(min(10%, 9 EUR/kg), 4 EUR/kg)"),
    ("256 % but not less than $36.67/hl", "max(256%, 36.67 USD/hl)"),
    ("$106.50/tonne plus 7 %", "106.5 USD/t + 7%"),
    ("$1.60/metric tonne", "1.6 USD/t"),
    ("12.28¢/litre of absolute ethyl alcohol", "0.1228 USD/lpa"),
    ("4.4 c/kg + 8.5 %", "0.044 USD/kg + 8.5%"),
    ("4,5c/kg", "0.045 USD/kg"),
    ("5%, or, if lower, $0.45/kg", "min(5%, 0.45 USD/kg)"),
    ("5%; or, if higher, $0.45/kg", "max(5%, 0.45 USD/kg)"),
    ("5% or $0.45/kg, if lower", "min(5%, 0.45 USD/kg)"),
    ("5% and $0.526/L", "5% + 0.526 USD/l"),
    ("$33.526 per l al", "33.526 USD/lpa"),
    ("$62.52/L of alcohol", "62.52 USD/lpa"),
    ("$1.40312/stick", "1.40312 USD/piece"),
    ("35% + 799 yen/kg", "35% + 799 JPY/kg"),
    ("(482 yen/kg)", "482 JPY/kg"),
    ("21.3% or 114yen/kg, whichever is the greater", "max(21.3%, 114 JPY/kg)"),
    ("(10% or 5 yen/kg, whichever is the less)", "min(10%, 5 JPY/kg)"),
    ("10% or 5 yen/kg (whichever is the less)", "min(10%, 5 JPY/kg)"),
    ("10% or 5 yen/kg, whichever is the greater duty", "max(10%, 5 JPY/kg)"),
    ("10% or 5 yen/kg, whichever amount is higher", "max(10%, 5 JPY/kg)"),
    ("10% or 5 yen/kg, whichever results in the higher duty", "max(10%, 5 JPY/kg)"),
    ("either 10% or 5 yen/kg, whichever is the higher rate", "max(10%, 5 JPY/kg)"),
    (
        "35% or 15 yen/kg, whichever is the greater, subject to a maximum duty of 25 yen/kg",
        "min(max(35%, 15 JPY/kg), 25 JPY/kg)",
    ),
    ("30% or ₩1908/kg, whichever is greater", "max(30%, 1908 KRW/kg)"),
    ("₹ 30 per kg", "30 INR/kg"),
    ("5 baht/kg", "5 THB/kg"),
    ("7 Canadian dollars/kg", "7 CAD/kg"),
    ("10 US cents/kg", "0.1 USD/kg"),
    ("10 euro cents/kg", "0.1 EUR/kg"),
    ("10% (but not less than 0.5 EUR/kg)", "max(10%, 0.5 EUR/kg)"),
    ("10% (min. 2 EUR/kg; max. 3 EUR/kg)", "min(max(10%, 2 EUR/kg), 3 EUR/kg)"),
    ("10%, minimum 2 EUR/kg, maximum 3 EUR/kg", "min(max(10%, 2 EUR/kg), 3 EUR/kg)"),
    ("15 (но не менее 0,5 евро за 1 кг)", "max(15%, 0.5 EUR/kg)"),
    ("15, но не менее 0,5 евро за 1 кг и не более 2 евро за 1 кг", "min(max(15%, 0.5 EUR/kg), 2 EUR/kg)"),
    ("20%, но не менее 0.8 EUR за 1 см3, мл", "max(20%, 0.8 EUR/cm3)"),
    ("20%, но не менее 2 EUR за 1 1000 шт", "max(20%, 2 EUR/1000 piece)"),
    ("15% or 95 INR per sq. metre, whichever is higher", "max(15%, 95 INR/m2)"),
    ("8.80 % + 147.00 GBP / Hectokilogram", "8.8% + 147 GBP/100 kg"),
    ("£34.00 / 100 kg", "34 GBP/100 kg"),
    ("5¢ apiece", "0.05 USD/piece"),
    ("5¢ ea.", "0.05 USD/piece"),
    ("$2 per head", "2 USD/head"),
    ("5 EUR/2u", "5 EUR/pair"),
    ("5 EUR/12u", "5 EUR/12 piece"),
    ("5 EUR/1000u", "5 EUR/1000 piece"),
    ("5 EUR/100 lbs", "5 EUR/45.359237 kg"),
    ("3 1/2 cents per lb", "0.035 USD/0.45359237 kg"),
    ("12.5 per cent. ad val.", "12.5%"),
    (
        "<span>10.20</span> % + <span>93.10</span> EUR / <abbr title='Hectokilogram'>100 kg</abbr>",
        "10.2% + 93.1 EUR/100 kg",
    ),
    ("80.50 EUR / <abbr title='Hectokilogram'>Hectokilogram</abbr>", "80.5 EUR/100 kg"),
    ("<td>2 &euro; / m<sup>2</sup></td>", "2 EUR/m2"),
    ("15%&nbsp;+&nbsp;2&nbsp;EUR/kg<br>", "15% + 2 EUR/kg"),
]


@pytest.mark.parametrize(("text", "canonical"), [*RUSSIAN, *EUROPEAN, *AMERICAN, *OTHERS, *CUSTOMS])
def test_reading(text: str, canonical: str) -> None:
    duty = parse_duty(text)
    assert duty.text == canonical
    assert parse_duty(canonical) == duty


UNITS = {
    "en": {
        "kilograms": "kg",
        "g": "g",
        "metric tons": "t",
        "DTN": "100 kg",
        "litre": "l",
        "hectolitre": "hl",
        "proof liter": "pfl",
        "pf. gal.": "pfgal",
        "l alc. 100%": "lpa",
        "hl alc. 100%": "100 lpa",
        "No.": "piece",
        "doz": "12 piece",
        "gross": "144 piece",
        "hundred": "100 piece",
        "thou- sand": "1000 piece",
        "prs.": "pair",
        "doz. prs.": "12 pair",
        "sq. m": "m2",
        "cubic metre": "m3",
        "cm³": "cm3",
        "metre": "m",
        "carat": "carat",
        "kWh": "kWh",
        "MWh": "MWh",
        "head": "head",
        "barrel": "bbl",
        "NAR": "piece",
    },
    "ru": {
        "кг": "kg",
        "грамм": "g",
        "тонну": "t",
        "литр": "l",
        "гл": "hl",
        "л чистого спирта": "lpa",
        "штуку": "piece",
        "тысячу штук": "1000 piece",
        "пар": "pair",
        "м2": "m2",
        "куб. м": "m3",
        "см3": "cm3",
        "пог. м": "m",
        "карат": "carat",
        "кВт·ч": "kWh",
        "МВт*ч": "MWh",
        "голову": "head",
        "баррель": "bbl",
    },
}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *((f"2.5 EUR/{name}", unit) for name, unit in UNITS["en"].items()),
        *((f"2,5 евро за {name}", unit) for name, unit in UNITS["ru"].items()),
    ],
)
def test_units_in_texts(text: str, unit: str) -> None:
    assert parse_duty(text).text == f"2.5 EUR/{unit}"


@pytest.mark.parametrize("code", ["KGM", "TNE", "LTR", "HLT", "LPA", "HPA", "NAR", "NPR", "MTK", "MTQ", "MTR", "GRM"])
def test_units_by_letter_code_need_no_slash(code: str) -> None:
    assert parse_duty(f"2.5 EUR {code}").specifics[0].unit == read_unit(code)


CURRENCIES = {
    "en": {
        "EUR": "EUR",
        "€": "EUR",
        "euros": "EUR",
        "USD": "USD",
        "$": "USD",
        "US dollars": "USD",
        "£": "GBP",
        "JPY": "JPY",
    },
    "ru": {"евро": "EUR", "долларов США": "USD", "долл.": "USD", "рублей": "RUB", "₽": "RUB", "тенге": "KZT"},
}


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        *((f"2.5 {name}/kg", currency) for name, currency in CURRENCIES["en"].items()),
        *((f"2,5 {name} за 1 кг", currency) for name, currency in CURRENCIES["ru"].items()),
        ("EUR 2.5/kg", "EUR"),
        ("US$ 2.5/kg", "USD"),
        ("JPY 2.5/kg", "JPY"),
        ("2,5 фунта стерлингов за 1 кг", "GBP"),
        ("2,5 белорусских рублей за 1 кг", "BYN"),
    ],
)
def test_currencies_in_texts(text: str, currency: str) -> None:
    assert parse_duty(text).text == f"2.5 {currency}/kg"


REFUSED = [
    # the base is no quantity that trade is counted in
    ("0.90 EUR / % vol / hl + 6.40 EUR / hl", "% vol / hl", "strength by volume"),
    ("1.00 GBP/%vol/hl", "%vol/hl", "strength by volume"),
    ("5.10% + 9.40 EUR / 100 kg / net drained wt", "/ net drained wt", "drained mass"),
    ("4.00% + 7.80 GBP/100kg eda", "eda", "drained mass"),
    ("5.9¢/kg on drained weight", "on drained weight", "drained mass"),
    ("1.19 EUR / kg / lactic matter + 27.50 EUR / 100 kg", "/ lactic matter", "lactic matter"),
    ("0.40 EUR / 100 kg /net/ % sacchar.", "/ % sacchar.", "sugar content"),
    ("33.90 EUR / 100 kg / std qual", "/ std qual", "standard quality"),
    ("50.70 EUR / 100 kg / net dry", "/ net dry", "dry matter"),
    ("42.00 GBP/100kg mas", "mas", "dry matter"),
    ("1.62 EUR / kg / tot alc", "/ tot alc", "alcohol content"),
    ("3.80% MIN 0.60 EUR / 100 kg / gross", "/ gross", "gross mass"),
    ("CHF 12.50 per 100 kg gross", "gross", "gross mass"),
    ("18.7¢/clean kg", "clean kg", "clean yield"),
    ("17¢ each + 2.5% + 1¢/jewel", "jewel", "jewels"),
    ("0.3¢/line/ gross + 4.6%", "line/ gross", "button lines"),
    ("10¢/pack + 20%", "pack", "packs"),
    ("5 USD/ton", "ton", "907, 1000 or 1016"),
    ("0,5 евро за 1 кг брутто", "брутто", "gross mass"),
    ("0,5 евро за 1 кг сухого вещества", "сухого вещества", "content of a substance"),
    ("0,5 евро за 1 кг N", "N", "content of a substance"),
    # a part of the good, or more than the good
    ("51¢ each + 6.25% on the case + 5.3% on the strap", "on the case", "part of the good"),
    ("4.9% on the value of the lead content", "of the lead content", "part of the good"),
    ("1.5¢/kg on lead content", "on lead content", "part of the good"),
    ("16.9¢/kg of total sugars + 5.1%", "of total sugars", "part of the good"),
    ("5¢/kg on contents and container", "on contents and container", "more than the good"),
    ("$1.10/t, including weight of container", ", including weight of container", "more than the good"),
    # depends on something else
    ("9.00% +  EA", "EA", "recipe"),
    ("9.00% +  EA MAX 18.70%  + ADSZ", "EA MAX 18.70%  + ADSZ", "recipe"),
    ("Entry Price", "Entry Price", "entry price"),
    ("13.00% (01 JAN-14 FEB, 16 JUN-31 DEC), 0.00% (15 FEB-15 JUN)", "(01 JAN-14 FEB, 16 JUN-31 DEC)", "time of year"),
    ("14.00% (01 JUL - 31 JAN), 0.00% (01 FEB - 30 JUN)", "(01 JUL - 31 JAN)", "time of year"),
    ("3.66¢/kg less 0.02¢/kg for each degree under 100 degrees", "for each", "property of the good"),
    ("The rate applicable to the natural juice in heading 2009", "The rate", "stands elsewhere"),
    ("The duty provided in the applicable subheading + 25%", "The duty", "stands elsewhere"),
    ("No additional duty", "No additional duty", "stands elsewhere"),
    ("Free, under bond", ", under bond", "on a condition"),
    ("Free (see U.S. note 4)", "(see U.S. note 4)", "on a condition"),
    # numbers with two readings, and numbers that are no rates
    ("1,125 EUR/kg", "1,125", "decimal or group thousands"),
    ("$1,035 each", "1,035", "decimal or group thousands"),
    ("5 EUR/1.000 items", "1.000", "decimal or group thousands"),
    ("5 евро за 1.000 шт", "1.000", "decimal or group thousands"),
    ("5 EUR/0 items", "0", "no units"),
    ("0,4 евро за 1 мN", "мN", "m2 or m3"),
    ("0406900000", "0406900000", "no rate is that high"),
    ("5%-10%", "-", "a range"),
    ("5% – 10%", "–", "a range"),
    ("5-10", "-", "a range"),
    ("10%-5%", "-", "a range"),
    ("5 EUR/1,0600 items", "1,0600", "decimal or group thousands"),
    # TARIC: units and qualifiers by their codes, components, and nothing at all
    ("0.6 EUR ASV X", "ASV", "strength by volume"),
    ("0.6 EUR ASVX", "ASV", "strength by volume"),
    ("5 EUR DTN G", "G", "gross mass"),
    ("5 GBP DTNE", "E", "drained mass"),
    ("5 EUR DTN M", "M", "dry matter"),
    ("5 GBP DTN R", "R", "standard quality"),
    ("5 EUR DTN Z", "Z", "sugar content"),
    ("5 EUR KGM P", "P", "lactic matter"),
    ("5 EUR KGM A", "A", "alcohol content"),
    ("5 EUR MTQ C", "C", "1000 of the unit"),
    ("5 EUR TNE J", "J", "qualified"),
    ("5 EUR/kg N", "N", "content of a substance"),
    ("5 EUR/100 kg raw sugar", "raw sugar", "content of a substance"),
    ("5 EUR/NCL", "NCL", "cells or elements"),
    ("5 EUR/ct/l", "ct/l", "carrying capacity"),
    ("6.50% + EAR", "EAR", "recipe"),
    ("9% + ADSZR", "ADSZR", "recipe"),
    ("NIHIL", "NIHIL", "no rate"),
    ("N/A", "N/A", "no rate"),
    ("--", "--", "no rate"),
    ("0.50 GBP / % vol/hl + 2.60 GBP / hl", "% vol/hl", "strength by volume"),
    # for some only, or with a footnote
    ("Free (A+,AU,BH,CL)", "(A+,AU,BH,CL)", "some programmes or partners"),
    ("2.3% (KR)", "(KR)", "some programmes or partners"),
    ("CCCT, LDCT, UST: Free", "CCCT, LDCT, UST: Free", "some programmes or partners"),
    ("15%*", "*", "a footnote"),
    ("15%¹", "¹", "a footnote"),
    ("15% (1)", "(1)", "a footnote"),
    # what the value lacks, what goes by content
    ("(250 yen - the value for customs duty)/kg", "the value", "lacks to a price"),
    ("For the Pooled Quota 535.53 yen/kg", "For the Pooled Quota", "stands elsewhere"),
    ("$ 2,158.65/kg of tobacco content", "of tobacco content", "part of the good"),
    ("$62.52/L of alcohol calculated on that by which it exceeds 1.15", "calculated on that", "part of the good"),
    # currencies and units that have more than one meaning, or none
    ("A$1.22/kg", "A$", "AUD"),
    ("$A1.22/kg", "$A", "AUD"),
    ("HK$5/kg", "HK$", "HKD"),
    ("Rs. 95 per kg", "Rs.", "INR, PKR"),
    ("10 kr/kg", "kr", "DKK, NOK, SEK"),
    ("¥5/kg", "¥", "JPY or CNY"),
    ("5 pounds/kg", "pounds", "GBP"),
    ("7 foo/kg", "foo", "unknown currency"),
    ("foo 7/kg", "foo", "unknown currency"),
    ("5 EUR/M", "M", "metre or thousand"),
    ("5 EUR/car", "car", "unknown unit"),
    ("5 EUR/gal", "gal", "3.785 or 4.546"),
    ("5 EUR/cwt", "cwt", "45.36 or 50.80"),
    # alternatives whose parts are not plain
    ("10% or 2 EUR/kg and 5%, whichever is lower", "and", "not plain"),
]


@pytest.mark.parametrize(("text", "part", "reason"), REFUSED)
def test_refusal_names_the_part_and_the_reason(text: str, part: str, reason: str) -> None:
    with pytest.raises(DutyError) as caught:
        parse_duty(text)
    message = str(caught.value)
    assert f'cannot read "{part}' in message
    assert f"(character {text.index(part) + 1})" in message
    assert reason in message
    assert text in message


BROKEN = [
    ("15% MIN", "on where it ends", "a number"),
    ("12 EUR", "on where it ends", '"/"'),
    ("max(15%", "on where it ends", '","'),
    ("max(15%, 0.15 EUR/kg", "on where it ends", '")"'),
    ("15% or 2 EUR/kg", "on where it ends", "which of the alternatives applies"),
    ("15 или 0,15 евро за 1 кг", "on where it ends", "which of the alternatives applies"),
    ("15, но не менее", "on where it ends", "a number"),
    ("15, 5", '", 5" (character 3)', '"%"'),
    ("foo", '"foo" (character 1)', "a number"),
    ("-5%", '"-5%" (character 1)', "a number"),
    ("1e5%", '"e5%" (character 2)', '"%"'),
    ("5%%", '"%" (character 3)', '"+"'),
    ("0.15 EUR/kg 5%", '"5%" (character 13)', '"+"'),
    ("1.1 /kg", '"/kg" (character 5)', "a currency"),
    ("15, но не менее 0,15 евро за 1 фунт", '"фунт" (character 32)', "a unit"),
    ("5% + 3 EUR/bushel", '"bushel" (character 12)', "kg, carat, l"),
    ("3 EUR/piec", 'did you mean "piece"', "kg, carat, l"),
    ("3 EUR/kg + 5 EUR/doz. + foo", '"foo" (character 25)', "a number"),
    ("$1.13/m?", '"?" (character 8)', '"+"'),
    ("6.5% 2/", '"2/" (character 6)', '"+"'),
]


@pytest.mark.parametrize(("text", "where", "expected"), BROKEN)
def test_errors_say_where_and_what_was_expected(text: str, where: str, expected: str) -> None:
    with pytest.raises(DutyError) as caught:
        parse_duty(text)
    message = str(caught.value)
    assert where in message
    assert expected in message
    assert text in message


def test_parentheses_are_only_expected_where_one_is_open() -> None:
    with pytest.raises(DutyError) as caught:
        parse_duty("5% 5%")
    assert '")"' not in str(caught.value)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_text_is_no_duty(text: str) -> None:
    with pytest.raises(DutyError, match="empty duty"):
        parse_duty(text)


def test_a_legal_paragraph_is_no_duty() -> None:
    with pytest.raises(DutyError, match="more than 2000 characters"):
        parse_duty("15% " * 600)


@pytest.mark.parametrize("text", ["15%<sup>1</sup>", "5 EUR/kg K<sub>2</sub>O"])
def test_a_raised_mark_is_no_part_of_a_number(text: str) -> None:
    with pytest.raises(DutyError, match="a raised or lowered mark"):
        parse_duty(text)


@pytest.mark.parametrize(
    "text", ["<b>1</b><b>5</b>%", "1<b>000</b> EUR/t", "8.<b>80</b>%", "<td>5</td><td>100 EUR/kg</td>"]
)
def test_no_number_goes_across_a_tag(text: str) -> None:
    with pytest.raises(DutyError, match="does not fit"):
        parse_duty(text)


def test_the_dollar_is_the_tariffs_own() -> None:
    assert parse_duty("$1.60/t").text == "1.6 USD/t"
    assert parse_duty("$1.60/t", dollar="CAD").text == "1.6 CAD/t"
    assert parse_duty("4.74¢/kg or 5 dollars/t, whichever is lower", dollar="CAD").currencies == ("CAD",)
    assert parse_duty("US$1.60/t + 2 US cents/kg", dollar="CAD").currencies == ("USD",)
    assert parse_duty("2 USD/t", dollar="CAD").text == "2 USD/t"
    assert parse_duty("2 долл. за 1 т", dollar="CAD").text == "2 CAD/t"
    assert parse_duty("2 доллара США за 1 т", dollar="CAD").text == "2 USD/t"
    assert read_duty("$1.60/t", dollar="AUD").text == "1.6 AUD/t"
    with pytest.raises(DutyError, match=r'currency of the dollar "A\$"'):
        parse_duty("$1.60/t", dollar="A$")
    with pytest.raises(DutyError, match='decimal mark ";"'):
        parse_duty("$1.60/t", decimal=";")


def test_language_decides_what_a_comma_is() -> None:
    assert read_duty("3,125", "ru").text == "3.125%"
    assert read_duty("0,125").text == "0.125%"
    assert read_duty("12,5").text == "12.5%"
    with pytest.raises(DutyError, match="decimal or group thousands"):
        read_duty("3,125")
    with pytest.raises(DutyError, match=r"language of a duty .*canonical, en, ru"):
        read_duty("3,125", "fr")


def test_canonical_only() -> None:
    assert read_duty("15%", "canonical").text == "15%"
    with pytest.raises(DutyError):
        read_duty("15", "canonical")


def test_a_duty_is_read_once() -> None:
    assert parse_duty("17.31% + 1 EUR/kg") is parse_duty("17.31% + 1 EUR/kg")
