"""Named datasets: found, refused with a way out, fetched and checked."""

import hashlib
import http.server
import threading
from functools import partial

import pandas as pd
import pytest

from biasaudit.data import dataset_cards, datasets
from biasaudit.data.datasets import (
    DATA_VARIABLE,
    fetch_dataset,
    find_dataset,
    is_dataset,
    list_datasets,
    load_table,
)
from biasaudit.errors import DataError, MissingExtraError, PluginError

CSV = b"group,people\nNA,3\n,4\n"
DIGEST = hashlib.sha256(CSV).hexdigest()
HEAD = 'title = "T"\nnature = "real"\nlicence = "L"\ncitation = "C"\ndescription = "D"\n'


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder of datasets, an empty cache, and no data folder of the user's."""
    folder = tmp_path / "datasets"
    folder.mkdir()
    monkeypatch.setattr(dataset_cards, "bundled_folder", lambda _: folder)
    monkeypatch.setattr(datasets.platformdirs, "user_cache_path", lambda _: tmp_path / "cache")
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    return folder


def write(shelf, name, card, make=None):
    (shelf / name).mkdir()
    (shelf / name / "dataset.toml").write_text(HEAD + card, encoding="utf-8")
    if make is not None:
        (shelf / name / "make.py").write_text(make, encoding="utf-8")


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Serve one file from this machine."""
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "people.csv").write_bytes(CSV)
    monkeypatch.setenv("NO_PROXY", "*")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/people.csv"
        server.shutdown()
        thread.join()


def fetched_card(url, sha256=DIGEST):
    return f'[sources.raw]\nlocal = "here/people.csv"\nurl = "{url}"\nsha256 = "{sha256}"\n[tables.people]\nsource = "raw"\n'


def test_every_bundled_card_says_what_one_must_know():
    for card in list_datasets():
        assert card.warnings, card.name
        assert card.licence, card.name
        assert card.citation, card.name
        assert all(table.description for table in card.tables.values()), card.name
        assert (card.folder / "make.py").is_file() or all(table.source for table in card.tables.values())


def test_an_unknown_dataset_is_told_with_those_there_are_and_the_nearest():
    with pytest.raises(DataError, match=r"no dataset named 'st_george'.*Did you mean 'st_georges'.*berkeley"):
        find_dataset("st_george")


def test_an_unknown_table_is_told_with_those_there_are():
    with pytest.raises(DataError, match=r"no table 'vote'.*Did you mean 'votes'.*applicants, votes"):
        load_table("st_georges/vote")


def test_several_tables_leave_a_choice():
    with pytest.raises(DataError, match="name one of st_georges/applicants, st_georges/votes"):
        load_table("st_georges")


def test_a_file_name_is_no_dataset():
    assert not is_dataset("berkeley.csv")
    assert not is_dataset("../berkeley")
    assert is_dataset("berkeley/anything")


def test_a_csv_keeps_its_digest_and_only_empty_cells_are_missing(shelf):
    write(shelf, "small", '[sources.raw]\nfile = "people.csv"\n[tables.people]\nsource = "raw"\n')
    (shelf / "small" / "people.csv").write_bytes(CSV)
    frame, fingerprint = load_table("small")
    assert fingerprint.sha256 == DIGEST
    assert fingerprint.source == "dataset small/people"
    assert fingerprint.rows == 2
    assert frame["group"].isna().tolist() == [False, True]
    assert frame["group"][0] == "NA"


def test_a_made_table_is_digested_as_its_csv(shelf):
    make = "import pandas as pd\ndef make(table, sources):\n    return pd.DataFrame({'x': [0.1, 2.0]})\n"
    write(shelf, "made", '[tables.numbers]\nmake = "make.py"\n', make)
    frame, fingerprint = load_table("made/numbers")
    assert fingerprint.sha256 == hashlib.sha256(b"x\n0.1\n2.0\n").hexdigest()
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"x": [0.1, 2.0]}))


def test_a_make_file_without_make_is_named(shelf):
    write(shelf, "broken", '[tables.numbers]\nmake = "make.py"\n', "x = 1\n")
    with pytest.raises(PluginError, match="'broken' has no function make"):
        load_table("broken")


def test_data_not_on_this_machine_say_how_to_get_them(shelf):
    write(shelf, "far", fetched_card("https://example.org/people.csv"))
    with pytest.raises(DataError, match=r"biasaudit data fetch far.*BIASAUDIT_DATA.*here/people\.csv"):
        load_table("far")


def test_a_missing_package_names_the_extra(shelf):
    card = '[sources.raw]\npackage = "no-such-distribution"\npackage_file = "x.csv"\n[tables.t]\nsource = "raw"\n'
    write(shelf, "packaged", card)
    with pytest.raises(MissingExtraError, match=r"biasaudit\[cases\]"):
        load_table("packaged")


def test_a_package_that_lost_the_file_is_told(shelf):
    card = '[sources.raw]\npackage = "pandas"\npackage_file = "no/such.csv"\n[tables.t]\nsource = "raw"\n'
    write(shelf, "packaged", card)
    with pytest.raises(DataError, match=r"does not hold no/such\.csv"):
        load_table("packaged")


def test_the_users_folder_comes_first_and_is_checked(shelf, tmp_path, monkeypatch):
    write(shelf, "far", fetched_card("https://example.org/people.csv"))
    (tmp_path / "mine" / "here").mkdir(parents=True)
    (tmp_path / "mine" / "here" / "people.csv").write_bytes(CSV)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "mine"))
    assert load_table("far")[1].sha256 == DIGEST
    (tmp_path / "mine" / "here" / "people.csv").write_bytes(CSV + b"x,9\n")
    with pytest.raises(DataError, match="is not the one that the card describes") as caught:
        load_table("far")
    assert str(tmp_path) not in str(caught.value)


def test_fetching_brings_a_file_once_and_reading_finds_it(shelf, served):
    write(shelf, "far", fetched_card(served))
    (first,) = fetch_dataset("far")
    assert first.read_bytes() == CSV
    written = first.stat().st_mtime_ns
    assert fetch_dataset("far") == [first]
    assert first.stat().st_mtime_ns == written
    assert load_table("far")[1].sha256 == DIGEST


def test_a_file_that_is_not_the_described_one_is_refused_and_not_kept(shelf, served, tmp_path):
    write(shelf, "far", fetched_card(served, sha256="0" * 64))
    with pytest.raises(DataError, match="not the file that the card describes"):
        fetch_dataset("far")
    assert not list((tmp_path / "cache").rglob("people.csv"))


def test_a_file_that_cannot_be_fetched_says_what_else_to_do(shelf, served):
    write(shelf, "far", fetched_card(served.replace("people", "nothing")))
    with pytest.raises(DataError, match=r"cannot be fetched.*set BIASAUDIT_DATA"):
        fetch_dataset("far")


def test_nothing_to_fetch_is_an_empty_list():
    assert fetch_dataset("berkeley") == []


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        ('[tables.t]\nsource = "raw"\n', "which is not declared"),
        ('[sources.raw]\n[tables.t]\nsource = "raw"\n', "needs one of"),
        ('[sources.raw]\nurl = "https://example.org/x"\n[tables.t]\nsource = "raw"\n', "needs the sha256"),
        ("[tables.t]\n", "either a source or made"),
        ("[tables\n", "wrong"),
    ],
)
def test_a_wrong_card_is_told(shelf, card, problem):
    write(shelf, "wrong", card)
    with pytest.raises(DataError, match=problem):
        find_dataset("wrong")
