"""Roles are assigned once, nothing is lost in silence, and wrong tables are refused in one sentence."""

import numpy as np
import pandas as pd
import pytest

from biasaudit.data.reading import read_any_frame
from biasaudit.data.roles import _ready_features, assign_roles
from biasaudit.data.table import crossed_columns
from biasaudit.data.values import equals
from biasaudit.errors import DataError, DeclarationError
from biasaudit.results import NOT_RECORDED
from biasaudit.spec import declare


def people(n=40):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(n)],
            "sex": rng.choice(["f", "m"], n),
            "age": rng.integers(18, 80, n),
            "score": rng.normal(size=n),
            "hired": rng.integers(0, 2, n),
        }
    )


def declared(**changes):
    raw = {
        "schema": 1,
        "audit": {"name": "a", "title": "A"},
        "data": {"id": "id", "outcome": "hired", "features": ["score"], "split": {"test_share": 0.5, "seed": 1}},
        "protected": [{"column": "sex"}],
        "model": {"train": "logistic_regression"},
    }
    for key, value in changes.items():
        raw[key] = {**raw[key], **value} if isinstance(raw.get(key), dict) else value
    return declare(raw)


def table_of(frame, **changes):
    ready, fingerprint = read_any_frame(frame)
    return assign_roles(ready, declared(**changes), fingerprint)


def test_missing_groups_are_a_shown_group_and_rows_are_dropped_only_with_a_count():
    frame = people()
    frame["sex"] = frame["sex"].astype(object)
    frame.loc[0, "sex"] = None
    frame.loc[1, "sex"] = "  "
    frame["hired"] = frame["hired"].astype(float)
    frame.loc[2, "hired"] = np.nan
    table = table_of(frame)
    assert (table.groups["sex"] == NOT_RECORDED).sum() == 2
    assert len(table) == 39
    assert [(d.reason, d.rows) for d in table.dropped] == [("no outcome in 'hired'", 1)]


def test_the_callers_frame_is_never_changed():
    frame = people()
    before = frame.copy()
    table_of(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_the_split_does_not_depend_on_the_order_of_rows():
    frame = people()
    first = table_of(frame)
    second = table_of(frame.sample(frac=1, random_state=3))
    assert set(first.ids[first.is_judged]) == set(second.ids[second.is_judged])
    assert first.is_judged.sum() == 20


def test_every_wrong_column_is_told_at_once():
    with pytest.raises(DeclarationError) as caught:
        table_of(people(), data={"outcome": "hird", "weight": "wieght"}, protected=[{"column": "sxe"}])
    assert {mistake.where for mistake in caught.value.mistakes} == {
        "data.outcome",
        "data.weight",
        "protected[1].column",
    }
    assert {mistake.nearest for mistake in caught.value.mistakes} >= {"hired", "sex"}


@pytest.mark.parametrize(
    ("change", "declaration", "words"),
    [
        (lambda f: f.assign(id="same"), {}, "must name each item once"),
        (lambda f: f.iloc[:0], {}, "no rows"),
        (lambda f: f.assign(score=np.inf), {}, "infinite"),
        (lambda f: f, {"data": {"positive_value": "yes"}}, "never holds"),
        (lambda f: f, {"protected": [{"column": "score"}]}, "edges"),
        (lambda f: f.assign(w=-1.0), {"data": {"weight": "w"}}, "numbers from 0"),
        (lambda f: f.assign(c=1.5), {"data": {"count": "c"}}, "whole numbers"),
        (lambda f: f.assign(s="a"), {"data": {"split": {"column": "s", "test": "b"}}}, "no row"),
        (lambda f: f.assign(s="b"), {"data": {"split": {"column": "s", "test": "b"}}}, "every row"),
        (lambda f: f, {"data": {"features": ["hired"]}}, "is to predict"),
        (lambda f: f.assign(hired=None), {}, "no row is left"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_reason(change, declaration, words):
    with pytest.raises(DataError, match=words):
        table_of(change(people()), **declaration)


def test_a_count_column_stands_for_that_many_people():
    frame = pd.DataFrame({"sex": ["f", "m"], "hired": [1, 0], "people": [3, 5]})
    table = table_of(
        frame,
        data={"id": None, "features": None, "count": "people", "outcome": None, "split": None},
        model={"train": None, "decision": "hired"},
    )
    assert len(table) == 8
    assert table.rows_read == 8


def test_edges_cut_a_number_into_named_groups():
    table = table_of(people(), protected=[{"column": "age", "edges": [30, 60]}])
    assert set(table.groups["age"].cat.categories) <= {"under 30", "30 to under 60", "60 and over"}


def test_features_default_to_columns_without_another_role():
    table = table_of(people(), data={"features": None})
    assert table.features == ("age", "score")


def test_an_intersections_name_is_taken_apart_even_where_a_column_holds_its_sign():
    assert crossed_columns("a x b x c", ("a x b", "c", "a")) == ["a x b", "c"]
    with pytest.raises(KeyError):
        crossed_columns("sex x age", ("sex",))


@pytest.mark.parametrize("wanted", [1, 1.0, "1", True, "True"])
def test_one_is_one_however_it_is_written(wanted):
    for column in ([1, 0, None], [1.0, 0.0, None], ["1", "0", None], [True, False, None]):
        assert equals(pd.Series(column), wanted)[:2].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_dates_become_days_whatever_their_unit(unit, zone):
    days = pd.Series(pd.to_datetime(["1970-01-02", "2020-01-01", None])).astype(f"datetime64[{unit}]")
    ready = _ready_features(pd.DataFrame({"day": days.dt.tz_localize(zone)}), ("day",))
    assert ready["day"].tolist()[:2] == [1.0, 18_262.0]
    assert np.isnan(ready["day"][2])
