"""Reading an annotation log: joined as text, every label left out counted, no name kept."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.data.annotations import read_annotations
from biasaudit.data.table import Table
from biasaudit.errors import DataError
from biasaudit.results import NOT_RECORDED, Fingerprint
from biasaudit.spec import AnnotationsSpec

SOURCE = Fingerprint(role="annotations", source="votes.csv", sha256="ab" * 32)
NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Z")), min_size=1, max_size=8)


def items(ids):
    n = len(ids)
    empty = pd.DataFrame(index=range(n))
    return Table(
        frame=empty, ids=pd.Index(ids, dtype=object), groups=empty, strata=empty, periods=None, outcome=None,
        truth=None, weight=np.ones(n), is_judged=np.ones(n, dtype=bool), features=(), rows_read=n, dropped=(),
        fingerprint=SOURCE,
    )  # fmt: skip


def spec(**more):
    return AnnotationsSpec(**{"item": "item", "annotator": "who", "label": "vote", **more})


def log_of(rows, table=None, columns=("item", "who", "vote"), reference=None, **more):
    frame = pd.DataFrame(rows, columns=list(columns))
    return read_annotations(
        frame, spec(**more), table or items(["1", "2", "3"]), fingerprint=SOURCE, reference_column=reference
    )


@pytest.mark.parametrize("column", [[3, 1], [3.0, 1.0], ["3", "1"], [" 3", "1 "]])
def test_items_join_as_text(column):
    log = log_of(list(zip(column, "ab", [1, 0], strict=True)))
    assert log.frame["item"].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("values", "positive"),
    [([1, 0], 1), ([1.0, 0.0], "1"), ([True, False], 1), (["1", "0"], True), (["yes", "no"], "yes"), ([5, 3], 5)],
)
def test_labels_compare_as_text(values, positive):
    log = log_of(list(zip([1, 2], "ab", values, strict=True)), positive_value=positive)
    assert log.frame["label"].tolist() == [1.0, 0.0]


def test_every_label_left_out_is_counted_with_its_reason():
    rows = [
        ("1", "a", 1),
        ("9", "a", 1),
        (None, "a", 1),
        ("1", None, 1),
        ("2", "b", None),
        ("1", "a", 0),
        ("2", "a", 1),
    ]
    log = log_of(rows)
    told = [one.reason for one in log.dropped]
    for said in ("without an item", "not in the table", "without an annotator", "without a label", "again later"):
        assert sum(said in reason for reason in told) == 1
    assert [one.rows for one in log.dropped] == [1, 1, 1, 1, 1]


def test_the_last_of_two_labels_of_one_annotator_on_one_item_counts():
    log = log_of([("1", "a", 1), ("2", "a", 1), ("1", "a", 0)])
    assert log.frame.set_index("item")["label"].to_dict() == {0: 0.0, 1: 1.0}


def test_missing_columns_are_told_all_at_once_with_the_nearest_names():
    frame = pd.DataFrame({"itm": [1], "who": ["a"], "vots": [1]})
    with pytest.raises(DataError, match=r"'item' \(did you mean 'itm'\?\), 'vote' \(did you mean 'vots'\?\)"):
        read_annotations(frame, spec(), items(["1"]), fingerprint=SOURCE)


def test_an_empty_log_is_refused():
    with pytest.raises(DataError, match="no rows"):
        log_of([])


def test_a_log_of_other_items_is_refused_with_an_example_of_each_side():
    with pytest.raises(DataError, match=r"'applicant-7'.*'1'"):
        log_of([("applicant-7", "a", 1)])


def test_a_positive_value_that_never_occurs_is_refused_with_what_there_is():
    with pytest.raises(DataError, match=r"'Yes'.*'no', 'yes'.*mean 'yes'"):
        log_of([("1", "a", "yes"), ("2", "a", "no")], positive_value="Yes")


def test_marks_between_0_and_1_need_the_rule_of_the_mean():
    rows = [("1", "a", 0.25), ("2", "a", 1.0)]
    assert log_of(rows, rule="mean").frame["label"].tolist() == [0.25, 1.0]
    with pytest.raises(DataError, match="marks between 0 and 1"):
        log_of(rows)


def test_units_attributes_pay_and_seconds():
    log = log_of(
        [("1", "a", 1, "v1", "FR", "0.10", 12), ("2", "b", 0, None, " ", "n/a", -1)],
        columns=("item", "who", "vote", "vendor", "country", "reward", "work"),
        units=("vendor",), attributes=("country",), pay="reward", seconds="work",
    )  # fmt: skip
    assert log.frame["unit:vendor"].tolist() == ["v1", NOT_RECORDED]
    assert log.frame["attribute:country"].tolist() == ["FR", NOT_RECORDED]
    assert log.frame["pay"].iloc[0] == pytest.approx(0.10)
    assert log.frame[["pay", "seconds"]].iloc[1].isna().all()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["2025-10-09T07:30:20Z", None], ["2025-10-09T07:30:20+00:00", None]),
        (["2025-10-09 09:30:20+02:00", "soon"], ["2025-10-09T07:30:20+00:00", None]),
        (["2025-10-09T07:30:20.5", "2025-10-09"], ["2025-10-09T07:30:20.500000+00:00", "2025-10-09T00:00:00+00:00"]),
        ([1759995020, 1759995021.5], ["2025-10-09T07:30:20+00:00", "2025-10-09T07:30:21.500000+00:00"]),
        ([1759995020000, None], ["2025-10-09T07:30:20+00:00", None]),
        ([pd.Timestamp("2025-10-09", tz="Asia/Tokyo"), pd.NaT], ["2025-10-08T15:00:00+00:00", None]),
        ([None, None], [None, None]),
    ],
)
def test_times_are_read_to_utc(written, read):
    rows = [("1", "a", 1, written[0]), ("2", "b", 0, written[1])]
    started = log_of(rows, columns=("item", "who", "vote", "when"), started="when").frame["started"]
    assert [None if pd.isna(moment) else moment.isoformat() for moment in started] == read


@pytest.mark.parametrize("written", ["09/10/2025", 2025, 20251009])
def test_times_that_can_be_read_in_two_ways_are_refused(written):
    with pytest.raises(DataError, match=rf"'{written}'.*ISO 8601"):
        log_of([("1", "a", 1, written)], columns=("item", "who", "vote", "when"), started="when")


@pytest.mark.parametrize(
    ("written", "value", "read"),
    [
        (["Approved", "Rejected", None], "Approved", [1.0, 0.0, np.nan]),
        ([True, False, None], 1, [1.0, 0.0, np.nan]),
        ([0, 0, 0], 1, [0.0, 0.0, 0.0]),
    ],
)
def test_accepted_labels_are_told_from_others(written, value, read):
    rows = [(str(number), "a", 1, said) for number, said in zip((1, 2, 3), written, strict=True)]
    log = log_of(rows, columns=("item", "who", "vote", "ok"), accepted="ok", accepted_value=value)
    np.testing.assert_array_equal(log.frame["accepted"].to_numpy(), read)


def test_a_value_of_acceptance_that_never_occurs_is_refused():
    rows = [("1", "a", 1, "Approved"), ("2", "a", 1, "Rejected")]
    with pytest.raises(DataError, match=r"'ok' never holds .* 1 .*'Approved', 'Rejected'"):
        log_of(rows, columns=("item", "who", "vote", "ok"), accepted="ok")


def test_nothing_is_known_of_times_and_acceptance_that_are_not_declared():
    frame = log_of([("1", "a", 1)]).frame
    assert frame[["started", "accepted"]].isna().all(axis=None)
    assert str(frame["started"].dtype) == "datetime64[us, UTC]"


def test_reference_labels_come_from_the_items():
    log = log_of([("2", "a", 1), ("3", "a", 0)], reference=pd.Series([0, 1, None]))
    assert log.frame["reference"].iloc[0] == 1
    assert np.isnan(log.frame["reference"].iloc[1])


def test_reference_labels_in_other_words_are_refused():
    with pytest.raises(DataError, match="same words"):
        log_of([("2", "a", 1)], reference=pd.Series(["good", "bad", "bad"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("123"), NAMES, st.sampled_from([0, 1])), min_size=1, max_size=20))
def test_no_name_is_kept_and_equal_names_share_a_code(rows):
    rows = [*rows, ("1", "someone", 1)]
    log = log_of(rows)
    codes = log.frame["annotator"]
    assert set(codes) == set(range(codes.nunique()))
    assert codes.nunique() == len({name for _, name, _ in rows})
    assert "annotator" not in log.frame.select_dtypes("object")
    assert "someone" not in json.dumps(log.frame.to_dict("list"), default=str)


def work(n_annotators, seed=0):
    """Labels of annotators who each did something else; names are sorted, and so are rows."""
    rng = np.random.default_rng(seed)
    table = items([str(number) for number in range(40)])
    rows = [
        (str(item), f"worker {who:02d}", int(rng.random() < 0.5))
        for who in range(n_annotators)
        for item in rng.choice(40, 12, replace=False)
    ]
    return table, rows


def test_codes_follow_neither_the_order_of_rows_nor_of_names():
    table, rows = work(30)
    codes = log_of(rows, table).frame["annotator"]
    first = codes.drop_duplicates().tolist()
    assert sorted(first) == list(range(30))
    # A chance order of 30 lies within 0.5 of no order at all in all but 5 cases of 1,000.
    assert abs(np.corrcoef(first, range(30))[0, 1]) < 0.5
    assert log_of(rows[::-1], table).frame["annotator"].tolist() == codes.tolist()[::-1]


def test_codes_are_the_same_under_other_names():
    table, rows = work(30)
    names = {name: f"{np.random.default_rng(1).integers(1e9)}-{name[::-1]}" for _, name, _ in rows}
    renamed = [(item, names[name], label) for item, name, label in rows]
    pd.testing.assert_frame_equal(log_of(rows, table).frame, log_of(renamed, table).frame)


def test_annotators_who_did_the_same_do_not_stand_in_the_order_of_rows():
    codes = log_of([("1", f"worker {number:02d}", 1) for number in range(30)]).frame["annotator"].tolist()
    assert sorted(codes) == list(range(30))
    assert codes not in (list(range(30)), list(range(30))[::-1])


def test_starts_are_read_as_moments_and_acceptance_as_one_and_zero():
    rows = [
        ("1", "a", 1, "2025-03-01T22:10:00+02:00", "ok"),
        ("2", "b", 0, "2025-03-01 07:00", "no"),
        ("3", "c", 1, "soon", None),
    ]
    columns = ("item", "who", "vote", "begun", "state")
    found = log_of(rows, columns=columns, started="begun", accepted="state", accepted_value="ok").frame
    assert found["started"].dt.hour.tolist()[:2] == [20, 7]
    assert found["started"].isna().tolist() == [False, False, True]
    assert found["accepted"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(found["accepted"][2])
    plain = log_of(rows, columns=columns).frame
    assert plain[["started", "accepted"]].isna().all(axis=None)
    assert plain["started"].dtype == found["started"].dtype
