"""``biasaudit report`` of several results: each report, and an index that links them."""

import re
import shutil

import pytest


@pytest.fixture
def folders(command, tmp_path, audit):
    source, _, _ = audit
    text = (source / "audit.toml").read_text(encoding="utf-8")
    text = text[: text.index("[annotations]")].replace('split = { column = "part", test = "test" }', "")
    text = text.replace('train = "logistic_regression"\nshare = 0.3', 'decision = "label"').replace(
        'outcome = "label"\n', ""
    )
    (source / "audit.toml").write_text(text.replace('features = ["grade", "form"]\n', ""), encoding="utf-8")
    assert command("run", source, "--format", "json", "--quiet").code == 0
    found = [tmp_path / "runs/one", tmp_path / "runs/two ö #1"]
    for folder in found:
        shutil.copytree(tmp_path / "reports/calls", folder)
    return found


def test_it_writes_each_report_and_an_index_that_links_them(command, folders, tmp_path):
    ended = command("report", folders[0], folders[1] / "result.json")
    assert ended.code == 0, ended.err
    written = [*(str(folder / "report.html") for folder in folders), str(tmp_path / "runs/index.html")]
    assert ended.out.splitlines() == written
    page = (tmp_path / "runs/index.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="(?!#)([^"]*)"', page))
    assert links == {"one/report.html", "two%20%C3%B6%20%231/report.html"}
    ended = command("report", *folders, "--lang", "fr", "--out", "elsewhere/deep")
    assert ended.out.splitlines()[-1] == "elsewhere/deep/index.fr.html"
    page = (tmp_path / "elsewhere/deep/index.fr.html").read_text(encoding="utf-8")
    assert 'href="../../runs/one/report.fr.html"' in page
    assert "au fil des exécutions" in page


def test_without_html_there_is_no_index(command, folders, tmp_path):
    ended = command("report", *folders, "--format", "md")
    assert ended.code == 0
    assert not (tmp_path / "runs/index.html").exists()


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ("runs/one/result.json", "stand in one folder"),
        ("nowhere", "nowhere: cannot be read"),
    ],
)
def test_what_is_wrong_ends_in_2_before_anything_is_written(command, folders, second, told):
    ended = command("report", folders[0], second)
    assert ended.code == 2
    assert told in ended.err
    assert not (folders[0] / "report.html").exists()


def test_no_result_is_a_usage_error(command):
    assert command("report").code == 2


@pytest.mark.slow
def test_the_installed_command_writes_an_index(installed, folders, tmp_path):
    ended = installed("report", *folders)
    assert ended.code == 0, ended.err
    assert (tmp_path / "runs/index.html").is_file()
