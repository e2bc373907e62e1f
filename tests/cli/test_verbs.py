"""The other verbs, and what every verb keeps."""

import json
import subprocess
import sys

import pytest


def test_list_names_the_bundled_audits(command):
    ended = command("list")
    assert ended.code == 0
    assert {line.split()[0] for line in ended.out.splitlines()} >= {"st-georges", "boston-mortgages", "berkeley"}
    listed = json.loads(command("list", "--json").out)
    assert all(audit["title"] and audit["origin"] for audit in listed)


@pytest.mark.parametrize("which", ["audit", "provenance", "result"])
def test_schema_prints_json(command, which):
    ended = command("schema", which)
    assert ended.code == 0
    assert "properties" in json.loads(ended.out)


def test_new_makes_an_audit_that_the_grammar_accepts(command, tmp_path):
    from biasaudit.spec import read_declaration

    assert command("new", "my-loans").code == 0
    spec = read_declaration(tmp_path / "my-loans/audit.toml").spec
    assert (spec.audit.name, spec.audit.title) == ("my-loans", "My loans")
    again = command("new", "my-loans")
    assert again.code == 2
    assert "exists already" in again.err
    assert command("new", "../evil").code == 2


def test_data_list_shows_natures_and_licences(command):
    out = command("data", "list").out
    assert "st_georges" in out
    assert "simulated" in out
    assert "licence" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "nothing-of-that-name"], "is no audit"),
        (["run", "st-george"], "Did you mean 'st-georges'"),
        (["run", "berkeley", "--format", "docx"], "Allowed: html"),
        (["report", "nowhere.json"], "cannot be read"),
        (["schema", "everything"], "audit"),
        (["data", "fetch", "nothing"], "nothing"),
        (["fly"], "No such command"),
    ],
)
def test_a_wrong_word_ends_in_2_with_one_message(command, words, told):
    ended = command(*words)
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_help_and_import_load_nothing_heavy():
    code = (
        "import sys, biasaudit, biasaudit.cli, biasaudit.testing.pytest_plugin\n"
        "try:\n    biasaudit.cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pandas', 'sklearn', 'shap', 'jinja2', 'fairlearn', 'altair', 'duckdb', 'scipy'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_public_names_are_complete():
    import biasaudit

    for name in biasaudit.__all__:
        assert getattr(biasaudit, name) is not None
    assert dir(biasaudit) == sorted(biasaudit.__all__)
    with pytest.raises(AttributeError):
        _ = biasaudit.nothing


@pytest.mark.slow
def test_the_installed_command_runs_a_bundled_audit(installed, tmp_path):
    ended = installed("run", "berkeley", "--quiet")
    assert ended.code == 0, ended.err
    assert (tmp_path / "reports/berkeley/report.html").is_file()
    assert installed("--version").out.startswith("biasaudit ")


@pytest.mark.slow
def test_python_dash_m_is_the_same_command(tmp_path):
    done = subprocess.run([sys.executable, "-m", "biasaudit", "list"], capture_output=True, text=True, check=True)
    assert "st-georges" in done.stdout


PROVENANCE = 'schema = 1\n[[link]]\nname = "Bank \\u001b[31m"\nrole = "client"\n[rule]\nminority_paid = false\n'


def test_data_provenance_turns_one_form_into_another_and_tells_what_has_no_word(command, tmp_path):
    (tmp_path / "p.toml").write_text(PROVENANCE, encoding="utf-8")
    ended = command("data", "provenance", "p.toml", "--to", "croissant", "--out", "c.json")
    assert (ended.code, ended.out) == (0, "c.json\n")
    assert "has no word for link.name, link.role, rule.minority_paid" in ended.err
    ended = command("data", "provenance", "c.json", "--to", "prov", "--out", "p.json")
    assert (ended.code, ended.err) == (0, "")
    back = command("data", "provenance", "p.json", "--to", "toml")
    assert back.code == 0
    assert "minority_paid = false" in back.out
    assert "\x1b" not in back.out
    assert json.loads(command("data", "provenance", "p.toml", "--to", "prov").out)["agent"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("p.toml", "schema = 1\n[rul]\n", "Did you mean 'rule'?"),
        ("p.json", "{}", "no Croissant"),
        ("", "", "cannot be read"),
    ],
)
def test_data_provenance_refuses_with_one_message(command, tmp_path, name, text, told):
    if name:
        (tmp_path / name).write_text(text, encoding="utf-8")
    ended = command("data", "provenance", name or "nothing.json")
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_data_provenance_tells_what_it_did_not_read_and_where_it_cannot_write(command, tmp_path):
    (tmp_path / "c.json").write_text('{"@type": "sc:Dataset", "name": "x", "rai:dataBiases": "many"}', encoding="utf-8")
    ended = command("data", "provenance", "c.json", "--out", "nowhere/p.toml")
    assert ended.code == 2
    assert "cannot be written" in ended.err
    assert "rai:dataBiases" in command("data", "provenance", "c.json").err
