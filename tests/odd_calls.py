"""Public functions called with odd arguments: a table of them, and what each call comes to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from small import columns, fx_table, row, schedule

import fastavs as fa
from fastavs.duty import Percent, Specific, read_duty
from fastavs.readers import (
    census,
    comext,
    dataweb,
    eaeu_tariff,
    ecb,
    hts,
    indian_mirror,
    russian_customs,
    uk_tariff,
    usitc,
)  # fmt: skip
from fastavs.replica import make_replica


class Odd:
    """A value of no kind that anyone expects; even its text cannot be had."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")


VALUES: dict[str, Any] = {
    "none": None, "true": True, "zero": 0, "minus one": -1, "half": 0.5, "huge": 10**400, "nan": math.nan,
    "infinity": math.inf, "numpy": np.float64(2.5), "complex": 1j, "bytes": b"EUR", "empty": "", "text": "no such",
    "zero byte": "a\0b", "digits": "٢٠٠٩", "surrogate": "\ud800", "long": "9" * 5000, "path": Path("no/such"),
    "object": Odd(), "class": dict, "function": len, "list": [], "nothings": [None], "numbers": [1, 2.5],
    "texts": ["no such"], "nested": [[["x"]]], "dict": {}, "by number": {1: 2}, "by text": {"no such": Odd()},
    "set": {"x"}, "array": np.array([[1.0, 2.0]]), "table": pa.table({"x": [1]}),
}  # fmt: skip


def trade() -> Any:
    return columns(
        [row("2009", "2203000100", "DEU", 100.0, 50.0, "l"), row("2009", "2203000900", "CHN", 70.0, 9.0, "l")]
    )


def a_study(**more: Any) -> fa.Study:
    duties = schedule({2009: {"2203000100": "max(5%, 0.2 EUR/l)", "2203000900": "10%"}})
    return fa.Study(**({"trade": trade(), "applied": duties, "fx": fx_table()} | more))


def calls(folder: Path) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Every public function by name, with arguments that it takes; each of them is replaced by odd ones in turn."""
    study, index = a_study(), fa.build_index(a_study())
    rates = study.rates()
    scenarios = [fa.Scenario("as it is")]
    sweep = fa.sweep(study, scenarios, by="chapter")
    duty = fa.parse_duty("max(15%, 0.15 EUR/kg)")
    where = {"prefixes": ("22",), "schedule": "both", "years": (2009,)}
    index.save(folder / "study.avs")
    (folder / "some.csv").write_text("x,y\n1,2\n")
    path = folder / "some.csv"
    yield "Study", a_study, {
        "trade": trade(), "applied": schedule({2009: {"2203000100": "5%"}}),
        "bound": None, "fx": None, "partners": None, "groups": None, "published": None, "drop": None, "name": "x",
        "note": "", "currency": "USD", "value_basis": "CIF", "base": None, "options": None, "valuation": (),
        "bridges": (), "columns": None,
    }  # fmt: skip
    yield "Study.load", fa.Study.load, {"path": folder / "gone.toml"}
    yield "Study.explain", study.explain, {"line": "2203000100", "year": 2009}
    yield "Study.rates", study.rates, {"progress": lambda *_: None}
    yield "Study.index", study.index, {"scenarios": scenarios, "progress": lambda *_: None}
    yield "sweep", fa.sweep, {
        "study": study, "scenarios": scenarios, "outputs": None, "by": (), "lines": (), "whole_lines": None,
        "executor": None, "threads": 1, "index": None, "progress": lambda *_: None,
    }  # fmt: skip
    yield "Scenario", lambda name, changes: fa.Scenario(name, changes), {"name": "x", "changes": fa.FxShock("EUR", 1.1)}
    yield "FxShock", fa.FxShock, {"currency": "EUR", "factor": 1.1, "periods": None}
    yield "ScaleDuty", fa.ScaleDuty, {"ad_valorem": 1.0, "specific": 0.9, "group": None, "currency": "EUR", **where}
    yield "ShiftDuty", fa.ShiftDuty, {"ad_valorem": 0.0, "specific": 0.9, "group": None, "currency": "EUR", **where}
    yield "SetDuty", fa.SetDuty, {"duty": "5%", **where}
    trades = {"partners": ("CHN",), "regions": (), "periods": None}
    yield "PriceShock", fa.PriceShock, {"factor": 1.1, "prefixes": (), **trades}
    yield "ExcludePartners", fa.ExcludePartners, trades
    yield "OnlyPartners", fa.OnlyPartners, trades
    yield "Resample", fa.Resample, {"seed": 1}
    yield "parse_duty", fa.parse_duty, {"text": "5%", "dollar": "USD", "decimal": None}
    yield "read_duty", read_duty, {"text": "5%", "language": None}
    yield "Duty", fa.Duty, {"expr": duty.expr}
    yield "Duty.rate", duty.rate, {"unit_value": 2.0, "fx": {"EUR": 1.1}}
    yield (
        "Duty.rate by kind",
        lambda unit_value, fx: duty.rate({"kg": unit_value}, {"EUR": fx}),
        {"unit_value": 2.0, "fx": 1.1},
    )
    yield "Duty.pieces", duty.pieces, {"fx": {"EUR": 1.1}}
    yield "Percent", Percent, {"value": duty.expr.parts[0].value}
    yield "Specific", Specific, {"amount": 1, "currency": "EUR", "unit": duty.specifics[0].unit}
    yield "build_index", fa.build_index, {"study": study, "scenarios": scenarios}
    yield "SortedIndex.load", fa.SortedIndex.load, {"path": folder / "study.avs", "study": study, "mapped": True}
    yield "SortedIndex.save", index.save, {"path": folder / "other.avs"}
    yield "SortedIndex.insist_on", index.insist_on, {"study": study}
    yield "Rates.by", rates.by, {"grouping": "chapter"}
    yield "Rates.observations", rates.observations, {"line": "2203000100", "year": 2009}
    yield "Rates.year", rates.year, {"year": 2009}
    yield "Sweep.by", sweep.by, {"grouping": "chapter"}
    yield from function_calls(study, folder)
    yield "make_replica", make_replica, {"folder": folder / "some.csv", "seed": 1, "scale": 99.0}
    yield from reader_calls(path)


def function_calls(study: Any, folder: Path) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Tariff functions."""
    function = fa.tariff_function(study, sectors="chapter", regions="all")
    function.save(folder / "tariff.avt")
    factors = {"price": None, "fx": {"EUR": 1.1}, "ad_valorem": 1.0, "specific": 0.9}
    cell = {"sector": "22", "region": "all", "year": 2009}
    yield "TariffFunction", function, {**factors, "out": None}
    yield "TariffFunction.value_and_jacobian", function.value_and_jacobian, {**factors, "out": None}
    yield "TariffFunction.curve", function.curve, {**cell, "currency": "EUR"}
    yield "TariffFunction.critical", function.critical, cell
    yield "TariffFunction.revenue", function.revenue, {"value": [[1.0]], **factors}
    yield "TariffFunction.table", function.table, factors
    yield "TariffFunction.select", function.select, {"years": [2009], "sectors": ["22"], "regions": ["all"]}
    yield "TariffFunction.save", function.save, {"path": folder / "other.avt"}
    yield "TariffFunction.load", fa.TariffFunction.load, {"path": folder / "tariff.avt"}
    yield "Jacobian.matrix", function.value_and_jacobian()[1].matrix, {"by": "price"}


def reader_calls(path: Path) -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """The readers; what they are given is of no layout that they know, so that every call ends in an InputError."""
    yield "census.read", census.read, {
        "path": path, "period": None, "measure": "consumption", "by": "year", "partners": None,
    }  # fmt: skip
    yield "comext.read_bulk", comext.read_bulk, {
        "path": path, "reporter": None, "flow": "imports", "trade": "all", "fx": None, "by": "year",
    }  # fmt: skip
    yield "comext.read_exports", comext.read_exports, {"path": path, "line": "22030001", "fx": None, "by": "year"}
    yield "comext.read_imports", comext.read_imports, {"path": path, "flow": "imports", "fx": None}
    yield "dataweb.read", dataweb.read, {"path": path, "value": None, "by": "year", "partners": None}
    yield "eaeu_tariff.read", eaeu_tariff.read, {"path": path, "year": 2020}
    yield "ecb.read", ecb.read, {"path": path, "currency": "USD", "periods": ["2020"], "currencies": ("EUR",)}
    yield "hts.read", hts.read, {"path": path, "year": 2020, "column": "general", "digits": 8}
    yield "indian_mirror.read", indian_mirror.read, {"path": path, "flow": "imports", "by": "year"}
    yield "russian_customs.read", russian_customs.read, {
        "path": path, "flow": "imports", "by": "year", "part_years": None,
    }  # fmt: skip
    yield "uk_tariff.read", uk_tariff.read, {"path": path, "year": 2020, "column": "ukgt", "digits": 8, "on": None}
    yield "usitc.read", usitc.read, {"path": path, "year": 2020, "on": None}


def odd_calls(folder: Path) -> Iterator[tuple[str, str, str, Callable[[], Any]]]:
    """Every odd call: the function, the argument, what is odd, and the call."""
    for name, function, sound in calls(folder):
        for argument in sound:
            for what, value in VALUES.items():
                yield name, argument, what, lambda f=function, s=sound, a=argument, v=value: f(**(s | {a: v}))
