"""A known long table, written in each platform's layout, comes back as the same table."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.data.importers import long_table
from biasaudit.data.importers.guessing import guess_format
from biasaudit.data.values import as_text

FIRST = pd.Timestamp("2025-10-09T07:30:20Z")
#: What each layout can carry beside item, annotator and label; the unit under its own name; the item field.
CARRIES = {
    "mturk": (("started", "seconds", "pay", "accepted"), {"batch": "unit"}, "Input.applicant_id", "Answer.hire"),
    "appen": (("started", "seconds", "accepted"), {"channel": "unit", "country": "country"}, "applicant", "hire"),
    "toloka": (("started", "seconds", "pay", "accepted"), {}, "INPUT:applicant_id", "OUTPUT:hire"),
    "label-studio": (("started", "seconds"), {}, "data.applicant_id", "hire"),
    "argilla": ((), {}, "applicant_id", "hire"),
    "prodigy": ((), {}, "meta.applicant_id", "accept"),
    "doccano": ((), {}, "applicant_id", "label"),
    "ground-truth": (("started", "seconds"), {}, "applicant_id", "hire"),
}
#: Texts that begin with a letter, so that no reader takes them for numbers; quotes, formulas, markup and all.
NAMES = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="/\\"), max_size=12).map(
    lambda text: f"x{text}x"
)


def table(rows):
    """A long table of (item, annotator, label) with made-up conditions."""
    long = pd.DataFrame(rows, columns=["item", "annotator", "label"])
    n = range(len(long))
    return long.assign(
        unit=[f"v{number % 2}" for number in n],
        country=[["KEN", "NAM", "MDG"][number % 3] for number in n],
        started=pd.Series([FIRST + pd.Timedelta(seconds=97 * number) for number in n]),
        seconds=[float(5 + number) for number in n],
        pay=[0.05 + 0.01 * (number % 3) for number in n],
        accepted=[[1.0, 0.0][number % 2] for number in n],
    )


def compared(frame, columns):
    """The columns of a table, in an order that no writer changes."""
    frame = frame[list(columns)].reset_index(drop=True)
    frame = frame.assign(**{name: as_text(frame[name]) for name in ("item", "annotator", "label")})
    return frame.sort_values(["item", "annotator"]).reset_index(drop=True)


def check(name, long, writers, importers, folder):
    carried, renamed, item, label = CARRIES[name]
    files = writers[name](long, folder)
    found = long_table(importers[name](files), item=item, label=label).rename(columns=renamed)
    columns = ["item", "annotator", "label", *renamed.values(), *carried]
    pd.testing.assert_frame_equal(
        compared(found, columns), compared(long, columns), check_dtype=False, check_index_type=False
    )


ROWS = [
    ("p1", "ann \"the judge\" O'Neil", "yes"), ("p1", "<script>alert(1)</script>", "no"), ("p2", "=1+1", "yes"),
    ("p2", "bo, the second", "no"), ("p3", "\u202eevil", "no"), ("p3", "None", "NA"), ("p1", "../../etc", "yes"),
]  # fmt: skip
EXPORTS = Path(__file__).with_name("exports")
#: The table that the exports kept beside this file were written from.
KEPT = [
    ("p1", "ann 'the judge' O'Neil", "yes"), ("p1", "=1+1", "no"), ("p2", "bo, the second", "yes"),
    ("p2", "=1+1", "no"), ("p3", "évil & co; -rf", "no"), ("p3", "bo, the second", "NA"),
]  # fmt: skip


@pytest.mark.parametrize("name", CARRIES)
def test_a_known_table_comes_back(name, writers, importers, tmp_path):
    rows = [(item, who.replace("/", "_"), label) for item, who, label in ROWS]
    check(name, table(rows), writers, importers, tmp_path)


@pytest.mark.parametrize("name", CARRIES)
def test_the_exports_kept_here_are_read(name, importers):
    """Files in the layouts as they were when this was written; the writers above may follow a platform's changes."""
    carried, renamed, item, label = CARRIES[name]
    files = sorted(path for path in (EXPORTS / name).rglob("*") if path.is_file())
    found = long_table(importers[name](files), item=item, label=label).rename(columns=renamed)
    columns = ["item", "annotator", "label", *renamed.values(), *carried]
    pd.testing.assert_frame_equal(
        compared(found, columns), compared(table(KEPT), columns), check_dtype=False, check_index_type=False
    )


@pytest.mark.parametrize("name", CARRIES)
@settings(max_examples=12)
@given(rows=st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=2, max_size=6, unique_by=lambda row: row[:2]))
def test_any_table_comes_back(name, rows, writers, importers):
    with tempfile.TemporaryDirectory() as folder:
        check(name, table(rows), writers, importers, Path(folder))


@pytest.mark.parametrize("name", CARRIES)
def test_each_format_is_guessed_from_its_file(name, writers, tmp_path):
    files = writers[name](table([("p1", "a", "yes"), ("p2", "b", "no")]), tmp_path)
    assert {guess_format(file) for file in files} == {name}


@pytest.mark.parametrize("name", CARRIES)
def test_each_importer_refuses_files_of_all_other_formats(name, writers, importers, tmp_path):
    from biasaudit.errors import DataError

    for other in CARRIES:
        if other != name:
            folder = tmp_path / other
            folder.mkdir()
            files = writers[other](table([("p1", "a", "yes"), ("p2", "b", "no")]), folder)
            with pytest.raises(DataError) as told:
                importers[name](files)
            assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", CARRIES)
def test_each_format_says_what_it_cannot_tell(name, writers, importers, tmp_path):
    imported = importers[name](writers[name](table([("p1", "a", "yes"), ("p2", "b", "no")]), tmp_path))
    assert imported.cannot
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in imported.cannot)
    assert ("pay" in imported.frame) == (
        not any("paid." in sentence or "paid:" in sentence for sentence in imported.cannot)
    )


# One export of doccano or Ground Truth is several files already.
@pytest.mark.parametrize("name", [name for name in CARRIES if name not in {"doccano", "ground-truth"}])
def test_several_files_are_read_as_one_log(name, writers, importers, tmp_path):
    files = []
    for part in ("one", "two"):
        folder = tmp_path / part
        folder.mkdir()
        files += writers[name](table([(f"{part}-p1", "a", "yes"), (f"{part}-p2", "b", "no")]), folder)
    frame = importers[name](files).frame
    assert len(frame) == 4
    assert frame["file"].nunique() == 2
    assert not any(str(tmp_path) in value for value in frame["file"])
