"""Annotators without names: the key decides pseudonyms, and never a result."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.data.pseudonyms import KEY_VARIABLE, annotator_key, codes_by_work, pseudonyms
from biasaudit.errors import DataError

KEY, OTHER = b"k" * 32, b"o" * 32
NAMES = st.text(st.characters(blacklist_categories=("Cc",)), min_size=1).filter(str.strip)


@given(st.lists(NAMES, min_size=1, max_size=20))
def test_equal_names_and_only_they_share_a_pseudonym(names):
    found = pseudonyms(pd.Series(names, dtype=object), KEY)
    stripped = [name.strip() for name in names]
    assert found.nunique() == len(set(stripped))
    for one, first in zip(stripped, found, strict=True):
        assert first == pseudonyms(pd.Series([one], dtype=object), KEY).iloc[0]
        assert len(first) == 32
        assert len(one) < 8 or one not in first


def test_another_key_gives_other_pseudonyms_in_another_order():
    names = pd.Series([f"worker {number:03d}" for number in range(200)])
    one, other = pseudonyms(names, KEY), pseudonyms(names, OTHER)
    assert not set(one) & set(other)
    for found in (one, other):
        assert abs(np.corrcoef(found.rank(), range(200))[0, 1]) < 0.25  # three and a half standard errors of no order
    assert abs(np.corrcoef(one.rank(), other.rank())[0, 1]) < 0.25


def test_numbers_and_texts_of_one_name_are_one_annotator():
    assert len(set(pseudonyms(pd.Series([3, 3.0, "3", " 3 "], dtype=object), KEY))) == 1
    assert pseudonyms(pd.Series([None, " "], dtype=object), KEY).isna().all()


def test_the_key_comes_from_the_file_before_the_environment(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("a secret of a file\n")
    monkeypatch.setenv(KEY_VARIABLE, "a secret of the environment")
    assert annotator_key("secret", tmp_path) != annotator_key(None, tmp_path)
    monkeypatch.setenv(KEY_VARIABLE, "a secret of a file")
    assert annotator_key("secret", tmp_path) == annotator_key(None, tmp_path)


def test_without_a_key_each_run_has_its_own(monkeypatch, tmp_path):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert annotator_key(None, tmp_path) != annotator_key(None, tmp_path)


def test_a_key_that_is_missing_or_short_is_refused_and_not_shown(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="'nowhere' cannot be read"):
        annotator_key("nowhere", tmp_path)
    (tmp_path / "short").write_text("hunter2")
    monkeypatch.setenv(KEY_VARIABLE, "hunter2")
    for file in ("short", None):
        with pytest.raises(DataError, match="too short") as told:
            annotator_key(file, tmp_path)
        assert "hunter2" not in str(told.value)


@given(st.permutations(range(12)))
def test_codes_depend_on_no_order_of_rows(order):
    work = pd.DataFrame({"item": list("aabbccddeeff"), "label": [0.0, 1.0] * 6, "pay": np.arange(12) * 0.1})
    who = pd.Series(list("xyzxyzxyzxyz"))
    moved = codes_by_work(who.iloc[order], work.iloc[order])
    assert moved.tolist() == codes_by_work(who, work)[order].tolist()
