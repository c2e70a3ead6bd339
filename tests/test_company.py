"""Random scenarios on random studies: no figure hangs on company, threads or the way."""

from __future__ import annotations

import company
import pytest


@pytest.mark.filterwarnings("ignore::fastavs.DataWarning")  # the studies are drawn with faults
def test_no_figure_hangs_on_company_threads_or_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastavs.evaluation.touched.SHARE", 1.0)
    done = 0
    for index, scenarios, what in company.studies(260):
        assert company.differing(index, scenarios) == [], what
        done += len(scenarios)
    assert done == 260
