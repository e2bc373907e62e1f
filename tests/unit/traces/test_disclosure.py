"""Nothing about fewer than five annotators can be read, nor worked out from what can."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.data.annotations import AnnotationLog
from biasaudit.results import (
    AttributeFacts,
    Attribution,
    AuditInfo,
    AuditResult,
    DataFacts,
    Fingerprint,
    GroupSize,
    Manifest,
    ReadingTime,
    Trace,
    UnitShare,
    estimated,
    withhold_small_cells,
)
from biasaudit.traces import cells_of, measure_conditions, withhold_counts

LABELS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 25)), min_size=1, max_size=80)


@given(LABELS)
def test_what_is_left_of_a_total_is_about_five_annotators_or_none(labels):
    units, annotators = zip(*labels, strict=True)
    cells = cells_of(units, annotators)
    frame = pd.DataFrame({"unit": units, "who": annotators})
    people = frame.groupby("unit")["who"].nunique()
    assert set(cells.shown) == set(people.index[people >= 5])
    assert set(cells.small) == set(people.index[people < 5])
    known = set(cells.shown) - {cells.without_counts}
    if cells.rest_is_shown:
        known |= set(cells.small)
    rest = frame.loc[~frame["unit"].isin(known), "who"].nunique()
    # With no unit of five there is nothing shown to subtract from a total.
    assert rest == 0 or rest >= 5 or not cells.shown


def test_the_order_of_labels_makes_no_difference():
    units, annotators = ["a"] * 7 + ["b"] * 9 + ["c"] * 2, [*range(7), *range(9), 20, 21]
    assert cells_of(units, annotators) == cells_of(units[::-1], annotators[::-1])
    assert cells_of(units, annotators).without_counts == "a"
    assert cells_of(units[:-2], annotators[:-2]).without_counts is None


def test_counts_are_withheld_wherever_they_stand_in_a_trace():
    n = 7 + 9 + 2
    frame = pd.DataFrame(
        {
            "item": range(n),
            "annotator": [*range(7), *range(7, 16), 20, 21],
            "label": 1.0,
            "pay": 0.1,
            "seconds": 10.0,
            "unit:vendor": pd.Categorical(["a"] * 7 + ["b"] * 9 + ["c"] * 2),
        }
    )
    source = Fingerprint(role="annotations", source="x", sha256="0" * 64)
    log = AnnotationLog(frame=frame, units=("vendor",), attributes=(), dropped=(), fingerprint=source)
    none = estimated(0.1, 0.0, 0.2, method="m")
    units = tuple(
        UnitShare(
            unit=unit, contribution=none, p_value=None, p_adjusted=None, flagged=False, band_low=0.0, band_high=0.0,
            labels=labels, annotators=labels,
        )
        for unit, labels in (("a", 7), ("b", 9))
    )  # fmt: skip
    attribution = Attribution(
        attribute="sex", group="f", reference="m", unit_kind="vendor", reference_labels="gold", baseline=none,
        total=none, units=units, replicates=1, placebos=1, stands_clear=False,
    )  # fmt: skip
    elsewhere = attribution.model_copy(update={"unit_kind": "batch"})
    trace = withhold_counts(Trace(conditions=measure_conditions(log, "EUR"), attribution=(attribution, elsewhere)), log)
    assert [(one.unit, one.labels, one.annotators) for one in trace.conditions] == [("a", None, None), ("b", 9, 9)]
    assert trace.conditions[0].hourly_pay == 36.0
    assert [unit.labels for unit in trace.attribution[0].units] == [None, 9]
    assert [unit.labels for unit in trace.attribution[1].units] == [7, 9]
    whole = AnnotationLog(frame=frame.iloc[:16], units=("vendor",), attributes=(), dropped=(), fingerprint=source)
    kept = Trace(conditions=measure_conditions(whole, "EUR"), attribution=(attribution,))
    assert withhold_counts(kept, whole) == kept


def test_times_on_fewer_than_five_items_are_withheld():
    seconds = estimated(9.0, 8.0, 10.0, method="median")
    times = tuple(
        ReadingTime(
            unit_kind="vendor", unit="a", attribute="sex", group=group, reference="m", n_items=n_items,
            n_reference=90, seconds=seconds, seconds_reference=seconds, ratio=seconds, p_value=0.01, p_adjusted=0.02,
        )
        for group, n_items in (("f", 4), ("x", 30))
    )  # fmt: skip
    sizes = tuple(GroupSize(group=group, n=100) for group in ("f", "x", "m"))
    result = AuditResult(
        status="complete",
        audit=AuditInfo(name="a", title="A", tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30),
        manifest=Manifest(version="0", spec_digest="0", started="", ended=""),
        data=DataFacts(
            rows=300,
            rows_judged=300,
            attributes=(AttributeFacts(name="sex", columns=("sex",), reference="m", groups=sizes),),
        ),
        trace=Trace(reading_times=times),
    )
    few, enough = withhold_small_cells(result).trace.reading_times
    assert few.seconds.value is few.seconds_reference.value is few.ratio.value is few.p_value is few.p_adjusted is None
    assert few.ratio.reason.startswith("withheld")
    assert enough == times[1]
