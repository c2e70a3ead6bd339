"""A user's script: held by ``mypy --strict`` and run against the installed package, in a folder of its own."""

from __future__ import annotations

import warnings

import fastavs as fa


def check(study: fa.Study) -> int:
    """Return how much was found in a study's data."""
    return int(study.check().num_rows)


def weighted_means(rates: fa.Rates) -> dict[int, float]:
    """Return the mean weighted by imports, by year."""
    rows = rates.summary().to_pylist()
    return {int(row["year"]): float(row["weighted_mean_unadjusted"]) for row in rows}


def scenarios() -> list[fa.Scenario]:
    """Return what is to be tried."""
    return [
        fa.Scenario("as it is"),
        fa.Scenario("weak euro", fa.FxShock("EUR", 0.9)),
        fa.Scenario("a tenth off", fa.ScaleDuty(0.9, 0.9, schedule="applied")),
        fa.Scenario("5 points more on wine", fa.ShiftDuty(0.05, prefixes="2204")),
        fa.Scenario("wine at 12.5 %", fa.SetDuty("2204", "12.5%")),
        fa.Scenario("dear imports", fa.PriceShock(1.1), fa.ExcludePartners("TUR")),
        fa.Scenario("India alone", fa.OnlyPartners("IND"), fa.Resample(1)),
    ]


def refused(text: str) -> str:
    """Return why a duty cannot be read."""
    try:
        return fa.parse_duty(text).text
    except fa.DutyError as error:
        return str(error)


def main() -> None:
    """Go through what the package offers."""
    names: list[str] = fa.examples.list()
    assert names == ["eaeu"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", fa.DataWarning)
        study: fa.Study = fa.examples.eaeu()
    assert all(one.category is fa.DataWarning for one in caught)
    assert caught
    assert check(study)
    assert fa.examples.path("eaeu").parent.joinpath("SOURCE.md").is_file()

    rates = study.rates()
    means = weighted_means(rates)
    assert sorted(means) == [2025, 2026]
    assert rates.observations("6104220000", 2026).num_rows > 0
    assert rates.by("chapter").num_rows > 0

    swept: fa.Sweep = fa.sweep(study, scenarios(), by="chapter", lines=["2203000100"], outputs=["simple_mean"])
    assert swept.summary().num_rows == len(scenarios()) * len(means)
    assert swept.by("chapter").num_rows > 0

    duty: fa.Duty = fa.parse_duty("max(15%, 0.15 EUR/kg)")
    assert duty.rate(unit_value=2.1, fx={"EUR": 1.08}) == 0.15
    assert "apples" in refused("15 apples")
    reader = fa.readers.ecb
    assert callable(reader.read)
    print(f"fastavs {fa.__version__}: {', '.join(f'{year} {100 * mean:.2f} %' for year, mean in means.items())}")


if __name__ == "__main__":
    main()
