"""Duty texts that once went wrong or were refused, each with what it must give."""

from __future__ import annotations

import pytest

from fastavs.duty import parse_duty
from fastavs.errors import DutyError

READ = [
    ("$2,445.26/kg", "2445.26 USD/kg"),
    ("1.234,56 EUR/100 kg", "1234.56 EUR/100 kg"),
    ("5% but not less than 4.74¢/kg or more than 9.48¢/kg", "min(max(5%, 0.0474 USD/kg), 0.0948 USD/kg)"),
    ("5% but not less than 4.74¢/kg and not more than 9.48¢/kg", "min(max(5%, 0.0474 USD/kg), 0.0948 USD/kg)"),
    ("5% but not less than 4.74¢/kg nor more than 9.48¢/kg", "min(max(5%, 0.0474 USD/kg), 0.0948 USD/kg)"),
    ("5%, or, if lower, $0.45/kg", "min(5%, 0.45 USD/kg)"),
    ("5% or $0.45/kg, if lower", "min(5%, 0.45 USD/kg)"),
    ("10% or 35 EUR/100 kg, whichever is the greater duty", "max(10%, 35 EUR/100 kg)"),
    ("35% and $0.526/L", "35% + 0.526 USD/l"),
    ("35% + 799 yen/kg", "35% + 799 JPY/kg"),
    ("1000 won/kg", "1000 KRW/kg"),
    ("10% (but not less than 0.5 EUR/kg)", "max(10%, 0.5 EUR/kg)"),
    ("$1.60/metric tonne", "1.6 USD/t"),
    ("8.80 % + 147.00 GBP / Hectokilogram", "8.8% + 147 GBP/100 kg"),
    ("<b>8.80 %</b> + <span>147.00 GBP</span> / 100 kg", "8.8% + 147 GBP/100 kg"),
    ("3.3¢/kg + 2.2¢ each", "0.033 USD/kg + 0.022 USD/piece"),
    ("37 EUR / 1000 items", "37 EUR/1000 piece"),
]
REFUSED = [
    ("95 EUR/1.000 kg", "1 or 1000"),
    ("95.00 EUR/1.000 kg", "1 or 1000"),
    ("8.5 EUR/1.000 piece", "1 or 1000"),
    ("max(10%, 2 EUR/1.000 kg)", "1 or 1000"),
    ("0/15%", "two rates"),
    ("A$1.22/kg", "AUD"),
    ("Rs. 500/tonne", "INR, PKR"),
    ("2.50 kr/kg", "DKK, NOK, SEK or ISK"),
    ("R4.5/kg", "ZAR or BRL"),
    ("Kshs 50/kg", "unknown currency"),
    ("9 % + EA MAX 18.7% + AD S/Z", "the agricultural component depends on the recipe"),
    ("10% + 5 EUR / 100 kg / net drained wt", "the drained mass is no net mass"),
]


@pytest.mark.parametrize(("text", "duty"), READ)
def test_read(text: str, duty: str) -> None:
    assert parse_duty(text).text == duty


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(DutyError, match=reason):
        parse_duty(text)
