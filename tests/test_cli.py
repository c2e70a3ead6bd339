"""The command line: screens, JSON, exit statuses, interruptions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from make_study import make, to_toml
from study_files import write_study

import fastavs as fa
from fastavs.cli import main
from fastavs.results.proof import line_proof


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="fastavs")


def good(*words: object) -> str:
    result = call(*words)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def machine(*words: object) -> Any:
    return json.loads(good(*words, "--json"))


def wrong(*words: object) -> str:
    """Return the one message of a call that fails."""
    result = call(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("fastavs: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("fastavs: ").rstrip("\n")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "study")


# ---- run


def test_run(study: Path, tmp_path: Path) -> None:
    screen = good("run", study)
    lines = screen.splitlines()
    assert lines[:2] == ["small [study]", "made up [for tests]"]
    assert lines[2].startswith("Values are FOB, in USD. FOB leaves freight and insurance out")
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in screen
    assert (tmp_path / "out" / "small-study" / "run.json").is_file()
    assert "Results: out/small-study (28 files)" in screen


def rows_under(screen: str, title: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    part = screen.split(title)[1].split("\n\n")[0].splitlines()
    rule = next(i for i, line in enumerate(part) if line.startswith("───"))
    return [line.split() for line in part[rule + 1 :]]


def test_screen_of_run(study: Path) -> None:
    screen = good("run", study, "--out", "results")
    summary = fa.Study.load(study).rates().summary().to_pylist()
    for cells, row in zip(rows_under(screen, "Rates, in percent"), summary, strict=True):
        assert cells[:3] == [str(row["year"]), str(row["lines"]), str(row["specific_lines"])]
        leads = ("simple_mean", "simple_sd", "weighted_mean_unadjusted", "weighted_mean")
        assert cells[3:7] == [f"{100 * row[name]:.2f}" for name in leads]
        assert cells[-1] == str(row["unresolved_lines"])
    assert rows_under(screen, "Lines by match level")[2] == ["2021", "5", "1", "1", "4", "1", "1"]
    assert [" ".join(cells) for cells in rows_under(screen, "Set aside, of 17 trade rows read")[:3]] == [
        "unknown unit 1 5.88 8.63",  # of 17 rows, and of 23,184
        "code of an odd number of digits 1 5.88 0.53",
        "negative value 1 5.88 0.00",
    ]
    gaps = rows_under(screen, "What could not be computed (trade in USD)")
    assert gaps[0] == ["2019", "1", "4,000", "23.88", "1", "0", "0.00", "1", "1"]
    trade = rows_under(screen, "Trade that weighs no line")[:4]
    assert trade[0] == ["2019", "16,751", "74.03", "0.00", "1.79", "0.30", "23.88"]
    assert trade[2] == ["2021", "22,361", "78.27", "2.28", "1.34", "0.22", "17.89"]
    for cells in trade:
        assert sum(float(cell) for cell in cells[2:]) == pytest.approx(100, abs=0.05)
    assert "No year rests on the trade of 2018 (700.00)." in screen
    assert "the 2 rows set aside, worth 123.00" in screen
    assert "Bound below the applied tariff of 2021, cuts due, in lines a year: 2022 (1)." in screen


def test_run_for_machines(study: Path) -> None:
    found = machine("run", study, "--out", "results")
    assert found["folder"] == "results"
    assert found["run"] == json.loads(Path("results/run.json").read_text())
    assert set(found["run"]["seconds"]) == {"reading", "checking", "index", "rates", "writing"}
    assert "study.toml" in found["run"]["inputs"]
    assert [row["year"] for row in found["summary"]] == [2019, 2020, 2021, 2022]


def test_twenty_years_fit(tmp_path: Path) -> None:
    study = write_study(tmp_path / "long", range(2001, 2021), 2001)
    screen = good("run", study)
    assert max(map(len, screen.splitlines())) <= 100
    assert len(rows_under(screen, "Rates, in percent")) == 21


@pytest.mark.parametrize("seed", range(6))
def test_any_study_runs(seed: int, tmp_path: Path) -> None:
    study = to_toml(make(seed), tmp_path / "made")
    good("check", study)
    screen = good("run", study)
    assert "nan" not in screen
    rates = fa.Study.load(study).rates()
    year = list(rates.years.values())[-1]
    for line in rates.table.filter(rates.table["year"].to_numpy() == year.year)["line"].to_pylist()[::5]:
        good("explain", study, line)


def test_wrong_studies(study: Path, tmp_path: Path) -> None:
    assert wrong("run", "nowhere.toml") == "nowhere.toml: the study file cannot be read (No such file or directory)."
    study.write_text(study.read_text().replace("value_basis", "value_bases"))
    assert 'unknown key "value_bases"' in wrong("run", study)
    assert 'Did you mean "value_basis"?' in wrong("check", study)
    assert not (tmp_path / "out").exists()


def test_a_wrong_row_is_named(study: Path) -> None:
    (study.parent / "fx.csv").write_text("period,currency,fx\n2019,EUR,1.1\n2020,EUR,[bold]\n")
    assert wrong("run", study) == (
        'fx.csv, row 2, column fx (EUR in 2020): not an exchange rate "[bold]".'
        " Expected a positive number: USD for one EUR."
    )


def test_a_missing_exchange_rate_is_found_by_check(study: Path) -> None:
    (study.parent / "fx.csv").write_text("period,currency,fx\n2019,EUR,1.1\n")
    message = wrong("check", study)
    assert "no exchange rate for EUR in 2020" in message
    assert message == wrong("run", study)


def test_a_folder_of_others_is_refused_before_anything_is_read(study: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (study.parent / "trade.csv").unlink()
    assert "notes.txt" in wrong("run", study, "--out", "mine")


@pytest.mark.parametrize(
    "words", [["runn", "x"], ["run"], ["run", "a", "b"], ["explain", "s", "l", "--year", "x"], ["duty"], ["--nix"]]
)
def test_usage(words: list[str]) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Usage: fastavs")


def test_version_and_help() -> None:
    assert good("--version") == f"fastavs, version {fa.__version__}\n"
    assert {"run", "check", "explain", "duty"} <= set(good("--help").split())


# ---- check


def test_check(study: Path, tmp_path: Path) -> None:
    screen = good("check", study)
    assert rows_under(screen, "Schedules: lines")[0] == ["applied", "2019", "10", "6", "6", "1", "2", "2", "1"]
    assert "Trade: 17 rows" in screen
    plan = rows_under(screen, "Which year rests on which trade")
    assert " ".join(plan[0]) == "2019 applied its own trade 2019"
    assert " ".join(plan[3]) == "2022 bound, applied of 2021 the base period 2019, 2020"
    assert "Grouping by/use: 2 groups, 3 prefixes." in screen
    assert "set_aside.parquet" not in screen
    assert not (tmp_path / "out").exists()
    found = machine("check", study)
    assert found["currencies"] == ["EUR"]
    assert found["trade"]["excluded_partners"] == ["BLR"]
    assert found["counts"]["rows_set_aside"] == 2


def test_check_computes_nothing(study: Path) -> None:
    words = ["-c", "import sys; from fastavs.cli import main\ntry: main()\nfinally: print('numba' in sys.modules)"]
    done = subprocess.run([sys.executable, *words, "check", study], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


# ---- duty


def test_duty() -> None:
    screen = good(
        "duty", "15, но не менее 0,15 евро за 1 кг", "--fx", "EUR=1.08", "--unit-value", "2.1", "--unit-value", "0.8"
    )
    assert screen.splitlines()[0] == "max(15%, 0.15 EUR/kg)"
    assert "ad valorem part: 15.00 %" in screen
    assert "By unit value u, in USD/kg, at EUR = 1.08 USD" in screen
    assert [" ".join(cells) for cells in rows_under(screen, "By unit value u")][:2] == [
        "below 1.08 0.15 EUR/kg 16.2 % / u",
        "above 1.08 15% 15 %",
    ]
    assert "rate at 2.1 USD/kg: 15.00 % (15% binds)" in screen
    assert "rate at 0.8 USD/kg: 20.25 % (0.15 EUR/kg binds)" in screen


def test_duty_without_fx_is_in_its_own_currency() -> None:
    screen = good("duty", "min(15%, max(12.5%, 0.6 EUR/cm3))")
    assert [" ".join(cells) for cells in rows_under(screen, "By unit value u, in EUR/cm3")] == [
        "below 4 15% 15 %",
        "4 to 4.8 0.6 EUR/cm3 60 % / u",
        "above 4.8 12.5% 12.5 %",
    ]


def test_duty_of_two_kinds() -> None:
    words = ["duty", "max(10%, 2 EUR/kg, 1 USD/l)", "--fx", "EUR=1.1"]
    assert "give --unit-value kg=... --unit-value l=... for its rate" in good(*words)
    screen = good(*words, "--unit-value", "100 kg=200", "--unit-value", "l=5")
    assert "rate at 2 USD/kg, 5 USD/l: 110.00 %" in screen
    assert "names no unit" in wrong(*words, "--unit-value", "2")
    assert "twice for one quantity" in wrong(*words, "--unit-value", "kg=2", "--unit-value", "kg=3")
    assert "no unit value for a l" in wrong(*words, "--unit-value", "kg=2")
    assert 'the duty does not go by this unit "pair"' in wrong(*words, "--unit-value", "pair=2")


def test_duty_of_two_currencies() -> None:
    screen = good("duty", "max(2 EUR/kg, 1 GBP/kg)", "--fx", "EUR=1.1")
    assert "With --fx GBP=... (USD for one) you see which part binds" in screen
    assert "no exchange rate for GBP" in wrong("duty", "max(2 EUR/kg, 1 GBP/kg)", "--fx", "EUR=1.1", "--unit-value", 1)


def test_duty_in_another_currency() -> None:
    message = wrong("duty", "2 EUR/kg", "--unit-value", 4)
    assert "give --fx EUR=<USD for one EUR>, or --currency EUR if unit values are in it" in message
    assert "rate at 4 EUR/kg: 50.00 %" in good("duty", "2 EUR/kg", "--unit-value", 4, "--currency", "eur")
    assert "a rate other than 1" in wrong("duty", "2 EUR/kg", "--currency", "EUR", "--fx", "EUR=2")
    assert "rate at 4 USD/kg: 50.00 %" in good("duty", "2 USD/kg", "--unit-value", 4)


@pytest.mark.parametrize("value", ["x", "-1", "0", "inf", "nan", "kg=", "=2"])
def test_duty_with_wrong_numbers(value: str) -> None:
    wrong("duty", "2 USD/kg", f"--unit-value={value}")
    wrong("duty", "2 EUR/kg", f"--fx=EUR={value}")


def test_duty_for_machines() -> None:
    found = machine("duty", "5% + 2 EUR/100 kg", "--fx", "EUR=1.25", "--unit-value", "0.5")
    assert found["duty"] == "5% + 2 EUR/100 kg"
    assert found["specifics"] == [
        {"amount": "2", "currency": "EUR", "unit": "100 kg", "text": "2 EUR/100 kg", "b": 0.02, "kind": "mass",
         "base_unit": "kg"}
    ]  # fmt: skip
    assert found["pieces"] == [
        {"binds": "5% + 2 EUR/100 kg", "from_unit_value": 0.0, "to_unit_value": "inf", "intercept": 0.05,
         "slope": 0.025}
    ]  # fmt: skip
    assert found["rates"] == [{"unit_value": {"kg": 0.5}, "rate": 0.1, "binds": "5% + 2 EUR/100 kg"}]
    falling = good("duty", "max(0%, 20% - 2 USD/kg)")
    assert "20 % - 200 % / u" in falling
    assert "rate at every unit value: 5.00 %" in good("duty", "5%", "--unit-value", 3)


def test_duty_that_cannot_be_read() -> None:
    assert "[/bold]" in wrong("duty", "15 [/bold] x")


# ---- explain


def test_explain(study: Path) -> None:
    screen = good("explain", study, "0203110090")
    assert "Line 0203110090 in 2022" in screen
    assert "It rests on the base period: 2019, 2020." in screen
    assert "It is not matched, and weighs nothing." in screen
    assert "it borrows those that share 8 digits with it (02031100)." in screen
    assert "Mean of 3 observations: (15.00 + 15.00 + 24.00) / 3 = 18.00 %" in screen
    assert rows_under(screen, "02031100).")[1] == [
        "2", "2019", "USA", "0203110000", "1.00", "1,000,000", "kg", "1e-06", "2.2e+07", "b", "outlier"
    ]  # fmt: skip
    assert "Left out: outlier: above 1000 %." in screen
    assert "Exchange rates, USD for one EUR: 1.1 in 2019, 1.2 in 2020." in screen
    assert "  2  trade.csv row 3" in screen
    assert "Applied 18.00 %, bound 18.00 %: the lesser, applied, governs." in screen
    assert max(map(len, screen.splitlines())) <= 100


def test_explain_a_year_of_its_own(study: Path) -> None:
    screen = good("explain", study, "0203110000", "--year", 2019)
    assert "It rests on its own trade: 2019." in screen
    assert "One observation: 27.50 %; the specific part binds in 1 of 1." in screen
    assert rows_under(screen, "Its own observations.")[0][-1] == "excluded"
    assert "Bound" not in screen


def test_explain_breach_bridge_and_the_unknown(study: Path) -> None:
    breach = good("explain", study, "0203110000")
    assert "bound, governs. Applied is above bound, against the" in breach
    assert "Water: 15.00 points." in good("explain", study, "6403990000")
    assert "bridge 870321: 500 cm3 a piece" in good("explain", study, "8703210000")
    unknown = good("explain", study, "9503000000")
    assert "Not known: the duty is purely specific, and there is no observation to go by." in unknown
    assert "Rate in 2022: not known" in unknown
    assert "Not known: applied and bound. So applied governs." in unknown


def test_explain_carried_rates(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    bound = study.parent / "bound.csv"
    bound.write_text(bound.read_text().replace("2022,0203110090", "2022,0203110050"))
    screen = good("explain", study, "0203110050")
    assert "Applied schedule of 2021: it does not have the line" in screen
    assert "the mean of the 2 lines that begin with 02031100 (8 digits)." in screen
    assert "Mean of the 2 lines: (34.17 + 18.00) / 2 = 26.08 %" in screen


def test_explain_pooled(study: Path) -> None:
    study.write_text(study.read_text() + '[options]\nmethod = "pooled"\n')
    assert "Pooled: the duty at one unit value" in good("explain", study, "0203110000", "--year", 2020)


def test_explain_for_machines(study: Path) -> None:
    found = machine("explain", study, "0203110000")
    assert found == json.loads(json.dumps(line_proof(fa.Study.load(study).rates(), "0203110000")))
    assert found["governs"] == "bound"
    (source,) = found["sides"]["applied"]["sources"]
    kept = [row["rate"] for row in source["observations"] if row["kept"]]
    assert source["rate"] == found["sides"]["applied"]["rate"] == pytest.approx(sum(kept) / len(kept), rel=1e-15)


def test_explain_what_is_not_there(study: Path) -> None:
    assert '"0203110000", if a leading zero was lost' in wrong("explain", study, "203110000")
    assert "lines that begin alike: 0203110000" in wrong("explain", study, "0203119999")
    assert "no schedule of that year" in wrong("explain", study, "0203110000", "--year", 1999)


# ---- as a process

SLOW = """
import sys, time
from fastavs.results.rates import Rates
def slow(self):
    print("writing", file=sys.stderr, flush=True)
    time.sleep(SECONDS)
    raise KeyboardInterrupt
Rates.breaches = slow
from fastavs.cli import main
main()
"""


def test_process_keeps_to_its_streams(study: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "fastavs", "run", study], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    failed = subprocess.run([sys.executable, "-m", "fastavs", "run", "x"], capture_output=True, text=True, check=False)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == "fastavs: x: the study file cannot be read (No such file or directory).\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to send")
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_interrupted(study: Path, tmp_path: Path, sent: signal.Signals, status: int) -> None:
    good("run", study, "--out", "results")
    before = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir() if path.is_file()}
    words = [sys.executable, "-c", SLOW.replace("SECONDS", "60"), "run", str(study), "--out", "results"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "writing\n"
        process.send_signal(sent)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (status, "")
    assert {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir() if path.is_file()} == before
    if sent == signal.SIGINT:
        assert stderr.lstrip() == "fastavs: interrupted\n"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["results", "study"]


SWALLOWED = """
from fastavs.results.rates import Rates
def swallow(self):
    try:
        raise_signal(SIGINT)
    except KeyboardInterrupt:
        raise RuntimeError("a compiler's trouble") from None
Rates.breaches = swallow
from signal import SIGINT, raise_signal
from fastavs.cli import main
main()
"""


def test_an_interruption_that_a_library_swallows(study: Path) -> None:
    words = [sys.executable, "-c", SWALLOWED, "run", str(study)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.lstrip()) == (130, "", "fastavs: interrupted\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
def test_progress_on_a_terminal_only(study: Path) -> None:
    ours, theirs = os.openpty()
    words = [sys.executable, "-c", SLOW.replace("SECONDS", "1.5"), "run", str(study)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs) as process:
        shown = b""
        os.close(theirs)
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            try:
                part = os.read(ours, 10_000)
            except OSError:
                break
            if not part:
                break
            shown += part
        process.communicate()
    os.close(ours)
    after = shown.split(b"writing\r\n", 1)[1]
    assert b"writing" in after
    assert b"0/1" in after
    assert after.endswith(b"interrupted\r\n")


def test_a_reader_that_has_seen_enough(study: Path) -> None:
    command = f'"{sys.executable}" -m fastavs run "{study}"; echo "status $?" >&2'
    done = subprocess.run(["sh", "-c", f"( {command} ) | true"], capture_output=True, text=True, check=False)
    assert done.stderr == "status 0\n"
