"""Labels that are classes, steps of a scale or numbers: what each says as a number, and what is positive."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from biasaudit.data.annotations import read_annotations
from biasaudit.data.label_values import label_values
from biasaudit.data.table import Table
from biasaudit.errors import DataError
from biasaudit.results import Fingerprint
from biasaudit.spec import AnnotationsSpec
from biasaudit.traces.ballots import ballots_of

SOURCE = Fingerprint(role="annotations", source="votes.csv", sha256="ab" * 32)
STEPS = ("poor", "fair", "good", "excellent")


def log_of(labels, reference=None, **more):
    n = len(labels)
    empty = pd.DataFrame(index=range(n))
    table = Table(
        frame=empty, ids=pd.Index([str(row) for row in range(n)], dtype=object), groups=empty, strata=empty,
        periods=None, outcome=None, truth=None, weight=np.ones(n), is_judged=np.ones(n, dtype=bool), features=(),
        rows_read=n, dropped=(), fingerprint=SOURCE,
    )  # fmt: skip
    frame = pd.DataFrame({"item": range(n), "annotator": "a", "label": labels})
    spec = AnnotationsSpec(**more)
    column = None if reference is None else pd.Series(reference, name="gold")
    return read_annotations(frame, spec, table, fingerprint=SOURCE, reference_column=column)


def test_classes_are_coded_in_the_order_of_their_texts():
    log = log_of(["toxic", "fine", "unsure", "fine"], positive_value="toxic")
    assert log.classes == ("fine", "toxic", "unsure")
    assert log.frame["value"].tolist() == [1, 0, 2, 0]
    assert log.frame["label"].tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("labels", [[1, 0, 1], [True, False, True], ["1", "0", "1"], [1.0, 0.0, 1.0]])
def test_of_two_values_the_greater_text_is_1(labels):
    log = log_of(labels)
    assert log.frame["value"].tolist() == log.frame["label"].tolist() == [1, 0, 1]


def test_steps_are_positions_in_the_declared_order_and_positive_from_the_positive_value_up():
    log = log_of(["good", "poor", "excellent", "fair"], label_kind="ordinal", order=STEPS, positive_value="good")
    assert log.classes == STEPS
    assert log.frame["value"].tolist() == [2, 0, 3, 1]
    assert log.frame["label"].tolist() == [1, 0, 1, 0]


def test_numbers_stand_for_their_own_order_where_none_is_declared():
    log = log_of([1, 5, "3"], label_kind="ordinal", positive_value=4)
    assert log.frame["value"].tolist() == [1, 5, 3]
    assert log.frame["label"].tolist() == [0, 1, 0]
    assert log.classes == ()


def test_an_order_of_numbers_reads_whole_floats_and_texts():
    log = log_of([3.0, 1.0, 2.0], label_kind="ordinal", order=(1, 2, 3.0), positive_value=2)
    assert log.frame["value"].tolist() == [2, 0, 1]


@given(numbers=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20, unique=True))
def test_interval_labels_are_their_numbers_and_positive_from_a_threshold_up(numbers):
    threshold = max(numbers)
    log = log_of(numbers, label_kind="interval", positive_value=threshold)
    assert log.frame["value"].tolist() == pytest.approx(numbers)
    assert log.frame["label"].tolist() == [float(number >= threshold) for number in numbers]


def test_marks_under_the_mean_stay_as_they_are():
    log = log_of([0.2, 0.9, 1.0], rule="mean")
    assert log.frame["label"].tolist() == log.frame["value"].tolist() == [0.2, 0.9, 1.0]


def test_reference_labels_are_read_on_the_same_scale():
    log = log_of([1, 5, 3], reference=[4, None, 2], label_kind="ordinal", positive_value=4)
    assert np.array_equal(log.frame["reference"], [1, np.nan, 0], equal_nan=True)
    with pytest.raises(DataError, match=r"'gold' holds labels that are no step.*'god' \(did you mean 'good'\?\)"):
        log_of(["good", "poor"], reference=["god", "poor"], label_kind="ordinal", order=STEPS, positive_value="good")


def test_labels_that_are_no_step_are_named_with_the_nearest_step():
    with pytest.raises(DataError, match=r"'label'.*'goood' \(did you mean 'good'\?\).*'poor', 'fair', 'good'"):
        log_of(["goood", "poor"], label_kind="ordinal", order=STEPS, positive_value="good")


def test_text_on_a_scale_of_numbers_is_refused_and_an_order_asked_for():
    with pytest.raises(DataError, match=r"not numbers: 'high', 'inf'.*Declare annotations\.order"):
        log_of([1, "high", "inf"], label_kind="ordinal", positive_value=2)
    with pytest.raises(DataError, match="positive_value is 'high'"):
        log_of([1, 2], label_kind="interval", positive_value="high")


@pytest.mark.parametrize(("positive", "where"), [(1, "at or above"), (9, "below")])
def test_a_positive_value_that_parts_nothing_is_refused(positive, where):
    with pytest.raises(DataError, match=rf"every label .* is {where} .*lowest number that means positive"):
        log_of([1, 2, 5], label_kind="ordinal", positive_value=positive)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"order": ("a", "b")}, "goes with label_kind"),
        ({"order": ("a", "b", "a"), "label_kind": "ordinal", "positive_value": "b"}, "'a' twice"),
        ({"order": ("a", "b"), "label_kind": "ordinal"}, "positive_value.*no step.*'a', 'b'"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(more, said):
    with pytest.raises(ValidationError, match=said):
        AnnotationsSpec(**more)


def test_ballots_keep_values_beside_labels_through_sorting_and_subsets():
    ballots = ballots_of(
        log_of(["good", "poor", "excellent"], label_kind="ordinal", order=STEPS, positive_value="good")
    )
    assert ballots.value.tolist() == [2, 0, 3]
    assert ballots.subset(np.array([True, False, True])).value.tolist() == [2, 3]


def test_values_do_not_depend_on_the_order_of_rows():
    column = pd.Series(["b", "c", "a", "b"])
    spec = AnnotationsSpec(positive_value="b")
    turned = label_values(column[::-1], spec)
    assert label_values(column, spec).value[::-1].tolist() == turned.value.tolist()
