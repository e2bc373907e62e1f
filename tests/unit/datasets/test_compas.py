"""The COMPAS file: published figures come out again, names never come in, and another file is refused."""

import os
from pathlib import Path

import pandas as pd
import pytest

import biasaudit
from biasaudit.data.datasets import DATA_VARIABLE, find_dataset, load_table
from biasaudit.errors import DataError

HELD = Path(os.environ.get(DATA_VARIABLE, "")) / "compas/compas_two_years_no_names.csv"
needs_file = pytest.mark.skipif(
    DATA_VARIABLE not in os.environ or not HELD.is_file(), reason=f"needs the COMPAS file under {DATA_VARIABLE}"
)


@needs_file
def test_the_tables_have_the_published_sizes():
    whole, _ = load_table("compas/two_years")
    study, _ = load_table("compas/study")
    until, _ = load_table("compas/until_april_2014")
    assert (len(whole), len(study), len(until)) == (7_214, 6_172, 6_216)
    assert whole["charged_again"].mean() == pytest.approx(0.4507, abs=5e-5)
    assert until["charged_again"].mean() == pytest.approx(0.3625, abs=5e-5)
    assert set(whole["charge_degree"]) == {"felony", "misdemeanour"}
    assert list(study.index) == list(range(6_172))


@needs_file
def test_the_audit_gives_the_published_error_rates_of_the_vendor_s_score():
    result = biasaudit.run("compas")
    found = {
        (rate.group, rate.measure): rate.estimate.value
        for rate in result.rates
        if rate.attribute == "race" and rate.stage == "decision"
    }
    published = {
        ("African-American", "fpr"): 805 / 1_795,
        ("Caucasian", "fpr"): 349 / 1_488,
        ("African-American", "fnr"): 532 / 1_901,
        ("Caucasian", "fnr"): 461 / 966,
    }
    assert {key: found[key] for key in published} == pytest.approx(published)
    assert found["African-American", "ppv"] == pytest.approx(0.6297, abs=5e-5)
    assert found["Caucasian", "ppv"] == pytest.approx(0.5913, abs=5e-5)
    assert found["African-American", "selection_rate"] == pytest.approx(0.5882, abs=5e-5)


def copy_of(held, folder, change):
    """Write a changed copy to where the dataset looks for it."""
    target = folder / "compas" / held.name
    target.parent.mkdir()
    change(pd.read_csv(held)).to_csv(target, index=False)


@needs_file
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw.iloc[1:], "people should be 7214, and 7213 are counted"),
        (lambda raw: raw.assign(score_text="Low"), "false_positives should be"),
        (lambda raw: raw.drop(columns="age"), "age"),
    ],
)
def test_another_file_is_refused(tmp_path, monkeypatch, change, message):
    copy_of(HELD, tmp_path, change)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    with pytest.raises(DataError, match=message):
        load_table("compas/two_years")


@needs_file
def test_what_names_people_is_not_read_where_it_is_there(tmp_path, monkeypatch):
    copy_of(HELD, tmp_path, lambda raw: raw.assign(name="a name", dob="1980-01-01", c_case_number="1"))
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    frame, fingerprint = load_table("compas/two_years")
    assert not {"name", "dob", "c_case_number"} & set(frame.columns)
    monkeypatch.undo()
    assert load_table("compas/two_years")[1] == fingerprint


def test_where_the_file_is_absent_the_message_says_how_to_come_by_it_without_names(monkeypatch, tmp_path):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    with pytest.raises(DataError, match="without keeping the names") as caught:
        load_table("compas/study")
    assert "usecols=columns" in str(caught.value)
    assert "compas/compas_two_years_no_names.csv" in str(caught.value)
    assert find_dataset("compas").sources["two_years"].url is None
