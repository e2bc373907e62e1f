"""Pay, time and what a log leaves open."""

import pandas as pd
import pytest

from biasaudit.data.annotations import AnnotationLog
from biasaudit.results import Fingerprint
from biasaudit.traces import measure_conditions, measure_traceability


def log_of(annotators, pay=0.1, seconds=36.0, unit="v"):
    n = len(annotators)
    frame = pd.DataFrame(
        {
            "item": range(n),
            "annotator": annotators,
            "label": 1.0,
            "pay": pay,
            "seconds": seconds,
            "unit:vendor": pd.Categorical([unit] * n),
        }
    )
    source = Fingerprint(role="annotations", source="x", sha256="0" * 64)
    return AnnotationLog(frame=frame, units=("vendor",), attributes=(), dropped=(), fingerprint=source)


def test_hourly_pay_is_pay_over_recorded_time():
    found = measure_conditions(log_of([0, 1, 2, 3, 4], seconds=[36, 36, 36, 36, 216]), "EUR")[0]
    assert found.hourly_pay == pytest.approx(0.5 * 3600 / 360)
    assert (found.annotators, found.labels, found.median_seconds, found.currency) == (5, 5, 36.0, "EUR")


def test_units_of_fewer_than_five_annotators_are_left_out():
    assert measure_conditions(log_of([0, 1, 2, 3, 3, 3]), "EUR") == ()


def test_pay_known_for_fewer_than_five_annotators_is_not_shown():
    found = measure_conditions(log_of([0, 1, 2, 3, 4], pay=[0.1, 0.1, 0.1, 0.1, None]), "EUR")[0]
    assert found.hourly_pay is None
    assert found.currency is None
    assert found.median_seconds == 36.0


def test_traceability_says_what_is_known_for_which_share():
    known = measure_traceability(log_of([0, 1, 2, 3], pay=[0.1, None, None, None], seconds=float("nan")))
    assert known["known"] == {"vendor": 1.0, "pay": 0.25, "seconds": 0.0}
    assert known["missing"] == ["seconds"]
