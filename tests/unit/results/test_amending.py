"""An amendment adds words, changes no number, and shows when somebody else did."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.errors import ResultError
from biasaudit.results import AuditResult, amend, broken_at, digest, from_json, sealed, to_json

THEN = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)
WORDS = {"author": "A. Lee, works council", "reason": "Wrong year", "text": "Read 1982.\n\nSee minute 14."}


@pytest.fixture
def result(make_result):
    return make_result(men=(500, 1000), women=(400, 1000))


@pytest.fixture
def twice(result):
    first = amend(result, **WORDS, written=THEN)
    return amend(first, author="B. Okoro", reason="Objection", text="Not agreed on.", written=THEN + timedelta(days=30))


def test_it_appends_and_changes_nothing_else(result):
    amended = amend(result, **WORDS, written=THEN)
    assert amended.model_copy(update={"amendments": ()}) == result
    assert digest(amended) == digest(result)
    assert sealed(amended) != sealed(result)
    one = amended.amendments[0]
    assert one.model_dump() == WORDS | {"written": "2026-04-01T12:30:00+00:00", "previous": sealed(result)}
    assert from_json(to_json(amended)) == amended


def test_a_chain_fits_and_comes_back_from_its_file(twice):
    assert [one.author for one in twice.amendments] == ["A. Lee, works council", "B. Okoro"]
    assert twice.amendments[1].previous != twice.amendments[0].previous
    assert broken_at(twice) is None
    assert broken_at(from_json(to_json(twice))) is None


def test_time_is_kept_in_utc(result):
    paris = timezone(timedelta(hours=2))
    amended = amend(result, **WORDS, written=datetime(2026, 4, 1, 1, 30, tzinfo=paris))
    assert amended.amendments[0].written == "2026-03-31T23:30:00+00:00"
    now = amend(result, **WORDS).amendments[0].written
    assert abs(datetime.fromisoformat(now) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        (lambda text: text.replace('"n": 1000', '"n": 1001', 1), 0),
        (lambda text: text.replace('"title": "Calls"', '"title": "calls"'), 0),
        (lambda text: text.replace('"ended": "2026-01-01T00:00:01', '"ended": "2026-01-01T00:00:02'), 0),
        (lambda text: text.replace("Read 1982.", "Read 1983."), 1),
        (lambda text: text.replace("A. Lee", "A. Leo"), 1),
    ],
    ids=["number", "word", "time", "amendment", "author"],
)
def test_what_is_changed_afterwards_no_longer_fits(twice, tamper, place):
    text = to_json(twice)
    assert tamper(text) != text
    changed = from_json(tamper(text))
    assert broken_at(changed) == place
    with pytest.raises(ResultError, match=f"when amendment {place + 1} was written"):
        amend(changed, **WORDS)


def test_an_amendment_that_is_taken_out_or_moved_no_longer_fits(twice):
    first, second = twice.amendments
    assert broken_at(twice.model_copy(update={"amendments": (second,)})) == 0
    assert broken_at(twice.model_copy(update={"amendments": (second, first)})) == 0
    # The last one has no seal after it: the seal on the signed page tells.
    without_last = twice.model_copy(update={"amendments": (first,)})
    assert broken_at(without_last) is None
    assert sealed(without_last) != sealed(twice)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"author": "  "}, "needs its author"),
        ({"text": ""}, "needs its text"),
        ({"reason": "x" * 501}, "at most 500 characters; this one has 501"),
        ({"text": "a\x1b[31m"}, r"control character \(U\+001B, place 2\)"),
        ({"author": "a\ud800"}, r"U\+D800"),
    ],
)
def test_what_has_no_place_in_a_signed_document_is_refused(result, change, told):
    with pytest.raises(ResultError, match=told):
        amend(result, **(WORDS | change))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=100))
def test_any_words_come_back_as_they_were(words):
    from biasaudit.results import AuditInfo, DataFacts, Manifest

    result = AuditResult(
        status="complete",
        audit=AuditInfo(name="a", title="A", tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30),
        manifest=Manifest(version="0", spec_digest="", started="", ended=""),
        data=DataFacts(rows=0, rows_judged=0),
    )
    if not words.strip():
        return
    amended = amend(result, author=words[:100], reason=words, text=words, written=THEN)
    assert amended.amendments[0].text == words.strip()
    assert broken_at(from_json(to_json(amended))) is None


def test_a_digest_outlives_fields_that_later_versions_add(twice):
    """What a later version reads back bears its new fields at their defaults: that changes no digest and no seal."""

    class Later(AuditResult):
        tables: tuple[str, ...] = ()
        note: str | None = None
        is_checked: bool = False
        share: float = 0.5

    later = Later.model_validate_json(to_json(twice))
    assert '"share"' in to_json(later)
    assert digest(later) == digest(twice)
    assert sealed(later) == sealed(twice)
    assert broken_at(later) is None
    assert digest(later.model_copy(update={"share": 0.6})) != digest(twice)
