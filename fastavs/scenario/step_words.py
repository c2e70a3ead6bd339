"""Steps of a scenario in words: what each does, and to which lines."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from fastavs.scenario.selection import Except, Selection, years_written
from fastavs.scenario.step_duties import Add, Cap, DropSpecific, Floor, Scale, Set, Swiss, Tariffication, Tiers
from fastavs.scenario.step_study import BasePeriod, Options, Weights
from fastavs.scenario.step_trade import Exclude, Fx, Include, Only, Price
from fastavs.scenario.step_years import ALL, Advance, Delay, Freeze, Put
from fastavs.scenario.steps import AnyStep, verb_of
from fastavs.scenario.trade import Resample
from fastavs.scenario.written import as_number, as_text
from fastavs.shown.words import listed, plural

_NAMED = 5  # codes, partners, years that are named one by one
_LEFT = "those"
_PART = {"rate": "the rate", "ad_valorem": "every percentage", "specific": "every amount"}
_FORM = {
    "ad_valorem": "of a percentage alone", "specific": "of an amount alone", "greater": "of the greater of two",
    "lesser": "of the lesser of two", "compound": "of a sum", "other": "of another form",
}  # fmt: skip
_LEVEL = {Set: "set to", Cap: "capped at", Floor: "no lower than"}
_PARTNERS = {Exclude: "without", Only: "only", Include: "with, though excluded before,"}
_WEIGHTS = {
    "all": "weights: imports from all partners", "mfn": "weights: imports from MFN partners",
    "fixed": "weights of the unchanged study",
}  # fmt: skip


def step_told(step: AnyStep) -> tuple[str, str]:
    """Return what a step does, and to what.

    Examples
    --------
    >>> import fastavs as fa
    >>> step_told(fa.Cap("10%", lists="ita", except_={"prefixes": "8517"}))
    ('capped at 10 %, of the rate', 'lines of the list ita without 8517')
    """
    if isinstance(step, Set | Cap | Floor | Add | Scale | Swiss | Tiers):
        if isinstance(step, Add) and isinstance(step.value, Fraction):
            return _points_told(step.value, _PART[step.of]), selection_told(step.selection)
        return f"{_duty_told(step)}, of {_PART[step.of]}", selection_told(step.selection)
    if isinstance(step, DropSpecific):
        return "specific parts dropped", selection_told(step.selection)
    if isinstance(step, Tariffication):
        into = "percentages" if step.value == "ad_valorem" else f"amounts in {_money(step.value)}"
        return f"turned into {into} with the same rate", selection_told(step.selection)
    if isinstance(step, Delay | Advance):
        return _moved_told(step), selection_told(step.selection)
    if isinstance(step, Freeze):
        return f"as in {step.value} from then on", selection_told(step.selection)
    if isinstance(step, Put):
        return f"years replaced by those of {step.value}", f"the {step.schedule} schedule"
    return _study_told(step)


def _duty_told(step: Set | Cap | Floor | Add | Scale | Swiss | Tiers) -> str:
    if isinstance(step, Scale):
        return f"times {_plain(step.value)}"
    if isinstance(step, Swiss):
        return f"Swiss formula with {_spaced(as_text(step.value))}"
    if isinstance(step, Tiers):
        tiers = [f"{_percent(one.cut)} off above {_percent(one.above)}" for one in step.value]
        return f"cut by tiers: {listed(tiers)}"
    text = _spaced(as_text(step.value))
    if isinstance(step, Add):
        return f"less {text[1:]}" if text.startswith("-") else f"plus {text}"
    return f"{_LEVEL[type(step)]} {text}"


def _points_told(value: Fraction, part: str) -> str:
    """Return what is added in points, so that nobody takes it for a share of the rate."""
    points = as_text(abs(value)).removesuffix("%")
    return f"{'less' if value < 0 else 'plus'} {points} percentage point{'' if points == '1' else 's'}, of {part}"


def _moved_told(step: Delay | Advance) -> str:
    way = "later" if isinstance(step, Delay) else "sooner"
    if step.value != ALL:
        return f"{plural(int(step.value), 'year')} {way}"
    return "never changed" if isinstance(step, Delay) else "all changes at once"


def _study_told(step: AnyStep) -> tuple[str, str]:
    if isinstance(step, Fx):
        told = [
            f"{one.currency} worth {_plain(one.factor)} times as much" + (f" in {one.period}" if one.period else "")
            for one in step.value
        ]
        return listed(told), ""
    if isinstance(step, Price):
        some = {"partners": step.partners, "regions": step.regions, "periods": step.periods or ()}
        who = [f"{what} {named(names)}" for what, names in some.items() if names]
        codes = [] if step.selection.is_everything else [selection_told(step.selection, "codes")]
        return f"values times {_plain(step.value)}", ", ".join([*codes, *who]) or "all trade"
    if isinstance(step, Exclude | Only | Include):
        whom = named([*step.partners, *step.regions])
        return f"{_PARTNERS[type(step)]} {whom}", f"periods {named(step.periods)}" if step.periods else ""
    if isinstance(step, Resample):
        return f"partners drawn with replacement, seed {step.seed}", ""
    if isinstance(step, Weights):
        return _WEIGHTS[step.value], ""
    if isinstance(step, BasePeriod | Options):
        given = {key: named(one) if isinstance(one, list) else one for key, one in step.value_written().items()}
        return f"{verb_of(step).replace('_', ' ')}: {', '.join(f'{key} {one}' for key, one in given.items())}", ""
    return repr(step), ""


def selection_told(selection: Selection, what: str = "lines") -> str:
    """Return which lines a selection is for.

    Examples
    --------
    >>> import fastavs as fa
    >>> selection_told(fa.Selection(prefixes="22", years="2015-2020", except_={"sensitive": 0.05, "by": "imports"}))
    'lines under 22, years 2015-2020 without the 5 % with the largest imports'
    """
    found = _keys_told(selection, what)
    left = _left_told(selection.except_) if selection.except_ else []
    return (", ".join(found) or f"all {what}") + (f" without {listed(left)}" if left else "")


def _keys_told(some: Selection | Except, what: str) -> list[str]:
    found = []
    if some.prefixes:
        found.append(named(some.prefixes) if what == _LEFT else f"{what} under {named(some.prefixes)}")
    if some.lists:
        found.append(f"{what} of the list{'s' if len(some.lists) > 1 else ''} {named(some.lists)}")
    found += [f"{what} of {grouping} {named(members)}" for grouping, members in some.groups]
    if some.form:
        found.append(f"duties {' or '.join(_FORM[one] for one in some.form)}")
    money = [*some.currency, *some.unit]
    if money:
        found.append(f"duties with amounts in {' or '.join(some.currency) or 'any currency'}" + (
            f" by {' or '.join(some.unit)}" if some.unit else ""
        ))  # fmt: skip
    if some.schedule != "both":
        found.append(f"the {some.schedule} schedule")
    if some.years is not None:
        found.append(f"years {named(years_written(some.years))}")
    return found


def _left_told(left: Except) -> list[str]:
    found = _keys_told(left, _LEFT)
    if left.sensitive is not None:
        found.append(f"the {_percent(left.sensitive)} with the largest {left.by}")
    return found


def facts_told(about: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what a scenario has besides its steps, each with what it is about."""
    found: list[tuple[str, str]] = [
        (key, about[key]) for key in ("title", "author", "reference", "date") if key in about
    ]
    base = about.get("base")
    if base is not None:
        found.append(("base", base if isinstance(base, str) else base.name))
    if "lists" in about:
        found.append(("lists", ", ".join(f"{name} ({len(one.codes):,})" for name, one in about["lists"].items())))
    if "shares" in about:
        found.append(("shares", ", ".join(about["shares"])))
    if "draws" in about:
        drawn = about["draws"].written()
        rest = ", ".join(f"{key} {_drawn(one)}" for key, one in drawn.items() if key not in ("n", "seed"))
        found.append(("draws", f"{drawn['n']:,}, seed {drawn['seed']}: {rest}"))
    return tuple(found)


def _drawn(value: Any) -> str:
    if isinstance(value, dict):
        return " and ".join(f"{key} {one}" for key, one in value.items())
    return "resampled" if value is True else str(value)


def named(values: Sequence[object]) -> str:
    """Return values as words, the first few of many.

    Examples
    --------
    >>> named(["DEU", "FRA"]), named(range(2001, 2021))
    ('DEU, FRA', '2001, 2002, 2003, 2004, 2005 and 15 more')
    """
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(str(one) for one in values[:_NAMED]) + more


def _plain(value: Fraction) -> str:
    found = as_number(value)
    return f"{found:g}" if isinstance(found, float) and float(f"{found:g}") == found else str(found)


def _percent(value: Fraction) -> str:
    return _spaced(as_text(value))


def _money(value: Any) -> str:
    return f"{value.currency} by {value.unit}"


def _spaced(text: str) -> str:
    return text.replace("%", " %")
