"""What is known of each label is counted from the log and the declaration together, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import Table
from biasaudit.errors import DeclarationError
from biasaudit.results import KNOWN, NOT_RECORDED, AttributeFacts, Dropped, Fingerprint, GroupSize
from biasaudit.spec import AnnotationsSpec, declare_provenance
from biasaudit.traces import measure_traceability, provenance_doubts, require_units
from biasaudit.traces.provenance.contract_chain import NO_LINK, ONE_OF_SEVERAL, follow_chain
from biasaudit.traces.provenance.facts import QUESTIONS, facts_of

SOURCE = Fingerprint(role="annotations", source="x", sha256="0" * 64)


def log_of(vendors, *, country=None, pay=None, seconds=np.nan, annotators=None, items=None, dropped=()):
    n = len(vendors)
    frame = pd.DataFrame(
        {
            "item": range(n) if items is None else items,
            "annotator": range(n) if annotators is None else annotators,
            "label": 1.0,
            "pay": np.full(n, np.nan) if pay is None else pay,
            "seconds": seconds,
            "unit:vendor": pd.Categorical(vendors),
        }
    )
    if country is not None:
        frame["attribute:worker_country"] = pd.Categorical(country)
    attributes = () if country is None else ("worker_country",)
    return AnnotationLog(frame=frame, units=("vendor",), attributes=attributes, dropped=dropped, fingerprint=SOURCE)


def declared(**tables):
    return declare_provenance({"schema": 1, **tables}).spec


def shares(found):
    return {one.link: one.share for one in found.links}


def told_by(found):
    return {one.link: one.told_by for one in found.links}


VENDORS = ["A"] * 6 + ["B"] * 3 + ["C"]


def test_a_log_alone_tells_what_its_columns_hold():
    found = measure_traceability(
        log_of(VENDORS, country=["KE"] * 4 + [NOT_RECORDED] * 6, pay=[0.1, *[np.nan] * 9], seconds=3.0)
    )
    assert shares(found) == {
        "who": 1.0, "where": 0.4, "guideline": 0.0, "pay": 0.1, "duration": 1.0, "chain": 0.0, "vendor": 1.0,
    }  # fmt: skip
    assert told_by(found)["where"] == "log"
    assert told_by(found)["chain"] == "nobody"
    assert [one.kind for one in found.missing] == ["chain"]
    assert found.missing[0].share == 1.0
    assert found.complete == 0.0
    assert not found.declared
    assert found.facts == ()


def test_labels_left_out_because_nobody_is_known_to_have_given_them_count_among_who():
    dropped = (Dropped(reason="labels without an annotator in 'who'", rows=30), Dropped(reason="other", rows=5))
    (who, *_) = measure_traceability(log_of(VENDORS, dropped=dropped)).links
    assert (who.n_known, who.n_labels, who.share) == (10, 40, 0.25)


def test_the_declaration_adds_to_the_log_label_by_label():
    spec = declared(
        link=[
            {"name": "Bank", "role": "client", "country": ["GB"]},
            {"name": "Alpha", "under": "Bank", "unit": {"vendor": "A"}, "country": ["KE"]},
            {"name": "Beta", "under": "Bank", "unit": {"vendor": ["B", "Bx"]}, "country": ["IN", "PK"]},
        ],
        pay=[{"amount": 1, "basis": "hour", "unit": {"vendor": "B"}}, {"basis": "unpaid", "unit": {"vendor": "C"}}],
        guideline=[{"id": "g"}],
    )
    found = measure_traceability(log_of(VENDORS, pay=[0.1] * 2 + [np.nan] * 8), spec)
    assert shares(found) == pytest.approx(
        {"who": 1, "where": 0.6, "guideline": 1, "pay": 0.6, "duration": 0, "chain": 0.9, "vendor": 1}
    )
    assert told_by(found)["pay"] == "both"
    assert told_by(found)["guideline"] == "declaration"
    assert [(one.kind, one.share) for one in found.missing] == [("unit", None)]
    assert [(link.level, link.above) for link in found.chain] == [(1, None), (2, 0), (2, 0)]


def test_what_two_entries_say_of_one_label_is_not_known():
    both = declared(guideline=[{"id": "a"}, {"id": "b"}])
    assert shares(measure_traceability(log_of(VENDORS), both))["guideline"] == 0
    one_of_unit = declared(guideline=[{"id": "a"}, {"id": "b", "unit": {"vendor": "A"}}])
    assert shares(measure_traceability(log_of(VENDORS), one_of_unit))["guideline"] == 1
    empty = declared(guideline=[{"language": "en"}], pay=[{"amount": 3}])
    assert shares(measure_traceability(log_of(VENDORS), empty))["guideline"] == 0
    assert shares(measure_traceability(log_of(VENDORS), empty))["pay"] == 0


@pytest.mark.parametrize(
    ("links", "share", "kinds"),
    [
        ([{"name": "a"}, {"name": "b"}, {"name": "c"}], 1.0, []),
        ([{"name": "a"}, {"name": "b"}, {"not_known": ["name"]}], 0.0, ["name"]),
        ([{"name": "a"}, {"name": "c", "level": 4}], 0.0, ["level"]),
        ([{"name": "c", "level": 2}], 0.0, ["level"]),
        ([{"name": "a"}, {"name": "b"}, {"name": "c", "under": "a"}], 0.0, ["branch"]),
        ([{"name": "a"}, {}, {"name": "c", "level": 5}], 0.0, ["level", "name"]),
    ],
)
def test_a_chain_is_known_only_where_no_link_of_it_is_missing(links, share, kinds):
    found = measure_traceability(log_of(VENDORS), declared(link=links))
    assert shares(found)["chain"] == share
    assert sorted(one.kind for one in found.missing) == kinds
    assert all(one.share == 1.0 for one in found.missing)


def test_labels_go_to_the_deepest_link_of_their_unit_and_on_where_only_one_stands_below():
    links = [
        {"name": "bank"},
        {"name": "A", "unit": {"vendor": "A"}},
        {"name": "below A"},
        {"name": "B", "under": "bank", "unit": {"vendor": "B"}},
        {"name": "one", "under": "B"},
        {"name": "two", "under": "B"},
    ]
    followed = follow_chain(log_of(VENDORS), declared(link=links))
    assert followed.lowest.tolist() == [2] * 6 + [ONE_OF_SEVERAL] * 3 + [NO_LINK]
    deeper = [{"name": "bank"}, {"name": "A", "unit": {"vendor": "A"}}, {"name": "A2", "unit": {"vendor": "A"}}]
    assert set(follow_chain(log_of(["A"]), declared(link=deeper)).lowest) == {2}
    twice = [{"name": "x", "unit": {"vendor": "A"}}, {"name": "y", "level": 1, "unit": {"vendor": "A"}}]
    assert set(follow_chain(log_of(["A"]), declared(link=twice)).lowest) == {ONE_OF_SEVERAL}


def test_labels_are_counted_along_the_chain_and_not_shown_for_fewer_than_five_people():
    links = [
        {"name": "bank"},
        {"name": "A", "unit": {"vendor": "A"}},
        {"name": "B", "under": "bank", "unit": {"vendor": "B"}},
    ]
    found = measure_traceability(log_of(VENDORS), declared(link=links))
    assert [link.labels for link in found.chain] == [9, 6, None]
    assert {(one.unit, one.n_labels) for one in found.units} == {("A", 6)}
    assert {one.link for one in found.units} == set(KNOWN)
    assert [(one.kind, one.n_labels, one.share) for one in found.missing] == [("unit", None, None)]


def table_of(groups):
    n = len(groups)
    return Table(
        frame=pd.DataFrame(index=range(n)),
        ids=pd.Index([str(at) for at in range(n)]),
        groups=pd.DataFrame({"sex": pd.Categorical(groups)}),
        strata=pd.DataFrame(index=range(n)),
        periods=None,
        outcome=None,
        truth=None,
        weight=np.ones(n),
        is_judged=np.ones(n, dtype=bool),
        features=(),
        rows_read=n,
        dropped=(),
        fingerprint=SOURCE,
    )


def test_less_known_about_one_group_is_seen():
    sexes = (GroupSize(group="f", n=6), GroupSize(group="m", n=4), GroupSize(group="x", n=0))
    facts = [AttributeFacts(name="sex", columns=("sex",), reference="m", groups=sexes)]
    log = log_of(["A"] * 12, pay=[np.nan] * 6 + [0.1] * 6, items=[0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 7])
    found = measure_traceability(log, None, table_of(["f", "f", "f", "f", "m", "m", "m", "m"]), facts)
    by_group = {(one.group, one.link): one for one in found.groups}
    women, men = by_group["f", "pay"], by_group["m", "pay"]
    assert (women.share, women.n_items, women.n_labels) == (pytest.approx(1 / 7), 4, 7)
    assert (men.share, men.n_items, men.n_labels) == (1.0, 4, 5)
    assert {group for group, _ in by_group} == {"f", "m"}


def test_units_that_the_log_does_not_have_are_refused_with_the_nearest(tmp_path):
    provenance = declare_provenance(
        {"schema": 1, "link": [{"unit": {"vendr": "A"}}], "pay": [{"unit": {"x": "A"}}], "columns": {"country": "land"}}
    )
    with pytest.raises(DeclarationError) as caught:
        require_units(provenance, log_of(VENDORS, country=["KE"] * 10))
    found = {one.where: one.nearest for one in caught.value.mistakes}
    assert found == {"link[1].unit": "vendor", "pay[1].unit": "", "columns.country": ""}
    good = declare_provenance(
        {"schema": 1, "columns": {"country": "worker_country"}, "link": [{"unit": {"vendor": "A"}}]}
    )
    require_units(good, log_of(VENDORS, country=["KE"] * 10))


def test_what_the_log_and_the_audit_do_not_bear_out_is_told():
    link = [{"unit": {"vendor": ["A", "Alpa"]}}]
    given = declare_provenance({"schema": 1, "link": link, "rule": {"name": "mean"}}).spec
    log = log_of(VENDORS, country=["KE"] * 10)
    told = [step.reason for step in provenance_doubts(given, AnnotationsSpec(rule="majority"), log)]
    assert len(told) == 2
    assert "'Alpa' in 'vendor'" in told[0]
    assert "'mean'" in told[1]
    assert "'majority'" in told[1]
    assert not provenance_doubts(given.model_copy(update={"link": ()}), AnnotationsSpec(rule="mean"), log)


def test_a_column_is_read_as_the_country_where_its_name_or_the_declaration_says_so():
    log = log_of(VENDORS, country=["KE"] * 10)
    assert shares(measure_traceability(log))["where"] == 1
    assert shares(measure_traceability(log, declared(columns={"guideline": "worker_country"})))["guideline"] == 1
    assert shares(measure_traceability(log, declared(columns={"country": "vendor"})))["where"] == 1
    assert shares(measure_traceability(log_of(VENDORS)))["where"] == 0
    assert shares(measure_traceability(log_of(VENDORS), declared(recruitment={"countries": "KE"})))["where"] == 1
    assert (
        shares(measure_traceability(log_of(VENDORS), declared(recruitment={"countries": ["KE", "IN"]})))["where"] == 0
    )


def test_every_question_has_an_answer_in_one_of_three_states():
    spec = declared(
        not_known=["consent"],
        rule={"name": "majority", "minority_paid": False, "not_known": ["ties"], "status": "assumed", "source": "us"},
        pay=[{"amount": 0.5, "currency": "EUR", "basis": "label", "unit": {"vendor": ["A", "B"]}}, {"basis": "unpaid"}],
    )
    found = {(fact.table, fact.key, fact.entry): fact for fact in facts_of(spec)}
    assert len(found) == sum(len(keys) for _, keys in QUESTIONS.values()) + len(QUESTIONS["pay"][1])
    paid = found["pay", "amount", 0]
    assert (paid.state, paid.number, paid.currency, paid.basis, paid.units) == (
        "known",
        0.5,
        "EUR",
        "label",
        ("A", "B"),
    )
    assert (found["pay", "amount", 1].state, found["pay", "amount", 1].number) == ("known", 0.0)
    minority = found["rule", "minority_paid", 0]
    assert (minority.state, minority.is_so, minority.status, minority.source) == ("known", False, "assumed", "us")
    assert found["rule", "ties", 0].state == "not_known"
    assert found["rule", "ties", 0].source is None
    assert found["consent", "basis", 0].state == "not_known"
    assert found["rule", "arbiter", 0].state == "not_said"
    assert found["rule", "name", 0].text == ("majority",)


@given(st.lists(st.sampled_from("ABC"), min_size=1, max_size=30), st.randoms())
def test_the_order_of_labels_changes_no_share(vendors, random):
    links = [{"name": "bank"}, {"name": "A", "unit": {"vendor": "A"}}, {"under": "bank", "unit": {"vendor": "B"}}]
    spec = declared(link=links, pay=[{"basis": "unpaid", "unit": {"vendor": "A"}}])
    shuffled = list(vendors)
    random.shuffle(shuffled)
    first, second = (measure_traceability(log_of(order), spec) for order in (vendors, shuffled))
    assert first.links == second.links
    assert sorted(map(str, first.missing)) == sorted(map(str, second.missing))
    assert shares(first)["chain"] == pytest.approx(vendors.count("A") / len(vendors))
    assert first.complete <= min(one.share for one in first.links if not one.is_unit)
